"""Erasing and deleting where the SQL database is a PostgreSQL that workspaces share: others keep every row."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import cs_metrics as cs
from cs_metrics.workspace.erasing import deleting, one_customer
from cs_metrics.workspace.store.records import METADATA
from tests.workspace.leftovers import left
from tests.workspace.test_erasing_worlds import Killed, quickly
from tests.workspace.worlds import NAMES, Step, World, built, surrounded

WORLD = World(
    ids=("ACC-0003", "7700412233"), names=NAMES[1:2], address="petra.lang@nordwind.example", user="USR-3001", others=3,
    steps=(Step("append", {"accounts": "utf-8", "answers": "utf-8"}, 0, 2),),
)  # fmt: skip


def told(workspace: cs.Workspace) -> dict[str, str]:
    """Every row of a workspace, by table, as text."""
    with workspace.records.reading() as con:
        found = {}
        for table in METADATA.sorted_tables:
            if "workspace" in table.columns:
                rows = con.execute(sa.select(table).where(table.c.workspace == workspace.records.workspace)).mappings()
                found[table.name] = " ".join(sorted(json.dumps(dict(r), default=str, ensure_ascii=False) for r in rows))
    return found


def named(rows: dict[str, str]) -> set[str]:
    """The tables whose rows name the customer."""
    forms = {json.dumps(word, ensure_ascii=False)[1:-1].lower() for word in WORLD.words}
    return {table for table, text in rows.items() if any(form in text.lower() for form in forms)}


def test_an_erasure_leaves_no_row_that_names_the_customer(
    monkeypatch: pytest.MonkeyPatch, shared_database: str
) -> None:
    """Also where the process died when it was at the database."""
    monkeypatch.setenv("CS_METRICS_DATABASE_URL", shared_database)
    with quickly() as home:
        workspace, other = built(home / "acme", WORLD, gone=True), cs.Workspace(home / "other")
        surrounded(workspace, WORLD)
        other.save_segment("Only it", {"customer_id": [WORLD.ids[0]]})
        other.save_note(f"Called {WORLD.address}", "2024-05-01")
        theirs = told(other)
        assert {"cs_segments", "cs_targets", "cs_themes", "cs_follow_ups", "cs_todos", "cs_todo_changes", "cs_rules",
                "cs_reports", "cs_links", "cs_audit", "cs_drafts", "cs_mappings"} <= named(told(workspace))  # fmt: skip
        with monkeypatch.context() as patched:
            patched.setattr(one_customer, "compact", dies)
            patched.setattr(one_customer.database_rows, "_uploads", dies)
            with pytest.raises(Killed):
                workspace.erase_customer(WORLD.ids[0])
        assert "cs_todos" in named(told(workspace))
        workspace = cs.Workspace.open(workspace.path)
        (done,) = workspace.erasures()
        assert done.finished_at is not None
        assert named(told(workspace)) == set()
        assert left(workspace.path, WORLD) == []
        assert told(other) == theirs
        workspace.delete()
        assert set(told(workspace).values()) == {""}
        assert told(other) == theirs
        other.delete()


def dies(*given: Any, **more: Any) -> None:
    raise Killed


def test_a_deletion_that_was_killed_is_finished_beside_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shared_database: str
) -> None:
    monkeypatch.setenv("CS_METRICS_DATABASE_URL", shared_database)
    workspace = cs.Workspace(tmp_path / "acme")
    workspace.save_segment("Big", {"seats": {">=": 10}})
    workspace.save_target("mrr", since="2026-01-01", low=1.0)
    with monkeypatch.context() as patched:
        patched.setattr(deleting, "erase_rows", dies)
        with pytest.raises(Killed):
            workspace.delete()
    assert told(workspace)["cs_segments"]
    cs.Workspace(tmp_path / "next")
    assert set(told(workspace).values()) == {""}
    assert not (tmp_path / "acme").exists()
