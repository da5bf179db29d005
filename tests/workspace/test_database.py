"""Reading a version: locked down, and one reader never sees another's rows."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pyarrow as pa
import pytest

from cs_metrics.errors import WorkspaceError
from cs_metrics.workspace.store import database


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "0001.duckdb"
    with database.writing(path) as con:
        con.execute("CREATE TABLE t AS SELECT range AS n FROM range(1000)")
    return path


ESCAPES = (
    "SELECT * FROM read_csv('/etc/hosts')",
    "SELECT * FROM read_text('/etc/hosts')",
    "SELECT * FROM '/etc/hosts'",
    "SELECT * FROM glob('/*')",
    "COPY t TO '{folder}/out.csv'",
    "EXPORT DATABASE '{folder}/out'",
    "ATTACH '{folder}/other.duckdb'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET memory_limit = '100GB'",
)


@pytest.mark.parametrize("statement", [*ESCAPES, "CREATE TABLE x (n INTEGER)", "DELETE FROM t"])
def test_nothing_gets_out_of_a_version_that_is_read_nor_into_it(path, tmp_path, statement):
    with pytest.raises(duckdb.Error):
        database.cursor(path).execute(statement.format(folder=tmp_path))
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("statement", ESCAPES)
def test_nothing_gets_out_of_a_version_that_is_built(tmp_path, statement):
    with database.writing(tmp_path / "new.duckdb") as con:
        con.execute("CREATE TABLE t (n INTEGER)")
        with pytest.raises(duckdb.Error):
            con.execute(statement.format(folder=tmp_path))
    assert not (tmp_path / "out.csv").exists()


def test_python_variables_are_not_tables(path):
    secret = pa.table({"n": [1]})  # noqa: F841
    with pytest.raises(duckdb.Error):
        database.cursor(path).execute("SELECT * FROM secret")


def test_many_threads_each_see_their_own_rows(path):
    def ask(n: int) -> bool:
        return database.cursor(path).execute("SELECT n FROM t WHERE n = $1", [n]).fetchall() == [(n,)]

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(200)))


def test_a_cursor_outlives_its_place_in_the_cache(path, tmp_path, monkeypatch):
    monkeypatch.setattr(database, "OPEN_AT_ONCE", 1)
    held = database.cursor(path)
    other = tmp_path / "0002.duckdb"
    with database.writing(other) as con:
        con.execute("CREATE TABLE t AS SELECT 7 AS n")
    assert database.cursor(other).execute("SELECT n FROM t").fetchall() == [(7,)]
    gc.collect()
    assert held.execute("SELECT count(*) FROM t").fetchall() == [(1000,)]
    assert database.cursor(path).execute("SELECT count(*) FROM t").fetchall() == [(1000,)]


def test_a_missing_or_damaged_file_is_a_sentence(tmp_path):
    with pytest.raises(WorkspaceError, match="is gone"):
        database.cursor(tmp_path / "0009.duckdb")
    (tmp_path / "0001.duckdb").write_bytes(b"not a database" * 1000)
    with pytest.raises(WorkspaceError, match="damaged"):
        database.cursor(tmp_path / "0001.duckdb")


def test_no_more_threads_build_than_there_is_memory_for(tmp_path, monkeypatch):
    for limit, most in {"100MB": 1, "300MB": 2}.items():
        monkeypatch.setenv("CS_METRICS_MEMORY_LIMIT", limit)
        with database.writing(tmp_path / f"{limit}.duckdb") as con:
            threads = con.execute("SELECT current_setting('threads')").fetchall()[0][0]
        assert 1 <= threads <= most
