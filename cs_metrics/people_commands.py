"""The command that says who may come in: a workspace's first owner, before anybody can be one in the app."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import pandas as pd

from cs_metrics.api.workspace import Workspace
from cs_metrics.printing import print_json, show
from cs_metrics.workspace.kept.people import Role

COLUMNS = ["email", "role", "invited_by", "invited_at", "seen_at"]


def add(commands: Any) -> None:
    """Add it to the parser's commands."""
    help = "list, invite and remove the people of a workspace, and change their roles"
    command = commands.add_parser("people", help=help, description=help)
    command.add_argument("--workspace", "-w", metavar="FOLDER", required=True, help="the workspace")
    whats = command.add_subparsers(title="what", required=True, metavar="WHAT")
    _what(whats, "list", _list, "who may come in, with which role, and when they last did")
    invite = _what(whats, "invite", _invite, "let a person in, who signs in with this e-mail address")
    invite.add_argument("email", metavar="ADDRESS")
    invite.add_argument("--role", default="viewer", help=f"{', '.join(Role)} (default: viewer)")
    role = _what(whats, "role", _role, "give a person another role")
    role.add_argument("email", metavar="ADDRESS")
    role.add_argument("role", metavar="ROLE", help=", ".join(Role))
    remove = _what(whats, "remove", _remove, "take a person's role away; they see the workspace no more")
    remove.add_argument("email", metavar="ADDRESS")


def _what(whats: Any, name: str, run: Callable[[argparse.Namespace], int], help: str) -> argparse.ArgumentParser:
    what: argparse.ArgumentParser = whats.add_parser(name, help=help, description=help)
    what.add_argument("--json", action="store_true", help="print JSON")
    what.set_defaults(command=run)
    return what


def _list(options: argparse.Namespace) -> int:
    show(pd.DataFrame(Workspace.open(options.workspace).people(), columns=COLUMNS), options.json)
    return 0


def _invite(options: argparse.Namespace) -> int:
    space = Workspace.open(options.workspace)
    email = space.invite(options.email, options.role)
    return _said(options, space, email, f"{email} may come into '{space.name}' as {options.role}: by signing in.")


def _role(options: argparse.Namespace) -> int:
    space = Workspace.open(options.workspace)
    space.change_role(options.email, options.role)
    return _said(options, space, options.email, f"{options.email} is {options.role} of '{space.name}' now.")


def _remove(options: argparse.Namespace) -> int:
    space = Workspace.open(options.workspace)
    space.remove_person(options.email)
    return _said(options, space, options.email, f"{options.email} may come into '{space.name}' no more.")


def _said(options: argparse.Namespace, space: Workspace, email: str, sentence: str) -> int:
    if options.json:
        print_json({"email": email.strip().casefold(), "role": space.role_of(email)})
    else:
        print(sentence)
    return 0
