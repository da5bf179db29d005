"""The workspaces that this app keeps, each a folder under `cs.home()`; the sample company is one of them.

The one way from a page to a workspace, and it is a workspace in somebody's hands: of the person who is signed in, or of
the reader of a link. Asked each time, so that whose role was taken away has none at their next click.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import streamlit as st

import cs_metrics as cs
from cs_metrics.api import Workspace
from cs_metrics.api.keeping.acting import Acting
from cs_metrics.api.keeping.archives import import_workspace
from cs_metrics.errors import NotAllowedError, WorkspaceError, did_you_mean
from cs_metrics.workspace.kept.people import Role
from cs_metrics.workspace.publish import uploads
from cs_metrics.workspace.store.folder import NAME
from pages._ui.serving import access
from pages._ui.serving.access import Mode

SAMPLE = "sample"
# seconds for which a role holds without being looked up: a page asks a hundred times in a run
FRESH = 1.0
# seconds between two notes of when somebody was last here
SEEN = 300.0


def names() -> list[str]:
    """Return the names of the workspaces that the person may see, the sample first."""
    who, mode = access.who(), access.mode()
    return [name for name in _all() if _role(name, mode, who) is not None]


def latest() -> str:
    """Return the workspace of the person who signed in that they were in last; '' for who has none, or need not."""
    who = access.who()
    if not who:
        return ""
    found: dict[str, str] = {}
    for name in names():
        seen = {one["email"]: str(one["seen_at"] or "") for one in _opened(str(cs.home()), name).people()}
        if who in seen:
            found[name] = seen[who]
    return max(found, key=lambda name: found[name], default="")


def label(name: str) -> str:
    """Return what a person calls the workspace."""
    return "Sample company" if name == SAMPLE else name


def open_workspace(name: str) -> Acting:
    """Return the workspace of that name in the person's hands, as long as they have a role in it; raise WorkspaceError
    when there is none that they may see, in the same words for one that is another's."""
    who, mode = access.who(), access.mode()
    if name not in _all() or _role(name, mode, who) is None:
        raise WorkspaceError(f"There is no workspace '{name}'. {did_you_mean(name, names())}")
    if who:
        _came(str(cs.home()), name, who)
    return Acting(_opened(str(cs.home()), name), who, partial(_role, name, mode, who))


def unguarded(name: str) -> Workspace | None:
    """Return a workspace for the reader of a link, whom its token lets in; None where there is none."""
    return _opened(str(cs.home()), name) if name in _all() else None


def create(name: str) -> str:
    """Make an empty workspace, of which the person is the owner, and return its name: with a number behind where one
    has that name which the person may not see, and is not told of. Raises WorkspaceError when the name cannot be used,
    NotAllowedError for who may make none."""
    if not access.may_create():
        raise NotAllowedError("You may not make workspaces here. Ask an owner of one to invite you.")
    name = " ".join(name.split())
    if not NAME.fullmatch(name):
        raise WorkspaceError(
            "A workspace's name has letters, digits, spaces, - and _, at most 60. Choose another name."
        )
    if uploads.RESERVED.fullmatch(name):
        raise WorkspaceError(f"'{name}' is a name that Windows keeps for itself. Choose another name.")
    name = _claimed(name)
    made = _opened(str(cs.home()), name)
    if access.who():
        made.invite(access.who(), Role.OWNER, who=access.who())
    return name


def _claimed(wanted: str) -> str:
    """Make the folder of a new workspace, and return its name. Of two who want one at once each gets their own."""
    cs.home().mkdir(parents=True, exist_ok=True)
    for name in _free(wanted):
        try:
            (cs.home() / name).mkdir()
        except FileExistsError:
            continue
        return name
    raise WorkspaceError(f"The name '{wanted}' cannot be used. Choose another one.")


def _free(wanted: str) -> Iterator[str]:
    """Give the names that a new workspace may have, the wanted one first. Raises WorkspaceError where the person has a
    workspace of that name."""
    if _has(wanted):
        raise WorkspaceError(f"The name '{wanted}' is taken. Choose another one.")
    taken = {path.name.casefold() for path in cs.home().iterdir()} if cs.home().is_dir() else set()
    for name in (wanted, *(f"{wanted[:56]} {number}" for number in range(2, 1000))):
        if name.casefold() not in taken:
            yield name


def _has(wanted: str) -> bool:
    return wanted.casefold() in {name.casefold() for name in names()}


def take_in(path: Path, name: str | None) -> str:
    """Take in a workspace that an export wrote, of which the person is the owner here, and return its name. Raises
    NotAllowedError, and what `cs.import_workspace` raises; then nothing appears."""
    if not access.may_create():
        raise NotAllowedError("You may not make workspaces here. Ask an owner of one to invite you.")
    if name is not None and NAME.fullmatch(name) and not _has(name):
        name = next(_free(name), name)
    made = import_workspace(path, cs.home(), name, who=access.who())
    if access.who():
        made.invite(access.who(), Role.OWNER, who=access.who())
    forget_roles()
    return made.name


def forget_roles() -> None:
    """Have roles looked up anew: one was given or taken away."""
    _held.clear()
    _came.clear()


def _all() -> list[str]:
    home = cs.home()
    own = sorted(p.name for p in home.iterdir() if p.is_dir() and NAME.fullmatch(p.name)) if home.is_dir() else []
    return [SAMPLE, *(n for n in own if n != SAMPLE)]


def _role(name: str, mode: Mode, who: str) -> Role | None:
    """What a person may do in a workspace; None where they may see none of that name, or there is none. The sample is
    there for everyone to look at."""
    there = name == SAMPLE or (cs.home() / name).is_dir()
    held = _held(str(cs.home()), name, mode.value, who) if there else None
    return Role(held) if held else None


@st.cache_data(ttl=FRESH, max_entries=2000, show_spinner=False)
def _held(home: str, name: str, mode: str, who: str) -> str | None:
    if mode != Mode.SIGN_IN:
        return Role.OWNER.value
    if not who:
        return None
    held = _opened(home, name).role_of(who)
    return held.value if held else (Role.VIEWER.value if name == SAMPLE else None)


@st.cache_data(ttl=SEEN, max_entries=2000, show_spinner=False)
def _came(home: str, name: str, who: str) -> None:
    """Note that somebody was here; a stranger, who looks at the sample, is nobody's to note."""
    held = _opened(home, name)
    if held.role_of(who) is not None:
        held.acting(who)


def identity(name: str) -> str:
    """Return what tells a workspace from another of its name, which was deleted, by any server; '' where it has none
    yet."""
    return _identity(str(cs.home()), name)


def _identity(home: str, name: str) -> str:
    try:
        return (Path(home) / name / "workspace.id").read_text(encoding="utf-8")
    except OSError:
        return ""


def _opened(home: str, name: str) -> Workspace:
    """The workspace; another one where that of this name was deleted, by any server, and somebody took the name."""
    known = _identity(home, name)
    if not known:
        return cs.sample() if name == SAMPLE else cs.Workspace(Path(home) / name)
    return _kept(home, name, known)


@st.cache_resource(max_entries=100, show_spinner="Opening the workspace …")
def _kept(home: str, name: str, identity: str) -> Workspace:
    return cs.sample() if name == SAMPLE else cs.Workspace(Path(home) / name)
