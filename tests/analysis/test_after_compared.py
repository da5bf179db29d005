"""Whether categories differ in what followed: values and intervals of sums, tests with Holm's correction, words."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cs_metrics.analysis.feedback.after import after, after_words, apart, stayed
from cs_metrics.analysis.survival.curve import holm
from tests.support import make_version

NPS = ("promoter", "passive", "detractor")
SETTINGS = {"minimum_n": 10, "fresh_days": 3650}


def sums(measure, category, x, y):
    x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
    moments = {"x": x.sum(), "y": y.sum(), "xx": x @ x, "xy": x @ y, "yy": y @ y}
    counts = {"n": len(y), "happened": int((y > 0).sum()), "waiting": 0, "apart": 0}
    return {"measure": measure, "category": category} | counts | moments


def test_a_mean_is_that_of_student_and_a_comparison_that_of_welch():
    one, other = np.array([0, 1, 1, 4, 2, 0, 3]), np.array([2, 5, 3, 6, 2, 4, 4, 7])
    frame = apart.valued(pd.DataFrame([sums("tickets", "promoter", 1, one), sums("tickets", "detractor", 1, other)]))
    told = stats.ttest_1samp(one, 0).confidence_interval(0.95)
    assert frame.loc[0, ["value", "low", "high"]].tolist() == pytest.approx([one.mean(), told.low, told.high])
    pair = apart.compared(frame, ("promoter", "detractor"), 2).iloc[0]
    welch = stats.ttest_ind(one, other, equal_var=False)
    assert pair["p"] == pytest.approx(welch.pvalue)
    assert (pair["low"], pair["high"]) == pytest.approx(tuple(welch.confidence_interval(0.95)))


def test_shares_are_compared_by_fishers_exact_test():
    # Fisher's lady tasting tea: of 4 cups 3 against 1 of 4, p = 34 / 70
    frame = apart.valued(
        pd.DataFrame([sums("left", "promoter", 1, [1, 1, 1, 0]), sums("left", "detractor", 1, [1, 0, 0, 0])])
    )
    pair = apart.compared(frame, ("promoter", "detractor"), 2).iloc[0]
    assert pair["p"] == pytest.approx(34 / 70)
    assert pair["difference"] == 0.5
    assert not pair["differs"]


def test_a_change_is_a_ratio_less_one_and_never_below_nothing():
    frame = apart.valued(pd.DataFrame([sums("usage", "promoter", [10, 30, 20], [5, 15, 10])]))
    assert frame.loc[0, ["value", "low", "high"]].tolist() == pytest.approx([-0.5, -0.5, -0.5])
    wide = apart.valued(pd.DataFrame([sums("usage", "promoter", [10, 1, 1], [0, 9, 9])]))
    assert wide.loc[0, "low"] == -1


def test_small_groups_and_groups_without_spread_are_not_compared():
    rows = [sums("tickets", "promoter", 1, [2] * 12), sums("tickets", "passive", 1, [2] * 12),
            sums("tickets", "detractor", 1, [1, 2, 3])]  # fmt: skip
    assert apart.compared(apart.valued(pd.DataFrame(rows)), NPS, 10).empty


def test_all_comparisons_of_a_table_are_corrected_together():
    generator = np.random.default_rng(3)
    rows = [sums(m, c, 1, generator.poisson(2, 40) if m == "tickets" else generator.random(40) < 0.4)
            for m, c in product(("left", "tickets"), NPS)]  # fmt: skip
    pairs = apart.compared(apart.valued(pd.DataFrame(rows)), NPS, 10)
    assert len(pairs) == 6
    assert pairs["adjusted"].tolist() == pytest.approx(holm(pairs["p"].to_numpy()).tolist())


def test_where_nothing_differs_few_tables_name_a_pair():
    """Of 100 tables without any effect at most 5 % may name a pair; a few more are let pass for chance."""
    generator = np.random.default_rng(11)
    named = 0
    for _ in range(100):
        rows = []
        for category, n in zip(NPS, (60, 40, 25), strict=True):
            paid = generator.lognormal(5, 0.8, n)
            rows += [
                sums("left", category, 1, generator.random(n) < 0.15),
                sums("expanded", category, 1, generator.random(n) < 0.3),
                sums("tickets", category, 1, generator.poisson(1.8, n)),
                sums("mrr_kept", category, paid, paid * generator.gamma(8, 1 / 8, n)),
            ]
        named += bool(apart.compared(apart.valued(pd.DataFrame(rows)), NPS, 10)["differs"].any())
    assert named <= 100 * 0.05 + 2 * np.sqrt(100 * 0.05 * 0.95)


def paying(customer, end):
    return {"customer_id": customer, "start_date": date(2024, 1, 1), "end_date": end, "amount": 10.0}


@pytest.fixture(scope="module")
def planted():
    """40 promoters of whom 2 leave within 90 days, 40 detractors of whom 20 do."""
    subscriptions, answers = [], []
    for who, score, leave in (("p", 9.0, 2), ("d", 2.0, 20)):
        for n in range(40):
            end = date(2025, 1, 10) + timedelta(days=2 * n) if n < leave else None
            subscriptions.append(paying(f"{who}{n}", end))
            answers.append(
                {"customer_id": f"{who}{n}", "survey": "nps", "score": score, "responded_at": date(2025, 1, 1)}
            )
    return make_version({"subscriptions": subscriptions, "survey_responses": answers}, as_of="2025-07-01")


def test_a_planted_effect_is_found_and_said_as_association(planted):
    found = after.after(planted, SETTINGS, "2025-07-01", days=90)
    pair = found.pairs[found.pairs["measure"] == "left"].iloc[0]
    assert (pair["one"], pair["other"], bool(pair["differs"])) == ("promoter", "detractor", True)
    said = found.sentences
    assert any(
        s.startswith("Within 90 days 2 of 40 promoters left (5%), of 40 detractors 20 (50%): chance alone")
        for s in said
    )
    curve = stayed.stayed(planted, SETTINGS, "2025-07-01")
    assert curve.verdict.startswith("Promoters stay longer than detractors: chance alone would do that in fewer than")
    assert not any(word in after_words.TOGETHER for word in ("because", "causes", "due to"))


def test_nothing_found_is_said_with_how_much_was_tried(planted):
    found = after.after(planted, SETTINGS, "2025-07-01", days=3)
    assert found.sentences == [
        f"In the 3 days after the answer nothing differs between the groups that chance would not make "
        f"({len(found.pairs)} comparisons, corrected for their number)."
    ]
    alone = stayed.stayed(planted, SETTINGS, "2025-07-01", where={"customer_id": ["p39"]})
    assert alone.verdict == "Nobody has left since answering: there is nothing to compare."
