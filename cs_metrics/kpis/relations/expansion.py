"""What customers hold and buy more of, which features and signals come before it, and what follows an activation."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Extra, LeftOut, Relation
from cs_metrics.kpis.relations.contracts import LAST_CONTRACTS
from cs_metrics.kpis.relations.names import ACTIVITY, EVENTS, within
from cs_metrics.kpis.relations.states import AT_START, OPENING

_BEGINS = "CASE WHEN f.is_now THEN p.starts ELSE p.prior END"
_ENDS = "CASE WHEN f.is_now THEN p.ends ELSE p.starts END"
TWO_PERIODS = replace(
    OPENING,
    name="two_periods",
    grain="a customer in the period (is_now) or in the one before, with what it paid at that one's two ends",
    source="(SELECT a.*, n.is_now FROM fact_active AS a CROSS JOIN (VALUES (TRUE), (FALSE)) AS n(is_now))",
    on=f"f.begins < {_ENDS} AND f.ends >= {_BEGINS} AND f.ends > f.begins",
    columns=(
        "f.is_now",
        f"CASE WHEN f.begins < {_BEGINS} AND f.ends >= {_BEGINS} THEN f.mrr ELSE 0 END AS at_start",
        f"CASE WHEN f.begins < {_ENDS} AND f.ends >= {_ENDS} THEN f.mrr ELSE 0 END AS at_end",
    ),
    keys=("customer_id", "is_now"),
    totals=("coalesce(sum(at_start), 0) AS mrr_start", "coalesce(sum(at_end), 0) AS mrr_end"),
    moment="CASE WHEN f.is_now THEN f.starts ELSE f.prior END",
)

HOLDINGS = replace(
    OPENING,
    name="holdings",
    grain="a customer that was active at the start of the period or in it, and whether it bought more of a product or "
    "another one",
    columns=(*OPENING.columns, "f.product", f"{AT_START} AS held", "f.begins >= p.starts AS begun"),
    finer=("product",),
    finer_totals=(
        "bool_or(is_start) AS is_start",
        "bool_or(is_end) AS is_end",
        "bool_or(is_in) AS is_in",
        "coalesce(sum(at_start), 0) AS at_start",
        "coalesce(sum(at_end), 0) AS at_end",
        "bool_or(paid_earlier) AS paid_earlier",
        "max(ended) AS ended",
        "bool_or(held) AS held",
        "bool_or(begun) AS begun",
    ),
    totals=(
        *OPENING.totals,
        "bool_or(held AND at_end - at_start >= 0.005) AS upsold",
        "bool_or(product IS NOT NULL AND begun AND NOT held) AS cross_sold",
    ),
)
PURCHASES = replace(
    OPENING,
    name="purchases",
    grain="a customer that was active at the start of the period or in it, and whether it ordered more or something "
    "new",
    extras=(
        Extra(
            source="fact_order_line",
            on=within("ordered_at"),
            totals=(
                "bool_or(f.kind = 'upsell') AS upsold",
                "bool_or(f.kind = 'cross_sell') AS cross_sold",
                "bool_or(f.product IS NOT NULL AND f.first_bought_at >= p.starts) AS bought_new",
            ),
            only="NOT f.is_refund",
            table="orders",
        ),
    ),
    tables=(ACTIVITY, "orders"),
)

EXPANSION_USE = Relation(
    name="expansion_use",
    grain="an account that used an expansion feature in the period",
    source="fact_feature_use",
    on=f"f.feature IN (:expansion_features) AND {within('day')}",
    columns=("f.uses",),
    moment="f.day",
    keys=("customer_id",),
    totals=("sum(uses) AS uses",),
    table="events",
    tables=("events",),
    row_source=f"(SELECT * FROM ({EVENTS}) WHERE feature IS NOT NULL)",
)
USE_WITHOUT_ACCOUNT = LeftOut(
    "CAST(coalesce(sum(uses) FILTER (WHERE customer_id IS NULL), 0) AS BIGINT)",
    "uses without an account",
    "use without an account",
)
FIRST_EXPANSION_USE = replace(
    OPENING,
    name="first_expansion_use",
    grain="a customer that was active at the start of the period or in it, and when it first used an expansion feature",
    extras=(
        Extra(
            source="fact_first_use",
            on="f.first_at < p.ends",
            totals=("min(f.first_at) AS first_used_at",),
            only="f.feature IN (:expansion_features)",
            row_source="fact_first_use",
        ),
    ),
    tables=(ACTIVITY, "events"),
)
USE_SINCE_ACTIVATION = Relation(
    name="use_since_activation",
    grain="an account activated before the period's end, with its first use of an expansion feature since",
    source="fact_use_after",
    on="f.activated_at < p.ends AND (f.feature IS NULL OR f.feature IN (:expansion_features))",
    columns=("f.activated_at", "CASE WHEN f.used_at < p.ends THEN f.used_at END AS used"),
    keys=("customer_id",),
    totals=("min(activated_at) AS activated_at", "min(used) AS used_at"),
    late=True,
    moment="coalesce(f.used_at, f.ends)",
    tables=("milestones", "events"),
)

_INTENT_EVENTS = Extra(
    source="fact_event_day",
    on=within("day"),
    totals=("count(*) AS signal_days",),
    only="f.event IN (:intent_events)",
    table="events",
    row_source=f"({EVENTS})",
    name="signals",
)
_OPEN_DEALS = Extra(
    source="fact_deal",
    on="f.created_at < p.ends AND (f.status = 'open' OR f.closed_at > p.starts OR f.closed_at IS NULL)",
    totals=(
        "count(*) FILTER (WHERE f.status = 'open' OR f.closed_at IS NOT NULL) AS open_deals",
        "count(*) FILTER (WHERE f.status <> 'open' AND f.closed_at IS NULL) AS undated_deals",
    ),
    only="f.kind IN ('upsell', 'cross_sell')",
    table="opportunities",
    row_source="fact_deal",
    name="deals",
)
UNDATED_DEALS = LeftOut(
    "CAST(coalesce(sum(undated_deals), 0) AS BIGINT)",
    "closed deals without a closing date",
    "closed deal without a closing date",
)
INTENT_BY_EVENTS = replace(
    OPENING,
    name="intent_by_events",
    grain="a customer active in the period, and on how many days it showed an intent to buy more",
    extras=(_INTENT_EVENTS,),
    tables=(ACTIVITY, "events"),
)
INTENT_BY_DEALS = replace(
    OPENING,
    name="intent_by_deals",
    grain="a customer active in the period, and how many expansion deals with it were open",
    extras=(_OPEN_DEALS,),
    tables=(ACTIVITY, "opportunities"),
)
INTENT = replace(
    OPENING,
    name="intent",
    grain="a customer active in the period, and whether an event or an open deal showed an intent to buy more",
    extras=(_INTENT_EVENTS, _OPEN_DEALS),
    tables=(ACTIVITY, "events", "opportunities"),
)
FIRST_INTENT = Relation(
    name="first_intent",
    grain="an account whose first activity was before the period's end, with its first sign of intent since",
    source="fact_intent",
    on="f.began_at < p.ends",
    columns=(
        "f.began_at",
        "CASE WHEN f.kind <> 'undated' AND f.signal_at < p.ends THEN f.signal_at END AS signal",
        f"f.kind = 'undated' AND {within('signal_at')} AS is_undated",
    ),
    keys=("customer_id",),
    totals=(
        "min(began_at) AS began_at",
        "min(signal) AS signal_at",
        "count(*) FILTER (WHERE is_undated) AS undated_deals",
    ),
    late=True,
    moment="coalesce(f.signal_at, f.ends)",
    tables=(ACTIVITY, "events", "opportunities"),
)

ACTIVATIONS = Relation(
    name="activations",
    grain="an account activated in the period, with the first rise of its MRR since",
    source="fact_activation",
    on=within("activated_at"),
    columns=("f.activated_at", "f.expanded_at", "f.expanded_by"),
    moment="f.activated_at",
    tables=("milestones", ACTIVITY),
)
RENEWALS = replace(
    LAST_CONTRACTS,
    name="renewals",
    grain="a customer with a contract ending in the period: the last of them, and the first contact since it renewed",
    source="fact_renewal",
    columns=(*LAST_CONTRACTS.columns, "f.seen_at"),
    tables=(*LAST_CONTRACTS.tables, "events", "touchpoints"),
)
