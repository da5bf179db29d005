"""What every DuckDB connection of the project has in common: limits, and no way out to files, network or extensions."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import tempfile
from functools import cache

import duckdb

from cs_metrics.errors import LimitError

MEMORY_LIMIT, TEMP_LIMIT, QUERY_SECONDS = "2GB", "8GB", "120"

# What a thread needs to work on rows that do not fit into memory.
_THREAD_BYTES = 128 << 20

Config = dict[str, str | bool | int | float | list[str]]


def memory_limit() -> str:
    """Return how much memory a connection may take: $CS_METRICS_MEMORY_LIMIT, or 2GB."""
    return os.environ.get("CS_METRICS_MEMORY_LIMIT", MEMORY_LIMIT)


def memory_bytes() -> int:
    """Return `memory_limit` in bytes; LimitError for one that is no amount of memory."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)I?B?\s*", memory_limit().upper())
    if found is None or not float(found[1]):
        raise LimitError(f"CS_METRICS_MEMORY_LIMIT is {memory_limit()!r}; it takes an amount such as 512MB or 2GB.")
    return int(float(found[1]) * 1024 ** " KMGT".index(found[2] or " "))


def temp_limit() -> str:
    """Return how much of the disk a connection may take beside its memory: $CS_METRICS_TEMP_LIMIT, or 8GB."""
    return os.environ.get("CS_METRICS_TEMP_LIMIT", TEMP_LIMIT)


def more_memory() -> str:
    """Return what to do where memory and disk do not suffice, in a sentence."""
    return (
        f"Split the file, or raise CS_METRICS_MEMORY_LIMIT ({memory_limit()} of memory) or CS_METRICS_TEMP_LIMIT "
        f"({temp_limit()} of the disk)."
    )


def query_seconds() -> str:
    """Return how many seconds a question may take: $CS_METRICS_QUERY_SECONDS, or 120."""
    return os.environ.get("CS_METRICS_QUERY_SECONDS", QUERY_SECONDS)


def config(*, limit_time: bool = False) -> Config:
    """Return the configuration to open a connection with; `limit_time` ends a statement that takes too long."""
    found: Config = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "allow_persistent_secrets": "false",
        "python_enable_replacements": "false",
        "memory_limit": memory_limit(),
        "max_temp_directory_size": temp_limit(),
        "temp_directory": spill_folder(),
    }
    if limit_time:
        found["max_execution_time"] = str(int(float(query_seconds()) * 1000))
    return found


def fewer_threads(con: duckdb.DuckDBPyConnection) -> None:
    """Let a connection work with no more threads than its memory suffices for: each of them holds rows of its own."""
    most = max(1, memory_bytes() // _THREAD_BYTES)
    if con.execute("SELECT current_setting('threads')").fetchall()[0][0] > most:
        con.execute(f"SET threads = {most}")


def lock(con: duckdb.DuckDBPyConnection) -> None:
    """From here on the connection reaches no file, no network, no extension, and cannot undo that."""
    if con.execute("SELECT current_setting('lock_configuration')").fetchall() == [(True,)]:
        return  # the instance lives on in somebody's cursor, and is locked already
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET enable_progress_bar = false")  # it would be printed into the command line's JSON
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")


@cache
def spill_folder() -> str:
    """Return the folder for what does not fit into memory: this process's own, which no other user may read."""
    folder = tempfile.mkdtemp(prefix="cs-metrics-spill-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
