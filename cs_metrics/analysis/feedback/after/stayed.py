"""How long accounts stay after an answer, by what they answered: survival from the answer on, in days.

The machinery is that of the Survival page (`analysis.survival`): Kaplan and Meier, log-rank with Holm's correction. An
account is followed from its answer (see `clocks`) to its leaving, or as far as the data go. Day t is the t-th day after
the answer, so that the curve at 90 counts the same leavings as the share that left within 90 days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.feedback.after import after_words
from cs_metrics.analysis.feedback.after.clocks import Clocks, clocks
from cs_metrics.analysis.feedback.answers import CATEGORIES
from cs_metrics.analysis.survival import curve as estimate
from cs_metrics.analysis.survival.lives import PARTS, dense
from cs_metrics.errors import NotComputableError, QueryError, did_you_mean
from cs_metrics.kpis.rows import shown
from cs_metrics.sql import inline, literal

_BY = ["category"]
_SUMS = (
    "SELECT category, t, count(*) FILTER (WHERE over) AS events, count(*) FILTER (WHERE NOT over) AS censored, "
    "count(*) FILTER (WHERE came_back) AS returned FROM aged GROUP BY 1, 2"
)


@dataclass(frozen=True)
class Stayed:
    """`curve`: category, t (days after the answer), at_risk, events, censored, survival, low, high; the category that
    is best first. `medians` and `test` as in `survived.Summary`; `verdict`: whether the categories differ, in words;
    `returned`: accounts that left after the answer and came back."""

    curve: pd.DataFrame
    medians: pd.DataFrame
    test: estimate.LogRank | None
    verdict: str
    returned: int
    minimum_n: int


def stayed(con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: Any, **words: Any) -> Stayed:
    """The curve of each category. `words`: survey, where, since and until (of the answers).

    Raises QueryError; NotComputableError without answers that name an account, or where nothing says who leaves.
    """
    made = _known(clocks(con, settings, as_of, **words))
    minimum = int(made.answers.asked.settings["minimum_n"])
    counts = made.run(con, _SUMS, _aged(made))
    groups = dict(estimate.grouped(counts, _BY))
    parts = [
        dense(groups[(name,)], {"category": name})
        for name in CATEGORIES[words.get("survey", "nps")]
        if (name,) in groups
    ]
    columns = ["category", "t", "at_risk", "events", "censored"]
    table = pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)
    curves = estimate.curves(table, _BY)
    test = estimate.log_rank(table, _BY, minimum) if len(table) else None
    verdict = after_words.verdict(test, minimum, int(table["events"].sum())) if len(table) else ""
    medians = estimate.medians(curves, _BY)
    return Stayed(curves, medians, test, verdict, int(counts["returned"].sum()), minimum)


def stayed_rows(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    t: int,
    category: str,
    part: str = "at_risk",
    limit: int | None = None,
    **words: Any,
) -> pd.DataFrame:
    """The accounts behind a row of the curve, as many as it counts: "at_risk" on day t, "left" on it, or "censored".

    Columns: customer_id, category, score, answered_at, left_at, t, _source and _row of the answer, _rows: with the row
    that ended its life.
    """
    if part not in PARTS:
        raise QueryError(f"There is no part '{part}'. {did_you_mean(part, PARTS)}")
    if isinstance(t, bool) or not isinstance(t, int) or t < 0:
        raise QueryError(f"'t' is a whole number of days after the answer, not {t!r}.")
    made = _known(clocks(con, settings, as_of, **words))
    picked = {"at_risk": f"t >= {t}", "left": f"over AND t = {t}", "censored": f"NOT over AND t = {t}"}[part]
    select = (
        "SELECT customer_id, category, score, answered_at, gone_at AS left_at, t, _source, _row, "
        "[struct_pack(source := _source, row := _row)] || CASE WHEN gone_at IS NOT NULL AND end_row IS NOT NULL "
        "THEN [struct_pack(source := end_source, row := end_row)] ELSE [] END AS _rows FROM aged "
        f"WHERE {picked} AND category = {made.answers.question.params.add(category)} ORDER BY answered_at, customer_id"
        + (f" LIMIT {int(limit)}" if limit is not None else "")
    )
    return shown(con, made.answers.asked, made.run(con, select, _aged(made)))


def stayed_sql(con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: Any, **words: Any) -> str:
    """The statement behind the curve's counts, runnable as it stands on the version's file."""
    made = _known(clocks(con, settings, as_of, **words))
    text = made.sql(_SUMS + " ORDER BY 1, 2", _aged(made))
    return inline(text, made.answers.question.params.used(text))


def _known(made: Clocks) -> Clocks:
    if made.missing:
        needs = ", ".join(made.missing)
        raise NotComputableError(f"How long they stayed is not computable: it needs {needs}.", list(made.missing))
    return made


def _aged(made: Clocks) -> str:
    """`aged`: the clocks with t and `over` as in `lives.lives_sql`, in days: a leaving counts on the day after the
    answer in which it happens, the first at least, and only once that day is over."""
    end = literal(made.end)
    return f"""measured AS (
    SELECT *, CASE WHEN ends_at < {end} THEN ends_at END AS gone_at,
           ends_at < {end} AND next_begins < {end} AS came_back,
           CAST(greatest(0, floor((epoch({end}) - epoch(answered_at)) / 86400)) AS BIGINT) AS known FROM clocks),
dated AS (
    SELECT *, CASE WHEN gone_at IS NOT NULL THEN
               CAST(greatest(1, ceil((epoch(gone_at) - epoch(answered_at)) / 86400)) AS BIGINT) END AS ended_in
    FROM measured),
aged AS (
    SELECT *, coalesce(ended_in <= known, FALSE) AS over, coalesce(least(ended_in, known), known) AS t FROM dated)"""
