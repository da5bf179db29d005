"""A KPI as a tile: its value, the change and whether that is better, the trend, n; the way to its own page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import streamlit as st

from cs_metrics import charts
from pages._ui import answer, door, formats, shell
from pages._ui.kpi import target_parts


@dataclass(frozen=True)
class Tile:
    """What a tile shows. `value` None is 'no value' for the reason in `note`; `needs` not empty is 'not computable'.

    `better` is 'higher', 'lower' or 'neither'. `before` is the value compared with, `against` the name of its period.
    `trend` holds the values of whole periods, oldest first, None where a period has none. `target` says how the KPI
    stands to its target, `notes` how many people pinned to its time.
    """

    id: str
    name: str
    unit: str
    better: str
    value: float | None = None
    before: float | None = None
    against: str = ""
    n: int | None = None
    minimum_n: int = 30
    trend: Sequence[float | None] = ()
    complete: bool = True
    note: str = ""
    needs: Sequence[str] = ()
    help: str | None = None
    currency: str = "USD"
    item: str | None = None
    target: str = ""
    notes: int = 0


def make(ids: Sequence[str], asked: Any, items: Mapping[str, str] | None = None) -> dict[str, Tile]:
    """Return the tiles of several KPIs for what the filter bar asked: two questions in all, however many KPIs. `items`
    names the item that a KPI's tile is about (see `answer.by_id`)."""
    needs = door.needs()
    ask = [i for i in dict.fromkeys(ids) if not needs.get(i)]
    trends = door.compute(ask, asked.question, totals=True)
    now = answer.by_id(trends, items)
    parts = {i: row["item"] for i, row in now.items() if not answer.is_whole(row["item"])}
    before = answer.by_id(door.compute(ask, asked.before), parts) if asked.before else {}
    settings = door.settings()
    noted = charts.within(door.notes(None), asked.question.since, asked.question.until)
    tiles = {}
    for i in dict.fromkeys(ids):
        kpi, row = door.kpi(i), now.get(i)
        tile = Tile(
            i, kpi.name, kpi.unit, kpi.better, currency=settings["currency"], minimum_n=settings["minimum_n"],
            needs=needs.get(i, ()), help=kpi.doc.definition,
        )  # fmt: skip
        if row is not None:
            mine = answer.of_item(trends[(trends["kpi"] == i) & trends["period"].notna()], kpi, parts.get(i))
            trend = mine[mine["complete"]]
            tile = replace(
                tile, value=row["value"], n=door.whole(row["n"]), complete=bool(row["complete"]),
                note=row["note"] or "", before=_comparable(row, before.get(i)), against=asked.against,
                trend=tuple(trend.sort_values("period")["value"]), item=parts.get(i),
                target=target_parts.on_tile(kpi, asked) if parts.get(i) is None else "",
                notes=sum(note["kpi"] in ("", i) for note in noted),
            )  # fmt: skip
        tiles[i] = tile
    return tiles


def numbers(tiles: Iterable[Tile], asked: Any) -> pd.DataFrame:
    """Return what the tiles show, for a file: each KPI's value of the whole range (its period is null), those of its
    periods, and that of the range compared with (`range` says which)."""
    ask = [each.id for each in tiles if not each.needs]
    found = [door.compute(ask, asked.question, totals=True).assign(range=asked.span)]
    if asked.before:
        found.append(door.compute(ask, asked.before).assign(range=asked.against))
    every = pd.concat(found, ignore_index=True)
    every.insert(1, "name", [door.kpi(i).name for i in every["kpi"]])
    every.insert(2, "unit", [door.kpi(i).unit for i in every["kpi"]])
    return every


def _comparable(row: Mapping[str, Any], earlier: Mapping[str, Any] | None) -> float | None:
    """Return the earlier value, unless one of the two is not over: a part is never compared as if it were whole."""
    if earlier is None or not (row["complete"] and earlier["complete"]):
        return None
    return earlier["value"]


def lacking(tiles: Sequence[Tile], area: str, *, others: bool) -> None:
    """Say in one line which KPIs of an area cannot be computed from the data; opened, what each needs."""
    if not tiles:
        return
    count = len(tiles)
    more = f"{count} more" if others else f"All {count}" if count > 1 else tiles[0].name
    verb = "needs" if count == 1 else "need"
    with st.expander(f"{more} {verb} what is not loaded or not chosen", icon=":material/block:", key=f"lacking_{area}"):
        for each in tiles:
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                shell.link("kpi", each.name, hint=each.help, id=each.id)
                st.caption(", ".join(f"`{n}`" for n in each.needs))
        if door.may("publish"):
            shell.link("data", "Load or map them on the Data page", icon=":material/upload_file:")


def show(tile: Tile) -> None:
    """Show one tile; inside `grid()` several stand side by side."""
    with st.container(border=True, height="stretch", gap="xsmall", key=f"tile_{tile.id}"):
        shell.link("kpi", f"**{tile.name}**", hint=tile.help, id=tile.id)
        if formats.is_missing(tile.value):
            st.markdown(":gray[No value]")
            st.caption(formats.literal(tile.note) or "Nothing to count in this period.")
            return
        figure(tile)


def grid() -> Any:
    """Return the grid that tiles stand in: five abreast on a desk, two on a phone."""
    return st.grid(5, min_column_width=155, gap="small")


def verdict(sign: float, better: str) -> tuple[str, str]:
    """Return (colour, word) for a change of this sign: never colour alone."""
    if sign == 0:
        return "gray", "unchanged"
    if better not in ("higher", "lower"):
        return "gray", "up" if sign > 0 else "down"
    return ("blue", "better") if (sign > 0) == (better == "higher") else ("red", "worse")


def figure(tile: Tile, *, named: bool = False) -> None:
    """Show the value itself, with its change, trend and n; `named` says what the change is against."""
    text = formats.value(tile.value, tile.unit, tile.currency, short=True)
    small = tile.n is not None and tile.n < tile.minimum_n
    change = formats.change(tile.value, tile.before, tile.unit, tile.currency)
    color, word = verdict(change[0], tile.better) if change else ("gray", "")
    trend = [t for t in tile.trend if not formats.is_missing(t)]
    st.metric(
        tile.name,
        f":gray[{text}]" if small else text,
        change[1] if change else None,
        delta_color=color if not small else "gray",
        delta_arrow="auto" if change and change[0] else "off",
        delta_description=_against(word, tile.against if named else ""),
        label_visibility="collapsed",
        chart_data=trend if len(trend) > 1 else None,
        chart_type="line",
    )
    st.caption(_foot(tile))


def _against(word: str, against: str) -> str | None:
    if not word or not against:
        return word or None
    return f"{word} than {against}" if word in ("better", "worse") else f"{word}, against {against}"


def _foot(tile: Tile) -> str:
    parts = [formats.literal(formats.item(door.kpi(tile.id), tile.item))] if tile.item else []
    if tile.n is not None:
        low = tile.n < tile.minimum_n
        parts.append(f":material/info: only {formats.count(tile.n)} counted" if low else f"n {formats.count(tile.n)}")
    if not tile.complete:
        parts.append(":material/hourglass_top: not over" + (", so not compared" if tile.against else ""))
    if tile.note:
        parts.append(formats.literal(tile.note))
    if tile.notes:
        parts.append(f":material/push_pin: {formats.plural(tile.notes, 'note')}")
    if tile.target:
        parts.append(tile.target)
    return " · ".join(parts) or "&nbsp;"
