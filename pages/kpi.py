"""One KPI, opened: value, trend, segments, how it is computed, its rows, what it means."""

import streamlit as st

from pages._ui import (
    card_parts,
    definition_parts,
    door,
    empty,
    errors,
    filter_bar,
    kpi_parts,
    opens,
    shell,
    state,
    tile,
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

whole = door.compute([kpi.id], asked.whole, beside=True)
result = kpi_parts.row_of(whole, None)
kpi_parts.headline(tile.make([kpi.id], asked)[kpi.id], whole, asked)
definition_parts.of_kpi(kpi)

st.subheader("Trend", anchor=False)
trend = door.compute([kpi.id], asked.question, beside=True)
with errors.shown():
    kpi_parts.trend(kpi, trend, asked)
    kpi_parts.table(kpi, trend, asked)

st.subheader("By segment", anchor=False)
with errors.shown():
    kpi_parts.segments(kpi, result, asked)
with errors.shown():
    kpi_parts.items(kpi, asked)

st.subheader("How it is computed", anchor=False)
period = kpi_parts.choose_period(trend, asked)
counted = whole if period is None else trend
opened, beside = kpi_parts.row_of(counted, period), kpi_parts.beside_of(counted, period)
opens.show(kpi, asked.question, opened, beside, period=period)

kpi_parts.about(kpi)
with errors.shown():
    card_parts.stewardship(kpi)
