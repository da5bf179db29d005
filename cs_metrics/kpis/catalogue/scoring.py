"""What the KPIs of scores share: the form of a score of accounts."""

from __future__ import annotations

from cs_metrics.kpis.model import Beside, Form, Interval, LeftOut, Measure, Relation, count
from cs_metrics.kpis.relations.accounts import components
from cs_metrics.kpis.scores import GOOD, POOR

NEEDS_SIGNALS = (
    "events.occurred_at|tickets.created_at|survey_responses.score|touchpoints.occurred_at|invoices.due_on"
    "|milestones.reached_at|referrals.made_at"
)
"""What a score of anything needs: one of the tables that its signals come from."""
READY = "points >= :readiness_threshold"


def score_form(
    relation: Relation,
    *needs: str,
    among: str = "TRUE",
    base: str = "active accounts with data",
    beside: tuple[Beside, ...] = (),
    note: str = "",
) -> Form:
    """Return the mean of the accounts' scores; its items are the components' parts, which sum to it. `among`: whose."""
    known = f"{among} AND points IS NOT NULL" if among != "TRUE" else "points IS NOT NULL"
    mine = f"CASE WHEN {among} THEN points END" if among != "TRUE" else "points"
    return Form(
        over=relation,
        needs=needs,
        numerator=Measure(f"coalesce(sum({mine}), 0)", mine),
        denominator=count(known),
        each=mine,
        interval=Interval.MEAN,
        bounds=(0.0, 100.0),
        base=base,
        item="item",
        items=components(relation),
        every_item=True,
        words="{numerator:point} / {denominator:account}; {with_data:share} of the weight had data",
        beside=(
            Beside("with_data", f"avg(with_data) FILTER (WHERE {known})", "share"),
            Beside("well", f"avg(CASE WHEN points >= {GOOD} THEN 1.0 ELSE 0 END) FILTER (WHERE {known})", "share"),
            Beside("poor", f"avg(CASE WHEN points < {POOR} THEN 1.0 ELSE 0 END) FILTER (WHERE {known})", "share"),
            *beside,
        ),
        leaves_out=(
            LeftOut(
                f"count(*) FILTER (WHERE {among} AND points IS NULL)",
                "accounts without any data for it",
                "account without any data for it",
            ),
        ),
        note=note,
    )
