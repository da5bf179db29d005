"""A visit to the app as a browser makes it: over HTTP and the WebSocket, in Streamlit's own messages, without the cost
of drawing. What the server sends is kept whole, so a test can look through all of it.
"""

from __future__ import annotations

import re
import socket
import time
import uuid
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import httpx
from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileUploaderState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from tests.outside.messages import put, words

ENDS = ForwardMsg.ScriptFinishedStatus
FINISHED = (ENDS.FINISHED_SUCCESSFULLY, ENDS.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
QUIET = 0.25  # seconds without a message after which a run is over: another may follow the first at once
TRIGGERS = ("button", "download_button")


def browser(address: str) -> httpx.Client:
    """Return somebody's browser: its cookies, and the pages that it fetches from an app at `address`."""
    made = httpx.Client(base_url=address, follow_redirects=True, timeout=60)
    made.get("/_stcore/health")  # gives the cookie that a WebSocket has to repeat
    return made


def sign_in(client: httpx.Client, email: str, password: str, start: str | None = None) -> httpx.Response:
    """Sign in with the provider, as the app's own button does; return what is shown in the end."""
    if start is None:
        with Visit(client) as visit:
            visit.open()
            visit.press("Sign in")
            start = visit.redirect
    assert start, "the app leads to no sign-in"
    page = client.get(start)
    for field, value in (("login", email.partition("@")[0]), ("password", password)):
        page = _filled(client, page, {field: value})
    return page


def _filled(client: httpx.Client, page: httpx.Response, values: dict[str, str]) -> httpx.Response:
    form = re.search(r"<form.*?</form>", page.text, re.S)
    assert form, f"{page.url} asks for nothing"
    fields = {
        re.search(r'name="([^"]*)"', tag)[1]: (re.search(r'value="([^"]*)"', tag) or ("", ""))[1]  # type: ignore[index]
        for tag in re.findall(r"<input[^>]*>", form[0])
        if 'name="' in tag and 'type="checkbox"' not in tag
    }
    assert fields.keys() >= values.keys(), f"{page.url} asks for {', '.join(fields)}"
    return client.post(str(page.url), files={k: (None, v) for k, v in (fields | values).items()})


class Visit:
    """One tab of a browser. After each step `text()` is what it shows; `frames` holds every byte that was sent."""

    def __init__(self, client: httpx.Client, headers: Mapping[str, str] | None = None) -> None:
        self.client, self.headers = client, headers or {}
        self.always: dict[str, str] = {}  # what every address has, as that of a link's reader
        self.sent: list[bytes] = []
        self.frames: list[bytes] = []
        self.bodies: list[tuple[str, bytes]] = []
        self.elements: dict[tuple[int, ...], Message] = {}
        self.states: dict[str, Any] = {}
        self._fragments: dict[tuple[int, ...], str] = {}
        self.page = self.query = self.redirect = self.session = self._hash = ""

    def __enter__(self) -> Visit:
        cookies = "; ".join(f"{c.name}={c.value}" for c in self.client.cookies.jar)
        self._xsrf = self.client.cookies.get("_streamlit_xsrf") or ""
        self._host = str(self.client.base_url).rstrip("/")
        protocols = ["streamlit", self._xsrf] if self._xsrf else ["streamlit"]
        server = urlsplit(self._host)
        name = self.headers.get("Host", server.netloc)  # as of a page whose own name leads here
        told = {"Cookie": cookies, "Origin": f"http://{name}", **self.headers}
        self._line = connect(
            f"ws://{name}/_stcore/stream",
            sock=socket.create_connection((server.hostname, server.port)),
            subprotocols=protocols,
            additional_headers={header: value for header, value in told.items() if header != "Host"},
            max_size=None,
        )
        self._socket = self._line.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._line.__exit__(*error)

    def open(self, page: str = "", **params: str) -> Visit:
        """Go to a page by its address, as typed into the address line: with nothing chosen and nothing pressed."""
        self.page, self.query, self._hash = page, urlencode({**params, **self.always}), ""
        self.states = {}
        self._run()
        return self

    def press(self, label: str, form: str = "", key: str = "") -> Visit:
        """Press the button of that label, in the form whose name begins so, or of that key, where there are several."""
        self._run(trigger=self.widget(label, *TRIGGERS, form=form, key=key).id)
        return self

    def replay(self, sent: bytes) -> Visit:
        """Send what another visit sent, as if this page had what the other's has."""
        asked = BackMsg()
        asked.ParseFromString(sent)
        state = asked.rerun_script
        state.query_string = urlencode({**dict(parse_qsl(state.query_string)), **self.always})
        state.fragment_id = ""  # a number of the other's own
        self._talk(asked)
        return self

    def set(self, label: str, value: Any, form: str = "") -> Visit:
        """Fill a field: text, a choice, a list of choices, or a tick. It is sent with the next step, as in a form."""
        self.states[self.widget(label, form=form).id] = value
        return self

    def send(self) -> Visit:
        """Let the page run with what was filled in."""
        self._run()
        return self

    def upload(self, label: str, name: str, content: bytes) -> Visit:
        """Drop a file onto an uploader."""
        asked = BackMsg()
        request = asked.file_urls_request
        request.request_id, request.session_id = str(uuid.uuid4()), self.session
        request.file_names.append(name)
        urls = self._answer(asked, "file_urls_response").file_urls[0]
        sent = self.client.put(
            urls.upload_url, files={"file": (name, content)}, headers={"X-Xsrftoken": self._xsrf, "Origin": self._host}
        )
        assert sent.status_code < 300, f"{name}: {sent.status_code} {sent.text}"
        held = FileUploaderState()
        held.uploaded_file_info.add(name=name, size=len(content), file_id=urls.file_id, file_urls=urls)
        return self.set(label, held).send()

    def follow(self, label: str) -> Visit:
        """Follow a link to a page."""
        found = self.widget(label, "page_link")
        self.page, self.query, self._hash = found.page, found.query_string, found.page_script_hash
        self._run()
        return self

    @property
    def params(self) -> dict[str, str]:
        """The parameters of the address."""
        return dict(parse_qsl(self.query))

    def labels(self, *kinds: str) -> list[str]:
        """Return the labels of what can be used, of certain kinds or all."""
        return [e.label for kind, e in self._kinds() if (not kinds or kind in kinds) and hasattr(e, "label")]

    def widget(self, label: str, *kinds: str, form: str = "", key: str = "") -> Any:
        """Return the widget of that label (that it contains, where none is the same), in the form whose name begins so,
        of the key that ends so; a test fails without it."""
        able = [e for kind, e in self._kinds() if (not kinds or kind in kinds) and hasattr(e, "label")]
        near = [e for e in able if not form or getattr(e, "form_id", "").startswith(form)]
        near = [e for e in near if not key or e.id.endswith(key)]
        found = [e for e in near if e.label == label] or [e for e in near if label in e.label]
        assert found, f"no '{label}' among {sorted({e.label for e in able})} on /{self.page}?{self.query}"
        return found[0]

    def has(self, label: str, *kinds: str) -> bool:
        """Return whether there is something to use under a label that is not switched off."""
        return any(
            e.label == label and not getattr(e, "disabled", False)
            for kind, e in self._kinds()
            if (not kinds or kind in kinds) and hasattr(e, "label")
        )

    def text(self) -> str:
        """Return the words that the page shows, each element's in a line."""
        shown = [e for _, e in sorted(self.elements.items()) if e.WhichOneof("type") != "html"]
        return "\n".join(line for element in shown for line in words(element))

    def values(self) -> dict[str, str]:
        """Return the tiles: label and value."""
        return {e.label: e.body for kind, e in self._kinds() if kind == "metric"}

    def buttons(self) -> list[tuple[str, Any]]:
        """Return the downloads that the page offers: label and element."""
        return [(element.label, element) for kind, element in self._kinds() if kind == "download_button"]

    def made(self, button: Any) -> str:
        """Have the file of a download made, and return its address. Fails where the server makes none."""
        if button.url:
            return str(button.url)
        asked = BackMsg()
        request = asked.backend_operation_request
        request.request_id, request.session_id = str(uuid.uuid4()), self.session
        request.deferred_file.file_id = button.deferred_file_id
        answer = self._answer(asked, "backend_operation_response")
        assert not answer.error_msg, answer.error_msg
        return str(answer.deferred_file.url)

    def downloads(self) -> list[tuple[str, bytes]]:
        """Press every download of the page, as a person could, and return label and content."""
        got = []
        for label, button in self.buttons():
            answer = self.client.get(self.made(button))
            assert answer.status_code == 200, f"{label}: {answer.status_code}"
            got.append((label, answer.content))
        self.bodies += got
        return got

    def _answer(self, asked: BackMsg, kind: str) -> Any:
        """Ask the server for something beside the page, and return what it says."""
        self._socket.send(asked.SerializeToString())
        until = time.monotonic() + 60
        while time.monotonic() < until:
            told = self._next(60)
            if told is not None and told.WhichOneof("type") == kind:
                return getattr(told, kind)
        raise AssertionError(f"no {kind} within a minute")

    def _kinds(self) -> Iterator[tuple[str, Any]]:
        for _, delta in sorted(self.elements.items()):
            kind = delta.WhichOneof("type")
            if kind:
                yield kind, getattr(delta, kind)

    def _run(self, trigger: str = "") -> None:
        asked = BackMsg()
        state = asked.rerun_script
        state.query_string, state.page_script_hash = self.query, self._hash
        state.page_name = "" if self._hash else self.page
        state.context_info.url = f"{self._host}/{quote(self.page)}"
        state.context_info.timezone, state.context_info.locale = "Europe/Berlin", "en-GB"
        for name, value in self.states.items():
            put(state.widget_states.widgets.add(id=name), value)
        if trigger:
            state.widget_states.widgets.add(id=trigger, trigger_value=True)
            state.fragment_id = self._fragment(trigger)
        self._talk(asked)

    def _fragment(self, widget: str) -> str:
        """Return the part of the page, run by itself, that a widget is in: a dialog; '' for none."""
        held = {getattr(getattr(e, e.WhichOneof("type") or "", None), "id", ""): at for at, e in self.elements.items()}
        return self._fragments.get(held[widget], "") if widget in held else ""

    def _talk(self, asked: BackMsg) -> None:
        """Ask for a run of the page, and take what is said until it is over."""
        self.sent.append(asked.SerializeToString())
        self._socket.send(self.sent[-1])
        done, until = False, time.monotonic() + 120
        while time.monotonic() < until:
            told = self._next(QUIET if done else 120)
            if told is None:
                if done:
                    return
                break
            done = self._take(told, done)
        raise AssertionError(f"/{self.page}?{self.query} did not come to an end")

    def _next(self, patience: float) -> ForwardMsg | None:
        try:
            frame = self._socket.recv(timeout=patience)
        except TimeoutError:
            return None
        assert isinstance(frame, bytes)
        self.frames.append(frame)
        told = ForwardMsg()
        told.ParseFromString(frame)
        return told

    def _take(self, told: ForwardMsg, done: bool) -> bool:
        """Note what a message says; return whether the run is over, as far as is known."""
        kind = told.WhichOneof("type")
        if kind == "new_session":
            self.session = told.new_session.initialize.session_id
            if not told.metadata.run.fragment_ids:
                self.elements, self._fragments = {}, {}
            return False
        if kind == "script_finished":
            return told.script_finished in FINISHED or done
        if kind == "navigation":
            self._hash = told.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = told.page_info_changed.query_string
        elif kind == "auth_redirect":
            self.redirect = told.auth_redirect.url
        elif kind == "delta":
            delta, path = told.delta, tuple(told.metadata.delta_path)
            self._fragments[path] = delta.fragment_id
            inner = delta.WhichOneof("type")
            if inner == "new_element":
                self.elements[path] = delta.new_element
            elif inner == "add_block":
                self.elements[(*path, -1)] = delta.add_block
        return done
