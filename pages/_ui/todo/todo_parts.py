"""What the parts of the To do page share, and the way to it from other pages."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from pages._ui import door, formats, routes, state
from pages._ui.links import linked

SECTIONS = {
    "list": ":material/checklist: To do",
    "rules": ":material/rule_settings: Rules",
    "playbooks": ":material/menu_book: Playbooks",
    "digest": ":material/summarize: Digest",
}


def section() -> str:
    """Let the reader choose a part of the page, and return its name; a link shows what is to do, and no more."""
    if linked.opened() is not None:
        return "list"
    chosen = state.get("show") if state.get("show") in SECTIONS else "list"
    st.segmented_control(
        "Part of the page", list(SECTIONS), format_func=SECTIONS.get, required=True, label_visibility="collapsed",
        **state.bind("show", value=chosen),
    )  # fmt: skip
    return chosen


def waiting() -> None:
    """Lead to what is to be done, with how much that is. The reader of a link is not led there."""
    if linked.opened() is not None or not door.may("todos"):
        return
    held = [row for row in door.view().todos() if row["state"] == "open"]
    late = sum(row["overdue"] for row in held)
    if not held:
        return
    label = f"{formats.plural(len(held), 'to-do')} open"
    routes.link("todo", f"{label}, {formats.count(late)} overdue" if late else label, icon=":material/checklist:")


def nothing(what: str, why: str) -> None:
    """Say that there is nothing yet, and why."""
    with st.container(border=True, gap="small"):
        st.markdown(f":material/checklist: **{what}** {why}")


def owner(row: dict[str, Any]) -> str:
    """Return who does it, in words."""
    return row["owner"] or "nobody yet"


def whose(row: dict[str, Any]) -> str:
    """Return the account of a to-do, as people call it."""
    return row["account_name"] or row["account"] or "The KPI as a whole"


def steps(row: dict[str, Any]) -> str:
    """Return how many steps are done: '1 of 4 done'."""
    return f"{sum(step['done'] for step in row['steps'])} of {len(row['steps'])} done"


def by(step: dict[str, Any]) -> str:
    """Return the day until which a step is to be done."""
    return formats.day(date.fromisoformat(step["due_on"]))


def kpis(row: dict[str, Any]) -> list[str]:
    """Return the ids of the KPIs that opened a to-do."""
    found = (one.get("kpi") or one.get("condition", {}).get("kpi") for one in row["evidence"])
    return list(dict.fromkeys(kpi for kpi in found if kpi))
