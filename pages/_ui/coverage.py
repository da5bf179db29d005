"""How much of the catalogue these data make computable, and what would unlock more."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from pages._ui import door, formats

SHOWN = 3


def show() -> None:
    """Say how many KPIs these data allow, and which columns, tables or choices would unlock the most."""
    frame = door.ask("kpis")
    count, of = int(frame["computable"].sum()), len(frame)
    loaded = door.mapped_columns()
    best = list(door.ask("unlocks").items())[:SHOWN]
    more = "; ".join(f"{_step(name, loaded)} to unlock {formats.count(number)}" for name, number in best)
    st.markdown(
        f"**{count} of {of}** KPIs are computable with your data." + (f" {more[0].upper()}{more[1:]}." if more else "")
    )


def _step(name: str, loaded: Collection[str]) -> str:
    table, _, said = name.partition(".")
    columns = " and ".join(f"`{column}`" for column in said.split("&"))
    if table == "settings":
        return f"choose {columns} in the settings"
    if not said:
        return f"load `{table}`"
    return f"add {columns} to {table}" if table in loaded else f"load `{table}` with {columns}"
