"""The filter builder: conditions that all hold, in groups of which one must; the result is the JSON of `where`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any

import streamlit as st

from pages._ui import door, formats, state
from pages._ui.door import Attribute
from pages._ui.where import Where

CHOOSE = {"in": "is", "not in": "is not", "unknown": "is unknown", "known": "is known"}
WRITE = {"=": "is", "!=": "is not", "contains": "contains", "starts": "starts with", "unknown": "is unknown"}
MEASURE = {">=": "at least", "<=": "at most", "=": "is", ">": "over", "<": "under", "unknown": "is unknown"}
NUMBERS = ("BIGINT", "DOUBLE", "INTEGER", "DECIMAL(18,6)")
DATES = ("DATE", "TIMESTAMP")
# a longer list, such as the customers of a segment, is not one to change value by value
MOST_CHOSEN = 50


def groups_of(where: Where) -> list[Where]:
    """Return a filter as groups of which one must hold."""
    if not where:
        return [{}]
    if set(where) == {"any"}:
        return [dict(g) for g in where["any"]] or [{}]
    return [dict(where)]


def where_of(groups: list[Where]) -> Where:
    """Return the filter that groups stand for; groups without a condition count for nothing."""
    full = [g for g in groups if g]
    if len(full) < 2:
        return full[0] if full else {}
    return {"any": full}


def show(param: str, tables: Collection[str] | None = None) -> Where:
    """Show the builder for the filter in the URL's parameter `param`, and return that filter. `tables`: whose
    attributes may be used, where not all may."""
    known = {
        a.name: a
        for a in door.attributes()
        if (a.breakdown or a.type in (*NUMBERS, *DATES)) and (tables is None or a.table in tables)
    }
    groups = groups_of(state.get_json(param))
    if st.session_state.get(_extra(param)):
        groups.append({})
    for number, group in enumerate(groups):
        if number:
            st.caption("or")
        with st.container(border=True, gap="small", key=f"{param}_group_{number}"):
            for name in group:
                _condition(param, number, name, group[name], known)
            _add(param, number, group, known)
    st.button(
        "Or another group", icon=":material/add:", type="tertiary", key=f"{param}_or", disabled=not groups[-1],
        on_click=_open_group, args=(param,),
    )  # fmt: skip
    return where_of(groups)


def _condition(param: str, number: int, name: str, test: Any, known: Mapping[str, Attribute]) -> None:
    attribute = known.get(name)
    key = f"{param}_{number}_{name}"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        title = formats.literal(f"{attribute.label} ({attribute.of})" if attribute else name)
        operators = _operators(attribute, test)
        operator, operand = _taken_apart(test)
        if isinstance(operand, list) and len(operand) > MOST_CHOSEN:
            st.text_input(title, f"one of {formats.count(len(operand))} values", disabled=True, key=f"{key}_many")
            st.button(
                "Remove", icon=":material/close:", type="tertiary", key=f"{key}_remove", on_click=_remove,
                args=(param, number, name), help=f"Remove the condition on {title}",
            )  # fmt: skip
            return
        st.session_state[f"{key}_op"] = operator if operator in operators else next(iter(operators))
        st.selectbox(
            title, list(operators), format_func=operators.get, key=f"{key}_op", width=210,
            on_change=_changed, args=(param, number, name, key),
        )  # fmt: skip
        if operator not in ("unknown", "known"):
            _operand(param, number, name, key, attribute, operator, operand)
        st.button(
            "Remove", icon=":material/close:", type="tertiary", key=f"{key}_remove", on_click=_remove,
            args=(param, number, name), help=f"Remove the condition on {title}",
        )  # fmt: skip


def _operand(
    param: str, number: int, name: str, key: str, attribute: Attribute | None, operator: str, operand: Any
) -> None:
    bound: dict[str, Any] = {"key": f"{key}_value", "on_change": _changed, "args": (param, number, name, key)}
    if operator in ("in", "not in"):
        chosen = operand if isinstance(operand, list) else [operand]
        options = list(dict.fromkeys([*(attribute.values if attribute else ()), *chosen]))
        st.session_state[bound["key"]] = chosen
        st.multiselect(
            "Values", options, format_func=lambda v: "unknown" if v is None else str(v), width=360,
            placeholder="Choose values", **bound,
        )  # fmt: skip
    elif attribute and attribute.type in NUMBERS:
        st.session_state[bound["key"]] = _read(float, operand, 0.0)
        st.number_input("Value", width=180, **bound)
    elif attribute and attribute.type in DATES:
        st.session_state[bound["key"]] = _read(lambda text: date.fromisoformat(text[:10]), operand, door.as_of().date())
        st.date_input("Day", width=180, **bound)
    else:
        st.session_state[bound["key"]] = str(operand or "")
        st.text_input("Text", width=220, **bound)


def _read(kind: Callable[[str], Any], operand: Any, default: Any) -> Any:
    """Return an operand as a widget takes it; the default where an address holds something else."""
    try:
        return kind(str(operand))
    except (ValueError, OverflowError):
        return default


def _add(param: str, number: int, group: Where, known: Mapping[str, Attribute]) -> None:
    key = f"{param}_{number}_add"
    st.session_state[key] = None
    st.selectbox(
        "And" if group else "Where", [n for n in known if n not in group], index=None, key=key, width=300,
        format_func=lambda n: f"{known[n].label} ({known[n].of})", placeholder="Choose an attribute",
        on_change=_added, args=(param, number, key),
    )  # fmt: skip


def _operators(attribute: Attribute | None, test: Any) -> dict[str, str]:
    if attribute and attribute.type in (*NUMBERS, *DATES):
        return MEASURE
    if attribute and attribute.values:
        return CHOOSE
    return WRITE


def _taken_apart(test: Any) -> tuple[str, Any]:
    if isinstance(test, list):
        return "in", test
    if not isinstance(test, dict):
        return "=", test
    operator, operand = next(iter(test.items()))
    if operand is None:
        return ("unknown" if operator in ("is", "=") else "known"), None
    return operator, operand


def _changed(param: str, number: int, name: str, key: str) -> None:
    operator = st.session_state[f"{key}_op"]
    value = st.session_state.get(f"{key}_value")
    test: Any
    if operator in ("unknown", "known"):
        test = {"is" if operator == "unknown" else "is not": None}
    elif operator in ("in", "not in"):
        values = value if isinstance(value, list) else []
        test = values if operator == "in" else {"not in": values}
    else:
        text = value.isoformat() if isinstance(value, date) else value
        test = {operator: int(text) if isinstance(text, float) and text.is_integer() else text}
    _write(param, number, name, test)


def _added(param: str, number: int, key: str) -> None:
    name = st.session_state[key]
    attribute = next(a for a in door.attributes() if a.name == name)
    if attribute.type in NUMBERS:
        test: Any = {">=": 0}
    elif attribute.type in DATES:
        test = {">=": door.as_of().date().isoformat()}
    else:
        test = [attribute.values[0]] if attribute.values else {"contains": ""}
    _write(param, number, name, test)


def _write(param: str, number: int, name: str, test: Any) -> None:
    groups = groups_of(state.get_json(param))
    groups += [{}] * (number + 1 - len(groups))
    groups[number] = {**groups[number], name: test}
    st.session_state.pop(_extra(param), None)
    state.update(**{param: where_of(groups)})


def _remove(param: str, number: int, name: str) -> None:
    groups = groups_of(state.get_json(param))
    groups[number] = {k: v for k, v in groups[number].items() if k != name}
    state.update(**{param: where_of(groups)})


def _open_group(param: str) -> None:
    st.session_state[_extra(param)] = True


def _extra(param: str) -> str:
    return f"_{param}_extra_group"
