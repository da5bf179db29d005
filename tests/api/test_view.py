"""A view: what is locked or hidden never comes out, whatever is asked."""

from __future__ import annotations

import pytest

import cs_metrics as cs
from cs_metrics.api import hiding
from cs_metrics.api.view import View
from cs_metrics.errors import QueryError

YEAR = {"since": "2025-01-01", "until": "2025-04-01"}


def test_a_locked_filter_cannot_be_widened_by_asking_for_the_same_attribute(workspace):
    view = View(workspace.version(), where={"region": ["EMEA"]})
    assert view.kpi("mrr", **YEAR)["value"].iloc[0] == 10
    assert view.kpi("mrr", where={"region": ["AMER"]}, **YEAR)["value"].iloc[0] == 0
    assert view.kpi("mrr", where={"any": [{"region": ["AMER"]}, {"region": ["EMEA"]}]}, **YEAR)["value"].iloc[0] == 10
    assert view.kpi("mrr", where={"subscriptions.plan": ["Pro"]}, **YEAR)["value"].iloc[0] == 10
    assert set(view.rows("mrr", **YEAR)["customer_id"]) == {"A"}
    assert view.retention(of="subscriptions", periods=1)["eligible"].max() == 2


def test_hidden_columns_do_not_exist(workspace):
    view = workspace.version().view(hidden=["email", "customers.region"])
    assert "email" not in view.tables()["customers"]["attributes"]
    assert not {"email", "region"} & set(view.dimensions()["name"])
    assert not {"email", "region"} & set(view.rows("mrr", **YEAR).columns)
    for asked in ({"by": "region"}, {"where": {"region": ["EMEA"]}}, {"where": {"not": {"region": ["EMEA"]}}}):
        with pytest.raises(QueryError, match="no attribute 'region'"):
            view.kpi("mrr", **asked)
    with pytest.raises(QueryError, match="no attribute 'region'"):
        view.retention(of="subscriptions", cohort="region")


def test_contradictions_of_everyone_are_not_for_a_reader_of_some(workspace):
    assert View(workspace.version(), where={"region": ["EMEA"]}).conflicts().empty
    assert View(workspace.version(), hidden=["email"]).set_aside().empty


def test_two_filters_on_one_name_both_hold():
    assert hiding.both({"a": [1]}, {"b": [2]}) == {"a": [1], "b": [2]}
    assert hiding.both({"a": [1]}, None) == {"a": [1]}
    assert hiding.both({}, None) is None
    assert hiding.both({"a": [1]}, {"a": [2]}) == {"not": {"any": [{"not": {"a": [1]}}, {"not": {"a": [2]}}]}}


def test_evidence_of_all_answers_is_not_for_who_may_see_some() -> None:
    version = cs.sample().version()
    whole = version.easy_end()
    assert len(whole.evidence)
    for view in (version.view(where={"region": ["EMEA"]}), version.view(hidden=["region"])):
        found = view.easy_end()
        assert found.says is None
        assert found.evidence.empty
        assert len(found.choices) == 2
