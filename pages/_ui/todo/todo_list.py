"""The list of to-dos: filtered, each with its reason, steps, owner, due date and state."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages._ui import door, download, formats, routes, state
from pages._ui.todo import card, todo_parts

SHOWN = 10
STATES = {"open": "Open", "overdue": "Overdue", "done": "Done", "dismissed": "Dismissed"}
ANYONE, NOBODY, EVERY = "Anyone", "Nobody yet", "Every rule"


def show() -> None:
    """Show the to-dos of the chosen state, owner and rule."""
    held = door.view().todos()
    if not held:
        _nothing()
        return
    found = _filtered(held)
    if not found:
        st.caption("No to-do of this state, owner and rule.")
        return
    most = int(state.get("n")) if state.get("n").isdecimal() else SHOWN
    for row in found[:most]:
        card.show(row)
    with st.container(horizontal=True, vertical_alignment="center"):
        shown = min(most, len(found))
        st.caption(
            f"{formats.count(shown)} of {formats.plural(len(found), 'to-do')}, those due first.", width="stretch"
        )
        if len(found) > most:
            st.button("Show more", icon=":material/expand_more:", on_click=state.update, kwargs={"n": str(most + 20)})
        download.table(_table(found), key="todos_table", name="to-dos", label="Download")


def _nothing() -> None:
    if not door.may("rules"):
        todo_parts.nothing("Nothing to do.", "No rule has opened a to-do on these data.")
        return
    on = sum(row["enabled"] for row in door.workspace().rules())
    if on:
        todo_parts.nothing(
            "Nothing to do.", f"{formats.plural(on, 'rule')} looked at the latest version; none of them held."
        )
    else:
        todo_parts.nothing(
            "No rule is on yet.",
            "Rules look at every account when data are published. See how often one was right, and switch it on.",
        )
    routes.link("todo", "To the rules", icon=":material/rule_settings:", show="rules")


def _filtered(held: list[dict[str, Any]]) -> list[dict[str, Any]]:
    counts = {name: sum(_is(row, name) for row in held) for name in STATES}
    options = {name: f"{label} ({formats.count(counts[name])})" for name, label in STATES.items()}
    owners = sorted({row["owner"] for row in held if row["owner"]}, key=str.casefold)
    rules = sorted({row["rule_name"] for row in held}, key=str.casefold)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = state.get("state") if state.get("state") in STATES else "open"
        st.segmented_control(
            "State", list(options), format_func=options.get, required=True, **state.bind("state", value=chosen)
        )
        who = _choice("Owner", "owner", [ANYONE, NOBODY, *owners])
        rule = _choice("Rule", "rule_name", [EVERY, *rules])
    return [
        row for row in held
        if _is(row, chosen)
        and (who == ANYONE or row["owner"] == ("" if who == NOBODY else who))
        and rule in (EVERY, row["rule_name"])
    ]  # fmt: skip


def _choice(label: str, name: str, options: list[str]) -> str:
    held = state.get(name, options[0])
    chosen = held if held in options else options[0]
    st.selectbox(label, options, width=240, **state.bind(name, value=chosen))
    return chosen


def _is(row: dict[str, Any], chosen: str) -> bool:
    return bool(row["overdue"]) if chosen == "overdue" else row["state"] == chosen


def _table(found: list[dict[str, Any]]) -> pd.DataFrame:
    names = ("account", "account_name", "rule_name", "why", "state", "owner", "due_on", "overdue", "note", "reason",
             "holds", "ended_why", "opened_version", "opened_at", "changed_at", "who")  # fmt: skip
    told = [{name: row[name] for name in names} | {"steps_done": todo_parts.steps(row)} for row in found]
    return pd.DataFrame(told)
