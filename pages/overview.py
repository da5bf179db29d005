"""Overview: the key figures of each focus area."""

import streamlit as st

from pages._ui import door, empty, filter_bar, shell, tile

shell.guard()

shell.head("Overview")
if door.version_or_none() is None:
    empty.no_data()
asked = filter_bar.show(compare=True)
areas = door.focus_areas()
tiles = tile.make([kpi for ids in areas.values() for kpi in ids], asked)
st.caption(asked.span + (f", compared with {asked.against}" if asked.against else ""))
for area, ids in areas.items():
    st.subheader(area, anchor=False)
    with tile.grid():
        for kpi in ids:
            tile.show(tiles[kpi])
