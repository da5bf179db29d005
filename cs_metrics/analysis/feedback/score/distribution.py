"""How the answers of a survey spread over their scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from cs_metrics.analysis.feedback.answers import counted
from cs_metrics.kpis import intervals

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
    """How the answers of a survey spread: <by>, scale, score, answers, share, low, high, kind.

    The same answers as its KPI counts, of the whole range. `kind`: see `answers.CATEGORIES`. Steps of a scale that
    nobody chose have 0 answers. Several scales (`scale`, '1-5') stand one after the other; `share` is of all answers
    of the segment, low and high its 95 % interval: Wilson's, or where some gave several answers one that is made of
    respondents (NPS) or accounts.
    """
    answers = counted(con, settings, as_of, survey=survey, by=by, where=where, since=since, until=until)
    breakdown = answers.writer.breakdown
    keys = ", ".join([*breakdown, "score", "scale_min", "scale_max"])
    own_keys = ", ".join(f"c.{key}" for key in keys.split(", "))
    unit = answers.relation.unit
    own = "".join(f"{b}, " for b in breakdown)
    same = " AND ".join([f"w.{unit} = c.{unit}", *(f"w.{b} IS NOT DISTINCT FROM c.{b}" for b in breakdown)])
    frame = answers.run(
        con,
        f"SELECT {own_keys}, sum(c.t) AS answers, min(c.kind) AS kind, "
        "sum(c.t * c.t) AS tt, sum(c.t * w.n) AS nt FROM cells AS c JOIN whole AS w ON "
        f"{same} GROUP BY {own_keys} ORDER BY {own_keys}",
        f"cells AS (SELECT {keys}, {unit}, CAST(count(*) AS DOUBLE) AS t, min(category) AS kind FROM {{answers}} "
        f"GROUP BY {keys}, {unit})",
        f"whole AS (SELECT {own}{unit}, sum(t) AS n FROM cells GROUP BY {own}{unit})",
    )
    groups = answers.run(
        con,
        f"SELECT {own}count(*) AS units, sum(n) AS n, sum(n * n) AS nn, max(n) AS most FROM whole"
        + (f" GROUP BY {', '.join(breakdown)}" if breakdown else ""),
        f"whole AS (SELECT {own}{unit}, CAST(count(*) AS DOUBLE) AS n FROM {{answers}} GROUP BY {own}{unit})",
    )
    return _steps(frame, groups, list(answers.question.by), survey)


def _steps(frame: pd.DataFrame, groups: pd.DataFrame, by: list[str], survey: str) -> pd.DataFrame:
    """Add the steps that nobody chose, the scale's name, the shares and their intervals."""
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
    columns = [*by, "scale", "score", "answers", "share", "low", "high", "kind"]
    if not pieces:
        return pd.DataFrame(columns=columns)
    result = pd.concat(pieces, ignore_index=True)
    result["answers"] = result["answers"].fillna(0).astype("int64")
    result = result.merge(groups, how="left", on=by) if by else result.merge(groups, how="cross")
    result["share"] = result["answers"] / result["n"]
    chosen, n, units, nn, most = (result[c].to_numpy(dtype="float64") for c in ("answers", "n", "units", "nn", "most"))
    nt, tt = (result[c].fillna(0).to_numpy(dtype="float64") for c in ("nt", "tt"))
    alone, among = intervals.wilson(chosen, n), intervals.clustered(units, n, chosen, nn, nt, tt, (0.0, 1.0))
    # of what nobody chose, the spread of those who did says nothing
    repeated = (most > 1) & (chosen > 0)
    for name, one, many in zip(("low", "high"), alone, among, strict=True):
        result[name] = np.where(repeated, many, one)
    return result[columns]
