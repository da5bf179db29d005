"""A plan: choices, questions, and what is handed over for publishing."""

from __future__ import annotations

import datetime as dt
import json

import pyarrow as pa
import pytest

from cs_metrics.errors import MappingError
from tests.ingest.sheets import of_rows, plan_of, sheet

TELCO = "customerID,tenure,MonthlyCharges,Churn\nA,5,20.5,Yes\nB,60,70.0,No\nC,1,30.5,No"


def telco():
    return plan_of(sheet(TELCO, "churn.csv"))


def test_a_tenure_waits_for_its_date_and_says_so():
    plan = telco()
    one = plan.sheet("churn.csv")
    assert not plan.ready
    assert one.counts is None
    (question,) = one.questions
    assert (question.id, question.kind, question.default) == ("anchor", "date", None)
    assert "'Churn' says Yes for 1 of 3" in question.evidence
    with pytest.raises(MappingError, match=r"churn\.csv: Up to which date"):
        plan.loads()


def test_one_answer_dates_both_tables():
    plan = telco()
    plan.sheet("churn.csv").answer("anchor", "2025-06-30")
    assert plan.ready
    customers, subscriptions = plan.loads()
    assert customers.rows.column("churned_on").to_pylist() == [dt.date(2025, 6, 30), None, None]
    assert subscriptions.rows.column("start_date").to_pylist()[0] == dt.date(2025, 1, 30)
    assert (customers.sheet_rows, customers.rows.num_rows, customers.set_aside.num_rows) == (4, 3, 1) or (
        customers.sheet_rows == customers.rows.num_rows + customers.set_aside.num_rows
    )
    assert "Churn" in customers.rows.column_names
    assert "Churn" not in subscriptions.rows.column_names


def test_a_wrong_answer_or_question_is_told_what_there_is():
    one = telco().sheet("churn.csv")
    with pytest.raises(MappingError, match="Did you mean 'anchor'"):
        one.answer("ancor", "2025-01-01")
    with pytest.raises(MappingError, match="a date such as"):
        one.answer("anchor", "last June")


def test_a_reload_brings_everything_back():
    plan = telco()
    plan.sheet("churn.csv").answer("anchor", "2025-06-30")
    kept = json.loads(json.dumps(plan.to_json()))
    again = telco().restore(kept)
    assert again.to_json() == plan.to_json()
    assert again.ready


def test_the_next_file_of_the_shape_is_mapped_alike_but_asked_its_date_again():
    plan = telco()
    one = plan.sheet("churn.csv")
    one.use(
        "customers", {"customer_id": "customerID", "signed_up_on": {"months_before": "tenure", "anchor": "2025-06-30"}}
    )
    kept = json.loads(json.dumps(plan.remember()))
    later = "MonthlyCharges,Customerid,TENURE,Churn\n20,A,6,No\n70,B,61,No"
    again = plan_of(sheet(later, "churn_july.csv"), remembered=kept).sheet("churn_july.csv")
    assert again.remembered
    assert again.tables == ("customers",)
    assert [q.id for q in again.questions if q.open] == ["anchor"]


def test_a_mapping_that_does_not_fit_changes_nothing():
    one = telco().sheet("churn.csv")
    before = one.to_json()
    with pytest.raises(MappingError, match="Did you mean 'customerID'"):
        one.use("customers", {"customer_id": "customer"})
    with pytest.raises(MappingError, match="Did you mean 'customers'"):
        one.use("customer")
    assert one.to_json() == before


def test_use_without_a_mapping_takes_what_is_proposed_for_that_table():
    one = telco().sheet("churn.csv").use("subscriptions")
    assert one.mapping["amount"] == "MonthlyCharges"
    assert one.confidence == 1.0


def test_a_skipped_sheet_needs_nothing_and_sets_all_aside():
    plan = telco()
    one = plan.sheet("churn.csv").skip()
    assert plan.ready
    assert (one.counts.loaded, one.counts.set_aside) == (0, one.counts.file)
    assert plan.loads() == []


def test_the_same_file_dropped_twice_is_loaded_once():
    text = "customer_id,signup_date\nA,2025-01-01\nB,2025-01-02"
    first, second = sheet(text, "customers.csv"), sheet(text, "customers.csv")
    plan = plan_of(first, second)
    assert [s.skipped for s in plan.sheets] == [False, True]
    assert "same content" in plan.sheets[1].reason


def test_a_missing_required_column_offers_those_that_could_be_it():
    text = "Ticket ID,Bought,First Response Time\n1,2025-01-01,2025-02-01 10:00\n2,2025-01-03,2025-02-02 10:00"
    one = plan_of(sheet(text, "tickets.csv")).sheet("tickets.csv")
    (question,) = [q for q in one.questions if q.open]
    assert question.id == "required:tickets.created_at"
    assert {c.value for c in question.choices} == {"Bought", "First Response Time"}
    one.answer(question.id, "Bought")
    assert one.ready
    assert one.mapping["created_at"] == "Bought"
    one.answer(question.id, None)
    assert not one.ready


def test_day_first_is_asked_only_where_nothing_settles_it():
    text = "User,Date,Score\na,01/02/2025,9\nb,03/04/2025,10\nc,05/06/2025,0"
    one = plan_of(sheet(text, "nps.csv")).sheet("nps.csv")
    (question,) = [q for q in one.questions if q.open]
    assert question.id == "day_first:Date"
    one.answer(question.id, True)
    assert one.preview()["responded_at"].dt.month.tolist() == [2, 4, 6]
    settled = plan_of(sheet(text + "\nd,31/01/2025,5", "nps.csv")).sheet("nps.csv")
    assert not [q for q in settled.questions if q.open]


def subscriptions(ends):
    rows = [["A", start, end, "10"] for start, end in ends]
    return plan_of(of_rows(["customer_id", "start_date", "end_date", "mrr"], rows, "subscriptions.csv"))


def test_inclusive_ends_are_recognised_asked_and_shifted():
    plan = subscriptions([("2025-01-01", "2025-01-31"), ("2025-02-01", "2025-02-28"), ("2025-03-01", "2025-03-31"),
                          ("2025-04-01", "2025-04-30")])  # fmt: skip
    one = plan.sheets[0]
    (question,) = [q for q in one.questions if q.open]
    assert question.id == "inclusive_end:subscriptions.end_date"
    one.answer(question.id, True)
    assert one.mapping["end_date"] == {"from": "end_date", "shift_days": 1}


def test_exclusive_ends_are_not_asked():
    plan = subscriptions([("2025-01-01", "2025-02-01"), ("2025-02-01", "2025-03-01"), ("2025-03-01", "2025-04-01"),
                          ("2025-04-01", "2025-05-01")])  # fmt: skip
    assert plan.ready


def test_amount_per_unit_becomes_the_total_when_a_person_says_so():
    rows = [[f"C{i}", "2025-01-01", str(10 + 10 * (i % 2)), str(1 + i)] for i in range(40)]
    plan = plan_of(of_rows(["customer_id", "start_date", "mrr", "seats"], rows, "subscriptions.csv"))
    one = plan.sheets[0]
    question = next(q for q in one.questions if q.id == "per_unit:subscriptions.amount")
    assert question.open
    assert question.suggestion is True
    one.answer(question.id, True)
    assert one.applied[0].data.column("amount").to_pylist()[1] == 40


def test_a_table_of_the_workspace_is_looked_through_too():
    usage = of_rows(["Sub", "when", "event"], [["S1", "2025-01-01", "x"], ["S9", "2025-01-02", "y"]], "usage.csv")

    def published(table, key, value):
        assert (table, key, value) == ("subscriptions", "subscription_id", "customer_id")
        return pa.table({"key": ["S1"], "value": ["A"]})

    plan = plan_of(usage, published=published)
    one = plan.sheets[0].use(
        "events",
        {
            "customer_id": {"through": "subscriptions.subscription_id", "from": "Sub"},
            "occurred_at": "when",
            "event": "event",
        },
    )
    assert one.applied[0].data.column("customer_id").to_pylist() == ["A", None]
    assert "not found among the subscriptions" in one.problems[0].sentence
    alone = plan_of(usage).sheets[0]
    alone.use("events", one.mapping)
    assert not alone.ready
    assert "Add the file with the subscriptions" in alone.error


def test_contradictions_are_counted_with_examples():
    customers = sheet("customer_id,signup_date,churn_date\nA,2025-01-01,2024-01-01\nB,2025-01-01,", "customers.csv")
    churn = sheet("customer_id,churn_date,reason\nA,2025-03-01,x\nZ,2025-03-02,y", "churn_events.csv")
    plan = plan_of(customers, churn)
    said = {p.kind: p for p in plan.contradictions}
    assert said["order"].count == 1
    assert said["unknown customer"].examples == ((3, "Z"),)


def test_values_that_differ_only_in_spaces_are_noted():
    deals = sheet("product,price\nGTX Pro,1\nMG,2", "products.csv")
    other = sheet(
        "opportunity_id,product,created_at,amount,status\n1,GTXPro,2025-01-01,5,won\n2,MG,2025-01-02,6,lost",
        "deals.csv",
    )
    plan = plan_of(deals, other)
    (near,) = [p for p in plan.contradictions if p.kind == "near match"]
    grades = plan_of(sheet("lead_id,grade\n1,A\n2,A+\n3,a +", "leads.csv"))
    assert [p.count for p in grades.contradictions if p.kind == "near match"] == [2]
    assert "'GTX Pro' (1 times in products.csv) and 'GTXPro' (1 times in deals.csv)" in near.sentence


def test_spellings_that_the_mapping_makes_one_are_no_near_match():
    text = "customer_id,region,signup_date\nA,EMEA,2025-01-01\nB,emea,2025-01-02\nC,APAC,2025-01-03"
    plan = plan_of(sheet(text, "customers.csv"))
    assert [p.kind for p in plan.contradictions] == ["near match"]
    rule = {"from": "region", "values": {"emea": "EMEA"}}
    plan.sheets[0].use("customers", {"customer_id": "customer_id", "region": rule, "signed_up_on": "signup_date"})
    assert not plan.contradictions
    deals = "opportunity_id,created_at,amount,status\n1,2025-01-01,5,Won\n2,2025-01-02,6,won\n3,2025-01-02,6,lost"
    assert not [p for p in plan_of(sheet(deals, "deals.csv")).contradictions if p.kind == "near match"]


def test_a_fee_or_a_trial_is_no_subscription_that_goes_on():
    subscriptions = sheet(
        "subscription_id,customer_id,start_date,end_date,amount,billing_period,is_trial\n"
        "1,A,2025-01-01,2025-02-01,9,month,no\n2,A,2025-01-01,,99,one_off,no\n3,B,2025-01-01,,9,month,yes\n"
        "4,C,2025-01-01,,9,month,no",
        "subscriptions.csv",
    )
    left = sheet(
        "customer_id,churned_on,reason\nA,2025-02-01,price\nB,2025-02-01,price\nC,2025-02-01,price", "churn_events.csv"
    )
    found = [p for p in plan_of(subscriptions, left).contradictions if p.kind == "still paying"]
    assert [p.examples for p in found] == [((4, "C on 2025-02-01"),)]


def test_columns_say_where_each_goes_and_why():
    columns = {c.name: c for c in telco().sheet("churn.csv").columns}
    assert columns["tenure"].targets == ("customers.signed_up_on", "subscriptions.start_date")
    assert columns["tenure"].attribute
    assert columns["customerID"].reason.startswith("Has the name 'customer_id'")
    assert not columns["MonthlyCharges"].attribute


def test_rows_set_aside_come_with_their_cells():
    plan = plan_of(sheet("customer_id,signup_date\nA,2025-01-01\n,2025-01-02", "customers.csv"))
    plan.sheets[0].use("customers", {"customer_id": "customer_id", "signed_up_on": "signup_date"})
    (row,) = plan.set_aside.to_dict("records")
    assert (row["file"], row["row"], row["status"], row["signup_date"]) == (
        "customers.csv",
        3,
        "rejected",
        "2025-01-02",
    )


def discounted(name: str):
    rows = [["A1", "2025-01-01", "200", "10"], ["A2", "2025-01-01", "50", "20"]]
    return plan_of(of_rows(["customer_id", "start_date", "mrr", name], rows, "subscriptions.csv"))


def test_a_discount_that_may_be_a_percentage_is_asked_about():
    one = discounted("Discount").sheets[0]
    question = next(q for q in one.questions if q.id == "percentage:subscriptions.discount")
    assert question.open
    one.answer(question.id, True)
    assert one.applied[0].data.column("discount").to_pylist() == [20, 10]  # 10 % of 200, 20 % of 50
    one.answer(question.id, False)
    assert one.applied[0].data.column("discount").to_pylist() == [10, 20]


@pytest.mark.parametrize("name", ["Discount amount", "amount_off"])
def test_a_discount_whose_name_says_money_is_not(name):
    one = discounted(name).sheets[0]
    assert one.mapping["discount"] == name
    assert not any(q.id.startswith("percentage") for q in one.questions)


@pytest.mark.parametrize("name", ["discount_percent", "percent_off", "coupon"])
def test_what_is_called_a_percentage_is_no_discount_in_money(name):
    assert "discount" not in discounted(name).sheets[0].mapping


def test_a_percent_sign_in_the_name_suggests_the_answer():
    assert next(q for q in discounted("Discount %").sheets[0].questions if q.column == "Discount %").suggestion is True


def test_people_without_an_account_may_be_the_customers() -> None:
    raw = "user_id,time,event\n" + "".join(f"u{i % 7},2025-01-{1 + i % 28:02d} 10:00:00,open\n" for i in range(40))
    one = plan_of(sheet(raw)).sheets[0]
    (question,) = [q for q in one.questions if q.id == "people_are_customers:events"]
    assert not question.open
    assert "customer_id" not in one.completed[0].columns
    one.answer(question.id, True)
    assert one.completed[0].columns["customer_id"] == one.completed[0].columns["user_id"]
    assert question.id in [q.id for q in one.questions], "it can be answered again"
    one.answer(question.id, False)
    assert "customer_id" not in one.completed[0].columns


def test_people_at_an_account_are_not_asked_about() -> None:
    raw = "user_id,account_id,time,event\n" + "".join(
        f"u{i % 7},a{i % 3},2025-01-{1 + i % 28:02d} 10:00:00,open\n" for i in range(40)
    )
    assert not [q for q in plan_of(sheet(raw)).sheets[0].questions if q.id.startswith("people")]
