"""The rules and playbooks that come with the app: each can be changed, and none is on until somebody switches it on."""

from __future__ import annotations

from typing import Any


def _account(outcome: str, *conditions: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "account", "conditions": list(conditions), "outcome": outcome}


def _kpi(kpi: str, is_: str, than: float) -> dict[str, Any]:
    return {"what": "kpi", "kpi": kpi, "is": is_, "than": than}


def _signal(signal: str, is_: str, than: float) -> dict[str, Any]:
    return {"what": "signal", "signal": signal, "is": is_, "than": than}


def _nps(days: int = 365) -> dict[str, Any]:
    return {"what": "answer", "survey": "nps", "days": days}


RULES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "effort-down": ("CES down 10 % on last month", "kpi", {
        "kind": "kpi", "kpi": "customer_effort_score", "is": "down", "by": 0.1}),
    "ready-to-grow": ("Expansion score above 80", "expansion", _account(
        "grew", _kpi("expansion_opportunity_score", "above", 80))),
    "detractor-renewal": ("Detractor with renewal within 60 days", "renewal", _account(
        "lost", _nps(), {"what": "renewal", "days": 60})),
    "unwell-renewal": ("Poor health with renewal within 90 days", "renewal", _account(
        "lost", _kpi("customer_health_score", "below", 40), {"what": "renewal", "days": 90})),
    "churn-risk": ("Churn risk above 50", "renewal", _account("lost", _kpi("churn_risk_score", "above", 50))),
    "use-halved": ("Use is down by half with renewal within 120 days", "silent", _account(
        "lost", {"what": "usage", "is": "down", "by": 0.5}, {"what": "renewal", "days": 120})),
    "silent": ("No use for 30 days", "silent", _account("lost", _signal("idle_days", "above", 30))),
    "no-contact": ("No contact in 90 days and renewal within 120 days", "silent", _account(
        "lost", _signal("touchpoints_90", "below", 1), {"what": "renewal", "days": 120})),
    "tickets": ("Three or more open tickets", "support", _account(
        "unhappy", _signal("open_tickets", "above", 2))),
    "onboarding": ("Onboarding stalled", "onboarding", _account(
        "lost", _signal("tenure_days", "above", 30), _signal("tenure_days", "below", 120),
        _signal("milestone_share", "below", 0.5))),
    "dissatisfied": ("Last satisfaction answer is bad", "detractor", _account(
        "unhappy", {"what": "answer", "survey": "csat", "days": 90})),
    "nps-down": ("NPS down 10 points on last quarter", "kpi", {
        "kind": "kpi", "kpi": "net_promoter_score", "grain": "quarter", "is": "down", "by": 10, "points": True}),
}  # fmt: skip
"""By id: name, playbook (an id), and the rule (see `model`; `checked` fills in what is left out)."""


def _playbook(name: str, days: int, *steps: tuple[str, int]) -> dict[str, Any]:
    return {"name": name, "steps": [{"text": text, "days": after} for text, after in steps], "owner": "csm",
            "days": days}  # fmt: skip


PLAYBOOKS: dict[str, dict[str, Any]] = {
    "onboarding": _playbook(
        "Onboarding stalled", 14,
        ("Find the step at which they stopped, and who was to take it", 1),
        ("Call the champion: what is in the way?", 3),
        ("Agree on the next two milestones, each with a day and a name", 7),
        ("Check that the first of them was reached", 14),
    ),
    "detractor": _playbook(
        "Detractor", 7,
        ("Read the answer, and what the account wrote before", 1),
        ("Call whoever answered: thank them, and ask what would have to change", 2),
        ("Say in writing what will be done and by when, also where it is nothing", 5),
        ("Tell product or support what was heard", 7),
    ),
    "renewal": _playbook(
        "Renewal at risk", 14,
        ("Collect use, tickets and answers of the last six months on one page", 2),
        ("Talk with the champion about what they expect of the next year", 4),
        ("Reach whoever decides about the budget", 7),
        ("Agree on a plan with the value that is to be shown before the renewal", 10),
        ("Forecast the renewal, and say so in the team", 14),
    ),
    "expansion": _playbook(
        "Expansion", 21,
        ("Look at what they use to the limit, and what they do not have", 3),
        ("Ask the champion about the plans of the coming quarter", 7),
        ("Show one case of use that fits, with numbers of their own", 14),
        ("Open an opportunity, or note why not now", 21),
    ),
    "silent": _playbook(
        "Silent customer", 10,
        ("Check that it is not a data gap: a changed login, a lost integration, a holiday", 1),
        ("Write to the main user, with one concrete question", 2),
        ("Call a second person at the account", 5),
        ("Offer a session on the one feature that similar accounts use most", 10),
    ),
    "support": _playbook(
        "Tickets pile up", 5,
        ("Read the open tickets: is it one cause or several?", 1),
        ("Agree with support on an owner and a day for each", 2),
        ("Tell the account where each stands, before it asks", 3),
        ("Ask after the last is resolved whether all is well", 5),
    ),
    "kpi": _playbook(
        "A KPI moved", 7,
        ("Open Why on the KPI: which customers, which segments, restated data?", 2),
        ("Talk with this account about its part in it", 4),
        ("Note beside the KPI what was found", 7),
    ),
}  # fmt: skip
"""By id: name, steps (text, days after the start), owner ('csm': the account's) and days (until it is due)."""
