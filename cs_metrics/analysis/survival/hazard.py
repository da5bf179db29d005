"""The hazard of leaving by age: of those who begin a month of their life, how many leave in it; and which months are
riskier than chance would have them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from cs_metrics.analysis.survival.curve import grouped, holm
from cs_metrics.kpis import intervals

LEVEL = 0.05


def hazards(table: pd.DataFrame, by: Sequence[str] = (), minimum: int = 1) -> pd.DataFrame:
    """A row a group and period of life from 1: <by>, t, at_risk, events, hazard, low, high, others, p, risky.

    `table`: a life table with a row for every t. The interval is Wilson's. `others`: the pooled hazard of the group's
    other periods; p: the chance of so many leavings in this one, if it were like them (hypergeometric, one-sided),
    corrected by Holm for all periods looked at, so that of 100 tables without a risky period at most 5 show one.
    `risky`: p below 0.05. Periods with fewer than `minimum` at risk are not looked at: their p is null.
    """
    columns = [*by, "t", "at_risk", "events", "hazard", "low", "high", "others", "p", "risky"]
    if table.empty:
        return pd.DataFrame(columns=columns)
    parts = [group[(group["t"] > 0) & (group["at_risk"] > 0)] for _, group in grouped(table, by)]
    frame = pd.concat(parts, ignore_index=True)
    frame["hazard"] = frame["events"] / frame["at_risk"]
    frame["low"], frame["high"] = intervals.wilson(frame["events"], frame["at_risk"])
    keys = list(by) or np.zeros(len(frame))
    totals = frame.groupby(keys, sort=False, dropna=False)[["at_risk", "events"]].transform("sum")
    rest = totals["at_risk"] - frame["at_risk"]
    frame["others"] = (totals["events"] - frame["events"]) / rest.where(rest > 0)
    chance = stats.hypergeom.sf(frame["events"] - 1, totals["at_risk"], totals["events"], frame["at_risk"])
    looked = ((frame["at_risk"] >= minimum) & (rest > 0)).to_numpy()
    p = np.full(len(frame), np.nan)
    p[looked] = holm(chance[looked])
    frame["p"], frame["risky"] = p, p < LEVEL
    return frame[columns]


def risk_sentence(frame: pd.DataFrame, grain: str = "month") -> str:
    """Which periods of life stand out, in words; `frame`: the `hazards` of one group."""
    looked = frame[frame["p"].notna()]
    if looked.empty:
        return f"Too few customers are known for any {grain} of life to be compared with the others."
    if not int(frame["events"].sum()):
        return f"Nobody has left yet: no {grain} stands out."
    risky = looked[looked["risky"]]
    if risky.empty:
        return (
            f"No {grain} of life stands out: what differs between the {len(looked)} looked at, chance alone may have "
            "made."
        )
    worst = risky.sort_values("hazard", ascending=False).iloc[0]
    which = f"The risky {grain} is" if len(risky) == 1 else f"The risky {grain}s are"
    where = "in it" if len(risky) == 1 else f"in {grain} {int(worst['t'])}, the highest,"
    return (
        f"{which} {ranges([int(t) for t in risky['t']])}: {where} {int(worst['events']):,} of "
        f"{int(worst['at_risk']):,} customers left ({worst['hazard']:.1%}), against {worst['others']:.1%} in the other "
        f"{grain}s. Were all {grain}s alike, chance would name one in fewer than 5 of 100 such charts."
    )


def rises(frame: pd.DataFrame) -> list[int]:
    """The periods of one group that stand out and are riskier than the one before."""
    return [int(t) for t in frame.loc[frame["risky"] & (frame["hazard"] > frame["hazard"].shift()), "t"]]


def ranges(numbers: Sequence[int]) -> str:
    """Whole numbers as a person says them: '1 to 3, 6 and 12'."""
    runs: list[list[int]] = []
    for n in sorted(numbers):
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    said: list[str] = []
    for run in runs:
        said += [f"{run[0]} to {run[-1]}"] if len(run) > 2 else [str(n) for n in run]
    return said[0] if len(said) == 1 else ", ".join(said[:-1]) + f" and {said[-1]}"
