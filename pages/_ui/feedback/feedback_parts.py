"""What the parts of the Feedback page share: the survey asked about, the part that is open, the range."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages._ui import door, state
from pages._ui.filter_bar import Asked

SURVEYS = {
    "nps": ("NPS", "net_promoter_score"),
    "csat": ("Satisfaction (CSAT)", "customer_satisfaction_score"),
    "ces": ("Effort (CES)", "customer_effort_score"),
    "onboarding": ("Onboarding", "onboarding_satisfaction_score"),
    "post_activation": ("After activation", "customer_feedback_score_post_activation"),
}
SECTIONS = {
    "score": ":material/speed: Score",
    "heard": ":material/record_voice_over: Who answered",
    "after": ":material/timeline: What they did then",
    "why": ":material/troubleshoot: Why",
    "words": ":material/chat: What they wrote",
    "loop": ":material/published_with_changes: Follow-up",
}


def choose() -> tuple[str, Any]:
    """Let the reader choose a survey; return its name and its KPI. The first that can be computed is the default."""
    lacking = door.needs()
    able = [name for name, (_, kpi_id) in SURVEYS.items() if not lacking.get(kpi_id)]
    chosen = state.get("survey") if state.get("survey") in SURVEYS else (able or list(SURVEYS))[0]
    st.segmented_control(
        "Survey", list(SURVEYS), format_func=lambda s: SURVEYS[s][0], required=True, label_visibility="collapsed",
        **state.bind("survey", value=chosen),
    )  # fmt: skip
    return chosen, door.kpi(SURVEYS[chosen][1])


def section() -> str:
    """Let the reader choose a part of the page, and return its name."""
    chosen = state.get("show") if state.get("show") in SECTIONS else "score"
    st.segmented_control(
        "Part of the page", list(SECTIONS), format_func=SECTIONS.get, required=True, label_visibility="collapsed",
        **state.bind("show", value=chosen),
    )  # fmt: skip
    return chosen


def given(asked: Asked) -> dict[str, Any]:
    """Return what the filter bar asks, for a question that has its own grain and breakdown."""
    found = asked.question.arguments()
    return {name: found[name] for name in ("where", "since", "until")}
