"""Why did it move? The change of a KPI between two periods or groups, split exactly, down to the accounts."""

import streamlit as st

from pages._ui import door, empty, errors, filter_bar, shell
from pages._ui.why import longer, why_parts
from pages._ui.why import sides as why_sides

shell.guard()

shell.head("Why did it move?")
if door.version_or_none() is None:
    empty.no_data()
with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
    kpi = why_sides.choose_kpi()
    how = why_sides.how()
asked = filter_bar.show(grain=how == "periods", period=how != "periods", compare=how == "ranges")
missing = door.needs().get(kpi.id, ())
if missing:
    empty.needs(kpi.name, missing)
    st.stop()
with errors.shown():
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="why_controls"):
        sides = why_sides.sides(kpi, how, asked)
        by = why_sides.split(kpi)
    if sides is None:
        empty.nothing("There are not two sides to compare.", "Choose another period, or another comparison.")
        st.stop()
    found = door.ask("why", kpi.id, of=why_sides.of(kpi), **sides.arguments, **by)
    why_parts.headline(kpi, found, sides)
    longer.show(kpi, found, sides)
    why_parts.segments(kpi, found, sides)
    why_parts.ranking(found)
    why_parts.accounts(kpi, found, sides)
shell.link("kpi", f"Everything about {kpi.name}", icon=":material/query_stats:", id=kpi.id)
