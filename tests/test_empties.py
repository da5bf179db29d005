"""A version whose facts of nothing are made from their columns is the version that the statements make."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import duckdb

from cs_metrics import facts
from cs_metrics.settings import resolve
from tests.support import make_version

SUBSCRIPTIONS = [
    {"customer_id": "a", "start_date": "2025-01-01", "end_date": "2025-04-01", "amount": 10, "plan": "Pro"}
]
TICKETS = [{"ticket_id": "1", "customer_id": "a", "created_at": datetime(2025, 2, 1)}]


def content(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Every table with its columns and, sorted, its rows."""
    names = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
    rows = {n: sorted(map(str, con.execute(f"SELECT * FROM {n}").fetchall())) for n in names}
    return {n: (con.execute(f"DESCRIBE {n}").fetchall(), rows[n]) for n in names}


def test_what_is_spared_is_what_would_have_been_made() -> None:
    make_version({})
    both = {"subscriptions": SUBSCRIPTIONS, "tickets": TICKETS}
    for tables in ({}, {"subscriptions": SUBSCRIPTIONS}, {"tickets": TICKETS}, both):
        spared = make_version(tables, as_of="2026-01-01")
        seen = content(spared)
        facts.build(spared, resolve(), datetime(2026, 1, 1))
        assert content(spared) == seen
    assert len([name for name in seen if name.startswith("fact_")]) > 50
