"""The parts of the Cohorts page: what is asked, the triangle, and the customers behind a cell."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics import analysis, charts
from pages._ui import chart, door, download, empty, formats, state
from pages._ui.filter_bar import Asked

KINDS = {"on": "In that period", "on_or_after": "Then or later"}
GRAINS = ("week", "month", "quarter")
PERIODS = {"week": 12, "month": 12, "quarter": 8}
ROWS_SHOWN = 500


@dataclass(frozen=True)
class Activity:
    """What counts as staying: a table whose rows are activity, whose, and what of it is measured."""

    name: str
    label: str
    of: str
    unit: str
    needs: tuple[str, ...]
    value: str = "units"
    noun: str = "customer retention"


# The first of each table's own is what a reader most likely means by retention.
ACTIVITIES = (
    Activity("customers", "Customers: subscribed", "subscriptions", "customers", ("start_date",)),
    Activity(
        "revenue", "Revenue: recurring", "subscriptions", "customers", ("start_date", "amount"), "revenue",
        "revenue retention",
    ),
    Activity("payers", "Customers: paying", "mrr_snapshots", "customers", ("month",)),
    Activity(
        "payments", "Revenue: paid monthly", "mrr_snapshots", "customers", ("month", "mrr"), "revenue",
        "revenue retention",
    ),
    Activity("invoiced", "Customers: invoiced", "invoices", "customers", ("issued_on",)),
    Activity("stayed", "Customers: not left", "customers", "customers", ("churned_on",)),
    Activity(
        "orders", "Orders: customers who buy again", "orders", "customers", ("ordered_at", "customer_id"),
        noun="the share who buy again",
    ),
    Activity(
        "order_revenue", "Orders: revenue", "orders", "customers", ("ordered_at", "customer_id", "amount"), "revenue",
        "revenue from orders",
    ),
    Activity(
        "usage", "Usage: users", "events", "users", ("occurred_at", "user_id"), noun="the share of users who come back"
    ),
    Activity(
        "usage_accounts", "Usage: customers", "events", "customers", ("occurred_at", "customer_id"),
        noun="the share of customers who come back",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Question:
    """What the page asks of `View.retention`; `rows` is 'first' (cohorts by start) or an attribute."""

    activity: Activity
    arguments: dict[str, Any]
    grain: str
    kind: str
    rows: str

    @property
    def by_start(self) -> bool:
        return self.rows == "first"

    @property
    def words(self) -> dict[str, str]:
        """What a cell's sentence is put in."""
        verb = "came back" if self.activity.of in ("orders", "events") else "were active"
        return {"grain": self.grain, "kind": self.kind, "unit": self.who, "verb": verb}

    @property
    def who(self) -> str:
        return self.activity.unit


def activities() -> list[Activity]:
    """Return what can be asked of this version: the activities whose table has what they need."""
    mapped = door.mapped_columns()
    return [a for a in ACTIVITIES if set(a.needs) <= mapped.get(a.of, frozenset())]


def controls(choices: list[Activity], asked: Asked) -> Question:
    """Show what is asked of retention beside the filter bar, and return it whole."""
    known = {a.name: a for a in choices}
    attributes = {a.name: a for a in door.splits(()) if len(a.values) <= 24}
    chosen, kind, rows = state.get("of"), state.get("kind"), state.get("rows")
    chosen = chosen if chosen in known else choices[0].name
    kind = kind if kind in KINDS else "on"
    rows = rows if rows in attributes else "first"
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="cohort_controls"):
        st.selectbox(
            "Retention of", list(known), format_func=lambda n: known[n].label, width=290,
            **state.bind("of", value=chosen),
        )  # fmt: skip
        st.selectbox(
            "Counted as staying", list(KINDS), format_func=KINDS.get, width=170, **state.bind("kind", value=kind)
        )
        st.selectbox(
            "One row for each", ["first", *attributes], width=240, **state.bind("rows", value=rows),
            format_func=lambda n: "start" if n == "first" else attributes[n].label,
        )  # fmt: skip
    grain = asked.question.grain if asked.question.grain in GRAINS else "month"
    if grain != asked.question.grain:
        st.caption("Cohorts are by week, month or quarter; months are shown.")
    given = asked.question.arguments()
    activity = known[chosen]
    arguments = {
        "of": activity.of,
        "unit": activity.unit,
        "value": activity.value,
        "kind": kind,
        "cohort": rows,
        "grain": grain,
        "periods": PERIODS[grain],
        "where": given["where"],
        "since": given["since"],
        "until": given["until"],
    }
    return Question(activity, arguments, grain, kind, rows)


def triangle(question: Question) -> pd.DataFrame:
    """Return the triangle."""
    return door.ask("retention", **question.arguments)


def headline(question: Question, frame: pd.DataFrame) -> None:
    """Say in one sentence what the triangle says."""
    if question.by_start and analysis.left_at_once(frame, question.grain):
        st.markdown(
            f":orange[:material/warning:] All who left are counted in one {question.grain}: the file says who left, "
            "not when. The last cell of a row is what its cohort kept; the row of all cohorts is no retention curve."
        )
        return
    pooled = analysis.pooled(frame)
    later = pooled[(pooled["k"] > 0) & pooled["value"].notna()]
    if later.empty:
        st.markdown("No cohort has a later period that is over: there is nothing to compare yet.")
        return
    first, last = later.iloc[0], later.iloc[-1]
    parts = [
        f"**{formats.value(row['value'], 'share')}** after {formats.plural(int(row['k']), question.grain)}"
        for row in ([first] if first["k"] == last["k"] else [first, last])
    ]
    st.markdown(
        f"All cohorts together, {question.activity.noun} is {' and '.join(parts)}, over periods that are complete."
    )


def heatmap(question: Question, frame: pd.DataFrame) -> None:
    """Show the triangle, and how to read it."""
    words = [analysis.sentence(row, **question.words) for row in frame.to_dict("records")]
    look = {k: v for k, v in chart.look_of("share").items() if k in ("look", "minimum_n", "locale")}
    drawing = charts.heatmap(frame, pooled=analysis.pooled(frame), grain=question.grain, sentences=words, **look)
    chart.show(
        drawing, key="triangle", name=f"retention {question.activity.name} by {question.grain}", select="cell",
        on_select=_picked,
    )  # fmt: skip
    minimum = door.settings()["minimum_n"]
    st.caption(
        "Percent of the cohort; the number behind a cohort's name is its size. Hatched: the period is not over, and it "
        f"counts in no mean. Pale: fewer than {minimum} in the cohort. Empty: not begun yet. "
        "Press a cell to see who is in it."
    )
    download.table(frame, key="triangle_table", name=f"retention {question.activity.name}", label="Download the cells")


def _picked() -> None:
    found = st.session_state["triangle"].selection.get("cell") or []
    cell = found[0] if isinstance(found, list) and found else found
    if isinstance(cell, dict) and cell.get("k") is not None and cell.get("cohort"):
        state.update(cell=json.dumps([_one(cell["cohort"]), int(_one(cell["k"]))]))
    else:
        state.update(cell=None)


def _one(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


def cell(question: Question, frame: pd.DataFrame) -> None:
    """Show the cell that the URL names, or the one chosen from the lists: who stayed and who did not."""
    cohorts = list(dict.fromkeys(_id(c) for c in frame["cohort"]))
    chosen = _cell_of_url(frame)
    st.subheader("Who is behind a cell", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        cohort_now, k_now = chosen or _first_cell(frame)
        ks = sorted({int(k) for c, k in zip(frame["cohort"], frame["k"], strict=True) if _id(c) == cohort_now})
        st.session_state["cell_cohort"] = cohort_now
        st.selectbox(
            "Cohort", cohorts, key="cell_cohort", width=220, on_change=_chosen,
            format_func=lambda c: formats.period(c, question.grain) if question.by_start else c,
        )  # fmt: skip
        st.session_state["cell_k"] = k_now if k_now in ks else ks[-1]
        st.selectbox(
            f"{question.grain.capitalize()}s since the start", ks, key="cell_k", width=200, on_change=_chosen,
        )  # fmt: skip
        which = st.segmented_control(
            "Show", ["retained", "lost"], default="retained", key="cell_which", required=True,
            format_func={"retained": "Who stayed", "lost": "Who did not"}.get,
        )  # fmt: skip
    cohort, k = st.session_state["cell_cohort"], st.session_state["cell_k"]
    row = next(
        (r for r in frame.to_dict("records") if _id(r["cohort"]) == cohort and int(r["k"]) == k),
        None,
    )
    if row is None:
        empty.nothing("That cell has not begun.")
        return
    st.markdown(formats.literal(analysis.sentence(row, **question.words)))
    asked = {n: v for n, v in question.arguments.items() if n not in ("cohort", "periods")}
    people = door.ask(
        "members", cohort=None if row["cohort"] is None else cohort, k=k, retained=which == "retained",
        cohorts=question.rows, periods=max(1, k), **asked,
    )  # fmt: skip
    if people.empty:
        st.caption("Nobody.")
        return
    shown = _shown(people.head(ROWS_SHOWN), question)
    st.dataframe(shown, hide_index=True, height=min(38 + 35 * len(shown), 390), alt="The members of the cell")
    with st.container(horizontal=True, vertical_alignment="center"):
        total = formats.plural(len(people), question.who[:-1])
        few = f"{formats.count(len(shown))} of {total}." if len(shown) < len(people) else f"{total}."
        st.caption(few, width="stretch")
        download.table(people, key="cell_table", name=f"{question.activity.name} {cohort} {question.grain} {k} {which}")


def _shown(people: pd.DataFrame, question: Question) -> pd.DataFrame:
    """Return the members in a reader's words, without what is empty or said twice."""
    frame = pd.DataFrame({"Customer" if question.who == "customers" else "User": people["unit"]})
    if question.who != "customers":
        frame["Customer"] = people["customer_id"]
    frame["Started"] = [formats.day(when) for when in people["started"]]
    frame["Seen on"] = [None if formats.is_missing(when) else formats.day(when) for when in people["returned"]]
    frame["Times"] = [n or None for n in people["rows"]]
    frame["File"], frame["Row"] = people["_source"], people["_row"]
    return frame.dropna(axis="columns", how="all")


def computed(question: Question) -> None:
    """Show the SQL of the triangle."""
    with st.expander("How it is computed", icon=":material/function:", on_change="rerun") as opened:
        if opened.open:
            st.markdown(
                "Retained divided by the cohort's size. The row of all cohorts divides all retained by all eligible, "
                "over complete cells only: it is never a mean of percentages."
            )
            st.code(door.ask("retention_sql", **question.arguments), language="sql", wrap_lines=True, height=360)


def _chosen() -> None:
    state.update(cell=json.dumps([st.session_state["cell_cohort"], int(st.session_state["cell_k"])]))


def _cell_of_url(frame: pd.DataFrame) -> tuple[str, int] | None:
    try:
        cohort, k = json.loads(state.get("cell") or "null") or (None, None)
    except (ValueError, TypeError, RecursionError):
        return None
    known = {_id(c) for c in frame["cohort"]}
    return (cohort, k) if isinstance(cohort, str) and cohort in known and isinstance(k, int) else None


def _first_cell(frame: pd.DataFrame) -> tuple[str, int]:
    """Return the cell to begin with: of the latest cohort that has one, the first later period that is over."""
    over = frame[(frame["k"] > 0) & frame["complete"]]
    row = (over if len(over) else frame).iloc[-1]
    first = over[over["cohort"] == row["cohort"]] if len(over) else frame.tail(1)
    return _id(row["cohort"]), int(first["k"].min())


def _id(cohort: Any) -> str:
    """Return a cohort as the heatmap's click names it."""
    if isinstance(cohort, pd.Timestamp):
        return cohort.strftime("%Y-%m-%dT%H:%M:%S")
    return "unknown" if cohort is None else str(cohort)
