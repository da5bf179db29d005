"""Cells of few: not shown, and not to be had by subtraction from what is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cs_metrics as cs
from cs_metrics.api.links.linked import Linked
from cs_metrics.api.links.parts import PARTS, Part
from cs_metrics.api.links.small_cells import ALLOWED, PLAIN
from cs_metrics.api.links.suppression import SUM, hidden
from cs_metrics.errors import NotAllowedError
from tests.api.calls import CALLS

YEAR = {"since": "2025-07-01T00:00:00", "until": "2026-07-01T00:00:00", "grain": "quarter", "by": "industry"}


def table(counts: list[list[int]]) -> dict[tuple[Any, Any], float]:
    """A table of counts with the sums of its rows and columns."""
    found = {(i, j): float(n) for i, row in enumerate(counts) for j, n in enumerate(row)}
    found |= {(i, SUM): float(sum(row)) for i, row in enumerate(counts)}
    found |= {(SUM, j): float(sum(column)) for j, column in enumerate(zip(*counts, strict=True))}
    return found | {(SUM, SUM): float(sum(map(sum, counts)))}


def known(cells: dict[tuple[Any, Any], float], gone: set[tuple[Any, Any]]) -> set[tuple[Any, Any]]:
    """Return the hidden cells that the sums determine: by linear algebra, another way than that of the library."""
    unknown = sorted(gone, key=str)
    equations = []
    for axis in (0, 1):
        for line in {cell[axis] for cell in cells}:
            sign = {cell: -1.0 if cell[1 - axis] == SUM else 1.0 for cell in cells if cell[axis] == line}
            equations.append([sign.get(cell, 0.0) for cell in unknown])
    matrix = np.array(equations)
    if not unknown:
        return set()
    _, singular, basis = np.linalg.svd(matrix)
    null = basis[int((singular > 1e-9).sum()) :]
    return {cell for i, cell in enumerate(unknown) if np.allclose(null[:, i], 0)}


def test_one_small_cell_takes_three_others_with_it() -> None:
    cells = table([[3, 40, 50], [20, 30, 60], [70, 80, 90]])
    gone = hidden(cells, {(0, 0)}, 5)
    # its row and its column each hide their next smallest, and those two meet in a fourth
    assert gone == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert known(cells, {(0, 0)}) == {(0, 0)}
    assert known(cells, gone) == set()


def test_cells_that_are_few_together_take_another() -> None:
    """1 and 2 hidden in a sum of 33 that is shown: that they are 3 together is a cell of few as well."""
    cells = {("a", 0): 1.0, ("b", 0): 2.0, ("c", 0): 30.0, (SUM, 0): 33.0}
    assert hidden(cells, {("a", 0), ("b", 0)}, 5) == {("a", 0), ("b", 0), ("c", 0)}
    assert hidden({("a", 0): 4.0, ("b", 0): 4.0, ("c", 0): 30.0, (SUM, 0): 38.0}, {("a", 0), ("b", 0)}, 5) == {
        ("a", 0), ("b", 0)}  # fmt: skip


def test_nothing_small_hides_nothing_and_without_sums_only_what_is_small() -> None:
    cells = table([[10, 20], [30, 40]])
    assert hidden(cells, set(), 5) == set()
    assert hidden({("a", 0): 1.0, ("b", 0): 9.0}, {("a", 0)}, 5) == {("a", 0)}
    assert hidden({}, set(), 5) == set()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 30), min_size=4, max_size=4), min_size=2, max_size=5))
def test_no_hidden_cell_of_few_can_be_worked_out(counts: list[list[int]]) -> None:
    cells = table(counts)
    small = {cell for cell, n in cells.items() if 0 < n < 5}
    gone = hidden(cells, small, 5)
    assert small <= gone
    told = known(cells, gone)
    assert not {cell for cell in told if 0 < cells[cell] < 5}


@pytest.fixture(scope="module")
def version() -> Any:
    return cs.sample().version()


@pytest.fixture(scope="module")
def view(version: Any) -> Linked:
    return Linked(version, least=20, asked=YEAR)


def test_what_cannot_hide_small_cells_does_not_answer(view: Linked) -> None:
    for name, call in CALLS.items():
        if name in ALLOWED or name in PLAIN:
            continue
        if PARTS[name] is Part.NONE:
            found = call(view)
            assert not any(found.values()) if isinstance(found, dict) else not len(found), name
            continue
        with pytest.raises(NotAllowedError, match="shown"):
            call(view)


def test_a_kpi_by_segment_and_period(version: Any, view: Linked) -> None:
    asked = {"since": YEAR["since"], "until": YEAR["until"], "by": ["industry"], "grain": "quarter"}
    whole = version.compute(["net_promoter_score", "customer_churn_rate"], totals=True, **asked)
    seen = view.compute(["net_promoter_score", "customer_churn_rate"], totals=True, **asked)
    assert len(seen) == len(whole)
    assert list(seen.columns) == list(whole.columns)
    gone = seen["n"].isna().to_numpy()
    assert 10 < gone.sum() < len(seen) * 0.9
    assert (whole.loc[~gone, "n"] >= 20).all()
    numbers = ["value", "numerator", "denominator", "n", "low", "high"]
    assert seen.loc[gone, numbers].isna().all().all()
    assert seen.loc[gone, "note"].nunique() == 1
    pd.testing.assert_frame_equal(
        seen.loc[~gone, numbers], whole.loc[~gone, numbers].astype({"n": float}), rtol=1e-9, check_dtype=False
    )
    for kpi, own in whole.assign(gone=gone).groupby("kpi"):
        place = [
            (SUM if row["total"] else row["industry"], SUM if row["level"] == "range" else row["period"])
            for row in own.to_dict("records")
        ]
        cells = dict(zip(place, own["n"].astype(float), strict=True))
        told = known(cells, {p for p, hid in zip(place, own["gone"], strict=True) if hid})
        assert not {p for p in told if 0 < cells[p] < 20}, kpi


def test_every_cut_of_a_kpi_hides_the_same(view: Linked) -> None:
    ends = {"since": YEAR["since"], "until": YEAR["until"]}
    whole = view.kpi("customer_churn_rate", by="industry", grain="quarter", totals=True, **ends)
    parts = [
        view.kpi("customer_churn_rate", **ends, **cut)
        for cut in ({}, {"grain": "quarter"}, {"by": "industry"}, {"by": "industry", "grain": "quarter"})
    ]
    together = pd.concat(parts, ignore_index=True)
    assert len(together) == len(whole)
    for column in ("n", "value"):
        assert sorted(together[column].fillna(-1)) == sorted(whole[column].fillna(-1))
    pd.testing.assert_frame_equal(view.kpi("customer_churn_rate"), parts[0])


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "2025-07-02"}, {"until": "2026-06-30"}, {"grain": "month"}, {"by": "plan"},
        {"by": ["industry", "plan"]},
        {"where": {"plan": ["Team"]}}, {"as_of": "2026-06-01"}, {"definitions": {"minimum_n": 1}}, {"beside": True},
    ],
    ids=str,
)  # fmt: skip
def test_nothing_else_can_be_asked(view: Linked, asked: dict[str, Any]) -> None:
    with pytest.raises(NotAllowedError):
        view.compute(["net_promoter_score"], **asked)


def test_scores_and_their_categories(version: Any, view: Linked) -> None:
    counts = ["promoters", "passives", "detractors"]
    ends = {"since": YEAR["since"], "until": YEAR["until"]}
    whole = version.nps(by="industry", grain="quarter", **ends)
    seen = view.nps(by="industry", grain="quarter")
    assert len(seen) == len(whole)
    shown = seen["n"].notna().to_numpy()
    assert (whole.loc[shown, "n"] >= 20).all()
    few = (whole[counts] < 20).any(axis=1) & (whole[counts] > 0).any(axis=1)
    assert seen.loc[few.to_numpy(), counts].isna().all().all()
    assert seen[counts].isna().all(axis=1).equals(seen[counts].isna().any(axis=1))
    assert view.nps()["value"].iloc[0] == pytest.approx(version.nps(**ends)["value"].iloc[0])


def test_cohorts(version: Any) -> None:
    view = Linked(version, least=10, asked={"grain": "quarter", "by": "plan"})
    words = {"of": "subscriptions", "periods": 4}
    keys = ["cohort", "plan", "k"]
    whole = version.retention(by="plan", grain="quarter", **words).set_index(keys)
    seen = view.retention(by="plan", **words).set_index(keys).loc[whole.index]
    shown = seen["retained"].notna()
    left = whole["eligible"] - whole["retained"]
    assert 5 < shown.sum() < len(shown)
    assert (whole.loc[shown, "eligible"] >= 10).all()
    for part in (whole["retained"], left):
        assert ((part[shown] == 0) | (part[shown] >= 10)).all()
    all_of = view.retention(**words).set_index(["cohort", "k"])
    for place, cell in seen.groupby(level=["cohort", "k"]):
        for what in ("eligible", "retained"):
            if not np.isnan(all_of.loc[place, what]):
                assert cell[what].isna().sum() != 1, place
