"""Which end of an effort score is easy: asked while it is open, kept as the setting, and changed here."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages._ui import door, errors, formats, leave
from pages._ui.feedback import feedback_parts
from pages._ui.filter_bar import Asked

SETTING = "ces_easy_end"
ENDS = {"high": "The highest answer is easy", "low": "The lowest answer is easy"}


def show(survey: str, asked: Asked) -> None:
    """Ask which end is easy where neither a person nor the data have said it; else say it, and let it be changed."""
    if survey != "ces":
        return
    found = door.ask("easy_end", **feedback_parts.given(asked))
    # what is asked and kept is the workspace's, whatever this address looks with
    held = door.workspace().settings[SETTING]
    if SETTING in door.workspace().chosen_settings:
        _settled(found, f"{ENDS[held]}: so it was said for this workspace.", held)
    elif found.says == held:
        _settled(found, f"{ENDS[held]}: so the data say.", held)
    else:
        _ask(found, held)


def _ask(found: Any, held: str) -> None:
    with st.container(border=True, key="easy_end"):
        st.markdown("**:material/help: Which answer to the effort survey means that it was easy?**")
        if found.says:
            st.warning(
                f"The data say that {ENDS[found.says][0].lower()}{ENDS[found.says][1:]}. The score below takes it the "
                "other way round until you choose.", icon=":material/swap_vert:",
            )  # fmt: skip
        else:
            st.markdown(
                "Some surveys ask how easy it was, others how much effort it took. The data do not settle it: until "
                f"you choose, {ENDS[held][0].lower()}{ENDS[held][1:]}."
            )
        _evidence(found)
        _buttons(found)


def _settled(found: Any, said: str, held: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="easy_end"):
        st.caption(f":material/swap_vert: {said}", width="content")
        if not door.may("set_settings"):
            return
        with st.popover("Change", type="tertiary", icon=":material/edit:", width="content"):
            _evidence(found)
            _buttons(found, held)


def _evidence(found: Any) -> None:
    st.markdown("\n".join(f"- {formats.literal(line)}" for line in found.evidence["sentence"]))


def _buttons(found: Any, held: str = "") -> None:
    """Offer both ends, each with what the score would then be."""
    if not leave.given("set_settings", "choose"):
        return
    with st.container(horizontal=True, gap="medium"):
        for row in found.choices.to_dict("records"):
            with st.container(gap="xsmall", width=260):
                st.button(
                    ENDS[row["end"]], key=f"easy_{row['end']}", on_click=_keep, args=(row["end"],), width="stretch",
                    disabled=row["end"] == held, type="primary" if row["end"] == found.says else "secondary",
                )  # fmt: skip
                st.caption(
                    f"Then the score is {formats.value(row['value'], 'score')} "
                    f"({formats.interval(row['low'], row['high'], 'score')}), and "
                    f"{formats.literal(formats.value(row['easy'], 'share'))} found it easy."
                )


def _keep(end: str) -> None:
    with errors.shown():
        door.workspace().set_settings({SETTING: end})
