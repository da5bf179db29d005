"""Cohorts: of those who started together, who stays, period by period."""

import streamlit as st

from pages._ui import cohort_parts, door, empty, errors, filter_bar, shell

shell.guard()

shell.head("Cohorts")
if door.version_or_none() is None:
    empty.no_data()
asked = filter_bar.show()
choices = cohort_parts.activities()
if not choices:
    empty.needs("Retention", ["subscriptions.start_date", "orders.ordered_at", "events.occurred_at"])
    st.stop()
question = cohort_parts.controls(choices, asked)
with errors.shown():
    triangle = cohort_parts.triangle(question)
    if triangle.empty:
        empty.nothing("No cohort starts in this period.", "Choose a longer period.")
        st.stop()
    cohort_parts.headline(question, triangle)
    cohort_parts.heatmap(question, triangle)
    cohort_parts.cell(question, triangle)
    cohort_parts.computed(question)
