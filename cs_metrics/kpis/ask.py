"""Settling a question before it is asked: which KPIs, which form of each, which periods, as of when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import duckdb

from cs_metrics.errors import NotComputableError, QueryError, did_you_mean
from cs_metrics.kpis.available import Available, available, meta_settings
from cs_metrics.kpis.base import Question
from cs_metrics.kpis.catalogue import CATALOGUE
from cs_metrics.kpis.model import KPI, Form
from cs_metrics.kpis.relations.states import CLOSING, OPENING
from cs_metrics.kpis.slice import Slice
from cs_metrics.kpis.where import names
from cs_metrics.periods import Period, instant
from cs_metrics.settings import resolve


@dataclass(frozen=True)
class Asked:
    """A slice with everything settled. `periods` by number: 0 is the whole range, the grain's begin at 1."""

    available: Available
    settings: Mapping[str, Any]
    as_of: datetime
    slice: Slice
    whole: Period
    periods: Mapping[int, Period]

    def question(self, by: tuple[str, ...], where: Mapping[str, Any] | None = None, rows: bool = False) -> Question:
        filters = self.slice.where if where is None else where
        return Question(self.available, self.settings, self.as_of, self.periods, by, filters, rows, self.slice.grain)


def settle(
    con: duckdb.DuckDBPyConnection,
    slice_: Slice,
    settings: Mapping[str, Any] | None = None,
    as_of: Any = None,
    with_range: bool = False,
) -> Asked:
    """Return the slice settled against the version in `con`. Periods that have not begun are left out.

    `settings` default to those of the version; the slice's definitions go before them, its as-of before `as_of`.
    `with_range`: the whole range is asked beside the grain's periods.
    """
    known = available(con)
    values = resolve(meta_settings(con) if settings is None else settings, slice_.definitions)
    given = slice_.as_of if slice_.as_of is not None else as_of
    now = instant(given, "as_of") if given is not None else known.as_of
    whole = slice_.range(known.since, now)
    periods = {i: p for i, p in enumerate(slice_.periods(whole, values), start=1) if p.start < now}
    if slice_.grain is None or with_range:
        periods = {0: whole, **periods}
    return Asked(known.choosing(values), values, now, slice_, whole, periods)


def find(kpi_id: str, own: Mapping[str, KPI] | None = None) -> KPI:
    """Return the KPI of that id, or raise QueryError with the nearest ids (its other names are looked at too).

    `own`: the KPIs of the workspace's own, by their ids.
    """
    if not isinstance(kpi_id, str):
        raise QueryError(f"A KPI is asked for by its id, a text such as 'mrr', not by {kpi_id!r:.60}.")
    known = {**CATALOGUE, **(own or {})}
    if kpi_id in known:
        return known[kpi_id]
    names = {n.casefold(): k.id for k in known.values() for n in (k.name, *k.also)}
    if kpi_id.casefold() in names:
        raise QueryError(f"There is no KPI '{kpi_id}'. Did you mean '{names[kpi_id.casefold()]}'?")
    raise QueryError(f"There is no KPI '{kpi_id}'. {did_you_mean(kpi_id, known)}".rstrip())


def choose(kpi: KPI, known: Available) -> tuple[Form | None, list[str]]:
    """Return the first form that the version's columns allow, and what the nearest one lacks."""
    nearest: list[str] | None = None
    for form in kpi.forms:
        met = form.when is None or known.info.get(form.when[0]) == form.when[1]
        lacks = known.lacks(form.needs)
        if (not met and not form.unmet) or any("=" in name for name in lacks):
            continue
        lacks = lacks or ([] if met else [form.unmet])
        if not lacks:
            return form, []
        if nearest is None or len(lacks) < len(nearest):
            nearest = lacks
    if nearest is None:
        nearest = [name for name in known.lacks(kpi.forms[0].needs) if "=" not in name]
    return None, nearest


def form_of(kpi: KPI, known: Available) -> Form:
    """Return the form that the version's columns allow, or raise NotComputableError with what is missing."""
    form, lacks = choose(kpi, known)
    if form is None:
        unchosen = [name for name in lacks if name.startswith("settings.")]
        advice = "" if unchosen == lacks else " Load a table with it, or map the column."
        advice += f" Choose {' and '.join(n.partition('.')[2] for n in unchosen)} in the settings." if unchosen else ""
        raise NotComputableError(f"{kpi.name} is not computable: it needs {', '.join(lacks)}.{advice}", lacks)
    return form


def settled(form: Form, asked: Asked) -> Form:
    """Return the form over opening states, where no attribute asked for has changed: then both ends see the same
    segments, and all KPIs of states can be read off one pass."""
    known = [asked.available.attribute(name) for name in {*asked.slice.by, *names(asked.slice.where)}]
    if form.over is CLOSING and not any(a.history for a in known):
        return replace(form, over=OPENING)
    return form


def check_names(asked: Asked, forms: Iterable[Form]) -> None:
    """Raise QueryError for a breakdown that none of the forms can be split by, or an attribute that does not exist."""
    question = asked.question(asked.slice.by)
    asked_of = [form.relations for form in forms]
    for name in asked.slice.by:
        asked.available.attribute(name)
        if not any(all(question.knows(name, r) for r in relations) for relations in asked_of):
            raise QueryError(f"None of the KPIs asked for can be split by '{name}': it belongs to other rows.")
