"""What would make more KPIs computable: which column, table or choice, and how many KPIs each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from cs_metrics.kpis.ask import choose
from cs_metrics.kpis.available import Attribute, Available
from cs_metrics.kpis.model import KPI, Form
from cs_metrics.kpis.relations.names import LIFE, MONEY
from cs_metrics.schema import TABLES

_TOLD_BY_ROWS = ("csat_from", "trials_from")
"""What `fact_info` says of these is 'none' until a form's own columns are there."""


def unlocks(known: Available, kpis: Iterable[KPI]) -> dict[str, int]:
    """Return what would make more KPIs computable if it alone were added, and how many more; the most first.

    'table.column', or 'table.column&column' where a table's columns are needed together; where a table has no rows, the
    columns without which it cannot be loaded come with it, and 'table' stands for these alone; 'table.column = value'
    for rows that say so; 'settings.name' for a choice.
    """
    asked = list(kpis)
    locked = [kpi for kpi in asked if choose(kpi, known)[0] is None]
    able = [kpi for kpi in asked if choose(kpi, known)[0] is not None]
    forms = [form for kpi in locked for form in kpi.forms]
    ways = {_added([name], known) for form in forms for name in _named(form) if name not in known.told}
    ways |= {_added(choose(kpi, known)[1], known) for kpi in locked}
    found: dict[tuple[str, ...], int] = {}
    for way in sorted(ways - {()}, key=lambda way: (len(way), way)):
        after = _with(way, known, forms)
        count = sum(_opens(kpi, known, after) for kpi in locked)
        if _sources_of(after) != _sources_of(known):  # a new source may lack what the one before had
            count -= sum(choose(kpi, after)[0] is None for kpi in able)
        fewer = [number for other, number in found.items() if set(other) < set(way)]
        if count > max(fewer, default=0):
            found[way] = count
    ordered = sorted(found.items(), key=lambda entry: -entry[1])
    return {f"{table}.{'&'.join(columns)}" if columns else table: count for (table, *columns), count in ordered}


def _added(names: Iterable[str], known: Available) -> tuple[str, ...]:
    """Return the table of these columns and those of them that do not come with it; nothing where they are of several
    tables."""
    tables = {name.partition(".")[0] for name in names}
    if len(tables) != 1:
        return ()
    (table,) = tables
    comes = TABLES[table].required if table in TABLES and table not in known.loaded else ()
    return table, *sorted({name.partition(".")[2] for name in names} - set(comes))


def _named(form: Form) -> list[str]:
    """Return every column and setting that a form's needs speak of."""
    told = [name for need in form.needs for way in need.split("|") for name in way.split("&") if "=" not in name]
    return [*told, *([form.unmet] if form.unmet else [])]


def _with(way: tuple[str, ...], known: Available, forms: Iterable[Form]) -> Available:
    """Return what would be known with this added."""
    table, *said = way
    if table == "settings":
        return replace(known, chosen=known.chosen | {f"settings.{name}" for name in said})
    columns = {name.partition(" = ")[0] for name in said}
    if table not in known.loaded:
        columns |= set(TABLES[table].required)
        columns |= {group[0] for group in TABLES[table].one_of if columns.isdisjoint(group)}
    added = {f"{table}.{c}": Attribute(f"{table}.{c}", table, c, "") for c in columns}
    named = {f"{table}.{name}" for name in said}
    told = dict(form.when for form in forms if form.unmet in named and form.when)
    after = replace(known, mapped={**known.mapped, **added}, info={**known.info, **told})
    return replace(after, info={**after.info, **_sources(known, after)})


def _sources_of(known: Available) -> tuple[str, str]:
    return known.info.get("activity_source", "activity"), known.info.get("money_source", "")


def _sources(known: Available, after: Available) -> Mapping[str, str]:
    """Return where activity and money would come from: the first that has rows, unless the workspace chose one."""
    activity, money = _sources_of(known)
    fresh = [name for name, ways in LIFE.items() if _met(ways, after) and not _met(ways, known)]
    order = list(LIFE)
    if known.info.get("settings.activity_source", "auto") == "auto":
        activity = min([activity, *fresh], key=order.index)
    if activity in MONEY:
        return {"activity_source": activity, "money_source": activity}
    paid = [name for name in [money, *fresh] if name in MONEY]
    return {"activity_source": activity, "money_source": min(paid, key=order.index, default="")}


def _met(ways: Iterable[str], known: Available) -> bool:
    return any(known.told.issuperset(way.split("&")) for way in ways)


def _opens(kpi: KPI, known: Available, after: Available) -> bool:
    if choose(kpi, after)[0] is not None:
        return True
    waiting = [form for form in kpi.forms if form.when and form.when[0] in _TOLD_BY_ROWS]
    silent = [form for form in waiting if form.when and known.info.get(form.when[0]) == "none"]
    return any(known.lacks(form.needs) and not after.lacks(form.needs) for form in silent)
