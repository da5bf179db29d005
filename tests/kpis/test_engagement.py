"""Engagement KPIs, each on an example small enough to check by hand."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from cs_metrics.errors import NotComputableError
from cs_metrics.kpis import Slice, compute, rows
from cs_metrics.kpis.intervals import difference
from tests.kpis.test_service import ask, one
from tests.support import kept_version, make_version

PAYING = [{"customer_id": c, "start_date": "2026-01-01", "amount": 10} for c in "abcd"]


def event(when: str, user: str | None = "u", **more: Any) -> dict[str, Any]:
    return {"customer_id": "a", "user_id": user, "occurred_at": f"2026-{when}", "event": "use", **more}


def besides(tables: dict[str, Any], kpi: str, **how: Any) -> dict[str, float]:
    frame = ask(tables, kpi, beside=True, **how)
    return dict(frame[frame["item"].notna()][["item", "value"]].itertuples(index=False))


# --- who is there ----------------------------------------------------------------------------------------------------

SEEN = {
    "events": [
        event("03-01 09:00"), event("03-01 23:59"), event("03-02 09:00"), event("03-02 10:00", "v"),
        event("03-25 08:00", "v"), event("03-31 12:00", "w", customer_id="b"), event("03-31 12:00", None),
        event("04-02 09:00"),
    ],
}  # fmt: skip


def test_daily_users_are_the_mean_over_all_days() -> None:
    # user days: u 2, v 2, w 1, of 31 days; two events on one day are one
    cell = one(SEEN, "daily_active_users")
    assert cell["value"] == cell["numerator"] == pytest.approx(5 / 31)
    assert (cell["n"], pd.isna(cell["denominator"])) == (3, True)


def test_a_period_without_use_has_no_daily_users_and_an_unfinished_one_counts_its_days_begun() -> None:
    cell = one(SEEN, "daily_active_users", since="2026-02-01", until="2026-03-01")
    assert (cell["value"], cell["n"]) == (0, 0)
    # data to 2 March, noon: two days have begun, with 1 and 2 users
    cell = one(SEEN, "daily_active_users", as_of="2026-03-02 12:00")
    assert (cell["value"], cell["complete"]) == (3 / 2, False)


def test_weekly_users_are_those_of_the_last_seven_days() -> None:
    # from 25 March 00:00: v and w
    cell = one(SEEN, "weekly_active_users")
    assert (cell["value"], cell["n"]) == (2, 2)
    assert one(SEEN, "weekly_active_users", as_of="2026-03-03")["value"] == 2  # u and v


def test_monthly_users_are_of_thirty_days_or_of_the_calendar_month() -> None:
    # 30 days to 1 April begin on 2 March: u, v, w; and the calendar month on 1 March
    only_first = {"events": [event("03-01 09:00"), event("03-31 09:00", "v")]}
    assert one(only_first, "monthly_active_users")["value"] == 1
    calendar = {"mau_window": "calendar_month"}
    assert one(only_first, "monthly_active_users", definitions=calendar)["value"] == 2
    # of a quarter it is the last calendar month, of an unfinished month what there is of it
    quarter = compute(kept_version(SEEN), ["monthly_active_users"], Slice.of(
        "quarter", since="2026-01-01", until="2026-04-01", definitions={**calendar, "fresh_days": 3650}))  # fmt: skip
    assert quarter["value"].tolist() == [3]
    assert one(SEEN, "monthly_active_users", as_of="2026-03-02", definitions=calendar)["value"] == 1


# --- sessions --------------------------------------------------------------------------------------------------------

VISITS = {
    "events": [
        event("03-31 23:50", duration_seconds=3600), event("04-01 00:55"),  # 23:50 to 00:55: 65 minutes, of March
        event("03-10 09:00", "v"), event("03-10 09:10", "v", duration_seconds=300),  # 15 minutes
        event("03-10 12:00", "v"),  # one event, no duration: 0
        event("03-11 09:00", None), event("03-11 09:20", None),  # of nobody: 20 minutes
        event("04-03 09:00", "w", session_id="s"), event("04-03 12:00", "w", session_id="s"),
    ],
}  # fmt: skip


def test_a_session_is_whole_where_it_starts() -> None:
    cell = one(VISITS, "average_session_duration")
    assert (cell["numerator"], cell["denominator"]) == (pytest.approx((65 + 15 + 0 + 20) / 60), 4)
    assert cell["value"] == pytest.approx(100 / 60 / 4)
    beside = besides(VISITS, "average_session_duration")
    assert beside == {"median": pytest.approx((15 + 20) / 2 / 60), "single": 1}
    april = one(VISITS, "average_session_duration", since="2026-04-01", until="2026-05-01")
    assert (april["value"], april["n"]) == (3, 1)


def test_time_on_platform_is_of_users_and_of_all_that_were_there() -> None:
    # March: u 65 minutes, v 15; nobody's session is left out
    cell = one(VISITS, "average_time_on_platform")
    assert (cell["numerator"], cell["denominator"]) == (pytest.approx(80 / 60), 2)
    # April: w three hours; u was there, in a session that began in March
    april = one(VISITS, "average_time_on_platform", since="2026-04-01", until="2026-05-01")
    assert (april["value"], april["n"]) == (pytest.approx(3 / 2), 2)


def test_one_accounts_many_sessions_widen_the_interval() -> None:
    lengths = [60, 60, 60, 6000, 6000, 6000]
    alike = [event(f"03-{d:02} 09:00", f"u{d}", customer_id=c, duration_seconds=s)
             for d, (c, s) in enumerate(zip("xxxyyy", lengths, strict=True), start=1)]  # fmt: skip
    scattered = [{**row, "customer_id": f"c{i}"} for i, row in enumerate(alike)]
    among, alone = (one({"events": e}, "average_session_duration") for e in (alike, scattered))
    assert among["value"] == alone["value"]
    assert among["high"] - among["low"] > alone["high"] - alone["low"]
    assert among["low"] == 0  # never below zero


# --- coming back -----------------------------------------------------------------------------------------------------

STEPS = {
    "users": [
        {"user_id": "u", "customer_id": "a", "activated_at": "2026-03-02 12:00"},
        {"user_id": "v", "customer_id": "a", "activated_at": "2026-03-10 12:00"},
        {"user_id": "w", "customer_id": "a", "activated_at": "2026-03-20 12:00"},
        {"user_id": "x", "customer_id": "a", "activated_at": "2026-02-20 12:00"},
    ],
    "milestones": [{"customer_id": "a", "user_id": "y", "milestone": "activated", "reached_at": "2026-03-05 08:00"}],
    "events": [
        event("03-02 18:00"), event("03-09 12:00"),  # u: to the hour seven days later
        event("03-11 00:30", "v"), event("03-12 09:00", "v"), event("03-19 09:00", "v"),
        event("03-27 12:01", "w"),  # a minute too late
        event("03-05 07:00", "y"), event("03-05 09:00", "y"),  # the same day only
    ],
}  # fmt: skip


def test_a_follow_up_is_on_a_later_day_and_within_the_window() -> None:
    cell = one(STEPS, "activated_to_follow_up_engagement_rate")
    assert (cell["numerator"], cell["denominator"]) == (2, 4)  # u and v, of u, v, w, y
    wider = one(STEPS, "activated_to_follow_up_engagement_rate", definitions={"follow_up_days": 8})
    assert wider["numerator"] == 3


def test_a_follow_up_is_complete_when_its_window_is_over() -> None:
    for as_of, complete in (("2026-04-07", False), ("2026-04-08", True)):
        assert one(STEPS, "activated_to_follow_up_engagement_rate", as_of=as_of)["complete"] == complete
    early = one(STEPS, "activated_to_follow_up_engagement_rate", as_of="2026-03-09")
    assert (early["numerator"], early["denominator"]) == (0, 2)  # u has not come back yet


def test_time_between_logins_is_the_median_gap_of_login_days() -> None:
    # u: 2 to 9 March: 7; v: 11 to 12: 1, 12 to 19: 7
    cell = one(STEPS, "time_between_logins")
    assert (cell["value"], cell["numerator"], cell["denominator"]) == (7, 15, 3)
    assert besides(STEPS, "time_between_logins") == {"mean": 5, "p90": 7, "users": 2}
    assert pd.isna(one(STEPS, "time_between_logins", since="2026-05-01", until="2026-06-01")["value"])


def test_activation_may_come_from_either_table_and_what_is_missing_is_said() -> None:
    for lacking in ({"users": []}, {"milestones": []}):
        assert one({**STEPS, **lacking}, "activated_to_follow_up_engagement_rate")["n"] in (1, 3)
    with pytest.raises(NotComputableError, match=r"users\.activated_at"):
        one({"events": STEPS["events"]}, "time_between_logins")


# --- what is used, and by whom ---------------------------------------------------------------------------------------

USED = {
    "subscriptions": PAYING,
    "events": [
        event("03-02 09:00", feature="export", quantity=3), event("03-03 09:00", feature="export"),
        event("03-04 09:00", "v", customer_id="b", feature="share"), event("03-05 09:00", None, feature="share"),
        event("03-06 09:00"), event("02-10 09:00", feature="export", quantity=4),
    ],
}  # fmt: skip


def test_uses_are_rows_or_their_quantity_each_feature_an_item() -> None:
    frame = ask(USED, "product_usage")
    found = dict(frame[["item", "value"]].itertuples(index=False))
    assert found == {None: 6, "export": 4, "share": 2}
    assert frame["n"].tolist() == [6, 4, 2]


def test_beside_the_uses_stand_accounts_users_share_and_change() -> None:
    beside = besides(USED, "product_usage")
    assert beside["accounts_using"] == 2
    assert beside["users_using"] == 2
    assert beside["share_of_active_accounts"] == 2 / 4
    assert beside["change_on_period_before"] == (6 - 4) / 4
    before = besides(USED, "product_usage", since="2026-02-01", until="2026-03-01")
    assert pd.isna(before["change_on_period_before"])  # from nothing there is no relative change


def test_a_filter_on_a_feature_tells_its_accounts_and_its_share() -> None:
    beside = besides(USED, "product_usage", where={"events.feature": ["share"]})
    assert (beside["accounts_using"], beside["users_using"]) == (2, 1)
    assert beside["share_of_active_accounts"] == 2 / 4


def test_the_rows_of_a_feature_sum_to_its_uses() -> None:
    asked = Slice.of("month", definitions={"fresh_days": 3650})
    behind = rows(kept_version(USED), "product_usage", "2026-03-01", asked, item="export")
    assert behind["_value"].sum() == 4
    assert behind["_row"].tolist() == [2, 3]
    whole = rows(kept_version(USED), "product_usage", "2026-03-01", asked)
    assert whole["_value"].sum() == 6


ROLES = {
    "subscriptions": PAYING,
    "users": [
        {"user_id": user, "customer_id": customer, "role": role} for user, customer, role in (
            ("a1", "a", "Admin"), ("a2", "a", "analyst "), ("b1", "b", "Admin"), ("b2", "b", "ADMIN"),
            ("c1", "c", "admin"), ("c2", "c", None))],
    "events": [
        event(f"03-0{day} 09:00", user, customer_id=None) for day, user in
        enumerate(("a1", "a2", "b1", "b2", "c1", "c2"), start=1)],
}  # fmt: skip


def test_two_roles_are_two_whatever_their_capitals_and_no_role_is_none() -> None:
    cell = one(ROLES, "multi_role_engagement_share")
    assert (cell["numerator"], cell["denominator"]) == (1, 4)  # a alone; d used nothing
    assert besides(ROLES, "multi_role_engagement_share") == {"single_role": 2, "no_role": 1}


# --- meetings --------------------------------------------------------------------------------------------------------


def met(customer: str, day: str, kind: str = "qbr", attended: bool | None = None) -> dict[str, Any]:
    return {"customer_id": customer, "occurred_at": f"2026-{day}", "kind": kind, "attended": attended}


def test_an_account_that_attended_one_of_its_reviews_has_attended() -> None:
    tables = {"touchpoints": [
        met("a", "03-02", attended=False), met("a", "03-20", attended=True), met("b", "03-03", attended=False),
        met("c", "03-04"), met("d", "03-05", "review", True), met("d", "04-02", attended=True)]}  # fmt: skip
    cell = one(tables, "qbr_engagement_rate")
    assert (cell["numerator"], cell["denominator"]) == (2, 3)  # a and c (nobody says it stayed away), of a, b, c
    assert besides(tables, "qbr_engagement_rate") == {"reviews": 4}


def test_attendance_that_was_never_recorded_is_not_full_attendance() -> None:
    held = {"customer_id": "a", "occurred_at": "2026-03-02", "kind": "qbr"}
    with pytest.raises(NotComputableError, match="attended"):
        one({"touchpoints": [held]}, "qbr_engagement_rate")


def checked(outcomes: str, **more: Any) -> dict[str, Any]:
    """Customers active at the start of March: 'S' with a check-in and stays, 'l' without one and leaves, and so on."""
    names = [f"c{i}" for i in range(len(outcomes))]
    stays = {
        name: {"customer_id": name, "start_date": "2026-01-01", "amount": 10,
               "end_date": None if letter in "Ss" else "2026-03-15"}
        for name, letter in zip(names, outcomes, strict=True)
    }  # fmt: skip
    calls = [met(n, "02-10", "check_in") for n, letter in zip(names, outcomes, strict=True) if letter.isupper()]
    return {"subscriptions": list(stays.values()), "touchpoints": [*calls, met("z", "02-11", "check_in")], **more}


def test_impact_is_the_difference_of_two_shares_in_points() -> None:
    # with a check-in 3 of 4 stay, without 1 of 3
    tables = checked("SSSLsll")
    cell = one(tables, "check_in_impact_score")
    assert cell["value"] == pytest.approx(100 * (3 / 4 - 1 / 3))
    assert cell["n"] == 7
    low, high = difference(3, 4, 1, 3)
    assert (cell["low"], cell["high"]) == (pytest.approx(100 * low), pytest.approx(100 * high))
    assert "not a cause" in cell["note"]


def test_beside_the_impact_stands_the_correlation_with_its_interval() -> None:
    beside = besides(checked("SSSLsll"), "check_in_impact_score")
    # phi of the table 3 1 / 1 2
    phi = (3 * 2 - 1 * 1) / math.sqrt(4 * 3 * 4 * 3)
    assert beside["correlation"] == pytest.approx(phi)
    half = 1.959964 / math.sqrt(7 - 3)
    assert beside["correlation_low"] == pytest.approx(math.tanh(math.atanh(phi) - half))
    assert beside["correlation_high"] == pytest.approx(math.tanh(math.atanh(phi) + half))
    assert (beside["with_check_in"], beside["outcome_with"]) == (4, 3 / 4)


@pytest.mark.parametrize("outcomes", ["SSL", "ssl"])
def test_with_all_or_none_checked_in_there_is_nothing_to_compare(outcomes: str) -> None:
    cell = one(checked(outcomes), "check_in_impact_score")
    assert pd.isna(cell["value"])
    assert cell["n"] == 3
    assert "nothing to compare" in cell["note"]


def test_only_held_check_ins_of_the_lookback_count() -> None:
    tables = checked("ssss")
    tables["touchpoints"] = [met("c0", "02-27", "check_in", True), met("c1", "02-27", "check_in", False),
                             met("c2", "03-01", "check_in"), met("c3", "02-28", "call")]  # fmt: skip
    assert besides(tables, "check_in_impact_score")["with_check_in"] == 1
    assert besides(tables, "check_in_impact_score", definitions={"lookback_days": 1})["with_check_in"] == 0


def test_the_outcome_may_be_expansion_or_use() -> None:
    more = {"customer_id": "c1", "start_date": "2026-03-05", "amount": 5}
    tables = checked("Sss", events=[event("03-09", customer_id="c0"), event("03-09", customer_id="c1")])
    tables["subscriptions"].append(more)
    use = one(tables, "check_in_impact_score", definitions={"check_in_outcome": "usage"})
    grown = one(tables, "check_in_impact_score", definitions={"check_in_outcome": "expansion"})
    assert (use["value"], grown["value"]) == (100 * (1 - 1 / 2), 100 * (0 - 1 / 2))
    with pytest.raises(NotComputableError, match=r"events\.occurred_at"):
        one(checked("Ss"), "check_in_impact_score", definitions={"check_in_outcome": "usage"})


def test_each_customers_part_sums_to_the_difference() -> None:
    tables = checked("SSSLsll")
    asked = Slice.of("month", definitions={"fresh_days": 3650})
    behind = rows(kept_version(tables), "check_in_impact_score", "2026-03-01", asked, as_of="2026-09-01")
    assert sorted(behind["_value"]) == pytest.approx([-100 / 3, 25, 25, 25])


# --- the community ---------------------------------------------------------------------------------------------------


def member(name: str, joined: str, left: str | None = None, customer: str | None = None) -> dict[str, Any]:
    return {"member_id": name, "joined_at": f"2026-{joined}", "left_at": left and f"2026-{left}",
            "customer_id": customer}  # fmt: skip


COMMUNITY = {
    "community_members": [
        member("1", "01-05"), member("2", "01-05", "03-10"), member("3", "02-01"), member("4", "02-01", "03-01"),
        member("5", "03-02"), member("6", "03-03"), member("7", "03-04", "03-20"), member("8", "04-01"),
        member("9", "03-09", "03-01"),
    ]
}  # fmt: skip


def test_growth_is_net_over_the_members_at_the_start() -> None:
    # @1 March: 1 2 3 4 (4 leaves at that instant); @1 April: 1 3 5 6; 7 came and went; 9 left before it joined
    cell = one(COMMUNITY, "community_growth_rate")
    assert (cell["value"], cell["numerator"], cell["denominator"]) == (0, 0, 4)
    assert besides(COMMUNITY, "community_growth_rate") == {"joined": 2, "left": 2}
    assert cell["note"] == "1 member who left before joining left out."


def test_a_community_without_members_cannot_grow() -> None:
    cell = one(COMMUNITY, "community_growth_rate", since="2026-01-01", until="2026-02-01")
    assert pd.isna(cell["value"])
    shrinking = {"community_members": [member("1", "01-05", "03-10"), member("2", "01-05")]}
    assert one(shrinking, "community_growth_rate")["value"] == -1 / 2


def test_members_of_no_customer_are_left_out_by_a_customer_filter() -> None:
    tables = {"customers": [{"customer_id": "a", "region": "EU"}],
              "community_members": [member("1", "01-05", customer="a"), member("2", "03-05", customer="a"),
                                    member("3", "01-05")]}  # fmt: skip
    cell = one(tables, "community_growth_rate", where={"region": ["EU"]})
    assert (cell["value"], cell["n"]) == (1, 1)
    assert "without a customer left out" in cell["note"]


def test_sessions_of_local_days_lie_on_the_day_of_the_zone() -> None:
    late = {"events": [event("02-28 23:30", duration_seconds=600)]}
    with make_version(late, settings={"timezone": "Europe/Berlin"}) as con:
        frame = compute(con, ["average_session_duration", "average_time_on_platform"],
                        Slice.of("month", since="2026-03-01", until="2026-04-01"), as_of="2026-04-01")  # fmt: skip
    assert frame["value"].tolist() == [pytest.approx(1 / 6)] * 2
