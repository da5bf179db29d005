"""What a person says of a KPI of their own, and the KPI that it becomes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from cs_metrics.errors import QueryError, did_you_mean
from cs_metrics.kpis.catalogue import CATALOGUE
from cs_metrics.kpis.model import KPI, Doc, Form, Interval, Measure
from cs_metrics.kpis.own.expression import Reader
from cs_metrics.kpis.own.offered import OFFERED, Offered
from cs_metrics.kpis.relations.names import ACTIVITY
from cs_metrics.sql import tokens

CATEGORY = "Own"
UNITS = ("share", "score", "money", "count", "hours", "days", "ratio")
BETTER = ("higher", "lower", "neither")
_PREFIX = "own_"


@dataclass(frozen=True)
class OwnKPI:
    """A KPI of a team's own. `numerator`, `denominator` (empty: a count or a total) and `condition` (empty: every row)
    are expressions over the columns of `fact` (see `OFFERED`); `dated_by` is the column that says in which period a row
    falls (empty: the fact's first).
    """

    name: str
    fact: str
    numerator: str
    denominator: str = ""
    condition: str = ""
    dated_by: str = ""
    unit: str = "count"
    better: str = "higher"
    definition: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> OwnKPI:
        """Return a definition from its parts by name. Raises QueryError for an unknown part, or one that is no text."""
        known = [f.name for f in fields(cls)]
        for name, value in values.items():
            if name not in known:
                raise QueryError(f"A KPI of one's own has no '{name}'. {did_you_mean(name, known)}")
            if not isinstance(value, str):
                raise QueryError(f"A KPI of one's own: '{name}' is a text, not {value!r}.")
        lacking = [name for name in ("name", "fact", "numerator") if not values.get(name, "").strip()]
        if lacking:
            raise QueryError(f"A KPI of one's own needs a {' and a '.join(lacking)}.")
        return cls(**{name: " ".join(value.split()) for name, value in values.items()})

    def stored(self) -> dict[str, str]:
        return asdict(self)


def own_id(name: str) -> str:
    """Return the id of a KPI of one's own, from its name."""
    words = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
    if not words:
        raise QueryError("The name of a KPI needs a letter or a digit.")
    return f"{_PREFIX}{words:.50}"


def kpi_of(own: OwnKPI) -> KPI:
    """Return the KPI that a definition describes, every name and value of it checked. Raises QueryError."""
    fact = _known("fact", own.fact, OFFERED)
    _known("unit", own.unit, UNITS)
    _known("direction", own.better, BETTER)
    taken = {name.casefold() for kpi in CATALOGUE.values() for name in (kpi.name, kpi.id, *kpi.also)}
    if own.name.casefold() in taken:
        raise QueryError(f"'{own.name}' is the name of a KPI that the app has: choose another.")
    dated_by = own.dated_by or next(iter(OFFERED[own.fact].dates), "")
    if OFFERED[own.fact].dates:
        _known("date", dated_by, OFFERED[own.fact].dates)
    form = _form(own, OFFERED[own.fact], dated_by)
    formula = f"{own.numerator} / {own.denominator}" if own.denominator else own.numerator
    only = f" where {own.condition}" if own.condition else ""
    return KPI(
        id=own_id(own.name),
        name=own.name,
        category=CATEGORY,
        kind=OFFERED[fact].kind,
        unit=own.unit,
        better=own.better,
        forms=(form,),
        doc=Doc(
            definition=own.definition or f"{formula}, over {OFFERED[fact].label}{only}.",
            formula=formula + only,
            insight="",
            risks="",
        ),
    )


def _known(what: str, value: str, known: Any) -> str:
    if value not in known:
        raise QueryError(f"There is no {what} '{value}'. {did_you_mean(value, known)}".rstrip())
    return value


def _form(own: OwnKPI, fact: Offered, dated_by: str) -> Form:
    relation = fact.relation(dated_by)
    numerator, counts = Reader("Numerator", fact.columns).measure(own.numerator)
    denominator, of_counts = (
        Reader("Denominator", fact.columns).measure(own.denominator) if own.denominator else (None, False)
    )
    only = Reader("Condition", fact.columns).condition(own.condition) if own.condition else "TRUE"
    # states are known once a customer's rows are summed: their condition is a part of every measure
    if not fact.dates and only != "TRUE":
        numerator = _only(numerator, only)
        denominator = _only(denominator, only) if denominator else None
        only = "TRUE"
    if own.unit == "share":
        if denominator is None or not (counts and of_counts):
            raise QueryError("A share is a count over a count: write count(...) in both numerator and denominator.")
        # a part of the whole: what is not in the denominator is not in the numerator either
        numerator = _only(numerator, f"{denominator.each} > 0")
    used = {
        name for name in fact.columns if f'"{name}"' in f"{numerator.each} {only} {denominator and denominator.each}"
    }
    needs = {fact.columns[dated_by]} if dated_by else {fact.columns["active_in"]}
    needs |= {fact.columns[name] for name in used}
    if tokens(only) or tokens(numerator.sql):
        raise QueryError("An expression may not name a setting.")
    by_customer = ACTIVITY in relation.tables
    interval, bounds = Interval.NONE, None
    if own.unit == "share":
        interval, bounds = (Interval.WILSON if by_customer else Interval.CLUSTER), (0.0, 1.0)
    elif denominator is not None:
        interval = Interval.JACKKNIFE
    what = "{numerator}" if own.unit != "money" else "{numerator:money}"
    return Form(
        over=relation,
        only=only,
        needs=tuple(sorted(needs)),
        numerator=numerator,
        denominator=denominator,
        n=_n(denominator or numerator),
        interval=interval,
        bounds=bounds,
        base=fact.label.split(",")[0],
        words=f"{what} / {{denominator}} of {fact.label.split(',')[0]}"
        if denominator
        else f"added up over {{n}} {fact.label.split(',')[0]}",
    )


def _only(measure: Measure, condition: str) -> Measure:
    each = f"CASE WHEN {condition} THEN {measure.each} ELSE 0 END"
    return Measure(f"coalesce(sum({each}), 0)", each)


def _n(base: Measure) -> str:
    return f"count(*) FILTER (WHERE {base.each} <> 0)"
