"""An erasure that is killed at any step is finished by the next one to open the workspace, in all versions."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cs_metrics.errors import WorkspaceError
from cs_metrics.ingest.reading import files, worker
from cs_metrics.ingest.reading.limits import Limits
from cs_metrics.ingest.sheet import Read
from cs_metrics.settings import resolve
from cs_metrics.workspace.erasing import database_rows, one_customer, originals, version_files
from cs_metrics.workspace.publish import publishing, uploads, versions
from cs_metrics.workspace.store.database import cursor
from cs_metrics.workspace.store.folder import Folder, sha256_of
from cs_metrics.workspace.store.progress import Progress
from cs_metrics.workspace.store.records import Records
from tests.conftest import ROOT
from tests.workspace.loads import load
from tests.workspace.test_publishing import no_facts

GONE = "ACC-0003"
TEXT = "account_id,plan\n" + "".join(f"ACC-{i:04d},Pro\n" for i in range(1, 9))
ROWS = [{"customer_id": f"ACC-{i:04d}", "plan": "Pro"} for i in range(1, 9)]


@pytest.fixture(autouse=True)
def read_here(monkeypatch, tmp_path_factory):
    """Read files in this process: what is killed here is the erasing, and starting the reader takes a second."""

    def read(paths: list[Path]) -> Read:
        folder = tmp_path_factory.mktemp("read")
        sheets = []
        for path in paths:
            upload = files._Upload(path.name, path, sha256_of(path), path.stat().st_size)
            (record,) = worker.read_one(0, path, path.name, folder, Limits(), lambda *_: None)
            sheets.append(files._sheet(upload, record, folder / "0-0.arrow"))
            (folder / "0-0.arrow").rename(folder / f"{len(sheets)}.arrow")
        return Read(tuple(sheets), ())

    monkeypatch.setattr(originals, "read_files", read)


class Killed(BaseException):
    """As if the process had died: nothing catches it."""


def two(path: Path) -> Folder:
    """A workspace with two versions of accounts, whose upload is a text."""
    folder = Folder(path)
    records = Records(folder)
    content = TEXT.encode()
    given = replace(load("customers", ROWS, "accounts.csv", mapping={"customer_id": "account_id", "plan": "plan"}),
                    content=content, sha256=hashlib.sha256(content).hexdigest())  # fmt: skip
    publishing.publish(folder, [given], publishing.Request("append", resolve(), no_facts), Progress())
    uploads.keep(folder, records, "accounts.csv", content)
    versions.restore(folder, 1, "")
    records.log("ana", "save segment", {"where": {"customer_id": [GONE]}})
    records.close()
    return folder


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two(tmp_path_factory.mktemp("home") / "acme").path


def done(folder: Folder, records: Records) -> None:
    """Look whether the customer is out of everything, and the erasure told once."""
    for number in (1, 2):
        rows = cursor(folder.version(number)).execute("SELECT customer_id, _row FROM customers ORDER BY 1").fetchall()
        assert rows == [(f"ACC-{i:04d}", i + 1) for i in range(1, 9) if i != 3]
        sha = cursor(folder.version(number)).execute("SELECT sha256 FROM _sources").fetchall()[0][0]
        assert uploads.path_of(folder, sha).read_text().splitlines()[3] == ","
    (told,) = one_customer.listing(records)
    assert told.finished_at is not None
    assert told.versions == [1, 2]
    went = {(row["where"], row["what"]): row["count"] for row in told.went}
    assert [went[f"version {n}", "rows of customers"] for n in (1, 2)] == [1, 1]
    assert went["upload accounts.csv", "rows"] == 1
    assert went["audit log", "changed"] == 1
    assert len(list(folder.files.iterdir())) == 1
    records.engine.dispose()
    left = [p.name for p in folder.path.rglob("*") if p.is_file() and GONE.encode() in p.read_bytes()]
    assert left == []


STEPS = (
    (originals, "move_whole", True), (originals, "remove", True),
    (version_files, "move_whole", False), (version_files, "move_whole", True),
    (database_rows, "_uploads", False), (one_customer, "compact", False),
)  # fmt: skip


@pytest.mark.parametrize(("place", "name", "after"), STEPS, ids=[f"{p.__name__}.{n} {a}" for p, n, a in STEPS])
def test_what_was_killed_is_finished(before, tmp_path, monkeypatch, place, name, after):
    """Killed before, or right `after`, the first call of a step."""
    path = Path(shutil.copytree(before, tmp_path / "acme"))
    folder = Folder(path)
    records = Records(folder)
    real = getattr(place, name)

    def dies(*given: Any, **more: Any) -> None:
        if after:
            real(*given, **more)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(place, name, dies)
        with pytest.raises(Killed):
            one_customer.erase(folder, records, [GONE], {}, no_facts)
    assert one_customer.listing(records)[0].finished_at is None
    one_customer.finish(folder, records, no_facts)
    done(folder, records)


def test_nothing_is_begun_for_a_customer_that_nobody_knows(before):
    folder = Folder(before)
    records = Records(folder)
    with pytest.raises(WorkspaceError, match="Nothing is known of this customer"):
        one_customer.erase(folder, records, ["ACC-9999"], {}, no_facts)
    with pytest.raises(WorkspaceError, match="a customer's id"):
        one_customer.plan(folder, records, [" "], {})
    assert one_customer.listing(records) == []


ERASER = """
import sys, time
sys.path.insert(0, sys.argv[2])
from cs_metrics.workspace.erasing import one_customer, version_files
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.records import Records
from tests.workspace.test_publishing import no_facts

def say(*ignored):
    print("here", flush=True)
    time.sleep(60)

version_files.move_whole = say
folder = Folder(sys.argv[1])
one_customer.erase(folder, Records(folder), ["ACC-0003"], {}, no_facts)
"""


def test_a_process_that_is_killed_leaves_it_to_the_next(before, tmp_path):
    path = Path(shutil.copytree(before, tmp_path / "acme"))
    command = [sys.executable, "-c", ERASER, str(path), str(ROOT)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "here"
        folder = Folder(path)
        records = Records(folder)
        one_customer.finish(folder, records, no_facts)  # whoever is at it is left to it
        assert one_customer.listing(records)[0].finished_at is None
        os.kill(process.pid, signal.SIGKILL)
    one_customer.finish(folder, records, no_facts)
    done(folder, records)
