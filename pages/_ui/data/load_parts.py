"""The Load view of the Data page: drop files, see what each sheet becomes, publish."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cs_metrics.errors import CancelledError
from cs_metrics.ingest.plan import Plan
from cs_metrics.ingest.sheet import RawSheet
from cs_metrics.reports import template
from pages._ui import door, download, errors, formats, state
from pages._ui.data import arrivals, drift_parts, large_parts, repair_parts, sheet_parts
from pages._ui.people import naming
from pages._ui.serving import jobs

TWICE = "_arrived_twice"


def own_workspace() -> None:
    """Say that the sample stays as it is, and offer a workspace of one's own."""
    with st.container(border=True, gap="small"):
        st.markdown("**This is the sample company.** Your own files go into a workspace of their own, beside it.")
        with st.form("own_workspace", border=False):
            name = st.text_input("Name of your workspace", placeholder="Acme", max_chars=60, width=320)
            made = st.form_submit_button("Create it and load files", type="primary", icon=":material/add:")
        if made:
            with errors.shown():
                naming.begin(name)
        st.download_button(
            "Blank template", template.template_workbook, file_name="cs-metrics-template.xlsx", mime=download.XLSX,
            icon=":material/table_view:", type="tertiary", on_click="ignore", key="template",
        )  # fmt: skip


def steps(published: bool) -> None:
    """Show the three steps to the first chart, and which of them are done."""
    mapping = bool(state.get("draft"))
    published = published and not mapping
    reached = 3 if published else 2 if mapping else 1
    names = ("Drop your files", "Check what they become", "Publish and explore")
    with st.container(horizontal=True, gap="medium", key="steps"):
        for number, name in enumerate(names, start=1):
            done = number < reached or published
            icon = ":material/check_circle:" if done else f":material/counter_{number}:"
            st.markdown(f"{icon} **{name}**" if number == reached else f":gray[{icon} {name}]", width="content")


def drop() -> None:
    """Show where files are dropped; files that arrive become (part of) a mapping in progress."""
    st.session_state.setdefault("drop_round", 0)
    key = f"drop_{st.session_state['drop_round']}"
    st.file_uploader(
        "Drop your files here: CSV, Excel, OpenDocument, Parquet or JSON, also zipped, several at once, in any order",
        type=arrivals.KINDS, accept_multiple_files=True, key=key, on_change=_arrived, args=(key,),
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("Nothing is loaded before you have seen what becomes of it.", width="stretch")
        st.download_button(
            "Blank template", template.template_workbook, file_name="cs-metrics-template.xlsx", mime=download.XLSX,
            icon=":material/table_view:", type="tertiary", on_click="ignore", key="template",
            help="A workbook with a sheet for each table, which explains every column. Fill in what you have.",
        )  # fmt: skip
    large_parts.show(_came)
    for line in st.session_state.get(TWICE, []):
        st.info(formats.literal(line), icon=":material/content_copy:")


def _arrived(key: str) -> None:
    files = st.session_state[key]
    if not files:
        return
    workspace, draft = door.workspace(), state.get("draft")
    sent = [workspace.keep_upload(file.name, file.getvalue()) for file in files]
    kept, fresh = arrivals.join(workspace, draft, sent)
    twice = []
    for file, sha, new in zip(files, sent, fresh, strict=True):
        if new:
            twice += [f"{file.name}: {line}" for line in _loaded_before(sha)]
        else:
            twice.append(f"{file.name} is here already, with the same content: it is loaded once.")
    st.session_state[TWICE] = twice
    # a new uploader: the old one would hold the files a second time
    st.session_state["drop_round"] += 1
    if any(fresh):
        _go_on(kept)


def _came(draft: str, sha: str) -> None:
    """A large file has arrived, and has joined a mapping in progress."""
    name = door.workspace().upload(sha).name
    st.session_state[TWICE] = [f"{name}: {line}" for line in _loaded_before(sha)]
    _go_on(draft)


def _go_on(draft: str) -> None:
    jobs.forget(_reading(draft))
    state.update(draft=draft)


def _loaded_before(sha: str) -> list[str]:
    version = door.version_or_none()
    if version is None:
        return []
    sources = version.sources()
    found = sources[sources["sha256"] == sha]
    if found.empty:
        return []
    when = formats.instant(found["loaded_at"].iloc[0])
    return [f"this very file was loaded before ({when}). Adding it again skips it; replacing takes it anew."]


def _reading(draft: str) -> str:
    return f"read:{door.workspace().path}:{draft}"


def plan_in_progress() -> Plan | None:
    """Return the plan of the mapping in progress that the URL names, reading its files where that is still to do."""
    draft = state.get("draft")
    content = arrivals.content(door.workspace(), draft)
    if content is None:
        _offer_drafts()
        return None
    workspace = door.workspace()
    key = _reading(draft)
    job = jobs.find(key)
    if job is None:
        job = jobs.start(key, lambda job: _read(workspace, content, job))
    if not job.done:
        jobs.wait(job, "reading")
    if job.error is not None:
        if jobs.was_cancelled(job):
            throw_away()
            st.rerun()
        errors.show(job.error)
        st.button("Start over", on_click=throw_away)
        st.stop()
    return job.result


def _read(workspace: Any, content: dict[str, Any], job: jobs.Job) -> Plan:
    paths = [workspace.upload(sha) for sha in content["uploads"]]

    sizes = [path.stat().st_size for path in paths]

    def progress(step: Any) -> None:
        rows = f", {step.rows:,} rows" if step.rows else ""
        read, of, size = step.number - 1, step.of, ""
        if step.of == len(sizes):  # the files of an archive have no size of their own here
            read, of = sum(sizes[: step.number - 1]) + int(step.share * sizes[step.number - 1]), sum(sizes)
            size = f", {formats.size(read)} of {formats.size(of)} read"
        job.report(read / max(1, of), f"Reading {step.file} ({step.number} of {step.of}{size}){rows} …")

    job.report(0, "Reading …")
    plan = workspace.read(paths, progress=progress, cancelled=job.cancelled)
    if content["choices"]:
        plan.restore(content["choices"])

    def watch(raw: RawSheet, rows: int) -> None:
        if job.cancelled():
            raise CancelledError("Reading was cancelled; nothing was stored.")
        job.report(rows / max(1, raw.rows), f"Looking at {raw.place}, {rows:,} of {raw.rows:,} rows …")

    plan.watch = watch
    for sheet in plan.sheets:
        watch(sheet.raw, 0)
        _ = sheet.counts
    plan.watch = lambda raw, rows: None
    return plan


def _offer_drafts() -> None:
    drafts = door.workspace().drafts()
    if not drafts:
        return
    with st.container(border=True, gap="small"):
        st.markdown("**Mappings in progress**")
        for draft in drafts[:5]:
            with st.container(horizontal=True, vertical_alignment="center"):
                count = formats.plural(len(draft["content"]["uploads"]), "file")
                st.markdown(f"{count}, last changed {formats.instant(draft['updated_at'])}", width="stretch")
                st.button(
                    "Go on", key=f"go_on_{draft['draft']}", on_click=state.update, kwargs={"draft": draft["draft"]}
                )
                st.button(
                    "Throw away", key=f"drop_draft_{draft['draft']}", type="tertiary",
                    on_click=door.workspace().delete_draft, args=(draft["draft"],),
                )  # fmt: skip


def keep(plan: Plan) -> None:
    """Keep the choices made so far, so that a reload finds them."""
    draft = state.get("draft")
    content = arrivals.content(door.workspace(), draft)
    if content is not None:
        door.workspace().save_draft({**content, "choices": plan.to_json()}, draft)


def throw_away() -> None:
    """Throw the mapping in progress away. What is published stays."""
    draft = state.get("draft")
    forget(draft)
    state.update(draft=None)


def forget(draft: str) -> None:
    """Throw a mapping in progress away, with what was read for it."""
    jobs.forget(_reading(draft))
    door.workspace().delete_draft(draft)
    st.session_state.pop(TWICE, None)


def review(plan: Plan) -> None:
    """Show what every sheet becomes, what only a person can say, and what is wrong."""
    for failure in plan.failures:
        st.error(formats.literal(failure.error), icon=":material/error:")
    if not plan.sheets:
        st.button("Start over", on_click=throw_away)
        return
    drift_parts.show(plan, keep)
    sheet_parts.show(plan, keep)
    # what a repair mends is offered as one
    mended = repair_parts.columns(plan)
    found = [p for p in plan.contradictions if p.kind != "near match" or p.column not in mended]
    if found:
        st.subheader("Where the files contradict themselves or each other", anchor=False)
        for problem in found:
            sheet_parts.problem(problem, with_place=True)
