"""Workspaces side by side: whose members one is not in neither show nor exist, whatever is asked of the server."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

import cs_metrics as cs
from tests.outside.conftest import EDITOR, OWNER, STRANGER, VIEWER
from tests.outside.visit import Visit, browser

Signed = Callable[[str], httpx.Client]
PAGES = sorted(p.stem for p in (Path(__file__).parents[2] / "pages").glob("*.py"))
ASKED = {"id": "net_promoter_score", "customer": "Zephyr-Alpha", "view": "files"}
REFUSED = ("There is no workspace", "Ask an owner of")


def sent(visit: Visit, page: str, **params: str) -> bytes:
    """Return all that the server sends for a page."""
    visit.frames.clear()
    visit.open(page, **params)
    return b"".join(visit.frames)


@pytest.mark.parametrize("email", [OWNER, EDITOR, VIEWER])
def test_members_open_every_page_of_theirs(email: str, signed: Signed) -> None:
    with Visit(signed(email)) as visit:
        for page in PAGES:
            told = sent(visit, page, ws="Northwind", **ASKED)
            text = visit.text()
            assert not [words for words in (REFUSED[0], "Something went wrong") if words in text], (page, text[-800:])
            assert b"Quokka" not in told, page
            assert "Northwind" in text, page


@pytest.mark.parametrize("email", [STRANGER, ""])
def test_to_others_a_workspace_is_one_that_does_not_exist(email: str, signed: Signed) -> None:
    with Visit(signed(email)) as visit:
        visit.open("data", ws="Neverwind")  # the first address of a visit is looked at once more than the others
        for page in PAGES:
            told = sent(visit, page, ws="Northwind", **ASKED)
            there = visit.text()
            assert b"Zephyr" not in told, page
            sent(visit, page, ws="Neverwind", **ASKED)
            assert normal(there, "Northwind") == normal(visit.text(), "Neverwind"), page
            assert email == "" or "There is no workspace" in there, page


def normal(text: str, name: str) -> str:
    """Return what a page shows without the name that was asked for, and what is drawn anew each time."""
    return re.sub(r"\$\$ID-\w+|[0-9a-f-]{32,}", "", text.replace(name, "NAME"))


def test_a_fresh_page_of_another_is_refused_before_anything_was_cached_and_after(app: str, signed: Signed) -> None:
    with Visit(signed(OWNER)) as visit:
        assert b"Zephyr" in sent(visit, "cohorts", ws="Northwind")
    with Visit(signed(STRANGER)) as visit:
        assert b"Zephyr" not in sent(visit, "cohorts", ws="Northwind", v="1", period="all", by="region")


def test_who_was_taken_out_sees_nothing_at_the_next_click(companies: Path, signed: Signed) -> None:
    kept = cs.Workspace(companies / "Northwind")
    kept.change_role(VIEWER, "editor")
    try:
        with Visit(signed(VIEWER)) as visit:
            visit.open("segments", ws="Northwind", draft='{"region":"EMEA"}').set("Name", "Kept")
            kept.change_role(VIEWER, "viewer")
            wait_for_roles()
            before = kept.segments()
            visit.press("Save segment")
            assert kept.segments() == before
            kept.remove_person(VIEWER)
            wait_for_roles()
            visit.frames.clear()
            visit.send()
            assert "There is no workspace 'Northwind'" in visit.text()
            assert b"Zephyr" not in b"".join(visit.frames)
    finally:
        if kept.role_of(VIEWER) is None:
            kept.invite(VIEWER, "viewer")
        else:
            kept.change_role(VIEWER, "viewer")


def wait_for_roles() -> None:
    """Wait until a role that was looked up is looked up anew."""
    time.sleep(1.2)


def test_a_new_workspace_does_not_tell_of_anothers_name(companies: Path, signed: Signed) -> None:
    with Visit(signed(STRANGER)) as visit:
        for wanted, made in (("northwind", "northwind 2"), ("Northwind", "Northwind 3")):
            visit.open("data", ws="Umbrella").set("New workspace", wanted).press("Create")
            text = visit.text()
            try:
                assert visit.params["ws"] == made
                assert f"Your workspace is called **{made}**" in text
                assert "taken" not in text
                assert "Zephyr" not in text
                assert [p["email"] for p in cs.Workspace(companies / made).people()] == [STRANGER]
            finally:
                if made != "northwind 2" and (companies / made).exists():
                    for each in ("northwind 2", made):
                        cs.Workspace(companies / each).delete()
        visit.open("data", ws="Umbrella").set("New workspace", "umbrella").press("Create")
        assert "The name 'umbrella' is taken" in visit.text(), "of their own they are told"
    assert STRANGER not in {person["email"] for person in cs.Workspace(companies / "Northwind").people()}


def test_the_upload_route_takes_nothing_without_leave(app: str, companies: Path, signed: Signed) -> None:
    kept = cs.Workspace(companies / "Northwind")
    before = len(kept.uploads())
    with Visit(signed(EDITOR)) as visit:
        visit.open("data", ws="Northwind", view="load")
        token = re.search(r"Bearer ([\w-]+)", b"".join(visit.frames).decode(errors="ignore"))
    assert token
    for bearer in ("", "x" * 43, token[1][:-1] + ("a" if token[1][-1] != "a" else "b")):
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        assert browser(app).put("/upload/a.csv", content=b"a\n1\n", headers=headers).status_code == 401
    kept.change_role(EDITOR, "viewer")
    wait_for_roles()
    try:
        answer = browser(app).put(
            "/upload/late.csv", content=b"customer_id\nlate\n", headers={"Authorization": f"Bearer {token[1]}"}
        )
        assert answer.status_code == 401
    finally:
        kept.change_role(EDITOR, "editor")
    assert len(kept.uploads()) == before


def test_routes_beside_the_pages_say_nothing_of_anybody(app: str) -> None:
    nobody = browser(app)
    for path in ("/healthz", "/readyz", "/_stcore/health", "/_stcore/host-config", "/_stcore/metrics"):
        answer = nobody.get(path)
        assert answer.status_code in (200, 404), path
        assert not re.search(r"Northwind|Umbrella|Zephyr|acme\.test", answer.text), path
    for path in ("/_stcore/script-health-check", "/pages/data.py", "/app.py", "/server.py", "/../requirements.txt"):
        answer = nobody.get(path)
        assert not re.search(r"Northwind|Zephyr|import streamlit|duckdb>=", answer.text), path


def test_a_file_made_for_one_person_has_an_address_nobody_guesses(app: str, signed: Signed) -> None:
    """A file is asked for by a random number, and held under a digest of its content: 122 bits or more each."""
    asked = set()
    with Visit(signed(OWNER)) as visit:
        for _ in range(2):
            visit.open("cohorts", ws="Northwind")
            asked |= {button.deferred_file_id for _, button in visit.buttons()}
            number = len(visit.buttons())
        url = visit.made(visit.buttons()[0][1])
    assert len(asked) == 2 * number > 0, "each run has numbers of its own"
    assert all(re.fullmatch(r"[0-9a-f]{32}", one) for one in asked)
    name = Path(urlsplit(url).path).stem
    assert re.fullmatch(r"[0-9a-f]{32,}", name)
    other = name[:-1] + ("0" if name[-1] != "0" else "1")
    assert httpx.get(f"{app}{url.replace(name, other)}").status_code == 404
