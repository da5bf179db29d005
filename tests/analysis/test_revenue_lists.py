"""The largest customers, contracts that end, currencies: each on an example small enough to check by hand."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from cs_metrics.analysis import concentration, currencies, largest, outcomes, renewals
from cs_metrics.errors import NotComputableError, QueryError
from cs_metrics.kpis import Slice, compute
from cs_metrics.settings import resolve
from tests.analysis.test_movements import sub
from tests.support import kept_version, make_version

PAYING = {
    "subscriptions": [
        sub("a", "2025-01-01", None, 50),
        sub("b", "2025-01-01", "2025-02-10", 30),
        sub("c", "2025-01-01", "2025-02-10", 20),
        sub("c", "2025-02-10", None, 45),
        sub("d", "2025-02-05", None, 5),
        sub("e", "2025-02-05", None, 0),
    ]
}
MARCH = "2025-03-01"


def test_the_share_of_the_largest_is_theirs_at_each_end():
    frame = concentration(kept_version(PAYING), resolve(), MARCH, top=2)
    # January: 50 + 30 of 100; February: 50 + 45 of 100, of a, c and d
    assert frame["share"].tolist() == [0.8, 0.95]
    assert frame["customers"].tolist() == [3, 3]
    assert frame["complete"].tolist() == [True, True]


def test_the_largest_with_what_they_were_before():
    frame = largest(kept_version(PAYING), resolve(), MARCH, top=3, since="2025-02-01", until=MARCH)
    told = frame[["place", "customer_id", "mrr", "share", "mrr_before"]].values.tolist()
    assert told == [[1, "a", 50, 0.5, 50], [2, "c", 45, 0.45, 20], [3, "d", 5, 0.05, 0]]
    assert frame["place_before"].tolist()[:2] == [1, 3]
    assert pd.isna(frame["place_before"].iloc[2])


def test_with_fewer_customers_than_asked_for_they_are_all():
    assert concentration(kept_version(PAYING), resolve(), MARCH, top=50)["share"].tolist() == [1, 1]
    with pytest.raises(QueryError, match="'top' is 0"):
        concentration(kept_version(PAYING), resolve(), MARCH, top=0)


def test_nobody_paying_is_no_share():
    frame = concentration(kept_version(PAYING), resolve(), MARCH, where={"customer_id": ["e"]})
    assert frame["share"].isna().all()
    assert frame["customers"].tolist() == [0, 0]


def contract(customer, start, due, end=None, **more):
    dates = {"contract_start": date.fromisoformat(start), "contract_end": date.fromisoformat(due)}
    return sub(customer, start, None if end == "on" else end or due, 100, **dates, **{"product": "core", **more})


CONTRACTS = {
    "subscriptions": [
        contract("renewed", "2025-03-10", "2026-03-10"),
        contract("renewed", "2026-03-20", "2027-03-20"),
        contract("late", "2025-01-10", "2026-01-10"),
        contract("late", "2026-03-01", "2027-03-01"),
        contract("moved", "2025-03-05", "2026-03-05"),
        contract("moved", "2026-03-05", "2027-03-05", product="suite"),
        contract("rolled", "2025-02-10", "2026-02-10", "on"),
        contract("lapsed", "2025-02-11", "2026-02-11"),
        contract("told", "2025-02-12", "2026-02-12", cancelled_on="2026-01-12"),
        contract("short", "2025-06-01", "2026-06-01", "2026-02-20"),
        contract("fresh", "2025-03-25", "2026-03-25"),
        contract("soon", "2025-05-01", "2026-05-01"),
        contract("runs", "2025-05-02", "2026-05-02", "on"),
        contract("leaves", "2025-05-03", "2026-05-03", cancelled_on="2026-03-03"),
        contract("signed", "2025-05-04", "2026-05-04"),
        contract("signed", "2026-05-04", "2027-05-04"),
        contract("far", "2025-12-01", "2026-12-01"),
    ]
}
APRIL = "2026-04-01"
HOLD = resolve({"fresh_days": 3650})


def test_what_became_of_contracts_that_ended():
    frame = renewals(kept_version(CONTRACTS), HOLD, APRIL, since="2026-01-01", until=APRIL)
    assert dict(zip(frame["customer_id"], frame["outcome"], strict=True)) == {
        "renewed": "renewed",  # ten days after the end, within the grace of 30
        "late": "late",  # 50 days after
        "moved": "moved",  # another product of the same customer
        "rolled": "rolled_over",
        "lapsed": "not_renewed",
        "told": "cancelled",
        "short": "cancelled",  # its row ended before its term
        "fresh": "in_grace",  # a week ago
    }
    summed = outcomes(frame).set_index("outcome")
    assert summed.loc["cancelled", ["contracts", "customers", "mrr"]].tolist() == [2, 2, 200]
    assert summed["share"].sum() == pytest.approx(1)


def test_renewed_and_rolled_over_are_what_the_kpi_counts_as_followed():
    frame = renewals(kept_version(CONTRACTS), HOLD, APRIL, since="2026-01-01", until=APRIL)
    asked = Slice.of(None, since="2026-01-01", until=APRIL)
    kpi = compute(kept_version(CONTRACTS), ["contract_renewal_rate"], asked, HOLD, APRIL).iloc[0]
    assert kpi["denominator"] == len(frame) == 8
    assert kpi["numerator"] == frame["outcome"].isin(["renewed", "rolled_over"]).sum() == 2


def test_what_ends_next_and_what_is_known_of_it():
    frame = renewals(kept_version(CONTRACTS), HOLD, APRIL, days=90)
    assert frame[["customer_id", "outcome"]].values.tolist() == [
        ["soon", "open"], ["runs", "rolls_over"], ["leaves", "notice"], ["signed", "signed"]]  # fmt: skip
    assert renewals(kept_version(CONTRACTS), HOLD, APRIL, days=20).empty
    with pytest.raises(QueryError, match="'days' is 0"):
        renewals(kept_version(CONTRACTS), HOLD, APRIL, days=0)


def test_without_contract_dates_it_says_which_are_missing():
    with pytest.raises(NotComputableError, match=r"subscriptions\.contract_end"):
        renewals(kept_version(PAYING), resolve(), MARCH)


def priced(currency, *rates):
    rows = [sub(f"{c}{n}", "2025-01-10", None, 10, currency=c) for n, c in enumerate(currency)]
    month = date(2025, 1, 1)
    return {
        "subscriptions": rows,
        "fx_rates": [{"month": month, "from_currency": c, "to_currency": "USD", "rate": 2} for c in rates],
    }


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        (
            priced(["USD", "EUR", "eur", "GBP", None], "EUR"),
            {"USD": "own", "EUR": "converted", "GBP": "left_out", None: "own"},
        ),
        (priced(["EUR", "EUR"]), {"EUR": "taken_as_own"}),
    ],
)
def test_each_currency_and_whether_it_counts(tables, told):
    frame = currencies(kept_version(tables), resolve())
    assert dict(zip(frame["currency"], frame["counted"], strict=True)) == told


def test_a_currency_without_a_rate_is_never_summed_and_can_be_seen_by_itself():
    tables = priced(["USD", "EUR", "EUR"])
    own = concentration(kept_version(tables), resolve(), MARCH)
    assert own["mrr"].tolist() == [10, 10]
    with make_version(tables, settings={"currency": "EUR"}, as_of=MARCH) as con:
        assert concentration(con, resolve({"currency": "EUR"}), MARCH)["mrr"].tolist() == [20, 20]
