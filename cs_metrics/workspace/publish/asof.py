"""The as-of instant: the end of the day of the latest activity that is not in the future."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb

from cs_metrics.schema import TABLES, Type
from cs_metrics.sql import quote
from cs_metrics.workspace.store.database import first_row

# A monthly row speaks for its month up to the month's end.
MONTHLY = {"mrr_snapshots": "month", "costs": "incurred_on"}
# Registers have no activity of their own in the schema, but a sign-up or a leaving happened on its day.
REGISTERS = {"customers": ("signed_up_on", "churned_on"), "users": ("created_at", "activated_at")}


def of_tables(con: duckdb.DuckDBPyConnection, zone: str, now: datetime) -> dict[str, datetime]:
    """Return, for each table that has dated rows, the midnight (in `zone`) after its latest activity up to `now`.

    `now`: UTC without an offset. A month not over yet counts up to the end of today.
    """
    local_now = now.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    tonight = local_now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    found: dict[str, datetime] = {}
    for table in TABLES.values():
        ends = []
        for name in table.activity or REGISTERS.get(table.name, ()):
            value, said = quote(name), f"CAST({quote(name)} AS TIMESTAMP)"
            if table.column(name).type is Type.INSTANT:
                value = said = f"timezone($1, timezone('UTC', {value}))"
            elif MONTHLY.get(table.name) == name:
                value = f"least(last_day({value}), CAST($2 AS TIMESTAMP) - INTERVAL 1 DAY)"
            query = (
                f"SELECT date_trunc('day', max(happened)) + INTERVAL 1 DAY FROM "
                f"(SELECT CAST({value} AS TIMESTAMP) AS happened FROM {quote(table.name)} WHERE $1 <> '' "
                f"AND {said} < CAST($2 AS TIMESTAMP))"
            )
            row = first_row(con, query, [zone, tonight])
            if row and row[0] is not None:
                ends.append(row[0])
        if ends:
            found[table.name] = max(ends)
    if "subscriptions" in found:
        found["subscriptions"] = max(found["subscriptions"], _known_to_have_ended(con, overall(found, now)))
    return found


def _known_to_have_ended(con: duckdb.DuckDBPyConnection, as_of: datetime) -> datetime:
    """Return the midnight after the latest end of a subscription before `as_of`.

    An end never dates the version, for it may lie ahead. One that is past was known to the file: a table of
    subscriptions in which somebody left yesterday is not stale because nobody has joined for a month.
    """
    query = (
        "SELECT date_trunc('day', max(CAST(end_date AS TIMESTAMP))) + INTERVAL 1 DAY FROM subscriptions "
        "WHERE CAST(end_date AS TIMESTAMP) < CAST($1 AS TIMESTAMP)"
    )
    row = first_row(con, query, [as_of])
    return row[0] if row and row[0] is not None else datetime.min


def overall(tables: dict[str, datetime], now: datetime) -> datetime:
    """Return the version's as-of: the latest of its tables; without any date, the end of today."""
    if tables:
        return max(tables.values())
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
