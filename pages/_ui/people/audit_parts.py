"""What was done in a workspace: who, when, what, to be narrowed down and taken along."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui import door, download, formats, frames, state

SHOWN = 500
ALL = ""
NOBODY = "nobody signed in"


def show() -> None:
    """Show the log, the latest first."""
    lines = door.workspace().audit()
    if lines.empty:
        st.caption("Nothing was done yet. What anybody publishes, changes, shares or deletes stands here.")
        return
    lines = lines.assign(who=lines["who"].replace("", NOBODY))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        person = _choice("Who", "person", "Everybody", sorted(lines["who"].unique()))
        action = _choice("What", "action", "Everything", sorted(lines["action"].unique()))
    found = lines[(lines["who"] == person) | (person == ALL)]
    found = found[(found["action"] == action) | (action == ALL)]
    if found.empty:
        st.caption("They did nothing of that kind.")
        return
    frames.show(
        pd.DataFrame({
            "When": [formats.instant(when) for when in found["happened_at"].head(SHOWN)],
            "Who": found["who"].head(SHOWN).tolist(), "What": found["said"].head(SHOWN).tolist(),
        }),
        alt="What was done, by whom and when", height="content" if len(found) <= 15 else 560,
        column_config={"When": st.column_config.TextColumn(width=190), "Who": st.column_config.TextColumn(width=200),
                       "What": st.column_config.TextColumn(width="large")},
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        count = formats.plural(len(found), "line")
        st.caption(f"The latest {SHOWN} of {count}; the file has them all." if len(found) > SHOWN else f"{count}.",
                   width="stretch")  # fmt: skip
        download.table(
            found.assign(detail=[json.dumps(told, ensure_ascii=False, default=str) for told in found["detail"]]),
            key="audit", name="what was done", numbers=False,
        )  # fmt: skip


def _choice(label: str, name: str, every: str, options: list[str]) -> Any:
    held = state.get(name)
    return st.selectbox(
        label, [ALL, *options], format_func=lambda one: one or every, width=280,
        **state.bind(name, value=held if held in options else ALL),
    )  # fmt: skip
