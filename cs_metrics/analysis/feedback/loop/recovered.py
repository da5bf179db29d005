"""How bad answers moved until the next one: for customers who were contacted in between, beside those who were not.

Low scores rise at the next answer by themselves (regression to the mean: Galton 1886), so the rise of those who were
contacted says nothing without the others. The two groups began at different scores, so they are also compared at the
same first score (analysis of covariance: Fisher 1932; for regression to the mean: Barnett and others 2005,
International Journal of Epidemiology 34: 215-220). Who is contacted is no accident: it stays association.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cs_metrics.analysis.feedback.answers import CATEGORIES
from cs_metrics.analysis.feedback.loop.bad_answers import TABLE
from cs_metrics.kpis import intervals

Span = tuple[float, float, float]
"""A value with its 95 % interval; NaN where there is none."""
_NONE: Span = (float("nan"),) * 3


@dataclass(frozen=True)
class Recovered:
    """The pairs of a bad answer and the same respondent's next one; one pair a customer, its first in the range.

    groups: contacted (False, True), customers, first (mean score), change (mean, in the better direction), low, high
    (Student t), left (no longer in the worst category), share, share_low, share_high (Wilson). difference, adjusted (at
    the same first score), share_difference: the contacted less the others. unit: "points" of the one scale, or
    "hundredths" of each scale where there are several. customers: how many gave a bad answer; again: how many of them
    answered once more. enough: both groups have `minimum_n` customers, else nothing may be said of them.
    """

    groups: pd.DataFrame
    difference: Span
    adjusted: Span
    share_difference: Span
    unit: str
    customers: int
    again: int
    minimum_n: int
    of: str

    @property
    def enough(self) -> bool:
        return bool((self.groups["customers"] >= self.minimum_n).all())


def moved(con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], survey: str) -> Recovered:
    """Return how the answers in the table of `bad_answers.collect` moved."""
    cells = con.execute(
        f"""
        WITH pairs AS (SELECT *, coalesce(contact_at < next_at, FALSE) AS contacted FROM {TABLE}
                       WHERE next_at IS NOT NULL
                       QUALIFY row_number() OVER (PARTITION BY cluster ORDER BY answered_at, _source, _row) = 1)
        SELECT contacted, score, scale_min, scale_max, next_score, next_min, next_max, next_worst, count(*) AS customers
        FROM pairs GROUP BY ALL ORDER BY ALL"""
    ).df()
    known = con.execute(f"SELECT count(DISTINCT cluster) FROM {TABLE}").fetchall()[0][0]
    scales = {(row.scale_min, row.scale_max) for row in cells.itertuples()}
    scales |= {(row.next_min, row.next_max) for row in cells.itertuples()}
    one = len(scales) <= 1
    low_is_good = survey == "ces" and settings["ces_easy_end"] == "low"
    first, then = (
        _placed(cells[score], cells[low], cells[high], one)
        for score, low, high in (("score", "scale_min", "scale_max"), ("next_score", "next_min", "next_max"))
    )
    change = (first - then) if low_is_good else (then - first)
    counts = cells["customers"].to_numpy(dtype=float)
    contacted = cells["contacted"].to_numpy(dtype=bool)
    left = ~cells["next_worst"].fillna(True).to_numpy(dtype=bool)
    rows = [_group(who, contacted == who, counts, first, change, left) for who in (False, True)]
    groups = pd.DataFrame(rows)
    others, called = rows
    apart = intervals.difference(called["left"], called["customers"], others["left"], others["customers"])
    spread = intervals.mean_difference(
        called["customers"], called["change"], called["variance"],
        others["customers"], others["change"], others["variance"],
    )  # fmt: skip
    return Recovered(
        groups=groups.drop(columns="variance"),
        difference=_span(called["change"] - others["change"], spread),
        adjusted=_adjusted(contacted, counts, first, change),
        share_difference=_span(called["share"] - others["share"], apart),
        unit="points" if one else "hundredths",
        customers=int(known),
        again=int(counts.sum()),
        minimum_n=int(settings["minimum_n"]),
        of=CATEGORIES[survey][-1],
    )


def _placed(score: pd.Series, low: pd.Series, high: pd.Series, one: bool) -> NDArray[np.float64]:
    """The score itself on the one scale there is, else its place on its own scale in hundredths."""
    values, least, most = (column.to_numpy(dtype=float) for column in (score, low, high))
    return values if one else 100 * (values - least) / (most - least)


def _group(
    contacted: bool, mine: NDArray[np.bool_], counts: NDArray[np.float64], first: NDArray[np.float64],
    change: NDArray[np.float64], left: NDArray[np.bool_],
) -> dict[str, Any]:  # fmt: skip
    n = float(counts[mine].sum())
    total, squares = float((counts * change)[mine].sum()), float((counts * change**2)[mine].sum())
    gone = float(counts[mine & left].sum())
    low, high = intervals.mean(n, total, squares)
    share_low, share_high = intervals.wilson(gone, n)
    nothing = float("nan")
    return {
        "contacted": contacted, "customers": int(n), "first": float((counts * first)[mine].sum()) / n if n else nothing,
        "change": total / n if n else nothing, "low": float(low), "high": float(high), "left": int(gone),
        "share": gone / n if n else nothing, "share_low": float(share_low), "share_high": float(share_high),
        "variance": max(0.0, (squares - total**2 / n) / (n - 1)) if n > 1 else nothing,
    }  # fmt: skip


def _span(value: float, ends: tuple[NDArray[np.float64], NDArray[np.float64]]) -> Span:
    return float(value), float(ends[0]), float(ends[1])


def _adjusted(
    contacted: NDArray[np.bool_], counts: NDArray[np.float64], first: NDArray[np.float64], change: NDArray[np.float64]
) -> Span:
    """How much more the contacted rose than the others at the same first score: least squares, Student t."""
    if not contacted.size:
        return _NONE
    x = np.column_stack([np.ones(len(counts)), contacted.astype(float), first])
    weighted = x * counts[:, None]
    inner = x.T @ weighted
    degrees = counts.sum() - 3
    if degrees < 1 or np.linalg.matrix_rank(inner) < 3:
        return _NONE
    inverse = np.linalg.inv(inner)
    slope = inverse @ (weighted.T @ change)
    variance = float((counts * (change - x @ slope) ** 2).sum()) / degrees * inverse[1, 1]
    half = float(stats.t.ppf(0.5 + intervals.LEVEL / 2, degrees)) * float(np.sqrt(max(variance, 0.0)))
    return float(slope[1]), float(slope[1]) - half, float(slope[1]) + half
