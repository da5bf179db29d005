"""When each customer is active and what it pays: one row is a stretch of a customer at one price.

Columns: customer_id, start, end (exclusive; FAR where open), mrr (the workspace's money a month), and the source's own.
"""

from __future__ import annotations

import pandas as pd

from .data import FAR, LONG_AGO, Data, Keep

A_MONTH = {
    "month": 1.0,
    "quarter": 1 / 3,
    "half_year": 1 / 6,
    "year": 1 / 12,
    "week": 52 / 12,
    "day": 365.25 / 12,
}
MONEY_SOURCES = ("subscriptions", "mrr_snapshots", "invoices")


def source(data: Data) -> str:
    """The one source of activity: the first that has rows."""
    chosen = data.settings["activity_source"]
    if chosen != "auto":
        return chosen
    for name in MONEY_SOURCES:
        if len(data[name]):
            return name
    return "churned_on" if data["customers"]["churned_on"].notna().any() else "activity"


def source_table(data: Data) -> str:
    """The table whose as-of the states take; customers is a register and never stale."""
    name = source(data)
    return name if name in MONEY_SOURCES else "customers"


def lives(data: Data, keep: Keep = None) -> pd.DataFrame:
    """All stretches; of a row attribute of the source ("subscriptions.plan") those rows only."""

    def make() -> pd.DataFrame:
        frame = data.remember(("lives",), lambda: BUILDERS[source(data)](data))
        if keep is None or "." not in keep[0]:
            return frame
        table, column = keep[0].split(".", 1)
        if table != source(data):
            raise ValueError(f"{keep[0]} says nothing about {source(data)}")
        return frame[frame[column].isna() if keep[1] is None else frame[column] == keep[1]]

    return data.remember(("lives", keep if keep and "." in keep[0] else None), make)


def state(data: Data, moment: pd.Timestamp, keep: Keep = None) -> pd.Series:
    """Active customer -> MRR just before the instant: what begins then is not in it yet, what ends then still is."""

    def make() -> pd.Series:
        rows = lives(data, keep)
        return rows[(rows["start"] < moment) & (rows["end"] >= moment)].groupby("customer_id")["mrr"].sum()

    return data.remember(("state", moment, keep if keep and "." in keep[0] else None), make)


def active_in(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> pd.Index:
    """Customers active at some instant of [start, end)."""
    if source(data) == "activity":
        seen = activity(data)
        return pd.Index(seen[(seen["moment"] >= start) & (seen["moment"] < end)]["customer_id"].unique())
    rows = lives(data, keep)
    return pd.Index(rows[(rows["start"] < end) & (rows["end"] > start)]["customer_id"].unique())


def first_starts(data: Data) -> pd.Series:
    """Customer -> when it was first active, ever."""
    return data.remember(("first starts",), lambda: lives(data).groupby("customer_id")["start"].min().rename_axis(None))


def changes(data: Data, keep: Keep = None) -> pd.DataFrame:
    """customer_id, moment, before, after (its MRR), active (its rows from then on): wherever a row begins or ends."""

    def make() -> pd.DataFrame:
        rows = lives(data, keep)
        begins = pd.DataFrame(
            {"customer_id": rows["customer_id"], "moment": rows["start"], "mrr": rows["mrr"], "rows": 1}
        )
        ends = pd.DataFrame(
            {"customer_id": rows["customer_id"], "moment": rows["end"], "mrr": -rows["mrr"], "rows": -1}
        )
        found = pd.concat([begins, ends]).groupby(["customer_id", "moment"])[["mrr", "rows"]].sum().sort_index()
        levels = found.groupby(level=0).cumsum()
        frame = pd.DataFrame({"before": levels["mrr"] - found["mrr"], "after": levels["mrr"], "active": levels["rows"]})
        return frame.round({"before": 6, "after": 6}).reset_index()

    return data.remember(("changes", keep if keep and "." in keep[0] else None), make)


def paid_before(data: Data, moment: pd.Timestamp, keep: Keep = None) -> pd.Index:
    """Customers with a paying stretch begun before the instant."""
    rows = lives(data, keep)
    return pd.Index(rows[(rows["start"] < moment) & (rows["mrr"] > 0)]["customer_id"].unique())


def plan_history(data: Data) -> pd.DataFrame:
    """customer_id, valid_from, value: the plan of the rows then active; of two plans the one with more MRR,
    then the later start, then the name. Gaps go on with the last; the first extends backwards."""
    rows = from_subscriptions(data)
    rows = rows[rows["plan"].notna()]
    found = []
    for customer, own in rows.groupby("customer_id"):
        stretches = list(own[["start", "end", "plan", "mrr"]].itertuples(index=False, name=None))
        last = None
        for moment in sorted({bound for start, end, *_ in stretches for bound in (start, end)}):
            plans: dict[str, tuple[float, pd.Timestamp]] = {}
            for start, end, plan, mrr in stretches:
                if start <= moment < end:
                    total, latest = plans.get(plan, (0.0, LONG_AGO))
                    plans[plan] = (total + mrr, max(latest, start))
            if not plans:
                continue
            best = min(plans, key=lambda p: (-round(plans[p][0], 6), FAR - plans[p][1], p))
            if best != last:
                found.append((customer, LONG_AGO if last is None else moment, best))
                last = best
    frame = pd.DataFrame(found, columns=["customer_id", "valid_from", "value"])
    frame["valid_from"] = pd.to_datetime(frame["valid_from"]).astype("datetime64[us]")
    frame["customer_id"] = frame["customer_id"].astype(object)
    return frame


def from_subscriptions(data: Data) -> pd.DataFrame:
    """Recurring, non-trial rows; one that ends before it starts is a problem, one without length never active."""
    rows = data["subscriptions"].copy()
    rows["start"] = rows["start_date"]
    rows["end"] = rows["end_date"].fillna(FAR)
    rows = rows[~rows["is_trial"] & (rows["billing_period"] != "one_off") & (rows["end"] >= rows["start"])]
    if data.settings["churn_dated"] == "scheduled":
        rows["end"] = rows[["end", "cancelled_on"]].min(axis=1)
    if data.settings["churn_dated"] == "paid":
        rows["end"] = [paid_to(row, rows) for _, row in rows.iterrows()]
    rows = rows[rows["end"] > rows["start"]]
    factor = rows["billing_period"].map(A_MONTH).fillna(1.0)
    rows["price"] = prices(data, rows)
    rows["mrr"] = (data.converted(rows, "price", "start_date") * factor).fillna(0.0)
    return rows


def prices(data: Data, rows: pd.DataFrame) -> pd.Series:
    """The amount of a billing period, less its discount unless that is out of MRR."""
    if data.settings["mrr_discounts"] == "gross":
        return rows["amount"]
    off = rows["discount"].abs().fillna(0.0)
    # a discount takes no more than there is to pay; of a credit it takes nothing
    return rows["amount"] - off.clip(upper=rows["amount"].clip(lower=0.0)).where(rows["amount"] > 0, 0.0)


def paid_to(row: pd.Series, rows: pd.DataFrame) -> pd.Timestamp:
    """The end of the billing period that has the row's end in it, counted from its start; no later than the customer's
    next subscription, or the end of the contract."""
    if row["end"] == FAR:
        return FAR
    period = row["billing_period"] or "month"
    steps = {"day": {"days": 1}, "week": {"days": 7}, "quarter": {"months": 3}, "half_year": {"months": 6},
             "year": {"months": 12}}.get(period, {"months": 1})  # fmt: skip
    found, number = row["start"], 0
    while found < row["end"]:
        number += 1
        found = row["start"] + pd.DateOffset(**{unit: number * size for unit, size in steps.items()})
    others = rows[(rows["customer_id"] == row["customer_id"]) & (rows.index != row.name)]
    bounds = list(others.loc[others["start"] >= row["end"], "start"])
    if row["contract_end"] >= row["end"]:
        bounds.append(row["contract_end"])
    return min([found, *bounds])


def from_snapshots(data: Data) -> pd.DataFrame:
    """Month M holds from its first day to the next month's; nothing or 0 is not active."""
    rows = data["mrr_snapshots"].copy()
    rows["start"] = rows["month"].dt.to_period("M").dt.to_timestamp()
    rows["end"] = rows["start"] + pd.DateOffset(months=1)
    return rows[rows["mrr"] != 0]


def from_invoices(data: Data) -> pd.DataFrame:
    """Recurring lines, each spread over its period: amount / months of the period."""
    rows = data["invoices"].copy()
    rows = rows[(rows["is_recurring"] | ~rows["is_recurring?"]) & rows["period_start"].notna()]
    rows = rows[rows["period_end"] > rows["period_start"]]
    rows["start"], rows["end"] = rows["period_start"], rows["period_end"]
    rows["mrr"] = data.converted(rows, "amount", "issued_on") / [
        months(a, b) for a, b in zip(rows["start"], rows["end"], strict=True)
    ]
    return rows


def months(start: pd.Timestamp, end: pd.Timestamp) -> float:
    """Whole months where both have the same day of the month, else days / (365.25 / 12)."""
    if start.day == end.day:
        return (end.year - start.year) * 12 + end.month - start.month
    return (end - start).days / (365.25 / 12)


def sign_ups(data: Data) -> pd.Series:
    """Customer -> sign-up: the table's date, then the milestone, then the first event."""
    table = data["customers"].dropna(subset=["signed_up_on"]).groupby("customer_id")["signed_up_on"].min()
    rows = data["milestones"]
    milestone = rows[rows["milestone"] == "signed_up"].groupby("account")["reached_at"].min().dropna()
    first = data["events"].groupby("account")["occurred_at"].min()
    result = table
    for other in (milestone, first):
        result = pd.concat([result, other[~other.index.isin(result.index)]])
    return result


def from_customers(data: Data) -> pd.DataFrame:
    """One life from sign-up to churned_on; a recorded leaving comes before the customers' own date."""
    rows = sign_ups(data).rename("start").rename_axis("customer_id").reset_index()
    own = data["customers"].set_index("customer_id")["churned_on"].dropna()
    events = data["churn_events"]
    recorded = events[~events["is_reactivation"]].groupby("customer_id")["churned_on"].max()
    rows["end"] = rows["customer_id"].map(recorded).fillna(rows["customer_id"].map(own)).fillna(FAR)
    rows["mrr"] = 0.0
    return rows[rows["end"] > rows["start"]]


def activity(data: Data) -> pd.DataFrame:
    """customer_id, moment of every order and event before as-of."""
    orders = data["orders"][["account", "ordered_at"]].set_axis(["customer_id", "moment"], axis=1)
    events = data["events"][["account", "occurred_at"]].set_axis(["customer_id", "moment"], axis=1)
    both = pd.concat([orders, events]).dropna()
    return both[both["moment"] < data.as_of]


def from_activity(data: Data) -> pd.DataFrame:
    """Each order or event keeps its customer active for the window after it."""
    rows = activity(data).rename(columns={"moment": "start"})
    rows["end"] = rows["start"] + pd.Timedelta(days=data.settings["activity_window_days"])
    rows["mrr"] = 0.0
    return rows


BUILDERS = {
    "subscriptions": from_subscriptions,
    "mrr_snapshots": from_snapshots,
    "invoices": from_invoices,
    "churned_on": from_customers,
    "activity": from_activity,
}
