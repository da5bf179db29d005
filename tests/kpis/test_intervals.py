"""Intervals against published numbers, against brute force, and by how often they hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cs_metrics.kpis import intervals


def _pair(pair):
    return [float(x) for x in pair]


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, Statistics in Medicine 17: 857-872, table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_newcombes_published_intervals(k, n, low, high):
    assert _pair(intervals.wilson(k, n)) == pytest.approx([low, high], abs=5e-5)


def test_wilson_of_all_ends_at_one_and_of_nobody_is_unknown():
    low, high = intervals.wilson([0, 29, 0], [29, 29, 0])
    assert low[0] == 0
    assert high[1] == 1
    assert np.isnan(low[2])
    assert np.isnan(high[2])


def test_wilson_is_the_score_test_turned_round():
    low, high = _pair(intervals.wilson(7, 40))
    for p in (low, high):
        assert abs(7 / 40 - p) / np.sqrt(p * (1 - p) / 40) == pytest.approx(stats.norm.ppf(0.975))


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),  # Newcombe 1998, Statistics in Medicine 17: 873-890, table II, method 10
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((5, 56, 0, 29), -0.0381, 0.1926),
    ],
)
def test_difference_gives_newcombes_published_intervals(counts, low, high):
    assert _pair(intervals.difference(*counts)) == pytest.approx([low, high], abs=5e-5)


def test_a_difference_from_nobody_has_no_interval():
    assert np.isnan(_pair(intervals.difference(3, 9, 0, 0))).all()


def test_nps_adds_three_answers_to_the_interval_only():
    # 2 promoters, 1 detractor: (2.75 - 1.75) / 6, variance (2.75 + 1.75) / 6 - (1 / 6) ** 2
    half = stats.norm.ppf(0.975) * np.sqrt((4.5 / 6 - 1 / 36) / 6)
    assert _pair(intervals.nps(2, 0, 1)) == pytest.approx([100 * (1 / 6 - half), 100 * (1 / 6 + half)])


def test_nps_of_promoters_only_stays_on_the_scale_and_has_a_width():
    low, high = _pair(intervals.nps(30, 0, 0))
    assert 75 < low < 80
    assert high == 100
    assert np.isnan(_pair(intervals.nps(0, 0, 0))).all()


def test_mean_is_students_t_on_his_sleep_data():
    extra = np.array(
        [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    )  # Student 1908; R: t.test(sleep$extra[1:10])
    low, high = intervals.mean(10, extra.sum(), (extra**2).sum())
    assert _pair((low, high)) == pytest.approx([-0.5297804, 2.0297804], abs=1e-6)


def test_mean_of_one_value_has_no_interval():
    low, high = intervals.mean([1, 2], [5, 10], [25, 50])
    assert np.isnan(low[0])
    assert low[1] == high[1] == 5


def test_difference_of_means_is_welchs_on_students_sleep_data():
    """R: t.test(extra ~ group, sleep) has -3.3654832 to 0.2054832."""
    one = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
    other = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
    ends = intervals.mean_difference(10, one.mean(), one.var(ddof=1), 10, other.mean(), other.var(ddof=1))
    assert np.array(ends) == pytest.approx([-3.3654832, 0.2054832], abs=1e-6)
    assert np.isnan(intervals.mean_difference(1, 2, 0, 10, 1, 1)).all()
    assert np.isnan(intervals.mean_difference(5, 2, 0, 5, 1, 0)).all()


def test_clustered_equals_the_plain_mean_when_everybody_answers_once():
    x = np.array([1.0, 4, 2, 8, 5])
    one = np.ones(5)
    plain = intervals.mean(5, x.sum(), (x**2).sum())
    robust = intervals.clustered(5, 5, x.sum(), (one**2).sum(), x.sum(), (x**2).sum())
    assert _pair(robust) == pytest.approx(_pair(plain))


def test_clustered_is_the_cr1_sandwich_written_out():
    groups = [[1.0, 1, 1], [0.0], [0.0, 1]]
    n_i = np.array([len(g) for g in groups], float)
    t_i = np.array([sum(g) for g in groups], float)
    value = 4 / 6
    meat = sum((np.sum(np.array(g) - value)) ** 2 for g in groups)
    half = stats.t.ppf(0.975, 2) * np.sqrt(3 / 2 * (6 - 1) / (6 - 1) * meat / 6**2)
    free = intervals.clustered(3, 6, 4, (n_i**2).sum(), (n_i * t_i).sum(), (t_i**2).sum())
    assert _pair(free) == pytest.approx([value - half, value + half])
    cut = intervals.clustered(3, 6, 4, (n_i**2).sum(), (n_i * t_i).sum(), (t_i**2).sum(), bounds=(0, 1))
    assert _pair(cut) == [0, 1]
    assert np.isnan(_pair(intervals.clustered(1, 6, 4, 36, 24, 16))).all()


@pytest.mark.parametrize(
    ("n", "low", "high"), [(5, 0, 0), (6, 1, 6), (9, 2, 8), (10, 2, 9), (20, 6, 15), (100, 40, 61)]
)
def test_median_ranks_are_those_of_the_published_tables(n, low, high):
    assert [int(r) for r in intervals.median_ranks(n)] == [low, high]


def test_median_ranks_take_the_largest_j_that_still_covers():
    for n in range(6, 200):
        j = int(intervals.median_ranks(n)[0])
        assert 1 - 2 * stats.binom.cdf(j - 1, n, 0.5) >= 0.95 > 1 - 2 * stats.binom.cdf(j, n, 0.5)


def test_median_of_six_lies_between_the_smallest_and_the_largest():
    assert intervals.median([9, 1, 4, 2, 7, 3]) == (3.5, 1, 9)
    value, low, high = intervals.median([2, 1, 3])
    assert value == 2
    assert np.isnan(low)
    assert np.isnan(high)


def test_jackknife_of_a_mean_is_students_t():
    x = np.array([1.0, 4, 2, 8, 5])
    left_out = (x.sum() - x) / 4
    theta = left_out - x.mean()
    got = intervals.jackknife(x.mean(), 5, theta.sum(), (theta**2).sum())
    assert _pair(got) == pytest.approx(_pair(intervals.mean(5, x.sum(), (x**2).sum())))
    shifted = intervals.jackknife(x.mean(), 5, left_out.sum(), (left_out**2).sum())
    assert _pair(shifted) == pytest.approx(_pair(got))


@pytest.mark.parametrize(("q", "value"), [(0.0, 1), (0.5, 2.5), (0.9, 3.7), (1.0, 4)])
def test_quantile_interpolates_as_r_type_7(q, value):
    assert intervals.quantile([4, 1, 3, 2], q) == pytest.approx(value)


def test_intervals_hold_the_truth_about_19_times_in_20():
    rng = np.random.default_rng(7)
    runs = 4000

    def held(pair, truth):
        return np.mean((pair[0] <= truth) & (truth <= pair[1]))

    assert 0.93 < held(intervals.wilson(rng.binomial(50, 0.3, runs), 50), 0.3) < 0.97
    answers = rng.multinomial(60, [0.5, 0.3, 0.2], runs)
    assert 0.93 < held(intervals.nps(*answers.T), 30) < 0.97
    x = rng.normal(3, 2, (runs, 12))
    assert 0.94 < held(intervals.mean(12, x.sum(1), (x**2).sum(1)), 3) < 0.96
    # 20 customers, 1 to 6 rows each, all rows of one alike: the plain interval would be far too narrow
    n_i = rng.integers(1, 7, (runs, 20)).astype(float)
    t_i = n_i * rng.normal(5, 1, (runs, 20))
    sums = (n_i.sum(1), t_i.sum(1), (n_i**2).sum(1), (n_i * t_i).sum(1), (t_i**2).sum(1))
    assert 0.91 < held(intervals.clustered(20, *sums), 5) < 0.97
    a = rng.gamma(2, 1, (runs, 40))
    b = a * rng.uniform(0.5, 1.5, (runs, 40))
    value = b.sum(1) / a.sum(1)
    theta = (b.sum(1, keepdims=True) - b) / (a.sum(1, keepdims=True) - a) - value[:, None]
    assert 0.93 < held(intervals.jackknife(value, 40, theta.sum(1), (theta**2).sum(1)), 1.0) < 0.97
