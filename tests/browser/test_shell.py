"""A person's way around: the address is all that a page depends on, and every page fits a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

Ready = Callable[..., None]
PAGES = ("", "kpi?id=customer_churn_rate", "segments", "settings", "cohorts", "feedback", "data")
VALUES = "[data-testid=stMetricValue]"


def values(page: Page) -> list[str]:
    """The numbers of all tiles, once the browser has drawn every one: it does not draw them in order."""
    page.locator(VALUES).first.wait_for()
    seen: list[str] = []
    for _ in range(40):
        now = page.locator(VALUES).all_inner_texts()
        if now == seen and all(now):
            break
        seen = now
        page.wait_for_timeout(500)
    return seen


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a select box."""
    page.get_by_role("combobox", name=re.compile(rf"\b{label}\b")).first.click()
    page.get_by_role("option", name=option, exact=True).click()


def test_a_copied_address_shows_a_colleague_the_same_numbers(
    server: str, page: Page, ready: Ready, browser: Browser
) -> None:
    page.goto(f"{server}/")
    ready()
    everyone = values(page)
    choose(page, "Period", "Last quarter")
    page.wait_for_url("**period=last_quarter**")
    ready()
    quarter = values(page)
    assert quarter != everyone

    colleague = browser.new_context(viewport={"width": 1440, "height": 2400}, locale="en-GB").new_page()
    colleague.goto(page.url)
    ready(colleague)
    expect(colleague.locator(VALUES)).to_have_text(quarter, timeout=20_000)
    colleague.context.close()

    page.reload()
    ready()
    expect(page.locator(VALUES)).to_have_text(quarter, timeout=20_000)
    page.go_back()
    page.wait_for_url(lambda url: "period=" not in url)
    ready()
    expect(page.locator(VALUES)).to_have_text(everyone, timeout=20_000)


def test_a_link_carries_the_state_to_the_next_page(server: str, page: Page, ready: Ready) -> None:
    page.goto(f"{server}/?period=last_quarter&cmp=year")
    ready()
    page.get_by_role("link", name="Customer Churn Rate").click()
    page.wait_for_url("**/kpi?**")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Customer Churn Rate"))
    assert "period=last_quarter" in page.url
    assert "cmp=year" in page.url
    assert "id=customer_churn_rate" in page.url


@pytest.mark.parametrize(("path", "scheme"), [*((path, "light") for path in PAGES), ("", "dark")])
def test_a_page_fits_a_phone_and_calls_nobody_but_its_server(
    server: str, browser: Browser, ready: Ready, path: str, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 2600}, color_scheme=scheme, locale="de-DE")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server}/{path}")
    ready(page)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    expect(page.get_by_text("Sample data").first).to_be_visible()
    assert not page.get_by_text("Something went wrong").count()
    assert not [url for url in asked if not url.startswith((server, server.replace("http", "ws"), "data:", "blob:"))]
    context.close()


def test_an_address_cannot_bring_a_picture_or_markdown_of_its_own(server: str, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server}/?ws=" + quote("![x](http://picture.example/x.png) :red[red] :smile: $a+b$ <b>bold</b>"))
    said = page.get_by_test_id("stAlert").first
    expect(said).to_contain_text("![x](http://picture.example/x.png) :red[red] :", timeout=60_000)
    expect(said).to_contain_text("$a+b$ <b>bold</b>")
    page.wait_for_timeout(500)
    assert not [url for url in asked if url.startswith("http://picture.example")]


def test_the_overview_has_an_address_of_its_own(server: str, page: Page, ready: Ready) -> None:
    page.goto(f"{server}/overview?period=last_quarter")
    ready()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Overview"))
    expect(page.get_by_text("Page not found")).to_have_count(0)
    assert "/overview?" in page.url
    assert "period=last_quarter" in page.url


def test_a_press_on_a_point_opens_its_period_and_one_on_a_bar_filters(server: str, page: Page, ready: Ready) -> None:
    page.goto(f"{server}/kpi?id=net_promoter_score&by=region")
    ready()
    charts = page.locator("[data-testid=stVegaLiteChart]")
    charts.nth(0).locator(".mark-symbol path").first.click(force=True)
    page.wait_for_url("**at=2025-07-01**")
    ready()
    expect(page.get_by_role("combobox", name="Open").first).to_have_value(re.compile("Jul"))
    charts.nth(1).locator(".mark-rect path").first.click(position={"x": 20, "y": 8}, force=True)
    page.wait_for_url("**where=**")
    ready()
    expect(page.get_by_text("Only customers and rows where region is").first).to_be_visible()
    assert "at=2025-07-01" in page.url
    assert not page.get_by_text("Something went wrong").count()
