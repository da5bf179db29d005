"""What the examples by hand share: tables from literal rows, and an answer without its interval."""

from __future__ import annotations

import pandas as pd

from cs_metrics.settings import resolve

from . import ORACLES, Data

JAN, FEB, MAR, APR = (pd.Timestamp(f"2025-0{m}-01") for m in (1, 2, 3, 4))


def made(as_of: pd.Timestamp = APR, settings: dict | None = None, **tables: list[dict]) -> Data:
    frames = {name: pd.DataFrame(rows) for name, rows in tables.items()}
    return Data(frames, as_of, resolve(settings, {"fresh_days": 3650}))


def ask(kpi: str, data: Data, start: pd.Timestamp = FEB, end: pd.Timestamp = MAR, keep=None):  # type: ignore[no-untyped-def]
    result = ORACLES[kpi](data, start, end, keep)
    return {k: a[:4] for k, a in result.items()} if isinstance(result, dict) else result[:4]


def sub(customer: str, start: str, end: str | None, amount: float, **more: object) -> dict:
    return {"customer_id": customer, "start_date": start, "end_date": end, "amount": amount, **more}
