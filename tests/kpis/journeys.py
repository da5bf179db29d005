"""Users that sign up, act, and are asked: literal rows, and the answer to one month of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from cs_metrics.kpis import Slice, compute
from tests.support import kept_version

Tables = dict[str, list[dict[str, Any]]]


def on(day: str) -> datetime:
    return datetime.fromisoformat(day)


def user(name: str, created: str | None, activated: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "user_id": name,
        "customer_id": more.pop("account", "a"),
        "created_at": on(created) if created else None,
        "activated_at": on(activated) if activated else None,
        **more,
    }


def use(name: str | None, when: str, event: str = "open", feature: str | None = None, **more: Any) -> dict[str, Any]:
    row = {"customer_id": more.pop("account", "a"), "user_id": name, "occurred_at": on(when)}
    return {**row, "event": event, "feature": feature, **more}


def step(account: str, milestone: str, reached: str, name: str | None = None) -> dict[str, Any]:
    return {"customer_id": account, "user_id": name, "milestone": milestone, "reached_at": on(reached)}


def frame(tables: Tables, kpi: str, month: str, as_of: str = "2026-06-01", **settings: Any) -> pd.DataFrame:
    until = str(pd.Timestamp(month) + pd.offsets.MonthBegin(1))[:10]
    asked = Slice.of("month", since=month, until=until, definitions={"fresh_days": 3650, **settings})
    return compute(kept_version(tables), [kpi], asked, as_of=as_of, beside=True)


def ask(tables: Tables, kpi: str, month: str, as_of: str = "2026-06-01", **settings: Any) -> pd.Series:
    answers = frame(tables, kpi, month, as_of, **settings)
    return answers[answers["item"].isna()].iloc[0]


def items(tables: Tables, kpi: str, month: str, as_of: str = "2026-06-01", **settings: Any) -> dict[str, float]:
    answers = frame(tables, kpi, month, as_of, **settings)
    return {row["item"]: row["value"] for _, row in answers.iterrows() if row["item"] is not None}


def answer(survey: str, score: float, when: str, **more: Any) -> dict[str, Any]:
    return {"survey": survey, "score": score, "responded_at": on(when), "customer_id": "a", **more}
