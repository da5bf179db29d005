"""What somebody wrote, with who, when and where it stands: a quotation on a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cs_metrics.analysis.feedback.said.masking import masked
from pages._ui import door, formats

LONGEST = 320


def show(row: Mapping[str, Any], *, key: str, whole: bool = False) -> None:
    """Show one text: a row of `View.quotations` or `View.texts`; `whole`: however long it is."""
    said = str(row["text"])
    cut = said if whole or len(said) <= LONGEST else said[:LONGEST].rsplit(" ", 1)[0] + " …"
    with st.container(gap=None, key=f"quote_{key}"):
        st.markdown(formats.literal(cut))
        themes = [formats.literal(theme) for theme in row.get("themes", ())]
        st.caption(" · ".join(filter(None, [*_around(row), "about " + ", ".join(themes) if themes else ""])))


def _around(row: Mapping[str, Any]) -> list[str]:
    from pages._ui.texts.theme_parts import kind_name

    customer, score, times = row.get("customer_id"), row.get("score"), row.get("times")
    if isinstance(customer, str) and door.workspace().settings["mask_contacts"]:
        customer = masked(customer)
    place = "" if formats.is_missing(row["_row"]) else f", row {int(row['_row'])}"
    return [
        "" if formats.is_missing(customer) or customer is None else formats.literal(customer),
        formats.literal(kind_name(row["kind"])) + ("" if formats.is_missing(score) else f" {formats.number(score)}"),
        formats.day(row["said_at"]),
        "" if formats.is_missing(row["label"]) or row["label"] is None else str(row["label"]),
        f"written {int(times)} times" if times and int(times) > 1 else "",
        formats.literal(f"{row['_source']}{place}"),
    ]
