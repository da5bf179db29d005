"""'Why did it move?': the address holds it all, the sentences say it, the customers are named."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages._ui.why import words

Open = Callable[..., AppTest]
FIRST_QUARTER = {"how": "ranges", "period": "custom", "since": "2026-01-01", "until": "2026-04-01"}


def written(app: AppTest) -> str:
    return "\n".join(str(e.value) for e in [*app.markdown, *app.caption, *app.subheader]).replace("\\", "")


def test_the_planted_story_is_found_and_told(open_page: Open) -> None:
    app = open_page("why", id="customer_churn_rate", **FIRST_QUARTER)
    told = written(app)
    assert re.search(r"Customer Churn Rate rose from [\d.]+ % in .+ to [\d.]+ % in .+, by [\d.]+ points, "
                     r"which is more than chance alone would make", told)  # fmt: skip
    assert re.search(r"(Most|More than all) of it, [\d.]+ points, is Promo Code NEWYEAR50, where it went from 0 % "
                     r"to 68 % \(0 of 50, then 34 of 50\)\.", told)  # fmt: skip
    table = app.dataframe[0].value
    assert list(table["Segment"]) == ["NEWYEAR50", "(none)"]
    assert any("explain more than chance would" in e.label for e in app.expander)


def test_where_a_month_says_nothing_the_quarter_is_asked(open_page: Open) -> None:
    app = open_page("why", id="customer_churn_rate", at="2026-06-01")
    told = written(app)
    assert "No attribute stands out" in told
    assert "The month alone does not say why; over the quarter something stands out" in told
    assert re.search(r"fell from 11\.5 % in Q1 2026 to 5 % in Q2 2026", told)
    assert "is Promo Code NEWYEAR50, where it went from" in told
    asked = open_page("why", id="customer_churn_rate", at="2026-02-01", vs="2026-01-01", attr="region")
    assert "over the quarter" not in written(asked)  # a split that was chosen is the answer


def test_an_address_opens_two_periods_an_attribute_a_segment_and_a_customer(open_page: Open) -> None:
    app = open_page("why", id="mrr", at="2026-05-01", vs="2026-03-01", attr="region", part="EMEA")
    assert app.selectbox(key="url_at").value == "2026-05-01"
    assert app.selectbox(key="url_vs").value == "2026-03-01"
    assert set(app.dataframe[0].value["Segment"]) == {"AMER", "APAC", "EMEA", "LATAM"}
    customers = app.dataframe[1].value
    assert {"Customer", "Name", "Part of the change"} <= set(customers.columns)
    opened = open_page("why", id="mrr", at="2026-05-01", vs="2026-03-01", attr="region", part="EMEA",
                       who=customers["Customer"].iloc[0])  # fmt: skip
    assert re.search(r"\*\*May 2026\*\*: \d+ rows? counted", written(opened))


def test_of_a_median_the_mean_is_explained(open_page: Open) -> None:
    app = open_page("why", id="first_response_time", at="2026-02-01")
    assert "The mean of First Response Time rose from" in written(app)
    assert "has no parts that add up" in written(app)


@pytest.mark.parametrize(
    ("unit", "part", "said"),
    [
        ("share", -0.000406, "−0.041 points"),
        ("share", -0.0022, "−0.22 points"),
        ("share", 0.12, "+12.0 points"),
        ("score", 0.013, "+0.013 points"),
        ("score", 0.0, "0.0 points"),
    ],
)
def test_a_customer_among_thousands_makes_more_than_nothing(unit: str, part: float, said: str) -> None:
    row = {"customer_id": "a", "n_then": 1, "d_then": 1, "n_now": 0, "d_now": 0, "part": part}
    shown = words.accounts_table(SimpleNamespace(unit=unit), pd.DataFrame([row]), ("May", "June"))  # type: ignore[arg-type]
    assert shown["Part of the change"].item() == said


def test_two_groups_are_compared(open_page: Open) -> None:
    app = open_page("why", id="customer_churn_rate", how="groups", split="segment", one="SMB", other="Enterprise",
                    attr="region")  # fmt: skip
    assert re.search(r"Customer Churn Rate is [\d.]+ % for SMB and [\d.]+ % for Enterprise", written(app))


def test_a_kpi_of_several_facts_says_the_numbers_it_is_made_of(open_page: Open) -> None:
    app = open_page("why", id="customer_lifetime_value", at="2026-06-01")
    assert set(app.dataframe[0].value["Number"]) == {"accounts", "months", "lost", "mrr"}


def test_what_has_no_parts_says_so(open_page: Open) -> None:
    app = open_page("why", errors=True, id="average_customer_lifespan")
    assert "has no parts that add up" in app.error[0].value
