"""A version that an earlier release wrote opens with the same numbers, and the next is built on it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
import pytest

import cs_metrics as cs
from cs_metrics import facts
from cs_metrics.schema import TABLES
from cs_metrics.workspace.store.database import cursor
from tests.api.conftest import put

# Three files of six customers, published by releases from the first on: the raw tables and what the version says of
# itself; the facts of then are left out, for they are built anew.
EARLIER = sorted((Path(__file__).parent / "layouts").glob("*.sql"))
ASKED = ("mrr", "net_promoter_score")
BY_HAND = [10 + 11 + 12 + 13 + 14 + 15, -100.0]  # what the six pay a month; scores of 0 to 5 are all detractors


def written(path: Path, script: str) -> cs.Workspace:
    workspace = cs.Workspace(path)
    with duckdb.connect(str(workspace.folder.version(1))) as con:
        con.execute(script)
    return workspace


def values(version: cs.Version) -> list[float]:
    return [version.kpi(kpi)["value"].iloc[0] for kpi in ASKED]


@pytest.mark.parametrize("layout", EARLIER, ids=lambda p: p.stem)
def test_a_version_of_an_earlier_release_opens_and_is_built_upon(tmp_path, layout):
    workspace = written(tmp_path / "acme", layout.read_text())
    before = workspace.folder.version(1).read_bytes()
    version = workspace.version()
    assert values(version) == BY_HAND
    assert len(version.rows("net_promoter_score")) == 6
    assert set(version.tables()) == set(TABLES)
    assert list(workspace.versions()["rows"]) == [18]
    answers = [{"customer_id": "C1", "survey": "nps", "score": 10.0, "responded_at": datetime(2025, 8, 9)}]
    put(workspace, survey_responses=answers)
    # the newer answer of C1 counts in place of the earlier one
    assert workspace.version().kpi("net_promoter_score")["value"].iloc[0] == pytest.approx(100 * (1 - 5) / 6)
    assert values(workspace.restore(1)) == BY_HAND
    assert workspace.folder.version(1).read_bytes() == before


def test_what_has_come_since_is_there_and_empty(tmp_path):
    workspace = written(tmp_path / "acme", EARLIER[0].read_text())
    with duckdb.connect(str(workspace.folder.version(1))) as con:
        con.execute("DROP TABLE community_members")
        con.execute("DELETE FROM _columns WHERE table_name = 'community_members'")
    version = workspace.version()
    assert values(version) == BY_HAND
    (copy,) = workspace.folder.sidecars()
    look = cursor(copy)
    for name, table in TABLES.items():
        columns = {row[0] for row in look.execute(f'DESCRIBE "{name}"').fetchall()}
        assert {c.name for c in table.columns} <= columns, name
        listed = look.execute("SELECT column_name FROM _columns WHERE table_name = $1", [name]).fetchall()
        assert {c.name for c in table.columns} <= {row[0] for row in listed}, name
        assert len(listed) == len(set(listed)), name
    empty = "SELECT mapped, distinct_values, nulls FROM _columns WHERE table_name = 'subscriptions'"
    assert look.execute(f"{empty} AND column_name = 'discount'").fetchall() == [(False, 0, 6)]
    put(workspace, customers=[{"customer_id": "C9"}])
    assert workspace.version().tables()["community_members"]["rows"] == 0


def test_the_facts_are_named_after_the_tables_they_are_built_from_too(monkeypatch, tmp_path):
    room = tmp_path / "schema"
    room.mkdir()
    before = facts.code()
    (room / "__init__.py").write_text("")
    monkeypatch.setattr(facts.schema, "__file__", str(room / "__init__.py"))
    facts.code.cache_clear()
    try:
        assert facts.code() != before
    finally:
        facts.code.cache_clear()
