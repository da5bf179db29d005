"""The deals of a CRM whose amounts are 0 for every lost deal and blank for every open one."""

from __future__ import annotations

from pathlib import Path

import cs_metrics as cs


def test_a_column_that_gives_the_end_away_makes_no_prediction(real_data: Path, tmp_path: Path) -> None:
    workspace = cs.Workspace(tmp_path / "crm")
    folder = real_data / "crm_opportunities"
    version = workspace.publish(workspace.read([folder / "accounts.csv", folder / "sales_pipeline.csv"]))
    judged = version.model("win_prediction")
    assert not judged.usable
    assert "'amount'" in judged.reason
    said = version.kpi("win_prediction").iloc[0]
    assert said["value"] != said["value"]
    assert "Withheld" in said["note"]
    assert round(float(version.kpi("win_rate").iloc[0]["value"]), 3) == 0.632
