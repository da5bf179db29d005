"""Naming, pinning, editing and merging themes; every step can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from cs_metrics.errors import CSMetricsError
from pages._ui import door, errors, formats, leave

if TYPE_CHECKING:
    from pages._ui.texts.theme_parts import Question

DONE = "_theme_done"
ROUND = "_theme_round"
HINT = "One a line. A text that has any of them is about the theme: whole words, any case; 'export*' takes any ending."


def pins() -> dict[str, dict[str, list[str]]]:
    """Return the workspace's pinned themes as questions take them: name to phrases and the found themes taken in."""
    held = door.workspace().pinned_themes()
    return {row["name"]: {"phrases": row["phrases"], "found": row["found"]} for row in held}


def undo_bar() -> None:
    """After a theme was pinned, changed, merged or unpinned: say so, and offer to take it back."""
    done = st.session_state.get(DONE)
    if not done:
        return
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(f":material/keep: {formats.literal(done['said'])}", width="stretch")
        st.button("Undo", icon=":material/undo:", key="undo_theme", on_click=_undo, args=(done,))


def new(question: Question) -> None:
    """Offer to pin a theme by words of one's own."""
    if not leave.given("pin_theme", "name and pin themes"):
        return
    with st.popover("Name a theme", icon=":material/add:", key=_now("pin_new")):
        _form("new", "", [], [], None, question)


def actions(question: Question, name: str) -> None:
    """Offer what can be done with one theme: pin it, or where it is pinned change it and unpin it."""
    if not door.may("pin_theme"):
        return
    held = next((row for row in door.workspace().pinned_themes() if row["name"] == name), None)
    if held is None:
        with st.popover("Pin", icon=":material/keep:", type="tertiary", key=_now(f"pin_{name}")):
            st.caption("A pinned theme keeps its name and is counted in every version to come.")
            _form(name, name[:1].upper() + name[1:], [name], [name], None, question)
        return
    with st.popover("Edit", icon=":material/edit:", type="tertiary", key=_now(f"pin_{name}")):
        _form(held["theme"], held["name"], held["phrases"], held["found"], held, question)
        st.button("Unpin", icon=":material/keep_off:", type="tertiary", key=f"unpin_{held['theme']}",
                  on_click=_unpin, args=(held,))  # fmt: skip


def merge(question: Question) -> None:
    """Offer to make one theme of several, found or pinned."""
    known = question.themes()["theme"].tolist()
    if len(known) < 2 or not door.may("merge_themes"):
        return
    with (
        st.popover("Merge themes", icon=":material/merge:", key=_now("merge_themes")),
        st.form(_now("merge_form"), border=False),
    ):
        chosen = st.multiselect("Themes", known, placeholder="Two or more", key=_now("merge_chosen"))
        name = st.text_input("Name", max_chars=80, key=_now("merge_name"), placeholder="What the team calls it")
        if st.form_submit_button("Merge", type="primary", icon=":material/merge:"):
            _merge(chosen, name)


def _now(key: str) -> str:
    """A widget's key, another after each change: what was filled in is emptied, and what was open is closed."""
    return f"{key}_{st.session_state.get(ROUND, 0)}"


def _form(
    key: str, name: str, phrases: list[str], found: list[str], held: dict[str, Any] | None, question: Question
) -> None:
    """The form of a theme: one that is `held`, or a new one."""
    known = [theme for theme in question.themes()["theme"] if theme not in pins()]
    with st.form(_now(f"theme_form_{key}"), border=False):
        named = st.text_input(
            "Name", value=name, max_chars=80, key=_now(f"theme_name_{key}"), placeholder="Slow exports"
        )
        told = st.text_area("Words and phrases", value="\n".join(phrases), key=_now(f"theme_phrases_{key}"), help=HINT,
                            height=110, placeholder="slow export\nexport takes")  # fmt: skip
        taken = st.multiselect(
            "Found themes that it takes in", list(dict.fromkeys([*found, *known])), default=found,
            key=_now(f"theme_found_{key}"), placeholder="None",
            help="Their texts count too, and they no longer show by themselves.",
        )  # fmt: skip
        pressed = st.form_submit_button("Save" if held else "Pin", type="primary", icon=":material/keep:")
    if pressed:
        _save(named, told.splitlines(), taken, held)


def _save(name: str, phrases: list[str], found: list[str], held: dict[str, Any] | None) -> None:
    try:
        kept = door.workspace().pin_theme(name, phrases, held["theme"] if held else None, found=found)
    except CSMetricsError as error:
        errors.show(error)
        return
    said = f"'{name}' was changed." if held else f"'{name}' is pinned: every version counts it."
    _done(said, ("change", held) if held else ("unpin", kept))


def _merge(chosen: list[str], name: str) -> None:
    held = {row["name"]: row["theme"] for row in door.workspace().pinned_themes()}
    pinned, found = [held[t] for t in chosen if t in held], [t for t in chosen if t not in held]
    try:
        if len(chosen) < 2:
            st.warning("Choose two themes or more.", icon=":material/merge:")
            return
        if pinned:
            kept = door.workspace().merge_themes(pinned, name, phrases=found, found=found)
        else:
            kept = door.workspace().pin_theme(name, found, found=found)
    except CSMetricsError as error:
        errors.show(error)
        return
    _done(f"{formats.plural(len(chosen), 'theme')} are one now: '{name}'.", ("unmerge" if pinned else "unpin", kept))


def _done(said: str, undo: tuple[str, Any]) -> None:
    st.session_state[DONE] = {"said": said, "undo": undo}
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
    st.rerun()


def _unpin(held: dict[str, Any]) -> None:
    door.workspace().unpin_theme(held["theme"])
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
    st.session_state[DONE] = {"said": f"'{held['name']}' was unpinned.", "undo": ("restore", held["theme"])}


def _undo(done: dict[str, Any]) -> None:
    what, whom = done["undo"]
    st.session_state.pop(DONE)
    workspace = door.workspace()
    with errors.shown():
        if what == "change":
            workspace.pin_theme(whom["name"], whom["phrases"], whom["theme"], found=whom["found"])
        else:
            {
                "unpin": workspace.unpin_theme,
                "restore": workspace.restore_theme,
                "unmerge": workspace.unmerge_theme,
            }[what](whom)
