"""Retention on random data: against a second counting in plain Python, from maps and from rows, cell by cell."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from cs_metrics.analysis import members, retention, sql
from cs_metrics.analysis.cohorts import mapped
from cs_metrics.analysis.cohorts.retention import DEFAULTS, asked_of
from cs_metrics.facts.clock import Clock
from cs_metrics.settings import resolve
from tests.support import make_version

AS_OF = datetime(2025, 6, 18)
SETTINGS = resolve()


def shop(seed=5, customers=60, rows=400):
    """Random orders and events; half of the customers have a region, and one in three changes it."""
    rng = np.random.default_rng(seed)
    start = datetime(2024, 11, 3)

    def when():
        return start + timedelta(minutes=int(rng.integers(0, 330_000)))

    names = [f"c{n}" for n in range(customers)]
    orders = [
        {
            "customer_id": str(rng.choice([*names, ""])) or None,
            "ordered_at": when(),
            "amount": float(rng.integers(1, 90)),
        }
        for _ in range(rows)
    ]
    events = [
        {
            "user_id": f"u{rng.integers(0, 40)}",
            "customer_id": str(rng.choice(names)),
            "occurred_at": when(),
            "event": "use",
        }
        for _ in range(rows)
    ]
    people = [{"customer_id": n, "region": str(rng.choice(["EU", "US"]))} for n in names[: customers // 2]]
    history = []
    for person in people[::3]:
        history.append({**person, "valid_from": datetime(2024, 1, 1)})
        history.append({"customer_id": person["customer_id"], "region": "APAC", "valid_from": when()})
    states = [
        {"customer_id": h["customer_id"], "attribute": "region", "value": h["region"], "valid_from": h["valid_from"]}
        for h in history
    ]
    return {"orders": orders, "events": events, "customers": people, "customer_attributes": states}


@pytest.fixture(scope="module")
def con():
    return make_version(shop(), as_of=AS_OF)


def second_count(rows, grain, kind, periods, brackets, cohort="first"):
    """The triangle once more: (cohort, k) -> (eligible, retained), from unit -> moments."""
    clock = Clock(grain, SETTINGS)
    last = clock.number(AS_OF - timedelta(microseconds=1))
    cells = {}
    for moments in rows.values():
        active = {clock.number(m) for m in moments if m < AS_OF}
        for c in [min(active)] if cohort == "first" else active:
            later = {p - c for p in active if p > c}
            steps = [(0, 0, 0)] + (
                [(n, a, b) for n, (a, b) in enumerate(brackets, 1)]
                if kind == "brackets"
                else [(k, k, k) for k in range(1, periods + 1)]
            )
            for k, low, high in steps:
                if c + low > last:
                    continue
                came = {
                    "on": k in later,
                    "on_or_after": any(x >= k for x in later),
                    "on_or_before": any(x <= k for x in later),
                    "streak": all(x in later for x in range(1, k + 1)),
                    "brackets": any(low <= x <= high for x in later),
                }[kind]
                eligible, retained = cells.get((clock.start(c), k), (0, 0))
                cells[clock.start(c), k] = (eligible + 1, retained + (k == 0 or came))
    return cells


def by_unit(con, table, unit, when):
    rows = con.execute(f"SELECT {unit}, {when} FROM {table} WHERE {unit} IS NOT NULL AND {when} < TIMESTAMP '{AS_OF}'")
    found = {}
    for key, moment in rows.fetchall():
        found.setdefault(key, []).append(moment)
    return found


@pytest.mark.parametrize("kind", ["on", "on_or_after", "on_or_before", "streak", "brackets"])
@pytest.mark.parametrize(
    ("grain", "cohort"), [("day", "first"), ("week", "every"), ("month", "first"), ("quarter", "every")]
)
def test_every_kind_and_grain_agrees_with_a_second_count(con, kind, grain, cohort):
    for table, unit, key, when in (
        ("orders", "customers", "customer_id", "ordered_at"),
        ("events", "users", "user_id", "occurred_at"),
    ):
        brackets = [[1, 2], [4, 6]]
        frame = retention(
            con, SETTINGS, AS_OF, of=table, unit=unit, grain=grain, kind=kind, cohort=cohort, periods=9,
            brackets=brackets if kind == "brackets" else None,
        )  # fmt: skip
        cells = {(c.to_pydatetime(), k): (e, r) for c, k, e, r in frame.iloc[:, :4].itertuples(index=False)}
        assert cells == second_count(by_unit(con, table, key, when), grain, kind, 9, brackets, cohort)


@pytest.mark.parametrize("kind", ["on", "on_or_after", "on_or_before", "streak", "brackets"])
@pytest.mark.parametrize(
    "more",
    [
        {},
        {"by": ["region"]},
        {"cohort": "region"},
        {"where": {"region": ["EU", None]}, "since": "2025-01-10", "until": "2025-05-01"},
        {"of": "events", "by": "region", "where": {"not": {"region": ["US"]}}},
        {"of": "events", "unit": "users"},
    ],
)
def test_maps_and_rows_give_the_same_triangle(con, kind, more, monkeypatch):
    for grain in ("week", "quarter") if kind == "on" else ("month",):
        words = {"grain": grain, "kind": kind, **more}
        known, asked = asked_of(con, SETTINGS, AS_OF, DEFAULTS | words)
        assert mapped.answers(con, known, asked)
        fast = retention(con, SETTINGS, AS_OF, **words)
        with monkeypatch.context() as patch:
            patch.setattr(mapped, "answers", lambda *_: False)
            slow = retention(con, SETTINGS, AS_OF, **words)
        pd.testing.assert_frame_equal(fast, slow)
        assert len(fast) >= 3


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"by": "region"},
        {"kind": "on_or_after", "grain": "week"},
        {"kind": "on_or_before", "cohorts": "every"},
        {"kind": "streak"},
        {"kind": "brackets", "brackets": [[1, 2], [3, 5]]},
        {"cohorts": "region"},
        {"calendar": False},
        {"of": "events", "unit": "users", "minimum": 2},
    ],
)
def test_members_of_every_cell_are_as_many_as_the_cell_says(con, words):
    asked = {k: v for k, v in words.items() if k != "cohorts"} | {"cohort": words.get("cohorts", "first"), "periods": 4}
    frame = retention(con, SETTINGS, AS_OF, **asked)
    words = words | {"periods": 4}
    for cell in frame.sample(min(len(frame), 3), random_state=1).itertuples():
        values = {"region": cell.region} if "by" in words else None
        place = {"cohort": cell.cohort, "k": cell.k, "by_values": values}
        came = members(con, SETTINGS, AS_OF, retained=True, **place, **words)
        stayed_away = members(con, SETTINGS, AS_OF, retained=False, **place, **words)
        assert (len(came), len(stayed_away)) == (cell.retained, cell.eligible - cell.retained)
        assert came["unit"].is_unique
        assert came["_row"].notna().all()
        assert stayed_away["_row"].notna().all()


@pytest.mark.parametrize(
    "words", [{}, {"by": "region", "kind": "streak", "where": {"region": ["EU"]}}, {"value": "revenue"}]
)
def test_sql_runs_as_it_stands_and_gives_the_same_cells(con, words):
    text = sql(con, SETTINGS, AS_OF, **words)
    assert "$p" not in text
    again = con.execute(text).df()
    frame = retention(con, SETTINGS, AS_OF, **words)
    assert again[["k", "eligible", "retained"]].values.tolist() == frame[["k", "eligible", "retained"]].values.tolist()
