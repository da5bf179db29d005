"""The Definitions page: choices explained, presets with their pages, two side by side; what is chosen is shown, stands
in the address, and goes into files."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs
from cs_metrics.definitions import DISAGREEMENTS
from cs_metrics.presets import PRESETS
from cs_metrics.reports import tables

Open = Callable[..., AppTest]
NOTICE = json.dumps({"churn_dated": "scheduled"})


def text(app: AppTest) -> str:
    return "\n".join(str(e.value) for e in [*app.markdown, *app.caption, *app.subheader]).replace("\\", "")


@pytest.fixture
def alone(fresh_home: Path) -> Path:
    return fresh_home


def test_every_disagreement_is_asked_and_each_choice_explained(open_page: Open) -> None:
    app = open_page("definitions")
    shown = {radio.label: radio for radio in app.radio}
    for each in DISAGREEMENTS:
        radio = shown[f"**{each.question}**"]
        assert len(radio.options) == len(each.choices)
        assert [c.means for c in each.choices] == [str(c).replace("\\", "") for c in radio.proto.captions]


def test_presets_link_the_vendors_pages(open_page: Open) -> None:
    written = text(open_page("definitions"))
    for preset in PRESETS:
        assert preset.vendor in written
        assert all(f"]({source.address})" in written for source in preset.sources)


def test_a_choice_stands_in_the_address_and_on_every_page(open_page: Open) -> None:
    app = open_page("definitions")
    app.radio(key="define_churn_dated").set_value("scheduled").run()
    assert not app.exception
    assert json.loads(app.query_params["def"]) == {"churn_dated": "scheduled"}
    assert any("This address looks with **churn at notice**" in m.value for m in app.markdown)
    for name in ("overview", "cohorts", "library", "kpi", "segments"):
        page = open_page(name, **{"def": NOTICE})
        assert any(b.label == "Back to the workspace's own" for b in page.button), name


def test_numbers_follow_the_address(open_page: Open) -> None:
    span = {"since": "2025-07-01", "until": "2026-01-01"}

    def value(**params: str) -> float:
        app = open_page("kpi", id="customer_churn_rate", period="custom", **span, **params)
        return float(app.metric[0].value.split()[0])

    version = cs.sample().version()
    for switched in ({}, {"churn_dated": "scheduled"}):
        expected = version.kpi("customer_churn_rate", definitions=switched, **span)["value"].iloc[0]
        given = {"def": json.dumps(switched)} if switched else {}
        assert value(**given) == pytest.approx(100 * expected, abs=0.06)


def test_the_kpi_page_says_by_which_definitions_it_counts(open_page: Open) -> None:
    written = text(open_page("kpi", id="net_revenue_retention", **{"def": NOTICE}))
    counted = "Counted with **churn at notice**, leavings by the subscriptions, MRR less discounts, NRR without"
    assert counted in written
    assert "Counted with" not in text(open_page("kpi", id="first_response_time"))


def test_two_definitions_stand_side_by_side_with_who_differs(open_page: Open) -> None:
    asked = {"view": "compare", "id": "customer_churn_rate", "b": "stripe", "at": "2026-03-01", "period": "all"}
    app = open_page("definitions", **asked)
    found = cs.sample().version().compare("customer_churn_rate", None, "stripe", period="2026-03-01")
    values = [m.value for m in app.metric]
    assert values == [f"{100 * found.a['value']:.1f} %", f"{100 * found.b['value']:.1f} %"]
    assert f"**{len(found.rows)} customers** make the difference." in text(app)
    shown = app.dataframe[0].value
    assert shown["Name"].tolist() == found.rows["name"].tolist()
    assert shown["Effect"].sum() == pytest.approx(100 * found.change)


def test_a_choice_is_saved_for_the_workspace_only_when_that_is_asked(alone: Path, open_page: Open) -> None:
    workspace = cs.sample()
    app = open_page("definitions", **{"def": json.dumps({"one_off_in_acv": True})})
    assert workspace.settings["one_off_in_acv"] is False
    next(b for b in app.button if b.label == "Save for the workspace").click().run()
    try:
        assert workspace.settings["one_off_in_acv"] is True
        assert "def" not in app.query_params
        assert "Saved for everyone" in app.success[0].value
    finally:
        workspace.set_settings({"one_off_in_acv": None})


def test_settings_are_saved_as_the_workspace_has_them_whatever_the_address_switches(open_page: Open) -> None:
    app = open_page("settings", **{"def": NOTICE})
    assert app.selectbox(key="setting_churn_dated").value == "end"


@pytest.mark.parametrize("given", ["{", "[1]", '{"churn_datd": "end"}', '{"churn_dated": "never"}'])
def test_definitions_that_cannot_be_read_are_a_sentence(open_page: Open, given: str) -> None:
    app = open_page("overview", errors=True, **{"def": given})
    assert app.error[0].value.endswith((".", "?"))


def test_files_say_what_they_stand_on() -> None:
    frame = pd.DataFrame({"kpi": ["mrr", "arr"], "value": [1, 12]})
    about = {"Version": "3", "Filters": "none", "Definitions": "churn at notice", "Data to": "=1+1"}
    read = pd.read_csv(io.BytesIO(tables.csv(frame, about)), encoding="utf-8-sig")
    assert list(read.columns) == ["kpi", "value", *about]
    assert read["Definitions"].tolist() == ["churn at notice"] * 2
    assert read["Data to"].tolist() == ["'=1+1"] * 2
    book = openpyxl.load_workbook(io.BytesIO(tables.xlsx({"t": frame}, about)))
    assert book.sheetnames == ["t", tables.ABOUT]
    assert [[c.value for c in row] for row in book[tables.ABOUT].iter_rows(min_row=2)] == [
        list(a) for a in about.items()
    ]
