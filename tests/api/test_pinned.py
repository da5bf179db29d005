"""Pinned themes through the workspace: kept, logged, and still there after the next upload."""

from __future__ import annotations

from datetime import datetime

from cs_metrics.api.workspace import Workspace
from tests.api.conftest import put


def test_a_pin_outlives_an_upload_and_the_log_says_who_did_what(workspace: Workspace) -> None:
    answer = {"survey": "nps", "score": 9.0, "comment": "Slow export", "responded_at": datetime(2025, 2, 4)}
    slow = workspace.pin_theme("Slow exports", ["slow export"], found=["export"], who="Ann")
    price = workspace.pin_theme("Price", ["price*"], who="Ann")
    put(workspace, survey_responses=[{"customer_id": "B", **answer}])
    again = Workspace(workspace.path)
    pins = {t["name"]: {"phrases": t["phrases"], "found": t["found"]} for t in again.pinned_themes()}
    assert again.version().themes(pins=pins)[["theme", "texts"]].values.tolist() == [["Slow exports", 1]]
    assert [(t["name"], t["found"]) for t in again.pinned_themes()] == [("Price", []), ("Slow exports", ["export"])]

    again.unpin_theme(slow, who="Bob")
    assert [t["name"] for t in workspace.pinned_themes(deleted=True)] == ["Slow exports"]
    again.restore_theme(slow, who="Bob")
    both = again.merge_themes([slow, price], "Both", who="Bob")
    assert sorted(again.unmerge_theme(both, who="Bob")) == sorted([slow, price])
    log = workspace.audit()[["who", "action"]].values.tolist()
    assert log == [
        ["Bob", "theme unmerged"], ["Bob", "themes merged"], ["Bob", "theme restored"], ["Bob", "theme unpinned"],
        ["Ann", "theme pinned"], ["Ann", "theme pinned"],
    ]  # fmt: skip
