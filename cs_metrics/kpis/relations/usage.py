"""Users and features: who was there in a period, and with what."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Extra, Relation
from cs_metrics.kpis.relations.names import ACTIVITY, EVENTS, within
from cs_metrics.kpis.relations.states import OPENING

_FEATURES = Extra(
    source="fact_feature_use",
    on=within("day"),
    totals=("count(*) AS feature_rows", "sum(f.uses) AS uses"),
    only="NOT :has_key_features OR f.feature IN (:key_features)",
    table="events",
    row_source=f"(SELECT * FROM ({EVENTS}) WHERE feature IS NOT NULL)",
)
FEATURE_ACCOUNTS = replace(
    OPENING,
    name="feature_accounts",
    grain="a customer active in the period, and whether it used a feature",
    extras=(_FEATURES,),
    tables=(ACTIVITY, "events"),
)
FEATURE_ITEMS = replace(
    FEATURE_ACCOUNTS,
    name="feature_items",
    grain="a customer active in the period and a feature that it used",
    extras=(replace(_FEATURES, item="f.feature", inner=True),),
)

USERS_30 = Relation(
    name="users_30",
    grain="a user seen in the 30 days to the period's end",
    source="fact_user_day",
    on="f.day >= p.ends - INTERVAL '30' DAY AND f.day < p.ends AND f.user_id IS NOT NULL",
    columns=("f.user_id", "f.day"),
    moment="p.ends",
    just_before=True,
    keys=("user_id",),
    totals=("count(DISTINCT day) AS active_days",),
    table="events",
    tables=("events",),
    row_source=EVENTS,
    splits=True,
    unit="user_id",
)
USERS_IN = replace(
    USERS_30,
    name="users_in",
    grain="a user seen in the period, with the days on which it was",
    on=f"f.user_id IS NOT NULL AND {within('day')}",
    moment="f.day",
    just_before=False,
)
