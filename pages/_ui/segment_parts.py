"""The parts of the Segments page."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics import kpis
from cs_metrics.errors import CSMetricsError
from pages._ui import answer, door, download, empty, errors, formats, frames, leave, shell, state, tile, where
from pages._ui.filter_bar import Asked
from pages._ui.undoing import Undoing

UNDOING = Undoing("segment")
EDITED = "edit"
SIDES = ("segment", "others")


def save(draft: where.Where) -> None:
    """Offer to save the filter that is built, under a new name or in place of the one being changed."""
    if not leave.given("save_segment", "save segments"):
        return
    edited = next((s for s in door.segments() if s["segment"] == state.get(EDITED)), None)
    with st.form("save_segment", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Name", value=edited["name"] if edited else "", max_chars=80, width=280)
        label = "Save changes" if edited else "Save segment"
        pressed = st.form_submit_button(label, type="primary", icon=":material/save:", disabled=not draft)
    if pressed:
        try:
            kept = door.workspace().save_segment(name, draft, edited["segment"] if edited else None)
        except CSMetricsError as error:
            errors.show(error)
        else:
            state.update(**{EDITED: kept})
            st.toast(f"Saved '{formats.literal(name)}'.", icon=":material/check:")
            st.rerun()


def listing() -> None:
    """Show the saved segments, each with what it says and what can be done with it."""
    saved = door.segments()
    if not saved:
        more = " Build a filter, give it a name, and use it on every page." if door.may("save_segment") else ""
        st.caption(f"None yet.{more}")
    for segment in saved:
        key = segment["segment"]
        with st.container(border=True, gap="xsmall", key=f"segment_{key}"):
            st.markdown(f"**{formats.literal(segment['name'])}**")
            st.caption(formats.literal(where.sentence(segment["where"]) or "everyone"))
            with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
                shell.link("overview", "Use", icon=":material/arrow_forward:", seg=key)
                if not door.may("save_segment"):
                    st.button(
                        "Compare", icon=":material/compare_arrows:", type="tertiary", key=f"compare_{key}",
                        on_click=state.update, kwargs={"draft": segment["where"]},
                    )  # fmt: skip
                    continue
                st.button(
                    "Change", icon=":material/edit:", type="tertiary", key=f"edit_{key}",
                    on_click=state.update, kwargs={"draft": segment["where"], EDITED: key},
                )  # fmt: skip
                with st.popover("Rename", icon=":material/label:", type="tertiary", key=f"rename_{key}"):
                    _rename(segment)
                st.button(
                    "Delete", icon=":material/delete:", type="tertiary", key=f"delete_{key}",
                    on_click=_delete, args=(segment,),
                )  # fmt: skip


def size(draft: where.Where, asked: Asked) -> None:
    """Say whom the segment holds: its filter in words, and how many customers fit it and how many do not."""
    said = formats.literal(where.sentence(draft))
    counts = door.size(draft, asked.where)
    if counts is None:
        st.markdown(f":material/groups: {said}")
        st.caption("It is about rows, not only about customers: each KPI's n says how many it holds.")
        return
    inside = formats.plural(counts["inside"], "customer")
    st.markdown(f":material/groups: **{inside}**, everyone else: {formats.count(counts['outside'])}")
    st.caption(f"Customers where {said}, as they are today.")


def comparison(draft: where.Where, asked: Asked) -> None:
    """Show the KPIs of the segment beside those of everyone else, under the page's other filters."""
    needs, areas = door.needs(), door.focus_areas()
    listed = dict.fromkeys(k for ids in areas.values() for k in ids)
    # what only divides a whole has no one value to compare
    ids = [i for i in listed if not needs.get(i) and not answer.divides(door.kpi(i))]
    inside, outside = (
        answer.by_id(
            door.compute(ids, replace(asked.whole, where=json.dumps(where.both(asked.where, w), sort_keys=True)))
        )
        for w in (draft, where.others(draft))
    )
    rows = [_compared(door.kpi(i), inside[i], outside[i]) for i in ids if i in inside and i in outside]
    if not rows:
        empty.nothing("No KPI can be computed.", "The data or the filters leave nothing.")
        return
    frame = pd.DataFrame(rows)
    frames.show(frame, height="content", alt="KPIs of the segment and of everyone else")
    st.caption("'Could be chance': the two 95 % intervals overlap. 'Beyond chance': they do not.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        both = [i for i in ids if i in inside and i in outside]
        numbers = pd.DataFrame([_numbers(door.kpi(i), inside[i], outside[i]) for i in both])
        download.table(
            numbers, key="comparison", name="segment against everyone else",
            units={f"{side}_{end}": list(numbers["unit"]) for side in SIDES for end in ("value", "low", "high")},
        )  # fmt: skip


def _numbers(kpi: Any, inside: dict[str, Any], outside: dict[str, Any]) -> dict[str, Any]:
    """Return the two sides of a KPI as they are computed, for a file."""
    both = {
        f"{side}_{name}": result[name]
        for side, result in zip(SIDES, (inside, outside), strict=True)
        for name in ("value", "low", "high", "numerator", "denominator", "n")
    }
    return {"kpi": kpi.id, "name": kpi.name, "unit": kpi.unit, **both, "overlap": kpis.overlap(inside, outside)}


def _compared(kpi: Any, inside: dict[str, Any], outside: dict[str, Any]) -> dict[str, str]:
    settings = door.settings()
    unit, currency = kpi.unit, settings["currency"]
    change = formats.change(inside["value"], outside["value"], unit, currency)
    word = tile.verdict(change[0], kpi.better)[1] if change else ""
    small = min(door.whole(inside["n"]) or 0, door.whole(outside["n"]) or 0) < settings["minimum_n"]
    overlap = kpis.overlap(inside, outside)
    chance = {True: "could be chance", False: "beyond chance", None: formats.NOTHING}[overlap]
    return {
        "KPI": kpi.name,
        "Segment": formats.value(inside["value"], unit, currency),
        "n": formats.count(inside["n"]),
        "Everyone else": formats.value(outside["value"], unit, currency),
        "n (others)": formats.count(outside["n"]),
        "Difference": change[1] if change else formats.NOTHING,
        "Reading": f"{word}, few counted" if small and word else word,
        "Chance": chance if change else formats.NOTHING,
        "Note": " ".join(dict.fromkeys(n for n in (inside["note"], outside["note"]) if n)),
    }


def _rename(segment: dict[str, Any]) -> None:
    key = f"name_{segment['segment']}"
    with st.form(f"form_{key}", border=False):
        name = st.text_input("New name", value=segment["name"], max_chars=80, key=key)
        pressed = st.form_submit_button("Rename")
    if pressed:
        with errors.shown():
            door.workspace().save_segment(name, segment["where"], segment["segment"])
            st.rerun()


def _delete(segment: dict[str, Any]) -> None:
    key = segment["segment"]
    UNDOING.do(
        lambda: door.workspace().delete_segment(key), f"'{segment['name']}' was deleted.",
        lambda _: door.workspace().restore_segment(key),
    )  # fmt: skip
    gone = {name: None for name in ("seg", EDITED) if state.get(name) == key}
    if gone:
        state.update(**gone)
