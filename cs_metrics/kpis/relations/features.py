"""Users of features: who used what, how often, and who used it again."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.relations.names import EVENTS
from cs_metrics.kpis.relations.states import OPENING
from cs_metrics.kpis.relations.usage import FEATURE_ACCOUNTS, KEY_FEATURE, USERS_IN

_USES = (
    "(SELECT user_id, customer_id, day, CAST(NULL AS VARCHAR) AS feature FROM fact_user_day "
    "UNION ALL SELECT user_id, customer_id, day, feature FROM fact_feature_use)"
)
_USE = ("f.user_id", "f.day", "f.feature", f"{KEY_FEATURE} AS is_key")
_OF_USER = "min(customer_id) AS customer_id"

USERS_OF_FEATURES = replace(
    USERS_IN,
    name="users_of_features",
    grain="a user seen in the period, and whether it used a feature in it",
    source=_USES,
    columns=_USE,
    totals=(_OF_USER, "bool_or(is_key) AS used"),
)
USED_FEATURES = replace(
    USERS_OF_FEATURES,
    name="used_features",
    grain="a user and a feature that it used in the period",
    on=f"{USERS_IN.on} AND {KEY_FEATURE}",
    keys=("user_id", "feature"),
)

# the 7-day blocks back from the period's end: a day that ends with it is in block 0
_BLOCK = "CAST(floor((epoch(p.ends) - epoch(f.day) - 1) / 604800.0) AS BIGINT) AS block"
REGULAR_USERS = replace(
    USERS_OF_FEATURES,
    name="regular_users",
    grain="a user seen in the 28 days to the period's end, and in how many of their weeks it used a feature",
    on="f.user_id IS NOT NULL AND f.day >= p.ends - INTERVAL '28' DAY AND f.day < p.ends",
    columns=(*_USE, _BLOCK),
    totals=(_OF_USER, "count(DISTINCT block) FILTER (WHERE is_key) AS weeks"),
    moment="p.ends",
    just_before=True,
)
REGULAR_FEATURES = replace(
    REGULAR_USERS,
    name="regular_features",
    grain="a user, a feature that it used in the 28 days to the period's end, and in how many of their weeks",
    on=f"{REGULAR_USERS.on} AND {KEY_FEATURE}",
    keys=("user_id", "feature"),
)

RETURNING_USERS = replace(
    USERS_OF_FEATURES,
    name="returning_users",
    grain="a user of a feature in the period before, and whether it used it again",
    source="fact_feature_use",
    row_source=f"(SELECT * FROM ({EVENTS}) WHERE feature IS NOT NULL)",
    on=f"f.user_id IS NOT NULL AND {KEY_FEATURE} AND f.day >= p.prior AND f.day < p.ends",
    columns=("f.user_id", "f.feature", "f.day >= p.starts AS is_now"),
    totals=(_OF_USER, "bool_or(NOT is_now) AS used_before", "bool_or(is_now) AS used_again"),
    moment="p.starts",
    just_before=True,
)
RETURNING_FEATURES = replace(
    RETURNING_USERS,
    name="returning_features",
    grain="a feature, a user of it in the period before, and whether it used it again",
    keys=("user_id", "feature"),
)

BREADTH = replace(
    OPENING,
    name="breadth",
    grain="a customer active in the period, and how many features it used",
    extras=(
        replace(
            FEATURE_ACCOUNTS.extras[0], totals=("count(DISTINCT f.feature) AS features",), only="TRUE", name="used"
        ),
    ),
    tables=FEATURE_ACCOUNTS.tables,
)
