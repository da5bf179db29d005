"""What a score counts, which end is easy, and its margin in words; each test shows its arithmetic."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from cs_metrics.analysis.feedback.score import counting, margin
from cs_metrics.analysis.feedback.score.counting import counting as counted
from cs_metrics.analysis.feedback.score.easy_end import easy_end
from cs_metrics.errors import NotComputableError
from cs_metrics.settings import resolve
from tests.support import make_version

AS_OF = "2026-04-01"


def answer(survey: str, who: str, score: float | None, day: int = 5, **more: Any) -> dict[str, Any]:
    at = datetime(2026, 3, day)
    return {"survey": survey, "customer_id": who, "user_id": who, "score": score, "responded_at": at, **more}


def test_each_rule_and_scale_has_the_score_that_it_would_give() -> None:
    rows = [
        answer("nps", "a", 10, 1, campaign="x"), answer("nps", "a", 9, 2, campaign="x"),
        answer("nps", "a", 0, 3, campaign="y"), answer("nps", "b", 10, scale_min=1, scale_max=10),
        answer("nps", "c", None), answer("nps", "d", 9),
    ]  # fmt: skip
    found = counted(make_version({"survey_responses": rows}), resolve(), AS_OF)
    given = {(r["setting"], r["choice"]): (r["value"], r["n"]) for r in found.choices.to_dict("records")}
    # last: a 0, b 10, d 9; per survey: a 9 and 0; all: a 10, 9 and 0. Blank c is no answer.
    assert given[("survey_rule", "last")] == (pytest.approx(100 / 3), 3)
    assert given[("survey_rule", "per_survey")] == (pytest.approx(50), 4)
    assert given[("survey_rule", "all")] == (pytest.approx(60), 5)
    # without b, asked from 1 to 10: a 0 and d 9
    assert given[("nps_scales", "0_to_10")] == (0, 2)
    assert (found.answers, found.respondents, found.most, found.from_one) == (5, 3, 3, 1)


def test_a_scale_that_is_not_there_is_no_choice_and_no_answers_are_no_error() -> None:
    con = make_version({"survey_responses": [answer("nps", "a", 10), answer("csat", "a", 2, scale_min=1, scale_max=3)]})
    assert set(counted(con, resolve(), AS_OF).choices["setting"]) == {"survey_rule"}
    tops = counted(con, resolve(), AS_OF, survey="csat").choices
    # of three steps the top two at the most: 2 of 3 counts as satisfied with them alone
    assert tops.set_index("choice")["value"].to_dict() == {0: 0, 1: 0, 2: 1}
    none = counted(con, resolve(), AS_OF, since="2026-03-20")
    assert (none.answers, none.respondents, none.most) == (0, 0, 0)
    assert none.choices["n"].eq(0).all()
    assert counted(con, resolve(), AS_OF, survey="ces").choices.empty


@pytest.mark.parametrize(("turn", "says"), [(1, "high"), (-1, "low")])
def test_customers_who_are_pleased_elsewhere_tell_the_easy_end(turn: int, says: str) -> None:
    rows = []
    for i in range(40):
        effort = 4 + turn * (i % 4)
        rows += [answer("ces", f"c{i}", effort), answer("csat", f"c{i}", 1 + i % 4)]
    found = easy_end(make_version({"survey_responses": rows}), resolve(), AS_OF)
    assert found.says == says
    assert found.evidence.set_index("what").loc["customers", "n"] == 40
    choices = found.choices.set_index("end")
    # the mean of 4, 5, 6, 7 and, turned round, of 4, 3, 2, 1
    assert choices.loc[says, "value"] == pytest.approx(5.5)
    assert choices["value"].sum() == pytest.approx(8)


def test_little_evidence_and_contradictions_leave_the_easy_end_open() -> None:
    few = [answer("ces", f"c{i}", 1 + i % 7) for i in range(40)]
    assert easy_end(make_version({"survey_responses": few}), resolve(), AS_OF).says is None
    mixed = []
    for i in range(40):
        mixed += [answer("ces", f"c{i}", 1 + i % 4, campaign="How easy was it?"), answer("csat", f"c{i}", 4 - i % 4)]
    found = easy_end(make_version({"survey_responses": mixed}), resolve(), AS_OF)
    assert found.evidence["says"].tolist() == ["high", None, "low"]
    assert found.says is None
    with pytest.raises(NotComputableError):
        easy_end(make_version({}), resolve(), AS_OF)


def test_a_margin_is_said_in_points() -> None:
    row = {"value": 28.4, "low": 23.4, "high": 33.2, "n": 976}
    assert margin.margin("nps", row, 30) == (
        "NPS 28, plus or minus 5 points: 976 answers, from which chance alone makes anything from 23 to 33 "
        "(95 % interval)."
    )
    few = margin.margin("csat", {"value": 0.9, "low": 0.6, "high": 0.98, "n": 10}, 30)
    assert few.startswith("CSAT 90 %, 30 percentage points less to 8 percentage points more: 10 answers, from which")
    assert few.endswith("So few answers say little: read the interval, not the number.")
    nothing = float("nan")
    assert margin.margin("ces", {"value": nothing, "low": nothing, "high": nothing, "n": 0}, 30) == ""
    alone = margin.margin("ces", {"value": 5.0, "low": nothing, "high": nothing, "n": 1}, 30)
    assert alone == "CES 5.0, of 1 answer: too few for a margin of error."


def test_every_survey_says_what_it_counts() -> None:
    assert counting.told("nps", resolve()) == "Each person counts once in a period, with the last answer."
    turned = resolve({"survey_rule": "all", "nps_scales": "0_to_10", "ces_easy_end": "low", "top_box": 1})
    assert counting.told("nps", turned).endswith("weighs more. Answers on a scale from 1 to 10 are left out.")
    assert "Satisfied: only the highest answer." in counting.told("csat", turned)
    assert "lowest answer of the scale is taken for easy" in counting.told("ces", turned)
    assert "brought to 0 to 100 on its own scale" in counting.told("onboarding", turned)
    assert "no CSAT and no NPS" in counting.told("post_activation", turned)
