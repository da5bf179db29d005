"""A seeded company of any size, as loads that publish into a version: the same rows for the same size, everywhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from cs_metrics.ingest.repair.repairs import CHANGES

SINCE, MONTHS = datetime(2024, 1, 1), 24
AS_OF = datetime(2026, 1, 1)
REGIONS = ("Americas", "APAC", "EMEA", "LATAM", "Nordics")
SIZES = ("small", "medium", "large")
MINUTES = int((AS_OF - SINCE).total_seconds() // 60)
_NOTHING = pa.schema([(name, pa.string()) for name in ("status", "column_name", "reason", "content")])


@dataclass(frozen=True)
class Rows:
    """A load without a file behind it."""

    table: str
    rows: pa.Table
    sheet: str | None = None
    key: tuple[str, ...] = ()
    fingerprint: str = "benchmark"
    mapping: dict[str, Any] = field(default_factory=dict)
    remember: dict[str, Any] = field(default_factory=dict)
    through: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    changes: pa.Table = field(default_factory=CHANGES.empty_table)

    @property
    def file(self) -> str:
        return f"{self.table}.csv"

    @property
    def sha256(self) -> str:
        return f"{self.table}-{self.rows.num_rows}"

    @property
    def content(self) -> bytes:
        return self.sha256.encode()

    @property
    def sheet_rows(self) -> int:
        return self.rows.num_rows

    @property
    def set_aside(self) -> pa.Table:
        return _NOTHING.insert(0, pa.field("row", pa.int64())).empty_table()


def moments(minutes: np.ndarray) -> pa.Array:
    base = np.datetime64(SINCE, "us")
    return pa.array(base + minutes.astype("timedelta64[m]").astype("timedelta64[us]"))


def days(minutes: np.ndarray) -> np.ndarray:
    return np.datetime64(SINCE, "D") + (minutes // 1440).astype("timedelta64[D]")


def names(prefix: str, numbers: np.ndarray) -> pa.Array:
    known = np.array([f"{prefix}{n}" for n in range(int(numbers.max(initial=0)) + 1)], dtype=object)
    return pa.array(known[numbers], pa.string())


def table(name: str, columns: dict[str, Any]) -> Rows:
    rows = pa.table(columns)
    return Rows(name, rows.append_column("_row", pa.array(np.arange(2, rows.num_rows + 2))))


def company(events: int, seed: int = 1) -> list[Rows]:
    """`events` events, a fifth as many orders, a hundredth as many customers, three subscription rows a customer."""
    rng = np.random.default_rng(seed)
    customers, orders = max(50, events // 100), max(100, events // 5)
    numbers = np.arange(customers)
    born = rng.integers(0, int(MINUTES * 0.8), customers)
    return [
        table(
            "customers",
            {
                "customer_id": names("c", numbers),
                "region": pa.array(rng.choice(REGIONS, customers)),
                "company_size": pa.array(rng.choice(SIZES, customers)),
            },
        ),
        _subscriptions(rng, born),
        _orders(rng, born, orders),
        _events(rng, born, events),
    ]


def _subscriptions(rng: np.random.Generator, born: np.ndarray) -> Rows:
    """Three terms a customer, one after the other; some leave a gap, some are open, the amount moves."""
    length = rng.integers(60, 300, (len(born), 3)) * 1440
    gap = np.where(rng.random((len(born), 3)) < 0.15, 45 * 1440, 0)
    starts = born[:, None] + np.cumsum(length + gap, axis=1) - length - gap
    ends = starts + length
    amount = rng.integers(20, 400, (len(born), 1)) * rng.choice([1, 1, 1, 2, 3], (len(born), 3))
    keep = (starts < MINUTES).ravel()
    still = (ends >= MINUTES).ravel() | ((rng.random(ends.size) < 0.3) & (np.arange(ends.size) % 3 == 2))
    return table(
        "subscriptions",
        {
            "subscription_id": names("s", np.arange(starts.size)[keep]),
            "customer_id": names("c", np.repeat(np.arange(len(born)), 3)[keep]),
            "start_date": pa.array(days(starts.ravel())[keep]),
            "end_date": pa.array(days(ends.ravel())[keep], mask=still[keep]),
            "amount": pa.array(amount.ravel()[keep].astype(float)),
        },
    )


def later(rng: np.random.Generator, born: np.ndarray, who: np.ndarray) -> np.ndarray:
    """Moments after each one's birth, most of them soon."""
    return born[who] + ((MINUTES - born[who]) * rng.beta(1, 2, len(who))).astype(np.int64)


def _orders(rng: np.random.Generator, born: np.ndarray, count: int) -> Rows:
    who = rng.integers(0, len(born), count)
    return table(
        "orders",
        {
            "order_id": names("o", np.arange(count)),
            "customer_id": names("c", who),
            "ordered_at": moments(later(rng, born, who)),
            "amount": pa.array(rng.integers(5, 500, count).astype(float)),
        },
    )


def _events(rng: np.random.Generator, born: np.ndarray, count: int) -> Rows:
    user = rng.integers(0, len(born) * 5, count)
    who = user // 5
    when = later(rng, born, who)
    when[0] = MINUTES - 1  # so that every month is over
    return table(
        "events",
        {
            "event_id": names("e", np.arange(count)),
            "customer_id": names("c", who),
            "user_id": names("u", user),
            "occurred_at": moments(when),
            "event": pa.array(rng.choice(["view", "edit", "share"], count)),
        },
    )
