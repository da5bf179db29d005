"""Whatever is given to share a page makes a link that opens, or is refused in a sentence."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cs_metrics as cs
from cs_metrics.errors import CSMetricsError, NotAllowedError, QueryError, WorkspaceError
from cs_metrics.workspace.kept import link_pages
from cs_metrics.workspace.kept.links import NOTE, PASSWORD, TITLE
from tests.api.conftest import copied

HALF = "\ud800"
MEGABYTE = "x" * 1_000_000
ARGUMENTS = (
    "page", "params", "title", "note", "frozen", "version", "definitions", "where", "filters", "hidden", "masked",
    "least", "since", "until", "grain", "by", "pages", "audience", "password", "expires_at", "who",
)  # fmt: skip


def deep(levels: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(levels):
        found = {"not": found}
    return found


ODD = (
    3, -1, 1.5, True, float("nan"), float("inf"), 10**400, 10**5_000, Decimal("1.5"), b"x", "", " ", "\0", HALF,
    MEGABYTE, [], ["a"], [3], [HALF], [None], {"a"}, {}, {"a": {"b": {}}}, {"a": 10**400}, {3: object()}, {HALF: HALF},
    deep(2_000), {"plan": [MEGABYTE]}, pd.NaT, np.int64(4), np.float64("nan"), date(1, 1, 1), date(9999, 12, 31),
    object(), len,
)  # fmt: skip


def shared(workspace: cs.Workspace, **asked: Any) -> str | None:
    """Share a page and open the link; None where it is refused, in a sentence that can be shown and kept."""
    try:
        token = workspace.share(**{"page": "overview", "audience": "anyone", **asked})
    except CSMetricsError as error:
        said = str(error).rstrip().encode()
        assert said.endswith((b".", b"?", b"!")), said
        assert len(said) < 2_000
        return None
    with suppress(NotAllowedError):  # it may be for others, or for members
        workspace.open_link(token, asked.get("password"), who="ana@acme.com")
    return token


@pytest.fixture(scope="module")
def empty(acme: cs.Workspace, tmp_path_factory: pytest.TempPathFactory) -> cs.Workspace:
    return copied(acme, tmp_path_factory.mktemp("given"))


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_no_odd_value_raises_anything_else(empty: cs.Workspace, argument: str) -> None:
    before = len(empty.links())
    made = [shared(empty, **{argument: value}) for value in (None, *ODD)]
    assert len(empty.links()) == before + sum(token is not None for token in made)
    assert made.count(None) > len(ODD) / 2, "most of them are nonsense"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.dictionaries(st.sampled_from(ARGUMENTS[1:]), VALUES, min_size=1, max_size=3))
def test_any_values_together_make_a_link_or_are_refused(empty: cs.Workspace, asked: dict[str, Any]) -> None:
    shared(empty, **asked)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"title": 3}, "'title': 3 is not a text"), ({"title": "x" * (TITLE + 1)}, "at most 120 characters"),
        ({"note": "x" * (NOTE + 1)}, "at most 500"), ({"note": HALF}, "half a character"),
        ({"least": [5]}, r"'least': \[5\] is not a number"), ({"least": 2.5}, "not a whole number"),
        ({"least": 10**400, "filters": "locked"}, "'least'"), ({"least": True}, "'least'"),
        ({"hidden": "name"}, "not a list of texts"), ({"hidden": None}, "'hidden'"), ({"masked": [3]}, "'masked'"),
        ({"audience": None}, "'audience'"), ({"audience": {"a@b.co": 1}}, "'audience'"),
        ({"audience": [3]}, "'audience'"), ({"audience": ["a@b.co"] * 1_001}, "at most 1,000 addresses"),
        ({"password": 1234}, "'password'"), ({"password": " " * (PASSWORD + 1)}, "at most 200"),
        ({"pages": ["overview"]}, "'pages'"), ({"filters": None}, "'filters'"), ({"frozen": "yes"}, "'frozen'"),
        ({"version": 1.5, "frozen": True}, "'version'"), ({"version": True, "frozen": True}, "'version'"),
        ({"where": {"plan": float("nan")}}, "'where'"), ({"where": {"plan": [MEGABYTE]}}, "too long"),
        ({"where": ["plan"]}, "'where'"), ({"where": deep(2_000)}, "'where'"), ({"where": deep(40)}, "levels"),
        ({"definitions": {"minimum_n": float("nan")}}, "'definitions'"),
        ({"definitions": {"currency": {}}}, "currency"), ({"definitions": {"cancelled_ends": []}}, "churn_dated"),
        ({"params": {"id": 3}}, "params id"), ({"grain": ["day"]}, "'grain'"), ({"expires_at": pd.NaT}, "'expires_at'"),
        ({"by": ["plan"]}, "'by'"), ({"page": "data"}, "no page 'data'"), ({"page": "overveiw"}, "'overview'"),
        ({"page": "segments", "filters": "locked"}, "made of filters"),
        ({"page": "todo", "hidden": ["name"], "filters": "locked"}, "leaves nothing out"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(empty: cs.Workspace, asked: dict[str, Any], says: str) -> None:
    with pytest.raises((QueryError, WorkspaceError), match=says):
        empty.share(**{"page": "overview", **asked})


def test_what_is_written_otherwise_but_means_the_same_is_taken(empty: cs.Workspace) -> None:
    where = {"signed_up_on": {">=": date(2025, 1, 1)}, "plan": ("Pro",)}
    token = empty.share(
        "overview", where=where, filters="locked", least=np.int64(4), hidden=("name",), title="  March ",
        audience=iter(["Ana@Acme.com "]), since=pd.Timestamp("2025-01-01"),
    )  # fmt: skip
    kept = next(row for row in empty.links() if row["link"] == token.partition(".")[0])
    assert kept["where"] == {"signed_up_on": {">=": "2025-01-01"}, "plan": ["Pro"]}
    assert (kept["least"], kept["hidden"], kept["audience"]) == (4, ["name"], ["ana@acme.com"])
    assert (kept["title"], kept["asked"]["since"]) == ("March", "2025-01-01T00:00:00")


LINK = {"page": "cohorts", "pages": "page", "filters": "open", "hidden": [], "masked": [], "least": None}
Change = dict[str, Any]


@pytest.mark.parametrize(
    ("change", "pages"),
    [
        ({}, {"cohorts", "kpi"}),
        ({"page": "kpi"}, {"kpi"}),
        ({"page": "segments"}, {"segments", "kpi"}),
        ({"page": "todo"}, {"todo", "kpi"}),
        ({"pages": "all"}, set(link_pages.ANALYSIS)),
        ({"page": "todo", "pages": "all"}, {*link_pages.ANALYSIS, "todo"}),
        ({"pages": "all", "filters": "locked"}, {*link_pages.ANALYSIS} - {"segments"}),
        ({"pages": "all", "filters": "hidden", "masked": ["name"]}, {*link_pages.ANALYSIS} - {"segments"}),
        ({"page": "settings"}, {"kpi"}),  # of a link that an earlier release made
        ({"page": "segments", "filters": "locked"}, {"kpi"}),
    ],
    ids=lambda one: str(one) if isinstance(one, dict) else "pages",
)
def test_which_pages_a_link_opens(change: Change, pages: set[str]) -> None:
    assert set(link_pages.shown({**LINK, **change})) == pages


def test_no_page_that_changes_something_is_among_them() -> None:
    assert {"data", "settings", "people", "links", "own", "scorecard"}.isdisjoint(
        {*link_pages.ANALYSIS, *link_pages.BY_ITSELF}
    )
