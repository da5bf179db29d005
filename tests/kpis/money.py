"""Rows of money for examples, and questions about one month of them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cs_metrics.kpis import Slice, compute
from tests.support import kept_version

Tables = dict[str, list[dict[str, Any]]]


def sub(customer: str, start: str, end: str | None = None, amount: float = 100, **more: Any) -> dict[str, Any]:
    return {"customer_id": customer, "start_date": start, "end_date": end, "amount": amount, **more}


def frame(tables: Tables, kpi: str, month: str, as_of: str = "2026-06-01", **how: Any) -> pd.DataFrame:
    until = str(pd.Timestamp(month) + pd.offsets.MonthBegin(1))[:10]
    definitions = {"fresh_days": 3650, **how.pop("definitions", {})}
    asked = Slice.of("month", since=month, until=until, definitions=definitions, **how)
    return compute(kept_version(tables), [kpi], asked, as_of=as_of, beside=True)


def ask(tables: Tables, kpi: str, month: str, **how: Any) -> pd.Series:
    found = frame(tables, kpi, month, **how)
    return found[found["item"].isna()].iloc[0]


def beside(tables: Tables, kpi: str, month: str, **how: Any) -> pd.Series:
    found = frame(tables, kpi, month, **how)
    return found[found["item"].notna()].set_index("item")["value"]


def deal(number: int, status: str, amount: float | None, closed: str | None, customer: str | None = None) -> dict:  # type: ignore[type-arg]
    return {"opportunity_id": f"d{number}", "customer_id": customer, "created_at": "2026-01-01", "closed_at": closed,
            "status": status, "amount": amount}  # fmt: skip


def lead(number: int, trial: str | None, paid: str | None, **more: Any) -> dict[str, Any]:
    return {
        "lead_id": f"l{number}",
        "created_at": "2026-01-01",
        "trial_started_at": trial,
        "converted_at": paid,
        **more,
    }


def event(user: str, moment: str, customer: str | None = None) -> dict[str, Any]:
    return {"user_id": user, "customer_id": customer, "occurred_at": moment, "event": "use"}


def cost(kind: str, day: str, amount: float, customer: str | None = None) -> dict[str, Any]:
    return {"incurred_on": day, "kind": kind, "amount": amount, "customer_id": customer}
