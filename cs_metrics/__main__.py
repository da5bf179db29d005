"""The command line: python -m cs_metrics load | kpi | retention | sql | compare | check, in the library's words;
report (see report_commands.py); digest (see rule_commands.py); people (see people_commands.py);
export | import | backup | restore (see archive_commands.py); erase | delete (see erasing_commands.py)."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

import cs_metrics as cs
from cs_metrics import archive_commands, erasing_commands, people_commands, report_commands, rule_commands
from cs_metrics.api.answering.empty import check_kpis
from cs_metrics.api.keeping import choices
from cs_metrics.presets import preset
from cs_metrics.printing import print_json, print_table, records, show

OK, FAILED = 0, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code: 0, or 2 with one sentence on stderr."""
    options = parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except cs.CSMetricsError as error:
        print(f"cs_metrics: {error}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:  # the reader (head, less) has seen enough
        sys.stderr.close()
        return OK


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    top = argparse.ArgumentParser(prog="python -m cs_metrics", description=cs.__doc__)
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")

    load = _command(commands, "load", _load, "read files, publish them, say what was loaded")
    formats = "CSV, fixed width, XLSX, XLS, ODS, Parquet or JSON, also .gz and .zip"
    load.add_argument("files", nargs="+", metavar="FILE", help=formats)
    load.add_argument("--mode", default="append", help="append (default), replace or upsert")
    load.add_argument("--map", metavar="FILE", help='choices as JSON: {"file.csv": {"table": ..., "mapping": {...}}}')
    load.add_argument("--answer", action="append", default=[], metavar="ID=VALUE", help="answer an open question")
    load.add_argument("--note", default="", help="a note kept with the version")
    load.add_argument("--dated", metavar="DATE", help="the day that the files describe (default: today)")
    load.add_argument("--dry-run", action="store_true", help="read and report only; publish nothing")
    load.add_argument("--preview", action="store_true", help="say what publishing would change; publish nothing")

    kpi = _command(commands, "kpi", _kpi, "compute KPIs; without ids: list them")
    kpi.add_argument("ids", nargs="*", metavar="ID", help="such as net_promoter_score")
    kpi.add_argument("--totals", action="store_true", help="also the rows over all segments and the whole range")
    _slice(kpi)

    retention = _command(commands, "retention", _retention, "compute a retention triangle")
    retention.add_argument("--of", default="orders", help="the table whose rows are activity (default: orders)")
    for name, default in (("unit", "customers"), ("kind", "on"), ("cohort", "first"), ("value", "units")):
        retention.add_argument(f"--{name}", default=default, help=f"default: {default}")
    retention.add_argument("--periods", type=int, default=12, help="default: 12")
    retention.add_argument("--minimum", type=int, default=1, help="rows in a period that make it count; default: 1")
    for name in ("start", "back", "within", "brackets"):
        retention.add_argument(f"--{name}", type=_json(name), metavar="JSON")
    retention.add_argument("--start-of", help="the table whose rows start a unit; default: that of --of")
    retention.add_argument("--start-minimum", type=int, default=1, help="rows in a period that start; default: 1")
    retention.add_argument("--amounts", default="net", help="net, or gross: no more than each one's base")
    retention.add_argument("--accounts", default="each", help="each, or parent: with all below it as one")
    retention.add_argument("--no-reactivation", action="store_true", help="who was away counts no more")
    retention.add_argument("--rolling", action="store_true", help="periods from each unit's own start")
    _slice(retention)

    sql = _command(commands, "sql", _sql, "print the SQL that answers a KPI")
    sql.add_argument("id", metavar="ID")
    _slice(sql)

    compare = _command(commands, "compare", _compare, "lay two definitions of a KPI side by side, customer by customer")
    compare.add_argument("id", metavar="ID")
    for side in "ab":
        compare.add_argument(
            f"--{side}", action="append", default=[], metavar="PRESET|NAME=VALUE",
            help="a preset (chartmogul, baremetrics, stripe) or a switched definition; none: the workspace's own",
        )  # fmt: skip
    compare.add_argument("--period", metavar="DATE", help="any day of the period (default: the whole range)")
    compare.add_argument("--grain", help="day, week, month (default), quarter or year")
    compare.add_argument("--where", type=_json("where"), metavar="JSON", help='such as {"plan": ["Pro", "Team"]}')
    compare.add_argument("--as-of", metavar="DATE", help="the instant up to which the data count")

    check = commands.add_parser("check", help="bind every KPI against an empty schema")
    check.add_argument("--json", action="store_true", help="print JSON")
    check.set_defaults(command=_check)
    report_commands.add(commands)
    rule_commands.add(commands)
    archive_commands.add(commands)
    erasing_commands.add(commands)
    people_commands.add(commands)
    return top


def _command(commands: Any, name: str, run: Callable, help: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=help, description=help)
    command.set_defaults(command=run)
    place = command.add_mutually_exclusive_group(required=True)
    place.add_argument("--workspace", "-w", metavar="FOLDER", help="a workspace; made when missing by load")
    if name != "load":
        place.add_argument("--sample", action="store_true", help="the sample company")
        command.add_argument("--version", type=int, metavar="N", help="an earlier version (default: the latest)")
    command.add_argument("--json", action="store_true", help="print JSON")
    return command


def _slice(command: argparse.ArgumentParser) -> None:
    command.add_argument("--grain", help="day, week, month, quarter or year")
    command.add_argument("--by", action="append", metavar="NAME", help="split by an attribute; may be repeated")
    command.add_argument("--where", type=_json("where"), metavar="JSON", help='such as {"plan": ["Pro", "Team"]}')
    command.add_argument("--since", metavar="DATE", help="inclusive")
    command.add_argument("--until", metavar="DATE", help="exclusive")
    command.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="switch a definition")
    command.add_argument("--as-of", metavar="DATE", help="the instant up to which the data count")


def _json(name: str) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        try:
            return json.loads(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"--{name} is not JSON: {error}") from None

    return read


def _pairs(texts: Sequence[str], option: str) -> dict[str, Any]:
    """Return NAME=VALUE texts as a dict; a value is JSON where it can be read so, else text."""
    found: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise cs.QueryError(f"{option} takes NAME=VALUE, not '{text}'.")
        try:
            found[name] = json.loads(value)
        except ValueError:
            found[name] = value
    return found


def _version(options: argparse.Namespace) -> cs.Version:
    if options.sample:
        return cs.sample().version(options.version)
    return cs.Workspace.open(options.workspace).version(options.version)


def _asked(options: argparse.Namespace) -> dict[str, Any]:
    return {
        "by": options.by,
        "where": options.where,
        "since": options.since,
        "until": options.until,
        "definitions": _pairs(options.set, "--set"),
        "as_of": options.as_of,
    }


def _load(options: argparse.Namespace) -> int:
    workspace = cs.Workspace(options.workspace)
    plan = workspace.read(options.files)
    if options.map:
        choices.apply(plan, choices.load(options.map))
    choices.answer(plan, _pairs(options.answer, "--answer"))
    if plan.failures:
        raise cs.FileError(" ".join(str(failure.error) for failure in plan.failures))
    left_open = choices.open_questions(plan)
    said: dict[str, Any] = {"sheets": choices.report(plan), "questions": left_open, "version": None, "loads": []}
    if options.preview and not left_open:
        said["preview"] = _preview(workspace, plan, options.mode, options.json)
    elif not options.dry_run and not left_open:
        version = workspace.publish(plan, options.mode, note=options.note, dated=options.dated)
        assert version.published is not None
        said |= {"version": version.number, "loads": version.published.loads, "skipped": version.published.skipped}
    if options.json:
        print_json(said)
    else:
        _tell(said)
    if left_open and not options.dry_run:
        raise cs.PublishError(f"{len(left_open)} questions are open, so nothing was published: answer with --answer.")
    return OK


def _preview(workspace: cs.Workspace, plan: Any, mode: str, as_json: bool) -> dict[str, Any]:
    """Return what publishing would change, for JSON; print it where it is for a person."""
    found = workspace.preview(plan, mode)
    names = ("table", "rows", "new", "changed", "unchanged", "missing", "repeated", "keyless")
    tables = pd.DataFrame([{n: getattr(table, n) for n in names} for table in found.tables], columns=names)
    if not as_json:
        print_table(tables)
        print(*found.remarks, sep="\n")
        print_table(found.kpis)
    return {"tables": records(tables), "remarks": found.remarks, "kpis": records(found.kpis)}


def _tell(said: dict[str, Any]) -> None:
    """Print what loading did, or would do."""
    print_table(pd.DataFrame(said["loads"] or said["sheets"]).drop(columns="problems", errors="ignore"))
    for sheet in said["sheets"]:
        for sentence in sheet["problems"]:
            print(sentence)
    for sentence in said.get("skipped", []):
        print(sentence)
    for q in said["questions"]:
        known = f" One of: {', '.join(map(str, q['choices']))}." if q["choices"] else ""
        place = f"{q['file']} / {q['sheet']}" if q["sheet"] else q["file"]
        print(f"Open: {place}: {q['text']}{known} Answer with --answer '{q['id']}=...'")
    if said["version"]:
        print(f"Version {said['version']} is published.")


def _kpi(options: argparse.Namespace) -> int:
    version = _version(options)
    if options.ids:
        frame = version.compute(options.ids, grain=options.grain, totals=options.totals, **_asked(options))
    else:
        frame = version.kpis()
    show(frame, options.json)
    return OK


def _retention(options: argparse.Namespace) -> int:
    names = ["of", "unit", "kind", "cohort", "value", "periods", "minimum", "start", "back", "within", "brackets"]
    names += ["start_of", "start_minimum", "amounts", "accounts"]
    words = {name: getattr(options, name) for name in names} | {"reactivation": not options.no_reactivation}
    frame = _version(options).retention(
        grain=options.grain or "month", calendar=not options.rolling, **words, **_asked(options)
    )
    show(frame, options.json)
    return OK


def _sql(options: argparse.Namespace) -> int:
    text = _version(options).sql(options.id, grain=options.grain, **_asked(options))
    if options.json:
        print_json({"sql": text})
    else:
        print(text)
    return OK


def _compare(options: argparse.Namespace) -> int:
    sides = [_definitions(given, f"--{side}") for side, given in (("a", options.a), ("b", options.b))]
    asked = {"period": options.period, "grain": options.grain, "where": options.where, "as_of": options.as_of}
    found = _version(options).compare(options.id, *sides, **asked)
    values = pd.DataFrame([{"definition": side, **cell} for side, cell in (("a", found.a), ("b", found.b))])
    if options.json:
        print_json({"a": records(values)[0], "b": records(values)[1], "change": found.change,
                     "rows": records(found.rows)})  # fmt: skip
    else:
        print_table(values)
        print(f"\nWho makes the difference: {len(found.rows)}")
        print_table(found.rows)
    return OK


def _definitions(given: Sequence[str], option: str) -> dict[str, Any]:
    """Return the settings that a preset's name and NAME=VALUE texts switch together."""
    named = {name: value for text in given if "=" not in text for name, value in preset(text).settings.items()}
    return {**named, **_pairs([text for text in given if "=" in text], option)}


def _check(options: argparse.Namespace) -> int:
    frame = check_kpis()
    failed = frame[frame["error"] != ""]
    if options.json:
        print_json(records(frame))
    else:
        if len(failed):
            print_table(failed)
        print(f"{len(frame) - len(failed)} of {len(frame)} KPIs bind against an empty schema.")
    return FAILED if len(failed) else OK


if __name__ == "__main__":
    sys.exit(main())
