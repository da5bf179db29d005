"""Rows of an XLSX workbook blanked in its own XML: styles, formulas and the results of the other rows stay.

What keeps copies of rows goes with them: texts that no cell uses any more, what charts remember of their cells, the
order in which formulas were worked out. A pivot table cannot be emptied so: it is refused.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape

from cs_metrics.ingest.reading.workbook import sheet_parts
from cs_metrics.workspace.erasing.delimited import UnsafeError
from cs_metrics.workspace.erasing.identity import Identity

_CHUNK = 1 << 20
_LARGEST = 64 << 20  # of parts read as a whole
_ROW = re.compile(rb'<(?:\w+:)?row\b(?:[^>]*?\br="(\d+)")?[^>]*>')
_CELL = re.compile(rb"<((?:\w+:)?)c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.S)
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]*)</(?:\w+:)?v>")
_TEXT = re.compile(rb"(<(?:\w+:)?(?:t|v)\b[^>]*>)([^<]+)(</(?:\w+:)?(?:t|v)>)")
_PHONETIC = re.compile(rb"<(?:\w+:)?rPh\b.*?</(?:\w+:)?rPh>", re.S)
_MASTER = re.compile(rb"<(?:\w+:)?f\b(?=[^>]*\bref=)[^>]*>[^<]*</(?:\w+:)?f>")
_REMEMBERED = re.compile(rb"<(?:\w+:)?(strCache|numCache|multiLvlStrCache)\b.*?</(?:\w+:)?\1>", re.S)
_COMMENT = re.compile(
    rb'(<(?:\w+:)?(?:threadedComment|comment)\b[^>]*?\bref="[A-Z]+(\d+)"[^>]*>)(.*?)(</(?:\w+:)?(?:threadedComment|comment)>)',
    re.S,
)
_SAID = re.compile(rb"(<(?:\w+:)?t\b[^>]*>|<text\b[^>]*>(?=[^<]))[^<]+")
_STRINGS, _CHAIN = "xl/sharedStrings.xml", "xl/calcChain.xml"
_CHAIN_TOLD = re.compile(rb"<(?:Override|Relationship)\b[^>]*calcChain\.xml[^>]*?(?:/>|></(?:Override|Relationship)>)")

Rows = Mapping[str, Collection[int]]
"""Numbers of rows, from 1, by the name of their sheet."""


def blank(path: Path, target: Path, rows: Rows, touched: Rows, who: Identity) -> None:
    """Write the workbook at `path` to `target`, with these rows blank, in those `touched` the cells that are an id of
    the customer, and elsewhere its words replaced. Raises UnsafeError."""
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        names = book.namelist()
        if any(name.startswith(("xl/pivotCache/", "xl/embeddings/")) for name in names):
            raise UnsafeError("it has a pivot table or another file inside, which keep copies of rows")
        sheets = {part: sheet for sheet, part in sheet_parts(book).items()}
        if "xl/workbook.xml" not in names or not sheets:
            raise UnsafeError("it is no workbook of this kind")
        strings = _Strings(book, who) if _STRINGS in names else None
        numbers = {number for several in rows.values() for number in several}
        for info in book.infolist():
            name = info.filename
            if name in (_CHAIN, _STRINGS):
                continue
            with out.open(_like(info), "w", force_zip64=True) as to:
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    sheet = sheets.get(name, "")
                    page = _Sheet(rows.get(sheet, ()), touched.get(sheet, ()), who, strings)
                    for piece in page.left(book, name):
                        to.write(piece)
                else:
                    for piece in _other(book, info, who, numbers):
                        to.write(piece)
        if strings is not None:
            with out.open(_like(book.getinfo(_STRINGS)), "w", force_zip64=True) as to:
                for piece in strings.left():
                    to.write(piece)


def sheet_names(path: Path) -> list[str]:
    """Return the names of a workbook's sheets."""
    with zipfile.ZipFile(path) as book:
        return list(sheet_parts(book))


def _like(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(info.filename, info.date_time)
    made.compress_type = zipfile.ZIP_DEFLATED
    made.external_attr = info.external_attr
    return made


def _elements(stream: IO[bytes], tag: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the XML up to each closing tag, and that tag; at last what follows, with b''."""
    closing = re.compile(rb"(</(?:\w+:)?" + tag + rb">)")
    rest = b""
    while chunk := stream.read(_CHUNK):
        *found, rest = closing.split(rest + chunk)
        yield from zip(found[::2], found[1::2], strict=True)
    yield rest, b""


def _other(book: zipfile.ZipFile, info: zipfile.ZipInfo, who: Identity, numbers: Collection[int]) -> Iterator[bytes]:
    """Yield a part that is no sheet: charts forget, comments on rows of these numbers are emptied, words replaced."""
    if not info.filename.endswith((".xml", ".rels", ".vml")):
        with book.open(info) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
        return
    if info.file_size > _LARGEST:
        raise UnsafeError(f"its part {info.filename} is too large")
    xml = book.read(info)
    if info.filename in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
        xml = _CHAIN_TOLD.sub(b"", xml)
    if info.filename.startswith("xl/charts/"):
        xml = _REMEMBERED.sub(b"", xml)
    if "omments" in info.filename:
        xml = _COMMENT.sub(lambda m: _emptied(m, numbers), xml)
    try:
        text = who.without(xml.decode("utf-8"))
    except UnicodeDecodeError:
        raise UnsafeError(f"its part {info.filename} is in another encoding") from None
    if who.without(unescape(text)) != unescape(text):
        raise UnsafeError(f"its part {info.filename} names the customer")
    yield text.encode()


def _emptied(comment: re.Match[bytes], numbers: Collection[int]) -> bytes:
    opening, number, said, closing = comment.groups()
    return opening + (_SAID.sub(rb"\1", said) if int(number) in numbers else said) + closing


class _Strings:
    """The texts that cells of all sheets share, each by its number. `used`: those of the cells that stay."""

    def __init__(self, book: zipfile.ZipFile, who: Identity) -> None:
        self._book, self._who = book, who
        self.used: set[int] = set()
        self.ids: set[int] = set()
        for number, (xml, closing) in enumerate(self._items()):
            if closing and _said(xml).strip() in who.ids:
                self.ids.add(number)

    def _items(self) -> Iterator[tuple[bytes, bytes]]:
        with self._book.open(_STRINGS) as stream:
            for xml, closing in _elements(stream, b"si"):
                while (empty := re.search(rb"<(?:\w+:)?si\s*/>", xml)) is not None:
                    yield xml[: empty.start()] + b"<si>", b"</si>"
                    xml = xml[empty.end() :]
                yield xml, closing

    def left(self) -> Iterator[bytes]:
        """Yield the part with the texts that no cell uses empty, and words replaced."""
        for number, (xml, closing) in enumerate(self._items()):
            opening = re.search(rb"<(?:\w+:)?si\b[^>]*>", xml)
            if not closing or opening is None:
                yield xml + closing
                continue
            said = _said(xml[opening.end() :])
            kept = self._who.without(said) if number in self.used else ""
            if kept == said:
                yield xml + closing
                continue
            space = opening.group()[1:].partition(b"si")[0]
            text = f'<{space.decode()}t xml:space="preserve">{escape(kept)}</{space.decode()}t>'
            yield xml[: opening.end()] + text.encode() + closing


def _said(xml: bytes) -> str:
    """Return the text of a shared string or of an inline one, whose parts may have styles of their own."""
    parts = [m.group(2) for m in _TEXT.finditer(_PHONETIC.sub(b"", xml))]
    return unescape(b"".join(parts).decode("utf-8", "replace"))


class _Sheet:
    """One worksheet, row by row."""

    def __init__(self, rows: Collection[int], touched: Collection[int], who: Identity, strings: _Strings | None):
        self._rows, self._touched, self._who, self._strings = rows, touched, who, strings

    def left(self, book: zipfile.ZipFile, part: str) -> Iterator[bytes]:
        number = 0
        with book.open(part) as stream:
            for xml, closing in _elements(stream, b"row"):
                opening = None
                for opening in _ROW.finditer(xml):
                    number = int(opening.group(1)) if opening.group(1) else number + 1
                if not closing or opening is None:
                    yield self._around(xml) + closing
                    continue
                before, cells = xml[: opening.end()], xml[opening.end() :]
                if number in self._rows:
                    cells = b"".join(self._master(m) for m in _CELL.finditer(cells))
                else:
                    cells = _CELL.sub(lambda m, n=number: self._cell(m, n in self._touched), cells)  # type: ignore[misc]
                yield before + cells + closing

    def _around(self, xml: bytes) -> bytes:
        """What stands behind the last row: headers and footers of the print, links, messages of validations."""
        said = xml.decode("utf-8", "replace")
        left = self._who.without(said)
        if self._who.without(unescape(left)) != unescape(left):
            raise UnsafeError("what stands beside its cells names the customer")
        return left.encode() if left != said else xml

    def _master(self, cell: re.Match[bytes]) -> bytes:
        """A formula that other cells share stays, without its result; nothing else of the cell does."""
        shared = _MASTER.search(cell.group(3) or b"")
        if shared is None:
            return b""
        space, about = cell.group(1), re.sub(rb'\bt="\w+"', b"", cell.group(2))
        return b"<" + space + b"c" + about + b">" + shared.group() + b"</" + space + b"c>"

    def _cell(self, cell: re.Match[bytes], touched: bool) -> bytes:
        inside = cell.group(3)
        if not inside:
            return cell.group()
        kind = re.search(rb'\bt="(\w+)"', cell.group(2))
        value = _VALUE.search(inside)
        if kind and kind.group(1) == b"s" and value and value.group(1).strip().isdigit():
            place = int(value.group(1))
            if self._strings and touched and place in self._strings.ids:
                return self._empty(cell)
            if self._strings:
                self._strings.used.add(place)
            return cell.group()
        if touched and value and unescape(value.group(1).decode()).strip() in self._who.ids:
            return self._empty(cell)
        if not kind or kind.group(1) not in (b"str", b"inlineStr"):
            return cell.group()
        said = _said(inside)
        left = "" if touched and said.strip() in self._who.ids else self._who.without(said)
        if left == said:
            return cell.group()
        space = cell.group(1).decode()
        text = f'<{space}is><{space}t xml:space="preserve">{escape(left)}</{space}t></{space}is>'
        about = re.sub(rb'\bt="\w+"', b't="inlineStr"', cell.group(2)).decode()
        return f"<{space}c{about}>{text}</{space}c>".encode()

    @staticmethod
    def _empty(cell: re.Match[bytes]) -> bytes:
        return b"<" + cell.group(1) + b"c" + re.sub(rb'\s*\bt="\w+"', b"", cell.group(2)) + b"/>"
