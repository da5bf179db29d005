"""Why a score is what it is: segments, drivers and tickets before an answer; each test shows its arithmetic."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from cs_metrics.analysis.feedback.drivers.before import before, before_sql
from cs_metrics.analysis.feedback.drivers.breakdown import breakdown, breakdown_sql
from cs_metrics.analysis.feedback.drivers.drivers import LEVEL, drivers, evidence_sql, judge, thirds
from cs_metrics.analysis.feedback.drivers.sums import COLUMNS, gaps, sums_of, sums_sql
from cs_metrics.errors import NotComputableError, QueryError
from cs_metrics.kpis import intervals
from cs_metrics.kpis.run import compute
from cs_metrics.kpis.slice import Slice
from cs_metrics.settings import resolve
from tests.support import make_version

AS_OF = "2025-07-01"
DAY = datetime(2025, 6, 1)
SETTINGS = resolve({"minimum_n": 5})


def answer(customer, score, day=DAY, **more):
    return {"customer_id": customer, "survey": "nps", "responded_at": day, "score": score, **more}


# EU: 10, 9, 3 -> (2 - 1) / 3 = 33.3; US: 10, 8 -> 50; no region: 0 -> -100. All: (3 - 2) / 6 = 16.7
PEOPLE = [{"customer_id": c, "region": r, "vip": r == "EU"} for c, r in zip("abcdef", [*["EU"] * 3, "US", "US", None],
                                                                             strict=True)]  # fmt: skip
SCORES = dict(zip("abcdef", (10, 9, 3, 10, 8, 0), strict=True))
ROWS = [answer(c, s, channel="mail" if c in "abc" else "app") for c, s in SCORES.items()]


@pytest.fixture(scope="module")
def con():
    return make_version({"survey_responses": ROWS, "customers": PEOPLE}, as_of=AS_OF)


def test_segments_are_ranked_by_effect_and_their_effects_sum_to_nothing(con):
    frame = breakdown(con, SETTINGS, AS_OF)
    assert frame["effect"].abs().is_monotonic_decreasing
    region = frame[frame["attribute"] == "region"]
    assert region["segment"].tolist() == [None, "US", "EU"]
    assert region["n"].tolist() == [1, 2, 3]
    assert region["value"].tolist() == pytest.approx([-100, 50, 100 / 3])
    assert region["effect"].tolist() == pytest.approx([-700 / 36, 400 / 36, 300 / 36])
    # without those of no region: (3 - 1) / 5; without US: (2 - 2) / 4; without EU: (1 - 1) / 3
    assert region["without"].tolist() == pytest.approx([40, 0, 0])
    low, high = intervals.nps([0, 1, 2], [0, 1, 0], [1, 0, 1])
    assert region["low"].tolist() == pytest.approx(low.tolist())
    assert region["high"].tolist() == pytest.approx(high.tolist())
    for _, of in frame.groupby("attribute"):
        assert math.fsum(of["effect"]) == 0
    assert set(frame["attribute"]) == {"region", "vip", "survey_responses.channel"}
    assert frame.loc[frame["attribute"] == "vip", "segment"].tolist() in ([True, False], [False, True])


def test_a_segment_is_what_the_kpi_says_of_it(con):
    frame = breakdown(con, SETTINGS, AS_OF, by=["region"])
    kpi = compute(con, ["net_promoter_score"], Slice.of(None, ["region"]), SETTINGS, AS_OF)
    kpi = kpi[kpi["item"].isna()]
    both = frame.assign(key=frame["segment"].map(str)).merge(kpi.assign(key=kpi["region"].map(str)), on="key")
    assert len(both) == 3
    for name in ("value", "low", "high", "n"):
        assert both[f"{name}_x"].tolist() == pytest.approx(both[f"{name}_y"].astype(float).tolist())


def test_an_answer_stands_in_one_segment_that_of_when_it_was_given():
    people = [{"customer_id": "a"}, {"customer_id": "b"}]
    told = [{"customer_id": "a", "attribute": "size", "value": v, "valid_from": datetime(2025, m, 1)}
            for v, m in (("small", 1), ("large", 6))]  # fmt: skip
    rows = [answer("a", 10, datetime(2025, 3, 1), channel="mail"), answer("b", 3, channel="app"),
            answer("a", 8, datetime(2025, 5, 1), channel="app")]  # fmt: skip
    con = make_version({"customers": [{**p, "size": "large"} for p in people], "survey_responses": rows,
                        "customer_attributes": told}, as_of=AS_OF)  # fmt: skip
    frame = breakdown(con, resolve(), AS_OF, by=["size"])
    assert dict(zip(frame["segment"].map(str), frame["n"], strict=True)) == {"small": 1, "large": 1}
    # the last answer of each counts, once, also where it came by another channel than the one before
    frame = breakdown(con, resolve(), AS_OF, by=["survey_responses.channel"])
    assert frame[["segment", "n", "effect"]].values.tolist() == [["app", 2, 0.0]]
    every = breakdown(con, resolve({"survey_rule": "all"}), AS_OF, by=["survey_responses.channel"])
    assert sorted(every["n"]) == [1, 2]


def test_nothing_to_split_by_and_nobody_who_answers(con):
    bare = make_version({"survey_responses": [answer("a", 10)]}, as_of=AS_OF)
    assert breakdown(bare, SETTINGS, AS_OF).empty
    assert drivers(bare, SETTINGS, AS_OF).comparisons.empty
    with pytest.raises(QueryError, match="no attribute"):
        breakdown_sql(bare, SETTINGS, AS_OF)
    nobody = {"since": "2024-01-01", "until": "2024-02-01"}
    assert breakdown(con, SETTINGS, AS_OF, **nobody).empty
    assert drivers(con, SETTINGS, AS_OF, **nobody).answers == 0
    with pytest.raises(QueryError, match="regoin"):
        breakdown(con, SETTINGS, AS_OF, by=["regoin"])


# Gaps and error control


def test_the_gap_of_two_groups_of_single_answers_is_welchs():
    one, other = np.array([1.0, 0, 1, 1, 0, 1]), np.array([0.0, 0, 1, 0, 0, 0, 1, 0])
    worth = np.concatenate([one, other])
    found = gaps(sums_of(np.arange(14), worth, np.array([[0] * 6 + [1] * 8]))).iloc[0]
    assert found["effect"] == pytest.approx(4 / 6 - 2 / 8)
    from scipy import stats

    welch = stats.ttest_ind(one, other, equal_var=False)
    # the pooled spread would make more here: 14 answers, variance 0.2637
    spread = math.sqrt(worth.var(ddof=1) * (1 / 6 + 1 / 8))
    assert abs(found["t"]) == pytest.approx(min(abs(welch.statistic), (4 / 6 - 2 / 8) / spread))
    assert found["degrees"] == pytest.approx(welch.df)
    assert found["low"] < found["effect"] < found["high"]


def test_answers_of_one_account_are_not_taken_for_several():
    draw = np.random.default_rng(1)
    worth = draw.normal(size=40) + np.repeat([0.0, 1.0], 20)
    group = np.array([[0] * 20 + [1] * 20])
    alone = gaps(sums_of(np.arange(40), worth, group)).iloc[0]
    # each answer three times over, by the same account: nothing is known better
    thrice = gaps(sums_of(np.repeat(np.arange(40), 3), np.repeat(worth, 3), np.repeat(group, 3, axis=1))).iloc[0]
    assert thrice["n"] == 60
    assert thrice["clusters"] == 20
    assert thrice["t"] == pytest.approx(alone["t"], rel=0.03)


def test_alike_answers_are_no_proof_of_a_gap():
    # 12 of 12 are content, 45 of 50 of the others: the group's own spread is 0, and the gap no proof
    worth = np.array([1.0] * 12 + [1.0] * 45 + [0.0] * 5)
    found = gaps(sums_of(np.arange(62), worth, np.array([[0] * 12 + [1] * 50]))).iloc[0]
    assert found["effect"] == pytest.approx(0.1)
    assert found["p"] > 0.2


def test_sums_by_sql_and_by_arrays_are_one(con):
    draw = np.random.default_rng(2)
    frame = pd.DataFrame({"who": draw.integers(0, 30, 200), "worth": draw.normal(size=200),
                          "g": draw.integers(0, 4, 200).astype(float)})  # fmt: skip
    frame.loc[::7, "g"] = np.nan
    con.register("drawn", frame)
    by_sql = con.execute(sums_sql("drawn", ["CAST(g AS INTEGER)"], "who", nulls=False)).df().sort_values("segment")
    by_array = sums_of(frame["who"].to_numpy(), frame["worth"].to_numpy(),
                       frame["g"].fillna(-1).astype(int).to_numpy()[None, :])  # fmt: skip
    for name in COLUMNS:
        assert by_sql[name].tolist() == pytest.approx(by_array[name].tolist()), name


def test_comparisons_are_corrected_for_their_number_and_need_enough_answers():
    draw = np.random.default_rng(3)
    worth = draw.normal(size=400)
    groups = np.array([draw.integers(0, 4, 400), draw.integers(0, 2, 400), np.where(np.arange(400) < 8, 1, 0)])
    worth += groups[1] * 0.8
    sums = sums_of(np.arange(400), worth, groups)
    judged = judge(sums.assign(segment=sums["segment"].astype(str)), minimum_n=30)
    found = judged.comparisons
    # four groups against the rest, two groups once, eight answers not at all
    assert sorted(found["driver"]) == [0, 0, 0, 0, 1]
    assert judged.thin == (2,)
    assert found.iloc[0]["driver"] == 1
    assert found.iloc[0]["adjusted"] == pytest.approx(5 * found.iloc[0]["p"])
    assert found["named"].tolist() == [one <= LEVEL for one in found["adjusted"]]
    assert found["p"].is_monotonic_increasing


def test_what_is_the_answer_under_another_name_is_no_driver():
    draw = np.random.default_rng(4)
    worth = draw.choice([-100.0, 0.0, 100.0], 300)
    sums = sums_of(np.arange(300), worth, np.array([(worth / 100 + 1).astype(int), draw.integers(0, 2, 300)]))
    judged = judge(sums.assign(segment=sums["segment"].astype(str)), minimum_n=30)
    assert judged.alike == (0,)
    assert set(judged.comparisons["driver"]) == {1}


@pytest.mark.parametrize(
    ("quantiles", "cuts"),
    [((0, 2, 5, 9), (2, 5)), ((0, 0, 0, 0), None), ((0, 0, 0, 4), (0, 5e-324)), ((0, 4, 4, 4), (4 - 8.9e-16, 4))],
)
def test_thirds_never_part_what_is_alike(quantiles, cuts):
    found = thirds(*map(float, quantiles))
    assert found is None if cuts is None else found == pytest.approx(cuts)
    if found is not None:
        assert found[0] < found[1]


# What came before the answer

BEFORE = [DAY - timedelta(days=d) for d in (80, 40, 10)]


def company(more=()):
    """Forty accounts that answer on one day: the first half had two tickets before it that took 40 and 20 hours and
    used Exports, and are unhappy; tables begin a year earlier, so that all is known."""
    first = {"customer_id": "old", "created_at": DAY - timedelta(days=365), "ticket_id": "t-old"}
    tables = {"survey_responses": [], "customers": [], "tickets": [first], "milestones": [], "users": [],
              "events": [{"customer_id": "old", "occurred_at": DAY - timedelta(days=365), "event": "x"}]}  # fmt: skip
    for place in range(40):
        who, slow = f"c{place:02}", place < 20
        tables["customers"].append({"customer_id": who, "region": "EU" if place % 4 else "US",
                                    "signed_up_on": DAY - timedelta(days=100 + place)})  # fmt: skip
        score = (3 if place % 5 else 9) if slow else (10 if place % 5 else 6)
        tables["survey_responses"].append(answer(who, score))
        for day, hours in ((BEFORE[1], 40), (BEFORE[2], 20)) if slow else ((BEFORE[2], 2),) if place % 2 else ():
            tables["tickets"].append({"ticket_id": f"{who}-{hours}", "customer_id": who, "created_at": day,
                                      "first_response_at": day + timedelta(hours=hours / 4), "reopened": 0,
                                      "resolved_at": day + timedelta(hours=hours), "satisfaction": 3})  # fmt: skip
        tables["events"].append({"customer_id": who, "occurred_at": BEFORE[1], "event": "x",
                                 "feature": "Exports" if slow else "Reports"})  # fmt: skip
        tables["milestones"].append({"customer_id": who, "milestone": "first_value",
                                     "reached_at": DAY - timedelta(days=90 if slow else 10)})  # fmt: skip
    for table, rows in dict(more).items():
        tables[table] = tables[table] + rows
    return make_version(tables, as_of=AS_OF)


@pytest.fixture(scope="module")
def support():
    return company()


def test_score_by_number_and_speed_of_the_tickets_before(support):
    found = before(support, SETTINGS, AS_OF)
    number = found.frame[found.frame["about"] == "tickets"].set_index("group")
    # two tickets: 16 of 20 at 3, 4 at 9; one or none: 16 of 20 at 10, 4 at 6
    assert number["n"].to_dict() == {"0": 10, "1": 10, "2": 20}
    assert number.loc["2", "value"] == pytest.approx(100 * (4 - 16) / 20)
    assert (10 * number.loc["0", "value"] + 10 * number.loc["1", "value"]) / 20 == pytest.approx(100 * (16 - 4) / 20)
    hours = found.frame[found.frame["about"] == "hours"]
    # thirty with resolved tickets: 10 took 2 hours, 20 took 30 on average
    assert hours[["group", "low_cut", "high_cut", "n"]].values.tolist() == [["1", 2, 2, 10], ["2", 2, 30, 20]]
    assert (found.answers, found.left_out) == (40, 0)
    assert len(support.execute(before_sql(support, SETTINGS, AS_OF)).df()) == 40
    shorter = before(support, SETTINGS, AS_OF, days=20).frame
    assert shorter[shorter["about"] == "tickets"].set_index("group")["n"].to_dict() == {"0": 10, "1": 30}


def test_an_answer_before_which_the_data_do_not_reach_is_unknown_not_without_tickets(support):
    found = before(support, SETTINGS, AS_OF, days=400)
    assert (found.answers, found.left_out) == (40, 40)
    assert found.frame.empty
    with pytest.raises(QueryError, match="0"):
        before(support, SETTINGS, AS_OF, days=0)


def test_without_tickets_it_says_what_is_missing(con):
    with pytest.raises(NotComputableError, match="needs tickets"):
        before(con, SETTINGS, AS_OF)


def test_drivers_say_what_goes_with_the_score(support):
    found = drivers(support, SETTINGS, AS_OF)
    rows = found.found.set_index("name")
    used = rows.loc["Used Exports in the 90 days before"]
    assert used[["segment", "n", "other_n", "named"]].tolist() == ["yes", 20, 20, True]
    assert used["effect"] == pytest.approx(-60 - 60)
    slow = rows.loc["Hours to resolve tickets in the 90 days before"]
    assert slow[["segment", "low_cut", "high_cut", "n", "other_n"]].tolist() == ["upper", 2, 30, 20, 10]
    assert not rows.loc["region", "named"]
    assert found.tests == len(found.comparisons)
    assert not {"Rating of tickets in the 90 days before", "Was activated"} & set(rows.index)
    told = support.execute(evidence_sql(support, SETTINGS, AS_OF)).df()
    assert len(told) == 40


def test_no_fact_from_after_the_answer_is_seen(support):
    after = [DAY + timedelta(hours=h) for h in (1, 30, 200)]
    halves = [f"c{place:02}" for place in range(0, 40, 2)]
    later = {
        "tickets": [
            {"ticket_id": f"{who}-after-{n}", "customer_id": who, "created_at": day, "reopened": 1, "satisfaction": 1,
             "first_response_at": day + timedelta(hours=1), "resolved_at": day + timedelta(hours=90)}
            for who in halves for n, day in enumerate(after)
        ],
        "events": [{"customer_id": who, "occurred_at": day, "event": "x", "feature": "Reports"}
                   for who in halves for day in after],
        "milestones": [{"customer_id": who, "milestone": step, "reached_at": after[0], "started_at": after[0]}
                       for who in halves for step in ("activated", "onboarding_completed", "exceeded_value")],
    }  # fmt: skip
    pd.testing.assert_frame_equal(
        drivers(company(later), SETTINGS, AS_OF).comparisons, drivers(support, SETTINGS, AS_OF).comparisons
    )


def test_a_ticket_that_was_not_over_tells_neither_its_hours_nor_its_reopening_nor_its_rating():
    open_then = [{"ticket_id": f"c{place:02}-open", "customer_id": f"c{place:02}", "created_at": BEFORE[2],
                  "first_response_at": DAY + timedelta(hours=1), "resolved_at": DAY + timedelta(days=5), "reopened": 2,
                  "satisfaction": 1} for place in range(40)]  # fmt: skip
    con = company({"tickets": open_then})
    told = con.execute(evidence_sql(con, SETTINGS, AS_OF)).df()
    names = {fact: f"x{place}" for place, fact in enumerate(_names(con))}
    assert told[names["A ticket in the 90 days before was still open"]].all()
    assert told[names["A ticket was reopened in the 90 days before"]].dropna().eq(False).all()
    assert told[names["Hours to resolve tickets in the 90 days before"]].max() == 30
    # the only rating from 14 days before the answer is that of the ticket of 40 days ago
    assert told[names["Rating of tickets in the 90 days before"]].dropna().tolist() == [3] * 20


def _names(con):
    from cs_metrics.analysis.feedback.answers import counted
    from cs_metrics.analysis.feedback.drivers import evidence

    known = counted(con, SETTINGS, AS_OF)
    names = evidence.attributes(known.asked.available, None, "survey_responses")
    asked = counted(con, SETTINGS, AS_OF, by=names, pinned=True)
    return [fact.name for fact in evidence.gather(con, asked, 90).facts]


def test_an_attribute_that_tells_how_it_ended_is_no_driver():
    people = [{"customer_id": f"c{n}", "churn_status": "gone" if n % 2 else "here", "size": "S" if n % 3 else "L"}
              for n in range(60)]  # fmt: skip
    rows = [answer(f"c{n}", 3 if n % 2 else 10) for n in range(60)]
    con = make_version({"customers": people, "survey_responses": rows}, as_of=AS_OF)
    assert set(drivers(con, SETTINGS, AS_OF).found["name"]) == {"size"}
    assert "churn_status" in set(breakdown(con, SETTINGS, AS_OF)["attribute"])


def test_ratings_of_tickets_are_set_against_the_ticket_itself():
    rows = [{"ticket_id": f"t{n}", "customer_id": f"c{n % 30}", "created_at": DAY - timedelta(days=n),
             "resolved_at": DAY - timedelta(days=n) + timedelta(hours=5 if n % 2 else 50), "priority": "low",
             "satisfaction": 5 if n % 2 else 2} for n in range(60)]  # fmt: skip
    con = make_version({"tickets": rows}, as_of=AS_OF)
    found = before(con, SETTINGS, AS_OF, survey="csat", days=20).frame
    own = found[found["about"] == "own_hours"]
    assert own[["high_cut", "n", "value"]].values.tolist() == [[5, 30, 1], [50, 30, 0]]
    assert not found[found["about"] == "tickets"].empty
    assert drivers(con, SETTINGS, AS_OF, survey="csat").alike == ("Hours until the ticket was resolved",)
