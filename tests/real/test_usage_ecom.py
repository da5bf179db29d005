"""31,106 events of a shop's visitors: sessions and daily users against a second count in pandas."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import cs_metrics as cs

FEBRUARY, MARCH = pd.Timestamp("2024-02-01"), pd.Timestamp("2024-03-01")


@pytest.fixture(scope="module")
def events(real_data: Path) -> pd.DataFrame:
    return pd.read_csv(real_data / "usage_ecom" / "ecom.csv.gz", parse_dates=["timestamp"])


@pytest.fixture(scope="module")
def version(events: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> cs.Version:
    folder = tmp_path_factory.mktemp("ecom")
    events.to_csv(folder / "ecom.csv", index=False)
    workspace = cs.Workspace(folder / "workspace")
    return workspace.publish(workspace.read([folder / "ecom.csv"]), mode="replace")


def february(version: cs.Version, kpi: str) -> pd.Series:
    return version.kpi(kpi, grain="month", since="2024-02-01", until="2024-03-01").iloc[0]


@pytest.fixture(scope="module")
def sessions(events: pd.DataFrame) -> pd.Series:
    """Hours of the sessions that start in February, by user and session."""
    spans = events.groupby(["user_id", "session_id"])["timestamp"].agg(["min", "max"])
    assert (spans["max"] - spans["min"]).max() < pd.Timedelta(days=1)  # so none is split
    started = spans[(spans["min"] >= FEBRUARY) & (spans["min"] < MARCH)]
    return (started["max"] - started["min"]).dt.total_seconds() / 3600


def test_session_duration(version: cs.Version, sessions: pd.Series) -> None:
    cell = february(version, "average_session_duration")
    assert (cell["value"], cell["n"]) == (pytest.approx(sessions.mean()), len(sessions))


def test_time_on_platform_and_daily_users(version: cs.Version, events: pd.DataFrame, sessions: pd.Series) -> None:
    seen = events[(events["timestamp"] >= FEBRUARY) & (events["timestamp"] < MARCH)]
    users = seen["user_id"].nunique()
    user_days = len(seen.assign(day=seen["timestamp"].dt.normalize()).drop_duplicates(["user_id", "day"]))
    assert february(version, "average_time_on_platform")["value"] == pytest.approx(sessions.sum() / users)
    assert february(version, "daily_active_users")["value"] == pytest.approx(user_days / 29)
    assert february(version, "stickiness")["value"] == pytest.approx(user_days / 29 / users)
