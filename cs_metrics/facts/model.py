"""What a fact is, and what its SQL may lean on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from cs_metrics.ingest.mappings.vocabulary import flag_rank
from cs_metrics.sql import literal, quote

MONEY = "DECIMAL(18,6)"
MONEY_SOURCES = ("subscriptions", "mrr_snapshots", "invoices")


@dataclass(frozen=True)
class Fact:
    """A table built once at publish: `grain` says in one sentence what one row is.

    `sql` returns the SELECT that builds it; `time` is its time column (local), `unit` the column whose values count
    as one, `table` the raw table its rows come from (where `_id` finds the raw row, and with it its attributes).
    """

    name: str
    grain: str
    sql: Callable[[Context], str]
    time: str = ""
    unit: str = "customer_id"
    table: str = ""


@dataclass(frozen=True)
class Context:
    """What building depends on beside the tables: the settings, where activity and money come from, and as of when."""

    settings: Mapping[str, Any]
    activity: str
    money: str
    one_currency: bool
    leaving: str = "subscriptions"  # whom to believe about who has left; the subscriptions where that source is empty
    left_flag: str = ""  # the customers' own column that says who has left, without a date
    as_of: datetime = datetime(9999, 12, 31)

    def instant(self) -> str:
        """Return the SQL of the as-of."""
        return literal(self.as_of)

    def local(self, column: str) -> str:
        """Return the SQL of an instant (UTC) as the workspace's local time."""
        return local(column, self.settings)

    def price(self, row: str) -> str:
        """Return the SQL of what a subscription's billing period costs: less its discount, or the list price.

        A discount is an amount whatever its sign, and takes no more than there is to pay.
        """
        if self.settings["mrr_discounts"] == "gross":
            return f"{row}.amount"
        less = f"{row}.amount - abs(coalesce({row}.discount, 0))"
        return f"greatest({less}, least({row}.amount, 0))"

    def rate(self, currency: str) -> str:
        """Return the SQL of the factor into the workspace's currency; `x` is the joined rate. Null: there is none."""
        if self.one_currency:
            return "1"
        own = literal(str(self.settings["currency"]).upper())
        return f"CASE WHEN coalesce(upper({currency}), {own}) = {own} THEN 1 ELSE x.rate END"

    def rates(self, currency: str, day: str) -> str:
        """Return the join that finds the rate of `currency` in the month of `day`, as `x`."""
        return (
            f"LEFT JOIN fact_rate AS x ON x.currency = upper({currency}) "
            f"AND x.begins <= CAST({day} AS TIMESTAMP) AND CAST({day} AS TIMESTAMP) < x.ends"
        )


def local(column: str, settings: Mapping[str, Any]) -> str:
    """Return the SQL of an instant (UTC) as local time of the zone in `settings`."""
    if settings["timezone"] == "UTC":
        return column
    return f"timezone({literal(settings['timezone'])}, timezone('UTC', {column}))"


def money(amount: str, rate: str) -> str:
    """Return the SQL of an amount times a rate, exact where the rate is 1."""
    if rate == "1":
        return f"CAST({amount} AS {MONEY})"
    return f"CAST(CASE WHEN {rate} = 1 THEN {amount} ELSE {amount} * CAST({rate} AS DOUBLE) END AS {MONEY})"


def has_rows(con: duckdb.DuckDBPyConnection, table: str, condition: str = "TRUE") -> bool:
    return bool(con.execute(f"SELECT EXISTS (SELECT 1 FROM {quote(table)} WHERE {condition})").fetchall()[0][0])


def context(con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any]) -> Context:
    """Look at the tables and decide: the source of activity (the first that has rows), of money, and the currency."""
    recurring = "coalesce(is_recurring, period_start IS NOT NULL AND period_end IS NOT NULL)"
    filled = {
        "subscriptions": has_rows(con, "subscriptions"),
        "mrr_snapshots": has_rows(con, "mrr_snapshots"),
        "invoices": has_rows(con, "invoices", recurring),
        "churned_on": has_rows(con, "customers", "churned_on IS NOT NULL") or has_rows(con, "churn_events"),
    }
    wanted = str(settings["activity_source"])
    activity = wanted if wanted != "auto" else next((s for s, has in filled.items() if has), "activity")
    paid = activity if activity in MONEY_SOURCES else next((s for s in MONEY_SOURCES if filled[s]), "")
    tables = " UNION ALL ".join(
        f"SELECT upper(currency) AS currency FROM {t}" for t in ("subscriptions", "invoices", "orders")
    )
    own = str(settings["currency"]).upper()
    rows = con.execute(f"SELECT count(DISTINCT currency), min(currency) FROM ({tables})").fetchall()
    one = rows[0][0] == 0 or (rows[0][0] == 1 and (rows[0][1] == own or not has_rows(con, "fx_rates")))
    flag = _left_flag(con)
    said = {
        "subscriptions": True,
        "accounts": bool(flag) or has_rows(con, "customers", "churned_on IS NOT NULL"),
        "churn_events": has_rows(con, "churn_events"),
    }
    wanted = str(settings["leaving_source"])
    return Context(settings, activity, paid, one, wanted if said[wanted] else "subscriptions", flag)


def _left_flag(con: duckdb.DuckDBPyConnection) -> str:
    """Return the column of the customers table that says by yes or no who has left; '' where there is none."""
    columns = con.execute("SELECT column_name FROM (DESCRIBE customers) WHERE column_type = 'BOOLEAN'").fetchall()
    ranks = {name: flag_rank(name) for (name,) in columns}
    known = {name: rank for name, rank in ranks.items() if rank is not None}
    return min(known, key=lambda name: (known[name], name), default="")
