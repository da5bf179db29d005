"""Scorecards: those that come with the app, and one's own, which the Overview then shows in its order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cs_metrics.kpis import CATALOGUE, scorecards

Open = Callable[..., AppTest]


@pytest.fixture(scope="module")
def home(fresh_home: Path) -> Path:
    return fresh_home


def button(app: AppTest, label: str):  # type: ignore[no-untyped-def]
    return next(b for b in app.button if b.label == label)


@pytest.mark.parametrize("card", scorecards.READY, ids=lambda c: c.id)
def test_what_comes_with_the_app_is_shown(open_page: Open, card: scorecards.Scorecard) -> None:
    app = open_page("overview", card=card.id)
    shown = {m.label for m in app.metric}
    assert shown <= {CATALOGUE[k].name for k in card.kpis}
    assert len(shown) >= len(card.kpis) - 2


def test_every_ready_made_one_is_short_and_looks_ahead() -> None:
    for card in scorecards.READY:
        assert set(card.kpis) <= set(CATALOGUE)
        for heading, ids in card.groups.items():
            assert len(ids) <= scorecards.MOST, heading
    assert {c.id for c in scorecards.READY} >= {"areas", "stages", "weekly", "monthly", "quarterly"}
    assert sum(c.id.startswith("area_") for c in scorecards.READY) == 5
    assert sum(c.id.startswith("stage_") for c in scorecards.READY) == 4


def test_too_many_and_all_lagging_are_said() -> None:
    leading = [k.id for k in CATALOGUE.values() if k.leading]
    lagging = [k.id for k in CATALOGUE.values() if not k.leading]
    known = CATALOGUE.values()
    assert scorecards.warnings([*lagging[:11], leading[0]], known) == []
    assert "13 KPIs" in scorecards.warnings([*lagging[:12], leading[0]], known)[0]
    assert "lagging" in scorecards.warnings(lagging[:3], known)[0]
    assert scorecards.warnings([], known) == []


def test_one_of_ones_own_is_made_ordered_shown_and_deleted(open_page: Open) -> None:
    app = open_page("scorecard")
    next(t for t in app.text_input if t.label == "Name").set_value("Mondays")
    app.multiselect[0].set_value(["mrr", "customer_churn_rate", "net_promoter_score"]).run()
    assert not app.warning
    next(b for b in app.button if b.key == "card_down_mrr").click().run()
    button(app, "Save").click().run()
    assert not app.exception
    assert any("Mondays is saved" in s.value for s in app.success)
    card = app.query_params["card"]
    shown = open_page("overview", card=card)
    assert [m.label for m in shown.metric] == [
        "Customer Churn Rate", "Monthly Recurring Revenue", "Net Promoter Score"]  # fmt: skip
    again = open_page("scorecard", card=card)
    button(again, "Delete it").click().run()
    assert not again.exception
    next(b for b in again.button if b.key == f"card_back_{card}").click().run()
    assert not again.exception
    assert len(open_page("overview", card=card).metric) == 3


def test_a_name_and_a_kpi_are_needed(open_page: Open) -> None:
    app = open_page("scorecard")
    button(app, "Save").click().run()
    assert "needs a name" in app.error[0].value
