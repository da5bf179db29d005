"""The commands that take data away for good: erase (one customer), delete (a whole workspace)."""

from __future__ import annotations

import argparse
import json
from typing import Any

from cs_metrics.api.workspace import Workspace
from cs_metrics.workspace.erasing.deleting import Deleted
from cs_metrics.workspace.erasing.one_customer import Erased


def add(commands: Any) -> None:
    """Add the two to the parser's commands."""
    erase = _command(
        commands,
        "erase",
        _erase,
        "erase a customer from uploads, versions, caches and notes; without --yes: say what goes",
    )
    erase.add_argument(
        "customer", nargs="+", metavar="CUSTOMER_ID", help="the customer's id; further ids of the same one"
    )
    erase.add_argument("--reason", default="", help="kept with the proof, without the customer's name")
    _command(commands, "delete", _delete, "delete a whole workspace for good; without --yes: say what goes")


def _command(commands: Any, name: str, run: Any, help: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=help, description=help)
    command.set_defaults(command=run)
    command.add_argument("--workspace", "-w", metavar="FOLDER", required=True, help="the workspace")
    command.add_argument("--yes", action="store_true", help="do it; nobody can undo it")
    command.add_argument("--json", action="store_true", help="print the proof as JSON")
    return command


def _erase(options: argparse.Namespace) -> int:
    workspace = Workspace.open(options.workspace)
    first, *others = options.customer
    if options.yes:
        done = workspace.erase_customer(first, ids=others, reason=options.reason)
    else:
        done = workspace.erasure(first, ids=others)
    _print(done, options)
    if not options.json and not options.yes:
        print("Nothing is erased yet: say --yes to do it. Nobody can undo it.")
    return 0


def _delete(options: argparse.Namespace) -> int:
    workspace = Workspace.open(options.workspace)
    done = workspace.delete() if options.yes else workspace.deletion()
    _print(done, options)
    if not options.json and not options.yes:
        print("Nothing is deleted yet: say --yes to do it. Nobody can undo it.")
    return 0


def _print(done: Erased | Deleted, options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps(done.to_json(), indent=1, ensure_ascii=False))
        return
    for row in done.went:
        print(f"{row['where']}: {row['count']:,} {row['what']}{_size(row)}")
    if isinstance(done, Erased):
        for row in done.look_at:
            print(f"To look at: {row['count']:,} {row['where']}, {row['what']}")
        if done.links:
            print(f"Frozen links that show a version which changes, and say so: {', '.join(done.links)}")
    for sentence in done.advice if options.yes else ():
        print(sentence)


def _size(row: dict[str, Any]) -> str:
    return f", {row['bytes']:,} bytes" if "bytes" in row else ""
