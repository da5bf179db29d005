"""Recurring revenue by the latest answer of each account, and the unhappy whose contracts end soon."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cs_metrics import charts
from cs_metrics.analysis.feedback.after.after_words import PEOPLE
from pages._ui import chart, door, empty, formats, state
from pages._ui.feedback import after_lists
from pages._ui.feedback.after_lists import LABELS
from pages._ui.filter_bar import Asked
from pages._ui.revenue.tables import OUTCOMES

AHEAD = (30, 60, 90, 180)


def revenue(survey: str, asked: Asked, given: dict[str, Any]) -> None:
    """Show the MRR of each category and of the silent, which add up to all of it, and the accounts behind each."""
    frame = door.ask("mrr_by_answer", survey, **given)
    worst, silent = frame.iloc[-2], frame.iloc[-1]
    if not frame["mrr"].any():
        st.caption("Nobody pays at the end of this period.")
        return
    payers = formats.plural(int(worst["accounts"]), "account")
    who, share = PEOPLE[worst["category"]].capitalize(), formats.value(worst["share"], "share")
    st.markdown(formats.literal(
        f"{who} bring {_money(worst['mrr'])} a month, {share} of MRR ({payers}). From accounts with "
        f"{formats.value(silent['share'], 'share')} of it ({_money(silent['mrr'])}) no answer came in {asked.span}."
    ))  # fmt: skip
    drawn = frame.assign(group=frame["category"].map(LABELS), value=frame["mrr"], low=None, high=None,
                         n=frame["accounts"])  # fmt: skip
    look = chart.look_of("money") | {"minimum_n": 0}
    drawing = charts.ranked(drawn, "group", ordered=True, title="MRR", **look)
    chart.show(
        drawing, key="mrr_by_answer", name=f"mrr by {survey} answer", select="segment", on_select=_pressed,
        hint=f"MRR at the end of {asked.span}, by each account's latest answer in it; together "
        f"{_money(frame['mrr'].sum())}, the KPI MRR. All accounts, no sample: there is no interval. "
        + formats.on_screen("Press a bar to see the accounts."),
    )  # fmt: skip
    chosen = state.get("held") if state.get("held") in set(frame["category"]) else ""
    if chosen:
        row = frame[frame["category"] == chosen].iloc[0]
        st.markdown(f"**{LABELS[chosen]}: {formats.literal(_money(row['mrr']))}**")
        after_lists.accounts(
            lambda limit: door.ask("mrr_by_answer_rows", survey, category=chosen, limit=limit, **given),
            int(row["accounts"]), key="held_rows", name=f"MRR of {LABELS[chosen].lower()} ({survey})",
        )  # fmt: skip
    with st.expander(
        "How it is computed", icon=":material/function:", on_change="rerun", key="at_risk_computed"
    ) as opened:
        if opened.open:
            st.code(door.ask("mrr_by_answer_sql", survey, **given), language="sql", wrap_lines=True, height=360)


def to_call(survey: str, given: dict[str, Any]) -> None:
    """Show the contracts that end soon of accounts whose latest answer was a bad one."""
    raw = state.get("ahead")
    days = int(raw) if raw.isdecimal() and int(raw) in AHEAD else 90
    st.segmented_control(
        "Days ahead", AHEAD, required=True, format_func=lambda n: f"Next {n} days", label_visibility="collapsed",
        **state.bind("ahead", value=days),
    )  # fmt: skip
    frame = door.ask("to_call", survey, days=days, **given)
    end = formats.last_day(door.as_of())
    if frame.empty:
        st.caption(f"No contract of an account with a bad latest answer ends in the {days} days after {end}.")
        return
    if empty.left_out(frame, customer_id="Whose they are", mrr="What each of them pays"):
        return
    accounts = frame["customer_id"].nunique()
    st.markdown(formats.literal(
        f"{formats.plural(len(frame), 'contract')} of {formats.plural(accounts, 'account')} end in the {days} days "
        f"after {end}: {_money(frame['mrr'].sum())} a month of accounts whose latest answer was in the lowest group."
    ))  # fmt: skip
    after_lists.contracts(frame.assign(outcome=frame["outcome"].map(OUTCOMES)), key="to_call",
                          name=f"{survey} whom to call before the renewal")  # fmt: skip


def _pressed() -> None:
    found = st.session_state["mrr_by_answer"].selection.get("segment") or []
    pressed: Any = found[0] if isinstance(found, list) and found else found
    label = pressed.get("segment") if isinstance(pressed, dict) else None
    label = label[0] if isinstance(label, list) and label else label
    names = {told: name for name, told in LABELS.items()}
    state.update(held=names.get(str(label)))


def _money(amount: Any) -> str:
    return formats.value(amount, "money", door.settings()["currency"])
