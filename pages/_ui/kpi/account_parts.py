"""The accounts behind a score or a risk: the grade, what moved it, and who stands where."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics import charts
from cs_metrics.kpis import scores
from pages._ui import answer, chart, door, download, formats, frames
from pages._ui.filter_bar import Asked
from pages._ui.kpi import item_parts

FACES = {"happy": "sentiment_satisfied", "neutral": "sentiment_neutral", "sad": "sentiment_dissatisfied"}
COLOURS = {"green": "green", "yellow": "yellow", "red": "red"}
MOST = 20_000
"""So many accounts can be listed; of more, the rows can be downloaded."""


def is_score(kpi: Any) -> bool:
    """Say whether a KPI is a score of accounts, with components."""
    return any(form.items is not None and form.items.by_component for form in kpi.forms)


def grade(kpi: Any, value: Any) -> None:
    """Show a score as a letter, a colour and a face."""
    found = scores.grade(value) if is_score(kpi) else None
    if found:
        st.badge(f"Grade {found.letter}, {found.colour}", icon=f":material/{FACES[found.face]}:",
                 color=COLOURS[found.colour])  # fmt: skip


def moved(kpi: Any, asked: Asked) -> None:
    """Show what moved a score since the period compared with, component by component: the parts sum to the change."""
    if not is_score(kpi) or asked.before is None:
        return
    now, before = door.compute([kpi.id], asked.whole), door.compute([kpi.id], asked.before)
    values = [answer.by_id(frame)[kpi.id]["value"] for frame in (before, now)]
    if any(formats.is_missing(value) for value in values):
        return
    parts = scores.moved(now, before)
    st.subheader("What moved it", anchor=False)
    was, is_now = (formats.number(value, 1) for value in values)
    change = formats.number(parts["change"].sum(), 1)
    st.markdown(f"From {was} ({asked.against}) to {is_now} ({asked.span}): the parts add up to **{change} points**.")
    shown = parts.assign(
        name=[formats.item(kpi, item) for item in parts["component"]],
        value=parts["change"],
        about=[f"{formats.number(a, 1)} before, {formats.number(b, 1)} now"
               for a, b in zip(parts["before"], parts["now"], strict=True)],
    )  # fmt: skip
    options = chart.look_of(kpi.unit)
    drawing = charts.signed(shown, look=options["look"], better=kpi.better, locale=options["locale"],
                            title=f"What moved {kpi.name}")  # fmt: skip
    chart.show(drawing, key="moved", name=f"{kpi.id} what moved it",
               hint="A part is weight times points; it also moves when other parts gain or lose data.")  # fmt: skip


def listing(kpi: Any, asked: Asked, n: int | None) -> None:
    """Offer the accounts one by one: each score with letter, colour and rank; or each risk with the money behind it."""
    risk = kpi.id == "churn_risk_score"
    if not (is_score(kpi) or risk) or not n or n > MOST:
        return
    box = st.expander(
        f"The {formats.plural(n, 'account')}, {'the most MRR at risk' if risk else 'the lowest'} first",
        icon=":material/groups:", key="accounts", on_change="rerun",
    )  # fmt: skip
    with box:
        if not box.open:
            return
        frame = door.compute([kpi.id], replace(asked.whole, by=("customer_id",)), beside=risk)
        table = _at_risk(frame) if risk else scores.standing(frame, "customer_id")
        table = table.rename(columns={"customer_id": "Customer"} | {c: item_parts.label(c) for c in table.columns[1:]})
        number = st.column_config.NumberColumn(format="%.1f")
        frames.show(
            table, height=360, alt=f"Accounts by {kpi.name}",
            column_config={"Score": number, "Risk": number,
                           "MRR at risk": st.column_config.NumberColumn(format="localized")},
        )  # fmt: skip
        with st.container(horizontal=True, horizontal_alignment="right"):
            download.table(table, key="accounts_table", name=f"{kpi.id} accounts")


def _at_risk(frame: pd.DataFrame) -> pd.DataFrame:
    """Return each account's risk with the MRR behind it, the most first."""
    risk = frame[frame["item"].isna() & frame["value"].notna()][["customer_id", "value"]]
    money = frame[frame["item"] == "mrr_at_risk"][["customer_id", "value"]]
    both = risk.merge(money, on="customer_id", how="left", suffixes=("_risk", "_mrr"))
    both.columns = pd.Index(["customer_id", "risk", "mrr_at_risk"])
    return both.sort_values("mrr_at_risk", ascending=False, na_position="last")
