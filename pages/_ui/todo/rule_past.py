"""How a rule did in the past: how often it fired, how often it was right, against where it did not fire."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages._ui import download, formats, frames


def show(row: dict[str, Any], found: Any) -> None:
    """Show a backtest (`cs_metrics.analysis.rules.backtest.Backtest`)."""
    with st.container(horizontal=True, gap="medium"):
        st.metric("Fired", formats.plural(found.fired, "time"), width="content")
        if found.share is not None:
            label = "Lasted" if row["content"]["kind"] == "kpi" else "Right"
            st.metric(label, _share(found.share), width="content", help=_between(found))
        if found.other_share is not None:
            st.metric("Where it did not hold", _share(found.other_share), width="content")
    st.markdown("\n".join(f"- {formats.literal(said)}" for said in found.sentences))
    if len(found.firings):
        with st.expander("Each firing", icon=":material/list:", key=f"rule_firings_{row['rule']}"):
            frame = _table(found)
            frames.show(frame, alt=f"Firings of {row['name']} in the past", height=min(38 + 35 * len(frame), 320))
            download.table(frame, key=f"firings_{row['rule']}", name=f"firings of {row['name']}")


def _share(value: float) -> str:
    return formats.value(value, "share")


def _between(found: Any) -> str:
    ends = formats.interval(found.low, found.high, "share")
    return f"{formats.count(found.right)} of {formats.count(found.judged)}; 95 of 100 times {ends}."


def _table(found: Any) -> Any:
    frame = found.firings
    of_kpi = "said" in frame
    shown = {
        "moment": [formats.last_day(moment) for moment in frame["moment"]],
        "right": _verdicts(frame["right"], "not known"),
    }
    if of_kpi:
        shown |= {"beyond": _verdicts(frame["beyond"], "no interval"), "fires": _verdicts(frame["fires"], "")}
    names = {"moment": "Data to" if of_kpi else "Month's end", "customer_id": "Account", "said": "What happened",
             "right": "Did it last?" if of_kpi else "Was it right?", "fires": "Fired",
             "beyond": "Beyond chance"}  # fmt: skip
    return frame.assign(**shown).rename(columns=names)


def _verdicts(values: Any, unknown: str) -> list[str]:
    known = values.notna()
    return [("yes" if bool(value) else "no") if there else unknown for value, there in zip(values, known, strict=True)]
