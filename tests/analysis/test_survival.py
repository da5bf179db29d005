"""Survival from tables by hand: what a life is, when it counts, who is behind a step, and what is said of it."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cs_metrics.analysis.survival import curve, lives, survived
from cs_metrics.analysis.survival.words import median_sentence
from cs_metrics.errors import NotComputableError, QueryError
from cs_metrics.kpis import compute
from cs_metrics.sql import literal
from tests.support import make_version

AS_OF = "2025-07-01"
SETTINGS = {"minimum_n": 1, "fresh_days": 3650}


def subscription(customer, start, end=None, **more):
    given_end = None if end is None else date.fromisoformat(end)
    return {
        "customer_id": customer,
        "start_date": date.fromisoformat(start),
        "end_date": given_end,
        "amount": 10.0,
    } | more


# By hand: a leaves in month 2 (2025-03-01 is the end of month 2), b in month 1, c in month 3, d and e are still here.
# Whole months known to the first of July: a..c 6, d 3 (from 1 April), e 0 (from 15 June).
FIVE = [
    subscription("a", "2025-01-01", "2025-03-01"),
    subscription("b", "2025-01-01", "2025-01-20"),
    subscription("c", "2025-01-01", "2025-03-15"),
    subscription("d", "2025-04-01"),
    subscription("e", "2025-06-15"),
]


@pytest.fixture(scope="module")
def five():
    ticket = {"ticket_id": "1", "created_at": date(2025, 1, 1), "priority": "high"}
    return make_version({"subscriptions": FIVE, "tickets": [ticket]}, as_of=AS_OF)


@pytest.fixture(scope="module")
def lived():
    """Return a function that gives a version whose customers are active in these stretches: (customer, begins, ends or
    None, mrr)."""
    con = make_version({"subscriptions": FIVE}, as_of=AS_OF)

    def put(*stretches):
        rows = [
            f"({literal(who)}, TIMESTAMP '{begins}', TIMESTAMP '{ends or date(9999, 12, 31)}', "
            f"{mrr[0] if mrr else 10}, TRUE, 1, {number}, 'id{number}')"
            for number, (who, begins, ends, *mrr) in enumerate(stretches, start=2)
        ]
        con.execute(
            f"CREATE OR REPLACE TABLE fact_active AS SELECT * FROM (VALUES {', '.join(rows)}) "
            "AS v(customer_id, begins, ends, mrr, active, _source, _row, _id)"
        )
        return con

    return put


def test_a_table_by_hand(five):
    frame = survived.survival(five, SETTINGS, AS_OF)
    assert frame[["t", "at_risk", "events", "censored"]].to_numpy().tolist() == [
        [0, 5, 0, 1],  # e's first month is not over
        [1, 4, 1, 0],  # b
        [2, 3, 1, 0],  # a
        [3, 2, 1, 1],  # c leaves, of d no more is known
    ]
    assert frame["survival"].tolist() == pytest.approx([1, 3 / 4, 3 / 4 * 2 / 3, 3 / 4 * 2 / 3 * 1 / 2])
    # Greenwood at t = 1: log S has the variance 1 / (4 * 3); on log(-log S) the error is that by log S
    reach = np.exp(1.959963984540054 * np.sqrt(1 / 12) / abs(np.log(0.75)))
    assert frame["low"].iloc[1] == pytest.approx(0.75**reach)
    assert frame["high"].iloc[1] == pytest.approx(0.75 ** (1 / reach))
    told = survived.summary(five, SETTINGS, AS_OF)
    assert told.medians["median"].tolist() == [2.0]
    assert told.medians["sentence"][0].startswith("Of 5 customers, half have left by month 2 of their life")
    assert (told.verdict, told.test, told.notes, told.lives) == ("", None, [], 5)


@pytest.mark.parametrize(
    ("t", "part", "who"),
    [(0, "at_risk", "abcde"), (1, "at_risk", "abcd"), (1, "left", "b"), (3, "left", "c"), (3, "censored", "d"),
     (0, "censored", "e"), (2, "censored", ""), (9, "at_risk", "")],
)  # fmt: skip
def test_who_is_behind_a_step(five, t, part, who):
    frame = survived.survival_rows(five, SETTINGS, AS_OF, t=t, part=part)
    assert "".join(sorted(frame["customer_id"])) == who
    # rows are numbered from 2; a life of one row began and ended in it
    assert frame["_row"].tolist() == ["abcde".index(c) + 2 for c in frame["customer_id"]]


def test_a_leaving_in_a_month_of_life_that_is_not_over_waits_for_it(lived):
    con = lived(("a", "2025-06-10", "2025-06-20"), ("b", "2025-06-10", None))
    frame = survived.survival(con, SETTINGS, AS_OF)
    assert frame[["t", "at_risk", "events", "censored"]].to_numpy().tolist() == [[0, 2, 0, 2]]
    told = survived.summary(con, SETTINGS, AS_OF)
    assert any(n.startswith("1 customer left in a month of their life that would not be over yet") for n in told.notes)
    later = survived.survival(con, SETTINGS, "2025-07-10")
    assert later[["t", "at_risk", "events"]].to_numpy().tolist() == [[0, 2, 0], [1, 2, 1]]


def test_months_from_a_last_day_end_on_last_days(lived):
    con = lived(("a", "2025-02-28", "2025-04-30"), ("b", "2025-01-31", "2025-02-28"))
    frame = survived.survival(con, SETTINGS, AS_OF)
    assert frame.loc[frame["events"] > 0, "t"].tolist() == [1, 2]


def test_a_customer_that_came_back(lived):
    con = lived(("a", "2025-01-01", "2025-02-01"), ("a", "2025-04-01", "2025-06-01"))
    whole = survived.survival_rows(con, SETTINGS, AS_OF, t=0)
    assert whole[["t", "left", "parts", "_row"]].to_numpy().tolist() == [[5, True, 2, 3]]
    first = survived.survival_rows(con, SETTINGS, AS_OF, t=0, gaps="end")
    assert first[["t", "left", "parts", "_row"]].to_numpy().tolist() == [[1, True, 2, 2]]
    assert "the gaps included" in survived.summary(con, SETTINGS, AS_OF).notes[0]
    assert "ends at the first gap" in survived.summary(con, SETTINGS, AS_OF, gaps="end").notes[0]


def test_a_life_of_paying_begins_with_the_first_amount(lived):
    con = lived(("a", "2025-01-01", "2025-02-01", 0), ("a", "2025-02-01", "2025-05-01"))
    assert survived.survival_rows(con, SETTINGS, AS_OF, t=0)["t"].tolist() == [4]
    paid = survived.survival_rows(con, SETTINGS, AS_OF, t=0, start="paid")
    assert (paid["t"].tolist(), paid["started"].tolist()) == ([3], [pd.Timestamp("2025-02-01")])
    free = lived(("a", "2025-01-01", "2025-02-01", 0))
    with pytest.raises(NotComputableError, match="customers that pay"):
        survived.survival(free, SETTINGS, AS_OF, start="paid")


def test_who_ended_as_they_began_and_who_is_to_come_are_left_out_and_said(lived):
    con = lived(("a", "2025-02-01", None), ("f", "2025-02-01", "2025-02-01"), ("g", "2025-09-01", None))
    told = survived.summary(con, SETTINGS, AS_OF)
    assert told.lives == 1
    assert told.notes == [
        "1 customer ended as they began: without a life they are left out.",
        "1 customer begin after the data end: they are left out.",
    ]


def test_an_attribute_is_that_of_the_start_of_the_life():
    rows = [
        subscription("a", "2025-01-01", "2025-02-01", plan="Starter"),
        subscription("a", "2025-02-01", plan="Pro"),
        subscription("b", "2025-01-01", "2025-03-01", plan="Pro"),
    ]
    con = make_version(
        {
            "subscriptions": rows,
            "customers": [{"customer_id": "a", "plan": "Pro", "size": "big"}, {"customer_id": "b", "plan": "Pro"}],
            "customer_attributes": [
                {"customer_id": "a", "attribute": "plan", "value": "Starter", "valid_from": date(2025, 1, 1)},
                {"customer_id": "a", "attribute": "plan", "value": "Pro", "valid_from": date(2025, 2, 1)},
                {"customer_id": "b", "attribute": "plan", "value": "Pro", "valid_from": date(2025, 1, 1)},
            ],
        },
        as_of=AS_OF,
    )
    for name in ("plan", "subscriptions.plan"):
        frame = survived.survival(con, SETTINGS, AS_OF, by=name)
        sizes = frame[frame["t"] == 0].set_index(name)["at_risk"].to_dict()
        assert sizes == {"Starter": 1, "Pro": 1}
        assert int(frame.loc[frame[name] == "Starter", "events"].sum()) == 0
        only = survived.survival_rows(con, SETTINGS, AS_OF, t=0, where={name: ["Starter"]})
        assert only["customer_id"].tolist() == ["a"]
    notes = survived.summary(con, SETTINGS, AS_OF, by=["plan", "size"]).notes
    assert [note[:35] for note in notes] == ["Of size only today's value is known"]
    missing = survived.survival_rows(con, SETTINGS, AS_OF, t=0, by="size", by_values={"size": None})
    assert missing["customer_id"].tolist() == ["b"]


def test_no_event_one_customer_and_nobody(lived):
    con = lived(("a", "2025-01-01", None))
    frame = survived.survival(con, SETTINGS, AS_OF)
    assert frame["survival"].tolist() == [1.0] * 7
    # nobody of one left: Wilson's interval of 1 of 1
    assert (frame["low"].iloc[-1], frame["high"].iloc[-1]) == (pytest.approx(0.20654, abs=1e-5), 1.0)
    told = survived.summary(con, SETTINGS, AS_OF)
    assert told.medians["sentence"][0].startswith("The only customer is still here")
    assert survived.survival(con, SETTINGS, AS_OF, since="2025-06-30").empty
    assert survived.summary(con, SETTINGS, AS_OF, since="2025-06-30").medians.empty
    assert survived.hazard(con, SETTINGS, AS_OF, since="2025-06-30").empty
    with pytest.raises(NotComputableError, match="needs at least 3 periods of life that are known and 5 customers"):
        survived.projected(con, SETTINGS, AS_OF)
    nothing = make_version({"tickets": [{"ticket_id": "1", "created_at": date(2025, 1, 1)}]}, as_of=AS_OF)
    with pytest.raises(NotComputableError, match="it needs one of subscriptions"):
        survived.survival(nothing, SETTINGS, AS_OF)


def test_everyone_left_at_once(lived):
    con = lived(*((c, "2025-01-01", "2025-01-15") for c in "abc"))
    frame = survived.survival(con, SETTINGS, AS_OF)
    assert frame[["survival", "low"]].iloc[-1].tolist() == [0.0, 0.0]
    assert 0 < frame["high"].iloc[-1] <= 1
    assert survived.summary(con, SETTINGS, AS_OF).medians["median"].tolist() == [1.0]


def test_the_verdict():
    slow = [subscription(f"s{n}", "2024-01-01", None, size="big") for n in range(40)]
    fast = [subscription(f"f{n}", "2024-01-01", f"2024-{2 + n % 9:02d}-15", size="small") for n in range(40)]
    few = [subscription("x", "2024-01-01", "2024-03-01")]
    people = [
        {"customer_id": r["customer_id"], "size": r.get("size"), "coin": n % 2}
        for n, r in enumerate([*slow, *fast, *few])
    ]
    rows = [{k: v for k, v in r.items() if k != "size"} for r in [*slow, *fast, *few]]
    con = make_version({"subscriptions": rows, "customers": people}, as_of=AS_OF)
    told = survived.summary(con, SETTINGS | {"minimum_n": 5}, AS_OF, by="size")
    assert told.verdict == (
        "big stays longer than small: a difference this large comes by chance in fewer than 1 of 1,000 comparisons. "
        "Not compared, being too small: unknown (1)."
    )
    assert (told.test.degrees, told.test.left_out) == (1, {(None,): 1})
    told = survived.summary(con, SETTINGS | {"minimum_n": 5}, AS_OF, by="coin")
    assert told.verdict.startswith("Between 0 and 1 there is no difference that chance would not make (p = 0.")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"grain": "fortnight"}, "there is no grain 'fortnight'"),
        ({"gaps": "mind"}, "there is no gaps 'mind'"),
        ({"start": "soon"}, "there is no start 'soon'"),
        ({"by": ["customer_id", "customer_id"]}, "names one attribute twice"),
        ({"by": "nonsense"}, "There is no attribute 'nonsense'"),
        ({"by": "tickets.priority"}, "belongs to other rows"),
        ({"by": "t"}, "has a column 't' of its own"),
    ],
)
def test_what_cannot_be_asked(five, words, said):
    con = five
    with pytest.raises(QueryError, match=said):
        survived.survival(con, SETTINGS, AS_OF, **words)
    for bad in ({"t": -1}, {"t": True}, {"t": 1, "part": "gone"}, {"t": 1, "by_values": {"plan": "x"}}):
        with pytest.raises(QueryError):
            survived.survival_rows(con, SETTINGS, AS_OF, **bad)


day = st.integers(0, 500)
stretch = st.tuples(st.sampled_from("abcdefgh"), day, st.one_of(st.none(), st.integers(0, 300)))


@settings(max_examples=12, deadline=None)
@given(st.lists(stretch, min_size=1, max_size=14), st.sampled_from(["day", "week", "month", "quarter", "year"]),
       st.sampled_from(lives.GAPS))  # fmt: skip
def test_steps_add_up_and_are_the_rows_behind_them(lived, stretches, grain, gaps):
    first = date(2024, 1, 1)
    con = lived(
        *(
            (who, first + timedelta(days=start), None if length is None else first + timedelta(days=start + length))
            for who, start, length in stretches
        )
    )
    try:
        frame = survived.survival(con, SETTINGS, "2025-04-01", grain=grain, gaps=gaps)
    except NotComputableError:
        assert all(length == 0 for _, _, length in stretches)
        return
    if frame.empty:
        return
    assert frame["t"].tolist() == list(range(len(frame)))
    after = frame["at_risk"] - frame["events"] - frame["censored"]
    assert after.tolist() == [*frame["at_risk"].tolist()[1:], 0]
    assert frame["survival"].is_monotonic_decreasing
    assert (frame["low"] - frame["survival"]).max() <= 1e-12
    assert (frame["survival"] - frame["high"]).max() <= 1e-12
    assert frame[["low", "high"]].stack().between(0, 1).all()
    picked = frame[frame["events"] + frame["censored"] > 0].head(2)
    for row in picked.to_dict("records"):
        for part, column in (("at_risk", "at_risk"), ("left", "events"), ("censored", "censored")):
            found = survived.survival_rows(con, SETTINGS, "2025-04-01", t=row["t"], part=part, grain=grain, gaps=gaps)
            assert found["customer_id"].nunique() == len(found) == row[column]


def test_the_area_under_the_curve_by_days_is_the_average_lifespan():
    rng = np.random.default_rng(3)
    rows = []
    for n in range(120):
        start = date(2024, 1, 1) + timedelta(days=int(rng.integers(0, 400)))
        end = start + timedelta(days=int(rng.integers(1, 300)))
        rows.append(subscription(f"c{n}", str(start), str(end) if end < date(2025, 7, 1) else None))
    con = make_version({"subscriptions": rows}, as_of=AS_OF)
    curve = survived.survival(con, SETTINGS, AS_OF, grain="day")
    value = compute(con, ["average_customer_lifespan"], settings=SETTINGS, as_of=AS_OF)["value"].iloc[0]
    assert curve["survival"].iloc[:-1].sum() == pytest.approx(value)


def test_a_group_without_anyone_at_risk_at_a_leaving_is_no_difference():
    table = pd.concat(
        [
            curve.kaplan_meier([1, 1, 1], [False] * 3).assign(group="short"),
            curve.kaplan_meier([5, 6, 7], [True, True, False]).assign(group="long"),
        ]
    )
    found = curve.log_rank(table, ["group"])
    assert (found.p, found.pairs["adjusted"].tolist()) == (1.0, [1.0])


def test_holm_by_hand():
    assert curve.holm([0.01, 0.04, 0.03]).tolist() == pytest.approx([0.03, 0.06, 0.06])
    assert curve.holm([]).tolist() == []


def test_of_lives_without_a_whole_period_nothing_is_said() -> None:
    row = {"customers": 2, "left": 0, "median": None, "longest": 0}
    assert median_sentence(row) == (
        "No whole month of life is known yet of 2 customers: nothing can be said of how long they stay."
    )
    assert median_sentence(row | {"longest": 3}).startswith("All 2 customers are still here")
