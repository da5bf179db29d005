"""What a version has: its columns, the attributes that filters and breakdowns may name, and how far it reaches."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import duckdb

from cs_metrics.errors import QueryError, did_you_mean
from cs_metrics.periods import instant
from cs_metrics.sql import FOREVER

NOT_ATTRIBUTES = frozenset({"name", "email", "comment", "notes", "text", "subject", "description", "feedback"})
NOT_DATED_BY = frozenset({"customers", "users"})

# the facts whose earliest time may be where the data begin; registers, whose dates go back much further, are asked
# only where none of these tells
FIRST_SEEN = (
    ("fact_active", "begins"),
    ("fact_order", "ordered_at"),
    ("fact_user_day", "day"),
    ("fact_ticket", "created_at"),
    ("fact_response", "coalesce(sent_at, responded_at)"),
    ("fact_milestone", "reached_at"),
    ("fact_onboarding", "started_at"),
    ("fact_referral", "least(prompted_at, made_at, accepted_at, incentive_shown_at)"),
    ("fact_deal", "created_at"),
    ("fact_touchpoint", "occurred_at"),
    ("fact_member", "joined_at"),
    ("fact_cost", "incurred_at"),
)


@dataclass(frozen=True)
class Attribute:
    """A name that a filter or a breakdown may use. `table` is 'customers' for a customer's, else the row's table.

    `history`: its earlier values are known, so a breakdown uses the value of then; otherwise today's.
    """

    name: str
    table: str
    column: str
    type: str
    history: bool = False
    distinct: int = 0
    nulls: int = 0

    @property
    def of_customer(self) -> bool:
        return self.table == "customers"


@dataclass(frozen=True)
class Available:
    """What can be asked of a version. `mapped`: 'table.column' -> its attribute, for every column that has data;
    `chosen`: 'settings.name' of every setting that has a value."""

    mapped: Mapping[str, Attribute] = field(default_factory=dict)
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    info: Mapping[str, str] = field(default_factory=dict)
    as_of: datetime = FOREVER
    table_as_of: Mapping[str, datetime] = field(default_factory=dict)
    since: datetime | None = None
    chosen: frozenset[str] = frozenset()

    def choosing(self, settings: Mapping[str, Any]) -> Available:
        """Return the same under these settings: what a workspace has not chosen, a KPI may lack; and `info` says them
        too, so that a form may depend on one."""
        told = {f"settings.{name}": value for name, value in settings.items()}
        named = frozenset(name for name, value in told.items() if value not in ("", []))
        return replace(self, chosen=named, info={**self.info, **{name: str(value) for name, value in told.items()}})

    def attribute(self, name: str) -> Attribute:
        """Return the attribute of that name, or raise QueryError with the nearest names."""
        if name in self.attributes:
            return self.attributes[name]
        searched = self.mapped.get(f"customers.{name}")
        if name == "name" and searched is not None:  # nothing to split by, but what a person searches for
            return replace(searched, name=name)
        owners = [known for known in self.attributes if known.endswith(f".{name}")]
        hint = f"Did you mean {' or '.join(repr(o) for o in owners)}?" if owners else ""
        raise QueryError(f"There is no attribute '{name}'. {hint or did_you_mean(name, self.attributes)}".rstrip())

    @cached_property
    def told(self) -> frozenset[str]:
        """Every name that a need may ask for: columns that have data, settings that are chosen, and 'name=value' of
        what the version says about itself."""
        return frozenset(self.mapped) | self.chosen | {f"{name}={value}" for name, value in self.info.items()}

    @cached_property
    def loaded(self) -> frozenset[str]:
        """The tables that have rows."""
        return frozenset(name.partition(".")[0] for name in self.mapped)

    def lacks(self, needs: Iterable[str]) -> list[str]:
        """Return the columns ('table.column') that have no data, and the 'settings.name' that nobody has chosen, of
        those that are needed; of alternatives the nearest (see `Form.needs`), when none of them is met. A need that no
        column can mend is returned as it stands."""
        return list(dict.fromkeys(name for need in needs for name in _nearest(need, self.told, self.loaded)))

    def reach(self, tables: Iterable[str], as_of: datetime, fresh_days: int) -> tuple[datetime, list[str]]:
        """Return the as-of of KPIs that read `tables`: earlier than `as_of` where one is stale; and which are.

        A table is stale when it lags the latest of all tables: an as-of set by hand vouches for the latest one.
        """
        latest = min(self.as_of, max(self.table_as_of.values(), default=self.as_of))
        stale = {
            t: self.table_as_of[t]
            for t in tables
            if t in self.table_as_of
            and t not in NOT_DATED_BY
            and self.table_as_of[t] < latest - timedelta(days=fresh_days)
        }
        return min([as_of, *stale.values()]), sorted(t for t in stale if stale[t] < as_of)


def _nearest(need: str, told: frozenset[str], loaded: frozenset[str]) -> list[str]:
    """Return what the nearest alternative of a need lacks, nothing where one is met: the fewest columns, then those of
    tables that are loaded. What comes after the source that a version has can't become its source."""
    lacking: list[list[str]] = []
    has_source = False
    for way in need.split("|"):
        names = way.split("&")
        other_source = any("=" in name and name not in told for name in names)
        columns = [name for name in names if "=" not in name and name not in told]
        if not columns and not other_source:
            return []
        if columns and not (has_source and other_source):
            lacking.append(columns)
        has_source = has_source or ("=" in way and not other_source)

    def distance(columns: list[str]) -> tuple[int, int]:
        return len(columns), sum(name.partition(".")[0] not in loaded for name in columns)

    return min(lacking, key=distance, default=[need])


def available(con: duckdb.DuckDBPyConnection) -> Available:
    """Read what a version has from its own tables of account."""
    history = {r[0] for r in con.execute("SELECT DISTINCT attribute FROM dim_spans").fetchall()}
    meta = {k: json.loads(v) for k, v in con.execute("SELECT key, value FROM _meta").fetchall()}
    mapped: dict[str, Attribute] = {}
    attributes: dict[str, Attribute] = {"customer_id": Attribute("customer_id", "customers", "customer_id", "VARCHAR")}
    rows = con.execute(
        "SELECT table_name, column_name, type, distinct_values, nulls FROM _columns "
        "WHERE mapped AND distinct_values + nulls > 0"
    ).fetchall()
    for table, column, kind, distinct, nulls in rows:
        mapped[f"{table}.{column}"] = Attribute(f"{table}.{column}", table, column, kind, False, distinct, nulls)
        if column in NOT_ATTRIBUTES:
            continue
        if table == "customers":
            attributes[column] = Attribute(column, table, column, kind, column in history, distinct, nulls)
        else:
            attributes[f"{table}.{column}"] = mapped[f"{table}.{column}"]
    if "subscriptions.plan" in mapped:
        plan = mapped["subscriptions.plan"]
        attributes["plan"] = Attribute("plan", "customers", "plan", "VARCHAR", "plan" in history, plan.distinct)
    dates = " UNION ALL ".join(f"SELECT min({time}) AS d FROM {fact}" for fact, time in FIRST_SEEN)
    register = "(SELECT min(signed_up_at) FROM fact_user), (SELECT min(signed_up_at) FROM fact_signup)"
    first = con.execute(f"SELECT coalesce(min(d), {register}) FROM ({dates})").fetchall()[0][0]
    return Available(
        mapped,
        attributes,
        dict(con.execute("SELECT key, value FROM fact_info").fetchall()),
        instant(meta["as_of"]),
        {table: instant(moment) for table, moment in meta.get("table_as_of", {}).items()},
        first,
    )


def meta_settings(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Return the settings that the version was published with."""
    rows = con.execute("SELECT value FROM _meta WHERE key = 'settings'").fetchall()
    return dict(json.loads(rows[0][0])) if rows else {}
