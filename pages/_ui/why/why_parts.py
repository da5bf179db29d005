"""The parts of the page 'Why did it move?': the sentences, the bridge, the segments, the attributes, the accounts."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from cs_metrics.analysis.why.explain import Explained
from cs_metrics.charts.bridge import bridge
from cs_metrics.kpis import KPI
from cs_metrics.reports.counted import readable
from cs_metrics.reports.why import leading, sentences
from pages._ui import chart, door, download, empty, formats, frames, state, where
from pages._ui.why import words
from pages._ui.why.sides import Sides, as_json

ACCOUNTS_SHOWN = 50
ROWS_SHOWN = 200


def headline(kpi: KPI, found: Explained, chosen: Sides) -> None:
    """Show the sentences, and the bridge from the one value to the other."""
    say = words.wording(kpi, chosen.names, chosen.groups)
    with st.container(border=True):
        for line in sentences(found, say):
            st.markdown(formats.literal(line))
        if found.of == "mean":
            st.caption(f"{kpi.name} is a median, which has no parts that add up: this explains the mean beside it.")
    start = found.then or found.before
    options = chart.look_of(kpi.unit)
    drawing = bridge(
        found.parts, start=start["value"], end=found.now["value"], restated=found.restated, kind=found.kind,
        names=(_point(chosen.names[0], found), chosen.names[1]), better=kpi.better,
        title=f"{kpi.name}: from {chosen.names[0]} to {chosen.names[1]}", **options,
    )  # fmt: skip
    chart.show(drawing, key="bridge", name=f"{kpi.id} why", hint=_hint(found))


def _point(name: str, found: Explained) -> str:
    return name if found.then is None else f"{name}, as said then"


def _hint(found: Explained) -> str:
    if found.kind == "quotient" and found.by:
        labels = {a.name: a.label for a in door.attributes()}
        by = formats.literal(" and ".join(labels.get(name, name) for name in found.by))
        return f"Of each {by}: how its own value moved. Together the steps are the change, to the digit."
    return "Together the steps are the change, to the digit."


def segments(kpi: KPI, found: Explained, chosen: Sides) -> None:
    """Show every segment with its numbers on both sides and its parts."""
    table = words.parts_table(kpi, found, chosen.names)
    st.subheader("What each part is made of" if found.kind == "formula" else "Each segment", anchor=False)
    frames.show(table, alt=f"Parts of the change of {kpi.name}")
    download.table(found.parts, key="why_parts", name=f"{kpi.id} parts of the change")


def ranking(found: Explained) -> None:
    """Show every attribute that was looked at, and how far it stands out from chance."""
    if found.attributes.empty:
        return
    named = int(found.attributes["named"].sum())
    said = f"{formats.plural(named, 'attribute')} of {len(found.attributes)} explain more than chance would"
    with st.expander(said if named else "No attribute explains more than chance would", icon=":material/rule:"):
        frames.show(words.ranking_table(found), alt="Attributes by what they explain")
        download.table(found.attributes, key="why_ranking", name="attributes by what they explain")
        st.caption(
            "Beyond chance: how many standard deviations an attribute's segments moved apart beyond what they do when "
            "customers' outcomes are dealt out anew among the labels. Chance: how often the best of all attributes "
            "then does as well; one is named up to 1 %. An attribute of many values has no advantage. Attributes "
            "that tell how things ended (a status, a reason) are left out; you can still split by them."
        )


def accounts(kpi: KPI, found: Explained, chosen: Sides) -> None:
    """Show the customers of a segment that make most of its part, and the rows of one of them on both sides."""
    if found.accounts.empty:
        return
    names = list(found.parts["segment"])
    part = state.get("part") if state.get("part") in names else leading(found)["segment"]
    st.subheader("Which customers", anchor=False)
    if len(names) > 1:
        st.selectbox("Segment", names, width=300, **state.bind("part", value=part))
    own = found.accounts[found.accounts["segment"] == part]
    if empty.left_out(own, customer_id="Who they are", part="What each of them makes of it"):
        return
    own = own[own["part"] != 0]
    if own.empty:
        st.caption("Nobody: no customer's numbers differ between the two sides.")
        return
    frame = words.accounts_table(kpi, own.head(ACCOUNTS_SHOWN), chosen.names)
    frames.show(frame, height=min(38 + 35 * len(frame), 320), alt=f"Customers of {part}")
    st.caption(formats.literal(words.accounts_note(kpi, own, ACCOUNTS_SHOWN)))
    download.table(own, key="why_accounts", name=f"{kpi.id} customers of the change")
    if not found.restated_accounts.empty:
        with st.expander(f"{formats.plural(len(found.restated_accounts), 'customer')} whose past was restated",
                         icon=":material/history:"):  # fmt: skip
            names_then = (f"{chosen.names[0]}, as said then", f"{chosen.names[0]}, today")
            frames.show(words.accounts_table(kpi, found.restated_accounts.head(ROWS_SHOWN), names_then),
                         alt="Customers whose past was restated")  # fmt: skip
            download.table(found.restated_accounts, key="why_restated", name=f"{kpi.id} restated customers")
    _rows(kpi, own, chosen)


def _rows(kpi: KPI, own: pd.DataFrame, chosen: Sides) -> None:
    listed = [who for who in own["customer_id"].head(ACCOUNTS_SHOWN) if who is not None]
    if not listed:
        return
    names = dict(zip(own["customer_id"], own["name"], strict=True)) if "name" in own else {}
    who = state.get("who") if state.get("who") in listed else ""
    st.selectbox(
        "Open the rows of", ["", *listed], width=300, **state.bind("who", value=who),
        format_func=lambda c: "Nobody" if not c else f"{names[c]} ({c})" if names.get(c) else c,
    )  # fmt: skip
    if not who:
        return
    for question, name, start in zip((chosen.before, chosen.now), chosen.names, chosen.starts, strict=True):
        asked = replace(
            question, where=as_json(where.both(question.arguments()["where"] or {}, {"customer_id": [who]}))
        )
        frame = door.rows(kpi.id, asked, period=start, part="denominator" if _is_quotient(kpi) else "numerator")
        st.markdown(f"**{formats.literal(name)}**: {formats.plural(len(frame), 'row')} counted")
        if not frame.empty:
            shown = readable(frame)
            frames.show(shown.head(ROWS_SHOWN), alt=f"Rows of {who} in {name}")
            download.table(shown, key=f"why_rows_{name}", name=f"{kpi.id} rows of {who}", numbers=False)


def _is_quotient(kpi: KPI) -> bool:
    return any(form.denominator or form.divisor for form in kpi.forms)
