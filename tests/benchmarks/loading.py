"""What reading and loading a file take, over what the plain reader of its format and pandas take on the same file.

Each means runs in a process of its own: seconds, seconds of processor, and the peak of memory with that of the
processes it starts. Libraries are imported where they are used, so that none pays for another's.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "order_id", "customer_id", "ordered_at", "amount", "quantity", "product", "kind", "currency",
    "channel", "warehouse", "discount_code", "paid_with",
)  # fmt: skip
MEANS = ("reading", "loading", "plain reader", "pandas")
_CHUNK = 50_000
_PRODUCTS = ("Basic", "Plus, with help", "Team", "Enterprise")
_PLACES = ("Graz", "Köln", "Oslo", "Porto")


def chunks(rows: int) -> Iterator[pd.DataFrame]:
    """Yield orders, seeded, so many rows at a time that memory does not grow with them."""
    import numpy as np
    import pandas as pd

    for start in range(0, rows, _CHUNK):
        rng, n = np.random.default_rng(start), min(_CHUNK, rows - start)
        days = [(date(2024, 1, 1) + timedelta(days=d)).isoformat() for d in range(700)]
        columns = (
            [f"O{i:08d}" for i in range(start, start + n)],
            [f"C{i:06d}" for i in rng.integers(0, max(10, rows // 20), n)],
            np.array(days)[rng.integers(0, 700, n)],
            rng.integers(100, 100_000, n) / 100,
            rng.integers(1, 9, n),
            np.array(_PRODUCTS)[rng.integers(0, 4, n)],
            np.array(["new", "repeat", "upsell"])[rng.integers(0, 3, n)],
            np.repeat("EUR", n),
            np.array(["web", "shop", "partner"])[rng.integers(0, 3, n)],
            np.array(_PLACES)[rng.integers(0, 4, n)],
            np.where(rng.random(n) < 0.8, "", "SPRING"),
            np.array(["card", "invoice"])[rng.integers(0, 2, n)],
        )
        yield pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def write(path: Path, rows: int) -> None:
    """Write the orders as CSV or as XLSX, by the ending of `path`."""
    if path.suffix == ".csv":
        for place, part in enumerate(chunks(rows)):
            part.to_csv(path, mode="a", header=place == 0, index=False)
        return
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Orders")
        sheet.write_row(0, 0, COLUMNS)
        number = 0
        for part in chunks(rows):
            for row in part.itertuples(index=False):
                number += 1
                sheet.write_row(number, 0, row)


def reading(path: Path, folder: Path) -> int:
    """Read the file's sheets as the app does."""
    from cs_metrics.ingest.reading.files import read_files

    read = read_files([path])
    read.raise_failures()
    return read.sheets[0].rows


def loading(path: Path, folder: Path) -> int:
    """Read, map and publish the file as the app does: checks, facts and the account of every row among it."""
    from cs_metrics.api.workspace import Workspace
    from cs_metrics.errors import FileError

    workspace = Workspace(folder / "workspace")
    plan = workspace.read([path])
    if not plan.ready:
        raise FileError(f"{path.name} has open questions.")
    version = workspace.publish(plan)
    assert version.published is not None
    return int(version.published.loads[0]["loaded"])


def plain(path: Path, folder: Path) -> int:
    """Put the file into a table on disk by its format's own reader, which checks and knows nothing."""
    import duckdb

    with duckdb.connect(str(folder / "plain.duckdb")) as con:
        if path.suffix == ".csv":
            con.execute("CREATE TABLE orders AS SELECT * FROM read_csv($1)", [str(path)])
        else:
            import fastexcel

            con.register("sheet", fastexcel.read_excel(str(path)).load_sheet(0).to_arrow())
            con.execute("CREATE TABLE orders AS SELECT * FROM sheet")
        return int(con.execute("SELECT count(*) FROM orders").fetchall()[0][0])


def frame(path: Path, folder: Path) -> int:
    """Read the file with pandas."""
    import pandas as pd

    if path.suffix == ".csv":
        return len(pd.read_csv(path, parse_dates=["ordered_at"]))
    return len(pd.read_excel(path))


WORK: dict[str, Callable[[Path, Path], int]] = dict(zip(MEANS, (reading, loading, plain, frame), strict=True))


def one(means: str, path: Path, folder: Path) -> dict[str, float]:
    """Do it here; return seconds, processor seconds, MB (this process's peak, and the largest of those it started) and
    rows."""
    begun = time.perf_counter()
    rows = WORK[means](path, folder)
    seconds = time.perf_counter() - begun
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return {
        "seconds": seconds,
        "processor": sum(u.ru_utime + u.ru_stime for u in used),
        "MB": sum(u.ru_maxrss for u in used) / unit,
        "rows": rows,
    }


def measure(path: Path, folder: Path, means: tuple[str, ...] = MEANS) -> pd.DataFrame:
    """Return seconds, seconds of processor, MB and rows by means, each from a process of its own."""
    import pandas as pd

    found = {}
    for name in means:
        with tempfile.TemporaryDirectory(dir=folder) as place:
            command = [sys.executable, "-m", "tests.benchmarks.loading", "--one", name, str(path), place]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            found[name] = json.loads(done.stdout.splitlines()[-1])
    return pd.DataFrame(found).T


def ratios(found: pd.DataFrame) -> pd.DataFrame:
    """What the app takes over what the plain reader and pandas take."""
    import pandas as pd

    taken = ["seconds", "processor", "MB"]
    lines = {
        f"{ours} ÷ {other}": found.loc[ours, taken] / found.loc[other, taken]
        for ours in MEANS[:2]
        for other in MEANS[2:]
    }
    return pd.DataFrame(lines).T.rename(columns={"seconds": "time", "MB": "memory"})


def main(arguments: list[str] | None = None) -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.loading", description=__doc__)
    parser.add_argument("--csv", type=int, default=1_000_000, help="rows of the CSV, of 12 columns")
    parser.add_argument("--xlsx", type=int, default=200_000, help="rows of the XLSX, of 12 columns")
    parser.add_argument("--absolute", action="store_true", help="also what each took on this machine")
    parser.add_argument("--one", nargs=3, metavar=("MEANS", "FILE", "FOLDER"), help=argparse.SUPPRESS)
    parser.add_argument("--write", nargs=2, metavar=("FILE", "ROWS"), help="only write such a file, .csv or .xlsx")
    asked = parser.parse_args(arguments)
    if asked.one:
        means, path, place = asked.one
        print(json.dumps(one(means, Path(path), Path(place))))
        return
    if asked.write:
        write(Path(asked.write[0]), int(asked.write[1]))
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name, rows in (("orders.csv", asked.csv), ("orders.xlsx", asked.xlsx)):
            path = folder / name
            # in a process of its own: a child's peak counts from that of its parent
            command = [sys.executable, "-m", "tests.benchmarks.loading", "--write", str(path), str(rows)]
            subprocess.run(command, check=True)
            found = measure(path, folder)
            size = path.stat().st_size / 2**20
            print(f"\n{rows:,} rows x {len(COLUMNS)} columns as {path.suffix[1:].upper()}, {size:,.0f} MB\n")
            print(ratios(found).map(lambda r: f"{r:,.2f}").to_string())
            if asked.absolute:
                print("\n" + found.map(lambda v: f"{v:,.1f}").to_string())
            path.unlink()
    print("\nBelow 1: the app takes less. Loading maps, checks and publishes with all facts; the others only read.")


if __name__ == "__main__":
    main()
