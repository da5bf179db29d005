"""Two ids that a person said are one customer are one in the next version, and two again once that is undone."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cs_metrics as cs
from cs_metrics import facts
from cs_metrics.errors import PublishError, WorkspaceError
from cs_metrics.workspace.kept import matches
from cs_metrics.workspace.publish.publishing import Request, publish
from cs_metrics.workspace.store.progress import Progress
from tests.workspace.loads import load

KPIS = ("mrr", "customer_churn_rate", "customer_retention_rate")


def put(workspace: cs.Workspace, mode: str = "append", **tables: list[dict]) -> cs.Version:
    """Publish literal rows, as `Workspace.publish` would a plan of them."""
    request = Request(mode, workspace.settings, facts.build, same=workspace.same_customers())
    publish(workspace.folder, [load(name, rows) for name, rows in tables.items()], request, Progress())
    return workspace.version()


def paid(customer: str, amount: float, start: date = date(2025, 1, 1), end: date | None = None) -> dict:
    return {"customer_id": customer, "start_date": start, "end_date": end, "amount": amount}


CUSTOMERS = [
    {"customer_id": "Acme Inc.", "name": "Acme Inc.", "region": "EMEA", "industry": None, "Seats": None},
    {"customer_id": "acme.com", "name": "Acme", "region": "AMER", "industry": "Retail", "Seats": 7},
    {"customer_id": "Other", "name": "Other Ltd", "region": "AMER", "industry": None, "Seats": None},
]
TICKETS = [{"ticket_id": str(i), "customer_id": c, "created_at": datetime(2025, 2, 3)} for i, c in enumerate("AB")]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = cs.Workspace(tmp_path_factory.mktemp("published") / "acme")
    put(
        workspace,
        customers=CUSTOMERS,
        subscriptions=[
            paid("ACME", 10.0),
            paid("acme.com", 5.0, date(2025, 2, 1)),
            paid("Other", 1.0, end=date(2025, 3, 1)),
        ],
        tickets=[{**TICKETS[0], "customer_id": "acme.com"}, {**TICKETS[1], "customer_id": "Other"}],
    )
    return workspace.path


@pytest.fixture
def workspace(published: Path, tmp_path: Path) -> cs.Workspace:
    """A copy of its own of the published files, with two matches accepted."""
    shutil.copytree(published, tmp_path / "acme")
    workspace = cs.Workspace(tmp_path / "acme")
    workspace.accept_match("Acme Inc.", "ACME", evidence="the same name", who="ann")
    workspace.accept_match("Acme Inc.", "acme.com", who="ann")
    return workspace


def ids(version: cs.Version, table: str) -> list[str]:
    con = version._con()
    return [row[0] for row in con.execute(f"SELECT customer_id FROM {table} ORDER BY _id, customer_id").fetchall()]


def values(version: cs.Version) -> list[list]:
    frame = version.compute(list(KPIS), grain="month", since="2025-01-01", until="2025-05-01", as_of="2025-05-01")
    return frame[["kpi", "period", "value", "n"]].astype(str).values.tolist()


def test_accepted_ids_are_one_customer_in_the_next_version_and_keep_what_stood_in_the_file(workspace):
    before = workspace.version()
    after = workspace.apply_matches(who="ann")
    assert after.number == 2
    assert set(ids(after, "subscriptions")) == {"Acme Inc.", "Other"}
    assert ids(after, "tickets") == ["Acme Inc.", "Other"]
    assert ids(before, "tickets") == ["acme.com", "Other"]
    changed = after.changes("tickets")
    assert changed[["row", "column", "before", "after"]].values.tolist() == [
        [2, "customer_id", "acme.com", "Acme Inc."]
    ]
    assert "acme.com became Acme Inc." in " ".join(after.rows("support_tickets")["_changed"])
    repairs = after.repairs().set_index(["table", "column"])["changed"].to_dict()
    assert repairs[("subscriptions", "customer_id")] == 2


def test_the_customer_has_the_attributes_of_the_kept_row_and_what_only_the_other_knows(workspace):
    con = workspace.apply_matches()._con()
    known = con.execute("SELECT region, industry, Seats FROM dim_customers WHERE customer_id = 'Acme Inc.'").fetchall()
    assert known == [("EMEA", "Retail", 7)]
    assert con.execute("SELECT count(*) FROM dim_customers").fetchall() == [(2,)]
    assert con.execute("SELECT count(*) FROM customers").fetchall() == [(3,)]
    assert "same_id_twice" not in set(workspace.version().conflicts()["kind"])


def test_the_next_files_are_matched_without_asking_and_by_their_own_ids(workspace):
    workspace.apply_matches()
    newer = [{"customer_id": "acme.com", "name": "Acme Europe", "region": "APAC"}]
    version = put(workspace, customers=newer, tickets=[{**TICKETS[0], "ticket_id": "9", "customer_id": "ACME"}])
    assert ids(version, "tickets") == ["Acme Inc.", "Other", "Acme Inc."]
    assert version.tables()["customers"]["rows"] == 3
    rows = dict(version._con().execute("SELECT _id, name FROM customers").fetchall())
    assert rows["acme.com"] == "Acme Europe"
    assert rows["Acme Inc."] == "Acme Inc."


def test_a_table_that_is_replaced_is_matched_too(workspace):
    workspace.apply_matches()
    version = put(workspace, "replace", customers=CUSTOMERS)
    con = version._con()
    assert con.execute("SELECT count(*) FROM dim_customers").fetchall() == [(2,)]
    assert con.execute("SELECT count(*) FROM customer_attributes").fetchall() == [(0,)]


def test_a_match_that_is_undone_gives_every_value_back(workspace):
    before = workspace.version()
    rows = {t: before._con().execute(f"SELECT * FROM {t} ORDER BY _id").fetchall() for t in ("customers", "tickets")}
    one = workspace.apply_matches()
    assert values(one) != values(before)
    for other in ("ACME", "acme.com"):
        workspace.undo_match(other, "Acme Inc.")
    after = workspace.apply_matches()
    assert values(after) == values(before)
    assert after.changes().empty
    assert after.repairs().empty
    for table, kept in rows.items():
        assert after._con().execute(f"SELECT * FROM {table} ORDER BY _id").fetchall() == kept


def test_history_of_the_other_id_is_kept_aside_and_comes_back(workspace):
    put(workspace, customers=[{"customer_id": "acme.com", "name": "Acme", "region": "APAC"}])
    workspace.undo_match("ACME", "Acme Inc.")
    workspace.undo_match("acme.com", "Acme Inc.")
    apart = workspace.apply_matches()
    history = "SELECT customer_id, attribute, value FROM customer_attributes ORDER BY ALL"
    told = apart._con().execute(history).fetchall()
    assert ("acme.com", "region", "APAC") in told
    workspace.accept_match("Acme Inc.", "acme.com")
    assert workspace.apply_matches()._con().execute(history).fetchall() == []
    workspace.undo_match("Acme Inc.", "acme.com")
    assert workspace.apply_matches()._con().execute(history).fetchall() == told


def test_chains_end_at_one_id_and_contradictions_are_refused(tmp_path):
    workspace = cs.Workspace(tmp_path / "acme")
    workspace.accept_match("A", "B")
    workspace.accept_match("B", "C")
    assert workspace.same_customers() == {"B": "A", "C": "A"}
    with pytest.raises(WorkspaceError, match="'C' and 'A' were said to be two customers"):
        workspace.refuse_match("C", "A")
    workspace.undo_match("B", "C")
    workspace.refuse_match("C", "A")
    with pytest.raises(WorkspaceError, match="two customers"):
        workspace.accept_match("B", "C")
    assert workspace.match_decisions()["accepted"].tolist() == [True, False]
    with pytest.raises(WorkspaceError, match="Nothing was said"):
        workspace.undo_match("X", "Y")
    with pytest.raises(WorkspaceError, match="two different"):
        workspace.accept_match("A", "A")
    with pytest.raises(PublishError, match="Nothing is published yet"):
        workspace.apply_matches()


PAIRS = st.lists(st.tuples(st.sampled_from("ABCDE"), st.sampled_from("ABCDE")), max_size=8)


@given(PAIRS)
def test_whatever_is_accepted_each_id_ends_at_one_that_stands_for_itself(pairs):
    same = matches.one_id([{"kept": a, "other": b, "accepted": True} for a, b in pairs])
    assert not set(same.values()) & set(same)
    for a, b in pairs:
        assert same.get(a, a) == same.get(b, b)


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PAIRS.filter(lambda pairs: any(a != b for a, b in pairs)))
def test_merging_keeps_mrr_and_undoing_keeps_every_kpi(tmp_path_factory, pairs):
    workspace = cs.Workspace(tmp_path_factory.mktemp("merge") / "acme")
    ends = [None, date(2025, 3, 1), date(2025, 2, 10), None, date(2025, 4, 1)]
    rows = [paid(c, 10.0 + i, date(2025, 1, 1 + i), ends[i]) for i, c in enumerate("ABCDE")]
    before = values(put(workspace, subscriptions=rows, customers=[{"customer_id": c} for c in "ABC"]))
    accepted = []
    for a, b in pairs:
        if a != b:
            workspace.accept_match(a, b)
            accepted.append((a, b))
    after = values(workspace.apply_matches())
    assert [row[:3] for row in after if row[0] == "mrr"] == [row[:3] for row in before if row[0] == "mrr"]
    for a, b in {tuple(sorted(pair)) for pair in accepted}:
        workspace.undo_match(a, b)
    assert values(workspace.apply_matches()) == before


def test_the_other_id_of_a_match_stands_for_both_and_back(workspace: cs.Workspace) -> None:
    workspace.accept_match("Acme Inc.", "acme.com", evidence="the same name")
    workspace.accept_match("Acme Inc.", "ACME")
    workspace.swap_match("Acme Inc.", "acme.com")
    assert workspace.same_customers() == {"ACME": "acme.com", "Acme Inc.": "acme.com"}
    assert set(workspace.match_decisions()["evidence"]) == {"", "the same name"}
    workspace.swap_match("acme.com", "Acme Inc.")
    assert workspace.same_customers() == {"ACME": "Acme Inc.", "acme.com": "Acme Inc."}
    with pytest.raises(WorkspaceError, match="were not said to be one customer"):
        workspace.swap_match("Acme Inc.", "Other")
