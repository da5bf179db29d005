"""Referrals from the ask to the customer: who was prompted, who made them, the deals and customers they brought."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Extra, Relation
from cs_metrics.kpis.relations.names import ACTIVITY, within
from cs_metrics.kpis.relations.referred import of_referred
from cs_metrics.kpis.relations.sales import DEALS_CLOSED
from cs_metrics.kpis.relations.states import OPENING

REFERRING = replace(
    OPENING,
    name="referring",
    grain="a customer active in the period, and whether it made or joined a referral",
    extras=(
        Extra(
            source="fact_referral",
            on=f"({within('made_at')}) OR ({within('accepted_at')})",
            totals=("count(*) AS referrals",),
            table="referrals",
            row_source="fact_referral",
        ),
    ),
    tables=(ACTIVITY, "referrals"),
)

REFERRALS_MADE = Relation(
    name="referrals_made",
    grain="a referral made in the period",
    source="fact_referral",
    on=within("made_at"),
    columns=("f.made_at", "f.converted_at", "f.referred_customer_id"),
    moment="f.made_at",
    table="referrals",
    tables=("referrals",),
)
PROMPTED = replace(
    REFERRALS_MADE,
    name="prompted",
    grain="a prompt to refer shown in the period, and what the customer did with it",
    on=within("prompted_at"),
    columns=("f.prompted_at", "f.interacted_at", "f.accepted_at"),
    moment="f.prompted_at",
)
INCENTIVISED = replace(
    REFERRALS_MADE,
    name="incentivised",
    grain="a referred person that was shown an incentive in the period, and when it became a customer",
    on=within("incentive_shown_at"),
    columns=("f.incentive_shown_at", "f.converted_at", "f.referred_customer_id", "f.referred_lead_id"),
    moment="f.incentive_shown_at",
)

DEALS_CREATED = replace(
    DEALS_CLOSED,
    name="deals_created",
    grain="a deal created in the period, whatever became of it, and whether it came from a referral",
    on=within("created_at"),
    columns=("f.opportunity_id", "f.status", "f.amount", "f.kind", "f.source", "f.created_at", "f.from_referral",
             "f.cluster"),
    moment="f.created_at",
)  # fmt: skip

OPENING_REFERRED = of_referred(OPENING)
