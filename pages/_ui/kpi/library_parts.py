"""The parts of the KPI library: what is computable, what is looked for, and the KPIs found, each with its value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui import answer, door, download, formats, shell, state
from pages._ui.filter_bar import Asked
from pages._ui.kpi import kpi_texts

KINDS = {"": "Leading and lagging", "leading": "Leading", "lagging": "Lagging"}
HAVE = {"": "Computable or not", "yes": "Computable", "no": "Not computable"}


def choose() -> list[Mapping[str, Any]]:
    """Show the search and the filters; return the entries of `View.kpis` that they leave, in their order."""
    entries = door.ask("kpis").to_dict("records")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="library_search"):
        st.text_input(
            "Search", placeholder="Any name: NRR, logo churn, time to value …", icon=":material/search:", width=300,
            **state.bind("q"),
        )  # fmt: skip
        _select("Category", "category", {"": "Every category", **_values(entries, "category")}, 190)
        narrowed = sum(bool(state.get(name)) for name in ("stage", "lead", "have"))
        with st.popover(f"More · {narrowed}" if narrowed else "More", icon=":material/tune:", width="content"):
            _select("Stage", "stage", {"": "Every stage", **_values(entries, "stage")}, 240)
            _select("Kind", "lead", KINDS, 240)
            _select("In your data", "have", HAVE, 240)
    wanted = {
        "category": state.get("category"),
        "stage": state.get("stage"),
        "leading": {"leading": True, "lagging": False}.get(state.get("lead")),
        "computable": {"yes": True, "no": False}.get(state.get("have")),
    }
    kept = [e for e in entries if all(value in ("", None) or e[name] == value for name, value in wanted.items())]
    text = state.get("q").strip()
    if not text:
        return kept
    by_id = {entry["id"]: entry for entry in kept}
    return [by_id[found] for found in door.search(text) if found in by_id]


def _values(entries: Sequence[Mapping[str, Any]], name: str) -> dict[str, str]:
    found = dict.fromkeys(str(entry[name]) for entry in entries if entry[name])
    return {value: value[0].upper() + value[1:] for value in found}


def _select(label: str, name: str, options: Mapping[str, str], width: int) -> None:
    chosen = state.get(name)
    st.selectbox(
        label, list(options), format_func=options.get, width=width,
        **state.bind(name, value=chosen if chosen in options else ""),
    )  # fmt: skip


def values(entries: Sequence[Mapping[str, Any]], asked: Asked) -> dict[str, Mapping[str, Any]]:
    """Return the value of each computable KPI over the whole range asked for, by its id."""
    return answer.by_id(door.compute([e["id"] for e in entries if e["computable"]], asked.whole))


def listing(entries: Sequence[Mapping[str, Any]], values: Mapping[str, Mapping[str, Any]], asked: Asked) -> None:
    """Show the KPIs by category, each with its definition and its value; offer them as a table."""
    if not entries:
        with st.container(border=True):
            st.markdown(":material/search_off: **No KPI fits.** Search by another name, or clear a filter.")
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(f"{formats.plural(len(entries), 'KPI')}, {asked.span}")
        with st.container(horizontal=True, width="content", gap="xsmall", vertical_alignment="center"):
            if door.may("save_own_kpi"):
                shell.link("own", "Make your own", icon=":material/calculate:")
            download.table(lambda: table(entries, values), key="library", name="KPI library")
    # what the data tell comes first
    entries = sorted(entries, key=lambda e: not e["computable"]) if not state.get("q").strip() else entries
    for category in dict.fromkeys(e["category"] for e in entries):
        st.subheader(category, anchor=False)
        for entry in entries:
            if entry["category"] == category:
                _entry(entry, values.get(entry["id"]))


def _entry(entry: Mapping[str, Any], row: Mapping[str, Any] | None) -> None:
    kpi = door.kpi(entry["id"])
    with st.container(border=True, horizontal=True, gap="small", key=f"tile_{kpi.id}"):
        with st.container(width=200, gap="xsmall"):
            shell.link("kpi", f"**{kpi.name}**", id=kpi.id)
            st.markdown(_figure(kpi, row, entry["needs"]))
        with st.container(width="stretch", gap="xsmall"):
            st.markdown(formats.prose(kpi.doc.definition))
            st.caption(" · ".join(_marks(kpi)))


def _figure(kpi: Any, row: Mapping[str, Any] | None, needs: Sequence[str]) -> str:
    if row is None:
        return f":gray[:material/block: needs {', '.join(f'`{n}`' for n in needs)}]"
    if formats.is_missing(row["value"]):
        return f":gray[No value: {formats.literal(row['note']) or 'nothing to count.'}]"
    settings = door.settings()
    text = formats.value(row["value"], kpi.unit, settings["currency"], short=True)
    small = row["n"] < settings["minimum_n"]
    open_ = " :material/hourglass_top: not over" if not row["complete"] else ""
    part = "" if answer.is_whole(row["item"]) else f"{formats.literal(formats.item(kpi, row['item']))} "
    return f"{part}{f':gray[{text}]' if small else f'**{text}**'} :gray[n {formats.count(row['n'])}{open_}]"


def _marks(kpi: Any) -> list[str]:
    """Return what a KPI is among the others: its other names, stage, kind, cadence, which way is better."""
    marks = [f"also {', '.join(kpi.also)}"] if kpi.also else []
    marks += [kpi.stage] if kpi.stage else []
    marks += ["leading" if kpi.leading else "lagging", f"{kpi.cadence}, {kpi.audience}"]
    return [*marks, *([f"{kpi.better} is better"] if kpi.better != "neither" else [])]


def table(entries: Sequence[Mapping[str, Any]], values: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Return the KPIs as a table: values with all that belongs to them, places, and every attribute of the text."""
    rows = []
    for entry in entries:
        kpi, row = door.kpi(entry["id"]), values.get(entry["id"], {})
        told = {name: entry[name] for name in ("id", "name", "category", "area", "stage", "cadence", "audience")}
        told |= {"kind": "leading" if kpi.leading else "lagging", "unit": kpi.unit, "better": kpi.better}
        found = {name: row.get(name) for name in ("value", "numerator", "denominator", "n", "low", "high", "complete")}
        rest = {"note": row.get("note"), "needs": ", ".join(entry["needs"]), "also": ", ".join(kpi.also)}
        rows.append({**told, **found, **rest, **kpi_texts.texts(kpi)})
    return pd.DataFrame(rows)
