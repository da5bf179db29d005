"""What a rule is: data. Checked here, and nowhere run.

Of accounts: `{"kind": "account", "conditions": [...], "outcome": "lost"}`; all conditions hold for an account:

`{"what": "kpi", "kpi": id, "is": "above" | "below", "than": 80}`: a KPI of the account alone;
`{"what": "change", "kpi": id, "is": "down" | "up", "by": 0.3, "points": false}`: last month against the one before;
`{"what": "signal", "signal": "open_tickets", "is": "above" | "below", "than": 2}`: see `score_rules.SIGNALS`;
`{"what": "usage", "is": "down" | "up", "by": 0.5}`: events of the last 30 days against the 30 before;
`{"what": "renewal", "days": 60}`: a contract that is not renewed yet ends within so many days;
`{"what": "answer", "survey": "nps", "days": 365}`: its latest answer, of so many days, is in the lowest category.

Of a KPI: `{"kind": "kpi", "kpi": id, "grain": "month", "test": "change", "is": "down", "by": 0.1, "points": false,
"chance": true, "most": 10}`, or `"test": "level", "is": "below", "than": 40`. Either may have `where`, a filter of
customers, or `segment`, a saved one's id.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from cs_metrics.analysis.feedback.answers import SURVEYS
from cs_metrics.errors import QueryError, as_written, did_you_mean
from cs_metrics.kpis import KPI
from cs_metrics.kpis.ask import find
from cs_metrics.kpis.where import names
from cs_metrics.periods import check_grain
from cs_metrics.score_rules import SIGNALS

Rule = dict[str, Any]
LEVELS, MOVES = ("above", "below"), ("down", "up")
OUTCOMES = ("", "lost", "grew", "unhappy")
"""What shows that a rule of accounts was right, within `HORIZON` months: the account left or pays less; it pays more;
its next answer is bad again."""
HORIZON = 3
LONGEST = 3650
MOST_CONDITIONS, MOST_ACCOUNTS = 10, 100
ACCOUNT_SIGNALS = tuple(name for name, signal in SIGNALS.items() if signal.of == "account" and name in {
    "events_30", "active_days_30", "users_30", "features_30", "idle_days", "intent_90", "open_tickets", "tickets_90",
    "touchpoints_90", "contacts_90", "late_share_180", "milestone_share", "tenure_days", "mrr", "mrr_change_90",
    "seat_use", "nps_answer", "csat_answer", "advocacy_365",
})  # fmt: skip


def checked(rule: Mapping[str, Any], own: Mapping[str, KPI] | None = None) -> Rule:
    """Return a rule with every part that it needs, in one order. `own`: the workspace's own KPIs. Raises QueryError."""
    if not isinstance(rule, Mapping):
        raise QueryError('A rule is an object such as {"kind": "account", "conditions": [...]}.')
    where, segment = rule.get("where") or {}, str(rule.get("segment") or "")
    names(where)
    if where and segment:
        raise QueryError("A rule is for a saved segment or for a filter, not for both.")
    scope = {"where": dict(where), "segment": segment}
    kind = _one_of(rule, "kind", ("account", "kpi"))
    if kind == "kpi":
        return {"kind": kind, **_of_kpi(rule, own), **scope}
    conditions = rule.get("conditions")
    if not isinstance(conditions, list | tuple) or not conditions:
        raise QueryError("A rule of accounts needs a condition: what is it that makes it fire?")
    if len(conditions) > MOST_CONDITIONS:
        raise QueryError(f"A rule has at most {MOST_CONDITIONS} conditions; this one has {len(conditions)}.")
    outcome = _one_of({"outcome": "", **rule}, "outcome", OUTCOMES)
    return {"kind": kind, "conditions": [_condition(c, own) for c in conditions], "outcome": outcome, **scope}


def fingerprint(rule: Mapping[str, Any]) -> str:
    """Return what tells a checked rule from any other: whose past was looked at is known by it."""
    return hashlib.sha256(json.dumps(rule, sort_keys=True).encode()).hexdigest()[:32]


def _of_kpi(rule: Mapping[str, Any], own: Mapping[str, KPI] | None) -> Rule:
    test = _one_of({"test": "change", **rule}, "test", ("change", "level"))
    most = rule.get("most", 10)
    if not isinstance(most, int) or isinstance(most, bool) or not 0 <= most <= MOST_ACCOUNTS:
        raise QueryError(f"'most' is {as_written(most)}: to-dos are opened for 0 to {MOST_ACCOUNTS} accounts.")
    told = {"kpi": find(str(rule.get("kpi")), own).id, "grain": check_grain(str(rule.get("grain", "month"))),
            "test": test}  # fmt: skip
    ends = _level(rule) if test == "level" else _move(rule)
    return {**told, **ends, "chance": bool(rule.get("chance", True)), "most": most}


def _condition(given: Any, own: Mapping[str, KPI] | None) -> Rule:
    if not isinstance(given, Mapping):
        raise QueryError('A condition is an object such as {"what": "renewal", "days": 60}.')
    what = _one_of(given, "what", tuple(_PARTS))
    return {"what": what, **_PARTS[what](given, own)}


def _kpi(given: Mapping[str, Any], own: Mapping[str, KPI] | None) -> Rule:
    return {"kpi": find(str(given.get("kpi")), own).id, **_level(given)}


def _change(given: Mapping[str, Any], own: Mapping[str, KPI] | None) -> Rule:
    return {"kpi": find(str(given.get("kpi")), own).id, **_move(given)}


def _signal(given: Mapping[str, Any], _: Mapping[str, KPI] | None) -> Rule:
    return {"signal": _one_of(given, "signal", ACCOUNT_SIGNALS), **_level(given)}


def _usage(given: Mapping[str, Any], _: Mapping[str, KPI] | None) -> Rule:
    return {name: value for name, value in _move(given).items() if name != "points"}


def _renewal(given: Mapping[str, Any], _: Mapping[str, KPI] | None) -> Rule:
    return {"days": _days(given)}


def _answer(given: Mapping[str, Any], _: Mapping[str, KPI] | None) -> Rule:
    return {"survey": _one_of(given, "survey", tuple(SURVEYS)), "days": _days({"days": 365, **given})}


_PARTS: dict[str, Callable[[Mapping[str, Any], Mapping[str, KPI] | None], Rule]] = {
    "kpi": _kpi, "change": _change, "signal": _signal, "usage": _usage, "renewal": _renewal, "answer": _answer,
}  # fmt: skip


def _level(given: Mapping[str, Any]) -> Rule:
    return {"is": _one_of(given, "is", LEVELS), "than": _number(given, "than")}


def _move(given: Mapping[str, Any]) -> Rule:
    by = _number(given, "by")
    if by <= 0:
        raise QueryError("A change is by more than nothing: write 0.1 for 10 %.")
    return {"is": _one_of(given, "is", MOVES), "by": by, "points": bool(given.get("points", False))}


def _one_of(given: Mapping[str, Any], name: str, known: tuple[str, ...]) -> str:
    value = given.get(name)
    if value not in known:
        raise QueryError(f"A rule's '{name}' is one of {', '.join(k for k in known if k)}, not {as_written(value)}. "
                         f"{did_you_mean(as_written(value), known)}".rstrip())  # fmt: skip
    return str(value)


def _number(given: Mapping[str, Any], name: str) -> float:
    value = given.get(name)
    if not isinstance(value, bool) and isinstance(value, int | float):
        try:
            if math.isfinite(value):
                return float(value)
        except OverflowError:  # an integer beyond every float
            pass
    raise QueryError(f"A rule's '{name}' is a number, not {as_written(value)}.")


def _days(given: Mapping[str, Any]) -> int:
    days = given.get("days")
    if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= LONGEST:
        raise QueryError(f"'days' is {as_written(days)}. It is a whole number from 1 to {LONGEST:,}.")
    return days
