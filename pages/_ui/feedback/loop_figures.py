"""The figures of following up: what is open, how fast it went, and what the next answers say."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics.analysis.feedback.loop import loop_words
from pages._ui import door, download, formats, frames, tile


def tiles(found: Any) -> None:
    """Show what is open, how many were contacted within a day by each source, and what the next answers say."""
    speed = found.speed.set_index("source").to_dict("index")
    few = door.settings()["minimum_n"]
    with tile.grid():
        waiting = int(found.states.set_index("state").loc["open", "answers"])
        _figure("Open", formats.count(waiting), f"of {formats.plural(found.answers, 'bad answer')}")
        for source, name in (("kept", "Within a day, as kept here"), ("data", "Within a day, by the data")):
            row = speed[source]
            if source == "data" and not found.touchpoints:
                continue
            ends = formats.interval(row["low"], row["high"], "share")
            counted = f"{formats.count(row['within_day'])} of {formats.count(row['n'])}" + (f", {ends}" if ends else "")
            _figure(name, formats.value(row["share"], "share"), counted, pale=row["n"] < few)
        hours = speed["either"] if found.touchpoints else speed["kept"]
        told = f"median of {formats.count(hours['contacted'])}" + (", by either" if found.touchpoints else "")
        of = told if hours["contacted"] else "Nobody was contacted yet"
        _figure("Time to a contact", loop_words.hours(hours["hours"]) if hours["contacted"] else formats.NOTHING,
                of, pale=hours["contacted"] < few)  # fmt: skip
        _difference(found.moved)


def _difference(apart: Any) -> None:
    others, called = apart.groups.to_dict("records")
    groups = f"{formats.count(called['customers'])} contacted, {formats.count(others['customers'])} not"
    if not apart.enough:
        _figure("Next answer, contacted less others", "Too few", groups, pale=True)
        return
    value = apart.adjusted if not formats.is_missing(apart.adjusted[1]) else apart.difference
    ends = " to ".join(_signed(end) for end in value[1:]) if not formats.is_missing(value[1]) else ""
    _figure(
        "Next answer, contacted less others",
        f"{_signed(value[0])} {apart.unit}",
        ", ".join(filter(None, (ends, groups))),
    )


def _figure(name: str, text: str, foot: str, *, pale: bool = False) -> None:
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.markdown(f":small[**{name}**]")
        st.metric(name, f":gray[{text}]" if pale else text, label_visibility="collapsed")
        st.caption(formats.literal(foot))


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + formats.number(value, 1)


def ages(found: Any) -> None:
    """Show how old the open answers are, with what their customers pay."""
    currency = door.settings()["currency"]
    told = {"Age": [a.capitalize() for a in found.ages["age"]], "Answers": found.ages["answers"],
            "Customers": found.ages["customers"]}  # fmt: skip
    if found.ages["mrr"].notna().any():
        told["Their MRR"] = [formats.value(v, "money", currency) for v in found.ages["mrr"]]
    if found.touchpoints:
        told["With a contact of ours in the data since"] = found.ages["touched"]
    frames.show(pd.DataFrame(told), alt="Open answers by age")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            "Open is what nobody marked as contacted here. A customer stands in each age that it has an answer of.",
            width="stretch",
        )
        download.table(found.ages, key="loop_ages", name="open by age")


def moved(found: Any) -> None:
    """Show how the next answers moved, for those contacted and the others, and say what that means."""
    apart = found.moved
    if apart.again:
        groups = apart.groups.iloc[::-1]
        shown = pd.DataFrame({
            "": ["Contacted in between" if c else "Not contacted" for c in groups["contacted"]],
            "Customers": groups["customers"],
            "First answer (mean)": [formats.number(v, 1) if v == v else formats.NOTHING for v in groups["first"]],
            f"Change ({apart.unit})": [_signed(v) if v == v else formats.NOTHING for v in groups["change"]],
            "95 % interval": [_ends(r["low"], r["high"]) for r in groups.to_dict("records")],
            "Left the worst category": [formats.value(v, "share") for v in groups["share"]],
            "Its interval": [formats.interval(r["share_low"], r["share_high"], "share")
                             for r in groups.to_dict("records")],
        })  # fmt: skip
        frames.show(shown, alt="How the next answers moved, for customers contacted and not")
        with st.container(horizontal=True, horizontal_alignment="right"):
            download.table(groups, key="loop_moved", name="next answers of those contacted and not")
    st.markdown("\n".join(f"- {formats.literal(said)}" for said in loop_words.moved_words(apart)))


def _ends(low: float, high: float) -> str:
    return formats.NOTHING if low != low else f"{_signed(low)} to {_signed(high)}"
