"""One sheet of a drop: which table it is, where its columns go, what is open, what is wrong, what comes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics.errors import CSMetricsError
from cs_metrics.ingest.plan import Plan
from cs_metrics.ingest.problems import Problem
from cs_metrics.ingest.questions import Question
from cs_metrics.ingest.sheetplan import SheetPlan
from cs_metrics.ingest.wording import in_words
from cs_metrics.schema import TABLES
from pages._ui import download, errors, formats, rule_parts

SKIP = "Leave it out"
KEEP, DROP = "(keep under its own name)", "(leave out)"
LEVELS = {"error": ":red[:material/error:]", "warning": ":orange[:material/warning:]", "note": ":gray[:material/info:]"}
Keep = Callable[[Plan], None]


def show(plan: Plan, sheet: SheetPlan, index: int, keep: Keep) -> None:
    """Show a sheet's card. `keep` is called after every change."""
    open_questions = [q for q in sheet.questions if q.open]
    with st.expander(_title(sheet, open_questions), expanded=bool(open_questions or sheet.error) or index == 0):
        if sheet.skipped:
            st.caption(sheet.reason)
        else:
            st.caption(f"{sheet.reason} ({formats.value(sheet.confidence, 'share')} sure).".replace(".. (", ". ("))
        for note in sheet.raw.notes:
            st.caption(f":material/info: {note}")
        _table(plan, sheet, index, keep)
        if sheet.skipped:
            st.dataframe(sheet.preview(), hide_index=True, alt=f"First rows of {sheet.raw.place}")
            return
        _questions(plan, sheet, index, keep)
        if sheet.error:
            st.error(sheet.error, icon=":material/error:")
        for number, table in enumerate(sheet.tables):
            if len(sheet.tables) > 1:
                st.markdown(f"**{table}**: {TABLES[table].row}")
            _columns(plan, sheet, table, f"{index}_{number}", keep)
        _more_tables(plan, sheet, index, keep)
        _outcome(sheet, index)


def problem(found: Problem, *, with_place: bool = False) -> None:
    """Show a group of problems: what, how many rows, examples, what to do."""
    place = f"{found.place}: " if with_place else ""
    examples = "; ".join(f"row {row}" + (f": {text}" if text else "") for row, text in found.examples[1:])
    more = f" Also {examples}." if examples else ""
    st.markdown(f"{LEVELS[found.level]} {place}{found.sentence}{more} {found.advice}".rstrip())


def _title(sheet: SheetPlan, open_questions: list[Question]) -> str:
    name = sheet.file if sheet.sheet is None else f"{sheet.file} / {sheet.sheet}"
    rows = formats.plural(sheet.rows, "row")
    if sheet.skipped:
        return f":gray[:material/block: {name}: left out ({rows})]"
    tables = " and ".join(sheet.tables)
    if open_questions:
        asked = formats.plural(len(open_questions), "question")
        return f":orange[:material/help:] **{name}** → {tables} ({rows}), {asked}"
    if sheet.error:
        return f":red[:material/error:] **{name}** → {tables} ({rows})"
    return f":green[:material/check_circle:] **{name}** → {tables} ({rows})"


def _changed(plan: Plan, keep: Keep, change: Callable[[], Any]) -> None:
    """Make a change to the plan; what does not fit is said, and nothing has changed."""
    try:
        change()
    except CSMetricsError as error:
        st.session_state["plan_error"] = str(error)
    else:
        keep(plan)


def _table(plan: Plan, sheet: SheetPlan, index: int, keep: Keep) -> None:
    key = f"table_{index}"
    options = [SKIP, *TABLES]
    st.session_state[key] = sheet.table or SKIP
    refused = st.session_state.pop("plan_error", None)
    if refused:
        st.error(refused, icon=":material/error:")

    def chosen() -> None:
        wanted = st.session_state[key]
        _changed(plan, keep, lambda: sheet.skip() if wanted == SKIP else sheet.use(wanted))

    st.selectbox(
        "What a row is", options, key=key, on_change=chosen, width=420,
        format_func=lambda t: t if t == SKIP else f"{t}: {TABLES[t].row}",
    )  # fmt: skip


def _questions(plan: Plan, sheet: SheetPlan, index: int, keep: Keep) -> None:
    for question in sheet.questions:
        with st.container(border=True, gap="xsmall"):
            mark = ":orange[:material/help:] " if question.open else ":material/help: "
            st.markdown(f"{mark}**{question.text}**")
            if question.evidence:
                st.caption(question.evidence[0].upper() + question.evidence[1:])
            _answer(plan, sheet, question, f"question_{index}_{question.id}", keep)


def _answer(plan: Plan, sheet: SheetPlan, question: Question, key: str, keep: Keep) -> None:
    given = question.answer if question.answer is not None else question.default

    def answered() -> None:
        value = st.session_state[key]
        if isinstance(value, dt.date):
            value = value.isoformat()
        _changed(plan, keep, lambda: sheet.answer(question.id, value))

    if question.kind == "date":
        st.session_state[key] = dt.date.fromisoformat(given) if given else None
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.date_input(question.text, key=key, on_change=answered, label_visibility="collapsed", width=200)
            if question.suggestion and not given:
                st.button(
                    f"Use {formats.day(dt.date.fromisoformat(str(question.suggestion)))}", key=f"{key}_suggested",
                    on_click=_changed, args=(plan, keep, lambda: sheet.answer(question.id, question.suggestion)),
                )  # fmt: skip
        return
    labels = {choice.value: choice.label for choice in question.choices}
    st.session_state[key] = given if given in labels else None
    if len(labels) <= 4:
        st.radio(
            question.text, list(labels), format_func=labels.get, key=key, on_change=answered, index=None,
            label_visibility="collapsed",
        )  # fmt: skip
    else:
        st.selectbox(
            question.text, list(labels), format_func=labels.get, key=key, on_change=answered, index=None,
            label_visibility="collapsed", width=420, placeholder="Choose",
        )  # fmt: skip


def _columns(plan: Plan, sheet: SheetPlan, table: str, key: str, keep: Keep) -> None:
    """Show where each column of the file goes; choosing another place takes effect at once."""
    mapping = sheet.mapping_of(table)
    model = TABLES[table]
    required = {c.name for c in model.columns if c.required}
    places = {c.name: f"{c.name} *" if c.name in required else c.name for c in model.columns}
    frame = pd.DataFrame(
        [
            {
                "Column": column.name,
                "Goes to": _place(column, table, places),
                "How": _how(column.name, mapping, table),
                "Looks like": column.profile.evidence,
                "For example": ", ".join(column.samples[:3]),
                "Sure": column.confidence,
                "Why": column.reason,
            }
            for column in sheet.columns
        ]
    )
    goals = [*places.values(), KEEP, DROP]
    editor = f"columns_{key}_{table}"

    def edited() -> None:
        back = {label: name for name, label in places.items()}
        for row, changes in st.session_state[editor]["edited_rows"].items():
            if "Goes to" in changes:
                source, target = sheet.columns[int(row)].name, changes["Goes to"]
                _changed(plan, keep, lambda s=source, t=target: _move(sheet, table, s, back.get(t, t)))

    st.data_editor(
        frame, key=editor, on_change=edited, hide_index=True, alt=f"Where the columns of {sheet.raw.place} go",
        disabled=[c for c in frame if c != "Goes to"], height=min(38 + 35 * len(frame), 460),
        column_config={
            "Goes to": st.column_config.SelectboxColumn(options=goals, required=True, width=190),
            "Sure": st.column_config.NumberColumn(format="percent", width=70),
            "Column": st.column_config.TextColumn(pinned=True, width=150),
            "How": st.column_config.TextColumn(width=170),
            "Looks like": st.column_config.TextColumn(width=260),
            "For example": st.column_config.TextColumn(width=200),
            "Why": st.column_config.TextColumn(width=300),
        },
    )  # fmt: skip
    constants = [f"`{name}` is {in_words(spec)}" for name, spec in mapping.items() if not _reads(spec)]
    if constants:
        st.caption("For every row: " + "; ".join(constants) + ".")
    rule_parts.show(sheet, table, key, lambda change: _changed(plan, keep, change))


def _place(column: Any, table: str, places: dict[str, str]) -> str:
    here = [t.split(".", 1)[1] for t in column.targets if t.startswith(f"{table}.")]
    if here:
        return places[here[0]]
    return KEEP if column.attribute else DROP


def _reads(spec: Any) -> bool:
    return isinstance(spec, str) or "constant" not in spec


def _how(source: str, mapping: dict[str, Any], table: str) -> str:
    ways = []
    for name, spec in mapping.items():
        if isinstance(spec, dict) and source in str(spec):
            ways.append(f"{name}: {in_words(spec)}")
    return "; ".join(ways)


def _move(sheet: SheetPlan, table: str, source: str, target: str) -> None:
    """Send a source column to another place: a column of the table, its own name, or nowhere."""
    mapping = {n: s for n, s in sheet.mapping_of(table).items() if s != source and _source_of(s) != source}
    kept = [c.name for c in sheet.columns if c.attribute and c.name != source]
    if target not in (KEEP, DROP):
        mapping[target] = source
    if target == KEEP:
        kept.append(source)
    first = sheet.tables[0] == table
    attributes = kept if first else ()
    if len(sheet.tables) == 1:
        sheet.use(table, mapping, attributes=attributes)
    else:
        sheet.also(table, mapping, attributes=attributes)


def _source_of(spec: Any) -> Any:
    return (
        next((spec.get(k) for k in ("from", "flag", "months_before") if k in spec), None)
        if isinstance(spec, dict)
        else spec
    )


def _more_tables(plan: Plan, sheet: SheetPlan, index: int, keep: Keep) -> None:
    free = [t for t in TABLES if t not in sheet.tables]
    key = f"also_{index}"

    def add() -> None:
        wanted = st.session_state[key]
        if wanted:
            _changed(plan, keep, lambda: sheet.also(wanted))
        st.session_state[key] = None

    st.selectbox(
        "Does the sheet hold a second table too?", free, index=None, key=key, on_change=add, width=420,
        placeholder="No, one only", format_func=lambda t: f"{t}: {TABLES[t].row}",
        help="A customer list often says what each pays: the same rows then feed customers and subscriptions.",
    )  # fmt: skip


def _outcome(sheet: SheetPlan, index: int) -> None:
    """Show what comes of it: the account of the rows, problems, a preview, and the rows that are not loaded."""
    for one in sheet.applied:
        counts = one.counts
        st.markdown(
            f"**{one.table}**: {formats.count(counts.file)} rows in the file = {formats.count(counts.loaded)} loaded + "
            f"{formats.count(counts.rejected)} rejected + {formats.count(counts.set_aside)} set aside "
            "(headers, blank lines, totals, duplicates)."
        )
    for found in sheet.problems:
        problem(found)
    if not sheet.applied:
        return
    with errors.shown():
        st.caption("The first rows as they would be loaded")
        st.dataframe(sheet.preview(8), hide_index=True, alt=f"Preview of {sheet.raw.place}")
    aside = sheet.set_aside
    if len(aside):
        download.table(
            aside, key=f"aside_{index}", name=f"{sheet.file} not loaded",
            label=f"Rows not loaded ({formats.count(len(aside))})",
        )  # fmt: skip
