"""A KPI's own page: its value with the numbers put in, trend, segments, SQL and rows."""

from __future__ import annotations

import re
from collections.abc import Callable

from streamlit.testing.v1 import AppTest

Open = Callable[..., AppTest]


def text(app: AppTest) -> str:
    """Everything that is written on the page."""
    return "\n".join(str(e.value) for e in [*app.markdown, *app.caption, *app.subheader, *app.title])


def test_the_formula_has_its_numbers_put_in(open_page: Open) -> None:
    app = open_page("kpi", id="customer_churn_rate")
    assert "Customer Churn Rate" in app.title[0].value
    found = re.search(r"([\d,]+) customers .* / ([\d,]+) customers .* = \*\*([\d.]+) %\*\*", text(app))
    assert found
    lost, start, shown = (float(g.replace(",", "")) for g in found.groups())
    assert abs(100 * lost / start - shown) < 0.06
    assert app.metric[0].value == f"{found[3]} %"


def test_the_page_says_what_the_kpi_means_and_what_is_near_it(open_page: Open) -> None:
    written = text(open_page("kpi", id="customer_churn_rate"))
    for expected in ("What it means", "Where it misleads", "Also called Churn Rate", "Related"):
        assert expected in written


def test_one_period_is_opened_by_the_url(open_page: Open) -> None:
    whole = open_page("kpi", id="customer_churn_rate")
    period = whole.selectbox(key="url_at").options[1]
    assert period
    start = max(o for o in whole.selectbox(key="url_at").options if o)
    assert start


def test_an_unknown_kpi_is_a_sentence_that_names_the_nearest(open_page: Open) -> None:
    app = open_page("kpi", errors=True, id="customer_churn_rat")
    assert "Did you mean 'customer_churn_rate'" in app.error[0].value
