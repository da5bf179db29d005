"""Each kind of retention over so many customers and ten times as many events: what the app takes, over what SQL by
hand and pandas take for the same answer. python -m tests.benchmarks.retention --customers 1000000
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics import facts
from cs_metrics.analysis import retention
from cs_metrics.facts.clock import Clock
from cs_metrics.settings import resolve
from cs_metrics.workspace.publish.publishing import Request, publish
from cs_metrics.workspace.store.database import cursor
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.progress import Progress
from tests.benchmarks import cohorts_by_hand, cohorts_by_pandas
from tests.benchmarks.generate import AS_OF, MINUTES, REGIONS, Rows, days, later, moments, names, table

SETTINGS = resolve({"fresh_days": 3650})
EVENTS, ORDERS, USERS = 10, 3, 2
_USAGE = {"of": "events"}
WORDS: dict[str, dict[str, Any]] = {
    "on": _USAGE,
    "on, weeks": {**_USAGE, "grain": "week"},
    "on, users": {**_USAGE, "unit": "users"},
    "on or after": {**_USAGE, "kind": "on_or_after"},
    "on or before": {**_USAGE, "kind": "on_or_before"},
    "streak": {**_USAGE, "kind": "streak"},
    "brackets": {**_USAGE, "kind": "brackets"},
    "by attribute": {**_USAGE, "by": "region"},
    "cohorts of an attribute": {**_USAGE, "cohort": "region"},
    "every start": {**_USAGE, "cohort": "every"},
    "rolling": {**_USAGE, "calendar": False},
    "two events, at least twice": {**_USAGE, "start": {"event": ["view"]}, "back": {"event": ["share"]}, "minimum": 2},
    "sign-up, then orders": {"start_of": "customers"},
    "parents and children as one": {"accounts": "parent"},
    "net revenue": {"value": "revenue"},
    "gross revenue": {"value": "revenue", "amounts": "gross"},
    "net revenue, none that was away": {"value": "revenue", "reactivation": False},
}


def company(customers: int, seed: int = 1) -> list[Rows]:
    """Customers with a region, a sign-up and, one in five, a parent; ten events and three orders for each."""
    rng = np.random.default_rng(seed)
    born = rng.integers(0, int(MINUTES * 0.8), customers)
    numbers = np.arange(customers)
    tops = max(1, customers // 20)
    children = (rng.random(customers) < 0.2) & (numbers >= tops)
    user = rng.integers(0, customers * USERS, customers * EVENTS)
    when = later(rng, born, user // USERS)
    when[0] = MINUTES - 1  # so that every month is over
    buyers = rng.integers(0, customers, customers * ORDERS)
    return [
        table(
            "customers",
            {
                "customer_id": names("c", numbers),
                "parent_customer_id": pc.if_else(children, names("c", rng.integers(0, tops, customers)), None),
                "region": pa.array(rng.choice(REGIONS, customers)),
                "signed_up_on": pa.array(days(born)),
            },
        ),
        table(
            "orders",
            {
                "order_id": names("o", np.arange(len(buyers))),
                "customer_id": names("c", buyers),
                "ordered_at": moments(later(rng, born, buyers)),
                "amount": pa.array(rng.integers(5, 500, len(buyers)).astype(float)),
            },
        ),
        table(
            "events",
            {
                "event_id": names("e", np.arange(len(user))),
                "customer_id": names("c", user // USERS),
                "user_id": names("u", user),
                "occurred_at": moments(when),
                "event": pa.array(rng.choice(["view", "edit", "share"], len(user))),
            },
        ),
    ]


def published(folder: Path, loads: list[Rows]) -> Path:
    """Publish the company; return the version's file."""
    place = Folder(folder)
    request = Request(mode="append", settings=SETTINGS, build=facts.build)
    return place.version(publish(place, loads, request, Progress()).number)


def frames_of(loads: Sequence[Rows]) -> cohorts_by_pandas.Frames:
    """The rows as frames, without what no question looks at."""
    wanted = {
        "customers": ["customer_id", "parent_customer_id", "region", "signed_up_on"],
        "orders": ["customer_id", "ordered_at", "amount"],
        "events": ["customer_id", "user_id", "occurred_at", "event"],
    }
    return {load.table: load.rows.select(wanted[load.table]).to_pandas() for load in loads}


def ours(con: duckdb.DuckDBPyConnection, name: str) -> dict[tuple, float]:
    """(cohort, (region,) k) -> the figure, where it is not zero: as the others answer."""
    words = WORDS[name]
    return figures(retention(con, SETTINGS, AS_OF, **words), words)


def figures(frame: pd.DataFrame, words: dict[str, Any]) -> dict[tuple, float]:
    """A triangle in the form of the others' answers: cohorts numbered as theirs are, k from 1."""
    clock = Clock(words.get("grain", "month"), SETTINGS)
    shift = 1 if clock.grain == "month" else 0
    column = "amount" if "amount" in frame else "retained"
    keys = ["cohort", *([words["by"]] if "by" in words else []), "k"]
    found = {}
    for *place, value in frame.loc[(frame["k"] > 0) & (frame[column] != 0), [*keys, column]].itertuples(index=False):
        if words.get("cohort") != "region":
            place[0] = clock.number(place[0].to_pydatetime()) + shift
        found[tuple(place)] = float(value)
    return found


def _timed(work: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    times, answer = [], None
    for _ in range(repeat):
        gc.collect()
        begun = time.perf_counter()
        answer = work()
        times.append(time.perf_counter() - begun)
    return min(times), answer


def measure(
    customers: int, repeat: int, folder: Path, chosen: Sequence[str] = tuple(WORDS)
) -> Iterator[dict[str, Any]]:
    """For each question: seconds of the app, of SQL and of pandas (the best of `repeat`), and whether all agree."""
    loads = company(customers)
    path = published(folder, loads)
    frames = frames_of(loads)
    del loads
    con = cursor(path)
    for name in chosen:
        app, answer = _timed(lambda name=name: ours(con, name), repeat)  # type: ignore[misc]
        sql, by_sql = _timed(lambda name=name: cohorts_by_hand.answer(con, name), repeat)  # type: ignore[misc]
        pandas, by_pandas = _timed(lambda name=name: cohorts_by_pandas.answer(frames, name), repeat)  # type: ignore[misc]
        yield {
            "question": name,
            "app": app,
            "÷ SQL": app / sql,
            "÷ pandas": app / pandas,
            "cells": len(answer),
            "equal": _equal(answer, by_sql) and _equal(answer, by_pandas),
        }


def _equal(one: dict[tuple, float], other: dict[tuple, float]) -> bool:
    # sums of money in another order differ in the last digits
    return one.keys() == other.keys() and all(abs(v - other[k]) <= 1e-9 * abs(v) for k, v in one.items())


def main(arguments: list[str] | None = None) -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.retention", description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000, help="ten times as many events, three as many orders")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each question; the best counts")
    parser.add_argument("--only", nargs="*", choices=list(WORDS), default=list(WORDS), help="the questions asked")
    asked = parser.parse_args(arguments)
    print(f"{asked.customers:,} customers, {asked.customers * EVENTS:,} events, {asked.customers * ORDERS:,} orders.")
    print(
        "What the app takes, over what the other takes (below 1: the app is faster). Its answer has intervals, too.\n"
    )
    print(f"{'question':32}{'seconds':>9}{'÷ SQL':>9}{'÷ pandas':>10}{'cells':>8}  equal")
    with tempfile.TemporaryDirectory() as folder:
        for line in measure(asked.customers, asked.repeat, Path(folder), asked.only):
            print(
                f"{line['question']:32}{line['app']:9.2f}{line['÷ SQL']:9.2f}{line['÷ pandas']:10.2f}"
                f"{line['cells']:8,}  {'yes' if line['equal'] else 'NO'}",
                flush=True,
            )


if __name__ == "__main__":
    main()
