"""Files in a zip or a gzip lose the customer's rows alone; where that cannot be, the plan says whose go with it."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest

import cs_metrics as cs
from cs_metrics.errors import WorkspaceError
from tests.workspace.test_erasing_worlds import quickly

GONE = "ACC-0003"
ACCOUNTS = "account_id,company,signup_date,plan,industry\n" + "".join(
    f"ACC-{i:04d},Firm {i},2024-01-0{i},{'Pro' if i % 2 else 'Basic'},Retail\n" for i in range(1, 7)
)
TICKETS = "ticket_id,account_id,created_at,subject\n" + "".join(
    f"T-{i},ACC-{1 + i % 6:04d},2024-05-0{1 + i % 9} 08:00:00,Hello {i}\n" for i in range(12)
)


def packed(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as book:
        for name, content in files.items():
            book.writestr(name.replace("_", "."), content)
    return path


def published(home: Path, *paths: Path) -> cs.Workspace:
    workspace = cs.Workspace(home / "acme")
    plan = workspace.read(paths)
    assert plan.ready, plan.questions
    workspace.publish(plan)
    return workspace


def test_a_zip_of_two_tables_and_a_gzip_keep_the_rows_of_others_where_they_stood() -> None:
    with quickly() as home:
        one = packed(home / "export.zip", accounts_csv=ACCOUNTS.encode(), tickets_csv=TICKETS.encode("utf-16"))
        two = home / "more.csv.gz"
        two.write_bytes(gzip.compress(TICKETS.replace("T-", "U-").encode()))
        workspace = published(home, one, two)
        planned = {(row["where"], row["what"]): row["count"] for row in workspace.erasure(GONE).went}
        assert planned["upload export.zip", "rows"] == 1 + 2
        assert planned["upload more.csv.gz", "rows"] == 2
        workspace.erase_customer(GONE)
        stored = {row["name"]: workspace.upload(row["sha256"]) for row in workspace.uploads().to_dict("records")}
        with zipfile.ZipFile(stored["export.zip"]) as book:
            accounts, tickets = book.read("accounts.csv").decode(), book.read("tickets.csv").decode("utf-16")
        more = gzip.decompress(stored["more.csv.gz"].read_bytes()).decode()
        for before, after, empty in ((ACCOUNTS, accounts, ",,,,"), (TICKETS, tickets, ",,,"),
                                     (TICKETS.replace("T-", "U-"), more, ",,,")):  # fmt: skip
            assert after.splitlines() == [empty if GONE in line else line for line in before.splitlines()]
        plan = workspace.read(stored.values())
        assert sorted(len(load.rows) for load in plan.loads()) == [5, 10, 10]


def parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(csv.read_csv(io.BytesIO(ACCOUNTS.encode())), out)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["parquet", "a part that is no table"])
def test_the_plan_says_whose_rows_go_with_a_file_that_goes_whole(kind: str) -> None:
    with quickly() as home:
        if kind == "parquet":
            path, why = home / "accounts.parquet", "single rows cannot be taken out of a file of its kind"
            path.write_bytes(parquet())
        else:
            path, why = home / "accounts.zip", "a file in it cannot be read"
            packed(path, accounts_csv=ACCOUNTS.encode(), notes_pdf=b"%PDF-1.7 ACC-0003")
        workspace = published(home, path)
        (planned,) = [row for row in workspace.erasure(GONE).went if row["where"] == f"upload {path.name}"]
        said = f"the whole file (6 rows; those of 5 other customers stay in the versions): {why}"
        assert planned["what"] == said
        (stored,) = workspace.uploads()["sha256"]
        assert [place.name for place in workspace.folder.files.iterdir()] == [stored]  # the plan writes nothing
        assert planned in workspace.erase_customer(GONE).went
        with pytest.raises(WorkspaceError, match="was removed on"):
            workspace.upload(stored)
        assert workspace.version().tables()["customers"]["rows"] == 5
