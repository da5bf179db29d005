"""The Data page's views of what is published: files and rows, contradictions, what can be computed, versions."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from pages._ui import coverage, door, download, errors, formats, frames, shell, state
from pages._ui.data import history_parts, repair_parts

NAMES = {"files": "What is loaded", "who": "Who is who", "coverage": "What it makes computable", "versions": "Versions"}
MODES = {
    "append": "rows added",
    "replace": "tables replaced",
    "upsert": "updated by key",
    "match": "customers matched",
}


def files() -> None:
    """Show the sheets that were loaded with the account of their rows, the tables, the contradictions."""
    view = door.view()
    sources = door.ask("sources")
    shown = pd.DataFrame(
        {
            "File": sources["name"],
            "Table": sources["table"],
            "Rows in the file": sources["rows"],
            "Loaded": sources["loaded"],
            "Rejected": sources["rejected"],
            "Set aside": sources["set_aside"],
            "When": [formats.instant(when) for when in sources["loaded_at"]],
        }
    )
    frames.show(shown, alt="The files that were loaded")
    aside = door.ask("set_aside")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Rows in the file = loaded + rejected + set aside, always.", width="stretch")
        download.table(sources, key="all_sources", name="files loaded", numbers=False)
        if len(aside):
            label = f"Rows not loaded ({formats.count(len(aside))})"
            download.table(aside, key="all_aside", name="rows not loaded", label=label, numbers=False)
    history_parts.show()
    with errors.shown():
        _conflicts()
    repair_parts.made()
    st.subheader("Tables", anchor=False)
    rows = [
        {
            "Table": name,
            "Rows": about["rows"],
            "Columns": ", ".join(about["columns"]),
            "Own attributes": ", ".join(about["attributes"]),
        }
        for name, about in view.tables().items()
        if about["rows"]
    ]
    frames.show(rows, alt="The tables with their rows and columns")
    download.table(pd.DataFrame(rows), key="all_tables", name="tables", numbers=False)


def _conflicts() -> None:
    found = door.ask("conflicts")
    if found.empty:
        return
    st.subheader("Where the data contradict themselves", anchor=False)
    for row in found.to_dict("records"):
        st.markdown(f":orange[:material/warning:] {formats.literal(row['sentence'])}")


def computable() -> None:
    """Show which KPIs can be computed, and what each of the others lacks."""
    coverage.show()
    kpis = door.ask("kpis")
    shown = pd.DataFrame(
        {
            "KPI": kpis["name"],
            "Area": kpis["category"],
            "Computable": ["yes" if yes else "no" for yes in kpis["computable"]],
            "Needs": [", ".join(needs) for needs in kpis["needs"]],
        }
    )
    frames.show(shown, alt="The KPIs, and what each lacks")
    download.table(shown, key="all_needs", name="KPIs and what each lacks", numbers=False)


def versions() -> None:
    """Show the versions; any of them can be looked at, or made the newest again."""
    listing = door.workspace().versions()
    if listing.empty:
        st.caption("No version yet.")
        return
    current = door.view().number
    for row in listing.to_dict("records"):
        number = int(row["number"])
        with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
            with st.container(width="stretch", gap="xsmall"):
                mark = " :green-badge[shown]" if number == current else ""
                st.markdown(f"**Version {number}**, {formats.instant(row['created_at'])}{mark}")
                st.caption(_about(row))
            if number != current:
                shell.link("data", "Look at it", v=str(number), view="files")
            older = number != int(listing["number"].max())
            if older and state.workspace() != "sample" and door.may("restore"):
                st.button("Make it the newest", key=f"restore_{number}", on_click=history_parts.back_to, args=(number,))


def _about(row: dict[str, Any]) -> str:
    parts = [formats.plural(int(row["rows"]), "row"), f"data to {formats.last_day(row['as_of'])}"]
    if not formats.is_missing(row.get("restored_from")):
        parts.append(f"restored from version {int(row['restored_from'])}")
    elif row.get("mode"):
        parts.append(MODES.get(row["mode"], ""))
    if row.get("note"):
        parts.append(formats.literal(row["note"]))
    return " · ".join(p for p in parts if p)
