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
st.caption(asked.title)
# What the data tell comes first.
for area, ids in sorted(areas.items(), key=lambda entry: all(tiles[kpi].needs for kpi in entry[1])):
    st.subheader(area, anchor=False)
    shown = [tiles[kpi] for kpi in ids if not tiles[kpi].needs]
    if shown:
        with tile.grid():
            for each in shown:
                tile.show(each)
    tile.lacking([tiles[kpi] for kpi in ids if tiles[kpi].needs], area, others=bool(shown))
