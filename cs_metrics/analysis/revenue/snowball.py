"""ARR as a ball that rolls: what it opens with, what sticks, what falls off, what it closes with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cs_metrics.analysis.revenue.flows import GAINS, LOSSES

YEAR = 12
"""ARR is so many times MRR."""


def snowball(movements: pd.DataFrame, by: str | Sequence[str] | None = None) -> pd.DataFrame:
    """Return `movements` as ARR: period, <by>, opening, new, reactivation, expansion, contraction, churn, rounding,
    closing, net, growth, gained, lost, quick_ratio, complete.

    ARR = 12 x MRR; net = closing - opening; growth = net / opening (null from nothing). The quick ratio is what was
    gained (new, won back, expansion) over what was lost (contraction, churn); null where nothing was lost. By segment
    the next opening differs from the closing by who changed segment (`moved_in`, `moved_out` of `movements`).
    """
    names = [by] if isinstance(by, str) else list(by or ())
    amounts = ["start", *GAINS, *LOSSES, "rounding", "end"]
    frame = movements[["period", *names]].copy()
    frame[amounts] = movements[amounts] * YEAR
    frame = frame.rename(columns={"start": "opening", "end": "closing"})
    gained, lost = frame[list(GAINS)].sum(axis="columns"), frame[list(LOSSES)].sum(axis="columns")
    frame["net"] = frame["closing"] - frame["opening"]
    frame["growth"] = (frame["net"] / frame["opening"].where(frame["opening"] > 0)).astype(float)
    frame["gained"], frame["lost"] = gained, lost
    frame["quick_ratio"] = np.where(lost > 0, gained / lost.where(lost > 0), np.nan)
    frame["complete"] = movements["complete"]
    return frame
