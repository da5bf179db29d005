"""Closing the loop: the list, how fast, and what the next answers say; each test shows its arithmetic."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest
from scipy import stats

from cs_metrics.analysis.feedback.loop import loop
from cs_metrics.analysis.feedback.loop.bad_answers import TABLE
from cs_metrics.analysis.feedback.loop.loop_words import hours, moved_words, speed_words
from cs_metrics.errors import QueryError
from cs_metrics.kpis import intervals
from cs_metrics.settings import resolve
from tests.support import make_version

AS_OF = "2025-03-01"
FEW = resolve({"minimum_n": 1})


def answer(customer, at, score, survey="nps", **more):
    return {"customer_id": customer, "survey": survey, "responded_at": datetime.fromisoformat(at), "score": score,
            **more}  # fmt: skip


def touch(customer, at, direction="ours", **more):
    return {"customer_id": customer, "occurred_at": datetime.fromisoformat(at), "kind": "call",
            "direction": direction, **more}  # fmt: skip


ANSWERS = [
    answer("a", "2025-01-10T12:00", 3, comment="slow"),
    answer("a", "2025-02-10T12:00", 8),
    answer("b", "2025-01-10T12:00", 5),
    answer("b", "2025-02-10T12:00", 6),  # the same person twice, both times a detractor
    answer("c", "2025-01-20T12:00", 0),
    answer("d", "2025-01-20T12:00", 9),
    answer("e", "2025-02-28T18:00", 2),  # its first day is not over
    answer("f", "2025-03-05T12:00", 1),  # after the as-of
    answer("g", "2025-01-20T12:00", 1, respondent_type="employee"),
]
TOUCHES = [
    touch("a", "2025-01-09T12:00"),  # before the answer
    touch("a", "2025-01-10T18:00", "theirs"),
    touch("a", "2025-01-11T06:00"),  # 18 hours after
    touch("c", "2025-01-20T13:00", attended=False),
    touch("c", "2025-02-25T12:00"),  # 36 days after: listed, but no contact about the answer
]
PEOPLE = [{"customer_id": c, "csm": "Kim", "name": c.upper()} for c in "ab"]


@pytest.fixture(scope="module")
def con():
    return make_version({"survey_responses": ANSWERS, "touchpoints": TOUCHES, "customers": PEOPLE}, as_of=AS_OF)


def kept(key, state=None, **more):
    return {"follow_up": key, "state": state or "open", "owner": None, "note": "", "contacted_at": None,
            "changed_at": datetime(2025, 3, 2), "who": "me", **more}  # fmt: skip


def test_every_bad_answer_is_open_by_itself_the_latest_first(con):
    frame = loop.follow_ups(con, resolve(), AS_OF, [])
    assert frame[["customer_id", "score", "age", "owner", "state"]].values.tolist() == [
        ["e", 2, 0, "", "open"],
        ["b", 6, 18, "Kim", "open"],
        ["c", 0, 39, "", "open"],
        ["a", 3, 49, "Kim", "open"],
        ["b", 5, 49, "Kim", "open"],
    ]
    assert frame["follow_up"].is_unique
    assert frame.set_index("customer_id").loc["c", "touched_at"] == datetime(2025, 2, 25, 12)
    assert frame["_row"].tolist() == [8, 5, 6, 2, 4]


def test_the_kpi_counts_fewer_where_only_the_last_answer_counts(con):
    found = loop.summary(con, resolve(), AS_OF, [])
    # a's last answer is an 8, and b's two are one respondent's
    assert (found.answers, found.counts, found.of) == (5, 3, "detractor")


def test_what_is_kept_goes_before_what_the_data_say(con):
    keys = loop.follow_ups(con, resolve(), AS_OF, []).set_index(["customer_id", "score"])["follow_up"]
    held = [
        kept(keys["c", 0], "contacted", owner="Ann", note="called", contacted_at=datetime(2025, 1, 20, 15)),
        kept(keys["a", 3], owner=""),
    ]
    frame = loop.follow_ups(con, resolve(), AS_OF, held).set_index(["customer_id", "score"])
    assert frame.loc[("c", 0), ["state", "owner", "note", "who"]].tolist() == ["contacted", "Ann", "called", "me"]
    assert frame.loc[("a", 3), "owner"] == ""
    assert loop.follow_ups(con, resolve(), AS_OF, held, state="contacted")["score"].tolist() == [0]
    assert loop.follow_ups(con, resolve(), AS_OF, held, owner="Kim")["score"].tolist() == [6, 5]
    assert loop.follow_ups(con, resolve(), AS_OF, held, owner="")["score"].tolist() == [2, 3]
    found = loop.summary(con, resolve(), AS_OF, held)
    assert found.states.set_index("state")["answers"].to_dict() == {"open": 4, "contacted": 1, "resolved": 0}
    speed = found.speed.set_index("source")
    # four answers are a day old; c is kept as contacted after 3 hours, a has a touchpoint after 18
    assert speed[["n", "within_day", "contacted", "hours"]].values.tolist() == [
        [4, 1, 1, 3.0],
        [4, 1, 1, 18.0],
        [4, 2, 2, 10.5],
    ]
    low, high = intervals.wilson(2, 4)
    assert speed.loc["either", ["low", "high"]].tolist() == pytest.approx([float(low), float(high)])
    assert speed_words(found)[0] == (
        "Contacted within a day, by what is kept here: 1 of 4 whose first day is over, 25% (5% to 70%). Of the 1 "
        "contacted at all half were within 3 hours."
    )
    ages = found.ages.set_index("age")["answers"].to_dict()
    assert ages == {"up to a day": 1, "up to a week": 0, "up to 30 days": 1, "up to 90 days": 2, "older": 0}


def test_the_next_answers_of_those_contacted_beside_the_others(con):
    found = loop.summary(con, FEW, AS_OF, []).moved
    # a (contacted): 3 to 8; b: 5 to 6, its second bad answer has no next
    groups = found.groups.set_index("contacted")
    assert groups[["customers", "first", "change", "left"]].values.tolist() == [[1, 5, 1, 0], [1, 3, 5, 1]]
    assert (found.customers, found.again, found.unit) == (4, 2, "points")
    assert found.difference[0] == 4
    assert np.isnan(found.adjusted[0])
    assert "too few" in " ".join(moved_words(loop.summary(con, resolve(), AS_OF, []).moved))


def test_the_next_answer_is_looked_for_after_the_range_and_whatever_the_filter(con):
    january = {"since": "2025-01-01", "until": "2025-02-01"}
    assert loop.summary(con, FEW, AS_OF, [], **january).moved.again == 2
    assert loop.summary(con, FEW, AS_OF, [], where={"customer_id": ["a"]}, **january).moved.again == 1
    assert loop.summary(con, FEW, AS_OF, [], within={"customer_id": ["c"]}, **january).moved.again == 0


def test_no_bad_answers_is_no_error():
    con = make_version({"survey_responses": [answer("a", "2025-01-10", 10)]}, as_of=AS_OF)
    found = loop.summary(con, resolve(), AS_OF, [])
    assert (found.answers, found.counts, found.touchpoints) == (0, 0, False)
    assert loop.follow_ups(con, resolve(), AS_OF, []).empty
    assert speed_words(found) == ["No answer's first day is over yet."]
    assert moved_words(found.moved) == ["Nobody gave a bad answer."]


def test_all_contacted_is_not_compared(con):
    keys = loop.follow_ups(con, resolve(), AS_OF, [])["follow_up"]
    held = [kept(key, "contacted", contacted_at=datetime(2025, 1, 1)) for key in keys]
    found = loop.summary(con, FEW, AS_OF, held)
    assert found.speed.set_index("source").loc["kept", ["share", "hours"]].tolist() == [1, 0]
    assert found.moved.groups["customers"].tolist() == [0, 2]
    assert not found.moved.enough
    assert found.ages["answers"].sum() == 0


def test_other_surveys_have_their_own_worst_category(con):
    rows = [answer(c, "2025-01-10", s, survey="csat") for c, s in (("a", 5), ("b", 3))]
    rated = [{"ticket_id": "t1", "customer_id": "a", "created_at": datetime(2025, 1, 3), "satisfaction": 2}]
    survey = make_version({"survey_responses": rows, "tickets": rated}, as_of=AS_OF)
    assert loop.follow_ups(survey, resolve(), AS_OF, [], survey="csat")["score"].tolist() == [3]
    tickets = make_version({"tickets": rated}, as_of=AS_OF)
    frame = loop.follow_ups(tickets, resolve(), AS_OF, [], survey="csat")
    assert frame[["customer_id", "score"]].values.tolist() == [["a", 2]]


def test_a_key_is_of_the_answer_not_of_its_file_and_row():
    rows = [*ANSWERS[:5], answer("a", "2025-01-11", 1, user_id="u"), answer("a", "2025-01-11", 1, user_id="v")]
    nameless = [answer(None, "2025-01-12", score) for score in (4, 6, 6)]
    rows += [*nameless, answer("z", "2025-01-12", 3, response_id="r1")]
    one = make_version({"survey_responses": rows}, as_of=AS_OF)
    # in another order, and the answer that has an id corrected
    corrected = [*rows[-2::-1], answer("y", "2025-01-13", 2, response_id="r1")]
    other = make_version({"survey_responses": corrected}, as_of=AS_OF)
    first, second = (loop.follow_ups(con, resolve(), AS_OF, [])["follow_up"] for con in (one, other))
    assert first.is_unique
    assert len(first) == 10
    assert set(first) == set(second)


def test_words_of_the_list_are_checked(con):
    with pytest.raises(QueryError, match="Did you mean 'open'"):
        loop.follow_ups(con, resolve(), AS_OF, [], state="opened")
    with pytest.raises(QueryError, match="whole number from 1"):
        loop.follow_ups(con, resolve(), AS_OF, [], limit=0)


def test_a_contact_of_the_worst_off_is_not_taken_for_its_effect():
    """Nobody is helped: every next answer is drawn anew, and whoever began lowest was contacted. As they are those rise
    more, for there is more room; at the same first score they do not."""
    rng = np.random.default_rng(4)
    rows, touches = [], []
    for number in range(240):
        name, first = f"c{number:03}", int(rng.integers(0, 7))
        rows += [answer(name, "2025-01-05", first), answer(name, "2025-02-05", int(rng.integers(2, 10)))]
        if rng.random() < (0.9 if first < 3 else 0.2):
            touches.append(touch(name, "2025-01-07"))
    con = make_version({"survey_responses": rows, "touchpoints": touches}, as_of=AS_OF)
    found = loop.summary(con, resolve(), AS_OF, []).moved
    assert found.difference[1] > 1
    assert found.adjusted[1] < 0 < found.adjusted[2]
    assert "chance alone could make that" in " ".join(moved_words(found))

    # the same by ordinary least squares over the pairs themselves
    pairs = con.execute(
        f"SELECT coalesce(contact_at < next_at, FALSE) AS contacted, score, next_score - score AS change FROM {TABLE} "
        "WHERE next_at IS NOT NULL"
    ).df()
    x = np.column_stack([np.ones(len(pairs)), pairs["contacted"], pairs["score"]]).astype(float)
    y = pairs["change"].to_numpy(float)
    slope, residual = np.linalg.lstsq(x, y, rcond=None)[:2]
    error = np.sqrt(residual[0] / (len(y) - 3) * np.linalg.inv(x.T @ x)[1, 1])
    half = stats.t.ppf(0.975, len(y) - 3) * error
    assert found.adjusted == pytest.approx((slope[1], slope[1] - half, slope[1] + half))


def test_times_are_said_in_the_unit_that_fits():
    assert [hours(h) for h in (0, 0.5, 1, 47, 49)] == ["0 minutes", "30 minutes", "1 hour", "47 hours", "2 days"]
