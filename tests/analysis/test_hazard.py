"""The hazard by age: by hand, what stands out, and that noise seldom does."""

from __future__ import annotations

from math import comb

import numpy as np
import pandas as pd
import pytest

from cs_metrics.analysis.survival.hazard import hazards, ranges, rises, risk_sentence
from cs_metrics.kpis import intervals


def table(at_risk, events, **more):
    n, d = [at_risk[0], *at_risk], [0, *events]
    left = [a - e - b for a, e, b in zip(n, d, [*n[1:], 0], strict=True)]
    return pd.DataFrame({"t": range(len(n)), "at_risk": n, "events": d, "censored": left} | more)


def test_by_hand():
    frame = hazards(table([100, 90, 50], [10, 9, 1]))
    assert frame["hazard"].tolist() == [0.1, 0.1, 0.02]
    low, high = intervals.wilson([10, 9, 1], [100, 90, 50])
    assert (frame["low"].tolist(), frame["high"].tolist()) == (low.tolist(), high.tolist())
    assert frame["others"].tolist() == pytest.approx([10 / 140, 11 / 150, 19 / 190])
    assert not frame["risky"].any()


def test_p_is_the_chance_of_as_many_leavings_in_a_draw_of_those_at_risk():
    def at_least(k, n):
        """Of 22 who leave and 218 who stay, a draw of n has k or more of those who leave."""
        return sum(comb(22, i) * comb(218, n - i) for i in range(k, min(22, n) + 1)) / comb(240, n)

    frame = hazards(table([100, 90, 50], [15, 6, 1]))
    smallest, middle = at_least(15, 100), at_least(6, 90)
    # Holm: the smallest of three times three, the next times two
    assert frame["p"].tolist()[:2] == pytest.approx([3 * smallest, min(1.0, 2 * middle)])
    assert frame["risky"].tolist() == [True, False, False]


def test_the_months_of_renewals_stand_out():
    at_risk = [500 - 15 * n for n in range(24)]
    events = [4] * 24
    events[0], events[11], events[23] = 40, 70, 25
    frame = hazards(table(at_risk, events), minimum=30)
    assert frame.loc[frame["risky"], "t"].tolist() == [1, 12, 24]
    assert rises(frame) == [12, 24]
    said = risk_sentence(frame)
    assert said.startswith(
        "The risky months are 1, 12 and 24: in month 12, the highest, 70 of 335 customers left (20.9%)"
    )
    one = hazards(table([400, 350, 300, 250], [3, 60, 3, 2]))
    assert risk_sentence(one, "year").startswith("The risky year is 2: in it 60 of 350 customers left (17.1%), against")


def test_few_at_risk_are_not_looked_at():
    frame = hazards(table([100, 80, 8], [2, 2, 6]), minimum=30)
    assert frame["p"].isna().tolist() == [False, False, True]
    assert risk_sentence(frame).startswith("No month of life stands out")
    assert risk_sentence(hazards(table([5, 4], [1, 1]), minimum=30)).startswith("Too few customers")
    assert risk_sentence(hazards(table([50, 40], [0, 0]))) == "Nobody has left yet: no month stands out."


def test_groups_are_compared_with_their_own_months():
    both = pd.concat([table([100, 50], [5, 3], plan="Pro"), table([200, 100], [60, 30], plan=None)], ignore_index=True)
    frame = hazards(both, ["plan"])
    assert frame["others"].tolist() == pytest.approx([3 / 50, 5 / 100, 30 / 100, 60 / 200])


def test_of_a_hundred_tables_of_one_hazard_at_most_a_few_show_a_risky_month():
    rng = np.random.default_rng(7)
    found = 0
    for _ in range(120):
        n, at_risk, events = 300, [], []
        for _ in range(18):
            left = int(rng.binomial(n, 0.04))
            at_risk.append(n)
            events.append(left)
            n -= left + int(rng.integers(0, 6))
        found += bool(hazards(table(at_risk, events), minimum=30)["risky"].any())
    assert found <= 6  # 5 % of 120


def test_ranges():
    assert ranges([1]) == "1"
    assert ranges([12, 1]) == "1 and 12"
    assert ranges([1, 2, 3, 6, 12]) == "1 to 3, 6 and 12"
    assert ranges([1, 2]) == "1 and 2"
