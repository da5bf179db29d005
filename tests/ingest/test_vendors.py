"""Exports of vendors are known by their columns, said to be theirs, and mapped as the vendor means them."""

from __future__ import annotations

import pytest

from cs_metrics.ingest.sheetplan import SheetPlan
from tests.ingest.sheets import plan_of
from tests.ingest.sheets import sheet as read_sheet


def sheet(text: str, name: str = "export.csv") -> SheetPlan:
    return plan_of(read_sheet(text, name)).sheets[0]


def first_amount(found: SheetPlan) -> float:
    return float(found.applied[0].data.column("amount")[0].as_py())


STRIPE_API = (
    "id,customer_id,currency,created,current_period_start,current_period_end,ended_at,status,plan_amount,plan_interval\n"
    "sub_1,cus_1,usd,1704067200,1706745600,1709251200,,active,4900,month\n"
    "sub_2,cus_2,usd,1704153600,1706832000,1709337600,1709337600,canceled,120000,year\n"
)
STRIPE_FILE = (
    "id,Customer ID,Plan,Quantity,Currency,Interval,Amount,Status,Created (UTC),Start (UTC),"
    "Current Period Start (UTC),Current Period End (UTC),Canceled At (UTC),Ended At (UTC)\n"
    "sub_1,cus_1,pro,1,usd,month,49.00,active,2024-01-01 00:00,2024-01-01 00:00,2024-02-01 00:00,2024-03-01 00:00,,\n"
)
SALESFORCE = (
    "Id,IsDeleted,AccountId,Name,StageName,Amount,CloseDate,Type,LeadSource,IsClosed,IsWon,OwnerId,CreatedDate\n"
    "0061,false,0011,Big,Closed Won,5000,2024-03-01,New Business,Web,true,true,0051,2024-01-05T09:00:00.000Z\n"
    "0062,false,0012,Less,Prospecting,800,2024-06-01,New Business,Web,false,false,0051,2024-02-05T09:00:00.000Z\n"
    "0063,false,0012,None,Closed Lost,300,2024-04-01,New Business,Web,true,false,0051,2024-02-06T09:00:00.000Z\n"
)
HUBSPOT = (
    "Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Create Date,Associated Company\n"
    "901,Big,Closed Won,2024-03-01 10:00,Ann,5000,2024-01-05 09:00,Acme\n"
    "902,Less,Closed Lost,2024-04-01 10:00,Ann,300,2024-01-06 09:00,Beta\n"
)
CHARGEBEE = (
    "id,customer_id,plan_id,plan_quantity,billing_period,billing_period_unit,status,started_at,current_term_start,"
    "current_term_end,cancelled_at,cancel_reason,mrr,currency_code\n"
    "s1,c1,pro,1,1,month,active,1704067200,1706745600,1709251200,,,4900,USD\n"
    "s2,c2,team,1,1,year,cancelled,1704067200,1706745600,1735689600,1709251200,not_paid,10000,USD\n"
)
HELP_DESK = (
    "id,requester_id,submitter_id,assignee_id,organization_id,status,priority,type,via_channel,created_at,updated_at\n"
    "11,21,21,31,41,solved,high,incident,web,2024-01-01 10:00:00,2024-01-02 10:00:00\n"
    "12,22,22,31,42,open,low,question,email,2024-01-03 10:00:00,2024-01-03 10:00:00\n"
)


@pytest.mark.parametrize(
    ("text", "says", "table", "columns"),
    [
        (STRIPE_API, "a Stripe export: subscriptions", "subscriptions", {"customer_id": "customer_id"}),
        (STRIPE_FILE, "a Stripe export: subscriptions", "subscriptions", {"start_date": "Start (UTC)"}),
        (SALESFORCE, "a Salesforce export: opportunities", "opportunities", {"owner": "OwnerId", "stage": "StageName"}),
        (HUBSPOT, "a HubSpot export: deals", "opportunities", {"opportunity_id": "Record ID"}),
        (CHARGEBEE, "a Chargebee export: subscriptions", "subscriptions", {"billing_period": {"constant": "month"}}),
        (HELP_DESK, "a Zendesk export: tickets", "tickets", {"customer_id": "organization_id", "agent": "assignee_id"}),
    ],
)
def test_an_export_is_recognised_whatever_its_file_is_called(
    text: str, says: str, table: str, columns: dict[str, object]
) -> None:
    found = sheet(text)
    assert says in found.reason
    assert found.table == table
    assert columns.items() <= found.mapping.items()
    assert found.ready, [q.text for q in found.questions if q.open]


@pytest.mark.parametrize("text", [STRIPE_API, CHARGEBEE])
def test_cents_of_a_vendor_are_divided_and_said_so(text: str) -> None:
    found = sheet(text)
    asked = {q.id: q for q in found.questions}["cents:subscriptions.amount"]
    assert "which writes amounts in cents" in asked.evidence
    assert first_amount(found) == 49.0
    found.answer("cents:subscriptions.amount", False)
    assert first_amount(found) == 4900.0


def test_amounts_of_a_file_made_for_people_are_not_divided() -> None:
    found = sheet(STRIPE_FILE)
    assert "cents:subscriptions.amount" not in {q.id for q in found.questions}
    assert first_amount(found) == 49.0


def test_amounts_that_look_like_prices_in_cents_are_asked_about_and_left_as_they_are() -> None:
    head = "Customer ID,Start date,End date,Amount,Billing period"
    rows = [
        f"C{i},2024-01-0{i},2025-01-0{i},{price},month" for i, price in enumerate((4900, 9900, 19900, 4900), start=1)
    ]
    found = sheet("\n".join([head, *rows]))
    asked = {q.id: q for q in found.questions}["cents:subscriptions.amount"]
    assert asked.evidence.startswith("3 of 3 different amounts end in 900, as prices in cents do")
    assert (asked.open, first_amount(found)) == (False, 4900.0)
    found.answer("cents:subscriptions.amount", True)
    assert first_amount(found) == 49.0


def test_round_amounts_are_not_asked_about() -> None:
    head = "Customer ID,Start date,End date,Amount,Billing period"
    rows = [f"C{i},2024-01-0{i},2025-01-0{i},{price},month" for i, price in enumerate((4900, 5000, 12000), start=1)]
    assert "cents:subscriptions.amount" not in {q.id for q in sheet("\n".join([head, *rows])).questions}


def test_a_currency_without_cents_is_not_divided() -> None:
    found = sheet(STRIPE_API.replace(",usd,", ",jpy,"))
    assert first_amount(found) == 4900.0


def test_seconds_since_1970_become_dates() -> None:
    dates = sheet(STRIPE_API).applied[0].data.column("start_date").to_pylist()
    assert [str(d)[:10] for d in dates] == ["2024-01-01", "2024-01-02"]


def test_open_won_and_lost_are_told_from_the_stage() -> None:
    assert sheet(SALESFORCE).applied[0].data.column("status").to_pylist() == ["won", "open", "lost"]


def test_what_feeds_nothing_is_left_out_with_the_reason() -> None:
    found = sheet("id,amount,captured,refunded,amount_refunded,paid,created\nch_1,100,true,false,0,true,1704067200\n")
    assert found.skipped
    assert found.reason.startswith("Looks like a Stripe export: charges. It is left out: payments")


def test_subscriptions_whose_amounts_are_elsewhere_are_left_out_with_the_reason() -> None:
    found = sheet(
        "id,customer_id,currency,created,current_period_start,current_period_end,status\n"
        "sub_1,cus_1,usd,1704067200,1706745600,1709251200,active\n"
    )
    assert found.skipped
    assert "without amount" in found.reason


def test_a_sheet_of_nobody_is_not_taken_for_a_vendors() -> None:
    found = sheet("id,name,status,amount\n1,Acme,active,10\n2,Beta,active,20\n", "customers.csv")
    assert "Looks like" not in found.reason
