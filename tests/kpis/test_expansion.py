"""Expansion in money and in products, each KPI on an example small enough to check by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from cs_metrics.errors import NotComputableError
from cs_metrics.kpis import CATALOGUE, Slice, computable, compute, rows
from tests.kpis.company import CHOICES
from tests.support import kept_version, make_version

FRESH = {"fresh_days": 3650}


def sub(customer: str, start: str, end: str | None = None, amount: float = 100, **more: Any) -> dict[str, Any]:
    return {"customer_id": customer, "start_date": start, "end_date": end, "amount": amount, **more}


def ask(tables: dict[str, Any], kpi: str, month: str = "2026-03-01", as_of: str = "2026-09-01", **how: Any) -> Any:
    """The KPI's cells of one month: the whole as a row, and what stands beside it by name."""
    until = str(pd.Timestamp(month) + pd.offsets.MonthBegin(1))[:10]
    definitions = {**FRESH, **CHOICES, **how.pop("definitions", {})}
    asked = Slice.of("month", since=month, until=until, definitions=definitions, **how)
    frame = compute(kept_version(tables), [kpi], asked, as_of=as_of, beside=True)
    return frame[frame["item"].isna()].iloc[0], dict(zip(frame["item"], frame["value"], strict=True))


def parts(tables: dict[str, Any], kpi: str, **how: Any) -> tuple[float, float]:
    cell, _ = ask(tables, kpi, **how)
    return cell["numerator"], cell["denominator"]


# in February 'early' adds 40; in March 'early' adds 20, 'late' 30 and 'new' is no expansion
GROWING = {
    "subscriptions": [
        sub("early", "2025-06-01", "2026-02-10", 100),
        sub("early", "2026-02-10", "2026-03-10", 140),
        sub("early", "2026-03-10", None, 160),
        sub("late", "2025-06-01", "2026-03-20", 50),
        sub("late", "2026-03-20", None, 80),
        sub("same", "2025-06-01", None, 60),
        sub("down", "2025-06-01", "2026-03-05", 90),
        sub("down", "2026-03-05", None, 70),
        sub("new", "2026-03-15", None, 130),
    ]
}


def test_expansion_is_measured_against_both_ends() -> None:
    # (20 + 30) / (160 + 80 + 60 + 70 + 130) and / (140 + 50 + 60 + 90)
    cell, beside = ask(GROWING, "expansion_revenue_rate")
    assert (cell["numerator"], cell["denominator"], cell["n"]) == (50, 500, 5)
    assert beside["against_start"] == pytest.approx(50 / 340)


def test_growth_compares_with_the_period_before() -> None:
    # March 50, February 40 by 'early' alone: (50 - 40) / 40
    cell, _ = ask(GROWING, "expansion_revenue_growth_rate")
    assert (cell["value"], cell["numerator"], cell["denominator"], cell["n"]) == (0.25, 10, 40, 1)
    gone, _ = ask(GROWING, "expansion_revenue_growth_rate", "2026-04-01")
    assert (gone["value"], gone["n"]) == (-1, 2)


def test_growth_without_an_expansion_before_has_no_value() -> None:
    cell, _ = ask(GROWING, "expansion_revenue_growth_rate", "2026-02-01")
    assert pd.isna(cell["value"])
    assert cell["note"] == "No customers that expanded in the period before."


def test_growth_counts_each_period_by_the_segment_of_its_own_start() -> None:
    # 'early' was Basic on 1 February and Pro on 1 March: its 40 of February are Basic's, its 20 of March are Pro's
    tables = {"subscriptions": [
        sub("early", "2025-06-01", "2026-02-10", 100, plan="Basic"), sub("early", "2026-02-10", "2026-03-10", 140,
        plan="Pro"), sub("early", "2026-03-10", None, 160, plan="Pro"), sub("late", "2025-06-01", "2026-02-20", 50,
        plan="Pro"), sub("late", "2026-02-20", None, 60, plan="Pro")]}  # fmt: skip
    assert parts(tables, "expansion_revenue_growth_rate", where={"plan": "Basic"}) == (-40, 40)
    assert parts(tables, "expansion_revenue_growth_rate", where={"plan": "Pro"}) == (20 - 10, 10)


def test_a_growing_account_is_as_large_as_all_it_pays() -> None:
    # early 160, late 80: 240 / 2
    cell, _ = ask(GROWING, "average_revenue_per_expansion_account")
    assert (cell["value"], cell["numerator"], cell["denominator"]) == (120, 240, 2)
    nobody, _ = ask(GROWING, "average_revenue_per_expansion_account", "2026-05-01")
    assert pd.isna(nobody["value"])
    assert nobody["note"] == "No accounts that expanded."


def test_half_a_cent_is_the_least_movement() -> None:
    tables = {"subscriptions": [
        sub("a", "2026-01-01", "2026-03-10", 100.0), sub("a", "2026-03-10", None, 100.004),
        sub("b", "2026-01-01", "2026-03-10", 100.0), sub("b", "2026-03-10", None, 100.005)]}  # fmt: skip
    assert parts(tables, "average_revenue_per_expansion_account")[1] == 1
    assert parts(tables, "upsell_rate") == (1, 2)


# seats: more of a; second: b as well; swap: b instead of a; both: more of a, and b; dearer: a up, b down more
BUYING = {
    "subscriptions": [
        sub("seats", "2026-01-01", "2026-03-10", 100, product="a"),
        sub("seats", "2026-03-10", None, 150, product="a"),
        sub("second", "2026-01-01", None, 100, product="a"),
        sub("second", "2026-03-10", None, 20, product="b"),
        sub("swap", "2026-01-01", "2026-03-10", 100, product="a"),
        sub("swap", "2026-03-10", None, 90, product="b"),
        sub("both", "2026-01-01", "2026-03-10", 100, product="a"),
        sub("both", "2026-03-10", None, 101, product="a"),
        sub("both", "2026-03-12", "2026-03-20", 10, product="b"),
        sub("dearer", "2026-01-01", "2026-03-10", 100, product="a"),
        sub("dearer", "2026-03-10", None, 110, product="a"),
        sub("dearer", "2026-01-01", "2026-03-10", 100, product="b"),
        sub("same", "2026-01-01", "2026-03-01", 100, product="a"),
        sub("same", "2026-03-01", None, 100, product="a"),
        sub("newcomer", "2026-03-05", None, 100, product="a"),
        sub("newcomer", "2026-03-15", None, 100, product="b"),
    ]
}


def test_upsell_is_more_of_a_product_that_was_held() -> None:
    # seats, both, dearer (though it pays less in all) of the six active on 1 March; the newcomer is in neither
    assert parts(BUYING, "upsell_rate") == (3, 6)


def test_cross_sell_is_a_product_that_was_not_held() -> None:
    # second, swap, and both, whose b did not last; a row that begins as the one before it ends is the same product
    assert parts(BUYING, "cross_sell_conversion_rate") == (3, 6)


def test_who_bought_more_and_something_else_counts_once() -> None:
    assert parts(BUYING, "upsell_and_cross_sell_rate") == (5, 6)


def test_the_rows_of_a_sale_are_those_of_all_its_products() -> None:
    asked = Slice.of("month", definitions=FRESH)
    behind = rows(kept_version(BUYING), "upsell_and_cross_sell_rate", "2026-03-01", asked, as_of="2026-09-01")
    both = behind[behind["customer_id"] == "both"].iloc[0]
    assert both["_rows"] == "subscriptions.csv: 8, 9, 10"


def test_without_products_every_rise_is_an_upsell_and_the_note_says_so() -> None:
    tables = {"subscriptions": [{k: v for k, v in row.items() if k != "product"} for row in BUYING["subscriptions"]]}
    # in all: seats up, second up, both up; dearer pays 110 after 200
    cell, _ = ask(tables, "upsell_rate")
    assert (cell["numerator"], cell["denominator"]) == (3, 6)
    assert cell["note"] == "No products are named: every rise of a customer's MRR counts."
    with pytest.raises(NotComputableError, match=r"needs subscriptions\.product"):
        ask(tables, "cross_sell_conversion_rate")


def order(customer: str, when: str, product: str, **more: Any) -> dict[str, Any]:
    return {"customer_id": customer, "ordered_at": when, "amount": 10, "product": product, **more}


def test_orders_speak_by_their_kind_where_nothing_recurs() -> None:
    tables = {"orders": [
        order("a", "2026-02-10", "x", kind="new"), order("a", "2026-03-10", "x", kind="upsell"),
        order("b", "2026-02-10", "x", kind="new"), order("b", "2026-03-10", "y", kind="cross_sell"),
        order("c", "2026-02-10", "x", kind="new"), order("c", "2026-03-10", "y", kind="repeat")]}  # fmt: skip
    assert parts(tables, "upsell_rate") == (1, 3)
    assert parts(tables, "cross_sell_conversion_rate") == (1, 3)
    assert parts(tables, "upsell_and_cross_sell_rate") == (2, 3)


def test_without_a_kind_the_first_order_of_a_product_is_a_cross_sell() -> None:
    tables = {"orders": [
        order("a", "2026-02-10", "x"), order("a", "2026-03-10", "x"), order("b", "2026-02-10", "x"),
        order("b", "2026-03-10", "y"), order("b", "2026-04-10", "y")]}  # fmt: skip
    cell, _ = ask(tables, "cross_sell_conversion_rate")
    assert (cell["numerator"], cell["denominator"]) == (1, 2)
    assert cell["note"].startswith("Orders do not say their kind")
    assert parts(tables, "cross_sell_conversion_rate", month="2026-04-01") == (0, 2)


@pytest.mark.parametrize("setting", ["expansion_features", "intent_events"])
def test_a_kpi_that_needs_a_choice_says_so(setting: str) -> None:
    tables = {
        "subscriptions": [sub("a", "2026-01-01")],
        "events": [{"customer_id": "a", "occurred_at": "2026-03-02", "event": "use", "feature": "export"}],
    }
    wanted = [kpi for kpi in CATALOGUE.values() if f"settings.{setting}" in kpi.forms[0].needs]
    assert wanted
    with make_version(tables) as con:
        listed = computable(con).set_index("id")
        chosen = computable(con, CHOICES).set_index("id")
        for kpi in wanted:
            assert f"settings.{setting}" in listed.loc[kpi.id, "needs"]
            assert not listed.loc[kpi.id, "computable"]
            assert f"settings.{setting}" not in chosen.loc[kpi.id, "needs"]
            with pytest.raises(NotComputableError, match=f"Choose {setting} in the settings"):
                compute(con, [kpi.id], Slice.of("month"))
