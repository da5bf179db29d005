"""What a role does not allow is not offered; where that would leave a hole, it is said who may do it."""

from __future__ import annotations

import streamlit as st

from cs_metrics.api.keeping.acting import RIGHTS
from cs_metrics.workspace.kept.people import Role
from pages._ui import door, formats, state
from pages._ui.links import linked
from pages._ui.people import workspaces

WHO = {Role.VIEWER: "members", Role.EDITOR: "editors", Role.OWNER: "owners"}


def given(part: str, what: str = "") -> bool:
    """Return whether whoever asks may use a part of the workspace ("publish"). Where not, `what` ("load files") is said
    to be others' to do, and whom to ask for it; the reader of a link is told of nobody."""
    if door.may(part):
        return True
    if what and linked.opened() is None:
        st.caption(f":material/lock: Only {WHO[RIGHTS[part]]} {what}{_ask()}")
    return False


def _ask() -> str:
    if state.workspace() == workspaces.SAMPLE:
        return "; the sample company is there for everyone to look at."
    owners = door.workspace().owners()
    return f": ask {' or '.join(formats.literal(owner) for owner in owners)}." if owners else "."
