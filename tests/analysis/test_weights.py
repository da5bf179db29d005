"""Weighting answers to all accounts: a worked example, what must always hold, and the score beside the raw one."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

import cs_metrics as cs
from cs_metrics.analysis.feedback.heard.weighted import interval, weighted_score
from cs_metrics.analysis.feedback.heard.weights import weigh
from cs_metrics.errors import NotComputableError, QueryError
from cs_metrics.kpis import intervals
from cs_metrics.settings import resolve
from tests.support import kept_version

SETTINGS = resolve({})


def cells(rows: list[tuple[Any, ...]], names: list[str]) -> pd.DataFrame:
    """<names>, base, and the worth of each answer, everybody answering once."""
    made = []
    for *values, base, worth in rows:
        w = np.array(worth, dtype=float)
        made.append({
            **dict(zip(names, values, strict=True)), "base": float(base), "answers": float(len(w)),
            "units": float(len(w)), "total": w.sum(), "nn": float(len(w)), "nt": w.sum(), "tt": (w**2).sum(),
            "good": float((w > 0).sum()), "middle": float((w == 0).sum()), "bad": float((w < 0).sum()),
        })  # fmt: skip
    return pd.DataFrame(made)


def test_a_worked_example_by_hand() -> None:
    # 80 accounts in the EU gave 4 answers of NPS 50, 20 in the US gave 6 of NPS -50 (with 3 of 6 detractors, 3 passive)
    eu, us = [100, 100, 0, 0], [-100, -100, -100, 0, 0, 0]
    made = weigh(cells([("EU", 80, eu), ("US", 20, us)], ["region"]), ["region"])
    assert made.weights.tolist() == [20, pytest.approx(20 / 6)]
    assert made.value == pytest.approx(0.8 * 50 + 0.2 * -50) == pytest.approx(30)
    # sum of W^2 s^2 / n, with s^2 the sample's variance of each cell
    variance = 0.64 * np.var(eu, ddof=1) / 4 + 0.04 * np.var(us, ddof=1) / 6
    assert made.variance == pytest.approx(variance)
    assert made.effective == pytest.approx(100**2 / (4 * 20**2 + 6 * (20 / 6) ** 2))
    assert made.covered == 1


def test_the_weights_sum_to_the_base_and_where_all_are_alike_nothing_changes() -> None:
    draw = np.random.default_rng(1)
    for rake in (False, True):
        rows = [
            (r, s, int(draw.integers(5, 90)), draw.choice([-100, 0, 100], int(draw.integers(1, 12))))
            for r in "abc" for s in "xyz"
        ]  # fmt: skip
        frame = cells(rows, ["r", "s"])
        made = weigh(frame, ["r", "s"], rake=rake)
        assert (made.weights * frame["answers"]).sum() == pytest.approx(frame["base"].sum())
        for name in ("r", "s"):
            held = (made.weights * frame["answers"]).groupby(frame[name]).sum()
            assert held.to_numpy() == pytest.approx(frame.groupby(name)["base"].sum().to_numpy())
        like = frame.assign(base=7 * frame["answers"])
        same = weigh(like, ["r", "s"], rake=rake)
        assert same.value == pytest.approx(like["total"].sum() / like["answers"].sum())
        assert same.effective == pytest.approx(like["answers"].sum())


def test_cells_without_an_answer_are_left_out_with_their_accounts() -> None:
    frame = cells([("a", 60, [100, 0]), ("b", 40, [])], ["r"])
    made = weigh(frame, ["r"])
    assert (made.covered, made.value, made.weights.tolist()) == (0.6, 50, [30, 0])
    nothing = weigh(cells([("a", 60, []), ("b", 40, [])], ["r"]), ["r"])
    assert math.isnan(nothing.value)
    assert nothing.covered == 0
    # raking: of the two attributes only the value b of r has none
    both = cells([("a", "x", 30, [100]), ("a", "y", 30, [0, 0]), ("b", "x", 40, [])], ["r", "s"])
    raked = weigh(both, ["r", "s"], rake=True)
    assert raked.covered == 0.6
    assert raked.value == pytest.approx(50)


def test_margins_that_cannot_be_met_are_said() -> None:
    both = cells([("a", "x", 50, [0] * 5), ("b", "y", 20, [100] * 5), ("a", "y", 30, [])], ["r", "s"])
    assert weigh(both, ["r", "s"], rake=True).off > 0.01


def test_a_cell_with_one_answer_takes_the_variance_of_the_others() -> None:
    made = weigh(cells([("a", 50, [0, 100, 0, 100]), ("b", 50, [100])], ["r"]), ["r"])
    pooled = np.var([0, 100, 0, 100], ddof=0) * 4 / 3
    assert made.variance == pytest.approx(0.25 * pooled / 4 + 0.25 * pooled)
    alone = weigh(cells([("a", 50, [0]), ("b", 50, [100])], ["r"]), ["r"])
    assert math.isnan(alone.variance)


def test_unequal_weights_widen_the_interval() -> None:
    worth = [100] * 30 + [0] * 40 + [-100] * 30
    even = cells([("a", 500, worth), ("b", 500, worth)], ["r"])
    skew = even.assign(base=[900.0, 100.0])
    widths = []
    for frame in (even, skew):
        made = weigh(frame, ["r"])
        low, high = interval("nps", made, frame, made.weights)
        assert low < 0 < high
        widths.append(high - low)
    assert widths[1] > 1.2 * widths[0]


def company(answered: dict[str, int]) -> dict[str, list[dict[str, Any]]]:
    """60 accounts in the EU that would all give 10, 40 in the US that would give 0; so many of each answered."""
    names = [(f"{region}{i}", region) for region, n in (("EU", 60), ("US", 40)) for i in range(n)]
    sent = datetime(2026, 3, 1)
    return {
        "customers": [{"customer_id": c, "region": r} for c, r in names],
        "subscriptions": [{"customer_id": c, "start_date": date(2025, 1, 1), "amount": 10} for c, _ in names],
        "survey_responses": [
            {"customer_id": c, "survey": "nps", "sent_at": sent, "score": (10 if r == "EU" else 0) if said else None,
             "responded_at": sent + timedelta(days=1) if said else None}
            for c, r in names for said in [int(c[2:]) < answered[r]]
        ],
    }  # fmt: skip


def test_the_score_of_a_skewed_survey_comes_right() -> None:
    con = kept_version(company({"EU": 30, "US": 10}))
    made = weighted_score(con, SETTINGS, "2026-07-01", by="region")
    scores = made.scores.set_index("what")
    assert scores.loc["raw", "value"] == pytest.approx(50)
    assert scores.loc["weighted", "value"] == pytest.approx(20)
    assert scores.loc["weighted", "n"] == 40
    assert made.cells["accounts"].tolist() == [60, 40]
    assert (made.cells["weight"] * made.cells["answers"]).sum() == pytest.approx(40)
    assert made.sentences[0].startswith("Weighted by region to the customers active at the end, the score is 20.0")


def test_who_gave_no_answer_is_named() -> None:
    con = kept_version(company({"EU": 30, "US": 0}))
    made = weighted_score(con, SETTINGS, "2026-07-01", by=["region"])
    assert made.empty == ("US",)
    assert made.covered == 0.6
    assert any("Nobody answered of: US" in said and "60 %" in said for said in made.sentences)


def test_what_cannot_be_weighted_is_said() -> None:
    con = kept_version(company({"EU": 30, "US": 10}))
    with pytest.raises(QueryError, match="no way 'any'"):
        weighted_score(con, SETTINGS, "2026-07-01", by="region", how="any")
    with pytest.raises(QueryError, match="one to 6"):
        weighted_score(con, SETTINGS, "2026-07-01", by=[])
    with pytest.raises(QueryError, match="named twice"):
        weighted_score(con, SETTINGS, "2026-07-01", by=["region", "region"])
    alone = kept_version({"survey_responses": [
        {"customer_id": "a", "survey": "nps", "responded_at": datetime(2026, 3, 1), "score": 9}
    ]})  # fmt: skip
    with pytest.raises(NotComputableError, match="cannot be weighted"):
        weighted_score(alone, SETTINGS, "2026-07-01", by="customer_id")


@pytest.mark.parametrize("survey", ["nps", "csat", "ces", "onboarding", "post_activation"])
def test_every_survey_of_the_sample_is_weighted_by_one_and_by_several(survey: str) -> None:
    version = cs.sample().version()
    for by in ("plan", ["plan", "tenure"]):
        made = version.weighted_score(survey, by=by)
        scores = made.scores.set_index("what")
        assert scores.loc["raw", "value"] == pytest.approx(
            version.kpi({"nps": "net_promoter_score", "csat": "customer_satisfaction_score",
                         "ces": "customer_effort_score", "onboarding": "onboarding_satisfaction_score",
                         "post_activation": "customer_feedback_score_post_activation"}[survey]).iloc[0]["value"]
        )  # fmt: skip
        assert (scores["low"] <= scores["value"]).all()
        assert (scores["value"] <= scores["high"]).all()
        assert 0 < made.effective <= scores.loc["weighted", "n"] + 1e-6


def test_an_estimate_with_a_known_variance_has_the_interval_of_the_mean_it_is() -> None:
    values = np.array([3.0, 5.0, 4.0, 8.0])
    low, high = intervals.around(values.mean(), values.var(ddof=1) / 4, 3)
    expected = intervals.mean(4, values.sum(), (values**2).sum())
    assert (float(low), float(high)) == pytest.approx((float(expected[0]), float(expected[1])))
    low, high = intervals.around([5.0, 5.0], [4.0, np.nan], [10, 10], (4.0, 6.0))
    assert (low[0], high[0]) == (4.0, 6.0)
    assert np.isnan(low[1])
    assert np.isnan(intervals.around(5.0, 1.0, 0)[0])
