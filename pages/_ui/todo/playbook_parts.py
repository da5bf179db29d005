"""Playbooks on the To do page: listed, made, changed, deleted; each step can be undone."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages._ui import door, formats, leave
from pages._ui.todo import changes

OWNERS = {"csm": "The account's CSM"}
EMPTY: dict[str, Any] = {"playbook": None, "name": "", "steps": [], "owner": "csm", "days": 7}


def show() -> None:
    """List the playbooks."""
    mine = leave.given("save_playbook", "change playbooks")
    if mine:
        with st.expander("New playbook", icon=":material/add:", key=changes.now("playbook_new")):
            _form(EMPTY)
    for row in door.workspace().playbooks():
        with st.container(border=True, gap="small"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f"**{formats.literal(row['name'])}**", width="content")
                if row["ready"]:
                    st.badge("Comes with the app", color="gray")
            who = OWNERS.get(row["owner"], row["owner"] or "nobody")
            st.caption(f"Owner: {formats.literal(who)}. Due within {formats.plural(row['days'], 'day')}.")
            st.markdown("\n".join(f"1. {formats.literal(s['text'])} :gray[day {s['days']}]" for s in row["steps"]))
            if mine:
                _ways(row)
    if mine:
        space = door.workspace()
        changes.deleted("playbook", space.playbooks(deleted=True), space.restore_playbook)


def _ways(row: dict[str, Any]) -> None:
    space = door.workspace()
    with st.expander("Change", icon=":material/edit:", key=changes.now(f"playbook_{row['playbook']}")):
        _form(row)
        st.button(
            "Delete", icon=":material/delete:", type="tertiary", key=f"playbook_gone_{row['playbook']}",
            on_click=changes.do,
            args=(lambda: space.delete_playbook(row["playbook"]), f"{row['name']} was deleted.",
                  lambda _: space.restore_playbook(row["playbook"])),
        )  # fmt: skip


def _form(row: dict[str, Any]) -> None:
    key = row["playbook"] or "new"
    with st.form(changes.now(f"playbook_form_{key}"), border=False):
        name = st.text_input("Name", row["name"], max_chars=120, key=changes.now(f"playbook_name_{key}"))
        frame = pd.DataFrame(row["steps"] or [{"text": "", "days": 1}], columns=["text", "days"])
        steps = st.data_editor(
            frame, num_rows="dynamic", hide_index=True, key=changes.now(f"playbook_steps_{key}"),
            alt="Steps of the playbook", column_config={
                "text": st.column_config.TextColumn("Step", width="large", max_chars=300),
                "days": st.column_config.NumberColumn("Day", min_value=0, max_value=365, step=1, width="small"),
            },
        )  # fmt: skip
        owner = st.text_input(
            "Owner", "" if row["owner"] == "csm" else row["owner"], placeholder=OWNERS["csm"], max_chars=200,
            key=changes.now(f"playbook_owner_{key}"), help="Empty: the account's CSM, as the data have it.",
        )  # fmt: skip
        days = st.number_input("Due within days", 0, 365, row["days"], key=changes.now(f"playbook_days_{key}"))
        if st.form_submit_button("Save", icon=":material/save:", type="primary"):
            _save(row, name, steps, owner, int(days))


def _save(row: dict[str, Any], name: str, steps: pd.DataFrame, owner: str, days: int) -> None:
    space, key = door.workspace(), row["playbook"]
    told = [{"text": s["text"] or "", "days": days if pd.isna(s["days"]) else int(s["days"])}
            for s in steps.to_dict("records")]  # fmt: skip

    def undo(kept: str) -> None:
        if key is None:
            space.delete_playbook(kept)
        else:
            space.save_playbook(row["name"], row["steps"], owner=row["owner"], days=row["days"], playbook=key)

    if changes.do(
        lambda: space.save_playbook(name, told, owner=owner.strip() or "csm", days=days, playbook=key),
        f"{name} is saved.", undo,
    ):  # fmt: skip
        st.rerun()
    changes.bar()
