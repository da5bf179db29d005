"""The filter bar, the same on every page: period, grain, segment, attributes, customer search, comparison, clear.

All of it stands in the URL. `show()` returns what the page asks: the question, and the one to compare with.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import streamlit as st

from pages._ui import door, formats, presets, state, where
from pages._ui.door import Question
from pages._ui.links import linked

GRAINS = {"day": "Daily", "week": "Weekly", "month": "Monthly", "quarter": "Quarterly", "year": "Yearly"}
COMPARISONS = {"before": "The period before", "year": "The same period a year earlier", "none": "Nothing"}
PENDING = "_pending_attribute"


@dataclass(frozen=True)
class Asked:
    """What the filter bar asks. `question` has the grain; `before` is None where nothing is compared; `open` where the
    data end before the range does."""

    question: Question
    before: Question | None
    span: str
    against: str
    where: where.Where
    open: bool = False

    @property
    def title(self) -> str:
        """The range in words, with what it is compared with; a range that is not over is never called whole."""
        if self.open:
            return f":material/hourglass_top: {self.span}, not over: the data end {formats.last_day(door.as_of())}"
        return self.span + (f", compared with {self.against}" if self.against else "")

    @property
    def whole(self) -> Question:
        """The same question for the range as a whole."""
        return replace(self.question, grain=None)


def show(*, grain: bool = True, compare: bool = False, period: bool = True, segment: bool = True) -> Asked:
    """Show the bar and return what it asks. A page leaves out what means nothing there, and a shared link what its
    reader cannot change."""
    held = linked.opened()
    fixed = linked.fixed(held) if held is not None else ()
    period, grain = period and "period" not in fixed, grain and "grain" not in fixed
    segment, compare = segment and "seg" not in fixed, compare and "cmp" not in fixed
    filters = "where" not in fixed
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="filter_bar"):
        if period:
            _period()
        if grain:
            options = list(GRAINS)
            bound = state.bind("grain", value=_known("grain", options))
            st.selectbox("Grain", options, format_func=GRAINS.get, width=125, **bound)
        if segment:
            _segment()
        active = state.get_json("where")
        if filters:
            label = f"Filters · {len(active)}" if active else "Filters"
            with st.popover(
                label, icon=":material/filter_list:", width="content", key="filters", help="Filter and compare"
            ):
                _attributes(active)
                _search(active)
                if compare:
                    _compare()
        elif compare:
            _compare()
        changed = active or state.get("seg") or state.get("period") != state.DEFAULTS["period"]
        if changed and (filters or period):
            st.button("Clear", icon=":material/filter_alt_off:", type="tertiary", on_click=clear, key="clear_filters")
    asked = read()
    shown = where.both(held.where if held is not None else {}, asked.where)
    if shown:
        st.caption(f":material/filter_alt: Only customers and rows where {formats.literal(where.sentence(shown))}.")
    return asked


def _compare() -> None:
    bound = state.bind("cmp", value=_known("cmp", list(COMPARISONS)))
    st.selectbox("Compare with", list(COMPARISONS), format_func=COMPARISONS.get, width=230, **bound)


def read() -> Asked:
    """Return what the URL asks, without showing anything."""
    since, until = state.get("since"), state.get("until")
    span = presets.resolve(state.get("period"), door.as_of(), door.settings(), since, until)
    mode = "none" if linked.small_cells_hidden() else state.get("cmp")
    earlier = presets.compared(span, mode)
    asked = where.both(segment_where(), state.get_json("where"))
    question = Question(
        grain=_known("grain", list(GRAINS)),
        since=span[0] if span else None,
        until=span[1] if span else None,
        where=json.dumps(asked, sort_keys=True),
    )
    before = replace(question, grain=None, since=earlier[0], until=earlier[1]) if earlier else None
    return Asked(
        question=question,
        before=before,
        span=formats.span(*span) if span else "all data",
        against=formats.span(*earlier) if earlier else "",
        where=asked,
        open=span is not None and span[1] > door.as_of().date(),
    )


def segment_where() -> where.Where:
    """Return the filter of the saved segment that the URL names; {} when it names none."""
    chosen = state.get("seg")
    return door.segment(chosen)["where"] if chosen else {}


def clear() -> None:
    """Take every filter out of the URL, and the period back to its default."""
    st.session_state.pop(PENDING, None)
    state.update(where=None, seg=None, period=None, since=None, until=None)


def _known(name: str, options: list[str]) -> str:
    value = state.get(name)
    return value if value in options else state.DEFAULTS[name]


def _period() -> None:
    st.session_state["bar_period"] = _known("period", list(presets.PRESETS))
    st.selectbox(
        "Period", list(presets.PRESETS), format_func=presets.PRESETS.get, width=165, key="bar_period",
        on_change=_period_changed, args=(read().question,) if state.get("period") != "custom" else (None,),
    )  # fmt: skip
    if state.get("period") == "custom":
        asked = read().question
        first, last = asked.since, asked.until and asked.until - timedelta(days=1)
        st.session_state["bar_days"] = (first, last)
        st.date_input("Days", key="bar_days", on_change=_days_changed, width=230)


def _period_changed(now: Question | None) -> None:
    chosen = st.session_state["bar_period"]
    if chosen != "custom":
        state.update(period=chosen, since=None, until=None)
        return
    since, until = (now.since, now.until) if now and now.since else door.data_span()
    state.update(period="custom", since=str(since), until=str(until))


def _days_changed() -> None:
    chosen: tuple[date, ...] = st.session_state["bar_days"]
    if len(chosen) == 2:
        state.update(period="custom", since=str(chosen[0]), until=str(chosen[1] + timedelta(days=1)))


def _segment() -> None:
    saved = door.segments()
    if not saved:
        return
    names = {s["segment"]: s["name"] for s in saved}
    chosen = state.get("seg")
    st.selectbox(
        "Segment", ["", *names], format_func=lambda i: names.get(i, "Everyone"), width=160,
        **state.bind("seg", value=chosen if chosen in names else ""),
    )  # fmt: skip


def _attributes(active: where.Where) -> None:
    known = {a.name: a for a in door.few()}
    simple = [n for n, test in active.items() if n in known and isinstance(test, list)]
    pending = st.session_state.get(PENDING)
    pending = pending if pending in known else None
    for name in [*simple, *([pending] if pending and pending not in simple else [])]:
        attribute = known[name]
        key = f"bar_where_{name}"
        st.session_state[key] = list(active.get(name, []))
        options = list(dict.fromkeys([*attribute.values, *st.session_state[key]]))
        st.multiselect(
            formats.literal(f"{attribute.label}: {attribute.of}"), options, key=key,
            on_change=_values_changed, args=(name, key),
            format_func=lambda v: "unknown" if v is None else str(v), placeholder="Any value",
        )  # fmt: skip
    free = [n for n in known if n not in simple and n != pending]
    if free:
        st.session_state["bar_add"] = None
        st.selectbox(
            "Add a filter", free, index=None, key="bar_add", on_change=_attribute_chosen,
            format_func=lambda n: f"{known[n].label} ({known[n].of})", placeholder="Any attribute",
        )  # fmt: skip


def _attribute_chosen() -> None:
    st.session_state[PENDING] = st.session_state["bar_add"]


def _values_changed(name: str, key: str) -> None:
    active = {k: v for k, v in state.get_json("where").items() if k != name}
    chosen: list[Any] = st.session_state[key]
    if chosen:
        active[name] = chosen
        st.session_state.pop(PENDING, None)
    state.update(where=active)


def _search(active: where.Where) -> None:
    st.session_state["bar_search"] = _searched(active)
    st.text_input(
        "Customer", key="bar_search", on_change=_search_changed, placeholder="Name or id contains …",
        icon=":material/search:",
    )  # fmt: skip


def _searched(active: where.Where) -> str:
    for test in [active, *active.get("any", [])]:
        found = test.get("customer_id") if isinstance(test, dict) else None
        if isinstance(found, dict) and "contains" in found:
            return str(found["contains"])
    return ""


def _search_changed() -> None:
    active = state.get_json("where")
    if _searched(active):
        active = {k: v for k, v in active.items() if k not in ("any", "customer_id")}
    named = "name" in door.ask("tables")["customers"]["columns"]
    state.update(where=where.both(active, where.search(st.session_state["bar_search"], named)))
