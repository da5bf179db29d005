"""Where the columns of a sheet go: a table to change it in, which takes effect at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics.ingest.mappings.wording import in_words
from cs_metrics.ingest.sheetplan import SheetPlan
from cs_metrics.schema import TABLES
from pages._ui import formats
from pages._ui.data import rule_parts

KEEP, DROP, NOT_HERE = "(keep under its own name)", "(leave out)", "(not in this table)"
# longer lists scroll; of a second table only the columns that feed it, which come first, matter at once
MOST_ROWS, HEIGHT = 24, 800
MOST_SECOND, HEIGHT_SECOND = 9, 320
WIDTHS = {"Column": 150, "For example": 210, "How": 190, "Looks like": 240, "Sure": 60, "Why": 320}
Change = Callable[[Callable[[], Any]], None]


def show(sheet: SheetPlan, table: str, key: str, change: Change) -> None:
    """Show where each column of the file goes; choosing another place makes the change at once."""
    mapping = sheet.mapping_of(table)
    first = sheet.tables[0] == table
    places = {c.name: f"{c.name} *" if c.required else c.name for c in TABLES[table].columns}
    here = {c.name: [t.split(".", 1)[1] for t in c.targets if t.startswith(f"{table}.")] for c in sheet.columns}
    # in a second table the few columns that feed it come first
    columns = sorted(sheet.columns, key=lambda c: not first and not here[c.name])
    rest = [KEEP, DROP] if first else [NOT_HERE]
    rows = []
    for column in columns:
        told = first or bool(here[column.name])
        # a column that a rule reads too stands for itself first
        own = sorted(here[column.name], key=lambda n, c=column: mapping[n] != c.name)
        place = places[own[0]] if own else rest[0 if column.attribute or not first else 1]
        rows.append(
            {
                "Column": column.name,
                "Goes to": place,
                "For example": ", ".join(column.samples[:3]),
                "How": _how(column.name, mapping),
                "Looks like": column.profile.evidence,
                "Sure": "" if column.confidence is None or not told else f"{column.confidence:.0%}",
                "Why": column.reason if told else "",
            }
        )
    frame = pd.DataFrame(rows)
    if not frame["How"].any():
        frame = frame.drop(columns="How")
    # a new table after each change: the old one would lay its earlier edits over what has come of them
    rounds = f"edits_{key}_{table}"
    st.session_state.setdefault(rounds, 0)
    editor = f"columns_{key}_{table}_{st.session_state[rounds]}"

    def edited() -> None:
        back = {label: name for name, label in places.items()}
        for row, changes in st.session_state[editor]["edited_rows"].items():
            source, target = columns[int(row)].name, changes.get("Goes to", frame["Goes to"][int(row)])
            if target != frame["Goes to"][int(row)]:
                change(lambda s=source, t=target: _move(sheet, table, s, back.get(t, t)))
        st.session_state[rounds] += 1

    most, height = (MOST_ROWS, HEIGHT) if first else (MOST_SECOND, HEIGHT_SECOND)
    st.data_editor(
        frame, key=editor, on_change=edited, hide_index=True, alt=f"Where the columns of {sheet.raw.place} go",
        disabled=[c for c in frame if c != "Goes to"], height="content" if len(frame) <= most else height,
        column_config={
            "Goes to": st.column_config.SelectboxColumn(
                options=[*places.values(), *rest], required=True, width=190,
                help="Press a cell twice to choose another place. * must be there.",
            ),
            **{n: st.column_config.TextColumn(width=w, pinned=n == "Column") for n, w in WIDTHS.items() if n in frame},
        },
    )  # fmt: skip
    constants = [f"`{name}` is {formats.literal(in_words(spec))}" for name, spec in mapping.items() if not reads(spec)]
    if constants:
        st.caption("For every row: " + "; ".join(constants) + ".")
    rule_parts.show(sheet, table, key, change, remap)


def reads(spec: Any) -> list[str]:
    """Return the source columns that a column's value is made from."""
    if isinstance(spec, str):
        return [spec]
    found = [spec[k] for k in ("from", "flag", "months_before", "times") if k in spec]
    return [name for one in found for name in (one if isinstance(one, list) else [one])]


def _how(source: str, mapping: dict[str, Any]) -> str:
    rules = {name: spec for name, spec in mapping.items() if isinstance(spec, dict) and source in reads(spec)}
    return "; ".join(f"{name}: {in_words(spec)}" for name, spec in rules.items())


def _move(sheet: SheetPlan, table: str, source: str, target: str) -> None:
    """Send a source column to another place: a column of the table, its own name, or nowhere."""
    mapping = {n: spec for n, spec in sheet.mapping_of(table).items() if source not in reads(spec)}
    kept = [c.name for c in sheet.columns if c.attribute and c.name != source]
    if target not in (KEEP, DROP, NOT_HERE):
        mapping[target] = source
    if target == KEEP:
        kept.append(source)
    remap(sheet, table, mapping, attributes=kept)


def remap(
    sheet: SheetPlan,
    table: str,
    mapping: dict[str, Any],
    *,
    attributes: list[str] | None = None,
    keep_duplicates: bool | None = None,
    last_row_counts: bool | None = None,
) -> None:
    """Map a sheet to one of its tables anew; what is not said stays. Only the first table takes attributes."""
    before = next(m for m in sheet.completed if m.table == table)
    own = (before.attributes if attributes is None else attributes) if sheet.tables[0] == table else ()
    doubles = before.keep_duplicates if keep_duplicates is None else keep_duplicates
    last = before.last_row_counts if last_row_counts is None else last_row_counts
    change = sheet.use if len(sheet.tables) == 1 else sheet.also
    change(table, mapping, attributes=own, keep_duplicates=doubles, last_row_counts=last)
