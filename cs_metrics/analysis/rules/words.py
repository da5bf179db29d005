"""Rules and what they found in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cs_metrics.kpis import KPI
from cs_metrics.kpis.ask import find
from cs_metrics.kpis.where import sentence as filter_words
from cs_metrics.score_rules import SIGNALS

SURVEY = {"nps": "NPS", "csat": "satisfaction", "ces": "effort", "onboarding": "onboarding",
          "post_activation": "post-activation"}  # fmt: skip
BAD = {"nps": "a detractor", "csat": "not satisfied", "ces": "an effort", "onboarding": "in the lower half",
       "post_activation": "in the lower half"}  # fmt: skip
OUTCOME = {
    "lost": "left or paid less (by 1 % or more) three months later",
    "grew": "paid more (by 1 % or more) three months later",
    "unhappy": "gave a bad answer the next time that they answered, within three months",
}
SIGNAL = {
    "events_30": "events in 30 days", "active_days_30": "days of use in 30 days", "users_30": "users in 30 days",
    "features_30": "features used in 30 days", "idle_days": "days without use",
    "intent_90": "signs of buying in 90 days", "open_tickets": "open tickets",
    "tickets_90": "tickets in 90 days", "touchpoints_90": "contacts in 90 days",
    "contacts_90": "people met in 90 days", "late_share_180": "share of invoices paid late (180 days)",
    "milestone_share": "share of milestones reached", "tenure_days": "days as a customer", "mrr": "MRR",
    "mrr_change_90": "change of MRR in 90 days", "seat_use": "share of seats in use", "nps_answer": "last NPS answer",
    "csat_answer": "mean satisfaction answer (0 to 100)", "advocacy_365": "acts of advocacy in a year",
}  # fmt: skip
SHARES = ("late_share_180", "milestone_share", "mrr_change_90", "seat_use")
assert set(SIGNAL) <= set(SIGNALS)


def number(value: float, unit: str = "", currency: str = "") -> str:
    """Return a number in words: a share as percent, money with its currency."""
    if unit == "share":
        return f"{_plain(100 * value)} %"
    return f"{_plain(value)} {currency}".strip() if unit == "money" else _plain(value)


def day(moment: datetime) -> str:
    """Return '5 June 2026'."""
    return f"{moment.day} {moment:%B %Y}"


def rule_words(rule: Mapping[str, Any], own: Mapping[str, KPI] | None = None, currency: str = "") -> str:
    """Return what a rule says: 'last NPS answer is a detractor, and renewal within 60 days'."""
    if rule["kind"] == "kpi":
        said = _kpi_words(rule, own, currency)
    else:
        said = ", and ".join(condition_words(c, own, currency) for c in rule["conditions"])
    if rule["where"]:
        said += f" (where {filter_words(rule['where'])})"
    return said


def condition_words(condition: Mapping[str, Any], own: Mapping[str, KPI] | None = None, currency: str = "") -> str:
    """Return what a condition says of an account."""
    what = condition["what"]
    if what == "renewal":
        return f"renewal within {condition['days']} days"
    if what == "answer":
        return f"last {SURVEY[condition['survey']]} answer is {BAD[condition['survey']]} (of {condition['days']} days)"
    if what == "usage":
        return f"events of 30 days {condition['is']} by at least {number(condition['by'], 'share')}"
    if what == "signal":
        name = condition["signal"]
        return f"{SIGNAL[name]} {condition['is']} {number(condition['than'], signal_unit(name), currency)}"
    kpi = find(condition["kpi"], own)
    if what == "kpi":
        return f"{kpi.name} {condition['is']} {number(condition['than'], kpi.unit, currency)}"
    return f"{kpi.name} {condition['is']} by at least {_by(condition, kpi)} on the month before"


def signal_unit(name: str) -> str:
    """Return the unit of a signal, in the words used for KPIs."""
    return "share" if name in SHARES else "money" if name == "mrr" else "count"


def _kpi_words(rule: Mapping[str, Any], own: Mapping[str, KPI] | None, currency: str) -> str:
    kpi = find(rule["kpi"], own)
    if rule["test"] == "level":
        said = f"{kpi.name} of a {rule['grain']} {rule['is']} {number(rule['than'], kpi.unit, currency)}"
    else:
        said = f"{kpi.name} {rule['is']} by at least {_by(rule, kpi)} on the {rule['grain']} before"
    return f"{said}, only when beyond chance" if rule["chance"] else said


def _by(move: Mapping[str, Any], kpi: KPI) -> str:
    if not move["points"]:
        return number(move["by"], "share")
    return f"{_plain(100 * move['by'] if kpi.unit == 'share' else move['by'])} points"


def _plain(value: float) -> str:
    size = abs(value)
    text = f"{value:,.0f}" if size >= 100 or value == round(value) else f"{value:,.1f}" if size >= 1 else f"{value:.2g}"
    return "0" if text in ("-0", "-0.0") else text
