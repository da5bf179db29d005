"""The same questions in pandas, on frames that are in memory already."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from tests.benchmarks.generate import MONTHS, SINCE

Frames = dict[str, pd.DataFrame]
MONTH_STARTS = pd.date_range(SINCE, periods=MONTHS + 1, freq="MS")


def kpis(frames: Frames, size: str | None = None) -> dict[str, pd.Series]:
    """Each KPI as a series by (period, region)."""
    people = frames["customers"]
    people = people[people["company_size"] == size] if size else people
    region = people.set_index("customer_id")["region"]
    found = _carried(frames["subscriptions"], region) | _bought(frames["orders"], region)
    return found | _seen(frames["events"], region)


def _state(subscriptions: pd.DataFrame, moment: pd.Timestamp) -> pd.Series:
    live = (subscriptions["start_date"] < moment) & ~(subscriptions["end_date"] < moment)
    return subscriptions[live].groupby("customer_id")["amount"].sum()


def _carried(subscriptions: pd.DataFrame, region: pd.Series) -> dict[str, pd.Series]:
    pieces = []
    for begin, end in pairwise(MONTH_STARTS):
        both = pd.concat([_state(subscriptions, begin), _state(subscriptions, end)], axis=1, keys=["a", "b"])
        pieces.append(both.join(region, how="inner").assign(period=begin))
    rows = pd.concat(pieces)
    opening = rows[rows["a"].notna()]
    held = opening.assign(b=opening["b"].fillna(0), kept=opening["b"].notna())
    held["capped"] = held[["a", "b"]].min(axis=1)
    parts = held.groupby(["period", "region"]).agg(
        a=("a", "sum"), b=("b", "sum"), c=("capped", "sum"), kept=("kept", "mean")
    )
    ends = rows[rows["b"].notna()].groupby(["period", "region"])["b"]
    return {
        "customer_retention_rate": parts["kept"],
        "customer_churn_rate": 1 - parts["kept"],
        "net_revenue_retention": parts["b"] / parts["a"],
        "gross_revenue_retention": parts["c"] / parts["a"],
        "mrr": ends.sum(),
        "average_revenue_per_account": ends.mean(),
    }


def _bought(orders: pd.DataFrame, region: pd.Series) -> dict[str, pd.Series]:
    rows = orders.join(region, on="customer_id", how="inner")
    rows["period"] = rows["ordered_at"].dt.to_period("M").dt.to_timestamp()
    each = rows.groupby(["period", "region", "customer_id"])["order_id"].nunique().reset_index(name="n")
    groups = each.assign(repeat=each["n"] >= 2).groupby(["period", "region"])
    return {"repeat_purchase_rate": groups["repeat"].mean(), "average_purchase_frequency": groups["n"].mean()}


def _seen(events: pd.DataFrame, region: pd.Series) -> dict[str, pd.Series]:
    rows = events.join(region, on="customer_id", how="inner")
    rows["day"] = rows["occurred_at"].dt.floor("D")
    rows["period"] = rows["occurred_at"].dt.to_period("M").dt.to_timestamp()
    pieces = []
    for begin, end in pairwise(MONTH_STARTS):
        inside = rows[(rows["occurred_at"] >= end - pd.Timedelta(days=30)) & (rows["occurred_at"] < end)]
        pieces.append(inside.groupby("region")["user_id"].nunique().rename(begin))
    active = pd.concat(pieces, axis=1).T.stack()
    active.index = active.index.set_names(["period", "region"])
    daily = rows.groupby(["period", "region", "day"])["user_id"].nunique().groupby(["period", "region"]).sum()
    monthly = rows.groupby(["period", "region"])["user_id"].nunique()
    days = daily.index.get_level_values("period").days_in_month
    return {"monthly_active_users": active, "stickiness": daily / days / monthly}


def triangle(frames: Frames, size: str | None = None) -> pd.DataFrame:
    """Cohort by k: who came back."""
    orders = frames["orders"]
    if size:
        people = frames["customers"]
        orders = orders[orders["customer_id"].isin(people[people["company_size"] == size]["customer_id"])]
    rows = orders[["customer_id"]].assign(p=orders["ordered_at"].dt.year * 12 + orders["ordered_at"].dt.month)
    rows = rows.drop_duplicates()
    rows["c"] = rows.groupby("customer_id")["p"].transform("min")
    rows["k"] = rows["p"] - rows["c"]
    return rows[rows["k"] <= 12].groupby(["c", "k"])["customer_id"].nunique().unstack(fill_value=0)


def frames_of(rows: dict[str, Any]) -> Frames:
    """The rows as frames, dates as timestamps."""
    frames = {name: arrow.to_pandas() for name, arrow in rows.items()}
    for name in ("start_date", "end_date"):
        frames["subscriptions"][name] = pd.to_datetime(frames["subscriptions"][name])
    return frames


def load(rows: dict[str, Any], folder: Path) -> None:
    """What publishing does at the very least: write the rows into files."""
    for name, frame in frames_of(rows).items():
        frame.to_parquet(folder / f"{name}.parquet")
