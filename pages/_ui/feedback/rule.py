"""Which answers a survey's score counts: said, switchable in the address, with what each choice would give."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cs_metrics.analysis.feedback.score import counting, margin
from pages._ui import door, formats, shell
from pages._ui.feedback import feedback_parts
from pages._ui.filter_bar import Asked
from pages._ui.kpi import definition_parts

LABELS: dict[str, dict[Any, str]] = {
    "survey_rule": {"last": "Last answer of each person", "per_survey": "One per survey", "all": "All answers"},
    "nps_scales": {"both": "0 to 10 and 1 to 10", "0_to_10": "0 to 10 only"},
    "top_box": {0: "By the scale", 1: "Top one", 2: "Top two", 3: "Top three"},
}
# of one person so large a share of all answers is said in bold
MUCH = 0.05


def told(survey: str) -> str:
    """Return which answers count here, as a sentence for the caption of a chart."""
    return counting.told(survey, door.settings())


def show(survey: str, kpi: Any, asked: Asked, result: dict[str, Any] | None) -> None:
    """Say the margin of error in words, which answers count, and what other ways of counting would give."""
    settings = door.settings()
    if result is not None:
        said = margin.margin(survey, result, settings["minimum_n"])
        if said:
            st.markdown(f":material/straighten: {formats.literal(said)}")
            st.caption(formats.literal(margin.method(survey, settings["survey_rule"])))
    found = door.ask("feedback_counting", survey, **feedback_parts.given(asked))
    with st.container(border=True, gap="xsmall", key="counting"):
        st.markdown(f":material/rule: **Which answers count.** {formats.literal(told(survey))}")
        for name, choices in found.choices.groupby("setting", sort=False):
            _choice(str(name), choices, kpi.unit)
        st.caption(_given(survey, found))
        if door.definitions():
            shell.link("definitions", "Keep this for the workspace, or go back", icon=":material/save:")


def _choice(name: str, choices: Any, unit: str) -> None:
    """Offer the choices of a setting, each with the value and n that it would give."""
    shown = {row["choice"]: row for row in choices.to_dict("records")}

    def label(value: Any) -> str:
        row: Any = shown[value]
        number = formats.literal(formats.value(row["value"], unit))
        return f"{LABELS[name][value]}: **{number}** (n {formats.count(row['n'])})"

    key = f"count_{name}"
    st.session_state[key] = next(row["choice"] for row in choices.to_dict("records") if row["held"])
    st.segmented_control(
        counting.QUESTIONS[name], list(shown), key=key, format_func=label, required=True,
        on_change=_switched, args=(name, key),
    )  # fmt: skip


def _switched(name: str, key: str) -> None:
    definition_parts.switch({name: st.session_state[key]})


def _given(survey: str, found: counting.Counting) -> str:
    """Return how many answers there are, of how many, and whether one of them gave many."""
    if not found.answers:
        return "Nobody answered in this period. A blank score is no answer."
    who = "person" if survey == "nps" else "respondent"
    said = f"{formats.plural(found.answers, 'answer')} in all, of {formats.plural(found.respondents, who, _many(who))}"
    if found.most > 1:
        much = f"one of them gave {formats.count(found.most)}"
        said += f"; **{much}**" if found.most > MUCH * found.answers else f"; {much}"
    said += f". {formats.plural(found.from_one, 'answer')} on a scale from 1 to 10." if found.from_one else "."
    return f"{said} A blank score is no answer."


def _many(who: str) -> str:
    return "people" if who == "person" else f"{who}s"
