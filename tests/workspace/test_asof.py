"""The as-of instant: one trap a test."""

from __future__ import annotations

from datetime import date, datetime

from cs_metrics.workspace.publish import asof
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


def test_a_subscription_that_ended_keeps_the_table_fresh_but_never_dates_the_version() -> None:
    def sub(customer: str, start: date, end: date | None) -> dict[str, object]:
        return {"customer_id": customer, "start_date": start, "end_date": end, "amount": 10}

    subscriptions = [sub("a", date(2026, 1, 1), date(2026, 3, 31)), sub("b", date(2026, 1, 5), date(2026, 4, 9))]
    left = [{"customer_id": "a", "churned_on": date(2026, 3, 31)}]
    with make_version({"subscriptions": subscriptions, "customers": left}) as con:
        found = asof.of_tables(con, "UTC", NOW)
    assert found == {"subscriptions": datetime(2026, 4, 1), "customers": datetime(2026, 4, 1)}
    with make_version({"subscriptions": subscriptions}) as con:
        assert asof.of_tables(con, "UTC", NOW) == {"subscriptions": datetime(2026, 1, 6)}
