"""The SQL database as PostgreSQL: earlier schemas come up, workspaces move in and out, two servers lose nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

import cs_metrics as cs
from cs_metrics.workspace.moving import backup
from cs_metrics.workspace.store import connections, migrations
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.records import METADATA, Records
from tests.conftest import ROOT
from tests.workspace.test_archive import small
from tests.workspace.test_migrations import EARLIER, write

URL = "CS_METRICS_DATABASE_URL"

WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
import cs_metrics as cs
from cs_metrics.errors import WorkspaceError

workspace, who = cs.Workspace(sys.argv[2]), sys.argv[3]
print("here", flush=True)
sys.stdin.readline()
for n in range(8):
    workspace.save_note(f"{who} {n}", "2026-01-15", who=who)
    workspace.set_card("mrr", who=who, **{"owner" if who == "ana" else "benchmark_source": f"{who} {n}"})
    workspace.set_settings({"minimum_n" if who == "ana" else "trial_days": n + 1}, who=who)
    try:
        workspace.invite(f"p{n}@acme.com", who=who)
    except WorkspaceError as error:
        assert "is a member already" in str(error), error
"""


def test_two_servers_that_write_at_once_lose_no_update(tmp_path: Path, database: str) -> None:
    workspace = cs.Workspace(tmp_path / "acme")
    names = ("ana", "bob")
    command = [sys.executable, "-c", WRITER, str(ROOT), str(workspace.path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    running = [subprocess.Popen([*command, name], **pipes) for name in names]
    for process in running:
        assert process.stdout.readline() == "here\n"
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.wait(120) for process in running] == [0, 0]
    assert {row["text"] for row in workspace.notes()} == {f"{name} {n}" for name in names for n in range(8)}
    card = workspace.card("mrr")
    assert (card["owner"], card["benchmark_source"]) == ("ana 7", "bob 7")
    assert workspace.chosen_settings == {"minimum_n": 8, "trial_days": 8}
    log = workspace.audit()
    assert sorted(p["email"] for p in workspace.people()) == [f"p{n}@acme.com" for n in range(8)]
    assert list(log["action"]).count("person invited") == 8
    assert len(log) == 2 * 8 * 3 + 8


def earlier_into(url: str, folder: Folder) -> sa.Engine:
    """Copy the SQLite database of a folder, table by table, into an empty PostgreSQL; return an engine on that."""
    lite = sa.create_engine(f"sqlite:///{folder.path / 'workspace.sqlite'}")
    tables = sa.MetaData()
    tables.reflect(lite)
    for table in tables.tables.values():
        for column in table.columns:
            column.type = column.type.as_generic()
    there = sa.create_engine(url)
    tables.create_all(there)
    with lite.connect() as source, there.begin() as target:
        for table in tables.sorted_tables:
            target.execute(sa.insert(table), [dict(row) for row in source.execute(sa.select(table)).mappings()])
    lite.dispose()
    (folder.path / "workspace.sqlite").unlink()
    return there


def columns(engine: sa.Engine) -> dict[str, list[tuple[str, str]]]:
    look = sa.inspect(engine)
    return {t: sorted((c["name"], str(c["type"])) for c in look.get_columns(t)) for t in look.get_table_names()}


@pytest.mark.parametrize("schema", EARLIER[::2], ids=lambda p: p.stem)
def test_a_database_of_an_earlier_schema_opens_with_every_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres: Callable[[], str], schema: Path
) -> None:
    folder = write(tmp_path / "acme", schema.read_text())
    url = postgres()
    there = earlier_into(url, folder)
    with there.connect() as con:
        counts = {
            name: con.execute(sa.text(f'SELECT count(*) FROM "{name}"')).scalar_one()
            for name in set(sa.inspect(con).get_table_names()) & set(METADATA.tables)
        }
    monkeypatch.setenv(URL, url)
    records = Records(folder)
    for name in counts:
        assert len(records.rows(records.mine(METADATA.tables[name]))) == counts[name] > 0, name
    with there.connect() as con:
        assert con.execute(sa.select(migrations.NUMBER)).fetchall() == [(migrations.today(),)]
    fresh = postgres()
    monkeypatch.setenv(URL, fresh)
    assert columns(there) == columns(Records(Folder(tmp_path / "new")).engine)
    there.dispose()
    connections.forget_url(url)
    connections.forget_url(fresh)


KILLED = """
import sys, time
sys.path.insert(0, sys.argv[1])
from cs_metrics.workspace.store import migrations
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.records import Records

def stop(con):
    print("here", flush=True)
    time.sleep(60)

migrations.STEPS = (*migrations.STEPS, stop)
Records(Folder(sys.argv[2]))
"""


def test_a_migration_that_is_killed_on_its_last_step_was_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres: Callable[[], str]
) -> None:
    folder = write(tmp_path / "acme", EARLIER[-1].read_text())
    url = postgres()
    there = earlier_into(url, folder)
    before = columns(there)
    monkeypatch.setenv(URL, url)
    command = [sys.executable, "-c", KILLED, str(ROOT), str(folder.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().strip() == "here"
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert columns(there) == before
    records = Records(folder)
    assert set(before) < set(columns(there))
    assert records.rows(records.mine(METADATA.tables["cs_segments"]))
    there.dispose()
    connections.forget_url(url)


def test_a_workspace_moves_in_and_out_and_a_backup_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres: Callable[[], str]
) -> None:
    def kept(workspace: cs.Workspace) -> list[object]:
        return [workspace.segments(), workspace.targets(), workspace.notes(), workspace.pinned_themes(),
                workspace.settings, workspace.version().tables()["customers"]["rows"]]  # fmt: skip

    monkeypatch.delenv(URL, raising=False)
    at_first = small(tmp_path / "files" / "acme")
    at_first.save_target("mrr", since=date(2026, 1, 1), low=10.5, owner="Ana")
    at_first.save_note("Preis erhöht", "2026-02-01")
    at_first.pin_theme("Export", ["slow export*"])
    at_first.set_settings({"minimum_n": 7, "scores": at_first.settings["scores"]})
    at_first.export(tmp_path / "in.zip")
    first, second = postgres(), postgres()
    monkeypatch.setenv(URL, first)
    moved = cs.import_workspace(tmp_path / "in.zip", tmp_path / "home")
    assert kept(moved) == kept(at_first)
    moved.export(tmp_path / "out.zip")
    file = backup.back_up(tmp_path / "home", tmp_path / "all.zip")
    monkeypatch.setenv(URL, second)
    assert backup.restore(file, tmp_path / "again") == ["acme"]
    restored = cs.Workspace.open(tmp_path / "again" / "acme")
    assert kept(restored) == kept(at_first)
    assert restored.save_note("goes on", "2026-03-01")
    assert list(restored.audit()["action"])[1:] == list(moved.audit()["action"])
    monkeypatch.delenv(URL)
    assert kept(cs.import_workspace(tmp_path / "out.zip", tmp_path / "other")) == kept(at_first)
    for url in (first, second):
        connections.forget_url(url)
