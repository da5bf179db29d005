"""The part of the Feedback page about what accounts did after they answered."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs

Open = Callable[..., AppTest]


def said(app: AppTest) -> str:
    """All that the page says."""
    return "\n".join(str(e.value) for e in [*app.markdown, *app.caption])


@pytest.fixture
def opened(open_page: Open) -> Callable[..., AppTest]:
    def to(survey: str = "nps", period: str = "all", **params: str) -> AppTest:
        return open_page("feedback", survey=survey, show="after", period=period, **params)

    return to


def test_the_part_says_whom_it_counts_and_shows_its_sections(opened: Callable[..., AppTest]) -> None:
    app = opened()
    titles = {h.value for h in app.subheader}
    assert titles >= {"How long they stayed", "What they did then", "Recurring revenue by the latest answer",
                      "Whom to call before the renewal", "Answers from people who had left"}  # fmt: skip
    looked = cs.sample().version().after("nps").looked
    assert f"({looked['clocks']} accounts)" in said(app)
    assert "no proof that one makes the other" in said(app)


def test_a_number_opens_to_as_many_accounts(opened: Callable[..., AppTest]) -> None:
    found = cs.sample().version().after("nps", days=180)
    row = found.frame[(found.frame["measure"] == "referred") & (found.frame["category"] == "promoter")].iloc[0]
    app = opened(days="180", opened=json.dumps(["referred", "promoter", "happened"]))
    lists = [d.value for d in app.dataframe if "All rows" in d.value]
    assert len(lists[0]) == row["happened"] > 0
    assert lists[0]["All rows"].str.contains("Referrals").all()


def test_a_step_of_the_curve_opens_to_who_left_on_it(opened: Callable[..., AppTest]) -> None:
    curve = cs.sample().version().stayed("nps").curve
    step = curve[curve["events"] > 0].iloc[0]
    app = opened(step=json.dumps([int(step["t"]), step["category"]]))
    lists = [d.value for d in app.dataframe if "Days" in d.value]
    assert len(lists[0]) == step["events"]


def test_revenue_at_risk_is_that_of_the_kpi_and_opens_to_its_accounts(opened: Callable[..., AppTest]) -> None:
    version = cs.sample().version()
    frame = version.mrr_by_answer("nps").set_index("category")
    assert frame["mrr"].sum() == pytest.approx(version.kpi("mrr").iloc[0]["value"])
    app = opened(held="detractor")
    lists = [d.value for d in app.dataframe if "MRR" in d.value and "All rows" in d.value]
    assert len(lists[0]) == frame.loc["detractor", "accounts"]
    calls = [d.value for d in app.dataframe if "Contract" in d.value]
    assert len(calls[0]) == len(version.to_call("nps"))


def test_days_that_are_not_over_are_said_not_drawn(opened: Callable[..., AppTest]) -> None:
    app = opened(period="last_month", days="365")
    assert "Not yet: the days of" in said(app)
    assert "Nothing is compared here" in said(app)


def test_an_address_that_names_nothing_shows_the_first(opened: Callable[..., AppTest]) -> None:
    app = opened(survey="csat", days="x", opened="[1]", step="[[]]", held="nobody", ahead="-3")
    assert app.selectbox(key="after_measure").value == "left"
    assert app.selectbox(key="after_category").value == "other"


def test_a_hidden_comment_stays_hidden() -> None:
    view = cs.sample().version().view(hidden=["survey_responses.comment", "customers.csm"])
    assert not {"comment", "csm"} & set(view.to_call("nps").columns)
    assert "comment" not in view.answers_outside("nps")
