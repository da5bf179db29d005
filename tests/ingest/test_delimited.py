"""Text files: encodings, delimiters, quotes, ragged rows, row numbers."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cs_metrics.errors import FileError, LimitError
from cs_metrics.ingest.reading.delimited import Dialect, detect
from cs_metrics.ingest.reading.eastern import fitting
from cs_metrics.ingest.reading.limits import Limits
from cs_metrics.ingest.reading.torn import Repairs, records
from tests.ingest.reading import names, read_bytes, read_text, rows

TABLE = "name,city,score\nAnn,Köln,3\nBob,Łódź,4\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings_that_hold_every_letter(tmp_path: Path, encoding: str) -> None:
    assert rows(read_text(tmp_path, TABLE, encoding)) == [("Ann", "Köln", "3"), ("Bob", "Łódź", "4")]


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "mac_roman"])
def test_one_byte_encodings_are_told_by_their_letters(tmp_path: Path, encoding: str) -> None:
    text = "name,city\n" + "Jörg Müller,Düsseldorf\nFrançois Évrard,Orléans\nInés Núñez,Málaga\n" * 5
    sheet = read_text(tmp_path, text, encoding)
    assert rows(sheet)[0] == ("Jörg Müller", "Düsseldorf")
    assert sheet.encoding == encoding
    assert "Not UTF-8" in sheet.notes[0]


EASTERN = {
    "koi8_r": ("Клиент;Тариф", "Иванов Пётр;Базовый", "ООО Ромашка;Полный доступ"),
    "cp1251": ("Клиент;Тариф", "Иванов Пётр;Базовый", "ООО Ромашка;Полный доступ"),
    "cp932": ("顧客名;プラン", "株式会社山田商事;スタンダード", "東京電機サービス;プレミアム"),
    "euc_jp": ("顧客名;プラン", "株式会社山田商事;スタンダード", "東京電機サービス;プレミアム"),
    "gb18030": ("客户名称;套餐", "北京华夏科技有限公司;标准版", "上海东方贸易公司;高级版"),
    "big5": ("客戶名稱;方案", "台北科技股份有限公司;標準版", "高雄貿易公司;進階版"),
    "cp949": ("고객명;요금제", "서울전자 주식회사;표준", "한국소프트웨어;프리미엄"),
}


@pytest.mark.parametrize("encoding", EASTERN)
def test_eastern_encodings_are_told_where_the_evidence_is_strong(tmp_path: Path, encoding: str) -> None:
    head, first, second = EASTERN[encoding]
    sheet = read_text(tmp_path, f"{head};MRR\n" + f"{first};1200\n{second};34.50\n" * 6, encoding)
    assert (sheet.encoding, names(sheet)) == (encoding, [*head.split(";"), "MRR"])
    assert rows(sheet)[:2] == [(*first.split(";"), "1200"), (*second.split(";"), "34.50")]


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "mac_roman", "cp1250"])
@pytest.mark.parametrize(
    "line", ["Jörg Müller;Düsseldorf;Groß", "François Évrard;Orléans;Hôtel", "Café Zoë;Århus;Smørrebrød"]
)
def test_western_text_is_never_taken_for_eastern(tmp_path: Path, encoding: str, line: str) -> None:
    content = ("name;city;note\n" + f"{line}\nAnn;Bonn;x\n" * 30).encode(encoding, "replace")
    (tmp_path / "a.csv").write_bytes(content)
    assert fitting(tmp_path / "a.csv", content) is None


def test_one_stray_byte_in_utf8_is_read_as_windows_text(tmp_path: Path) -> None:
    content = ("name,city\n" + "Zoë,Köln\n" * 10).encode() + b"Caf\xe9,Bonn\n"
    assert rows(read_bytes(tmp_path, content)[0])[-1] == ("Café", "Bonn")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_with_decimal_commas_and_commas_in_text(tmp_path: Path, delimiter: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([["id", "price", "note"], *([str(i), f"{i},5", "red, green; blue"] for i in range(20))])
    sheet = read_text(tmp_path, out.getvalue())
    assert (sheet.delimiter, names(sheet)) == (delimiter, ["id", "price", "note"])
    assert rows(sheet)[2] == ("2", "2,5", "red, green; blue")


def test_excel_sep_line_names_the_delimiter_and_is_no_row(tmp_path: Path) -> None:
    sheet = read_text(tmp_path, "sep=;\na;b\nx;1\n")
    assert names(sheet) == ["a", "b"]
    assert sheet.header_row == 2


def test_spaces_that_align_columns_separate_once(tmp_path: Path) -> None:
    sheet = read_text(tmp_path, "".join(f" {i:05d}  19970{i % 9 + 1}01  {i % 3}   {i}.33\n" for i in range(1, 40)))
    assert rows(sheet)[0] == ("00001", "19970201", "1", "1.33")
    assert sheet.header_row is None


def test_rows_count_as_the_spreadsheet_does_not_as_lines(tmp_path: Path) -> None:
    sheet = read_text(tmp_path, 'a,b\n1,"two\nlines\nthree"\n\n2,x\n')
    assert sheet.data.column("_row").to_pylist() == [2, 4]
    assert [(a.row, a.kind) for a in sheet.set_aside] == [(1, "header"), (3, "blank")]
    assert sheet.file_rows == 4


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(tmp_path: Path, end: str) -> None:
    assert rows(read_text(tmp_path, end.join(["a,b", "1,x", "2,y"]))) == [("1", "x"), ("2", "y")]


def test_short_rows_are_padded_and_the_extra_cell_is_kept_and_told(tmp_path: Path) -> None:
    body = "".join(f"{i},x,y\n" for i in range(200))
    sheet = read_text(tmp_path, "a,b,c\n" + body + "7,x\n8,x,y,extra\n")
    assert len(rows(sheet)) == 202
    assert rows(sheet)[-2:] == [("7", "x", None, None), ("8", "x", "y", "extra")]
    assert "row 203" in " ".join(sheet.notes)


def test_stray_quote_costs_one_cell_not_the_rest_of_the_file() -> None:
    lines = ['1,"good, yes",x\n', '2,"open,y\n', "3,c,z\n", '4,"d",w\n']
    repairs = Repairs()
    found = list(records(iter(lines), Dialect(width=3), repairs))
    assert found == [["1", "good, yes", "x"], ["2", "open", "y"], ["3", "c", "z"], ["4", "d", "w"]]
    assert (repairs.count, repairs.first) == (1, 2)


def test_backslash_escapes_where_quotes_are_never_doubled() -> None:
    sample = "".join(f'{i},"say \\"hi\\", you",x\n' for i in range(9))
    assert detect(sample, True).escape == "\\"


@pytest.mark.parametrize("quote", ['"', "'"])
def test_quotes_in_a_quoted_cell_that_were_never_doubled_are_part_of_it(tmp_path: Path, quote: str) -> None:
    q = quote
    lines = [f"{i},{q}Table {i}{q},{q}red, round{q},3.50" for i in range(20)]
    lines += [
        f"20,{q}Table, 48{q}{q},{q}Made to last, all year{q},4.50",  # as many cells when read the other way
        f"21,{q}Boxer, 5{q} Inseam{q},{q}soft{q},5.50",
        f"22,Men{q}s Socks,{q}It{q}s warm, and won{q}t itch{q},6.50",
    ]
    sheet = read_text(tmp_path, "id,name,about,price\n" + "\n".join(lines))
    kept = "Mens Socks" if q == '"' else "Men's Socks"  # a double quote within a bare word is dirt
    assert rows(sheet)[20:] == [
        ("20", f"Table, 48{q}", "Made to last, all year", "4.50"),
        ("21", f"Boxer, 5{q} Inseam", "soft", "5.50"),
        ("22", kept, f"It{q}s warm, and won{q}t itch", "6.50"),
    ]
    assert any("quotation mark in 3 rows was put right" in note for note in sheet.notes)


def test_spaces_around_quoted_cells_are_no_damage(tmp_path: Path) -> None:
    sheet = read_text(tmp_path, "a,b,c\n" + '"x, y" ,"z" , "w"\n' * 9)
    assert [tuple((cell or "").strip() for cell in row) for row in rows(sheet)] == [("x, y", "z", "w")] * 9
    assert not any("quotation mark" in note for note in sheet.notes)


def test_a_backslash_that_escapes_nothing_is_kept(tmp_path: Path) -> None:
    body = "".join(f'{i},"say \\"hi\\", you","C:\\Users\\\\{i}",\\N\n' for i in range(9))
    sheet = read_text(tmp_path, "id,said,path,gone\n" + body)
    assert rows(sheet)[3] == ("3", 'say "hi", you', r"C:\Users\3", r"\N")
    assert sheet.column("gone").profile.missing == 9


def test_a_line_of_nothing_but_open_quotes_ends_soon(tmp_path: Path) -> None:
    begun = time.process_time()
    sheet = read_text(tmp_path, "a,b,c\n" + "1,2,3\n" * 30 + ',"x' * 3_000 + "\n")
    assert sheet.rows == 31
    assert time.process_time() - begun < 5


def test_nul_bytes_are_dropped(tmp_path: Path) -> None:
    assert rows(read_text(tmp_path, "a,b\nx\0y,1\n")) == [("xy", "1")]


@pytest.mark.parametrize("content", [b"", b"\n\n", b" , \n,,\n", b"\xef\xbb\xbf"])
def test_nothing_in_it(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileError, match=r"file\.csv is empty"):
        read_bytes(tmp_path, content)


@pytest.mark.parametrize(
    ("content", "what"), [(b"%PDF-1.7 x", "PDF"), (b"<html><table>", "web page"), (bytes(range(256)) * 9, "not")]
)
def test_not_a_table(tmp_path: Path, content: bytes, what: str) -> None:
    with pytest.raises(FileError, match=what):
        read_bytes(tmp_path, content)


def test_limits_name_the_variable_that_lifts_them(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match="CS_METRICS_READ_ROWS"):
        read_bytes(tmp_path, b"a,b\n" + b"1,2\n" * 20, limits=Limits(rows=10))


cell = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t,;\"'"), max_size=12)


@given(st.integers(2, 5).flatmap(lambda n: st.lists(st.lists(cell, min_size=n, max_size=n), min_size=1, max_size=12)))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_table_of_texts_comes_back_as_it_was_written(table: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(table)
    lines = iter(io.StringIO(out.getvalue(), newline=""))
    assert list(records(lines, Dialect(width=len(table[0])), Repairs())) == table


@given(st.lists(st.lists(st.text("abc 1", min_size=1, max_size=5), min_size=3, max_size=3), min_size=8, max_size=20))
@settings(max_examples=60, deadline=None)
def test_dialect_of_plain_tables_is_found(table: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(table)
    assert detect(out.getvalue(), True).delimiter == ";"
