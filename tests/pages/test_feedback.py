"""The Feedback page: one survey at a time, its answers and its words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs
from pages._ui import door

Open = Callable[..., AppTest]


def said(app: AppTest) -> str:
    """All that the page says."""
    return "\n".join(str(e.value) for e in [*app.markdown, *app.caption])


@pytest.mark.parametrize(
    ("survey", "kpi"),
    [
        ("nps", "net_promoter_score"),
        ("csat", "customer_satisfaction_score"),
        ("ces", "customer_effort_score"),
        ("onboarding", "onboarding_satisfaction_score"),
        ("post_activation", "customer_feedback_score_post_activation"),
    ],
)
def test_each_survey_shows_the_number_of_its_kpi(open_page: Open, survey: str, kpi: str) -> None:
    app = open_page("feedback", survey=survey, period="all")
    row = cs.sample().version().kpi(kpi).iloc[0]
    assert f"n {int(row['n']):,}" in said(app)
    assert {h.value for h in app.subheader} >= {"Trend", "By segment", "The answers", "How it is computed"}


def test_comments_can_be_searched_and_say_where_they_come_from(open_page: Open) -> None:
    app = open_page("feedback", survey="nps", show="words", period="all")
    comments = app.dataframe[-1].value
    word = max(comments["Comment"].dropna().iloc[0].split(), key=len).strip(".,!?")
    found = open_page("feedback", survey="nps", show="words", period="all", say=word).dataframe[-1].value
    assert found["Comment"].str.contains(word, case=False, regex=False).all()
    assert {"File", "Row", "Score"} <= set(found.columns)
    assert "No comment says" in said(open_page("feedback", survey="nps", show="words", period="all", say="xyzzy"))


def test_a_score_is_not_split_by_itself(open_page: Open) -> None:
    offered = open_page("feedback", survey="nps", period="all").selectbox(key="url_by").options
    assert any("Channel" in option or "channel" in option for option in offered)
    assert not any(option.casefold().startswith(("score", "scale")) for option in offered)


def test_what_has_one_value_only_splits_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def attribute(name: str, *values: str, nulls: int = 0) -> door.Attribute:
        return door.Attribute(name, name, "", "VARCHAR", values, breakdown=True, nulls=nulls)

    known = [attribute("country", "FR"), attribute("promo", "X", nulls=3), attribute("region", "A", "B")]
    monkeypatch.setattr(door, "attributes", lambda: known)
    assert [a.name for a in door.splits()] == ["promo", "region"]
