"""What a file is, from its content: a name may claim anything."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Literal

from cs_metrics.errors import FileError
from cs_metrics.ingest.reading import jsonlines, safety

Kind = Literal["zip", "gzip", "workbook", "parquet", "json", "html", "xml", "text"]

_HEAD = 1 << 16
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_OTHER = (
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "a text document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"SQLite format 3", "a database"),
    (b"\x00\x01\x00\x00Standard ", "a database"),
    (b"ARROW1", "an Arrow file"),
    (b"ORC", "an ORC file"),
    (b"Obj\x01", "an Avro file"),
    (b"\x89HDF", "an HDF file"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)
_PACKED = (
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"BZh", "packed with bzip2"),
    (b"\xfd7zXZ\x00", "packed with xz"),
    (b"\x28\xb5\x2f\xfd", "packed with Zstandard"),
)
_PARTS = (
    ("word/document.xml", "a text document"),
    ("ppt/presentation.xml", "a presentation"),
    ("Index/Document.iwa", "a Numbers file"),
    ("Index/Tables/DataList.iwa", "a Numbers file"),
)
_STREAMS = (("EncryptedPackage", "protected"), ("Workbook", "workbook"), ("Book", "workbook"))
_WORKBOOK_XML = re.compile(r"<(?:\w+:)?Workbook\b[^>]*urn:schemas-microsoft-com:office:spreadsheet")
_HTML = re.compile(
    r"\s*(?:<!--.*?-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype html|html|head|meta|body|table|style|div|center)\b", re.I | re.S
)


def kind_of(path: Path, name: str) -> Kind:
    """Return what the file at `path` holds. FileError (calling it `name`) where that is no table, with what it is."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b" \t\r\n\x00\xef\xbb\xbf") or head in _UTF16:
        raise FileError(f"{name} is empty. Choose another file.")
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PARE"):
        raise FileError(f"{name} is an encrypted Parquet file. Export it without encryption.")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(path, name)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound(path, name)
    for mark, what in _PACKED:
        if head.startswith(mark):
            raise FileError(f"{name} is {what}. Unpack it and load what it holds, or pack it as ZIP.")
    _refuse_others(head, name)
    text = _text(head).lstrip("\ufeff")
    if jsonlines.looks_like(text):
        return "json"
    if text.lstrip().startswith("<") and _WORKBOOK_XML.search(text):
        return "xml"
    return "html" if _HTML.match(text) else "text"


def _refuse_others(head: bytes, name: str) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for mark, what in _OTHER:
        if start.startswith(mark) and not (mark == b"ORC" and b"\x00" not in head):
            raise FileError(f"{name} is {what}, not a table. Save the table as CSV or XLSX and load that.")
    if head[257:262] == b"ustar":
        raise FileError(f"{name} is a tar archive. Unpack it and load what it holds, or pack it as ZIP.")


def _text(head: bytes) -> str:
    if head.startswith(_UTF16):
        return head.decode("utf-16", "replace")
    return head.decode("utf-8-sig", "replace")


def _zipped(path: Path, name: str) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = {info.filename for info in archive.infolist()}
            kind = _beginning(archive, "mimetype") if "mimetype" in parts else ""
    except (*safety.DAMAGE, ValueError) as error:
        raise FileError(
            f"{name} cannot be read as a workbook or an archive: it is damaged, or cut off. Fetch it again."
        ) from error
    if any(part.startswith(("xl/", "/xl/")) for part in parts):
        return "workbook"
    for part, what in _PARTS:
        if part in parts:
            raise FileError(f"{name} is {what}, not a table. Save the table as CSV or XLSX and load that.")
    if "[Content_Types].xml" in parts:  # some programs put the sheets beside it, not into xl/
        return "workbook"
    if kind.startswith("application/vnd.oasis.opendocument"):
        if "spreadsheet" in kind:
            return "workbook"
        raise FileError(f"{name} is a text document or a presentation. Save the table as CSV or XLSX and load that.")
    return "zip"


def _beginning(archive: zipfile.ZipFile, part: str) -> str:
    with archive.open(part) as file:
        return file.read(100).decode("latin-1")


def _compound(path: Path, name: str) -> Kind:
    """The container of the old Excel formats; it holds encrypted workbooks of the new one, and other documents too."""
    content = path.read_bytes()
    for stream, what in _STREAMS:
        if stream.encode("utf-16-le") + b"\x00\x00" in content:
            if what == "protected":
                raise FileError(f"{name} is protected by a password. Remove the password and load it again.")
            return "workbook"
    if "WordDocument".encode("utf-16-le") in content:
        raise FileError(f"{name} is a text document, not a table. Save the table as CSV or XLSX and load that.")
    raise FileError(
        f"{name} is damaged or cut off: no workbook is found in it. Open and save it anew, or fetch it again."
    )
