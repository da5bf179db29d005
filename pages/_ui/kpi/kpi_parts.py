"""The parts of a KPI's own page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics import charts
from cs_metrics.charts.words import label
from cs_metrics.kpis.model import Kind
from pages._ui import answer, chart, door, download, formats, frames, opens, shell, state
from pages._ui.filter_bar import Asked
from pages._ui.kpi import account_parts, card_parts, item_parts, kpi_texts, target_parts
from pages._ui.links import linked
from pages._ui.tile import Tile, figure, verdict

OPENS = "Press a point to open its period under 'How it is computed', or choose it there."


def headline(tile: Tile, result: dict[str, Any] | None, beside: dict[str, float], asked: Asked) -> None:
    """Show the value over the whole range, large, with its change, its interval, the sum behind it in words, and the
    numbers beside it."""
    if result is None:
        return
    with st.container(border=True, horizontal=True, gap="small", vertical_alignment="center"):
        with st.container(width=330, gap="xsmall"):
            st.caption(asked.span)
            # what is to be known of it stands beside it, in full
            figure(replace(tile, note=""), named=True)
            if tile.item is None:
                account_parts.grade(door.kpi(tile.id), tile.value)
        with st.container(width="stretch", gap="xsmall"):
            st.markdown(reading(door.kpi(tile.id), tile, result, asked))
            st.markdown(opens.sentence(door.kpi(tile.id), result, beside))
            for line in opens.cautions(door.kpi(tile.id), result, tile.minimum_n):
                st.caption(line)
            told = card_parts.benchmark(door.kpi(tile.id))
            if told:
                st.caption(told)
    if tile.item is None:
        item_parts.beside(door.kpi(tile.id), beside)


def reading(kpi: Any, tile: Tile, result: dict[str, Any], asked: Asked) -> str:
    """Return the value in plain words: what it was, over what it was counted, how it moved and if that is good."""
    name = formats.literal(kpi.name)
    if tile.item is not None:
        name += f", {formats.literal(formats.item(kpi, tile.item))},"
    if formats.is_missing(result["value"]):
        return f"{name} has no value here."
    currency = door.settings()["currency"]
    shown = formats.literal(formats.value(result["value"], kpi.unit, currency))
    state = kpi.kind is Kind.SNAPSHOT
    when = f"on {formats.last_day(_end(asked.question.until))}" if state else f"in {asked.span}"
    said = f"{name} {_verb(kpi)} {shown} {when}"
    # a count is its own n
    counted = "" if shown == formats.count(result["n"]) else _counted(kpi, result["n"])
    said += f"{counted}."
    change = formats.change(tile.value, tile.before, kpi.unit, currency)
    if change is None or not tile.against or asked.before is None:
        return said
    sign, by = change
    then = f"on {formats.last_day(asked.before.until)}" if state else f"in {tile.against}"
    if sign == 0:
        return f"{said} That is as much as {then}."
    way = "more" if sign > 0 else "less"
    judged = {"better": ", which is better", "worse": ", which is worse"}.get(verdict(sign, kpi.better)[1], "")
    return f"{said} That is {formats.literal(by.lstrip('+-−'))} {way} than {then}{judged}."


def _end(until: date | None) -> date | datetime:
    """Return where a range ends: it goes no further than the data do."""
    return door.as_of() if until is None else min(until, door.as_of().date())


def _verb(kpi: Any) -> str:
    """'Support Tickets were', 'Net Promoter Score was'."""
    return "were" if kpi.unit == "count" and re.search(r"[^s]s$", re.sub(r" \(.*\)$", "", kpi.name)) else "was"


def _counted(kpi: Any, n: Any) -> str:
    return f", counted over {formats.count(n)} {door.base(kpi.id)}"


def trend(kpi: Any, frame: pd.DataFrame, asked: Asked, item: str | None = None, counted: str = "") -> None:
    """Show the value over time with its interval; periods that are not over are dashed. `counted`: said below it."""
    title = kpi.name if item is None else formats.item(kpi, item)
    drawing = charts.trend(
        answer.of_item(frame, kpi, item), grain=asked.question.grain or "month", title=title, **chart.look_of(kpi.unit)
    )
    if item is None:
        drawing = chart.aimed(drawing, target_parts.on_chart(kpi.id, asked), kpi.unit)
    drawing = chart.noted(drawing, kpi.id, grain=asked.question.grain)
    chart.show(
        drawing, key="trend", name=f"{kpi.id} by {asked.question.grain}", select="point", on_select=_point,
        hint=f"{counted} {formats.on_screen(OPENS)}".strip(), legend=counted,
    )  # fmt: skip


def _point() -> None:
    """A point of the trend was pressed: its period is opened."""
    found = st.session_state["trend"].selection.get("point") or []
    if found:
        state.update(at=formats.pressed(found[0]["period"]).isoformat())


def segments(kpi: Any, result: dict[str, Any] | None, asked: Asked, item: str | None = None, counted: str = "") -> None:
    """Show the value for each segment of an attribute, ranked, with n, and the same as a table. `counted`: said below
    it."""
    tables = {table for form in kpi.forms for table in form.tables}
    names = {a.name: a for a in door.splits(tables)}
    if not names:
        st.caption("The data have no attribute with few enough values to split by.")
        return
    chosen = state.get("by")
    chosen = chosen if chosen in names else next(iter(names))
    st.selectbox(
        "Split by", list(names), format_func=lambda n: f"{names[n].label} ({names[n].of})", width=300,
        **state.bind("by", value=chosen),
    )  # fmt: skip
    frame = answer.of_item(door.compute([kpi.id], replace(asked.whole, by=(chosen,))), kpi, item)
    if frame["value"].isna().all():
        why = next((note for note in frame["note"] if note), "there is nothing to count in any of them.")
        st.caption(f"No value for any segment: {formats.literal(why)}")
        return
    overall = None if result is None or formats.is_missing(result["value"]) else float(result["value"])
    drawing = charts.ranked(frame, chosen, overall=overall, title=kpi.name, **chart.look_of(kpi.unit))
    values = {label(v): v for v in frame[chosen]}
    fixed = linked.filters_locked()
    press = "" if fixed else "Press a bar to see that segment alone; the filters above do the same."
    chart.show(
        drawing, key="segments", name=f"{kpi.id} by {chosen}", select=None if fixed else "segment",
        on_select=lambda: _bar(chosen, values), hint=f"{counted} {formats.on_screen(press)}".strip(), legend=counted,
    )  # fmt: skip


def _bar(attribute: str, values: dict[str, Any]) -> None:
    """A bar was pressed: its segment becomes the filter of its attribute."""
    found = st.session_state["segments"].selection.get("segment") or []
    if found and found[0]["segment"] in values:
        state.update(where=state.get_json("where") | {attribute: [values[found[0]["segment"]]]})


def choose_period(frame: pd.DataFrame, asked: Asked) -> str | None:
    """Let the reader choose which period to open; return its start (ISO), or None for the whole range."""
    starts = sorted({pd.Timestamp(p).date().isoformat() for p in frame["period"].dropna()}, reverse=True)
    grain = asked.question.grain or "month"
    chosen = state.get("at")
    st.selectbox(
        "Open", ["", *starts], width=300, format_func=lambda s: formats.period(s, grain) if s else asked.span,
        **state.bind("at", value=chosen if chosen in starts else ""),
    )  # fmt: skip
    return chosen if chosen in starts else None


def row_of(kpi: Any, frame: pd.DataFrame, period: str | None, item: str | None = None) -> dict[str, Any] | None:
    """Return the row of a period; None: of the whole range."""
    rows = answer.of_item(_of(frame, period), kpi, item)
    return rows.to_dict("records")[0] if len(rows) else None


def beside_of(frame: pd.DataFrame, period: str | None) -> dict[str, float]:
    """Return the numbers beside a period's value (None: beside that of the whole range) by name."""
    rows = _of(frame, period)
    rows = rows[rows["item"].notna() & rows["numerator"].isna()]
    return dict(zip(rows["item"], rows["value"], strict=True))


def _of(frame: pd.DataFrame, period: str | None) -> pd.DataFrame:
    return frame[frame["period"].isna() if period is None else frame["period"] == pd.Timestamp(period)]


def table(kpi: Any, frame: pd.DataFrame, asked: Asked, item: str | None = None) -> None:
    """Show the numbers behind the trend, newest first."""
    grain, currency = asked.question.grain or "month", door.settings()["currency"]
    rows = answer.of_item(frame, kpi, item).sort_values("period", ascending=False)
    chance = [formats.interval(a, b, kpi.unit, currency) for a, b in zip(rows["low"], rows["high"], strict=True)]
    shown = pd.DataFrame(
        {
            "Period": [formats.period(p, grain) for p in rows["period"]],
            kpi.name: [formats.value(v, kpi.unit, currency) for v in rows["value"]],
            "95 % interval": chance,
            "n": [formats.count(n) for n in rows["n"]],
            "State": ["complete" if c else "not over" for c in rows["complete"]],
            "Note": rows["note"].fillna("").tolist(),
        }
    )
    with st.expander("The numbers", icon=":material/table_rows:"):
        frames.show(shown, alt=f"{kpi.name} by {grain}")
        download.table(rows, key="trend_table", name=f"{kpi.id} by {grain}", units=download.values(kpi.unit))


def about(kpi: Any) -> None:
    """Show what the KPI means and what to do about it, and the KPIs near it."""
    st.subheader("What it means, and what to do", anchor=False)
    st.caption(" · ".join(_places(kpi)))
    with st.grid(2, min_column_width=320, gap="medium"):
        for field, heading in kpi_texts.ATTRIBUTES.items():
            with st.container(gap="xsmall"):
                st.markdown(f"**{heading}**")
                _attribute(field, getattr(kpi.doc, field))
    if kpi.also:
        st.caption(f"Also called {', '.join(kpi.also)}. Its id is `{kpi.id}`.")
    near = [other for other in kpi_texts.related(kpi.id) if other not in kpi.doc.effects]
    if near:
        st.subheader("Related", anchor=False)
        with st.container(horizontal=True, gap="xsmall"):
            for other in near:
                shell.link("kpi", door.kpi(other).name, id=other)


def _attribute(field: str, text: Any) -> None:
    if field == "effects":
        for other, effect in text.items():
            shell.link("kpi", door.kpi(other).name, id=other)
            st.caption(formats.prose(effect))
    elif isinstance(text, str):
        st.markdown(formats.prose(text))
    else:
        st.markdown("\n".join(f"- {formats.prose(line)}" for line in text))


def _places(kpi: Any) -> list[str]:
    """Return where the KPI belongs, in words."""
    kind = "leading" if kpi.leading else "lagging"
    better = "no direction is better" if kpi.better == "neither" else f"{kpi.better} is better"
    stage = [f"stage: {kpi.stage}"] if kpi.stage else []
    return [kpi.category, *([kpi.area] if kpi.area else []), *stage, kind, f"{kpi.cadence}, for the {kpi.audience}",
            better]  # fmt: skip
