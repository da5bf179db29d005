"""Revenue: what moved it, ARR, on whom it hangs, which contracts end, and where it goes from here."""

import streamlit as st

from pages._ui import door, empty, errors, filter_bar, leaving_hint, shell
from pages._ui.revenue import moves, outlook, revenue_parts, tables

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
        "moves": moves.show,
        "arr": tables.snowball,
        "top": tables.concentration,
        "renewals": tables.renewals,
        "outlook": outlook.show,
    }[section](asked)
