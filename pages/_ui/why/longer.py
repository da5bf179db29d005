"""Where nothing explains what a month did: what the quarter around it says, which has three times the events."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from cs_metrics.analysis.why.explain import Explained
from cs_metrics.kpis import KPI
from cs_metrics.reports.why import sentences
from pages._ui import door, formats, shell, state
from pages._ui.why import sides as why_sides
from pages._ui.why import words
from pages._ui.why.sides import Sides

LONGER = "quarter"
SHORT = ("day", "week", "month")


def show(kpi: KPI, found: Explained, chosen: Sides) -> None:
    """Show what explains the change of the quarter, where nothing explains that of the shorter period.

    The search is made a second time, so that in pure noise one of the two names an attribute up to twice as often as
    one alone: in 2 of 100.
    """
    if found.by or found.attributes.empty or found.then is not None or state.get("attr"):
        return
    sides = _quarters(kpi, chosen)
    if sides is None:
        return
    longer = door.ask("why", kpi.id, of=why_sides.of(kpi), **sides.arguments)
    if not longer.found:
        return
    before, now = sides.starts
    with st.container(border=True):
        st.markdown(
            f"**The {chosen.arguments['grain']} alone does not say why; over the quarter something stands out.**"
        )
        for line in sentences(longer, words.wording(kpi, sides.names, groups=False)):
            st.markdown(formats.literal(line))
        shell.link("why", "Open the quarter", icon=":material/arrow_forward:", grain=LONGER, at=now, vs=before)


def _quarters(kpi: KPI, chosen: Sides) -> Sides | None:
    """Return the quarters in which the two periods lie, or the last ones before them that are over and differ."""
    if chosen.arguments.get("grain") not in SHORT:
        return None
    question = replace(chosen.now, grain=LONGER)
    over = [start for start, complete in why_sides.starts(kpi, question).items() if complete]

    def last(day: str | None, among: list[str]) -> str | None:
        return max((start for start in among if start <= str(day)), default=None)

    now = last(chosen.starts[1], over)
    before = last(chosen.starts[0], [start for start in over if now and start < now])
    if now is None or before is None:
        return None
    names = (formats.period(before, LONGER), formats.period(now, LONGER))
    arguments = {"grain": LONGER, "period": now, "against": before, "where": chosen.arguments["where"]}
    return Sides(question, question, names, (before, now), arguments)
