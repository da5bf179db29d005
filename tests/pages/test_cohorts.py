"""The Cohorts page: the triangle's cells, and the people behind them, agree."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs
from pages._ui import download

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


@pytest.mark.parametrize("which", ["retained", "lost", "all"])
def test_a_column_holds_as_many_people_as_its_cells_together(open_page: Open, which: str) -> None:
    cells = cs.sample().version().retention(of="events", unit="users", grain="week", kind="on_or_before", periods=12)
    column = cells[(cells["k"] == 2) & cells["complete"]]
    eligible, retained = int(column["eligible"].sum()), int(column["retained"].sum())
    app = open_page("cohorts", of="usage", grain="week", kind="on_or_before", period="all", cell='["", 2]', which=which)
    assert f"Of the {eligible:,} users of the {len(column)} cohorts whose week 2 is over, {retained:,} used" in said(
        app
    )
    wanted = {"retained": retained, "lost": eligible - retained, "all": eligible}[which]
    assert f"{wanted:,} users." in said(app)


def test_a_segment_of_the_breakdown_opens_to_its_own_people(open_page: Open) -> None:
    cells = cs.sample().version().retention(of="subscriptions", grain="month", periods=12, by="region")
    column = cells[(cells["k"] == 1) & cells["complete"] & (cells["region"] == "EMEA")]
    app = open_page("cohorts", period="all", by="region", pick="EMEA", cell='["", 1]', which="all")
    assert f"{column['eligible'].sum():,} customers." in said(app)


def test_all_segments_stand_side_by_side_and_as_curves(open_page: Open) -> None:
    app = open_page("cohorts", period="all", by="region")
    assert "**EMEA**" in said(app)
    app = open_page("cohorts", period="all", by="region", view="curves")
    assert re.search(r"\*\*EMEA\*\*: Of the [\d,]+ customers of the", said(app))


def test_what_is_asked_stands_in_one_sentence(open_page: Open) -> None:
    asked = {"of": "orders", "kind": "brackets", "ranges": "1-2, 3-6", "rolling": "yes", "grain": "quarter"}
    app = open_page("cohorts", period="all", cell='["", 1]', **asked)
    assert "the share who ordered again in quarters 1 to 2, 3 to 6 after their start." in said(app)
    assert app.selectbox(key="cell_k").options == ["0", "1–2", "3–6"]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"kind": "brackets", "ranges": "1-x"}, "'1-x' is no range of periods"),
        ({"kind": "brackets", "ranges": "4-6, 1-3"}, "brackets go up and do not overlap"),
        ({"of": "revenue", "kind": "streak"}, "a streak is of units"),
        ({"grain": "hour"}, "choose a grain of day or longer"),
        ({"tz": "Asia/Tokyo"}, "a day has no time zone"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_said_and_the_choices_stay(open_page: Open, asked: dict[str, str], says: str) -> None:
    app = open_page("cohorts", errors=True, **asked)
    assert [e for e in app.error if says in e.value]
    assert app.selectbox(key="url_kind").value == asked.get("kind", "on")


def test_nonsense_in_the_address_is_left_aside(open_page: Open) -> None:
    open_page(
        "cohorts", of="x", kind="x", rows="x", grain="x", periods="-1", min="x", week="x", tz="x", by="x", pick="x",
        view="x", color="x", against="x", target="x", lines="x", which="x", cell='["", "x"]',
    )  # fmt: skip


def test_a_cell_is_saved_as_a_segment_of_its_customers(open_page: Open) -> None:
    app = open_page("cohorts", period="all", cell='["", 1]', which="lost")
    before = {s["segment"] for s in cs.sample().segments()}
    app.button(key="FormSubmitter:save_cell-Save").click().run()
    (saved,) = (s for s in cs.sample().segments() if s["segment"] not in before)
    cs.sample().delete_segment(saved["segment"])
    assert saved["name"] == "All cohorts, month 1: did not stay (subscribed)"
    ids = saved["where"]["customer_id"]
    assert f"{len(ids):,} customer" in app.success[0].value
    assert cs.sample().version().size(saved["where"])["inside"] == len(ids)


def test_refunds_among_the_orders_are_said_and_left_out_by_one_press(open_page: Open) -> None:
    version = cs.sample().version()
    found = version.refunds()
    app = open_page("cohorts", of="orders", period="all")
    assert f"{found['refunds']} of {found['orders']} orders are refunds or cancellations" in said(app)
    app.button(key="without_refunds").click().run()
    assert not app.exception
    assert not app.error
    assert "are refunds or cancellations" not in said(app)
    bought = {"orders.amount": {">=": 0}}
    orders, every = (version.retention(of="orders", start=w, back=w) for w in (bought, None))
    whole = orders[(orders["k"] == 1) & orders["complete"]]
    told = rf"Of the {whole['eligible'].sum()} customers .+, {whole['retained'].sum()} ordered \(.+\) in month 1 after"
    assert re.search(told, said(app))
    assert every.loc[every["k"] > 0, "retained"].sum() > orders.loc[orders["k"] > 0, "retained"].sum()


@pytest.mark.parametrize(
    ("mode", "says"), [("absolute", "from 0 to 100 %"), ("row", "lowest to the highest"), ("target", "above it (blue)")]
)
def test_a_picture_of_the_triangle_says_what_its_looks_mean(
    open_page: Open, monkeypatch: pytest.MonkeyPatch, mode: str, says: str
) -> None:
    told: dict[str, str] = {}
    monkeypatch.setattr(download, "chart", lambda _, *, key, legend="", **__: told.update({key: legend}))
    open_page("cohorts", color=mode, target="90")
    color, looks = told["triangle_files"].split("\n")
    assert says in color
    assert all(word in looks for word in ("Diagonals: not over", "Grey: fewer than 10", "Dash: no data", "not begun"))
