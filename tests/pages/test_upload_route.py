"""The upload route: only with a token that a page gave out, only whole files, and never a trace of any other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
from starlette.applications import Starlette

import cs_metrics as cs
from cs_metrics.api.keeping.acting import Acting
from cs_metrics.workspace.kept.people import Role
from pages._ui.people import workspaces
from pages._ui.serving import access, tickets, upload_route
from tests import loops

ORDERS = b"order_id,customer_id,ordered_at,amount\n1,A,2025-01-02,10\n2,B,2025-02-03,20\n"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> cs.Workspace:
    monkeypatch.setenv("CS_METRICS_HOME", str(tmp_path))
    return cs.Workspace(tmp_path / "acme")


def held(workspace: cs.Workspace, role: Role = Role.EDITOR) -> Acting:
    return workspace.acting("", role)


def send(
    token: str | None,
    pieces: Iterable[bytes],
    name: str = "orders.csv",
    *,
    cut: bool = False,
    length: int | None = None,
) -> tuple[int, str]:
    """Send a file in pieces to the app that has the route; `cut`: the sender goes before the end."""
    waiting = list(pieces)
    sent: list[dict] = []

    async def receive() -> dict:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting) or cut}
        return {"type": "http.disconnect"} if cut else {"type": "http.request", "body": b"", "more_body": False}

    async def answer(message: dict) -> None:
        sent.append(message)

    headers = [(b"authorization", f"Bearer {token}".encode())] if token is not None else []
    headers += [(b"content-length", str(length).encode())] if length is not None else []
    path = "/upload/" + quote(name, safe="")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "PUT", "scheme": "http",
        "path": unquote(path), "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers,
        "server": ("localhost", 8501), "client": ("localhost", 1),
    }  # fmt: skip
    loops.run(Starlette(routes=upload_route.routes())(scope, receive, answer))
    body = b"".join(m.get("body", b"") for m in sent)
    return sent[0]["status"], json.loads(body)["said"] if body.startswith(b"{") else ""


def kept(workspace: cs.Workspace) -> list[str]:
    return sorted(p.name for p in (workspace.path / "files").rglob("*") if p.is_file())


def test_a_file_in_pieces_is_kept_as_it_came_and_waits_to_be_mapped(workspace):
    token = tickets.issue(held(workspace), "")
    status, said = send(token, [ORDERS[:10], ORDERS[10:40], ORDERS[40:]])
    assert status == 201, said
    sha = hashlib.sha256(ORDERS).hexdigest()
    assert workspace.upload(sha).read_bytes() == ORDERS
    assert [d["content"]["uploads"] for d in workspace.drafts()] == [[sha]]
    ticket = tickets.collect(token)
    assert (ticket.draft, ticket.arrived) == (workspace.drafts()[0]["draft"], sha)
    assert workspace.uploads()["name"].tolist() == ["orders.csv"]
    assert workspace.read([workspace.upload(sha)]).sheets[0].table == "orders"


def test_a_file_joins_the_mapping_in_progress_that_its_page_shows(workspace):
    first = workspace.keep_upload("accounts.csv", b"customer_id\nA\n")
    draft = workspace.save_draft({"uploads": [first], "choices": None})
    send(tickets.issue(held(workspace), draft), [ORDERS])
    assert workspace.draft(draft)["uploads"] == [first, hashlib.sha256(ORDERS).hexdigest()]


def test_without_a_token_that_a_page_gave_out_nothing_is_taken(workspace, monkeypatch):
    good = tickets.issue(held(workspace), "")
    for token in (None, "", "x", good[:-1] + ("A" if good[-1] != "A" else "B"), good + "A"):
        assert send(token, [ORDERS])[0] == 401
    now = tickets.time.monotonic()
    monkeypatch.setattr(tickets.time, "monotonic", lambda: now + tickets.SECONDS + 1)
    assert send(good, [ORDERS])[0] == 401
    assert kept(workspace) == []


def test_a_token_is_good_for_one_file(workspace):
    token = tickets.issue(held(workspace), "")
    assert send(token, [ORDERS])[0] == 201
    assert send(token, [b"a,b\n1,2\n"], "other.csv")[0] == 401
    assert kept(workspace) == ["orders.csv"]


@pytest.mark.parametrize("length", [None, 3 << 20])
def test_a_file_over_the_limit_leaves_nothing_and_the_sentence_names_the_setting(workspace, monkeypatch, length):
    monkeypatch.setenv("CS_METRICS_READ_FILE_MB", "1")
    status, said = send(tickets.issue(held(workspace), ""), [b"x" * (1 << 20)] * 3, length=length)
    assert status == 413
    assert "1 MB" in said
    assert "CS_METRICS_READ_FILE_MB" in said
    assert kept(workspace) == []
    assert workspace.drafts() == []


@pytest.mark.parametrize(
    "name",
    ["../orders.csv", "a/b.csv", "a\\b.csv", "or\nders.csv", "or\x00ders.csv", "\u202eorders.csv", "", " ", "..",
     "orders.exe", "orders", "o" * 300 + ".csv"],
)  # fmt: skip
def test_a_bad_name_is_refused(workspace, name):
    status, said = send(tickets.issue(held(workspace), ""), [ORDERS], name)
    assert status in (400, 404)
    assert "Traceback" not in said
    assert kept(workspace) == []


def test_a_sender_that_goes_half_way_leaves_nothing_and_uses_the_token_up(workspace):
    token = tickets.issue(held(workspace), "")
    assert send(token, [ORDERS, b"y" * (3 << 20)], cut=True)[0] == 400
    assert kept(workspace) == []
    assert workspace.drafts() == []
    assert not tickets.good(token)


def test_an_empty_file_is_refused(workspace):
    status, said = send(tickets.issue(held(workspace), ""), [b""])
    assert status == 400
    assert "empty" in said
    assert kept(workspace) == []


def test_who_was_taken_off_the_workspace_sends_nothing_more(workspace, monkeypatch):
    monkeypatch.setattr(access, "mode", lambda: access.Mode.SIGN_IN)
    workspace.invite("olga@acme.com", "owner")
    workspace.invite("ed@acme.com", "editor")
    tokens = [tickets.issue(workspace.acting("ed@acme.com"), "") for _ in range(3)]
    assert send(tokens[0], [ORDERS])[0] == 201
    workspace.change_role("ed@acme.com", "viewer")
    workspaces.forget_roles()
    assert send(tokens[1], [ORDERS])[0] == 401
    workspace.remove_person("ed@acme.com")
    workspaces.forget_roles()
    status, said = send(tokens[2], [ORDERS + b"3,C,2025-02-03,1\n"])
    assert status == 401
    assert "any more" in said
    assert len(kept(workspace)) == 1
