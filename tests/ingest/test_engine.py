"""The DuckDB that reads texts has no way out, and limits of its own."""

from __future__ import annotations

import stat
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from cs_metrics.ingest.types.engine import query


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('/etc/hosts')",
        "SELECT * FROM '/etc/hosts'",
        "ATTACH '/tmp/other.duckdb'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
    ],
)
def test_nothing_gets_out_of_the_reader(statement: str) -> None:
    with pytest.raises(duckdb.Error):
        query(statement)


def test_the_reader_has_limits_on_memory_and_disk_and_a_folder_that_nobody_else_reads() -> None:
    names = ("memory_limit", "max_temp_directory_size", "temp_directory")
    shown = query("SELECT " + ", ".join(f"current_setting('{n}') AS {n}" for n in names)).to_pylist()[0]
    assert shown["memory_limit"] == "1.8 GiB"
    assert shown["max_temp_directory_size"] == "7.4 GiB"
    assert stat.S_IMODE(Path(shown["temp_directory"]).stat().st_mode) == 0o700


def test_python_variables_are_not_tables() -> None:
    secret = pa.table({"n": [1]})  # noqa: F841
    with pytest.raises(duckdb.Error):
        query("SELECT * FROM secret")
