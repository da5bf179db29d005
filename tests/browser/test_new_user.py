"""From the sample company to one's own numbers: somebody's first quarter of an hour, on files nobody here wrote."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from playwright.sync_api import Browser, Page, expect

Ready = Callable[..., None]
VALUE = "[data-testid=stMetricValue]"
INPUT = "[data-testid=stFileUploaderDropzoneInput]"
CHARTS = "[data-testid=stVegaLiteChart]"


def new_workspace(page: Page, server: str, ready: Ready, name: str) -> None:
    """Come to the sample's Data page, and make a workspace there."""
    page.goto(f"{server}/data?ws=sample")
    ready()
    page.get_by_label("Name of your workspace").fill(name)
    page.get_by_role("button", name="Create it and load files").click()
    page.locator(INPUT).wait_for(state="attached", timeout=30_000)
    ready()


def drop(page: Page, ready: Ready, *files: Path) -> None:
    """Drop files and wait until they are read."""
    page.locator(INPUT).set_input_files([str(f) for f in files])
    expect(page.get_by_role("heading", name="Publish")).to_be_visible(timeout=90_000)
    ready()


def satisfied(data: Path, **where: str) -> float:
    """The share of the rated tickets that got 4 or 5."""
    tickets = pd.read_csv(data / "ravenstack_support_tickets.csv").merge(
        pd.read_csv(data / "ravenstack_accounts.csv"), on="account_id"
    )
    for column, value in where.items():
        tickets = tickets[tickets[column] == value]
    return float((tickets["satisfaction_score"].dropna() >= 4).mean())


def choose(page: Page, label: str, option: str) -> None:
    """Choose an option of a select box."""
    page.get_by_role("combobox", name=re.compile(label)).first.click()
    page.get_by_role("option", name=option).first.click()


def test_five_files_become_numbers_a_segment_and_a_link(
    server: str, page: Page, ready: Ready, browser: Browser, real_data: Path
) -> None:
    data = real_data / "ravenstack"
    page.goto(f"{server}/")
    ready()
    expect(page.locator(VALUE).nth(5)).to_be_visible(timeout=60_000)

    new_workspace(page, server, ready, "Raven")
    drop(page, ready, *sorted(data.glob("*.csv")))
    expect(page.get_by_text("5 sheets will be loaded")).to_be_visible()
    for file, table in (("accounts", "customers"), ("feature_usage", "events"), ("support_tickets", "tickets")):
        expect(page.get_by_text(re.compile(rf"ravenstack_{file}\.csv → {table}"))).to_be_visible()
    expect(page.get_by_text("contradict themselves or each other")).to_be_visible()
    page.get_by_role("button", name=re.compile("Publish 33,100 rows")).click()
    expect(page.get_by_text("Version 1 is published.")).to_be_visible(timeout=90_000)

    page.goto(f"{server}/cohorts?ws=Raven&period=all")
    ready()
    page.locator(CHARTS).first.wait_for()
    expect(page.get_by_text(re.compile(r"^Of the [\d,]+ customers who first subscribed in"))).to_be_visible()

    page.goto(f"{server}/feedback?ws=Raven&period=all")
    ready()
    expect(page.locator(VALUE).first).to_have_text(re.compile(rf"^{satisfied(data):.1%}".replace("%", r"\s?%")))
    assert page.get_by_text("From ticket ratings: no CSAT survey is loaded.").count()

    page.goto(f"{server}/segments?ws=Raven&period=all")
    ready()
    choose(page, "Where", "Country (of the customer)")
    page.wait_for_url("**draft=**")
    ready()
    page.get_by_role("textbox", name="Name").fill("Americans")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Save segment").click()
    ready()
    page.goto(f"{server}/feedback?ws=Raven&period=all")
    ready()
    choose(page, "Segment", "Americans")
    page.wait_for_url("**seg=**")
    ready()
    shown = re.compile(rf"^{satisfied(data, country='US'):.1%}".replace("%", r"\s?%"))
    expect(page.locator(VALUE).first).to_have_text(shown)

    colleague = browser.new_context(viewport={"width": 1440, "height": 2400}, locale="en-GB").new_page()
    colleague.goto(page.url)
    ready(colleague)
    expect(colleague.locator(VALUE).first).to_have_text(shown)
    colleague.context.close()


def test_a_mapping_in_progress_survives_a_reload_and_leaves_no_trace_when_thrown_away(
    server: str, page: Page, ready: Ready, tmp_path: Path
) -> None:
    (tmp_path / "clients.csv").write_text("Client ID,Since,Tier\nC1,2025-01-03,Gold\nC2,2025-02-09,Basic\n")
    new_workspace(page, server, ready, "Reload")
    drop(page, ready, tmp_path / "clients.csv")
    expect(page.get_by_text(re.compile(r"clients\.csv → customers"))).to_be_visible()
    choose(page, "Does the sheet hold another table too", "users")
    card = page.get_by_text(re.compile(r"clients\.csv → customers and users"))
    expect(card).to_be_visible()
    # the card stays open although its title has changed
    expect(page.get_by_role("combobox", name=re.compile("What a row is")).first).to_be_visible()
    page.reload()
    expect(card).to_be_visible(timeout=60_000)
    ready()
    page.get_by_role("button", name="Throw away").click()
    page.wait_for_url(lambda url: "draft=" not in url)
    ready()
    expect(page.get_by_role("heading", name="Publish")).to_have_count(0)
    expect(page.get_by_text("Mappings in progress")).to_have_count(0)


def test_what_cannot_be_read_is_one_sentence_and_the_rest_goes_on(
    server: str, page: Page, ready: Ready, tmp_path: Path
) -> None:
    bad = {
        "empty.csv": (b"", "is empty"),
        "picture.csv": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "is a picture"),
        "broken.xlsx": (b"PK\x03\x04 not a workbook", "cannot be read as a workbook"),
    }
    for name, (content, _) in bad.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "clients.csv").write_text("Client ID,Since\nC1,2025-01-03\nC2,2025-02-09\n")
    new_workspace(page, server, ready, "Bad files")
    drop(page, ready, *tmp_path.iterdir())
    for name, (_, said) in bad.items():
        expect(page.get_by_text(re.compile(rf"{re.escape(name)} .*{said}"))).to_be_visible()
    expect(page.get_by_role("button", name="Publish 2 rows")).to_be_enabled()
