"""When a customer is active, and what it pays: the facts behind every retention and revenue KPI."""

from __future__ import annotations

from cs_metrics.facts.leavings import FOREVER, believed
from cs_metrics.facts.model import MONEY, MONEY_SOURCES, Context, Fact, money
from cs_metrics.sql import literal

_COLUMNS = (
    "customer_id, begins, ends, seen_until, mrr, active, product, cancel_reason, lapsed, "
    "min(begins) FILTER (WHERE mrr > 0 AND ends > begins) OVER (PARTITION BY customer_id) AS first_paid, "
    "min(begins) FILTER (WHERE active AND ends > begins) OVER (PARTITION BY customer_id) AS first_active, "
    "_source, _row, _id"
)


def _rate_sql(context: Context) -> str:
    own = literal(str(context.settings["currency"]).upper())
    return f"""
        WITH known AS (
            SELECT upper(from_currency) AS currency, date_trunc('month', month) AS month, rate FROM fx_rates
            WHERE upper(to_currency) = {own} AND rate > 0
            UNION ALL
            SELECT upper(to_currency), date_trunc('month', month), 1 / rate FROM fx_rates
            WHERE upper(from_currency) = {own} AND rate > 0),
        single AS (
            SELECT currency, CAST(month AS TIMESTAMP) AS begins, min(rate) AS rate FROM known GROUP BY 1, 2)
        SELECT currency, begins, rate,
               coalesce(lead(begins) OVER (PARTITION BY currency ORDER BY begins), {FOREVER}) AS ends FROM single"""


_RECURRING = (
    "{row}.customer_id IS NOT NULL AND {row}.start_date IS NOT NULL AND NOT coalesce({row}.is_trial, FALSE) "
    "AND coalesce({row}.billing_period, 'month') <> 'one_off' "
    "AND ({row}.end_date IS NULL OR {row}.end_date >= {row}.start_date)"
)


def _paid_sql() -> str:
    """Return the SELECT of `_id` and `paid_to`: the end of the billing period in which a subscription ended.

    Periods are counted from its start. Who goes on with another subscription has not left: what is paid then ends where
    that begins; and nothing is paid beyond a contract's end.
    """
    months = "CAST(year(s.end_date) - year(s.start_date) AS INTEGER) * 12 + month(s.end_date) - month(s.start_date)"
    length = "CASE s.billing_period WHEN 'quarter' THEN 3 WHEN 'half_year' THEN 6 WHEN 'year' THEN 12 ELSE 1 END"
    return f"""
        SELECT s._id, CAST(least(
                   CASE s.billing_period
                       WHEN 'day' THEN s.end_date
                       WHEN 'week' THEN s.start_date + CAST(ceil((s.end_date - s.start_date) / 7.0) * 7 AS INTEGER)
                       ELSE CAST(s.start_date + CAST(ceil((s.months + CASE WHEN
                           s.start_date + s.months * INTERVAL '1' MONTH >= s.end_date THEN 0 ELSE 1 END)
                           / CAST(s.length AS DOUBLE)) * s.length AS INTEGER) * INTERVAL '1' MONTH AS DATE) END,
                   CASE WHEN s.contract_end >= s.end_date THEN s.contract_end END,
                   min(n.start_date)) AS DATE) AS paid_to
        FROM (SELECT s.*, {months} AS months, {length} AS length FROM subscriptions AS s
              WHERE s.end_date IS NOT NULL AND {_RECURRING.format(row="s")}) AS s
        LEFT JOIN subscriptions AS n ON n.customer_id = s.customer_id AND n._id <> s._id
         AND n.start_date >= s.end_date AND {_RECURRING.format(row="n")}
        GROUP BY s._id, s.start_date, s.end_date, s.contract_end, s.billing_period, s.months, s.length"""


def _subscriptions(context: Context) -> str:
    end, paid = "s.end_date", ""
    if context.settings["churn_dated"] == "scheduled":
        end = "least(s.end_date, s.cancelled_on)"
    elif context.settings["churn_dated"] == "paid":
        end, paid = "e.paid_to", f"LEFT JOIN ({_paid_sql()}) AS e ON e._id = s._id"
    factor = (
        "CASE coalesce(s.billing_period, 'month') WHEN 'month' THEN 1 WHEN 'quarter' THEN 1 / 3 "
        "WHEN 'half_year' THEN 1 / 6 WHEN 'year' THEN 1 / 12 WHEN 'week' THEN 52 / 12 "
        "WHEN 'day' THEN 365.25 / 12 END"
    )
    rate = context.rate("s.currency")
    monthly = money(context.price("s"), factor if rate == "1" else f"({factor}) * ({rate})")
    rows = f"""
        SELECT s.customer_id, CAST(s.start_date AS TIMESTAMP) AS begins,
               coalesce(CAST({end} AS TIMESTAMP), {FOREVER}) AS ends,
               coalesce(CAST({end} AS TIMESTAMP), {FOREVER}) AS seen_until,
               {monthly} AS mrr, TRUE AS active, s.product, s.cancel_reason,
               coalesce(s.end_date = s.contract_end AND s.cancelled_on IS NULL, FALSE) AS lapsed,
               s._source, s._row, s._id
        FROM subscriptions AS s {paid} {context.rates("s.currency", "s.start_date")}
        WHERE {_RECURRING.format(row="s")}"""
    return believed(rows, context)


def _mrr_snapshots(context: Context) -> str:
    return """
        SELECT customer_id, date_trunc('month', CAST(month AS TIMESTAMP)) AS begins,
               date_trunc('month', CAST(month AS TIMESTAMP)) + INTERVAL '1' MONTH AS ends, ends AS seen_until,
               mrr, TRUE AS active, product, CAST(NULL AS VARCHAR) AS cancel_reason, FALSE AS lapsed,
               _source, _row, _id
        FROM mrr_snapshots WHERE customer_id IS NOT NULL AND month IS NOT NULL AND mrr > 0"""


def _invoices(context: Context) -> str:
    rate = context.rate("i.currency")
    monthly = money("i.amount", f"1 / months * ({rate})")
    return f"""
        WITH lines AS (
            SELECT *, coalesce(period_start, issued_on) AS starts_on,
                   coalesce(period_end, coalesce(period_start, issued_on) + INTERVAL '1' MONTH) AS ends_on
            FROM invoices
            WHERE coalesce(is_recurring, period_start IS NOT NULL AND period_end IS NOT NULL)
              AND coalesce(lower(status), '') NOT IN ('void', 'voided', 'draft', 'deleted')),
        measured AS (
            SELECT *, (year(ends_on) - year(starts_on)) * 12 + month(ends_on) - month(starts_on)
                   + (day(ends_on) - day(starts_on)) / 30.4375 AS months
            FROM lines WHERE customer_id IS NOT NULL AND ends_on > starts_on)
        SELECT i.customer_id, CAST(starts_on AS TIMESTAMP) AS begins, CAST(ends_on AS TIMESTAMP) AS ends,
               CAST(ends_on AS TIMESTAMP) AS seen_until, {monthly} AS mrr, amount >= 0 AS active, i.product,
               CAST(NULL AS VARCHAR) AS cancel_reason, FALSE AS lapsed, i._source, i._row, i._id
        FROM measured AS i {context.rates("i.currency", "i.issued_on")}"""


def _churned_on(context: Context) -> str:
    """Lives from sign-ups and leavings. A recorded leaving goes before `churned_on`; a recorded return begins anew.
    Who left before signing up has no life that could be told."""
    return f"""
        WITH recorded AS (SELECT DISTINCT customer_id FROM churn_events WHERE NOT coalesce(is_reactivation, FALSE)),
        backwards AS (
            SELECT c.customer_id FROM dim_customer_rows AS c JOIN fact_signup AS s ON s.customer_id = c.customer_id
            WHERE CAST(c.churned_on AS TIMESTAMP) < s.signed_up_at
              AND c.customer_id NOT IN (SELECT customer_id FROM recorded)),
        starts AS (
            SELECT customer_id, signed_up_at AS begins FROM fact_signup
            WHERE signed_up_at IS NOT NULL AND customer_id NOT IN (SELECT customer_id FROM backwards)
            UNION
            SELECT customer_id, CAST(churned_on AS TIMESTAMP) FROM churn_events WHERE is_reactivation),
        leavings AS (
            SELECT customer_id, CAST(churned_on AS TIMESTAMP) AS left_at FROM churn_events
            WHERE NOT coalesce(is_reactivation, FALSE)
            UNION
            SELECT customer_id, CAST(churned_on AS TIMESTAMP) FROM dim_customer_rows
            WHERE churned_on IS NOT NULL AND customer_id NOT IN (SELECT customer_id FROM recorded)),
        lives AS (
            SELECT s.customer_id, s.begins, coalesce(min(l.left_at), {FOREVER}) AS ends
            FROM starts AS s LEFT JOIN leavings AS l ON l.customer_id = s.customer_id AND l.left_at >= s.begins
            GROUP BY 1, 2)
        SELECT l.customer_id, l.begins, l.ends, l.ends AS seen_until, CAST(0 AS {MONEY}) AS mrr, TRUE AS active,
               CAST(NULL AS VARCHAR) AS product, CAST(NULL AS VARCHAR) AS cancel_reason, FALSE AS lapsed,
               c._source, c._row, c._id
        FROM lives AS l LEFT JOIN dim_customer_rows AS c ON c.customer_id = l.customer_id"""


def _activity(context: Context) -> str:
    window = int(context.settings["activity_window_days"])
    return f"""
        WITH acts AS (
            SELECT customer_id, ordered_at AS happened_at, _source, _row, _id FROM fact_order_line WHERE NOT is_refund
            UNION ALL
            SELECT coalesce(e.customer_id, u.customer_id), {context.local("e.occurred_at")}, e._source, e._row, e._id
            FROM events AS e LEFT JOIN dim_users AS u ON u.user_id = e.user_id),
        days AS (
            SELECT customer_id, CAST(happened_at AS DATE) AS day, min(happened_at) AS begins,
                   max(happened_at) + INTERVAL '{window}' DAY AS ends, max(happened_at) AS latest,
                   arg_min(_source, happened_at) AS _source, arg_min(_row, happened_at) AS _row,
                   arg_min(_id, happened_at) AS _id
            FROM acts WHERE customer_id IS NOT NULL AND happened_at IS NOT NULL GROUP BY 1, 2)
        SELECT customer_id, begins, ends, latest + INTERVAL '1' MICROSECOND AS seen_until, CAST(0 AS {MONEY}) AS mrr,
               TRUE AS active, CAST(NULL AS VARCHAR) AS product, CAST(NULL AS VARCHAR) AS cancel_reason,
               FALSE AS lapsed, _source, _row, _id
        FROM days"""


_SOURCES = {
    "subscriptions": _subscriptions,
    "mrr_snapshots": _mrr_snapshots,
    "invoices": _invoices,
    "churned_on": _churned_on,
    "activity": _activity,
}


def source_sql(name: str, context: Context) -> str:
    """Return the SELECT of one source of activity: a row is a stretch [begins, ends) of a customer, with its MRR.

    `lapsed`: it ended with its contract, and nobody had given notice."""
    return _SOURCES[name](context)


def _active_sql(context: Context) -> str:
    """Where money comes from another table than activity, its rows stand beside and do not make a customer active."""
    rows = _SOURCES[context.activity](context)
    if context.activity not in MONEY_SOURCES and context.money:
        money_rows = _SOURCES[context.money](context)
        rows = f"SELECT * FROM ({rows}) UNION ALL SELECT * REPLACE (FALSE AS active) FROM ({money_rows})"
    return f"SELECT {_COLUMNS} FROM ({rows})"


def _step_sql(context: Context) -> str:
    return """
        WITH changes AS (
            SELECT customer_id, begins AS happened_at, mrr AS change FROM fact_active WHERE mrr <> 0 AND ends > begins
            UNION ALL
            SELECT customer_id, ends, -mrr FROM fact_active WHERE mrr <> 0 AND ends > begins),
        summed AS (
            SELECT customer_id, happened_at, sum(change) AS change FROM changes GROUP BY 1, 2 HAVING sum(change) <> 0),
        running AS (
            SELECT customer_id, happened_at AS begins,
                   lead(happened_at) OVER (PARTITION BY customer_id ORDER BY happened_at) AS ends,
                   sum(change) OVER (PARTITION BY customer_id ORDER BY happened_at) AS mrr
            FROM summed)
        SELECT customer_id, begins, ends, CAST(mrr AS DECIMAL(18,6)) AS mrr FROM running
        WHERE mrr <> 0 AND ends IS NOT NULL"""


def _decrease_sql(context: Context) -> str:
    """`inactive_at`: the first instant from then on at which the customer is not active."""
    return f"""
        WITH stepped AS (
            SELECT *, lag(mrr) OVER own AS earlier, lag(ends) OVER own AS earlier_ends, lead(begins) OVER own AS next
            FROM fact_mrr_step WINDOW own AS (PARTITION BY customer_id ORDER BY begins)),
        falls AS (
            SELECT customer_id, begins AS fell_at, earlier - mrr AS lost FROM stepped WHERE earlier_ends = begins
            UNION ALL
            SELECT customer_id, ends, mrr FROM stepped WHERE ends < {FOREVER} AND ends < coalesce(next, {FOREVER})),
        placed AS (
            SELECT f.customer_id, f.fell_at, f.lost, arg_max(a._source, a._id) AS _source,
                   arg_max(a._row, a._id) AS _row, max(a._id) AS _id
            FROM falls AS f JOIN fact_active AS a ON a.customer_id = f.customer_id
             AND ((a.mrr > 0 AND a.ends = f.fell_at) OR (a.mrr < 0 AND a.begins = f.fell_at))
            WHERE f.lost >= 0.005 GROUP BY f.customer_id, f.fell_at, f.lost)
        SELECT p.customer_id, p.fell_at, p.lost, coalesce(min(l.ends), p.fell_at) AS inactive_at,
               p._source, p._row, p._id
        FROM placed AS p LEFT JOIN fact_life AS l
          ON l.customer_id = p.customer_id AND l.begins <= p.fell_at AND l.ends >= p.fell_at
        GROUP BY p.customer_id, p.fell_at, p.lost, p._source, p._row, p._id"""


def _life_sql(context: Context) -> str:
    return """
        WITH reached AS (
            SELECT *, max(ends) OVER (PARTITION BY customer_id ORDER BY begins, ends
                                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach
            FROM fact_active WHERE active AND ends > begins),
        numbered AS (
            SELECT *, sum(CASE WHEN begins <= reach THEN 0 ELSE 1 END)
                      OVER (PARTITION BY customer_id ORDER BY begins, ends, _id) AS number
            FROM reached),
        closed AS (SELECT *, max(ends) OVER (PARTITION BY customer_id, number) AS left_at FROM numbered)
        SELECT customer_id, CAST(number AS INTEGER) AS number, min(begins) AS begins, max(ends) AS ends,
               lead(min(begins)) OVER (PARTITION BY customer_id ORDER BY number) AS next_begins,
               arg_max(cancel_reason, _id) FILTER (WHERE ends = left_at) AS cancel_reason,
               arg_max(_source, struct_pack(ends := ends, id := _id)) AS _source,
               arg_max(_row, struct_pack(ends := ends, id := _id)) AS _row,
               arg_max(_id, struct_pack(ends := ends, id := _id)) AS _id
        FROM closed GROUP BY customer_id, number"""


def _leaving_sql(context: Context) -> str:
    """A leaving's reason is that of the recorded leaving nearest to it within the same life, then the row's own."""
    return f"""
        WITH left_lives AS (SELECT * FROM fact_life WHERE ends < {FOREVER}),
        recorded AS (
            SELECT l.customer_id, l.number, k.reason, k._source, k._row
            FROM left_lives AS l
            JOIN churn_events AS k ON k.customer_id = l.customer_id AND NOT coalesce(k.is_reactivation, FALSE)
             AND CAST(k.churned_on AS TIMESTAMP) >= l.begins
             AND CAST(k.churned_on AS TIMESTAMP) < coalesce(l.next_begins, {FOREVER})
            WHERE k.reason IS NOT NULL
            QUALIFY row_number() OVER (PARTITION BY l.customer_id, l.number ORDER BY
                abs(epoch(CAST(k.churned_on AS TIMESTAMP)) - epoch(l.ends)), k.churned_on DESC, k._id) = 1)
        SELECT l.customer_id, l.ends AS left_at, l.begins, l.next_begins,
               coalesce(r.reason, l.cancel_reason,
                        CASE WHEN l.next_begins IS NULL THEN c.churn_reason END, 'unknown') AS reason,
               l._source, l._row, l._id
        FROM left_lives AS l
        LEFT JOIN recorded AS r ON r.customer_id = l.customer_id AND r.number = l.number
        LEFT JOIN dim_customer_rows AS c ON c.customer_id = l.customer_id"""


RATES = Fact("fact_rate", "a currency's rate into the workspace's from one month to the next", _rate_sql)
ACTIVE = Fact(
    "fact_active",
    "one reason for which a customer is active, over a stretch [begins, ends), with the MRR it brings",
    _active_sql,
    time="begins",
)
STEPS = Fact("fact_mrr_step", "a customer over a stretch [begins, ends) of constant MRR", _step_sql, time="begins")
LIVES = Fact("fact_life", "a stretch [begins, ends) in which a customer is active without a gap", _life_sql, "begins")
DECREASES = Fact("fact_decrease", "a customer at an instant at which its MRR falls", _decrease_sql, time="fell_at")
LEAVINGS = Fact(
    "fact_leaving", "a customer at the end of a life, with the reason it left for", _leaving_sql, time="left_at"
)
