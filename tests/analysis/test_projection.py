"""The shifted-beta-geometric projection: the published cohorts, its own identities, and how often its band is right.

Source: Fader and Hardie (2007), 'How to project customer retention', Journal of Interactive Marketing 21 (1), 76-90
(preprint of May 2006, brucehardie.com/papers/021): Table 1 has the share of customers surviving years 0 to 12 of two
segments, from Berry and Linoff (2004). Fitted on the first seven years, that is on the shares of years 1 to 7, the
paper reports alpha = 0.704, beta = 1.182 (Regular) and, in its appendix B, alpha = 0.668, beta = 3.806 (High End; the
body of the preprint misprints 0.688), with a log-likelihood of -1.611 a customer, and calls year 12 'off by only 4 %
and 2 %'.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import special

from cs_metrics.analysis.survival.projection import fit, project
from cs_metrics.errors import NotComputableError
from tests.simulations.projection import covered

HIGH_END = [100.0, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4]
REGULAR = [100.0, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3]


def curve(shares, customers=1000):
    """A cohort of that many customers, all of them followed to the end."""
    alive = np.asarray(shares) / 100 * customers
    events = [0.0, *-np.diff(alive)]
    share = np.asarray(shares) / 100
    return pd.DataFrame(
        {"t": range(len(alive)), "at_risk": [alive[0], *alive[:-1]], "events": events, "survival": share,
         "low": share, "high": share}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("shares", "alpha", "beta", "error"), [(HIGH_END, 0.668, 3.806, 0.04), (REGULAR, 0.704, 1.182, 0.02)]
)
def test_the_published_cohorts_fitted_on_the_first_seven_years(shares, alpha, beta, error):
    made = project(curve(shares), ahead=1, fitted=7)
    assert (round(made.earlier.alpha, 3), round(made.earlier.beta, 3)) == (alpha, beta)
    assert made.earlier.periods == 7
    held = made.held_out
    assert held["t"].tolist() == [8, 9, 10, 11, 12]
    last = held.iloc[-1]
    assert abs(last["error"] / last["known"]) == pytest.approx(error, abs=0.005)
    assert made.mean_error < 0.02
    assert ((held["low"] <= held["known"]) & (held["known"] <= held["high"])).all()


def test_the_log_likelihood_of_the_high_end_cohort_is_the_published_one():
    found = fit(curve(HIGH_END)["at_risk"].iloc[1:8], curve(HIGH_END)["events"].iloc[1:8])
    t = np.arange(1, 8)
    dies = special.betaln(found.alpha + 1, found.beta + t - 1) - special.betaln(found.alpha, found.beta)
    alive = special.betaln(found.alpha, found.beta + 7) - special.betaln(found.alpha, found.beta)
    lost = -np.diff(np.asarray(HIGH_END[:8])) / 100
    assert float(lost @ dies + 0.491 * alive) == pytest.approx(-1.611, abs=0.0005)


def test_identities():
    found = fit([1000, 800, 680, 600, 545], [200, 120, 80, 55, 40])
    # eq. 8: the share who stay in period t of those who began it
    t = np.arange(0, 30)
    shares = found.survival(t)
    stay = (found.beta + t[1:] - 1) / (found.alpha + found.beta + t[1:] - 1)
    assert (shares[1:] / shares[:-1]) == pytest.approx(stay)
    low, high = found.band(t)
    assert ((low <= shares) & (shares <= high)).all()
    assert found.within(30)[0] == pytest.approx(shares.sum())


def test_the_mean_life_is_the_sum_of_the_curve_where_it_is_finite():
    n, at_risk, events = 100_000.0, [], []
    for t in range(1, 25):  # just as alpha = 3, beta = 30 would have it
        left = n * 3 / (33 + t - 1)
        at_risk.append(n)
        events.append(left)
        n -= left
    found = fit(at_risk, events)
    assert (found.alpha, found.beta) == (pytest.approx(3, rel=1e-3), pytest.approx(30, rel=1e-3))
    assert found.remaining()[0] == pytest.approx(found.survival(np.arange(200_000)).sum(), rel=1e-3)
    older = found.survival(np.arange(12, 200_012)).sum() / found.survival([12])[0]
    assert found.remaining(12)[0] == pytest.approx(older, rel=1e-3)
    life, least, most = found.remaining()
    assert least < life < most
    assert fit([1000, 631, 468], [369, 163, 86]).remaining()[0] == float("inf")  # the Regular cohort: alpha below 1


def test_customers_all_alike_have_a_band_too():
    n, at_risk, events = 2000, [], []
    for _ in range(12):
        at_risk.append(n)
        events.append(round(n * 0.05))
        n -= events[-1]
    found = fit(at_risk, events)
    low, high = found.band([24])
    assert low[0] < 0.95**24 < high[0]
    assert high[0] - low[0] < 0.15


@pytest.mark.parametrize(("at_risk", "events"), [([100, 90], [10, 10]), ([100, 99, 98, 97], [1, 1, 1, 1]), ([], [])])
def test_too_little_to_project_from(at_risk, events):
    with pytest.raises(NotComputableError, match="needs at least 3 periods of life"):
        fit(at_risk, events)


def test_lives_that_the_model_does_not_fit():
    renewals = [100.0, 98.0, 97.0, 70.0, 69.0, 68.0, 48.0, 47.0, 46.5, 33.0]
    assert project(curve(renewals)).fits < 0.001
    assert project(curve(HIGH_END)).fits > 0.05
    stay, low, high = project(curve(HIGH_END)).fit.staying(12, 12)
    assert low < stay < high < 1


def test_everyone_gone_is_projected_to_be_gone():
    found = fit([60, 30, 10], [30, 20, 10])
    assert found.survival([12])[0] < 0.05


def test_the_band_covers_what_it_says():
    """A small version of `python -m tests.simulations.projection`, which prints the whole grid."""
    shares = covered(0.668, 3.806, customers=500, runs=40, seed=11)
    shares += covered(20.0, 180.0, customers=500, runs=40, seed=12)
    # of 80 bands at three ages, 95 % of each: fewer than 87 % is one in a thousand
    assert np.mean(shares) > 0.87
    assert len(shares) == 80 * 3
