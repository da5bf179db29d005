"""The URL is the state: defaults are left out, what is long or may name a person stands there as a short id only."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from pages._ui import state
from pages._ui.people import workspaces


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict]:
    """What the workspace keeps for short ids."""
    found: dict[str, dict] = {}

    def keep(content: dict) -> str:
        found[f"id{len(found)}"] = content
        return f"id{len(found) - 1}"

    monkeypatch.setattr(workspaces, "open_workspace", lambda name: SimpleNamespace(keep_state=keep, state=found.get))
    return found


def test_defaults_and_empty_values_are_left_out(kept: dict) -> None:
    before = {"ws": "acme", "grain": "week", "seg": "a1"}
    assert state.merged(before, {"grain": "month", "seg": None, "where": {}, "by": ""}) == {"ws": "acme"}


def test_a_filter_stands_in_the_url_as_json(kept: dict) -> None:
    found = state.merged({}, {"where": {"plan": ["Pro", None]}})
    assert json.loads(found["where"]) == {"plan": ["Pro", None]}
    assert not kept


@pytest.mark.parametrize(
    "where",
    [
        {"plan": ["ann@example.com"]},
        {"plan": ["x" * 400]},
        {"not": {"customer_id": ["Ann Lee"]}},
        {"any": [{"name": {"contains": "Ann"}}]},
    ],
)
def test_who_somebody_is_or_a_long_filter_becomes_a_short_id(kept: dict, where: dict) -> None:
    found = state.merged({"ws": "acme"}, {"where": where})
    assert found["where"] == "~id0"
    assert json.loads(kept["id0"]["text"]) == where


def test_a_search_that_begins_like_a_short_id_is_not_taken_for_one(kept: dict) -> None:
    assert state.merged({"where": "~id7"}, {"say": "~20 users"}) == {"where": "~id7", "say": "~id0"}
    assert kept["id0"] == {"text": "~20 users"}
