"""Notes beside a KPI on its page: pinned, changed and taken away; every step can be undone."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages._ui import door, formats
from pages._ui.undoing import Undoing

changes = Undoing("note")
now = changes.now
MINE, ALL = "This KPI's charts", "All charts over time"


def show(kpi: Any) -> None:
    """Offer to pin a note to the KPI's charts, and list those that there are, each to be changed or taken away."""
    changes.bar(kpi.id)
    held = door.notes(kpi.id)
    with st.container(horizontal=True, gap="small"):
        if door.may("save_note"):
            with st.popover("Add a note", icon=":material/push_pin:", key=now("note_new")):
                st.caption("What happened on a day, such as a price change: charts that span it show it.")
                _form("new", kpi, None)
        if held:
            label = formats.plural(len(held), "note")
            with st.popover(label, icon=":material/sticky_note_2:", type="tertiary", key=now("note_list")):
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
    with st.form(f"note_form_{now(key)}", border=False):
        text = st.text_input(
            "What happened", row["text"] if row else "", max_chars=300, placeholder="Price change",
            key=now(f"note_text_{key}"),
        )  # fmt: skip
        day = st.date_input("On", row["dated"] if row else None, key=now(f"note_day_{key}"))
        place = st.radio(
            "Shown on", [MINE, ALL], index=1 if row and not row["kpi"] else 0, key=now(f"note_place_{key}")
        )
        if st.form_submit_button("Save", icon=":material/save:"):
            _save(kpi, row, text, day, "" if place == ALL else kpi.id)


def _save(kpi: Any, row: dict[str, Any] | None, text: str, day: Any, of: str) -> None:
    space = door.workspace()

    def undo(kept: str) -> None:
        if row is None:
            space.delete_note(kept)
        else:
            space.save_note(row["text"], row["dated"], kpi=row["kpi"], note=row["note"])

    said = "The note was changed." if row else "The note was pinned."
    if changes.do(lambda: space.save_note(text, day, kpi=of, note=row and row["note"]), said, undo, of=kpi.id):
        st.rerun()
    changes.failure()


def _away(kpi: Any, row: dict[str, Any]) -> None:
    space, note = door.workspace(), row["note"]
    changes.do(
        lambda: space.delete_note(note), "The note was taken away.", lambda _: space.restore_note(note), of=kpi.id
    )
