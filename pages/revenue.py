"""Revenue: what moved it, ARR, on whom it hangs, which contracts end, and where it goes from here."""

import streamlit as st

from pages._ui import (
    door,
    empty,
    errors,
    filter_bar,
    leaving_hint,
    revenue_moves,
    revenue_outlook,
    revenue_parts,
    revenue_tables,
    shell,
)

shell.guard()

shell.head("Revenue")
if door.version_or_none() is None:
    empty.no_data()
missing = door.needs()["mrr"]
if missing:
    revenue_parts.lacking(missing)
    st.stop()
asked = filter_bar.show(compare=True)
with errors.shown():
    leaving_hint.show()
    revenue_parts.currencies()
with errors.shown():
    revenue_parts.banner(asked)
with errors.shown():
    revenue_parts.tiles(asked)
section = revenue_parts.section()
with errors.shown():
    {
        "moves": revenue_moves.show,
        "arr": revenue_tables.snowball,
        "top": revenue_tables.concentration,
        "renewals": revenue_tables.renewals,
        "outlook": revenue_outlook.show,
    }[section](asked)
