"""A page on paper: its title, what it stands on and its numbers; no bar, no buttons; charts and tables as such."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page


def printed(page: Page, paper: str) -> tuple[list[str], list[Any]]:
    """Print a page; return the text and the look (the darkest of each pixel) of each sheet."""
    sheets = pypdfium2.PdfDocument(page.pdf(format=paper))
    texts = [sheet.get_textpage().get_text_bounded() for sheet in sheets]
    return texts, [sheet.render(scale=0.4).to_numpy().min(axis=2) for sheet in sheets]


@pytest.mark.parametrize(("paper", "scheme"), [("A4", "dark"), ("Letter", "light")])
def test_a_page_prints_with_its_title_and_numbers_and_without_its_controls(
    browser: Browser, base_url: str, ready: Callable[[Page], None], paper: str, scheme: str
) -> None:
    page = browser.new_page(base_url=base_url, color_scheme=scheme, viewport={"width": 1440, "height": 1200})
    page.goto("/kpi?id=mrr")
    ready(page)
    value = page.get_by_test_id("stMetricValue").inner_text()
    texts, pictures = printed(page, paper)
    text = "\n".join(texts)
    assert "Monthly Recurring Revenue" in texts[0]
    assert value in texts[0]
    for said in ("Sample company, version", "Filters: none", "Printed on"):
        assert said in texts[0]
    assert page.get_by_text("Press a point to open").is_visible()
    for control in ("Overview", "Download", "Add a note", "Share", "Monthly\n", "SQL", "Press a"):
        assert control not in text
    # also from a dark page the paper is white
    assert all((picture[:10] > 250).all() and (picture > 250).mean() > 0.5 for picture in pictures)
    page.close()


def test_charts_and_tables_stand_on_paper_as_pictures_of_its_width_and_as_text(
    page: Page, base_url: str, ready: Callable[[], None]
) -> None:
    page.goto(f"{base_url}/cohorts")
    ready()
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 700, "height": 1000})
    chart, table = page.locator(".paper-chart img"), page.locator(".paper-table table")
    assert chart.first.evaluate("img => img.complete && img.naturalWidth > 600")
    assert chart.first.is_visible()
    assert table.first.locator("tbody tr").count() > 5
    assert table.first.is_visible()
    assert not page.get_by_test_id("stDataFrame").first.is_visible()
    assert not page.locator(".st-key-triangle_halves").is_visible()
    page.emulate_media(media="screen")
    assert not chart.first.is_visible()
    assert not table.first.is_visible()
