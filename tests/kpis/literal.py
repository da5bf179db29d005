"""What tests by hand share: a subscription in a line, and the answer for one month of literal tables."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cs_metrics.kpis import Slice, compute
from tests.support import kept_version


def sub(customer: str, start: str, end: str | None = None, amount: float = 100, **more: Any) -> dict[str, Any]:
    return {"customer_id": customer, "start_date": start, "end_date": end, "amount": amount, **more}


def frame(
    tables: dict[str, Any], kpi: str, month: str, as_of: str = "2026-06-01", beside: bool = False, **how: Any
) -> pd.DataFrame:
    """The KPI's rows for one month; nothing is stale, whatever its tables' own ends."""
    until = str(pd.Timestamp(month) + pd.offsets.MonthBegin(1))[:10]
    definitions = {"fresh_days": 3650, **how.pop("definitions", {})}
    asked = Slice.of("month", since=month, until=until, definitions=definitions, **how)
    return compute(kept_version(tables), [kpi], asked, as_of=as_of, beside=beside)


def ask(tables: dict[str, Any], kpi: str, month: str, as_of: str = "2026-06-01", **how: Any) -> pd.Series:
    """The KPI's cell of the whole."""
    rows = frame(tables, kpi, month, as_of, **how)
    return rows[rows["item"].isna()].iloc[0]


def items(tables: dict[str, Any], kpi: str, month: str, as_of: str = "2026-06-01", **how: Any) -> dict[str, float]:
    """Item (or name of a number beside the value) -> its value."""
    rows = frame(tables, kpi, month, as_of, **how)
    rows = rows[rows["item"].notna()]
    return dict(zip(rows["item"], rows["value"], strict=True))
