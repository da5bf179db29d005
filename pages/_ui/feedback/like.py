"""Whether those who answered are like the others, and the score weighted to all."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics import charts
from cs_metrics.kpis import KPI
from pages._ui import chart, door, download, formats, frames, state
from pages._ui.revenue.revenue_parts import table

MOST = 6
MOST_VALUES = 24
METHODS = {"margins": "Each attribute on its own (raking)", "cells": "Every combination (post-stratification)"}
SCORES = {"raw": "All answers", "active": "Of these customers", "weighted": "Weighted to all"}


def names(found: Any) -> dict[str, str]:
    """Return what customers can be told apart by, with its label: attributes, and MRR and tenure in bands."""
    known = {a.name: a.label for a in door.splits(()) if len(a.values) <= MOST_VALUES}
    known |= {"company_size": "Company size"} if any(a.name == "company_size" for a in door.attributes()) else {}
    bands = {"tenure": "Tenure"} if found.kind == "active" else {}
    bands |= {"mrr": "MRR"} if found.money else {}
    return {**known, **{name: label for name, label in bands.items() if name not in known}}


def unlike(survey: str, found: Any, given: dict[str, Any]) -> None:
    """Show the shares of each value among those heard from and the others, and say what differs."""
    st.subheader("Are those who answered like the others?", anchor=False)
    known = names(found)
    if found.kind == "seen" or not found.accounts or not known:
        st.caption("It cannot be said: only those who answered are known." if found.kind == "seen" else
                   "It cannot be said: nothing is known of the customers that could be compared.")  # fmt: skip
        return
    default = door.ask("likeness", survey, **given)
    chosen = _listed("like", known) or list(default.tests["attribute"])
    st.session_state["url_like"] = [n for n in chosen if n in known]
    st.multiselect("Compare by", list(known), format_func=known.get, key="url_like", on_change=_kept, args=("like",),
                   max_selections=12)  # fmt: skip
    made = door.ask("likeness", survey, by=chosen, **given) if chosen else default
    st.markdown(f"**{formats.literal(made.verdict)}**")
    if made.values.empty:
        return
    tests = made.tests.set_index("attribute")
    values = made.values.assign(differs=made.values["attribute"].map(tests["differs"]))
    chart.show(
        charts.likeness(values, names=known, look=chart.theme(), locale=str(formats.locale())), key="likeness",
        name=f"{survey} heard from and not", hint="Pale: no difference that could be told from chance.",
    )  # fmt: skip
    ordered = made.tests.sort_values("adjusted", kind="stable", na_position="last")
    st.markdown("\n".join(f"- {formats.literal(said)}" for said in ordered["sentence"]))
    with st.expander("The comparison in numbers"):
        shown = pd.DataFrame({
            "Attribute": [known.get(n, n) for n in made.tests["attribute"]], "Heard from": made.tests["heard"],
            "Not heard from": made.tests["others"],
            "Chi-square": [formats.number(v, 2) for v in made.tests["chi_square"]], "Degrees": made.tests["degrees"],
            "p alone": [_p(v) for v in made.tests["p"]], "p corrected": [_p(v) for v in made.tests["adjusted"]],
            "Largest standardised difference": [formats.number(v, 2) for v in made.tests["largest"]],
        })  # fmt: skip
        frames.show(shown, alt="Tests of each attribute")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                "Pearson's chi-square over all values of an attribute, corrected for the number of attributes (Holm). "
                "It is said to differ where that is below 4 % and a standardised difference reaches 0.1.",
                width="stretch",
            )
            download.table(made.values, key="likeness_values", name=f"{survey} heard from and not by value")


def weighted(survey: str, kpi: KPI, found: Any, given: dict[str, Any]) -> None:
    """Show the score weighted to all customers beside the one that came."""
    known = names(found)
    if found.kind == "seen" or not found.heard or not known:
        return
    st.subheader("The score, weighted to all", anchor=False)
    chosen = _listed("weigh", known)[:MOST] or _first(survey, known, given)
    st.session_state["url_weigh"] = chosen
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.multiselect("Weight by", list(known), format_func=known.get, key="url_weigh", on_change=_kept,
                       args=("weigh",), max_selections=MOST, width=420)  # fmt: skip
        method = None
        if len(chosen) > 1:
            method = state.get("how") if state.get("how") in METHODS else "margins"
            st.selectbox("How", list(METHODS), format_func=METHODS.get, width=320, **state.bind("how", value=method))
    made = door.ask("weighted_score", survey, by=chosen, how=method, **given)
    st.markdown(formats.literal(" ".join(made.sentences)))
    scores = made.scores.assign(name=made.scores["what"].map(SCORES))
    look = chart.look_of(kpi.unit)
    drawing = charts.estimates(scores, look=look["look"], unit=kpi.unit, minimum_n=look["minimum_n"],
                               locale=look["locale"])  # fmt: skip
    chart.show(drawing, key="weighted", name=f"{survey} score weighted by {' and '.join(chosen)}",
               hint="With the 95 % interval of each. These customers: those active at the end of the period."
               if found.kind == "active" else "With the 95 % interval of each.")  # fmt: skip
    with st.expander("How it is weighted"):
        st.markdown(
            "An answer weighs as many customers as it stands for: customers of its cell / answers of its cell."
            if made.method == "cells"
            else "Weights of the answers are fitted until the share of each value is that among all customers, for all "
            "attributes at once."
        )
        cells = made.cells
        shown = cells.rename(columns={**{n: known[n] for n in chosen}, "accounts": "Customers", "answers": "Answers",
                                      "accounts_share": "Share of customers", "answers_share": "Share of answers",
                                      "weight": "Weight of an answer", "value": "Score"})  # fmt: skip
        shown["Weight of an answer"] = [formats.number(v, 2) for v in cells["weight"]]
        shown["Score"] = [formats.value(v, kpi.unit) for v in cells["value"]]
        table(shown, key="weights", name=f"{survey} weights by {' and '.join(chosen)}", alt="Weights by cell",
              shares=["Share of customers", "Share of answers"], full=cells,
              count="Weights are 1 on average.")  # fmt: skip


def _first(survey: str, known: dict[str, str], given: dict[str, Any]) -> list[str]:
    """Return what to weight by where nobody chose: what those who answered differ in most, else the first known."""
    tests = door.ask("likeness", survey, **given).tests
    told = tests[tests["differs"].fillna(False).astype(bool)].sort_values("adjusted", kind="stable")
    found = [n for n in told["attribute"] if n in known][:2]
    return found or [n for n in tests["attribute"] if n in known][:1] or list(known)[:1]


def _listed(name: str, known: dict[str, str]) -> list[str]:
    """Return the names that a parameter of the address lists, as far as they are known."""
    try:
        given = json.loads(state.get(name) or "[]")
    except (ValueError, RecursionError):
        given = []
    return list(dict.fromkeys(n for n in given if isinstance(n, str) and n in known)) if isinstance(given, list) else []


def _kept(name: str) -> None:
    state.update(**{name: json.dumps(st.session_state[f"url_{name}"])})


def _p(p: float) -> str:
    return formats.NOTHING if formats.is_missing(p) else "below 0.0001" if p < 0.0001 else f"{p:.4f}"
