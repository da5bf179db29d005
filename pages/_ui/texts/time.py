"""Themes over time: what customers ask for now, against what they asked for before."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics import charts
from pages._ui import chart, door, download, formats, frames, state
from pages._ui.texts.theme_parts import STRETCH, Question

MOST = 6
# a table of more rows scrolls by itself
LONGEST = 15


def show(question: Question) -> None:
    """Show the share of texts that each chosen theme has, period by period, and how all of them moved of late."""
    themes, frame = question.themes(), question.trend()
    known = themes.loc[themes["texts"] > 0, "theme"].tolist()
    if not known:
        st.caption("No theme yet: there is nothing to follow over time.")
        return
    chosen = [t for t in _of_address() if t in known] or known[:MOST]
    st.session_state["time_themes"] = chosen[:MOST]
    st.multiselect("Themes", known, key="time_themes", max_selections=MOST, on_change=_changed,
                   placeholder="Up to six")  # fmt: skip
    shown = frame[frame["theme"].isin(chosen)].rename(columns={"share": "value"})
    drawing = charts.trend(
        shown, by="theme", grain=question.grain, title="Share of texts", band=False, height=320,
        **chart.look_of("share"),
    )  # fmt: skip
    chart.show(
        chart.noted(drawing, grain=question.grain), key="themes_over_time", name=f"themes by {question.grain}",
        hint="The share of the period's texts that are about a theme; a point tells its 95 % interval (Wilson). Grey: "
        f"fewer than {door.settings()['minimum_n']} texts in the period. A text may be about several themes.",
    )  # fmt: skip
    st.subheader("What changed", anchor=False)
    _moves(themes)


def _moves(themes: pd.DataFrame) -> None:
    moved = themes[(themes["now"] > 0) | (themes["earlier"] > 0)].sort_values(
        ["change", "theme"], ascending=[False, True]
    )
    if moved.empty:
        st.caption(f"Nobody wrote in the last {STRETCH} days of these data, nor in the {STRETCH} before.")
        return
    shown = pd.DataFrame(
        {
            "Theme": moved["theme"],
            "Reading": [_reading(row) for row in moved.to_dict("records")],
            f"Last {STRETCH} days": moved["now"],
            f"{STRETCH} days before": moved["earlier"],
            "Change of its share": [_points(change) for change in moved["change"]],
            "p": [formats.NOTHING if formats.is_missing(p) else formats.number(p, 3) for p in moved["p"]],
            "First written": [formats.day(d) for d in moved["first_at"]],
        }
    )
    height = "content" if len(shown) <= LONGEST else 520
    frames.show(shown, height=height, alt="How the themes moved of late")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            "p: how often chance alone would move a share so far, corrected for the number of themes (Holm); texts of "
            "one customer count as alike as they are.",
            width="stretch",
        )
        download.table(moved, key="themes_moved", name="themes that moved")


def _reading(row: dict[str, Any]) -> str:
    for column, word in (("is_new", "new"), ("is_growing", "growing"), ("is_falling", "falling")):
        if row[column]:
            return word
    return "could be chance" if not formats.is_missing(row["p"]) else formats.NOTHING


def _points(change: float) -> str:
    said = formats.change(change, 0, "share")
    return said[1] if said else formats.NOTHING


def _of_address() -> list[str]:
    try:
        given = json.loads(state.get("themes") or "[]")
    except (ValueError, RecursionError):
        return []
    return [str(theme) for theme in given] if isinstance(given, list) else []


def _changed() -> None:
    state.update(themes=st.session_state["time_themes"])
