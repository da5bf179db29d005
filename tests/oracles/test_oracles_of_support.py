"""Tickets, feedback and first contacts by hand: a few rows, the arithmetic in a comment."""

from __future__ import annotations

from .examples import MAR, ask, made
from .test_oracles import answered, ticket


def test_tickets_resolved_and_counted() -> None:
    data = made(
        tickets=[
            ticket("2025-02-01 00:00", None, "2025-02-01 10:00", product="core", customer_id="c"),
            ticket("2025-02-02 00:00", None, "2025-03-31 23:59", product="core"),
            ticket("2025-02-03 00:00", None, "2025-04-01 00:00", product="app"),
            ticket("2025-02-04 00:00", None, None, status="resolved"),
            ticket("2025-02-05 00:00", None, "2025-02-04 00:00"),
            ticket("2025-01-31 00:00", None, "2025-02-04 00:00"),
        ],
        customers=[{"customer_id": "c", "region": "EU"}],
    )
    # resolved by 1 April: the first two of four; the word alone does not resolve; one ended before it began
    assert ask("resolution_rate", data) == (2 / 4, 2, 4, 4)
    # five were created, two without a product
    assert ask("support_tickets", data) == {"core": (2, 2, None, 2), "app": (1, 1, None, 1), None: (5, 5, None, 5)}
    assert ask("support_tickets", data, keep=("region", "EU")) == {"core": (1, 1, None, 1), None: (1, 1, None, 1)}


def note(words: str | None, tone: float | None = None, day: str = "2025-02-10", customer: str = "a") -> dict:
    return {"customer_id": customer, "occurred_at": day, "kind": "call", "notes": words, "sentiment": tone}


def said(words: str | None, **more: object) -> dict:
    return {"survey": "nps", "responded_at": "2025-02-10", "score": None, "comment": words, **more}


def test_texts() -> None:
    data = made(
        survey_responses=[
            said("Fine."),
            said("  "),
            said(None),
            said("I work here.", respondent_type="employee"),
            said("Earlier.", responded_at="2025-01-31"),
            said("When?", responded_at=None),
        ],
        touchpoints=[note("Wants the export."), note(None), note("Later.", day="2025-03-01")],
    )
    # a comment and a note
    assert ask("qualitative_customer_feedback", data) == (2, 2, None, 2)


def test_tone() -> None:
    def mention(tone: float | None, source: str = "social", **more: object) -> dict:
        return {"occurred_at": "2025-02-10", "source": source, "text": "A text.", "sentiment": tone, **more}

    data = made(
        mentions=[
            *(mention(tone) for tone in (0.06, 0.05, -0.05, -0.06, 0.9)),
            mention(-1.0, "review"),
            mention(1.5),
            mention(None),
        ],
        touchpoints=[note("Well.", 0.8), note(None, 0.4), note("Badly.", -0.4)],
        survey_responses=[said("Splendid.")],
    )
    # social: 2 good, 1 bad of 5 (0.05 is neither; 1.5 is out of range); one bad review; touchpoints 2 good, 1 bad of 3,
    # the one without notes has a tone all the same; nobody judged the survey's comment and the last mention
    judged = {
        "social": (1 / 5, 1, 5, 5),
        "review": (-1, -1, 1, 1),
        "touchpoint": (1 / 3, 1, 3, 3),
        None: (1 / 9, 1, 9, 9),
    }
    assert ask("sentiment", data) == judged
    data.tone = {"Splendid.": 0.9, "A text.": -0.3}.get
    # the comment is good, the mention bad
    judged |= {"social": (0, 0, 6, 6), "survey": (1, 1, 1, 1), None: (1 / 11, 1, 11, 11)}
    assert ask("sentiment", data) == judged


def lead(created: str, contact: str | None, customer: str | None = None) -> dict:
    return {"lead_id": created, "created_at": created, "first_contact_at": contact, "customer_id": customer}


def ours(customer: str, moment: str, direction: str | None = "ours") -> dict:
    return {"customer_id": customer, "occurred_at": moment, "kind": "email", "direction": direction}


def test_first_contact_with_leads() -> None:
    data = made(
        leads=[
            lead("2025-02-01 00:00", "2025-02-01 02:00"),
            lead("2025-02-02 00:00", "2025-02-02 05:00", "a"),
            lead("2025-02-03 00:00", "2025-02-02 05:00"),
            lead("2025-02-04 00:00", None, "b"),
            lead("2025-02-05 00:00", "2025-04-01 00:00"),
            lead("2025-02-06 00:00", "2025-02-06 00:30", "a"),
        ],
        customers=[
            {"customer_id": "a", "signed_up_on": "2025-02-20"},
            {"customer_id": "b", "signed_up_on": "2025-02-20"},
            {"customer_id": "c", "signed_up_on": "2025-02-20"},
            {"customer_id": "d", "signed_up_on": "2025-02-20"},
        ],
        touchpoints=[
            ours("a", "2025-02-02 03:00"),
            ours("b", "2025-02-03 23:00"),
            ours("b", "2025-02-04 00:30", "theirs"),
            ours("b", "2025-02-04 08:00"),
            ours("c", "2025-02-21 00:00"),
            ours("d", "2025-02-21 00:00", None),
        ],
    )
    # 2, 5, 0.5 hours; one contact lies before its lead, one is still to come, one never came
    assert ask("lead_response_time", data) == (2, 7.5, 3, 3)
    # a lead 2; a 3 (the touchpoint came before the contact, and its second lead is no second customer); b 8 (the
    # email of the day before came before the lead, theirs is not ours); c 24 from its sign-up; d has none of ours
    assert ask("time_to_first_contact", data) == (5.5, 37, 4, 4)
    assert ask("time_to_first_contact", data, start=MAR)[3] == 0


def test_first_contact_after_onboarding() -> None:
    done = {"milestone": "onboarding_completed", "reached_at": "2025-02-10 12:00"}
    data = made(
        milestones=[{"customer_id": c, **done} for c in "abcd"],
        touchpoints=[
            ours("a", "2025-02-10 11:00"),
            ours("a", "2025-02-10 14:00"),
            ours("a", "2025-02-10 15:00"),
            ours("b", "2025-02-10 13:00", "theirs"),
            ours("b", "2025-03-02 12:00"),
            ours("c", "2025-02-10 12:00"),
        ],
    )
    # a 2 hours, b 20 days x 24, c at once; d waits
    assert ask("lead_response_time_post_onboarding", data) == (2, 482, 3, 3)


def test_a_score_out_of_scale_is_no_answer_but_its_words_are_feedback() -> None:
    data = made(survey_responses=[answered("nps", 99, comment="Eleven!"), answered("nps", 9)])
    assert ask("net_promoter_score", data)[3] == 1
    assert ask("qualitative_customer_feedback", data) == (1, 1, None, 1)
