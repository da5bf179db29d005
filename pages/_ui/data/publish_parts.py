"""The end of the Load view: how the files are added, what that would change, and the publishing itself."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cs_metrics.ingest.plan import Plan
from pages._ui import door, errors, formats, shell, state
from pages._ui.data import history_parts, load_parts, preview_parts
from pages._ui.feedback import feedback_parts
from pages._ui.serving import jobs

MODES = {
    "append": "Add to what is loaded",
    "replace": "Replace these tables",
    "upsert": "Update by key, add the rest",
}
ABOUT_MODES = {
    "append": "Rows are added. A newer row of the same customer, user or ticket takes the earlier one's place; "
    "a sheet that is loaded already is skipped.",
    "replace": "The tables that these files feed are emptied first; the others stay as they are.",
    "upsert": "A row whose key is there already takes its place; the others are added.",
}


def publish(plan: Plan) -> None:
    """Show what would be published, and do it: all or nothing."""
    if not plan.sheets:
        return
    st.subheader("Publish", anchor=False)
    key = f"publish:{door.workspace().path}:{state.get('draft')}"
    job = jobs.find(key)
    if job is not None and not job.done:
        jobs.wait(job, "publishing")
    if job is not None and job.done:
        jobs.forget(key)
        if job.error is None:
            _published(job.result)
            return
        if not jobs.was_cancelled(job):
            errors.show(job.error)
    waiting = [f"{sheet.raw.place}: {question.text}" for sheet, question in plan.questions]
    waiting += [sheet.error for sheet in plan.sheets if sheet.error]
    loaded = [sheet for sheet in plan.sheets if not sheet.skipped]
    with st.container(border=True, gap="small"):
        mode, keys = "append", {}
        if door.latest_number() is not None:
            mode = st.radio("How", list(MODES), format_func=MODES.get, horizontal=True, key="publish_mode")
            st.caption(ABOUT_MODES[mode])
            if loaded and not waiting:
                keys = preview_parts.keys(plan) if mode == "upsert" else {}
                preview_parts.show(plan, mode, keys)
        note = st.text_input(
            "Note", placeholder="What is new, for those who look at the versions later", key="publish_note"
        )
        if waiting:
            st.warning(
                "Still open:\n" + "\n".join(f"- {formats.literal(line)}" for line in waiting), icon=":material/help:"
            )
        with st.container(horizontal=True):
            rows = sum(one.counts.loaded for sheet in loaded for one in sheet.applied)
            label = "Publish" if waiting or not loaded else f"Publish {formats.plural(rows, 'row')}"
            pressed = st.button(label, type="primary", icon=":material/publish:", disabled=bool(waiting) or not loaded)
            st.button("Throw away", type="tertiary", on_click=load_parts.throw_away)
        if not loaded:
            st.caption("Every sheet is left out: say for at least one which table it is.")
    if pressed:
        preview_parts.stop()
        workspace = door.workspace()
        jobs.start(
            key,
            lambda job: workspace.publish(
                plan, mode, note=note, keys=keys, progress=job.report, cancelled=job.cancelled
            ),
        )
        st.rerun()


def _published(version: Any) -> None:
    load_parts.forget(state.get("draft"))
    st.session_state["just_published"] = version.number
    state.update(draft=None, v=str(version.number))
    st.rerun()


def success() -> None:
    """Say once that a version was published, and where to go from here."""
    number = st.session_state.pop("just_published", None)
    if number is None:
        return
    with st.container(border=True, gap="small"):
        st.markdown(f":material/check_circle: **Version {number} is published.** Look at it:")
        with st.container(horizontal=True, gap="small"):
            shell.link("overview", "Overview", icon=":material/dashboard:")
            shell.link("cohorts", "Cohorts", icon=":material/grid_on:")
            if _tells("mrr"):
                shell.link("revenue", "Revenue", icon=":material/payments:")
            if any(_tells(kpi) for _, kpi in feedback_parts.SURVEYS.values()):
                shell.link("feedback", "Feedback", icon=":material/forum:")
            shell.link("segments", "Segments", icon=":material/groups:")
            earlier = [n for n in door.workspace().numbers() if n < number]
            if earlier and door.may("restore"):
                st.button(
                    f"Back to version {earlier[-1]}", type="tertiary", icon=":material/undo:", key="undo_publish",
                    on_click=history_parts.back_to, args=(earlier[-1],),
                )  # fmt: skip


def _tells(kpi: str) -> bool:
    return not door.needs().get(kpi)
