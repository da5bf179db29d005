"""Which row is the header, and what is no data."""

from __future__ import annotations

from pathlib import Path

from tests.ingest.reading import names, read_text, rows


def kinds(sheet) -> list[tuple[int, str]]:  # type: ignore[no-untyped-def]
    return [(a.row, a.kind) for a in sheet.set_aside]


def test_titles_blanks_and_footnotes_are_set_aside_with_their_rows(tmp_path: Path) -> None:
    text = "Report of May,,\n,,\nid,since,mrr\n1,2024-01-01,5\n2,2024-02-01,6\n\nSource: the billing system,,\n"
    sheet = read_text(tmp_path, text)
    assert names(sheet) == ["id", "since", "mrr"]
    assert kinds(sheet) == [(1, "title"), (2, "blank"), (3, "header"), (6, "blank"), (7, "footnote")]
    assert sheet.data.column("_row").to_pylist() == [4, 5]
    assert sheet.file_rows == 7


def test_header_repeated_on_every_page(tmp_path: Path) -> None:
    sheet = read_text(tmp_path, "plan,seats\nPro,1\nTeam,2\nplan,seats\nPro,3\n")
    assert [r[0] for r in rows(sheet)] == ["Pro", "Team", "Pro"]
    assert kinds(sheet) == [(1, "header"), (4, "repeat")]


def test_file_without_a_header_keeps_its_first_row(tmp_path: Path) -> None:
    sheet = read_text(tmp_path, "Ann,2024-01-01,5\nBob,2024-01-02,7\nCy,2024-01-03,8\n")
    assert sheet.header_row is None
    assert names(sheet) == ["Column A", "Column B", "Column C"]
    assert len(rows(sheet)) == 3
    assert any("No header" in n for n in sheet.notes)


def test_header_over_nothing_but_text(tmp_path: Path) -> None:
    assert names(read_text(tmp_path, "plan,region\nPro,EU\nTeam,US\nPro,US\n")) == ["plan", "region"]


def test_years_as_headers_of_a_wide_sheet(tmp_path: Path) -> None:
    assert names(read_text(tmp_path, "2022,2023,2024\n5,6,7\n8,9,10\n")) == ["2022", "2023", "2024"]


def test_months_as_headers_of_a_wide_sheet(tmp_path: Path) -> None:
    sheet = read_text(tmp_path, "customer,2024-01-01,2024-02-01\nA,5,6\nB,7,8\n")
    assert names(sheet)[1] == "2024-01-01"


def test_blank_and_repeated_names_are_told_apart(tmp_path: Path) -> None:
    sheet = read_text(tmp_path, "id,,date,Date\n1,x,2024-01-01,2024-01-02\n2,y,2024-01-03,2024-01-04\n")
    assert names(sheet) == ["id", "Column B", "date", "Date (2)"]


def test_blank_leading_columns_go_but_letters_stay(tmp_path: Path) -> None:
    sheet = read_text(tmp_path, ",,id,n\n,,a,1\n,,b,2\n")
    assert [(c.letter, c.name) for c in sheet.columns] == [("C", "id"), ("D", "n")]
    assert sheet.data.column_names == ["c0", "c1", "_row"]


def test_only_a_header(tmp_path: Path) -> None:
    sheet = read_text(tmp_path, "id,name\n")
    assert (names(sheet), sheet.rows, sheet.file_rows) == (["id", "name"], 0, 1)
