"""A customer is erased: nothing of it is left in any byte, and all else is as if it had never been there."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import cs_metrics as cs
from cs_metrics.api.keeping import erased
from cs_metrics.workspace.erasing import one_customer
from cs_metrics.workspace.publish import publishing
from cs_metrics.workspace.store.database import cursor
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.progress import Progress
from tests.workspace.test_publishing import no_facts

GONE, NAME, PERSON, ADDRESS = "ACC-0003", 'Nordwind "Bio", Inc', "USR-3001", "petra.lang@nordwind.example"
WORDS = (GONE, "Nordwind", PERSON, ADDRESS)  # of its name what no text may have


def accounts(gone: bool) -> list[list[str]]:
    rows = [["account_id", "company", "parent_account_id", "signup_date", "plan"]]
    for i in range(1, 13):
        parent = GONE if i == 7 and gone else ""
        rows.append(
            [
                f"ACC-{i:04d}",
                f"Firm {i}" if i != 3 else NAME,
                parent,
                f"2024-0{1 + i % 9}-11",
                "Pro" if i % 2 else "Basic",
            ]
        )
    return [row for row in rows if gone or row[0] != GONE]


def users(gone: bool) -> list[list[str]]:
    rows = [["user_id", "account_id", "email", "created_at"]]
    rows += [
        [f"USR-{i}001", f"ACC-{i:04d}", ADDRESS if i == 3 else f"p{i}@firm{i}.example", "2024-02-03"]
        for i in range(1, 13)
    ]
    return [row for row in rows if gone or row[0] != PERSON]


def tickets(gone: bool) -> list[list[str]]:
    rows = [["ticket_id", "account_id", "created_at", "first_response_at", "subject", "priority"]]
    for i in range(1, 41):
        said = f"As {NAME} asked, and {ADDRESS}" if i == 5 and gone else f"Hello {i}"
        rows.append(
            [
                f"T-{i}",
                f"ACC-{1 + i % 12:04d}",
                f"2024-05-{1 + i % 28:02d} 08:00:00",
                f"2024-05-{1 + i % 28:02d} {9 + i % 9:02d}:00:00",
                said,
                "high",
            ]
        )
    return [row for row in rows if gone or row[1] != GONE]


def answers(gone: bool) -> list[list[str]]:
    rows = [["response_id", "account_id", "user_id", "nps_score", "responded_at", "comment"]]
    rows += [
        [
            f"R-{i}",
            f"ACC-{1 + i % 12:04d}",
            f"USR-{1 + i % 12}001",
            str((i * 7) % 11),
            f"2024-06-{1 + i % 28:02d}",
            f"Fine {i}",
        ]
        for i in range(1, 37)
    ]
    return [row for row in rows if gone or row[1] != GONE]


def written(folder: Path, gone: bool) -> list[Path]:
    """The files: three texts and a workbook."""
    folder.mkdir()
    for name, rows in (
        ("accounts.csv", accounts(gone)),
        ("users.csv", users(gone)),
        ("nps answers.csv", answers(gone)),
    ):
        with open(folder / name, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    book = openpyxl.Workbook()
    for row in tickets(gone):
        book.active.append(row)
    book.save(folder / "tickets.xlsx")
    return sorted(folder.iterdir())


def published(path: Path, gone: bool) -> cs.Workspace:
    workspace = cs.Workspace(path)
    plan = workspace.read(written(path.parent / f"files of {path.name}", gone))
    assert plan.ready, plan.questions
    workspace.publish(plan, who="ana")
    return workspace


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """A workspace from which the customer was erased, what was told before and after, and one that never had it."""
    home = tmp_path_factory.mktemp("home")
    workspace = published(home / "acme", gone=True)
    workspace.save_segment('Only Nordwind "Bio"', {"customer_id": [GONE]})
    workspace.save_segment("Two", {"customer_id": [GONE, "ACC-0004"]})
    workspace.save_note(f"Called {ADDRESS}", date(2024, 5, 1))
    workspace.keep_state({"where": f'{{"customer_id": ["{GONE}"]}}'})
    shutil.copy(workspace.folder.version(1), workspace.folder.sidecar(1, f"{'a' * 12}-{'b' * 12}"))
    frozen, live = (workspace.share("kpi", frozen=frozen, audience="anyone") for frozen in (True, False))
    planned = workspace.erasure(GONE)
    assert any(word.encode() in path.read_bytes() for word in WORDS for path in home.rglob("acme/files/*/*.csv"))
    done = workspace.erase_customer(GONE, reason=f"{NAME} asked", who="ana")
    return {"workspace": workspace, "planned": planned, "done": done, "frozen": frozen, "live": live,
            "never": published(home / "never", gone=False)}  # fmt: skip


def found_in(path: Path) -> list[str]:
    """What of the customer stands in any byte of a folder, or in any cell of its databases."""
    found = []
    for file in (p for p in path.rglob("*") if p.is_file()):
        content = file.read_bytes().lower()
        forms = [(w, c) for w in WORDS for c in ("utf-8", "utf-16-le")]
        found += [f"{file.name}: {w} ({c})" for w, c in forms if w.lower().encode(c) in content]
        if file.suffix == ".xlsx":
            book = openpyxl.load_workbook(file)
            cells = " ".join(str(cell) for sheet in book for row in sheet.values for cell in row).lower()
            found += [f"{file.name}: {w}" for w in WORDS if w.lower() in cells]
        if file.suffix == ".duckdb":
            con = cursor(file)
            for (table,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                cells = str(con.execute(f'SELECT * FROM "{table}"').fetchall()).lower()
                found += [f"{file.name}.{table}: {w}" for w in WORDS if w.lower() in cells]
    return found


def test_nothing_of_it_is_left_in_any_byte(case):
    assert found_in(case["workspace"].path) == []


def test_the_proof_says_what_went_and_names_nobody(case):
    went = {(row["where"], row["what"]): row["count"] for row in case["done"].went}
    assert went["version 1", "rows of customers"] == went["version 1", "rows of users"] == 1
    assert went["version 1", "rows of tickets"] == len(tickets(True)) - len(tickets(False)) == 4
    assert went["version 1", "rows of survey responses"] == 3
    assert went["version 1", "cells of customers"] == 1  # a parent
    assert went["version 1", "cells of tickets"] == 1  # a mention
    assert went["upload accounts.csv", "rows"] == 1
    assert went["upload tickets.xlsx", "rows"] == 4
    assert went["saved segments", "changed"] == 2
    assert went["notes", "changed"] == 1
    assert case["done"].reason == "(erased) asked"
    assert case["done"].finished_at is not None
    assert not [word for word in WORDS if word in str(case["done"].to_json())]
    key = case["workspace"].records.rows(one_customer.ERASURES.select())[0]["key"]
    assert case["done"].keys == one_customer.identity.keys_of([GONE], key)
    assert "rows of customers" in {row["what"] for row in case["planned"].went}


def test_every_number_is_that_of_a_workspace_that_never_had_it(case):
    mine, never = case["workspace"].version(), case["never"].version()
    computable = mine.kpis().set_index("id")["computable"]
    assert computable.equals(never.kpis().set_index("id")["computable"])
    asked = list(computable.index[computable])
    assert "net_promoter_score" in asked
    pd.testing.assert_frame_equal(mine.compute(asked, grain="month"), never.compute(asked, grain="month"))
    assert {t: a["rows"] for t, a in mine.tables().items()} == {t: a["rows"] for t, a in never.tables().items()}


def test_rows_of_others_stand_where_they_stood(case):
    workspace = case["workspace"]
    names = {row["name"]: workspace.upload(row["sha256"]) for row in workspace.uploads().to_dict("records")}
    with open(names["accounts.csv"], newline="", encoding="utf-8") as file:
        lines = list(csv.reader(file))
    assert lines[:3] == accounts(True)[:3]
    assert lines[3] == [""] * 5
    assert lines[7] == ["ACC-0007", "Firm 7", "", "2024-08-11", "Pro"]  # whose parent it was
    sheet = list(openpyxl.load_workbook(names["tickets.xlsx"]).active.values)
    rows = cursor(workspace.folder.version(1)).execute("SELECT ticket_id, _row FROM tickets").fetchall()
    assert len(rows) == 36
    assert all(sheet[row - 1][0] == ticket for ticket, row in rows)
    known = cursor(workspace.folder.version(1)).execute("SELECT DISTINCT sha256 FROM _sources").fetchall()
    assert {sha for (sha,) in known} == set(workspace.uploads()["sha256"])


def test_a_frozen_link_says_that_it_changed_and_a_live_one_does_not(case):
    workspace = case["workspace"]
    opened = workspace.open_link(case["frozen"])
    at = case["done"].happened_at
    assert opened.changed == (
        f"On {at.day} {at:%B %Y} data were erased from this link's version on request; its numbers are no longer "
        "those that were shared."
    )
    assert workspace.open_link(case["live"]).changed == ""
    assert workspace.open_link(workspace.share("kpi", frozen=True, audience="anyone")).changed == ""
    assert len(case["done"].links) == 1


def test_a_filter_is_no_wider_than_it_was(case):
    held = {row["name"]: row["where"] for row in case["workspace"].segments()}
    assert held == {"Only (erased)": {"customer_id": ["(erased)"]}, "Two": {"customer_id": ["ACC-0004"]}}


def test_the_file_as_it_came_brings_nobody_back(case, tmp_path):
    workspace = case["workspace"]
    loads = workspace.read(written(tmp_path / "again", gone=True)).loads()
    request = publishing.Request("append", workspace.settings, no_facts)
    with publishing.rehearsal(workspace.folder, loads, request, Progress()) as (_, skipped):
        assert len(skipped) == 3  # the workbook says when it was written, so it is another file each time
    with open(tmp_path / "new.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([*accounts(True), ["ACC-0999", "New", "", "2024-08-01", "Pro"]])
    told = erased.sentences(workspace.records, workspace.read([tmp_path / "new.csv"]).loads())
    assert [line[:44] for line in told] == ["Rows of a customer whose data were erased on"]


def test_the_folder_holds_no_more_than_the_versions_and_uploads(case):
    folder: Folder = case["workspace"].folder
    assert sorted(p.name for p in folder.versions.iterdir()) == ["0001.duckdb"]
    assert len(list(folder.files.iterdir())) == 4
