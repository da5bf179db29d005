"""A customer's past in a slice of rows: under a filter or a breakdown of rows a customer is what its rows in it say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cs_metrics.kpis.attributes import join
from cs_metrics.kpis.available import Available
from cs_metrics.kpis.where import compile_where, names
from cs_metrics.sql import Params


def paid_in_slice(
    available: Available, source: str, table: str, where: Mapping[str, Any], by: Sequence[str], params: Params
) -> str:
    """Return `source` (rows of activity, from `table`) with `first_paid` and `first_active` as its rows inside `where`
    and each `by` say.

    Basic to Pro is new in Pro, not a return. Of `where` only what rows by themselves answer: the customers' part
    depends on the period.
    """
    told = {
        name: condition
        for name, condition in where.items()
        if not any(available.attribute(n).of_customer for n in names({name: condition}))
    }
    joined = join(available, [*names(told), *by], moment="f.begins", table=table)
    parts = ", ".join(["f.customer_id", *(joined(name)[0] for name in by)])
    paid = f"min(f.begins) FILTER (WHERE f.mrr > 0 AND f.ends > f.begins) OVER (PARTITION BY {parts})"
    active = f"min(f.begins) FILTER (WHERE f.active AND f.ends > f.begins) OVER (PARTITION BY {parts})"
    return (
        f"(SELECT f.* REPLACE ({paid} AS first_paid, {active} AS first_active) FROM {source} AS f {joined.sql} "
        f"WHERE {compile_where(told, joined, params)})"
    )
