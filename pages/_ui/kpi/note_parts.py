"""Notes beside a KPI on its page: pinned, changed and taken away; every step can be undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from cs_metrics.errors import CSMetricsError
from pages._ui import door, errors, formats

DONE = "_note_done"
ROUND = "_note_round"
FAILED = "_note_failed"
MINE, ALL = "This KPI's charts", "All charts over time"


def show(kpi: Any) -> None:
    """Offer to pin a note to the KPI's charts, and list those that there are, each to be changed or taken away."""
    failed = st.session_state.pop(FAILED, None)
    if failed is not None:
        errors.show(failed)
    _undo_bar(kpi)
    held = door.notes(kpi.id)
    with st.container(horizontal=True, gap="small"):
        if door.may("save_note"):
            with st.popover("Add a note", icon=":material/push_pin:", key=_now("note_new")):
                st.caption("What happened on a day, such as a price change: charts that span it show it.")
                _form("new", kpi, None)
        if held:
            label = formats.plural(len(held), "note")
            with st.popover(label, icon=":material/sticky_note_2:", type="tertiary", key=_now("note_list")):
                for row in held:
                    _line(kpi, row)


def _line(kpi: Any, row: dict[str, Any]) -> None:
    who = f", {formats.literal(row['who'])}" if row["who"] else ""
    of = "" if row["kpi"] else " (all KPIs)"
    st.markdown(f"**{formats.day(row['dated'])}**: {formats.literal(row['text'])}{of}{who}")
    if not door.may("save_note"):
        return
    with st.expander("Change", icon=":material/edit:"):
        _form(row["note"], kpi, row)
        st.button(
            "Take away", icon=":material/delete:", type="tertiary", key=f"note_away_{row['note']}", on_click=_away,
            args=(kpi, row),
        )  # fmt: skip


def _form(key: str, kpi: Any, row: dict[str, Any] | None) -> None:
    with st.form(f"note_form_{_now(key)}", border=False):
        text = st.text_input(
            "What happened", row["text"] if row else "", max_chars=300, placeholder="Price change",
            key=_now(f"note_text_{key}"),
        )  # fmt: skip
        day = st.date_input("On", row["dated"] if row else None, key=_now(f"note_day_{key}"))
        place = st.radio(
            "Shown on", [MINE, ALL], index=1 if row and not row["kpi"] else 0, key=_now(f"note_place_{key}")
        )
        if st.form_submit_button("Save", icon=":material/save:"):
            _save(kpi, row, text, day, "" if place == ALL else kpi.id)


def _save(kpi: Any, row: dict[str, Any] | None, text: str, day: Any, of: str) -> None:
    space = door.workspace()
    try:
        kept = space.save_note(text, day, kpi=of, note=row and row["note"])
    except CSMetricsError as error:
        errors.show(error)
        return
    said = "The note was changed." if row else "The note was pinned."
    _done(kpi, said, (lambda: _put_back(row)) if row else (lambda: space.delete_note(kept)))
    st.rerun()


def _away(kpi: Any, row: dict[str, Any]) -> None:
    space = door.workspace()
    try:
        space.delete_note(row["note"])
    except CSMetricsError as error:
        st.session_state[FAILED] = error
        return
    _done(kpi, "The note was taken away.", lambda: space.restore_note(row["note"]))


def _put_back(row: dict[str, Any]) -> None:
    door.workspace().save_note(row["text"], row["dated"], kpi=row["kpi"], note=row["note"])


def _done(kpi: Any, said: str, undo: Callable[[], Any]) -> None:
    """Keep what was done and how it is undone; what is open closes."""
    st.session_state[DONE] = {"kpi": kpi.id, "said": said, "undo": undo}
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1


def _undo_bar(kpi: Any) -> None:
    done = st.session_state.get(DONE)
    if not done or done["kpi"] != kpi.id:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(f":material/check: {done['said']}", width="stretch")
        st.button("Undo", icon=":material/undo:", key="undo_note", on_click=_undo)


def _undo() -> None:
    done = st.session_state.pop(DONE)
    try:
        done["undo"]()
    except CSMetricsError as error:
        st.session_state[FAILED] = error
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1


def _now(key: str) -> str:
    return f"{key}_{st.session_state.get(ROUND, 0)}"
