"""The parts of the page on which a KPI of one's own is made: what it counts, a trial on the data, saving."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cs_metrics import charts
from cs_metrics.errors import CSMetricsError
from cs_metrics.kpis.own import OFFERED
from cs_metrics.kpis.own.definition import BETTER, UNITS
from pages._ui import chart, door, errors, formats, leave, shell, state

SAID = "_own_said"
NEW = ""
EXAMPLE = {
    "name": "", "fact": "tickets", "numerator": "count(resolution_hours <= 24)",
    "denominator": "count(resolved_at is not null)", "condition": "", "dated_by": "", "unit": "share",
    "better": "higher", "definition": "",
}  # fmt: skip
COUNT = {"numerator": "count()", "denominator": "count()"}
BEGIN = {
    "customers": {"numerator": "count(active_end)", "denominator": "count(active_start)"},
    "answers": {"numerator": "count(score >= 9)", "denominator": "count(answered)"},
    "deals": {"numerator": "count(status = 'won')", "denominator": "count(closed_at is not null)"},
}
HOW = """
Write `count()` for rows, `count(condition)` for those that meet one, `sum(column)` for an amount; add and subtract.
A condition compares columns with values: `priority in ('high', 'urgent') and cost > 10`, `resolved_at is not null`,
`created_at >= date '2026-01-01'`. Text stands in single quotes. `hours_between(a, b)` and `days_between(a, b)` measure
time; `if(condition, this, that)` chooses.
"""


def choose() -> str:
    """Let the reader choose one of the KPIs that are there, or a new one; return its id, '' for a new one."""
    kept = {row["kpi"]: row["content"]["name"] for row in door.workspace().own_kpis()}
    chosen = state.get("kpi") if state.get("kpi") in kept else NEW
    if kept:
        st.selectbox(
            "Which one", [NEW, *kept], format_func=lambda k: kept.get(k, "A new one"), width=340,
            **state.bind("kpi", value=chosen),
        )  # fmt: skip
    return chosen


def form(editing: str) -> dict[str, str]:
    """Show what is to be said of the KPI; return it."""
    kept = {row["kpi"]: row["content"] for row in door.workspace().own_kpis()}
    start = kept.get(editing, EXAMPLE)

    def key(name: str) -> str:
        return f"own_{editing}_{name}"

    with st.container(border=True):
        first, second = st.columns(2, gap="medium")
        with first:
            name = st.text_input("Name", start["name"], key=key("name"), placeholder="Solved within a day")
            facts = list(OFFERED)
            fact = st.selectbox(
                "What is counted", facts, facts.index(start["fact"]), key=key("fact"),
                format_func=lambda f: OFFERED[f].label.capitalize(),
            )  # fmt: skip
            dates = list(OFFERED[fact].dates)
            dated_by = start["dated_by"] if start["dated_by"] in dates else next(iter(dates), "")
            if len(dates) > 1:
                dated_by = st.selectbox(
                    "Which date puts a row into a period", dates, dates.index(dated_by), key=key(f"dated_{fact}")
                )
        with second:
            units, ways = list(UNITS), list(BETTER)
            unit = st.selectbox("Unit", units, units.index(start["unit"]), key=key("unit"))
            better = st.selectbox("Which way is better", ways, ways.index(start["better"]), key=key("better"))
            definition = st.text_area(
                "Definition", start["definition"], key=key("definition"), height=68,
                placeholder="What it means, in a sentence, for those who open it.",
            )  # fmt: skip
        # an expression is about one fact's columns: another fact begins with a formula of its own
        formula = start if fact == start["fact"] else {"condition": "", **BEGIN.get(fact, COUNT)}
        numerator = st.text_input("Numerator", formula["numerator"], key=key(f"numerator_{fact}"), help=HOW)
        denominator = st.text_input(
            "Denominator", formula["denominator"], key=key(f"denominator_{fact}"),
            help="Leave it empty for a count or a total.",
        )  # fmt: skip
        condition = st.text_input(
            "Only rows where", formula["condition"], key=key(f"condition_{fact}"),
            placeholder="Every row, or a condition", help=HOW,
        )  # fmt: skip
    return {
        "name": name, "fact": fact, "numerator": numerator, "denominator": denominator, "condition": condition,
        "dated_by": dated_by, "unit": unit, "better": better, "definition": definition,
    }  # fmt: skip


def columns(definition: dict[str, str]) -> None:
    """Show which columns the expressions may name, and which of them have data."""
    offered = OFFERED[definition["fact"]]
    have = door.mapped_columns()
    with st.expander(f"The columns of {offered.label.split(',')[0]}, and how to write it", icon=":material/list:"):
        st.markdown(HOW)
        lines = []
        for name, needs in offered.columns.items():
            known = any(
                column in have.get(table, ()) for table, _, column in (n.partition(".") for n in needs.split("|"))
            )
            lines.append(f"`{name}`" if known else f":gray[`{name}` (no data)]")
        st.markdown(" · ".join(lines))


def trial(definition: dict[str, str]) -> bool:
    """Compute the KPI on the data as it stands, and show it; return whether that went well."""
    st.subheader("Tried on your data", anchor=False)
    name = definition["name"].strip()
    try:
        frame = door.try_own({**definition, "name": name or "Your KPI"})
    except CSMetricsError as error:
        errors.show(error)
        return False
    currency = door.settings()["currency"]
    whole = frame[frame["item"].isna() & frame["period"].isna()].iloc[0]
    shown = formats.value(whole["value"], definition["unit"], currency)
    said = f"**{formats.literal(name or 'Your KPI')}** over all data: **{formats.literal(shown)}**"
    if not formats.is_missing(whole["denominator"]):
        said += f" ({formats.number(whole['numerator'])} / {formats.number(whole['denominator'])})"
    st.markdown(f"{said}, n {formats.count(whole['n'])}")
    if whole["note"]:
        st.caption(formats.literal(whole["note"]))
    trend = frame[frame["period"].notna() & frame["item"].isna()].tail(24)
    chart.show(
        charts.trend(trend, grain="month", title=name, **chart.look_of(definition["unit"])),
        key="own_trial", name=name or "Your KPI",
    )  # fmt: skip
    if not name:
        st.caption("Give it a name to save it.")
    return bool(name)


def save(definition: dict[str, str], editing: str, *, ready: bool) -> None:
    """Offer to save the KPI, and to delete the one that is edited."""
    if not leave.given("save_own_kpi", "save KPIs; trying one is for everybody"):
        return
    with st.container(horizontal=True):
        label = "Save the changes" if editing else "Save it"
        if st.button(label, type="primary", disabled=not ready, icon=":material/save:"):
            _do(lambda: door.workspace().save_own_kpi(definition, editing or None), f"{definition['name']} is saved.")
        if editing:
            shell.link("kpi", "Open its page", icon=":material/query_stats:", id=editing)
            if st.button("Delete it", type="tertiary", icon=":material/delete:"):
                _do(lambda: door.workspace().delete_own_kpi(editing), "It is deleted. It can be brought back below.")


def deleted() -> None:
    """Offer to bring back what was deleted."""
    gone = door.workspace().own_kpis(deleted=True) if door.may("restore_own_kpi") else []
    if not gone:
        return
    with st.expander(f"{formats.plural(len(gone), 'deleted KPI')}", icon=":material/restore_from_trash:"):
        for row in gone:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(formats.literal(row["content"]["name"]), width="stretch")
                if st.button("Bring it back", key=f"own_back_{row['kpi']}", type="tertiary"):
                    _do(lambda k=row["kpi"]: door.workspace().restore_own_kpi(k), "It is back.")


def outcome() -> None:
    """Say what the last saving did."""
    said = st.session_state.pop(SAID, None)
    if said:
        st.success(formats.literal(said), icon=":material/check:")


def _do(action: Any, said: str) -> None:
    try:
        made = action()
    except CSMetricsError as error:
        errors.show(error)
        return
    door.changed()
    st.session_state[SAID] = said
    state.update(kpi=made if isinstance(made, str) else None)
    st.rerun()
