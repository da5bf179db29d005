"""The command that says what rules did at a publish, so that cron and a mailer can send it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cs_metrics.api.workspace import Workspace
from cs_metrics.printing import print_json, write_file
from cs_metrics.reports import digest


def add(commands: Any) -> None:
    """Add it to the parser's commands."""
    help = "say which rules fired at a publish, and the to-dos that they opened"
    command = commands.add_parser("digest", help=help, description=help)
    command.set_defaults(command=_digest)
    command.add_argument("--workspace", "-w", metavar="FOLDER", required=True, help="a workspace")
    command.add_argument("--version", type=int, metavar="N", help="an earlier version (default: the latest)")
    command.add_argument("--html", metavar="FILE", help="write it as an HTML page instead of printing it")
    command.add_argument("--evaluate", action="store_true", help="evaluate the rules that are on first")
    command.add_argument("--json", action="store_true", help="print JSON")


def _digest(options: argparse.Namespace) -> int:
    workspace = Workspace.open(options.workspace)
    if options.evaluate:
        workspace.evaluate_rules()
    found = workspace.digest(options.version)
    if options.html:
        write_file(Path(options.html), digest.html(found).encode())
    if options.json:
        print_json(found)
    elif options.html:
        print(f"{options.html} has the digest of version {found['version']}.")
    else:
        print(digest.text(found), end="")
    return 0
