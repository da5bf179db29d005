"""The projection: its arithmetic by hand, its interval, its record, and when it says nothing."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from cs_metrics.analysis import from_percent, in_percent, outlook, record_words
from cs_metrics.analysis.revenue import futures, record
from cs_metrics.analysis.revenue.outlook import project
from cs_metrics.errors import QueryError
from cs_metrics.settings import resolve
from tests.analysis.test_movements import sub
from tests.support import kept_version

HOLD = resolve({"fresh_days": 3650})


def month(number):
    return date(2024 + (number - 1) // 12, (number - 1) % 12 + 1, 1)


def steady(months):
    """Each month one customer of 100 comes, and stays."""
    return {"subscriptions": [sub(f"c{n}", str(month(n).replace(day=2)), None, 100) for n in range(1, months + 1)]}


def end_of(months):
    return str(month(months + 1))


def test_months_that_are_all_alike_go_on_so_and_leave_no_doubt():
    found = outlook(kept_version(steady(14)), HOLD, end_of(14), ahead=3)
    # 14 customers of 100, one more a month, nobody leaves
    assert found.rates == {"new": 100, "reactivation": 0, "expansion": 0, "contraction": 0, "churn": 0}
    assert found.path["closing"].tolist() == [1500, 1600, 1700]
    assert found.path["low"].tolist() == found.path["high"].tolist() == [1500, 1600, 1700]
    assert found.months == 12
    assert found.reason == ""
    # from the seventh month on (six began with revenue before it) each projection was right, within the band
    assert found.before["made"].min().date() == month(7)
    assert found.accuracy["error"].tolist() == [0, 0, 0]
    assert found.accuracy["n"].tolist() == [7, 6, 5]
    assert found.accuracy["inside"].tolist() == [1, 1, 1]


def test_assumptions_replace_rates_one_by_one():
    found = outlook(kept_version(steady(14)), HOLD, end_of(14), ahead=2, assumptions={"churn": 0.1, "expansion": 0.05})
    # 1400 + 100 + 70 - 140 = 1430; 1430 + 100 + 71.5 - 143 = 1458.5
    assert found.path["closing"].tolist() == pytest.approx([1430, 1458.5])
    assert found.path["churn"].tolist() == pytest.approx([140, 143])
    assert found.rates["churn"] == 0
    assert found.assumed["churn"] == 0.1


@pytest.fixture(scope="module")
def uneven():
    """Two years in which some months bring three customers, some none, and each customer stays for a while."""
    draw = np.random.default_rng(7)
    rows = []
    for number in range(1, 25):
        for place in range(int(draw.integers(1, 5))):
            start = month(number).replace(day=int(draw.integers(2, 28)))
            until = month(number + int(draw.integers(4, 30)))
            ends = str(until) if until < month(25) else None
            rows.append(sub(f"c{number}-{place}", str(start), ends, int(draw.integers(20, 200))))
    return kept_version({"subscriptions": rows})


def test_rates_are_pooled_and_the_interval_is_the_same_each_time(uneven):
    found, again = (outlook(uneven, HOLD, end_of(24)) for _ in range(2))
    assert found.path.equals(again.path)
    last = found.path.iloc[-1]
    assert last["low"] < last["closing"] < last["high"]
    width = found.path["high"] - found.path["low"]
    assert width.is_monotonic_increasing
    # all that was lost over all that it could be lost from
    from cs_metrics.analysis import movements

    year = movements(uneven, HOLD, end_of(24)).tail(12)
    assert found.rates["churn"] == pytest.approx(year["churn"].sum() / year["start"].sum())
    assert found.rates["new"] == pytest.approx(year["new"].mean())


def test_an_earlier_projection_is_the_one_that_was_made_then(uneven):
    record = outlook(uneven, HOLD, end_of(24)).before
    then = outlook(uneven, HOLD, end_of(15))
    made = record[record["made"].dt.date == month(15)]
    assert len(made) == 9
    assert made["projected"].tolist() == pytest.approx(then.path["closing"].head(9).tolist())
    assert made["actual"].tolist() == outlook(uneven, HOLD, end_of(24)).past["end"].tail(9).tolist()


def held_of_one_month(seed):
    """Whether twelve months drawn alike hold the thirteenth, 150 times."""
    draw = np.random.default_rng(seed)
    names = ("new", "reactivation", "expansion", "contraction", "churn")
    held = []
    for trial in range(150):
        drawn = np.column_stack([
            draw.gamma(4, 250, 13), draw.gamma(1, 30, 13), *(draw.beta(2, 98, 13) for _ in range(3))])  # fmt: skip
        known, coming = drawn[:12], drawn[12]
        assumed = dict(zip(names, known.mean(axis=0), strict=True))
        closing = futures.path(20_000.0, assumed, 1)["closing"].to_numpy()
        down, up = futures.reach(20_000.0, known, assumed, closing, paths=500, stream=trial)
        came = 20_000 * (1 + coming[2] - coming[3] - coming[4]) + coming[0] + coming[1]
        held.append(-down[0] <= np.log(came / closing[0]) <= up[0])
    return np.mean(held)


def test_the_band_holds_what_comes_when_nothing_changes():
    assert 0.9 <= held_of_one_month(3) <= 1


def test_twelve_months_drawn_as_they_are_would_be_too_few(monkeypatch):
    monkeypatch.setattr(futures, "_BLUR", 0.0)
    assert held_of_one_month(3) < 0.93


def moved(news):
    """Months of 1,000 to begin with, that gain so much and lose nothing."""
    ends = 1000 + np.cumsum(news)
    frame = pd.DataFrame(
        {"period": pd.date_range("2024-01-01", periods=len(news), freq="MS"), "new": news, "end": ends}
    )
    frame["start"] = frame["end"] - frame["new"]
    return frame.assign(reactivation=0.0, expansion=0.0, contraction=0.0, churn=0.0)


def test_a_record_of_misses_widens_the_band_and_one_without_leaves_it():
    # all alike: each projection was right, nothing to widen
    assert project(moved([100.0] * 18)).widened == 1
    # twelve months that rise: each projection made on the way was too low
    rising = project(moved([100.0 * 1.1**n for n in range(18)]))
    assert rising.widened > 1.5
    assert (rising.before["actual"] >= rising.before["projected"]).all()


def test_the_widening_by_hand():
    # two misses, by a factor of e one and two months ahead, where the band allowed for nothing:
    # (1 / 1 + 1 / 4) / (2 + 6) is the variance of a month's rates; t(6) is 2.447, the normal quantile 1.960
    excess = record._excess(np.array([1.0, 1.0]), np.array([np.e, 1 / np.e]), np.zeros(2))
    assert excess.tolist() == pytest.approx([1, 0.25])
    drift = record._drift(excess)
    assert drift == pytest.approx(1.25 / 8 * (2.446912 / 1.959964) ** 2)
    arms = futures.widened(np.array([0.0, 0.3]), drift)
    assert arms.tolist() == pytest.approx([futures.Z * drift**0.5, (0.09 + futures.Z**2 * drift * 4) ** 0.5])


def test_a_band_of_an_earlier_month_knows_no_later_miss():
    """Calm months and then a leap: the projections made before the leap keep the band of calm months."""
    calm, leapt = project(moved([100.0] * 14)), project(moved([100.0] * 14 + [5000.0] * 4))
    early = leapt.before[leapt.before["period"] <= calm.past["period"].max()]
    assert (early["high"] - early["low"]).max() == pytest.approx(0)
    assert leapt.path["high"].iloc[0] > leapt.path["closing"].iloc[0]
    assert not leapt.before["inside"].all()


def test_what_came_to_nothing_counts_as_a_miss_of_a_hundredfold():
    assert record._excess(np.array([50.0]), np.array([0.0]), np.zeros(1)).tolist() == pytest.approx([np.log(100) ** 2])
    nothing = record._excess(np.array([0.0]), np.array([5.0]), np.zeros(1))
    assert np.isnan(nothing).all()
    assert record._drift(nothing) == 0


def test_a_projection_of_nothing_is_no_record_and_no_error():
    frame = moved([0.0] * 14)
    frame.loc[10, ["churn", "end"]] = [1000.0, 0.0]
    frame.loc[11:, ["start", "end"]] = 0.0
    rows, drift = record.before(frame, 12, 3)
    assert rows.loc[rows["made"] == frame["period"][10], "projected"].tolist() == [0, 0, 0]
    assert drift > 0


@pytest.mark.parametrize("months", [1, 6])
def test_a_short_history_has_a_reason_and_no_number(months):
    found = outlook(kept_version(steady(14)), HOLD, end_of(months))
    assert found.path.empty
    assert found.rates == {}
    assert found.reason.endswith(f"The data have {months - 1}.")
    assert not outlook(kept_version(steady(14)), HOLD, end_of(7)).reason


@pytest.mark.parametrize(
    "asked",
    [
        {"assumptions": {"chrun": 0.1}}, {"assumptions": {"churn": 1.1}}, {"assumptions": {"new": -1}},
        {"assumptions": {"churn": "much"}}, {"assumptions": {"churn": float("nan")}},
        {"assumptions": {"churn": 0.6, "contraction": 0.6}}, {"history": 3}, {"ahead": 0},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(asked):
    with pytest.raises(QueryError):
        outlook(kept_version(steady(14)), HOLD, end_of(14), **asked)


def test_percent_as_a_person_writes_them():
    assert in_percent({"new": 12.345, "churn": 0.01234}) == {"new": 12.35, "churn": 1.23}
    assert from_percent({"new": 12.35, "churn": 1.5}) == {"new": 12.35, "churn": 0.015}
    assert from_percent({"churn": "much"}) == {"churn": "much"}


def test_the_record_in_words(uneven):
    first, second = record_words(outlook(uneven, HOLD, end_of(24)).accuracy)
    assert first.startswith("12 months ahead, half of the ")
    assert second.startswith("The 95 % band held what came in ")
