"""Lives of customers as rows: when each began, how many whole periods of it are known, and whether it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.cohorts.activity import split
from cs_metrics.analysis.survival.curve import grouped
from cs_metrics.errors import NotComputableError, QueryError, did_you_mean
from cs_metrics.facts.clock import Clock
from cs_metrics.kpis.attributes import join
from cs_metrics.kpis.available import Available, available
from cs_metrics.kpis.where import compile_where, names
from cs_metrics.periods import instant
from cs_metrics.settings import resolve
from cs_metrics.sql import Params, inline, literal, quote

Where = Mapping[str, Any]
GRAINS = ("day", "week", "month", "quarter", "year")
STARTS = {"active": "f.active", "paid": "f.mrr > 0"}
GAPS = ("ignored", "end")
COUNTS = ("t", "at_risk", "events", "censored")
PARTS = ("at_risk", "left", "censored")
_UNITS = {
    "day": ("days", 1),
    "week": ("days", 7),
    "month": ("months", 1),
    "quarter": ("months", 3),
    "year": ("months", 12),
}


@dataclass(frozen=True)
class Question:
    """What is asked of lives, checked. `table`: the one whose rows are stretches of activity; `end`: the instant up to
    which they are known, earlier than the as-of where that table is stale."""

    available: Available
    clock: Clock
    table: str
    end: datetime
    start: str
    gaps: str
    by: tuple[str, ...]
    where: dict[str, Any]
    since: datetime | None
    until: datetime | None
    minimum_n: int

    @property
    def grain(self) -> str:
        return self.clock.grain


def ask(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    grain: str = "month",
    by: str | Sequence[str] | None = None,
    where: Where | None = None,
    since: Any = None,
    until: Any = None,
    start: str = "active",
    gaps: str = "ignored",
) -> Question:
    """Check what is asked. Raises QueryError for what does not exist, NotComputableError without any activity."""
    for name, value, known in (("grain", grain, GRAINS), ("start", start, [*STARTS]), ("gaps", gaps, GAPS)):
        if value not in known:
            raise QueryError(f"Survival: there is no {name} '{value}'. {did_you_mean(str(value), known)}")
    values = resolve(settings)
    version = available(con)
    table = version.info.get("activity_source", "")
    wanted = [by] if isinstance(by, str) else list(by or ())
    if len(set(wanted)) != len(wanted):
        raise QueryError(f"Survival: 'by' names one attribute twice: {', '.join(wanted)}.")
    taken = set(wanted) & {*COUNTS, "survival", "low", "high"}
    if taken:
        raise QueryError(f"Survival has a column '{min(taken)}' of its own: rename the attribute to break down by it.")
    for name in wanted:
        found = version.attribute(name)
        if not found.of_customer and found.table != table:
            raise QueryError(f"Survival cannot be broken down by '{name}': it belongs to other rows than a life's own.")
    active = STARTS[start].replace("f.", "")
    if not con.execute(f"SELECT count(*) FROM fact_active WHERE {active} AND ends > begins").fetchall()[0][0]:
        needs = ["subscriptions.start_date", "mrr_snapshots.month", "customers.signed_up_on", "orders.ordered_at"]
        paid = "customers that pay: " if start == "paid" else ""
        raise NotComputableError(f"Survival is not computable: it needs {paid}one of {', '.join(needs)}.", needs)
    now = instant(as_of, "as_of")
    return Question(
        available=version,
        clock=Clock(grain, values),
        table=table,
        end=version.reach([table], now, int(values["fresh_days"]))[0],
        start=start,
        gaps=gaps,
        by=tuple(wanted),
        where=dict(where or {}),
        since=None if since is None else instant(since, "since"),
        until=None if until is None else instant(until, "until"),
        minimum_n=int(values["minimum_n"]),
    )


def lives_sql(asked: Question, params: Params) -> str:
    """The common table expressions down to `lives`: customer_id, begins, ends, parts, over, t, b0, b1 ..., _source,
    _row.

    `t`: the whole periods of life that are known and over; where the life ended (`over`), the period in which it did.
    A leaving in a period of life that is not over counts when that is: those who started with it and stayed are not
    counted in that period either. `parts`: the stretches between gaps. `_source` and `_row`: the row that ended the
    life, else the one that began it.
    """
    rows, customers = split(asked.available, asked.table, asked.where)
    row_names = [n for n in (*asked.by, *names(rows)) if not asked.available.attribute(n).of_customer]
    used = [*asked.by, *names(customers), *row_names]
    joined = join(asked.available, used, moment="f.begins", row="f", table=asked.table if row_names else None)
    columns = "".join(f", {joined(name)[0]} AS b{n}" for n, name in enumerate(asked.by))
    limits = [compile_where(customers, joined, params), compile_where(rows, joined, params)]
    limits += [f"f.begins >= {literal(asked.since)}"] if asked.since else []
    limits += [f"f.begins < {literal(asked.until)}"] if asked.until else []
    end = literal(asked.end)
    first, last = "struct_pack(begins := begins, id := _id)", "struct_pack(ends := ends, id := _id)"
    own = "PARTITION BY customer_id ORDER BY begins, ends, _id"
    return f"""WITH stretches AS (
    SELECT f.customer_id, f.begins, f.ends, f._source, f._row, f._id FROM fact_active AS f
    WHERE {STARTS[asked.start]} AND f.ends > f.begins AND f.begins < {end} AND f.customer_id IS NOT NULL),
reached AS (
    SELECT *, max(ends) OVER ({own} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reach FROM stretches),
numbered AS (
    SELECT *, sum(CASE WHEN begins <= reach THEN 0 ELSE 1 END) OVER ({own} ROWS UNBOUNDED PRECEDING) AS part
    FROM reached),
counted AS (SELECT *, max(part) OVER (PARTITION BY customer_id) AS parts FROM numbered),
whole AS (
    SELECT customer_id, min(begins) AS begins, max(ends) AS ends, max(parts) AS parts, arg_min(_id, {first}) AS _id,
           arg_min(_source, {first}) AS first_source, arg_min(_row, {first}) AS first_row,
           arg_max(_source, {last}) AS last_source, arg_max(_row, {last}) AS last_row
    FROM counted {"WHERE part = 1" if asked.gaps == "end" else ""} GROUP BY customer_id),
aged AS (
    SELECT f.*{columns}, {asked.clock.elapsed_sql("f.begins", "f.stop")} AS lived,
           {asked.clock.elapsed_sql("f.begins", end)} AS known
    FROM (SELECT *, least(ends, {end}) AS stop FROM whole) AS f {joined.sql} WHERE {" AND ".join(limits)}),
ended AS (
    SELECT *, CASE WHEN ends < {end} THEN lived + CASE WHEN {_after(asked)} < stop THEN 1 ELSE 0 END END AS ended_in
    FROM aged),
lives AS (
    SELECT *, coalesce(ended_in <= known, FALSE) AS over, CAST(coalesce(least(ended_in, known), known) AS BIGINT) AS t,
           CASE WHEN ends < {end} THEN last_source ELSE first_source END AS _source,
           CASE WHEN ends < {end} THEN last_row ELSE first_row END AS _row
    FROM ended)
"""


def _after(asked: Question) -> str:
    """The instant at which the whole periods lived were over. A life that ends with its period belongs to that period:
    one month from the first of a month to the next is 1. Months from a month's last day are over on a last day."""
    unit, each = _UNITS[asked.grain]
    after = f"begins + to_{unit}(CAST(lived * {each} AS INTEGER))"
    if unit == "days":
        return after
    last = f"CAST(last_day({after}) AS TIMESTAMP) + (begins - date_trunc('day', begins))"
    return f"CASE WHEN CAST(begins AS DATE) = last_day(begins) THEN {last} ELSE {after} END"


def _table_statement(asked: Question) -> tuple[str, dict[str, object]]:
    params = Params()
    groups = "".join(f"b{n} AS {quote(name)}, " for n, name in enumerate(asked.by))
    places = ", ".join(str(n) for n in range(1, len(asked.by) + 2))
    text = (
        lives_sql(asked, params)
        + f"SELECT {groups}t, count(*) FILTER (WHERE over) AS events, count(*) FILTER (WHERE NOT over) AS censored "
        + f"FROM lives GROUP BY {places} ORDER BY {places}"
    )
    return text, params.used(text)


def life_table(con: duckdb.DuckDBPyConnection, asked: Question) -> pd.DataFrame:
    """<by>, t, at_risk, events, censored: a row a group and period of life, from 0 to the longest known, none left out;
    the largest group first.

    `at_risk`: the customers whose t-th period of life is known whole; at t = 0 all.
    """
    frame = con.execute(*_table_statement(asked)).df()
    groups = grouped(frame, asked.by)
    groups.sort(key=lambda pair: (-int(pair[1][["events", "censored"]].to_numpy().sum()), str(pair[0])))
    made = [dense(group, dict(zip(asked.by, key, strict=True))) for key, group in groups]
    columns = [*asked.by, *COUNTS]
    return pd.concat(made, ignore_index=True)[columns] if made else pd.DataFrame(columns=columns)


def dense(group: pd.DataFrame, values: Mapping[str, Any]) -> pd.DataFrame:
    """A group's counts by t (t, events, censored) as a life table: with at_risk, and a row for every t from 0."""
    counts = group.set_index("t")[["events", "censored"]]
    counts = counts.reindex(range(int(counts.index.max()) + 1), fill_value=0).astype("int64")
    gone = (counts["events"] + counts["censored"]).cumsum().shift(fill_value=0)
    counts.insert(0, "at_risk", int(counts.to_numpy().sum()) - gone)
    table = counts.rename_axis("t").reset_index().astype("int64")
    for name, value in values.items():
        table[name] = pd.Series([value] * len(table), dtype=object)
    return table


def sql(asked: Question) -> str:
    """The statement behind the life table, runnable as it stands on the version's file."""
    return inline(*_table_statement(asked))


def values_of(asked: Question, by_values: Mapping[str, Any] | None) -> tuple[Any, ...]:
    """A group's values in the order of the breakdown. Raises QueryError where one is missing or has no place."""
    values = dict(by_values or {})
    if set(values) != set(asked.by):
        raise QueryError(f"A group of {', '.join(asked.by) or 'nothing'} needs a value for each, no other.")
    return tuple(values[name] for name in asked.by)


def rows(
    con: duckdb.DuckDBPyConnection,
    asked: Question,
    *,
    t: int,
    part: str = "at_risk",
    by_values: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """The customers behind a row of the life table, as many as its `part` counts: "at_risk", "left" (its events),
    "censored".

    Columns: customer_id, started, ended (null: still here), t, left, parts (stretches between gaps), _source, _row.
    """
    if part not in PARTS:
        raise QueryError(f"Survival: there is no part '{part}'. {did_you_mean(part, PARTS)}")
    if isinstance(t, bool) or not isinstance(t, int) or t < 0:
        raise QueryError(f"Survival: 't' is a whole number of {asked.grain}s, not {t!r}.")
    values = values_of(asked, by_values)
    params = Params()
    picked = [{"at_risk": f"t >= {t}", "left": f"over AND t = {t}", "censored": f"NOT over AND t = {t}"}[part]]
    picked += [f"b{n} IS NOT DISTINCT FROM {params.add(value)}" for n, value in enumerate(values)]
    text = (
        lives_sql(asked, params)
        + f"SELECT customer_id, begins AS started, CASE WHEN ends < {literal(asked.end)} THEN ends END AS ended, t, "
        + f"over AS {quote('left')}, CAST(parts AS BIGINT) AS parts, _source, _row FROM lives "
        + f"WHERE {' AND '.join(picked)} ORDER BY begins, customer_id"
    )
    return con.execute(text, params.used(text)).df()


def counts(con: duckdb.DuckDBPyConnection, asked: Question) -> dict[str, int]:
    """What must be said of the lives: `lives`, `left` (whether counted yet or not), `uncounted` (left in a period of
    life that is not over), `returned` (came back after a gap), `days_of_leaving` and `starts` (distinct days on which
    those who left did, and had started), `empty` (customers whose every stretch ended as it began: no life), `future`
    (customers whose first begins after the data end)."""
    params = Params()
    end = literal(asked.end)
    text = lives_sql(asked, params) + (
        f"SELECT count(*) AS lives, count(*) FILTER (WHERE ends < {end}) AS gone, "
        f"count(*) FILTER (WHERE ends < {end} AND NOT over) AS uncounted, "
        f"count(*) FILTER (WHERE parts > 1) AS returned, "
        f"count(DISTINCT CAST(ends AS DATE)) FILTER (WHERE ends < {end}) AS days_of_leaving, "
        f"count(DISTINCT CAST(begins AS DATE)) FILTER (WHERE ends < {end}) AS starts FROM lives"
    )
    found = con.execute(text, params.used(text)).fetchall()[0]
    told = dict(zip(("lives", "left", "uncounted", "returned", "days_of_leaving", "starts"), found, strict=True))
    row = STARTS[asked.start].replace("f.", "")
    without = con.execute(
        f"SELECT count(*) FILTER (WHERE NOT lived AND earliest < {end}), count(*) FILTER (WHERE earliest >= {end}) "
        f"FROM (SELECT customer_id, bool_or(ends > begins) AS lived, min(begins) AS earliest FROM fact_active "
        f"WHERE {row} AND customer_id IS NOT NULL GROUP BY customer_id)"
    ).fetchall()[0]
    return told | {"empty": without[0], "future": without[1]}
