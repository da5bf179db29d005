"""Texts and values as people bring them: code pages, durations, amounts, dates that are numbers, words for errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.reading import names, read_bytes, rows

HEADER = b"id,name,city\n"
WEST = "1,Müller,Köln\n2,José,Málaga\n3,Zoë,Århus\n"
MORE = "4,Größe,Düsseldorf\n5,Łódź,Kraków\n6,Größe,Düsseldorf\n"


def cells(text: str) -> list[tuple[str, ...]]:
    return [tuple(line.split(",")) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("first", "second"), [("cp1252", "utf-8"), ("cp850", "utf-8"), ("cp850", "cp1252"), ("cp1252", "cp850")]
)
def test_each_line_is_read_by_the_code_page_that_fits_it(tmp_path: Path, first: str, second: str) -> None:
    more = MORE if second == "utf-8" else MORE.replace("Łódź", "Jürgen").replace("Kraków", "Linköping")
    (sheet,) = read_bytes(tmp_path, HEADER + WEST.encode(first) + more.encode(second))
    assert rows(sheet) == cells(WEST + more)
    (note,) = sheet.notes
    assert note.startswith("Its lines are not all in one encoding but in ")
    assert all(page.replace("utf", "UTF") in note for page in (first, second))


@pytest.mark.parametrize("page", ["cp437", "cp850", "cp866", "cp1251"])
def test_code_pages_of_dos_and_windows(tmp_path: Path, page: str) -> None:
    text = WEST if page in ("cp437", "cp850") else "1,Иван,Москва\n2,Пётр,Казань\n"
    text = text.replace("Zoë", "Größe")
    (sheet,) = read_bytes(tmp_path, HEADER + text.encode(page))
    assert rows(sheet) == cells(text)


def test_pound_signs_of_dos(tmp_path: Path) -> None:
    (sheet,) = read_bytes(tmp_path, b"id,mrr\n1,\x9c5\n2,\x9c6\n")
    assert rows(sheet) == [("1", "£5"), ("2", "£6")]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [WEST, "1,Иван,Москва\n2,Пётр,Казань\n" * 5])
def test_utf_16_without_its_mark(tmp_path: Path, encoding: str, text: str) -> None:
    (sheet,) = read_bytes(tmp_path, (HEADER.decode() + text).encode(encoding))
    assert rows(sheet) == cells(text)
    assert names(sheet) == ["id", "name", "city"]


def test_null_signs_within_and_behind_the_text(tmp_path: Path) -> None:
    (sheet,) = read_bytes(tmp_path, HEADER + "1,Mül\0ler,K\0öln\n".encode() + b"\0" * 500)
    assert rows(sheet) == [("1", "Müller", "Köln")]


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_line_ends_of_old_macs_and_of_windows(tmp_path: Path, end: str) -> None:
    text = end.join(["id,name,city", f'1,"Ann{end}May",Bonn', "2,Bob,Rom", ""])
    (sheet,) = read_bytes(tmp_path, text.encode())
    assert [r[2] for r in rows(sheet)] == ["Bonn", "Rom"]
