"""Referrals and who made them."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Extra, Relation
from cs_metrics.kpis.relations.names import ACTIVITY, within
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
