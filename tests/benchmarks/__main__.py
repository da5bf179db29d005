"""What the app takes, over what other means take on the same data.

--rows 1000000: publishing, ten KPIs and a triangle, beside hand-written SQL, pandas and a bare scan.
--customers 1000000: one request for all KPIs by month, beside a bare scan of the facts that it reads.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from cs_metrics import facts
from cs_metrics.analysis import retention
from cs_metrics.api.sample import sample
from cs_metrics.kpis import CATALOGUE, Slice, compute
from cs_metrics.settings import resolve
from cs_metrics.workspace.publish.publishing import Request, publish
from cs_metrics.workspace.store.database import cursor
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.progress import Progress
from tests.benchmarks import all_kpis, by_hand, by_pandas, multiplied
from tests.benchmarks.generate import AS_OF, SINCE, Rows, company

# the facts of so many customers are built; of more they are copied: what a request costs hangs on how many rows the
# facts have, not on how they came to be
BUILT = 20_000
SETTINGS = resolve({"fresh_days": 3650})
SIZE = "large"
WHERE = {"company_size": [SIZE]}
KEEP = f"company_size = '{SIZE}'"
STEPS = (
    "publish",
    "ten KPIs by month and region",
    "the same with another filter",
    "a retention triangle",
    "the triangle with another filter",
)


def published(folder: Path, loads: list[Rows]) -> Path:
    """Publish the loads into a new workspace; return the version's file."""
    place = Folder(folder)
    request = Request(mode="append", settings=SETTINGS, build=facts.build)
    done = publish(place, loads, request, Progress())
    return place.version(done.number)


def ten_kpis(con: duckdb.DuckDBPyConnection, where: dict[str, Any] | None = None) -> pd.DataFrame:
    asked = Slice.of("month", "region", where, SINCE, AS_OF)
    return compute(con, list(by_hand.SQL), asked, SETTINGS, AS_OF)


def triangle(con: duckdb.DuckDBPyConnection, where: dict[str, Any] | None = None) -> pd.DataFrame:
    return retention(con, SETTINGS, AS_OF, where=where)


def _best(work: Callable[[], Any], repeat: int) -> float:
    times = []
    for _ in range(repeat):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def measure(rows: int, repeat: int, folder: Path) -> pd.DataFrame:
    """Seconds by step (rows) and means (columns): the best of `repeat` runs on the same data."""
    loads = company(rows)
    arrow = {load.table: load.rows for load in loads}
    frames = by_pandas.frames_of(arrow)
    places = iter(range(1_000))
    publishing = _best(lambda: published(folder / f"w{next(places)}", loads), 1)
    con = cursor(Folder(folder / "w0").version(1))
    lines = {
        STEPS[0]: [
            publishing,
            _best(lambda: by_hand.load(arrow, folder / f"h{next(places)}"), repeat),
            _best(lambda: by_pandas.load(arrow, folder), repeat),
            _best(lambda: by_hand.scan(con), repeat),
        ]
    }
    questions: dict[str, tuple[Callable[[], Any], ...]] = {
        STEPS[1]: (lambda: ten_kpis(con), lambda: by_hand.kpis(con), lambda: by_pandas.kpis(frames)),
        STEPS[2]: (
            lambda: ten_kpis(con, WHERE),
            lambda: by_hand.kpis(con, KEEP),
            lambda: by_pandas.kpis(frames, SIZE),
        ),
        STEPS[3]: (lambda: triangle(con), lambda: by_hand.triangle(con), lambda: by_pandas.triangle(frames)),
        STEPS[4]: (
            lambda: triangle(con, WHERE),
            lambda: by_hand.triangle(con, KEEP),
            lambda: by_pandas.triangle(frames, SIZE),
        ),
    }
    for step, means in questions.items():
        # a triangle looks at orders alone
        looked = by_hand.SCAN if "KPI" in step or "same" in step else by_hand.SCAN[1:2]
        scan = _best(lambda looked=looked: by_hand.scan(con, looked), repeat)  # type: ignore[misc]
        lines[step] = [*(_best(work, repeat) for work in means), scan]
    return pd.DataFrame(lines, index=["app", "hand-written SQL", "pandas", "bare scan"]).T


def ratios(seconds: pd.DataFrame) -> pd.DataFrame:
    """What the app takes over what each of the others takes."""
    return seconds.drop(columns="app").rdiv(seconds["app"], axis=0).rename(columns=lambda name: f"÷ {name}")


def one_request(customers: int, repeat: int, folder: Path) -> str:
    """What one request for all KPIs takes, over one scan of what it reads, of the sample company many times over."""
    own = sample()
    con = multiplied.multiply(own.folder.version(max(own.numbers())), folder, min(customers, BUILT))
    multiplied.build_facts(con)
    if customers > BUILT:
        built = multiplied.rows(con, "customers")
        con.close()
        con = multiplied.copied(folder / multiplied.FILE, folder / "many", -(-customers // built))
    answers: list[tuple[pd.DataFrame, all_kpis.Watched]] = []

    def request() -> None:
        watched = all_kpis.Watched(con)
        answers.append((all_kpis.ask(watched), watched))

    asked = _best(request, repeat)
    values, watched = answers[-1]
    read = watched.read()
    scanned = _best(lambda: all_kpis.scan(con, read), repeat)
    ratio = asked / scanned
    rows = sum(multiplied.rows(con, table) for table in read)
    people = multiplied.rows(con, "customers")
    con.close()
    kpis = values.loc[values["item"].isna() & values["value"].notna(), "kpi"].nunique()
    return (
        f"{kpis} KPIs of {len(CATALOGUE)} have a value in one request by month over {all_kpis.MONTHS} months.\n"
        f"It makes {len(watched.statements)} statements over {len(read)} facts with {rows:,} rows, "
        f"of {people:,} customers.\n"
        f"It takes {ratio:,.1f} times one bare scan of these facts, every column of each once: "
        f"{ratio / kpis:,.2f} scans a KPI."
    )


def main(arguments: list[str] | None = None) -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--rows", type=int, default=200_000, help="events; a fifth as many orders, a hundredth customers"
    )
    parser.add_argument(
        "--customers", type=int, help="ask for all KPIs of the sample company, multiplied to at least so many customers"
    )
    parser.add_argument("--repeat", type=int, default=3, help="runs of each question; the best counts")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        if asked.customers:
            print(one_request(asked.customers, asked.repeat, Path(folder)))
            return
        seconds = measure(asked.rows, asked.repeat, Path(folder))
    shown = ratios(seconds).map(lambda r: f"{r:,.2f}")
    print(f"{asked.rows:,} events. What the app takes, over what the other takes (below 1: the app is faster).\n")
    print(shown.to_string())
    print(
        "\nPublishing is held against writing the rows to a DuckDB file or to Parquet; pandas has its frames in memory."
    )


if __name__ == "__main__":
    main()
