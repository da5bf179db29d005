"""One KPI, opened: value, trend, parts, segments, how it is computed, its rows, what it means."""

import streamlit as st

from pages._ui import door, empty, errors, filter_bar, opens, shell, state, tile
from pages._ui.kpi import (
    account_parts,
    card_parts,
    definition_parts,
    item_parts,
    kpi_parts,
    model_parts,
    note_parts,
    target_forms,
)

shell.guard()

kpi = door.kpi(state.get("id") or "net_promoter_score")
shell.head(kpi.name, about=kpi.doc.definition)
if door.version_or_none() is None:
    empty.no_data()
card_parts.seen(kpi)
asked = filter_bar.show(compare=True)
missing = door.needs().get(kpi.id, ())
if missing:
    empty.needs(kpi.name, missing)
    kpi_parts.about(kpi)
    st.stop()

item = item_parts.choose(kpi, asked)
whole = door.compute([kpi.id], asked.whole, beside=True)
trend = door.compute([kpi.id], asked.question, beside=True)
result = kpi_parts.row_of(kpi, whole, None, item)
shown = tile.make([kpi.id], asked, {kpi.id: item} if item else None)[kpi.id]
kpi_parts.headline(shown, result, kpi_parts.beside_of(whole, None), asked)
definition_parts.of_kpi(kpi)

st.subheader("Trend", anchor=False)
with errors.shown():
    kpi_parts.trend(kpi, trend, asked, item)
    kpi_parts.table(kpi, trend, asked, item)
with errors.shown():
    note_parts.show(kpi)
with errors.shown():
    target_forms.show(kpi)
shell.link("why", "Why did it move?", icon=":material/troubleshoot:", id=kpi.id)

with errors.shown():
    account_parts.moved(kpi, asked)
with errors.shown():
    item_parts.show(kpi, asked)

st.subheader("By segment", anchor=False)
with errors.shown():
    kpi_parts.segments(kpi, result, asked, item)
with errors.shown():
    account_parts.listing(kpi, asked, shown.n)
with errors.shown():
    model_parts.show(kpi)

st.subheader("How it is computed", anchor=False)
period = kpi_parts.choose_period(trend, asked)
counted = whole if period is None else trend
opened, beside = kpi_parts.row_of(kpi, counted, period, item), kpi_parts.beside_of(counted, period)
opens.show(kpi, asked.question, opened, beside, period=period, item=item)

kpi_parts.about(kpi)
with errors.shown():
    card_parts.stewardship(kpi)
