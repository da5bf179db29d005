"""Who waits for a first word from us: leads, new customers, accounts that have just finished onboarding."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Relation
from cs_metrics.kpis.relations.names import within

LEADS_CREATED = Relation(
    name="leads_created",
    grain="a lead that came in in the period",
    source="fact_lead",
    on=within("created_at"),
    columns=(
        "f.lead_id", "f.source", "f.owner", "f.created_at", "f.first_contact_at", "f.response_hours AS contact_hours",
    ),
    moment="f.created_at",
    table="leads",
    tables=("leads",),
)  # fmt: skip
CONVERTED = replace(
    LEADS_CREATED,
    name="converted",
    grain="a lead, or a customer that was none before it signed up, of the period",
    source="fact_conversion",
    on=within("converted_at"),
    columns=("f.converted_at", "f.contacted_at", "f.contact_hours"),
    moment="f.converted_at",
    tables=("touchpoints", "leads"),
)
ONBOARDED = replace(
    CONVERTED,
    name="onboarded",
    grain="a customer that completed onboarding in the period",
    source="fact_onboarded",
    on=within("completed_at"),
    columns=("f.completed_at", "f.contacted_at", "f.contact_hours"),
    moment="f.completed_at",
    table="milestones",
    tables=("milestones", "touchpoints"),
)
