"""The score against the tickets before the answer: how many there were, and how fast they were resolved."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.feedback.answers import Answers, counted
from cs_metrics.analysis.feedback.drivers.evidence import Evidence, gather
from cs_metrics.analysis.feedback.drivers.sums import score, sums_sql
from cs_metrics.errors import NotComputableError
from cs_metrics.sql import inline

MANY = 3
"""So many tickets and more stand in one group."""
KEYS = ("tickets", "hours", "own_hours")
_TABLE = "tickets_before_answers"
NEEDS = ("tickets.customer_id", "tickets.created_at")
COLUMNS = ("about", "group", "low_cut", "high_cut", "n", "value", "low", "high")


@dataclass(frozen=True)
class Before:
    """The score by what support did before. `frame`: about ("tickets": how many in the days before; "hours": how long
    those took that were resolved by then, on average; "own_hours": of ratings of tickets, how long the rated one took),
    group ("0" ... "3+"; of hours "1" ... "4", the quarters, fastest first), low_cut and high_cut (hours: above, up to),
    n, value, low, high. `left_out`: answers of which is not known what was before them: of no known account, or given
    before the tickets' data reach `days` back."""

    frame: pd.DataFrame
    days: int
    answers: int
    left_out: int


def before(
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
) -> Before:
    """Return the score of a survey by number and speed of the account's tickets in the `days` before the answer. A
    ticket counts that was created before the answer, its hours if it was resolved before it. `among`: the attributes
    that may be read (None: all).

    Raises QueryError, NotComputableError where there are no tickets or no answers.
    """
    answers, found = _asked(con, settings, as_of, survey, days, where, since, until, among)
    text = answers.sql(found.select, *found.ctes)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {_TABLE} AS {text}", answers.question.params.used(text))
    try:
        keys = [fact.key for fact in found.facts]
        number = f"x{keys.index('tickets')}"
        size, known = con.execute(f"SELECT count(*), count({number}) FROM {_TABLE}").fetchall()[0]
        cuts = {key: _quarters(con, f"x{keys.index(key)}") for key in keys if key != "tickets"}
        groups = {"tickets": f"CASE WHEN {number} >= {MANY} THEN '{MANY}+' ELSE CAST({number} AS VARCHAR) END"}
        groups |= {key: _by_quarter(f"x{keys.index(key)}", cut) for key, cut in cuts.items() if cut}
        used = ", ".join(f"{group} AS {key}" for key, group in groups.items())
        unit = answers.form.unit or answers.relation.unit
        select = sums_sql(f"(SELECT {unit}, worth, {used} FROM {_TABLE})", list(groups), unit, nulls=False)
        sums = con.execute(f"{select}\nORDER BY driver, segment").df()
    finally:
        con.execute(f"DROP TABLE IF EXISTS {_TABLE}")
    value, low, high = score(answers.form, sums)
    about = [list(groups)[place] for place in sums["driver"]]
    ends = [_ends(cuts.get(key) or (), group) for key, group in zip(about, sums["segment"], strict=True)]
    above, up_to = [one[0] for one in ends], [one[1] for one in ends]
    columns = (about, sums["segment"], above, up_to, sums["n"].astype("int64"), value, low, high)
    return Before(pd.DataFrame(dict(zip(COLUMNS, columns, strict=True))), days, int(size), int(size - known))


def before_sql(con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: Any, **asked: Any) -> str:
    """Return the SQL of what `before` counts, runnable as it stands: a row for each answer."""
    given = {"survey": "nps", "days": 90, "where": None, "since": None, "until": None, "among": None, **asked}
    answers, found = _asked(con, settings, as_of, **given)
    text = answers.sql(found.select, *found.ctes)
    return inline(text, answers.question.params.used(text))


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
) -> tuple[Answers, Evidence]:
    answers = counted(con, settings, as_of, survey=survey, where=where, since=since, until=until)
    allowed = None if among is None else [*among]
    lacks = answers.asked.available.lacks(NEEDS)
    lacks = lacks or [need for need in NEEDS if allowed is not None and need not in allowed]
    if lacks:
        raise NotComputableError(
            f"The tickets before an answer are not known: that needs {', '.join(lacks)}. Load a table with it, or map "
            "the column.", lacks,
        )  # fmt: skip
    return answers, gather(con, answers, days, allowed, KEYS)


def _quarters(con: duckdb.DuckDBPyConnection, column: str) -> tuple[float, ...]:
    """Return the least value, the three quartiles and the largest value; () where there are none."""
    quartiles = ", ".join(f"quantile_disc({column}, {q})" for q in (0.25, 0.5, 0.75))
    row = con.execute(f"SELECT min({column}), {quartiles}, max({column}) FROM {_TABLE}").fetchall()[0]
    return () if row[0] is None else tuple(float(one) for one in row)


def _by_quarter(column: str, cuts: Sequence[float]) -> str:
    """Return the SQL of the quarter of a number, from '1'; values that are alike stand in one quarter."""
    cases = " ".join(
        f"WHEN {column} <= CAST({cut!r} AS DOUBLE) THEN '{place}'" for place, cut in enumerate(cuts[1:4], start=1)
    )
    return f"CASE {cases} WHEN {column} IS NOT NULL THEN '4' END"


def _ends(cuts: Sequence[float], group: str) -> tuple[float, float]:
    """Return above what and up to what the values of a quarter are (the first from the least one on)."""
    return (cuts[int(group) - 1], cuts[int(group)]) if cuts else (math.nan, math.nan)
