"""Advocates and referrals by hand: a few rows, the arithmetic in a comment."""

from __future__ import annotations

import pytest

from .examples import ask, made, sub
from .test_oracles_of_engagement import meeting


def test_what_advocates_do() -> None:
    data = made(
        subscriptions=[sub(c, "2025-01-01", None, 1, plan="Pro") for c in "abcd"]
        + [sub("e", "2024-01-01", "2024-12-01", 1, plan="Basic")],
        customers=[{"customer_id": c, "region": "EU" if c in "ae" else None} for c in "abcde"],
        touchpoints=[
            meeting("a", "2024-03-01", kind="testimonial"),
            meeting("b", "2025-01-31", kind="review"),
            meeting("e", "2024-05-01", kind="case_study"),
            meeting("a", "2025-02-01", kind="review", touchpoint_id="1"),
            meeting("a", "2025-02-01", kind="review", touchpoint_id="1"),
            meeting("a", "2025-02-02", kind="reference", touchpoint_id="2"),
            meeting("c", "2025-02-03", kind="introduction"),
            meeting("c", "2025-02-03", kind="introduction"),
            meeting("e", "2025-02-03", kind="testimonial"),
            meeting("b", "2025-02-03", kind="qbr"),
            meeting("b", "2025-03-01", kind="review"),
        ],
    )
    # in February a 2 (one of them on two rows), c 2, e 1, who is no customer any more; active: a b c d
    assert ask("advocacy_actions", data) == (5 / 4, 5, 4, 4)
    assert ask("advocacy_actions", data, keep=("region", "EU")) == (3, 3, 1, 1)
    # advocates before February: a b e; a and e acted again
    assert ask("advocate_re_engagement_rate", data) == (2 / 3, 2, 3, 3)
    reviews = made(settings={"advocacy_kinds": ["review"]}, touchpoints=data["touchpoints"].to_dict("records"))
    # of reviews alone: b before, not again
    assert ask("advocate_re_engagement_rate", reviews) == (0, 0, 1, 1)


def test_willing_to_refer() -> None:
    data = made(
        subscriptions=[sub(c, "2025-01-01", None, 1) for c in "abcd"],
        touchpoints=[
            meeting("a", "2025-02-03", touchpoint_id="1", referral_intent=False),
            meeting("a", "2025-02-03", touchpoint_id="1", referral_intent=True),
            meeting("a", "2025-02-20", touchpoint_id="2", attended=True),
            meeting("b", "2025-02-03 09:00", referral_intent=False),
            meeting("b", "2025-02-03 10:00", referral_intent=None),
            meeting("c", "2025-02-03", touchpoint_id="3", attended=False, referral_intent=True),
            meeting("d", "2025-02-03", touchpoint_id="4", kind="call", referral_intent=True, introduction_asked=True),
            meeting("d", "2025-02-04", touchpoint_id="5", kind="call", introduction_asked=True),
            meeting("x", "2025-02-04", touchpoint_id="6", kind="call", introduction_asked=True),
            meeting("a", "2025-02-04", touchpoint_id="7", kind="call", introduction_asked=False),
        ],
    )
    # held: 1 (two people, one of them willing), 2, b's day; c stayed away
    assert ask("referral_intent_in_qbrs", data) == (1 / 3, 1, 3, 3)
    # d was asked, twice; x is no customer
    assert ask("warm_introduction_offer_rate", data) == (1 / 4, 1, 4, 4)


def referral(**more: object) -> dict:
    return {"referrer_customer_id": "a", **more}


def test_prompts_and_incentives() -> None:
    prompted = {"prompted_at": "2025-02-10"}
    data = made(
        referrals=[
            referral(**prompted, interacted_at="2025-02-11"),
            referral(**prompted, accepted_at="2025-03-30"),
            referral(**prompted, interacted_at="2025-02-10", accepted_at="2025-04-02"),
            referral(**prompted),
            referral(**prompted, interacted_at="2025-02-09", accepted_at="2025-02-12"),
            referral(prompted_at="2025-03-01", accepted_at="2025-03-01"),
            referral(incentive_shown_at="2025-02-01", converted_at="2025-03-31"),
            referral(incentive_shown_at="2025-02-01", converted_at="2025-01-31"),
            referral(incentive_shown_at="2025-02-28", converted_at="2025-04-01", referrer_customer_id="b"),
            referral(made_at="2025-02-28", converted_at="2025-03-01"),
        ],
        customers=[{"customer_id": "b", "region": "EU"}],
    )
    # interacted, or accepted, by 1 April: the first three of four; the fifth reacted before it was asked
    assert ask("referral_prompt_interaction_rate", data) == (3 / 4, 3, 4, 4)
    # accepted: the second and the fifth of five; the third will only be on 2 April
    assert ask("referral_prompt_acceptance_rate", data) == (2 / 5, 2, 5, 5)
    # shown in February: one converted, one will; one had converted before
    assert ask("referral_incentive_conversion_rate", data) == (1 / 2, 1, 2, 2)
    assert ask("referral_incentive_conversion_rate", data, keep=("region", "EU")) == (0, 0, 1, 1)


def test_referred_customers() -> None:
    tables = {
        "customers": [{"customer_id": c, "referred_by": "z" if c in "abe" else None} for c in "abcdefz"],
        "referrals": [referral(referrer_customer_id="z", referred_customer_id="c")],
        "subscriptions": [
            sub("a", "2025-01-01", "2025-02-10", 100),
            sub("a", "2025-02-10", None, 160),
            sub("b", "2025-01-01", "2025-02-20", 40),
            sub("c", "2025-01-01", None, 60),
            sub("d", "2025-01-01", "2025-02-10", 100),
            sub("d", "2025-02-10", None, 500),
            sub("e", "2024-01-01", "2024-03-01", 10),
            sub("e", "2025-02-20", None, 30),
            sub("z", "2025-01-01", "2025-02-20", 1),
        ],
    }
    data = made(**tables)
    # referred and active on 1 February: a b c; b left
    assert ask("referral_retention_rate", data) == (2 / 3, 2, 3, 3)
    assert ask("referral_churn_rate", data) == (1 / 3, 1, 3, 3)
    # (160 + 0 + 60) / (100 + 40 + 60); with e, who came back, 30 more
    assert ask("referred_account_nrr", data) == pytest.approx((1.1, 220, 200, 3))
    back = made(settings={"nrr_with_reactivation": True}, **tables)
    assert ask("referred_account_nrr", back) == pytest.approx((1.25, 250, 200, 3))
    # a grew by 60; d's 400 are nobody's referral
    assert ask("referral_driven_expansion_revenue", data) == (60, 60, None, 1)


def deal(number: int, amount: float, source: str | None = None, closed: str | None = None, **more: object) -> dict:
    base = {"opportunity_id": str(number), "created_at": "2025-02-03", "amount": amount, "status": "open"}
    return {**base, "source": source, "closed_at": closed, **more}


def test_deals_from_referrals() -> None:
    data = made(
        opportunities=[
            deal(1, 100, "Referral"),
            deal(2, 200, "customer_referral", status="lost"),
            deal(3, 300, "Website", is_strategic_referral=True),
            deal(4, 400, "Preferral"),
            deal(5, 1000),
            deal(6, 9000, "Referral", created_at="2025-03-01"),
        ]
    )
    # 100 + 200 + 300 of 2000
    assert ask("referral_opportunity_pipeline_contribution_rate", data) == (0.3, 600, 2000, 5)


def test_strategic_deals() -> None:
    won, lost = {"closed": "2025-02-20", "status": "won"}, {"closed": "2025-02-20", "status": "lost"}
    data = made(
        referrals=[
            referral(referred_customer_id="s", is_strategic=True),
            referral(referred_customer_id="t", is_strategic=False),
        ],
        opportunities=[
            deal(1, 1, is_strategic_referral=True, **won),
            deal(2, 1, is_strategic_referral=True, **lost),
            deal(3, 1, customer_id="s", **won),
            deal(4, 1, customer_id="s", is_strategic_referral=False, **won),
            deal(5, 1, customer_id="t", **won),
            deal(6, 1, is_strategic_referral=True, closed="2025-02-20"),
            deal(7, 1, is_strategic_referral=True, closed="2025-03-01", status="won"),
            deal(8, 1, is_strategic_referral=True, status="won"),
        ],
    )
    # closed in February and strategic: 1 and 2 by their flag, 3 by its referral; 4 says it is not, 6 is open, 8 undated
    assert ask("strategic_referral_win_rate", data) == pytest.approx((2 / 3, 2, 3, 3))
