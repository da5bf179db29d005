"""Real files, read as their users have them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from cs_metrics.ingest.reading.files import read_files
from cs_metrics.ingest.sheet import RawSheet, Read
from cs_metrics.schema import Type


def one(path: Path) -> RawSheet:
    read = read_files([path])
    read.raise_failures()
    return read.sheets[0]


def kinds(sheet: RawSheet) -> dict[str, Type]:
    return {c.name: c.profile.kind for c in sheet.columns}


def test_nps_bank_is_day_first_though_most_dates_fit_both_ways(real_data: Path) -> None:
    sheet = one(real_data / "nps_bank" / "NPStimeseries.csv")
    found = sheet.column("Survey date").profile
    assert sheet.rows == 5000
    assert (found.kind, found.day_first, found.bad) == (Type.DATE, True, 0)
    assert found.formats == {"%d/%m/%y": 5000, "%m/%d/%y": 2014}
    assert (found.minimum, found.maximum) == ("2021-01-01", "2021-12-30")


def test_support_tickets_with_cells_over_several_lines(real_data: Path) -> None:
    sheet = one(real_data / "support_tickets" / "customer_support_tickets.csv")
    assert sheet.rows == 8469
    assert sheet.data.column("_row")[-1].as_py() == 8470
    assert kinds(sheet)["First Response Time"] is Type.INSTANT
    assert any("\n" in t for t in sheet.texts("Ticket Description").slice(0, 50).to_pylist())


def test_online_retail_has_every_line(real_data: Path) -> None:
    sheet = one(real_data / "online_retail" / "online_retail.csv.gz")
    assert sheet.rows == 541_909
    assert sheet.column("CustomerID").profile.blank == 135_080
    assert sheet.column("InvoiceNo").profile.kind is Type.ID
    assert kinds(sheet)["InvoiceDate"] is Type.INSTANT


def test_telco_three_editions(real_data: Path) -> None:
    folder = real_data / "telco"
    read = read_files(
        [
            folder / "Telco-Customer-Churn.csv",
            folder / "Telco_customer_churn.xlsx",
            folder / "maven" / "telecom_customer_churn.csv",
        ]
    )
    plain, book, maven = read.sheets
    assert [s.rows for s in read.sheets] == [7043, 7043, 7043]
    assert plain.column("TotalCharges").profile.blank == 11
    assert (plain.column("tenure").profile.kind, plain.column("customerID").profile.kind) == (Type.INTEGER, Type.ID)
    assert (book.sheet, kinds(book)["Zip Code"], kinds(book)["Churn Label"]) == ("Telco_Churn", Type.ID, Type.BOOLEAN)
    assert maven.encoding == "utf-8-sig"
    assert all(c.name == c.name.strip() and not c.name.startswith("\ufeff") for c in maven.columns)


def test_ravenstack_in_one_drop(real_data: Path) -> None:
    read = read_files(sorted((real_data / "ravenstack").glob("*.csv")))
    assert [s.rows for s in read.sheets] == [500, 600, 25_000, 5_000, 2_000]
    assert all(c.profile.bad == 0 for s in read.sheets for c in s.columns)
    tickets = kinds(read.sheets[4])
    assert (tickets["closed_at"], tickets["submitted_at"]) == (Type.INSTANT, Type.DATE)


def test_cdnow_has_spaces_for_delimiters_and_no_header(real_data: Path) -> None:
    sheet = one(real_data / "cdnow" / "CDNOW_sample.txt")
    assert (sheet.rows, sheet.header_row, sheet.delimiter) == (6919, None, " ")
    assert list(kinds(sheet).values()) == [Type.ID, Type.ID, Type.DATE, Type.INTEGER, Type.NUMBER]


def test_exports_of_two_vendors_and_crm(real_data: Path) -> None:
    names = ("stripe_export/charge_data", "stripe_export/price_data", "zendesk_export/ticket_data")
    names += ("zendesk_export/user_data", "crm_opportunities/sales_pipeline", "crm_opportunities/products")
    read = read_files([real_data / f"{name}.csv" for name in names])
    assert not read.failures
    by_file = {s.file: s for s in read.sheets}
    assert by_file["sales_pipeline.csv"].rows == 8800
    assert by_file["sales_pipeline.csv"].column("account").profile.blank == 1425
    assert kinds(by_file["charge_data.csv"])["created"] is Type.INSTANT


def test_usage_events(real_data: Path) -> None:
    sheet = one(real_data / "usage_ecom" / "ecom.csv.gz")
    assert (sheet.rows, kinds(sheet)["timestamp"]) == (31_106, Type.INSTANT)


def _records(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [[cell.strip().replace("\r\n", "\n") for cell in row] for row in csv.reader(file)]
    return [row for row in rows if any(row)]


def _cells(sheet: RawSheet) -> set[tuple[str, ...]]:
    columns = [[(t or "").strip().replace("\r\n", "\n") for t in sheet.texts(c).to_pylist()] for c in sheet.columns]
    header = [tuple(c.header.strip() for c in sheet.columns)]
    return set(header) | set(zip(*columns, strict=True))


def test_pollock_polluted_files_read_like_their_clean_twins(real_data: Path) -> None:
    """Of all rows of the clean files at least 17 in 20 come out the same; the others are cut beyond telling."""
    folder = real_data / "messy" / "pollock_polluted"
    paths = sorted([*(folder / "csv").glob("file_*.csv"), *(folder / "csv").glob("row_*5_*.csv")])
    read = read_files(paths)
    assert [f.file for f in read.failures] == ["file_no_payload.csv"]
    same = total = 0
    for sheet in read.sheets:
        wanted = _records(folder / "clean" / sheet.file)
        found = _cells(sheet)
        width = len(sheet.columns)
        total += len(wanted)
        same += sum(tuple((row + [""] * width)[: max(width, len(row))]) in found for row in wanted)
    assert same / total >= 0.85


@pytest.fixture(scope="module")
def small_files(real_data: Path) -> Read:
    folder = real_data / "messy"
    return read_files(
        [
            *(
                p
                for p in sorted((folder / "csvkit").glob("*.csv"))
                if "converted" not in p.name and "schema" not in p.name
            ),
            *(folder / "readxl" / f"{name}.xlsx" for name in ("deaths", "geometry", "skipping", "blanks", "types")),
            *(folder / "readxl" / f"{name}.xlsx" for name in ("missing-first-column", "nonstandard-xml-ns-prefix")),
        ]
    )


def test_small_hard_files_are_read_or_refused_with_a_reason(small_files: Read) -> None:
    assert {f.file for f in small_files.failures} <= {"empty.csv", "test_locale.csv"}
    for sheet in small_files.sheets:
        numbers = sheet.data.column("_row").to_pylist() + [a.row for a in sheet.set_aside]
        assert sorted(numbers) == list(range(1, sheet.file_rows + 1)), sheet.place


def test_titles_and_footnotes_of_small_hard_files(small_files: Read) -> None:
    by_place = {s.place: s for s in small_files.sheets}
    deaths = by_place["deaths.xlsx, sheet 'arts'"]
    assert (deaths.header_row, deaths.columns[0].name) == (5, "Name")
    states = by_place["realdata__Datagov_FY10_EDU_recp_by_State.csv"]
    assert [a.kind for a in states.set_aside if a.row > 3] == ["footnote", "footnote"]
    assert by_place["missing-first-column.xlsx, sheet 'Sheet1'"].columns[0].letter == "B"
    assert by_place["test_utf16_big.csv"].encoding == "utf-16"
    assert by_place["mac_newlines.csv"].rows == 2
