"""Where MRR goes if the coming months are like the last ones, what is assumed, and how earlier projections did."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics import analysis, charts
from cs_metrics.errors import QueryError
from pages._ui import chart, door, empty, formats, state
from pages._ui.filter_bar import Asked
from pages._ui.revenue.revenue_parts import MOVES, given, money, table

PASTS = (6, 12, 24, 36)
AHEAD = 12
LABELS = {
    "new": "New MRR a month",
    "reactivation": "Won back a month",
    "expansion": "Expansion, % a month",
    "contraction": "Contraction, % a month",
    "churn": "Churn, % a month",
}
HORIZONS = (1, 3, 6, 9, 12)


def show(asked: Asked) -> None:
    """Show the projection, its assumptions and its record. The period of the filter bar is no part of it."""
    raw = state.get("past")
    past = int(raw) if raw.isdecimal() and int(raw) in PASTS else 12
    words = {"history": past, "ahead": AHEAD, "where": given(asked)["where"]}
    plain = door.ask("outlook", **words)
    if plain.reason:
        empty.nothing("There is no projection.", plain.reason)
        return
    st.caption("From the end of the last month that is over, whatever the period above; filters hold.")
    usual = analysis.in_percent(plain.rates)
    typed = _typed()
    _assumptions(past, usual, typed, plain.months)
    found = door.ask("outlook", assumptions=analysis.from_percent(typed), **words) if typed else plain
    _sentence(found, bool(typed))
    _drawing(found, plain)
    _table(found)
    _record(plain, past)


def _typed() -> dict[str, Any]:
    """Return the assumptions that the address changes."""
    raw = state.get("assume")
    try:
        value = json.loads(raw) if raw else {}
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise QueryError("The address holds assumptions that cannot be read. Ask for the link again.")
    analysis.check_assumptions(analysis.from_percent(value))
    return value


def _assumptions(past: int, usual: dict[str, float], typed: dict[str, Any], months: int) -> None:
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="assumptions"):
            st.selectbox(
                "Rates of the last", PASTS, width=150, format_func=lambda n: f"{n} months",
                **state.bind("past", value=past),
            )  # fmt: skip
            for name, title in LABELS.items():
                st.session_state[f"assume_{name}"] = float(typed.get(name, usual[name]))
                st.number_input(
                    title, min_value=0.0, max_value=None if name in ("new", "reactivation") else 100.0, width=165,
                    step=100.0 if name in ("new", "reactivation") else 0.1, format="%.2f", key=f"assume_{name}",
                    on_change=_assumed, args=(usual,),
                )  # fmt: skip
            if typed:
                st.button("Back to the rates of the data", icon=":material/undo:", type="tertiary", key="assume_back",
                          on_click=state.update, kwargs={"assume": None})  # fmt: skip
        said = ", ".join(f"{LABELS[n].split(',')[0].lower()}" for n in typed)
        st.caption(
            f"Of the last {formats.plural(months, 'complete month')}: new and won back are their mean, the rates are "
            "pooled (all lost / all at the months' starts)."
            + (f" **Changed by hand: {said}.**" if typed else " Change any of them: the address keeps it.")
        )


def _assumed(usual: dict[str, float]) -> None:
    changed = {name: st.session_state[f"assume_{name}"] for name in LABELS}
    state.update(assume={n: v for n, v in changed.items() if v != usual[n]} or None)


def _sentence(found: Any, by_hand: bool) -> None:
    last, end = found.past.iloc[-1], found.path.iloc[-1]
    change = formats.change(end["closing"], last["end"], "money")
    if_so = "If these assumptions hold" if by_hand else "If the coming months are like the last ones"
    st.markdown(formats.literal(
        f"{if_so}, MRR goes from {money(last['end'])} at the end of {formats.period(last['period'], 'month')} to "
        f"{money(end['closing'])} at the end of {formats.period(end['period'], 'month')}"
        + (f" ({change[1]})" if change else "")
        + f"; 95 of 100 times it should end between {money(end['low'])} and {money(end['high'])}."
    ))  # fmt: skip


def _drawing(found: Any, plain: Any) -> None:
    words = {name: value for name, value in chart.look_of("money").items() if name in ("look", "currency", "locale")}
    earlier = None
    if len(plain.before):
        made = plain.before.loc[plain.before["horizon"] == plain.before["horizon"].max(), "made"].max()
        earlier = plain.before[plain.before["made"] == made]
    drawing = charts.projection(found.past, found.path, before=earlier, **words)
    hint = "Dashed: projected, in its 95 % band."
    if earlier is not None:
        when = formats.period(earlier["made"].iloc[0], "month")
        hint += f" Dotted: the same projection as it would have been made at the end of {when}."
    drawing = chart.noted(drawing, "mrr", grain="month")
    chart.show(drawing, key="outlook", name="mrr projection", hint=hint)


def _table(found: Any) -> None:
    titles = {"opening": "Opening", **MOVES, "closing": "Closing", "low": "Low", "high": "High"}
    shown = found.path.rename(columns=titles)
    shown.insert(0, "Month", [formats.period(p, "month") for p in found.path["period"]])
    with st.expander("Month by month", icon=":material/table:"):
        table(shown[["Month", *titles.values()]], key="outlook_path", name="mrr projection by month",
              alt="The projection by month", amounts=list(titles.values()), full=found.path,
              count="Low and high: the 95 % interval of the closing MRR.")  # fmt: skip


def _record(plain: Any, past: int) -> None:
    st.subheader("How earlier projections did", anchor=False)
    record = plain.accuracy
    if record.empty:
        st.caption(
            "No earlier month had enough months before it and one after it: there is nothing to compare with yet."
        )
        return
    for line in analysis.record_words(record):
        st.markdown(formats.literal(line))
    part = record[record["horizon"].isin(HORIZONS)]
    shown = pd.DataFrame({
        "Months ahead": part["horizon"], "Projections": part["n"], "Missed by (median)": part["error"],
        "Too high (+) or low (−), mean": part["lean"], "Inside the band": part["inside"],
    })  # fmt: skip
    table(
        shown, key="outlook_record", name="how earlier projections did", alt="How earlier projections did",
        shares=["Missed by (median)", "Too high (+) or low (−), mean", "Inside the band"], full=plain.before,
        count=f"Made after each earlier month, from up to {past} months before it, and laid beside what came. The file "
        "has each of them.",
    )  # fmt: skip
    wider = formats.value(plain.widened, "ratio")
    st.caption(
        "The band knows how uneven months are, how little a few of them tell, and by how much earlier projections "
        + (
            f"missed beyond that: it is {wider} times as wide for it. "
            if plain.widened >= 1.05
            else "missed (no more than that). "
        )
        + "It knows no season, no trend, and no change to come: where new business grows from month to month, its "
        "middle is too low. Each earlier band was made with the misses known by then. Earlier months are taken as "
        "today's data tell them; neighbouring projections share most of their months."
    )
