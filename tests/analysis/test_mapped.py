"""The maps of activity answer what the rows answer."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from cs_metrics.analysis import retention
from cs_metrics.settings import resolve
from tests.support import make_version


def test_a_later_line_of_an_order_counts_on_its_own_day_with_the_map_as_without():
    lines = [("2025-01-05", 10, None), ("2025-03-05", -10, "refund")]
    tables = {
        "orders": [
            {"order_id": "1", "customer_id": "a", "ordered_at": datetime.fromisoformat(d), "amount": m, "kind": k}
            for d, m, k in lines
        ]
    }
    zone = {"timezone": "Europe/Berlin"}
    with make_version(tables, zone, as_of="2025-04-01") as con:
        asked = {"of": "orders", "periods": 2}
        by_map = retention(con, resolve(zone), "2025-04-01", **asked)
        by_rows = retention(con, resolve(zone), "2025-04-01", back={"customer_id": ["a"]}, **asked)
    assert by_map["retained"].tolist() == [1, 0, 1]
    pd.testing.assert_frame_equal(by_map, by_rows)
