"""What a number opens to: the formula with the numbers put in, the SQL, the rows with the file and row of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import streamlit as st

from cs_metrics.errors import CSMetricsError
from cs_metrics.reports.counted import readable
from pages._ui import answer, door, download, empty, errors, formats, frames
from pages._ui.door import Question

ROWS_SHOWN = 500
HOLE = re.compile(r"\{(?P<name>\w+)(?::(?P<what>[^}]+))?\}")


def show(
    kpi: Any,
    question: Question,
    result: Any,
    beside: Mapping[str, float],
    *,
    period: str | None = None,
    item: str | None = None,
    key: str = "opens",
) -> None:
    """Show the panel for one result: a row of `compute`, of the period that starts at `period` (ISO; None: the range),
    with the numbers beside it. `item`: the result is of that item.

    Formula, SQL and rows are tabs; SQL and rows are asked for when their tab is opened.
    """
    formula, sql, rows = st.tabs(["Formula", "SQL", "Rows"], key=f"{key}_tabs", on_change="rerun")
    with formula:
        if formula.open:
            _formula(kpi, result, beside)
    with sql:
        if sql.open:
            with errors.shown():
                st.code(door.sql(kpi.id, question), language="sql", wrap_lines=True, height=360)
                st.caption("It runs as it stands on the version's DuckDB file.")
    with rows:
        if rows.open:
            with errors.shown():
                _rows(kpi, question, period, item, key)


def sentence(kpi: Any, result: Any, beside: Mapping[str, float]) -> str:
    """Return the formula with the numbers put in, as Markdown: '41 customers lost / 612 at the start = **6.7 %**'.

    `beside`: the numbers shown beside the value, by name. Where there is no value: the reason. Of an item its own
    numbers are put in; where the sentence asks for those beside the whole, only the quotient is said.
    """
    settings = door.settings()
    if formats.is_missing(result["value"]):
        return formats.literal(result["note"] or "Nothing to count: no value.")
    numbers = {**settings, **result, **beside}

    def put_in(found: re.Match[str]) -> str:
        if found["name"] == "value":
            return f"**{formats.literal(formats.value(result['value'], kpi.unit, settings['currency']))}**"
        return formats.literal(formats.part(numbers.get(found["name"]), found["what"] or "", settings["currency"]))

    words = door.words(kpi.id)
    known = set(numbers) if answer.is_whole(result.get("item")) else {*settings, *result}
    if not {found["name"] for found in HOLE.finditer(words)} <= known:
        below = "" if formats.is_missing(result["denominator"]) else " / {denominator}"
        words = f"{{numerator}}{below}"
    return HOLE.sub(put_in, words if "{value}" in words else f"{words} = {{value}}")


def cautions(kpi: Any, result: Any, minimum_n: int) -> list[str]:
    """Return what a careful reader should know of a result: its interval, a small n, an open period, its note. Why
    there is no value stands in the sentence already."""
    if formats.is_missing(result["value"]):
        return [] if result["complete"] else ["The period is not over in these data."]
    lines = []
    ends = [formats.value(result[end], kpi.unit, door.settings()["currency"]) for end in ("low", "high")]
    between = formats.interval(result["low"], result["high"], kpi.unit, door.settings()["currency"])
    if between and ends[0] != ends[1]:
        lines.append(f"By chance alone it could be {between} (95 % interval).")
    n = door.whole(result["n"])
    if n is not None and n < minimum_n:
        lines.append(f"Only {formats.count(n)} counted: too few to rely on.")
    if not result["complete"]:
        lines.append("The period is not over in these data: the value can still change.")
    if result["note"]:
        lines.append(formats.literal(result["note"]))
    return lines


def _formula(kpi: Any, result: Any, beside: Mapping[str, float]) -> None:
    st.markdown(f"*{formats.prose(kpi.doc.formula)}*")
    if result is None:
        st.caption("Nothing was computed for this period.")
        return
    if not answer.is_whole(result["item"]):
        st.caption(f"Of {formats.literal(formats.item(kpi, result['item']))} alone.")
    st.markdown(sentence(kpi, result, beside))
    for line in cautions(kpi, result, door.settings()["minimum_n"]):
        st.caption(line)


def _rows(kpi: Any, question: Question, period: str | None, item: str | None, key: str) -> None:
    parts = {"numerator": "Counted above the line", "denominator": "Counted below the line"}
    part = st.segmented_control(
        "Which rows", list(parts), format_func=parts.get, default="numerator", key=f"{key}_part", required=True
    )
    try:
        frame = door.rows(kpi.id, question, period=period, part=part, item=item)
    except CSMetricsError as error:
        errors.show(error)
        return
    if frame.empty:
        empty.nothing("No rows.", "Nothing was counted here.")
        return
    frame = readable(frame)
    frames.show(frame.head(ROWS_SHOWN), height=320, alt=f"Rows behind {kpi.name}")
    with st.container(horizontal=True, vertical_alignment="center"):
        shown = min(len(frame), ROWS_SHOWN)
        count = f"{formats.count(shown)} of {formats.plural(len(frame), 'row')}"
        st.caption(f"{count}; the last columns name the file and the row there.", width="stretch")
        download.table(frame, key=f"{key}_rows", name=f"{kpi.id} {part} rows")
