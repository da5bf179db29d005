"""What a customer paid, stretch by stretch, as the rows of the files say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.revenue.flows import check_money
from cs_metrics.kpis.ask import settle
from cs_metrics.kpis.compile import Writer
from cs_metrics.kpis.model import Relation
from cs_metrics.kpis.relations.names import ACTIVITY
from cs_metrics.kpis.rows import shown
from cs_metrics.kpis.slice import Slice
from cs_metrics.sql import FOREVER

_STRETCHES = Relation(
    name="stretches",
    grain="a row that brings recurring revenue over a stretch",
    source="fact_active",
    on="f.begins < p.ends AND f.ends >= p.starts AND f.ends > f.begins",
    columns=("f.begins AS begins_at", "f.ends AS ends_at", "f.mrr AS pays", "f.product AS of_product"),
    moment="f.begins",
    table=ACTIVITY,
    tables=(ACTIVITY,),
)


def stretches(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
) -> pd.DataFrame:
    """The rows that recurring revenue comes from, in the order of time: customer_id, begins, ends (exclusive; null: it
    goes on), mrr (null: its currency has no rate), product, _source, _row.

    Those that hold at some instant of the range; one customer's by `where={"customer_id": ["42"]}`. A ledger's start
    and end are the sums of those that hold just before the two ends of its period. Raises as `movements` does.
    """
    asked = settle(con, Slice.of(None, None, where, since, until), settings, as_of)
    check_money(asked.available.info, "The rows of recurring revenue are")
    writer = Writer(asked.question((), rows=True))
    base = writer.base(_STRETCHES, "TRUE")
    text = f"SELECT * FROM {base.name} WHERE pno >= 0 ORDER BY customer_id, begins_at, ends_at, _source, _row"
    statement = writer.statement(text, ())
    lines = shown(con, asked, con.execute(statement.text, statement.values).df())
    lines = lines.rename(columns={"begins_at": "begins", "ends_at": "ends", "pays": "mrr", "of_product": "product"})
    lines["ends"] = lines["ends"].where(lines["ends"] < pd.Timestamp(FOREVER).as_unit("us"))
    lines["mrr"] = lines["mrr"].astype(float)
    tail = ["_source", "_row", *(["_changed"] if "_changed" in lines else [])]
    return lines[["customer_id", "begins", "ends", "mrr", "product", *tail]]
