"""What accounts did after an answer, from tables by hand: whose clock starts, what is counted, and who is behind it."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest

from cs_metrics.analysis.feedback.after import after, clocks, stayed
from cs_metrics.analysis.feedback.after.measures import MEASURES
from cs_metrics.errors import NotComputableError, QueryError
from cs_metrics.kpis import intervals
from tests.support import make_version

AS_OF = "2025-07-01"
SETTINGS = {"minimum_n": 1, "fresh_days": 3650}


def paying(customer, start, end=None, amount=100.0, **more):
    ended = None if end is None else date.fromisoformat(end)
    return {
        "customer_id": customer,
        "start_date": date.fromisoformat(start),
        "end_date": ended,
        "amount": amount,
    } | more


def answer(customer, when, score, **more):
    row = {
        "customer_id": customer,
        "survey": "nps",
        "score": float(score),
        "responded_at": datetime.fromisoformat(when),
    }
    return row | more


# By hand, 90 days after the answers. The data end on 1 July: the days of answers up to 2 April are over.
# p1 (promoter, 1 January) refers on 31 January, and its MRR rises from 100 to 150 on 1 March.
# p2 (promoter, 1 February) has two tickets, on the day after and on the 90th day; a third one on the 91st.
# d1 (detractor, 1 January) leaves on 1 April, its 90th day; d2 (detractor, 1 January) on 2 April, its 91st.
# d3 (detractor, 1 June): its days are not over, though it has left already.
# n1 (passive, 1 January) pays 100, then 60. g1 had left a month before it answered; b1 answers before it is a customer.
SUBSCRIPTIONS = [
    paying("p1", "2024-01-01", "2025-03-01"), paying("p1", "2025-03-01", amount=150.0),
    paying("p2", "2024-01-01"),
    paying("d1", "2024-01-01", "2025-04-01"), paying("d2", "2024-01-01", "2025-04-02"),
    paying("d3", "2024-01-01", "2025-06-10"),
    paying("n1", "2024-01-01", "2025-02-01"), paying("n1", "2025-02-01", amount=60.0),
    paying("g1", "2024-01-01", "2024-12-01"), paying("b1", "2025-03-01"),
]  # fmt: skip
ANSWERS = [
    answer("p1", "2025-01-01", 10), answer("p2", "2025-02-01", 9), answer("d1", "2025-01-01", 2),
    answer("d2", "2025-01-01", 6), answer("d3", "2025-06-01", 0), answer("n1", "2025-01-01", 8),
    answer("g1", "2025-01-01", 1), answer("b1", "2025-02-01", 7), answer("x1", "2025-02-01", 3),
]  # fmt: skip
TICKETS = [
    {"ticket_id": f"t{n}", "customer_id": "p2", "created_at": datetime.fromisoformat(when)}
    for n, when in enumerate(["2025-02-01", "2025-02-02", "2025-05-02", "2025-05-03", "2025-06-30"])
]
REFERRALS = [{"referrer_customer_id": "p1", "made_at": datetime(2025, 1, 31)},
             {"referrer_customer_id": "d1", "made_at": datetime(2024, 12, 31)}]  # fmt: skip
TABLES = {
    "subscriptions": SUBSCRIPTIONS,
    "survey_responses": ANSWERS,
    "tickets": TICKETS,
    "referrals": REFERRALS,
}


@pytest.fixture(scope="module")
def company():
    return make_version(TABLES, as_of=AS_OF)


def cell(found, measure, category):
    frame = found.frame
    return frame[(frame["measure"] == measure) & (frame["category"] == category)].iloc[0]


def test_the_shares_by_hand(company):
    found = after.after(company, SETTINGS, AS_OF, days=90)
    assert found.looked == {"answers": 9, "accounts": 9, "clocks": 6, "nobody": 0, "left": 1, "before": 1, "unknown": 1}
    # d1 leaves within 90 days, d2 a day later, d3's days are not over whatever it did
    left = cell(found, "left", "detractor")
    assert (left["n"], left["happened"], left["waiting"], left["value"]) == (2, 1, 1, 0.5)
    assert (left["low"], left["high"]) == pytest.approx(tuple(float(v) for v in intervals.wilson(1, 2)))
    assert cell(found, "left", "all")[["n", "happened", "waiting"]].tolist() == [5, 1, 1]
    assert cell(found, "expanded", "promoter")[["n", "happened"]].tolist() == [2, 1]
    assert cell(found, "contracted", "passive")[["n", "happened", "value"]].tolist() == [1, 1, 1.0]
    # who left pays nothing, which is no contraction but a loss; d2 still pays on its 90th day
    assert cell(found, "contracted", "detractor")["happened"] == 0
    assert cell(found, "mrr_kept", "detractor")["value"] == pytest.approx(100 / 200)
    assert cell(found, "mrr_kept", "all")["value"] == pytest.approx((150 + 100 + 60 + 0 + 100) / 500)
    assert cell(found, "referred", "promoter")[["n", "happened"]].tolist() == [2, 1]
    assert cell(found, "referred", "detractor")["happened"] == 0  # d1's was the day before it answered
    # of five tickets two lie after the answer and within 90 days of it, the last at the last instant
    assert cell(found, "tickets", "promoter")["value"] == 2 / 2
    assert found.missing == {"usage": ("events.occurred_at",)}
    assert "usage" not in set(found.frame["measure"])


def test_use_after_against_use_before():
    def events(customer, **per_day):
        days = [datetime.fromisoformat(day.replace("_", "-")[1:]) for day, n in per_day.items() for _ in range(n)]
        return [{"customer_id": customer, "occurred_at": day, "event": "x"} for day in days]

    # ten days before and after 20 January, whose own events are in neither: a 4 then 2, b 2 then 3, c nothing.
    # d became a customer within the ten days before.
    acts = events("a", d2025_01_10=1, d2025_01_19=3, d2025_01_20=9, d2025_01_21=1, d2025_01_30=1, d2025_01_31=5)
    acts += events("b", d2025_01_11=2, d2025_01_25=3) + events("d", d2025_01_19=1) + events("z", d2024_01_01=1)
    rows = [paying(c, "2024-06-01") for c in "abc"] + [paying("d", "2025-01-15")]
    answers = [answer(c, "2025-01-20T12:00", 10) for c in "abcd"]
    con = make_version({"subscriptions": rows, "survey_responses": answers, "events": acts}, as_of=AS_OF)
    row = cell(after.after(con, SETTINGS, AS_OF, days=10), "usage", "promoter")
    assert row[["n", "apart", "waiting", "x", "y"]].tolist() == [2, 2, 0, 6, 5]
    assert row["value"] == pytest.approx(5 / 6 - 1)
    behind = after.after_rows(con, SETTINGS, AS_OF, measure="usage", days=10)
    assert behind[["customer_id", "before", "after"]].to_numpy().tolist() == [["b", 2, 3], ["a", 4, 2]]
    # ten whole days after an answer of the twentieth are over when the thirtieth is
    assert cell(after.after(con, SETTINGS, "2025-01-31", days=10), "usage", "all")["n"] == 2
    early = cell(after.after(con, SETTINGS, "2025-01-30", days=10), "usage", "all")
    assert (early["n"], early["waiting"]) == (0, 3)


def test_every_number_opens_to_as_many_accounts(company):
    days = 90
    found = after.after(company, SETTINGS, AS_OF, days=days)
    for row in found.frame.to_dict("records"):
        category = None if row["category"] == "all" else row["category"]
        for part, count in [("counted", "n"), *((p, p) for p in ("happened", "waiting", "apart"))]:
            behind = after.after_rows(company, SETTINGS, AS_OF, measure=row["measure"], category=category,
                                      part=part, days=days)  # fmt: skip
            assert len(behind) == row[count], (days, row["measure"], category, part)
            assert behind["customer_id"].is_unique
        clocks_of = cell(found, "left", row["category"])
        assert row["n"] + row["waiting"] + row["apart"] == clocks_of["n"] + clocks_of["waiting"]
        if row["category"] == "all":
            assert clocks_of["n"] + clocks_of["waiting"] == found.looked["clocks"]


def test_the_rows_behind_a_number_say_where_they_come_from(company):
    left = after.after_rows(company, SETTINGS, AS_OF, measure="left", part="happened", days=90).iloc[0]
    assert (left["customer_id"], left["left_at"], left["until"]) == (
        "d1", pd.Timestamp("2025-04-01"), pd.Timestamp("2025-04-01")
    )  # fmt: skip
    assert (left["_source"], left["_row"]) == ("survey_responses.csv", 4)
    assert left["_rows"] == "subscriptions.csv: 5; survey_responses.csv: 4"
    more = after.after_rows(company, SETTINGS, AS_OF, measure="expanded", part="happened", days=90).iloc[0]
    assert (more["customer_id"], more["before"], more["after"]) == ("p1", 100, 150)
    assert more["_rows"] == "subscriptions.csv: 2, 3; survey_responses.csv: 2"
    asked = after.after_rows(company, SETTINGS, AS_OF, measure="tickets", category="promoter", days=90)
    assert asked["after"].tolist() == [2, 0]
    assert "tickets.csv: 3, 4" in asked["_rows"].iloc[0]
    assert len(company.execute(after.after_sql(company, SETTINGS, AS_OF)).df())


def test_answers_outside_a_customers_time_are_apart(company):
    for status, who in (("left", "g1"), ("before", "b1"), ("unknown", "x1")):
        found = clocks.outside(company, SETTINGS, AS_OF, status=status)
        assert found["customer_id"].tolist() == [who]
    gone = clocks.outside(company, SETTINGS, AS_OF)
    assert gone["left_at"].tolist() == [pd.Timestamp("2024-12-01")]
    with pytest.raises(QueryError, match="Did you mean 'left'"):
        clocks.outside(company, SETTINGS, AS_OF, status="lefd")


@pytest.fixture(scope="module")
def several():
    """Accounts that answered several times, or while they were no customers."""
    lives = [paying(c, "2024-01-01") for c in ("first", "tied")]
    lives += [paying("back", "2024-01-01", "2024-06-01"), paying("back", "2025-02-01"), paying("new", "2025-02-01")]
    answers = [answer("first", "2025-03-01", 10, user_id="u"), answer("first", "2025-01-01", 3, user_id="u")]
    answers += [answer("tied", "2025-01-01", s, user_id=f"u{s}") for s in (10, 2, 8)]
    answers += [answer("back", "2024-06-01", 1), answer("back", "2025-02-03", 9)]
    answers += [answer("new", "2025-01-31T23:59", 1), answer("new", "2025-02-01T00:00", 8)]
    return make_version({"subscriptions": lives, "survey_responses": answers}, as_of=AS_OF)


def started(con, customer, **words):
    """The categories and days of the clocks of an account."""
    made = clocks.clocks(con, SETTINGS, AS_OF, where={"customer_id": [customer]}, **words)
    frame = made.run(con, "SELECT category, answered_at FROM clocks")
    return [(category, f"{when:%Y-%m-%d}") for category, when in frame.itertuples(index=False)]


def test_the_first_answer_starts_the_clock_and_gives_the_category(several):
    # one respondent's last answer, the workspace's rule, would look ahead: who stays answers again
    assert started(several, "first") == [("detractor", "2025-01-01")]
    assert started(several, "first", since="2025-02-01") == [("promoter", "2025-03-01")]


def test_of_answers_at_one_instant_the_lowest_holds(several):
    assert started(several, "tied") == [("detractor", "2025-01-01")]


def test_an_answer_given_while_no_customer_starts_no_clock_a_later_one_does(several):
    assert started(several, "back") == [("promoter", "2025-02-03")]
    assert started(several, "back", until="2025-01-01") == []
    # on the day on which a customer starts, at whatever hour, it is one
    assert started(several, "new") == [("passive", "2025-02-01")]


def test_no_answers_one_account_and_an_answer_on_the_last_day():
    lives = [paying("a", "2024-01-01")]
    con = make_version({"subscriptions": lives, "survey_responses": [answer("a", "2025-06-30T23:00", 3)]}, as_of=AS_OF)
    found = after.after(con, SETTINGS, AS_OF, days=1)
    assert cell(found, "left", "detractor")[["n", "waiting"]].tolist() == [0, 1]
    assert np.isnan(cell(found, "left", "detractor")["value"])
    assert found.pairs.empty
    assert "Nothing is compared" in found.sentences[0]
    curve = stayed.stayed(con, SETTINGS, AS_OF)
    assert curve.curve[["t", "at_risk", "events", "censored"]].to_numpy().tolist() == [[0, 1, 0, 1]]
    none = after.after(con, SETTINGS, AS_OF, since="2025-01-01", until="2025-02-01")
    assert none.looked["answers"] == 0
    assert (none.frame["n"] == 0).all()
    empty = stayed.stayed(con, SETTINGS, AS_OF, since="2025-01-01", until="2025-02-01")
    assert empty.curve.empty
    assert empty.verdict == ""


def test_what_is_missing_is_named():
    con = make_version({"survey_responses": [answer("a", "2025-01-01", 3)], "tickets": TICKETS}, as_of=AS_OF)
    found = after.after(con, SETTINGS, AS_OF, days=90)
    assert set(found.missing) == set(MEASURES) - {"tickets"}
    assert cell(found, "tickets", "detractor")["n"] == 1
    with pytest.raises(NotComputableError, match="How long they stayed is not computable: it needs"):
        stayed.stayed(con, SETTINGS, AS_OF)
    with pytest.raises(QueryError, match=r"it needs referrals\.made_at"):
        after.after_rows(con, SETTINGS, AS_OF, measure="referred")
    alone = make_version({"survey_responses": [{"survey": "nps", "score": 3.0, "responded_at": date(2025, 1, 1)}]})
    with pytest.raises(NotComputableError, match=r"needs survey_responses\.customer_id"):
        after.after(alone, SETTINGS, AS_OF)


@pytest.mark.parametrize(
    ("words", "message"),
    [({"measure": "lefd"}, "Did you mean 'left'"), ({"measure": "left", "part": "x"}, "There is no part"),
     ({"measure": "left", "category": "satisfied"}, "There is no category"),
     ({"measure": "left", "days": 0}, "from 1 to 3,650")],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(company, words, message):
    with pytest.raises(QueryError, match=message):
        after.after_rows(company, SETTINGS, AS_OF, **words)


def test_the_curve_by_hand_agrees_with_the_share(company):
    found = stayed.stayed(company, SETTINGS, AS_OF)
    low = found.curve[found.curve["category"] == "detractor"].set_index("t")
    # d1 on day 90 and d2 on day 91 of 181 known, d3 on day 9 of 30
    assert low[low["events"] > 0].index.tolist() == [9, 90, 91]
    assert low["at_risk"].reindex([0, 9, 10, 90, 91]).tolist() == [3, 3, 2, 2, 1]
    assert low["survival"].reindex([9, 90]).tolist() == pytest.approx([2 / 3, 1 / 3])
    for t, part, count in ((90, "left", 1), (90, "at_risk", 2), (9, "left", 1), (0, "censored", 0)):
        rows = stayed.stayed_rows(company, SETTINGS, AS_OF, t=t, category="detractor", part=part)
        assert len(rows) == count
    # among those whose days are over, the curve and the share count the same leavings
    old = stayed.stayed(company, SETTINGS, AS_OF, until="2025-03-01")
    share = cell(after.after(company, SETTINGS, AS_OF, days=90, until="2025-03-01"), "left", "detractor")
    there = old.curve[(old.curve["category"] == "detractor") & (old.curve["t"] == 90)].iloc[0]
    assert there["survival"] == pytest.approx(1 - share["value"])


def test_a_leaving_on_the_day_of_the_answer_is_its_first_day():
    lives = [paying("a", "2024-01-01", "2025-01-02")]
    con = make_version({"subscriptions": lives, "survey_responses": [answer("a", "2025-01-01T18:00", 3)]}, as_of=AS_OF)
    curve = stayed.stayed(con, SETTINGS, AS_OF).curve
    assert curve[["t", "at_risk", "events"]].to_numpy().tolist() == [[0, 1, 0], [1, 1, 1]]
    assert cell(after.after(con, SETTINGS, AS_OF, days=1), "left", "detractor")["happened"] == 1


def test_who_came_back_has_left_and_is_said():
    lives = [paying("a", "2024-01-01", "2025-02-01"), paying("a", "2025-04-01"), paying("b", "2024-01-01")]
    answers = [answer(c, "2025-01-01", 3) for c in "ab"]
    con = make_version({"subscriptions": lives, "survey_responses": answers}, as_of=AS_OF)
    found = stayed.stayed(con, SETTINGS, AS_OF)
    assert (found.returned, int(found.curve["events"].sum())) == (1, 1)


def test_where_ratings_of_tickets_or_silence_stand_in_it_is_said():
    tickets = [{"ticket_id": "1", "customer_id": "a", "created_at": datetime(2025, 1, 1), "satisfaction": 5.0}]
    acts = [{"customer_id": "a", "occurred_at": datetime(2025, 1, 1), "event": "x"}]
    con = make_version({"tickets": tickets, "events": acts}, as_of=AS_OF)
    found = after.after(con, SETTINGS, AS_OF, survey="csat", days=100)
    assert [note.partition(".")[0] for note in found.notes] == [
        "Nothing says who left: here an account has left 90 days after its last order or event",
        "Ratings of tickets stand for the survey",
    ]
    assert cell(found, "left", "satisfied")[["n", "happened"]].tolist() == [1, 1]
