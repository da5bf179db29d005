"""The reader of a shared link: what the link in the address shows, asked anew each time, so that a link that was taken
back shows nothing at the next click."""

from __future__ import annotations

from typing import Any

import streamlit as st

import cs_metrics as cs
from cs_metrics.api.links.shared import Opened
from cs_metrics.errors import NotAllowedError
from cs_metrics.workspace.kept import link_pages
from pages._ui.links import expiring
from pages._ui.people import workspaces
from pages._ui.serving import access

NOTHING = "This link opens nothing: it was mistyped, or taken back."
# what the address cannot say otherwise than the link
ALWAYS = ("v", "def")
FILTERS = ("where", "seg")
RANGE = ("period", "since", "until", "grain", "by", "cmp")


def token() -> str:
    """Return the token in the address, '' where it holds none."""
    return str(st.query_params.get("link", ""))


def opened() -> Opened | None:
    """Return what the link in the address shows; None where the address holds none. Raises NotAllowedError where it
    shows this reader nothing (any more)."""
    if not token():
        return None
    return expiring.ask(_reopened, str(cs.home()), _name(), token(), st.session_state.get(_key(), ""), access.who())


def filters_locked() -> bool:
    """Return whether the link in the address has a filter that its reader cannot change."""
    held = opened()
    return held is not None and held.filters != "open"


def small_cells_hidden() -> bool:
    """Return whether the link in the address shows no small cells: it then answers for one period, one grain and one
    breakdown, and no lists."""
    held = opened()
    return held is not None and bool(held.least)


def leaves_out() -> bool:
    """Return whether the link in the address keeps columns or small cells from its reader."""
    try:
        held = opened()
    except NotAllowedError:
        return False
    return held is not None and held.redacted


def enter(password: str | None = None) -> None:
    """Open the link of the address, once a visit: who opened it is noted. Raises NotAllowedError."""
    if _key() in st.session_state:
        opened()
        return
    workspace = workspaces.unguarded(_name())
    if workspace is None:
        raise NotAllowedError(NOTHING)
    found = workspace.open_link(token(), password, who=access.who())
    st.session_state[_key()] = found.proof


def entered() -> bool:
    """Return whether this visit has opened the link of the address."""
    return _key() in st.session_state


def fixed(held: Opened) -> tuple[str, ...]:
    """Return the parameters of an address that this link's reader cannot set."""
    return (*ALWAYS, *(FILTERS if held.filters != "open" else ()), *(RANGE if held.least else ()))


def pages(held: Opened) -> tuple[str, ...]:
    """Return the pages that a link opens: its own with those that open its numbers, or all of analysis."""
    told = ("page", "pages", "filters", "hidden", "masked", "least")
    return link_pages.shown({name: getattr(held, name) for name in told})


def params(held: Opened) -> dict[str, str]:
    """Return the address of the link's own page, as its sender saw it."""
    out = (*ALWAYS, *(FILTERS if held.filters != "open" else ()))
    own = {name: value for name, value in held.params.items() if name not in out}
    return {"ws": _name(), "link": token(), **own}


def _name() -> str:
    return str(st.query_params.get("ws", ""))


def _key() -> str:
    return f"_link_{_name()}_{token()}"


@st.cache_resource(ttl=workspaces.FRESH, max_entries=500, show_spinner=False)
def _reopened(home: str, name: str, token: str, proof: str, who: str) -> Any:
    workspace = workspaces.unguarded(name)
    if workspace is None:
        raise NotAllowedError(NOTHING)
    return workspace.reopen_link(token, proof, who=who)
