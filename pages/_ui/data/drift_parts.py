"""What changed in a file since the last one like it, with the choice to take a rename for one or not."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cs_metrics.errors import CSMetricsError
from cs_metrics.ingest.drift import Change
from cs_metrics.ingest.plan import Plan
from cs_metrics.ingest.sheetplan import SheetPlan
from pages._ui import formats

ICONS = {
    "renamed": ":material/edit:",
    "new": ":material/add:",
    "gone": ":material/remove:",
    "values": ":material/new_label:",
    "writing": ":material/calendar_month:",
    "scale": ":material/straighten:",
    "type": ":material/warning:",
}
# more changes of one kind than that are told in one line
MOST = 8
Keep = Callable[[Plan], None]


def show(plan: Plan, keep: Keep) -> None:
    """Show, for each sheet that is mapped as an earlier one was, what is not as it was then."""
    for index, sheet in enumerate(plan.sheets):
        if sheet.recalled is not None and not sheet.skipped and sheet.recalled.changes:
            _report(plan, sheet, index, keep)


def _report(plan: Plan, sheet: SheetPlan, index: int, keep: Keep) -> None:
    assert sheet.recalled is not None
    before = sheet.recalled.drift.before
    since = formats.literal("the last one of this shape" if before == sheet.file else before)
    with st.container(border=True, gap="xsmall", key=f"drift_{index}"):
        st.markdown(f":material/difference: **{formats.literal(sheet.file)}** is not quite like **{since}**")
        st.caption("What still fits of that mapping is applied. This is what changed:")
        for kind in ICONS:
            changes = [change for change in sheet.recalled.changes if change.kind == kind]
            if len(changes) > MOST and kind in ("new", "gone"):
                names = ", ".join(f"`{change.column}`" for change in changes)
                st.markdown(f"{ICONS[kind]} {len(changes)} {kind} columns: {formats.prose(names)}")
                continue
            for change in changes:
                if kind == "renamed":
                    _rename(plan, sheet, change, index, keep)
                else:
                    st.markdown(_line(sheet, change))


def _line(sheet: SheetPlan, change: Change) -> str:
    more = change.evidence
    if change.kind == "scale":
        more += "; if the unit is another one, say 'An amount in cents, or another unit' at the column"
    if change.kind == "new":
        view = next(c for c in sheet.columns if c.name == change.column)
        more = f"it feeds {' and '.join(view.targets)}" if view.targets else "kept under its own name"
        more = more if view.targets or view.attribute else "left out"
    text = change.sentence[:1].upper() + change.sentence[1:]
    return f"{ICONS[change.kind]} {formats.prose(text)}" + (f" :gray[({formats.literal(more)})]" if more else "")


def _rename(plan: Plan, sheet: SheetPlan, change: Change, index: int, keep: Keep) -> None:
    assert sheet.recalled is not None
    key = f"rename_{index}_{change.was}"
    st.session_state[key] = change.was in sheet.recalled.accepted

    def chosen() -> None:
        try:
            sheet.accept_rename(change.was, st.session_state[key])
        except CSMetricsError as error:
            st.session_state["plan_error"] = str(error)
        else:
            keep(plan)

    view = next(c for c in sheet.columns if c.name == change.column)
    kept = sheet.recalled.names.get(change.column) if view.attribute else None
    more = f"{change.evidence}; its values go on under `{kept}`" if kept else change.evidence
    st.checkbox(
        f"{formats.prose(change.sentence)} :gray[({formats.prose(more)})]", key=key, on_change=chosen,
        help="Clear it where these are two different columns.",
    )  # fmt: skip
