"""One to-do: why it is there, its steps to tick, who does it until when, and the rows behind it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cs_metrics.reports.counted import readable
from pages._ui import door, download, formats, frames, routes, state
from pages._ui.todo import changes, todo_parts

ROWS = 50


def show(row: dict[str, Any]) -> None:
    """Show a to-do, closed; it opens to its steps, its fields and its rows."""
    mine = door.may("change_todos")
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
                st.markdown(f"**{formats.literal(todo_parts.whose(row))}**", width="content")
                _badges(row)
            if mine:
                _ways(row)
        st.markdown(f"{formats.literal(row['why'])}  \n:small[:gray[{formats.literal(_about(row))}]]")
        with st.expander(_label(row), icon=":material/checklist:", key=f"todo_{row['todo']}"):
            _steps(row, mine)
            if mine:
                _fields(row)
            _evidence(row)


def _badges(row: dict[str, Any]) -> None:
    due = formats.day(row["due_on"])
    if row["state"] != "open":
        st.badge(row["state"].capitalize(), icon=":material/check:", color="gray")
    elif row["overdue"]:
        st.badge(f"Overdue since {due}", icon=":material/schedule:", color="red")
    else:
        st.badge(f"Due {due}", icon=":material/event:", color="blue")
    if not row["holds"]:
        st.badge("No longer holds", icon=":material/history_toggle_off:", color="gray")


def _about(row: dict[str, Any]) -> str:
    said = [row["rule_name"], f"owner {todo_parts.owner(row)}",
            f"data to {formats.last_day(row['as_of'])} (version {row['opened_version']})"]  # fmt: skip
    if not row["holds"]:
        said.append(f"{row['ended_why'].rstrip('.')} at version {row['ended_version']}")
    if row["reason"] and row["state"] == "dismissed":
        said.append(f"dismissed: {row['reason']}")
    if row["note"]:
        said.append(f"note: {row['note']}")
    return " · ".join(said)


def _label(row: dict[str, Any]) -> str:
    return f"Steps: {todo_parts.steps(row)}" if row["steps"] else "Details"


def _steps(row: dict[str, Any], mine: bool) -> None:
    for place, step in enumerate(row["steps"]):
        key = f"step_{row['todo']}_{place}"
        st.session_state[key] = step["done"]
        st.checkbox(
            f"{formats.literal(step['text'])} :gray[by {formats.literal(todo_parts.by(step))}]", key=key,
            disabled=not mine, on_change=_tick, args=(row, place, key),
        )  # fmt: skip


def _tick(row: dict[str, Any], place: int, key: str) -> None:
    ticked = bool(st.session_state[key])
    _change(row, "A step is ticked." if ticked else "A step is open again.", step=place, ticked=ticked)


def _fields(row: dict[str, Any]) -> None:
    with st.form(changes.now(f"fields_{row['todo']}"), border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            owner = st.text_input("Owner", row["owner"], max_chars=200, key=changes.now(f"owner_{row['todo']}"))
            due = st.date_input("Due", row["due_on"], key=changes.now(f"due_{row['todo']}"))
        note = st.text_input("Note", row["note"], max_chars=4000, key=changes.now(f"note_{row['todo']}"))
        if st.form_submit_button("Save", icon=":material/save:"):
            given = {"owner": owner, "due_on": due, "note": note}
            said = {name: value for name, value in given.items() if value != row[name] and value is not None}
            if said:
                _change(row, "The to-do was changed.", **said)
                st.rerun()


def _ways(row: dict[str, Any]) -> None:
    with st.container(horizontal=True, gap="small", width="content"):
        if row["state"] != "open":
            st.button("Open again", icon=":material/undo:", key=f"reopen_{row['todo']}", type="tertiary",
                      on_click=_change, args=(row, "The to-do is open again."), kwargs={"state": "open"})  # fmt: skip
            return
        st.button("Done", icon=":material/check:", key=f"done_{row['todo']}", on_click=_change,
                  args=(row, f"{todo_parts.whose(row)}: done."), kwargs={"state": "done"})  # fmt: skip
        with st.popover("Dismiss", icon=":material/block:", type="tertiary",
                        key=changes.now(f"dismiss_{row['todo']}")):  # fmt: skip
            key = changes.now(f"reason_{row['todo']}")
            st.text_input("Why nothing is to be done", max_chars=1000, key=key)
            st.button("Dismiss it", key=f"dismissed_{row['todo']}", on_click=_dismiss, args=(row, key))


def _dismiss(row: dict[str, Any], key: str) -> None:
    _change(row, f"{todo_parts.whose(row)}: dismissed.", state="dismissed", reason=st.session_state.get(key, ""))


def _change(row: dict[str, Any], said: str, **values: Any) -> None:
    space = door.workspace()
    changes.do(lambda: space.change_todos([{"todo": row["todo"], **values}]), said, space.undo_todos)


def _evidence(row: dict[str, Any]) -> None:
    """Offer the rows of the version at which it opened; they are asked for only then."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        # they are of the version at which it opened, and a link shows one version
        asked = door.may("todo_rows") and st.toggle("The rows behind it", key=f"rows_{row['todo']}")
        for kpi in todo_parts.kpis(row):
            name = door.kpi(kpi).name if kpi in {each.id for each in door.catalogue()} else ""
            if name and row["account"]:
                own = state.get_json("where") | {"customer_id": [row["account"]]}
                routes.link("kpi", f"{name} of this account", icon=":material/query_stats:", id=kpi, where=own)
    if not asked:
        return
    found = door.workspace().todo_rows(row["todo"])
    if not found:
        st.caption("There are no rows of its own to show.")
    for place, (said, frame) in enumerate(found.items()):
        st.caption(formats.literal(said))
        shown = readable(frame)
        frames.show(shown.head(ROWS), alt=f"Rows behind: {said}", height=min(38 + 35 * len(shown), 260))
        download.table(shown, key=f"rows_{row['todo']}_{place}", name="rows of a to-do", numbers=False)
