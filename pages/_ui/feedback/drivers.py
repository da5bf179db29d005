"""What goes with a high or a low score: the surest first, with its effect, and what was compared."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics.analysis.feedback.drivers.drivers import LEAST_CLUSTERS, LEVEL, Drivers
from cs_metrics.analysis.feedback.drivers.evidence import RATED_DAYS
from cs_metrics.charts.effects import effects
from cs_metrics.kpis import KPI
from pages._ui import chart, door, download, formats, frames, state
from pages._ui.feedback import driver_words, feedback_parts
from pages._ui.filter_bar import Asked

SHOWN = 15
SAID = 3
DAYS = (30, 90, 180, 365)
ASSOCIATION = (
    "This is association, not cause: it says who answered how, not what would happen if something were changed. Facts "
    "hang together too, so that one may stand for another."
)


def days() -> int:
    """Let the reader choose how far before an answer tickets and use are looked for."""
    given = state.get("before")
    chosen = int(given) if given in map(str, DAYS) else 90
    st.selectbox(
        "Tickets and use in the", [str(d) for d in DAYS], width=230,
        format_func=lambda d: f"{d} days before the answer", **state.bind("before", value=str(chosen)),
    )  # fmt: skip
    return chosen


def show(survey: str, kpi: KPI, asked: Asked, days: int) -> None:
    """Show what goes with a high or a low score: the surest first, with what was looked at and how sure it is."""
    given = feedback_parts.given(asked)
    found: Drivers = door.ask("drivers", survey, days=days, **given)
    named = driver_words.labels()
    rows = found.found.to_dict("records")
    st.markdown(f"**{formats.literal(driver_words.headline(found))}**")
    sure = [row for row in rows if row["named"]]
    if sure:
        told = [driver_words.sentence(row, named, kpi.unit) for row in sure[:SAID]]
        st.markdown("\n".join(f"- {formats.literal(one)}." for one in told))
    st.caption(f":material/info: {ASSOCIATION}")
    if not rows:
        _left_out(found, named)
        return
    shown = rows[: max(SHOWN, len(sure))]
    short = f" in the {days} days before"
    drawing = effects(
        pd.DataFrame(
            {
                "name": [driver_words.title(row, named).replace(short, "") for row in shown],
                "effect": [row["effect"] for row in shown],
                "low": [row["low"] for row in shown],
                "high": [row["high"] for row in shown],
                "named": [row["named"] for row in shown],
                "about": [f"n {formats.count(row['n'])} and {formats.count(row['other_n'])}" for row in shown],
            }
        ),
        look=chart.theme(), unit=kpi.unit, locale=str(formats.locale()), title=f"What goes with {kpi.name}",
    )  # fmt: skip
    more = f"{len(shown)} of {len(rows)} facts, the surest first. " if len(shown) < len(rows) else "The surest first. "
    chart.show(
        drawing, key="why_drivers", name=f"{survey} drivers",
        hint=f"{more}Difference of the two scores in points, with its 95 % interval. Pale: no more than chance makes "
        f"where {formats.count(found.tests)} comparisons are looked at. Tickets and use: in the {days} days before the "
        "answer.",
    )  # fmt: skip
    with st.expander(f"All {len(rows)} facts in numbers", icon=":material/table_rows:"):
        frames.show(_drivers_table(rows, named, kpi.unit), alt="Facts by how sure their effect is")
        download.table(found.found, key="why_drivers_table", name=f"{survey} drivers")
    with st.expander(f"All {formats.plural(found.tests, 'comparison')}", icon=":material/rule:", on_change="rerun",
                     key="why_comparisons") as opened:  # fmt: skip
        if opened.open:
            every = _drivers_table(found.comparisons.to_dict("records"), named, kpi.unit)
            frames.show(every, height=390, alt="All comparisons, the surest first")
            download.table(found.comparisons, key="why_comparisons_table", name=f"{survey} comparisons")
    _left_out(found, named)
    _computed(survey, found, given)


def _drivers_table(rows: list[dict[str, Any]], named: dict[str, str], unit: str) -> pd.DataFrame:
    both = [driver_words.groups(row) for row in rows]
    return pd.DataFrame(
        {
            "Fact": [driver_words.fact(row, named) + (" (today's)" if row["today"] else "") for row in rows],
            "Group": [one for one, _ in both],
            "Score": [formats.value(row["value"], unit) for row in rows],
            "n": [formats.count(row["n"]) for row in rows],
            "Against": [other for _, other in both],
            "Their score": [formats.value(row["other_value"], unit) for row in rows],
            "Their n": [formats.count(row["other_n"]) for row in rows],
            "Difference": [driver_words.difference(row, unit) for row in rows],
            "95 % interval": [driver_words.between(row, unit) for row in rows],
            "p corrected": [_p(row["adjusted"]) for row in rows],
            "Verdict": [driver_words.verdict(row) for row in rows],
        }
    )


def _p(p: float) -> str:
    return "below 0.0001" if p < 0.0001 else f"{p:.4f}"


def _left_out(found: Drivers, named: dict[str, str]) -> None:
    """Say what was not compared, and why."""
    for names, why in (
        (found.alike, "is the answer itself under another name"),
        (found.thin, f"has fewer than {found.minimum_n} answers, or {LEAST_CLUSTERS} accounts, on one side"),
    ):
        if names:
            listed = ", ".join(named.get(name, name) for name in names)
            st.caption(f"Left out, as it {why}: {formats.literal(listed)}.")


def _computed(survey: str, found: Drivers, given: dict[str, Any]) -> None:
    with st.expander(
        "How it is computed", icon=":material/function:", on_change="rerun", key="why_drivers_sql"
    ) as opened:
        if not opened.open:
            return
        st.markdown(
            "- **Before the answer only.** Each answer is set beside what was known before it: attributes as they were "
            "(without history: today's; those whose name tells how things ended are left out), features used and days "
            "of use, tickets, onboarding. A ticket's hours and reopening count once it was resolved, its rating from "
            f"{RATED_DAYS} days after.\n"
            "- **What is compared.** Each value of an attribute with the other values; yes with no; the upper third of "
            "a number with the lower third. The difference of the scores is the effect.\n"
            "- **How sure.** Intervals and p go by accounts: those who answer often, or think alike, are not taken for "
            f"several. All {formats.count(found.tests)} comparisons are corrected together by Holm's method: where "
            f"nothing had an effect, at most {100 * LEVEL:g} of 100 such lists would name anything. Holm's, and not "
            "one that allows a share of false findings, as people act on each of them by itself."
        )
        text = door.ask("drivers_sql", survey, days=found.days, **given)
        st.code(text, language="sql", wrap_lines=True, height=360)
