"""The commands that take data out of an installation whole and put them into one: export, import, backup, restore."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from cs_metrics.api.keeping.archives import import_workspace
from cs_metrics.api.workspace import Workspace
from cs_metrics.ingest.problems import plural
from cs_metrics.workspace.moving import backup
from cs_metrics.workspace.store.folder import home


def add(commands: Any) -> None:
    """Add the four to the parser's commands."""
    export = _command(
        commands, "export", _export, "write a whole workspace into a zip that another installation imports"
    )
    export.add_argument("--workspace", "-w", metavar="FOLDER", required=True, help="the workspace")
    export.add_argument("file", metavar="FILE", help="where the zip goes; nothing may be there yet")

    import_ = _command(commands, "import", _import, "take in a workspace that export wrote, as a new one")
    import_.add_argument("file", metavar="FILE", help="the zip")
    import_.add_argument("--into", metavar="FOLDER", help="the folder of workspaces (default: $CS_METRICS_HOME)")
    import_.add_argument("--name", help="what it is called here (default: as before)")

    back_up = _command(
        commands, "backup", _backup, "write all workspaces and their database into a zip; the app may run"
    )
    back_up.add_argument("target", metavar="FILE_OR_FOLDER", help="a new file, or a folder for one named by the time")
    back_up.add_argument("--home", metavar="FOLDER", help="the folder of workspaces (default: $CS_METRICS_HOME)")

    restore = _command(
        commands, "restore", _restore, "put a backup into an empty folder of workspaces; the app is stopped"
    )
    restore.add_argument("file", metavar="FILE", help="the zip that backup wrote")
    restore.add_argument("--home", metavar="FOLDER", help="the folder of workspaces (default: $CS_METRICS_HOME)")


def _command(commands: Any, name: str, run: Any, help: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=help, description=help)
    command.set_defaults(command=run)
    return command


def _home(named: str | None) -> Path:
    return Path(named) if named else home()


def _export(options: argparse.Namespace) -> int:
    done = Workspace.open(options.workspace).export(options.file)
    held = f"{plural(done['versions'], 'version')} and {plural(done['files'], 'upload')}"
    print(f"{options.file} has {held}. Import it with: import")
    return 0


def _import(options: argparse.Namespace) -> int:
    workspace = import_workspace(options.file, _home(options.into), options.name)
    held = plural(len(workspace.numbers()), "version")
    print(f"Workspace '{workspace.name}' is in {workspace.path.parent}, with {held}.")
    return 0


def _backup(options: argparse.Namespace) -> int:
    print(f"{backup.back_up(_home(options.home), Path(options.target))} has everything of {_home(options.home)}.")
    return 0


def _restore(options: argparse.Namespace) -> int:
    names = backup.restore(Path(options.file), _home(options.home))
    print(f"{len(names)} workspaces are in {_home(options.home)}: {', '.join(names)}.")
    return 0
