"""Survival asked of a version: curves, medians and verdict, hazards, projection, and the customers behind them.

All of them read one life table. Every function takes the words of `lives.ask`: grain (day, week, month, quarter, year:
the unit of life), by (pinned at the start of each life), where, since and until (when lives began), start ("active", or
"paid": lives of paying), gaps ("ignored": one life from first start to last end; "end": it ends at the first gap).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.survival import curve as estimate
from cs_metrics.analysis.survival import hazard as by_age
from cs_metrics.analysis.survival import lives
from cs_metrics.analysis.survival import words as survival_words
from cs_metrics.analysis.survival.projection import Projection, project
from cs_metrics.errors import QueryError

Settings = Mapping[str, Any]
__all__ = ["Projection", "Summary", "hazard", "projected", "summary", "survival", "survival_rows", "survival_sql"]


@dataclass(frozen=True)
class Summary:
    """What survival says beside its curves. `medians`: <by>, customers, left, median, low, high, longest, last,
    sentence, a row a group; `test`: the log-rank test, None where there is nothing to compare; `verdict`: what it says;
    `notes`: what a reader must know; `lives`: how many; `minimum_n`: the base below which a number is pale."""

    medians: pd.DataFrame
    test: estimate.LogRank | None
    verdict: str
    notes: list[str]
    lives: int
    minimum_n: int


def survival(con: duckdb.DuckDBPyConnection, settings: Settings, as_of: Any, **words: Any) -> pd.DataFrame:
    """The curve of each group: <by>, t, at_risk, events, censored, survival, low, high; a row a period of life.

    `survival`: the share still here after t whole periods (Kaplan and Meier), with the 95 % interval of log(-log S).
    `at_risk`: whose t-th period is known; `events`: who left in it; `censored`: of whom no more than t are known. A
    period of a customer's life that is not over counts neither way.
    Raises QueryError for what does not exist, NotComputableError without activity.
    """
    asked = lives.ask(con, settings, as_of, **words)
    return estimate.curves(lives.life_table(con, asked), asked.by)


def summary(con: duckdb.DuckDBPyConnection, settings: Settings, as_of: Any, **words: Any) -> Summary:
    """The medians of the curves, whether the groups differ, and what must be said of the lives."""
    asked = lives.ask(con, settings, as_of, **words)
    table = lives.life_table(con, asked)
    medians = estimate.medians(estimate.curves(table, asked.by), asked.by)
    medians["sentence"] = [survival_words.median_sentence(row, asked.grain) for row in medians.to_dict("records")]
    test = estimate.log_rank(table, asked.by, asked.minimum_n) if asked.by else None
    counts = lives.counts(con, asked)
    return Summary(
        medians,
        test,
        survival_words.verdict(test, table, asked.by, asked.minimum_n),
        survival_words.notes(asked, counts),
        counts["lives"],
        asked.minimum_n,
    )


def hazard(con: duckdb.DuckDBPyConnection, settings: Settings, as_of: Any, **words: Any) -> pd.DataFrame:
    """The hazard of leaving by period of life: <by>, t, at_risk, events, hazard, low, high, others, p, risky; see
    `analysis.hazard.hazards`."""
    asked = lives.ask(con, settings, as_of, **words)
    return by_age.hazards(lives.life_table(con, asked), asked.by, asked.minimum_n)


def projected(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    as_of: Any,
    *,
    ahead: int = 12,
    fitted: int | None = None,
    by_values: Mapping[str, Any] | None = None,
    **words: Any,
) -> Projection:
    """Project the curve `ahead` periods beyond what is known; see `projection.project`. With a breakdown, that of the
    group `by_values`."""
    asked = lives.ask(con, settings, as_of, **words)
    group = lives.values_of(asked, by_values)
    for name, value, most in (("ahead", ahead, 600), ("fitted", fitted, 10_000)):
        whole = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most
        if not whole and not (name == "fitted" and value is None):
            raise QueryError(f"Projection: '{name}' is a whole number from 1 to {most:,}, not {value!r}.")
    curves = estimate.curves(lives.life_table(con, asked), asked.by)
    curve = next((part for key, part in estimate.grouped(curves, asked.by) if key == group), curves.head(0))
    return project(curve, ahead, fitted)


def survival_rows(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    as_of: Any,
    *,
    t: int,
    part: str = "at_risk",
    by_values: Mapping[str, Any] | None = None,
    **words: Any,
) -> pd.DataFrame:
    """The customers behind a row of the curve; see `lives.rows`."""
    return lives.rows(con, lives.ask(con, settings, as_of, **words), t=t, part=part, by_values=by_values)


def survival_sql(con: duckdb.DuckDBPyConnection, settings: Settings, as_of: Any, **words: Any) -> str:
    """The statement behind the curve's counts, runnable as it stands on the version's file."""
    return lives.sql(lives.ask(con, settings, as_of, **words))
