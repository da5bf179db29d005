"""Overview: the key figures of a scorecard; without one chosen, of each focus area."""

import streamlit as st

from pages._ui import door, download, empty, errors, filter_bar, leaving_hint, shell, tile
from pages._ui.kpi import scorecard_parts
from pages._ui.todo import todo_parts

shell.guard()

shell.head("Overview")
if door.version_or_none() is None:
    empty.no_data()
asked = filter_bar.show(compare=True)
card = scorecard_parts.choose()
todo_parts.waiting()
with errors.shown():
    leaving_hint.show()
    leaving_hint.at_once()
others = scorecard_parts.beyond(card)
tiles = tile.make([*card.kpis, *others], asked)
with st.container(horizontal=True, vertical_alignment="center"):
    st.caption(asked.title, width="stretch")
    numbers = tile.numbers(tiles.values(), asked)
    download.table(numbers, key="tiles", name="key figures", units=download.values(list(numbers["unit"])))
if others:
    st.subheader("What these data can answer", anchor=False)
    with tile.grid():
        for kpi in others:
            tile.show(tiles[kpi])
    scorecard_parts.more()
# What the data tell comes first.
for heading, ids in sorted(card.groups.items(), key=lambda entry: all(tiles[kpi].needs for kpi in entry[1])):
    if heading:
        st.subheader(heading, anchor=False)
    shown = [tiles[kpi] for kpi in ids if not tiles[kpi].needs]
    if shown:
        with tile.grid():
            for each in shown:
                tile.show(each)
    tile.lacking([tiles[kpi] for kpi in ids if tiles[kpi].needs], heading, others=bool(shown))
