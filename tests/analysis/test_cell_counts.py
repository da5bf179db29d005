"""Several cohorts of one column together hold as many members as their cells say, however the triangle is laid out."""

from __future__ import annotations

import random

import pandas as pd
import pytest

from cs_metrics.analysis import Wording, laid_out, members, pooled, retention
from cs_metrics.settings import resolve
from tests.support import make_version

AS_OF = "2025-06-11"
SETTINGS = resolve()


@pytest.fixture(scope="module")
def con():
    chance = random.Random(7)
    days = pd.date_range("2025-01-01", "2025-06-10", freq="D")
    orders = [
        {"customer_id": f"c{n}", "ordered_at": chance.choice(days), "amount": chance.randint(0, 50), "kind": "new"}
        for n in range(150)
        for _ in range(chance.randint(1, 9))
    ]
    return make_version({"orders": orders})


@pytest.mark.parametrize("which", [True, False, None])
@pytest.mark.parametrize(
    "asked",
    [
        {"grain": "day", "periods": 3},
        {"grain": "day", "periods": 4, "kind": "on_or_before", "calendar": False},
        {"grain": "month", "kind": "brackets", "brackets": [[1, 1], [2, 4]]},
        {"grain": "month", "periods": 4, "cohort": "every"},
        {"grain": "month", "periods": 4, "cohort": "orders.kind"},
        {"grain": "month", "periods": 3, "value": "revenue"},
    ],
    ids=str,
)
def test_rows_and_columns_open_to_what_they_count(con, asked, which):
    frame = retention(con, SETTINGS, AS_OF, of="orders", **asked)
    words = Wording(**{k: v for k, v in asked.items() if k != "periods"})
    given = {k: v for k, v in asked.items() if k != "cohort"} | {"cohorts": asked.get("cohort", "first")}

    def count(cohorts: list, k: int) -> int:
        return len(members(con, SETTINGS, AS_OF, of="orders", cohort=cohorts, k=k, retained=which, **given))

    def wanted(row: dict) -> int:
        return {True: row["retained"], False: row["eligible"] - row["retained"], None: row["eligible"]}[which]

    for row in pooled(frame).to_dict("records"):
        whole = frame[(frame["k"] == row["k"]) & frame["complete"]]
        assert count(list(whole["cohort"]), row["k"]) == wanted(row)
    layout = laid_out(frame, words)
    assert bool(layout.groups) == (asked["grain"] == "day")
    for row in layout.frame.iloc[::7].to_dict("records"):
        assert count(layout.cohorts(row["cohort"]), row["k"]) == wanted(row)
