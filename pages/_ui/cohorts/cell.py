"""What was pressed in a triangle: a cell, a cohort, or a column; the people in it, and what can be done with them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics import analysis
from pages._ui import door, download, empty, formats, frames, segment_save, state
from pages._ui.cohorts.question import Question

ROWS_SHOWN = 500
EVERY = ""
WHICH = {"retained": "Who stayed", "lost": "Who did not", "all": "All of them"}
WANTED = {"retained": True, "lost": False, "all": None}


@dataclass(frozen=True)
class Cell:
    """A cell, or several of one column together: their cohorts, k, and the numbers that the triangle shows."""

    row: str
    k: int
    cohorts: tuple[Any, ...]
    numbers: dict[str, Any]

    def count(self, which: str) -> int:
        """How many the triangle says there are."""
        retained, eligible = int(self.numbers["retained"]), int(self.numbers["eligible"])
        return {"retained": retained, "lost": eligible - retained, "all": eligible}[which]


def row_id(cohort: Any) -> str:
    """Return a row as the heatmap's click names it."""
    if isinstance(cohort, pd.Timestamp):
        return cohort.strftime("%Y-%m-%dT%H:%M:%S")
    return "(none)" if formats.is_missing(cohort) else str(cohort)


def row_name(row: str, question: Question, layout: analysis.Layout) -> str:
    """Return a row's name for a list."""
    if row == EVERY:
        return "All cohorts"
    if not question.by_start:
        return row
    named = layout.frame.loc[layout.frame["cohort"].map(row_id) == row, "name"]
    return (named.iloc[0] if len(named) else "") or formats.period(row, question.grain)


def pressed(key: str = "triangle", segment: str | None = None) -> None:
    """Take a press on a cell into the address; of a triangle among others also its segment."""
    cell = _point(key)
    if cell is None or cell.get("k") is None or cell.get("cohort") is None:
        state.update(cell=None)
        return
    picked = {} if segment is None else {"pick": segment}
    state.update(cell=json.dumps([_one(cell["cohort"]), int(_one(cell["k"]))]), **picked)


def row_pressed() -> None:
    """Take a press on a cohort's name into the address: all who started in it."""
    cell = _point("triangle_names")
    state.update(cell=None if cell is None else json.dumps([_one(cell.get("cohort", EVERY)), 0]))


def _point(key: str) -> dict[str, Any] | None:
    found = st.session_state[key].selection.get("cell") or []
    cell = found[0] if isinstance(found, list) and found else found
    return cell if isinstance(cell, dict) and cell else None


def _one(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


def show(question: Question, frame: pd.DataFrame, layout: analysis.Layout, pooled: pd.DataFrame) -> None:
    """Show who is behind what was pressed, or chosen from the lists: who stayed, who did not, or all."""
    st.subheader("Who is behind a cell", anchor=False)
    shown = layout.frame[layout.frame["eligible"] > 0]
    rows = [EVERY, *dict.fromkeys(row_id(c) for c in shown["cohort"])]
    row, k = _of_address(rows) or _first(shown)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="cell_controls"):
        ks = sorted({int(n) for n in (pooled if row == EVERY else shown[shown["cohort"].map(row_id) == row])["k"]})
        k = k if k in ks else ks[-1]
        st.session_state["cell_cohort"], st.session_state["cell_k"] = row, k
        st.selectbox(
            "Cohort", rows, key="cell_cohort", width=220, on_change=_chosen,
            format_func=lambda i: row_name(i, question, layout),
        )  # fmt: skip
        st.selectbox(
            f"{question.grain.capitalize()}s since the start", ks, key="cell_k", width=200, on_change=_chosen,
            format_func=lambda n: question.steps[n - 1] if n and question.steps else str(n),
        )  # fmt: skip
        which = state.get("which")
        which = which if which in WHICH else "retained"
        st.segmented_control(
            "Show", list(WHICH), format_func=WHICH.get, required=True, **state.bind("which", "cell_which", which)
        )
    cell = _cell(row, k, frame, layout, pooled)
    st.markdown(formats.literal(analysis.sentence(cell.numbers, question.wording)))
    people = members(question, cell, which, frame)
    if people.empty:
        st.caption("Nobody.")
        return
    if empty.left_out(people, unit="Who they are"):
        return
    _people(question, cell, which, people, layout)


def members(question: Question, cell: Cell, which: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return those in a cell, one row each: as many as the triangle counts there."""
    asked = {n: v for n, v in question.arguments.items() if n != "cohort"}
    cohorts = [None if formats.is_missing(c) else row_id(c) for c in cell.cohorts]
    values = {question.by: _plain(frame[question.by].iloc[0])} if question.by else {}
    which_ones = {"cohort": cohorts, "cohorts": question.rows, "k": cell.k, "retained": WANTED[which]}
    return door.ask("members", by_values=values, **which_ones, **asked)


def _plain(value: Any) -> Any:
    return None if formats.is_missing(value) else value.item() if hasattr(value, "item") else value


def _cell(row: str, k: int, frame: pd.DataFrame, layout: analysis.Layout, pooled: pd.DataFrame) -> Cell:
    if row == EVERY:
        whole = frame[(frame["k"] == k) & frame["complete"]]
        return Cell(row, k, tuple(whole["cohort"]), pooled[pooled["k"] == k].iloc[0].to_dict())
    found = layout.frame[(layout.frame["cohort"].map(row_id) == row) & (layout.frame["k"] == k)].iloc[0]
    return Cell(row, k, tuple(layout.cohorts(found["cohort"])), found.to_dict())


def _people(question: Question, cell: Cell, which: str, people: pd.DataFrame, layout: analysis.Layout) -> None:
    shown = _shown(people.head(ROWS_SHOWN), question)
    frames.show(shown, height=min(38 + 35 * len(shown), 390), alt="The members of the cell")
    what = _name(question, cell, which, layout)
    with st.container(horizontal=True, vertical_alignment="center"):
        total = formats.plural(len(people), question.wording.units[:-1])
        few = f"{formats.count(len(shown))} of {total}." if len(shown) < len(people) else f"{total}."
        st.caption(few, width="stretch")
        segment_save.popover(what, people.get("customer_id", ()), key="cell", units=question.wording.units)
        download.table(people, key="cell_table", name=what)


def _name(question: Question, cell: Cell, which: str, layout: analysis.Layout) -> str:
    """Return what a group of people is, in the words of a name: 'Mar 2025, month 3: stayed (Customers: paying)'."""
    words = question.wording
    row = row_name(cell.row, question, layout)
    step = question.steps[cell.k - 1] if cell.k and question.steps else str(cell.k)
    did = {"retained": "stayed", "lost": "did not stay", "all": "all"}[which]
    cut = f", {question.pick}" if question.pick else ""
    when = f", {words.grain} {step}: {did}" if cell.k else ": all who started"
    return f"{row}{cut}{when} ({question.activity.label.removeprefix('Customers: ')})"


def _shown(people: pd.DataFrame, question: Question) -> pd.DataFrame:
    """Return the members in a reader's words, without what is empty or said twice."""
    units = question.wording.units
    frame = pd.DataFrame({units[:-1].capitalize(): people["unit"]})
    if units == "users" and "customer_id" in people:
        frame["Customer"] = people["customer_id"]
    frame["Started"] = [formats.day(when) for when in people["started"]]
    frame["Seen on"] = [None if formats.is_missing(when) else formats.day(when) for when in people["returned"]]
    frame["Rows counted"] = [n or None for n in people["rows"]]
    if "amount" in people:
        frame["Brought at first"], frame["Brought here"] = people["base"], people["amount"]
    frame["File"], frame["Row"] = people["_source"], people["_row"]
    return frame.dropna(axis="columns", how="all")


def computed(question: Question) -> None:
    """Show the SQL of the triangle."""
    with st.expander("How it is computed", icon=":material/function:", on_change="rerun") as opened:
        if opened.open:
            st.markdown(
                "Retained divided by the cohort's size. The row of all cohorts divides all retained by all eligible, "
                "over complete cells only: it is never a mean of percentages."
            )
            st.code(door.ask("retention_sql", **question.arguments), language="sql", wrap_lines=True, height=360)


def nobody() -> None:
    """Say that there is no cohort at all."""
    empty.nothing("No cohort starts in this period.", "Choose a longer period.")


def _chosen() -> None:
    state.update(cell=json.dumps([st.session_state["cell_cohort"], int(st.session_state["cell_k"])]))


def _of_address(rows: list[str]) -> tuple[str, int] | None:
    try:
        row, k = json.loads(state.get("cell") or "null") or (None, None)
    except (ValueError, TypeError, RecursionError):
        return None
    return (row, k) if isinstance(row, str) and row in rows and isinstance(k, int) else None


def _first(frame: pd.DataFrame) -> tuple[str, int]:
    """Return the cell to begin with: of the latest cohort that has one, the first later period that is over."""
    over = frame[(frame["k"] > 0) & frame["complete"]]
    row = (over if len(over) else frame).iloc[-1]
    first = over[over["cohort"] == row["cohort"]] if len(over) else frame.tail(1)
    return row_id(row["cohort"]), int(first["k"].min())
