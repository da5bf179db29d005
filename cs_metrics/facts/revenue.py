"""Revenue as it accrues, and what contracts were worth when they were signed."""

from __future__ import annotations

from cs_metrics.facts.activity import source_sql
from cs_metrics.facts.model import MONEY, Context, Fact, money

_FREE = f"CAST(0 AS {MONEY})"


def _revenue_sql(context: Context) -> str:
    """MRR over a stretch cut wherever an attribute of the customer changes, and charges at one instant; without a
    source of recurring revenue, the lines of orders."""
    if not context.money:
        return f"""
            SELECT customer_id, ordered_at AS begins, ordered_at AS ends, {_FREE} AS mrr, amount AS charge,
                   FALSE AS is_one_off, _source, _row, _id FROM fact_order_line"""
    return f"""
        WITH held AS (
            SELECT row_number() OVER (ORDER BY _id, begins) AS number, customer_id, begins, ends, mrr,
                   _source, _row, _id
            FROM fact_active WHERE mrr <> 0 AND ends > begins),
        marks AS (
            SELECT number, begins FROM held
            UNION
            SELECT h.number, d.valid_from FROM held AS h
            JOIN dim_spans AS d ON d.customer_id = h.customer_id AND d.valid_from > h.begins AND d.valid_from < h.ends)
        SELECT h.customer_id, m.begins,
               lead(m.begins, 1, h.ends) OVER (PARTITION BY h.number ORDER BY m.begins) AS ends, h.mrr,
               {_FREE} AS charge, FALSE AS is_one_off, h._source, h._row, h._id
        FROM held AS h JOIN marks AS m ON m.number = h.number
        UNION ALL
        SELECT customer_id, charged_at, charged_at, {_FREE}, amount, TRUE, _source, _row, _id
        FROM ({_one_off_sql(context)})"""


def _one_off_sql(context: Context) -> str:
    """What was charged once, in the table that recurring revenue comes from."""
    if context.money == "invoices":
        amount = money("i.amount", context.rate("i.currency"))
        return f"""
            SELECT i.customer_id, CAST(i.issued_on AS TIMESTAMP) AS charged_at, i.product,
                   CAST(NULL AS TIMESTAMP) AS signed_at, CAST(NULL AS TIMESTAMP) AS due, {amount} AS amount,
                   i._source, i._row, i._id
            FROM invoices AS i {context.rates("i.currency", "i.issued_on")}
            WHERE NOT coalesce(i.is_recurring, i.period_start IS NOT NULL AND i.period_end IS NOT NULL)
              AND coalesce(lower(i.status), '') NOT IN ('void', 'voided', 'draft', 'deleted')
              AND i.customer_id IS NOT NULL AND i.issued_on IS NOT NULL"""
    amount = money(context.price("s"), context.rate("s.currency"))
    none = "" if context.money == "subscriptions" else " AND FALSE"
    return f"""
        SELECT s.customer_id, CAST(s.start_date AS TIMESTAMP) AS charged_at, s.product,
               coalesce(CAST(s.contract_start AS TIMESTAMP), CAST(s.start_date AS TIMESTAMP)) AS signed_at,
               CAST(s.contract_end AS TIMESTAMP) AS due, {amount} AS amount, s._source, s._row, s._id
        FROM subscriptions AS s {context.rates("s.currency", "s.start_date")}
        WHERE s.billing_period = 'one_off' AND NOT coalesce(s.is_trial, FALSE){none}
          AND s.customer_id IS NOT NULL AND s.start_date IS NOT NULL"""


def _signing_sql(context: Context) -> str:
    """A contract's rows share customer, dates and product; it is worth 12 x the MRR of those that hold when it opens.

    One-off fees with its dates (or none of their own, on its first day) are its own, spread over its years; of several
    contracts signed at once the first product by name has them.
    """
    years = (
        "((year(s.due) - year(s.signed_at)) * 12 + month(s.due) - month(s.signed_at) "
        "+ (day(s.due) - day(s.signed_at)) / 30.4375) / 12"
    )
    return f"""
        WITH held AS (
            SELECT s.customer_id, s.product, CAST(s.contract_start AS TIMESTAMP) AS signed_at,
                   CAST(s.contract_end AS TIMESTAMP) AS due, a.begins, a.ends, a.mrr, a._source, a._row, a._id
            FROM subscriptions AS s JOIN ({source_sql("subscriptions", context)}) AS a ON a._id = s._id
            WHERE s.contract_start IS NOT NULL AND a.ends > a.begins),
        opened AS (
            SELECT *, greatest(signed_at, min(begins) OVER (PARTITION BY customer_id, product, signed_at, due))
                      AS opens FROM held),
        signed AS (
            SELECT customer_id, product, signed_at, due,
                   12 * sum(mrr) FILTER (WHERE begins <= opens AND ends > opens) AS worth,
                   arg_min(_source, struct_pack(b := begins, i := _id)) AS _source,
                   arg_min(_row, struct_pack(b := begins, i := _id)) AS _row,
                   arg_min(_id, struct_pack(b := begins, i := _id)) AS _id
            FROM opened GROUP BY customer_id, product, signed_at, due
            HAVING coalesce(sum(mrr) FILTER (WHERE begins <= opens AND ends > opens), 0) > 0),
        placed AS (
            SELECT *, row_number() OVER (PARTITION BY customer_id, signed_at ORDER BY product NULLS LAST, due) AS place
            FROM signed),
        fees AS (
            SELECT p._id, sum(o.amount) AS amount
            FROM placed AS p JOIN ({_one_off_sql(context)}) AS o ON o.customer_id = p.customer_id
             AND o.signed_at = p.signed_at AND (o.due IS NULL OR o.due = p.due)
            WHERE p.place = 1 GROUP BY p._id)
        SELECT s.customer_id, s.product, s.signed_at, s.due, CAST(s.worth AS {MONEY}) AS worth,
               CAST(coalesce(f.amount / coalesce(nullif({years}, 0), 1), 0) AS {MONEY}) AS fees,
               s._source, s._row, s._id
        FROM placed AS s LEFT JOIN fees AS f ON f._id = s._id"""


REVENUE = Fact(
    "fact_revenue",
    "a stretch [begins, ends) in which a customer pays a constant MRR and no attribute of it changes, or a charge",
    _revenue_sql,
    "begins",
)
SIGNINGS = Fact("fact_signing", "a paying contract at its signing", _signing_sql, "signed_at", table="subscriptions")
