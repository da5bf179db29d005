"""The score by the tickets before the answer: how many there were, and how fast they were resolved."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics import charts
from cs_metrics.analysis.feedback.drivers.before import Before
from cs_metrics.kpis import KPI
from pages._ui import chart, door, download, empty, formats, frames
from pages._ui.feedback import feedback_parts
from pages._ui.filter_bar import Asked


def show(survey: str, kpi: KPI, asked: Asked, days: int) -> None:
    """Show the score by how many tickets came before the answer, and how fast they were resolved."""
    given = feedback_parts.given(asked)
    found: Before = door.ask("score_before", survey, days=days, **given)
    if found.frame.empty:
        empty.nothing("Nothing is known of the tickets before.", _unknown(found))
        return
    abouts = {
        "tickets": f"Tickets of the account in the {days} days before",
        "hours": "How long these took to be resolved, on average",
        "own_hours": "How long the rated ticket took to be resolved",
    }
    frame = found.frame.assign(name=[_group(row) for row in found.frame.to_dict("records")])
    with st.grid(2, min_column_width=320, gap="medium"):
        for about, heading in abouts.items():
            own = frame[frame["about"] == about]
            if own.empty:
                continue
            with st.container(gap="xsmall"):
                st.markdown(f"**{heading}**")
                drawing = charts.ranked(own, "name", ordered=True, title=kpi.name, **chart.look_of(kpi.unit))
                chart.show(drawing, key=f"why_{about}", name=f"{survey} by {about} before")
    st.caption(
        "Hours in four groups of about as many answers, the fastest first. Bars with their 95 % interval; pale: fewer "
        f"than {door.settings()['minimum_n']} answers." + (f" {_unknown(found)}" if found.left_out else "")
    )
    with st.expander("The numbers", icon=":material/table_rows:"):
        table = pd.DataFrame(
            {
                "What": [abouts[about] for about in frame["about"]],
                "Group": frame["name"],
                kpi.name: [formats.value(v, kpi.unit) for v in frame["value"]],
                "95 % interval": [
                    formats.interval(a, b, kpi.unit) for a, b in zip(frame["low"], frame["high"], strict=True)
                ],
                "n": [formats.count(n) for n in frame["n"]],
            }
        )
        frames.show(table, alt="The score by the tickets before the answer")
        download.table(frame.drop(columns="name"), key="why_before_table", name=f"{survey} by tickets before")
    with st.expander(
        "How it is computed", icon=":material/function:", on_change="rerun", key="why_before_sql"
    ) as opened:
        if opened.open:
            st.markdown(
                "A ticket counts that the account opened before the answer, its hours if it was resolved before it. "
                "The scores and intervals are those of the survey's KPI over each group."
            )
            text = door.ask("score_before_sql", survey, days=days, **given)
            st.code(text, language="sql", wrap_lines=True, height=360)


def _unknown(found: Before) -> str:
    return (
        f"Of {formats.plural(found.left_out, 'answer')} of {formats.count(found.answers)} the tickets before are not "
        f"known: given by no known account, or before the tickets in the data reach {found.days} days back."
    )


def _group(row: dict[str, Any]) -> str:
    if row["about"] == "tickets":
        return {"0": "None", "1": "1 ticket", "3+": "3 and more"}.get(row["group"], f"{row['group']} tickets")
    low, high = (formats.value(row[end], "hours") for end in ("low_cut", "high_cut"))
    return f"up to {high}" if row["group"] == "1" else f"{low} to {high}"
