"""Kill the server with SIGKILL at random moments of what people do, and see that nothing acknowledged is lost and
nothing half-done is seen: `python -m tests.kill`.

Each operation is done by the app's own server (`server.py` as it is shipped, with a route more by which it is told what
to do: `tests/kill/driven.py`). Ends with 1 where anything was lost or half-done.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.kill.commands import COMMANDS
from tests.kill.killing import Killing, table
from tests.kill.trials import SERVED

WEIGHTS = {"publish": 4, "share": 4, "edit": 5}  # how many of them come for each two of another kind


def kinds(runs: int) -> list[str]:
    """Return the kind of each run: the kinds take turns, those of the server more often."""
    turn = [kind for kind in (*SERVED, *COMMANDS) for _ in range(WEIGHTS.get(kind, 2))]
    spread = sorted(range(len(turn)), key=lambda place: place * 7 % len(turn))
    return [turn[spread[run % len(turn)]] for run in range(runs)]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kill", description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="how often the server is killed")
    parser.add_argument("--seed", type=int, default=1, help="of the moments and of what is done")
    parser.add_argument("--only", choices=[*SERVED, *COMMANDS], help="one kind of operation")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="cs-metrics-kill-"))
    os.environ["CS_METRICS_HOME"] = str(folder / "home")
    began = time.monotonic()
    with Killing(folder, options.seed) as killing:
        for run, kind in enumerate([options.only] * options.runs if options.only else kinds(options.runs), start=1):
            faults = killing.kill(kind)
            hits = dict(killing.rows[kind].hits)
            print(f"{run:>4} {time.monotonic() - began:>6.0f} s  {kind}: {hits}", *faults, sep="\n     ", flush=True)
        wrong = killing.last()
    print(table(killing.rows.values()))
    print(f"{killing.told} more operations were acknowledged; seed {options.seed}; {time.monotonic() - began:.0f} s.")
    print("\n".join(wrong) or "Every number of every version is what it was, to the digit; nothing is left behind.")
    faulty = wrong or any(row.lost or row.halves for row in killing.rows.values())
    if faulty:
        print(f"The workspaces and the journal are in {folder}.")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main())
