"""The parts of the Settings page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import available_timezones

import streamlit as st
from babel.numbers import list_currencies

from cs_metrics.errors import CSMetricsError
from cs_metrics.settings import SETTINGS, Setting
from pages._ui import door, errors, formats, shell

DAY = timedelta(days=1)
SAID = "_settings_said"
SPELLED = {"nrr": "NRR", "mrr": "MRR", "ces": "CES", "n": "n", "timezone": "Time zone"}


def as_of() -> None:
    """Show up to which day the data count and where that comes from; a day chosen here holds until it is taken back."""
    end, tables = door.data_end()
    own = door.workspace().as_of
    st.subheader("Data to", anchor=False)
    st.session_state["as_of"] = door.as_of().date() - DAY
    mine = door.may("set_as_of")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.date_input("The last day that counts", key="as_of", on_change=_as_of_changed, width=280, disabled=not mine)
        if own is not None and mine:
            st.button(
                "Follow the data", icon=":material/restart_alt:", type="tertiary", on_click=_set_as_of, args=(None,)
            )
    found = "The data have no dated activity"
    if end is not None:
        named = ", ".join(t.replace("_", " ") for t in tables[:3]) + (" and others" if len(tables) > 3 else "")
        found = f"The latest activity in the data is of {formats.last_day(end)} ({named})"
    origin = "This day was set by hand" if own is not None else "This day is taken from the data"
    st.caption(f"{origin}. {found}. What comes after the day does not count; a period that it cuts is not over.")


def _as_of_changed() -> None:
    chosen = st.session_state["as_of"]
    if chosen is not None:
        _set_as_of(chosen + DAY)


def _set_as_of(end: date | None) -> None:
    with errors.shown():
        door.workspace().set_as_of(end)


def field(setting: Setting, value: Any, mine: bool = True) -> Any:
    """Show one setting as the widget that fits its kind, with its help below; return what it holds. `mine`: whether the
    reader may change it."""
    with st.container(gap="xsmall"):
        entered = _widget(setting, value, not mine)
        told = value != setting.default and setting.kind not in ("scores", "files")
        default = f" Default: {words(setting.default)}." if told else ""
        st.caption(setting.help + default)
    return entered


def save(saved: dict[str, Any], changed: dict[str, Any]) -> None:
    """Save what differs, and say what that does."""
    different = {name: value for name, value in changed.items() if value != saved[name]}
    if not different:
        st.session_state[SAID] = "Nothing was changed."
        return
    try:
        with st.spinner("Saving, and computing anew where facts depend on it …"):
            door.workspace().set_settings(different)
    except CSMetricsError as error:
        errors.show(error)
        return
    rebuilt = any(s.facts for s in SETTINGS if s.name in different)
    names = ", ".join(label(n) for n in different)
    st.session_state[SAID] = f"Saved: {names}." + (" The data are being computed anew." if rebuilt else "")
    st.rerun()


def outcome() -> None:
    """Say what the last saving did."""
    said = st.session_state.pop(SAID, None)
    if said:
        st.success(said, icon=":material/check:")


def back_to_defaults(saved: dict[str, Any]) -> None:
    """Offer to put every setting back to its default."""
    own = [s.name for s in SETTINGS if saved[s.name] != s.default]
    if own and st.button("Back to the defaults", icon=":material/restart_alt:", type="tertiary"):
        with errors.shown():
            door.workspace().set_settings(dict.fromkeys(own))
            st.session_state[SAID] = "Every setting is back to its default."
            st.rerun()


def label(name: str) -> str:
    """Return what a person calls the setting."""
    words = name.replace("_", " ").capitalize()
    return " ".join(SPELLED.get(word.lower(), word) for word in words.split())


def _widget(setting: Setting, value: Any, fixed: bool) -> Any:
    title, key = label(setting.name), f"setting_{setting.name}"
    if setting.kind == "bool":
        return st.toggle(title, value, key=key, disabled=fixed)
    if setting.kind in ("int", "float"):
        if setting.name == "fiscal_year_starts":
            months = formats.months()
            at = list(months).index(value)
            return st.selectbox(title, list(months), at, key=key, format_func=months.get, disabled=fixed)
        cast, step = (int, 1) if setting.kind == "int" else (float, 0.05)
        low, high = (None if b is None else cast(b) for b in (setting.minimum, setting.maximum))
        return st.number_input(title, low, high, cast(value), cast(step), key=key, disabled=fixed)
    if setting.kind in ("choice", "zone"):
        options = sorted(available_timezones()) if setting.kind == "zone" else list(setting.choices)
        index = options.index(value) if value in options else None
        told = str if setting.kind == "zone" else label
        return st.selectbox(title, options, index, key=key, format_func=told, disabled=fixed)
    if setting.kind == "names":
        options = list(setting.choices) or list(dict.fromkeys([*value, *setting.default]))
        free = not setting.choices
        hint = "Type a name" if free else "Choose"
        return st.multiselect(title, options, value, key=key, accept_new_options=free, placeholder=hint, disabled=fixed)
    if setting.kind == "files":
        shell.link("data", "Which file to believe" + (f" ({len(value)} chosen)" if value else ""), view="who",
                   icon=":material/balance:")  # fmt: skip
        return value
    if setting.kind == "scores":
        shell.link("scores", f"{'See' if fixed else 'Change'} the weights and rules", icon=":material/scale:")
        return value
    if setting.name == "currency":
        options = sorted({*list_currencies(), value})
        return st.selectbox(title, options, options.index(value), key=key, disabled=fixed)
    return st.text_input(title, value, key=key, disabled=fixed)


def words(default: Any) -> str:
    if isinstance(default, bool):
        return "on" if default else "off"
    if isinstance(default, list):
        return ", ".join(default) or "none"
    return str(default) or "none"
