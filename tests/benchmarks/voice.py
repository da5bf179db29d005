"""Feedback over so many answers: what each method of the API takes, over what SQL by hand takes for the same answer.
python -m tests.benchmarks.voice --answers 1000000
"""

from __future__ import annotations

import argparse
import gc
import math
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from cs_metrics.api.version import Version
from cs_metrics.workspace.store.database import cursor
from tests.benchmarks.voice_data import published
from tests.benchmarks.voice_questions import QUESTIONS, Figures, figures


def work_of(version: Version, name: str) -> tuple[Callable[[], pd.DataFrame], Callable[[], pd.DataFrame]]:
    """Return how the app answers a question, and how SQL by hand does."""
    question = QUESTIONS[name]
    con = cursor(version.workspace.folder.version(version.number))
    return lambda: question.ours(version), lambda: con.execute(question.sql).df()


def compared(name: str, frame: pd.DataFrame, by_hand: pd.DataFrame) -> tuple[Figures, Figures]:
    """Return the figures of both answers, those that the SQL has."""
    keys, columns = QUESTIONS[name].keys, list(by_hand.columns)
    return figures(frame, keys, columns), figures(by_hand, keys, columns)


def same(one: Figures, other: Figures) -> bool:
    """Return whether two answers are equal: sums in another order differ in the last digits."""
    return one.keys() == other.keys() and all(
        math.isclose(v, other[k], rel_tol=1e-9, abs_tol=1e-9) for k, v in one.items()
    )


def measure(version: Version, repeat: int, chosen: Sequence[str] = tuple(QUESTIONS)) -> Iterator[dict[str, Any]]:
    """For each question: seconds of the app and of SQL, how many figures, and whether they are equal."""
    for name in chosen:
        (app, frame), (sql, by_hand) = (_timed(work, repeat) for work in work_of(version, name))
        ours, theirs = compared(name, frame, by_hand)
        yield {"question": name, "app": app, "sql": sql, "figures": len(theirs), "equal": same(ours, theirs)}


def _timed(work: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    times, answer = [], None
    for _ in range(repeat):
        gc.collect()
        begun = time.perf_counter()
        answer = work()
        times.append(time.perf_counter() - begun)
    return min(times), answer


def main(arguments: list[str] | None = None) -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.voice", description=__doc__)
    parser.add_argument(
        "--answers", type=int, default=20_000, help="twice as many surveys sent, a tenth as many customers"
    )
    parser.add_argument("--repeat", type=int, default=2, help="runs of each question; the best counts")
    parser.add_argument(
        "--only", nargs="*", choices=list(QUESTIONS), default=list(QUESTIONS), help="the questions asked"
    )
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        version = published(Path(folder), asked.answers).version()
        print(f"{asked.answers:,} answers, published in {time.perf_counter() - begun:.0f} s.")
        print("Seconds of the app (its answer has intervals and tests, too) and of SQL by hand.\n")
        print(f"{'question':30}{'app':>8}{'SQL':>8}{'÷ SQL':>8}{'figures':>9}  equal")
        for line in measure(version, asked.repeat, asked.only):
            print(
                f"{line['question']:30}{line['app']:8.2f}{line['sql']:8.2f}{line['app'] / line['sql']:8.1f}"
                f"{line['figures']:9,}  {'yes' if line['equal'] else 'NO'}",
                flush=True,
            )


if __name__ == "__main__":
    main()
