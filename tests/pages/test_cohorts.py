"""The Cohorts page: the triangle's cells, and the people behind them, agree."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs

Open = Callable[..., AppTest]


def said(app: AppTest) -> str:
    """All that the page says."""
    return "\n".join(str(e.value) for e in [*app.markdown, *app.caption])


@pytest.mark.parametrize("which", ["retained", "lost"])
def test_a_cell_of_the_address_shows_as_many_people_as_it_counts(open_page: Open, which: str) -> None:
    cells = cs.sample().version().retention(of="subscriptions", unit="customers", grain="month", periods=12)
    row = cells[(cells["k"] == 3) & cells["complete"] & (cells["retained"] < cells["eligible"])].iloc[0]
    cell = json.dumps([row["cohort"].strftime("%Y-%m-%dT%H:%M:%S"), 3])
    app = open_page("cohorts", period="all", cell=cell)
    app.segmented_control(key="cell_which").set_value(which).run()
    wanted = row["retained"] if which == "retained" else row["eligible"] - row["retained"]
    assert len(app.dataframe[0].value) == wanted
    assert f"Of the {row['eligible']:,} customers" in said(app)


def test_the_first_cell_shown_is_of_a_period_that_is_over(open_page: Open) -> None:
    app = open_page("cohorts")
    assert re.search(r"^Of the [\d,]+ customers who first subscribed in", said(app), flags=re.M)
    assert "So far" not in said(app)


def test_choosing_a_cell_writes_it_into_the_address(open_page: Open) -> None:
    app = open_page("cohorts", period="all")
    app.selectbox(key="cell_cohort").select_index(0).run()
    cohort, k = json.loads(app.query_params["cell"])
    assert cohort == app.selectbox(key="cell_cohort").value
    assert k == app.selectbox(key="cell_k").value


def test_only_what_the_data_have_can_be_asked_of(open_page: Open) -> None:
    app = open_page("cohorts")
    options = app.selectbox(key="url_of").options
    tables = cs.sample().version().tables()
    assert ("Customers: invoiced" in options) == bool(tables["invoices"]["rows"])
    assert ("Orders: revenue" in options) == bool(tables["orders"]["rows"])
    assert "Customers: subscribed" in options


def test_cohorts_by_an_attribute(open_page: Open) -> None:
    app = open_page("cohorts", period="all", rows="region")
    assert set(app.selectbox(key="cell_cohort").options) >= {"EMEA"}
    assert "customers with region '" in said(app)


def test_a_cell_that_is_gone_is_no_error(open_page: Open) -> None:
    open_page("cohorts", cell='["1999-01-01T00:00:00", 3]')
    open_page("cohorts", cell="nonsense")
