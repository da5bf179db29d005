"""What a page says in the place of what a link leaves out: that it is left out, never that something broke."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs
from cs_metrics.workspace.kept import link_pages
from tests.pages.test_revenue import load

Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def _own_home(fresh_home: Path) -> None:
    """Links are made in workspaces of this file's own."""


def said(app: AppTest) -> str:
    return "\n".join(e.value for kind in (app.markdown, app.caption, app.info) for e in kind)


@pytest.mark.parametrize(
    ("hidden", "told"),
    [
        (["customer_id"], dict.fromkeys(("cohorts", "revenue", "survival", "why"), "Who they are is left out")),
        (["mrr", "amount"], {"revenue": "What each of them pays is left out", "why": "makes of it is left out"}),
        (["score"], {}),
    ],
    ids=["customers", "amounts", "scores"],
)
def test_no_page_stumbles_over_what_is_left_out(
    open_page: Open, caplog: pytest.LogCaptureFixture, hidden: list[str], told: dict[str, str]
) -> None:
    token = cs.sample().share("overview", pages="all", hidden=hidden, filters="locked", audience="anyone")
    with caplog.at_level(logging.ERROR, "cs_metrics.app"):
        for page in sorted({*link_pages.ANALYSIS} - {"segments"}):  # which is shared whole or not at all
            app = open_page(page, ws="sample", link=token)
            assert told.get(page, "") in said(app), page
            assert not caplog.records, page
        for page, part in (("feedback", "heard"), ("feedback", "after"), ("revenue", "renewals")):
            open_page(page, ws="sample", link=token, show=part)
            assert not caplog.records, (page, part)


def test_a_theme_keeps_its_share_of_texts_where_amounts_are_left_out(open_page: Open) -> None:
    token = cs.sample().share("texts", hidden=["mrr"], filters="locked", audience="anyone")
    app = open_page("texts", ws="sample", link=token)
    assert "% of all" in said(app)
    assert "Share of MRR" not in [e.value for e in app.caption]
    orders = next(box.options for box in app.selectbox if box.label == "Order")
    assert "Largest first" in orders
    assert "Most MRR first" not in orders
    assert "Share of MRR" in [e.value for e in open_page("texts", ws="sample").caption]


def test_what_cannot_be_computed_is_left_out_by_the_link_and_not_missing_in_the_files(
    open_page: Open, fresh_home: Path, tmp_path: Path
) -> None:
    lines = "order_id,customer_id,ordered_at,amount\n1,a,2026-01-05,10\n2,a,2026-02-05,10\n3,b,2026-02-07,5\n"
    load("shop", {"orders.csv": lines}, tmp_path)
    shop = cs.Workspace(fresh_home / "shop")
    token = shop.share("cohorts", hidden=["customer_id"], filters="locked", audience="anyone")
    told = said(open_page("cohorts", ws="shop", link=token))
    assert "Retention cannot be computed from what this link shows" in told
    assert "It needs one of" in told
    assert "may be there for whoever shared it" in told
    assert "Load or map them" not in told
    assert "cannot be computed" not in said(open_page("cohorts", ws="shop"))
