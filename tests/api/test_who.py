"""Of whom the files say different things, and what believing one or the other does to the KPIs."""

from __future__ import annotations

from datetime import date

import pytest

from tests.api.conftest import put, subscription

JANUARY, FEBRUARY = date(2025, 1, 1), date(2025, 2, 1)


@pytest.fixture
def version(tmp_path):
    from cs_metrics.api.workspace import Workspace

    workspace = Workspace(tmp_path / "acme")
    put(
        workspace,
        customers=[
            {
                "customer_id": "A",
                "churned_on": date(2025, 3, 1),
                "plan": "Pro",
                "country": "DE",
                "signed_up_on": JANUARY,
            },
            {
                "customer_id": "B",
                "churned_on": None,
                "plan": "basic",
                "country": "DE",
                "signed_up_on": date(2025, 2, 1),
            },
            {"customer_id": "C", "churned_on": None, "plan": "Pro", "country": "FR"},
        ],
        subscriptions=[
            subscription("A", JANUARY, None, 10.0, "Pro"),
            subscription("B", JANUARY, date(2025, 4, 1), 20.0, "Basic"),
            subscription("C", JANUARY, None, 30.0, "Basic"),
            subscription("D", JANUARY, date(2025, 2, 1), 1.0, "Pro"),
        ],
        churn_events=[{"customer_id": "B", "churned_on": date(2025, 4, 1)}],
        orders=[{"customer_id": "A", "ordered_at": date(2025, 5, 31), "amount": 1.0, "Country": "fr"}],
    )
    return workspace.version()


def test_who_has_left_in_one_file_and_not_in_another(version):
    rows = version.departures()[["customer_id", "accounts", "subscriptions", "churn_events", "mrr", "file", "row"]]
    assert rows.astype(object).where(rows.notna(), None).values.tolist() == [
        ["A", "left on 2025-03-01", "active", "active", 10.0, "customers.csv", 2],
        ["B", "active", "left on 2025-04-01", "left on 2025-04-01", None, "customers.csv", 3],
        ["D", None, "left on 2025-02-01", "active", None, "subscriptions.csv", 5],
    ]


def test_what_another_table_says_otherwise_of_a_customer(version):
    assert version.differences()[["what", "customer_id", "customers", "table", "other", "row"]].values.tolist() == [
        ["country", "A", "DE", "orders", "fr", 2],
        ["plan", "C", "Pro", "subscriptions", "Basic", 4],
        ["sign-up", "B", "2025-02-01", "subscriptions", "first starts 2025-01-01", 3],
    ]


def test_each_choice_is_computed_by_the_engine_with_the_other_definition(version):
    found = version.believing(["mrr", "customer_churn_rate"])
    assert found.groupby("choice")["in_force"].first().to_dict() == {
        "accounts": False, "churn_events": False, "subscriptions": True,
    }  # fmt: skip
    mrr = found[found["kpi"] == "mrr"].set_index("choice")["value"].to_dict()
    assert mrr == {"subscriptions": 40.0, "accounts": 50.0, "churn_events": 41.0}
    span = {"since": "2024-06-01", "until": "2025-06-01"}
    for choice, value in mrr.items():
        assert version.kpi("mrr", definitions={"leaving_source": choice}, **span)["value"].iloc[0] == value


def test_a_source_that_is_empty_is_no_choice(workspace):
    assert set(workspace.version().believing("mrr")["choice"]) == {"subscriptions"}


def test_a_reader_of_some_sees_none_of_it(version):
    view = version.view(where={"country": ["DE"]})
    assert view.departures().empty
    assert view.differences().empty
    assert view.believing("mrr").empty


def test_the_plan_is_that_of_the_file_that_is_believed(version):
    def by_plan(source):
        frame = version.compute("mrr", by="plan", definitions={"plan_source": source})
        return {row["plan"]: row["value"] for row in frame.to_dict("records") if row["value"]}

    assert by_plan("subscriptions") == {"Pro": 10.0, "Basic": 30.0}
    assert by_plan("customers") == {"Pro": 40.0}
