"""Where recurring revenue goes from here if the coming months are like the last ones: a projection, and how well the
same projection would have done before."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cs_metrics.analysis.revenue.flows import MOVES
from cs_metrics.analysis.revenue.movements import movements
from cs_metrics.errors import QueryError, did_you_mean

Numbers = NDArray[np.float64]
AMOUNTS = ("new", "reactivation")
RATES = ("expansion", "contraction", "churn")
FEWEST = 6
"""Fewer complete months than that, and there is no projection."""
LONGEST = 60
PATHS = 2000
PATHS_BEFORE = 500
LEVEL = 0.95
SEED = 20_260_101


@dataclass(frozen=True)
class Outlook:
    """A projection. Where `reason` is not empty there is none, and the frames are empty.

    path: period (month), opening, new, reactivation, expansion, contraction, churn, closing, low, high.
    past: period, end: the complete months so far. rates: what the last `months` months give: new and reactivation in
    money a month, expansion, contraction and churn as shares of the MRR at a month's start, pooled (all lost / all at
    the start). assumed: those the path goes by. before: made (the month after which it was made), period, horizon,
    projected, low, high, actual, error (projected / actual - 1), inside. accuracy: horizon, n, error (median size),
    lean (mean error, above 0: too high), inside (share).
    """

    path: pd.DataFrame = field(default_factory=pd.DataFrame)
    past: pd.DataFrame = field(default_factory=pd.DataFrame)
    rates: Mapping[str, float] = field(default_factory=dict)
    assumed: Mapping[str, float] = field(default_factory=dict)
    months: int = 0
    before: pd.DataFrame = field(default_factory=pd.DataFrame)
    accuracy: pd.DataFrame = field(default_factory=pd.DataFrame)
    reason: str = ""


def outlook(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    ahead: int = 12,
    history: int = 12,
    assumptions: Mapping[str, float] | None = None,
    where: Mapping[str, Any] | None = None,
) -> Outlook:
    """Project MRR `ahead` months from the end of the last complete month, by the rates of the last `history` ones.

    MRR of the next month = MRR x (1 + expansion - contraction - churn) + new + reactivation; `assumptions` replaces
    any of the five. low and high hold 95 % of 2,000 simulated futures, each of which draws its months from those of the
    history, after that itself was drawn anew (so that what few months cannot tell is in it): an iterated bootstrap,
    Efron and Tibshirani (1993), with a fixed seed. It says how far months like the past ones may lead; it knows no
    season, no trend, and no price rise to come. `before` stands at each earlier month and does the same with what was
    known then, as today's data tell it. Raises QueryError, NotComputableError.
    """
    _within("ahead", ahead, 1, 36)
    _within("history", history, FEWEST, LONGEST)
    given = check_assumptions(assumptions)
    frame = movements(con, settings, as_of, grain="month", where=where)
    frame = frame[frame["complete"]].reset_index(drop=True)
    paying = frame["start"] > 0
    used = frame[paying].tail(history)
    if len(used) < FEWEST:
        return Outlook(
            past=frame[["period", "end"]],
            reason=f"A projection needs {FEWEST} complete months that began with recurring revenue. "
            f"The data have {len(used)}.",
        )
    sample, rates = _sample(used), _pooled(used)
    assumed = {**rates, **given}
    last = frame.iloc[-1]
    path = _path(float(last["end"]), assumed, ahead, last["period"])
    path["low"], path["high"] = _band(float(last["end"]), sample, assumed, ahead, PATHS, 0)
    before = _before(frame, history, ahead)
    return Outlook(
        path, frame[["period", "end"]], rates, assumed, len(used), before, _accuracy(before),
    )  # fmt: skip


def check_assumptions(assumptions: Mapping[str, float] | None) -> dict[str, float]:
    """Return assumptions as numbers. Raises QueryError for a name or a value that makes no sense."""
    checked = {}
    for name, value in (assumptions or {}).items():
        if name not in MOVES:
            raise QueryError(f"There is no assumption '{name}'. {did_you_mean(name, MOVES)}".rstrip())
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            raise QueryError(f"The assumption '{name}' is {value!r}. It is a number from 0 up.")
        if name in RATES and value > 1:
            raise QueryError(f"The assumption '{name}' is {value!r}. It is a share of a month's MRR, from 0 to 1.")
        checked[name] = float(value)
    if checked.get("contraction", 0) + checked.get("churn", 0) > 1:
        raise QueryError("Contraction and churn together cannot take more than all of a month's MRR.")
    return checked


def _within(name: str, value: Any, least: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise QueryError(f"'{name}' is {value!r}. It is a number of months from {least} to {most}.")


def _sample(used: pd.DataFrame) -> Numbers:
    """Return a row a month: new, reactivation, expansion, contraction, churn; the last three over the month's start."""
    amounts = used[list(AMOUNTS)].to_numpy(dtype=float)
    rates = used[list(RATES)].to_numpy(dtype=float) / used[["start"]].to_numpy(dtype=float)
    return np.hstack([amounts, rates])


def _pooled(used: pd.DataFrame) -> dict[str, float]:
    started = float(used["start"].sum())
    amounts = {name: float(used[name].mean()) for name in AMOUNTS}
    return amounts | {name: float(used[name].sum()) / started for name in RATES}


def _path(level: float, assumed: Mapping[str, float], ahead: int, last: pd.Timestamp) -> pd.DataFrame:
    rows, opening = [], level
    for step in range(1, ahead + 1):
        moves = {name: assumed[name] * (opening if name in RATES else 1) for name in MOVES}
        closing = opening + sum(moves[n] for n in ("new", "reactivation", "expansion"))
        closing -= moves["contraction"] + moves["churn"]
        rows.append({"period": last + pd.DateOffset(months=step), "opening": opening, **moves, "closing": closing})
        opening = closing
    return pd.DataFrame(rows)


def _band(
    level: float, sample: Numbers, assumed: Mapping[str, float], ahead: int, paths: int, stream: int
) -> tuple[Numbers, Numbers]:
    """Return the ends of the interval for each month ahead. The months drawn are scaled to what is assumed."""
    random = np.random.default_rng([SEED, stream])
    count = len(sample)
    known = random.integers(count, size=(paths, count))
    drawn = np.take_along_axis(known, random.integers(count, size=(paths, ahead)), axis=1)
    wanted = np.array([assumed[name] for name in MOVES])
    means = sample.mean(axis=0)
    scaled = np.where(means > 0, sample * (wanted / np.where(means > 0, means, 1.0)), wanted)
    months = scaled[drawn]
    lost = np.minimum(months[..., 3] + months[..., 4], 1.0)
    mrr = np.full(paths, level)
    levels = np.empty((paths, ahead))
    for step in range(ahead):
        mrr = mrr * (1 + months[:, step, 2] - lost[:, step]) + months[:, step, 0] + months[:, step, 1]
        levels[:, step] = mrr
    low, high = np.quantile(levels, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return low, high


def _before(frame: pd.DataFrame, history: int, ahead: int) -> pd.DataFrame:
    """Stand at the end of each earlier month, project by what lay behind it, and lay what came beside it."""
    found = []
    ends = frame["end"].to_numpy(dtype=float)
    for at in range(len(frame) - 1):
        known = frame.iloc[: at + 1]
        used = known[known["start"] > 0].tail(history)
        if len(used) < FEWEST:
            continue
        assumed = _pooled(used)
        reached = min(ahead, len(frame) - 1 - at)
        path = _path(ends[at], assumed, reached, frame["period"].iloc[at])
        low, high = _band(ends[at], _sample(used), assumed, reached, PATHS_BEFORE, at + 1)
        actual = ends[at + 1 : at + 1 + reached]
        found.append(
            pd.DataFrame({
                "made": frame["period"].iloc[at], "period": path["period"], "horizon": range(1, reached + 1),
                "projected": path["closing"], "low": low, "high": high, "actual": actual,
            })
        )  # fmt: skip
    if not found:
        return pd.DataFrame()
    rows = pd.concat(found, ignore_index=True)
    rows["error"] = (rows["projected"] / rows["actual"].where(rows["actual"] > 0) - 1).astype(float)
    rows["inside"] = (rows["actual"] >= rows["low"]) & (rows["actual"] <= rows["high"])
    return rows


def _accuracy(before: pd.DataFrame) -> pd.DataFrame:
    if before.empty:
        return pd.DataFrame()
    sized = before.assign(size=before["error"].abs())
    summed = sized.groupby("horizon").agg(
        n=("inside", "size"), error=("size", "median"), lean=("error", "mean"), inside=("inside", "mean")
    )
    return summed.reset_index()


def in_percent(rates: Mapping[str, float]) -> dict[str, float]:
    """Return assumptions as a person writes them: money to the cent, shares in percent with two digits."""
    return {name: round(value * 100, 2) if name in RATES else round(value, 2) for name, value in rates.items()}


def from_percent(written: Mapping[str, Any]) -> dict[str, Any]:
    """Return assumptions that a person wrote (see `in_percent`) as `outlook` takes them; it checks them."""
    numbers = {n: v for n, v in written.items() if isinstance(v, int | float) and not isinstance(v, bool)}
    return {
        name: numbers[name] / 100 if name in RATES and name in numbers else value for name, value in written.items()
    }


def record_words(accuracy: pd.DataFrame) -> list[str]:
    """Return what `Outlook.accuracy` says in a sentence or two: how far off, to which side, how often in the band."""
    last = accuracy.iloc[-1]
    months = f"{int(last['horizon'])} month{'' if last['horizon'] == 1 else 's'}"
    said = []
    if pd.notna(last["error"]):
        side = "too high" if last["lean"] > 0 else "too low"
        said.append(
            f"{months.capitalize()} ahead, half of the {int(last['n'])} earlier projections missed by "
            f"{last['error']:.0%} or more; on average they were {abs(last['lean']):.0%} {side}."
        )
    held = round(float((accuracy["inside"] * accuracy["n"]).sum()))
    count = int(accuracy["n"].sum())
    kept = held / count
    verdict = (
        "about as often as it says"
        if kept >= 0.9
        else "less often than it says: take the band as too narrow"
        if kept >= 0.5
        else "far less often than it says: do not rely on the band"
    )
    said.append(f"The 95 % band held what came in {held} of {count} cases over all horizons ({kept:.0%}), {verdict}.")
    return said
