"""Where the field disagrees: each way of counting on an example by hand, and how the ways differ on the same rows."""

from __future__ import annotations

from typing import Any

import pytest

from cs_metrics import definitions
from cs_metrics.kpis import Slice, rows
from cs_metrics.settings import facts_key, resolve
from tests.kpis.money import Tables, ask, sub
from tests.support import make_version

MARCH = "2026-03-01"


def asked(tables: Tables, kpi: str, month: str, **switched: Any) -> tuple[float, float]:
    """Return numerator and denominator with switched definitions: facts are built by them."""
    con = make_version(tables, switched, "2026-12-01")
    until = f"2026-{int(month[5:7]) + 1:02d}-01"
    cell = _cells(con, kpi, Slice.of("month", since=month, until=until))
    return float(cell["numerator"]), float(cell["denominator"])


def _cells(con: Any, kpi: str, slice_: Slice) -> Any:
    from cs_metrics.kpis import compute

    return compute(con, [kpi], slice_, resolve({**_settings(con), "fresh_days": 3650})).iloc[0]


def _settings(con: Any) -> dict[str, Any]:
    from cs_metrics.kpis.available import meta_settings

    return dict(meta_settings(con))


# Gave notice on 20 March, and it ended on 25 March; a month is paid from the 10th to the 10th of April.
LEFT: Tables = {
    "subscriptions": [
        sub("stays", "2026-01-01"),
        sub("left", "2026-01-10", "2026-03-25", cancelled_on="2026-02-20"),
    ]
}


@pytest.mark.parametrize(
    ("dated", "gone_in"),
    [("end", "2026-03-01"), ("paid", "2026-04-01"), ("scheduled", "2026-02-01")],
)
def test_a_leaving_falls_where_the_definition_dates_it(dated: str, gone_in: str) -> None:
    for month in ("2026-02-01", "2026-03-01", "2026-04-01"):
        lost, base = asked(LEFT, "customer_churn_rate", month, churn_dated=dated)
        assert lost == (1 if month == gone_in else 0), month
        assert base == (2 if month <= gone_in else 1), month


@pytest.mark.parametrize(
    ("row", "paid_to"),
    [
        ({"start": "2026-01-10", "end": "2026-03-10"}, "2026-03-10"),  # on the day on which a period ends
        ({"start": "2026-01-10", "end": "2026-03-11"}, "2026-04-10"),
        ({"start": "2026-01-31", "end": "2026-02-27"}, "2026-02-28"),  # a month from the 31st ends with February
        ({"start": "2026-01-31", "end": "2026-03-01"}, "2026-03-31"),  # and the next one on the 31st again
        ({"start": "2026-01-10", "end": "2026-02-01", "billing_period": "quarter"}, "2026-04-10"),
        ({"start": "2026-01-10", "end": "2026-04-11", "billing_period": "quarter"}, "2026-07-10"),
        ({"start": "2026-01-10", "end": "2026-07-10", "billing_period": "half_year"}, "2026-07-10"),
        ({"start": "2025-06-01", "end": "2026-03-15", "billing_period": "year"}, "2026-06-01"),
        ({"start": "2026-01-05", "end": "2026-01-14", "billing_period": "week"}, "2026-01-19"),
        ({"start": "2026-01-05", "end": "2026-01-14", "billing_period": "day"}, "2026-01-14"),
        ({"start": "2026-01-05", "end": "2026-01-05"}, "2026-01-05"),  # it never ran
        ({"start": "2026-01-05", "end": None}, "9999-12-31"),
        # a contract's end is the end of what is paid
        ({"start": "2026-01-10", "end": "2026-03-15", "contract_start": "2026-01-10", "contract_end": "2026-03-31"},
         "2026-03-31"),
        ({"start": "2026-01-10", "end": "2026-03-15", "contract_start": "2026-01-10", "contract_end": "2026-02-10"},
         "2026-04-10"),
    ],
)  # fmt: skip
def test_what_is_paid_is_counted_from_the_start(row: dict[str, Any], paid_to: str) -> None:
    given = {k: v for k, v in row.items() if k not in ("start", "end")}
    tables = {"subscriptions": [sub("a", row["start"], row["end"], **given)]}
    con = make_version(tables, {"churn_dated": "paid"}, "2026-12-01")
    assert str(con.execute("SELECT ends FROM fact_active").fetchall()[0][0])[:10] == paid_to


def test_who_changes_plan_in_mid_period_pays_once() -> None:
    # Basic is paid up to 10 April, but Pro took its place on 25 March: at no instant 100 + 150
    changed = {"subscriptions": [sub("a", "2026-01-10", "2026-03-25"), sub("a", "2026-03-25", None, 150)]}
    con = make_version(changed, {"churn_dated": "paid"}, "2026-12-01")
    steps = con.execute("SELECT begins, mrr FROM fact_mrr_step ORDER BY begins").fetchall()
    assert [(str(begins)[:10], float(mrr)) for begins, mrr in steps] == [("2026-01-10", 100), ("2026-03-25", 150)]


def test_who_comes_back_within_the_paid_period_never_left() -> None:
    back = {"subscriptions": [sub("a", "2026-01-10", "2026-03-25"), sub("a", "2026-04-02", None, 150)]}
    con = make_version(back, {"churn_dated": "paid"}, "2026-12-01")
    assert con.execute("SELECT count(*) FROM fact_life").fetchall() == [(1,)]
    assert make_version(back).execute("SELECT count(*) FROM fact_life").fetchall() == [(2,)]


def test_what_is_paid_beyond_a_contract_renews_nothing() -> None:
    # monthly from the 10th, the contract over on 1 April and not renewed
    over = {"subscriptions": [sub("a", "2026-01-10", "2026-04-01", contract_start="2026-01-01",
                                  contract_end="2026-04-01")]}  # fmt: skip
    for dated in ("end", "paid"):
        assert asked(over, "renewal_rate", "2026-04-01", churn_dated=dated) == (0, 1)


DISCOUNTED: Tables = {
    "subscriptions": [
        sub("list", "2026-01-01", amount=100),
        sub("half", "2026-01-01", amount=100, discount=50),
        sub("year", "2026-01-01", amount=1200, discount=120, billing_period="year"),
        sub("free", "2026-01-01", amount=30, discount=45),
        sub("signed", "2026-01-01", amount=20, discount=-5),
    ]
}


def test_discounts_are_in_or_out_of_mrr() -> None:
    # less discounts: 100 + 50 + 1,080 / 12 + 0 (a discount takes no more than there is) + 15
    assert asked(DISCOUNTED, "average_revenue_per_account", MARCH) == (255, 4)
    # list prices: 100 + 100 + 1,200 / 12 + 30 + 20
    assert asked(DISCOUNTED, "average_revenue_per_account", MARCH, mrr_discounts="gross") == (350, 5)


def test_a_contract_is_worth_what_its_discount_leaves() -> None:
    signed = {"subscriptions": [sub("a", "2026-03-01", amount=100, discount=10, contract_start="2026-03-01",
                                    contract_end="2027-03-01")]}  # fmt: skip
    assert asked(signed, "annual_contract_value", MARCH)[0] == 1080
    assert asked(signed, "annual_contract_value", MARCH, mrr_discounts="gross")[0] == 1200


# One grows from 100 to 150, one shrinks from 100 to 70, one leaves with 40.
MOVED: Tables = {
    "subscriptions": [
        sub("grows", "2026-01-01", "2026-03-10", 100), sub("grows", "2026-03-10", None, 150),
        sub("shrinks", "2026-01-01", "2026-03-10", 100), sub("shrinks", "2026-03-10", None, 70),
        sub("leaves", "2026-01-01", "2026-03-10", 40),
    ]
}  # fmt: skip


def test_gross_retention_is_capped_for_each_customer_or_in_total() -> None:
    capped = ask(MOVED, "gross_revenue_retention", MARCH)
    # (100 + 70 + 0) / 240
    assert (capped["numerator"], capped["denominator"]) == (170, 240)
    total = ask(MOVED, "gross_revenue_retention", MARCH, definitions={"grr_cap": "total"})
    # 150 + 70 + 0 = 220, which is less than 240
    assert (total["numerator"], total["denominator"]) == (220, 240)
    assert total["low"] <= total["value"] <= total["high"] <= 1


def test_in_total_it_never_exceeds_what_was_paid_at_the_start() -> None:
    grown = {"subscriptions": [sub("grows", "2026-01-01", "2026-03-10", 100), sub("grows", "2026-03-10", None, 400),
                               sub("leaves", "2026-01-01", "2026-03-10", 60)]}  # fmt: skip
    cell = ask(grown, "gross_revenue_retention", MARCH, definitions={"grr_cap": "total"})
    assert (cell["numerator"], cell["denominator"], cell["value"]) == (160, 160, 1)
    asked_of = Slice.of("month", definitions={"grr_cap": "total", "fresh_days": 3650})
    behind = rows(make_version(grown), "gross_revenue_retention", MARCH, asked_of, as_of="2026-06-01")
    # the rows of a capped sum are brought down in proportion, so that they add up to it: 400 x 160 / 400
    assert behind.set_index("customer_id")["_value"].astype(float).to_dict() == {"grows": 160}


def test_every_definition_says_what_each_of_its_values_means() -> None:
    for d in definitions.DISAGREEMENTS:
        values = list(d.setting.choices) or [False, True]
        assert [c.value for c in d.choices] == values
        assert d.setting.default == d.choices[0].value
        assert d.question.endswith("?")
        assert all(c.means.endswith(".") and c.label for c in d.choices)
    labels = [c.label for d in definitions.DISAGREEMENTS for c in d.choices]
    assert len(set(labels)) == len(labels)


def test_only_what_differs_from_the_default_is_told() -> None:
    assert definitions.words(resolve()) == ""
    switched = resolve({"churn_dated": "scheduled", "one_off_in_acv": True})
    assert definitions.words(switched) == "churn at notice, ACV with one-off fees"
    assert definitions.in_force(switched, frozenset({"churn_dated"})) == {"churn_dated": "churn at notice"}


def test_a_setting_of_an_earlier_release_is_read_as_what_it_meant() -> None:
    assert resolve({"cancelled_ends": True})["churn_dated"] == "scheduled"
    assert resolve({"cancelled_ends": False})["churn_dated"] == "end"
    assert resolve({"cancelled_ends": True, "churn_dated": "paid"})["churn_dated"] == "paid"
    assert facts_key({"cancelled_ends": True}) == facts_key({"churn_dated": "scheduled"}) != facts_key({})
