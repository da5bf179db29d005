"""A workspace leaves as one file and comes in elsewhere: every number to the digit, or nothing at all."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

import cs_metrics as cs
from cs_metrics.errors import CSMetricsError, FileError, LimitError, WorkspaceError
from cs_metrics.workspace.moving import archive, rows
from cs_metrics.workspace.store import staging
from cs_metrics.workspace.store.records import METADATA
from tests.conftest import ROOT
from tests.workspace.loads import load

ASKED = ["mrr", "net_promoter_score", "customer_churn_rate", "net_revenue_retention"]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> cs.Workspace:
    """The sample company with its newest version alone, and with what a team keeps."""
    built = cs.sample()
    own = cs.Workspace(tmp_path_factory.mktemp("home") / "Our company")
    shutil.copytree(built.folder.files, own.folder.files, dirs_exist_ok=True)
    newest = built.numbers()[-1]
    shutil.copy(built.folder.version(newest), own.folder.version(newest))
    own.set_settings(built.settings | {"minimum_n": 7}, who="anna")
    own.save_segment("Größe > 10", {"seats": {">=": 10}}, who="anna")
    own.save_scorecard("Board", ASKED)
    own.set_card("mrr", owner="Anna", review_on=date(2026, 12, 1), benchmark_low=0.5, benchmark_source="ours")
    own.keep_state({"page": "cohorts"})
    return own


@pytest.fixture(scope="module")
def packed(sample: cs.Workspace) -> Path:
    target = sample.path.parent / "company.zip"
    said = sample.export(target, who="anna")
    assert said["versions"] == 1
    return target


def small(path: Path) -> cs.Workspace:
    """A workspace with one version of two rows, whose original is kept."""
    from cs_metrics.settings import resolve
    from cs_metrics.workspace.publish import publishing
    from cs_metrics.workspace.store.progress import Progress
    from tests.workspace.test_publishing import no_facts

    workspace = cs.Workspace(path)
    given = load("customers", [{"customer_id": "A"}, {"customer_id": "B"}])
    publishing.publish(workspace.folder, [given], publishing.Request("append", resolve(), no_facts), Progress())
    workspace.keep_upload("customers.csv", given.content)
    workspace.save_segment("Big", {"seats": {">=": 10}})
    return workspace


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of a small workspace."""
    folder = tmp_path_factory.mktemp("small")
    small(folder / "acme").export(folder / "acme.zip")
    return folder / "acme.zip"


def rewritten(source: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Copy an archive with its parts changed, by name; the manifest is one of them and is not mended."""
    with zipfile.ZipFile(source) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    change(parts)
    with zipfile.ZipFile(target, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return target


def remanifest(parts: dict[str, bytes], **changes: object) -> None:
    """Make the manifest agree with the parts once more, as somebody who alters on purpose would."""
    import hashlib

    about = json.loads(parts["manifest.json"]) | changes
    others = {name: content for name, content in parts.items() if name != "manifest.json"}
    about["parts"] = {n: {"bytes": len(c), "sha256": hashlib.sha256(c).hexdigest()} for n, c in others.items()}
    parts["manifest.json"] = json.dumps(about).encode()


def nothing_in(home: Path) -> bool:
    return not home.exists() or not list(home.iterdir())


def test_numbers_and_all_that_a_team_keeps_are_the_same_elsewhere(sample, packed, tmp_path):
    there = cs.import_workspace(packed, tmp_path)
    assert (there.name, there.path.parent) == ("Our company", tmp_path)
    asked = {"grain": "month", "by": ["region"], "totals": True}
    before, after = (w.version().compute(ASKED, **asked) for w in (sample, there))
    assert len(before) > 100
    bounds = ["low", "high"]  # sums of doubles in parallel differ in the 16th digit, also between two requests here
    pd.testing.assert_frame_equal(before.drop(columns=bounds), after.drop(columns=bounds), check_exact=True)
    pd.testing.assert_frame_equal(before[bounds], after[bounds], rtol=1e-12)
    assert there.settings == sample.settings
    assert there.segments() == sample.segments()
    assert there.scorecards() == sample.scorecards()
    assert there.card("mrr") == sample.card("mrr")
    assert there.uploads().equals(sample.uploads())
    assert there.state(sample.keep_state({"page": "cohorts"})) == {"page": "cohorts"}
    kept = sample.audit()[lambda frame: frame["action"] != "export"].to_dict("records")
    assert there.audit().to_dict("records")[1:] == kept
    assert there.audit()["action"].iloc[0] == "import"
    assert there.records.workspace != sample.records.workspace
    for path in sample.folder.files.rglob("*.*"):
        assert there.upload(path.parent.name).read_bytes() == path.read_bytes()


def test_the_export_is_in_the_log_and_never_written_over_a_file(sample, packed):
    assert sample.audit()["action"].iloc[0] == "export"
    assert oct(packed.stat().st_mode)[-3:] == "600"
    with pytest.raises(WorkspaceError, match="already"):
        sample.export(packed)
    assert [p.name for p in packed.parent.iterdir() if p.suffix != ""] == ["company.zip"]


def test_a_name_that_is_taken_gets_a_number_or_is_refused(one, tmp_path):
    names = [cs.import_workspace(one, tmp_path).name for _ in range(3)]
    assert names == ["acme", "acme 2", "acme 3"]
    assert cs.import_workspace(one, tmp_path, "Northwind").name == "Northwind"
    with pytest.raises(WorkspaceError, match="'ACME 2' already"):
        cs.import_workspace(one, tmp_path, "ACME 2")
    with pytest.raises(WorkspaceError, match="letters, digits"):
        cs.import_workspace(one, tmp_path, "../acme")


def put(name: str, content: bytes) -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        parts[name] = content
        remanifest(parts)

    return change


def flip(parts: dict[str, bytes]) -> None:
    """One byte of a version differs."""
    name = next(n for n in parts if n.startswith("versions/"))
    parts[name] = parts[name][:-1] + bytes([parts[name][-1] ^ 1])


def drop(parts: dict[str, bytes]) -> None:
    del parts[next(n for n in parts if n.startswith("files/"))]


def say(**changes: object) -> Callable[[dict[str, bytes]], None]:
    return lambda parts: remanifest(parts, **changes)


def add_row(table: str, row: dict) -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        parts["rows.jsonl"] += json.dumps({"table": table, "row": row}).encode() + b"\n"
        remanifest(parts)

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (flip, "damaged or was altered"),
        (drop, "damaged or was altered"),
        (put("../../evil.txt", b"x"), "damaged or was altered"),
        (put("/tmp/evil.txt", b"x"), "damaged or was altered"),
        (put("workspace.id", b"x"), "damaged or was altered"),
        (put(f"files/{'a' * 64}/evil.csv", b"x"), "damaged or was altered"),
        (put(f"files/{'a' * 64}/..", b"x"), "damaged or was altered"),
        (put("versions/0002.duckdb", b"no database"), "version 2 cannot be opened"),
        (say(schema=99), r"newer release .*\(schema 99"),
        (say(layout=2), r"newer release .*\(layout 2, this one knows 1"),
        (say(format=2), "newer release"),
        (say(schema="x"), "damaged or was altered"),
        (say(kind="backup"), "not a workspace archive of cs-metrics"),
        (lambda parts: parts.update({"manifest.json": b"[]"}), "not a workspace archive of cs-metrics"),
        (lambda parts: parts.pop("manifest.json"), "not a workspace archive of cs-metrics"),
        (add_row("cs_nothing", {}), "damaged or was altered"),
        (add_row("cs_settings", {"name": "minimum_n", "value": 5, "colour": 1}), "damaged or was altered"),
        (add_row("cs_settings", {"name": "minimum_n", "value": "many"}), "damaged or was altered"),
        (add_row("cs_settings", {"name": 5, "value": 1}), "damaged or was altered"),
        (add_row("cs_audit", {"happened_at": "yesterday", "who": "", "action": "", "detail": {}}), "damaged or was"),
        (add_row("cs_segments", {"segment": "a"}), "damaged or was altered"),
    ],
)
def test_what_is_not_as_it_was_written_is_refused_and_leaves_nothing(one, tmp_path, change, said):
    bad = rewritten(one, tmp_path / "acme.zip", change)
    with pytest.raises(CSMetricsError, match=said):
        cs.import_workspace(bad, tmp_path / "home")
    assert nothing_in(tmp_path / "home")
    assert not (tmp_path / "evil.txt").exists()


def test_half_a_file_another_file_and_none_are_refused(one, tmp_path):
    for name, content in (("half.zip", one.read_bytes()[:-200]), ("notes.txt", b"notes"), ("empty.zip", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FileError, match="not a workspace archive of cs-metrics, or not all of it"):
            cs.import_workspace(tmp_path / name, tmp_path / "home")
    with pytest.raises(FileError, match="There is no file"):
        cs.import_workspace(tmp_path / "gone.zip", tmp_path / "home")
    assert nothing_in(tmp_path / "home")


def test_an_archive_beyond_the_limit_is_refused_by_what_it_unpacks_to(one, tmp_path, monkeypatch):
    monkeypatch.setenv("CS_METRICS_IMPORT_MB", "0.01")
    with pytest.raises(LimitError, match="CS_METRICS_IMPORT_MB"):
        cs.import_workspace(one, tmp_path / "home")
    assert nothing_in(tmp_path / "home")


def test_an_upload_that_changed_on_the_disk_is_not_taken_along(tmp_path):
    workspace = small(tmp_path / "acme")
    next(workspace.folder.files.rglob("*.csv")).write_bytes(b"something else")
    with pytest.raises(WorkspaceError, match="is not what it was"):
        workspace.export(tmp_path / "acme.zip")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["acme"]


def test_it_moves_between_a_file_and_a_database_that_is_shared(one, tmp_path, monkeypatch):
    monkeypatch.setenv("CS_METRICS_DATABASE_URL", f"sqlite:///{tmp_path / 'shared.sqlite'}")
    first = cs.import_workspace(one, tmp_path / "home")
    second = cs.import_workspace(one, tmp_path / "home")
    second.delete_segment("Big" if not second.segments() else second.segments()[0]["segment"])
    assert [s["name"] for s in first.segments()] == ["Big"]
    first.export(tmp_path / "back.zip")
    monkeypatch.delenv("CS_METRICS_DATABASE_URL")
    assert [s["name"] for s in cs.import_workspace(tmp_path / "back.zip", tmp_path / "other").segments()] == ["Big"]


KILLED = """
import sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from cs_metrics.workspace.moving import archive

def stop(*ignored):
    print("here", flush=True)
    time.sleep(60)

setattr(*{"unpacking": (archive, "_check_versions", stop), "renaming": (archive, "_appear", stop)}[sys.argv[4]])
archive.import_(Path(sys.argv[2]), Path(sys.argv[3]))
"""


@pytest.mark.parametrize("moment", ["unpacking", "renaming"])
def test_one_that_is_killed_half_way_leaves_nothing_to_be_seen_and_the_next_clears_up(
    one, tmp_path, moment, monkeypatch
):
    """With the database that several share: the rows of the killed one go as well."""
    home = tmp_path / "home"
    monkeypatch.setenv("CS_METRICS_DATABASE_URL", f"sqlite:///{tmp_path / 'shared.sqlite'}")
    command = [sys.executable, "-c", KILLED, str(ROOT), str(one), str(home), moment]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().strip() == "here"
        staging.sweep(home)  # what still grows is left alone
        assert len(list(home.iterdir())) == 2
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert all(p.name.startswith(".") for p in home.iterdir())
    workspace = cs.import_workspace(one, home)
    assert [p.name for p in home.iterdir()] == ["acme"]
    with workspace.records.engine.connect() as con:
        keys = set(con.execute(sa.select(METADATA.tables["cs_segments"].c.workspace)).scalars())
    assert keys == {workspace.records.workspace}


def test_every_table_says_whether_it_travels():
    """A new table of rights, links or tokens gets `info=STAYS`; any other is added here."""
    assert {t.name.removeprefix("cs_") for t in rows.travelling()} == {
        "audit", "cards", "drafts", "erasures", "firings", "follow_ups", "mappings", "matches", "notes", "own_kpis",
        "playbooks", "reports", "rules", "scorecards", "segments", "settings", "states", "targets", "themes",
        "todo_changes", "todos", "uploads", "versions", "views",
    }  # fmt: skip


def test_the_manifest_says_what_wrote_it(one):
    with zipfile.ZipFile(one) as book:
        about = json.loads(book.read("manifest.json"))
    assert about["kind"] == archive.KIND
    assert about["name"] == "acme"
    assert set(about["parts"]) == set(book.namelist()) - {"manifest.json"}
    assert {"layout", "schema", "format", "duckdb", "made_at"} <= set(about)
