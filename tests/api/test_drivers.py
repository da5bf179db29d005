"""Segments, drivers and the tickets before an answer, as a reader may ask for them."""

from __future__ import annotations

import pytest

import cs_metrics as cs
from cs_metrics.errors import NotComputableError, QueryError


@pytest.fixture(scope="module")
def version():
    return cs.sample().version()


def test_the_planted_story_of_the_sample_is_found_first(version):
    assert version.score_breakdown("nps").iloc[0][["attribute", "segment"]].tolist() == ["region", "EMEA"]
    found = version.drivers("nps").found.iloc[0]
    assert found[["name", "segment", "named"]].tolist() == ["region", "EMEA", True]
    assert found["high"] < 0


def test_what_is_hidden_is_neither_a_segment_nor_a_driver(version):
    view = version.view(hidden=["region", "tickets.created_at", "users.role"])
    assert "region" not in set(view.score_breakdown("nps")["attribute"])
    names = set(view.drivers("nps").found["name"])
    assert not {"region", "users.role"} & names
    assert not any("icket" in name for name in names)
    assert "currency" in names
    assert "region" not in view.drivers_sql("nps")
    with pytest.raises(NotComputableError, match="created_at"):
        view.score_before("nps")
    with pytest.raises(QueryError, match="region"):
        view.score_breakdown("nps", by=["region"])


def test_a_locked_filter_holds_and_the_sql_runs(version):
    view = version.view(where={"region": ["EMEA"]})
    answers = view.kpi("net_promoter_score").iloc[0]["n"]
    assert view.drivers("nps").answers == answers
    assert view.score_before("nps").answers == answers
    con = version._con()
    assert len(con.execute(view.drivers_sql("nps")).df()) == answers
    assert len(con.execute(view.score_before_sql("nps")).df()) == answers
    sums = con.execute(view.score_breakdown_sql("nps", by=["plan"])).df()
    assert sums["n"].sum() == answers
