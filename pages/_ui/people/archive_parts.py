"""A whole workspace as one file: made and fetched on the Settings page, taken in from the menu of workspaces."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import streamlit as st

from cs_metrics.errors import CSMetricsError, NotAllowedError
from cs_metrics.workspace.publish.uploads import safe_name
from pages._ui import door, download, errors, formats, leave, state
from pages._ui.people import naming, workspaces
from pages._ui.serving import export_route, jobs

TOKEN = "_export_token"
MB = 1_000_000


def export() -> None:
    """Offer the workspace as a zip that another installation takes in: written to disk first, then fetched."""
    st.subheader("This workspace as a file", anchor=False)
    if not leave.given("export", "take a whole workspace along as a file"):
        return
    st.caption(
        "Everything as one zip that another installation takes in: the files as they came, every published version, "
        "and all that was set, named and noted here. People and links stay, for they open doors here alone. Whoever "
        "holds the file can read all of it."
    )
    key = f"export_{workspaces.label(state.workspace())}"
    job = jobs.find(key)
    if job is not None and not job.done:
        jobs.beside(job, key)
        return
    if job is not None:
        jobs.forget(key)
        st.session_state.pop(TOKEN, None)
        if job.error is not None:
            errors.show(job.error)
        else:
            st.session_state[TOKEN] = (state.workspace(), export_route.issue(door.workspace(), job.result))
    _fetch()
    st.button("Make the file", icon=":material/folder_zip:", key="make_export", on_click=_start, args=(key,))


def _start(key: str) -> None:
    workspace = door.workspace()
    if not workspace.may("export"):  # the role went while the page was open; it now says so
        return
    path = export_route.place(f"{workspace.name}.zip")

    def work(job: jobs.Job) -> Path:
        job.report(0.1, "Writing the file; the workspace can be used meanwhile …")
        try:
            workspace.export(path)
        except BaseException:
            shutil.rmtree(path.parent, ignore_errors=True)
            raise
        return path

    st.session_state.pop(TOKEN, None)
    jobs.start(key, work)


def _fetch() -> None:
    """Offer the file that was made, while it is there."""
    of, token = st.session_state.get(TOKEN, ("", ""))
    found = export_route.held(token) if of == state.workspace() else None
    if found is None:
        return
    size = formats.size(found.path.stat().st_size)
    label = f"Download {found.path.name} ({size})"
    if export_route.served:
        st.link_button(formats.literal(label), export_route.address(token), icon=":material/download:", type="primary")
    else:
        st.download_button(
            formats.literal(label), download.later(lambda: _content(token)), file_name=found.path.name,
            mime="application/zip", on_click="ignore", key="fetch_export", icon=":material/download:",
        )  # fmt: skip
    st.caption("It is there for an hour.")


def _content(token: str) -> bytes:
    """Return the file, where this server has no route for it; only to who may still export."""
    found = export_route.held(token)
    if found is None or not door.may("export"):
        raise NotAllowedError(export_route.GONE)
    return found.path.read_bytes()


def take_in() -> str | None:
    """Offer to take in a workspace that another installation wrote; return its name once it is there."""
    most = st.get_option("server.maxUploadSize")
    with st.expander("Import a workspace", icon=":material/folder_zip:"), st.form("import_workspace", border=False):
        sent = st.file_uploader(
            "The zip that an export wrote", type="zip", key="import_file",
            help=f"Up to {formats.number(most, 0)} MB. A larger one: python -m cs_metrics import FILE, on the server.",
        )  # fmt: skip
        name = st.text_input("Name here", placeholder="As it was called", max_chars=60, key="import_name")
        pressed = st.form_submit_button("Import", icon=":material/upload_file:")
    if not pressed:
        return None
    if sent is None:
        st.error("Choose the zip first: Settings, 'This workspace as a file', makes one.", icon=":material/error:")
        return None
    try:
        with st.spinner("Verifying all of it before anything appears …"):
            return _taken(sent, " ".join(name.split()) or None)
    except CSMetricsError as error:
        errors.show(error)
        return None


def _taken(sent: Any, name: str | None) -> str:
    with tempfile.TemporaryDirectory(prefix="cs-metrics-import-") as folder:
        path = Path(folder) / safe_name(sent.name)
        with open(path, "wb") as file:
            shutil.copyfileobj(sent, file, MB)
        made = workspaces.take_in(path, name)
        naming.note(name or "", made)
        return made
