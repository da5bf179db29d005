"""Revenue through the public API: names stand beside ids, what is locked or hidden never comes out."""

from __future__ import annotations

import pytest

from cs_metrics.errors import QueryError

FEBRUARY = {"period": "2025-02-01"}


def test_a_ledger_names_customers_and_their_files(acme):
    frame = acme.version().ledger(move="churn", **FEBRUARY)
    assert frame[["customer_id", "name", "churn"]].values.tolist() == [["B", "B Ltd", 20]]
    assert frame["_rows"].iloc[0].endswith(": 3")


def test_a_locked_filter_holds_in_every_question_of_revenue(acme):
    view = acme.version().view(where={"region": ["EMEA"]})
    assert set(view.ledger(where={"region": ["EMEA", "AMER"]})["customer_id"]) == {"A", "B"}
    assert set(view.stretches(where={"customer_id": ["C", "A"]})["customer_id"]) == {"A"}
    assert view.largest(top=5)["customer_id"].tolist() == ["A"]
    assert view.snowball()["opening"].tolist() == [0, 360, 120]  # 12 x (10 + 20), then B is gone
    assert view.concentration(top=1)["share"].tolist() == pytest.approx([20 / 30, 1, 1])
    assert view.reconcile(by="region").empty
    assert view.outlook().past["end"].tolist() == [30, 10, 10]


def test_hidden_columns_are_in_no_answer_about_revenue(acme):
    view = acme.version().view(hidden=["name", "region", "subscriptions.product", "subscriptions.currency"])
    for frame in (view.ledger(), view.largest(), view.stretches(), view.reconcile()):
        assert not {"name", "region", "product", "_changed"} & set(frame.columns)
    assert view.currencies().empty
    for ask in (view.ledger, view.reconcile, view.snowball):
        with pytest.raises(QueryError, match="no attribute 'region'"):
            ask(by="region")
    for ask in (view.largest, view.concentration, view.stretches, view.outlook, view.renewals):
        with pytest.raises(QueryError, match="no attribute 'region'"):
            ask(where={"region": ["EMEA"]})
