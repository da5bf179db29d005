"""Workbooks made by hand, part by part: OpenDocument, XLSB, XML of Excel 2003, and XLSX with a part exchanged."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from xml.sax.saxutils import escape

_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_SPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for short, long in (("office", "office"), ("table", "table"), ("text", "text"))
)


_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS}"/>{{}}</manifest:manifest>'
)


def ods_cell(value: object, times: int = 1) -> str:
    repeat = f' table:number-columns-repeated="{times}"' if times > 1 else ""
    if value is None:
        return f"<table:table-cell{repeat}/>"
    number = isinstance(value, float | int)
    kind = f'office:value-type="float" office:value="{value}"' if number else 'office:value-type="string"'
    return f"<table:table-cell{repeat} {kind}><text:p>{escape(str(value))}</text:p></table:table-cell>"


def ods_row(*cells: str, times: int = 1) -> str:
    repeat = f' table:number-rows-repeated="{times}"' if times > 1 else ""
    return f"<table:table-row{repeat}>{''.join(cells)}</table:table-row>"


def ods(rows: str, before: str = "", manifest: str = "") -> bytes:
    """Return a workbook of one sheet 'Data' with these rows; `before` stands before its root element, `manifest` in its
    list of files."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content {_SPACES} office:version="1.2">'
        f'<office:body><office:spreadsheet><table:table table:name="Data">{rows}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", _ODS)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", _MANIFEST.format(manifest))
    return out.getvalue()


def with_parts(book: bytes, parts: Mapping[str, bytes]) -> bytes:
    """Return a zipped workbook with some of its parts exchanged."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(book)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.namelist():
            target.writestr(item, parts.get(item, source.read(item)))
    return out.getvalue()


_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_BINARY = "application/vnd.ms-excel."


def _record(kind: int, data: bytes = b"") -> bytes:
    """A record of XLSB: its kind and its length in 7 bits a byte, and its data."""
    start = bytearray([kind] if kind < 128 else [kind & 127 | 128, kind >> 7])
    length = len(data)
    while length > 127:
        start.append(length & 127 | 128)
        length >>= 7
    return bytes([*start, length]) + data


def _wide(text: str) -> bytes:
    data = text.encode("utf-16-le")
    return struct.pack("<I", len(data) // 2) + data


def xlsb(rows: Sequence[Sequence[object]], far: tuple[int, int] | None = None) -> bytes:
    """Return a binary workbook of one sheet 'Data': texts, numbers, booleans; None is no cell. `far`: the row and the
    column, from 0, of one more number."""
    cells = [(r, c, v) for r, row in enumerate(rows) for c, v in enumerate(row) if v is not None]
    cells += [(*far, 1.0)] if far else []
    last = max(r for r, _, _ in cells), max(c for _, c, _ in cells)
    sheet = _record(129) + _record(148, struct.pack("<IIII", 0, last[0], 0, last[1])) + _record(145)
    for number in sorted({r for r, _, _ in cells}):
        sheet += _record(0, struct.pack("<IIHHBI", number, 0, 300, 0, 0, 0))
        for _, column, value in (cell for cell in cells if cell[0] == number):
            place = struct.pack("<II", column, 0)
            if isinstance(value, bool):
                sheet += _record(4, place + bytes([value]))
            elif isinstance(value, int | float):
                sheet += _record(5, place + struct.pack("<d", value))
            else:
                sheet += _record(6, place + _wide(str(value)))
    sheet += _record(146) + _record(130)
    names = _record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Data"))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Override PartName="/xl/workbook.bin"'
        f' ContentType="{_BINARY}sheet.binary.macroEnabled.main"/><Override PartName="/xl/worksheets/sheet1.bin"'
        f' ContentType="{_BINARY}worksheet"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.bin"/></Relationships>',
        "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>',
        "xl/workbook.bin": _record(131) + _record(143) + names + _record(144) + _record(132),
        "xl/worksheets/sheet1.bin": sheet,
    }
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def spreadsheet_xml(sheets: str, before: str = "") -> bytes:
    """Return a workbook in the XML of Excel 2003 with these sheets; `before` stands before its root element."""
    space = "urn:schemas-microsoft-com:office:"
    return (
        f'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>{before}\n<Workbook'
        f' xmlns="{space}spreadsheet" xmlns:x="{space}excel" xmlns:ss="{space}spreadsheet">{sheets}</Workbook>'
    ).encode()


def xml_row(*cells: tuple[str, object] | None, index: str = "") -> str:
    """A row of such a sheet; each cell is its type and its text."""
    data = (f'<Data ss:Type="{c[0]}">{escape(str(c[1]))}</Data>' if c else "" for c in cells)
    return f"<Row{index}>{''.join(f'<Cell>{d}</Cell>' for d in data)}</Row>"
