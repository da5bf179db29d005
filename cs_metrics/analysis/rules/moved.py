"""A rule about a KPI: whether its last whole period fires it, beyond chance, and which accounts made the change."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

from cs_metrics.analysis.rules import words
from cs_metrics.analysis.rules.look import Look
from cs_metrics.kpis.ask import find
from cs_metrics.kpis.run import compute
from cs_metrics.kpis.slice import Slice
from cs_metrics.periods import floor, step

# so many periods back the last whole one is looked for: some are whole only when what follows them is known
BACK = 6
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Seen:
    """The last whole period of a KPI. `start` None: there is none. `meets`: the change or level is that of the rule;
    `beyond`: chance alone would not make it (None: the KPI has no interval to tell by); `fires`: what the rule says."""

    start: datetime | None = None
    now: float | None = None
    before: float | None = None
    meets: bool = False
    beyond: bool | None = None
    fires: bool = False
    said: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)


def latest(look: Look, rule: Mapping[str, Any]) -> Seen:
    """Return the last whole period as the look sees it. Raises NotComputableError, QueryError."""
    kpi = find(rule["kpi"], look.own)
    grain, where = rule["grain"], rule["where"]
    since = step(floor(look.moment, grain, look.settings), grain, -BACK)
    asked = Slice.of(grain, None, where, since, look.moment)
    frame = compute(look.con, [kpi.id], asked, look.settings, look.moment, own=look.own)
    frame = frame[frame["item"].isna()].sort_values("period")
    whole = frame[frame["complete"].astype(bool)]
    if whole.empty:
        return Seen(said=f"{kpi.name} has no whole {grain} yet.")
    row: dict[Any, Any] = whole.iloc[-1].to_dict()
    start = pd.Timestamp(row["period"]).to_pydatetime()
    lines: list[dict[Any, Any]] = frame[frame["period"] == pd.Timestamp(step(start, grain, -1))].to_dict("records")
    earlier = lines[0] if lines else None
    now, before = _number(row["value"]), _number(earlier["value"]) if earlier else None
    meets = met(rule, now, before)
    beyond = _beyond(rule, row, earlier)
    fires = meets and (beyond is not False or not rule["chance"])
    said = _said(kpi.name, kpi.unit, str(look.settings["currency"]), rule, start, now, before)
    if meets and beyond is False:
        said += " Chance alone could make this."
    told = {"rule": "kpi", "kpi": kpi.id, "grain": grain, "period": start.isoformat(), "where": dict(where),
            "text": said, "value": now, "before": before}  # fmt: skip
    return Seen(start, now, before, meets, beyond, fires, said, told)


def met(rule: Mapping[str, Any], now: float | None, before: float | None) -> bool:
    """Return whether a value fulfils the rule, chance aside. A change from 0 has no percentage, and fires none."""
    if now is None:
        return False
    if rule["test"] == "level":
        return now > rule["than"] if rule["is"] == "above" else now < rule["than"]
    if before is None or (not rule["points"] and before == 0):
        return False
    change = now - before if rule["points"] else (now - before) / abs(before)
    return (change if rule["is"] == "up" else -change) >= rule["by"] - _ROUNDING


def concerned(look: Look, rule: Mapping[str, Any], seen: Seen) -> list[tuple[str, dict[str, Any]]]:
    """Return the accounts that make most of a change, or of a distance to a level, each with its part in it.

    Of a ratio an account's part is (numerator - v * denominator) / all denominators, of the period itself, where v is
    the value of the period before (the level): the parts of all accounts sum to the change exactly. Of a sum it is its
    own change. A KPI that is neither (a median) is told of no account.
    """
    kpi = find(rule["kpi"], look.own)
    assert seen.start is not None
    assert seen.now is not None
    first = step(seen.start, rule["grain"], -1)
    asked = Slice.of(rule["grain"], ["customer_id"], rule["where"], first, step(seen.start, rule["grain"]))
    frame = compute(look.con, [kpi.id], asked, look.settings, look.moment, own=look.own)
    frame = frame[frame["item"].isna() & frame["customer_id"].notna()]
    now, before = (
        own.assign(customer_id=own["customer_id"].astype(str)).set_index("customer_id")
        for own in (frame[frame["period"] == pd.Timestamp(p)] for p in (seen.start, first))
    )
    base = rule["than"] if rule["test"] == "level" else seen.before
    parts = _parts(now, before, base, seen.now, rule["test"] == "level")
    sign = 1 if rule["is"] in ("up", "above") else -1
    parts = (sign * parts)[sign * parts > _ROUNDING].sort_values(ascending=False, kind="stable").head(rule["most"])
    unit, currency = kpi.unit, str(look.settings["currency"])
    shown = "points" if unit in ("share", "score") else ""
    found = []
    for account, size in parts.items():
        amount = words.number(100 * size, "") if unit == "share" else words.number(size, unit, currency)
        text = f"its part in it: {'+' if sign > 0 else '-'}{amount} {shown}".rstrip()
        found.append((str(account), {"rule": "part", **{n: seen.evidence[n] for n in ("kpi", "grain", "period")},
                                     "text": text, "value": float(sign * size)}))  # fmt: skip
    return found


def _parts(now: pd.DataFrame, before: pd.DataFrame, base: float | None, value: float, level: bool) -> pd.Series:
    top, below = now["numerator"].astype(float), now["denominator"].astype(float)
    if below.notna().any():
        whole = below.sum()
        if not whole or base is None or not math.isclose(top.sum() / whole, value, rel_tol=1e-6, abs_tol=1e-9):
            return pd.Series(dtype=float)
        return (top - base * below) / whole
    if not math.isclose(top.sum(), value, rel_tol=1e-6, abs_tol=1e-6):
        return pd.Series(dtype=float)
    return top if level else top.sub(before["numerator"].astype(float), fill_value=0.0)


def _beyond(rule: Mapping[str, Any], row: Mapping[str, Any], earlier: Mapping[str, Any] | None) -> bool | None:
    """Return whether chance is ruled out: of a level, that the interval is beyond it; of a change, that the interval of
    the difference leaves 0 out. That one comes from those of the two values (Zou and Donner 2008, Statistics in
    Medicine 27: 1693-1702), as if they were independent: accounts that are in both make it too wide, never too narrow.
    """
    low, high, now = (_number(row[name]) for name in ("low", "high", "value"))
    if low is None or high is None or now is None:
        return None
    if rule["test"] == "level":
        return low > rule["than"] if rule["is"] == "above" else high < rule["than"]
    then = {name: _number(earlier[name]) if earlier else None for name in ("low", "high", "value")}
    if then["low"] is None or then["high"] is None or then["value"] is None:
        return None
    change = now - then["value"]
    if rule["is"] == "up":
        return change - math.hypot(now - low, then["high"] - then["value"]) > 0
    return change + math.hypot(high - now, then["value"] - then["low"]) < 0


def _said(
    name: str, unit: str, currency: str, rule: Mapping[str, Any], start: datetime, now: float | None,
    before: float | None,
) -> str:  # fmt: skip
    when = f"{start:%B %Y}" if rule["grain"] == "month" else f"the {rule['grain']} from {words.day(start)}"
    if now is None:
        return f"{name} has no value in {when}."
    value = words.number(now, unit, currency)
    if before is None:
        return f"{name} was {value} in {when}."
    verb = "rose" if now > before else "fell" if now < before else "stayed"
    then = words.number(before, unit, currency)
    return f"{name} {verb} from {then} to {value} in {when}." if now != before else f"{name} stayed {value} in {when}."


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
