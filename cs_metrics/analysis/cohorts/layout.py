"""A retention triangle laid out for reading: periods in which nobody started, and no more cells than a screen takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from cs_metrics.analysis.cohorts.told import Wording, period
from cs_metrics.kpis import intervals

# a browser draws no more rows and columns than this with grace
MOST = 60
# so many periods make a row, where each of its own would be too many
_NICE = {"hour": (2, 3, 4, 6, 12, 24, 168), "day": (7, 14, 28, 91), "week": (2, 4, 13, 26), "month": (3, 6, 12)}


@dataclass(frozen=True)
class Layout:
    """`frame`: as of `retention`, with `name` (of a row that is several cohorts; else '') and then `last`, the last of
    them. `note` says what was put together or left out, '' where nothing was; `groups`: a row's cohorts."""

    frame: pd.DataFrame
    note: str = ""
    groups: Mapping[Any, list[Any]] = field(default_factory=dict)

    def cohorts(self, row: Any) -> list[Any]:
        """The cohorts that stand in the row `row`."""
        return self.groups.get(row, [row])


def laid_out(frame: pd.DataFrame, words: Wording, most: int = MOST) -> Layout:
    """Lay out the frame of `retention` (one triangle: no breakdown).

    A period between the first and the last cohort in which nobody started gets its cells, with 0 eligible and no value.
    More than `most` rows are put together by neighbouring periods, their cells pooled (complete only where all are);
    of more than `most` columns every second, third ... is kept. An attribute's values beyond `most`: the largest.
    """
    notes = []
    if frame["k"].max() > most:
        step = -(-int(frame["k"].max()) // most)
        frame = frame[frame["k"] % step == 0]
        notes.append(f"Every {_ordinal(step)} {words.grain} is shown, so that the chart can be read.")
    groups: dict[Any, list[Any]] = {}
    if not words.dated:
        sizes = frame[frame["k"] == 0].sort_values("eligible", ascending=False, kind="stable")["cohort"]
        if len(sizes) > most:
            known = set(sizes.head(most))
            frame = frame[frame["cohort"].isin(known)]
            notes.append(f"The {most} largest of {len(sizes)} are shown.")
    elif frame["cohort"].nunique():
        clock = words.clock
        own = frame["cohort"].map(lambda c: clock.number(c.to_pydatetime()))
        first, last = int(own.min()), int(own.max())
        if last - first < most:
            frame = _filled(frame, own, words)
        elif frame["cohort"].nunique() > most:
            size = _size(last - first + 1, words.grain, most)
            frame, groups = _together(frame, (own - first) // size, first, size, words)
            notes.append(f"{size} {words.grain}s make a row, so that the chart can be read; each cell pools theirs.")
    if "name" not in frame:
        frame = frame.assign(name="")
    return Layout(frame.reset_index(drop=True), " ".join(notes), groups)


def _filled(frame: pd.DataFrame, own: pd.Series, words: Wording) -> pd.DataFrame:
    """Give the periods without a start the cells that have begun for the others."""
    clock = words.clock
    begun = frame.assign(own=own, ends=own + frame["k"])
    open_, wide = int(begun["ends"].max()), sorted(begun["k"].unique())
    missing = sorted(set(range(int(own.min()), int(own.max()) + 1)) - set(own))
    if not missing:
        return frame
    cells = [
        {"cohort": pd.Timestamp(clock.start(number)), "k": k, "eligible": 0, "retained": 0, "complete": True}
        for number in missing
        for k in wide
        if words.kind == "brackets" or number + k <= open_
    ]
    more = pd.DataFrame(cells).reindex(columns=frame.columns)
    more = more.astype({c: frame[c].dtype for c in ("cohort", "k", "eligible", "retained", "complete")})
    more[["value", "low", "high"]] = float("nan")
    found = pd.concat([frame.assign(**{c: frame[c].astype(float) for c in ("value", "low", "high")}), more])
    return found.sort_values(["cohort", "k"], kind="stable")


def _size(rows: int, grain: str, most: int) -> int:
    least = -(-rows // most)
    return next((n for n in _NICE.get(grain, ()) if n >= least), least)


def _together(
    frame: pd.DataFrame, row: pd.Series, origin: int, size: int, words: Wording
) -> tuple[pd.DataFrame, dict[Any, list[Any]]]:
    data = frame.assign(row=row)
    first, last = data.groupby("row")["cohort"].min(), data.groupby("row")["cohort"].max()
    members = data.groupby(["row", "k"])["cohort"].nunique()
    whole = data.groupby("row")["cohort"].nunique()
    sums = {name: (name, "sum") for name in ("eligible", "retained", "amount", "base") if name in data}
    cells = data.groupby(["row", "k"], as_index=False).agg(**sums, complete=("complete", "all"))
    # a cell is whole only when it is there for each cohort of the row
    there = pd.Series([members[r, k] == whole[r] for r, k in zip(cells["row"], cells["k"], strict=True)], dtype=bool)
    cells["complete"] = cells["complete"].astype(bool) & there
    if "base" in cells:
        base = cells["base"].astype(float)
        cells["value"] = cells["amount"].astype(float) / base.where(base != 0)
        cells["low"] = cells["high"] = float("nan")
    else:
        cells["value"] = cells["retained"] / cells["eligible"]
        cells["low"], cells["high"] = intervals.wilson(cells["retained"], cells["eligible"])
    cells["cohort"], cells["last"] = cells["row"].map(first), cells["row"].map(last)
    cells["last"] = cells["last"].where(cells["last"] > cells["cohort"])
    short = "hour" if words.grain == "hour" else "day" if words.grain in ("day", "week") else words.grain
    names = {}
    for r in first.index:
        opens, closes = (words.clock.start(origin + r * size + more) for more in (0, size - 1))
        names[r] = f"{_brief(pd.Timestamp(opens), short)} – {_brief(pd.Timestamp(closes), short)}"
    cells["name"] = cells["row"].map(names)
    groups = {first[r]: sorted(part["cohort"].unique()) for r, part in data.groupby("row")}
    return cells.drop(columns="row"), {k: [pd.Timestamp(c) for c in v] for k, v in groups.items()}


def _brief(when: pd.Timestamp, grain: str) -> str:
    if grain == "hour":
        return f"{when.day} {when:%b} {when:%H:%M}"
    if grain == "day":
        return f"{when.day} {when:%b %Y}"
    return f"{when:%b %Y}" if grain == "month" else period(when, grain)


def _ordinal(n: int) -> str:
    return {2: "second", 3: "third", 4: "fourth", 5: "fifth"}.get(n, f"{n}th")
