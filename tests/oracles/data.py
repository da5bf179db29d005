"""The raw tables as the oracles see them: typed, in local time, with every attribute as it was at an instant."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from cs_metrics.schema import TABLES, Type

LONG_AGO = pd.Timestamp("1700-01-01")
FAR = pd.Timestamp("2250-01-01")
DAY = pd.Timedelta(days=1)

OF_A_CUSTOMER = (
    "users",
    "subscriptions",
    "tickets",
    "orders",
    "costs",
    "touchpoints",
    "opportunities",
    "leads",
    "mentions",
    "community_members",
)

Keep = tuple[str, object] | None


def typed(name: str, frame: pd.DataFrame | None, zone: str) -> pd.DataFrame:
    """Return the table with every column of the model: dates and local instants as timestamps, numbers as floats."""
    table = TABLES[name]
    frame = pd.DataFrame() if frame is None else frame.reset_index(drop=True)
    result = frame.copy()
    for column in table.columns:
        values = frame[column.name] if column.name in frame else pd.Series([None] * len(frame), dtype=object)
        if column.type is Type.DATE:
            result[column.name] = pd.to_datetime(values, format="ISO8601").astype("datetime64[us]")
        elif column.type is Type.INSTANT:
            moments = pd.to_datetime(values, format="ISO8601").astype("datetime64[us]")
            result[column.name] = moments.dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)
        elif column.type in (Type.MONEY, Type.NUMBER, Type.INTEGER):
            result[column.name] = values.astype(float)
        elif column.type is Type.BOOLEAN:
            result[column.name] = values.astype(object).where(values.notna(), False).astype(bool)
            result[column.name + "?"] = values.notna()
        else:
            result[column.name] = values.astype(object).where(values.notna(), None)
    return result


class Data:
    """One version's raw tables, its as-of instant (local, exclusive) and its settings.
    `tone` judges a text from -1 to 1 where its row has no sentiment; without it such rows are left out."""

    tone: Callable[[str], float] | None = None

    def __init__(self, tables: dict[str, pd.DataFrame], as_of: pd.Timestamp, settings: dict) -> None:
        self.as_of = pd.Timestamp(as_of)
        self.settings = settings
        self.tables = {name: typed(name, tables.get(name), settings["timezone"]) for name in TABLES}
        self.cache: dict = {}
        users = self.tables["users"].drop_duplicates("user_id", keep="last").set_index("user_id")["customer_id"]
        for name in ("events", "survey_responses", "milestones"):
            frame = self.tables[name]
            through = frame["user_id"].map(users).astype(object)
            frame["account"] = frame["customer_id"].where(frame["customer_id"].notna(), through)
        for name in OF_A_CUSTOMER:
            self.tables[name]["account"] = self.tables[name]["customer_id"]
        self.tables["referrals"]["account"] = self.tables["referrals"]["referrer_customer_id"]

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.tables[name]

    def remember(self, key: tuple, make):  # type: ignore[no-untyped-def]
        """Return make()'s result, worked out once for each key."""
        if key not in self.cache:
            self.cache[key] = make()
        return self.cache[key]

    # --- as of -------------------------------------------------------------------------------------------------------

    def as_of_table(self, name: str) -> pd.Timestamp:
        """The version's as-of; a stale table's own."""

        def make() -> pd.Timestamp:
            latest = [self[name][c].where(self[name][c] < self.as_of).max() for c in TABLES[name].activity]
            known = [t for t in latest if not pd.isna(t)]
            if not known:
                return self.as_of
            own = max(known).normalize() + DAY
            if name in ("mrr_snapshots", "costs"):
                own = max(known).to_period("M").to_timestamp() + pd.DateOffset(months=1)
            stale = own < self.as_of - pd.Timedelta(days=self.settings["fresh_days"])
            return own if stale else self.as_of

        return self.remember(("as of", name), make)

    def until(self, end: pd.Timestamp, name: str) -> pd.Timestamp:
        """The end of a period, or the as-of instant where that comes first."""
        return min(end, self.as_of_table(name))

    # --- attributes as they were -------------------------------------------------------------------------------------

    def current(self, attribute: str) -> pd.Series:
        """Customer -> value in the customers table."""
        customers = self["customers"].drop_duplicates("customer_id", keep="last").set_index("customer_id")
        return customers[attribute].astype(object).where(customers[attribute].notna(), None)

    def history(self, attribute: str) -> pd.DataFrame | None:
        """customer_id, valid_from, value: for `plan` from the subscriptions, where they have plans; else None."""
        if attribute != "plan" or self["subscriptions"]["plan"].isna().all():
            return None
        from .lives import plan_history

        return self.remember(("history", attribute), lambda: plan_history(self))

    def value_before(self, attribute: str, moment: pd.Timestamp) -> pd.Series:
        """Customer -> value just before an instant; the first known value extends backwards."""

        def make() -> pd.Series:
            values = self.current(attribute)
            spans = self.history(attribute)
            if spans is None:
                return values
            then = spans[spans["valid_from"] < moment].drop_duplicates("customer_id", keep="last")
            known = then.set_index("customer_id")["value"]
            return pd.concat([known, values[~values.index.isin(known.index)]])

        return self.remember(("before", attribute, moment), make)

    def value_at(self, attribute: str, customers: pd.Series, moments: pd.Series) -> pd.Series:
        """Each row's customer's value at the row's instant (what begins at that instant counts)."""
        spans = self.history(attribute)
        values = customers.map(self.current(attribute)).astype(object)
        if spans is not None:
            rows = pd.DataFrame(
                {"customer_id": customers.astype(object), "moment": moments.astype("datetime64[us]")}
            ).dropna()
            rows = rows.sort_values("moment", kind="stable")
            rows["place"] = rows.index
            found = pd.merge_asof(
                rows,
                spans.sort_values("valid_from", kind="stable"),
                left_on="moment",
                right_on="valid_from",
                by="customer_id",
            )
            known = found[found["valid_from"].notna()].set_index("place")["value"].astype(object)
            values.loc[known.index] = known
        return values.where(values.notna(), None)

    def in_segment(self, keep: Keep, customers: pd.Index, moment: pd.Timestamp) -> pd.Series:
        """Customer -> whether it is in the segment just before the instant (who comes later: at first activity)."""
        if keep is None or "." in keep[0]:
            return pd.Series(True, index=customers, dtype=bool)
        values = self.value_before(keep[0], moment).reindex(customers)
        return values.isna() if keep[1] is None else values == keep[1]

    def rows(self, name: str, instant: str, keep: Keep) -> pd.DataFrame:
        """The rows in a segment: by the row's own column ("tickets.product"), or its customer's value at `instant`."""
        frame = self[name]
        if keep is None:
            return frame
        attribute, value = keep
        if "." in attribute:
            table, column = attribute.split(".", 1)
            if table != name:
                raise ValueError(f"{attribute} says nothing about {name}")
            values = frame[column]
        else:
            key = ("rows", name, instant, attribute)
            values = self.remember(key, lambda: self.value_at(attribute, frame["account"], frame[instant]))
        return frame[values.isna() if value is None else values == value]

    # --- money -------------------------------------------------------------------------------------------------------

    def converted(self, frame: pd.DataFrame, amount: str, moment: str) -> pd.Series:
        """The amounts in the workspace's currency, by the rate of the row's month; NaN where there is no rate."""
        home = self.settings["currency"]
        if "currency" not in frame:
            return frame[amount]
        rates: dict[tuple, float] = {}
        for row in self["fx_rates"].itertuples():
            month = row.month.to_period("M")
            if row.from_currency == home and row.rate:
                rates.setdefault((month, row.to_currency), 1 / row.rate)
            if row.to_currency == home:
                rates[(month, row.from_currency)] = row.rate
        factors = [
            1.0 if c is None or c == home else rates.get((m.to_period("M"), c), float("nan"))
            for c, m in zip(frame["currency"], frame[moment], strict=True)
        ]
        return frame[amount] * pd.Series(factors, index=frame.index, dtype=float)


def between(frame: pd.DataFrame, column: str, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """The rows dated in [start, end)."""
    return frame[(frame[column] >= start) & (frame[column] < end)]


def period_before(start: pd.Timestamp, end: pd.Timestamp) -> pd.Timestamp:
    """When the period before begins: as many whole months earlier, else as many days."""
    if start.day == end.day:
        return start - pd.DateOffset(months=(end.year - start.year) * 12 + end.month - start.month)
    return start - (end - start)
