"""Users and features: who was there in a period, and with what."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Extra, Relation
from cs_metrics.kpis.relations.names import ACTIVITY, EVENTS, within
from cs_metrics.kpis.relations.states import OPENING

KEY_FEATURE = "f.feature IS NOT NULL AND (NOT :has_key_features OR f.feature IN (:key_features))"
"""The use is one of a key feature; where none is chosen, of any feature."""

_FEATURES = Extra(
    source="fact_feature_use",
    on=within("day"),
    totals=("count(*) AS feature_rows", "sum(f.uses) AS uses"),
    only=KEY_FEATURE,
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

# the last instant of a period lies just before its end
_MONTH_BEGINS = "date_trunc('month', p.ends - INTERVAL '1' SECOND)"
USERS_30 = Relation(
    name="users_30",
    grain="a user seen in the 30 days to the period's end, or in its last calendar month (a setting)",
    source="fact_user_day",
    on="f.user_id IS NOT NULL AND f.day < p.ends AND f.day >= CASE :mau_window WHEN 'calendar_month' "
    f"THEN {_MONTH_BEGINS} ELSE p.ends - INTERVAL '30' DAY END",
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
USERS_7 = replace(
    USERS_30,
    name="users_7",
    grain="a user seen in the 7 days to the period's end",
    on="f.user_id IS NOT NULL AND f.day < p.ends AND f.day >= p.ends - INTERVAL '7' DAY",
)
USERS_IN = replace(
    USERS_30,
    name="users_in",
    grain="a user seen in the period, with the days on which it was and the time of the sessions that it started",
    on=f"f.user_id IS NOT NULL AND {within('day')}",
    columns=("f.user_id", "f.day", "f.session_seconds"),
    moment="f.day",
    just_before=False,
    totals=(
        "count(DISTINCT day) AS active_days",
        "coalesce(sum(CAST(session_seconds AS DOUBLE)), 0) / 3600 AS hours",
    ),
    row_source=f"(SELECT e.*, s.seconds AS session_seconds FROM ({EVENTS}) AS e "
    "LEFT JOIN fact_session AS s ON s._id = e._id)",
)

SESSIONS = Relation(
    name="sessions",
    grain="a session started in the period; its row is that of its first event",
    source="fact_session",
    on=within("started_at"),
    columns=(
        "f.user_id", "f.started_at", "CAST(f.seconds AS DOUBLE) / 3600 AS hours", "f.events", "f.number",
        "coalesce(f.customer_id, f.user_id, f._id) AS cluster",
    ),
    moment="f.started_at",
    table="events",
    tables=("events",),
    unit="cluster",
)  # fmt: skip

USES = Relation(
    name="uses",
    grain="a user's uses of a feature on a day of the period",
    source="fact_feature_use",
    on=within("day"),
    columns=("f.user_id", "f.feature", "f.day", "f.uses"),
    moment="f.day",
    table="events",
    tables=("events",),
    row_source=_FEATURES.row_source,
)
USES_BEFORE = replace(
    USES, name="uses_before", grain="a user's uses of a feature on a day of the period before", before=True
)
ANY_FEATURE = replace(
    FEATURE_ACCOUNTS,
    name="any_feature",
    grain="a customer active in the period, and whether it used any feature",
    extras=(replace(_FEATURES, only="TRUE"),),
)

ROLES = replace(
    OPENING,
    name="roles",
    grain="a customer active in the period, with the roles of its users seen in it",
    extras=(
        Extra(
            source="fact_user_day",
            on=within("day"),
            totals=("count(DISTINCT f.role) AS roles",),
            table="events",
            row_source=EVENTS,
        ),
    ),
    tables=(ACTIVITY, "events"),
)
