"""The as-of instant: one trap a test."""

from __future__ import annotations

from datetime import date, datetime

from cs_metrics.workspace import asof
from tests.support import make_version

NOW = datetime(2026, 4, 10, 12)


def test_months_planned_ahead_do_not_date_the_data() -> None:
    tables = {
        "mrr_snapshots": [{"customer_id": "a", "month": date(y, m, 1), "mrr": 10} for y, m in ((2026, 1), (2027, 6))],
        "costs": [{"kind": "support", "incurred_on": date(y, m, 9), "amount": 3} for y, m in ((2026, 4), (2027, 1))],
    }
    with make_version(tables) as con:
        found = asof.of_tables(con, "UTC", NOW)
    assert found == {"mrr_snapshots": datetime(2026, 2, 1), "costs": datetime(2026, 4, 11)}


def test_tonight_is_that_of_the_workspaces_zone() -> None:
    tables = {"tickets": [{"ticket_id": str(h), "created_at": datetime(2026, 4, 10, h)} for h in (3, 20)]}
    with make_version(tables) as con:
        assert asof.of_tables(con, "America/New_York", NOW) == {"tickets": datetime(2026, 4, 11)}
        assert asof.of_tables(con, "America/New_York", datetime(2026, 4, 10, 3, 30)) == {
            "tickets": datetime(2026, 4, 10)
        }
