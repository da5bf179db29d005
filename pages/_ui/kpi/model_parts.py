"""How far a model can be trusted: what it learned from, was judged by, what drives it; or why it is withheld."""

from __future__ import annotations

import re
from typing import Any

import streamlit as st

from cs_metrics import charts
from cs_metrics.score_rules import SIGNALS
from pages._ui import chart, door, formats
from pages._ui.links import linked

DRIVERS_SHOWN = 10
OUTCOME = {"churn_risk_score": ("account", "left or paid less"), "win_prediction": ("deal", "were won")}


def show(kpi: Any) -> None:
    """Show the judgement of a KPI's model; nothing where it has none, or for a reader who sees a part of the data: it
    was made of all."""
    if kpi.id not in OUTCOME or linked.filters_locked():
        return
    judged = door.ask("model", kpi.id)
    st.subheader("How far to trust it", anchor=False)
    if not judged.usable:
        st.info(formats.literal(judged.reason), icon=":material/block:")
    _scores(judged, *OUTCOME[kpi.id])
    options = chart.look_of("score")
    look = {"look": options["look"], "locale": options["locale"]}
    with st.grid(2, min_column_width=320, gap="medium"):
        if len(judged.drivers):
            with st.container(gap="xsmall"):
                st.markdown("**What drives it**")
                _drivers(kpi, judged.drivers, look)
        if len(judged.calibration):
            with st.container(gap="xsmall"):
                st.markdown("**Predicted, and what came true**")
                chart.show(
                    charts.calibration(judged.calibration, **look), key="calibration", name=f"{kpi.id} calibration",
                    hint="Each point: a tenth of what it was judged by. On the dashed line the chances are true.",
                )  # fmt: skip


def _scores(judged: Any, noun: str, outcome: str) -> None:
    told = judged.scores
    if told["cut_at"] is not None:
        learned = f"{formats.count(told['learned_rows'])} {noun}s as seen at month's ends"
        st.markdown(
            f"It learned from {learned} from {formats.day(told['learned_from'])} on "
            f"({formats.count(told['learned_happened'])} of which {outcome}), and was judged by "
            f"{formats.count(told['judged_rows'])} seen from {formats.day(told['cut_at'])} to "
            f"{formats.day(told['judged_to'])} that it had not learned from "
            f"({formats.count(told['judged_happened'])} {outcome})."
        )
        if told["some_of"] is not None:
            there = formats.count(told["some_of"])
            st.caption(f"There are {there}. Of so many, it takes some {noun}s, evenly, each with all of its rows.")
    if told["auc"] is None:
        return
    with st.grid(4, min_column_width=150, gap="small"):
        for name, value, about in (
            ("ROC AUC", told["auc"], "0.5 is a coin toss, 1 tells all apart"),
            ("Brier score", told["brier"], "the error of the chances: less is better"),
            ("Brier score of the base rate", told["base_brier"], "the error to beat"),
            ("Base rate", told["base_rate"], "how often it happened where it learned"),
        ):
            with st.container(gap=None):
                st.caption(name)
                shown = formats.value(value, "share") if name == "Base rate" else formats.number(value, 3)
                st.markdown(f"**{shown}** :gray[{about}]")


def _drivers(kpi: Any, drivers: Any, look: dict[str, Any]) -> None:
    first = drivers.head(DRIVERS_SHOWN)
    shown = first.assign(
        name=[feature(name) for name in first["feature"]],
        value=first["coefficient"],
        about=[SIGNALS[name].help if name in SIGNALS else feature(name) for name in first["feature"]],
    )
    few = f"The {DRIVERS_SHOWN} strongest of {len(drivers)}. " if len(drivers) > DRIVERS_SHOWN else ""
    chart.show(
        charts.signed(shown, better=kpi.better, digits=2, title="Drivers", **look), key="drivers",
        name=f"{kpi.id} drivers",
        hint=f"{few}To the right: more of it raises the chance. Log-odds per standard deviation, associations all.",
    )  # fmt: skip


def feature(name: str) -> str:
    """Return the name of a signal in words: 'Events, 30 days'."""
    words = re.sub(r"_(\d+)$", r", \1 days", name).replace("_", " ")
    return "MRR" + words[3:] if words.startswith("mrr") else words[:1].upper() + words[1:]
