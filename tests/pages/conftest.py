"""The app without a browser: a page opened through `app.py`, on the sample company."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from pages._ui import door

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, sample_into: Callable[[Path], None]) -> Iterator[Path]:
    """A folder of workspaces of the tests' own, with the sample company published in it once for all workers."""
    base = tmp_path_factory.getbasetemp()
    path = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "workspaces"
    sample_into(path)
    before = os.environ.get("CS_METRICS_HOME")
    os.environ["CS_METRICS_HOME"] = str(path)
    yield path
    if before is None:
        del os.environ["CS_METRICS_HOME"]
    else:
        os.environ["CS_METRICS_HOME"] = before


@pytest.fixture(scope="module")
def fresh_home(tmp_path_factory: pytest.TempPathFactory, sample_into: Callable[[Path], None]) -> Iterator[Path]:
    """Workspaces of one test file's own: what it saves there is not seen by the files that run beside it."""
    path = tmp_path_factory.mktemp("fresh") / "workspaces"
    sample_into(path)
    before = os.environ.get("CS_METRICS_HOME")
    os.environ["CS_METRICS_HOME"] = str(path)
    yield path
    os.environ.pop("CS_METRICS_HOME")
    if before is not None:
        os.environ["CS_METRICS_HOME"] = before


class Visited(PagesManager):
    """A server that somebody has been to: from then on Streamlit no longer looks into pages/ by itself.

    AppTest acts as a fresh server at each run, where the guard starts the run again and a click is lost; the gate on a
    fresh server has its test in tests/browser.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        PagesManager.uses_pages_directory = False


@pytest.fixture
def open_page(home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Return a function that opens a page by name, with query parameters, and fails on an error shown."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("streamlit.testing.v1.app_test.PagesManager", Visited)

    def opened(name: str, *, errors: bool = False, **params: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        if name != "overview":  # which stands at the root, and takes longest
            app.switch_page(f"pages/{name}.py")
        for key, value in params.items():
            app.query_params[key] = value
        door.changed()  # what a test saved past the pages is kept by them for two seconds more
        app.run()
        assert not app.exception, [e.message for e in app.exception]
        assert errors or not app.error, [e.value for e in app.error]
        return app

    return opened
