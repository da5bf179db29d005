"""ARR by period, the largest customers, and contracts that end."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics import analysis, charts
from pages._ui import chart, door, empty, formats, shell, state
from pages._ui.filter_bar import Asked
from pages._ui.revenue.revenue_parts import MOVES, given, money, nobody_pays, table

TOPS = (5, 10, 20, 50)
AHEAD = (30, 60, 90, 180, 365)
OUTCOMES = {
    "renewed": "Renewed", "rolled_over": "Rolled over", "moved": "Moved to another product", "late": "Renewed late",
    "in_grace": "In its grace", "cancelled": "Cancelled", "not_renewed": "Not renewed", "signed": "Already signed",
    "rolls_over": "Rolling over", "notice": "Notice given", "open": "Open",
}  # fmt: skip
NEEDS = ("subscriptions.contract_start", "subscriptions.contract_end", "subscriptions.end_date")


def snowball(asked: Asked) -> None:
    """Show ARR by period: what it opens with, what sticks, what falls off, what it closes with."""
    grain = asked.question.grain or "month"
    frame = door.ask("snowball", grain=grain, **given(asked))
    if frame.empty or not frame[["opening", "closing"]].to_numpy().any():
        nobody_pays(grain)
        return
    last = frame.iloc[-1]
    whole = door.ask("snowball", grain=None, **given(asked)).iloc[0]
    change = formats.change(whole["closing"], whole["opening"], "money")
    st.markdown(formats.literal(
        f"ARR is 12 times MRR: {money(whole['opening'])} at the start, {money(whole['closing'])} at the end"
        + (f" ({change[1]})" if change and whole["opening"] else "")
        + ("." if last["complete"] else f". {formats.period(last['period'], grain)} is not over in these data.")
    ))  # fmt: skip
    trend = pd.DataFrame({
        "period": frame["period"], "value": frame["closing"], "low": None, "high": None, "n": None,
        "complete": frame["complete"],
    })  # fmt: skip
    drawing = charts.trend(trend, grain=grain, title="ARR at the end", **{**chart.look_of("money"), "minimum_n": 0})
    drawing = chart.noted(drawing, "arr", grain=grain)
    chart.show(drawing, key="arr_trend", name=f"arr by {grain}")
    titles = {"opening": "Opening", **MOVES, "closing": "Closing", "net": "Net", "growth": "Growth",
              "quick_ratio": "Quick ratio"}  # fmt: skip
    shown = frame.iloc[::-1].rename(columns=titles)
    shown.insert(0, "Period", [
        formats.period(p, grain) + ("" if over else " (not over)")
        for p, over in zip(shown["period"], shown["complete"], strict=True)
    ])  # fmt: skip
    shown["Quick ratio"] = [formats.value(v, "ratio") for v in shown["Quick ratio"]]
    table(
        shown[["Period", *titles.values()]], key="snowball", name=f"arr by {grain}", alt="ARR by period",
        amounts=["Opening", "Closing", "Net"], blank=list(MOVES.values()), shares=["Growth"], full=frame,
        count=f"{formats.plural(len(frame), grain)}, the latest first. Quick ratio: gained / lost; – where nothing was "
        "lost.",
    )  # fmt: skip


def concentration(asked: Asked) -> None:
    """Show how much hangs on the largest customers, over time, and who they are."""
    grain = asked.question.grain or "month"
    given_top = state.get("top")
    top = int(given_top) if given_top.isdecimal() and int(given_top) in TOPS else 10
    st.segmented_control(
        "Largest customers", TOPS, required=True, format_func=lambda n: f"Top {n}", label_visibility="collapsed",
        **state.bind("top", value=top),
    )  # fmt: skip
    frame = door.ask("concentration", top=top, grain=grain, **given(asked))
    paying = frame[frame["share"].notna()]
    if paying.empty:
        nobody_pays(grain)
        return
    first, last = paying.iloc[0], paying.iloc[-1]
    moved = formats.change(last["share"], first["share"], "share")
    said = (
        f"The {top} largest of {formats.count(last['customers'])} paying customers bring "
        f"{formats.value(last['share'], 'share')} of MRR: {money(last['top_mrr'])} of {money(last['mrr'])}."
    )
    if moved and len(paying) > 1:
        then = formats.period(first["period"], grain)
        said += f" At the end of {then} it was {formats.value(first['share'], 'share')} ({moved[1]} since)."
    st.markdown(formats.literal(said))
    trend = pd.DataFrame({
        "period": frame["period"], "value": frame["share"], "low": None, "high": None, "n": frame["customers"],
        "complete": frame["complete"],
    })  # fmt: skip
    if len(paying) > 1:
        drawing = charts.trend(trend, grain=grain, title=f"Share of the top {top}", **chart.look_of("share"))
        drawing = chart.noted(drawing, grain=grain)
        chart.show(drawing, key="concentration", name=f"share of the top {top} by {grain}",
                   hint="Those who are the largest at each period's end: not always the same ones.")  # fmt: skip
    people = door.ask("largest", top=top, **given(asked))
    shown = people.rename(columns={
        "place": "Place", "customer_id": "Customer", "name": "Name", "mrr": "MRR", "share": "Share",
        "mrr_before": "MRR at the start", "place_before": "Place at the start", "_rows": "File and rows",
    })  # fmt: skip
    shown["Place at the start"] = shown["Place at the start"].astype(str).replace("<NA>", "")
    columns = ["Place", "Customer", "Name", "MRR", "Share", "MRR at the start", "Place at the start", "File and rows"]
    table(
        shown[[c for c in columns if c in shown]], key="largest", name=f"top {top} customers", shares=["Share"],
        amounts=["MRR", "MRR at the start"], alt="The largest customers", full=people,
        picked=lambda i: state.update(show=None, who=str(people["customer_id"].iloc[i])),
        count=f"The largest at the end of {asked.span}, and as they were at its start. "
        + formats.on_screen("Press a row to open a customer."),
    )  # fmt: skip


def renewals(asked: Asked) -> None:
    """Show the contracts that end soon, and what became of those that ended in the range."""
    missing = door.needs()["contract_renewal_rate"]
    if missing:
        empty.needs("Renewals", missing)
        return
    st.subheader("Due next", anchor=False)
    given_days = state.get("days")
    days = int(given_days) if given_days.isdecimal() and int(given_days) in AHEAD else 90
    st.segmented_control(
        "Days ahead", AHEAD, required=True, format_func=lambda n: f"{n} days", label_visibility="collapsed",
        **state.bind("days", value=days),
    )  # fmt: skip
    where = given(asked)["where"]
    due = door.ask("renewals", days=days, where=where)
    _contracts(
        due, f"end in the {days} days after the data do, {formats.last_day(door.as_of())}", "due", analysis.AHEAD,
        "No contract ends in that time.",
    )  # fmt: skip
    st.subheader("What became of those that ended", anchor=False)
    ended = door.ask("renewals", **given(asked))
    grace = door.settings()["renewal_grace_days"]
    _contracts(ended, f"ended in {asked.span}", "ended", analysis.OUTCOMES, "No contract ended in this period.")
    st.caption(f"In time is up to {grace} days after the end, a setting.")
    with st.container(horizontal=True):
        shell.link("kpi", "Contract renewal rate", icon=":material/query_stats:", id="contract_renewal_rate")
        shell.link("kpi", "Customer renewal rate", icon=":material/query_stats:", id="renewal_rate")


def _contracts(frame: pd.DataFrame, when: str, key: str, meanings: Any, none: str) -> None:
    if frame.empty:
        st.caption(none)
        return
    if empty.left_out(frame, customer_id="Whose they are", mrr="What each of them pays"):
        return
    summed = analysis.outcomes(frame)
    parts = ", ".join(f"{formats.count(row['contracts'])} {OUTCOMES[row['outcome']].lower()} ({money(row['mrr'])})"
                      for row in summed.to_dict("records"))  # fmt: skip
    st.markdown(formats.literal(f"{formats.plural(len(frame), 'contract')} {when}: {parts} a month."))
    shown = pd.DataFrame({
        "Outcome": [OUTCOMES[o] for o in summed["outcome"]], "Contracts": summed["contracts"],
        "Customers": summed["customers"], "MRR": summed["mrr"], "Share of MRR": summed["share"],
        "What it means": [meanings[o] for o in summed["outcome"]],
    })  # fmt: skip
    table(shown, key=f"{key}_outcomes", name=f"renewals {key} by outcome", alt="Contracts by outcome", amounts=["MRR"],
          shares=["Share of MRR"], full=summed)  # fmt: skip
    known = ["All", *(OUTCOMES[o] for o in summed["outcome"])]
    chosen = st.pills("Which", known, default="All", key=f"{key}_which", label_visibility="collapsed")
    names = {title: name for name, title in OUTCOMES.items()}
    part = frame if chosen in (None, "All") else frame[frame["outcome"] == names[chosen]]
    rows = pd.DataFrame({
        "Ends": part["ended_at"], "Customer": part["customer_id"], "Name": part.get("name"),
        "Product": part.get("product"), "MRR": part["mrr"], "Outcome": [OUTCOMES[o] for o in part["outcome"]],
        "Notice on": part["cancelled_at"], "File": part["_source"], "Row": part["_row"],
    }).dropna(axis="columns", how="all")  # fmt: skip
    if "Notice on" in rows:
        rows["Notice on"] = ["" if formats.is_missing(when) else formats.day(when) for when in rows["Notice on"]]
    table(rows, key=f"{key}_contracts", name=f"renewals {key}", alt="Contracts", amounts=["MRR"], full=part,
          days=["Ends"],
          count=f"{formats.plural(len(part), 'contract')}; a contract ends before the day named.")  # fmt: skip
