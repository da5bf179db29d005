"""Where the table lies in those real files that have more than a header in the first row; written by hand."""

from __future__ import annotations

from dataclasses import dataclass

from tests.real.plain import Grid


@dataclass(frozen=True)
class Place:
    """A table's header rows (none: it has no header; several are joined by ' / ') and its last row, counted from 1.

    `names`: its header, where the file to compare with names the columns otherwise.
    """

    header: tuple[int, ...] = (1,)
    last: int | None = None
    names: tuple[str, ...] = ()

    def cut(self, grid: Grid) -> tuple[list[str], Grid]:
        """Return the header and the rows of the table in a sheet's cells."""
        rows = grid[max(self.header, default=0) : self.last]
        if not self.header or self.names:
            return list(self.names), rows
        lines = [grid[n - 1] for n in self.header]
        width = max(map(len, lines))
        padded = [line + [""] * (width - len(line)) for line in lines]
        return [" / ".join(dict.fromkeys(t for t in texts if t)) for texts in zip(*padded, strict=True)], rows


_NONE = (Place(header=()),)


def _both(name: str, places: tuple[Place, ...]) -> dict[str, tuple[Place, ...]]:
    """The same sheet of a workbook in both editions."""
    book, _, sheet = name.partition("|")
    return {f"{book}{end}|{sheet}": places for end in (".xls", ".xlsx", "-xls.xls", "-xlsx.xlsx")}


_CHICAGO = (
    Place(names=("text", "date", "integer", "boolean", "float", "datetime", "empty_column")),
)  # its converter adds an 'h'
_POLLOCK = ("DATE", "TIME", "Qty", "PRODUCTID", "Price", "ProductType", "ProductDescription", "URL", "Comments")

PLACES: dict[str, tuple[Place, ...]] = {
    "bad_skip_lines.csv": (Place((4,)),),
    "test_skip_lines.csv": (Place((4,)),),
    "realdata__Datagov_FY10_EDU_recp_by_State.csv": (Place((3,), 56),),
    "no_header_row.csv": _NONE,
    "no_header_row2.csv": _NONE,
    "no_header_row3.csv": _NONE,
    "long-sample.csv": _NONE,
    "file_no_header.csv": _NONE,
    "CDNOW_sample.txt": _NONE,
    "file_header_multirow_2.csv": (Place(names=_POLLOCK),),  # the same header twice: one name is enough
    "file_header_multirow_3.csv": (Place(names=_POLLOCK),),
    "test.xls|testfixed_converted.csv": _CHICAGO,
    "test_skip_lines.xls|testfixed_converted.csv": _CHICAGO,
    "sheets.xls|data": _CHICAGO,
    "test_skip_lines.xlsx|Sheet1": (Place((4,)),),
    **_both("deaths|arts", (Place((5,), 15),)),
    **_both("deaths|other", (Place((5,), 15),)),
    **_both("geometry|Sheet1", (Place((3,)),)),
    **_both("geometry|warning_B6", (Place((3,)),)),
    **_both("geometry|warning_AT6", (Place((3,)),)),
    **_both("geometry|warning_AKE6", (Place((3,)),)),
    **_both("skipping|two_blank_rows", (Place((3,)),)),
    **_both("skipping|occupied_row_and_blank_row", (Place((3,)),)),
    **_both("skipping|two_occupied_rows", (Place((3,)),)),
    **_both("clippy|two-row-header", (Place((1, 2)),)),
    **_both("no-yes-col-names|empty-col-names", (Place((2,)),)),
    **_both("missing-first-column|Sheet1", _NONE),
    **_both("types|smorgasbord", _NONE),
    **_both("color-date|Sheet1", _NONE),
    **_both("color-date-lowercase|Sheet1", _NONE),
    "dates-1900-LibreOffice.xlsx|Sheet1": _NONE,
    "Ekaterinburg_IP_9.xlsx|СПАРК - Список": (Place((4,), 2195),),
}

# Workbooks that no other reader here opens: the first column's header and the number of rows, by hand.
FACTS: dict[str, tuple[str, int]] = {
    "65536-rows-xls.xls|Sheet1": ("HELLO", 1),
    "biff5-label-records.xls|worksheet1": ("Date", 14),
    "biff5-rich-text-string.xls|Sheet1": ("No.", 13),
    "dates-1900.xls|Sheet1": ("", 1),
    "dates-1904.xls|Sheet1": ("", 1),
    "more-than-256-unique-strings-xls.xls|Sheet1": ("var", 257),
    "mtcars.xls|head(mtcars)": ("mpg", 6),
    "los-angeles-arrests-xlsx.xlsx|Sheet1": ("BKG_NUM", 193),
}

# How many tables a file has of which the cleaned one keeps the first.
TABLES = {"file_multitable_less.csv": 2, "file_multitable_more.csv": 2}

# Sheets of a workbook that its older edition cannot hold (it ends at 256 columns), or that were put in apart.
ONLY_NEW = ("geometry.xls|warning_AKE6",)

# Files without any table: to be refused.
NO_TABLE = ("empty.csv", "file_no_payload.csv")

# Why a file is still wrong, where it is known and not mended: every other wrong one is news.
STILL_WRONG = {
    "file_field_delimiter_0x20.csv": "spaces separate its cells, and stand unquoted in the cells of every second row",
    "file_multitable_same.csv": "the same header twice is read as one table whose header is repeated; the cleaned file"
    " keeps what is above the second",
    "file_quotation_char_0x27.csv": "apostrophes quote its cells, but the inch signs in them were doubled, and stay so",
}
