"""What is at odds within and between the sheets of a drop: each is counted where it is, and only there."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

import cs_metrics as cs
from cs_metrics.ingest.plan import Plan, read
from cs_metrics.ingest.problems import Problem

ACCOUNTS = (
    "customer_id,name,region,churned_on,signed_up_on\nA,A Ltd,EMEA,,2024-01-01\nB,B Ltd,AMER,2024-06-01,2024-01-01\n"
)
SUBSCRIPTIONS = (
    "customer_id,start_date,end_date,amount,billing_period\nA,2024-02-01,,10,month\nB,2024-02-01,2024-06-01,20,month\n"
)
OWN = ("Seats", "is_churned")


def plan_of(**files: str) -> Plan:
    found = []
    for name, text in files.items():
        one = io.BytesIO(text.encode())
        one.name = f"{name}.csv"
        found.append(one)
    return read(found)


@pytest.fixture
def find() -> Callable[..., dict[str, list[Problem]]]:
    """Return a function that reads files of literal text, feeds the tables of their names, and gives what it found."""

    def find(**files: str) -> dict[str, list[Problem]]:
        plan = plan_of(**files)
        for sheet in plan.sheets:
            table = sheet.file.removesuffix(".csv").partition("_of_")[0]
            sheet.use(table, {c.name: c.name for c in sheet.raw.columns if c.name not in OWN})
        kinds: dict[str, list[Problem]] = {}
        for problem in plan.contradictions:
            kinds.setdefault(problem.kind, []).append(problem)
        return kinds

    return find


def test_files_that_agree_have_none(find):
    assert find(customers=ACCOUNTS, subscriptions=SUBSCRIPTIONS) == {}


def test_a_later_instant_before_an_earlier_one(find):
    (one,) = find(customers=ACCOUNTS.replace("2024-06-01,2024-01-01", "2023-06-01,2024-01-01"))["order"]
    assert one.count == 1
    assert one.sentence == "1 row has churned_on before signed_up_on, e.g. row 3: 2024-01-01 > 2023-06-01."


@pytest.mark.parametrize(
    ("table", "text", "said"),
    [
        (
            "opportunities",
            "opportunity_id,created_at,amount,status,closed_at\nD,2024-01-01,5,won,\nE,2024-01-01,5,open,\n",
            "1 deal is won or lost without a closing date, e.g. row 2.",
        ),
        (
            "tickets",
            "ticket_id,created_at,status,resolved_at\nT,2024-01-01,Closed,\nU,2024-01-01,open,\n",
            "1 ticket is called closed and has no time of resolution, e.g. row 2.",
        ),
        (
            "subscriptions",
            "customer_id,start_date,amount,billing_period\nA,2024-01-01,-5,month\nB,2024-01-01,0,month\n",
            "1 subscription has an amount below zero, e.g. row 2: -5.0.",
        ),
    ],
)
def test_a_row_that_cannot_be_as_it_stands(find, table, text, said):
    (one,) = find(**{table: text})["odd"]
    assert one.sentence == said


def test_rows_of_nobody_and_of_a_customer_that_is_in_no_customer_sheet(find):
    orders = "order_id,customer_id,ordered_at,amount\n1,A,2024-03-01,5\n2,,2024-03-01,5\n3,Z,2024-03-01,5\n"
    found = find(customers=ACCOUNTS, orders=orders)
    assert [(p.column, p.count, p.examples) for p in found["no customer"]] == [("customer_id", 1, ((3, ""),))]
    assert [(p.count, p.examples) for p in found["unknown customer"]] == [(1, ((4, "Z"),))]
    assert "not in customers.csv" in found["unknown customer"][0].sentence
    assert "unknown customer" not in find(orders=orders)


def test_a_customer_of_what_is_published_is_not_unknown(tmp_path):
    accounts, orders = tmp_path / "customers.csv", tmp_path / "orders.csv"
    workspace = cs.Workspace(tmp_path / "acme")
    accounts.write_text(ACCOUNTS.replace("A,A Ltd", "Z,Z Ltd"))
    workspace.publish(workspace.read([accounts]))
    accounts.write_text(ACCOUNTS)
    orders.write_text("order_id,customer_id,ordered_at,amount\n1,A,2024-03-01,5\n2,Z,2024-03-01,5\n3,Y,2024-03-01,5\n")
    (found,) = [p for p in workspace.read([accounts, orders]).contradictions if p.kind == "unknown customer"]
    assert (found.count, found.examples) == (1, ((4, "Y"),))


def test_use_of_the_product_before_the_first_subscription(find):
    events = "customer_id,occurred_at,event\nA,2024-01-31 23:00,login\nA,2024-02-01 01:00,login\n"
    (one,) = find(subscriptions=SUBSCRIPTIONS, events=events)["before start"]
    assert (one.count, one.examples) == (1, ((2, "A on 2024-01-31"),))


def test_a_leaving_while_a_subscription_goes_on_and_a_flag_against_the_leavings(find):
    events = "customer_id,churned_on\nA,2024-05-01\nB,2024-06-01\n"
    accounts = "customer_id,is_churned\nA,no\nB,yes\nC,yes\n"
    found = find(customers=accounts, subscriptions=SUBSCRIPTIONS, churn_events=events)
    (going_on,) = found["still paying"]
    assert (going_on.count, going_on.examples) == (1, ((2, "A on 2024-05-01"),))
    assert sorted((p.count, p.examples[0][1]) for p in found["flag"]) == [(1, "A"), (1, "C")]


def test_two_customer_files_that_differ(find):
    other = "customer_id,name,region\nB,b ltd ,EMEA\nA,A Ltd,\nC,C Ltd,APAC\n"
    (one,) = find(customers=ACCOUNTS, customers_of_billing=other)["files differ"]
    assert (one.column, one.count, one.examples) == ("region", 1, ((2, "B: EMEA here, AMER there"),))
    assert one.sentence.startswith("1 customer has another region here than in customers.csv, e.g. row 2: B: EMEA here")


def test_one_value_in_two_spellings(find):
    lines = "".join(f"{i},2024-01-01,{product}\n" for i, product in enumerate(["GTX Pro"] * 3 + ["GTXPro"]))
    (one,) = find(tickets="ticket_id,created_at,product\n" + lines)["near match"]
    assert one.count == 4
    assert "'GTX Pro' (3 times in tickets.csv) and 'GTXPro' (1 times in tickets.csv)" in one.sentence


def test_the_rows_with_one_id_say_what_differs_and_the_first_or_the_last_counts():
    text = "customer_id,name,region,Seats\nA,A Ltd,EMEA,5\nB,B Ltd,AMER,1\nA,A Ltd,APAC,\nA,A Ltd,EMEA,7\n"
    plan = plan_of(customers=text)
    (sheet,) = plan.sheets
    mapping = {"customer_id": "customer_id", "name": "name", "region": "region"}
    sheet.use("customers", mapping)
    (problem,) = [p for p in sheet.problems if p.kind == "repeated id"]
    assert "2 rows repeat an id with other values (Seats in 2, region in 1); the first row counts" in problem.sentence
    rejected = sheet.set_aside[sheet.set_aside["status"] == "rejected"]
    assert rejected["reason"].tolist() == [
        "customer_id 'A' stands already in row 2: region APAC here, EMEA there; Seats nothing here, 5 there.",
        "customer_id 'A' stands already in row 2: Seats 7 here, 5 there.",
    ]
    sheet.use("customers", mapping, last_row_counts=True)
    rejected = sheet.set_aside[sheet.set_aside["status"] == "rejected"]
    assert rejected["row"].tolist() == [2, 4]
    assert rejected["reason"].iloc[0] == "customer_id 'A' stands again in row 5: Seats 5 here, 7 there."
    again = plan_of(customers=text).restore(plan.to_json())
    assert again.sheets[0].set_aside["row"].tolist()[-2:] == [2, 4]
