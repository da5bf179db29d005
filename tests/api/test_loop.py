"""Following up: what is kept survives new files, two people at once, and can be taken back."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from cs_metrics.api.view import View
from cs_metrics.api.workspace import Workspace
from cs_metrics.errors import QueryError, WorkspaceError
from cs_metrics.workspace.kept import follow_ups
from cs_metrics.workspace.store import records
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.records import Records
from tests.api.conftest import copied, put

ROWS = [
    {"customer_id": "A", "user_id": "a1", "survey": "nps", "score": 2.0, "responded_at": datetime(2025, 2, 3),
     "comment": "call me at ann@x.org"},
    {"customer_id": "B", "user_id": None, "survey": "nps", "score": 4.0, "responded_at": datetime(2025, 2, 4)},
    {"customer_id": None, "user_id": None, "survey": "nps", "score": 5.0, "responded_at": datetime(2025, 2, 5)},
    {"customer_id": None, "user_id": None, "survey": "nps", "score": 6.0, "responded_at": datetime(2025, 2, 5)},
    {"customer_id": None, "user_id": None, "survey": "nps", "score": 6.0, "responded_at": datetime(2025, 2, 5)},
    {"customer_id": "C", "user_id": None, "survey": "nps", "score": 10.0, "responded_at": datetime(2025, 2, 6)},
]  # fmt: skip
PEOPLE = [{"customer_id": c, "csm": m, "region": r} for c, m, r in (("A", "Kim", "EU"), ("B", None, "US"))]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("loop") / "acme")
    put(workspace, survey_responses=ROWS, customers=PEOPLE)
    return workspace


@pytest.fixture
def acme(published: Workspace) -> Workspace:
    """The published workspace, with nothing kept yet."""
    with published.records.engine.begin() as con:
        con.execute(records.FOLLOW_UPS.delete())
        con.execute(records.AUDIT.delete())
    return published


def keys(workspace: Workspace) -> dict[float, list[str]]:
    frame = workspace.version().follow_ups()
    return {score: part["follow_up"].tolist() for score, part in frame.groupby("score")}


def test_what_is_kept_survives_a_new_version_and_what_vanished_is_told(acme: Workspace, tmp_path: Path) -> None:
    workspace = copied(acme, tmp_path)
    found = keys(workspace)
    workspace.set_follow_ups([{"follow_up": found[2][0], "state": "resolved", "owner": "Ann"}], who="Bo")
    workspace.set_follow_ups([{"follow_up": found[4][0], "note": "left a message"}], who="Bo")
    assert workspace.version().follow_ups_gone().empty
    put(workspace, "replace", survey_responses=[ROWS[0], ROWS[2]])
    frame = workspace.version().follow_ups().set_index("score")
    assert frame.loc[2, ["state", "owner"]].tolist() == ["resolved", "Ann"]
    assert frame.loc[5, "state"] == "open"
    gone = workspace.version().follow_ups_gone()
    assert gone[["customer_id", "score", "state", "note", "who"]].values.tolist() == [
        ["B", 4, "open", "left a message", "Bo"]
    ]
    # it can still be changed, and is there again in the version that has it
    workspace.set_follow_ups([{"follow_up": found[4][0], "state": "contacted"}])
    assert workspace.version(1).follow_ups().set_index("score").loc[4, "state"] == "contacted"
    assert View(workspace.version(), where={"region": ["EU"]}).follow_ups_gone().empty


def test_two_changes_at_once_both_hold_and_each_is_undone_by_itself(acme: Workspace) -> None:
    key = keys(acme)[2][0]
    first = acme.set_follow_ups([{"follow_up": key, "owner": "Ann", "state": "contacted"}], who="Ann")
    second = acme.set_follow_ups([{"follow_up": key, "note": "will call"}], who="Bo")
    held = acme.version().follow_ups().set_index("follow_up").loc[key]
    assert held[["owner", "state", "note", "who"]].tolist() == ["Ann", "contacted", "will call", "Bo"]
    assert acme.undo_follow_ups(first, who="Ann") == 1
    held = acme.version().follow_ups().set_index("follow_up").loc[key]
    assert held[["owner", "state", "note"]].tolist() == ["Kim", "open", "will call"]
    assert acme.version().follow_ups(changes=1).set_index("follow_up").loc[key, "owner"] == "Ann"
    for gone in (first, "nothing"):
        with pytest.raises(WorkspaceError, match="undo"):
            acme.undo_follow_ups(gone)
    history = acme.follow_up_history(key)
    assert history[["change", "who", "undone"]].values.tolist() == [[first, "Ann", True], [second, "Bo", False]]
    audit = acme.audit()
    assert audit["action"].tolist() == ["follow-up undone", "follow-up", "follow-up"]
    assert audit["who"].tolist() == ["Ann", "Bo", "Ann"]
    assert acme.follow_up_changes() == 3


def test_a_contact_can_be_told_with_its_own_time(acme: Workspace) -> None:
    key = keys(acme)[4][0]
    acme.set_follow_ups([{"follow_up": key, "state": "contacted", "when": "2025-02-04 09:00"}])
    acme.set_follow_ups([{"follow_up": key, "state": "resolved"}])
    view = acme.version()
    assert view.follow_ups(state="resolved")["contacted_at"].tolist() == [datetime(2025, 2, 4, 9)]
    speed = view.loop_summary().speed.set_index("source")
    assert speed.loc["kept", ["within_day", "hours"]].tolist() == [1, 9]
    # who says when goes before who says it first
    acme.set_follow_ups([{"follow_up": key, "state": "contacted", "when": "2025-02-05 09:00"}])
    assert view.follow_ups(state="contacted")["contacted_at"].tolist() == [datetime(2025, 2, 5, 9)]
    acme.set_follow_ups([{"follow_up": key, "state": "contacted"}])
    assert view.follow_ups(state="contacted")["contacted_at"].tolist() == [datetime(2025, 2, 5, 9)]
    # to open it again is not to have contacted it
    acme.set_follow_ups([{"follow_up": key, "state": "open"}])
    assert view.loop_summary().speed["contacted"].sum() == 0


def test_a_wrong_change_is_a_sentence_and_nothing_is_kept(acme: Workspace) -> None:
    key = keys(acme)[2][0]
    good = {"follow_up": key, "state": "contacted"}
    for wrong, said in (
        ({"follow_up": "x", "state": "open"}, "no answer with the key 'x'"),
        ({"follow_up": key}, "says nothing"),
        ({"follow_up": key, "status": "open"}, "names a 'follow_up'"),
        ({"follow_up": key, "state": "opened"}, "Did you mean 'open'"),
        ({"follow_up": key, "note": "x" * 5000}, "5,000 characters"),
        ({**good, "when": "2025-01-01"}, "before the answer"),
        ({**good, "when": "2999-01-01"}, "in the future"),
    ):
        with pytest.raises(WorkspaceError, match=said):
            acme.set_follow_ups([good, wrong])
    with pytest.raises(QueryError, match="not a date"):
        acme.set_follow_ups([{**good, "when": "soon"}])
    with pytest.raises(WorkspaceError, match="nothing to change"):
        acme.set_follow_ups([])
    assert acme.follow_up_changes() == 0
    assert acme.audit().empty


def test_a_reader_sees_no_more_than_it_may(acme: Workspace) -> None:
    assert "@" not in " ".join(acme.version().follow_ups()["comment"].dropna())
    view = View(acme.version(), where={"region": ["EU"]}, hidden=["csm", "comment"])
    frame = view.follow_ups()
    assert frame["score"].tolist() == [2]
    assert "owner" not in frame  # who owns a follow-up is the csm, where nobody else took it
    assert "comment" not in frame
    assert view.loop_summary().answers == 1
    with pytest.raises(QueryError, match="no attribute 'csm'"):
        view.follow_ups(where={"csm": ["Kim"]})


def test_two_processes_on_one_database_lose_nothing(tmp_path: Path) -> None:
    kept = Records(Folder(tmp_path / "two"))
    code = (
        "import sys; from cs_metrics.workspace.kept import follow_ups\n"
        "from cs_metrics.workspace.store.folder import Folder; from cs_metrics.workspace.store.records import Records\n"
        f"kept = Records(Folder({str(tmp_path / 'two')!r}))\n"
        "for n in range(20): follow_ups.add(kept, [('a', {sys.argv[1]: sys.argv[1] + str(n)}, {}, None)], '')"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, field]) for field in ("owner", "note")]
    assert [process.wait() for process in running] == [0, 0]
    assert follow_ups.count(kept) == 40
    (held,) = follow_ups.held(follow_ups.history(kept))
    assert (held["owner"], held["note"], held["state"]) == ("owner19", "note19", "open")


def test_a_workspace_from_before_gets_the_table(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "old")
    sqlite3.connect(folder.path / "workspace.sqlite").execute("CREATE TABLE cs_audit (id INTEGER)").connection.close()
    assert follow_ups.count(Records(folder)) == 0
