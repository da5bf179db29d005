"""Survival data of the literature: our numbers, which are statsmodels', are those of lifelines 0.30.3.

`lifelines_0_30_3.json` holds what lifelines answers (KaplanMeierFitter with its default log-log interval,
median_survival_times, logrank_test, multivariate_ and pairwise_logrank_test); it needs pandas below 3, so it was asked
apart from this project's environment. A curve's row: t, at risk, events, survival, low, high.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

import cs_metrics as cs
from cs_metrics.analysis.survival import curve

TOLERANCE = 1e-9
EXPECTED = json.loads((Path(__file__).parent / "lifelines_0_30_3.json").read_text())


@pytest.fixture(scope="module")
def waltons(real_data):
    return pd.read_csv(real_data / "lifelines" / "waltons_dataset.csv")


@pytest.fixture(scope="module")
def rossi(real_data):
    return pd.read_csv(real_data / "lifelines" / "rossi.csv")


def agrees(table: pd.DataFrame, expected: dict, every: bool = True) -> None:
    """The curve has lifelines' numbers, at every time of both."""
    known = pd.DataFrame(expected["curve"], columns=["t", "n", "d", "s", "low", "high"])
    both = table.merge(known, on="t", suffixes=("", "_known"))
    assert len(both) == len(known)
    if every:
        assert len(table) == len(known)
    assert both[["at_risk", "events"]].to_numpy().tolist() == both[["n", "d"]].to_numpy().tolist()
    assert (both["survival"] - both["s"]).abs().max() < TOLERANCE
    # where all or none are left log(-log S) is not defined, and each library does as it likes
    inside = both[(both["s"] > 0) & (both["s"] < 1)]
    assert len(inside) > 5
    assert (inside["low"] - inside["low_known"]).abs().max() < TOLERANCE
    assert (inside["high"] - inside["high_known"]).abs().max() < TOLERANCE
    row = curve.medians(table, ())[["median", "low", "high"]].iloc[0].tolist()
    wanted = [expected["median"], *expected["median_interval"]]
    assert [None if pd.isna(v) else v for v in row] == wanted


def tables(frame: pd.DataFrame, times: str, events: str, groups: pd.Series) -> pd.DataFrame:
    return pd.concat(
        curve.kaplan_meier(part[times], part[events]).assign(group=name) for name, part in frame.groupby(groups)
    )


@pytest.mark.parametrize("which", ["all", "control", "miR-137"])
def test_waltons_curves(waltons, which):
    part = waltons if which == "all" else waltons[waltons["group"] == which]
    agrees(curve.kaplan_meier(part["T"], part["E"]), EXPECTED["waltons"][which])


def test_waltons_log_rank(waltons):
    found = curve.log_rank(tables(waltons, "T", "E", waltons["group"]), ["group"])
    assert found.statistic == pytest.approx(EXPECTED["waltons"]["log_rank"]["statistic"], abs=TOLERANCE)
    assert found.p == pytest.approx(EXPECTED["waltons"]["log_rank"]["p"], rel=TOLERANCE)
    assert found.pairs["longer"].tolist() == [("control",)]


@pytest.mark.parametrize("which", ["all", "fin=0", "fin=1"])
def test_rossi_curves(rossi, which):
    part = rossi if which == "all" else rossi[rossi["fin"] == int(which[-1])]
    agrees(curve.kaplan_meier(part["week"], part["arrest"]), EXPECTED["rossi"][which])


@pytest.mark.parametrize("attribute", ["fin", "wexp", "decade"])
def test_rossi_log_rank(rossi, attribute):
    groups = rossi["age"] // 10 * 10 if attribute == "decade" else rossi[attribute]
    found = curve.log_rank(tables(rossi, "week", "arrest", groups), ["group"])
    expected = EXPECTED["rossi"][f"log_rank {attribute}"]
    assert found.statistic == pytest.approx(expected["statistic"], abs=TOLERANCE)
    assert found.p == pytest.approx(expected["p"], abs=TOLERANCE)
    if attribute == "decade":
        mine = {frozenset((row["one"][0], row["other"][0])): row for row in found.pairs.to_dict("records")}
        assert len(mine) == len(EXPECTED["rossi"]["pairs decade"]) == 6
        for one, other, statistic, p in EXPECTED["rossi"]["pairs decade"]:
            pair = mine[frozenset((one, other))]
            assert pair["statistic"] == pytest.approx(statistic, abs=TOLERANCE)
            assert pair["p"] == pytest.approx(p, abs=TOLERANCE)


def test_a_file_of_tenures_loaded_whole_has_the_curve_of_its_tenures(real_data, tmp_path):
    """Starts reckoned back from a day by calendar months, and lives measured from them again, lose nothing."""
    workspace = cs.Workspace(tmp_path / "telco")
    plan = workspace.read([real_data / "telco" / "Telco-Customer-Churn.csv"])
    sheet = plan.sheets[0]
    sheet.use(
        "customers",
        {
            **sheet.mapping,
            "signed_up_on": {"months_before": "tenure", "anchor": "2025-06-30"},
            "churned_on": {"flag": "Churn", "values": {"No": False, "Yes": True}, "date": "2025-06-30"},
        },
    )
    version = workspace.publish(plan)
    table = version.survival()
    agrees(table, EXPECTED["telco"]["all"], every=False)
    with (real_data / "telco" / "Telco-Customer-Churn.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert table["at_risk"].iloc[0] == len(rows)
    told = version.survival_summary(by="Contract")
    expected = EXPECTED["telco"]["log_rank Contract"]
    assert told.test.statistic == pytest.approx(expected["statistic"], rel=TOLERANCE)
    for row in told.medians.to_dict("records"):
        median = EXPECTED["telco"][row["Contract"]]["median"]
        assert (None if pd.isna(row["median"]) else row["median"]) == median
    assert "Two year stays longer than Month-to-month" in told.verdict
    assert told.notes[0].startswith("All 1,869 who left did so on one day: the file says who left, not when.")
