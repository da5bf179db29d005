"""How much of the recurring revenue hangs on the largest customers, who they are, and how both changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.revenue.flows import flows
from cs_metrics.analysis.revenue.ledger import told
from cs_metrics.errors import QueryError
from cs_metrics.kpis.ask import Asked, settle
from cs_metrics.kpis.relations.states import OPENING
from cs_metrics.kpis.slice import Slice

MOST = 1000


def concentration(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    top: int = 10,
    grain: str = "month",
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
) -> pd.DataFrame:
    """The share of the `top` largest customers at each period's end: period, customers, mrr, top_mrr, share, complete.

    Of the customers that pay (MRR above 0) at the end; credits that outweigh what a customer pays are left out. share
    is null where nobody pays. With `top` customers or fewer it is 1. Raises as `movements` does.
    """
    asked = settle(con, Slice.of(grain, None, where, since, until), settings, as_of)
    statement = _ranked(
        asked,
        "SELECT pno, count(*) AS customers, sum(mrr) AS mrr, sum(mrr) FILTER (WHERE place <= {top}) AS top_mrr "
        "FROM ranked GROUP BY pno",
        _checked(top),
    )
    cells = con.execute(*statement).df().set_index("pno")
    reach = asked.question(()).reach(OPENING)
    begun = {number: period for number, period in asked.periods.items() if period.start < reach}
    frame = cells.reindex(list(begun)).reset_index(drop=True)
    for name in ("customers", "mrr", "top_mrr"):
        frame[name] = frame[name].astype(float).fillna(0.0)
    frame["customers"] = frame["customers"].astype("int64")
    frame["share"] = frame["top_mrr"] / frame["mrr"].where(frame["mrr"] > 0)
    frame.insert(0, "period", pd.to_datetime([p.start for p in begun.values()]).astype("datetime64[us]"))
    frame["complete"] = [p.complete(reach) for p in begun.values()]
    return frame


def largest(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    top: int = 10,
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
) -> pd.DataFrame:
    """The `top` customers by MRR at the end of the range, the largest first; and as they were at its start.

    place, customer_id, mrr, share, mrr_before, place_before (null: it did not pay then), _source, _row, _rows. Ties
    are ordered by customer_id. Raises as `movements` does.
    """
    asked = settle(con, Slice.of(None, None, where, since, until), settings, as_of)
    text = (
        "SELECT r.*, b.place AS place_before, b.mrr AS mrr_before FROM ranked AS r "
        "LEFT JOIN ranked_before AS b ON b.customer_id = r.customer_id WHERE r.place <= {top} ORDER BY r.place"
    )
    frame = con.execute(*_ranked(asked, text, _checked(top), rows=True)).df()
    lines = told(con, asked, frame)
    shares = frame["mrr"].astype(float) / frame["whole"].astype(float)
    lines = lines.assign(
        place=frame["place"], mrr=frame["mrr"].astype(float), share=shares,
        mrr_before=frame["mrr_before"].astype(float).fillna(0.0), place_before=frame["place_before"].astype("Int64"),
    )  # fmt: skip
    tail = [c for c in ("_source", "_row", "_rows", "_changed") if c in lines]
    return lines[["place", "customer_id", "mrr", "share", "mrr_before", "place_before", *tail]]


def _ranked(asked: Asked, select: str, top: int, rows: bool = False) -> tuple[str, dict[str, Any]]:
    made = flows(replace(asked, slice=replace(asked.slice, by=())), rows=rows)
    held = "end_mrr + moved_in_mrr - moved_out_mrr"
    for name, amount in (("ranked", held), ("ranked_before", "start_mrr")):
        made.writer.ctes.append(
            f"{name} AS (\n  SELECT *, {amount} AS mrr, sum({amount}) OVER (PARTITION BY pno) AS whole,\n"
            f"         row_number() OVER (PARTITION BY pno ORDER BY {amount} DESC, customer_id) AS place\n"
            f"  FROM {made.name} WHERE pno >= 0 AND {amount} > 0)"
        )
    statement = made.writer.statement(select.format(top=top), ())
    return statement.text, statement.values


def _checked(top: int) -> int:
    if not isinstance(top, int) or isinstance(top, bool) or not 1 <= top <= MOST:
        raise QueryError(f"'top' is {top!r}. It is a number of customers from 1 to {MOST:,}.")
    return top
