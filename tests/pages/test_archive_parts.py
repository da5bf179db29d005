"""A workspace leaves the app as one file and comes back in as another one; what is no such file is refused."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

import cs_metrics as cs
from cs_metrics.api.keeping.acting import Acting
from cs_metrics.workspace.kept.people import Role
from pages._ui.people import archive_parts
from pages._ui.serving import export_route
from tests import loops

Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _own(fresh_home: Path) -> None:
    """Workspaces that are made here are not seen by the other files."""


def press(app: AppTest, label: str) -> None:
    next(b for b in app.button if b.label == label).click()
    app.run()
    assert not app.exception


def sent(app: AppTest, content: bytes, name: str = "") -> list[str]:
    """Import a file; return the errors that are shown."""
    app.file_uploader(key="import_file").upload("acme.zip", content, "application/zip")
    app.text_input(key="import_name").input(name)
    press(app, "Import")
    return [e.value for e in app.error]


def test_a_workspace_is_made_a_file_and_taken_in_under_another_name(open_page: Open, fresh_home: Path) -> None:
    acme = cs.Workspace(fresh_home / "acme")
    acme.set_settings({"currency": "EUR"})
    app = open_page("settings", ws="acme")
    press(app, "Make the file")
    deadline = time.monotonic() + 60
    while archive_parts.TOKEN not in app.session_state and time.monotonic() < deadline:
        time.sleep(0.2)
        app.run()
    of, token = app.session_state[archive_parts.TOKEN]
    found = export_route.held(token)
    assert of == "acme"
    assert found is not None
    assert zipfile.ZipFile(found.path).testzip() is None
    assert acme.audit()["action"].tolist().count("export") == 1
    content = found.path.read_bytes()

    assert "There is a workspace 'acme' already" in sent(app, content, "acme")[0]
    assert "not a workspace archive" in sent(app, content[:-200] + bytes(200), "Beta")[0]
    assert not (fresh_home / "Beta").exists()
    assert sent(app, content, "Beta") == []
    assert cs.Workspace(fresh_home / "Beta").settings["currency"] == "EUR"
    assert app.query_params["ws"] == "Beta"


def fetch(address: str) -> httpx.Response:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=export_route.routes()))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get(address)

    return loops.run(asked())


def test_the_file_is_sent_to_who_has_its_token_while_it_is_there(fresh_home: Path) -> None:
    workspace = cs.Workspace(fresh_home / "gamma")
    path = export_route.place("gamma.zip")
    workspace.export(path)
    token = export_route.issue(Acting(workspace, "", Role.OWNER), path)
    answer = fetch(export_route.address(token))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert answer.content == path.read_bytes()
    assert "gamma.zip" in answer.headers["content-disposition"]
    assert fetch(f"/export/{token[:-1]}/gamma.zip").status_code == 404
    path.unlink()
    assert fetch(f"/export/{token}/gamma.zip").text == export_route.GONE
