"""Why a KPI moved: its change between two periods or two groups, split exactly by segment, down to the customers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cs_metrics.analysis.why import candidates, formula, search, split
from cs_metrics.analysis.why.split import SIDES
from cs_metrics.analysis.why.units import UNIT, Sums, asked_of, sums_of, units, value_of
from cs_metrics.errors import QueryError
from cs_metrics.kpis import intervals
from cs_metrics.kpis.ask import check_names, find, form_of
from cs_metrics.kpis.compare import Side
from cs_metrics.kpis.model import KPI, Form, Interval
from cs_metrics.kpis.slice import Slice

NONE = "(none)"


@dataclass(frozen=True)
class Explained:
    """Why a KPI moved. `change` = `restated` + the sum of `parts.part`, to the last digit.

    `kind`: "quotient" (mix and rate of every segment), "sum" (mix: what came and went with customers, rate: what those
    on both sides changed by) or "formula" (over several facts: the part of each number that the formula is made of).
    `of`: "value", or "mean" where the mean beside a median is explained.
    `before`, `now`: value, numerator, denominator, n, low, high, complete, note of both sides; `then`: what an earlier
    version said of `before` (None: not asked). `low`, `high`: the 95 % interval of now less before, missing where the
    KPI has none. `by`: the attributes that the parts are split by, `found`: the search named them.
    `parts`: <by>, segment, customers, n_then, d_then, n_now, d_now, mix, rate, part; the largest first. An attribute
    that is itself called 'segment', 'part' ... stands there as 'by_segment', 'by_part'.
    `accounts`: customer_id, name (where names are mapped), segment, n_then, d_then, n_now, d_now, part; they sum to
    their segment's part. `restated_accounts`: the customers whose past was restated, alike.
    `attributes`: every attribute that was looked at, the one that explains most first: attribute, segments, score, p,
    rate_score, mix_score, mix, named, note; see `search.search`.
    """

    kpi: str
    kind: str
    of: str
    before: dict[str, Any]
    now: dict[str, Any]
    then: dict[str, Any] | None
    change: float
    restated: float
    low: float
    high: float
    by: tuple[str, ...]
    found: bool
    parts: pd.DataFrame
    accounts: pd.DataFrame
    restated_accounts: pd.DataFrame
    attributes: pd.DataFrame

    @property
    def clear(self) -> bool | None:
        """Whether the change is more than chance alone would make; None where the KPI has no interval."""
        return None if math.isnan(self.low) or math.isnan(self.high) else self.low > 0 or self.high < 0


def explain(
    kpi_id: str,
    side: Side,
    now: Slice,
    before: Slice,
    *,
    by: Sequence[str] | None = None,
    then: Side | None = None,
    among: Sequence[str] | None = None,
    of: str = "value",
    own: Mapping[str, KPI] | None = None,
    deals: int = search.DEALS,
) -> Explained:
    """Return why a KPI differs between the slices `before` and `now`, each of one period.

    `by`: the attributes to split by; None: the one that explains most is looked for among `among` (all that can split
    the KPI), and where none stands out from chance there is one part, of everyone. `then`: the version that said
    `before` earlier. `of` "mean": the mean beside a median is explained. Raises QueryError, NotComputableError.
    """
    known = own or {}
    kpi = find(kpi_id, known)
    asked = [asked_of(side, slice_) for slice_ in (before, now)]
    form = form_of(kpi, asked[1].available)
    sums = _sums(kpi, form, of)
    values = [_settled(kpi, value_of(kpi.id, side, slice_, known), sums) for slice_ in (before, now)]
    earlier = None if then is None else _settled(kpi, value_of(kpi.id, then, before, known), sums)
    restated = 0.0 if earlier is None else values[0]["value"] - earlier["value"]
    change = values[1]["value"] - values[0]["value"]
    told = {"kpi": kpi.id, "of": of, "before": values[0], "now": values[1], "then": earlier,
            "change": change + restated, "restated": restated}  # fmt: skip
    if sums is None:
        if by:
            raise QueryError(f"{kpi.name} is made of several facts and cannot be split by {', '.join(by)}: "
                             "ask without `by` for the part of each number it is made of.")  # fmt: skip
        parts = formula.parts(side.con, asked[1], form, values, change, (before, now), side)
        nothing = pd.DataFrame(columns=[UNIT, "segment", *SIDES, "part"])
        return Explained(
            **told, kind="formula", low=math.nan, high=math.nan, by=(), found=False, parts=parts, accounts=nothing,
            restated_accounts=nothing, attributes=search.none(),
        )  # fmt: skip
    names = candidates.of(asked[1], form, among) if by is None else list(by)
    if by:
        check_names(asked_of(side, _split(now, by)), [form])
        candidates.check(asked[1], form, by, kpi.name)
    both = _both(side, asked, sums, form, names)
    _check(both, sums, values, kpi)
    quotient = sums.below is not None
    ranked, chosen = search.none(), tuple(names)
    if by is None:
        ranked = candidates.ranked(both, names, quotient, deals)
        chosen = tuple(ranked.loc[ranked["named"], "attribute"].head(1))
    keys = [str(names.index(name) + 1) for name in chosen]
    low, high = _interval(form, both, sums)
    parts = split.by_segment(_grouped(both, keys), keys, quotient, change)
    return Explained(
        **told, kind="quotient" if quotient else "sum", low=low, high=high, by=chosen,
        found=by is None and bool(chosen), parts=_labelled(parts, keys, chosen),
        accounts=_accounts(side, both, keys, quotient), attributes=ranked,
        restated_accounts=_restated(side, then, asked[0], before, sums, form, quotient),
    )  # fmt: skip


def _sums(kpi: KPI, form: Form, of: str) -> Sums | None:
    """Return how the KPI is made of sums; raise QueryError where it has no parts that add up."""
    if of not in ("value", "mean"):
        raise QueryError(f"`of` is 'value' or 'mean', not '{of}'.")
    sums = sums_of(form)
    if sums is not None and sums.mean != (of == "mean"):
        raise QueryError(
            f"{kpi.name} is a median, which has no parts that add up: ask of='mean' for the mean beside it."
            if sums.mean
            else f"{kpi.name} is no median, so there is no mean beside it: leave `of` out."
        )
    if form.item and form.numerator is not None and form.numerator == form.denominator:
        raise QueryError(
            f"{kpi.name} divides a whole, which is always 100 %: it does not move. Ask for a count instead."
        )
    if sums is None and form.over is not None:
        raise QueryError(
            f"{kpi.name} has no parts that add up, as it compares groups or follows a curve: "
            "ask for it `by` an attribute, period by period, instead."
        )
    return sums


def _settled(kpi: KPI, value: dict[str, Any], sums: Sums | None) -> dict[str, Any]:
    if sums is not None and sums.mean:
        below = value["denominator"]
        value = {**value, "value": value["numerator"] / below if below else math.nan, "low": math.nan, "high": math.nan}
    if pd.isna(value["value"]):
        why = value["note"] or "there is nothing to count."
        raise QueryError(f"{kpi.name} has no value on one of the two sides, so there is no change to explain: {why}")
    return {**value, "value": float(value["value"])}


def _split(slice_: Slice, by: Sequence[str]) -> Slice:
    return Slice.of(slice_.grain, list(by), slice_.where, slice_.since, slice_.until)


def _both(side: Side, asked: Sequence[Any], sums: Sums, form: Form, names: Sequence[str]) -> pd.DataFrame:
    """Return a row for each customer and combination of attributes: customer_id, 1, 2 ..., n_then ... d_now."""
    then, now = (units(side.con, one, sums, form, names) for one in asked)
    then = then.rename(columns={"n": "n_then", "d": "d_then"})
    now = now.rename(columns={"n": "n_now", "d": "d_now"})
    return _grouped(pd.concat([then, now], ignore_index=True), [str(i) for i in range(1, len(names) + 1)])


def _grouped(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    summed = frame.groupby([UNIT, *keys], dropna=False, sort=False)[list(SIDES)].sum().reset_index()
    for name in (UNIT, *keys):
        summed[name] = summed[name].astype(object).where(summed[name].notna(), None)
    return summed


def _check(both: pd.DataFrame, sums: Sums, values: Sequence[Mapping[str, Any]], kpi: KPI) -> None:
    """Raise QueryError where what customers add up to is not the KPI: then no split of it would be true."""
    found = both[list(SIDES)].sum()
    for name, value in zip(("then", "now"), values, strict=True):
        above, below = found[f"n_{name}"], found[f"d_{name}"] if sums.below else 1.0
        if not math.isclose(above / below if below else math.nan, value["value"], rel_tol=1e-8, abs_tol=1e-9):
            raise QueryError(f"The customers' parts in {kpi.name} do not add up to it, so its change cannot be split.")


def _interval(form: Form, both: pd.DataFrame, sums: Sums) -> tuple[float, float]:
    if sums.below is None or form.interval is Interval.NONE:
        return math.nan, math.nan
    if form.interval is Interval.WILSON:
        n0, d0, n1, d1 = (float(both[name].sum()) for name in SIDES)
        low, high = intervals.difference(n1, d1, n0, d0)
        return float(low), float(high)
    return split.interval(both)


def _labelled(parts: pd.DataFrame, keys: list[str], names: Sequence[str]) -> pd.DataFrame:
    labels = label(parts, keys)
    # an attribute may be called as one of our own columns: companies have segments, and parts
    own = {"segment", *parts.columns.difference(keys)}
    frame = parts.rename(columns={key: f"by_{n}" if n in own else n for key, n in zip(keys, names, strict=True)})
    frame.insert(len(keys), "segment", labels)
    return frame


def label(frame: pd.DataFrame, keys: Sequence[str]) -> list[str]:
    """Return each row's segment in words: 'Enterprise · EMEA'; 'everyone' where nothing is split."""
    if not keys:
        return ["everyone"] * len(frame)
    columns = [[_said(value) for value in frame[key]] for key in keys]
    return [" · ".join(values) for values in zip(*columns, strict=True)]


def _said(value: Any) -> str:
    if value is None or value != value:
        return NONE
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _accounts(side: Side, both: pd.DataFrame, keys: list[str], quotient: bool) -> pd.DataFrame:
    frame = _grouped(both, keys)
    frame["segment"] = label(frame, keys)
    frame["part"] = split.parts(frame, quotient)
    return _named(side, frame)


def _restated(
    side: Side, then: Side | None, asked: Any, before: Slice, sums: Sums, form: Form, quotient: bool
) -> pd.DataFrame:
    """Return the customers of whom the version `then` said something else about `before`."""
    columns = [UNIT, "segment", *SIDES, "part"]
    if then is None:
        return pd.DataFrame(columns=columns)
    earlier = asked_of(then, before)
    old = units(then.con, earlier, sums, form, ()).rename(columns={"n": "n_then", "d": "d_then"})
    new = units(side.con, asked, sums, form, ()).rename(columns={"n": "n_now", "d": "d_now"})
    frame = _grouped(pd.concat([old, new], ignore_index=True), [])
    frame["segment"] = "everyone"
    frame["part"] = split.effects(frame, quotient)
    moved = ~np.isclose(frame["n_then"], frame["n_now"]) | ~np.isclose(frame["d_then"], frame["d_now"])
    return _named(side, frame[moved])


def _named(side: Side, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the customers with their names, the largest part first, equal ones by their ids."""
    frame = frame.sort_values(UNIT, kind="stable")
    known = dict(side.con.execute("SELECT customer_id, name FROM dim_customer_rows WHERE name IS NOT NULL").fetchall())
    columns = [UNIT, "segment", *SIDES, "part"]
    if known:
        frame = frame.assign(name=frame[UNIT].map(known).astype(object))
        columns.insert(1, "name")
    # sums of doubles in parallel differ in their last digits: what is equal but for those stays in the order of the ids
    order = frame["part"].abs().round(9).sort_values(ascending=False, kind="stable").index
    return frame.loc[order, columns].reset_index(drop=True)


def without(found: Explained, drop: Callable[[pd.DataFrame], pd.DataFrame]) -> Explained:
    """Return an explanation whose frames of customers passed through `drop`."""
    return replace(found, accounts=drop(found.accounts), restated_accounts=drop(found.restated_accounts))
