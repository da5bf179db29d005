"""Retention through a view: what is locked or hidden stays so, whatever starts and whoever is counted as one."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from cs_metrics import Workspace
from cs_metrics.api.view import View
from cs_metrics.errors import QueryError
from tests.api.conftest import put

WORDS = {"of": "orders", "value": "revenue", "periods": 1, "accounts": "parent"}


@pytest.fixture(scope="module")
def version(tmp_path_factory):
    """A in EMEA and its child C in AMER: A orders 10 in January, C 7 in January and in February."""
    workspace = Workspace(tmp_path_factory.mktemp("family") / "acme")
    put(
        workspace,
        customers=[
            {"customer_id": c, "region": r, "parent_customer_id": p, "signed_up_on": date(2025, 1, 1)}
            for c, r, p in (("A", "EMEA", None), ("C", "AMER", "A"), ("D", "EMEA", None))
        ],
        users=[{"user_id": "u", "customer_id": "A", "created_at": datetime(2025, 1, 1), "role": "admin"}],
        orders=[
            {"customer_id": c, "ordered_at": datetime(2025, m, 5, 10), "amount": n}
            for c, m, n in (("A", 1, 10.0), ("C", 1, 7.0), ("C", 2, 7.0), ("D", 2, 1.0))
        ],
    )
    return workspace.version()


def test_accounts_as_one_take_all_below_and_a_lock_still_holds_for_each(version):
    asked = {**WORDS, "until": "2025-02-01"}
    assert version.retention(**asked)["amount"].tolist() == [17, 7]
    locked = View(version, where={"region": ["EMEA"]})
    assert locked.retention(**asked)["amount"].tolist() == [10, 0]
    everyone = locked.members(cohort="2025-01-01", k=1, retained=None, **asked)
    assert everyone[["unit", "amount", "base", "_source"]].values.tolist() == [["A", 0, 10, "orders.csv"]]
    # asking for the other region does not lift the lock
    assert locked.retention(within={"region": ["AMER"]}, **asked).empty


def test_hidden_columns_neither_start_nor_roll_up(version):
    hidden = View(version, hidden=["users.role", "parent_customer_id"])
    with pytest.raises(QueryError, match=r"no attribute 'users\.role'"):
        hidden.retention(of="orders", start_of="users", start={"role": ["admin"]})
    with pytest.raises(QueryError, match="no attribute 'parent_customer_id'"):
        hidden.retention(**WORDS)
    with pytest.raises(QueryError, match="no attribute 'parent_customer_id'"):
        hidden.retention(of="orders", within={"parent_customer_id": ["A"]})
    assert version.retention(of="orders", start_of="users", start={"role": ["admin"]})["eligible"].max() == 1
