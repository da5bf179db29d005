"""Answers without their small cells, nor what those could be worked out from: see `suppression`.

A link that hides small cells answers for one period, one grain and one breakdown, those of `Linked.asked`: a second
period that differs by a day, or a breakdown that cuts another in two, would give small cells by subtraction. All that
it shows of a KPI is cut from one table, of all its periods and segments with their sums, and what is hidden in that is
hidden in every cut.

A cell is small that counts fewer than `least` (none at all is shown as none), and so is a share of which fewer than
`least`, but not none, are or are not in its numerator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cs_metrics.api.links.suppression import SUM, Cell, hidden
from cs_metrics.errors import NotAllowedError
from cs_metrics.kpis import find
from cs_metrics.periods import instant

if TYPE_CHECKING:
    from cs_metrics.api.links.linked import Linked

PLAIN = frozenset({"dimensions", "kpis", "report_periods", "tables", "unlocks"})
"""The methods whose answers have no cells."""
ALLOWED = {
    "compute": frozenset({"ids", "grain", "by", "since", "until", "totals"}),
    "kpi": frozenset({"id", "grain", "by", "since", "until", "totals"}),
    "nps": frozenset({"grain", "by", "since", "until"}),
    "retention": frozenset({"of", "unit", "grain", "periods", "by", "since", "until"}),
}
"""The methods that hide small cells, with what may be asked of them."""
NUMBERS = ("value", "numerator", "denominator", "n", "low", "high")
Ask = Callable[..., pd.DataFrame]


def answer(view: Linked, name: str, method: Callable[..., Any], asked: Mapping[str, Any]) -> Any:
    """Return the answer of a method of a view without its small cells. Raises NotAllowedError where it cannot be."""
    given = {argument: value for argument, value in asked.items() if value not in (None, False, [], (), {})}
    if name in PLAIN:
        return method(**given)
    if name not in ALLOWED or not given.keys() <= ALLOWED[name]:
        raise NotAllowedError(f"This link shows no cells of fewer than {view.least}, and that cannot be shown without.")
    within = _within(view, given)
    by = within.pop("by", [])
    if name in ("compute", "kpi"):
        ids = given["ids"] if name == "compute" else [given["id"]]
        return _kpis(view, [ids] if isinstance(ids, str) else list(ids), by, given)
    if name == "nps":
        return _nps(view, method, by, given)
    return _retention(view, method, by, given)


def _within(view: Linked, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the breakdown asked for. Raises NotAllowedError for another period, grain or breakdown than the link's."""
    held = view.asked
    for end in ("since", "until"):
        if end in given and (held.get(end) is None or instant(given[end], end).isoformat() != held[end]):
            raise NotAllowedError("This link hides small cells, and shows one period alone.")
    if given.get("grain") not in (None, held.get("grain")):
        raise NotAllowedError("This link hides small cells, and shows one grain alone.")
    by = given.get("by") or []
    names = [by] if isinstance(by, str) else list(by)
    if names and names != [held.get("by")]:
        raise NotAllowedError("This link hides small cells, and shows one breakdown alone.")
    return {"by": names}


def _ends(view: Linked) -> dict[str, Any]:
    return {name: view.asked.get(name) for name in ("since", "until")}


def _kpis(view: Linked, ids: list[str], by: list[str], given: Mapping[str, Any]) -> pd.DataFrame:
    """Return `compute`, cut from the whole table of each KPI."""
    asked = {"grain": view.asked.get("grain"), "totals": True, **_ends(view)}
    least = int(view.least or 0)
    table = view._inner("compute", ids, **asked)
    table = _without(table, view, [], {}, least)
    if by:
        base = {(kpi, SUM, _column(row)): hid for kpi, row, hid in _told(table)}
        table = _without(view._inner("compute", ids, by=by, **asked), view, by, base, least)
    whole = bool(given.get("totals"))
    grain = given.get("grain")
    if not whole:
        table = table[(table["level"] == ("range" if grain is None else "period")) & (table["total"] == (not by))]
        table = table.drop(columns=["level", "total"])
    elif grain is None:
        table = table[table["level"] == "range"]
    return table.drop(columns="_hidden").reset_index(drop=True)


def _column(row: Mapping[str, Any]) -> Any:
    return SUM if row["level"] == "range" else row["period"]


def _told(table: pd.DataFrame) -> list[tuple[str, Mapping[Any, Any], bool]]:
    whole = table[table["item"].isna() & table["total"]]
    return [(str(row["kpi"]), row, bool(row["_hidden"])) for row in whole.to_dict("records")]


def _without(table: pd.DataFrame, view: Linked, by: list[str], base: Mapping[tuple, bool], least: int) -> pd.DataFrame:
    """Return a table whose hidden cells say nothing, with `_hidden`. `base`: what is hidden of the sums already."""
    rows = [SUM if total else tuple(values) for total, *values in table[["total", *by]].itertuples(index=False)]
    columns = [
        SUM if level == "range" else period for level, period in table[["level", "period"]].itertuples(index=False)
    ]
    table = table.assign(_row=pd.Series(rows, index=table.index, dtype=object),
                         _column=pd.Series(columns, index=table.index, dtype=object))  # fmt: skip
    gone = np.zeros(len(table), dtype=bool)
    for kpi, own in table.groupby("kpi", sort=False):
        share = find(str(kpi), view.own).unit == "share"
        small = own.apply(_is_small, axis=1, args=(least, share))
        places = list(zip(own["_row"], own["_column"], strict=True))
        whole = own["item"].isna().to_numpy()
        cells = {place: float(n) for place, n, is_whole in zip(places, own["n"], whole, strict=True) if is_whole}
        fixed = {place for place in cells if place[0] == SUM and base}
        first = {place for place, bad, is_whole in zip(places, small, whole, strict=True) if bad and is_whole}
        first = (first - fixed) | {place for place in fixed if base.get((kpi, *place))}
        hid = hidden(cells, first, least, fixed)
        # a cell's items go together: of one alone the others would tell
        parts = hid | {place for place, bad, is_whole in zip(places, small, whole, strict=True) if bad and not is_whole}
        parts = hidden(cells, parts, least) if not whole.all() else hid
        seen = [place in (hid if is_whole else parts) for place, is_whole in zip(places, whole, strict=True)]
        gone[table.index.get_indexer(own.index)] = seen
    table = table.drop(columns=["_row", "_column"]).assign(_hidden=gone, n=table["n"].astype("float64"))
    table.loc[gone, list(NUMBERS)] = np.nan
    table.loc[gone, "note"] = note(least)
    return table


def note(least: int) -> str:
    """Return what stands in the place of a cell that is not shown; the same for each, or it would tell them apart."""
    return f"Not shown: fewer than {least}, or what those could be worked out from."


def _is_small(row: pd.Series, least: int, share: bool) -> bool:
    n, numerator, denominator = row["n"], row["numerator"], row["denominator"]
    if 0 < n < least:
        return True
    if not share or pd.isna(numerator) or pd.isna(denominator) or not float(numerator).is_integer():
        return False
    return 0 < numerator < least or 0 < denominator - numerator < least


def _nps(view: Linked, method: Ask, by: list[str], given: Mapping[str, Any]) -> pd.DataFrame:
    """Return `nps`; where one of a cell's categories is small, all three are hidden, and its score stays."""
    grain, least, ends = view.asked.get("grain"), int(view.least or 0), _ends(view)
    cuts: list[tuple[list[str], str | None]] = [([], None), *([([], grain)] if grain else [])]
    table = _stacked(method, cuts, ends)
    table = _nps_without(table, [], {}, least)
    if by:
        base = {
            (row, column): tuple(hid)
            for row, column, *hid in table[["_row", "_column", "_gone", "_parts"]].itertuples(index=False)
        }
        cuts += [(by, None), *([(by, grain)] if grain else [])]
        table = _nps_without(_stacked(method, cuts, ends), by, base, least)
    wanted = (table["_ranged"] == (given.get("grain") is None)) & ((table["_row"] == SUM) == (not by))
    return table[wanted].drop(columns=["_row", "_column", "_ranged", "_gone", "_parts"]).reset_index(drop=True)


def _stacked(method: Ask, cuts: list[tuple[list[str], str | None]], ends: Mapping[str, Any]) -> pd.DataFrame:
    parts = []
    for by, grain in cuts:
        frame = method(by=by or None, grain=grain, **ends)
        rows = [SUM] * len(frame) if not by else [tuple(values) for values in frame[by].itertuples(index=False)]
        columns = [SUM] * len(frame) if grain is None else list(frame["period"])
        told = {"_row": rows, "_column": columns}
        placed = frame.assign(**{k: pd.Series(v, index=frame.index, dtype=object) for k, v in told.items()})
        parts.append(placed.assign(_ranged=grain is None))
    return pd.concat(parts, ignore_index=True)


def _nps_without(
    table: pd.DataFrame, by: list[str], base: Mapping[tuple, tuple[bool, bool]], least: int
) -> pd.DataFrame:
    counts = ["promoters", "passives", "detractors"]
    places = list(zip(table["_row"], table["_column"], strict=True))
    cells = dict(zip(places, table["n"].astype(float), strict=True))
    fixed = set(base)
    few = ((table[counts] > 0) & (table[counts] < least)).any(axis=1)
    hid = hidden(cells, _first(places, (table["n"] > 0) & (table["n"] < least), fixed, base, 0), least, fixed)
    parts = hidden(cells, hid | _first(places, few, fixed, base, 1), least, fixed)
    gone = np.array([place in hid for place in places], dtype=bool)
    veiled = np.array([place in parts for place in places], dtype=bool)
    table = table.astype(dict.fromkeys([*counts, "n"], "float64")).assign(_gone=gone, _parts=veiled)
    table.loc[veiled, counts] = np.nan
    table.loc[gone, ["n", "value", "low", "high"]] = np.nan
    return table


def _first(places: list, bad: pd.Series, fixed: set, base: Mapping[tuple, tuple[bool, bool]], which: int) -> set:
    found = {place for place, small in zip(places, bad, strict=True) if small and place not in fixed}
    return found | {place for place in fixed if base[place][which]}


def _retention(view: Linked, method: Ask, by: list[str], given: Mapping[str, Any]) -> pd.DataFrame:
    """Return `retention`: hidden are all cells of a cohort of fewer, and those of which fewer came back or did not."""
    least = int(view.least or 0)
    words = {name: given[name] for name in ("of", "unit", "periods") if name in given}
    words |= {"grain": view.asked.get("grain") or "month", **_ends(view)}
    whole = _cohorts_without(method(**words), [], None, least)
    return whole if not by else _cohorts_without(method(by=by, **words), by, whole, least)


def _cohorts_without(frame: pd.DataFrame, by: list[str], whole: pd.DataFrame | None, least: int) -> pd.DataFrame:
    rows = (
        [SUM if not by else tuple(values) for values in frame[by].itertuples(index=False)] if by else [SUM] * len(frame)
    )
    small = (frame["eligible"] > 0) & (frame["eligible"] < least)
    left = frame["eligible"] - frame["retained"]
    few = ((frame["retained"] > 0) & (frame["retained"] < least)) | ((left > 0) & (left < least))
    cohorts, ks = list(frame["cohort"]), list(frame["k"])
    gone = _hidden_of(rows, cohorts, ks, frame["eligible"], small, whole, "eligible", least)
    # a cohort of few is one in each of its periods, and what covers it covers it in each
    both = {(row, cohort) for row, cohort, bad in zip(rows, cohorts, gone, strict=True) if bad}
    gone = np.array([(row, cohort) in both for row, cohort in zip(rows, cohorts, strict=True)], dtype=bool)
    weights = frame["retained"].where(frame["retained"] < left, left)
    veiled = _hidden_of(rows, cohorts, ks, weights, few | gone, whole, "retained", least)
    frame = frame.astype({"eligible": "float64", "retained": "float64"})
    frame.loc[gone, "eligible"] = np.nan
    frame.loc[gone | veiled, ["retained", "value", "low", "high"]] = np.nan
    return frame


def _hidden_of(
    rows: list, cohorts: list, ks: list, weights: pd.Series, small: pd.Series, whole: pd.DataFrame | None, what: str,
    least: int,
) -> np.ndarray:  # fmt: skip
    """Return which cells are hidden: within each cohort and k the segments sum to the cell of all."""
    places: list[Cell] = [(row, (cohort, k)) for row, cohort, k in zip(rows, cohorts, ks, strict=True)]
    cells = dict(zip(places, weights.astype(float), strict=True))
    first = {place for place, bad in zip(places, small, strict=True) if bad}
    fixed: set = set()
    if whole is not None:
        sums = {(SUM, (row["cohort"], row["k"])): row for row in whole.to_dict("records")}
        fixed = set(sums)
        first |= {place for place, row in sums.items() if pd.isna(row[what])}
        cells |= dict.fromkeys(sums, 0.0)
    hid = hidden(cells, first, least, fixed)
    return np.array([place in hid for place in places], dtype=bool)
