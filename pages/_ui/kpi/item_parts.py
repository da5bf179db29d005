"""A KPI's own parts (an exit reason, a feature, a step of the onboarding), and the numbers beside its value."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics import charts
from cs_metrics.kpis.scores import GOOD, POOR
from pages._ui import answer, chart, door, formats, state
from pages._ui.filter_bar import Asked

NOUNS = ("reason", "cause", "feature", "theme", "source", "product")
# The numbers beside a value whose names say too little by themselves.
LABELS = {
    "arpa": "Revenue per account",
    "ces": "CES alone",
    "csat": "CSAT alone",
    "correlation_high": "Correlation, upper end",
    "correlation_low": "Correlation, lower end",
    "outcome_with": "Outcome with a check-in",
    "outcome_without": "Outcome without",
    "with_check_in": "Customers with a check-in",
    "without_check_in": "Customers without",
    "difference": "Difference to those silent",
    "easy": "Found it easy",
    "churn_risk_score.expected": "Accounts expected to go",
    "win_prediction.expected": "Expected value",
    "left": "Left",
    "lost": "Customers lost",
    "lost_mrr": "MRR lost",
    "mrr_at_risk": "MRR at risk",
    "none": "With none",
    "nps": "NPS alone",
    "open": "Still open",
    "others": "All others",
    "p25": "25th percentile",
    "p75": "75th percentile",
    "p90": "90th percentile",
    "partly": "Only some of them",
    "per_contact": "Mean per contact",
    "poor": f"Below {POOR} points",
    "silent": "Of those silent",
    "single": "Of a single event",
    "total": "In total",
    "undated": "Without a date",
    "well": f"{GOOD} points and more",
    "with_data": "Weight that had data",
}
LINES = 6


def noun(kpi: Any) -> str:
    """Return what a KPI's own parts are: reasons, steps, components of a score."""
    form = next(form for form in kpi.forms if form.item)
    if form.items is not None and form.items.by_component:
        return "component"
    return "step" if form.item == "pair" else form.item if form.item in NOUNS else "feature"


def choose(kpi: Any, asked: Asked) -> str | None:
    """Let the reader look at one part alone; return it, None for the whole. What only divides a whole has no whole to
    look at: its largest part is shown."""
    parts = _parts(kpi, door.compute([kpi.id], asked.whole))
    if parts.empty:
        return None
    names = parts["item"].tolist()
    every = [] if answer.divides(kpi) else [""]
    chosen = state.get("item") if state.get("item") in names else [*every, *names][0]
    st.selectbox(
        noun(kpi).capitalize(), [*every, *names], width=300,
        format_func=lambda n: formats.item(kpi, n) if n else "All together", **state.bind("item", value=chosen),
    )  # fmt: skip
    return chosen or None


def show(kpi: Any, asked: Asked) -> None:
    """Show the parts beside each other, over the whole range or over time."""
    frame = _parts(kpi, door.compute([kpi.id], asked.whole))
    if frame.empty:
        return
    st.subheader("Step by step" if noun(kpi) == "step" else f"By {noun(kpi)}", anchor=False)
    over_time = st.segmented_control(
        "Show", ["Over the whole range", "Over time"], default="Over the whole range", required=True,
        label_visibility="collapsed", key="items_show",
    ) == "Over time"  # fmt: skip
    named = {item: formats.item(kpi, item) for item in frame["item"]}
    if over_time:
        trend = door.compute([kpi.id], asked.question)
        lines = [answer.of_item(trend, kpi, item) for item in frame["item"].head(LINES)]
        shown = pd.concat(lines).assign(part=lambda f: f["item"].map(named))
        drawing = charts.trend(
            shown, by="part", grain=asked.question.grain or "month", title=kpi.name, **chart.look_of(kpi.unit)
        )
        few = f"The first {LINES} of {len(frame)} are shown." if len(frame) > LINES else ""
        drawing = chart.noted(drawing, kpi.id, grain=asked.question.grain)
        chart.show(drawing, key="items_trend", name=f"{kpi.id} parts by {asked.question.grain}", hint=few)
        return
    if frame["value"].isna().all():
        st.caption(f"No {noun(kpi)} has a value over the whole range. Look at it over time, or choose another period.")
        return
    drawing = charts.ranked(
        frame.assign(part=frame["item"].map(named)), "part", title=kpi.name, ordered=_in_order(kpi),
        **chart.look_of(kpi.unit),
    )  # fmt: skip
    back = {shown: item for item, shown in named.items()}
    chart.show(
        drawing, key="items", name=f"{kpi.id} parts", select="segment", on_select=lambda: _bar(back),
        hint=formats.on_screen("Press a bar to see that part alone."),
    )  # fmt: skip


def _bar(items: dict[str, str]) -> None:
    """A bar was pressed: the page is about that part."""
    found = st.session_state["items"].selection.get("segment") or []
    if found and found[0]["segment"] in items:
        state.update(item=items[found[0]["segment"]])


def _parts(kpi: Any, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the parts: steps in the order in which they are gone through, else the largest first."""
    parts = frame[frame["item"].notna()] if any(form.item for form in kpi.forms) else frame.head(0)
    if not _in_order(kpi):
        return parts.sort_values("value", ascending=False, kind="stable")
    steps = door.settings()["drop_off_steps"]
    places = {item: steps.index(item.split(" -> ")[0]) for item in parts["item"]}
    return parts.sort_values("item", key=lambda items: items.map(places))


def _in_order(kpi: Any) -> bool:
    return any(form.item == "pair" for form in kpi.forms)


def beside(kpi: Any, numbers: dict[str, float]) -> None:
    """Show the numbers beside the value, each under its name and in its unit."""
    units = {b.name: b.unit or form.unit or kpi.unit for form in kpi.forms for b in form.beside}
    units |= {name: other.unit or kpi.unit for form in kpi.forms for name, other in form.aside.items()}
    currency = door.settings()["currency"]
    known = {name: value for name, value in numbers.items() if name in units and not formats.is_missing(value)}
    if not known:
        return
    with st.grid(6, min_column_width=130, gap="small", key="beside"):
        for name, value in known.items():
            with st.container(gap=None):
                st.caption(label(f"{kpi.id}.{name}" if f"{kpi.id}.{name}" in LABELS else name))
                st.markdown(f"**{formats.literal(formats.value(value, units[name], currency, short=True))}**")


def label(name: str) -> str:
    """Return the name of a number beside a value, in words."""
    words = LABELS.get(name, name.replace("_", " ").replace("mrr", "MRR"))
    return words[:1].upper() + words[1:]
