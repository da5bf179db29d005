"""The blank workbook: a sheet for each table of the data model, and one that explains every column."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import xlsxwriter

from cs_metrics.schema import TABLES, Column, Table, Type

GUIDE = "How to fill this in"
# A fixed date: the same schema makes the same workbook, byte for byte.
_CREATED = datetime(2026, 1, 1)
_ROWS = 10_000

_TYPES = {
    Type.ID: "id (any text; leading zeros stay)",
    Type.TEXT: "text",
    Type.DATE: "date (2026-03-31)",
    Type.INSTANT: "date and time (2026-03-31 14:05)",
    Type.MONEY: "amount (1234.50)",
    Type.NUMBER: "number",
    Type.INTEGER: "whole number",
    Type.BOOLEAN: "yes or no",
}
_CELLS = {
    Type.ID: "@",
    Type.TEXT: "@",
    Type.DATE: "yyyy-mm-dd",
    Type.INSTANT: "yyyy-mm-dd hh:mm",
    Type.MONEY: "0.00",
    Type.NUMBER: "General",
    Type.INTEGER: "0",
    Type.BOOLEAN: "@",
}
_INTRO = (
    "One sheet for each kind of data. Fill in the sheets you have and leave the others blank: they are passed over.",
    "Dark headers are required where a sheet is used at all. Every other column is optional, and each unlocks KPIs.",
    "Columns of your own may be added to the right: they become attributes to filter and break down by.",
)


def template_workbook() -> bytes:
    """Return the blank workbook (XLSX): the guide, then a sheet for each table with its header, frozen and explained.

    Ids are text cells, so that leading zeros stay; columns of a closed set have a list to choose from. No formulas.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "cs-metrics template", "created": _CREATED})
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "bottom": 1}),
        "required": book.add_format({"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A5F", "bottom": 1}),
        "optional": book.add_format({"font_color": "#1F3A5F", "bg_color": "#DDE6F0", "bottom": 1}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        "bold": book.add_format({"bold": True, "valign": "top"}),
        "link": book.add_format({"font_color": "#1F4E9E", "underline": 1, "valign": "top"}),
    }
    cells = {kind: book.add_format({"num_format": cell}) for kind, cell in _CELLS.items()}
    _guide(book.add_worksheet(GUIDE), formats)
    for table in TABLES.values():
        _table(book.add_worksheet(table.name), table, formats, cells)
    book.close()
    return buffer.getvalue()


def _guide(sheet: Any, formats: dict[str, Any]) -> None:
    sheet.write_string(0, 0, GUIDE, formats["title"])
    for row, line in enumerate(_INTRO, start=1):
        sheet.write_string(row, 0, line)
    top = len(_INTRO) + 2
    for place, (title, width) in enumerate(
        (("Sheet", 20), ("Column", 24), ("Required", 12), ("What to write", 32), ("Example", 24), ("What it means", 90))
    ):
        sheet.write_string(top, place, title, formats["head"])
        sheet.set_column(place, place, width)
    sheet.freeze_panes(top + 1, 0)
    row = top + 1
    for table in TABLES.values():
        sheet.write_url(row, 0, f"internal:'{table.name}'!A1", formats["link"], table.name)
        sheet.write_string(row, 5, f"One row is {table.row}.", formats["bold"])
        for column in table.columns:
            row += 1
            for place, text in enumerate((table.name, column.name, _need(table, column), _what(column))):
                sheet.write_string(row, place, text, formats["wrap"])
            sheet.write_string(row, 4, column.example, formats["wrap"])
            sheet.write_string(row, 5, column.help, formats["wrap"])
        row += 2


def _need(table: Table, column: Column) -> str:
    if column.required:
        return "required"
    group = next((g for g in table.one_of if column.name in g), ())
    return "or " + ", ".join(name for name in group if name != column.name) if group else ""


def _what(column: Column) -> str:
    return "one of: " + ", ".join(column.values) if column.values else _TYPES[column.type]


def _table(sheet: Any, table: Table, formats: dict[str, Any], cells: dict[Type, Any]) -> None:
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(table.columns):
        needed = column.required or any(column.name in group for group in table.one_of)
        sheet.set_column(place, place, max(14, len(column.name) + 4), cells[column.type])
        sheet.write_string(0, place, column.name, formats["required" if needed else "optional"])
        need = _need(table, column)
        lines = (f"{_what(column)}{f' ({need})' if need else ''}", column.help)
        sheet.write_comment(0, place, "\n".join(line for line in lines if line), {"x_scale": 2, "author": "cs-metrics"})
        choices = list(column.values) or (["yes", "no"] if column.type is Type.BOOLEAN else [])
        if choices:
            message = f"{column.name} is one of: {', '.join(choices)}."
            sheet.data_validation(
                1,
                place,
                _ROWS,
                place,
                {"validate": "list", "source": choices, "error_title": "Not in the list", "error_message": message},
            )
