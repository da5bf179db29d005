"""Two definitions side by side: both values, and the customers and people who make the difference, by name."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from cs_metrics import presets
from cs_metrics.api.workspace import Workspace
from cs_metrics.errors import QueryError
from cs_metrics.workspace.store.records import SETTINGS
from tests.api.conftest import copied, put, subscription

FEB = {"period": "2025-02-01", "grain": "month", "as_of": "2025-06-01"}


@pytest.fixture
def moved(published: Workspace, tmp_path: Any) -> Workspace:
    """In February Ann leaves, Ben gives notice and leaves in April, Cleo comes back; Dan stays. Ann answers twice."""
    return copied(published, tmp_path)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("published") / "moved")
    ben = subscription("B", date(2025, 1, 1), date(2025, 4, 1), 20.0, "Basic") | {"cancelled_on": date(2025, 2, 11)}
    put(
        workspace,
        customers=[
            {"customer_id": c, "name": name, "region": r}
            for c, name, r in (("A", "Ann", "EU"), ("B", "Ben", "EU"), ("C", "Cleo", "US"), ("D", "Dan", "US"))
        ],
        subscriptions=[
            subscription("A", date(2025, 1, 1), date(2025, 2, 10), 10.0, "Pro"),
            ben,
            subscription("C", date(2024, 1, 1), date(2024, 6, 1), 30.0, "Pro"),
            subscription("C", date(2025, 2, 20), None, 30.0, "Pro"),
            subscription("D", date(2025, 1, 1), None, 40.0, "Basic"),
        ],
        users=[{"user_id": "u1", "customer_id": "A"}, {"user_id": "u2", "customer_id": "D"}],
        survey_responses=[
            {"customer_id": c, "user_id": u, "survey": "nps", "score": float(s), "responded_at": datetime(2025, 2, day)}
            for c, u, s, day in (("A", "u1", 2, 3), ("A", "u1", 10, 20), ("D", "u2", 9, 5))
        ],
        events=[
            {"customer_id": None, "user_id": u, "occurred_at": datetime(2025, m, d), "event": "use"}
            for u, m, d in (("u1", 1, 30), ("u2", 2, 10))
        ],
    )
    return workspace


def test_the_customer_who_makes_the_difference_is_named(moved: Workspace) -> None:
    found = moved.version().compare("customer_churn_rate", None, {"churn_dated": "scheduled"}, **FEB)
    # of A, B and D at the start A left; at notice B left too
    assert (found.a["value"], found.b["value"]) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert found.rows.to_dict("records") == [
        {"customer_id": "B", "name": "Ben", "numerator_a": 0, "numerator_b": 1, "numerator_change": 1,
         "denominator_a": 1, "denominator_b": 1, "denominator_change": 0, "effect": pytest.approx(1 / 3)}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kpi", "switched"),
    [
        ("customer_churn_rate", {"churn_dated": "scheduled"}),
        ("customer_retention_rate", "stripe"),
        ("net_revenue_retention", {"nrr_with_reactivation": True}),
        ("net_revenue_retention", {"churn_dated": "scheduled", "nrr_with_reactivation": True}),
        ("gross_revenue_retention", {"grr_cap": "total"}),
        ("mrr", {"churn_dated": "scheduled"}),
        ("net_promoter_score", {"survey_rule": "all"}),
        ("monthly_active_users", {"mau_window": "calendar_month"}),
    ],
)
@pytest.mark.parametrize("where", [None, {"region": ["EU"]}])
def test_what_the_rows_do_adds_up_to_the_change(moved: Workspace, kpi: str, switched: Any, where: Any) -> None:
    found = moved.version().compare(kpi, None, switched, where=where, **FEB)
    for part in ("numerator", "denominator"):
        if not pd.isna(found.a[part]) and f"{part}_change" in found.rows:
            assert found.rows[f"{part}_change"].sum() == pytest.approx(float(found.b[part]) - float(found.a[part]))
    assert found.rows["effect"].sum() == pytest.approx(found.change)
    everyone = moved.version().compare(kpi, None, switched, where=where, everyone=True, **FEB).rows
    for side, cell in (("a", found.a), ("b", found.b)):
        assert everyone[f"numerator_{side}"].sum() == pytest.approx(float(cell["numerator"]))


def test_the_largest_difference_comes_first(moved: Workspace) -> None:
    both = {"churn_dated": "scheduled", "nrr_with_reactivation": True}
    rows = moved.version().compare("net_revenue_retention", None, both, **FEB).rows
    # Cleo's 30 come in, Ben's 20 go
    assert rows["name"].tolist() == ["Cleo", "Ben"]
    assert rows["numerator_change"].tolist() == [30, -20]


def test_people_who_answer_and_use_are_told_with_their_customer(moved: Workspace) -> None:
    answers = moved.version().compare("net_promoter_score", None, {"survey_rule": "all"}, **FEB).rows
    # Ann's user counts once with 10, or with both 2 and 10: 100 - 100
    row = answers.iloc[0]
    assert (row["name"], row["person"], row["numerator_a"], row["numerator_b"]) == ("Ann", "u1", 100, 0)
    assert (row["denominator_a"], row["denominator_b"]) == (1, 2)
    seen = moved.version().compare("monthly_active_users", None, {"mau_window": "calendar_month"}, **FEB).rows
    assert seen[["name", "person", "numerator_change"]].values.tolist() == [["Ann", "u1", -1]]


def test_a_formula_of_several_parts_is_told_part_by_part(moved: Workspace) -> None:
    found = moved.version().compare("customer_lifetime_value", None, {"churn_dated": "scheduled"}, **FEB)
    assert {"mrr_a", "mrr_b", "lost_change"} <= set(found.rows)
    assert found.rows["effect"].isna().all()


def test_definitions_of_a_view_are_what_none_stands_for(moved: Workspace) -> None:
    view = moved.version().view(definitions={"churn_dated": "scheduled"})
    assert view.compare("customer_churn_rate", None, {"churn_dated": "end"}, **FEB).change == pytest.approx(-1 / 3)


def test_hidden_names_do_not_come_out(moved: Workspace) -> None:
    view = moved.version().view(hidden=["name"])
    assert "name" not in view.compare("customer_churn_rate", None, "stripe", **FEB).rows


def test_what_cannot_be_compared_is_said(moved: Workspace) -> None:
    version = moved.version()
    with pytest.raises(QueryError, match="no preset 'stripes'"):
        version.compare("mrr", None, "stripes")
    with pytest.raises(QueryError, match="The data end before"):
        version.compare("mrr", None, "stripe", period="2031-01-01")


def test_a_setting_kept_by_an_earlier_release_still_holds_and_gives_way(moved: Workspace) -> None:
    moved.records.put(SETTINGS, {"name": "cancelled_ends"}, {"value": True})
    assert moved.settings["churn_dated"] == "scheduled"
    assert moved.version().kpi("customer_churn_rate", since="2025-02-01", until="2025-03-01")["numerator"].iloc[0] == 2
    moved.set_settings({"churn_dated": "paid"})
    assert moved.settings["churn_dated"] == "paid"
    moved.set_settings({"churn_dated": None})
    assert moved.settings["churn_dated"] == "end"


def test_every_preset_can_be_asked_for_by_name(moved: Workspace) -> None:
    for preset in presets.PRESETS:
        assert moved.version().compare("mrr", None, preset.name, **FEB).kpi == "mrr"
