"""Why a KPI moved: parts that sum to the change, down to the customers, checked by hand and over random data."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cs_metrics.analysis.why import candidates, split
from cs_metrics.analysis.why.split import SIDES
from cs_metrics.api.workspace import Workspace
from cs_metrics.errors import QueryError, WorkspaceError
from cs_metrics.reports.why import Wording, sentences
from tests.api.conftest import put, subscription

MARCH = {"period": "2025-03-01", "grain": "month", "as_of": "2025-06-01"}


def told(frame: pd.DataFrame, *columns: str) -> dict[str, Any]:
    """The rows of an answer by segment."""
    return {row["segment"]: tuple(row[c] for c in columns) for row in frame.to_dict("records")}


@pytest.fixture
def moved(tmp_path: Any) -> Workspace:
    """At the start of February A, B, C, D and E pay, at the start of March all but B, who left, and F and G, who came.
    In March C (EU) and F (US) leave. Prices: 10 each, but C pays 40. Z comes in April: the data reach there."""
    workspace = Workspace(tmp_path / "moved")
    lives = {
        "A": (date(2025, 1, 1), None, "EU"),
        "B": (date(2025, 1, 1), date(2025, 2, 10), "US"),
        "C": (date(2025, 1, 1), date(2025, 3, 10), "EU"),
        "D": (date(2025, 1, 1), None, "US"),
        "E": (date(2025, 1, 1), None, "US"),
        "F": (date(2025, 2, 5), date(2025, 3, 20), "US"),
        "G": (date(2025, 2, 6), None, None),
        "Z": (date(2025, 4, 20), None, "US"),
    }
    put(
        workspace,
        customers=[{"customer_id": c, "name": f"{c} Ltd", "region": r} for c, (_, _, r) in lives.items()],
        subscriptions=[
            subscription(c, begins, ends, 40.0 if c == "C" else 10.0, "Pro") for c, (begins, ends, _) in lives.items()
        ],
        survey_responses=[
            {"customer_id": c, "survey": "nps", "score": float(s), "responded_at": datetime(2025, month, 3)}
            for c, s, month in (("A", 9, 2), ("A", 5, 3), ("D", 9, 2), ("D", 9, 3), ("E", 7, 2))
        ],
    )
    return workspace


def test_a_rate_is_split_by_hand(moved: Workspace) -> None:
    found = moved.version().why("customer_churn_rate", by="region", **MARCH)
    # February: B of A B C D E left, 1/5. March: C and F of A C D E F G left, 2/6.
    assert (found.before["value"], found.now["value"]) == (pytest.approx(1 / 5), pytest.approx(1 / 3))
    assert found.change == pytest.approx(2 / 15)
    assert (found.kind, found.by, found.found, found.restated) == ("quotient", ("region",), False, 0.0)
    middle = (1 / 5 + 1 / 3) / 2
    parts = told(found.parts, "n_then", "d_then", "n_now", "d_now", "mix", "rate")
    # EU: 0 of 2, then 1 of 2; its share 2/5, then 2/6. US: 1 of 3, then 1 of 3; 3/5, then 3/6. None: 0 of 1, new.
    eu = (0, 2, 1, 2, (1 / 4 - middle) * (2 / 6 - 2 / 5), (2 / 5 + 2 / 6) / 2 * 1 / 2)
    us = (1, 3, 1, 3, (1 / 3 - middle) * (3 / 6 - 3 / 5), 0)
    none = (0, 0, 0, 1, (0 - middle) * 1 / 6, 0)
    assert set(parts) == {"EU", "US", "(none)"}
    for name, expected in (("EU", eu), ("US", us), ("(none)", none)):
        assert parts[name] == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize("name", ["segment", "part"])
def test_an_attribute_may_be_called_as_a_column_of_the_answer(tmp_path: Any, name: str) -> None:
    workspace = Workspace(tmp_path / "called")
    put(
        workspace,
        customers=[{"customer_id": "A", name: "big"}, {"customer_id": "B", name: "small"}],
        subscriptions=[
            subscription("A", date(2025, 1, 1), None, 10.0, "Pro"),
            subscription("B", date(2025, 1, 1), date(2025, 3, 10), 10.0, "Pro"),
        ],
    )
    found = workspace.version().why("customer_churn_rate", by=name, **MARCH)
    assert told(found.parts, f"by_{name}", "n_now", "part") == {
        "small": ("small", 1, pytest.approx(0.5)),
        "big": ("big", 0, 0),
    }


def test_of_a_change_that_is_none_one_sentence_is_enough(tmp_path: Any) -> None:
    workspace, names = Workspace(tmp_path / "still"), "ABCDEFGH"
    put(
        workspace,
        customers=[{"customer_id": c, "region": "EU" if c < "E" else "US"} for c in names],
        subscriptions=[subscription(c, date(2025, 1, 1), None, 10.0, "Pro") for c in names],
    )
    found = workspace.version().why("customer_churn_rate", period="2025-05-01", grain="month", as_of="2025-06-01")
    assert found.change == 0
    assert len(found.attributes)
    plain = Wording("Churn", "share", "in April", "in May", str, str, str, str, str)
    assert sentences(found, plain) == ["Churn is 0.0 in May, as in April: there is next to nothing to explain."]


def test_a_segment_opens_to_its_customers_whose_parts_sum_to_it(moved: Workspace) -> None:
    found = moved.version().why("customer_churn_rate", by="region", **MARCH)
    sums = found.accounts.groupby("segment")["part"].sum()
    for segment, (part,) in told(found.parts, "part").items():
        assert sums[segment] == pytest.approx(part, abs=1e-15)
    first = found.accounts.iloc[0]
    assert (first["customer_id"], first["name"], first["n_then"], first["n_now"]) == ("C", "C Ltd", 0, 1)
    behind = moved.version().rows("customer_churn_rate", where={"customer_id": ["C"]}, **MARCH)
    assert behind["_row"].notna().all()
    assert len(behind) == 1


def test_a_sum_is_split_into_who_came_and_went_and_who_pays_otherwise(moved: Workspace) -> None:
    found = moved.version().why("mrr", by="region", **MARCH)
    # at the end of February A C D E F G pay 90, at the end of March A D E G pay 40
    assert (found.before["value"], found.now["value"], found.change) == (90, 40, -50)
    assert told(found.parts, "mix", "rate", "part") == {"EU": (-40, 0, -40), "US": (-10, 0, -10), "(none)": (0, 0, 0)}
    assert found.clear is None


def test_an_average_over_answers_is_split(moved: Workspace) -> None:
    found = moved.version().why("net_promoter_score", by="region", **MARCH)
    # February: 9 (A), 9 (D), 7 (E): 200/3. March: 5 (A), 9 (D): 0
    assert (found.before["value"], found.now["value"]) == (pytest.approx(200 / 3), 0)
    assert math.fsum(found.parts["part"]) == pytest.approx(-200 / 3)


def test_what_a_later_upload_changed_about_the_past_is_a_part(moved: Workspace) -> None:
    put(
        moved,
        "replace",
        subscriptions=[
            subscription(c, date(2025, 1, 1), ends, 10.0, "Pro")
            for c, ends in (("A", None), ("B", date(2025, 2, 10)), ("C", date(2025, 2, 20)), ("D", date(2025, 3, 5)))
        ]
        + [subscription("Z", date(2025, 4, 20), None, 10.0, "Pro")],
    )
    found = moved.version().why("customer_churn_rate", by=[], then=1, **MARCH)
    # version 1 said 1/5 of February, version 2 says 2/4; of March it says 1/2
    assert found.then is not None
    assert (found.then["value"], found.before["value"], found.now["value"]) == pytest.approx((1 / 5, 1 / 2, 1 / 2))
    assert found.restated == pytest.approx(3 / 10)
    assert found.change == pytest.approx(found.restated + math.fsum(found.parts["part"]))
    assert set(found.restated_accounts["customer_id"]) == {"C", "E"}
    assert found.restated_accounts["part"].sum() == pytest.approx(found.restated)
    with pytest.raises(QueryError, match="Version 2 is not earlier than version 2"):
        moved.version().why("customer_churn_rate", then=2, **MARCH)
    with pytest.raises(WorkspaceError, match="There is no version 0"):
        moved.version().why("customer_churn_rate", then=0, **MARCH)


def test_two_groups_of_one_period_are_compared(moved: Workspace) -> None:
    found = moved.version().why(
        "customer_churn_rate", where={"region": ["EU"]}, against={"region": ["US"]}, by=["plan"], **MARCH
    )
    assert (found.before["value"], found.now["value"]) == pytest.approx((1 / 3, 1 / 2))
    assert told(found.parts, "part") == {"Pro": (pytest.approx(1 / 6),)}


def test_the_last_complete_period_is_the_default(moved: Workspace) -> None:
    found = moved.version().why("customer_churn_rate", by=[], as_of="2025-04-15")
    assert (found.before["value"], found.now["value"]) == (pytest.approx(1 / 5), pytest.approx(1 / 3))


@pytest.mark.parametrize(
    ("kpi", "asked", "said"),
    [
        ("customer_churn_rate", {"period": "2025-03-01", "against": "2025-03-31"}, "Both sides are the period"),
        ("customer_churn_rate", {"period": ("2025-03-01", "2025-04-01"), "against": "2025-02-01"}, "is one too"),
        ("customer_churn_rate", {"period": ("2025-03-01",)}, "pair of dates"),
        ("customer_churn_rate", {"of": "mean"}, "no median"),
        ("customer_churn_rate", {"of": "median"}, "not 'median'"),
        ("customer_churn_rate", {"by": "regoin"}, "There is no attribute 'regoin'"),
        ("customer_churn_rate", {"by": "subscriptions.plan"}, "several segments of 'subscriptions.plan' at once"),
        ("customer_churn_rate", {"period": "2024-06-01"}, "no value on one of the two sides"),
        ("average_customer_lifespan", {}, "no parts that add up"),
        ("customer_lifetime_value", {"by": "region", "period": "2025-03-01"}, "made of several facts"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(moved: Workspace, kpi: str, asked: dict, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        moved.version().why(kpi, **{"period": "2025-03-01", "as_of": "2025-06-01"} | asked)


def test_a_kpi_over_several_facts_is_split_into_the_numbers_it_is_made_of(moved: Workspace) -> None:
    found = moved.version().why("customer_lifetime_value", **MARCH)
    assert found.kind == "formula"
    assert math.fsum(found.parts["part"]) == pytest.approx(found.now["value"] - found.before["value"])
    # at the end of February 6 accounts pay 90 and 1 of 5 customer-months was lost; in March 4 pay 40, lost 3 of 11
    numbers = told(found.parts, "n_then", "n_now")
    assert numbers["mrr"] == (90, 40)
    assert numbers["accounts"] == (6, 4)
    assert numbers["lost"] == (1, 3)


def test_a_hidden_column_is_neither_found_nor_told(moved: Workspace) -> None:
    view = moved.version().view(hidden=["region", "name"])
    found = view.why("customer_churn_rate", **MARCH)
    assert "region" not in set(found.attributes["attribute"])
    assert "name" not in found.accounts
    with pytest.raises(QueryError, match="There is no attribute 'region'"):
        view.why("customer_churn_rate", by="region", **MARCH)


@pytest.mark.parametrize("quotient", [True, False])
def test_parts_sum_to_the_change_over_random_data(quotient: bool) -> None:
    draw = np.random.default_rng(5)
    for _ in range(60):
        size = int(draw.integers(1, 80))
        units = pd.DataFrame(draw.lognormal(3, 2, (size, 4)) * (draw.random((size, 4)) < 0.6), columns=list(SIDES))
        units.loc[0, ["d_then", "d_now"]] = 1.0
        units["customer_id"] = [f"c{i}" for i in range(size)]
        units["1"] = draw.choice(np.array(["a", "b", "c", None], dtype=object), size)
        n0, d0, n1, d1 = (units[name].sum() for name in SIDES)
        change = n1 / d1 - n0 / d0 if quotient else n1 - n0
        found = split.by_segment(units, ["1"], quotient, change)
        assert math.fsum(found["part"]) == pytest.approx(change, rel=1e-14, abs=1e-15)
        assert (found["mix"] + found["rate"]).to_numpy() == pytest.approx(found["part"].to_numpy())
        of_customers = units.assign(part=split.parts(units, quotient)).groupby("1", dropna=False)["part"].sum()
        for row in found.to_dict("records"):
            own = of_customers[of_customers.index.isna()].sum() if row["1"] is None else of_customers[row["1"]]
            assert own == pytest.approx(row["part"], rel=1e-9, abs=1e-9 * abs(change))


def test_a_shift_of_the_base_alone_is_all_mix() -> None:
    # small 10 %, large 2 % on both sides; the small were half of 200, and are three quarters
    units = pd.DataFrame(
        [("s", 10, 100, 15, 150), ("l", 2, 100, 1, 50)], columns=["1", *SIDES]
    ).assign(customer_id=["s", "l"])  # fmt: skip
    found = split.by_segment(units, ["1"], True, 16 / 200 - 12 / 200)
    assert found["rate"].to_numpy() == pytest.approx([0, 0], abs=1e-15)
    assert found["mix"].sum() == pytest.approx(0.02)


def test_an_attribute_that_says_how_it_ended_explains_nothing() -> None:
    units = pd.DataFrame({"customer_id": [f"c{i}" for i in range(100)], "n_then": 0.0, "d_then": 1.0, "d_now": 1.0})
    units["n_now"] = [1.0 if i < 30 else 0.0 for i in range(100)]
    units["1"] = ["gone" if i < 30 else "there" for i in range(100)]
    units["2"] = ["a" if i % 2 else "b" for i in range(100)]
    found = candidates.ranked(units, ["outcome", "other"], True, 99)
    assert list(found["attribute"]) == ["other"]
    assert not found["named"].any()
