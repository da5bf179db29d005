"""Real files: what is proposed for each, what is asked, what becomes of the rows."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyarrow.compute as pc
import pytest

from cs_metrics.ingest.plan import Plan, build_plan
from cs_metrics.ingest.reading.files import read_files
from cs_metrics.ingest.sheet import Read

DROPS = {
    "ravenstack": ("ravenstack/*.csv",),
    "telco": ("telco/Telco-Customer-Churn.csv",),
    "telco_xlsx": ("telco/*.xlsx",),
    "maven": ("telco/maven/*.csv",),
    "online_retail": ("online_retail/*.gz",),
    "mrr_playbook": ("mrr_playbook/*.csv",),
    "nps_bank": ("nps_bank/*.csv",),
    "nps_small": ("nps_small/*.csv",),
    "usage_ecom": ("usage_ecom/*.gz",),
    "support_tickets": ("support_tickets/*.csv",),
    "crm": ("crm_opportunities/*.csv",),
    "lifelines": ("lifelines/*.csv",),
}

THROUGH = {"through": "subscriptions.subscription_id", "from": "subscription_id"}
MINUTES = {"from": "first_response_time_minutes", "unit": "minutes", "after": "created_at"}
YES = {"No": False, "Yes": True}

# (drop, file, table or None for skip, columns that must be proposed so)
EXPECTED = [
    (
        "ravenstack",
        "ravenstack_accounts.csv",
        "customers",
        {
            "customer_id": "account_id",
            "name": "account_name",
            "signed_up_on": "signup_date",
            "industry": "industry",
            "country": "country",
            "plan": "plan_tier",
            "acquisition_channel": "referral_source",
            "churned_on": None,
        },
    ),
    (
        "ravenstack",
        "ravenstack_subscriptions.csv",
        "subscriptions",
        {
            "subscription_id": "subscription_id",
            "customer_id": "account_id",
            "start_date": "start_date",
            "end_date": "end_date",
            "amount": "mrr_amount",
            "billing_period": {"constant": "month"},
            "quantity": "seats",
            "plan": "plan_tier",
            "is_trial": "is_trial",
        },
    ),
    (
        "ravenstack",
        "ravenstack_feature_usage.csv",
        "events",
        {
            "event_id": "usage_id",
            "customer_id": THROUGH,
            "occurred_at": "usage_date",
            "event": {"constant": "used"},
            "feature": "feature_name",
            "quantity": "usage_count",
            "duration_seconds": "usage_duration_secs",
        },
    ),
    (
        "ravenstack",
        "ravenstack_support_tickets.csv",
        "tickets",
        {
            "ticket_id": "ticket_id",
            "customer_id": "account_id",
            "created_at": "submitted_at",
            "first_response_at": MINUTES,
            "resolved_at": "closed_at",
            "priority": "priority",
            "satisfaction": "satisfaction_score",
        },
    ),
    (
        "ravenstack",
        "ravenstack_churn_events.csv",
        "churn_events",
        {
            "customer_id": "account_id",
            "churned_on": "churn_date",
            "reason": "reason_code",
            "feedback": "feedback_text",
            "refund": "refund_amount_usd",
            "is_reactivation": "is_reactivation",
        },
    ),
    (
        "telco",
        "Telco-Customer-Churn.csv",
        "customers",
        {
            "customer_id": "customerID",
            "signed_up_on": {"months_before": "tenure", "anchor": None},
            "churned_on": {"flag": "Churn", "values": YES, "date": None},
        },
    ),
    (
        "telco_xlsx",
        "Telco_customer_churn.xlsx",
        "customers",
        {
            "customer_id": "CustomerID",
            "signed_up_on": {"months_before": "Tenure Months", "anchor": None},
            "churned_on": {"flag": "Churn Label", "values": YES, "date": None},
            "churn_reason": "Churn Reason",
        },
    ),
    (
        "maven",
        "telecom_customer_churn.csv",
        "customers",
        {
            "customer_id": "Customerid",
            "signed_up_on": {"months_before": "Tenureinmonths", "anchor": None},
            "churned_on": {
                "flag": "Customerstatus",
                "values": {"Stayed": False, "Churned": True, "Joined": False},
                "date": None,
            },
            "churn_reason": "Churnreason",
        },
    ),
    ("maven", "telecom_data_dictionary.csv", None, {}),
    ("maven", "telecom_zipcode_population.csv", None, {}),
    (
        "online_retail",
        "online_retail.csv.gz",
        "orders",
        {
            "order_id": "InvoiceNo",
            "customer_id": "CustomerID",
            "ordered_at": "InvoiceDate",
            "amount": {"from": "UnitPrice", "times": "Quantity"},
            "quantity": "Quantity",
            "product": "StockCode",
        },
    ),
    (
        "mrr_playbook",
        "subscription_periods.csv",
        "subscriptions",
        {
            "subscription_id": "subscription_id",
            "customer_id": "customer_id",
            "start_date": "start_date",
            "end_date": "end_date",
            "amount": "monthly_amount",
            "billing_period": {"constant": "month"},
        },
    ),
    (
        "nps_bank",
        "NPStimeseries.csv",
        "survey_responses",
        {
            "response_id": "ID",
            "customer_id": "Customer Name",
            "responded_at": "Survey date",
            "score": "NPS",
            "survey": {"constant": "nps"},
        },
    ),
    (
        "nps_small",
        "nps_data.csv",
        "survey_responses",
        {"user_id": "User", "responded_at": "Date", "score": "Score", "survey": {"constant": "nps"}},
    ),
    (
        "usage_ecom",
        "ecom.csv.gz",
        "events",
        {"user_id": "user_id", "session_id": "session_id", "event": "event", "occurred_at": "timestamp"},
    ),
    (
        "support_tickets",
        "customer_support_tickets.csv",
        "tickets",
        {
            "ticket_id": "Ticket ID",
            "customer_id": "Customer Email",
            "created_at": None,
            "first_response_at": "First Response Time",
            "resolved_at": "Time to Resolution",
            "status": "Ticket Status",
            "priority": "Ticket Priority",
            "channel": "Ticket Channel",
            "category": "Ticket Type",
            "product": "Product Purchased",
            "satisfaction": "Customer Satisfaction Rating",
        },
    ),
    (
        "crm",
        "accounts.csv",
        "customers",
        {
            "customer_id": "account",
            "industry": "sector",
            "company_size": "employees",
            "country": "office_location",
            "parent_customer_id": "subsidiary_of",
        },
    ),
    (
        "crm",
        "sales_pipeline.csv",
        "opportunities",
        {
            "opportunity_id": "opportunity_id",
            "customer_id": "account",
            "created_at": "engage_date",
            "closed_at": "close_date",
            "amount": "close_value",
            "owner": "sales_agent",
            "stage": "deal_stage",
            "status": {
                "from": "deal_stage",
                "values": {"Won": "won", "Lost": "lost", "Engaging": "open", "Prospecting": "open"},
            },
        },
    ),
    ("crm", "products.csv", None, {}),
    ("crm", "sales_teams.csv", None, {}),
    ("crm", "data_dictionary.csv", None, {}),
    ("lifelines", "rossi.csv", None, {}),
    ("lifelines", "waltons_dataset.csv", None, {}),
]


@cache
def _read(folder: Path, drop: str) -> Read:
    read = read_files([path for pattern in DROPS[drop] for path in sorted(folder.glob(pattern))])
    assert not read.failures
    return read


def plan(folder: Path, drop: str) -> Plan:
    return build_plan(_read(folder, drop))


@pytest.mark.parametrize(("drop", "file", "table", "columns"), EXPECTED, ids=[f"{d}/{f}" for d, f, *_ in EXPECTED])
def test_proposal(real_data, drop, file, table, columns):
    sheet = plan(real_data, drop).sheet(file)
    assert sheet.table == table, sheet.reason
    for name, spec in columns.items():
        assert sheet.mapping.get(name) == spec, name


@pytest.mark.parametrize(
    ("drop", "asked"),
    [
        ("ravenstack", []),
        ("telco", ["anchor"]),
        ("telco_xlsx", ["anchor"]),
        ("maven", ["anchor"]),
        ("online_retail", []),
        ("mrr_playbook", []),
        ("nps_bank", []),
        ("nps_small", []),
        ("usage_ecom", []),
        ("support_tickets", ["required:tickets.created_at"]),
        ("crm", []),
    ],
)
def test_only_what_is_truly_open_is_asked(real_data, drop, asked):
    assert [q.id for _, q in plan(real_data, drop).questions] == asked


def test_telco_feeds_subscriptions_too_and_one_date_answers_both(real_data):
    one = plan(real_data, "telco").sheet("Telco-Customer-Churn.csv").answer("anchor", "2020-01-01")
    customers, subscriptions = one.applied
    assert (customers.table, subscriptions.table) == ("customers", "subscriptions")
    assert subscriptions.mapping.columns["amount"] == "MonthlyCharges"
    assert customers.data.num_rows == subscriptions.data.num_rows == 7043
    assert customers.data.column("churned_on").null_count == 7043 - 1869


def test_online_retail_keeps_guests_and_returns_and_shows_duplicates(real_data):
    one = plan(real_data, "online_retail").sheet("online_retail.csv.gz")
    done = one.applied[0]
    assert (done.counts.file, done.counts.loaded, done.counts.rejected) == (541_910, 541_909 - 5_268, 0)
    ids = done.data.column("customer_id")
    assert ids.null_count > 130_000
    assert not pc.any(pc.match_substring(ids.drop_null(), ".")).as_py()
    assert pc.sum(pc.less(done.data.column("amount"), 0)).as_py() == 9_253
    assert done.aside["status"].value_counts()["duplicate"] == 5_268


def test_ravenstack_usage_finds_every_customer_and_contradictions_are_said(real_data):
    whole = plan(real_data, "ravenstack")
    usage = whole.sheet("ravenstack_feature_usage.csv").applied[0]
    assert usage.counts.loaded == 25_000
    assert usage.data.column("customer_id").null_count == 0
    assert {"before start", "still paying", "flag", "order"} <= {p.kind for p in whole.contradictions}


def test_deals_without_a_start_are_reported_and_open_ones_without_an_amount_stay(real_data):
    whole = plan(real_data, "crm")
    deals = whole.sheet("sales_pipeline.csv").applied[0]
    assert (deals.counts.loaded, deals.counts.rejected) == (8_300, 500)
    assert deals.data.column("amount").null_count == 1_589
    near = next(p for p in whole.contradictions if p.kind == "near match")
    assert "'GTXPro'" in near.sentence


def test_nps_bank_is_read_day_first_and_keeps_its_market(real_data):
    done = plan(real_data, "nps_bank").sheet("NPStimeseries.csv").applied[0]
    months = pc.month(done.data.column("responded_at"))
    assert months.to_pylist() == done.data.column("Month").to_pylist()
    market = next(a for a in done.attributes if a.name == "Market")
    assert market.low_cardinality


@pytest.mark.parametrize("drop", ["maven", "usage_ecom", "nps_small", "mrr_playbook"])
def test_every_row_is_accounted_for(real_data, drop):
    whole = plan(real_data, drop)
    for sheet in whole.sheets:
        if any(q.id == "anchor" for q in sheet.questions):
            sheet.answer("anchor", "2022-07-01")
        for one in sheet.applied:
            counts = one.counts
            assert counts.file == counts.loaded + counts.rejected + counts.set_aside
            assert len(one.aside) == counts.rejected + counts.set_aside
