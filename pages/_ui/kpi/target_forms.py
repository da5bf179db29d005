"""The targets of a KPI on its page: set, changed and deleted; every step can be undone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import streamlit as st

from pages._ui import door, download, leave
from pages._ui.kpi import target_parts
from pages._ui.undoing import Undoing

changes = Undoing("target")
now = changes.now
GRAINS = {"month": "Each month", "quarter": "Each quarter", "year": "Each year", "range": "The days as a whole"}


def show(kpi: Any) -> None:
    """Show how the KPI stands to each of its targets, and offer to set, change and delete them."""
    changes.bar(kpi.id)
    frame = target_parts.of(kpi.id)
    held = {row["target"]: row for row in door.workspace().targets(kpi.id)}
    for row in target_parts.latest(frame):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", border=True):
            st.markdown(f":material/flag: {target_parts.sentence(kpi, row)}", width="stretch")
            if not door.may("save_target"):
                continue
            with st.popover("Change", icon=":material/edit:", type="tertiary", key=now(f"target_{row['target']}")):
                _form(row["target"], kpi, held[row["target"]])
                st.button(
                    "Delete", icon=":material/delete:", type="tertiary", key=f"target_gone_{row['target']}",
                    on_click=_delete, args=(kpi, row["target"]),
                )  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        if leave.given("save_target", "set targets"):
            with st.popover("Set a target", icon=":material/flag:", key=now("target_new")):
                _form("new", kpi, None)
        if len(frame):
            download.table(
                frame.drop(columns=["target", "where"]), key="targets_table", name=f"{kpi.id} targets",
                label="Targets, period by period",
            )  # fmt: skip


def _form(key: str, kpi: Any, held: dict[str, Any] | None) -> None:
    scale, unit = (100.0, " in %") if kpi.unit == "share" else (1.0, "")
    saved = {row["segment"]: row["name"] for row in door.segments()}
    whom = ["", *saved]
    had = held or {"low": None, "high": None, "grain": "month", "segment": "", "since": None, "until": None,
                   "owner": "", "review_on": None, "where": {}}  # fmt: skip
    if had["segment"] and had["segment"] not in saved:
        saved[had["segment"]] = "a deleted segment"
        whom.append(had["segment"])
    with st.form(now(f"target_form_{key}"), border=False):
        low = st.number_input(f"At least{unit}", value=_times(had["low"], scale), key=now(f"target_low_{key}"))
        high = st.number_input(f"At most{unit}", value=_times(had["high"], scale), key=now(f"target_high_{key}"))
        segment = st.selectbox(
            "For", whom, index=whom.index(had["segment"]), key=now(f"target_for_{key}"),
            format_func=lambda s: saved.get(s, "the customers of its filter" if had["where"] else "everyone"),
        )  # fmt: skip
        grain = st.selectbox(
            "Holds for", list(GRAINS), index=list(GRAINS).index(had["grain"]), format_func=GRAINS.__getitem__,
            key=now(f"target_grain_{key}"),
        )  # fmt: skip
        since = st.date_input("From", had["since"], key=now(f"target_since_{key}"))
        until = had["until"] and had["until"] - timedelta(days=1)
        until = st.date_input("To (empty: without end)", until, key=now(f"target_until_{key}"))
        owner = st.text_input("Owner", had["owner"], key=now(f"target_owner_{key}"))
        review = st.date_input("Next review", had["review_on"], key=now(f"target_review_{key}"))
        if st.form_submit_button("Save", icon=":material/save:"):
            values = {
                "low": _times(low, 1 / scale), "high": _times(high, 1 / scale), "segment": segment, "grain": grain,
                "where": {} if segment else had["where"], "since": since, "owner": owner, "review_on": review,
                "until": until and until + timedelta(days=1),
            }  # fmt: skip
            _save(kpi, held, values)


def _times(number: float | None, factor: float) -> float | None:
    return None if number is None else round(float(number) * factor, 12)


def _save(kpi: Any, held: dict[str, Any] | None, values: dict[str, Any]) -> None:
    space = door.workspace()

    def undo(kept: str) -> None:
        if held is None:
            space.delete_target(kept)
        else:
            before = {name: value for name, value in held.items() if name not in ("kpi", "created_at", "updated_at")}
            space.save_target(held["kpi"], **before)

    said = "The target was changed." if held else "The target was set."
    if changes.do(lambda: space.save_target(kpi.id, **values, target=held and held["target"]), said, undo, of=kpi.id):
        st.rerun()
    changes.failure()


def _delete(kpi: Any, target: str) -> None:
    space = door.workspace()
    changes.do(
        lambda: space.delete_target(target), "The target was deleted.", lambda _: space.restore_target(target),
        of=kpi.id,
    )  # fmt: skip
