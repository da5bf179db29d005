"""What a page says whose numbers hang on who has left, where the files disagree on that, or do not say when."""

from __future__ import annotations

import streamlit as st

from cs_metrics import analysis
from cs_metrics.definitions import BY_NAME
from cs_metrics.errors import CSMetricsError
from pages._ui import door, formats, shell


def show() -> None:
    """Say of how many customers the files say different things, whom the numbers believe, and where to decide."""
    found = door.ask("departures")
    if found.empty:
        return
    believed = BY_NAME["leaving_source"].choice(door.settings()["leaving_source"]).label
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="leaving_hint"):
        st.caption(
            f":orange[:material/warning:] The files disagree on whether {formats.plural(len(found), 'customer')} left. "
            f"These numbers take {believed}.",
            width="content",
        )
        label = "See and decide" if door.may("set_settings") else "See who"
        shell.link("data", label, icon=":material/balance:", view="who")


def at_once() -> None:
    """Say that all revenue ever lost went in the last month of the data, where it did."""
    try:
        moves = door.ask("movements", grain="month")
    except CSMetricsError:  # no revenue, or none that this reader may see: then there is nothing to doubt here
        return
    if analysis.lost_at_once(moves):
        month = formats.period(moves.loc[moves["start"] > 0, "period"].iloc[-1], "month")
        st.caption(
            f":orange[:material/warning:] All the revenue that these data ever lost went in {month}, their last month: "
            "if the files say who left but not when, the losses belong to earlier times, and no month's churn can be "
            "relied on."
        )
