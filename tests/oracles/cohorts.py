"""Any retention question counted again in plain Python, from what `analysis.retention` promises and nothing else.

A company is literal tables, as for `tests.support.make_version`; a request is the words of `retention`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Tables = Mapping[str, list[dict[str, Any]]]
WEEKDAYS = {"monday": 0, "sunday": 6, "saturday": 5}
MONTHS = {"month": 1, "quarter": 3, "year": 12}
HOURS = {"hour": 1, "day": 24, "week": 168}
DATED = {"orders": "ordered_at", "events": "occurred_at", "milestones": "reached_at", "users": "created_at"}
DEFAULTS = {
    "of": "orders", "unit": "customers", "grain": "month", "periods": 12, "kind": "on", "cohort": "first",
    "start": None, "back": None, "minimum": 1, "brackets": None, "calendar": True, "week_starts": "monday",
    "timezone": "UTC", "value": "units", "by": None, "where": None, "since": None, "until": None, "start_of": None,
    "start_minimum": 1, "amounts": "net", "reactivation": True, "accounts": "each", "within": None,
}  # fmt: skip


@dataclass
class Row:
    unit: Any
    account: Any
    begins: datetime
    ends: datetime | None
    amount: float
    quantity: float
    line: int
    told: dict[str, Any]


@dataclass
class Cell:
    eligible: int = 0
    retained: int = 0
    amount: float = 0
    base: float = 0
    complete: bool = True


def months_on(moment: datetime, months: int) -> datetime:
    """The same day and time so many months later, clipped to the month's end."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    following = datetime(year + (month == 11), (month + 1) % 12 + 1, 1)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, (following - timedelta(days=1)).day))


def on(moment: datetime, grain: str, count: int) -> datetime:
    """The moment so many periods later."""
    if grain in MONTHS:
        return months_on(moment, MONTHS[grain] * count)
    return moment + timedelta(hours=HOURS[grain] * count)


def opening(moment: datetime, grain: str, week_starts: str) -> datetime:
    """The first instant of the period in which a moment lies."""
    day = datetime.combine(moment.date(), time())
    if grain == "hour":
        return day + timedelta(hours=moment.hour)
    if grain == "week":
        return day - timedelta(days=(day.weekday() - WEEKDAYS[week_starts]) % 7)
    if grain in MONTHS:
        return day.replace(day=1, month=(day.month - 1) // MONTHS[grain] * MONTHS[grain] + 1)
    return day


def local(moment: datetime, zone: str) -> datetime:
    return moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def topmost(tables: Tables, account: Any) -> Any:
    above = {r["customer_id"]: r.get("parent_customer_id") for r in tables.get("customers", [])}
    path = [account]
    while above.get(path[-1]) not in (None, path[-1]):
        following = above[path[-1]]
        if following in path:
            return min(path[path.index(following) :])
        path.append(following)
    return path[-1]


def attribute(tables: Tables, name: str, account: Any, moment: datetime) -> Any:
    """A customer's attribute as it was: before the first value known that one, without history today's."""
    states = [
        (r["valid_from"], r["value"])
        for r in tables.get("customer_attributes", [])
        if r["customer_id"] == account and r["attribute"] == name
    ]
    if states:
        return max((s for s in states if s[0] <= moment), default=min(states))[1]
    return next((r.get(name) for r in tables.get("customers", []) if r["customer_id"] == account), None)


def fits(filters: Mapping[str, Any] | None, value: Any) -> bool:
    """Whether each name of a filter has one of its values; `value` gives a name's."""
    return all(value(n) in (wanted if isinstance(wanted, list) else [wanted]) for n, wanted in (filters or {}).items())


class Count:
    """One request on one company."""

    def __init__(self, tables: Tables, request: Mapping[str, Any], as_of: datetime) -> None:
        self.tables, self.asked = tables, {**DEFAULTS, **request}
        self.of, self.grain = self.asked["of"], self.asked["grain"]
        self.as_of = local(as_of, self.asked["timezone"])
        self.by = [self.asked["by"]] if isinstance(self.asked["by"], str) else list(self.asked["by"] or [])
        kind, most = self.asked["kind"], self.asked["periods"]
        ranges = self.asked["brackets"] if kind == "brackets" else [[k, k] for k in range(1, most + 1)]
        self.steps = {0: (0, 0), **{n: (low, high) for n, (low, high) in enumerate(ranges, 1)}}

    def rows(self, table: str, filters: Mapping[str, Any] | None) -> list[Row]:
        """The rows of a table that count, before the as-of, in local time."""
        found = [r for r in self.read(table) if r.unit is not None and r.begins < self.as_of]
        where = {n: v for n, v in (self.asked["where"] or {}).items() if n.startswith(f"{table}.")}
        kept = []
        for r in found:
            at_row = lambda name, r=r: attribute(self.tables, name, r.account, r.begins)  # noqa: E731
            own = lambda name, r=r: r.told.get(name.rpartition(".")[2])  # noqa: E731
            if fits(where, own) and fits(filters, own) and fits(self.asked["within"], at_row):
                kept.append(r)
        if self.asked["accounts"] == "parent":
            for r in kept:
                r.unit = r.account = topmost(self.tables, r.account)
        return kept

    def read(self, table: str) -> list[Row]:
        account_of = {r["user_id"]: r.get("customer_id") for r in self.tables.get("users", [])}
        if table == "customers":
            return [Row(a, a, m, None, 0, 1, 0, {}) for a, m in self.sign_ups(account_of).items()]
        if table == "first_paid":
            return self.first_paid()
        rows = []
        for line, r in enumerate(self.tables.get(table, []), 2):
            account = r.get("customer_id") or account_of.get(r.get("user_id"))
            unit = account if self.asked["unit"] == "customers" else r.get("user_id")
            if table == "subscriptions":
                begins, ends = (datetime.combine(d, time()) if d else None for d in (r["start_date"], r["end_date"]))
                if not r.get("is_trial") and (ends is None or ends > begins):
                    many = r.get("quantity") or 1
                    rows.append(Row(unit, account, begins, ends or datetime.max, r["amount"], many, line, r))
                continue
            amount = -abs(r["amount"]) if r.get("kind") == "refund" else r.get("amount", 0)
            moment = local(r[DATED[table]], self.asked["timezone"])
            rows.append(Row(unit, account, moment, None, amount, r.get("quantity") or 1, line, r))
        return rows

    def sign_ups(self, account_of: Mapping[Any, Any]) -> dict[Any, datetime]:
        found: dict[Any, datetime] = {}
        for r in self.tables.get("events", []):
            account = r.get("customer_id") or account_of.get(r.get("user_id"))
            found[account] = min(found.get(account, datetime.max), r["occurred_at"])
        reached: dict[Any, datetime] = {}
        for r in self.tables.get("milestones", []):
            if r["milestone"] == "signed_up":
                reached[r["customer_id"]] = min(reached.get(r["customer_id"], datetime.max), r["reached_at"])
        told = {
            r["customer_id"]: datetime.combine(r["signed_up_on"], time())
            for r in self.tables.get("customers", [])
            if r.get("signed_up_on")
        }
        return {account: m for account, m in {**found, **reached, **told}.items() if account is not None}

    def first_paid(self) -> list[Row]:
        paid = [r for r in self.read("subscriptions") if r.amount > 0]
        paid += [r for r in self.read("orders") if r.amount > 0 and r.told.get("kind") != "refund"]
        first: dict[Any, Row] = {}
        for r in paid:
            if r.account is not None and (r.account not in first or r.begins < first[r.account].begins):
                first[r.account] = Row(r.account, r.account, r.begins, None, 0, 1, r.line, {})
        return list(first.values())

    def members(self) -> list[tuple[Any, datetime, datetime, tuple[Any, ...]]]:
        """unit, the opening of its cohort's period, its own start, its row of the triangle."""
        table = self.asked["start_of"] or self.of
        periods: dict[Any, dict[datetime, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for r in self.rows(table, self.asked["start"]):
            periods[r.unit][opening(r.begins, self.grain, self.asked["week_starts"])].append(r)
        found = []
        for unit, opened in periods.items():
            enough = {
                c: sorted(rows, key=lambda r: (r.begins, r.line))[self.asked["start_minimum"] - 1]
                for c, rows in opened.items()
                if len(rows) >= self.asked["start_minimum"]
            }
            if not enough:
                continue
            first = min(enough)
            for c, r in enough.items() if self.asked["cohort"] == "every" else [(first, enough[first])]:
                moment = r.begins
                if self.asked["cohort"] == "every":
                    moment = max(c, enough[first].begins)
                at_start = lambda n, r=r, m=moment: (  # noqa: E731
                    r.told.get(n.rpartition(".")[2]) if "." in n else attribute(self.tables, n, r.account, m)
                )
                if fits({n: v for n, v in (self.asked["where"] or {}).items() if "." not in n}, at_start):
                    attributes = tuple(at_start(name) for name in self.by)
                    row = c if self.asked["cohort"] in ("first", "every") else at_start(self.asked["cohort"])
                    found.append((unit, c, r.begins, (row, *attributes)))
        since, until = (self.asked[n] for n in ("since", "until"))
        ends = lambda c: on(c, self.grain, 1)  # noqa: E731
        return [m for m in found if (since is None or ends(m[1]) > since) and (until is None or m[1] < until)]

    def window(self, c: datetime, s: datetime, k: int) -> tuple[datetime, datetime]:
        base = c if self.asked["calendar"] else s
        return on(base, self.grain, k), on(base, self.grain, k + 1)

    def came(self, rows: list[Row], c: datetime, s: datetime) -> dict[int, tuple[int, float]]:
        """k -> how many rows, and what they brought."""
        found: dict[int, tuple[int, float]] = {}
        k = 0
        while self.window(c, s, k)[0] < self.as_of:
            opens, closes = self.window(c, s, k)
            closes = min(closes, self.as_of)
            here = [r for r in rows if (r.begins < closes <= r.ends if r.ends else opens <= r.begins < closes)]
            if here:
                name = "amount" if self.asked["value"] == "revenue" else "quantity"
                found[k] = len(here), sum(float(getattr(r, name)) for r in here)
            k += 1
        return found

    def counted(self, came: dict[int, tuple[int, float]]) -> dict[int, float]:
        """k >= 1 -> amount, of the periods that count."""
        enough = {k: amount for k, (times, amount) in came.items() if k >= 1 and times >= self.asked["minimum"]}
        kind = self.asked["kind"]
        if kind != "streak" and (self.asked["reactivation"] or kind == "brackets"):
            return enough
        return {k: a for k, a in enough.items() if all(j in enough for j in range(1, k))}

    def belongs(self, k: int, step: int) -> bool:
        low, high = self.steps[step]
        kind = self.asked["kind"]
        if kind == "on_or_after":
            return k >= low
        return k <= high if kind == "on_or_before" else low <= k <= high

    def reached(self, c: datetime, s: datetime, step: int) -> bool:
        low, high = self.steps[step]
        if self.asked["cohort"] in ("first", "every") and self.asked["calendar"]:
            return self.window(c, s, low)[0] < self.as_of
        return step == 0 or self.window(c, s, high)[1] <= self.as_of

    def cells(self) -> dict[tuple[Any, ...], Cell]:
        """(row, <by>, k) -> its cell."""
        backs: dict[Any, list[Row]] = defaultdict(list)
        for r in self.rows(self.of, self.asked["back"]):
            backs[r.unit].append(r)
        found: dict[tuple[Any, ...], Cell] = defaultdict(Cell)
        for unit, c, s, row in self.members():
            came = self.came(backs[unit], c, s)
            counted, base = self.counted(came), came.get(0, (0, 0.0))[1]
            unbroken = True
            for step in self.steps:
                inside = [a for k, a in counted.items() if step and self.belongs(k, step)]
                if step and self.asked["kind"] == "brackets" and not self.asked["reactivation"]:
                    unbroken = unbroken and bool(inside)
                    inside = inside if unbroken else []
                if not self.reached(c, s, step):
                    continue
                amount = sum(inside) if step else base
                cell = found[(*row, step)]
                cell.eligible += 1
                cell.retained += step == 0 or bool(inside)
                cell.amount += min(amount, base) if self.asked["amounts"] == "gross" else amount
                cell.base += base
        for (row, *more, k), cell in found.items():
            cell.complete = self.complete(row, k, cell, found[(row, *more, 0)])
        return dict(found)

    def complete(self, row: Any, k: int, cell: Cell, whole: Cell) -> bool:
        if self.asked["cohort"] not in ("first", "every"):
            return True
        if self.asked["calendar"]:
            return self.window(row, row, self.steps[k][1])[1] <= self.as_of
        return on(row, self.grain, 1) <= self.as_of and cell.eligible == whole.eligible
