"""Filters put together: both must hold, and a filter with its opposite is everyone."""

from __future__ import annotations

from pages._ui import builder, where

PRO, TEAM, EMEA = {"plan": ["Pro"]}, {"plan": ["Team"]}, {"region": ["EMEA"]}


def test_two_filters_on_one_attribute_do_not_replace_each_other() -> None:
    assert where.both(PRO, EMEA) == {"plan": ["Pro"], "region": ["EMEA"]}
    assert where.both(PRO, TEAM) == {"not": {"any": [{"not": PRO}, {"not": TEAM}]}}
    assert where.both({}, PRO) == PRO
    assert where.both(PRO, {}) == PRO


def test_a_search_looks_at_names_where_there_are_names() -> None:
    assert where.search(" acme ", named=False) == {"customer_id": {"contains": "acme"}}
    assert where.search("acme", named=True)["any"][0] == {"name": {"contains": "acme"}}
    assert where.search("  ", named=True) == {}


def test_groups_of_a_filter_come_back_as_the_same_filter() -> None:
    for filters in ({}, PRO, {"any": [PRO, {**TEAM, **EMEA}]}):
        assert builder.where_of(builder.groups_of(filters)) == filters
    assert builder.where_of([PRO, {}]) == PRO
