"""The rules of the scores: data, in one place. A workspace changes them through its setting `scores`.

A score is a weighted mean of components. Each reads one signal of an account and brings it to 0-100 by a rule:

`target`: 100 at `target` and beyond, in proportion below it, 0 at 0 and below;
`thresholds`: `steps` of [from, points]: the points of the last step that the value reaches (below the first: its own);
`rank`: the account's place in the workspace's own distribution (every active account at every month's end), 100 for
the best; `better` says which end that is.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from cs_metrics.errors import QueryError, did_you_mean

RULES = ("target", "thresholds", "rank")
BETTER = ("higher", "lower")
_NUMBERS = {"target": ("target",), "thresholds": ("steps",), "rank": ("better",)}


@dataclass(frozen=True)
class Signal:
    """What is seen of an account. `ranked`: its place among all is known too. `of`: 'account', just before a
    month's end; 'team', in the period asked for."""

    help: str
    ranked: bool = False
    of: str = "account"


SIGNALS: dict[str, Signal] = {
    "events_30": Signal("Events in the 30 days before.", True),
    "active_days_30": Signal("Days with an event in the 30 days before.", True),
    "users_30": Signal("Users with an event in the 30 days before.", True),
    "features_30": Signal("Features used in the 30 days before.", True),
    "hours_30": Signal("Hours of use in the 30 days before, as far as events have a duration.", True),
    "quantity_30": Signal("Quantity used (data consumed) in the 30 days before.", True),
    "idle_days": Signal("Days since the last event, or since the start where there is none.", True),
    "use_change": Signal("Events of the last 30 days against the 30 before: -1 (none now) to 1 (none then)."),
    "expansion_uses_30": Signal("Uses of expansion features in the 30 days before.", True),
    "intent_90": Signal("Signs of an intent to buy more in the 90 days before: intent events, open upsell deals."),
    "open_tickets": Signal("Tickets that are open."),
    "tickets_90": Signal("Tickets created in the 90 days before."),
    "ticket_satisfaction": Signal("Mean rating of the tickets created in the 90 days before."),
    "nps_answer": Signal("The last NPS answer in the 180 days before, 0 to 10."),
    "csat_answer": Signal("Mean satisfaction answer in the 180 days before, on 0 to 100."),
    "touchpoints_90": Signal("Contacts that took place in the 90 days before.", True),
    "contacts_90": Signal("People of the account met in the 90 days before.", True),
    "roles_90": Signal("Roles among the people met in the 90 days before."),
    "levels_90": Signal("Levels among the people met in the 90 days before."),
    "two_way_90": Signal("How two-way the contacts of 90 days are: 1 when each side began half, 0 when one did."),
    "reply_hours_90": Signal("Mean hours to an answer in the contacts of the 90 days before."),
    "late_share_180": Signal("Share of the invoice lines due in the 180 days before paid late or not at all."),
    "milestone_share": Signal("Share reached of the key milestones (none chosen: of all that any account reached)."),
    "renewal_due": Signal("1 where a contract ends within the horizon, else 0."),
    "tenure_days": Signal("Days since the account's first start.", True),
    "mrr": Signal("Monthly recurring revenue.", True),
    "mrr_change_90": Signal("Change of the recurring revenue over 90 days, relative to what it was."),
    "product_room": Signal("Share of the products ever sold that the account does not hold."),
    "seat_use": Signal("Users of the last 30 days per seat paid for."),
    "advocacy_365": Signal("Advocacy actions and referrals in the 365 days before."),
    "touchpoints_month": Signal("Contacts per 30 days that this side sent or attended.", of="team"),
    "quality": Signal(
        "Mean quality of the contacts on 0 to 100: their tone, and whether an invitation was kept.", of="team"
    ),
    "reply_hours": Signal("Mean hours that this side took to answer.", of="team"),
}

Rules = dict[str, dict[str, Any]]


def _target(signal: str, weight: float, target: float) -> dict[str, Any]:
    return {"signal": signal, "weight": weight, "rule": "target", "target": target}


def _steps(signal: str, weight: float, *steps: tuple[float, float]) -> dict[str, Any]:
    return {"signal": signal, "weight": weight, "rule": "thresholds", "steps": [list(step) for step in steps]}


def _rank(signal: str, weight: float, better: str = "higher") -> dict[str, Any]:
    return {"signal": signal, "weight": weight, "rule": "rank", "better": better}


_TEAM = {
    "frequency": _target("touchpoints_month", 40, 2),
    "quality": _target("quality", 35, 100),
    "responsiveness": _steps("reply_hours", 25, (0, 100), (4, 80), (24, 50), (72, 0)),
}
DEFAULTS: dict[str, Rules] = {
    "customer_health_score": {
        "adoption": _rank("features_30", 20),
        "engagement": _target("active_days_30", 20, 10),
        "support": _steps("open_tickets", 15, (0, 100), (1, 80), (2, 50), (4, 0)),
        "feedback": _steps("nps_answer", 15, (0, 0), (5, 30), (7, 60), (9, 100)),
        "relationship": _target("touchpoints_90", 15, 3),
        "payment": _steps("late_share_180", 15, (0, 100), (0.1, 60), (0.3, 30), (0.5, 0)),
    },
    "customer_engagement_score": {
        "recency": _rank("idle_days", 25, "lower"),
        "frequency": _rank("active_days_30", 30),
        "breadth": _rank("features_30", 25),
        "duration": _rank("hours_30", 20),
    },
    "value_attainment": {
        "engagement": _target("active_days_30", 25, 10),
        "data_consumption": _rank("quantity_30", 25),
        "milestones": _target("milestone_share", 30, 1),
        "product_usage": _rank("events_30", 20),
    },
    "relationship_depth_score": {
        "contacts": _target("contacts_90", 30, 3),
        "roles": _target("roles_90", 25, 3),
        "levels": _target("levels_90", 20, 2),
        "two_way": _target("two_way_90", 25, 1),
    },
    "customer_team_engagement": _TEAM,
    "our_team_engagement": _TEAM,
    "expansion_opportunity_score": {
        "usage": _rank("users_30", 25),
        "engagement": _target("touchpoints_90", 15, 3),
        "intent": _steps("intent_90", 40, (0, 0), (1, 60), (2, 80), (4, 100)),
        "fit": _target("product_room", 20, 1),
    },
    "expansion_readiness_index": {
        "behaviour": _steps("use_change", 35, (-1, 0), (-0.3, 40), (-0.1, 70), (0.1, 100)),
        "usage_depth": _rank("features_30", 40),
        "fit": _steps("tenure_days", 25, (0, 0), (90, 50), (180, 100)),
    },
    "referral_readiness_score": {
        "satisfaction": _steps("nps_answer", 35, (0, 0), (7, 50), (9, 100)),
        "health": _target("customer_health_score", 25, 100),
        "usage": _rank("active_days_30", 20),
        "past_advocacy": _steps("advocacy_365", 20, (0, 0), (1, 70), (2, 100)),
    },
}
OF_TEAM = frozenset({"customer_team_engagement", "our_team_engagement"})
BUILT_ON = "customer_health_score"
"""The one score that another may read as a signal."""


def check(value: Any) -> dict[str, Rules]:
    """Return the rules of every score: the defaults, changed as `value` says, or raise QueryError.

    `value`: {score: {component: {"weight": 10, ...}}}, or its JSON text; what is not named keeps its default.
    """
    if isinstance(value, str):
        value = _parsed(value)
    if not isinstance(value, Mapping):
        raise QueryError(f"Setting 'scores' takes {{score: {{component: {{...}}}}}}, not {value!r}.")
    result = {score: {name: dict(rule) for name, rule in rules.items()} for score, rules in DEFAULTS.items()}
    for score, changes in value.items():
        if score not in result:
            raise QueryError(f"Setting 'scores': there is no score '{score}'. {did_you_mean(str(score), result)}")
        if not isinstance(changes, Mapping):
            raise QueryError(f"Setting 'scores', {score}: takes {{component: {{...}}}}, not {changes!r}.")
        for name, change in changes.items():
            if name not in result[score]:
                hint = did_you_mean(str(name), result[score])
                raise QueryError(f"Setting 'scores', {score}: there is no component '{name}'. {hint}")
            where = f"Setting 'scores', {score}, {name}"
            if not isinstance(change, Mapping):
                raise QueryError(f"{where}: takes {{'weight': 10, 'rule': 'target', ...}}, not {change!r}.")
            result[score][name] = _checked(where, score, {**_kept(result[score][name], change), **change})
        if not any(rule["weight"] for rule in result[score].values()):
            raise QueryError(f"Setting 'scores', {score}: at least one weight must be above 0.")
    return result


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise QueryError(f"Setting 'scores' is no JSON: {error.msg} in line {error.lineno}.") from None


def _kept(old: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Another kind of rule has numbers of its own: those of the old kind go."""
    other = change.get("rule", old["rule"]) != old["rule"]
    return {k: v for k, v in old.items() if not (other and k in _NUMBERS[old["rule"]])}


def _checked(where: str, score: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    rule = entry["rule"]
    if rule not in RULES:
        raise QueryError(f"{where}: there is no rule '{rule}'. {did_you_mean(str(rule), RULES)}")
    known = ("signal", "weight", "rule", *_NUMBERS[rule])
    for name in entry:
        if name not in known:
            raise QueryError(f"{where}: a rule '{rule}' has no '{name}'. {did_you_mean(str(name), known)}")
    for name in known:
        if name not in entry:
            raise QueryError(f"{where}: a rule '{rule}' needs '{name}'.")
    _check_signal(where, score, entry)
    checked = {**entry, "weight": _number(f"{where}, weight", entry["weight"])}
    if checked["weight"] < 0:
        raise QueryError(f"{where}: a weight is 0 or more, not {checked['weight']:g}.")
    if rule == "target":
        checked["target"] = _number(f"{where}, target", entry["target"])
        if checked["target"] <= 0:
            raise QueryError(f"{where}: a target is above 0, not {checked['target']:g}.")
    elif rule == "thresholds":
        checked["steps"] = _checked_steps(where, entry["steps"])
    elif entry["better"] not in BETTER:
        raise QueryError(f"{where}: better is 'higher' or 'lower', not {entry['better']!r}.")
    return checked


def _check_signal(where: str, score: str, entry: Mapping[str, Any]) -> None:
    of = "team" if score in OF_TEAM else "account"
    known = [name for name, signal in SIGNALS.items() if signal.of == of]
    if of == "account" and score != BUILT_ON:
        known.append(BUILT_ON)
    signal = entry["signal"]
    if signal not in known:
        raise QueryError(f"{where}: there is no signal '{signal}'. {did_you_mean(str(signal), known)}")
    if entry["rule"] == "rank" and not (signal in SIGNALS and SIGNALS[signal].ranked):
        ranked = ", ".join(name for name in known if name in SIGNALS and SIGNALS[name].ranked)
        raise QueryError(f"{where}: '{signal}' is not ranked. " + (f"Ranked are {ranked}." if ranked else "None is."))


def _checked_steps(where: str, steps: Any) -> list[list[float]]:
    if not isinstance(steps, list | tuple) or not steps or not all(_is_pair(step) for step in steps):
        raise QueryError(f"{where}: steps are pairs [from, points], not {steps!r}.")
    found = [[_number(f"{where}, steps", part) for part in step] for step in steps]
    if any(a[0] >= b[0] for a, b in pairwise(found)):
        raise QueryError(f"{where}: the steps' first numbers must rise, and {[a for a, _ in found]} do not.")
    if any(not 0 <= points <= 100 for _, points in found):
        raise QueryError(f"{where}: points lie between 0 and 100, and {[p for _, p in found]} do not.")
    return found


def _is_pair(step: Any) -> bool:
    return isinstance(step, list | tuple) and len(step) == 2


def _number(where: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise QueryError(f"{where}: {value!r} is not a number.")
    return float(value)
