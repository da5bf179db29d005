"""A PostgreSQL of the tests' own: made in a folder that goes with it, on a socket that nobody else can reach.

It needs PostgreSQL's own programs: those on the path, or where Debian puts them. PostgreSQL does not run as root; where
the tests do, it runs as the user `postgres`, whom Debian's package makes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

USER = "postgres"
# what it holds is thrown away: nothing need reach a disk
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "300",
         "listen_addresses": "", "shared_buffers": "16MB", "max_wal_size": "64MB", "autovacuum": "off"}  # fmt: skip


class MissingError(Exception):
    """There is no PostgreSQL here, or none that can run; the text says why."""


def programs() -> Path:
    """Return the folder of PostgreSQL's programs. Raises MissingError."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3].split(".")[0]))
    if not versions:
        raise MissingError("PostgreSQL is not on this machine: install it (on Debian: apt install postgresql)")
    return versions[-1].parent


@contextmanager
def running(**settings: str) -> Iterator[Callable[[], str]]:
    """Run a PostgreSQL until the block ends; give a function that makes an empty database and returns its URL.

    `settings`: those of the server that differ from QUICK. Raises MissingError.
    """
    own, bin_ = _own_user(), programs()
    folder = Path(tempfile.mkdtemp(prefix="cs-metrics-pg-"))
    try:
        if own:
            shutil.chown(folder, USER)
        data = folder / "data"
        _run([*own, str(bin_ / "initdb"), "-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N"])
        said = " ".join(f"-c {name}={value!r}" for name, value in {**QUICK, **settings}.items())
        control = [*own, str(bin_ / "pg_ctl"), "-D", str(data), "-w"]
        _run([*control, "-o", f"-k {folder} {said}", "-l", str(folder / "log"), "start"])
        try:
            yield lambda: _database(folder)
        finally:
            _run([*control, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _database(folder: Path) -> str:
    import psycopg

    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(f"host={folder} user={USER} dbname={USER}", autocommit=True) as con:
        con.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload, unused-ignore]
    return f"postgresql+psycopg://{USER}@/{name}?host={folder}"


def _own_user() -> list[str]:
    """Return what runs a command as a user that PostgreSQL accepts."""
    if os.geteuid() != 0:
        return []
    if subprocess.run(["id", USER], capture_output=True).returncode or not shutil.which("runuser"):
        raise MissingError(f"the tests run as root, which PostgreSQL refuses, and there is no user '{USER}'")
    return ["runuser", "-u", USER, "--"]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise MissingError(f"PostgreSQL does not run here: {(done.stderr or done.stdout).strip()[-300:]}")
