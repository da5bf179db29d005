"""Is this change real? Against published worked examples, other libraries, and the same sums written out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

import cs_metrics as cs
from cs_metrics.analysis.feedback.score.changes import changes
from cs_metrics.analysis.feedback.score.real import Group, Shared, compared, judged
from cs_metrics.errors import QueryError
from cs_metrics.kpis import intervals
from cs_metrics.settings import resolve
from tests.support import kept_version, make_version

AS_OF = "2026-04-01"
DAY = datetime(2026, 3, 2)


def group(answers: list[tuple[int, float]]) -> Group:
    """Sums over accounts of (account, worth)."""
    each = pd.DataFrame(answers, columns=["account", "t"]).groupby("account")["t"].agg(["size", "sum"])
    n, t = each["size"].to_numpy(float), each["sum"].to_numpy(float)
    parts = (len(n), n.sum(), t.sum(), n @ n, n @ t, t @ t, (n**4).sum(), n.max())
    return Group(*(np.array([float(p)]) for p in parts))


def shared(one: list[tuple[int, float]], other: list[tuple[int, float]]) -> Shared:
    a, b = (
        pd.DataFrame(x, columns=["account", "t"]).groupby("account")["t"].agg(["size", "sum"]) for x in (one, other)
    )
    both = a.join(b.rename(columns={"size": "m", "sum": "u"}), how="inner").to_numpy(float)
    n, t, m, u = both.T if len(both) else np.zeros((4, 0))
    return Shared(*(np.array([float(p)]) for p in (len(both), n @ m, n @ u, t @ m, t @ u, (n * m) @ (n * m))))


def once(values: list[float], first: int = 0) -> list[tuple[int, float]]:
    return [(first + i, v) for i, v in enumerate(values)]


NONE = Shared(*(np.zeros(1) for _ in range(6)))


def test_the_published_margin_of_an_nps_of_1162_answers() -> None:
    """talkstats.com/threads/58500: 291 promoters, 476 passives and 395 detractors are -9, plus or minus 4.4."""
    low, high = intervals.nps(291, 476, 395)
    assert round(100 * (291 - 395) / 1162) == -9
    assert (high - low) / 2 == pytest.approx(4.4, abs=0.05)


def rocks(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Estimate and standard error of the two-sample test of Rocks' R package NPS (github.com/brendan-R/nps, nps_test_
    with adjusted.wald): 3/4, 3/2, 3/4 are added to the counts of detractors, passives and promoters of each sample."""
    scores, spreads = [], []
    for counts in (x, y):
        hat = counts + np.array([0.75, 1.5, 0.75])
        p = hat / hat.sum()
        scores.append(p[2] - p[0])
        spreads.append((p[2] + p[0] - (p[2] - p[0]) ** 2) / hat.sum())
    return 100 * (scores[1] - scores[0]), 100 * float(np.sqrt(sum(spreads)))


def test_two_scores_of_answers_given_once_are_compared_as_rocks_does() -> None:
    x, y = np.array([15, 13, 8]), np.array([7, 10, 20])
    one, other = (once([v for v, k in zip((-100.0, 0.0, 100.0), c, strict=True) for _ in range(k)]) for c in (x, y))
    found = compared("nps", group(one), group(other), NONE).iloc[0]
    moved, error = rocks(x, y)
    assert found["error"] == pytest.approx(error)
    assert found["p"] == pytest.approx(2 * stats.norm.sf(abs(moved) / error))
    assert (found["low"] + found["high"]) / 2 == pytest.approx(moved)
    # the difference itself is that of the scores: 100 * 13 / 37 + 100 * 7 / 36
    assert found["difference"] == pytest.approx(100 * 13 / 37 + 100 * 7 / 36)


def test_two_shares_of_answers_given_once_have_agresti_and_caffos_interval() -> None:
    one, other = once([1.0] * 48 + [0.0] * 32), once([1.0] * 56 + [0.0] * 14)
    found = compared("share", group(one), group(other), NONE).iloc[0]
    low, high = confint_proportions_2indep(56, 70, 48, 80, method="agresti-caffo", compare="diff")
    assert (found["low"], found["high"]) == (pytest.approx(low), pytest.approx(high))


def test_two_means_of_answers_given_once_are_welchs_t() -> None:
    draw = np.random.default_rng(3)
    a, b = draw.integers(1, 8, 40).astype(float), draw.integers(3, 8, 70).astype(float)
    found = compared("mean", group(once(list(a))), group(once(list(b))), NONE).iloc[0]
    welch = stats.ttest_ind(b, a, equal_var=False)
    assert found["difference"] / found["error"] == pytest.approx(welch.statistic)
    assert found["p"] == pytest.approx(welch.pvalue, rel=0.02)


def test_the_same_accounts_twice_are_compared_with_themselves() -> None:
    draw = np.random.default_rng(4)
    a = draw.integers(1, 8, 50).astype(float)
    b = a + draw.integers(0, 2, 50)
    one, other = once(list(a)), once(list(b))
    found = compared("mean", group(one), group(other), shared(one, other)).iloc[0]
    paired = stats.ttest_rel(b, a)
    # t with 48 rather than 49 degrees: nearly the p of the paired test, which an unpaired one misses by far
    assert found["difference"] / found["error"] == pytest.approx(paired.statistic, rel=0.02)
    assert found["p"] < 1e-6 < compared("mean", group(one), group(other), NONE).iloc[0]["p"]


def test_repeated_answers_have_the_standard_error_of_a_cluster_robust_regression() -> None:
    import statsmodels.api as sm

    draw = np.random.default_rng(5)
    rows = pd.DataFrame({"account": draw.integers(0, 150, 900), "late": draw.integers(0, 2, 900)})
    rows["t"] = draw.normal(size=150)[rows["account"]] + draw.normal(size=900)
    one, other = (
        list(rows.loc[rows["late"] == k, ["account", "t"]].itertuples(index=False, name=None)) for k in (0, 1)
    )
    found = compared("mean", group(one), group(other), shared(one, other)).iloc[0]
    fitted = sm.OLS(rows["t"], sm.add_constant(rows["late"])).fit(
        cov_type="cluster", cov_kwds={"groups": rows["account"], "use_correction": False}
    )
    assert found["difference"] == pytest.approx(fitted.params["late"])
    assert found["error"] == pytest.approx(fitted.bse["late"], rel=0.02)


def test_what_cannot_be_told_has_no_p_and_does_not_count_among_the_comparisons() -> None:
    small = compared("mean", group(once([5.0, 6.0])), group(once([1.0, 2.0, 3.0])), NONE)
    alike = compared("mean", group(once([5.0] * 9)), group(once([6.0] * 9)), NONE)
    told = compared("mean", group(once([1.0, 2.0] * 20)), group(once([3.0, 4.0] * 20)), NONE)
    found = judged(pd.concat([small, alike, told], ignore_index=True))
    assert found["verdict"].tolist() == ["none", "none", "real"]
    # corrected for one comparison: itself
    assert found["adjusted"].iloc[2] == found["p"].iloc[2]


def test_among_many_one_that_stands_out_alone_is_not_called_real() -> None:
    frame = pd.DataFrame({"p": [0.02, 0.5, 0.6], "error": [1.0] * 3, "degrees": [np.inf] * 3})
    assert judged(frame)["verdict"].tolist() == ["alone", "open", "open"]
    assert judged(frame)["adjusted"].iloc[0] == pytest.approx(0.06)
    assert judged(frame.head(1))["verdict"].tolist() == ["real"]


def surveyed(seed: int = 1) -> list[dict[str, Any]]:
    """Three months of NPS answers, several of many an account, one of them of nobody known."""
    draw = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = [
        {
            "survey": "nps", "customer_id": f"c{draw.integers(0, 25)}", "score": int(draw.integers(0, 11)),
            "user_id": f"u{i}", "responded_at": datetime(2026, int(draw.integers(1, 4)), int(draw.integers(1, 28))),
        }
        for i in range(160)
    ]  # fmt: skip
    return [*rows, {"survey": "nps", "score": 3, "responded_at": datetime(2026, 2, 2)}]


def test_the_database_sums_what_is_written_out_here() -> None:
    rows = surveyed()
    found = changes(kept_version({"survey_responses": rows}), resolve(), AS_OF, grain="month", pairs="all")
    assert found.points["name"].tolist() == ["January 2026", "February 2026", "March 2026"]
    frame = pd.DataFrame(rows)
    frame["account"] = pd.factorize(frame["customer_id"].fillna("nobody"))[0]
    frame["t"] = np.select([frame["score"] >= 9, frame["score"] <= 6], [100.0, -100.0], 0.0)
    month = frame["responded_at"].dt.month
    parts = {m: list(frame.loc[month == m, ["account", "t"]].itertuples(index=False, name=None)) for m in (1, 2, 3)}
    for place, (one, other) in enumerate(((1, 2), (1, 3), (2, 3))):
        own = compared("nps", group(parts[one]), group(parts[other]), shared(parts[one], parts[other])).iloc[0]
        row = found.pairs.iloc[place]
        for name in ("difference", "low", "high", "p"):
            assert row[name] == pytest.approx(own[name]), (place, name)
        assert row["n_one"] == len(parts[one])
    assert found.comparisons == 3


def test_segments_of_which_one_is_unknown_are_compared_from_the_highest() -> None:
    rows = [
        {"survey": "csat", "customer_id": f"{k}{i}", "score": 5 if i < good else 1, "responded_at": DAY}
        for k, good in (("a", 38), ("b", 12), ("c", 20)) for i in range(40)
    ]  # fmt: skip
    customers = [{"customer_id": f"{k}{i}", "tier": t} for k, t in (("a", "Gold"), ("b", "Tin")) for i in range(40)]
    con = make_version({"survey_responses": rows, "customers": customers})
    found = changes(con, resolve(), AS_OF, survey="csat", by="tier", pairs="all")
    assert found.points["name"].tolist() == ["Gold", "unknown", "Tin"]
    first = found.pairs[(found.pairs["one"] == "Tin") & (found.pairs["other"] == "Gold")].iloc[0]
    # 38 / 40 - 12 / 40
    assert first["difference"] == pytest.approx(0.65)
    assert first["sentence"].startswith("The gap of 65 percentage points between Gold and Tin is more than chance")
    share = changes(con, resolve(), AS_OF, survey="csat", by="tier", pairs="all", measure="other")
    assert share.points["name"].tolist() == ["Tin", "unknown", "Gold"]


def test_silence_is_never_told_as_no_change() -> None:
    found = changes(kept_version({"survey_responses": surveyed()}), resolve(), AS_OF, grain="month")
    for row in found.pairs.to_dict("records"):
        assert row["sentence"].startswith("Cannot tell") == (row["verdict"] != "real")
        assert "no change" not in row["sentence"]
    assert found.summary == "Of 2 pairs of neighbouring months compared, none differs by more than chance gives, " \
        "which does not say that they are alike."  # fmt: skip


def test_nothing_and_one_period_have_nothing_to_compare() -> None:
    none = changes(kept_version({"survey_responses": surveyed()}), resolve(), AS_OF, grain="month", until="2026-01-01",
                   since="2025-12-01")  # fmt: skip
    assert none.points.empty
    one = changes(kept_version({"survey_responses": surveyed()}), resolve(), AS_OF, grain="year")
    assert (len(one.points), len(one.pairs), one.comparisons) == (1, 0, 0)
    assert one.summary == "There are no two years with enough answers to compare."


@pytest.mark.parametrize(
    "asked",
    [{}, {"grain": "month", "by": "plan"}, {"grain": "month", "pairs": "some"}, {"grain": "month", "measure": "easy"}],
)
def test_what_cannot_be_compared_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(QueryError):
        changes(kept_version({"survey_responses": surveyed()}), resolve(), AS_OF, **asked)


def test_two_points_are_picked_by_name(sample_into: Callable[[Path], None], tmp_path: Path) -> None:
    sample_into(tmp_path / "workspaces")
    version = cs.Workspace(tmp_path / "workspaces" / "sample").version()
    csat = version.feedback_change("Q4 2025", "Q1 2026", "csat", grain="quarter")
    assert csat["verdict"] == "real"
    assert csat["comparisons"] == 9
    assert csat["sentence"].startswith("The fall of 34 percentage points from Q4 2025 to Q1 2026 is more than chance")
    far = version.feedback_change("Q3 2025", "Q1 2026", "csat", grain="quarter")
    assert far["comparisons"] == 45
    for pair in (("Q4 2025", "Q9 2025"), ("Q4 2025", "Q4 2025")):
        with pytest.raises(QueryError):
            version.feedback_change(*pair, "csat", grain="quarter")
    with pytest.raises(QueryError, match="There is no attribute 'plan'"):
        version.view(hidden=["plan"]).feedback_changes("nps", by="plan")
