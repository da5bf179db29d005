"""Fixtures that every test may use."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import postgres as servers

ROOT = Path(__file__).parents[1]
# Publishing the sample company takes a while: it is done once and kept from run to run, until its files or code change.
KEPT = ROOT / ".pytest_cache" / "workspaces"
os.environ.setdefault("CS_METRICS_HOME", str(KEPT))

REAL_DATA = Path(os.environ.get("CS_METRICS_REAL_DATA", Path(__file__).parents[2] / "shared" / "real-data"))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files that nobody on the project wrote; it lies beside the checkout, never in it."""
    if not REAL_DATA.is_dir():
        pytest.skip(f"no real files at {REAL_DATA}: set CS_METRICS_REAL_DATA to their folder")
    return REAL_DATA


@pytest.fixture(scope="session")
def sample_into() -> Callable[[Path], None]:
    """Return a function that puts the published sample company into a folder of workspaces of a test's own."""

    def put(home: Path) -> None:
        import cs_metrics as cs

        before = os.environ["CS_METRICS_HOME"]
        os.environ["CS_METRICS_HOME"] = str(KEPT)
        try:
            built = cs.sample().path
        finally:
            os.environ["CS_METRICS_HOME"] = before
        home.mkdir(parents=True, exist_ok=True)
        draft = home / f".sample-{os.getpid()}"
        shutil.copytree(built, draft, ignore=_but_the_newest)
        try:
            draft.rename(home / "sample")
        except OSError:  # another worker was faster
            shutil.rmtree(draft)

    return put


def _but_the_newest(folder: str, names: list[str]) -> set[str]:
    """What is not copied: locks, and earlier versions of the sample, which each change of its generator adds to."""
    numbers = sorted({name[:4] for name in names if name[:4].isdigit() and ".duckdb" in name})
    old = {name for name in names if name[:4] in numbers[:-1]} if Path(folder).name == "versions" else set()
    return old | shutil.ignore_patterns("*.lock", "staging-*")(folder, names)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    """A function that makes an empty PostgreSQL database and returns its URL."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'cs-metrics[postgres]'")
    try:
        with servers.running() as made:
            yield made
    except servers.MissingError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def shared_database(postgres: Callable[[], str]) -> str:
    """The URL of a PostgreSQL database that many tests share: each has workspaces of its own."""
    return postgres()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database of the workspaces of a test, which runs once for each: "sqlite", a file in each of them, and
    "postgres", one that they share."""
    if request.param == "sqlite":
        monkeypatch.delenv("CS_METRICS_DATABASE_URL", raising=False)
    else:
        monkeypatch.setenv("CS_METRICS_DATABASE_URL", request.getfixturevalue("shared_database"))
    return str(request.param)
