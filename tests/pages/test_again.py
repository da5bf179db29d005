"""The Data page, the next month: what changed in the file is said, and what publishing would change is shown first."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs
from tests.pages.test_data import Open, button, dropped, name, said, waited

__all__ = ["name"]
MAY = "\n".join(
    ["Client ID,Name,Since,Tier", *(f"C{i},Firm {i},2025-01-{i + 10},{'Gold' if i % 2 else 'Basic'}" for i in range(9))]
)


def published(open_page: Open, name: str) -> None:
    app = dropped(open_page, name, ("clients_may.csv", MAY.encode()))
    button(app, "Publish 9 rows").click().run()
    waited(app, "Tables")


def test_what_changed_in_the_file_is_said_and_a_rename_can_be_refused(open_page: Open, name: str) -> None:
    published(open_page, name)
    june = MAY.replace("Tier", "Tier_2025").replace("Firm 3,2025-01-13,Gold", "Firm 3,2025-01-13,*Platinum*")
    app = dropped(open_page, name, ("clients_june.csv", june.encode()))
    (rename,) = [box for box in app.checkbox if (box.key or "").startswith("rename_")]
    assert "`Tier` is now `Tier_2025`" in rename.label
    assert rename.value
    assert "`Tier_2025` has a new value: \\*Platinum\\*" in said(app)
    rename.uncheck().run()
    (draft,) = cs.Workspace(cs.home() / name).drafts()
    (sheet,) = draft["content"]["choices"]["sheets"]
    assert sheet["refused"] == ["Tier"]


def previewed(app: AppTest) -> AppTest:
    """The page once the preview stands on it."""
    for _ in range(200):
        if "**What would change**" in said(app):
            return app
        time.sleep(0.1)
        app.run()
    raise AssertionError("no preview came")


def test_what_would_change_is_shown_before_anything_is_published(open_page: Open, name: str) -> None:
    published(open_page, name)
    june = MAY.replace("Firm 3,2025-01-13,Gold", "Firm 3,2025-01-13,Basic").replace("C8,", "C9,")
    app = dropped(open_page, name, ("clients_june.csv", june.encode()))
    app.radio(key="publish_mode").set_value("upsert").run()
    app = previewed(app)
    (rows,) = [f.value for f in app.dataframe if "Unchanged" in f.value]
    assert rows.to_dict("records") == [
        {
            "Table": "customers",
            "Matched by": "customer_id",
            "Rows": 9,
            "New": 1,
            "Changed": 1,
            "Unchanged": 7,
            "Missing": 1,
        }
    ]
    (cells,) = [f.value for f in app.dataframe if "Before" in f.value]
    assert cells[["Key", "Column", "Before", "After"]].values.tolist() == [["C3", "segment", "Gold", "Basic"]]
    assert "Not in the new files: 1 row of customers from earlier files of this source" in said(app)
    assert cs.Workspace(cs.home() / name).numbers() == [1]
    app.multiselect(key="key_customers").set_value(["name"]).run()
    app = previewed(app)
    (rows,) = [f.value for f in app.dataframe if "Unchanged" in f.value]
    assert rows["Changed"].tolist() == [2]
    button(app, "Publish 9 rows").click().run()
    waited(app, "Tables")
    assert cs.Workspace(cs.home() / name).version().tables()["customers"]["rows"] == 9


def files_of(name: str) -> set[str]:
    folder = cs.home() / name
    kept = ("workspace.", "publish.lock")
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and not p.name.startswith(kept)}


def test_a_reading_that_is_cancelled_leaves_no_file_no_draft_and_no_process(
    open_page: Open, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(open_page, name)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = files_of(name)
    rows = "\n".join(f"E{i},C{i % 9},2025-03-{i % 28 + 1:02d} 10:00,opened,{i}" for i in range(400_000))
    app = open_page("data", ws=name)
    large = ("events.csv", f"event_id,customer_id,occurred_at,event,n\n{rows}".encode(), "text/csv")
    app.file_uploader[-1].set_value([large]).run()
    for _ in range(200):  # the reading begins beside the page
        if list(tmp_path.iterdir()):
            break
        time.sleep(0.02)
    assert list(tmp_path.iterdir())
    button(app, "Cancel").click().run()
    for _ in range(100):
        if "draft" not in app.query_params:
            break
        time.sleep(0.1)
        app.run()
    assert "draft" not in app.query_params
    assert cs.Workspace(cs.home() / name).drafts() == []
    assert files_of(name) == before
    assert not [p for p in children() if "cs_metrics.ingest.reading.worker" in p]
    assert not list(tmp_path.rglob("upload-*"))


def children() -> list[str]:
    """The command lines of the processes that this one started."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            if f"PPid:\t{os.getpid()}\n" in status.read_text():
                found.append((status.parent / "cmdline").read_text().replace("\0", " "))
    return found


def test_one_click_in_the_history_of_a_source_goes_back_to_an_earlier_version(open_page: Open, name: str) -> None:
    published(open_page, name)
    app = dropped(open_page, name, ("clients_june.csv", MAY.replace("C8,", "C9,").encode()))
    button(app, "Publish 9 rows").click().run()
    waited(app, "Tables")
    workspace = cs.Workspace(cs.home() / name)
    assert workspace.source_history()[["origin", "version", "loaded", "replaced"]].values.tolist() == [
        ["clients", 2, 9, 8],
        ["clients", 1, 9, 0],
    ]
    app = open_page("data", ws=name, view="files")
    assert any("2 loads" in e.label for e in app.expander)
    key = "history_clients_customers"
    app.session_state[key] = True
    app.run()
    button(app, "Back to this version").click().run()
    assert workspace.numbers() == [1, 2, 3]
    assert workspace.version().restored_from == 1
    assert workspace.version().tables()["customers"]["rows"] == 9
    assert app.query_params["v"] == "3"
