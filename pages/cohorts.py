"""Cohorts: of those who started together, who stays, period by period."""

import streamlit as st

from cs_metrics import analysis
from pages._ui import door, empty, errors, filter_bar, formats, leaving_hint, shell
from pages._ui.cohorts import cell, controls, refunds
from pages._ui.cohorts import curves as cohort_curves
from pages._ui.cohorts import question as cohort_question
from pages._ui.cohorts import triangle as cohort_triangle

shell.guard()

shell.head("Cohorts")
if door.version_or_none() is None:
    empty.no_data()
asked = filter_bar.show(grain=False)
choices = cohort_question.activities()
if not choices:
    empty.needs("Retention", ["subscriptions.start_date", "orders.ordered_at", "events.occurred_at"], any_of=True)
    st.stop()
controls.show(choices)
with errors.shown():
    question = cohort_question.read(choices, asked)
    st.caption(formats.literal(analysis.question(question.wording)))
    refunds.show(question)
    if question.arguments["of"] == "subscriptions":
        leaving_hint.show()
    frame = cohort_triangle.ask(question)
    if question.pick:
        frame = cohort_triangle.of_segment(frame, question, question.pick)
    if frame.empty:
        cell.nobody()
        st.stop()
    if question.by and not question.pick:
        curves = controls.breakdown(choices, {}) == "curves"
        (cohort_curves.segments if curves else cohort_triangle.side_by_side)(question, frame)
    else:
        triangle = cohort_triangle.laid(question, frame)
        curves = controls.breakdown(choices, cohort_triangle.rows(question, triangle)) == "curves"
        cohort_triangle.headline(question, triangle)
        (cohort_curves if curves else cohort_triangle).show(question, triangle)
        cell.show(question, frame, triangle.layout, triangle.pooled)
    cell.computed(question)
