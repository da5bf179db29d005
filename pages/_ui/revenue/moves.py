"""What moved recurring revenue: the waterfall, periods, segments; then each customer, and the rows it rests on."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics import analysis, charts
from cs_metrics.charts.words import label
from pages._ui import chart, door, empty, formats, state
from pages._ui.filter_bar import Asked
from pages._ui.revenue.revenue_parts import MONEY_TABLES, MOVES, given, money, nobody_pays, table
from pages._ui.where import both

WHOLE = ""
ALL = ""
AMOUNTS = ("start", *MOVES, "end")
TITLES = {"start": "Start", **MOVES, "end": "End"}
ENDS = ("Start", "End")
MOVED = {"moved_in": "Moved in", "moved_out": "Moved out"}


def show(asked: Asked) -> None:
    """Show the movements of the range, from the whole down to a customer's rows."""
    grain = asked.question.grain or "month"
    frame = door.ask("movements", grain=grain, **given(asked))
    if frame.empty or not frame[["start", "end"]].to_numpy().any():
        nobody_pays(grain)
        return
    at = _period(frame, grain)
    row = frame[frame["period"] == at] if at else door.ask("movements", grain=None, **given(asked))
    _waterfall(row, at, grain, asked)
    _over_time(frame, grain)
    segment = _segments(at, grain, asked)
    _ledger(at, grain, asked, segment)


def _period(frame: pd.DataFrame, grain: str) -> str:
    """Let the reader choose a period of the range, or the whole of it; return its start."""
    starts = [p.date().isoformat() for p in frame["period"]][::-1]
    over = dict(zip(starts[::-1], frame["complete"], strict=True))
    chosen = state.get("at") if state.get("at") in starts else WHOLE
    st.selectbox(
        "Movements of", [WHOLE, *starts], width=260, **state.bind("at", value=chosen),
        format_func=lambda p: "the whole range" if p == WHOLE
        else formats.period(p, grain) + ("" if over[p] else " (not over)"),
    )  # fmt: skip
    return chosen


def _when(at: str, grain: str, asked: Asked) -> str:
    return formats.period(at, grain) if at else asked.span


def _waterfall(row: pd.DataFrame, at: str, grain: str, asked: Asked) -> None:
    told = row.iloc[0]
    change = formats.change(told["end"], told["start"], "money")
    grew = f" ({change[1]})" if change and told["start"] else ""
    gains = [f"{money(told[n])} {MOVES[n].lower()}" for n in ("new", "reactivation", "expansion") if told[n]]
    losses = [f"{money(told[n])} {MOVES[n].lower()}" for n in ("contraction", "churn") if told[n]]
    said = f"{'In' if at else 'Over'} {_when(at, grain, asked)} MRR went from {money(told['start'])} "
    said += f"to {money(told['end'])}{grew}: "
    said += f"gained {', '.join(gains) or 'nothing'}; lost {', '.join(losses) or 'nothing'}."
    if not told["complete"]:
        said += " The period is not over in these data."
    st.markdown(formats.literal(said))
    asks = asked.question
    span = {"since": at, "grain": grain} if at else {"since": asks.since, "until": asks.until}
    drawing = chart.listed(charts.waterfall(row, **_look()), "mrr", **span)
    hint = formats.on_screen("Press a bar to see whose movement it is.")
    if not at:
        hint += " The range compares its two ends: who came and left within it moved nothing."
    chart.show(
        drawing, key="waterfall", name=f"mrr movements {_when(at, grain, asked)}", select="picked",
        on_select=_pressed_bar, hint=hint,
    )  # fmt: skip
    if told["rounding"]:
        st.caption(
            "Differences of under half a cent a customer are no movement; together they come to "
            f"{formats.literal(money(told['rounding']))}."
        )


def _over_time(frame: pd.DataFrame, grain: str) -> None:
    if len(frame) < 2:
        return
    drawing = charts.movement(frame, grain=grain, **_look())
    chart.show(
        chart.noted(drawing, "mrr", grain=grain), key="movement", name=f"mrr movements by {grain}",
        select="picked", on_select=_pressed_period,
        hint="Up: gained. Down: lost. The line is the net change. Pale: not over. "
        + formats.on_screen("Press a bar to open it."),
    )  # fmt: skip
    if analysis.lost_at_once(frame):
        st.caption(
            f":orange[:material/warning:] All that was lost went in one {grain}, the last: where the file says who "
            "left but not when, that is the day it was made, and the losses belong to earlier times."
        )


def _look() -> dict[str, Any]:
    return {name: value for name, value in chart.look_of("money").items() if name in ("look", "currency", "locale")}


def _point(key: str) -> dict[str, Any]:
    found = st.session_state[key].selection.get("picked") or []
    point = found[0] if isinstance(found, list) and found else found
    return point if isinstance(point, dict) else {}


def _pressed_bar() -> None:
    kind = _point("waterfall").get("kind")
    state.update(move=kind if kind in AMOUNTS else None, who=None)


def _pressed_period() -> None:
    point = _point("movement")
    if point:
        state.update(at=point.get("at"), move=point.get("kind"), who=None)


def _segments(at: str, grain: str, asked: Asked) -> dict[str, Any] | None:
    """Show the movements of each segment of an attribute; return the segment that is chosen, {} for all together."""
    names = {a.name: a for a in door.splits(MONEY_TABLES)}
    if not names:
        return None
    st.subheader("By segment", anchor=False)
    by = state.get("by") if state.get("by") in names else ALL
    st.selectbox(
        "Split by", [ALL, *names], width=300, **state.bind("by", value=by),
        format_func=lambda n: f"{names[n].label} ({names[n].of})" if n else "nothing",
    )  # fmt: skip
    if not by:
        return None
    over = door.ask("movements", grain=grain, by=[by], **given(asked))
    frame = over[over["period"] == at] if at else door.ask("movements", grain=None, by=[by], **given(asked))
    _split_over_time(over, by, names[by].label, grain)
    frame = frame[frame[[*AMOUNTS, *MOVED]].to_numpy().any(axis=1)].reset_index(drop=True)
    moved = {name: title for name, title in MOVED.items() if frame[name].any()}
    shown = frame.rename(columns=TITLES | moved)
    shown.insert(0, names[by].label, [label(v) for v in frame[by]])
    amounts = [*TITLES.values(), *moved.values()]
    values = [None if formats.is_missing(v) else str(v) for v in frame[by]]
    table(
        shown[[names[by].label, *amounts]], key="moves_by_segment", name=f"mrr movements by {by}", amounts=ENDS,
        blank=[a for a in amounts if a not in ENDS],
        alt="Movements by segment", picked=lambda i: state.update(sg=json.dumps(values[i]), who=None), full=frame,
        count=f"{formats.plural(len(frame), 'segment')}. " + formats.on_screen("Press a row to see its customers."),
    )  # fmt: skip
    _transfers(moved, names[by], asked)
    return _segment(by, values)


def _split_over_time(frame: pd.DataFrame, by: str, title: str, grain: str) -> None:
    if frame["period"].nunique() < 2 or not frame[list(MOVES)].to_numpy().any():
        return
    drawing = charts.movement_split(frame, by, grain=grain, **_look())
    drawing = chart.noted(drawing, "mrr", grain=grain)
    chart.show(
        drawing, key="movement_split", name=f"mrr net change by {title} and {grain}", select="picked",
        on_select=_pressed_piece,
        hint="Up: the segment grew. Down: it shrank. The line is all of them. "
        + formats.on_screen("Press a piece to see its customers."),
    )  # fmt: skip


def _pressed_piece() -> None:
    point = _point("movement_split")
    if point:
        chosen = None if point.get("rest") else json.dumps(point.get("segment"))
        state.update(at=point.get("at"), sg=chosen, move=None, who=None)


def _transfers(moved: dict[str, str], attribute: Any, asked: Asked) -> None:
    if moved:
        st.caption(
            "A customer stands in the segment it was in at the start of the period. *Moved in* and *Moved out* are "
            "those that stand in another one when the next period starts: end + moved in − moved out is the next start."
        )
    elif attribute.table != "customers":
        st.caption(
            "This is an attribute of rows: a customer's rows are told apart by it, and who changes is churn in one "
            "segment and new in another."
        )


def _segment(by: str, values: list[str | None]) -> dict[str, Any] | None:
    try:
        chosen = json.loads(state.get("sg") or "false")
    except (ValueError, RecursionError):
        chosen = False
    if chosen is False or chosen not in values:
        return {}
    st.button(
        f"{formats.literal(label(chosen))}: back to all segments", icon=":material/close:", type="tertiary",
        key="all_segments", on_click=state.update, kwargs={"sg": None},
    )  # fmt: skip
    return {by: chosen}


def _ledger(at: str, grain: str, asked: Asked, segment: dict[str, Any] | None) -> None:
    """Show each customer's movements; of one that is pressed all its periods, and the rows behind them."""
    st.subheader("Each customer", anchor=False)
    move = state.get("move") if state.get("move") in AMOUNTS else ALL
    st.segmented_control(
        "Whose", [ALL, *MOVES], required=True, label_visibility="collapsed",
        format_func=lambda m: MOVES.get(m, "Everyone"), **state.bind("move", value=move if move in MOVES else ALL),
    )  # fmt: skip
    by = list(segment or {}) or None
    words = {"by": by, "segment": segment or None, "move": move or None, **given(asked)}
    frame = door.ask("ledger", grain=grain if at else None, period=at or None, **words)
    if frame.empty:
        st.caption("No customer.")
        return
    moves = door.ask("movements", grain=grain if at else None, by=by, **given(asked))
    moves = moves[moves["period"] == at] if at else moves
    if by:
        wanted = segment[by[0]] if segment else None
        moves = moves[[v == wanted for v in [None if formats.is_missing(v) else str(v) for v in moves[by[0]]]]]
    whole = moves.iloc[0]
    counted = formats.plural(len(frame), "customer")
    counted += f", together {formats.literal(money(whole[move]))}: what the chart shows." if move else "."
    if empty.left_out(frame, customer_id="Who they are", end="What each of them pays"):
        return
    people = frame["customer_id"].tolist()
    table(
        _shown(frame), key="ledger", name=f"ledger {_when(at, grain, asked)} {move}".strip(),
        alt="Each customer's movements", amounts=ENDS, blank=tuple(MOVES.values()), full=frame,
        picked=lambda i: state.update(who=str(people[i])),
        count=f"{counted} " + formats.on_screen("Press a row to open a customer."),
    )  # fmt: skip
    who = state.get("who")
    if who:
        _customer(who, grain, asked)


def _shown(frame: pd.DataFrame, period: str = "") -> pd.DataFrame:
    shown = frame.rename(columns={"customer_id": "Customer", "name": "Name", "_rows": "File and rows", **TITLES})
    if period:
        shown["Period"] = [formats.period(p, period) for p in frame["period"]]
    head = ["Period"] if period else ["Customer", *(["Name"] if "Name" in shown else [])]
    # a movement that nobody made is left out
    amounts = [t for t in TITLES.values() if t in ENDS or shown[t].any()]
    return shown[[*head, *amounts, "File and rows"]]


def _customer(who: str, grain: str, asked: Asked) -> None:
    filters = both({"customer_id": [who]}, asked.where)
    frame = door.ask("ledger", grain=grain, where=filters)
    rows = door.ask("stretches", where=filters)
    if rows.empty:
        st.caption(f"Customer {formats.literal(who)} has no recurring revenue here.")
        return
    name = f", {rows['name'].iloc[0]}" if "name" in rows and not formats.is_missing(rows["name"].iloc[0]) else ""
    st.markdown(f"**Customer {formats.literal(who + name)}**: all its {grain}s, whatever the range above.")
    moved = frame[frame[list(MOVES)].to_numpy().any(axis=1)].reset_index(drop=True)
    table(
        _shown(moved, grain), key="customer_ledger", name=f"ledger of customer {who}", alt="The customer's movements",
        amounts=ENDS, blank=tuple(MOVES.values()), full=frame,
        count=f"{formats.plural(len(moved), grain)} with a movement.",
    )  # fmt: skip
    st.markdown("**The rows of the files behind it**")
    shown = pd.DataFrame({
        "From": rows["begins"], "To (not included)": rows["ends"], "MRR": rows["mrr"], "Product": rows.get("product"),
        "File": rows["_source"], "Row": rows["_row"],
    }).dropna(axis="columns", how="all")  # fmt: skip
    if "To (not included)" in shown:
        ends = shown["To (not included)"]
        shown["To (not included)"] = ["" if formats.is_missing(end) else formats.day(end) for end in ends]
    table(
        shown, key="customer_rows", name=f"rows of customer {who}", alt="The rows of the files", amounts=["MRR"],
        days=["From"], full=rows,
        count=f"{formats.plural(len(rows), 'row')}: a start or an end above is the sum of those that hold then.",
    )  # fmt: skip
    st.button("Close the customer", icon=":material/close:", type="tertiary", key="close_customer",
              on_click=state.update, kwargs={"who": None})  # fmt: skip
