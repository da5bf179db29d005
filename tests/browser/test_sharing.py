"""An owner shares, a viewer opens: two browsers, two servers over one store, whichever database keeps it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

import cs_metrics as cs
from tests.api.conftest import put
from tests.outside.conftest import OWNER, VIEWER, settled
from tests.outside.provider import PASSWORD, Provider, free_port
from tests.outside.serving import serving

Ready = Callable[..., None]
VALUES = "[data-testid=stMetricValue]"
SLOW = 120_000


@pytest.fixture
def home(database: str, tmp_path: Path) -> Path:
    """Workspaces whose records are in one database or the other."""
    (tmp_path / "home").mkdir()
    return settled(tmp_path / "home")


def sign_in(page: Page, address: str, email: str) -> None:
    """Sign in as a person does: press the button, and give the provider a name and a password."""
    page.goto(address)
    page.get_by_role("button", name="Sign in").click(timeout=SLOW)
    page.get_by_label("Login").fill(email.partition("@")[0])
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name=re.compile("Sign in|Continue")).click()
    page.wait_for_url(f"{address}/**", timeout=SLOW)


def numbers(page: Page, ready: Ready) -> list[str]:
    """Return every number that the tiles show, once all are drawn."""
    ready(page)
    page.locator(VALUES).first.wait_for(timeout=SLOW)
    page.wait_for_timeout(1500)
    return page.locator(VALUES).all_inner_texts()


def share(page: Page, address: str, ready: Ready) -> str:
    """Share the Overview as it is now with the members; return the link's query."""
    page.goto(f"{address}/overview?ws=Northwind&period=all")
    ready(page)
    page.get_by_role("button", name="Share").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text(re.compile("Frozen: version")).click()
    dialog.get_by_label("Title").fill("March review")
    dialog.get_by_role("button", name="Make the link").click()
    made = dialog.locator("[data-testid=stCode]")
    made.wait_for(timeout=SLOW)
    return urlsplit(made.inner_text().strip()).query


def reupload(workspace: cs.Workspace, times: int) -> None:
    """Publish so many versions more, each of which moves the score."""
    for i in range(times):
        answers = [
            {"customer_id": "Zephyr-Alpha", "survey": "nps", "score": 1.0, "responded_at": datetime(2025, 2, 4 + i)}
        ] * 3
        left = {"customer_id": f"Zephyr-{i}", "start_date": date(2025, 1, 1), "amount": 900.0 + i}
        put(workspace, survey_responses=answers, subscriptions=[left])


def opens(page: Page, address: str, said: str) -> None:
    """Check that an address shows this sentence and no number."""
    page.goto(address)
    expect(page.get_by_text(said).first).to_be_visible(timeout=SLOW)
    expect(page.locator(VALUES)).to_have_count(0)


def test_a_frozen_link_outlives_ten_uploads_and_a_restart_and_ends_when_taken_back(
    home: Path, provider: Provider, browser: Browser, ready: Ready, tmp_path: Path
) -> None:
    workspace = cs.Workspace(home / "Northwind")
    ports = free_port(), free_port()
    one, two = (f"http://127.0.0.1:{port}" for port in ports)
    told = [provider.register(address).environment(address) for address in (one, two)]
    owner, viewer = (browser.new_context(viewport={"width": 1440, "height": 1800}).new_page() for _ in range(2))
    with serving(home, tmp_path / "one.txt", told[0], ports[0]):
        with serving(home, tmp_path / "two.txt", told[1], ports[1]):
            sign_in(owner, one, OWNER)
            query = share(owner, one, ready)
            link = f"{two}/?{query}"
            sign_in(viewer, two, VIEWER)
            viewer.goto(link)
            seen = numbers(viewer, ready)
            assert len(seen) > 1
            expect(viewer.get_by_text("March review")).to_be_visible()

            reupload(workspace, 10)
            viewer.goto(link)
            assert numbers(viewer, ready) == seen
            viewer.goto(f"{two}/overview?ws=Northwind&period=all")
            assert numbers(viewer, ready) != seen, "what is not frozen has moved"
        with serving(home, tmp_path / "two.txt", told[1], ports[1]):
            viewer.goto(link)
            assert numbers(viewer, ready) == seen, "after a restart too"

            opens(viewer, link[:-1] + ("a" if link[-1] != "a" else "b"), "This link opens nothing")
            soon = datetime.now(UTC).replace(tzinfo=None) + timedelta(seconds=1)
            token = workspace.share("overview", audience="anyone", expires_at=soon)
            time.sleep(2)
            opens(viewer, f"{two}/?ws=Northwind&link={token}", "This link has expired")

            owner.goto(f"{one}/links?ws=Northwind")
            ready(owner)
            owner.get_by_role("button", name=re.compile("Opened 3 times")).click()
            assert [each["who"] for each in workspace.link_opens(query.partition("link=")[2].partition(".")[0])][
                :1
            ] == [VIEWER]
            owner.keyboard.press("Escape")
            owner.get_by_role("button", name="Take it back").click()
            expect(owner.get_by_text("it opens nothing any more").first).to_be_visible(timeout=SLOW)
            opens(viewer, link, "This link opens nothing")
    for page in (owner, viewer):
        page.context.close()
