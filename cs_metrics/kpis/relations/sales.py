"""Deals, trials, contracts as they are signed, and customers as they are won."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Relation
from cs_metrics.kpis.relations.names import ACTIVITY, within

DEALS_CLOSED = Relation(
    name="deals_closed",
    grain="a deal won or lost in the period",
    source="fact_deal",
    on=f"f.status IN ('won', 'lost') AND {within('closed_at')}",
    columns=("f.opportunity_id", "f.status", "f.amount", "f.kind", "f.source", "f.closed_at", "f.cluster"),
    moment="f.closed_at",
    table="opportunities",
    tables=("opportunities",),
    noun="deals",
    unit="cluster",
)
SIGNINGS = Relation(
    name="signings",
    grain="a paying contract signed in the period",
    source="fact_signing",
    on=within("signed_at"),
    columns=("f.product", "f.signed_at", "f.due", "f.worth", "f.fees"),
    moment="f.signed_at",
    table="subscriptions",
    tables=("subscriptions",),
)
TRIALS_OF_LEADS = Relation(
    name="trials_of_leads",
    grain="a lead whose trial started in the period",
    source="fact_lead",
    on=within("trial_started_at"),
    columns=("f.lead_id", "f.trial_started_at", "f.converted_at", "f.cluster"),
    moment="f.trial_started_at",
    table="leads",
    tables=("leads",),
    unit="cluster",
)
TRIALS = replace(
    TRIALS_OF_LEADS,
    name="trials",
    grain="a trial subscription that started in the period",
    source="fact_trial",
    columns=("f.product", "f.trial_started_at", "f.converted_at"),
    table="subscriptions",
    tables=("subscriptions",),
    unit="customer_id",
)
WON_CUSTOMERS = Relation(
    name="won_customers",
    grain="a customer first active in the period",
    source="fact_active",
    on=f"f.active AND f.ends > f.begins AND f.begins = f.first_active AND {within('begins')}",
    columns=("f.begins",),
    moment="f.begins",
    keys=("customer_id",),
    totals=("min(begins) AS began",),
    table=ACTIVITY,
    tables=(ACTIVITY,),
)
