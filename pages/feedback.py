"""Feedback: what customers answer and write. NPS, satisfaction, effort."""

import streamlit as st

from pages._ui import door, empty, errors, feedback_parts, filter_bar, kpi_parts, opens, shell, tile

shell.guard()

shell.head("Feedback")
if door.version_or_none() is None:
    empty.no_data()
asked = filter_bar.show(compare=True)
survey, kpi = feedback_parts.choose()
missing = door.needs().get(kpi.id, ())
if missing:
    empty.needs(kpi.name, missing)
    st.stop()

whole = door.compute([kpi.id], asked.whole, beside=True)
result = kpi_parts.row_of(kpi, whole, None)
kpi_parts.headline(tile.make([kpi.id], asked)[kpi.id], result, kpi_parts.beside_of(whole, None), asked)
with errors.shown():
    feedback_parts.shares(survey, asked)

st.subheader("Trend", anchor=False)
trend = door.compute([kpi.id], asked.question, beside=True)
with errors.shown():
    kpi_parts.trend(kpi, trend, asked)
    kpi_parts.table(kpi, trend, asked)

st.subheader("By segment", anchor=False)
with errors.shown():
    kpi_parts.segments(kpi, result, asked)
with errors.shown():
    feedback_parts.segment_shares(survey, asked)

st.subheader("The answers", anchor=False)
with errors.shown():
    feedback_parts.distribution(survey, asked)

st.subheader("What they wrote", anchor=False)
with errors.shown():
    feedback_parts.comments(survey, asked)

st.subheader("How it is computed", anchor=False)
period = kpi_parts.choose_period(trend, asked)
counted = whole if period is None else trend
opened, beside = kpi_parts.row_of(kpi, counted, period), kpi_parts.beside_of(counted, period)
opens.show(kpi, asked.question, opened, beside, period=period)
