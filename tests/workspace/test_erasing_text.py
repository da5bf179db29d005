"""Rows blanked in a text: every other record is what it was, at the number it had, byte by byte."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs_metrics.ingest.reading import delimited
from cs_metrics.ingest.reading.limits import Limits
from cs_metrics.workspace.erasing.delimited import UnsafeError, blank
from cs_metrics.workspace.erasing.identity import Identity

WHO = Identity(frozenset({"17"}), words=frozenset({"ACC-0003", "Nordwind Bio", "petra@nordwind.example"}))


def read(path: Path) -> dict[int, list[str | None]]:
    table = delimited.read(path, path.name, Limits())[0].cells
    rows = zip(*(table.column(n).to_pylist() for n in table.column_names if n != "_row"), strict=True)
    return dict(zip(table.column("_row").to_pylist(), map(list, rows), strict=True))


def left(path: Path, content: bytes, rows: set[int], touched: set[int] = frozenset()) -> bytes:  # type: ignore[assignment]
    path.write_bytes(content)
    blank(path, path.with_suffix(".new"), rows, touched, WHO)
    return path.with_suffix(".new").read_bytes()


def test_a_record_keeps_its_line(tmp_path):
    content = b'id,name\r\nACC-0001,"a, ""b"""\r\nACC-0003,Nordwind Bio\r\n\r\nACC-0004,x\r\n'
    assert left(tmp_path / "a.csv", content, {3}) == b'id,name\r\nACC-0001,"a, ""b"""\r\n,\r\n\r\nACC-0004,x\r\n'


def test_a_record_of_several_lines_is_one_record(tmp_path):
    content = b'id,name,at\nACC-0001,"two\nlines",1\nACC-0003,"more\n\nlines",2\nACC-0004,x,3\n'
    assert left(tmp_path / "a.csv", content, {3}) == b'id,name,at\nACC-0001,"two\nlines",1\n,,\nACC-0004,x,3\n'


def test_words_in_rows_of_others_are_replaced_and_ids_where_they_are_ids(tmp_path):
    content = b"id;parent;said;seats\nACC-0001;17;Like Nordwind Bio, and PETRA@nordwind.example;4\nACC-0002;18;17;17\n"
    assert left(tmp_path / "a.csv", content, set(), {2}) == (
        b"id;parent;said;seats\nACC-0001;;Like (erased), and (erased);4\nACC-0002;18;17;17\n"
    )


def test_what_is_only_part_of_a_word_stays(tmp_path):
    content = b"id,said\nACC-00031,ACC-0003x Nordwind Biology\nACC-0004,b\n"
    assert left(tmp_path / "a.csv", content, set()) == content


@pytest.mark.parametrize("code", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252", "utf-8"])
def test_every_encoding_is_written_as_it_was(tmp_path, code):
    text = "id,name,land\r\n" + "".join(f"ACC-{i:04d},Größe {i},Österreich\r\n" for i in range(1, 30))
    now = left(tmp_path / "a.csv", text.encode(code), {4})
    assert now.decode(code) == text.replace("ACC-0003,Größe 3,Österreich", ",,")
    assert len(read(tmp_path / "a.new")) == 29


def test_stray_quotes_and_bytes_of_others_stay_as_they_are(tmp_path):
    rows = [f"ACC-{i:04d},n{i},{i}" for i in range(1, 40)]
    rows[9] = 'ACC-0010,a stray " quote,10'
    content = ("id,name,n\n" + "\n".join(rows) + "\n").encode().replace(b"n20", b"n\xe920")
    assert left(tmp_path / "a.csv", content, {4}) == content.replace(b"ACC-0003,n3,3", b",,")


def test_columns_set_apart_by_spaces_are_refused(tmp_path):
    with pytest.raises(UnsafeError, match="spaces"):
        left(tmp_path / "a.txt", b"id  value\n" + b"".join(b"%d  %d\n" % (i, i * 7) for i in range(30)), {3})


cells = st.text(st.sampled_from('abc1 ,;"\n\r\té'), max_size=6)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.lists(cells, min_size=3, max_size=3), min_size=4, max_size=12),
    gone=st.sets(st.integers(2, 13), min_size=1),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_no_other_record_moves(tmp_path_factory, rows, gone, ending):
    plain = [[f"B{i}", f"name{i}", f"said{i}"] for i in range(40)]  # so that it is taken for what it is
    table = [["id", "name", "said", "more"], *([f"A{i}", *r] for i, r in enumerate(rows)), *([*r, "x"] for r in plain)]
    written = StringIO()
    # with the one sign alone Python would leave the other one without quotes
    csv.writer(written, lineterminator=ending, quoting=int(ending == "\n")).writerows(table)
    now = left(tmp_path_factory.mktemp("text") / "a.csv", written.getvalue().encode(), gone)
    kept = [row if number not in gone else [""] * 4 for number, row in enumerate(table, start=1)]
    assert list(csv.reader(StringIO(now.decode(), newline=""))) == kept
