"""What of a sheet can be repaired by a rule: a group with its button, before and after; and what was repaired."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from cs_metrics.ingest.plan import Plan
from cs_metrics.ingest.repair.repairing import Group
from cs_metrics.ingest.sheetplan import SheetPlan
from pages._ui import door, download, formats, frames

Change = Callable[[Callable[[], Any]], None]
_IN_SENTENCE = 2


def show(sheet: SheetPlan, key: str, change: Change) -> None:
    """Show a sheet's groups: those that a click repairs, then those that are repaired and can be undone."""
    groups = [g for g in sheet.repairs if g.state != "read"]
    _read(sheet, key, change)
    if not groups:
        return
    again = [g for g in groups if g.state == "remembered"]
    if again:
        count = formats.plural(sum(g.count for g in again), "value")
        st.info(f"Repaired by itself, as in the last file of this shape: {count}.", icon=":material/history:")
    st.markdown("**Repairs**")
    for number, group in enumerate(groups):
        _group(sheet, group, f"{key}_{number}", change)
    changes = sheet.repairing.changes
    if len(changes):
        label = f"Values changed ({formats.count(len(changes))})"
        download.table(changes, key=f"changes_{key}", name=f"{sheet.file} changed", label=label, numbers=False)


def _read(sheet: SheetPlan, key: str, change: Change) -> None:
    """Show what reading makes by itself of texts, with the other way to read them where there is one."""
    read = [g for g in sheet.repairs if g.state == "read"]
    if not read:
        return
    label = f"How values were read ({len(read)})"
    with st.popover(label, type="tertiary", icon=":material/visibility:", key=f"read_{key}", width="content"):
        for number, group in enumerate(read):
            st.markdown(formats.literal(group.sentence))
            st.caption(formats.literal(f"{_in_words(group)}."))
            if group.other is not None:
                st.button(
                    group.other.label, key=f"other_{key}_{number}", icon=":material/swap_horiz:",
                    on_click=change, args=(lambda g=group: sheet.read_otherwise(g),),
                    help="The values are read anew at once; here you can also go back.",
                )  # fmt: skip


def across(plan: Plan, change: Change) -> None:
    """Show what the files spell in different ways: one click takes the spelling of one of them."""
    found = plan.repairs
    if found:
        st.subheader("What the files spell in different ways", anchor=False)
    for number, (sheet, group) in enumerate(found):
        _group(sheet, group, f"across_{number}", change, place=f"{sheet.raw.place}: ")


def columns(plan: Plan) -> set[str]:
    """Return the columns of which a repair of spellings is offered or made."""
    groups = [g for sheet in plan.sheets for g in sheet.repairs] + [g for _, g in plan.repairs]
    return {g.column for g in groups if g.repair["kind"] == "spelling"}


def _group(sheet: SheetPlan, group: Group, key: str, change: Change, place: str = "") -> None:
    offered = group.state == "offered"
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            mark = ":orange[:material/build:]" if offered else ":green[:material/check_circle:] Repaired."
            st.markdown(f"{mark} {formats.literal(place + group.sentence)}", width="stretch")
            with st.popover("Before and after", type="tertiary", width="content", key=f"look_{key}"):
                _examples(group)
            if offered:
                st.button(
                    "Repair", key=f"repair_{key}", icon=":material/build:",
                    on_click=change, args=(lambda: sheet.repair(group.repair),),
                )  # fmt: skip
            else:
                st.button(
                    "Undo", key=f"undo_{key}", type="tertiary", icon=":material/undo:",
                    on_click=change, args=(lambda: sheet.undo(group.repair),),
                )  # fmt: skip
        st.caption(formats.literal(f"{_in_words(group)}. {group.advice}".strip()))


def _in_words(group: Group) -> str:
    """Return the first values before and after: 'Row 2: gold → Gold; row 5: gold → Gold'."""
    first = group.examples[:_IN_SENTENCE]
    said = "; ".join(f"row {row}: {before} → {after or 'nothing'}" for row, before, after in first)
    return said[:1].upper() + said[1:]


def _examples(group: Group) -> None:
    rows = [{"Row": row, "In the file": b, "Becomes": a or "(nothing)"} for row, b, a in group.examples]
    frames.show(rows, width=420, alt="Values before and after the repair")
    if group.count > len(rows):
        st.caption(f"The first different ones of {formats.count(group.count)}.")


def made() -> None:
    """Show what repairs changed in the version that is looked at, and offer every change."""
    repairs = door.ask("repairs")
    if repairs.empty:
        return
    st.subheader("What repairs changed", anchor=False)
    shown = {
        "File": repairs["file"],
        "Table": repairs["table"],
        "Column": repairs["column"],
        "Rule": repairs["rule"],
        "Values changed": repairs["changed"],
    }
    counted = int((repairs["changed"] - repairs["kept"]).sum())
    if counted:
        shown["Kept one by one"] = repairs["kept"]
    frames.show(shown, alt="What repairs changed, by column and rule")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Each value with what stood in the file, its row, and the rule.", width="stretch")
        changes = door.ask("changes")
        label = f"Values changed ({formats.count(len(changes))})"
        download.table(changes, key="all_changes", name="values changed", label=label, numbers=False)
    if counted:
        many = formats.plural(counted, "changed value is", "changed values are")
        st.caption(
            f"{many} counted and not kept one by one: the file as it came still has what stood there. To keep more, "
            "raise 'Changes kept' in the Settings before the file is loaded."
        )
