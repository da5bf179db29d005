"""The tables of the data model, in the order in which they are shown."""

from __future__ import annotations

from cs_metrics.schema.model import Table
from cs_metrics.schema.tables.accounts import COMMUNITY_MEMBERS, CUSTOMERS, USERS
from cs_metrics.schema.tables.growth import LEADS, OPPORTUNITIES, REFERRALS
from cs_metrics.schema.tables.money import INVOICES, MRR_SNAPSHOTS, SUBSCRIPTIONS
from cs_metrics.schema.tables.trade import CHURN_EVENTS, COSTS, FX_RATES, ORDERS
from cs_metrics.schema.tables.usage import EVENTS, MILESTONES, TOUCHPOINTS
from cs_metrics.schema.tables.voice import MENTIONS, SURVEY_RESPONSES, TICKETS

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        CUSTOMERS,
        USERS,
        SUBSCRIPTIONS,
        MRR_SNAPSHOTS,
        INVOICES,
        CHURN_EVENTS,
        ORDERS,
        EVENTS,
        SURVEY_RESPONSES,
        TICKETS,
        MILESTONES,
        TOUCHPOINTS,
        REFERRALS,
        OPPORTUNITIES,
        LEADS,
        COSTS,
        MENTIONS,
        COMMUNITY_MEMBERS,
        FX_RATES,
    )
}
