"""One condition of a rule, as fields: what is looked at, and from where on it counts."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cs_metrics.analysis.rules import model, words
from pages._ui import door
from pages._ui.feedback import feedback_parts
from pages._ui.todo import changes

WHATS = {
    "kpi": "A KPI or score of the account is above or below",
    "change": "A KPI of the account changed on the month before",
    "signal": "What is seen of the account is above or below",
    "usage": "Its use changed, 30 days against the 30 before",
    "renewal": "A contract ends soon, and is not renewed yet",
    "answer": "Its last answer to a survey is bad",
}
IS = {"above": "Above", "below": "Below", "down": "Down by at least", "up": "Up by at least"}
SCORES = ("customer_health_score", "expansion_opportunity_score", "churn_risk_score", "mrr")


def show(had: dict[str, Any], key: str) -> dict[str, Any]:
    """Show the fields of a condition of accounts, and return it."""
    what = st.selectbox("Condition", list(WHATS), index=list(WHATS).index(had["what"]), format_func=WHATS.get,
                        key=_of("what", key), label_visibility="collapsed")  # fmt: skip
    same = had if had["what"] == what else {"what": what}
    if what in ("kpi", "change"):
        return _kpi(same, key)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if what == "signal":
            return _signal(same, key)
        if what == "usage":
            return {"what": what, **_move(same, key, "share", points=False)}
        if what == "renewal":
            return {"what": what, "days": _days("Within days", same.get("days", 60), key)}
        surveys = list(feedback_parts.SURVEYS)
        survey = st.selectbox("Survey", surveys, index=surveys.index(same.get("survey", "nps")), width=200,
                              format_func=lambda s: feedback_parts.SURVEYS[s][0], key=_of("survey", key))  # fmt: skip
        return {"what": what, "survey": survey, "days": _days("Given within days", same.get("days", 365), key)}


def of_kpi(had: dict[str, Any], key: str) -> dict[str, Any]:
    """Show the fields of a rule about a KPI, and return them, with `what`: "kpi" (a level) or "change"."""
    kinds = {"change": "It changes on the period before", "kpi": "It is above or below"}
    what = st.radio("The KPI", list(kinds), index=list(kinds).index(had["what"]), format_func=kinds.get,
                    horizontal=True, key=_of("test", key))  # fmt: skip
    return _kpi({**(had if had["what"] == what else {"kpi": had.get("kpi")}), "what": what}, key)


def _kpi(had: dict[str, Any], key: str) -> dict[str, Any]:
    lacking = door.needs()
    able = [kpi.id for kpi in door.catalogue() if not lacking.get(kpi.id)]
    able = [kpi for kpi in SCORES if kpi in able] + [kpi for kpi in able if kpi not in SCORES]
    if had.get("kpi") and had["kpi"] not in able:
        able.append(had["kpi"])
    kpi = st.selectbox("KPI", able, index=able.index(had["kpi"]) if had.get("kpi") in able else 0,
                       format_func=lambda k: door.kpi(k).name, key=_of("kpi", key))  # fmt: skip
    same = had if had.get("kpi") == kpi else {}
    unit = door.kpi(kpi).unit
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        ends = _move(same, key, unit, points=True) if had["what"] == "change" else _level(same, key, unit)
    return {"what": had["what"], "kpi": kpi, **ends}


def _signal(had: dict[str, Any], key: str) -> dict[str, Any]:
    names = list(model.ACCOUNT_SIGNALS)
    name = st.selectbox("What is seen", names, index=names.index(had.get("signal", "open_tickets")), width=320,
                        format_func=words.SIGNAL.get, key=_of("signal", key))  # fmt: skip
    same = had if had.get("signal") == name else {}
    return {"what": "signal", "signal": name, **_level(same, key, words.signal_unit(name))}


def _level(had: dict[str, Any], key: str, unit: str) -> dict[str, Any]:
    ways = list(model.LEVELS)
    is_ = st.selectbox("Is", ways, index=ways.index(had.get("is", "above")), format_func=IS.get, width=160,
                       key=_of("is", key))  # fmt: skip
    scale, label = (100.0, "Than, in %") if unit == "share" else (1.0, "Than")
    than = st.number_input(label, value=round(had.get("than", 50 / scale) * scale, 9), width=160, key=_of("than", key))
    return {"is": is_, "than": round(than / scale, 12)}


def _move(had: dict[str, Any], key: str, unit: str, points: bool) -> dict[str, Any]:
    ways = list(model.MOVES)
    is_ = st.selectbox("Is", ways, index=ways.index(had.get("is", "down")), format_func=IS.get, width=190,
                       key=_of("is", key))  # fmt: skip
    by_points = False
    if points:
        kinds = ["%", "points" if unit in ("share", "score") else "its unit"]
        chosen = st.selectbox("In", kinds, index=int(had.get("points", False)), width=130, key=_of("points", key))
        by_points = chosen == kinds[1]
    scale = 100.0 if not by_points or unit == "share" else 1.0
    held = had.get("by") if bool(had.get("points", False)) == by_points else None
    first = round((0.1 if held is None else held) * scale, 9)
    by = st.number_input("By", min_value=0.0, value=first, width=130, key=_of(f"by_{by_points}", key))
    found = {"is": is_, "by": round(by / scale, 12)}
    return {**found, "points": by_points} if points else found


def _days(label: str, first: int, key: str) -> int:
    return int(st.number_input(label, 1, model.LONGEST, first, width=160, key=_of("days", key)))


def _of(what: str, key: str) -> str:
    return changes.now(f"condition_{what}_{key}")
