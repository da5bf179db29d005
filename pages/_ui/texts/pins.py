"""Naming, pinning, editing and merging themes; every step can be undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages._ui import door, formats, leave
from pages._ui.undoing import Undoing

if TYPE_CHECKING:
    from pages._ui.texts.theme_parts import Question

UNDOING = Undoing("theme")
HINT = "One a line. A text that has any of them is about the theme: whole words, any case; 'export*' takes any ending."


def pins() -> dict[str, dict[str, list[str]]]:
    """Return the workspace's pinned themes as questions take them: name to phrases and the found themes taken in."""
    held = door.workspace().pinned_themes()
    return {row["name"]: {"phrases": row["phrases"], "found": row["found"]} for row in held}


def new(question: Question) -> None:
    """Offer to pin a theme by words of one's own."""
    if not leave.given("pin_theme", "name and pin themes"):
        return
    with st.popover("Name a theme", icon=":material/add:", key=UNDOING.now("pin_new")):
        _form("new", "", [], [], None, question)


def actions(question: Question, name: str) -> None:
    """Offer what can be done with one theme: pin it, or where it is pinned change it and unpin it."""
    if not door.may("pin_theme"):
        return
    held = next((row for row in door.workspace().pinned_themes() if row["name"] == name), None)
    if held is None:
        with st.popover("Pin", icon=":material/keep:", type="tertiary", key=UNDOING.now(f"pin_{name}")):
            st.caption("A pinned theme keeps its name and is counted in every version to come.")
            _form(name, name[:1].upper() + name[1:], [name], [name], None, question)
        return
    with st.popover("Edit", icon=":material/edit:", type="tertiary", key=UNDOING.now(f"pin_{name}")):
        _form(held["theme"], held["name"], held["phrases"], held["found"], held, question)
        st.button("Unpin", icon=":material/keep_off:", type="tertiary", key=f"unpin_{held['theme']}",
                  on_click=_unpin, args=(held,))  # fmt: skip


def merge(question: Question) -> None:
    """Offer to make one theme of several, found or pinned."""
    known = question.themes()["theme"].tolist()
    if len(known) < 2 or not door.may("merge_themes"):
        return
    with (
        st.popover("Merge themes", icon=":material/merge:", key=UNDOING.now("merge_themes")),
        st.form(UNDOING.now("merge_form"), border=False),
    ):
        chosen = st.multiselect("Themes", known, placeholder="Two or more", key=UNDOING.now("merge_chosen"))
        name = st.text_input("Name", max_chars=80, key=UNDOING.now("merge_name"), placeholder="What the team calls it")
        if st.form_submit_button("Merge", type="primary", icon=":material/merge:"):
            _merge(chosen, name)


def _form(
    key: str, name: str, phrases: list[str], found: list[str], held: dict[str, Any] | None, question: Question
) -> None:
    """The form of a theme: one that is `held`, or a new one."""
    known = [theme for theme in question.themes()["theme"] if theme not in pins()]
    with st.form(UNDOING.now(f"theme_form_{key}"), border=False):
        named = st.text_input(
            "Name", value=name, max_chars=80, key=UNDOING.now(f"theme_name_{key}"), placeholder="Slow exports"
        )
        told = st.text_area(
            "Words and phrases", value="\n".join(phrases), key=UNDOING.now(f"theme_phrases_{key}"), help=HINT,
            height=110, placeholder="slow export\nexport takes",
        )  # fmt: skip
        taken = st.multiselect(
            "Found themes that it takes in", list(dict.fromkeys([*found, *known])), default=found,
            key=UNDOING.now(f"theme_found_{key}"), placeholder="None",
            help="Their texts count too, and they no longer show by themselves.",
        )  # fmt: skip
        pressed = st.form_submit_button("Save" if held else "Pin", type="primary", icon=":material/keep:")
    if pressed:
        _save(named, told.splitlines(), taken, held)


def _save(name: str, phrases: list[str], found: list[str], held: dict[str, Any] | None) -> None:
    def pin() -> str:
        return door.workspace().pin_theme(name, phrases, held["theme"] if held else None, found=found)

    def back(kept: str) -> None:
        if held:
            door.workspace().pin_theme(held["name"], held["phrases"], kept, found=held["found"])
        else:
            door.workspace().unpin_theme(kept)

    _do(pin, f"'{name}' was changed." if held else f"'{name}' is pinned: every version counts it.", back)


def _merge(chosen: list[str], name: str) -> None:
    if len(chosen) < 2:
        st.warning("Choose two themes or more.", icon=":material/merge:")
        return
    held = {row["name"]: row["theme"] for row in door.workspace().pinned_themes()}
    pinned, found = [held[t] for t in chosen if t in held], [t for t in chosen if t not in held]
    said = f"{formats.plural(len(chosen), 'theme')} are one now: '{name}'."
    if pinned:
        _do(
            lambda: door.workspace().merge_themes(pinned, name, phrases=found, found=found), said,
            lambda kept: door.workspace().unmerge_theme(kept),
        )  # fmt: skip
    else:
        _do(
            lambda: door.workspace().pin_theme(name, found, found=found), said,
            lambda kept: door.workspace().unpin_theme(kept),
        )  # fmt: skip


def _do(action: Callable[[], Any], said: str, undo: Callable[[Any], Any]) -> None:
    if UNDOING.do(action, said, undo):
        st.rerun()
    UNDOING.failure()


def _unpin(held: dict[str, Any]) -> None:
    UNDOING.do(
        lambda: door.workspace().unpin_theme(held["theme"]), f"'{held['name']}' was unpinned.",
        lambda _: door.workspace().restore_theme(held["theme"]),
    )  # fmt: skip
