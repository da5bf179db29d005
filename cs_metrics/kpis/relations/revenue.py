"""Revenue of a period: MRR accrued by the day and charges; who brought it, and who used the product meanwhile."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Extra, LeftOut, Relation
from cs_metrics.kpis.relations.names import ACTIVITY, EVENTS, REVENUE, within


def _months(moment: str) -> str:
    """Return the SQL of an instant in months, so that a day counts 1 / the days of its month."""
    into = f"(epoch({moment}) - epoch(date_trunc('month', {moment}))) / (86400.0 * day(last_day({moment})))"
    return f"(year({moment}) * 12 + month({moment}) + {into})"


def _accrued(since: str) -> str:
    """Return the SQL of what a row brings from an instant to the period's end: its MRR by the day, and its charge."""
    months = f"{_months('least(f.ends, p.ends)')} - {_months(since)}"
    return f"CAST(f.mrr * ({months}) AS DECIMAL(18,6)) + f.charge"


_COUNTS = "(NOT f.is_one_off OR :one_off_in_revenue)"
_IN = f"{_COUNTS} AND f.begins < p.ends AND (f.ends > p.starts OR f.begins >= p.starts)"
_IN_PERIOD = _accrued("greatest(f.begins, p.starts)")
_SO_FAR = _accrued("f.begins")

REVENUE_IN = Relation(
    name="revenue_in",
    grain="what a customer paid at one rate, or at once, within the period",
    source="fact_revenue",
    on=_IN,
    columns=(f"{_IN_PERIOD} AS amount",),
    moment="f.begins",
    tables=(REVENUE,),
)
GUEST_REVENUE = LeftOut(
    "sum(pieces) FILTER (WHERE customer_id IS NULL)",
    "orders without a customer",
    "order without a customer",
    "sum(revenue) FILTER (WHERE customer_id IS NULL)",
)

# revenue and users in one relation, so that leaving a customer out leaves out both of its parts
_BOTH = """(
    SELECT customer_id, CAST(NULL AS VARCHAR) AS user_id, begins, ends, mrr, charge, is_one_off, _source, _row, _id
    FROM fact_revenue
    UNION ALL
    SELECT customer_id, user_id, {when}, {when}, 0, 0, FALSE, _source, _row, _id FROM {people}
    WHERE user_id IS NOT NULL AND {when} IS NOT NULL)"""
PAYING_AND_USING = Relation(
    name="paying_and_using",
    grain="a customer with its revenue of the period and its users seen in it",
    source=_BOTH.format(
        when="day",
        people="(SELECT *, CAST(NULL AS INTEGER) AS _source, CAST(NULL AS BIGINT) AS _row, "
        "CAST(NULL AS VARCHAR) AS _id FROM fact_user_day)",
    ),
    on=f"CASE WHEN f.user_id IS NULL THEN {_IN} ELSE {within('begins')} END",
    columns=(
        "f.user_id",
        "f.begins",
        "f._id AS piece",
        f"CASE WHEN f.user_id IS NULL THEN {_IN_PERIOD} ELSE 0 END AS amount",
    ),
    moment="f.begins",
    # a user of two accounts counts once
    last=(
        "user_id, CASE WHEN user_id IS NULL THEN piece END, CASE WHEN user_id IS NULL THEN begins END",
        "customer_id",
    ),
    keys=("customer_id",),
    totals=(
        "coalesce(sum(amount), 0) AS revenue",
        "count(user_id) AS users",
        "count(*) FILTER (WHERE user_id IS NULL) AS pieces",
    ),
    tables=(REVENUE, "events"),
    row_source=_BOTH.format(when="day", people=f"({EVENTS})"),
    splits=True,
    noun="users",
)
PAYING_AND_KNOWN = replace(
    PAYING_AND_USING,
    name="paying_and_known",
    grain="a customer with its revenue of the period and its users created before the period's end",
    source=_BOTH.format(when="created_at", people="dim_users"),
    on=f"CASE WHEN f.user_id IS NULL THEN {_IN} ELSE f.begins < p.ends END",
    moment="CASE WHEN f.user_id IS NULL THEN f.begins ELSE p.ends - INTERVAL '1' MICROSECOND END",
    tables=(REVENUE, "users"),
    row_source="",
)

_EVER = Extra(source="fact_life", on="f.begins < p.ends", totals=("count(*) AS lives",), inner=True, name="ever")
QUALIFIED = Relation(
    name="qualified",
    grain="a customer that was a product-qualified lead, with its revenue up to the period's end",
    source="fact_lead",
    on="f.is_pql AND f.customer_id IS NOT NULL AND f.created_at < p.ends",
    keys=("customer_id",),
    totals=("count(*) AS leads",),
    late=True,
    moment="f.anchor",
    just_before=True,
    extras=(
        _EVER,
        Extra(
            source="fact_revenue",
            on=f"{_COUNTS} AND f.begins < p.ends",
            totals=(f"sum({_SO_FAR}) AS revenue", "bool_or(f.mrr > 0) AS has_paid"),
            name="so_far",
        ),
    ),
    tables=(REVENUE, ACTIVITY, "leads"),
    table="leads",
)
_MARKED = Extra(
    source="fact_lead",
    on="f.is_pql AND f.customer_id IS NOT NULL",
    totals=("count(*) AS qualified_leads",),
    inner=True,
    name="marked",
)


def of_qualified(relation: Relation) -> Relation:
    """Return the relation over the customers alone that were product-qualified leads."""
    return replace(
        relation,
        name=f"{relation.name}_of_qualified",
        grain=f"{relation.grain}; only those that were product-qualified leads",
        extras=(*relation.extras, _MARKED),
    )


GROWING = Relation(
    name="growing",
    grain="a customer with its orders in the period and in the one before",
    source="fact_order",
    on="f.ordered_at >= p.prior AND f.ordered_at < p.ends",
    columns=("f.order_key", "f.amount", "f.is_refund", "f.ordered_at < p.starts AS is_before"),
    moment="f.starts",
    just_before=True,
    late=True,
    keys=("customer_id",),
    totals=(
        "count(DISTINCT order_key) FILTER (WHERE is_before AND NOT is_refund) AS orders_before",
        "coalesce(sum(amount) FILTER (WHERE is_before), 0) AS amount_before",
        "coalesce(sum(amount) FILTER (WHERE NOT is_before), 0) AS amount",
    ),
    table="orders",
    tables=("orders",),
    row_source="fact_order_line",
)
