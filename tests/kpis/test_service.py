"""Support, feedback, adoption, engagement and advocacy KPIs, each on an example small enough to check by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from cs_metrics.errors import NotComputableError, QueryError
from cs_metrics.kpis import Slice, computable, compute
from tests.support import kept_version, make_version

MARCH = {"since": "2026-03-01", "until": "2026-04-01"}
LIFE = [{"customer_id": c, "start_date": "2026-01-01", "amount": 1} for c in "abcd"]


def ask(tables: dict[str, Any], kpi: str, as_of: str = "2026-09-01", beside: bool = False, **how: Any) -> pd.DataFrame:
    # the tables of an example stop where its arithmetic does: none is stale
    how["definitions"] = {"fresh_days": 3650, **how.get("definitions", {})}
    return compute(kept_version(tables), [kpi], Slice.of("month", **{**MARCH, **how}), as_of=as_of, beside=beside)


def one(tables: dict[str, Any], kpi: str, **how: Any) -> pd.Series:
    frame = ask(tables, kpi, **how)
    return frame[frame["item"].isna()].iloc[0]


def answers(survey: str, scores: list[float | None], **more: Any) -> dict[str, Any]:
    start = datetime(2026, 3, 2)
    rows = []
    for i, score in enumerate(scores):
        responded = start + timedelta(hours=i) if score is not None else None
        row = {"customer_id": f"c{i}", "survey": survey, "score": score, "sent_at": start, "responded_at": responded}
        rows.append({**row, **more})
    return {"survey_responses": rows}


def test_nps_of_10_9_3() -> None:
    cell = one(answers("nps", [10, 9, 3, None]), "net_promoter_score")
    assert cell["value"] == pytest.approx(100 * (2 - 1) / 3)
    assert cell["n"] == 3
    shares = ask(answers("nps", [10, 9, 3, 7]), "net_promoter_score", beside=True).set_index("item")["value"]
    assert (shares["promoters"], shares["passives"], shares["detractors"]) == (2, 1, 1)


def test_each_respondents_last_answer_counts_once_and_ties_go_to_the_later_row() -> None:
    row = {"survey": "nps", "customer_id": "a", "responded_at": datetime(2026, 3, 5)}
    tables = {"survey_responses": [{**row, "user_id": "u", "score": 0}, {**row, "user_id": "u", "score": 10},
                                   {**row, "user_id": "v", "score": 10}, {**row, "score": 8}]}  # fmt: skip
    cell = one(tables, "net_promoter_score")
    assert (cell["value"], cell["n"]) == (pytest.approx(200 / 3), 3)
    assert one(tables, "net_promoter_score", definitions={"survey_rule": "all"})["n"] == 4


def test_per_survey_counts_the_last_answer_of_each_campaign() -> None:
    row = {"survey": "nps", "customer_id": "a", "responded_at": datetime(2026, 3, 5)}
    tables = {"survey_responses": [{**row, "campaign": c, "score": s} for c, s in (("x", 1), ("x", 9), ("y", 10))]}
    cell = one(tables, "net_promoter_score", definitions={"survey_rule": "per_survey"})
    assert (cell["value"], cell["n"]) == (100, 2)


@pytest.mark.parametrize("odd", [{"scale_min": 1, "scale_max": 5}, {"respondent_type": "employee"},
                                 {"score": 11}, {"responded_at": None}])  # fmt: skip
def test_what_is_no_answer_is_not_counted(odd: dict[str, Any]) -> None:
    tables = answers("nps", [10, 9])
    tables["survey_responses"][1] |= odd
    assert one(tables, "net_promoter_score")["n"] == 1


@pytest.mark.parametrize(("scale", "scores", "share"), [
    ((None, None), [5, 4, 3, 1], 2 / 4), ((1, 3), [3, 2, 1, 1], 1 / 4), ((0, 10), [10, 9, 8, 1], 2 / 4),
    ((0, 100), [81, 80, 100, 5], 2 / 4)])  # fmt: skip
def test_csat_counts_the_top_of_its_scale(scale: Any, scores: list[float], share: float) -> None:
    tables = answers("csat", scores, scale_min=scale[0], scale_max=scale[1])
    cell = one(tables, "customer_satisfaction_score")
    assert cell["value"] == pytest.approx(share)
    assert one(tables, "customer_satisfaction_score", definitions={"top_box": 1})["numerator"] == 1


def test_a_customer_that_answers_often_widens_the_interval() -> None:
    scattered = answers("csat", [5, 5, 5, 1, 1, 1])
    repeated = answers("csat", [5, 5, 5, 1, 1, 1])
    for place, row in enumerate(repeated["survey_responses"]):
        row["customer_id"] = "happy" if place < 3 else "angry"
    alone, among = (one(t, "customer_satisfaction_score") for t in (scattered, repeated))
    assert alone["value"] == among["value"] == 0.5
    assert among["high"] - among["low"] > alone["high"] - alone["low"]


def test_effort_is_turned_and_mixed_scales_are_brought_to_seven() -> None:
    assert one(answers("ces", [7, 6, 2]), "customer_effort_score")["value"] == 5
    turned = one(answers("ces", [7, 6, 2]), "customer_effort_score", definitions={"ces_easy_end": "low"})
    assert turned["value"] == 3  # 1, 2, 6
    tables = answers("ces", [7, 5])
    tables["survey_responses"][1] |= {"scale_min": 1, "scale_max": 5}
    assert one(tables, "customer_effort_score")["value"] == 7
    easy = ask(answers("ces", [7, 4, 3, 5]), "customer_effort_score", beside=True).set_index("item")["value"]
    assert easy["easy"] == 0.5


def test_response_rate_is_of_those_sent_and_open_for_two_weeks() -> None:
    tables = answers("nps", [9, None, 3, None])
    cell = one(tables, "survey_response_rate", as_of="2026-04-10")
    assert (cell["numerator"], cell["denominator"], cell["complete"]) == (2, 4, False)
    assert one(tables, "survey_response_rate", as_of="2026-04-15")["complete"]


def ticket(number: int, hours: float | None, resolved: float | None = None, **more: Any) -> dict[str, Any]:
    created = datetime(2026, 3, 2)
    return {"ticket_id": f"t{number}", "customer_id": "abcd"[number % 4], "created_at": created,
            "first_response_at": None if hours is None else created + timedelta(hours=hours),
            "resolved_at": None if resolved is None else created + timedelta(hours=resolved), **more}  # fmt: skip


def test_first_response_is_a_median_with_mean_p90_and_open_beside() -> None:
    tables = {"tickets": [ticket(0, 1), ticket(1, 2), ticket(2, 9), ticket(3, None), ticket(4, -1)]}
    cell = one(tables, "first_response_time")
    assert (cell["value"], cell["numerator"], cell["denominator"], cell["n"]) == (2, 12, 3, 3)
    assert pd.isna(cell["low"])  # no interval of a median below six
    assert cell["note"] == "1 ticket answered before it was created left out."
    beside = ask(tables, "first_response_time", beside=True).set_index("item")["value"]
    assert (beside["mean"], beside["open"]) == (4, 1)
    assert beside["p90"] == pytest.approx(2 + 0.8 * 7)


def test_the_interval_of_a_median_is_its_order_statistics() -> None:
    # n = 6: coverage of [x1, x6] is 1 - 2 / 64 = 96.9 %
    cell = one({"tickets": [ticket(i, hours) for i, hours in enumerate([5, 1, 4, 2, 9, 7])]}, "first_response_time")
    assert (cell["low"], cell["value"], cell["high"]) == (1, 4.5, 9)


def test_resolution_time_is_of_tickets_resolved_in_the_period() -> None:
    late = ticket(1, 1, 24 * 40)
    tables = {"tickets": [ticket(0, 1, 10), late, ticket(2, 1)]}
    assert one(tables, "average_resolution_time")["value"] == 10
    assert one(tables, "average_resolution_time", since="2026-04-01", until="2026-05-01")["value"] == 24 * 40


def test_first_contact_resolution_leaves_out_unknown_replies() -> None:
    tables = {"tickets": [ticket(0, 1, 5, replies=1), ticket(1, 1, 5, replies=1, reopened=1),
                          ticket(2, 1, 5, replies=3),
                          ticket(3, 1, 5), ticket(4, 1, None, replies=1)]}  # fmt: skip
    cell = one(tables, "first_contact_resolution_rate")
    assert (cell["numerator"], cell["denominator"]) == (1, 3)
    assert "1 resolved ticket with an unknown number of replies left out." in cell["note"]


def test_cost_per_ticket_is_of_support_costs_else_of_the_tickets_own() -> None:
    tables: dict[str, Any] = {
        "tickets": [ticket(0, 1, 5, cost=4), ticket(1, 1, 6, cost=8), ticket(2, 1, None, cost=99)]
    }
    assert one(tables, "cost_per_ticket")["value"] == 6
    tables["costs"] = [{"incurred_on": "2026-03-31", "kind": "support", "amount": 50},
                       {"incurred_on": "2026-03-31", "kind": "acquisition", "amount": 500},
                       {"incurred_on": "2026-04-01", "kind": "support", "amount": 7}]  # fmt: skip
    cell = one(tables, "cost_per_ticket")
    assert (cell["value"], cell["numerator"], cell["n"]) == (25, 50, 2)


def test_a_customer_filter_says_what_it_left_out() -> None:
    rows = [ticket(0, 1), {**ticket(1, 3), "customer_id": None}]
    tables = {"tickets": rows, "customers": [{"customer_id": "a", "region": "EU"}]}
    cell = one(tables, "first_response_time", where={"region": ["EU"]})
    assert (cell["value"], cell["note"]) == (1, "1 ticket without a customer left out.")


def used(user: str, day: str, feature: str | None = None, customer: str = "a") -> dict[str, Any]:
    return {
        "user_id": user,
        "customer_id": customer,
        "occurred_at": f"2026-{day} 10:00",
        "event": "e",
        "feature": feature,
    }


def test_monthly_active_users_are_of_the_30_days_to_the_end() -> None:
    tables = {"events": [used("u", "03-01"), used("v", "03-02"), used("v", "03-31"), used("w", "04-01")]}
    # 1 April less 30 days is 2 March, so u is out; a user of two accounts is one user
    assert one(tables, "monthly_active_users")["value"] == 1
    tables["events"].append(used("v", "03-20", customer="b"))
    assert one(tables, "monthly_active_users")["value"] == 1


def test_stickiness_counts_days_without_use() -> None:
    # two users, 3 + 1 active days of 31: mean DAU 4 / 31, over 2 users
    tables = {
        "events": [used("u", "03-01"), used("u", "03-01"), used("u", "03-02"), used("u", "03-31"), used("v", "03-05")]
    }
    cell = one(tables, "stickiness")
    assert cell["value"] == pytest.approx(4 / 31 / 2)
    assert cell["numerator"] == pytest.approx(4 / 31)
    assert one(tables, "stickiness", as_of="2026-03-11")["value"] == pytest.approx((2 + 1) / 10 / 2)


def test_feature_adoption_is_of_active_accounts_whole_and_by_feature() -> None:
    tables = {
        "subscriptions": LIFE,
        "events": [used("u", "03-01", "search"), used("u", "03-02", "search"), used("v", "03-02", "export"),
                   used("x", "03-02", "search", "b"), used("y", "03-02", "search", "not a customer"),
                   used("z", "02-02", "export", "c")],
    }  # fmt: skip
    frame = ask(tables, "feature_adoption_rate").set_index("item")
    assert frame.loc[frame.index.isna(), "value"].item() == 2 / 4
    assert (frame.loc["search", "value"], frame.loc["export", "value"]) == (2 / 4, 1 / 4)
    key = ask(tables, "feature_adoption_rate", definitions={"key_features": ["export"]})
    assert list(key["value"]) == [1 / 4, 1 / 4]


def test_time_to_first_value_counts_who_is_not_there_yet_as_open() -> None:
    tables = {
        "customers": [{"customer_id": c, "signed_up_on": "2026-03-02"} for c in "abcd"],
        "milestones": [
            {"customer_id": "a", "milestone": "first_value", "reached_at": "2026-03-04 12:00"},
            {"customer_id": "b", "milestone": "first_value", "user_id": "u", "reached_at": "2026-03-20"},
            {"customer_id": "b", "milestone": "first_value", "user_id": "v", "reached_at": "2026-03-06"},
            {"customer_id": "c", "milestone": "first_value", "reached_at": "2026-03-01"},
        ],
    }
    frame = ask(tables, "time_to_first_value", beside=True).set_index("item")
    whole = frame.loc[frame.index.isna()].iloc[0]
    assert (whole["value"], whole["n"]) == (pytest.approx((2.5 + 4) / 2), 2)
    assert frame.loc["open", "value"] == 1
    assert whole["note"] == "1 account with first value before sign-up left out."


@pytest.mark.parametrize(("done", "completed"), [("2026-05-31", 1), ("2026-06-01", 0)])
def test_onboarding_counts_within_90_times_24_hours(done: str, completed: int) -> None:
    tables = {"milestones": [
        {"customer_id": "a", "milestone": "onboarding_started", "reached_at": "2026-03-02"},
        {"customer_id": "a", "milestone": "onboarding_completed", "reached_at": done},
        {"customer_id": "b", "milestone": "onboarding_completed", "started_at": "2026-03-03"}]}  # fmt: skip
    cell = one(tables, "onboarding_completion_rate", as_of="2026-06-29")
    assert (cell["numerator"], cell["denominator"], cell["complete"]) == (completed, 2, False)
    assert one(tables, "onboarding_completion_rate", as_of="2026-06-30")["complete"]


def test_referrals_convert_within_the_window_and_belong_to_their_referrer() -> None:
    tables = {"referrals": [
        {"referrer_customer_id": "a", "made_at": "2026-03-02", "converted_at": "2026-05-31"},
        {"referrer_customer_id": "a", "made_at": "2026-03-02", "converted_at": "2026-06-02"},
        {"referrer_customer_id": "b", "made_at": "2026-03-02"},
        {"referrer_customer_id": "b", "made_at": "2026-03-02", "converted_at": "2026-03-01"}]}  # fmt: skip
    cell = one(tables, "referral_conversion_rate")
    assert (cell["numerator"], cell["denominator"]) == (1, 3)
    assert one(tables, "referral_conversion_rate", where={"customer_id": ["b"]})["n"] == 1


def test_participation_is_of_active_customers() -> None:
    tables = {"subscriptions": LIFE, "referrals": [
        {"referrer_customer_id": "a", "made_at": "2026-03-02"}, {"referrer_customer_id": "a", "made_at": "2026-03-03"},
        {"referrer_customer_id": "b", "accepted_at": "2026-03-03"},
        {"referrer_customer_id": "c", "prompted_at": "2026-03-03"},
        {"referrer_customer_id": "gone", "made_at": "2026-03-03"}]}  # fmt: skip
    cell = one(tables, "referral_program_participation_rate")
    assert (cell["numerator"], cell["denominator"]) == (2, 4)


def test_what_is_missing_is_named() -> None:
    answered = {column: value for column, value in ticket(0, 1).items() if column != "resolved_at"}
    with make_version({"tickets": [answered]}) as con:
        listed = computable(con).set_index("id")
        assert listed.loc["first_response_time", "computable"]
        assert listed.loc["first_contact_resolution_rate", "needs"] == ["tickets.resolved_at", "tickets.replies"]
        with pytest.raises(NotComputableError, match=r"needs tickets\.resolved_at") as caught:
            compute(con, ["average_resolution_time"])
        assert caught.value.needs == ("tickets.resolved_at",)


@pytest.mark.parametrize(("kpi", "how", "message"), [
    ("net_promotor_score", {}, "Did you mean 'net_promoter_score'"),
    ("NPS", {}, "Did you mean 'net_promoter_score'"),
    ("first_response_time", {"by": ["regoin"]}, "There is no attribute 'regoin'"),
    ("first_response_time", {"where": {"priority": "high"}}, "Did you mean 'tickets.priority'"),
    ("first_response_time", {"where": {"tickets.priority": {"~": 1}}}, "no operator '~'"),
    ("first_response_time", {"grain": "moth"}, "Did you mean 'month'"),
    ("first_response_time", {"since": "2026-04-01", "until": "2026-03-01"}, "is not before"),
])  # fmt: skip
def test_a_wrong_name_is_an_error_with_a_suggestion(kpi: str, how: dict[str, Any], message: str) -> None:
    with make_version({"tickets": [ticket(0, 1, priority="high")]}) as con, pytest.raises(QueryError, match=message):
        compute(con, [kpi], Slice.of(**how))


def test_a_stale_table_ends_its_kpis_where_it_ends_itself() -> None:
    tables = {"tickets": [ticket(0, 1)], "events": [used("u", "05-20")]}
    with make_version(tables) as con:
        frame = compute(con, ["first_response_time"], Slice.of("month", since="2026-03-01", until="2026-05-01"))
    assert list(frame["complete"]) == [False, False]
    assert frame["note"].iloc[1].endswith("No data after 2026-03-03.")
