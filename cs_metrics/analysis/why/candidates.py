"""Which attributes may explain a change: those that tell a KPI's customers or rows apart, and not by how it ended."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from cs_metrics.analysis.why import search
from cs_metrics.analysis.why.split import SIDES
from cs_metrics.analysis.why.units import UNIT
from cs_metrics.errors import QueryError
from cs_metrics.kpis.ask import Asked
from cs_metrics.kpis.available import Attribute
from cs_metrics.kpis.listing import FEW
from cs_metrics.kpis.model import Form, Relation
from cs_metrics.schema import TABLES, Type

AFTERWARDS = re.compile(
    r"churn|cancel|status|stage|\bleft|lost|reason|expire|closed|resolved|converted|outcome|score|health|risk|refund|"
    r"reopened|satisfaction|sentiment|attended|answered|_id$",
    re.IGNORECASE,
)
"""An attribute of such a name tells how things ended, or is a key: it would explain a change by itself."""
SAME = 0.05
"""An attribute that leaves less than this of the outcomes' spread within its segments is the outcome under another
name."""
NEAR = 1.0
"""Scores that lie no farther apart are as good as each other."""
INSIDE = 0.98
SHARED = 0.05
"""Where both sides have less than this of their base in the same segments, the attribute is what tells them apart."""


def of(asked: Asked, form: Form, among: Sequence[str] | None) -> list[str]:
    """Return the names of the attributes to look at, the customers' own first."""
    known = asked.available.attributes.values()
    chosen = [a for a in known if (among is None or a.name in among) and _fits(a) and splits(asked, form, a.name)]
    return [a.name for a in sorted(chosen, key=lambda a: not a.of_customer)]


def _fits(attribute: Attribute) -> bool:
    few = attribute.distinct <= FEW and attribute.distinct + (attribute.nulls > 0) > 1
    if not few or AFTERWARDS.search(attribute.column) or attribute.type in ("DATE", "TIMESTAMP"):
        return False
    measures = (Type.NUMBER, Type.MONEY)
    table = TABLES.get(attribute.table)
    return not (table and any(c.name == attribute.column and c.type in measures for c in table.columns))


def splits(asked: Asked, form: Form, name: str) -> bool:
    """Return whether the KPI's parts by an attribute add up to it: a row of the whole stands in one segment."""
    question = asked.question((name,))
    of_customer = asked.available.attribute(name).of_customer

    def fits(relation: Relation) -> bool:
        whole_rows = not (relation.keys or relation.last or relation.splits)
        return question.knows(name, relation) and (of_customer or whole_rows)

    return all(fits(relation) for relation in form.relations)


def check(asked: Asked, form: Form, by: Sequence[str], kpi: str) -> None:
    """Raise QueryError for an attribute by which the KPI's parts would not add up."""
    for name in by:
        if not splits(asked, form, name):
            raise QueryError(
                f"A customer can be in several segments of '{name}' at once in {kpi}, so its parts would not add up to "
                "the change: split it by an attribute of the customer."
            )


def ranked(both: pd.DataFrame, names: Sequence[str], quotient: bool, deals: int) -> pd.DataFrame:
    """Return what `search` found of each attribute, with `named` (it explains more than chance would) and a `note`.

    `both`: customer_id, 1, 2 ... (the attributes), n_then, d_then, n_now, d_now.
    """
    frames = {}
    for number, name in enumerate(names, start=1):
        key = str(number)
        summed = both.groupby([UNIT, key], dropna=False, sort=False)[list(SIDES)].sum().reset_index()
        summed = summed.rename(columns={key: "segment"})
        few = summed["segment"].nunique(dropna=False) <= max(2, len(summed) / 2)
        if few and not (quotient and (_is_outcome(summed) or _is_division(summed))):
            frames[name] = summed
    found = search.search(frames, quotient, deals)
    if found.empty:
        return search.none()
    found["named"] = found["p"] <= search.LEVEL
    found["note"] = _notes(found, both, list(names))
    return found


def _is_outcome(frame: pd.DataFrame) -> bool:
    """Return whether the segments differ in nothing but how it ended."""
    within = whole = 0.0
    for n, d in (("n_then", "d_then"), ("n_now", "d_now")):
        sums = frame.groupby("segment", dropna=False)[[n, d]].transform("sum")
        own = np.divide(sums[n], sums[d], out=np.zeros(len(sums)), where=sums[d].to_numpy() != 0)
        common = frame[n].sum() / frame[d].sum()
        within += float(((frame[n] - own * frame[d]) ** 2).sum())
        whole += float(((frame[n] - common * frame[d]) ** 2).sum())
    return whole > 0 and within < SAME * whole


def _is_division(frame: pd.DataFrame) -> bool:
    """Return whether hardly any segment is in the base of both sides: it restates which sides were compared."""
    shares = frame.groupby("segment", dropna=False)[["d_then", "d_now"]].sum()
    return bool((shares / shares.sum()).min(axis=1).sum() < SHARED)


def _notes(found: pd.DataFrame, both: pd.DataFrame, names: list[str]) -> list[str]:
    """Return of each attribute that is named, how it stands to the first: the same groups, within it, around it."""
    best = found.iloc[0]
    notes = []
    for place, row in enumerate(found.to_dict("records")):
        if not row["named"] or place == 0:
            notes.append("")
            continue
        own, first = (both[str(names.index(name) + 1)] for name in (row["attribute"], best["attribute"]))
        finer, coarser = _inside(own, first), _inside(first, own)
        near = "explains about as much" if best["score"] - row["score"] <= NEAR else "explains less"
        if finer and coarser:
            notes.append(f"the same groups as {best['attribute']}")
        elif finer or coarser:
            notes.append(f"{'lies within' if finer else 'contains'} {best['attribute']}; {near}")
        else:
            notes.append(f"{near}; its groups and those of {best['attribute']} may overlap")
    return notes


def _inside(finer: pd.Series, coarser: pd.Series) -> bool:
    """Return whether nearly every row's value of one attribute follows from its value of the other."""
    counts = pd.crosstab(finer.map(repr), coarser.map(repr))
    return bool(counts.max(axis=1).sum() >= INSIDE * counts.to_numpy().sum())
