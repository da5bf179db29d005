"""What there is to filter and split by for a reader whose filter is locked: nothing that its customers lack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd

from cs_metrics.kpis.attributes import join
from cs_metrics.kpis.available import available
from cs_metrics.kpis.where import compile_where, names
from cs_metrics.sql import Params, quote

if TYPE_CHECKING:
    from cs_metrics.api.view import View


def dimensions(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the attributes of `View.dimensions` with the values that customers within the view's filter have today,
    and none of its counts (null) beyond them; without values where the filter is of rows rather than customers."""
    found = _values(view._con(), view.where, view.as_of, list(frame.loc[frame["breakdown"], "name"]))
    kept = [
        [value for value in values if value in found.get(name, ())]
        for name, values in zip(frame["name"], frame["values"], strict=True)
    ]
    told = pd.Series(kept, index=frame.index, dtype=object)
    return frame.assign(values=told, distinct=told.map(len), nulls=0)


def _values(
    con: duckdb.DuckDBPyConnection, where: Mapping[str, Any], as_of: Any, attributes: list[str]
) -> dict[str, set[Any]]:
    known = available(con)
    asked = sorted(names(where))
    if not all(known.attribute(name).of_customer for name in asked):
        return {}
    found: dict[str, set[Any]] = {}
    for name in attributes:
        attribute = known.attribute(name)
        params = Params()
        joined = join(known, asked, moment=params.add(as_of), just_before=True)
        among = compile_where(where, joined, params)
        customers = f"SELECT f.customer_id FROM dim_customers AS f {joined.sql} WHERE {among}"
        source, column = "dim_customers" if attribute.of_customer else attribute.table, quote(attribute.column)
        if not attribute.of_customer and not _of_customers(con, attribute.table):
            continue
        text = f"SELECT DISTINCT {column} FROM {quote(source)} WHERE customer_id IN ({customers})"
        found[name] = {value for (value,) in con.execute(text, params.used(text)).fetchall()} - {None}
    return found


def _of_customers(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    text = "SELECT count(*) FROM information_schema.columns WHERE table_name = $1 AND column_name = 'customer_id'"
    return bool(con.execute(text, [table]).fetchall()[0][0])
