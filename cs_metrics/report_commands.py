"""The command that writes a report into a file, so that cron and a mailer can send it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cs_metrics.api.sample import sample
from cs_metrics.api.workspace import Workspace
from cs_metrics.errors import QueryError, WorkspaceError
from cs_metrics.printing import print_json, write_file
from cs_metrics.reports.brief import KINDS, Report, mark

SUFFIXES = (".html", ".pdf", ".xlsx")


def add(commands: Any) -> None:
    """Add it to the parser's commands."""
    help = "write the weekly, monthly or quarterly report as HTML, PDF or XLSX"
    command = commands.add_parser("report", help=help, description=help)
    command.set_defaults(command=_report)
    place = command.add_mutually_exclusive_group(required=True)
    place.add_argument("--workspace", "-w", metavar="FOLDER", help="a workspace")
    place.add_argument("--sample", action="store_true", help="the sample company")
    command.add_argument("--version", type=int, metavar="N", help="an earlier version (default: the latest)")
    command.add_argument("--kind", default="monthly", help=f"{', '.join(KINDS)} (default: monthly)")
    command.add_argument(
        "--period", metavar="PERIOD", help="2026-03, 2026-Q1 or a day of the week (default: the last one that is over)"
    )
    command.add_argument("--generated", action="store_true", help="without what people wrote into the report")
    command.add_argument("--out", metavar="FILE", required=True, help="the file to write: .html, .pdf or .xlsx")
    command.add_argument("--where", metavar="JSON", help='such as {"plan": ["Pro", "Team"]}')
    command.add_argument("--as-of", metavar="DATE", help="the instant up to which the data count")
    command.add_argument("--json", action="store_true", help="print what the report says as JSON")


def _report(options: argparse.Namespace) -> int:
    target = Path(options.out)
    write = _writer(target)
    if not target.parent.is_dir():
        raise WorkspaceError(f"{target} cannot be written: there is no folder {target.parent}. Name one that is there.")
    version = (sample() if options.sample else Workspace.open(options.workspace)).version(options.version)
    report = version.report(
        options.kind, period=options.period, where=_where(options.where), as_of=options.as_of,
        edited=not options.generated,
    )  # fmt: skip
    write_file(target, write(report))
    if options.json:
        print_json(_said(target, report))
    else:
        print(f"{target} has the {options.kind} report on {report.about['Period']}.")
    return 0


def _writer(target: Path) -> Callable[[Report], bytes]:
    """Return what makes the file, by how its name ends. What draws is loaded only where it is needed."""
    if target.suffix == ".html":
        from cs_metrics.reports import page

        return lambda report: page.html(report).encode()
    if target.suffix == ".pdf":
        from cs_metrics.reports import printed

        return printed.pdf
    if target.suffix == ".xlsx":
        from cs_metrics.reports import book

        return book.xlsx
    raise QueryError(
        f"--out {target.name}: a report is written as {', '.join(SUFFIXES)}. End the name with one of them."
    )


def _where(text: str | None) -> dict[str, Any] | None:
    try:
        found = json.loads(text) if text else None
    except ValueError as error:
        raise QueryError(f"--where is not JSON: {error}") from None
    if found is not None and not isinstance(found, dict):
        raise QueryError('--where is an object, such as {"plan": ["Pro"]}.')
    return found


def _said(target: Path, report: Report) -> dict[str, Any]:
    sections = {section.id: [sentence.text for sentence in section.sentences] for section in report.sections}
    written = {s.id: {"text": s.words.text, "mark": mark(s)} for s in report.sections if s.words}
    told = {"file": str(target), "kind": report.kind, "about": dict(report.about), "sections": sections}
    return {**told, "written": written}
