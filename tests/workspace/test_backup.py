"""Back-up while somebody works, restore into an empty place: all workspaces as they were."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import zipfile
from pathlib import Path

import pytest

import cs_metrics as cs
from cs_metrics.__main__ import main
from cs_metrics.errors import CSMetricsError, WorkspaceError
from cs_metrics.workspace.moving import backup
from tests.workspace.test_archive import put, rewritten, say, small


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two workspaces, which a test copies."""
    home = tmp_path_factory.mktemp("made") / "home"
    small(home / "acme")
    other = small(home / "Other one")
    other.set_settings({"minimum_n": 5}, who="anna")
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "home")
    return tmp_path / "home"


def test_two_commands_bring_everything_back(home, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CS_METRICS_HOME", str(home))
    (tmp_path / "kept").mkdir()
    assert main(["backup", str(tmp_path / "kept")]) == 0
    (file,) = (tmp_path / "kept").iterdir()
    assert file.name.startswith("cs-metrics-20")
    shutil.rmtree(home)
    assert main(["restore", str(file)]) == 0
    assert "2 workspaces are in" in capsys.readouterr().out
    other = cs.Workspace.open(home / "Other one")
    assert other.settings["minimum_n"] == 5
    assert list(other.audit()["who"]) == ["anna", ""]
    assert [s["name"] for s in other.segments()] == ["Big"]
    assert other.version().tables()["customers"]["rows"] == 2
    assert other.upload(other.uploads()["sha256"].iloc[0]).exists()


def test_what_is_in_progress_or_can_be_built_again_stays_behind(home, tmp_path):
    acme = home / "acme"
    for name in ("staging-1.duckdb", "staging-1.lock", "0001.0123456789ab-0123456789ab.duckdb"):
        (acme / "versions" / name).write_bytes(b"half")
    (acme / "files" / f"upload-{'0' * 32}").write_bytes(b"half")
    (home / ".arriving-1").mkdir()
    (home / ".arriving-1" / "x").write_bytes(b"half")
    with zipfile.ZipFile(backup.back_up(home, tmp_path / "all.zip")) as book:
        names = {name.split("/", 2)[-1] for name in book.namelist() if name.startswith("home/acme/")}
    kept = {name.rpartition("/")[2] for name in names}
    assert kept == {"workspace.id", "workspace.sqlite", "0001.duckdb", "customers.csv"}


def test_a_backup_made_while_somebody_writes_is_whole(home, tmp_path):
    """Each change is one row in two tables at once; in the backup there are as many of one as of the other."""
    path = home / "acme" / "workspace.sqlite"
    with sqlite3.connect(path) as con:
        con.executescript("CREATE TABLE a(n INTEGER); CREATE TABLE b(n INTEGER);")
    stop = threading.Event()

    def write() -> None:
        with sqlite3.connect(path, timeout=30) as own:
            for n in range(100_000):
                if stop.is_set():
                    break
                own.execute("INSERT INTO a VALUES (?)", [n])
                own.execute("INSERT INTO b VALUES (?)", [n])
                own.commit()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        file = backup.back_up(home, tmp_path / "all.zip")
    finally:
        stop.set()
        writer.join()
    backup.restore(file, tmp_path / "again")
    with sqlite3.connect(tmp_path / "again" / "acme" / "workspace.sqlite") as con:
        assert con.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert con.execute("SELECT count(*) FROM a").fetchall() == con.execute("SELECT count(*) FROM b").fetchall()


def test_nothing_is_put_where_something_is(home, tmp_path):
    file = backup.back_up(home, tmp_path / "all.zip")
    with pytest.raises(WorkspaceError, match="not empty: stop the app"):
        backup.restore(file, home)
    with pytest.raises(WorkspaceError, match="already"):
        backup.back_up(home, file)
    with pytest.raises(WorkspaceError, match="There is no workspace in"):
        backup.back_up(tmp_path / "nowhere", tmp_path / "other.zip")


def one_byte(parts: dict[str, bytes]) -> None:
    name = "home/acme/versions/0001.duckdb"
    parts[name] = parts[name][:-1] + bytes([parts[name][-1] ^ 1])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (one_byte, "damaged or was altered"),
        (put("home/../../evil", b"x"), "damaged or was altered"),
        (put("home//evil", b"x"), "damaged or was altered"),
        (put("evil/acme/workspace.id", b"x"), "damaged or was altered"),
        (put("database.jsonl/x", b"x"), "damaged or was altered"),
        (say(schema=99), "newer release"),
        (say(kind="workspace archive"), "not a backup of cs-metrics"),
        (say(shared=True), "CS_METRICS_DATABASE_URL"),
    ],
)
def test_an_altered_backup_is_refused_and_leaves_nothing(home, tmp_path, change, said):
    bad = rewritten(backup.back_up(home, tmp_path / "all.zip"), tmp_path / "bad.zip", change)
    with pytest.raises(CSMetricsError, match=said):
        backup.restore(bad, tmp_path / "again")
    assert not list((tmp_path / "again").iterdir())


def test_a_database_that_is_shared_goes_along(tmp_path, monkeypatch):
    url = "sqlite:///{}".format
    monkeypatch.setenv("CS_METRICS_DATABASE_URL", url(tmp_path / "one.sqlite"))
    small(tmp_path / "home" / "acme").set_settings({"minimum_n": 5}, who="anna")
    small(tmp_path / "home" / "other")
    file = backup.back_up(tmp_path / "home", tmp_path / "all.zip")
    with pytest.raises(WorkspaceError, match="name an empty one"):
        backup.restore(file, tmp_path / "again")
    assert not list((tmp_path / "again").iterdir())
    monkeypatch.setenv("CS_METRICS_DATABASE_URL", url(tmp_path / "two.sqlite"))
    assert backup.restore(file, tmp_path / "again") == ["acme", "other"]
    acme, other = (cs.Workspace.open(tmp_path / "again" / name) for name in ("acme", "other"))
    assert acme.settings["minimum_n"] == 5
    assert other.settings["minimum_n"] == 30
    assert [s["name"] for s in other.segments()] == ["Big"]
    assert list(acme.audit()["who"]) == ["anna", ""]
