"""Resolution, tickets, feedback in words, sentiment and first contacts, each on an example to check by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from cs_metrics.kpis import CATALOGUE, Slice, computable, compute, rows
from tests.kpis.company import company
from tests.support import kept_version, make_version

MARCH = {"since": "2026-03-01", "until": "2026-04-01"}
NEW = (
    "resolution_rate",
    "support_tickets",
    "qualitative_customer_feedback",
    "sentiment",
    "lead_response_time",
    "lead_response_time_post_onboarding",
    "time_to_first_contact",
)


def ask(tables: dict[str, Any], kpi: str, as_of: str = "2026-09-01", beside: bool = False, **how: Any) -> pd.DataFrame:
    how["definitions"] = {"fresh_days": 3650, **how.get("definitions", {})}
    return compute(kept_version(tables), [kpi], Slice.of("month", **{**MARCH, **how}), as_of=as_of, beside=beside)


def one(tables: dict[str, Any], kpi: str, **how: Any) -> pd.Series:
    frame = ask(tables, kpi, **how)
    return frame[frame["item"].isna()].iloc[0]


def items(tables: dict[str, Any], kpi: str, **how: Any) -> dict[str, float]:
    frame = ask(tables, kpi, **how)
    return frame[frame["item"].notna()].set_index("item")["value"].to_dict()


def ticket(number: int, created: str, resolved: str | None = None, **more: Any) -> dict[str, Any]:
    return {"ticket_id": f"t{number}", "created_at": created, "resolved_at": resolved, **more}


# --- resolution rate ---------------------------------------------------------------------------------------------


def test_resolution_is_by_the_date_never_by_the_word() -> None:
    tables = {"tickets": [
        ticket(0, "2026-03-02", "2026-03-03"),
        ticket(1, "2026-03-02", "2026-07-01"),
        ticket(2, "2026-03-02", status="Solved"),
        ticket(3, "2026-03-02", "2026-03-01"),
        ticket(4, "2026-02-27", "2026-03-03")]}  # fmt: skip
    # of four, one is backwards; two of the three have a date by now, the word alone is none
    cell = one(tables, "resolution_rate")
    assert (cell["value"], cell["numerator"], cell["denominator"]) == (pytest.approx(2 / 3), 2, 3)
    assert cell["note"] == "1 ticket resolved before it was created left out."
    assert items(tables, "resolution_rate", beside=True) == {"undated": 1}
    # as of May the one of July is open
    assert one(tables, "resolution_rate", as_of="2026-05-01")["value"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(("resolved", "value"), [([None, None], 0), (["2026-03-05", "2026-03-06"], 1), ([], None)])
def test_resolution_of_none_all_and_nothing(resolved: list[str | None], value: float | None) -> None:
    tables = {"tickets": [ticket(i, "2026-03-02", r) for i, r in enumerate(resolved)]}
    tables["tickets"].append(ticket(9, "2026-01-02", "2026-01-03"))
    cell = one(tables, "resolution_rate")
    assert pd.isna(cell["value"]) if value is None else cell["value"] == value
    assert cell["note"] == ("No tickets created." if value is None else "")


# --- support tickets ---------------------------------------------------------------------------------------------

LIVES = [
    {"customer_id": "a", "start_date": "2026-01-01", "amount": 1, "plan": "Basic", "end_date": "2026-03-11"},
    {"customer_id": "a", "start_date": "2026-03-11", "amount": 2, "plan": "Pro"},
    {"customer_id": "b", "start_date": "2026-03-20", "amount": 1, "plan": "Pro"},
    {"customer_id": "c", "start_date": "2026-01-01", "end_date": "2026-02-01", "amount": 1, "plan": "Pro"},
]
TICKETS = [
    ticket(0, "2026-02-10", "2026-03-05", customer_id="a", product="core", satisfaction=5),
    ticket(1, "2026-03-05", "2026-03-06", customer_id="a", product="core", satisfaction=3),
    ticket(2, "2026-03-06", "2026-04-02", customer_id="b", product="api"),
    ticket(3, "2026-03-07", None, customer_id="a"),
    ticket(4, "2026-03-08", "2026-03-07", product="api"),
    ticket(5, "2026-01-05", "2026-02-07", product="api"),
]


def test_support_tickets_flow_in_and_out() -> None:
    tables = {"tickets": TICKETS, "subscriptions": LIVES}
    # created in March: 1 to 4; resolved: 0 and 1 (4 is backwards), the first of them well; open at the end: 2 and 3
    assert one(tables, "support_tickets")[["value", "numerator", "n"]].tolist() == [4, 4, 4]
    beside = {"resolved": 2, "satisfied": 1, "open": 2, "per_100_customers": pytest.approx(100 * 4 / 2)}
    assert items(tables, "support_tickets", beside=True) == {"core": 1, "api": 2, **beside}
    # a in March is what it was before March: Basic; b came later as Pro; the backwards ticket has no customer
    basic = items(tables, "support_tickets", beside=True, where={"plan": ["Basic"]})
    assert basic["per_100_customers"] == 100 * 2 / 1
    assert one(tables, "support_tickets", where={"plan": ["Pro"]})["value"] == 1


def test_support_tickets_without_dates_of_resolution_say_only_what_came_in() -> None:
    tables = {"tickets": [{"ticket_id": "t", "created_at": "2026-03-05"}]}
    assert one(tables, "support_tickets")["value"] == 1
    beside = items(tables, "support_tickets", beside=True)
    assert list(beside) == ["per_100_customers"]
    assert pd.isna(beside["per_100_customers"])


def test_nobody_rated_is_not_nobody_satisfied() -> None:
    unrated = [{k: v for k, v in row.items() if k != "satisfaction"} for row in TICKETS]
    assert pd.isna(items({"tickets": unrated}, "support_tickets", beside=True)["satisfied"])


def test_created_less_resolved_is_the_change_of_those_open() -> None:
    con = kept_version(company())
    frame = compute(con, ["support_tickets"], Slice.of("month", since="2025-03-01", until="2026-03-01"), beside=True)
    cells = frame[frame["item"].isin(["resolved", "open"]) | frame["item"].isna()]
    wide = cells.assign(item=cells["item"].fillna("created")).pivot(index="period", columns="item", values="value")
    assert wide["open"].diff().dropna().tolist() == (wide["created"] - wide["resolved"]).iloc[1:].tolist()
    assert wide["created"].gt(0).all()


# --- texts -------------------------------------------------------------------------------------------------------


def said(words: str | None, day: str = "2026-03-10", customer: str | None = "a", **more: Any) -> dict[str, Any]:
    return {"customer_id": customer, "survey": "nps", "responded_at": day, "comment": words, **more}


def note(words: str | None, tone: float | None = None, day: str = "2026-03-10", customer: str = "b") -> dict[str, Any]:
    return {"customer_id": customer, "occurred_at": day, "kind": "call", "notes": words, "sentiment": tone}


FEEDBACK = {
    "survey_responses": [
        said("The export is great, we love it."),
        said("The export is terrible, a mess."),
        said("Der Export ist leider sehr langsam."),
        said(None), said("  "), said("We are staff.", respondent_type="employee"),
        said("The export is great.", "2026-02-10"), said("Nothing to add here.", "2026-02-11"),
    ],
    "touchpoints": [note("They ask for the export of invoices.", 0.0), note(None, 0.9)],
    "mentions": [{"occurred_at": "2026-03-10", "source": "social", "text": "We love the export of this tool."}],
}  # fmt: skip


def test_feedback_is_comments_and_notes_with_their_tone_and_change() -> None:
    # three comments and a note in March against two in February; one good and one bad of the three with a tone
    cell = one(FEEDBACK, "qualitative_customer_feedback")
    assert (cell["value"], cell["numerator"], cell["n"]) == (4, 4, 4)
    beside = items(FEEDBACK, "qualitative_customer_feedback", beside=True)
    assert beside["positive"] == pytest.approx(1 / 3)
    assert beside["negative"] == pytest.approx(1 / 3)
    assert beside["change_on_period_before"] == (4 - 2) / 2
    february = {"since": "2026-02-01", "until": "2026-03-01"}
    assert pd.isna(items(FEEDBACK, "qualitative_customer_feedback", beside=True, **february)["change_on_period_before"])


def test_themes_are_items_and_open_to_their_texts() -> None:
    many = {**FEEDBACK, "survey_responses": FEEDBACK["survey_responses"] + [said("The invoice was late.")] * 9}
    themes = items(many, "qualitative_customer_feedback")
    # the German comment has no theme; the note is about both
    assert themes == {"export": 3, "invoice was late": 10}
    with make_version(many) as con:
        behind = rows(con, "qualitative_customer_feedback", "2026-03-01", Slice.of("month", **MARCH), item="export")
    assert behind["_value"].sum() == 3
    assert sorted(behind["_source"]) == ["survey_responses.csv", "survey_responses.csv", "touchpoints.csv"]


def test_sentiment_is_good_less_bad_over_those_with_a_tone() -> None:
    cell = one(FEEDBACK, "sentiment")
    # good: a comment, a contact, a mention; bad: a comment; neutral: a note; the German comment has no tone
    assert (cell["numerator"], cell["denominator"], cell["value"]) == (3 - 1, 5, pytest.approx(2 / 5))
    assert cell["note"] == "1 text in another language than English, without a tone, left out."
    sources = items(FEEDBACK, "sentiment")
    assert sources == {"survey": 0, "touchpoint": pytest.approx(1 / 2), "social": 1}


def test_sentiment_leaves_out_what_is_no_tone_and_lies_between_its_ends() -> None:
    mention = {"occurred_at": "2026-03-10", "source": "review", "text": "Words."}
    tables = {"mentions": [{**mention, "sentiment": s} for s in (0.05, 0.051, -0.9, -1, 1.01)]}
    cell = one(tables, "sentiment")
    # 0.05 is neutral, 0.051 good, two are bad
    assert (cell["value"], cell["n"]) == (pytest.approx(-1 / 4), 4)
    assert -1 <= cell["low"] <= cell["value"] <= cell["high"] <= 1
    assert cell["note"] == "1 text with a sentiment outside -1 to 1 left out."


def test_a_customer_filter_says_how_many_texts_have_no_customer() -> None:
    tables = {
        "survey_responses": [said("The export is great."), said("It is great.", customer=None)],
        "customers": [{"customer_id": "a", "region": "EU"}],
    }
    cell = one(tables, "qualitative_customer_feedback", where={"region": ["EU"]})
    assert (cell["value"], cell["note"]) == (1, "1 text without a customer left out.")


# --- first contacts ----------------------------------------------------------------------------------------------


def lead(number: int, hours: float | None, customer: str | None = None, day: str = "2026-03-02") -> dict[str, Any]:
    created = datetime.fromisoformat(day)
    contact = None if hours is None else created + timedelta(hours=hours)
    return {"lead_id": f"l{number}", "customer_id": customer, "created_at": created, "first_contact_at": contact}


def ours(customer: str, moment: str, direction: str | None = "ours") -> dict[str, Any]:
    return {"customer_id": customer, "occurred_at": moment, "kind": "email", "direction": direction}


def test_leads_wait_for_their_first_contact() -> None:
    tables = {"leads": [lead(0, 1), lead(1, 3), lead(2, 8), lead(3, None), lead(4, -1), lead(5, 24 * 300)]}
    cell = one(tables, "lead_response_time")
    assert (cell["value"], cell["numerator"], cell["n"]) == (3, 12, 3)
    assert cell["note"] == "1 lead contacted before it was created left out."
    beside = items(tables, "lead_response_time", beside=True)
    # the contact of next January has not happened yet
    assert (beside["mean"], beside["open"]) == (4, 2)


def test_business_hours_are_said() -> None:
    # Friday 16:00 to Monday 10:00: an hour on either side
    tables = {"leads": [lead(0, 66, day="2026-03-06 16:00")]}
    assert one(tables, "lead_response_time")["value"] == 66
    with make_version(tables, settings={"response_hours": "business"}) as con:
        cell = compute(con, ["lead_response_time"], Slice.of("month", **MARCH), as_of="2026-04-01").iloc[0]
    assert (cell["value"], cell["note"]) == (2, "In business hours.")


def test_after_onboarding_only_our_own_word_counts() -> None:
    done = {"milestone": "onboarding_completed", "reached_at": "2026-03-10 12:00"}
    tables = {
        "milestones": [
            *({"customer_id": c, **done} for c in "abc"),
            {"customer_id": "d", "user_id": "u", "milestone": "onboarding_completed", "reached_at": "2026-03-11"},
            {"customer_id": "d", "milestone": "onboarding_completed", "reached_at": "2026-03-12"},
        ],
        "touchpoints": [
            ours("a", "2026-03-10 11:00"),
            ours("a", "2026-03-10 14:00"),
            ours("a", "2026-03-10 13:00", "theirs"),
            ours("b", "2026-03-10 12:00"),
            ours("c", "2026-03-11 12:00", None),
            ours("d", "2026-03-12 10:00", "Ours"),
        ],
    }
    # a 2, b at once, c waits (nobody said who wrote), d 10 from the account's own completion
    cell = one(tables, "lead_response_time_post_onboarding")
    assert (cell["value"], cell["numerator"], cell["n"]) == (2, 12, 3)
    assert items(tables, "lead_response_time_post_onboarding", beside=True)["open"] == 1
    assert one(tables, "lead_response_time_post_onboarding", as_of="2026-03-12 09:00")["n"] == 2


def test_each_newcomer_is_met_once() -> None:
    tables = {
        "leads": [lead(0, 2), lead(1, 5, "a"), lead(2, 1, "a", "2026-03-20"), lead(3, None, "b"), lead(4, -3, "e")],
        "customers": [{"customer_id": c, "signed_up_on": "2026-03-16"} for c in "abcd"],
        "touchpoints": [
            ours("a", "2026-03-02 03:00"),
            ours("b", "2026-03-01 23:00"),
            ours("b", "2026-03-02 08:00"),
            ours("c", "2026-03-17 00:00"),
            ours("e", "2026-03-02 01:00"),
        ],
    }
    # the lead alone 2; a 3, sooner than its lead's 5; b 8; c 24 from its sign-up; d waits; e is backwards
    cell = one(tables, "time_to_first_contact")
    assert (cell["value"], cell["numerator"], cell["n"]) == ((3 + 8) / 2, 2 + 3 + 8 + 24, 4)
    assert cell["note"] == "1 newcomer contacted before its conversion left out."
    assert items(tables, "time_to_first_contact", beside=True)["open"] == 1


def test_a_sign_up_begins_at_midnight_of_the_workspaces_zone() -> None:
    tables = {
        "customers": [{"customer_id": "c", "signed_up_on": "2026-03-16"}],
        "touchpoints": [ours("c", "2026-03-16 00:30"), ours("c", "2026-03-16 05:00")],
    }
    # midnight in New York is 4:00 UTC in March: the first mail came before
    with make_version(tables, settings={"timezone": "America/New_York"}) as con:
        cell = compute(con, ["time_to_first_contact"], Slice.of("month", **MARCH), as_of="2026-04-01").iloc[0]
    assert cell["value"] == 1


# --- all of them -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kpi", NEW)
def test_segments_add_up_and_rows_open(kpi: str) -> None:
    con = kept_version(company())
    how = {"since": "2025-04-01", "until": "2026-04-01"}
    both = compute(con, [kpi], Slice.of("quarter", by="region", **how), totals=True)
    both = both[both["item"].isna() & (both["level"] == "period")]
    whole = both[both["total"]].set_index("period")
    assert whole["n"].gt(0).all()
    for part in ("numerator", "n"):
        summed = both[~both["total"]].groupby("period")[part].sum()
        assert summed.tolist() == pytest.approx(whole[part].tolist())
    for period, cell in whole.iterrows():
        behind = rows(con, kpi, period, Slice.of("quarter", **how))
        assert behind["_value"].astype(float).sum() == pytest.approx(cell["numerator"])
        assert behind["_source"].notna().all()
        if CATALOGUE[kpi].unit == "hours":
            assert behind["_value"].median() == pytest.approx(cell["value"])


@pytest.mark.parametrize("kpi", ["support_tickets", "sentiment"])
def test_items_with_rows_of_their_own_open_to_them(kpi: str) -> None:
    con = kept_version(company())
    asked = Slice.of("quarter", since="2025-04-01", until="2026-04-01")
    frame = compute(con, [kpi], asked)
    found = frame[frame["item"].notna() & (frame["n"] > 0)]
    assert len(found) > 6
    for _, cell in found.iterrows():
        behind = rows(con, kpi, cell["period"], asked, item=cell["item"])
        assert behind["_value"].sum() == cell["numerator"]
        assert pd.isna(cell["low"]) or cell["low"] <= cell["value"] <= cell["high"]


def test_a_segment_of_sentiment_is_the_same_alone() -> None:
    con = kept_version(company())
    how = {"since": "2025-04-01", "until": "2026-04-01"}
    split = compute(con, ["sentiment"], Slice.of("quarter", by="region", **how))
    split = split[split["region"] == "EU"].dropna(subset="item").set_index(["item", "period"])
    alone = compute(con, ["sentiment"], Slice.of("quarter", where={"region": ["EU"]}, **how))
    alone = alone.dropna(subset="item").set_index(["item", "period"])
    columns = ["value", "numerator", "denominator", "n", "low", "high"]
    pd.testing.assert_frame_equal(split[columns].sort_index(), alone[columns].sort_index(), check_dtype=False)


def bare(row: dict[str, Any], column: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != column}


@pytest.mark.parametrize(("tables", "kpi", "lacks"), [
    ({"tickets": [{"ticket_id": "t", "created_at": "2026-03-01"}]}, "resolution_rate", ["tickets.resolved_at"]),
    ({"leads": [{"lead_id": "l", "created_at": "2026-03-01"}]}, "lead_response_time", ["leads.first_contact_at"]),
    ({"touchpoints": [bare(ours("a", "2026-03-01"), "direction")]}, "lead_response_time_post_onboarding",
     ["milestones.milestone", "milestones.reached_at", "milestones.customer_id", "touchpoints.direction"]),
    ({"touchpoints": [ours("a", "2026-03-01")]}, "time_to_first_contact", ["leads.customer_id"]),
    ({"touchpoints": [bare(note("Good."), "notes")]}, "qualitative_customer_feedback", ["touchpoints.notes"]),
    ({"tickets": []}, "support_tickets", ["tickets.created_at"]),
])  # fmt: skip
def test_what_is_missing_is_named(tables: dict[str, Any], kpi: str, lacks: list[str]) -> None:
    with make_version(tables) as con:
        assert computable(con).set_index("id").loc[kpi, "needs"] == lacks
