"""Features, signs of intent and what follows an activation or a renewal, each KPI on an example checked by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from tests.kpis.test_expansion import ask, parts, sub


def event(customer: str | None, when: str, event: str = "use", feature: str | None = None, **more: Any) -> Any:
    return {"customer_id": customer, "occurred_at": when, "event": event, "feature": feature, **more}


def deal(customer: str, created: str, status: str, closed: str | None = None, kind: str = "upsell") -> dict[str, Any]:
    return {"opportunity_id": f"{customer}-{created}", "customer_id": customer, "created_at": created,
            "closed_at": closed, "status": status, "kind": kind, "amount": 100}  # fmt: skip


HERE = [sub(customer, "2026-01-01") for customer in "abcd"]

# a used it in January; b and c begin in March; d never does; 'new' comes in March; the search is no expansion feature
USING = {
    "subscriptions": [*HERE, sub("new", "2026-03-05")],
    "events": [
        event("a", "2026-01-10", feature="export"), event("a", "2026-03-10", feature="export", quantity=4),
        event("b", "2026-03-31 23:00", feature="share"), event("b", "2026-03-31 23:30", feature="export"),
        event("c", "2026-03-02", feature="export", quantity=3), event("d", "2026-03-02", feature="search"),
        event("new", "2026-03-09", feature="export"), event(None, "2026-03-09", feature="export"),
    ],
}  # fmt: skip


def test_first_uses_are_of_those_who_had_none() -> None:
    # active on 1 March without a use: b, c, d; in March begin b and c
    assert parts(USING, "expansion_activation_rate") == (2, 3)
    assert parts(USING, "expansion_activation_rate", month="2026-04-01") == (0, 1)


def test_one_feature_chosen_makes_other_accounts_late() -> None:
    only = {"expansion_features": ["share"]}
    assert parts(USING, "expansion_activation_rate", definitions=only) == (1, 4)


def test_frequency_counts_uses_by_their_quantity() -> None:
    # a 4, b 2, c 3, new 1 (active or not is not asked) -> 10 / 4; the use without an account is left out
    cell, _ = ask(USING, "expansion_feature_usage_frequency")
    assert (cell["numerator"], cell["denominator"], cell["value"]) == (10, 4, 2.5)
    assert cell["note"] == "1 use without an account left out."


def test_nobody_used_it_is_no_value() -> None:
    cell, _ = ask(USING, "expansion_feature_usage_frequency", "2026-02-01")
    assert pd.isna(cell["value"])
    assert cell["note"] == "No accounts that used an expansion feature."


# activated: a and b on 1 March, c on 1 February, d never. a used it before, then again; c has not yet
ACTIVATED = {
    "subscriptions": HERE,
    "milestones": [
        {"customer_id": c, "milestone": "activated", "reached_at": when}
        for c, when in (("a", "2026-03-01"), ("b", "2026-03-01"), ("c", "2026-02-01"))
    ],
    "events": [
        event("a", "2026-02-10", feature="export"), event("a", "2026-03-11", feature="export"),
        event("b", "2026-03-03 12:00", feature="share"), event("d", "2026-03-03", feature="share"),
    ],
}  # fmt: skip


def test_time_to_an_expansion_feature_runs_from_activation() -> None:
    # a 10 days (its use before does not count), b 2.5 days: median 6.25; c is open, d was never activated
    cell, beside = ask(ACTIVATED, "time_to_value_expansion_features")
    assert (cell["value"], cell["numerator"], cell["denominator"]) == (6.25, 12.5, 2)
    assert (beside["mean"], beside["open"]) == (6.25, 1)
    empty, beside = ask(ACTIVATED, "time_to_value_expansion_features", "2026-02-01")
    assert pd.isna(empty["value"])
    assert beside["open"] == 1  # c; a and b were not activated yet


# a looks at the price page; b has a deal open from February to 2 March; c one closed on 1 March, before it began;
# d one that is closed and does not say when; 'gone' left before March
INTENT = {
    "subscriptions": [*HERE, sub("gone", "2026-01-01", "2026-02-10")],
    "events": [event("a", "2026-03-10", "pricing_viewed"), event("c", "2026-03-10", "login")],
    "opportunities": [
        deal("b", "2026-02-01", "won", "2026-03-02"), deal("c", "2026-02-01", "lost", "2026-03-01"),
        deal("d", "2026-02-01", "lost"), deal("gone", "2026-02-01", "open"),
        deal("c", "2026-02-01 10:00", "open", kind="renewal"),
    ],
}  # fmt: skip


def test_intent_is_an_event_or_a_deal_that_was_open() -> None:
    cell, _ = ask(INTENT, "expansion_intent_signal_rate")
    assert (cell["numerator"], cell["denominator"]) == (2, 4)
    assert cell["note"] == "1 closed deal without a closing date left out."


@pytest.mark.parametrize(("left", "numerator", "note"), [
    ("events", 1, "No upsell or cross-sell deals are loaded: only events count."),
    ("opportunities", 1, "No intent_events are chosen or loaded: only deals count."),
])  # fmt: skip
def test_one_source_of_intent_speaks_alone(left: str, numerator: int, note: str) -> None:
    tables = {name: INTENT[name] for name in ("subscriptions", left)}
    cell, _ = ask(tables, "expansion_intent_signal_rate")
    assert (cell["numerator"], cell["denominator"]) == (numerator, 4)
    assert cell["note"].startswith(note)


def test_an_open_deal_is_open_whatever_date_it_expects() -> None:
    tables = {"subscriptions": HERE, "opportunities": [deal("a", "2026-01-10", "open", "2026-01-31")]}
    assert parts(tables, "expansion_intent_signal_rate") == (1, 4)


def test_time_to_a_signal_is_dated_by_the_first_signal_since_the_start() -> None:
    # all begin on 1 January; a's first since is on 11 March (69 days; the one of December came before), b's is a deal
    # of 2 March (60); c's was in February, so it is no first one in March; d has none
    tables = {
        "subscriptions": HERE,
        "events": [event("a", "2025-12-20", "pricing_viewed"), event("a", "2026-03-11", "pricing_viewed"),
                   event("c", "2026-02-01", "pricing_viewed"), event("c", "2026-03-20", "pricing_viewed")],
        "opportunities": [deal("b", "2026-03-02", "open"), deal("d", "2026-03-02", "won"),
                          deal("d", "2026-03-09", "open", kind="new")],
    }  # fmt: skip
    cell, beside = ask(tables, "time_to_expansion_signal")
    assert (cell["value"], cell["numerator"], cell["denominator"]) == (64.5, 129, 2)
    assert (beside["mean"], beside["open"]) == (64.5, 1)
    assert cell["note"] == "1 closed deal without a closing date left out."


# up: 90 days to the hour after its activation; late: a day more; first: pays for the first time; dip: down, then up
FOLLOWED = {
    "subscriptions": [
        sub("up", "2026-01-01", "2026-06-08", 100), sub("up", "2026-06-08", None, 120),
        sub("late", "2026-01-01", "2026-06-09", 100), sub("late", "2026-06-09", None, 120),
        sub("first", "2026-04-01", None, 100),
        sub("dip", "2026-01-01", "2026-03-20", 100), sub("dip", "2026-03-20", "2026-04-20", 60),
        sub("dip", "2026-04-20", None, 80), sub("other", "2026-01-01", None, 100),
    ],
    "milestones": [
        {"customer_id": c, "milestone": "activated", "reached_at": "2026-03-10"}
        for c in ("up", "late", "first", "dip")
    ],
}  # fmt: skip


def test_an_activation_is_followed_by_a_rise_of_mrr() -> None:
    # up and dip, of the four activated: a first payment is no expansion, and day 91 is too late
    cell, _ = ask(FOLLOWED, "activation_to_expansion_rate")
    assert (cell["numerator"], cell["denominator"]) == (2, 4)
    assert cell["complete"]


def test_an_activation_is_incomplete_until_its_window_is_over() -> None:
    cell, _ = ask(FOLLOWED, "activation_to_expansion_rate", as_of="2026-06-01")
    assert (cell["numerator"], cell["denominator"], cell["complete"]) == (1, 4, False)


def test_an_account_is_activated_by_its_first_user_where_nothing_says_so_of_itself() -> None:
    tables = {
        "subscriptions": FOLLOWED["subscriptions"],
        "users": [{"user_id": u, "customer_id": "up", "activated_at": when}
                  for u, when in (("u1", "2026-03-20"), ("u2", "2026-03-10"))],
    }  # fmt: skip
    assert parts(tables, "activation_to_expansion_rate") == (1, 1)


def contract(customer: str, start: str, end: str, row_end: str | None = None) -> dict[str, Any]:
    return sub(customer, start, row_end or end, 100, contract_start=start, contract_end=end, product="p")


# used and called: renewed on 15 March; late: renewed 10 days after, and used on the day before that; silent: renewed;
# lost: used, but did not renew; over: ran on without a new contract, and used on the 90th day
RENEWED = {
    "subscriptions": [
        row
        for customer in ("used", "called", "silent")
        for row in (contract(customer, "2025-03-15", "2026-03-15"), contract(customer, "2026-03-15", "2027-03-15"))
    ]
    + [
        contract("late", "2025-03-15", "2026-03-15"), contract("late", "2026-03-25", "2027-03-25"),
        contract("lost", "2025-03-15", "2026-03-15"),
        contract("over", "2025-03-15", "2026-03-15", "2026-12-31"),
    ],
    "events": [event("used", "2026-03-15"), event("late", "2026-03-24"), event("lost", "2026-03-16"),
               event("over", "2026-06-13")],
    "touchpoints": [{"customer_id": "called", "occurred_at": "2026-05-01", "kind": "call"},
                    {"customer_id": "silent", "occurred_at": "2026-07-01", "kind": "call"}],
}  # fmt: skip


def test_a_renewal_is_followed_by_use_or_contact() -> None:
    # renewed: used, called, silent, late, over; seen within 90 days: used, called, over
    cell, _ = ask(RENEWED, "post_renewal_engagement_rate")
    assert (cell["numerator"], cell["denominator"]) == (3, 5)


def test_those_who_renewed_are_those_of_the_renewal_rate() -> None:
    renewed, _ = ask(RENEWED, "renewal_rate")
    assert renewed["numerator"] == 5


def test_without_touchpoints_events_speak_alone() -> None:
    tables = {name: RENEWED[name] for name in ("subscriptions", "events")}
    assert parts(tables, "post_renewal_engagement_rate") == (2, 5)
