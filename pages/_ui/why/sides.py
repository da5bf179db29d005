"""What 'Why did it move?' asks: the KPI, the two sides of the change, the attribute to split by."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics.kpis import KPI
from cs_metrics.kpis.model import Interval
from pages._ui import door, formats, state, where
from pages._ui.door import Question
from pages._ui.filter_bar import Asked

HOW = {"periods": "Two periods", "ranges": "Two ranges", "groups": "Two groups"}
EVERYONE = "-"


@dataclass(frozen=True)
class Sides:
    """The two sides: each as a question, with its name, and the period's start that `rows` takes (None: the range)."""

    before: Question
    now: Question
    names: tuple[str, str]
    starts: tuple[str | None, str | None]
    arguments: dict[str, Any]

    @property
    def groups(self) -> bool:
        return isinstance(self.arguments.get("against"), dict)


def choose_kpi() -> KPI:
    """Let the reader choose the KPI; the URL's is the default."""
    ready = [each for each in door.catalogue() if not door.needs().get(each.id, ())]
    names = {each.id: each.name for each in sorted(ready, key=lambda each: each.name)}
    usual = "customer_churn_rate"
    asked = state.get("id") or (usual if usual in names or not names else next(iter(names)))
    if asked not in names:
        door.kpi(asked)  # raises for what is no KPI
        names[asked] = door.kpi(asked).name
    st.selectbox("KPI", list(names), format_func=names.get, width=380, **state.bind("id", value=asked))
    return door.kpi(asked)


def how() -> str:
    """Let the reader choose what is compared; return 'periods', 'ranges' or 'groups'."""
    chosen = state.get("how")
    chosen = chosen if chosen in HOW else "periods"
    st.segmented_control("Compare", list(HOW), format_func=HOW.get, required=True, **state.bind("how", value=chosen))
    return chosen


def of(kpi: KPI) -> str:
    """Return what of the KPI is explained: of a median the mean beside it."""
    return "mean" if any(form.interval is Interval.MEDIAN for form in kpi.forms) else "value"


def sides(kpi: KPI, chosen: str, asked: Asked) -> Sides | None:
    """Let the reader choose the two sides; None where there are not two to compare."""
    if chosen == "groups":
        return _groups(asked)
    return _ranges(asked) if chosen == "ranges" else _periods(kpi, asked)


def _periods(kpi: KPI, asked: Asked) -> Sides | None:
    grain = asked.question.grain or "month"
    known = starts(kpi, asked.question)
    if len(known) < 2:
        return None
    ordered = sorted(known)
    whole = [start for start in ordered[1:] if known[start]] or ordered[1:]
    now = state.get("at") if state.get("at") in ordered[1:] else whole[-1]
    earlier = [start for start in ordered if start < now]
    before = state.get("vs") if state.get("vs") in earlier else earlier[-1]

    def name(start: str) -> str:
        return formats.period(start, grain) + ("" if known[start] else " (not over)")

    st.selectbox("Period", ordered[:0:-1], format_func=name, width=190, **state.bind("at", value=now))
    st.selectbox("Compared with", earlier[::-1], format_func=name, width=190, **state.bind("vs", value=before))
    then = _then()
    question = replace(asked.question, since=None, until=None)
    named = (formats.period(before, grain), formats.period(now, grain))
    arguments = {"grain": grain, "period": now, "against": before, "where": question.arguments()["where"], "then": then}
    return Sides(question, question, named, (before, now), arguments)


def starts(kpi: KPI, question: Question) -> dict[str, bool]:
    """Return of each period of the question's grain in which the KPI has a value when it begins (a day as ISO text),
    and whether it is over."""
    frame = door.compute([kpi.id], replace(question, since=None, until=None))
    frame = frame[frame["item"].isna() & frame["value"].notna()]
    return {pd.Timestamp(row["period"]).date().isoformat(): bool(row["complete"]) for row in frame.to_dict("records")}


def _ranges(asked: Asked) -> Sides | None:
    if asked.before is None or asked.question.since is None:
        return None
    then = _then()
    before, now = asked.before, asked.whole
    spans = [[str(side.since), str(side.until)] for side in (now, before)]
    arguments = {"period": spans[0], "against": spans[1], "where": now.arguments()["where"], "then": then}
    return Sides(before, now, (asked.against, asked.span), (None, None), arguments)


def _groups(asked: Asked) -> Sides | None:
    attributes = {a.name: a for a in door.few(()) if len(a.values) > 1}
    if not attributes or asked.question.since is None:
        return None
    split = state.get("split") if state.get("split") in attributes else next(iter(attributes))
    values = list(attributes[split].values)
    named = {str(value): value for value in values}
    one = state.get("one") if state.get("one") in named else str(values[0])
    others = [name for name in named if name != one]
    other = state.get("other") if state.get("other") in others else others[0]
    st.selectbox("Groups by", list(attributes), format_func=lambda n: attributes[n].label, width=190,
                 **state.bind("split", value=split))  # fmt: skip
    st.selectbox("Group", list(named), width=190, **state.bind("one", value=one))
    st.selectbox("Compared with", others, width=190, **state.bind("other", value=other))
    now, before = (
        replace(asked.whole, where=as_json(where.both(asked.where, {split: [named[name]]}))) for name in (one, other)
    )
    arguments = {
        "period": [str(now.since), str(now.until)],
        "where": now.arguments()["where"],
        "against": before.arguments()["where"],
    }
    return Sides(before, now, (other, one), (None, None), arguments)


def as_json(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _then() -> int | None:
    """Let the reader choose the version that said the earlier side first; None: what this version says of it."""
    earlier = [number for number in door.workspace().numbers() if number < door.view().number]
    if not earlier:
        return None
    chosen = state.get("then") if state.get("then") in {str(n) for n in earlier} else ""
    st.selectbox(
        "What was said then by", ["", *(str(n) for n in reversed(earlier))], width=220,
        format_func=lambda n: f"Version {n}" if n else "The data of today",
        help="Begin with what an earlier version said of the earlier period: what a later upload changed about the "
        "past is then a part of its own.", **state.bind("then", value=chosen),
    )  # fmt: skip
    return int(chosen) if chosen else None


def split(kpi: KPI) -> dict[str, Any]:
    """Let the reader choose the attribute; by default it is found. Return the argument `by`."""
    tables = {table for form in kpi.forms for table in form.tables}
    names = {a.name: a for a in door.splits(tables)}
    chosen = state.get("attr")
    chosen = chosen if chosen in (*names, EVERYONE) else ""
    told = {"": "What explains most (found)", EVERYONE: "No split"}
    st.selectbox(
        "Split by", ["", *names, EVERYONE], width=300, **state.bind("attr", value=chosen),
        format_func=lambda n: told.get(n) or f"{names[n].label} ({names[n].of})",
    )  # fmt: skip
    return {} if not chosen else {"by": [] if chosen == EVERYONE else [chosen]}
