"""KPIs of advocates, prompts, and deals from referrals, each on an example checked by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from cs_metrics.errors import NotComputableError
from cs_metrics.kpis import Slice, computable, compute
from tests.kpis.test_service import LIFE, ask, one
from tests.support import make_version


def touch(customer: str, when: str, kind: str = "review", **more: Any) -> dict[str, Any]:
    return {"customer_id": customer, "occurred_at": f"2026-{when}", "kind": kind, **more}


def besides(tables: dict[str, Any], kpi: str, **how: Any) -> dict[str, float]:
    frame = ask(tables, kpi, beside=True, **how)
    return dict(frame[frame["item"].notna()][["item", "value"]].itertuples(index=False))


def parts(tables: dict[str, Any], kpi: str, **how: Any) -> tuple[float, float]:
    cell = one(tables, kpi, **how)
    return cell["numerator"], cell["denominator"]


# --- what advocates do -----------------------------------------------------------------------------------------------

# a acted in January and twice in March (one action on two rows), b in February, c in March for the first time, x is no
# customer; calls are no advocacy
SPEAKING = {
    "subscriptions": LIFE,
    "customers": [{"customer_id": c, "region": "EU" if c in "ab" else "US"} for c in "abcdx"],
    "touchpoints": [
        touch("a", "01-10", "testimonial"), touch("b", "02-28 23:59"),
        touch("a", "03-01", "reference", touchpoint_id="1"), touch("a", "03-01", "reference", touchpoint_id="1"),
        touch("a", "03-20", "Case_Study", touchpoint_id="2"), touch("c", "03-31 23:59"),
        touch("x", "03-05", "introduction"), touch("d", "03-05", "call"), touch("b", "04-01"),
    ],
}  # fmt: skip


def test_an_action_on_two_rows_is_one_and_anyones_action_counts() -> None:
    # a 2, c 1, x 1 = 4, over the active customers a, b, c, d
    cell = one(SPEAKING, "advocacy_actions")
    assert (cell["numerator"], cell["denominator"], cell["value"], cell["n"]) == (4, 4, 1, 4)
    assert besides(SPEAKING, "advocacy_actions") == {"actions": 4, "advocates": 3}


def test_actions_in_a_segment_are_over_its_customers() -> None:
    assert parts(SPEAKING, "advocacy_actions", where={"region": ["EU"]}) == (2, 2)
    assert parts(SPEAKING, "advocacy_actions", where={"region": ["US"]}) == (2, 2)  # x acted, c and d are active


def test_which_touchpoints_are_advocacy_is_a_setting() -> None:
    only = {"advocacy_kinds": ["reference", "call"]}
    assert parts(SPEAKING, "advocacy_actions", definitions=only) == (2, 4)
    assert parts(SPEAKING, "advocate_re_engagement_rate", definitions=only) == (0, 0)


def test_actions_without_an_active_customer_are_no_value() -> None:
    early = one({**SPEAKING, "subscriptions": [{**LIFE[0], "start_date": "2026-06-01"}]}, "advocacy_actions")
    assert (early["numerator"], pd.isna(early["value"])) == (4, True)
    assert early["note"] == "No customers active in the period."


def test_advocates_of_earlier_that_act_again() -> None:
    # before March: a and b; a acted again; c's first action is none again
    assert parts(SPEAKING, "advocate_re_engagement_rate") == (1, 2)
    # before April: a, b, c, x; b acts in April
    assert parts(SPEAKING, "advocate_re_engagement_rate", since="2026-04-01", until="2026-05-01") == (1, 4)
    first = one(SPEAKING, "advocate_re_engagement_rate", since="2026-01-01", until="2026-02-01")
    assert (first["denominator"], pd.isna(first["value"])) == (0, True)


def test_an_unfinished_month_counts_the_actions_so_far() -> None:
    # a's reference and x's introduction; the case study is still to come
    cell = one(SPEAKING, "advocacy_actions", as_of="2026-03-20")
    assert (cell["numerator"], cell["complete"]) == (2, False)
    # before c acts on the last evening of March: a again, of a and b
    again = one(SPEAKING, "advocate_re_engagement_rate", as_of="2026-03-02")
    assert (again["numerator"], again["denominator"], again["complete"]) == (1, 2, False)


# --- what is said in meetings ----------------------------------------------------------------------------------------

MEETING = {
    "subscriptions": LIFE,
    "touchpoints": [
        touch("a", "03-03", "qbr", touchpoint_id="1", referral_intent=False),
        touch("a", "03-03", "qbr", touchpoint_id="1", referral_intent=True),
        touch("a", "03-20", "qbr", touchpoint_id="2", attended=True),
        touch("b", "03-03 09:00", "qbr", referral_intent=False), touch("b", "03-03 10:00", "qbr"),
        touch("c", "03-03", "qbr", touchpoint_id="3", attended=False, referral_intent=True),
        touch("d", "03-03", "call", referral_intent=True, introduction_asked=True),
        touch("d", "03-04", "call", introduction_asked=True), touch("a", "03-04", introduction_asked=False),
        touch("x", "03-04", "call", introduction_asked=True), touch("b", "04-01", "call", introduction_asked=True),
    ],
}  # fmt: skip


def test_one_willing_participant_makes_a_review_willing_and_one_not_held_is_none() -> None:
    # held: review 1 (two people, one willing), review 2 (nothing noted), b's day (two rows); c stayed away
    cell = one(MEETING, "referral_intent_in_qbrs")
    assert (cell["numerator"], cell["denominator"], cell["value"]) == (1, 3, pytest.approx(1 / 3))
    assert besides(MEETING, "referral_intent_in_qbrs") == {"noted": pytest.approx(2 / 3), "accounts": 2}


def test_a_customer_asked_twice_is_one_and_a_stranger_none() -> None:
    assert parts(MEETING, "warm_introduction_offer_rate") == (1, 4)  # d, of a, b, c, d
    assert besides(MEETING, "warm_introduction_offer_rate") == {"asks": 2}


# --- prompts and incentives ------------------------------------------------------------------------------------------


def ref(referrer: str = "a", **dates: Any) -> dict[str, Any]:
    days = {k: f"2026-{v}" if k.endswith("_at") and v is not None else v for k, v in dates.items()}
    return {"referrer_customer_id": referrer, **days}


PROMPTS = {
    "subscriptions": LIFE,
    "referrals": [
        ref(prompted_at="03-02", interacted_at="03-02"),
        ref(prompted_at="03-02", accepted_at="03-30"),
        ref("b", prompted_at="03-31 23:00", interacted_at="04-01", accepted_at="05-01"),
        ref("b", prompted_at="03-10"),
        ref("c", prompted_at="03-10", interacted_at="03-09", accepted_at="03-12"),
        ref("d", prompted_at="04-01", interacted_at="04-02"),
        ref("d", made_at="03-03"),
    ],
}


def test_who_accepts_has_reacted_and_a_reaction_before_the_prompt_is_left_out() -> None:
    # 1 clicked, 2 accepted, 3 both, 4 nothing; 5 reacted a day before it was asked
    cell = one(PROMPTS, "referral_prompt_interaction_rate")
    assert (cell["numerator"], cell["denominator"]) == (3, 4)
    assert cell["note"] == "1 prompt with a reaction before it was shown left out."


def test_acceptance_counts_what_was_accepted_by_now() -> None:
    # 2, 3 and 5 (whose click, not its yes, is dated wrongly), of 5; the third says yes in May
    assert parts(PROMPTS, "referral_prompt_acceptance_rate") == (3, 5)
    assert parts(PROMPTS, "referral_prompt_acceptance_rate", as_of="2026-05-01") == (2, 5)
    assert besides(PROMPTS, "referral_prompt_acceptance_rate") == {"reacted": 3 / 4}
    backwards = {**PROMPTS, "referrals": [*PROMPTS["referrals"], ref(prompted_at="03-05", accepted_at="03-04")]}
    cell = one(backwards, "referral_prompt_acceptance_rate")
    assert (cell["denominator"], cell["note"]) == (5, "1 prompt accepted before it was shown left out.")


def test_reactions_in_the_future_are_none_yet() -> None:
    cell = one(PROMPTS, "referral_prompt_interaction_rate", as_of="2026-03-15")
    assert (cell["numerator"], cell["denominator"], cell["complete"]) == (1, 3, False)


def test_a_prompt_belongs_to_the_customer_that_was_asked() -> None:
    placed = {**PROMPTS, "customers": [{"customer_id": c, "region": "EU" if c == "b" else "US"} for c in "abcd"]}
    assert parts(placed, "referral_prompt_interaction_rate", where={"region": ["EU"]}) == (1, 2)
    assert parts(placed, "referral_prompt_interaction_rate", where={"region": ["US"]}) == (2, 2)


OFFERS = {
    "referrals": [
        ref(incentive_shown_at="03-01", converted_at="03-01"),
        ref(incentive_shown_at="03-01", converted_at="08-31"),
        ref(incentive_shown_at="03-31", converted_at=None),
        ref("b", incentive_shown_at="03-10", converted_at="03-09"),
        ref("b", made_at="03-10", converted_at="03-12"),
        ref("b", incentive_shown_at="04-01", converted_at="04-02"),
    ]
}


def test_conversions_after_the_incentive_count_whenever_they_come() -> None:
    # the first two, the second half a year later, of three; the fourth was a customer before it saw the offer
    cell = one(OFFERS, "referral_incentive_conversion_rate")
    assert (cell["numerator"], cell["denominator"]) == (2, 3)
    assert cell["note"] == "1 referred person converted before seeing the incentive left out."
    assert parts(OFFERS, "referral_incentive_conversion_rate", as_of="2026-05-01") == (1, 3)


def test_without_dates_of_conversion_a_referred_customer_converts_with_its_first_activity() -> None:
    shown = {"incentive_shown_at": "02-20"}
    tables = {
        "subscriptions": [{**LIFE[0], "customer_id": "new", "start_date": "2026-03-05"}, LIFE[0]],
        "referrals": [ref(**shown, referred_customer_id="new"), ref(**shown), ref(**shown, referred_customer_id="a")],
    }
    # new came in March; the second is nobody; a had been a customer since January
    march = {"since": "2026-02-01", "until": "2026-03-01"}
    assert parts(tables, "referral_incentive_conversion_rate", **march) == (1, 2)


@pytest.mark.parametrize(
    ("kpi", "column"),
    [
        ("referral_prompt_interaction_rate", "interacted_at"),
        ("referral_prompt_acceptance_rate", "accepted_at"),
        ("referral_incentive_conversion_rate", "incentive_shown_at"),
    ],
)
def test_what_is_missing_is_said(kpi: str, column: str) -> None:
    with pytest.raises(NotComputableError, match=rf"referrals\.{column}"):
        one({"referrals": [ref(prompted_at="03-01", made_at="03-02", converted_at="03-03")]}, kpi)


# --- deals -----------------------------------------------------------------------------------------------------------


def deal(number: int, amount: float | None, source: str | None = None, **more: Any) -> dict[str, Any]:
    base = {"opportunity_id": str(number), "created_at": "2026-03-03", "amount": amount, "status": "open"}
    return {**base, "source": source, **more}


@pytest.mark.parametrize(
    ("source", "is_one"),
    [("Referral", True), ("customer_referral", True), ("Partner Referrals (EU)", True), ("referred by customer", True),
     ("Preferral", False), ("referrer-policy", False), ("Web", False), (None, False)],
)  # fmt: skip
def test_a_source_that_says_referral_is_one(source: str | None, is_one: bool) -> None:
    tables = {"opportunities": [deal(1, 100, source), deal(2, 300, "Web")]}
    cell = one(tables, "referral_opportunity_pipeline_contribution_rate")
    assert (cell["numerator"], cell["denominator"]) == (100 if is_one else 0, 400)


def test_pipeline_is_by_amount_and_by_creation_whatever_became_of_it() -> None:
    tables = {
        "opportunities": [
            deal(1, 100, "Referral", customer_id="a"), deal(2, 200, "Referral", status="lost", closed_at="2026-04-01"),
            deal(3, 300, "Web", is_strategic_referral=True), deal(4, 1400, None), deal(5, None, "Referral"),
            deal(6, 9000, "Referral", created_at="2026-04-01"),
        ]
    }  # fmt: skip
    cell = one(tables, "referral_opportunity_pipeline_contribution_rate")
    assert (cell["numerator"], cell["denominator"], cell["value"], cell["n"]) == (600, 2000, 0.3, 5)
    assert cell["note"] == "1 deal without an amount left out."
    found = besides(tables, "referral_opportunity_pipeline_contribution_rate")
    assert found == {"referred_deals": 4, "by_count": 4 / 5}


def test_pipeline_without_amounts_is_no_value() -> None:
    tables = {"opportunities": [deal(1, None, "Referral"), deal(2, 5, "Web", created_at="2026-04-01")]}
    cell = one(tables, "referral_opportunity_pipeline_contribution_rate")
    assert pd.isna(cell["value"])
    assert "have no amounts" in cell["note"]


WON = {"status": "won", "closed_at": "2026-03-20"}
STRATEGIC = {
    "referrals": [ref(referred_customer_id="s", is_strategic=True, made_at="02-01"),
                  ref("b", referred_customer_id="s", is_strategic=True, made_at="02-02"),
                  ref(referred_customer_id="t", is_strategic=False, made_at="02-01")],
    "opportunities": [
        deal(1, 10, is_strategic_referral=True, **WON),
        deal(2, 20, is_strategic_referral=True, status="lost", closed_at="2026-03-20"),
        deal(3, 40, customer_id="s", **WON), deal(4, 80, customer_id="s", is_strategic_referral=False, **WON),
        deal(5, 160, customer_id="t", **WON), deal(6, 320, is_strategic_referral=True, closed_at="2026-03-20"),
        deal(7, 640, is_strategic_referral=True, **{**WON, "closed_at": "2026-04-01"}),
        deal(8, 1280, is_strategic_referral=True, status="won"),
    ],
}  # fmt: skip


def test_strategic_is_what_the_deal_says_else_its_referral() -> None:
    # 1 won and 2 lost by their flag, 3 won by its customer's referral (named twice, counted once); 4 says no
    cell = one(STRATEGIC, "strategic_referral_win_rate")
    assert (cell["numerator"], cell["denominator"], cell["value"]) == (2, 3, pytest.approx(2 / 3))
    assert besides(STRATEGIC, "strategic_referral_win_rate") == {"won_value": 50}


def test_either_mark_will_do_and_neither_is_said() -> None:
    flagged = {**STRATEGIC, "referrals": []}
    assert parts(flagged, "strategic_referral_win_rate") == (1, 2)
    unmarked = [{k: v for k, v in d.items() if k != "is_strategic_referral"} for d in STRATEGIC["opportunities"]]
    by_referral = {**STRATEGIC, "opportunities": unmarked}
    assert parts(by_referral, "strategic_referral_win_rate") == (2, 2)  # 3 and 4
    with pytest.raises(NotComputableError, match=r"opportunities\.is_strategic_referral"):
        one({"opportunities": unmarked}, "strategic_referral_win_rate")


# --- what is missing -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["touchpoints", "referrals", "opportunities"])
def test_the_first_date_of_a_lone_table_opens_the_range(table: str) -> None:
    tables = {"touchpoints": MEETING["touchpoints"], "referrals": PROMPTS["referrals"],
              "opportunities": STRATEGIC["opportunities"]}  # fmt: skip
    kpi = {"touchpoints": "referral_intent_in_qbrs", "referrals": "referral_prompt_interaction_rate",
           "opportunities": "referral_opportunity_pipeline_contribution_rate"}[table]  # fmt: skip
    rows = tables[table] if table != "opportunities" else [deal(1, 100, "Referral")]
    with make_version({table: rows}, as_of="2026-04-05") as con:
        assert computable(con).set_index("id").loc[kpi, "computable"]
        frame = compute(con, [kpi], Slice.of("month"))
    assert frame["period"].min() == pd.Timestamp("2026-03-01")
    assert frame.iloc[0]["n"] > 0
