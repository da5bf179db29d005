"""Filling a column of the model by a rule: units, cents, durations, words, tenure, through another table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import streamlit as st

from cs_metrics.ingest.mappings.wording import UNITS, in_words
from cs_metrics.ingest.sheetplan import SheetPlan
from cs_metrics.schema import TABLES, Column, Type
from pages._ui import formats

Change = Callable[[Callable[[], Any]], None]
Remap = Callable[[SheetPlan, str, dict[str, Any]], None]
MOMENTS = (Type.DATE, Type.INSTANT)
NUMBERS = (Type.MONEY, Type.NUMBER, Type.INTEGER)

# rule, how a person calls it, the types of model column that it can fill (empty: any)
RULES: tuple[tuple[str, str, tuple[Type, ...]], ...] = (
    ("values", "Words in the file mean other words here", ()),
    ("constant", "The same for every row", ()),
    ("after", "A duration after another moment", MOMENTS),
    ("before", "A duration before another moment", MOMENTS),
    ("months_before", "A tenure in months, counted back from a date", MOMENTS),
    ("flag", "A date, for the rows that a yes/no column marks", MOMENTS),
    ("day_order", "A date with the day or the month first", MOMENTS),
    ("epoch", "Seconds or milliseconds since 1970", MOMENTS),
    ("shift", "An end that includes its last day", (Type.DATE,)),
    ("divide", "An amount in cents, or another unit", NUMBERS),
    ("times", "One column times another", NUMBERS),
    ("decimal", "A number with a decimal comma or point", NUMBERS),
    ("join", "Several columns, one after the other", (Type.TEXT, Type.ID)),
    ("through", "Found through another table", (Type.ID,)),
)


def show(sheet: SheetPlan, table: str, key: str, change: Change, remap: Remap) -> None:
    """Show the form that fills a model column by a rule, and the rules there are.

    `change` makes a change, `remap` maps the sheet to the table anew.
    """
    mapping = sheet.mapping_of(table)
    with st.popover("Fill a column by a rule", icon=":material/function:", key=f"rule_{key}", width="content"):
        ruled = {n: s for n, s in mapping.items() if isinstance(s, dict)}
        for name, made in ruled.items():
            with st.container(horizontal=True, vertical_alignment="center"):
                source = _source(made)
                st.markdown(
                    f"`{name}` ← {formats.literal(f'{source}: ' * bool(source) + in_words(made))}", width="stretch"
                )
                st.button(
                    "Remove", key=f"unrule_{key}_{name}", type="tertiary",
                    on_click=_set, args=(sheet, table, name, None, change, remap),
                )  # fmt: skip
        model = {c.name: c for c in TABLES[table].columns}
        target = st.selectbox(
            "Column to fill", list(model), key=f"rule_target_{key}", help="A column of this app's table"
        )
        column = model[target]
        st.caption(column.help)
        fitting = {name: label for name, label, types in RULES if not types or column.type in types}
        rule = st.selectbox("How", list(fitting), format_func=fitting.get, key=f"rule_kind_{key}_{column.type}")
        spec = _form(sheet, table, column, rule, f"{key}_{target}_{rule}")
        st.button(
            "Apply", type="primary", key=f"rule_apply_{key}", disabled=spec is None,
            on_click=_set, args=(sheet, table, target, spec, change, remap),
        )  # fmt: skip


def _set(sheet: SheetPlan, table: str, name: str, spec: Any, change: Change, remap: Remap) -> None:
    mapping = {n: s for n, s in sheet.mapping_of(table).items() if n != name}
    if spec is not None:
        mapping[name] = spec
    change(lambda: remap(sheet, table, mapping))


def _form(sheet: SheetPlan, table: str, column: Column, rule: str, key: str) -> dict[str, Any] | None:
    """Show the fields of one kind of rule and return the rule; None while something is missing."""
    names = [c.name for c in sheet.columns]
    if rule == "constant":
        return _constant(column, key)
    if rule == "join":
        chosen = st.multiselect("Columns, in order", names, key=f"join_{key}")
        between = st.text_input("Between them", value=" ", key=f"between_{key}")
        return {"from": chosen, "join": between} if len(chosen) > 1 else None
    source = st.selectbox("Column of the file", names, key=f"source_{key}")
    makers: dict[str, Callable[[], dict[str, Any] | None]] = {
        "values": lambda: _values(sheet, column, source, key),
        "after": lambda: _duration(table, column, source, "after", key),
        "before": lambda: _duration(table, column, source, "before", key),
        "months_before": lambda: _dated({"months_before": source}, "anchor", "Counted back from", key),
        "flag": lambda: _flag(sheet, source, key),
        "day_order": lambda: {
            "from": source,
            "day_first": st.radio("First comes", ["the day", "the month"], key=f"day_{key}") == "the day",
        },
        "epoch": lambda: {"from": source, "epoch": st.radio("In", ["seconds", "milliseconds"], key=f"epoch_{key}")},
        "shift": lambda: {"from": source, "shift_days": 1},
        "divide": lambda: {
            "from": source,
            "divide": st.number_input("Divide by", 0.000001, value=100.0, key=f"by_{key}"),
        },
        "times": lambda: {"from": source, "times": st.selectbox("Times", names, key=f"times_{key}")},
        "decimal": lambda: {"from": source, "decimal": st.radio("Decimal", ["dot", "comma"], key=f"decimal_{key}")},
        "through": lambda: _through(source, column, key),
    }
    return makers[rule]()


def _constant(column: Column, key: str) -> dict[str, Any] | None:
    if column.values:
        return {"constant": st.selectbox("Value", column.values, key=f"constant_{key}")}
    if column.type is Type.BOOLEAN:
        return {"constant": st.radio("Value", ["yes", "no"], key=f"constant_{key}") == "yes"}
    text = st.text_input("Value", key=f"constant_{key}")
    return {"constant": text} if text else None


def _values(sheet: SheetPlan, column: Column, source: str, key: str) -> dict[str, Any] | None:
    words = list(sheet.raw.column(source).profile.words)
    if not words:
        st.caption("The column has too many different values to name each.")
        return None
    if column.type is Type.BOOLEAN:
        yes = st.multiselect("These mean yes (the others no)", words, key=f"yes_{key}_{source}")
        return {"from": source, "values": {w: w in yes for w in words}} if yes else None
    config = {"Here": st.column_config.SelectboxColumn(options=list(column.values))} if column.values else None
    frame = [{"In the file": word, "Here": ""} for word in words]
    edited = st.data_editor(
        frame, key=f"values_{key}_{source}", hide_index=True, disabled=["In the file"], alt="What each word means",
        column_config=config,
    )  # fmt: skip
    given = {row["In the file"]: row["Here"] for row in edited if row["Here"]}
    return {"from": source, "values": given} if given else None


def _duration(table: str, column: Column, source: str, way: str, key: str) -> dict[str, Any] | None:
    moments = [c.name for c in TABLES[table].columns if c.type in MOMENTS and c.name != column.name]
    unit = st.selectbox("In", UNITS, index=1, key=f"unit_{key}")
    return (
        {"from": source, "unit": unit, way: st.selectbox(way.capitalize(), moments, key=f"anchor_{key}")}
        if moments
        else None
    )


def _dated(spec: dict[str, Any], word: str, label: str, key: str) -> dict[str, Any] | None:
    day = st.date_input(label, value=None, key=f"date_{key}", max_value=dt.date.today() + dt.timedelta(days=366))
    return {**spec, word: day.isoformat()} if isinstance(day, dt.date) else None


def _flag(sheet: SheetPlan, source: str, key: str) -> dict[str, Any] | None:
    words = list(sheet.raw.column(source).profile.words)
    yes = st.multiselect("These mean yes", words, key=f"flag_{key}_{source}")
    return (
        _dated({"flag": source, "values": {w: w in yes for w in words}}, "date", "Then the date is", key)
        if yes
        else None
    )


def _through(source: str, column: Column, key: str) -> dict[str, Any] | None:
    ways = [
        f"{t.name}.{c.name}"
        for t in TABLES.values()
        for c in t.columns
        if c.type is Type.ID and c.name != column.name and any(o.name == column.name for o in t.columns)
    ]
    if not ways:
        st.caption("No other table knows this id.")
        return None
    return {"through": st.selectbox("It is this column there", ways, key=f"through_{key}"), "from": source}


def _source(spec: dict[str, Any]) -> str:
    found = spec.get("from") or spec.get("flag") or ""
    return found if isinstance(found, str) else ""
