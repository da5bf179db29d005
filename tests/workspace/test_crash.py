"""Power loss and rivals: whatever happens to a publisher, readers have the last whole version."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from cs_metrics.errors import PublishError
from cs_metrics.settings import resolve
from cs_metrics.workspace.publish import versions
from cs_metrics.workspace.publish.publishing import Request, publish
from cs_metrics.workspace.store.database import cursor
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.progress import Progress
from tests.workspace.loads import load
from tests.workspace.test_publishing import no_facts

PUBLISHER = """
import sys, time
sys.path.insert(0, sys.argv[2])
from cs_metrics.settings import resolve
from cs_metrics.workspace.publish import publishing
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.progress import Progress
from tests.workspace.loads import load
moment = sys.argv[3]
rows = [{"customer_id": f"C{i}", "plan": "Pro"} for i in range(20000)]

def say(*ignored):
    print("here", flush=True)
    time.sleep(60)

def build(con, settings, as_of):
    con.execute("CREATE TABLE fact_big AS SELECT range AS n, md5(CAST(range AS VARCHAR)) AS t FROM range(300000)")
    if moment == "building":
        say()

if moment == "renaming":
    publishing.move_whole = say
if moment == "holding":
    publishing._build = say
publishing.publish(
    Folder(sys.argv[1]), [load("customers", rows)], publishing.Request("replace", resolve(), build), Progress()
)
"""


@pytest.mark.parametrize("moment", ["holding", "building", "renaming"])
def test_a_killed_publisher_leaves_the_last_version_and_a_free_lock(tmp_path, moment):
    folder = Folder(tmp_path / "acme")
    publish(folder, [load("customers", [{"customer_id": "A"}])], Request("append", resolve(), no_facts), Progress())
    command = [sys.executable, "-c", PUBLISHER, str(folder.path), str(Path(__file__).parents[2]), moment]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().strip() == "here"
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert folder.numbers() == [1]
    path = versions.path_of(folder, None)[1]
    assert cursor(path).execute("SELECT customer_id FROM customers").fetchall() == [("A",)]
    request = Request("append", resolve(), no_facts)
    assert publish(folder, [load("customers", [{"customer_id": "B"}])], request, Progress()).number == 2
    assert sorted(p.name for p in folder.versions.iterdir()) == ["0001.duckdb", "0002.duckdb"]


def test_a_sweep_leaves_alone_what_is_being_built(tmp_path):
    folder = Folder(tmp_path / "acme")
    with folder.building() as staging:
        staging.write_bytes(b"half")
        Folder(folder.path).sweep()
        assert staging.read_bytes() == b"half"
    assert not list(folder.versions.iterdir())


def test_two_publishers_at_once_make_two_versions_and_lose_no_row(tmp_path):
    folder = Folder(tmp_path / "acme")
    done, failed = [], []

    def work(name: str) -> None:
        try:
            loads = [load("customers", [{"customer_id": name}], f"{name}.csv")]
            done.append(publish(folder, loads, Request("append", resolve(), no_facts), Progress()).number)
        except PublishError as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(f"C{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert sorted(done) == [1, 2, 3, 4]
    path = versions.path_of(folder, None)[1]
    assert cursor(path).execute("SELECT count(*) FROM customers").fetchall() == [(4,)]
