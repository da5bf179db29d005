"""Two definitions side by side on the same data: both values, and the customers who make the difference."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.errors import QueryError
from cs_metrics.kpis.ask import find, form_of, settle
from cs_metrics.kpis.model import KPI, Form
from cs_metrics.kpis.rows import rows
from cs_metrics.kpis.run import NUMBERS, compute
from cs_metrics.kpis.slice import Slice
from cs_metrics.periods import at, check_grain

PEOPLE = ("respondent", "user_id", "member_id")
_SAME = 1e-9


@dataclass(frozen=True)
class Side:
    """One definition: the facts that were built by it, its settings, and up to when its data count."""

    con: duckdb.DuckDBPyConnection
    settings: Mapping[str, Any]
    as_of: datetime


@dataclass(frozen=True)
class Comparison:
    """What two definitions make of one KPI in one period.

    `a` and `b`: value, numerator, denominator, n, low, high, complete, note. `change`: b's value less a's (None where
    one has none). `rows`: a row for each customer (or person) that makes a difference, the largest first:
    customer_id, name (where names are mapped), person (where people are counted), for each part of the KPI
    `<part>_a`, `<part>_b` and `<part>_change`, which add up to the difference of the two totals, and `effect`, which
    adds up to `change` (missing where the value is not numerator / denominator).
    """

    kpi: str
    a: dict[str, Any]
    b: dict[str, Any]
    change: float | None
    rows: pd.DataFrame


def compare(
    kpi_id: str,
    a: Side,
    b: Side,
    slice_: Slice | None = None,
    period: Any = None,
    *,
    everyone: bool = False,
    own: Mapping[str, KPI] | None = None,
) -> Comparison:
    """Lay two definitions of a KPI side by side, in the period of the slice's grain (by default month) in which
    `period` lies; None: over the slice's whole range. `everyone`: those who make no difference are listed too.

    Raises QueryError, NotComputableError.
    """
    asked = slice_ or Slice()
    kpi = find(kpi_id, own)
    cells = [_value(kpi, side, asked, period, own) for side in (a, b)]
    forms = [form_of(kpi, settle(side.con, asked, side.settings, side.as_of).available) for side in (a, b)]
    parts = list(dict.fromkeys(part for form in forms for part in _parts(form)))
    sides = [_shares(kpi, form, side, asked, period, parts, own) for form, side in zip(forms, (a, b), strict=True)]
    keys = list(dict.fromkeys(name for side in sides for name in side.index.names))
    joined = [side.reset_index().reindex(columns=[*keys, *parts]) for side in sides]
    both = joined[0].merge(joined[1], on=keys, how="outer", suffixes=("_a", "_b"))
    numbers = [f"{part}_{side}" for part in parts for side in "ab"]
    both[numbers] = both[numbers].fillna(0.0)
    for part in parts:
        both[f"{part}_change"] = both[f"{part}_b"] - both[f"{part}_a"]
    both["effect"] = _effect(both, *cells)
    if not everyone:
        both = both[(both[[f"{part}_change" for part in parts]].abs() > _SAME).any(axis=1)]
    order = [both["effect"].abs(), *(both[f"{part}_change"].abs() for part in parts)]
    ranked = pd.concat(order, axis=1, keys=range(len(order)))
    ranked = ranked.sort_values(list(ranked.columns), ascending=False, kind="stable")
    both = _named(a.con, both.loc[ranked.index])
    columns = [c for part in parts for c in (f"{part}_a", f"{part}_b", f"{part}_change")]
    heads = [c for c in ("customer_id", "name", "person") if c in both]
    values = [cell["value"] for cell in cells]
    change = None if any(pd.isna(v) for v in values) else float(values[1] - values[0])
    return Comparison(kpi.id, cells[0], cells[1], change, both[[*heads, *columns, "effect"]].reset_index(drop=True))


def _parts(form: Form) -> list[str]:
    if form.over is None:
        return list(form.parts)
    return ["numerator", *(["denominator"] if form.denominator else [])]


def _value(kpi: KPI, side: Side, asked: Slice, period: Any, own: Mapping[str, KPI] | None) -> dict[str, Any]:
    slice_ = replace(asked, by=(), grain=None)
    if period is not None:
        wanted = at(period, check_grain(asked.grain or "month"), side.settings)
        slice_ = replace(
            slice_, grain=asked.grain or "month", since=wanted.start.isoformat(), until=wanted.end.isoformat()
        )
    frame = compute(side.con, [kpi.id], slice_, side.settings, side.as_of, own=own)
    frame = frame[frame["item"].isna()]
    if frame.empty:
        raise QueryError(f"The data end before the period of {period} begins.")
    row = frame.iloc[0]
    return {name: row[name] for name in (*NUMBERS, "complete", "note")}


def _shares(
    kpi: KPI,
    form: Form,
    side: Side,
    asked: Slice,
    period: Any,
    parts: list[str],
    own: Mapping[str, KPI] | None,
) -> pd.DataFrame:
    """Return each customer's (or person's) sum in each part, by who it is."""
    found, keys = [], ["customer_id"]
    for part in (p for p in parts if p in _parts(form)):
        frame = rows(side.con, kpi.id, period, asked, side.settings, side.as_of, part=part, own=own)
        person = next((name for name in PEOPLE if name in frame), None)
        who = pd.DataFrame({"customer_id": frame.get("customer_id", pd.Series([None] * len(frame), dtype=object))})
        if person is not None:
            who["person"], keys = frame[person], ["customer_id", "person"]
        if person == "user_id":
            known = who["customer_id"].notna()
            who["customer_id"] = who["customer_id"].where(known, _accounts(side.con, who["person"]))
        found.append(who.assign(part=part, value=frame["_value"].astype(float)))
    together = pd.concat(found, ignore_index=True)
    for key in keys:
        together[key] = together[key].astype(object).where(together[key].notna(), None)
    sums = together.groupby([*keys, "part"], dropna=False)["value"].sum()
    return sums.unstack("part").reindex(columns=parts).fillna(0.0).rename_axis(columns=None)


def _accounts(con: duckdb.DuckDBPyConnection, users: pd.Series) -> pd.Series:
    """Return the customer of each user."""
    return users.map(dict(con.execute("SELECT user_id, customer_id FROM dim_users").fetchall()))


def _effect(frame: pd.DataFrame, a: Mapping[str, Any], b: Mapping[str, Any]) -> pd.Series:
    """Return what each row does to the value; together exactly the change.

    Of a quotient N / D: with the means V of both values and D of both denominators, V_b - V_a =
    (N_b - N_a - V (D_b - D_a)) / D, which is a sum over the rows.
    """
    none = pd.Series(math.nan, index=frame.index)
    if any(pd.isna(cell["value"]) for cell in (a, b)) or "numerator_change" not in frame:
        return none
    if "denominator_change" not in frame:
        plain = all(math.isclose(cell["value"], cell["numerator"], rel_tol=1e-9) for cell in (a, b))
        return frame["numerator_change"] if plain else none
    for cell in (a, b):
        if not math.isclose(cell["value"], cell["numerator"] / cell["denominator"], rel_tol=1e-9, abs_tol=1e-12):
            return none
    value, base = (a["value"] + b["value"]) / 2, (a["denominator"] + b["denominator"]) / 2
    return (frame["numerator_change"] - value * frame["denominator_change"]) / base


def _named(con: duckdb.DuckDBPyConnection, frame: pd.DataFrame) -> pd.DataFrame:
    known = dict(con.execute("SELECT customer_id, name FROM dim_customer_rows WHERE name IS NOT NULL").fetchall())
    if known:
        frame = frame.assign(name=frame["customer_id"].map(known).astype(object))
    return frame
