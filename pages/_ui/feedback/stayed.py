"""How long accounts stay after an answer: the curve of each category, whether they differ, who is behind a step."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics.charts import survival as charts
from pages._ui import chart, door, download, formats, frames, state
from pages._ui.feedback import after_lists
from pages._ui.feedback.after_lists import LABELS

PARTS = {"left": "Who left", "at_risk": "Who was at risk", "censored": "No more known"}
TONES = {"promoter": "good", "passive": "muted", "detractor": "bad", "satisfied": "good", "easy": "good",
         "other": "bad", "upper half": "good", "lower half": "bad"}  # fmt: skip


def show(survey: str, given: dict[str, Any]) -> None:
    """Show the curves by category, what the comparison says, and the accounts behind a step."""
    found = door.ask("stayed", survey, **given)
    if found.curve.empty:
        st.caption("No account was a customer when it answered.")
        return
    st.markdown(f"**{formats.literal(found.verdict)}**")
    frame = found.curve.assign(group=found.curve["category"].map(LABELS))
    look = {k: v for k, v in chart.look_of("share").items() if k in ("look", "minimum_n", "locale")}
    drawing = charts.survival(
        frame, by=["group"], grain="day", since="after the answer",
        tones=[TONES[c] for c in dict.fromkeys(frame["category"])], **look,
    )  # fmt: skip
    chart.show(
        drawing, key="stayed_curve", name=f"{survey} survival after the answer", select="point", on_select=_picked,
        hint="The share still a customer so many days after the answer, with its 95 % band. Who is still here is "
        f"followed as far as the data go. Pale: fewer than {found.minimum_n} at risk. "
        + formats.on_screen("Press a step to see who left."),
    )  # fmt: skip
    if found.returned:
        st.caption(f":material/info: {formats.plural(found.returned, 'account')} left and came back: the first leaving "
                   "counts.")  # fmt: skip
    _numbers(found)
    _behind(survey, found, given)


def _numbers(found: Any) -> None:
    with st.expander("The curves and the comparison in numbers", icon=":material/table:"):
        medians = found.medians
        frames.show(
            pd.DataFrame({
                "Who": medians["category"].map(LABELS), "Accounts": medians["customers"], "Left": medians["left"],
                "Half have left by day": [_or(m, "not reached") for m in medians["median"]],
                "95 % interval": [f"{_or(a, '–')} to {_or(b, 'open')}" if not pd.isna(a) else formats.NOTHING
                                  for a, b in zip(medians["low"], medians["high"], strict=True)],
                "Longest known": medians["longest"].astype(int),
                "Still here then": [formats.value(v, "share") for v in medians["last"]],
            }), alt="How long half of them stay",
        )  # fmt: skip
        download.table(medians, key="stayed_medians", name="how long half stay", label="Download how long")
        if found.test is not None:
            pairs = found.test.pairs
            st.markdown(
                f"Log-rank over {found.test.degrees + 1} groups: chi-square {found.test.statistic:.2f}, "
                f"p = {after_lists.p(found.test.p)}. Of each pair p is corrected for the number of pairs (Holm)."
            )
            frames.show(
                pd.DataFrame({
                    "One": [LABELS[k[0]] for k in pairs["one"]], "Other": [LABELS[k[0]] for k in pairs["other"]],
                    "Chi-square": pairs["statistic"].round(2), "p alone": pairs["p"].map(after_lists.p),
                    "p corrected": pairs["adjusted"].map(after_lists.p),
                    "Stays longer": [LABELS[k[0]] for k in pairs["longer"]],
                }), alt="Log-rank test of each pair",
            )  # fmt: skip
            download.table(pairs, key="stayed_pairs", name="log-rank pairs", label="Download the comparison")
        download.table(found.curve, key="stayed_table", name="survival after the answer", label="Download the curve")


def _or(value: float, other: str) -> str:
    return other if pd.isna(value) else formats.count(int(value))


def _picked() -> None:
    found = st.session_state["stayed_curve"].selection.get("point") or []
    pressed = found[0] if isinstance(found, list) and found else found
    if not isinstance(pressed, dict) or pressed.get("t") is None:
        state.update(step=None)
        return
    values = {k: v[0] if isinstance(v, list) else v for k, v in pressed.items()}
    names = {label: name for name, label in LABELS.items()}
    state.update(step=json.dumps([int(values["t"]), names.get(str(values.get("series")), "")]))


def _behind(survey: str, found: Any, given: dict[str, Any]) -> None:
    """Show the accounts of the step that was pressed."""
    try:
        t, category = json.loads(state.get("step") or "null") or (None, "")
    except (ValueError, TypeError, RecursionError):
        return
    rows = found.curve[(found.curve["category"] == category) & (found.curve["t"] == t)]
    if rows.empty:
        return
    row = rows.iloc[0]
    part = str(st.segmented_control("Show", list(PARTS), default="left", key="stayed_part", required=True,
                                    format_func=PARTS.get))  # fmt: skip
    chance = formats.interval(row["low"], row["high"], "share")
    st.markdown(
        f"{LABELS[category]}, day {int(t)} after the answer: of {formats.plural(int(row['at_risk']), 'account')} known "
        f"so long {formats.count(row['events'])} left on it; {formats.value(row['survival'], 'share')} of all are then "
        f"still here (chance alone: {chance})."
    )
    after_lists.accounts(
        lambda limit: door.ask("stayed_rows", survey, t=int(t), category=category, part=part, limit=limit, **given),
        int(row["events" if part == "left" else part]), key="stayed_rows",
        name=f"{LABELS[category]}, day {int(t)} after the answer: {PARTS[part].lower()}",
    )  # fmt: skip
