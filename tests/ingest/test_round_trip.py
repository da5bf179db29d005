"""Random tables written as people write them (dialect, encoding, locale, layout) are read back equal."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cs_metrics.ingest.sheet import RawSheet
from cs_metrics.ingest.types.convert import Options, convert
from cs_metrics.schema import Type
from tests.ingest.reading import read_bytes

NAMES = ("customer", "plan", "seats", "mrr", "since", "note")
LETTERS = {"utf-8": "aeiouöéñßłжλ東", "cp1252": "aeiouöéñßç", "cp850": "aeiouöéñßç", "mac_roman": "aeiouöéñßç"}
BOUNDED = settings(derandomize=True, deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
FEWER = settings(BOUNDED, max_examples=12)


@dataclass(frozen=True)
class Written:
    """A table, how it is written, and its bytes."""

    rows: list[tuple[Any, ...]]
    texts: list[list[str]]
    content: bytes
    day_first: bool
    aside: int


def money(value: Decimal, decimal: str, thousands: str) -> str:
    whole, _, cents = f"{value:,.2f}".partition(".")
    return whole.replace(",", thousands) + decimal + cents


@st.composite
def tables(draw: st.DrawFn) -> Written:
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "cp850", "mac_roman"]))
    delimiter = draw(st.sampled_from([",", ";", "\t", "|"]))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    # Python's writer leaves a line feed in a cell bare where lines end with CR: no reader could tell.
    quote = "'" if delimiter == ";" and draw(st.booleans()) else '"'
    quoting = (
        csv.QUOTE_ALL if quote == "'" or end == "\r" else draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    )
    decimal = draw(st.sampled_from([".", ","]))
    signs = ["", "'", " "] if encoding in ("cp1252", "cp850", "mac_roman") else ["", "'", " ", "\u00a0", "\u202f"]
    thousands = draw(st.sampled_from([*signs, "," if decimal == "." else "."]))
    day_first = draw(st.booleans())
    letters = LETTERS.get(encoding, LETTERS["utf-8"])
    word = st.text(letters + "bcdfgmnrst", min_size=3, max_size=8).map(str.capitalize)
    customer = st.tuples(word, word).map(" ".join)
    extra = st.sampled_from(["", 'said "yes"', "two\nlines", "a, b; c", "it's fine", "tab\there", "50% off"])
    row = st.tuples(
        customer,
        st.sampled_from(["Starter", "Pro", "Team plan"]),
        st.integers(1, 900),
        st.decimals("0.01", "9999999.99", places=2),
        st.dates(dt.date(2015, 1, 1), dt.date(2029, 12, 31)),
        extra,
    )
    rows = draw(st.lists(row, min_size=6, max_size=25))
    # What no reader could tell: whether the day comes first, and the decimal sign, is settled by one value each.
    rows.append(("Last One", "Pro", 12, Decimal("1234567.89"), dt.date(2024, 5, 31), ""))
    form = draw(st.sampled_from(["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%y"] if day_first else ["%m/%d/%Y", "%m-%d-%y"]))
    texts = [
        [name, plan, str(seats), money(amount, decimal, thousands), day.strftime(form), note]
        for name, plan, seats, amount, day, note in rows
    ]
    width = len(NAMES)
    blank_left = draw(st.integers(0, 1))
    above: list[list[str]] = [[], *draw(st.sampled_from([[], [["Customers of May"]], [["Customers of May"], []]]))][1:]
    below: list[list[str]] = draw(st.sampled_from([[], [[], ["Source: the billing system"]], [["* without trials"]]]))
    lines = [*above, list(NAMES)]
    gaps = draw(st.sets(st.integers(1, len(texts) - 1), max_size=2))
    for index, line in enumerate(texts):
        lines += [[]] if index in gaps else []
        lines.append(line)
    lines += below
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting, quotechar=quote)
    for line in lines:
        writer.writerow([""] * blank_left + line + [""] * (width - len(line)))
    aside = len(above) + 1 + len(gaps) + len(below)
    return Written(rows, texts, out.getvalue().encode(encoding), day_first, aside)


def read(content: bytes, name: str) -> list[RawSheet]:
    with tempfile.TemporaryDirectory() as folder:
        return read_bytes(Path(folder), content, name)


@BOUNDED
@given(tables())
def test_text_files_come_back_equal(made: Written) -> None:
    (sheet,) = read(made.content, "file.csv")
    assert [c.name for c in sheet.columns][: len(NAMES)] == list(NAMES)[: len(sheet.columns)]
    cells = [[(t or "").replace("\r\n", "\n") for t in sheet.texts(c).to_pylist()] for c in sheet.columns]
    found = [list(row) for row in zip(*cells, strict=True)]
    assert found == [row[: len(sheet.columns)] for row in made.texts]
    assert not any(row[-1] for row in made.texts) or len(sheet.columns) == len(NAMES)
    assert len(sheet.set_aside) == made.aside
    assert values(sheet, "seats", Type.INTEGER) == [row[2] for row in made.rows]
    assert values(sheet, "mrr", Type.MONEY) == [row[3] for row in made.rows]
    assert values(sheet, "since", Type.DATE) == [row[4] for row in made.rows]
    assert sheet.column("since").profile.day_first is made.day_first


@FEWER
@given(tables(), st.booleans(), st.sampled_from([0, 2]), st.booleans())
def test_workbooks_come_back_equal(made: Written, apple: bool, title: int, notes: bool) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "date_1904": apple}) as book:
        sheet = book.add_worksheet("Customers")
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        if title:
            sheet.write_string(0, 1, "Customers of May")
        for place, name in enumerate(NAMES, start=1):
            sheet.write_string(title, place, name)
        for index, row in enumerate(made.rows, start=title + 1):
            for place, cell in enumerate(row, start=1):
                if isinstance(cell, dt.date):
                    sheet.write_datetime(index, place, dt.datetime.combine(cell, dt.time()), day)
                elif isinstance(cell, str):
                    sheet.write_string(index, place, cell)
                else:
                    sheet.write_number(index, place, float(cell))
        if notes:
            sheet.write_string(title + len(made.rows) + 2, 1, "Source: the billing system")
    (read_back,) = read(out.getvalue(), "book.xlsx")
    assert read_back.column("customer").letter == "B"
    assert read_back.texts("customer").to_pylist() == [row[0] for row in made.rows]
    assert values(read_back, "seats", Type.INTEGER) == [row[2] for row in made.rows]
    assert values(read_back, "mrr", Type.MONEY) == [row[3] for row in made.rows]
    assert values(read_back, "since", Type.DATE) == [row[4] for row in made.rows]
    assert read_back.file_rows == title + 1 + len(made.rows) + 2 * notes


def values(sheet: RawSheet, name: str, kind: Type) -> list[Any]:
    column = sheet.column(name)
    return convert(sheet.texts(column), kind, Options.of(column.profile)).values.to_pylist()
