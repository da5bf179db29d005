"""Expansion and the MRR movements, by kpis.md: MRR @start against MRR @end, customer by customer."""

from __future__ import annotations

import pandas as pd

from .answer import Answer
from .data import Data, Keep
from .lives import paid_before, source_table, state

NO_MOVEMENT = 0.005


def steps(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> pd.DataFrame:
    """customer -> before, after, kind of movement (None where there is none), of the segment as it was @start."""
    end = data.until(end, source_table(data))
    frame = pd.concat([state(data, start, keep), state(data, end, keep)], axis=1, keys=["before", "after"]).fillna(0.0)
    frame = frame[data.in_segment(keep, frame.index, start)]
    known = frame.index.isin(paid_before(data, start, keep))
    change = frame["after"] - frame["before"]
    frame["kind"] = None
    frame.loc[(frame["before"] > 0) & (change >= NO_MOVEMENT), "kind"] = "expansion"
    frame.loc[(frame["before"] > 0) & (change <= -NO_MOVEMENT), "kind"] = "contraction"
    frame.loc[(frame["before"] > 0) & (frame["after"] <= 0), "kind"] = "churn"
    frame.loc[(frame["before"] <= 0) & (frame["after"] > 0) & known, "kind"] = "reactivation"
    frame.loc[(frame["before"] <= 0) & (frame["after"] > 0) & ~known, "kind"] = "new"
    return frame


def movements(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> dict[str, float]:
    """start, new, reactivation, expansion, contraction, churn, end; the last is the first with the others."""
    frame = steps(data, start, end, keep)
    size = (frame["after"] - frame["before"]).abs()
    kinds = ("new", "reactivation", "expansion", "contraction", "churn")
    result = {"start": frame["before"].sum()}
    result.update({kind: size[frame["kind"] == kind].sum() for kind in kinds})
    result["end"] = frame["after"].sum()
    return result


def expansion_revenue(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    frame = steps(data, start, end, keep)
    grown = frame[frame["kind"] == "expansion"]
    total = (grown["after"] - grown["before"]).sum()
    return Answer(total, total, None, len(grown))
