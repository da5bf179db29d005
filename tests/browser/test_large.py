"""A file too large for the uploader goes to the app's own route, from the page that has the leave for it."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import cs_metrics as cs

ROWS = [f"O{i},C{i % 7},2025-01-{i % 28 + 1:02d},{i}\n" for i in range(90)]
ORDERS = "order_id,customer_id,ordered_at,amount\n" + "".join(ROWS)


def test_a_large_file_is_sent_in_a_stream_and_mapped(
    server: str, page: Page, home: Path, ready: Callable[[], None], tmp_path: Path
) -> None:
    workspace = cs.Workspace(home / "Streamed")
    (tmp_path / "orders.csv").write_text(ORDERS)
    page.goto(f"{server}/data?ws=Streamed")
    ready()
    page.get_by_text("A file of more than").click()
    page.get_by_label("Choose a large file").set_input_files(tmp_path / "orders.csv")
    expect(page.get_by_role("button", name="Publish 90 rows")).to_be_visible(timeout=90_000)
    (draft,) = workspace.drafts()
    assert f"draft={draft['draft']}" in page.url
    assert workspace.upload(draft["content"]["uploads"][0]).read_text() == ORDERS
    # the token is used up, and the page has another one for the next file
    page.get_by_text("A file of more than").scroll_into_view_if_needed()
    expect(page.get_by_label("Choose a large file")).to_be_enabled()


def test_the_route_opens_to_nobody_without_a_token(server: str) -> None:
    for headers in ({}, {"Authorization": "Bearer guess"}, {"Cookie": "_streamlit_xsrf=x"}):
        request = urllib.request.Request(f"{server}/upload/a.csv", b"a,b\n1,2\n", headers, method="PUT")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=20)
        assert refused.value.code == 401
