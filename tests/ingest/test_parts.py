"""Rows are worked on in parts: what comes of them is what comes of all at once, and takes no more memory for more."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from cs_metrics import lockdown
from cs_metrics.errors import CancelledError, LimitError
from cs_metrics.ingest import spill
from cs_metrics.ingest.load import load_of
from cs_metrics.ingest.spill import Spill, nothing, parts
from tests.ingest.sheets import of_rows, plan_of

ROOT = Path(__file__).parents[2]

# Of 3 rows a part: row 4 repeats row 2 of another part, row 6 is blank, 8 a total, 9 has no date, 11 repeats an id.
ROWS = [
    ["C1", "13/01/2025", "120", "Pro"],
    ["C2", "02/03/2025", "80", "Free"],
    ["C1", "13/01/2025", "120", "Pro"],
    ["C3", "05/03/2025", "n/a", "Pro"],
    ["", "", "", ""],
    ["C4", "06/03/2025", "x", "Free"],
    ["Total", "", "200", ""],
    ["C5", "soon", "10", "Pro"],
    ["C6", "07/03/2025", "30", "Pro"],
    ["C2", "09/03/2025", "90", "Free"],
]


def _came_of(monkeypatch: pytest.MonkeyPatch, fewest: int) -> dict:
    """What comes of the rows as customers and as tickets, worked on in parts of so many."""
    monkeypatch.setattr(spill, "_FEWEST", fewest)
    monkeypatch.setattr(spill, "_SHARE", 1 << 60)
    found = {}
    for table, mapping in {
        "customers": {"customer_id": "Id", "signed_up_on": "Day", "segment": "Plan"},
        "tickets": {"ticket_id": "Id", "created_at": "Day"},
        "orders": {"customer_id": "Id", "ordered_at": "Day", "amount": "Amount"},
    }.items():
        sheet = plan_of(of_rows(["Id", "Day", "Amount", "Plan"], ROWS)).sheets[0].use(table, mapping)
        (one,) = sheet.applied
        load = load_of(one, b"", "", {})
        problems = [p.to_json() for p in one.problems]
        tables = [one.data, load.rows, load.set_aside, load.changes]
        found[table] = one.counts, problems, one.aside.to_dict("records"), [t.to_pylist() for t in tables]
    return found


def test_rows_in_parts_come_to_what_they_come_to_at_once(monkeypatch):
    at_once = _came_of(monkeypatch, 1000)
    counts = {table: (c.loaded, c.rejected, c.set_aside) for table, (c, *_) in at_once.items()}
    # of 10 rows the header, a repeated one and the total are set aside, and a customer's second row is rejected
    assert counts["customers"] == (6, 1, 3)
    assert counts["tickets"] == (5, 2, 3)
    for fewest in (1, 3):
        assert _came_of(monkeypatch, fewest) == at_once


def test_many_rows_lie_on_disk_and_leave_nothing_there(monkeypatch, tmp_path):
    monkeypatch.setattr(lockdown, "spill_folder", lambda: str(tmp_path))
    table = pa.table({"n": pa.array(range(1_000_000), pa.int64())})
    full = Spill()
    before = pa.total_allocated_bytes()
    for _, part in parts(table):
        full.add(part)
    assert [p.suffix for p in tmp_path.iterdir()] == [".arrow"]
    back = full.table()
    assert back.equals(table)
    assert pa.total_allocated_bytes() - before < 1 << 20
    if sys.platform != "win32":
        assert not list(tmp_path.iterdir())


def test_nulls_of_many_rows_take_the_place_of_few():
    before = pa.total_allocated_bytes()
    column = nothing(pa.int64(), 1_000_000)
    assert (len(column), column.null_count) == (1_000_000, 1_000_000)
    assert pa.total_allocated_bytes() - before < 1 << 20
    assert len(nothing(pa.string(), 0)) == 0


def test_applying_can_be_given_up_between_parts(monkeypatch):
    monkeypatch.setattr(spill, "_FEWEST", 3)
    monkeypatch.setattr(spill, "_SHARE", 1 << 60)
    plan = plan_of(of_rows(["Id", "Day", "Amount", "Plan"], ROWS))
    done: list[int] = []

    def watch(raw, rows):
        done.append(rows)
        if rows >= 3:
            raise CancelledError("enough")

    plan.watch = watch
    with pytest.raises(CancelledError):
        _ = plan.sheets[0].use("orders", {"ordered_at": "Day", "amount": "Amount"}).applied
    assert done == [0, 3]


def test_a_question_over_the_limit_names_its_settings(monkeypatch):
    code = (
        "import pyarrow as pa\nfrom cs_metrics.errors import LimitError\n"
        "from cs_metrics.ingest.types.engine import query\n"
        "try:\n    query('SELECT list(md5(range::VARCHAR)) FROM range(2000000)')\n"
        "except LimitError as error:\n    print(error)\n"
    )
    env = {"CS_METRICS_MEMORY_LIMIT": "16MB", "CS_METRICS_TEMP_LIMIT": "1MB"}
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "CS_METRICS_MEMORY_LIMIT (16MB" in done.stdout
    assert "CS_METRICS_TEMP_LIMIT (1MB" in done.stdout


@pytest.mark.parametrize("said", ["much", "0GB", "-1GB", ""])
def test_a_limit_that_is_none_is_refused(monkeypatch, said):
    monkeypatch.setenv("CS_METRICS_MEMORY_LIMIT", said)
    with pytest.raises(LimitError, match="CS_METRICS_MEMORY_LIMIT"):
        lockdown.memory_bytes()


def test_a_limit_is_read_in_its_units(monkeypatch):
    for said, size in {"512MB": 512 << 20, "2GB": 2 << 30, "1.5 GiB": 3 << 29, "1000kb": 1000 << 10}.items():
        monkeypatch.setenv("CS_METRICS_MEMORY_LIMIT", said)
        assert lockdown.memory_bytes() == size


MEASURE = """
import json, sys, threading, time
import pyarrow as pa
from cs_metrics.ingest.mappings.mapping import TableMapping
from cs_metrics.ingest.apply import apply
from cs_metrics.ingest.sheet import RawColumn, RawSheet
from cs_metrics.ingest.spill import Spill
from cs_metrics.ingest.types.infer import profiles

NAMES = ("id", "customer", "day", "amount", "note", "channel")

def sheet(rows):
    spill = Spill()
    for start in range(0, rows, 20_000):
        n = range(start, start + 20_000)
        columns = [[f"O{i:08d}" for i in n], [f"C{i % 5000:06d}" for i in n], [f"2025-{i % 12 + 1:02d}-03" for i in n],
                   [f"{i % 977}.50" for i in n], [f"said by {i}" for i in n], ["web"] * len(n)]
        data = pa.table({f"c{i}": pa.array(c, pa.string()) for i, c in enumerate(columns)})
        spill.add(data.append_column("_row", pa.array([i + 2 for i in n], pa.int64())))
    data = spill.table()
    found, _ = profiles(data.slice(0, 20_000), NAMES)
    columns = tuple(RawColumn(i, "A", n, p) for i, (n, p) in enumerate(zip(NAMES, found)))
    return RawSheet("orders.csv", None, "", 0, None, None, 1, columns, data)

def now():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) >> 10 for line in status if line.startswith("RssAnon"))

mapping = TableMapping("orders", {"order_id": "id", "customer_id": "customer", "ordered_at": "day", "amount": "amount"})
apply(sheet(20_000), mapping)
raw = sheet(int(sys.argv[1]))
before, most, done = now(), [0], threading.Event()

def look():
    while not done.wait(0.005):
        most.append(now())

threading.Thread(target=look, daemon=True).start()
applied = apply(raw, mapping)
done.set()
print(json.dumps({"loaded": applied.counts.loaded, "MB": max(most) - before}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is told by /proc")
def test_rows_beyond_the_limit_do_not_take_more_memory(monkeypatch):
    monkeypatch.setenv("CS_METRICS_MEMORY_LIMIT", "192MB")
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, "240000"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["loaded"] == 240_000
    assert found["MB"] < 25, "in one part they take half as much again"
