"""The currencies that recurring revenue comes in, and which of them the numbers count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.sql import quote

_DATED = {"subscriptions": "start_date", "invoices": "issued_on"}
COLUMNS = ("currency", "rows", "customers", "counted", "spelled")


def currencies(con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any]) -> pd.DataFrame:
    """Return one row a currency of the table that MRR comes from: currency (null: the file says none), rows, customers,
    counted, spelled (as the file writes it). The workspace's own first, then the commonest.

    counted: 'own' (the workspace's, or none said), 'converted' (each row at the rate of its month), 'partly' (some rows
    have no rate and are left out), 'left_out' (no rate at all), 'taken_as_own' (the only currency there is, not the
    workspace's, and no rates: its amounts count as if they were). No rows where MRR comes from a table without one.
    """
    info = dict(con.execute("SELECT key, value FROM fact_info").fetchall())
    table = info.get("money_source", "")
    if table not in _DATED:
        return pd.DataFrame(columns=list(COLUMNS))
    own = str(settings["currency"]).upper()
    frame = con.execute(
        f"""SELECT upper(t.currency) AS currency, count(*) AS rows, count(DISTINCT t.customer_id) AS customers,
                   count(*) FILTER (WHERE x.rate IS NOT NULL) AS rated, list(DISTINCT t.currency) AS spelled
            FROM {quote(table)} AS t LEFT JOIN fact_rate AS x ON x.currency = upper(t.currency)
             AND x.begins <= CAST(t.{_DATED[table]} AS TIMESTAMP) AND CAST(t.{_DATED[table]} AS TIMESTAMP) < x.ends
            GROUP BY 1 ORDER BY (upper(t.currency) IS NOT DISTINCT FROM $1) DESC, count(*) DESC, 1""",
        [own],
    ).df()
    frame["currency"] = frame["currency"].astype(object).where(frame["currency"].notna(), None)
    alone = _is_alone(con)
    frame["counted"] = [
        _counted(c, own, int(rated), int(rows), alone)
        for c, rated, rows in zip(frame["currency"], frame["rated"], frame["rows"], strict=True)
    ]
    frame["spelled"] = [[s for s in spelled if s is not None] for spelled in frame["spelled"]]
    return frame[list(COLUMNS)]


def _counted(currency: str | None, own: str, rated: int, rows: int, alone: bool) -> str:
    if currency is None or currency == own:
        return "own"
    if alone:
        return "taken_as_own"
    return "converted" if rated == rows else "partly" if rated else "left_out"


def _is_alone(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the files name one currency and no rate: its amounts are then taken as they are."""
    tables = " UNION ALL ".join(f"SELECT upper(currency) AS currency FROM {t}" for t in (*_DATED, "orders"))
    named = con.execute(f"SELECT count(DISTINCT currency) FROM ({tables}) AS named").fetchall()[0][0]
    return bool(named == 1 and not con.execute("SELECT EXISTS (SELECT 1 FROM fx_rates)").fetchall()[0][0])
