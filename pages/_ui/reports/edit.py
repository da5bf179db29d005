"""Writing into a report: a section's own text, which of its generated sentences stand, what it said before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from cs_metrics.errors import ConflictError
from cs_metrics.reports import brief
from pages._ui import door, formats
from pages._ui.links import linked
from pages._ui.undoing import Undoing

OPEN = "_report_open"
"""What is being written: the report as its writer saw it, and the section."""
UNDOING = Undoing("report")
HINT = "An empty line ends a paragraph; a line that begins with '- ' is a bullet."


def may(report: Any) -> bool:
    """Return whether whoever reads may write into this report."""
    return not report.partial and linked.opened() is None and door.may("save_report")


def heading(report: Any, section: Any) -> None:
    """Show a section's title and, to who may write, the way to do so."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(section.title, anchor=False, width="content")
        if may(report) and not _is_open(report, section):
            st.button(
                "Edit", icon=":material/edit:", type="tertiary", key=f"edit_{section.id}", on_click=_begin,
                args=(report, section), help=f"Write into '{section.title}', or leave sentences out",
            )  # fmt: skip


def form(report: Any, section: Any) -> None:
    """Show the section's text to be written, where somebody asked for that."""
    if not _is_open(report, section) or not may(report):
        return
    seen = st.session_state[OPEN]["report"].section(section.id)
    with st.container(border=True, key="report_form"):
        st.button(
            "Write on from the generated sentences", icon=":material/content_copy:", type="tertiary",
            key="report_take_over", on_click=_take_over, args=(seen,),
            help="Puts them into the text below, to be changed there. Their numbers then stay as they are now.",
        )  # fmt: skip
        with st.form("report_text_form", border=False):
            st.text_area("Your text", key="report_text", height=190, max_chars=10_000, help=HINT, placeholder=HINT)
            if seen.generated:
                st.caption("Generated sentences that stand below it")
                for number, sentence in enumerate(seen.generated):
                    st.checkbox(formats.literal(sentence.text), key=f"report_keeps_{number}")
            st.caption("Numbers that you type are not checked, and stay as they are: the report says who wrote them.")
            with st.container(horizontal=True, gap="small"):
                st.form_submit_button("Save", icon=":material/save:", type="primary", on_click=_save)
                st.form_submit_button("Cancel", type="tertiary", on_click=_close)
        _earlier(report, section)


def _earlier(report: Any, section: Any) -> None:
    """List what the section said before, each to be brought back."""
    history = door.workspace().report_history(report, section.id)
    if not history:
        return
    with st.expander("What it said before", icon=":material/history:"):
        for row in history[:-1][::-1]:
            who = f" by {formats.literal(row['who'])}" if row["who"] else ""
            first = " ".join(row["text"].split())[:120] or (
                f"{formats.plural(len(row['left_out']), 'sentence')} left out" if row["left_out"] else "as generated"
            )
            _bring_back(
                report, section, row["revision"], f"{formats.instant(row['changed_at'])}{who}: {formats.literal(first)}"
            )
        _bring_back(report, section, 0, "As generated from the data, without a person's words")


def _bring_back(report: Any, section: Any, revision: int, said: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(said, width="stretch")
        st.button(
            "Bring back", icon=":material/restore:", type="tertiary", key=f"report_back_{revision}", on_click=_restore,
            args=(report, section, revision, f"'{section.title}' says again what it said."),
        )  # fmt: skip


def _is_open(report: Any, section: Any) -> bool:
    held = st.session_state.get(OPEN)
    return held is not None and held["section"] == section.id and _which(held["report"]) == _which(report)


def _which(report: Any) -> tuple[Any, ...]:
    return report.kind, report.period.start, report.where, door.workspace().name


def _begin(report: Any, section: Any) -> None:
    st.session_state[OPEN] = {"report": report, "section": section.id}
    st.session_state["report_text"] = section.words.text if section.words else ""
    kept = {s.key for s in section.sentences}
    for number, sentence in enumerate(section.generated):
        st.session_state[f"report_keeps_{number}"] = sentence.key in kept


def _take_over(section: Any) -> None:
    own = st.session_state.get("report_text", "").strip()
    st.session_state["report_text"] = "\n".join(filter(None, (own, brief.texts(section.sentences))))
    for number in range(len(section.generated)):
        st.session_state[f"report_keeps_{number}"] = False


def _close() -> None:
    st.session_state.pop(OPEN, None)


def _save() -> None:
    seen = st.session_state[OPEN]["report"]
    section = seen.section(st.session_state[OPEN]["section"])
    left_out = [s.key for n, s in enumerate(section.generated) if not st.session_state.get(f"report_keeps_{n}", True)]

    def save() -> int:
        try:
            return door.workspace().save_report(
                seen, section.id, text=st.session_state["report_text"], left_out=left_out
            )
        except ConflictError:
            # what they typed stays, beside what stands there now: the next time they save it knowing that
            st.session_state[OPEN]["report"] = door.view().rewritten(seen)
            raise

    _do(save, f"'{section.title}' was saved.", seen, section)


def _restore(report: Any, section: Any, revision: int, said: str) -> None:
    _do(lambda: door.workspace().restore_report(report, section.id, revision), said, report, section)


def _do(action: Callable[[], int], said: str, report: Any, section: Any) -> None:
    """Write into a section, with the way back to what it said before; what is open closes."""
    before = section.revision
    if UNDOING.do(
        action, said, lambda made: door.workspace().restore_report(report, section.id, revision=before, seen=made)
    ):
        _close()
