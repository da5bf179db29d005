"""A KPI's own page: its value with the numbers put in, trend, segments, SQL and rows."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

Open = Callable[..., AppTest]


def text(app: AppTest) -> str:
    """Everything that is written on the page, without the backslashes that keep Markdown off it."""
    return "\n".join(str(e.value) for e in [*app.markdown, *app.caption, *app.subheader, *app.title]).replace("\\", "")


def test_the_formula_has_its_numbers_put_in(open_page: Open) -> None:
    app = open_page("kpi", id="customer_churn_rate")
    assert "Customer Churn Rate" in app.title[0].value
    found = re.search(r"([\d,]+) customers .* / ([\d,]+) customers .* = \*\*([\d.]+) %\*\*", text(app))
    assert found
    lost, start, shown = (float(g.replace(",", "")) for g in found.groups())
    assert abs(100 * lost / start - shown) < 0.06
    assert app.metric[0].value == f"{found[3]} %"


def test_a_score_says_the_counts_it_is_made_of(open_page: Open) -> None:
    found = re.search(
        r"100 × \((\d+) promoters − (\d+) detractors\) / (\d+) answers = \*\*(-?\d+)", text(open_page("kpi"))
    )
    assert found
    promoters, detractors, answers, score = (int(g) for g in found.groups())
    assert round(100 * (promoters - detractors) / answers) == score


@pytest.mark.parametrize(
    ("kpi", "said"),
    [
        ("customer_lifetime_value", r"per account × 100 % margin / [\d.]+ % monthly churn \(\d+ customers lost of"),
        ("first_response_time", r"is the middle wait of [\d,]+ answered tickets; mean [\d.]+ h"),
        (
            "support_tickets",
            r"tickets created, [\d,]+ tickets resolved \([\d,]+ with a good rating\), [\d,]+ tickets open",
        ),
        (
            "qualitative_customer_feedback",
            r"[\d,]+ texts by or about customers, [\d.]+ % positive and [\d.]+ % negative",
        ),
        ("sentiment", r"[\d,]+ texts in a good tone less [\d,]+ texts in a bad one"),
        ("stickiness", r"[\d.]+ active users on an average day / [\d,]+ users in the period"),
    ],
)
def test_what_is_no_plain_quotient_says_its_numbers_too(open_page: Open, kpi: str, said: str) -> None:
    assert re.search(said, text(open_page("kpi", id=kpi)))


def test_the_page_says_what_the_kpi_means_and_what_is_near_it(open_page: Open) -> None:
    written = text(open_page("kpi", id="customer_churn_rate"))
    for expected in ("What it means", "Risks and misreadings", "Also called Churn Rate", "Related"):
        assert expected in written


def test_the_value_is_read_in_plain_words(open_page: Open) -> None:
    app = open_page("kpi", id="customer_churn_rate")
    said = re.search(r"Customer Churn Rate was ([\d.]+ %) in .+, counted over [\d,]+ customers active at the start\. "
                     r"That is ([\d.]+) pts (more|less) than in .+, which is (better|worse)\.", text(app))  # fmt: skip
    assert said
    assert said[1] == app.metric[0].value
    assert float(app.metric[0].delta.split()[0].replace("−", "-").lstrip("+-")) == float(said[2])
    assert (said[3], said[4]) in {("more", "worse"), ("less", "better")}


def test_a_kpi_that_divides_a_whole_shows_its_largest_part_instead_of_all(open_page: Open) -> None:
    app = open_page("kpi", id="exit_reason_frequency")
    leading = app.selectbox(key="url_item").value
    assert leading
    assert f"Exit Reason Frequency, {leading}, was {app.metric[0].value} in" in text(app)
    assert app.metric[0].value != "100 %"
    other = app.selectbox(key="url_item").options[1]
    assert f"Exit Reason Frequency, {other}, was" in text(open_page("kpi", id="exit_reason_frequency", item=other))


def test_the_parts_of_a_score_that_moved_it_add_up(open_page: Open) -> None:
    app = open_page("kpi", id="customer_health_score")
    found = re.search(r"From ([\d.]+) \(.+\) to ([\d.]+) \(.+\): the parts add up to \*\*(-?[\d.]+) points", text(app))
    assert found
    before, now, change = (float(g) for g in found.groups())
    assert abs(now - before - change) < 0.11


def test_a_score_has_a_grade_and_its_accounts(open_page: Open) -> None:
    app = open_page("kpi", id="customer_health_score")
    assert re.search(r"Grade [A-F], (green|yellow|red)", text(app))
    assert any(re.fullmatch(r"The [\d,]+ accounts, the lowest first", e.label) for e in app.expander)


def test_the_steps_of_a_drop_off_stand_in_their_order(open_page: Open) -> None:
    app = open_page("kpi", id="drop_off_rate")
    assert app.selectbox(key="url_item").options[:3] == [
        "All together", "Signed up → onboarding started", "Onboarding started → onboarding completed"]  # fmt: skip


def test_a_model_says_what_it_was_judged_by(open_page: Open) -> None:
    written = text(open_page("kpi", id="churn_risk_score"))
    assert re.search(r"It learned from [\d,]+ accounts .+ that it had not learned from", written)
    for expected in ("ROC AUC", "Brier score of the base rate", "What drives it", "Predicted, and what came true"):
        assert expected in written


def test_a_number_beside_a_value_is_in_its_own_unit(open_page: Open) -> None:
    written = text(open_page("kpi", id="average_resolution_time"))
    assert re.search(r"90th percentile\n", written)
    assert re.search(r"\*\*[\d.]+ h\*\*", written)


def test_one_period_is_opened_by_the_url(open_page: Open) -> None:
    whole = open_page("kpi", id="customer_churn_rate")
    period = whole.selectbox(key="url_at").options[1]
    assert period
    start = max(o for o in whole.selectbox(key="url_at").options if o)
    assert start


def test_an_unknown_kpi_is_a_sentence_that_names_the_nearest(open_page: Open) -> None:
    app = open_page("kpi", errors=True, id="customer_churn_rat")
    assert "Did you mean 'customer_churn_rate'" in app.error[0].value
