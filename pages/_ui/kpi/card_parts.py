"""What a team says of a KPI: owner, review, sign-off, benchmark; who changed its definition and what that did."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import streamlit as st

from cs_metrics import charts
from cs_metrics.errors import CSMetricsError
from pages._ui import chart, door, download, errors, formats, leave, setting_parts
from pages._ui.serving import access

SAID = "_card_said"
CHANGES_SHOWN = 20


def seen(kpi: Any) -> None:
    """Note once a session that somebody looked at the KPI: what nobody looks at is proposed for pruning."""
    key = f"_seen_{door.workspace().name}_{kpi.id}"
    if key not in st.session_state and door.may("looked_at"):
        st.session_state[key] = True
        door.workspace().looked_at(kpi.id)


def benchmark(kpi: Any) -> str:
    """Return the benchmark in words, always with its source; '' where none was entered."""
    held = door.workspace().card(kpi.id)
    low, high = held["benchmark_low"], held["benchmark_high"]
    if low is None and high is None:
        return ""
    currency = door.settings()["currency"]
    ends = [formats.value(end, kpi.unit, currency) for end in (low, high) if end is not None]
    span = " to ".join(ends) if len(ends) == 2 else f"from {ends[0]}" if low is not None else f"up to {ends[0]}"
    return f":material/flag: Benchmark {formats.literal(span)}, by {formats.literal(held['benchmark_source'])}"


def stewardship(kpi: Any) -> None:
    """Show owner, review, sign-off and benchmark, each to be changed, and the log of the definition."""
    st.subheader("Who stands behind it", anchor=False)
    said = st.session_state.pop(SAID, None)
    if said:
        st.success(said, icon=":material/check:")
    held = door.workspace().card(kpi.id)
    st.markdown(_summary(held))
    if leave.given("set_card", "change that"):
        with st.expander("Owner, review date, benchmark and sign-off", icon=":material/edit:"):
            _card(kpi, held)
            _sign_off(kpi)
    _log(kpi)


def _summary(held: dict[str, Any]) -> str:
    owner = f"Owner **{formats.literal(held['owner'])}**" if held["owner"] else "No owner yet"
    parts = [owner]
    if held["review_on"]:
        due = held["review_on"] < datetime.now(UTC).date()
        parts.append(f"review {'was due' if due else 'due'} {formats.day(held['review_on'])}")
    if not held["signed_at"]:
        parts.append("not signed off")
    else:
        parts.append(f"signed off by {formats.literal(held['signed_by'])} on {formats.day(held['signed_at'])}")
        if held["changed_since"]:
            names = ", ".join(setting_parts.label(n) for n in held["changed_since"])
            parts.append(f":orange[changed since: {names}]")
        else:
            parts.append("unchanged since")
    return ", ".join(parts) + "."


def _card(kpi: Any, held: dict[str, Any]) -> None:
    with st.form(f"card_{kpi.id}", border=False):
        with st.container(horizontal=True, gap="small"):
            owner = st.text_input("Owner", held["owner"], width=220)
            review = st.date_input("Review on", held["review_on"], width=160)
        scale = 100.0 if kpi.unit == "share" else 1.0
        unit = " in %" if kpi.unit == "share" else ""
        with st.container(horizontal=True, gap="small"):
            low = st.number_input(f"Benchmark from{unit}", value=_times(held["benchmark_low"], scale), width=160)
            high = st.number_input(f"Benchmark to{unit}", value=_times(held["benchmark_high"], scale), width=160)
            source = st.text_input(
                "Source of the benchmark",
                held["benchmark_source"],
                width=320,
                placeholder="Who measured whom, when",
            )
        if st.form_submit_button("Save", icon=":material/save:"):
            values = {"owner": owner.strip(), "review_on": review, "benchmark_source": source.strip()}
            ends = {"benchmark_low": _times(low, 1 / scale), "benchmark_high": _times(high, 1 / scale)}
            _do(lambda: door.workspace().set_card(kpi.id, **values, **ends), "Saved.")


def _times(number: float | None, factor: float) -> float | None:
    return None if number is None else float(number) * factor


def _sign_off(kpi: Any) -> None:
    with st.form(f"sign_{kpi.id}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        who, said = access.who(), "Sign it off as it is defined today"
        if who:
            st.markdown(f"{said}, as {formats.literal(who)}", width="content")
        else:
            who = st.text_input(said, placeholder="Your name", width=300)
        if st.form_submit_button("Sign off", icon=":material/verified:"):
            _do(lambda: door.workspace().sign_off(kpi.id, who), "Signed off.")


def _log(kpi: Any) -> None:
    changes = door.workspace().definition_changes(kpi.id)
    if not changes:
        st.caption("No setting that this KPI reads was ever changed here.")
        return
    with st.expander(f"{formats.plural(len(changes), 'change')} of its definition", icon=":material/history:"):
        for number, change in enumerate(changes[:CHANGES_SHOWN]):
            moved = "; ".join(
                f"{setting_parts.label(n)}: {_told(n, change['before'][n])} → {_told(n, change['after'][n])}"
                for n in change["after"]
            )
            who = f" by {formats.literal(change['who'])}" if change["who"] else ""
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f"{formats.instant(change['happened_at'])}{who}: {formats.literal(moved)}", width="stretch")
                shown = st.toggle("What it did", key=f"effect_{kpi.id}_{number}")
            if shown and door.version_or_none() is not None:
                with errors.shown():
                    _effect(kpi, change, number)


def _told(name: str, value: Any) -> str:
    return "the default" if value is None else setting_parts.words(value)


def _effect(kpi: Any, change: dict[str, Any], number: int) -> None:
    """Show the KPI's history as it was defined before and after a change."""
    with st.spinner("Computing both histories …"):
        frame = door.workspace().effect(kpi.id, change)
    if frame["before"].equals(frame["after"]):
        st.caption("It changed nothing in this KPI's history.")
        return
    both = frame.melt("period", ["before", "after"], "definition", "value").assign(low=None, high=None, n=None)
    drawing = charts.trend(
        both.assign(complete=True), by="definition", grain="month", title=kpi.name, **chart.look_of(kpi.unit)
    )
    drawing = chart.noted(drawing, kpi.id, grain="month")
    chart.show(drawing, key=f"effect_chart_{number}", name=f"{kpi.id} before and after")
    download.table(frame, key=f"effect_table_{number}", name=f"{kpi.id} before and after")


def _do(action: Any, said: str) -> None:
    try:
        action()
    except CSMetricsError as error:
        errors.show(error)
        return
    st.session_state[SAID] = said
    st.rerun()


def pruning() -> None:
    """List the KPIs that nobody looked at for a quarter."""
    if not door.may("unseen"):
        return
    gone, since = door.workspace().unseen()
    if not gone:
        told = f"since {formats.day(since)}" if since else "from now on"
        st.caption(f"Every KPI was looked at within a quarter, or looking is noted only {told}.")
        return
    names = sorted(door.kpi(k).name for k in gone)
    label = f"{formats.plural(len(names), 'KPI')} that nobody looked at for a quarter"
    with st.expander(label, icon=":material/content_cut:"):
        st.markdown("What nobody looks at, nobody acts on: drop it, or ask its owner why it is kept.")
        st.markdown(" · ".join(names))
