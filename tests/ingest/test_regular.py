"""Lines read many at a time give what they give one by one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cs_metrics.ingest.reading import delimited, torn
from cs_metrics.ingest.reading.limits import Limits
from cs_metrics.ingest.reading.regular import LINES, Regular

CELLS = st.sampled_from(
    [
        "",
        " ",
        "Köln",
        "12",
        "3.50",
        "O'Brien",
        '"a,b"',
        '"say ""hi"""',
        '""',
        '"two\nlines"',
        'a "b" c',
        '"torn',
        "x\ty",
    ]
)
ROWS = st.lists(CELLS, min_size=3, max_size=3)
ODD = st.lists(CELLS, min_size=0, max_size=5)
TABLES = st.lists(st.one_of(ROWS, ROWS, ROWS, ROWS, ODD), min_size=1, max_size=30)


def _read(path: Path, monkeypatch: pytest.MonkeyPatch, lines: int):
    with monkeypatch.context() as patch:
        patch.setattr(torn, "LINES", max(1, lines))
        if not lines:
            patch.setattr(Regular, "read", lambda self, block: None)
        grid, _, delimiter = delimited.read(path, "f.csv", Limits())
    return grid.cells.to_pylist(), grid.rows, grid.notes, delimiter


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=TABLES, end=st.sampled_from(["\n", "\r\n", "\r"]), last=st.booleans(), lines=st.integers(1, 9))
def test_any_block_of_lines_gives_the_same_rows(tmp_path, monkeypatch, rows, end, last, lines):
    path = tmp_path / "f.csv"
    text = end.join(",".join(row) for row in [["id", "name", "n"], *rows]) + (end if last else "")
    path.write_bytes(text.encode())
    one_by_one, together = _read(path, monkeypatch, 0), _read(path, monkeypatch, lines)
    assert together[:2] == one_by_one[:2]
    assert together[3] == one_by_one[3]


def test_a_torn_record_is_numbered_by_its_place_in_the_file(tmp_path, monkeypatch):
    before, after = (f'{i},"Acme, Inc.",{i}' for i in range(40)), (f"{i},Bcme,{i}" for i in range(41, 60))
    rows = ["id,name,n", *before, '40,"torn,40', *after]
    (tmp_path / "f.csv").write_text("\n".join(rows))
    cells, last, notes, _ = _read(tmp_path / "f.csv", monkeypatch, 5)
    assert (cells, last, notes) == _read(tmp_path / "f.csv", monkeypatch, 0)[:3]
    assert last == len(rows)
    assert any("the first is row 42" in note for note in notes)


@pytest.mark.parametrize("block", [["a,b\n", "c\n"], ['a,"b\n', 'c",d\n'], ['a,b"c"\n'], ["a,\ud800\n"]])
def test_what_is_no_plain_record_is_left_to_the_other_reader(block):
    assert Regular(",", 2, 1000).read(block) is None


def test_a_cell_beyond_the_limit_is_left_to_the_other_reader():
    assert Regular(",", 2, 10).read(["a,b\n", f"c,{'d' * 20}\n"]) is None
    assert Regular(",", 2, 100).read(["a,b\n", f"c,{'d' * 20}\n"]).to_pylist()[1] == {"c0": "c", "c1": "d" * 20}


def test_progress_tells_rows_and_the_share_of_the_bytes(tmp_path):
    text = "id,name\n" + "".join(f"{i},{'x' * 100}\n" for i in range(LINES + 10))
    (tmp_path / "f.csv").write_text(text)
    told: list[tuple[int, float]] = []
    delimited.read(tmp_path / "f.csv", "f.csv", Limits(), lambda rows, share: told.append((rows, share)))
    assert [rows for rows, _ in told] == [LINES, LINES + 11]
    assert 0.9 < told[0][1] <= told[1][1] == 1.0
