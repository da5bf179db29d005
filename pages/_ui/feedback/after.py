"""What accounts did after they answered: how long they stayed, what they did within some days, what is at risk."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics import charts
from cs_metrics.analysis.feedback.after import after_words
from cs_metrics.analysis.feedback.after.measures import MEASURES
from cs_metrics.kpis import KPI
from pages._ui import chart, door, download, empty, errors, formats, frames, leaving_hint, state
from pages._ui.feedback import after_lists, at_risk, feedback_parts, stayed
from pages._ui.feedback.after_lists import LABELS
from pages._ui.filter_bar import Asked

DAYS = (90, 180, 365)
UNITS = {"share": "share", "mean": "ratio", "ratio": "share", "change": "share"}
PARTS = {"counted": "Counted", "happened": "Of whom", "waiting": "Not yet", "apart": "Left out"}


def show(survey: str, kpi: KPI, asked: Asked) -> None:
    """Show what followed the answers to a survey, by what was answered."""
    given = feedback_parts.given(asked)
    days = _days()
    found = door.ask("after", survey, days=days, **given)
    if not found.looked["answers"]:
        empty.nothing("No answers.", f"Nobody answered in {asked.span}.")
        return
    if not found.looked["accounts"]:
        empty.needs("What they did then", ["survey_responses.customer_id"])
        return
    if found.frame.empty:
        lacking = sorted({column for columns in found.missing.values() for column in columns})
        empty.needs("What they did then", lacking, any_of=True)
        return
    st.caption(f"{_of_whom(found.looked, asked)} {after_words.TOGETHER}")
    for note in found.notes:
        st.caption(f":material/info: {formats.literal(note)}")

    st.subheader("How long they stayed", anchor=False)
    leaving_hint.show()
    with errors.shown():
        stayed.show(survey, given)

    st.subheader("What they did then", anchor=False)
    with errors.shown():
        _within(survey, found, given)

    st.subheader("Recurring revenue by the latest answer", anchor=False)
    with errors.shown():
        at_risk.revenue(survey, asked, given)
    st.subheader("Whom to call before the renewal", anchor=False)
    with errors.shown():
        at_risk.to_call(survey, given)

    st.subheader("Answers from people who had left", anchor=False)
    with errors.shown():
        _outside(survey, found.looked, given)


def _days() -> int:
    """Return the days after the answer that the reader chose; the setting is one of the choices."""
    own = int(door.settings()["follow_days"])
    raw = state.get("days")
    return int(raw) if raw.isdecimal() and int(raw) in (*DAYS, own) else own


def _of_whom(looked: dict[str, int], asked: Asked) -> str:
    """Return whose clocks run, and from when."""
    answers, accounts = formats.plural(looked["answers"], "answer"), formats.plural(looked["accounts"], "account")
    said = (
        f"{answers} of {accounts} in {asked.span}. An "
        f"account counts once, as what it answered first while it was a customer "
        f"({formats.plural(looked['clocks'], 'account')}); from there it is followed, to its leaving or the end of the "
        "data."
    )
    if looked["nobody"]:
        said += f" {formats.plural(looked['nobody'], 'answer')} named no account: they cannot be followed."
    return formats.literal(said)


def _within(survey: str, found: Any, given: dict[str, Any]) -> None:
    own = int(door.settings()["follow_days"])
    st.segmented_control(
        "Within", sorted({*DAYS, own}), required=True, format_func=lambda n: f"Within {n} days",
        label_visibility="collapsed", **state.bind("days", value=found.days),
    )  # fmt: skip
    for said in found.sentences:
        st.markdown(f"**{formats.literal(said)}**")
    if len(found.pairs):
        st.caption(f"Chance alone: how often a table in which nothing differs would name a pair, all "
                   f"{len(found.pairs)} comparisons corrected together (Holm).")  # fmt: skip
    _drawn(found)
    _missing(found.missing)
    _table(found)
    _behind(survey, found, given)
    with st.expander(
        "How it is computed", icon=":material/function:", on_change="rerun", key="after_computed"
    ) as opened:
        if opened.open:
            st.markdown("\n".join(f"- **{m.label}**: {m.meaning}" for m in _measures(found)))
            st.markdown(
                "Counted are the accounts whose days after the answer are over in the data; of the others nothing is "
                "known yet. Intervals: Wilson's for a share; for a mean and for sums the spread between accounts. "
                "Compared by Fisher's exact test and Welch's test."
            )
            text = door.ask("after_sql", survey, days=found.days, **given)
            st.code(text, language="sql", wrap_lines=True, height=360)


def _measures(found: Any) -> list[Any]:
    return [MEASURES[name] for name in dict.fromkeys(found.frame["measure"])]


def _drawn(found: Any) -> None:
    """Draw each measure: a bar a category, with its interval; a press opens its accounts."""
    columns: list[Any] = []
    for measure in _measures(found):
        # row by row, so that a phone shows them in their order
        columns = columns or list(st.columns(2, gap="medium"))
        rows = found.frame[(found.frame["measure"] == measure.name) & (found.frame["category"] != "all")]
        with columns.pop(0):
            st.markdown(f"**{measure.label}**", help=measure.meaning)
            if not rows["n"].any():
                st.caption(_nothing(rows))
                continue
            frame = rows.assign(group=rows["category"].map(LABELS))
            drawing = charts.ranked(frame, "group", ordered=True, title=measure.label,
                                    **chart.look_of(UNITS[measure.kind]))  # fmt: skip
            key = f"after_{measure.name}"
            chart.show(
                drawing, key=key, name=f"{measure.label} within {found.days} days", select="segment",
                on_select=lambda key=key, name=measure.name: _pressed(key, name),
            )  # fmt: skip


def _nothing(rows: pd.DataFrame) -> str:
    waiting, apart = int(rows["waiting"].sum()), int(rows["apart"].sum())
    if waiting:
        who = formats.plural(waiting, "account")
        return f"Not yet: the days of {who} are not over. Choose fewer days, or earlier answers."
    return f"Nothing to say of these {formats.plural(apart, 'account')}." if apart else "No account."


def _missing(missing: dict[str, tuple[str, ...]]) -> None:
    lines: dict[str, list[str]] = {}
    for name, columns in missing.items():
        lines.setdefault(", ".join(f"`{c}`" for c in columns), []).append(MEASURES[name].label)
    for wanted, labels in lines.items():
        st.caption(f":material/block: {', '.join(labels)}: not known here, for want of {wanted}.")


def _pressed(key: str, measure: str) -> None:
    found = st.session_state[key].selection.get("segment") or []
    pressed = found[0] if isinstance(found, list) and found else found
    label = pressed.get("segment") if isinstance(pressed, dict) else None
    label = label[0] if isinstance(label, list) and label else label
    names = {told: name for name, told in LABELS.items()}
    if label in names:
        state.update(opened=json.dumps([measure, names[label], "counted"]))


def _table(found: Any) -> None:
    """Offer all numbers as a table."""
    shown = []
    for row in found.frame.to_dict("records"):
        measure = MEASURES[row["measure"]]
        unit = UNITS[measure.kind]
        shown.append({
            "What": measure.label, "Who": LABELS[row["category"]],
            "Value": formats.value(row["value"], unit),
            "95 % interval": formats.interval(row["low"], row["high"], unit),
            "Accounts": row["n"], "Not yet": row["waiting"], "Left out": row["apart"],
        })  # fmt: skip
    with st.expander(f"All numbers, and {formats.plural(len(found.pairs), 'comparison')}", icon=":material/table:"):
        frames.show(pd.DataFrame(shown), alt="What followed, by what was answered")
        download.table(found.frame, key="after_table", name=f"within {found.days} days of the answer")
        if len(found.pairs):
            pairs = found.pairs
            frames.show(
                pd.DataFrame({
                    "What": [MEASURES[m].label for m in pairs["measure"]],
                    "One": pairs["one"].map(LABELS), "Other": pairs["other"].map(LABELS),
                    "Difference": [formats.value(d, UNITS[MEASURES[m].kind])
                                   for d, m in zip(pairs["difference"], pairs["measure"], strict=True)],
                    "95 % interval": [formats.interval(a, b, UNITS[MEASURES[m].kind]) for a, b, m in
                                      zip(pairs["low"], pairs["high"], pairs["measure"], strict=True)],
                    "p alone": pairs["p"].map(after_lists.p), "p corrected": pairs["adjusted"].map(after_lists.p),
                    "Differs": ["yes" if d else "no" for d in pairs["differs"]],
                }), alt="The comparisons, corrected for their number",
            )  # fmt: skip
            download.table(pairs, key="after_pairs", name=f"comparisons within {found.days} days")


def _behind(survey: str, found: Any, given: dict[str, Any]) -> None:
    """Show the accounts behind a number."""
    st.markdown("**Who is behind a number**")
    known = [m.name for m in _measures(found)]
    categories = [c for c in dict.fromkeys(found.frame["category"]) if c != "all"]
    measure, category, part = _opened(known, categories)
    st.session_state.update(after_measure=measure, after_category=category, after_part=part)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox("What", known, key="after_measure", width=200, on_change=_chosen,
                     format_func=lambda n: MEASURES[n].label)  # fmt: skip
        st.selectbox("Who", categories, key="after_category", width=200, on_change=_chosen, format_func=LABELS.get)
        st.segmented_control("Show", list(PARTS), key="after_part", required=True, on_change=_chosen,
                             format_func=lambda p: _part(p, measure))  # fmt: skip
    row = found.frame[(found.frame["measure"] == measure) & (found.frame["category"] == category)].iloc[0]
    total = int(row["n" if part == "counted" else part])
    words = {"measure": measure, "category": category, "part": part, "days": found.days, **given}
    after_lists.accounts(
        lambda limit: door.ask("after_rows", survey, limit=limit, **words), total, key="after_rows",
        name=f"{MEASURES[measure].label} within {found.days} days: {LABELS[category]}, {_part(part, measure).lower()}",
    )  # fmt: skip


def _part(part: str, measure: str) -> str:
    did = {"left": "Left", "expanded": "Pays more", "contracted": "Pays less", "referred": "Referred",
           "mrr_kept": "Still pays", "tickets": "Had tickets", "usage": "Used it after"}[measure]  # fmt: skip
    return did if part == "happened" else PARTS[part]


def _opened(known: list[str], categories: list[str]) -> tuple[str, str, str]:
    """Return the measure, category and part of the address; else those who left of the lowest category."""
    first = (known[0], categories[-1], "counted")
    try:
        given = json.loads(state.get("opened") or "null")
        measure, category, part = given
    except (ValueError, TypeError, RecursionError):
        return first
    return (measure, category, part) if measure in known and category in categories and part in PARTS else first


def _chosen() -> None:
    picked = [st.session_state[f"after_{name}"] for name in ("measure", "category", "part")]
    state.update(opened=json.dumps(picked))


def _outside(survey: str, looked: dict[str, int], given: dict[str, Any]) -> None:
    """Show the answers of those who had left, and of those who were no customers for another reason."""
    said = {
        "left": "They had left when they answered. Nothing can follow, so they count in no number above.",
        "before": "answered before they became customers.",
        "unknown": "are of accounts of which nothing says when they were customers.",
    }
    if looked["left"]:
        st.markdown(f"{formats.plural(looked['left'], 'answer')}. {said['left']}")
        after_lists.answers(
            lambda limit: door.ask("answers_outside", survey, status="left", limit=limit, **given), looked["left"],
            key="outside_left", name=f"{survey} answers from people who had left",
        )  # fmt: skip
    else:
        st.caption("None.")
    for status in ("before", "unknown"):
        if looked[status]:
            with st.expander(f"{formats.plural(looked[status], 'answer')} {said[status]}"):
                words = {"status": status, **given}
                after_lists.answers(
                    lambda limit, words=words: door.ask("answers_outside", survey, limit=limit, **words),
                    looked[status], key=f"outside_{status}", name=f"{survey} answers outside",
                )  # fmt: skip
