"""A real browser on a real server. The server is started once a session, on a free port, with workspaces of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.outside.conftest import provider
from tests.outside.serving import serving

__all__ = ["provider"]

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Use the system's Chromium: CS_METRICS_CHROMIUM names one, else the one on the path."""
    names = (os.environ.get("CS_METRICS_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    found = next((path for path in (shutil.which(n) for n in names if n) if path), None)
    if not found:
        pytest.skip("no Chromium on this machine: install one, or name it in CS_METRICS_CHROMIUM")
    return {"executable_path": found, "args": FLAGS, "headless": True}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, object]:
    """A desk's screen, tall because the page's main area scrolls by itself; downloads come as plain files."""
    return {"viewport": {"width": 1440, "height": 2400}, "locale": "en-GB", "timezone_id": "Europe/Berlin"}


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, sample_into: Callable[[Path], None]) -> Path:
    """The folder of workspaces of this session's servers."""
    path = tmp_path_factory.mktemp("home")
    sample_into(path)
    return path


@pytest.fixture(scope="session")
def server(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the session's server."""
    with serving(home, tmp_path_factory.mktemp("server") / "log.txt") as address:
        yield address


@pytest.fixture(scope="session")
def base_url(server: str) -> str:
    """The address that `page.goto("/kpi")` is relative to."""
    return server


@pytest.fixture
def fresh_server(home: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a server that nobody has visited yet."""
    with serving(home, tmp_path / "log.txt") as address:
        yield address


@pytest.fixture
def ready(page: Page) -> Callable[[], None]:
    """Return a function that waits until the page has stopped computing."""

    def wait(of: Page = page) -> None:
        of.get_by_role("heading", level=1).wait_for(timeout=90_000)
        resting = of.locator("[data-testid=stApp][data-test-script-state=notRunning]")
        for _ in range(20):  # a first run may be followed at once by another, when the browser says more of itself
            resting.wait_for(timeout=90_000)
            of.wait_for_timeout(300)
            if resting.count():
                return

    return wait
