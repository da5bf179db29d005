"""Stripe's subscriptions get their amounts from the sheets in which they stand: items, plans and prices."""

from __future__ import annotations

import io
from pathlib import Path

from cs_metrics.ingest.plan import Plan, read
from cs_metrics.ingest.sheetplan import SheetPlan

SUBSCRIPTIONS = (
    "id,customer_id,status,created,current_period_start,current_period_end,ended_at,quantity\n"
    "s1,A,active,2024-01-01 10:00:00,2024-06-01,2024-07-01,,1\n"
    "s2,B,active,2024-02-01 10:00:00,2024-06-01,2024-07-01,,1\n"
    "s3,C,active,2024-03-01 10:00:00,2024-06-01,2024-07-01,,1\n"
    "s4,D,active,2024-04-01 10:00:00,2024-06-01,2024-07-01,,1\n"
)
ITEMS = (
    "id,subscription_id,plan_id,quantity\n"
    "i1,s1,gold,3\ni2,s1,extra,1\ni3,s2,half,1\ni4,s3,gold,1\ni5,s3,year,1\ni6,s4,unknown,1\n"
)
PLANS = (
    "id,active,amount,interval,interval_count,currency,nickname,billing_scheme,usage_type\n"
    "gold,true,4900,month,1,usd,Gold,per_unit,licensed\n"
    "extra,true,1000,month,1,usd,,per_unit,licensed\n"
    "half,true,60000,month,6,usd,Half,per_unit,licensed\n"
    "year,true,99000,year,1,usd,Year,per_unit,licensed\n"
)
PRICES = PLANS.replace("amount,interval,interval_count", "unit_amount,recurring_interval,recurring_interval_count")


def plan_of(**files: str) -> Plan:
    found = []
    for name, text in files.items():
        one = io.BytesIO(text.encode())
        one.name = f"{name}.csv"
        found.append(one)
    return read(found)


def loaded(sheet: SheetPlan) -> dict[str, tuple]:
    (one,) = sheet.applied
    rows = one.data.select(["subscription_id", "amount", "billing_period", "plan"]).to_pylist()
    return {r["subscription_id"]: (float(r["amount"]), r["billing_period"], r["plan"]) for r in rows}


def test_the_amount_is_what_all_items_of_a_subscription_cost():
    for plans in (PLANS, PRICES):
        plan = plan_of(subscriptions=SUBSCRIPTIONS, subscription_items=ITEMS, plans=plans)
        sheet = plan.sheet("subscriptions.csv")
        assert not [question for _, question in plan.questions]
        assert loaded(sheet) == {"s1": (157.0, "month", "Gold, extra"), "s2": (600.0, "half_year", "Half")}
        rejected = sheet.set_aside[sheet.set_aside["status"] == "rejected"]
        assert rejected["row"].tolist() == [4, 5]
        assert sheet.raw.notes == (
            "What 2 of 4 subscriptions cost is found through subscription_items.csv and plans.csv: plan_amount, "
            "plan_interval, plan_currency, plan_nickname.",
        )


def test_a_subscription_that_names_its_plan_needs_no_items():
    own = SUBSCRIPTIONS.replace("quantity\n", "quantity,plan_id\n").replace(",,1\n", ",,1,gold\n")
    plan = plan_of(subscriptions=own, plans=PLANS)
    assert loaded(plan.sheet("subscriptions.csv"))["s4"] == (49.0, "month", "Gold")


def test_without_prices_or_with_amounts_of_its_own_a_sheet_stays_as_it_came():
    assert len(plan_of(subscriptions=SUBSCRIPTIONS, subscription_items=ITEMS).sheets[0].raw.columns) == 8
    own = SUBSCRIPTIONS.replace("quantity\n", "amount\n")
    assert len(plan_of(subscriptions=own, subscription_items=ITEMS, plans=PLANS).sheets[0].raw.columns) == 8


def test_a_real_export_becomes_subscriptions_with_amounts(real_data: Path):
    files = ("subscription_data", "subscription_item_data", "plan_data", "price_data", "customer_data")
    plan = read([real_data / "stripe_export" / f"{name}.csv" for name in files])
    assert loaded(plan.sheet("subscription_data.csv")) == {
        "sdgfs4536": (1500.0, "month", "zb1"),
        "sfjytkyu876": (3000.0, "month", "ab2"),
    }
