"""The benchmark of loading runs, and all its means find the same rows: no time is asserted."""

from __future__ import annotations

import pytest

from tests.benchmarks import loading

ROWS = 400


@pytest.fixture(params=["orders.csv", "orders.xlsx"])
def path(request, tmp_path):
    loading.write(tmp_path / request.param, ROWS)
    return tmp_path / request.param


def test_every_means_finds_every_row(path, tmp_path):
    found = {means: loading.one(means, path, tmp_path) for means in loading.MEANS}
    assert {means: one["rows"] for means, one in found.items()} == dict.fromkeys(loading.MEANS, ROWS)
    assert all(one["seconds"] > 0 and one["MB"] > 0 for one in found.values())


def test_a_process_of_its_own_is_measured_as_a_ratio(tmp_path):
    loading.write(tmp_path / "orders.csv", ROWS)
    found = loading.measure(tmp_path / "orders.csv", tmp_path, ("plain reader", "pandas"))
    assert found["rows"].tolist() == [ROWS, ROWS]
    for ours in ("reading", "loading"):
        found.loc[ours] = 2 * found.loc["pandas"]
    shown = loading.ratios(found)
    assert shown.loc["loading ÷ pandas"].tolist() == [2.0, 2.0, 2.0]
