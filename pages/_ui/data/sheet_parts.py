"""The sheets of a drop: which table each is, what is open, what is wrong, what comes of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any, Literal

import streamlit as st

from cs_metrics.errors import CSMetricsError
from cs_metrics.ingest.mappings.question import Question
from cs_metrics.ingest.plan import Plan
from cs_metrics.ingest.problems import Problem
from cs_metrics.ingest.sheetplan import SheetPlan
from cs_metrics.schema import TABLES
from pages._ui import download, errors, formats, frames
from pages._ui.data import column_parts, repair_parts

SKIP = "Leave it out"
LEVELS = {"error": ":red[:material/error:]", "warning": ":orange[:material/warning:]", "note": ":gray[:material/info:]"}
# few sheets are shown in full, of many only those that need a person
FEW = 3
Keep = Callable[[Plan], None]
Label = Literal["visible", "collapsed"]


def show(plan: Plan, keep: Keep) -> None:
    """Show a card for each sheet that is loaded, what needs an answer open, and a list of those left out.

    `keep` is called after every change.
    """
    used = [(i, s) for i, s in enumerate(plan.sheets) if not s.skipped]
    left = [(i, s) for i, s in enumerate(plan.sheets) if s.skipped]
    if len(plan.sheets) > FEW:
        st.markdown(_summary(plan, len(used), len(left)))
    refused = st.session_state.pop("plan_error", None)
    if refused:
        st.error(errors.said(refused), icon=":material/error:")
    for index, sheet in used:
        with errors.shown():
            _card(plan, sheet, index, keep)
    if left:
        label = f":gray[:material/block:] {formats.plural(len(left), 'sheet')} left out"
        with st.expander(label, key="left_out", on_change="rerun", expanded=not used) as opened:
            if opened.open:
                for index, sheet in left:
                    _left_out(plan, sheet, index, keep)
    repair_parts.across(plan, lambda change: _changed(plan, keep, change))


def problem(found: Problem, *, with_place: bool = False) -> None:
    """Show a group of problems: what, how many rows, examples, what to do."""
    place = f"{found.place}: " if with_place else ""
    examples = "; ".join(f"row {row}" + (f": {text}" if text else "") for row, text in found.examples[1:])
    more = f" :gray[{formats.literal(f'Also {examples}.')}]" if examples else ""
    said = formats.literal(f"{place}{found.sentence} {found.advice}".rstrip())
    st.markdown(f"{LEVELS[found.level]} {said}{more}")


def _summary(plan: Plan, used: int, left: int) -> str:
    waiting = len({id(sheet) for sheet, _ in plan.questions})
    parts = [f"{formats.plural(used, 'sheet')} will be loaded"]
    parts += [f":orange[{waiting} of them {'waits' if waiting == 1 else 'wait'} for an answer]"] if waiting else []
    parts += [f"{left} left out"] if left else []
    return f"**{', '.join(parts)}.**"


def _name(sheet: SheetPlan) -> str:
    return formats.literal(sheet.file if sheet.sheet is None else f"{sheet.file} / {sheet.sheet}")


def _title(sheet: SheetPlan) -> str:
    rows = formats.plural(sheet.rows, "row")
    goes = f"**{_name(sheet)}** → {' and '.join(sheet.tables)}"
    waiting = sum(q.open for q in sheet.questions)
    if waiting:
        return f":orange[:material/help:] {goes} ({rows}), {formats.plural(waiting, 'question')}"
    if sheet.error:
        return f":red[:material/error:] {goes} ({rows})"
    rejected = max((one.counts.rejected for one in sheet.applied), default=0)
    if rejected:
        return f":orange[:material/warning:] {goes} ({rows}, {formats.count(rejected)} of them cannot be loaded)"
    return f":green[:material/check_circle:] {goes} ({rows})"


def _card(plan: Plan, sheet: SheetPlan, index: int, keep: Keep) -> None:
    needs = bool(sheet.error) or any(q.open for q in sheet.questions)
    key = _unfolded(sheet, index)
    # once it is there, whether it is open is the person's; a changed title alone would fold it
    st.session_state.setdefault(key, needs or len(plan.sheets) == 1)
    st.session_state[f"card_{key}"] = st.session_state[key]
    with st.expander(_title(sheet), key=f"card_{key}", on_change=_folded, args=(key,)) as opened:
        if not opened.open:
            return
        sure = "" if sheet.confidence == 1 else f" ({sheet.confidence:.0%} sure)"
        st.caption(formats.literal(sheet.reason.rstrip(".") + sure + "."))
        for note in sheet.raw.notes:
            st.caption(f":material/info: {formats.literal(note)}")
        _table(plan, sheet, index, keep)
        for question in sheet.questions:
            _question(plan, sheet, question, f"question_{index}_{question.id}", keep)
        if sheet.error:
            st.error(formats.literal(sheet.error), icon=":material/error:")
        for number, table in enumerate(sheet.tables):
            if len(sheet.tables) > 1:
                st.markdown(f"**{table}**: {TABLES[table].row}")
            column_parts.show(sheet, table, f"{index}_{number}", lambda change: _changed(plan, keep, change))
        _more_tables(plan, sheet, index, keep)
        _outcome(plan, sheet, index, keep)


def _unfolded(sheet: SheetPlan, index: int) -> str:
    """Return the name under which the session holds whether a sheet's card is open."""
    return f"sheet_{sheet.raw.upload}_{index}"


def _folded(key: str) -> None:
    st.session_state[key] = st.session_state[f"card_{key}"]


def _left_out(plan: Plan, sheet: SheetPlan, index: int, keep: Keep) -> None:
    with st.container(border=True, gap="xsmall"), st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch", gap=None):
            st.markdown(f"**{_name(sheet)}** ({formats.plural(sheet.rows, 'row')})")
            st.caption(formats.literal(sheet.reason))
        with st.popover("Look at it", type="tertiary", key=f"look_{index}", on_change="rerun") as look:
            if look.open:
                _preview(sheet)
        _table(plan, sheet, index, keep, width=320, label="collapsed")


def _changed(plan: Plan, keep: Keep, change: Callable[[], Any]) -> None:
    """Make a change to the plan; what does not fit is said, and nothing has changed."""
    try:
        change()
    except CSMetricsError as error:
        st.session_state["plan_error"] = str(error)
    else:
        keep(plan)


def _table(plan: Plan, sheet: SheetPlan, index: int, keep: Keep, width: int = 640, label: Label = "visible") -> None:
    key = f"table_{index}"
    st.session_state[key] = sheet.table or SKIP

    def chosen() -> None:
        wanted = st.session_state[key]
        _changed(plan, keep, lambda: sheet.skip() if wanted == SKIP else sheet.use(wanted))
        if wanted != SKIP:
            st.session_state[_unfolded(sheet, index)] = True

    st.selectbox(
        "What a row is", [SKIP, *TABLES], key=key, on_change=chosen, width=width, label_visibility=label,
        format_func=lambda t: t if t == SKIP else f"{t}: {TABLES[t].row}",
    )  # fmt: skip


def _question(plan: Plan, sheet: SheetPlan, question: Question, key: str, keep: Keep) -> None:
    with st.container(border=True, gap="xsmall"):
        mark = ":orange[:material/help:] " if question.open else ":material/help: "
        st.markdown(f"{mark}**{formats.literal(question.text)}**")
        if question.evidence:
            st.caption(formats.literal(question.evidence))
        _answer(plan, sheet, question, key, keep)


def _answer(plan: Plan, sheet: SheetPlan, question: Question, key: str, keep: Keep) -> None:
    given = question.answer if question.answer is not None else question.default

    def answered() -> None:
        value = st.session_state[key]
        if question.kind == "date":
            value = value.isoformat() if value else None
        else:
            value = next((c.value for c in question.choices if _named(c.value) == value), None)
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
    labels = {_named(choice.value): choice.label for choice in question.choices}
    st.session_state[key] = _named(given) if _named(given) in labels else None
    shown: dict[str, Any] = {"key": key, "on_change": answered, "index": None, "label_visibility": "collapsed"}
    if len(labels) <= 4:
        st.radio(question.text, list(labels), format_func=lambda v: formats.literal(labels[v]), **shown)
    else:
        st.selectbox(
            question.text, list(labels), format_func=labels.get, width=640, placeholder="Choose", **shown
        )  # fmt: skip


def _named(value: Any) -> str:
    """Return an answer, which may be a rule, as what a widget can hold."""
    return json.dumps(value, sort_keys=True, default=str)


def _more_tables(plan: Plan, sheet: SheetPlan, index: int, keep: Keep) -> None:
    free = [t for t in TABLES if t not in sheet.tables]
    key = f"also_{index}"

    def add() -> None:
        wanted = st.session_state[key]
        if wanted:
            _changed(plan, keep, lambda: sheet.also(wanted))
        st.session_state[key] = None

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Does the sheet hold another table too?", free, index=None, key=key, on_change=add, width=420,
            placeholder="No", format_func=lambda t: f"{t}: {TABLES[t].row}",
            help="A customer list often says what each pays: the same rows then feed customers and subscriptions.",
        )  # fmt: skip
        for table in sheet.tables[1:]:
            st.button(
                f"Do not load {table}", key=f"without_{index}_{table}", type="tertiary", icon=":material/close:",
                on_click=_changed, args=(plan, keep, lambda t=table: _without(sheet, t)),
            )  # fmt: skip


def _without(sheet: SheetPlan, table: str) -> None:
    first, *others = [m for m in sheet.completed if m.table != table]
    for change, one in ((sheet.use, first), *((sheet.also, other) for other in others)):
        change(
            one.table, one.columns, attributes=one.attributes, keep_duplicates=one.keep_duplicates,
            last_row_counts=one.last_row_counts,
        )  # fmt: skip


def _outcome(plan: Plan, sheet: SheetPlan, index: int, keep: Keep) -> None:
    """Show what comes of it: the account of the rows, problems, a preview, and the rows that are not loaded."""
    aside = sheet.set_aside
    of = "rows, one for each cell," if sheet.unpivoted else "rows in the file"
    for one in sheet.applied:
        counts = one.counts
        kinds = aside[(aside["table"] == one.table) & (aside["status"] != "rejected")]["status"].value_counts()
        why = f" ({', '.join(f'{formats.count(n)} {kind}' for kind, n in kinds.items())})" if len(kinds) else ""
        st.markdown(
            f"**{one.table}**: {formats.count(counts.file)} {of} = {formats.count(counts.loaded)} loaded + "
            f"{formats.count(counts.rejected)} rejected + {formats.count(counts.set_aside)} set aside{why}."
        )
    repair_parts.show(sheet, str(index), lambda change: _changed(plan, keep, change))
    for found in sheet.problems:
        problem(found)
        if found.kind == "duplicate":
            _duplicates(plan, sheet, found.table, index, keep)
        if found.kind == "repeated id":
            _repeated(plan, sheet, found.table, index, keep)
    if not sheet.applied:
        return
    with errors.shown():
        st.caption("The first rows as they would be loaded")
        _preview(sheet)
    if len(aside):
        label = f"Rows not loaded ({formats.count(len(aside))})"
        download.table(aside, key=f"aside_{index}", name=f"{sheet.file} not loaded", label=label, numbers=False)


def _preview(sheet: SheetPlan) -> None:
    """Show the first rows, with their place in the file before them and what repairs changed in them after them."""
    shown = sheet.preview(8)
    columns = ["_row", *(c for c in shown if c != "_row")]
    frames.show(
        shown, alt=f"Preview of {sheet.raw.place}", column_order=columns,
        column_config={
            "_row": st.column_config.NumberColumn("Row", width=60, format="%d", help="The row in the file."),
            "_changed": st.column_config.TextColumn("Changed by repairs", width=320),
            **{c: st.column_config.DateColumn() for c in formats.whole_days(shown)},
        },
    )  # fmt: skip


def _repeated(plan: Plan, sheet: SheetPlan, table: str, index: int, keep: Keep) -> None:
    """Let a person say which of the rows with one id counts."""
    key = f"repeated_{index}_{table}"
    st.session_state[key] = next(m for m in sheet.completed if m.table == table).last_row_counts

    def chosen() -> None:
        wanted = st.session_state[key]
        mapping = sheet.mapping_of(table)
        _changed(plan, keep, lambda: column_parts.remap(sheet, table, mapping, last_row_counts=wanted))

    st.toggle("Of the rows with one id the last counts, not the first", key=key, on_change=chosen)


def _duplicates(plan: Plan, sheet: SheetPlan, table: str, index: int, keep: Keep) -> None:
    key = f"duplicates_{index}_{table}"
    st.session_state[key] = not any(s == "duplicate" for s in sheet.set_aside["status"])

    def chosen() -> None:
        wanted = st.session_state[key]
        mapping = sheet.mapping_of(table)
        _changed(plan, keep, lambda: column_parts.remap(sheet, table, mapping, keep_duplicates=wanted))

    st.toggle("Load the rows that repeat another", key=key, on_change=chosen)
