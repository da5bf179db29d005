"""Lists of accounts and of answers behind what followed an answer, with the file and row of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui import door, download, formats, frames, segment_save

LABELS = {
    "promoter": "Promoters", "passive": "Passives", "detractor": "Detractors", "satisfied": "Satisfied",
    "easy": "Found it easy", "other": "Others", "upper half": "Upper half", "lower half": "Lower half", "all": "All",
    "silent": "Silent",
}  # fmt: skip
"""A category's accounts, as a legend calls them."""
SHOWN = 500
SAVED = 5000
Read = Callable[[int | None], pd.DataFrame]
_TITLES = {
    "customer_id": "Customer", "name": "Name", "csm": "CSM", "mrr": "MRR", "category": "Answer", "score": "Score",
    "answered_at": "Answered", "until": "Followed to", "left_at": "Left", "before": "Before", "after": "After",
    "t": "Days", "comment": "Comment", "product": "Product", "ended_at": "Ends", "outcome": "Contract",
    "contract": "Contract's row", "_source": "File", "_row": "Row", "_rows": "All rows",
}  # fmt: skip
_DAYS = ("answered_at", "until", "left_at", "ended_at")


def accounts(read: Read, total: int, *, key: str, name: str) -> None:
    """Show the accounts that `read(limit)` returns, `total` of them, and offer them as a file and a segment."""
    if not total:
        st.caption("Nobody.")
        return
    frame = read(SHOWN)
    _frame(frame, name)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_count(total, len(frame), "account"), width="stretch")
        if total <= SAVED:
            every = frame if total <= SHOWN else read(SAVED)
            segment_save.popover(name, every.get("customer_id", ()), key=key)
        download.table(lambda: read(None), key=f"{key}_files", name=name)


def answers(read: Read, total: int, *, key: str, name: str) -> None:
    """Show the answers that `read(limit)` returns, `total` of them, and offer them as a file."""
    frame = read(SHOWN)
    _frame(frame, name)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_count(total, len(frame), "answer"), width="stretch")
        download.table(lambda: read(None), key=f"{key}_files", name=name)


def p(value: float) -> str:
    """Return a p-value with the digits that count."""
    return "below 0.0001" if value < 0.0001 else f"{value:.4f}"


def _count(total: int, shown: int, noun: str) -> str:
    said = formats.plural(total, noun)
    return f"{said}." if shown == total else f"The first {formats.count(shown)} of {said}; the file has all."


def _frame(frame: pd.DataFrame, alt: str) -> None:
    shown = frame.copy()
    if (shown.get("before", pd.Series([1])) == 1).all() and (shown.get("after", pd.Series([0])) <= 1).all():
        shown = shown.drop(columns=[c for c in ("before", "after") if c in shown])
    for column in _DAYS:
        if column in shown:
            say = formats.last_day if column in ("left_at", "ended_at") else formats.day
            shown[column] = ["" if formats.is_missing(d) else say(d) for d in shown[column]]
    if "mrr" in shown:
        currency = door.settings()["currency"]
        shown["mrr"] = [formats.value(v, "money", currency) for v in shown["mrr"]]
    if "category" in shown:
        shown["category"] = shown["category"].map(LABELS)
    if "_rows" in shown:
        shown = shown.drop(columns=[c for c in ("_source", "_row") if c in shown])
    if "comment" in shown:
        shown["comment"] = shown["comment"].fillna("")
    titles = {c: _TITLES[c] for c in shown if c in _TITLES and (shown[c].astype(str) != "").any()}
    shown = shown[list(titles)].rename(columns=titles).dropna(axis="columns", how="all")
    options: dict[str, Any] = {
        name: st.column_config.NumberColumn(format="%g", width="small") for name in ("Score", "Before", "After")
    }
    options["Comment"] = st.column_config.TextColumn(width="large")
    frames.show(
        shown, alt=alt, height=min(38 + 35 * len(shown), 390),
        column_config={name: option for name, option in options.items() if name in shown},
    )  # fmt: skip


def contracts(frame: pd.DataFrame, *, key: str, name: str) -> None:
    """Show contracts to call about, and offer them as a file and their accounts as a segment."""
    ahead = ["ended_at", *(c for c in frame.columns if c not in ("ended_at", "category"))]
    _frame(frame.head(SHOWN)[ahead], name)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_count(len(frame), min(len(frame), SHOWN), "contract") + " Ends: the last day.", width="stretch")
        segment_save.popover(name, frame["customer_id"].unique(), key=key)
        download.table(frame, key=f"{key}_files", name=name)
