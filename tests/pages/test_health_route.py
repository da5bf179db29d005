"""Health and readiness: no sign-in, no data, and no more work than once a second."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from starlette.applications import Starlette

from cs_metrics.workspace.store import readiness
from pages._ui.serving import health_route
from tests import loops
from tests.workspace.test_archive import small


def get(path: str) -> tuple[int, dict]:
    sent: list[dict] = []

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def answer(message: dict) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": [],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    loops.run(Starlette(routes=health_route.routes())(scope, receive, answer))
    body = b"".join(m.get("body", b"") for m in sent)
    return sent[0]["status"], json.loads(body)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CS_METRICS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(health_route, "FRESH", 0)
    return tmp_path / "home"


def test_a_server_without_anything_is_alive_and_ready(home):
    assert get("/healthz") == (200, {"alive": True})
    assert get("/readyz") == (200, {"ready": True, "failing": []})
    assert list(home.iterdir()) == []


def test_a_workspace_that_opens_is_ready(home):
    small(home / "Northwind")
    assert get("/readyz") == (200, {"ready": True, "failing": []})


def test_a_workspace_that_does_not_open_is_told_without_its_name(home):
    small(home / "Northwind").folder.version(2).write_bytes(b"no database" * 1000)
    assert get("/readyz") == (503, {"ready": False, "failing": ["workspace"]})


def test_a_database_that_does_not_answer_is_told_without_its_address(home, monkeypatch):
    small(home / "Northwind")
    monkeypatch.setenv("CS_METRICS_DATABASE_URL", "sqlite:////nowhere/at/all.sqlite")
    assert get("/readyz") == (503, {"ready": False, "failing": ["database"]})


def test_a_home_that_cannot_be_written_is_told(home):
    home.parent.mkdir(exist_ok=True)
    home.write_text("a file in its place")
    assert get("/readyz") == (503, {"ready": False, "failing": ["home"]})


def test_it_is_looked_at_once_a_second_and_given_up_after_a_while(home, monkeypatch):
    looked = []
    monkeypatch.setattr(health_route, "FRESH", 60)
    monkeypatch.setattr(readiness, "failing", lambda home: looked.append(home) or [])
    for _ in range(5):
        assert get("/readyz")[0] == 200
    assert len(looked) == 1
    monkeypatch.setattr(health_route, "FRESH", 0)
    monkeypatch.setattr(health_route, "PATIENCE", 0.05)
    monkeypatch.setattr(readiness, "failing", lambda home: time.sleep(0.5) or [])
    assert get("/readyz") == (503, {"ready": False, "failing": ["time"]})
