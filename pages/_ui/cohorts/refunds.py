"""Refunds among the orders of a cohort: said where they count as buying, and left out by one press."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages._ui import door, formats, state
from pages._ui.cohorts.question import Question


def show(question: Question) -> None:
    """Say that refunds count as orders, with the way to leave them out, where nothing is filtered yet."""
    asked = question.arguments
    if asked["of"] != "orders" or asked["value"] != "units" or asked["start"] or asked["back"]:
        return
    found = door.ask("refunds")
    if not found["refunds"]:
        return
    orders = asked.get("start_of") in (None, "orders")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            f":material/info: {formats.count(found['refunds'])} of {formats.plural(found['orders'], 'order')} are "
            "refunds or cancellations, and count here as ordering: the other pages leave them out.",
            width="stretch",
        )
        bought = _bought()
        st.button(
            "Leave refunds out", icon=":material/undo:", type="tertiary", key="without_refunds",
            on_click=lambda: state.update(back=bought, **({"start": bought} if orders else {})),
        )  # fmt: skip


def _bought() -> dict[str, Any]:
    """Return the filter of orders that are no refunds, by the columns that this version has. The page says it in its
    sentences, and the builder behind 'More choices' shows it."""
    has = door.mapped_columns().get("orders", frozenset())
    kind: dict[str, Any] = {"orders.kind": {"!=": "refund"}} if "kind" in has else {}
    return kind | ({"orders.amount": {">=": 0}} if "amount" in has else {})
