"""What stands around every page: the gate, the navigation, the workspace menu, the page's head.

Streamlit finds a `pages/` folder by itself: on a fresh server an address like /settings would run that file and pass
`app.py` by. So each page begins with `shell.guard()`: only a run that came through `enter()` goes on.
"""

from __future__ import annotations

import atexit
import functools
import gc
from contextlib import suppress
from pathlib import Path
from typing import Any

import streamlit as st

from cs_metrics.definitions import words
from cs_metrics.errors import CSMetricsError
from pages._ui import door, errors, formats, gate, printing, state
from pages._ui.links import bar, linked, share_parts
from pages._ui.people import archive_parts, naming, workspaces
from pages._ui.routes import AT_ROOT, MENU, PAGES, link, pages
from pages._ui.serving import access

# A picture of our own: a symbol's name here, or as a page's icon, would have the browser fetch it from Google.
ICON = str(Path(__file__).parent / "icon.png")
ENTERED = "_entered"
SEEN = "_seen"

# What the theme cannot say: a tile's title lines up with its value, and wraps instead of being cut off; the navigation
# and what stands beside it fit into one line of a desk's screen.
STYLE = """<style>
[class*="st-key-tile_"] a { padding-left: 0; padding-right: 0; margin: 0; }
[class*="st-key-tile_"] a:hover { background: transparent; text-decoration: underline; }
[class*="st-key-tile_"] a span, [class*="st-key-tile_"] a p { white-space: normal; overflow: visible; }
/* a link is marked by its page, and these differ by the workspace: the check says which is open */
.st-key-workspaces a:not(:hover) { background: transparent !important; }
.st-key-workspaces a span, .st-key-workspaces a p { font-weight: inherit !important; }
.st-key-navigation a { padding-left: 0.3rem; padding-right: 0.3rem; }
</style>"""


@functools.cache
def freeze_imports() -> None:
    """Take what is imported out of the garbage collector's sight: Streamlit collects after every rerun."""
    gc.collect()
    gc.freeze()
    # At the end they are collected after all, else DuckDB complains of what leaks.
    atexit.register(gc.unfreeze)


def enter() -> Any:
    """Let this run in: register the pages and return the one that was asked for. Only `app.py` calls this."""
    page = st.navigation(list(pages().values()), position="hidden")
    let_in = False
    with errors.shown():
        let_in = gate.passed()
    if not let_in:
        st.stop()
    if linked.token():
        _only_what_is_shared(page.url_path)
    st.session_state[ENTERED] = True
    st.session_state[AT_ROOT] = not page.url_path
    if not st.session_state.get(SEEN) and not linked.token():
        # The first address of a visit is completed once, so that it can be copied; Back to it is left alone.
        st.session_state[SEEN] = True
        with errors.shown(), suppress(CSMetricsError):  # what is wrong with an address the page says, once
            _complete_address()
    return page


def _only_what_is_shared(asked: str) -> None:
    """Lead the reader of a link to its page, and to none that it does not open."""
    held = linked.opened()
    if held is None or asked in linked.pages(held):
        return
    first = next(iter(linked.pages(held)))
    if asked:
        st.error("This link does not open that page.", icon=":material/link_off:")
        st.page_link(
            pages()[first], label="Back to what it shows", icon=":material/arrow_back:",
            query_params=linked.params(held),
        )  # fmt: skip
        st.stop()
    st.switch_page(pages()[first], query_params=linked.params(held))


def guard() -> None:
    """Turn away a run that did not come through `app.py`: it starts again, there. Every page's first line."""
    if not st.session_state.pop(ENTERED, False):
        st.navigation(list(pages().values()), position="hidden")
        st.rerun()


def top_bar(shown: str) -> None:
    """Show the navigation and, at its end, the way to share the page that is shown, and the workspace."""
    st.html(STYLE)
    printing.style()
    held = linked.opened()
    if held is not None:
        bar.show(held)
        opens = linked.pages(held) if held.pages == "all" else ()
        with st.container(horizontal=True, gap="xsmall", width="content", key="navigation"):
            for name, title, icon, _ in PAGES:
                if name in opens:
                    link(name, title, icon=f":material/{icon}:")
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="top_bar"):
        with st.container(horizontal=True, gap="xsmall", width="content", key="navigation"):
            for name, title, icon, _ in PAGES:
                link(name, title, icon=f":material/{icon}:")
        with st.container(horizontal=True, gap="xsmall", width="content"):
            share_parts.button(shown)
            _workspace_menu()


def head(title: str, *, about: str | None = None, period: bool = True) -> None:
    """Show a page's title with what it stands on: sample or own data, and how far the data go. `period`: it is of the
    filter bar's period."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title(title, width="content", anchor=False, help=about)
        if state.workspace() == workspaces.SAMPLE:
            st.badge("Sample data", icon=":material/science:", color="violet")
        version = door.version_or_none()
        if version is not None:
            by_hand = door.workspace().as_of is not None
            until = f"Data to {formats.last_day(door.as_of())}" + (", set by hand" if by_hand else "")
            st.badge(until, icon=":material/event:", color="orange" if by_hand else "gray")
            _newer(version)
            _definitions()
    naming.said()
    printing.head(period)
    share_parts.open_to_everyone()


def _definitions() -> None:
    """Show the definitions that differ from the defaults; those that only this address switches can be left."""
    told = words(door.settings())
    switched = bool(door.definitions())
    if told or switched:
        link("definitions", f"Definitions: {told or 'the defaults'}", icon=":material/rule:")
    if switched:
        st.button(
            "Back to the workspace's own", type="tertiary", key="own_definitions", on_click=state.update,
            kwargs={"def": None}, help="This address switches definitions; a copied link shows the same.",
        )  # fmt: skip


def _newer(version: Any) -> None:
    latest = door.latest_number()
    if latest is not None and version.number < latest:
        st.badge(f"Version {version.number}", icon=":material/history:", color="orange")
        st.button("Show the newest data", type="tertiary", on_click=state.update, kwargs={"v": str(latest)})


def _workspace_menu() -> None:
    current = state.workspace()
    with st.popover(
        formats.literal(workspaces.label(current)), icon=":material/folder_open:", width="content", key="workspace_menu"
    ):
        for name, title, icon, hint in MENU:
            link(name, title, icon=f":material/{icon}:", hint=hint)
        st.caption("Workspaces")
        with st.container(key="workspaces", gap="xsmall"):
            for name in workspaces.names():
                icon = ":material/check:" if name == current else ":material/folder:"
                page = "overview" if name == workspaces.SAMPLE else "data"
                st.page_link(
                    pages()[page], label=formats.literal(workspaces.label(name)), icon=icon, query_params={"ws": name}
                )
        if access.may_create():
            _new_workspace()
            taken = archive_parts.take_in()
            if taken:
                st.switch_page(pages()["overview"], query_params={"ws": taken})
        gate.person()


def _new_workspace() -> None:
    with st.form("new_workspace", border=False, clear_on_submit=True):
        name = st.text_input("New workspace", placeholder="Acme", max_chars=60)
        made = st.form_submit_button("Create", icon=":material/add:")
    if made:
        try:
            naming.begin(name)
        except CSMetricsError as error:
            errors.show(error)


def _complete_address() -> None:
    if "ws" not in st.query_params and (own := workspaces.latest()):
        st.query_params["ws"] = own
    known = dict(st.query_params)
    version = door.version_or_none()
    full = {"ws": state.workspace()} | ({"v": str(version.number)} if version is not None else {})
    named = {name: value for name, value in known.items() if state.personal(value)}
    if named or not full.items() <= known.items():
        st.query_params.from_dict(state.merged(known, named | full))
