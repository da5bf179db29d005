"""Is this change real? Two points of a survey's score compared, and all neighbours, with what chance gives."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics.analysis.feedback.answers import CATEGORIES
from pages._ui import door, download, formats, frames, state
from pages._ui.feedback import feedback_parts, rule
from pages._ui.filter_bar import Asked

OVER = {"periods": "Periods", "segments": "Segments"}
VERDICTS = {
    "real": "more than chance gives",
    "alone": "cannot tell among so many",
    "open": "cannot tell",
    "none": "too few answers",
}
ICONS = {"real": ":material/check_circle:", "alone": ":material/help:", "open": ":material/help:"}
PALE = "color: #8a93a0"
DIGITS = {"nps": 0, "ces": 2}
SHOWN = {"promoter": "promoters", "passive": "passives", "detractor": "detractors"}


def show(survey: str, asked: Asked) -> None:
    """Let the reader compare two periods or segments, and show all neighbours below."""
    st.subheader("Is this change real?", anchor=False)
    over, by, measure = _controls(survey)
    words: dict[str, Any] = {"measure": measure, **feedback_parts.given(asked)}
    words |= {"by": by} if over == "segments" else {"grain": asked.question.grain or "month"}
    every = door.ask("feedback_changes", survey, pairs="all", **words)
    if len(every.points) < 2:
        st.caption(f"There are no two {'segments' if over == 'segments' else 'periods'} with answers to compare.")
        return
    unit = "share" if measure != "score" or survey == "csat" else "score"
    _picked(survey, every, over, words)
    listed = every if over == "segments" else door.ask("feedback_changes", survey, pairs="neighbours", **words)
    _table(listed, unit, DIGITS.get(survey, 1), f"{survey} {measure} by {by or words.get('grain')}")
    more = f" The {len(every.points)} {'largest segments' if by else 'latest periods'} stand here." * bool(
        every.left_out
    )
    st.caption(
        f"{rule.told(survey)} p is corrected for the number of comparisons (Holm), so that of data in which "
        "nothing changed at most 5 in 100 show any change here. Answers of one account may be alike, and one that "
        f"answered twice is compared with itself.{more}"
    )


def _controls(survey: str) -> tuple[str, str | None, str]:
    """Let the reader choose what is compared; return it, the attribute where segments are, and the measure."""
    attributes = {a.name: a for a in door.splits({"survey_responses"})}
    over = state.get("over") if state.get("over") in OVER and attributes else "periods"
    measures = ["score", *CATEGORIES[survey]]
    measure = state.get("share") if state.get("share") in measures else "score"
    by = None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="real_controls"):
        if attributes:
            st.segmented_control("Compare", list(OVER), format_func=OVER.get, required=True,
                                 **state.bind("over", value=over))  # fmt: skip
        if over == "segments":
            by = state.get("by") if state.get("by") in attributes else next(iter(attributes))
            st.selectbox(
                "By", list(attributes), width=240, **state.bind("by", key="real_by", value=by),
                format_func=lambda n: f"{attributes[n].label} ({attributes[n].of})",
            )  # fmt: skip
        st.selectbox(
            "What", measures, width=240, **state.bind("share", value=measure),
            format_func=lambda m: "The score" if m == "score" else f"Share of {SHOWN.get(m, repr(m))}",
        )  # fmt: skip
    return over, by, measure


def _picked(survey: str, every: Any, over: str, words: dict[str, Any]) -> None:
    """Let the reader pick two points, and say whether they differ by more than chance gives."""
    names = list(every.points["name"])
    if over == "periods":
        whole = [n for n, done in zip(names, every.points["complete"], strict=True) if done]
        first, second = (whole if len(whole) > 1 else names)[-2:]
    else:
        first, second = names[0], names[-1]
    one = state.get("one") if state.get("one") in names else first
    other = state.get("other") if state.get("other") in names else second
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="real_pick"):
        st.selectbox("From" if over == "periods" else "One", names, width=200, **state.bind("one", value=one))
        st.selectbox("To" if over == "periods" else "Other", names, width=200, **state.bind("other", value=other))
    if one == other:
        st.caption("Pick two different ones.")
        return
    row = door.ask("feedback_change", one, other, survey, **words)
    near = over == "periods" and abs(names.index(one) - names.index(other)) == 1
    with st.container(border=True, key="real_verdict"):
        st.markdown(f"{ICONS.get(row['verdict'], ':material/help:')} **{formats.literal(row['sentence'])}**")
        st.caption(
            "Corrected for all neighbours, which stand below."
            if near
            else f"Any two of the {len(names)} could have been picked, so it is corrected for all their pairs."
        )


def _table(found: Any, unit: str, digits: int, name: str) -> None:
    st.markdown(formats.literal(found.summary))
    rows = found.pairs.iloc[::-1] if found.points["start"].notna().any() else found.pairs
    columns = ("value_one", "value_other", "low", "high")
    one, other, low, high = ([float(x) for x in rows[c]] for c in columns)
    shown = pd.DataFrame(
        {
            "From": rows["one"].map(str),
            "To": rows["other"].map(str),
            "Was": [formats.value(v, unit) for v in one],
            "Is": [formats.value(v, unit) for v in other],
            "Points": [_moved(a, b, unit, digits) for a, b in zip(one, other, strict=True)],
            "95 % interval": [_between(a, b, unit, digits) for a, b in zip(low, high, strict=True)],
            "Verdict": rows["verdict"].map(VERDICTS),
            "p": [_p(p) for p in rows["p"]],
            "p corrected": [_p(p) for p in rows["adjusted"]],
            "n": [
                f"{formats.count(a)} / {formats.count(b)}" for a, b in zip(rows["n_one"], rows["n_other"], strict=True)
            ],
        }
    )
    if found.points["start"].isna().all():
        shown = shown.rename(columns={"From": "One", "To": "Other", "Was": "One's", "Is": "Other's"})
    least = door.settings()["minimum_n"]
    small = [min(a, b) < least for a, b in zip(rows["n_one"], rows["n_other"], strict=True)]
    shown.index = pd.RangeIndex(len(shown))
    pale = shown.style.apply(lambda row: [PALE * small[int(str(row.name))]] * len(row), axis="columns")
    frames.show(
        pale, height=min(38 + 35 * len(shown), 390), alt="Neighbours compared",
        column_config={"Verdict": st.column_config.TextColumn(width=200)},
    )  # fmt: skip
    if any(small):
        st.caption(f"Pale: fewer than {formats.count(least)} answers at one of the two.")
    download.table(rows, key="real_table", name=f"changes of {name}", label="Download the comparisons")


def _moved(one: float, other: float, unit: str, digits: int) -> str:
    """Return a difference with its sign; of shares in percentage points."""
    if unit == "share":
        found = formats.change(other, one, unit)
        return formats.NOTHING if found is None else found[1].removesuffix(" pts")
    gap = round(other - one, digits) + 0.0
    return ("+" if gap > 0 else "") + formats.number(gap, digits)


def _between(low: float, high: float, unit: str, digits: int) -> str:
    """Return the interval of a difference, with signs."""
    if formats.is_missing(low):
        return ""
    return f"{_moved(0.0, low, unit, digits)} to {_moved(0.0, high, unit, digits)}"


def _p(p: Any) -> str:
    return formats.NOTHING if formats.is_missing(p) else "below 0.0001" if p < 0.0001 else f"{p:.4f}"
