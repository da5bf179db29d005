"""The parts of the Survival page: what is asked, the curves, whether groups differ, and the customers behind a step."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics.analysis.survival.words import group_name
from cs_metrics.charts import survival as charts
from pages._ui import chart, door, download, empty, formats, frames, segment_save, state
from pages._ui.filter_bar import Asked

STARTS = {"active": "of being a customer", "paid": "of paying"}
BORN = {"ever": "At any time", "period": "In the period above"}
GAPS = {"ignored": "Goes on through the gap", "end": "Ends at the gap"}
PARTS = {"left": "Who left", "at_risk": "Who was at risk", "censored": "No more known"}
MOST_VALUES = 24
ROWS_SHOWN = 500


@dataclass(frozen=True)
class Question:
    """What the page asks of `View.survival` and its neighbours. `by` is a breakdown's name and label, or empty."""

    arguments: dict[str, Any]
    grain: str
    by: str
    label: str

    @property
    def names(self) -> list[str]:
        return [self.by] if self.by else []


def controls(asked: Asked) -> Question:
    """Show what is asked of lives beside the filter bar, and return it whole."""
    attributes = {a.name: a for a in door.splits(()) if len(a.values) <= MOST_VALUES}
    chosen = {
        "by": _known("by", ["", *attributes], ""),
        "life": _known("life", list(STARTS), "active"),
        "born": _known("born", list(BORN), "ever"),
        "gaps": _known("gaps", list(GAPS), "ignored"),
    }
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="survival_controls"):
        st.selectbox(
            "Broken down by", ["", *attributes], width=210, **state.bind("by", value=chosen["by"]),
            format_func=lambda n: attributes[n].label if n else "Nothing", help="The value at the start of each life",
        )  # fmt: skip
        st.selectbox("A life is one", list(STARTS), format_func=STARTS.get, width=190,
                     **state.bind("life", value=chosen["life"]))  # fmt: skip
        st.selectbox("Customers who started", list(BORN), format_func=BORN.get, width=190,
                     **state.bind("born", value=chosen["born"]))  # fmt: skip
        st.selectbox("A life with a gap", list(GAPS), format_func=GAPS.get, width=220,
                     **state.bind("gaps", value=chosen["gaps"]))  # fmt: skip
    given = asked.question.arguments()
    inside, by = in_period(), chosen["by"]
    arguments = {
        "grain": asked.question.grain or "month",
        "by": [by] if by else None,
        "where": given["where"],
        "since": given["since"] if inside else None,
        "until": given["until"] if inside else None,
        "start": chosen["life"],
        "gaps": chosen["gaps"],
    }
    return Question(arguments, str(arguments["grain"]), by, attributes[by].label if by else "")


def in_period() -> bool:
    """Return whether only lives are asked for that began in the period; else it means nothing here."""
    return _known("born", list(BORN), "ever") == "period"


def _known(name: str, options: list[str], default: str) -> str:
    value = state.get(name)
    return value if value in options else default


def curve(question: Question) -> pd.DataFrame:
    """Return the curve of each group, the largest first."""
    return door.ask("survival", **question.arguments)


def headline(question: Question) -> None:
    """Say how long half of them stay, and whether the groups differ."""
    found = door.ask("survival_summary", **question.arguments)
    medians = found.medians
    if not question.by:
        st.markdown(f"**{formats.literal(medians['sentence'].iloc[0])}**")
    else:
        first, stop, more = found.verdict.partition(". ")
        st.markdown(f"**{formats.literal(first + stop.strip())}** {formats.literal(more)}")
    for note in found.notes:
        st.caption(f":material/info: {formats.literal(note)}")


def stairs(question: Question, frame: pd.DataFrame) -> None:
    """Show the curves with the number at risk, and the median life of each group."""
    drawing = charts.survival(frame, by=question.names, grain=question.grain, **_look())
    drawing = chart.listed(drawing, chart.RETENTION)
    chart.show(
        drawing, key="survival_curve", name=f"survival by {question.grain}", select="point", on_select=_picked,
        hint=f"The share still here after so many {question.grain}s of life, with its 95 % band (log-log). Pale: fewer "
        f"than {door.settings()['minimum_n']} at risk. "
        + formats.on_screen("Press a step to see who left."),
    )  # fmt: skip
    if question.by:
        _medians(question)
    download.table(frame, key="survival_table", name=f"survival by {question.grain}", label="Download the curve")


def _medians(question: Question) -> None:
    found = door.ask("survival_summary", **question.arguments)
    medians, test = found.medians, found.test
    shown = pd.DataFrame(
        {
            question.label: [group_name(v) for v in medians[question.by]],
            "Customers": medians["customers"],
            "Left": medians["left"],
            f"Median life, {question.grain}s": [_or(m, "not reached") for m in medians["median"]],
            "95 % interval": [
                f"{_or(a, '–')} to {_or(b, 'open')}" if not pd.isna(a) else formats.NOTHING
                for a, b in zip(medians["low"], medians["high"], strict=True)
            ],
            "Still here at the end": [formats.value(v, "share") for v in medians["last"]],
        }
    )
    frames.show(shown, alt="Median life of each group")
    download.table(medians, key="survival_medians", name="median life by group", label="Download the medians")
    if test is None:
        return
    with st.expander("The comparison in numbers"):
        st.markdown(
            f"Log-rank over {test.degrees + 1} groups: chi-square {test.statistic:.2f}, "
            f"{formats.plural(test.degrees, 'degree')} of freedom, p = {_p(test.p)}. Of each pair p is corrected for "
            "the number of pairs (Holm)."
        )
        pairs = test.pairs.assign(**{n: test.pairs[n].map(group_name) for n in ("one", "other", "longer")})
        shown = pairs.rename(columns={"one": "One", "other": "Other", "statistic": "Chi-square", "p": "p alone",
                                      "adjusted": "p corrected", "longer": "Stays longer"})  # fmt: skip
        shown[["p alone", "p corrected"]] = shown[["p alone", "p corrected"]].map(_p)
        frames.show(shown, alt="Log-rank test of each pair")
        download.table(pairs, key="survival_pairs", name="log-rank pairs")


def _or(value: float, other: str) -> str:
    return other if pd.isna(value) else formats.count(int(value))


def _p(p: float) -> str:
    return "below 0.0001" if p < 0.0001 else f"{p:.4f}"


def _look() -> dict[str, Any]:
    return {k: v for k, v in chart.look_of("share").items() if k in ("look", "minimum_n", "locale")}


def _picked() -> None:
    found = st.session_state["survival_curve"].selection.get("point") or []
    pressed = found[0] if isinstance(found, list) and found else found
    if not isinstance(pressed, dict) or pressed.get("t") is None:
        state.update(step=None)
        return
    values = {k: v[0] if isinstance(v, list) else v for k, v in pressed.items()}
    state.update(step=json.dumps([int(values["t"]), str(values.get("series") or "")]))


def who(question: Question, frame: pd.DataFrame) -> None:
    """Show who is behind a step of a curve: who left in that period of life, who was at risk."""
    st.subheader("Who is behind a step", anchor=False)
    groups = _groups(question, frame)
    t, name = _step(question, frame, groups)
    mine = groups[name]
    ages = mine["t"].tolist()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if question.by:
            st.session_state["step_group"] = name
            st.selectbox(question.label, list(groups), key="step_group", width=220, on_change=_chosen)
        st.session_state["step_t"] = t
        st.selectbox(f"{question.grain.capitalize()} of life", ages, key="step_t", width=150, on_change=_chosen)
        part = st.segmented_control("Show", list(PARTS), default="left", key="step_part", required=True,
                                    format_func=PARTS.get)  # fmt: skip
    row = mine[mine["t"] == t].iloc[0]
    st.markdown(_sentence(row, question.grain))
    values = {question.by: _value(row[question.by])} if question.by else None
    people = door.ask("survival_rows", t=t, part=part, by_values=values, **question.arguments)
    if people.empty:
        st.caption("Nobody.")
        return
    if empty.left_out(people, customer_id="Who they are"):
        return
    shown = people.head(ROWS_SHOWN)
    shown = pd.DataFrame(
        {
            "Customer": shown["customer_id"],
            "Started": [formats.day(d) for d in shown["started"]],
            "Left": [None if formats.is_missing(d) else formats.last_day(d) for d in shown["ended"]],
            f"{question.grain.capitalize()}s known": shown["t"],
            "Stretches": shown["parts"],
            "File": shown["_source"],
            "Row": shown["_row"],
        }
    ).dropna(axis="columns", how="all")
    frames.show(shown, height=min(38 + 35 * len(shown), 390), alt="The customers of the step")
    with st.container(horizontal=True, vertical_alignment="center"):
        total = formats.plural(len(people), "customer")
        few = f"{formats.count(len(shown))} of {total}." if len(shown) < len(people) else f"{total}."
        st.caption(few, width="stretch")
        segment_save.popover(_name(question, name, t, part), people["customer_id"], key="step")
        download.table(people, key="step_table", name=f"survival {name} {question.grain} {t} {part}")


def _name(question: Question, group: str, t: int, part: str) -> str:
    """Return who is behind a step in the words of a name: 'Month 12 of life: left (Starter)'."""
    did = {"left": "left", "at_risk": "at risk", "censored": "no more known"}[part]
    return f"{question.grain.capitalize()} {t} of life: {did}" + (f" ({group})" if group else "")


def _groups(question: Question, frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the curve of each group by the name it is called."""
    if not question.by:
        return {"": frame}
    named = frame[question.by].map(group_name)
    return {name: frame[named == name] for name in dict.fromkeys(named)}


def _step(question: Question, frame: pd.DataFrame, groups: dict[str, pd.DataFrame]) -> tuple[int, str]:
    """Return the step of the address; else that at which most of the largest group left."""
    name = next(iter(groups))
    try:
        t, given = json.loads(state.get("step") or "null") or (None, "")
    except (ValueError, TypeError, RecursionError):
        t, given = None, ""
    name = given if isinstance(given, str) and given in groups else name
    mine = groups[name]
    if isinstance(t, int) and t in set(mine["t"]):
        return t, name
    return int(mine["t"].iloc[int(mine["events"].to_numpy().argmax())]), name


def _sentence(row: Any, grain: str) -> str:
    t, n = int(row["t"]), int(row["at_risk"])
    if not t:
        return f"{formats.plural(n, 'customer')} started."
    chance = f"{formats.value(row['low'], 'share')} to {formats.value(row['high'], 'share')}"
    return (
        f"Of {formats.plural(n, 'customer')} whose {grain} {t} of life is known, {formats.count(int(row['events']))} "
        f"left in it; of all who started, {formats.value(row['survival'], 'share')} are then still here (chance alone: "
        f"{chance})."
    )


def _value(value: Any) -> Any:
    return None if value is None or formats.is_missing(value) else value


def _chosen() -> None:
    state.update(step=json.dumps([int(st.session_state["step_t"]), st.session_state.get("step_group", "")]))


def computed(question: Question) -> None:
    """Show how the curve is computed, and its SQL."""
    with st.expander("How it is computed", icon=":material/function:", on_change="rerun") as opened:
        if opened.open:
            grain = question.grain
            st.markdown(
                f"Of those whose {grain} of life is known whole, the share who did not leave in it; the curve is the "
                "product of these shares (Kaplan and Meier), its band that of log(-log S). Who is still here counts as "
                f"long as is known. A {grain} of a customer's life that is not over counts neither way. A breakdown "
                "goes by the value at the start of each life. Median: where the curve falls to one half."
            )
            st.code(door.ask("survival_sql", **question.arguments), language="sql", wrap_lines=True, height=360)
