"""How the answers of a survey spread over their scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.feedback.answers import counted

# a scale with more steps than this is drawn with the answers it has, not with its empty steps too
MOST_STEPS = 11


def distribution(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    survey: str = "nps",
    by: str | Sequence[str] | None = None,
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
) -> pd.DataFrame:
    """How the answers of a survey spread: <by>, scale, score, answers, share, kind.

    The same answers as its KPI counts, of the whole range. `kind`: see `answers.CATEGORIES`. Steps of a scale that
    nobody chose have 0 answers. Several scales (`scale`, '1-5') stand one after the other; `share` is of all answers
    of the segment.
    """
    answers = counted(con, settings, as_of, survey=survey, by=by, where=where, since=since, until=until)
    keys = ", ".join([*answers.writer.breakdown, "score", "scale_min", "scale_max"])
    frame = answers.run(
        con, f"SELECT {keys}, count(*) AS answers, min(category) AS kind FROM {{answers}} GROUP BY {keys}"
    )
    return _steps(frame, list(answers.question.by), survey)


def _steps(frame: pd.DataFrame, by: list[str], survey: str) -> pd.DataFrame:
    """Add the steps that nobody chose, the scale's name and the shares."""
    pieces = []
    scales = frame[["scale_min", "scale_max"]].drop_duplicates().sort_values(["scale_min", "scale_max"])
    for low, high in scales.to_numpy(dtype="float64").tolist():
        scale = frame[(frame["scale_min"] == low) & (frame["scale_max"] == high)]
        steps = pd.DataFrame({"score": sorted(scale["score"].unique())})
        if low.is_integer() and high - low < MOST_STEPS and (scale["score"] % 1 == 0).all():
            steps = pd.DataFrame({"score": [float(s) for s in range(int(low), int(high) + 1)]})
        segments = scale[by].drop_duplicates() if by else pd.DataFrame(index=[0])
        full = segments.merge(steps, how="cross").merge(scale, how="left", on=[*by, "score"])
        kinds = full.groupby("score")["kind"].first()
        full["kind"] = full["score"].map(kinds)
        if survey == "nps":
            named = full["score"].map(lambda s: "promoter" if s >= 9 else "detractor" if s <= 6 else "passive")
            full["kind"] = full["kind"].fillna(named)
        pieces.append(full.assign(scale=f"{low:g}-{high:g}", kind=full["kind"].fillna("other")))
    columns = [*by, "scale", "score", "answers", "share", "kind"]
    if not pieces:
        return pd.DataFrame(columns=columns)
    result = pd.concat(pieces, ignore_index=True)
    result["answers"] = result["answers"].fillna(0).astype("int64")
    whole = result.groupby(by, dropna=False)["answers"].transform("sum") if by else result["answers"].sum()
    result["share"] = result["answers"] / whole
    return result[columns]
