"""The kinds of report: for whom, over which period, with which KPIs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from cs_metrics.errors import QueryError, did_you_mean
from cs_metrics.kpis.scorecards import MOST, READY

FEWEST = 6
"""With fewer KPIs than that on its scorecard, a report takes others too, of its cadence first."""


@dataclass(frozen=True)
class Kind:
    """A kind of report. `grain`: its period; `renewals`: the days ahead in which renewals count as near; `days`: those
    in which themes are held against the ones before; `periods` of trends; `causes`: how many changes it explains."""

    id: str
    title: str
    audience: str
    grain: str
    renewals: int
    days: int
    periods: int
    causes: int


KINDS = {
    kind.id: kind
    for kind in (
        Kind("weekly", "Weekly report for the team", "team", "week", 60, 28, 13, 4),
        Kind("monthly", "Monthly report for leadership", "leadership", "month", 60, 90, 13, 5),
        Kind("quarterly", "Quarterly report for executives", "executives", "quarter", 90, 180, 9, 5),
    )
}


def kind_of(id: str) -> Kind:
    """Return a kind of report by its id. Raises QueryError."""
    if id not in KINDS:
        raise QueryError(f"There is no report '{id}'. {did_you_mean(id, KINDS)}")
    return KINDS[id]


def chosen(kind: Kind, kpis: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Return the ids of the KPIs of a report that the data can answer, and those of its scorecard that they cannot.

    `kpis`: the frame of `View.kpis`. Where its scorecard has few that can be answered, others follow, of its
    cadence and then of the next, in the order of the catalogue.
    """
    card = next(card for card in READY if card.id == kind.id)
    able: Collection[str] = set(kpis.loc[kpis["computable"], "id"])
    found = [id for id in card.kpis if id in able]
    if len(found) < FEWEST:
        others = kpis[kpis["computable"] & (kpis["better"] != "neither")]
        near = [kind.id, *(id for id in KINDS if id != kind.id)]
        same = [id for cadence in near for id in others.loc[others["cadence"] == cadence, "id"]]
        found += [id for id in same if id not in found][: FEWEST - len(found)]
    return found[:MOST], [id for id in card.kpis if id not in able]
