"""No page opens past `app.py`, however it is asked for, and whoever asks first."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

PAGES = Path(__file__).parents[2] / "pages"


@pytest.mark.parametrize("path", sorted(p.name for p in PAGES.glob("*.py")))
def test_every_page_begins_with_the_guard(path: str) -> None:
    body = re.sub(r'^""".*?"""', "", (PAGES / path).read_text(), flags=re.S)
    statements = [line for line in body.splitlines() if re.match(r"[a-z]", line)]
    first = next(line for line in statements if not line.startswith(("import ", "from ")))
    assert first == "shell.guard()"


def test_a_deep_link_on_a_fresh_server_comes_through_app_py(fresh_server: str, page: Page) -> None:
    """Streamlit would run pages/settings.py alone here; the navigation, which only app.py draws, would be missing."""
    page.goto(f"{fresh_server}/settings")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Settings"), timeout=90_000)
    expect(page.locator(".st-key-navigation").get_by_role("link", name="Overview")).to_be_visible(timeout=60_000)
    expect(page.locator(".st-key-workspace_menu")).to_be_visible()


def test_what_is_not_a_page_does_not_open(server: str, page: Page) -> None:
    page.goto(f"{server}/_ui")
    expect(page.locator(".st-key-navigation")).to_be_visible(timeout=90_000)
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Overview"))
