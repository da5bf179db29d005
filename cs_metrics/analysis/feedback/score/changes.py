"""Changes of a survey's score between periods, and differences between segments: which are more than chance gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.feedback.answers import CATEGORIES, Answers, counted
from cs_metrics.analysis.feedback.score.change_words import Told, sentence, summary
from cs_metrics.analysis.feedback.score.real import Group, Shared, compared, judged, sums
from cs_metrics.errors import QueryError, did_you_mean
from cs_metrics.kpis.notes import reach
from cs_metrics.sql import literal

# more points than this are not compared each with each: of periods the latest are, of segments the largest
MOST = 40
PAIRS = ("neighbours", "all")
SCORE = "score"
_SUMS = ("accounts", "n", "total", "nn", "nt", "tt", "fourth", "most")
_SHARED = ("accounts", "nn", "nt", "tn", "tt", "squares")


@dataclass(frozen=True)
class Changes:
    """What `changes` found. `points`: name, start (of a period), segment, value, n, accounts, complete; the earliest
    first, or the highest. `pairs`: one, other (names of points), value_one, value_other, n_one, n_other, difference
    (other less one), low, high, p, adjusted, verdict, visible, sentence; see `real.judged`.

    `comparisons`: for how many p is corrected; `summary`: how many of them are real, in words; `left_out`: how many
    points are beyond the most that are compared.
    """

    points: pd.DataFrame
    pairs: pd.DataFrame
    comparisons: int
    summary: str
    left_out: int = 0


def changes(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    survey: str = "nps",
    grain: str | None = None,
    by: str | None = None,
    pairs: str = "neighbours",
    measure: str = SCORE,
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
) -> Changes:
    """Compare a survey's score between the periods of `grain`, or the segments of `by` over the whole range.

    `pairs`: each point with the next ("neighbours"), or each with each ("all"). `measure`: "score", or a category of
    the survey ("promoter"): then its share is compared. Points without answers do not stand.

    Raises QueryError for what is not there to compare, NotComputableError where the survey's columns are missing.
    """
    if (grain is None) == (by is None):
        raise QueryError("Compare either periods (a grain) or segments (an attribute): one of the two.")
    if pairs not in PAIRS:
        raise QueryError(f"There are no pairs '{pairs}'. {did_you_mean(pairs, PAIRS)}")
    answers = counted(con, settings, as_of, survey=survey, grain=grain, by=by, where=where, since=since, until=until)
    known = (SCORE, *CATEGORIES[survey])
    if measure not in known:
        raise QueryError(f"The survey '{survey}' has no measure '{measure}'. {did_you_mean(measure, known)}")
    told = Told(survey, measure, grain)
    points, left_out = _points(con, answers, told)
    wanted = "b.place = a.place + 1" if pairs == "neighbours" else "b.place > a.place"
    if len(points) < 2:
        nothing = pd.DataFrame(columns=_PAIR)
        return Changes(_shown(points), nothing, 0, summary(nothing, told, pairs), left_out)
    sums_of = _moments(con, answers, told, points)
    both = _common(con, answers, told, points, wanted)
    return _changes(points, sums_of, both, pairs, told, left_out)


_PAIR = ["one", "other", "value_one", "value_other", "n_one", "n_other", "difference", "low", "high", "p", "adjusted",
         "verdict", "visible", "sentence"]  # fmt: skip


def _worth(told: Told) -> str:
    return "CAST(worth AS DOUBLE)" if told.measure == SCORE else f"CAST(category = {literal(told.measure)} AS INTEGER)"


def _key(told: Told) -> str:
    return "pno" if told.grain else "b1"


def _points(con: duckdb.DuckDBPyConnection, answers: Answers, told: Told) -> tuple[pd.DataFrame, int]:
    """Return the points that are compared: key, name, n, value, start, complete, in their order; and how many more."""
    key = _key(told)
    found = answers.run(
        con, f"SELECT {key} AS key, count(*) AS n, avg({_worth(told)}) AS value FROM {{answers}} GROUP BY {key}"
    )
    found["key"] = found["key"].astype(object).where(found["key"].notna(), None)
    if told.grain:
        found = found.sort_values("key", ignore_index=True)
        kept = found.tail(MOST)
        periods, end = answers.asked.periods, reach(answers.asked, answers.form)
        kept = kept.assign(
            start=[periods[int(k)].start for k in kept["key"]],
            complete=[periods[int(k)].complete(end) for k in kept["key"]],
        )
    else:
        kept = found.sort_values("n", ascending=False, kind="stable").head(MOST)
        kept = kept.assign(start=pd.Series(pd.NaT, kept.index), complete=True, text=kept["key"].map(str))
        kept = kept.sort_values(["value", "text"], ascending=[False, True], kind="stable").drop(columns="text")
    kept = kept.reset_index(drop=True)
    kept["name"] = [told.point(row) for row in kept.to_dict("records")]
    return kept, len(found) - len(kept)


def _cells(told: Told, points: pd.DataFrame) -> tuple[str, str]:
    """Return the CTEs: the points with their places, and what each account answered at each."""
    rows = ", ".join(f"({i}, {literal(_plain(k))})" for i, k in enumerate(points["key"]))
    middle = literal(float(points["value"].to_numpy() @ points["n"].to_numpy() / points["n"].sum()))
    key = _key(told)
    return (
        f"places(place, key) AS (VALUES {rows})",
        # less the mean of all, so that no digits are lost in the squares
        f"cells AS (SELECT p.place, f.cluster, CAST(count(*) AS DOUBLE) AS n, sum({_worth(told)} - {middle}) AS t "
        f"FROM {{answers}} AS f JOIN places AS p ON p.key IS NOT DISTINCT FROM f.{key} GROUP BY 1, 2)",
    )


def _plain(key: Any) -> Any:
    """Return a key as a plain value of Python, which `literal` knows."""
    return key.item() if hasattr(key, "item") else key


def _moments(con: duckdb.DuckDBPyConnection, answers: Answers, told: Told, points: pd.DataFrame) -> pd.DataFrame:
    return answers.run(
        con,
        "SELECT place, count(*) AS accounts, sum(n) AS n, sum(t) AS total, sum(n * n) AS nn, sum(n * t) AS nt, "
        "sum(t * t) AS tt, sum(n * n * n * n) AS fourth, max(n) AS most FROM cells GROUP BY place ORDER BY place",
        *_cells(told, points),
    ).set_index("place")


def _common(
    con: duckdb.DuckDBPyConnection, answers: Answers, told: Told, points: pd.DataFrame, wanted: str
) -> pd.DataFrame:
    return answers.run(
        con,
        "SELECT a.place AS one, b.place AS other, count(*) AS accounts, sum(a.n * b.n) AS nn, sum(a.n * b.t) AS nt, "
        "sum(a.t * b.n) AS tn, sum(a.t * b.t) AS tt, sum(a.n * a.n * b.n * b.n) AS squares "
        f"FROM cells AS a JOIN cells AS b ON b.cluster = a.cluster AND {wanted} GROUP BY 1, 2",
        *_cells(told, points),
    ).set_index(["one", "other"])


def _changes(
    points: pd.DataFrame, moments: pd.DataFrame, both: pd.DataFrame, pairs: str, told: Told, left_out: int
) -> Changes:
    count = len(points)
    places = (
        [(i, i + 1) for i in range(count - 1)]
        if pairs == "neighbours"
        else [(i, j) for i in range(count) for j in range(i + 1, count)]
    )
    # of segments the higher one is told first, so that the difference is its lead
    order = places if told.grain else [(j, i) for i, j in places]
    first, second = [i for i, _ in order], [j for _, j in order]
    one, other = (Group(*(sums(moments[c].reindex(p)) for c in _SUMS)) for p in (first, second))
    common = both.reindex(pd.MultiIndex.from_tuples(places))
    columns = _SHARED if told.grain else [{"nt": "tn", "tn": "nt"}.get(c, c) for c in _SHARED]
    shared = Shared(*(sums(common[c]) for c in columns))
    # a worth less the mean of all is no longer -100, 0 or 100: the answers that are added move with it
    middle = float(points["value"].to_numpy() @ points["n"].to_numpy() / points["n"].sum())
    found = judged(compared(told.kind, one, other, shared, middle))
    at = points.reset_index(drop=True)
    frame = pd.DataFrame({
        "one": at["name"].reindex(first).to_numpy(), "other": at["name"].reindex(second).to_numpy(),
        "value_one": at["value"].reindex(first).to_numpy(), "value_other": at["value"].reindex(second).to_numpy(),
        "n_one": at["n"].reindex(first).to_numpy(), "n_other": at["n"].reindex(second).to_numpy(),
    }).join(found.drop(columns=["error", "degrees"]))  # fmt: skip
    comparisons = int(found["p"].notna().sum())
    ends = dict(zip(at["name"], at["complete"], strict=True))
    frame["sentence"] = [
        sentence(row, told, comparisons, [n for n in (row["one"], row["other"]) if not ends[n]])
        for row in frame.to_dict("records")
    ]
    return Changes(_shown(points), frame[_PAIR], comparisons, summary(frame, told, pairs), left_out)


def _shown(points: pd.DataFrame) -> pd.DataFrame:
    return points.rename(columns={"key": "segment"})[["name", "start", "segment", "value", "n", "complete"]]
