"""The score of a survey: its trend, its segments, how its answers spread, and how it is computed."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from cs_metrics import charts
from cs_metrics.kpis import KPI
from pages._ui import chart, door, empty, errors, formats, opens, state, tile
from pages._ui.feedback import easy, feedback_parts, real, rule
from pages._ui.filter_bar import Asked
from pages._ui.kpi import kpi_parts


def show(survey: str, kpi: KPI, asked: Asked) -> None:
    """Show the score and all that it is made of."""
    told = rule.told(survey)
    with errors.shown():
        easy.show(survey, asked)
    whole = door.compute([kpi.id], asked.whole, beside=True)
    result = kpi_parts.row_of(kpi, whole, None)
    kpi_parts.headline(tile.make([kpi.id], asked)[kpi.id], result, kpi_parts.beside_of(whole, None), asked)
    with errors.shown():
        rule.show(survey, kpi, asked, result)
    st.subheader("Trend", anchor=False)
    trend = door.compute([kpi.id], asked.question, beside=True)
    with errors.shown():
        kpi_parts.trend(kpi, trend, asked, counted=told)
        kpi_parts.table(kpi, trend, asked)
    with errors.shown():
        shares(survey, asked)

    with errors.shown():
        real.show(survey, asked)

    st.subheader("By segment", anchor=False)
    with errors.shown():
        kpi_parts.segments(kpi, result, asked, counted=told)
    with errors.shown():
        segment_shares(survey, asked)

    st.subheader("The answers", anchor=False)
    with errors.shown():
        distribution(survey, asked)

    st.subheader("How it is computed", anchor=False)
    period = kpi_parts.choose_period(trend, asked)
    counted = whole if period is None else trend
    opened, beside = kpi_parts.row_of(kpi, counted, period), kpi_parts.beside_of(counted, period)
    opens.show(kpi, asked.question, opened, beside, period=period)


def shares(survey: str, asked: Asked) -> None:
    """Say the three shares behind the NPS, and draw them over time."""
    if survey != "nps":
        return
    frame = _nps(asked, asked.question.grain)
    if frame.empty or not frame["n"].sum():
        return
    grain = asked.question.grain or "month"
    drawing = charts.shares(frame, grain=grain, look=chart.theme(), locale=str(formats.locale()))
    chart.show(
        chart.noted_rows(drawing, frame["period"], "net_promoter_score", grain=grain), key="shares",
        name=f"nps shares by {grain}",
        hint=rule.told(survey), legend=rule.told(survey),
    )  # fmt: skip


def segment_shares(survey: str, asked: Asked) -> None:
    """Draw the three shares for each segment of the attribute that the page is split by."""
    names = [a.name for a in door.splits({"survey_responses"})]
    if survey != "nps" or not names:
        return
    by = state.get("by") if state.get("by") in names else names[0]
    frame = _nps(asked, None, by)
    if len(frame):
        chart.show(
            charts.shares(frame, by=by, look=chart.theme(), locale=str(formats.locale())),
            key="segment_shares", name=f"nps shares by {by}",
            hint=rule.told(survey), legend=rule.told(survey),
        )  # fmt: skip


def distribution(survey: str, asked: Asked) -> None:
    """Draw how many gave each answer, for each scale that was asked."""
    frame = door.ask("distribution", survey, **feedback_parts.given(asked))
    if frame.empty:
        empty.nothing("No answers.", "Nobody answered in this period.")
        return
    for scale, part in frame.groupby("scale", sort=False):
        if frame["scale"].nunique() > 1:
            st.caption(f"Asked on the scale {formats.literal(str(scale).replace('-', ' to '))}")
        drawing = charts.distribution(part, look=chart.theme(), locale=str(formats.locale()))
        told = rule.told(survey)
        chart.show(drawing, key=f"distribution_{scale}", name=f"{survey} answers {scale}", hint=told, legend=told)


def _nps(asked: Asked, grain: str | None, by: str | None = None) -> pd.DataFrame:
    return door.ask("nps", grain=grain, by=by, **feedback_parts.given(asked))
