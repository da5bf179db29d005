"""A row for each customer and a column for each month become a row for each cell, and can be turned back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cs_metrics.ingest.mappings.periodnames import period_in
from cs_metrics.ingest.sheetplan import SheetPlan
from tests.ingest.reading import read_text
from tests.ingest.sheets import plan_of
from tests.ingest.sheets import sheet as read_sheet

WIDE = "Account,Plan,Jan 2024,Feb 2024,Mar 2024\nAcme,Pro,100,110,\nBeta,Basic,,20,25.5\nGamma,Basic,,,\n"


def sheet(text: str, name: str = "mrr.csv", **more: object) -> SheetPlan:
    return plan_of(read_sheet(text, name), **more).sheets[0]


@pytest.mark.parametrize(
    ("header", "grain", "start", "label"),
    [
        ("2024-01", "month", dt.date(2024, 1, 1), ""),
        ("Jan 2024", "month", dt.date(2024, 1, 1), ""),
        ("Jan-24", "month", dt.date(2024, 1, 1), ""),
        ("01/2024", "month", dt.date(2024, 1, 1), ""),
        ("202412", "month", dt.date(2024, 12, 1), ""),
        ("2024-02-29 00:00:00", "month", dt.date(2024, 2, 1), ""),
        ("März 2024", "month", dt.date(2024, 3, 1), ""),
        ("Q3 2024", "quarter", dt.date(2024, 7, 1), ""),
        ("FY2024", "year", dt.date(2024, 1, 1), ""),
        ("2024 Jan Revenue", "month", dt.date(2024, 1, 1), "revenue"),
        ("mrr_2024_11", "month", dt.date(2024, 11, 1), "mrr"),
    ],
)
def test_headers_that_name_a_period(header: str, grain: str, start: dt.date, label: str) -> None:
    found = period_in(header)
    assert found is not None
    assert (found.grain, found.start, found.label) == (grain, start, label)


@pytest.mark.parametrize("header", ["Age", "May", "Plan 12", "2024-01-15", "Seats", "13/2024", "1234567", "score_3"])
def test_headers_that_name_none(header: str) -> None:
    assert period_in(header) is None


def test_a_wide_sheet_becomes_revenue_by_month_and_says_so() -> None:
    found = sheet(WIDE)
    assert found.table == "mrr_snapshots"
    assert found.reason == (
        "A row for each customer and a column for each month: the 3 columns become rows of mrr_snapshots"
    )
    rows = found.applied[0].data.select(["customer_id", "month", "mrr", "_row"]).to_pylist()
    assert [(r["customer_id"], r["month"].isoformat(), float(r["mrr"]), r["_row"]) for r in rows] == [
        ("Acme", "2024-01-01", 100.0, 2),
        ("Acme", "2024-02-01", 110.0, 2),
        ("Beta", "2024-02-01", 20.0, 3),
        ("Beta", "2024-03-01", 25.5, 3),
    ]


TOTALS = (
    "Account,Plan,Jan 2024,Feb 2024,Mar 2024,Total\n"
    "Acme,Pro,100,110,0.5,210.5\nBeta,Basic,,20,,20\nGamma,Basic,5,5,,10\n"
)


@pytest.mark.parametrize(
    "last", ["Total,,105,135,0.5,240.5", "Grand Total,,105,135,0.5,240.5", "Total,Pro,105,135,0.5,240.5"]
)
def test_totals_beside_and_below_the_months_are_counted_once(tmp_path: Path, last: str) -> None:
    raw = read_text(tmp_path, TOTALS + last + "\n")
    (found,) = plan_of(raw).sheets
    assert found.table == "mrr_snapshots"
    assert sum(found.applied[0].data["mrr"].to_pylist()) == Decimal("240.5")


def test_subtotals_between_the_customers_are_offered_to_be_set_aside(tmp_path: Path) -> None:
    lines = "Subtotal Pro,Pro,100,110,0.5,210.5\nDelta,Basic,1,2,3,6\nSubtotal Basic,Basic,6,27,3,36\n"
    (found,) = plan_of(read_text(tmp_path, TOTALS + lines)).sheets
    (totals,) = [group for group in found.repairs if group.repair["kind"] == "totals"]
    assert totals.repair["words"] == ["Subtotal Basic", "Subtotal Pro"]
    found.repair(totals.repair)
    assert sum(found.applied[0].data["mrr"].to_pylist()) == Decimal("246.5")


def test_a_customer_without_any_cell_is_reported() -> None:
    assert list(sheet(WIDE).set_aside.loc[lambda f: f["status"] == "rejected", "row"]) == [4]


def test_the_choice_is_undone_and_done_again() -> None:
    found = sheet(WIDE)
    found.answer("wide", False)
    assert [c.name for c in found.columns] == ["Account", "Plan", "Jan 2024", "Feb 2024", "Mar 2024"]
    assert found.rows == 3
    assert found.table != "mrr_snapshots"
    found.answer("wide", True)
    assert (found.table, len(found.applied[0].data)) == ("mrr_snapshots", 4)


@pytest.mark.parametrize("turned", [True, False])
def test_one_more_month_is_mapped_as_before(turned: bool) -> None:
    first = sheet(WIDE).answer("wide", turned)
    first.use("mrr_snapshots", {"customer_id": "Account", "month": "Month", "mrr": "MRR"}) if turned else first.use(
        "customers", {"customer_id": "Account", "plan": "Plan"}
    )
    kept = {first.fingerprint: first.to_remember()}
    text = "\n".join(
        line + more for line, more in zip(WIDE.split("\n"), (",Apr 2024", ",120", ",30", ",", ""), strict=True)
    )
    again = sheet(text, "mrr_april.csv", remembered=kept)
    assert again.remembered
    assert again.table == ("mrr_snapshots" if turned else "customers")
    assert again.unpivoted is turned
    if turned:
        assert {r.isoformat() for r in again.applied[0].data.column("month").to_pylist()} >= {"2024-04-01"}


def test_the_choice_survives_a_reload() -> None:
    plan = plan_of(read_sheet(WIDE))
    plan.sheets[0].answer("wide", False)
    assert plan_of(read_sheet(WIDE)).restore(plan.to_json()).sheets[0].rows == 3


def test_a_sheet_of_uses_becomes_events() -> None:
    found = sheet(WIDE.replace("110", "111"), "logins_by_month.csv")
    assert found.table == "events"
    assert found.mapping["event"] == {"constant": "logins"}


def test_quarters_are_purchases_not_revenue_of_a_month() -> None:
    found = sheet("Account,Q1 2024,Q2 2024,Q3 2024\nAcme,300,330,\nBeta,,60,75\n", "revenue.csv")
    assert found.table == "orders"
    assert sum(found.applied[0].data.column("amount").to_pylist()) == Decimal(765)


@pytest.mark.parametrize(
    "text",
    [
        "Account,Jan 2024,Feb 2024\nAcme,1,2\n",
        "Account,Jan 2024,Feb 2024,Feb-24\nAcme,1,2,3\n",
        "Account,Jan 2024 MRR,Jan 2024 Users,Feb 2024 MRR\nAcme,1,2,3\n",
        "Account,Jan 2024,Feb 2024,Mar 2024\nAcme,good,bad,good\nBeta,good,bad,bad\n",
    ],
    ids=["two months", "a month twice", "two kinds of numbers", "no numbers"],
)
def test_what_is_not_wide_stays_as_it_is(text: str) -> None:
    assert not sheet(text).unpivoted


_SPELLED: list[Callable[[dt.date], str]] = [
    lambda d: d.strftime("%Y-%m"),
    lambda d: d.strftime("%b %Y"),
    lambda d: d.strftime("%b-%y"),
    lambda d: d.strftime("%m/%Y"),
    lambda d: d.strftime("%Y %b Revenue"),
]
_CELL = st.one_of(st.just(""), st.integers(0, 10**7).map(lambda n: f"{n // 100}.{n % 100:02}"))


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    cells=st.integers(3, 8).flatmap(
        lambda months: st.lists(st.lists(_CELL, min_size=months, max_size=months), min_size=2, max_size=8)
    ),
    spelled=st.sampled_from(_SPELLED),
    first=st.integers(0, 40),
)
def test_every_cell_keeps_its_value_its_row_and_its_column(
    cells: list[list[str]], spelled: Callable[[dt.date], str], first: int
) -> None:
    if not any(any(row) for row in cells):
        cells[0][0] = "1.00"
    months = [dt.date(2021 + (first + i) // 12, (first + i) % 12 + 1, 1) for i in range(len(cells[0]))]
    lines = [",".join(["Account", *map(spelled, months)])]
    lines += [",".join([f"C-{i}", *row]) for i, row in enumerate(cells)]
    found = sheet("\n".join(lines) + "\n")
    assert found.unpivoted
    loaded = found.applied[0].data.select(["customer_id", "month", "mrr", "_row"]).to_pylist()
    got = {(r["_row"], r["month"]): (r["customer_id"], r["mrr"]) for r in loaded}
    want = {
        (i + 2, month): (f"C-{i}", Decimal(cell))
        for i, row in enumerate(cells)
        for month, cell in zip(months, row, strict=True)
        if cell
    }
    assert got == want
    assert sum(mrr for _, mrr in got.values()) == sum(Decimal(c) for row in cells for c in row if c)
    blank = [i + 2 for i, row in enumerate(cells) if not any(row)]
    rejected = found.set_aside.loc[found.set_aside["status"] == "rejected", "row"]
    assert sorted(rejected) == blank
