"""The choices of the Cohorts page: the four that most people make, and the rest behind 'More choices'."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import available_timezones

import streamlit as st

from pages._ui import builder, door, formats, state
from pages._ui.cohorts import question
from pages._ui.cohorts.question import GRAINS, KINDS, MOST_PERIODS, PERIODS, RANGES, WEEKS, Activity

# the parameters behind 'More choices'
MORE = ("rolling", "gaps", "gross", "accounts", "from", "start", "back", "min", "periods", "week", "tz")
VIEWS = {"triangle": "Triangle", "curves": "Curves"}
COLORS = {
    "absolute": "The share itself",
    "row": "Within a row",
    "cohort": "Against a cohort",
    "target": "Against a target",
}


def show(choices: list[Activity]) -> None:
    """Show what can be asked, as the address has it."""
    known = {a.name: a for a in choices}
    activity = question.activity_of(choices)
    attributes = question.splits(activity)
    rows = {
        "first": "start", "every": "period of activity", **{n: formats.literal(a.label) for n, a in attributes.items()}
    }  # fmt: skip
    kind = question.chosen("kind", KINDS, "on")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="cohort_controls"):
        st.selectbox(
            "Retention of", list(known), format_func=lambda n: known[n].label, width=290,
            **state.bind("of", value=activity.name),
        )  # fmt: skip
        st.selectbox(
            "Counted as staying", list(KINDS), format_func=KINDS.get, width=215, **state.bind("kind", value=kind)
        )
        if kind == "brackets":
            st.text_input(
                "Ranges", width=190, placeholder=RANGES, help="The first and last period of each: 1-3, 4-7, 8-30.",
                **state.bind("ranges", value=state.get("ranges") or RANGES),
            )  # fmt: skip
        st.selectbox(
            "One row for each", list(rows), width=215, format_func=rows.get,
            **state.bind("rows", value=question.chosen("rows", rows, "first")),
        )  # fmt: skip
        st.selectbox(
            "Grain", list(GRAINS), format_func=GRAINS.get, width=125,
            **state.bind("grain", key="cohort_grain", value=question.chosen("grain", GRAINS, "month")),
        )  # fmt: skip
        made = sum(bool(state.get(name)) for name in MORE)
        with st.popover(
            f"More choices · {made}" if made else "More choices", icon=":material/tune:", width="content", key="more"
        ):
            _more(activity)


def _more(activity: Activity) -> None:
    grain = question.chosen("grain", GRAINS, "month")
    _periods(grain)
    _counting(activity, grain)
    starts = {"": "The activity itself", **question.starts(activity)}
    st.selectbox(
        "A cohort starts with", list(starts), format_func=starts.get,
        **state.bind("from", value=question.chosen("from", starts, "")),
    )  # fmt: skip
    start = question.chosen("from", starts, "") or activity.of
    if start != "first_paid":
        st.caption("Only what starts where")
        builder.show("start", (start, "customers"))
    st.caption("Only what counts as staying where")
    builder.show("back", (activity.of, "customers"))
    st.button("Back to the usual choices", icon=":material/restart_alt:", type="tertiary", on_click=_usual)


def _periods(grain: str) -> None:
    with st.container(horizontal=True, gap="small"):
        st.number_input(
            f"How many {grain}s", 1, MOST_PERIODS, width=150,
            **state.bind("periods", value=question.whole("periods", PERIODS[grain], MOST_PERIODS)),
        )  # fmt: skip
        st.number_input(
            "Rows in a period, at least", 1, 1_000_000, width=180,
            help="So many rows (orders, events) in a period make it count.",
            **state.bind("min", value=question.whole("min", 1, 1_000_000)),
        )  # fmt: skip
    rolling = {"": f"Calendar {grain}s", "yes": "From each one's own start"}
    st.segmented_control(
        "Periods are", list(rolling), format_func=rolling.get, required=True,
        **state.bind("rolling", value=question.chosen("rolling", rolling, "")),
    )  # fmt: skip
    if grain == "week":
        weeks = {"": "As in the settings", **{w: w.capitalize() for w in WEEKS}}
        st.selectbox(
            "A week starts on", list(weeks), format_func=weeks.get,
            **state.bind("week", value=question.chosen("week", WEEKS, "")),
        )  # fmt: skip
    zones = ["", *sorted(available_timezones())]
    own = f"As in the settings ({door.settings()['timezone']})"
    st.selectbox(
        "Time zone", zones, format_func=lambda z: z.replace("_", " ") or own,
        **state.bind("tz", value=question.chosen("tz", zones, "")),
    )  # fmt: skip


def _counting(activity: Activity, grain: str) -> None:
    gaps = {"": "Counts again", "no": "Does not"}
    st.segmented_control(
        f"Who was away for a {grain} and came back", list(gaps), format_func=gaps.get, required=True,
        **state.bind("gaps", value=question.chosen("gaps", gaps, "")),
    )  # fmt: skip
    if activity.value != "units":
        gross = {"": "Net: growth counts", "yes": "Gross: losses alone"}
        st.segmented_control(
            "Amounts", list(gross), format_func=gross.get, required=True,
            **state.bind("gross", value=question.chosen("gross", gross, "")),
        )  # fmt: skip
    if "parent_customer_id" in door.mapped_columns().get("customers", frozenset()):
        accounts = {"": "Each by itself", "parent": "Together with their parent"}
        st.segmented_control(
            "Child accounts", list(accounts), format_func=accounts.get, required=True,
            **state.bind("accounts", value=question.chosen("accounts", accounts, "")),
        )  # fmt: skip


def breakdown(choices: list[Activity], rows: Mapping[str, str]) -> str:
    """Show the choice of triangle or curves, the breakdown and the segment of it, and what a colour stands for; return
    'triangle' or 'curves'. `rows`: the cohorts that colours may be held against, and their names."""
    view = question.chosen("view", VIEWS, "triangle")
    attributes = question.splits(question.activity_of(choices))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="cohort_view"):
        st.segmented_control(
            "Show", list(VIEWS), format_func=VIEWS.get, required=True,
            **state.bind("view", value=view),
        )  # fmt: skip
        by = question.chosen("by", attributes, "")
        names = {"": "Nothing", **{n: a.label for n, a in attributes.items()}}
        st.selectbox("Broken down by", list(names), format_func=names.get, width=190, **state.bind("by", value=by))
        if by:
            values = [question.segment_key(v) for v in attributes[by].values]
            values += ["unknown"] if attributes[by].nulls and "unknown" not in values else []
            st.selectbox(
                attributes[by].label, ["", *values], format_func=lambda v: v or "All, side by side", width=190,
                **state.bind("pick", value=question.chosen("pick", values, "")),
            )  # fmt: skip
        if view == "triangle" and rows:
            _colors(rows)
    return view


def _colors(rows: Mapping[str, str]) -> None:
    mode = question.chosen("color", COLORS, "absolute")
    st.selectbox(
        "Colour stands for", list(COLORS), format_func=COLORS.get, width=190, **state.bind("color", value=mode)
    )
    if mode == "cohort":
        st.selectbox(
            "Cohort", list(rows), format_func=rows.get, width=170,
            **state.bind("against", value=question.chosen("against", rows, next(iter(rows)))),
        )  # fmt: skip
    if mode == "target":
        target = question.target()
        st.session_state["cohort_target"] = None if target is None else round(100 * target, 6)
        st.number_input(
            "Target, %", 0.0, 1000.0, width=140, key="cohort_target", step=5.0, format="%g", placeholder="Type one",
            on_change=_target_typed,
        )  # fmt: skip


def _target_typed() -> None:
    typed = st.session_state["cohort_target"]
    state.update(target=None if typed is None else f"{typed:g}")


def _usual() -> None:
    state.update(**dict.fromkeys(MORE))
