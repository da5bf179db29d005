"""What reading makes by itself of texts is told, and kept with the values."""

from __future__ import annotations

from pathlib import Path

import pytest

from cs_metrics.ingest.plan import read
from tests.ingest.sheets import of_rows, plan_of

ROWS: list[list[str | None]] = [
    ["A", "13/01/2025", "$1,200", "Pro"],
    ["B", "02/03/2025", "#N/A", "Pro"],
    ["C", "2025-04-01", "1300", "pro"],
]


def test_what_is_read_is_grouped_with_before_and_after():
    sheet = plan_of(of_rows(["Client ID", "Since", "ARR", "Tier"], ROWS)).sheets[0]
    sheet.use("subscriptions", {"customer_id": "Client ID", "start_date": "Since", "amount": "ARR", "plan": "Tier",
                                "billing_period": {"constant": "year"}}).skip()  # fmt: skip
    sheet.use("customers", {"customer_id": "Client ID", "signed_up_on": "Since"})
    (dates,) = [g for g in sheet.repairs if g.state == "read"]
    assert dates.sentence == "Column Since: 2 dates are day-first."
    assert dates.examples == ((2, "13/01/2025", "2025-01-13"), (3, "02/03/2025", "2025-03-02"))


def test_what_is_read_is_handed_over_with_the_rows():
    plan = plan_of(of_rows(["Client ID", "Since", "ARR", "Tier"], ROWS))
    sheet = plan.sheets[0].use("customers", {"customer_id": "Client ID", "signed_up_on": "Since", "segment": "Tier"})
    sheet.repair({"kind": "spelling", "column": "Tier", "to": {"pro": "Pro"}})
    (load,) = plan.loads()
    assert [(c["row"], c["column"], c["after"]) for c in load.changes.to_pylist()] == [
        (2, "signed_up_on", "2025-01-13"),
        (3, "signed_up_on", "2025-03-02"),
        (4, "segment", "Pro"),
    ]


def orders(amounts):
    rows = [["a", "2024-01-31", amount] for amount in amounts]
    sheet = plan_of(of_rows(["Client ID", "Day", "Amount"], rows)).sheets[0]
    return sheet.use("orders", {"customer_id": "Client ID", "ordered_at": "Day", "amount": "Amount"})


def test_a_dash_among_amounts_is_left_blank_and_can_be_read_as_0():
    sheet = orders(["-", "2.50", " – ", "n/a"])
    dash, nothing = [g for g in sheet.repairs if g.state == "read" and g.column == "Amount"]
    assert (dash.sentence, nothing.sentence) == (
        "Column Amount: 2 dashes are left blank.",
        "Column Amount: 1 value is left blank: 'n/a'.",
    )
    assert dash.other.label == "Read a dash as 0"
    sheet.read_otherwise(dash)
    assert sheet.repairing.changes[["before", "after"]].values.tolist() == [["-", "0"], [" – ", "0"]]


def test_credit_and_debit_are_told_by_the_sign_that_a_person_chooses():
    sheet = orders(["12.50 CR", "3.00 DR", "4.00"])
    offered = [g for g in sheet.repairs if g.repair.get("kind") == "sides"]
    assert [g.sentence for g in offered] == [
        "Column Amount: 2 amounts say CR or DR: DR is negative?",
        "Column Amount: 2 amounts say CR or DR: CR is negative?",
    ]
    assert not [g for g in sheet.repairs if g.repair.get("kind") == "affix"]
    sheet.repair(offered[1].repair)
    changes = sheet.repairing.changes[["before", "after"]].values.tolist()
    assert changes == [["12.50 CR", "-12.50"], ["3.00 DR", "3.00"]]
    assert [g.state for g in sheet.repairs if g.repair.get("kind") == "sides"] == ["made"]


def test_crores_are_not_taken_for_credit():
    sheet = orders(["1.2 Cr", "3.00"])
    assert not [g for g in sheet.repairs if g.repair.get("kind") == "sides"]


@pytest.fixture(scope="module")
def deals(real_data: Path):
    return read(sorted((real_data / "crm_opportunities").glob("*.csv")))


def test_a_product_that_two_files_spell_in_two_ways_becomes_one(deals):
    ((sheet, group),) = deals.repairs
    assert (sheet.file, group.count) == ("sales_pipeline.csv", 1480)
    rows = sheet.counts
    sheet.repair(group.repair)
    assert deals.repairs == ()
    assert "near match" not in [p.kind for p in deals.contradictions]
    assert sheet.counts == rows
    assert set(sheet.repairing.changes["before"]) == {"GTXPro"}
    sheet.undo(group.repair)
    assert len(deals.repairs) == 1


def test_the_dates_of_a_bank_are_said_to_be_day_first(real_data):
    sheet = read([real_data / "nps_bank" / "NPStimeseries.csv"]).sheets[0]
    assert [g.sentence for g in sheet.repairs] == ["Column Survey date: 5,000 dates are day-first."]


@pytest.mark.parametrize("name", ["support_tickets/customer_support_tickets.csv", "telco/Telco-Customer-Churn.csv"])
def test_clean_files_are_offered_no_repair(real_data, name):
    sheet = read([real_data / name]).sheets[0]
    for question in sheet.questions:
        if question.open:
            first = question.choices[0].value if question.choices else None
            sheet.answer(question.id, first if question.suggestion is None else question.suggestion)
    assert sheet.ready
    assert [g.sentence for g in sheet.repairs if g.state != "read"] == []


def read_by_itself(sheet, column: str):
    return next((g for g in sheet.repairs if g.state == "read" and g.column == column), None)


def test_a_reading_of_dates_can_be_turned_and_turned_back():
    sheet = plan_of(of_rows(["Client ID", "Since", "ARR", "Tier"], ROWS)).sheets[0]
    sheet.use("customers", {"customer_id": "Client ID", "signed_up_on": {"from": "Since", "day_first": True}})
    assert read_by_itself(sheet, "Since").other.label == "Read the month first"
    sheet.read_otherwise(read_by_itself(sheet, "Since"))
    turned = read_by_itself(sheet, "Since")
    assert turned.sentence == "Column Since: 1 date is month-first."
    assert turned.examples == ((3, "02/03/2025", "2025-02-03"),)
    assert [p.kind for p in sheet.problems] == ["bad"]  # 13/01/2025 has no 13th month
    sheet.read_otherwise(turned)
    assert read_by_itself(sheet, "Since").examples[1] == (3, "02/03/2025", "2025-03-02")
    assert sheet.problems == ()


def test_percents_can_be_read_as_points_and_back():
    rows: list[list[str | None]] = [["A", "2025-01-01", "12%"], ["B", "2025-01-02", "7.5 %"]]
    sheet = plan_of(of_rows(["Client ID", "Since", "Adoption"], rows)).sheets[0]
    sheet.use("survey_responses", {"customer_id": "Client ID", "responded_at": "Since", "score": "Adoption",
                                   "survey": {"constant": "nps"}, "scale_min": {"constant": 0},
                                   "scale_max": {"constant": 100}})  # fmt: skip
    assert read_by_itself(sheet, "Adoption").examples[0] == (2, "12%", "0.12")
    sheet.read_otherwise(read_by_itself(sheet, "Adoption"))
    assert read_by_itself(sheet, "Adoption") is None
    (made,) = [g for g in sheet.repairs if g.state == "made"]
    assert made.examples == ((2, "12%", "12"), (3, "7.5 %", "7.5"))
    sheet.undo(made.repair)
    assert read_by_itself(sheet, "Adoption").examples[0] == (2, "12%", "0.12")
