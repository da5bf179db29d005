"""NPS shares, distributions and comments; each test shows its arithmetic."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import pytest

from cs_metrics.analysis import comments, distribution, nps
from cs_metrics.errors import NotComputableError, QueryError
from cs_metrics.kpis import intervals
from cs_metrics.settings import resolve
from tests.support import make_version


def answer(customer, day, score, survey="nps", **more):
    at = datetime.fromisoformat(day)
    return {"customer_id": customer, "survey": survey, "responded_at": at, "score": score, **more}


ROWS = [
    answer("a", "2025-01-05", 10, comment="Great support"),
    answer("b", "2025-01-06", 9),
    answer("c", "2025-01-07", 3, comment="Too SLOW"),
    answer("d", "2025-02-01", 8, comment="fine"),
    answer("a", "2025-02-03", 6, comment="slow now"),
    answer("x", "2025-02-03", None, comment="a comment alone"),
    answer("y", "2025-02-03", 1, respondent_type="employee", comment="an employee"),
    answer("a", "2025-01-05", 5, survey="csat"),
    answer("b", "2025-01-05", 4, survey="csat"),
    answer("c", "2025-01-05", 3, survey="csat"),
    answer("a", "2025-01-05", 7, survey="ces"),
    answer("b", "2025-01-05", 4, survey="ces"),
]
AS_OF = "2025-03-01"


@pytest.fixture(scope="module")
def con():
    people = [{"customer_id": c, "region": r} for c, r in zip("abcd", ("EU", "EU", "US", None), strict=True)]
    return make_version({"survey_responses": ROWS, "customers": people}, as_of=AS_OF)


def test_shares_by_month(con):
    frame = nps(con, resolve(), AS_OF, grain="month")
    shares = ["promoters", "passives", "detractors", "n"]
    assert frame[shares].values.tolist() == [[2, 0, 1, 3], [0, 1, 1, 2]]
    assert frame["value"].tolist() == pytest.approx([100 * (2 - 1) / 3, 100 * (0 - 1) / 2])
    low, high = intervals.nps(2, 0, 1)
    assert frame.loc[0, ["low", "high"]].tolist() == pytest.approx([float(low), float(high)])


def test_whole_range_takes_each_respondents_last_answer(con):
    frame = nps(con, resolve(), AS_OF)
    assert frame[["promoters", "passives", "detractors", "n"]].values.tolist() == [[1, 1, 2, 4]]
    assert frame["period"].isna().all()


def test_segments_add_up(con):
    frame = nps(con, resolve(), AS_OF, by="region")
    assert dict(zip(frame["region"].map(str), frame["n"], strict=True)) == {"EU": 2, "US": 1, "None": 1}


def test_distribution_counts_the_answers_of_the_kpi_and_shows_empty_steps(con):
    frame = distribution(con, resolve(), AS_OF)
    assert frame["score"].tolist() == list(range(11))
    assert frame[frame["answers"] > 0][["score", "answers", "kind"]].values.tolist() == [
        [3, 1, "detractor"],
        [6, 1, "detractor"],
        [8, 1, "passive"],
        [9, 1, "promoter"],
    ]
    assert frame["share"].sum() == pytest.approx(1)


def test_shares_of_answers_have_wilsons_interval_or_that_of_accounts_that_answer_often(con):
    once = distribution(con, resolve(), AS_OF).set_index("score")
    low, high = intervals.wilson(1, 4)
    assert once.loc[9, ["low", "high"]].tolist() == [pytest.approx(low), pytest.approx(high)]
    # accounts a: 5, 5, 1; b: 5; c: 1, so that 5 was chosen 2, 1 and 0 times of 3, 1 and 1
    rows = [
        {"survey": "csat", "customer_id": who, "score": score, "responded_at": datetime(2026, 3, 1)}
        for who, score in (("a", 5), ("a", 5), ("a", 1), ("b", 5), ("c", 1))
    ]
    often = distribution(make_version({"survey_responses": rows}), resolve(), "2026-04-01", survey="csat").set_index(
        "score"
    )
    low, high = intervals.clustered(3, 5, 3, 9 + 1 + 1, 6 + 1 + 0, 4 + 1 + 0, (0.0, 1.0))
    assert often.loc[5, ["low", "high"]].tolist() == [pytest.approx(low), pytest.approx(high)]
    assert often.loc[3, "low"] == 0
    assert often.loc[3, "high"] == pytest.approx(intervals.wilson(0, 5)[1])


def test_distribution_of_satisfaction_and_effort_says_what_counts(con):
    frame = distribution(con, resolve(), AS_OF, survey="csat")
    assert frame[["score", "answers", "kind"]].values.tolist() == [
        [1, 0, "other"],
        [2, 0, "other"],
        [3, 1, "other"],
        [4, 1, "satisfied"],
        [5, 1, "satisfied"],
    ]
    frame = distribution(con, resolve(), AS_OF, survey="ces")
    assert frame[frame["answers"] > 0][["score", "kind"]].values.tolist() == [[4, "other"], [7, "easy"]]


def test_distribution_by_segment_has_shares_of_its_own(con):
    frame = distribution(con, resolve(), AS_OF, by="region")
    assert frame.groupby("region", dropna=False)["share"].sum().tolist() == pytest.approx([1, 1, 1])


def test_comments_come_latest_first_with_their_row_and_without_employees(con):
    frame = comments(con, resolve(), AS_OF)
    assert frame["comment"].tolist() == ["slow now", "a comment alone", "fine", "Too SLOW", "Great support"]
    assert frame["_row"].tolist() == [6, 7, 5, 4, 2]
    assert comments(con, resolve(), AS_OF, contains="slow", until="2025-02-01")["customer_id"].tolist() == ["c"]
    assert comments(con, resolve(), AS_OF, where={"region": ["EU"]}, limit=1)["comment"].tolist() == ["slow now"]


def test_comment_words_are_bound_and_not_run(con):
    assert comments(con, resolve(), AS_OF, contains="'; DROP TABLE customers; --").empty


def test_unknown_survey_and_missing_answers_are_said(con):
    with pytest.raises(QueryError, match="csat"):
        distribution(con, resolve(), AS_OF, survey="csta")
    empty = make_version({"orders": [{"customer_id": "a", "ordered_at": pd.Timestamp("2025-01-01"), "amount": 1}]})
    with pytest.raises(NotComputableError):
        nps(empty, resolve(), AS_OF)
