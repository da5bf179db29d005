"""A file is made when somebody asks for it: of the page that offered it, for its reader, and only while they may."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

import cs_metrics as cs
from tests.outside.conftest import OWNER, VIEWER
from tests.outside.test_workspaces import wait_for_roles
from tests.outside.visit import Visit, browser

Signed = Callable[[str], httpx.Client]


def csv(visit: Visit, page: str, **params: str) -> list[bytes]:
    """Return the tables of a page as CSV files."""
    visit.open(page, **params)
    buttons = [button for label, button in visit.buttons() if "CSV" in label]
    return [visit.client.get(visit.made(button)).content for button in buttons]


def test_a_table_that_is_read_when_asked_for_is_of_the_page_that_offers_it(signed: Signed) -> None:
    with Visit(signed(OWNER)) as visit:
        assert any(b"Net Promoter Score" in file for file in csv(visit, "library", ws="Northwind"))


def test_nothing_is_made_for_a_link_that_was_taken_back(companies: Path, app: str) -> None:
    kept = cs.Workspace(companies / "Northwind")
    token = kept.share("cohorts", audience="anyone")
    with Visit(browser(app)) as visit:
        visit.open("", ws="Northwind", link=token)
        assert b"Zephyr" in b"".join(visit.frames)
        first, second = [button for label, button in visit.buttons() if "CSV" in label][:2]
        assert visit.client.get(visit.made(first)).status_code == 200
        kept.revoke_link(re.match(r"\w+", token)[0])  # type: ignore[index]
        wait_for_roles()
        with pytest.raises(AssertionError, match="Failed to generate"):
            visit.made(second)
        visit.frames.clear()
        visit.send()
        assert "This link opens nothing" in visit.text()
        assert b"Zephyr" not in b"".join(visit.frames)


@pytest.mark.parametrize(
    ("name", "asked", "label"),
    [("reports", {}, "Workbook (XLSX)"), ("todo", {"show": "digest"}, "As text")],
)
def test_nothing_is_made_for_who_is_no_member_any_more(
    name: str, asked: dict[str, str], label: str, companies: Path, signed: Signed
) -> None:
    kept = cs.Workspace(companies / "Northwind")
    with Visit(signed(VIEWER)) as visit:
        for member in (True, False):
            visit.open(name, ws="Northwind", **asked)
            button = dict(visit.buttons())[label]
            if member:
                assert visit.client.get(visit.made(button)).status_code == 200
                continue
            kept.remove_person(VIEWER)
            try:
                wait_for_roles()
                with pytest.raises(AssertionError, match="Failed to generate"):
                    visit.made(button)
            finally:
                kept.invite(VIEWER, "viewer")
                wait_for_roles()
