"""The workspaces that this app keeps, each a folder under `cs.home()`; the sample company is one of them."""

from __future__ import annotations

import streamlit as st

import cs_metrics as cs
from cs_metrics.api import Workspace
from cs_metrics.errors import WorkspaceError, did_you_mean
from cs_metrics.workspace import uploads
from cs_metrics.workspace.folder import NAME

SAMPLE = "sample"


def names() -> list[str]:
    """Return the names of all workspaces, the sample first."""
    home = cs.home()
    own = sorted(p.name for p in home.iterdir() if p.is_dir() and NAME.fullmatch(p.name)) if home.is_dir() else []
    return [SAMPLE, *(n for n in own if n != SAMPLE)]


def label(name: str) -> str:
    """Return what a person calls the workspace."""
    return "Sample company" if name == SAMPLE else name


def open_workspace(name: str) -> Workspace:
    """Return the workspace of that name; raise WorkspaceError when there is none."""
    if name not in names():
        raise WorkspaceError(f"There is no workspace '{name}'. {did_you_mean(name, names())}")
    return _opened(str(cs.home()), name)


def create(name: str) -> str:
    """Make an empty workspace and return its name; raise WorkspaceError when the name cannot be used."""
    name = " ".join(name.split())
    if not NAME.fullmatch(name):
        raise WorkspaceError(
            "A workspace's name has letters, digits, spaces, - and _, at most 60. Choose another name."
        )
    if uploads.RESERVED.fullmatch(name):
        raise WorkspaceError(f"'{name}' is a name that Windows keeps for itself. Choose another name.")
    if name.casefold() in {n.casefold() for n in names()}:
        raise WorkspaceError(f"There is a workspace '{name}' already. Open it, or choose another name.")
    _opened(str(cs.home()), name)
    return name


@st.cache_resource(max_entries=100, show_spinner="Opening the workspace …")
def _opened(home: str, name: str) -> Workspace:
    return cs.sample() if name == SAMPLE else cs.Workspace(cs.home() / name)
