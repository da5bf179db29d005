"""What is beside the numbers is closed to the reader of a link; a workspace as a file is for who may export and make.

The address of a file that was made for an owner holds a secret of 256 bits, and opens while that owner may export.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

import cs_metrics as cs
from tests.outside.conftest import LINK, OWNER, STRANGER
from tests.outside.test_rights import only_looking
from tests.outside.test_roles import until
from tests.outside.test_workspaces import PAGES
from tests.outside.visit import Visit, browser

Visiting = Callable[[str], Visit]
OPEN = {
    "overview", "cohorts", "revenue", "survival", "why", "feedback", "texts", "library", "kpi", "reports", "segments",
    "definitions", "scores",
}  # fmt: skip
READ = {"cohorts", "kpi", "reports", "segments", "definitions", "scores"}
"""Those of them in which members write most: to open them all is another test's."""
WRITING = re.compile(
    r"Save|Edit|Share|Sign off|Publish|Create|Import|Invite|Delete|Erase|Switch|Undo|Take it back"
    r"|Rename|Change|Look with|Done|Dismiss|Back to the (workspace|default)"
)


def test_a_link_opens_no_page_that_loads_changes_or_administers(
    visiting: Visiting,
) -> None:
    with visiting(LINK) as visit:
        for page in (set(PAGES) - OPEN) | READ:
            visit.frames.clear()
            visit.open(page, ws="Northwind", id="net_promoter_score", view="files")
            text = visit.text()
            assert ("This link does not open that page" in text) is (page not in OPEN), page
            assert page in OPEN or b"Zephyr" not in b"".join(visit.frames), page
            assert [label for label in visit.labels("button") if WRITING.search(label)] == [], page
            assert "Something went wrong" not in text, page


def test_a_link_opens_its_own_workspace_alone(visiting: Visiting) -> None:
    with visiting(LINK) as visit:
        visit.open("cohorts", ws="Umbrella")
        assert "This link opens nothing" in visit.text()
        assert b"Quokka" not in b"".join(visit.frames)


def made(visit: Visit) -> str:
    """Have Northwind made a file, and return its address."""
    visit.open("settings", ws="Northwind").press("Make the file")
    assert until(lambda: bool(visit.send().labels("link_button")))
    return str(visit.widget("Download Northwind.zip", "link_button").url)


def test_a_workspace_as_a_file_goes_while_its_owner_may_export(
    companies: Path,
    app: str,
    visiting: Visiting,
) -> None:
    kept = cs.Workspace(companies / "Northwind")
    with visiting("owner") as visit:
        address = made(visit)
        assert httpx.get(app + address).content[:2] == b"PK"
        secret = address.split("/")[-2]
        assert len(secret) == 43
        for wrong in (secret[:-1] + ("a" if secret[-1] != "a" else "b"), "x" * 43):
            assert httpx.get(app + address.replace(secret, wrong)).status_code == 404
        with only_looking(kept, OWNER):
            assert httpx.get(app + address).status_code == 404
        nobody = browser(app)
        assert nobody.put("/upload/a.csv", content=b"a\n1\n").status_code == 401
        answer = nobody.put("/upload/a.csv", content=b"a\n1\n", headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == 401, "leave to fetch is none to send"


def test_a_workspace_is_taken_in_by_who_may_make_one(
    companies: Path,
    visiting: Visiting,
    tmp_path: Path,
) -> None:
    file = tmp_path / "Northwind.zip"
    cs.Workspace(companies / "Umbrella").export(file)
    before = {path.name for path in companies.iterdir()}
    with visiting("stranger") as visit:  # who alone may make workspaces
        visit.open("data", ws="Umbrella").upload("The zip that an export wrote", file.name, file.read_bytes())
        visit.set("Name here", "Northwind").press("Import")
        assert until(lambda: {path.name for path in companies.iterdir()} > before), visit.text()
        sent, text = visit.sent, visit.text()
        assert "called **Northwind 2**" in text
    taken = cs.Workspace(companies / "Northwind 2")
    try:
        assert [(person["email"], person["role"]) for person in taken.people()] == [(STRANGER, "owner")]
    finally:
        taken.delete()
    left = {path.name for path in companies.iterdir()}
    for role in ("owner", "editor", "viewer", LINK):
        with visiting(role) as visit:
            visit.open("data", ws="Northwind")
            assert "Import" not in visit.labels("button")
            with pytest.raises(AssertionError):
                visit.widget("The zip that an export wrote")
            for each in sent:
                visit.replay(each)
            assert {path.name for path in companies.iterdir()} == left, role
