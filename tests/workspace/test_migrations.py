"""A database that an earlier release wrote opens, with every row; one of a newer release is refused, as it was."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from cs_metrics.errors import WorkspaceError
from cs_metrics.workspace.kept import segments
from cs_metrics.workspace.store import migrations
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.records import METADATA, Records

EARLIER = sorted((Path(__file__).parent / "schemas").glob("*.sql"))


def write(path: Path, script: str) -> Folder:
    """Make a workspace whose database is what a script makes."""
    folder = Folder(path)
    with sqlite3.connect(folder.path / "workspace.sqlite") as con:
        con.executescript(script.replace("'acme'", f"'{folder.key}'"))
    con.close()
    return folder


def content(folder: Folder) -> dict[str, list]:
    with sqlite3.connect(folder.path / "workspace.sqlite") as con:
        names = [n for (n,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        found = {name: con.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}
    con.close()
    return found


def columns(engine: sa.Engine) -> dict[str, list[tuple]]:
    look = sa.inspect(engine)
    return {
        table: [(c["name"], str(c["type"]), c["nullable"]) for c in look.get_columns(table)]
        for table in look.get_table_names()
    }


@pytest.mark.parametrize("schema", EARLIER, ids=lambda p: p.stem)
def test_a_database_of_an_earlier_schema_opens_with_every_row(tmp_path, schema):
    folder = write(tmp_path / "acme", schema.read_text())
    before = {name: rows for name, rows in content(folder).items() if name != "cs_schema"}
    records = Records(folder)
    after = content(folder)
    for name in before:  # what a step adds to a table stands behind what was there
        assert [row[: len(was)] for row, was in zip(after[name], before[name], strict=True)] == before[name]
    assert after["cs_schema"] == [(migrations.today(),)]
    assert columns(records.engine) == columns(Records(Folder(tmp_path / "new")).engine)
    assert all(records.rows(records.mine(METADATA.tables[name])) for name in before)
    segments.save(records, "Big", {})
    assert [s["name"] for s in segments.listing(Records(folder))] == ["Big", "name it's"]


def test_a_step_is_taken_once_and_by_both_old_and_new_databases(tmp_path, monkeypatch):
    """The step adds what the tables of today (here: made so) have; a database without the table gets it whole."""
    old = write(tmp_path / "old", EARLIER[-1].read_text())

    def colour(con: sa.Connection) -> None:
        if sa.inspect(con).has_table("cs_segments"):
            con.execute(sa.text("ALTER TABLE cs_segments ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey'"))

    monkeypatch.setattr(migrations, "STEPS", (colour,))
    for _ in range(2):
        engine = sa.create_engine(f"sqlite:///{old.path / 'workspace.sqlite'}")
        migrations.bring_up(engine, METADATA)
        engine.dispose()
    assert content(old)["cs_schema"] == [(2,)]
    assert [row[-1] for row in content(old)["cs_segments"]] == ["grey"]


def test_a_step_that_fails_leaves_the_database_as_it_was(tmp_path, monkeypatch):
    folder = write(tmp_path / "acme", EARLIER[0].read_text())
    before = content(folder)

    def half(con: sa.Connection) -> None:
        con.execute(sa.text("ALTER TABLE cs_segments ADD COLUMN colour TEXT"))
        con.execute(sa.text("DELETE FROM cs_audit"))
        con.execute(sa.text("SELECT * FROM there_is_no_such_table"))

    monkeypatch.setattr(migrations, "STEPS", (half,))
    with pytest.raises(WorkspaceError, match="from schema 1 to 2; it is as it was"):
        Records(folder)
    assert content(folder) == before


def test_a_database_of_a_newer_release_is_refused_in_one_sentence_and_left_alone(tmp_path):
    folder = write(
        tmp_path / "acme", "CREATE TABLE cs_schema(number INTEGER NOT NULL); INSERT INTO cs_schema VALUES (9)"
    )
    with pytest.raises(WorkspaceError, match=r"newer release .* \(schema 9, this one knows \d+\): update cs-metrics"):
        Records(folder)
    assert content(folder) == {"cs_schema": [(9,)]}


def test_a_database_that_is_none_is_a_sentence(tmp_path):
    folder = Folder(tmp_path / "acme")
    (folder.path / "workspace.sqlite").write_text("a note, and no database" * 100)
    with pytest.raises(WorkspaceError, match="cannot be opened: file is not a database"):
        Records(folder)
