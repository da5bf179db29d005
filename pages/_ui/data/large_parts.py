"""A file too large for the browser's uploader: sent in a stream to the app's own route, or loaded on the server."""

from __future__ import annotations

import shlex
from collections.abc import Callable

import streamlit as st

from cs_metrics.ingest.reading.limits import Limits
from pages._ui import door, formats, state
from pages._ui.data import arrivals
from pages._ui.serving import tickets, upload_route

TOKEN = "_upload_token"
SENDER = "large_file"

_HTML = """
<div class="row">
  <label class="button"><span>Choose a large file</span><input type="file" aria-label="Choose a large file"></label>
  <button class="button" type="button" hidden>Cancel</button>
  <span class="told" role="status"></span>
</div>
<progress max="1" value="0" hidden aria-label="Sent so far"></progress>
"""
_CSS = """
.row { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: center; font-family: var(--st-font); }
.button { border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius); padding: 0.4rem 0.8rem;
  background: var(--st-background-color); color: var(--st-text-color); font: inherit; cursor: pointer; }
.button:hover, .button:focus-within { border-color: var(--st-primary-color); color: var(--st-primary-color); }
.button input { position: absolute; width: 1px; height: 1px; opacity: 0; }
[hidden] { display: none !important; }
.told { color: var(--st-text-color); }
progress { width: 100%; height: 0.5rem; margin-top: 0.6rem; accent-color: var(--st-primary-color); }
"""
_JS = """
const MB = 1024 * 1024
const size = (bytes) => (bytes / MB).toLocaleString(undefined, { maximumFractionDigits: bytes < 10 * MB ? 1 : 0 })

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const find = (what) => parentElement.querySelector(what)
  const input = find("input"), choose = find("label"), cancel = find("button")
  const told = find(".told"), bar = find("progress")
  input.accept = data.kinds.map((kind) => "." + kind).join(",")

  const rest = (said) => {
    parentElement.sending = null
    choose.hidden = false
    cancel.hidden = bar.hidden = true
    input.value = ""
    told.textContent = said
  }
  cancel.onclick = () => parentElement.sending && parentElement.sending.abort()
  input.onchange = () => {
    const file = input.files[0]
    if (!file || parentElement.sending) return
    if (file.size > data.most) return rest(data.too_large.replace("{name}", file.name))
    const request = (parentElement.sending = new XMLHttpRequest())
    choose.hidden = true
    cancel.hidden = bar.hidden = false
    bar.value = 0
    told.textContent = "Sending " + file.name + " …"
    request.open("PUT", new URL(data.base + encodeURIComponent(file.name), window.location.origin))
    request.setRequestHeader("Authorization", "Bearer " + data.token)
    request.setRequestHeader("Content-Type", "application/octet-stream")
    request.upload.onprogress = (step) => {
      bar.value = step.loaded / file.size
      told.textContent = "Sending " + file.name + ": " + size(step.loaded) + " of " + size(file.size) + " MB"
    }
    request.onload = () => {
      let said = ""
      try { said = JSON.parse(request.responseText).said } catch { said = "" }
      rest(request.status === 201 ? "" : said || "The server did not take the file. Try it again.")
      setTriggerValue(request.status === 201 ? "arrived" : "again", data.token)
    }
    request.onerror = () => {
      rest("The connection was lost before the whole file had arrived; nothing was kept. Try it again.")
      setTriggerValue("again", data.token)
    }
    request.onabort = () => {
      rest("Cancelled; nothing was kept.")
      setTriggerValue("again", data.token)
    }
    request.send(file)
  }
}
"""
_sender = st.components.v2.component("cs_metrics_large_file", html=_HTML, css=_CSS, js=_JS)


def show(arrived: Callable[[str, str], None]) -> None:
    """Offer the ways in for a large file; `arrived` is called with the mapping in progress that one has joined, and its
    SHA-256."""
    limits = Limits.from_environment()
    uploader = st.get_option("server.maxUploadSize")
    with st.expander(f"A file of more than {formats.number(uploader, 0)} MB", icon=":material/database:"):
        if arrivals.streamed:
            st.markdown(
                "It is sent in a stream and written to the server's disk as it comes, so it may have up to "
                f"**{formats.number(limits.file_mb, 0)} MB** (`{upload_route.SETTING}`)."
            )
            token = _token()
            _sender(
                key=SENDER,
                data={
                    "token": token,
                    "base": upload_route.base(),
                    "kinds": arrivals.KINDS,
                    "most": limits.file_bytes,
                    "too_large": f"{{name}} is larger than {limits.file_mb:,} MB. Split the file, or raise the limit "
                    f"with {upload_route.SETTING}.",
                },
                on_arrived_change=lambda: _collect(arrived),
                on_again_change=lambda: None,
            )
            st.caption(
                "From a script or another machine, the same with curl; the token is good for one file and an hour:"
            )
            st.code(
                f'curl -T FILE -H "Authorization: Bearer {token}" {_origin()}{upload_route.base()}',
                language="sh", wrap_lines=True,
            )  # fmt: skip
        st.caption("A file that lies on the server itself is loaded there, where this project is installed:")
        command = f"python -m cs_metrics load -w {shlex.quote(str(door.workspace().path))} FILE"
        st.code(command, language="sh", wrap_lines=True)
        st.caption(
            "`CS_METRICS_READ_FILE_MB`: the largest file that is read. `CS_METRICS_READ_MEMORY_MB`: what reading may "
            "take. `CS_METRICS_MEMORY_LIMIT`: what the database may take before it uses the disk, such as 2GB. "
            "The page shows the new version as soon as it is published."
        )


def _token() -> str:
    """Return a token that is still good, the same one from run to run: a file may be on its way with it."""
    place = (str(door.workspace().path), state.get("draft"))
    held, of = st.session_state.get(TOKEN, ("", None))
    if of != place or not tickets.good(held):
        held = tickets.issue(door.workspace(), place[1])
        st.session_state[TOKEN] = (held, place)
    return held


def _collect(arrived: Callable[[str, str], None]) -> None:
    # not the token shown now: the page may have run again while the file was on its way
    ticket = tickets.collect(str(st.session_state[SENDER].arrived))
    if ticket is not None and ticket.workspace.path == door.workspace().path:
        arrived(ticket.draft, ticket.arrived)


def _origin() -> str:
    parts = str(st.context.url or "http://localhost:8501").split("/", 3)
    return "/".join(parts[:3])
