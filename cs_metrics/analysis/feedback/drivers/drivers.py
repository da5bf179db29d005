"""What goes with a high or a low score: facts from before the answer, each with its effect, under error control.

Every group of an attribute is compared with the other groups, yes with no, the upper third of a number with the lower.
The effect is the difference of the two scores, with an interval that goes by accounts (`sums.gaps`). Over all
comparisons the p-values are corrected by Holm (1979, Scandinavian Journal of Statistics 6: 65-70): where nothing has an
effect, at most LEVEL of data sets report anything at all. Holm and not Benjamini-Hochberg, as what is reported will be
acted on one by one, and as it holds however the facts depend on each other (a country lies within a region).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from cs_metrics.analysis.feedback.answers import counted
from cs_metrics.analysis.feedback.drivers import evidence
from cs_metrics.analysis.feedback.drivers.sums import COLUMNS as SUMS
from cs_metrics.analysis.feedback.drivers.sums import GAPS, explained, gaps, sums_sql
from cs_metrics.analysis.survival.curve import holm
from cs_metrics.sql import inline

LEVEL = 0.05
LEAST_CLUSTERS = 10
"""Fewer accounts on a side say nothing: their spread is not known."""
SAME = 0.95
"""What leaves less than the rest of the answers' variance is the answer under another name."""
UPPER, LOWER, YES, NO = "upper", "lower", "yes", "no"
_LEADS = {YES, UPPER}
_TABLE = "driver_evidence"
COLUMNS = ("name", "kind", "form", "unit", "segment", "low_cut", "high_cut", "today", *GAPS, "adjusted", "named")


@dataclass(frozen=True)
class Drivers:
    """What goes with the score. `found`: of each fact its surest comparison, `comparisons`: all of them, the surest
    first: name (an attribute's, or what the fact is in words), kind (attribute, feature, use, tickets, onboarding),
    form (category, flag, number), unit, segment (the group that is compared with the rest: a value, 'yes', 'upper'),
    low_cut and high_cut (of a number: lower third up to, upper third from), today (an attribute without history),
    n, clusters (accounts), value; other_n, other_clusters, other_value (the rest); effect (value less other_value),
    low, high, t, degrees, p, adjusted (by Holm), named (more than chance would do).

    `answers`, `tests` (comparisons made), `minimum_n` (answers that each side has at least), `days` (how far back
    tickets and use were looked for), `alike` (attributes left out as they are the answer under another name), `thin`
    (facts without enough answers on both sides).
    """

    found: pd.DataFrame
    comparisons: pd.DataFrame
    answers: int
    tests: int
    minimum_n: int
    days: int
    alike: tuple[str, ...]
    thin: tuple[str, ...]


def drivers(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    survey: str = "nps",
    days: int = 90,
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
    among: Iterable[str] | None = None,
) -> Drivers:
    """Return what goes with a high or low score of a survey. `days`: how far before an answer tickets and use are
    looked for; `among`: the attributes that may be read (None: all). Association, not cause.

    Raises QueryError, NotComputableError.
    """
    facts, select, values = _asked(con, settings, as_of, survey, days, where, since, until, among)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {_TABLE} AS {select}", values)
    try:
        cuts = _cuts(con, facts)
        used = [(place, fact) for place, fact in enumerate(facts) if fact.form != "number" or place in cuts]
        groups = [_group(place, fact, cuts.get(place)) for place, fact in used]
        answers = int(con.execute(f"SELECT count(*) FROM {_TABLE}").fetchall()[0][0])
        sums = pd.DataFrame(columns=["driver", "segment", *SUMS])
        if groups:
            columns = ", ".join(f"{group} AS g{i}" for i, group in enumerate(groups))
            source = f"(SELECT cluster, worth, {columns} FROM {_TABLE})"
            text = sums_sql(source, [f"g{i}" for i in range(len(groups))], "cluster", nulls=False)
            sums = con.execute(text).df()
    finally:
        con.execute(f"DROP TABLE IF EXISTS {_TABLE}")
    minimum = int(settings["minimum_n"])
    judged = judge(sums, minimum)
    told = [_about(used[int(place)], cuts) for place in judged.comparisons["driver"]]
    comparisons = pd.concat([pd.DataFrame(told, index=judged.comparisons.index), judged.comparisons], axis=1)
    comparisons = comparisons.reindex(columns=["driver", *COLUMNS])
    found = comparisons.drop_duplicates("driver").drop(columns="driver").reset_index(drop=True)
    names = {place: fact.name for place, (_, fact) in enumerate(used)}
    return Drivers(
        found, comparisons.drop(columns="driver").reset_index(drop=True), answers, len(comparisons), minimum, days,
        tuple(names[p] for p in judged.alike), tuple(names[p] for p in judged.thin),
    )  # fmt: skip


def evidence_sql(con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: Any, **asked: Any) -> str:
    """Return the SQL of the facts that `drivers` compares, runnable as it stands: a row for each answer."""
    given = {"survey": "nps", "days": 90, "where": None, "since": None, "until": None, "among": None, **asked}
    _, select, values = _asked(con, settings, as_of, **given)
    return inline(select, values)


def _asked(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    survey: str,
    days: int,
    where: Mapping[str, Any] | None,
    since: Any,
    until: Any,
    among: Iterable[str] | None,
) -> tuple[tuple[evidence.Fact, ...], str, dict[str, Any]]:
    asked = {"survey": survey, "where": where, "since": since, "until": until}
    plain = counted(con, settings, as_of, **asked)
    allowed = None if among is None else list(among)
    names = evidence.attributes(plain.asked.available, allowed, plain.relation.table)
    answers = counted(con, settings, as_of, by=names, pinned=True, **asked)
    gathered = evidence.gather(con, answers, days, allowed)
    text = answers.sql(gathered.select, *gathered.ctes)
    return gathered.facts, text, answers.question.params.used(text)


@dataclass(frozen=True)
class Judged:
    """Comparisons of drivers by their numbers: `comparisons` (driver, segment, `sums.GAPS`, adjusted, named), the
    surest first; the numbers of drivers that are the answer itself, and of those with too few answers."""

    comparisons: pd.DataFrame
    alike: tuple[int, ...]
    thin: tuple[int, ...]


def judge(sums: pd.DataFrame, minimum_n: int, level: float = LEVEL) -> Judged:
    """Return every comparison that has enough answers, corrected for how many there are. `sums`: driver (its number),
    segment, `sums.COLUMNS`. Of two groups one comparison is made, as both are the same."""
    groups = sums[sums.groupby("driver")["n"].transform("size") > 1].reset_index(drop=True)
    same = explained(groups) >= SAME
    alike = tuple(int(d) for d in groups.loc[same, "driver"].unique())
    found = pd.concat([groups[["driver", "segment"]], gaps(groups)], axis=1)[~same]
    # of two groups the one that leads, else the smaller one
    rank = np.where(found["segment"].isin(_LEADS), -1.0, found["n"])
    first = found.assign(rank=rank).sort_values(["driver", "rank"], kind="stable").drop_duplicates("driver").index
    found = found[(found.groupby("driver")["n"].transform("size") > 2) | found.index.isin(first)]
    enough = (found[["n", "other_n"]].min(axis=1) >= minimum_n) & found["p"].notna()
    enough &= found[["clusters", "other_clusters"]].min(axis=1) >= LEAST_CLUSTERS
    every = found[enough]
    thin = tuple(int(d) for d in found["driver"].unique() if d not in set(every["driver"]))
    adjusted = holm(every["p"].to_numpy()) if len(every) else np.empty(0)
    every = every.assign(adjusted=adjusted, named=adjusted <= level)
    order = np.lexsort((-every["t"].abs().to_numpy(), every["p"].to_numpy()))
    return Judged(every.iloc[order].reset_index(drop=True), alike, thin)


def thirds(least: float, first: float, second: float, most: float) -> tuple[float, float] | None:
    """Return the largest value of the lower third and the smallest of the upper one, from the smallest value, the
    first and second tertile and the largest. Alike values are never parted: where the tertiles are one value, it stands
    against what is above it (below it, if nothing is). None where all values are the same."""
    if first < second:
        return first, second
    if not least < most:
        return None
    return (first, float(np.nextafter(first, np.inf))) if first < most else (float(np.nextafter(first, -np.inf)), first)


def _cuts(con: duckdb.DuckDBPyConnection, facts: tuple[evidence.Fact, ...]) -> dict[int, tuple[float, float]]:
    """Return of each number by its place where its lower third ends and its upper one begins."""
    places = [place for place, fact in enumerate(facts) if fact.form == "number"]
    if not places:
        return {}
    columns = ", ".join(f"[CAST(min(x{p}) AS DOUBLE), CAST(quantile_disc(x{p}, 1.0 / 3) AS DOUBLE), "
                        f"CAST(quantile_disc(x{p}, 2.0 / 3) AS DOUBLE), CAST(max(x{p}) AS DOUBLE)]"
                        for p in places)  # fmt: skip
    row = con.execute(f"SELECT {columns} FROM {_TABLE}").fetchall()[0]
    told = {p: thirds(*quantiles) for p, quantiles in zip(places, row, strict=True) if quantiles[0] is not None}
    return {place: cut for place, cut in told.items() if cut is not None}


def _group(place: int, fact: evidence.Fact, cut: tuple[float, float] | None) -> str:
    """Return the SQL of the group of an answer; null where the fact is not known, or a number is in the middle."""
    if fact.form == "category":
        return f"x{place}"
    if cut is None:
        return f"CASE WHEN x{place} THEN '{YES}' WHEN NOT x{place} THEN '{NO}' END"
    low, high = (repr(float(one)) for one in cut)
    return (
        f"CASE WHEN x{place} <= CAST({low} AS DOUBLE) THEN '{LOWER}' "
        f"WHEN x{place} >= CAST({high} AS DOUBLE) THEN '{UPPER}' END"
    )


def _about(used: tuple[int, evidence.Fact], cuts: Mapping[int, tuple[float, float]]) -> dict[str, Any]:
    place, fact = used
    low, high = cuts.get(place, (np.nan, np.nan))
    told = {name: getattr(fact, name) for name in ("name", "kind", "form", "unit", "today")}
    return {**told, "low_cut": low, "high_cut": high}
