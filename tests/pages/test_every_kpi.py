"""Every KPI's page opens: on the sample with a value and a trend, without the data with what is lacking."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs
from cs_metrics.kpis import CATALOGUE
from pages._ui import chart
from pages._ui.opens import HOLE

Open = Callable[..., AppTest]
CATEGORIES = {kpi.category: [k.id for k in CATALOGUE.values() if k.category == kpi.category]
              for kpi in CATALOGUE.values()}  # fmt: skip

RENDERED: set[Callable[..., object]] = set()
"""The kinds of chart that were drawn once: a specification that Vega refuses leaves a blank on the page."""


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> dict[str, pd.DataFrame]:
    """What the page hands to its charts, by their keys: to AppTest a chart is opaque."""
    found: dict[str, pd.DataFrame] = {}
    show = chart.show

    def noted(drawing, *, key, **options):
        found[key] = drawing.data
        if drawing.build not in RENDERED:
            assert b"<path" in drawing.export("svg"), f"the chart '{key}' does not draw"
            RENDERED.add(drawing.build)
        show(drawing, key=key, **options)

    monkeypatch.setattr(chart, "show", noted)
    return found


@pytest.fixture(scope="module")
def kept() -> dict[str, AppTest]:
    """One visit for all KPIs: to begin a new one takes longer than to turn to the next page."""
    return {}


@pytest.fixture
def turn(open_page: Open, kept: dict[str, AppTest]) -> Callable[[str], AppTest]:
    """Return a function that turns to a KPI's page."""

    def turned(kpi: str, **params: str) -> AppTest:
        if "app" not in kept:
            kept["app"] = open_page("kpi", id=kpi, **params)
            return kept["app"]
        app = kept["app"]
        app.query_params["id"] = kpi
        app.run()
        return app

    return turned


def empty_charts(drawn: dict[str, pd.DataFrame]) -> list[str]:
    return [key for key, rows in drawn.items() if rows.empty or ("value" in rows and rows["value"].isna().all())]


@pytest.mark.parametrize("kpi", CATALOGUE.values(), ids=lambda kpi: kpi.id)
def test_page_has_a_value_and_a_trend(kpi, turn, drawn: dict[str, pd.DataFrame]) -> None:
    app = turn(kpi.id)
    assert app.title[0].value == kpi.name
    assert not app.exception, [e.message for e in app.exception]
    assert not app.error, [e.value for e in app.error]
    written = [str(e.value) for e in (*app.markdown, *app.caption)]
    if any("cannot be computed from these data" in text for text in written):
        assert any(text.startswith("It needs") for text in written)
        assert not drawn
        return
    assert len(app.metric) == 1
    assert app.metric[0].value not in ("", "–"), written
    assert any((f"{kpi.name}" in text and " over " in text) or " was " in text or " were " in text for text in written)
    assert drawn["trend"]["value"].notna().any()
    assert "segments" in drawn or any(text.startswith("No value for any segment:") for text in written)
    assert not empty_charts(drawn)
    holes = [text for text in written if HOLE.search(text)]
    assert not holes, "a number is missing in the sentence"


def test_parts_without_a_value_are_said_and_not_drawn(open_page: Open, drawn: dict[str, pd.DataFrame]) -> None:
    app = open_page("kpi", id="retained_feature_users_share", period="all")
    assert "No feature has a value over the whole range" in " ".join(e.value for e in app.caption)
    assert "trend" in drawn
    assert not empty_charts(drawn)


def test_on_the_sample_nearly_every_kpi_is_computed(home: Path) -> None:
    listed = cs.sample().version().kpis().set_index("id")
    lacking = listed.loc[~listed["computable"], "needs"]
    assert all(name.startswith("settings.") for needs in lacking for name in needs), lacking.to_dict()


@pytest.fixture(scope="module")
def only_customers(home: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A workspace with a list of customers and nothing of what they did."""
    path = tmp_path_factory.mktemp("bare") / "customers.csv"
    path.write_text("customer_id,name,region\n1,Ames,EMEA\n2,Boyd,APAC\n3,Cole,EMEA\n")
    workspace = cs.Workspace(home / "only_customers")
    plan = workspace.read([path])
    plan.sheets[0].use("customers", {"customer_id": "customer_id", "name": "name"})
    workspace.publish(plan, mode="append")
    return "only_customers"


@pytest.mark.parametrize("kpi", [i for ids in CATEGORIES.values() for i in ids[:: max(1, len(ids) // 2)]])
def test_page_without_the_data_says_what_is_lacking(kpi: str, only_customers: str, open_page: Open) -> None:
    app = open_page("kpi", id=kpi, ws=only_customers)
    written = [str(e.value) for e in app.markdown]
    assert any(f"{CATALOGUE[kpi].name} cannot be computed from these data" in text for text in written), written
    assert any(text.startswith("It needs\n- a ") for text in written)
    assert not app.metric
