"""What can be asked of a version: which KPIs are computable, and which attributes can filter and break down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import duckdb
import pandas as pd
from rapidfuzz import fuzz

from cs_metrics.kpis import coverage
from cs_metrics.kpis.ask import choose
from cs_metrics.kpis.attributes import join
from cs_metrics.kpis.available import Attribute, available, meta_settings
from cs_metrics.kpis.catalogue import CATALOGUE
from cs_metrics.kpis.model import KPI
from cs_metrics.kpis.where import Where, compile_where, names
from cs_metrics.settings import resolve
from cs_metrics.sql import Params, quote

PLACES = ("area", "stage", "leading", "cadence", "audience", "unit", "better")
NEAR = 85
"""From this likeness on (of 100) a name is taken for another with a slip of the pen."""
FEW = 50
"""An attribute with at most so many values can be a breakdown."""


def computable(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any] | None = None,
    own: Mapping[str, KPI] | None = None,
) -> pd.DataFrame:
    """Return id, name, category, computable, needs (a list of the 'table.column' that are missing, and of the
    'settings.name' that are to be chosen), for every KPI, and words: how its formula reads with the numbers put in
    (`Form.words`) and base: what it is counted over, both empty where it is not computable; also (its other names),
    area, stage, leading, cadence, audience, unit, better. `own`: the workspace's own KPIs, by their ids.

    Told from which columns have data, not by trying. `settings` default to those of the version.
    """
    known = available(con).choosing(resolve(meta_settings(con) if settings is None else settings))
    rows = []
    for kpi in [*CATALOGUE.values(), *(own or {}).values()]:
        form, lacks = choose(kpi, known)
        told = {name: getattr(kpi, name) for name in ("id", "name", "category")}
        found = {"computable": form is not None, "needs": lacks, "words": form.words if form else ""}
        found["base"] = form.base if form else ""
        rows.append({**told, **found, "also": list(kpi.also), **{name: getattr(kpi, name) for name in PLACES}})
    return pd.DataFrame(rows)


def search(text: str, kpis: Iterable[KPI]) -> list[str]:
    """Return the ids of the KPIs that a text names, the nearest first: by any name, also with a slip of the pen."""
    wanted = text.strip().casefold()
    scored = []
    for kpi in kpis:
        names = [name.casefold() for name in (kpi.name, kpi.id, kpi.id.replace("_", " "), *kpi.also)]
        inside = max((fuzz.ratio(wanted, name) + 100 for name in names if wanted in name), default=0)
        near = max(fuzz.partial_ratio(wanted, name) for name in names) if len(wanted) > 3 else 0
        if inside or near >= NEAR:
            scored.append((-(inside or near), kpi.id))
    exact = [found for found in scored if found[0] <= -100]
    return [kpi_id for _, kpi_id in sorted(exact or scored)]


def dimensions(con: duckdb.DuckDBPyConnection, values: int = FEW) -> pd.DataFrame:
    """Return the attributes that have data: name, table, type, history, distinct, nulls, values, breakdown.

    `name` is what a filter or a breakdown writes: bare for a customer's attribute, 'table.column' for a row's.
    `values` lists the values of an attribute that has at most so many (most frequent first), else it is empty;
    `breakdown` is true for these. `history`: earlier values are known.
    """
    known = available(con)
    rows = []
    for a in known.attributes.values():
        few = a.name != "customer_id" and 0 < a.distinct <= values
        rows.append((a.name, a.table, a.type, a.history, a.distinct, a.nulls, _values(con, a) if few else [], few))
    columns = ["name", "table", "type", "history", "distinct", "nulls", "values", "breakdown"]
    return pd.DataFrame(rows, columns=columns)


def _values(con: duckdb.DuckDBPyConnection, attribute: Attribute) -> list[object]:
    source = "dim_customers" if attribute.of_customer else attribute.table
    column = quote(attribute.column)
    rows = con.execute(
        f"SELECT {column} FROM {quote(source)} WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1"
    ).fetchall()
    found = [r[0] for r in rows]
    if attribute.history:
        told = con.execute("SELECT DISTINCT value FROM dim_spans WHERE attribute = $1", [attribute.column]).fetchall()
        found += sorted({r[0] for r in told if r[0] is not None} - {str(v) for v in found})
    return found


def size(con: duckdb.DuckDBPyConnection, where: Where, among: Where | None, as_of: datetime) -> dict[str, int] | None:
    """Return how many customers fit `where` just before `as_of` ('inside'), and how many do not ('outside'), of those
    that fit `among`; None where a filter is about rows rather than customers."""
    known = available(con)
    asked = sorted(names(where) | names(among))
    if not all(known.attribute(name).of_customer for name in asked):
        return None
    params = Params()
    joined = join(known, asked, moment=params.add(as_of), just_before=True)
    inside, of_all = (compile_where(condition, joined, params) for condition in (where, among))
    text = (
        f"SELECT count(*) FILTER (WHERE {inside}), count(*) FILTER (WHERE NOT ({inside})) "
        f"FROM dim_customers AS f {joined.sql} WHERE {of_all}"
    )
    fit, rest = con.execute(text, params.used(text)).fetchall()[0]
    return {"inside": int(fit), "outside": int(rest)}


def unlocks(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any] | None = None,
    own: Mapping[str, KPI] | None = None,
) -> dict[str, int]:
    """Return what would make KPIs computable if it alone were added to the version, and how many; the most first (see
    coverage.py). `own`: the workspace's own KPIs, by their ids."""
    known = available(con).choosing(resolve(meta_settings(con) if settings is None else settings))
    return coverage.unlocks(known, [*CATALOGUE.values(), *(own or {}).values()])
