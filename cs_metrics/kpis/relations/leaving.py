"""Customers on their way out, or staying: cohorts, causes of lost revenue, decreases, answers before."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Extra, Relation
from cs_metrics.kpis.relations.names import ACTIVITY, within
from cs_metrics.kpis.relations.sales import WON_CUSTOMERS
from cs_metrics.kpis.relations.service import COSTS
from cs_metrics.kpis.relations.states import OPENING

COHORT = Relation(
    name="cohort",
    grain="a customer whose first activity falls in the period, and whether it is active so many periods later",
    source="fact_active",
    on=f"f.active AND f.ends > f.begins AND {within('first_active')}",
    columns=("f.first_active", "f.begins < p.later AND f.ends >= p.later AS is_later"),
    keys=("customer_id",),
    totals=("min(first_active) AS first_active", "bool_or(is_later) AS active_later"),
    late=True,
    moment="f.first_active",
    table=ACTIVITY,
    tables=(ACTIVITY,),
    ahead="cohort_age",
)
WON_IN_A_YEAR = replace(
    WON_CUSTOMERS,
    name="won_in_a_year",
    grain="a customer first active in one of the 12 complete months up to the period's end",
    trailing=12,
)
COSTS_OF_A_YEAR = replace(
    COSTS,
    name="costs_of_a_year",
    grain="an amount spent in one of the 12 complete months up to the period's end",
    trailing=12,
)

LOSSES = replace(
    OPENING,
    name="losses",
    grain="a customer that was active at the start of the period or in it, with what it pays at both ends and why less",
    columns=(
        *OPENING.columns,
        "CASE WHEN f.ends < p.ends AND f.mrr > 0 THEN f.ends END AS paid_until",
        "CASE WHEN f.ends < p.ends AND f.mrr > 0 AND NOT f.lapsed THEN f.ends END AS cancelled_until",
    ),
    totals=(
        *OPENING.totals,
        "max(paid_until) AS paid_until",
        "max(cancelled_until) AS cancelled_until",
    ),
    # who stops paying lost the last of its subscriptions: with several at once, one that was cancelled decides
    derived=(
        "CASE WHEN mrr_start <= 0 OR mrr_start - mrr_end < 0.005 THEN NULL WHEN mrr_end > 0 THEN 'downgraded' "
        "WHEN cancelled_until IS NULL OR cancelled_until < paid_until THEN 'not_renewed' ELSE 'cancelled' END AS cause",
    ),
)

FALLERS = replace(
    OPENING,
    name="fallers",
    grain="a customer active at the start of the period or in it, with the last decrease of its MRR in the period",
    extras=(
        Extra(
            source="fact_decrease",
            on=within("fell_at"),
            totals=("max(f.fell_at) AS fell_at", "max_by(f.inactive_at, f.fell_at) AS inactive_at"),
            row_source="fact_decrease",
            name="falls",
        ),
    ),
    table="",  # a decrease and the leaving after it are the customer's, not one subscription's
)

ANSWERERS = replace(
    OPENING,
    name="answerers",
    grain="a customer active at the start of the period or in it, and the surveys it answered shortly before",
    extras=(
        Extra(
            source="fact_response",
            on="f.answered AND f.counts AND f.responded_at < p.starts "
            "AND f.responded_at >= p.starts - :lookback_days * INTERVAL '1' DAY",
            totals=("count(*) AS answers",),
            table="survey_responses",
            row_source="fact_response",
            name="answered_before",
        ),
    ),
    tables=(ACTIVITY, "survey_responses"),
)
