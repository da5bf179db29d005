"""Closing the loop: the bad answers as a list to work through, and what came of following them up."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics.analysis.feedback.loop import loop_words
from cs_metrics.errors import CSMetricsError
from cs_metrics.kpis import KPI
from pages._ui import door, download, empty, errors, formats, frames, leave, state
from pages._ui.feedback import feedback_parts, loop_figures, loop_log
from pages._ui.filter_bar import Asked
from pages._ui.serving import access
from pages._ui.todo import todo_parts

SHOWN = 500
STATES = {"open": "Open", "contacted": "Contacted", "resolved": "Resolved"}
ANYONE, NOBODY = "Anyone", "Nobody"
DRAWN = "_loop_drawn_"
CONTACTED = "Contacted at"
EDITED = {"State": "state", "Owner": "owner", "Note": "note", CONTACTED: "when"}


def show(survey: str, kpi: KPI, asked: Asked) -> None:
    """Show the figures, the list with its states to be changed, and what the next answers say."""
    todo_parts.waiting()
    changes = door.workspace().follow_up_changes()
    given = feedback_parts.given(asked)
    found = door.ask("loop_summary", survey, changes=changes, **given)
    if not found.answers:
        empty.nothing("Nothing to follow up.", f"Nobody gave a bad answer in {asked.span}.")
        _gone(survey, changes)
        return
    st.markdown(formats.literal(loop_words.headline(found)))
    loop_figures.tiles(found)

    st.subheader("To follow up", anchor=False)
    _list(survey, found, changes, given)
    loop_log.show()
    _gone(survey, changes)

    st.subheader("What is open, by age", anchor=False)
    loop_figures.ages(found)
    st.subheader("How fast", anchor=False)
    st.markdown("\n".join(f"- {formats.literal(said)}" for said in loop_words.speed_words(found)))
    st.subheader("What the next answers say", anchor=False)
    loop_figures.moved(found)


def _list(survey: str, found: Any, changes: int, given: dict[str, Any]) -> None:
    """Show the answers of the chosen state and owner; state, owner and note can be changed and saved together."""
    chosen, owner = _filters(found)
    asked = {"state": chosen, "owner": owner, **given}
    key, drawn = _drawn([survey, door.view().number, door.definitions(), asked], changes)
    words: dict[str, Any] = {"changes": drawn, **asked}
    frame = door.ask("follow_ups", survey, limit=SHOWN, **words)
    if frame.empty:
        st.caption("No answer of this state and owner.")
        return
    st.data_editor(
        _shown(frame), key=key, hide_index=True, height=min(38 + 35 * len(frame), 420), num_rows="fixed",
        placeholder="", alt="Bad answers to follow up; state, owner and note can be changed", column_config=_columns(),
        disabled=[c for c in _shown(frame).columns if c not in EDITED] if door.may("set_follow_ups") else True,
    )  # fmt: skip
    if leave.given("set_follow_ups", "follow up"):
        _save(frame, key)
    with st.container(horizontal=True, vertical_alignment="center"):
        count = formats.plural(len(frame), "answer")
        few = f"The first {count}; the file has more." if len(frame) == SHOWN else f"{count}."
        money = "; MRR and renewal are as of then" if "mrr" in frame and frame["mrr"].notna().any() else ""
        how = " " + formats.on_screen(f"State, Owner, Note and {CONTACTED} can be changed: press a cell, then save.")
        st.caption(
            f"{few}{how if door.may('set_follow_ups') else ''} Age is in days, up to "
            f"{formats.last_day(door.as_of())}{money}.", width="stretch",
        )  # fmt: skip
        download.table(
            lambda: door.ask("follow_ups", survey, limit=10_000, **words), key="follow_ups", name=f"{survey} follow-ups"
        )


def _drawn(asked: list[Any], changes: int) -> tuple[str, int]:
    """Return the table's key, and after how many changes it shows the list. While somebody edits, the list stays as it
    was drawn: what others save meanwhile moves no row under the edits, and holds beside them."""
    name = hashlib.md5(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()[:12]
    drawn = st.session_state.get(f"{DRAWN}{name}", changes)
    if not st.session_state.get(f"loop_{name}_{drawn}", {}).get("edited_rows"):
        drawn = changes
    st.session_state[f"{DRAWN}{name}"] = drawn
    return f"loop_{name}_{drawn}", drawn


def _filters(found: Any) -> tuple[str | None, str | None]:
    counts = found.states.set_index("state")["answers"]
    options = {"all": "All", **{name: f"{label} ({formats.count(counts[name])})" for name, label in STATES.items()}}
    held = state.get("todo", "open")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.segmented_control(
            "State", list(options), format_func=options.get, required=True,
            **state.bind("todo", value=held if held in options else "open"),
        )  # fmt: skip
        who = [ANYONE, NOBODY, *found.owners]
        held = state.get("owner", ANYONE)
        owner = st.selectbox("Owner", who, width=220, **state.bind("owner", value=held if held in who else ANYONE))
    return None if chosen == "all" else chosen, {ANYONE: None, NOBODY: ""}.get(owner, owner)


def _shown(frame: pd.DataFrame) -> pd.DataFrame:
    said = {column: frame[column].fillna("") for column in ("comment", "name") if column in frame}
    shown = pd.DataFrame({
        "State": [STATES[s] for s in frame["state"]], "Score": frame.get("score"), "Comment": said.get("comment"),
        "Customer": frame.get("customer_id"), "Respondent": frame.get("user_id"), "Owner": frame["owner"],
        "Note": frame["note"], CONTACTED: frame["contacted_at"],
        "Answered": [formats.day(when) for when in frame["answered_at"]], "Age": frame["age"], "MRR": frame.get("mrr"),
        "Renewal": [_day(when) for when in frame["renewal_at"]],
        "Contact in the data": [_day(when) for when in frame["touched_at"]],
        "Next answer": frame.get("next_score"), "Customer id": frame.get("customer_id"), "File": frame["_source"],
        "Row": frame["_row"],
    })  # fmt: skip
    if "name" in said and said["name"].any():
        shown["Customer"] = frame["name"].fillna(frame["customer_id"]) if "customer_id" in frame else frame["name"]
    else:
        shown = shown.drop(columns="Customer id")
    bare = [c for c in shown if c not in EDITED and (shown[c].isna().all() or (shown[c] == "").all())]
    return shown.drop(columns=bare)


def _day(when: Any) -> str:
    return "" if formats.is_missing(when) else formats.day(when)


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "State": column.SelectboxColumn(options=list(STATES.values()), required=True, width=110),
        "Score": column.NumberColumn(width=60, format="%g"),
        "Comment": column.TextColumn(width=280),
        "Owner": column.TextColumn(width=130, max_chars=200, help="Who follows up: the account's CSM until changed."),
        "Note": column.TextColumn(width=180, max_chars=4000),
        CONTACTED: column.DatetimeColumn(width=150, step=60, help="Left out: when it is saved as contacted."),
        "Age": column.NumberColumn(width=60),
        "MRR": column.NumberColumn(f"MRR ({door.settings()['currency']})", format="localized", width=100, step=1),
        "Next answer": column.NumberColumn(width=90, format="%g", help="What the same respondent answered next."),
        "Contact in the data": column.TextColumn(help="The first contact of ours with the account since the answer."),
        "Renewal": column.TextColumn(help="When the next contract of the customer ends."),
    }


def _save(frame: pd.DataFrame, key: str) -> None:
    """Offer to save what was changed in the table."""
    edits = st.session_state.get(key, {}).get("edited_rows", {})
    names = {label: name for name, label in STATES.items()}
    changes = []
    for place, cells in sorted(edits.items(), key=lambda item: int(item[0])):
        row = frame.iloc[int(place)]
        said = {EDITED[column]: value or "" for column, value in cells.items() if column in EDITED}
        when = said.pop("when", "")
        said["state"] = names.get(said.get("state", ""), "")
        said = {name: value for name, value in said.items() if value != row[name] and (value or name != "state")}
        if when:
            said = {"state": "contacted", **said, "when": when}
        if said:
            changes.append({"follow_up": str(row["follow_up"]), **said})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        who = access.who()
        if not who:
            st.session_state.setdefault("follow_up_who", st.session_state.get(loop_log.WHO, ""))
            who = st.text_input("Your name", max_chars=80, width=220, placeholder="For the log", key="follow_up_who")
        label = f"Save {formats.plural(len(changes), 'change')}" if changes else "Save"
        pressed = st.button(label, type="primary", icon=":material/save:", disabled=not changes, key="save_follow_ups")
    st.session_state[loop_log.WHO] = who
    if pressed:
        try:
            door.workspace().set_follow_ups(changes, version=door.view().number, who=who.strip())
        except CSMetricsError as error:
            errors.show(error)
            return
        del st.session_state[key]
        st.toast(f"Saved {formats.plural(len(changes), 'change')}.", icon=":material/check:")
        st.rerun()


def _gone(survey: str, changes: int) -> None:
    """Tell of follow-ups whose answer is no longer in the data."""
    frame = door.ask("follow_ups_gone", survey, changes=changes)
    if frame.empty:
        return
    with st.expander(formats.literal(loop_words.gone_words(len(frame))), icon=":material/history_toggle_off:"):
        shown = frame.assign(
            state=frame["state"].map(STATES), changed_at=[formats.instant(when) for when in frame["changed_at"]]
        ).drop(columns="follow_up")
        frames.show(
            shown.rename(columns={
                "customer_id": "Customer", "answered_at": "Answered", "score": "Score", "state": "State",
                "owner": "Owner", "note": "Note", "changed_at": "Changed", "who": "Who",
            }), alt="Follow-ups whose answer is not in this version",
        )  # fmt: skip
        download.table(frame, key="loop_gone", name="follow-ups without their answer", numbers=False)
