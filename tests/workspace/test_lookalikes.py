"""Ids that may be one customer are proposed with their evidence; those that are not, are not."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path

import pytest

import cs_metrics as cs
from cs_metrics.workspace.contradictions import lookalikes
from tests.workspace.test_matches import paid, put


def opened(customer: str, number: int = 1) -> dict:
    return {"ticket_id": f"{customer} {number}", "customer_id": customer, "created_at": datetime(2025, 2, 3)}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = cs.Workspace(tmp_path_factory.mktemp("published") / "acme")
    customers = [
        {"customer_id": "C1", "name": "Acme Inc.", "website": "https://www.acme.com/about"},
        {"customer_id": "C2", "name": "Müller & Söhne GmbH & Co. KG", "website": None},
        {"customer_id": "C3", "name": "Globex 1", "website": None},
        {"customer_id": "C4", "name": "Globex 2", "website": None},
        {"customer_id": "C5", "name": "Betasoloin", "website": "http://gmail.com"},
        {"customer_id": "00123", "name": "Initech", "website": None},
    ]
    put(
        workspace,
        customers=customers,
        subscriptions=[paid("ACME", 40.0), paid("muller sohne", 5.0, date(2025, 2, 1)), paid("betasolion", 1.0)],
        tickets=[opened("acme.com"), opened("acme.com", 2), opened("123"), opened("Zeta"), opened("joe@gmail.com")],
        users=[
            {"user_id": "u1", "customer_id": "C2", "email": "a@shared.io"},
            {"user_id": "u2", "customer_id": "Zeta", "email": "b@shared.io"},
            {"user_id": "u3", "customer_id": "C3", "email": "c@gmail.com"},
        ],
        orders=[{"order_id": "1", "customer_id": "123", "ordered_at": datetime(2025, 2, 1), "amount": 99.0}],
    )
    return workspace.path


@pytest.fixture
def workspace(published: Path, tmp_path: Path) -> cs.Workspace:
    """A copy of its own of the published files."""
    shutil.copytree(published, tmp_path / "acme")
    return cs.Workspace(tmp_path / "acme")


def proposed(workspace: cs.Workspace) -> dict[tuple[str, str], str]:
    return {(row["kept"], row["other"]): row["evidence"] for row in workspace.version().matches().to_dict("records")}


def test_each_kind_of_evidence(workspace):
    found = proposed(workspace)
    assert found == {
        ("C1", "ACME"): "the same name but for legal form, case, spaces and signs: 'Acme Inc.' and 'ACME'",
        (
            "C1",
            "acme.com",
        ): "the domain acme.com says the name 'Acme Inc.'; both have the domain acme.com (website; id)",
        ("C2", "muller sohne"): "the same name but for legal form, case, spaces and signs: "
        "'Müller & Söhne GmbH & Co. KG' and 'muller sohne'",
        ("C2", "Zeta"): "both have the domain shared.io (e-mail of a user; e-mail of a user)",
        ("C5", "betasolion"): "nearly the same spelling: 'betasolion' and 'Betasoloin' (90 of 100)",
        ("00123", "123"): "the same number but for leading zeros",
    }


def test_what_is_at_stake_and_where_the_ids_stand(workspace):
    frame = workspace.version().matches().set_index("other")
    assert frame.loc["ACME", ["mrr", "rows", "other_in", "kept_in"]].tolist() == [
        40.0, 1, "subscriptions 1", "customers 1",
    ]  # fmt: skip
    assert frame.loc["123", "orders"] == 99.0
    assert frame["strength"].is_monotonic_decreasing


def test_what_a_person_decided_is_not_asked_again(workspace):
    workspace.refuse_match("Zeta", "C2")
    workspace.accept_match("C1", "ACME")
    found = proposed(workspace)
    assert ("C2", "Zeta") not in found
    assert ("C1", "ACME") not in found
    workspace.accept_match("ACME", "acme.com")
    assert ("C1", "acme.com") not in proposed(workspace)
    workspace.apply_matches()
    assert set(proposed(workspace)) == {("C2", "muller sohne"), ("C5", "betasolion"), ("00123", "123")}
    assert workspace.version().merged()[["kept", "original", "table", "rows"]].values.tolist() == [
        ["C1", "ACME", "subscriptions", 1],
        ["C1", "acme.com", "tickets", 2],
    ]


def test_what_many_ids_share_says_nothing(tmp_path):
    workspace = cs.Workspace(tmp_path / "many")
    put(workspace, customers=[{"customer_id": f"C{i}", "name": "John Smith"} for i in range(30)])
    found = workspace.version().matches()
    assert found.empty
    assert list(found) == list(lookalikes.COLUMNS)


def test_a_reader_with_a_locked_filter_sees_none(workspace):
    view = workspace.version().view(where={"name": ["Initech"]})
    assert view.matches().empty
    assert view.orphans().empty
    assert view.same() == {}


def test_rows_of_customers_that_no_customer_table_has(workspace):
    version = workspace.version()
    found = version.orphans().set_index("table")
    assert found.loc["tickets", ["rows", "customers", "all_rows"]].tolist() == [5, 4, 5]
    assert found.loc["subscriptions", ["rows", "customers", "mrr"]].tolist() == [3, 3, 46.0]
    assert found.loc["orders", "orders"] == 99.0
    assert list(found.index) == ["tickets", "subscriptions", "orders", "users"]
    each = version.orphans("customer")
    assert each.iloc[0][["table", "customer_id", "rows", "file", "row", "mrr"]].tolist() == [
        "subscriptions", "ACME", 1, "subscriptions.csv", 2, 40.0,
    ]  # fmt: skip
    assert each["rows"].sum() == found["rows"].sum()
    for other in ("ACME", "acme.com"):
        workspace.accept_match("C1", other)
    after = workspace.apply_matches().orphans().set_index("table")
    assert after.loc["tickets", "rows"] == 3
    assert after.loc["subscriptions", "mrr"] == 6.0


def test_without_a_customer_table_nobody_is_unknown(tmp_path):
    workspace = cs.Workspace(tmp_path / "none")
    assert put(workspace, tickets=[opened("A")]).orphans().empty
