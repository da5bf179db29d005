"""The sample company as shipped: made by its generator, small, whole, and blemished as real exports are."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from itertools import pairwise

import pytest

from cs_metrics.reports.template import template_workbook
from cs_metrics.schema import TABLES
from data import generate
from data.company.clock import add_months, as_date, day
from data.company.dice import Dice
from data.company.export import Sheet, files

HERE = generate.SAMPLE


@pytest.fixture(scope="module")
def made() -> list[Sheet]:
    return generate.sheets()


def content(name: str, raw: bytes) -> object:
    """What a file says, apart from how its bytes were deflated: zlib's versions differ, the rows may not."""
    if name.endswith(".gz"):
        return gzip.decompress(raw)
    if name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(raw)) as book:
            return {member: book.read(member) for member in book.namelist()}
    return raw


def test_shipped_files_are_what_the_generator_writes(made: list[Sheet]) -> None:
    written = files(made)
    assert set(written) | {"mapping.json", "settings.json"} == {p.name for p in HERE.iterdir()}
    for name, raw in written.items():
        assert content(name, raw) == content(name, (HERE / name).read_bytes()), f"{name}: run python -m data.generate"
    assert json.loads((HERE / "mapping.json").read_text(encoding="utf-8")) == generate.mapping(made)


def test_shipped_template_is_what_the_schema_says() -> None:
    shipped = generate.TEMPLATE.read_bytes()
    assert content("t.xlsx", template_workbook()) == content("t.xlsx", shipped), "run python -m data.generate"


def test_sample_and_template_fit_into_three_megabytes() -> None:
    size = sum(p.stat().st_size for p in HERE.iterdir()) + generate.TEMPLATE.stat().st_size
    assert size <= 3_000_000


def test_every_table_has_rows_and_every_required_column_is_mapped(made: list[Sheet]) -> None:
    rows = dict.fromkeys(TABLES, 0)
    for sheet in made:
        if sheet.table:
            rows[sheet.table] += len(sheet.rows)
            assert set(TABLES[sheet.table].required) <= set(sheet.mapping)
    assert all(rows.values()), rows
    assert rows["customers"] == 602  # 600 accounts, two of them exported twice


def test_nothing_happens_before_launch_or_after_the_last_day(made: list[Sheet]) -> None:
    for sheet in made:
        if not sheet.table:
            continue
        for column in TABLES[sheet.table].activity:
            source = sheet.mapping.get(column)
            if not isinstance(source, str) or sheet.file in ("services_orders.csv", "crm_opportunities.csv"):
                continue
            place = sheet.header.index(source)
            days = [str(row[place])[:10] for row in sheet.rows if row and row[place] not in (None, "", "TBD", "Total")]
            assert min(days) >= "2024-01-01", (sheet.key, column)
            assert max(days) <= "2026-06-30", (sheet.key, column)


def test_recurring_rows_of_a_product_never_overlap(made: list[Sheet]) -> None:
    sheet = next(s for s in made if s.table == "subscriptions")
    column = {name: sheet.header.index(name) for name in sheet.header}
    stretches: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in sheet.rows:
        if row[column["interval"]] == "one-time" or row[column["id"]] == "sub_90001":
            continue
        end = row[column["end"]]
        start, end = str(row[column["start"]]), "9999" if end is None else str(end)
        assert start < end
        stretches.setdefault((row[column["customer"]], row[column["product"]]), []).append((start, end))
    for key, found in stretches.items():
        found.sort()
        assert all(a[1] <= b[0] for a, b in pairwise(found)), key


def test_ids_named_in_other_tables_exist(made: list[Sheet]) -> None:
    accounts = {row[0] for row in next(s for s in made if s.table == "customers").rows}
    for sheet in made:
        for column in ("customer_id", "referrer_customer_id", "referred_customer_id", "referred_by"):
            source = sheet.mapping.get(column)
            if isinstance(source, str):
                place = sheet.header.index(source)
                assert {row[place] for row in sheet.rows if len(row) > place and row[place]} <= accounts, sheet.key


def test_blemishes_of_real_exports_are_there(made: list[Sheet]) -> None:
    by_key = {s.key: s for s in made}
    assert all(row[0].startswith("0") for row in by_key["crm_accounts.csv"].rows)
    assert any(row[7] != row[7].strip().upper() for row in by_key["crm_accounts.csv"].rows)
    assert by_key["surveys.xlsx/NPS"].above
    assert by_key["finance.xlsx/Costs"].rows[-1][0] == "Total"
    assert [] in by_key["customer_success.xlsx/Touchpoints"].rows
    tickets = by_key["support_tickets.csv.gz"].rows
    assert len({row[0] for row in tickets}) < len(tickets)
    assert any(row[1] == "" for row in tickets)
    assert any(str(row[2]).startswith("2025-02-30") for row in tickets)
    assert any(row[4].startswith("$") for row in by_key["crm_opportunities.csv"].rows)


def test_chance_is_the_same_on_every_machine() -> None:
    dice = Dice("test")
    assert [dice.between(1, 6) for _ in range(8)] == [6, 1, 4, 6, 6, 2, 3, 5]


def test_a_month_after_the_31st_is_the_last_day_of_a_shorter_month() -> None:
    assert as_date(add_months(day(2024, 1, 31), 1)).isoformat() == "2024-02-29"
    assert as_date(add_months(day(2024, 1, 31), 2)).isoformat() == "2024-03-31"
