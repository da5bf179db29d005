"""What is said beside a value: why there is none, what was left out, which filter does not apply, what is stale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from cs_metrics.kpis.ask import Asked
from cs_metrics.kpis.base import Base
from cs_metrics.kpis.model import KPI, Form, Relation
from cs_metrics.kpis.relations.names import ACTIVITY

# the tables whose rows may have no customer
GUESTS = frozenset(
    {
        "orders",
        "events",
        "survey_responses",
        "tickets",
        "costs",
        "leads",
        "opportunities",
        "mentions",
        "community_members",
        "users",
    }
)


def reach(asked: Asked, form: Form) -> datetime:
    """Return where the data of a form end: the as-of instant, or earlier where one of its tables is stale."""
    question = asked.question(())
    return min(question.reach(relation) for relation in form.relations)


def without_customer(
    con: duckdb.DuckDBPyConnection, asked: Asked, group: Sequence[tuple[KPI, Form]]
) -> dict[str, dict[int, tuple[int, float | None]]]:
    """Return, for each relation, how many rows without a customer a customer filter leaves out, and their amount.

    By the period's number. Empty where no filter is about customers.
    """
    found: dict[str, dict[int, tuple[int, float | None]]] = {}
    parts = [(r, form.only) for _, form in group for r in form.relations if not form.parts]
    parts += [(p.over, p.only) for _, form in group for p in form.parts.values()]
    for relation, only in dict.fromkeys(parts):
        customers, own, _ = asked.question(()).entries(relation)
        if not customers or relation.late or relation.before or not GUESTS & set(relation.tables):
            continue
        plain = asked.question((), own)
        condition = f"({only}) AND f.customer_id IS NULL"
        base = Base(plain, relation, condition, "")
        columns = _columns(relation)
        # all orders without a customer stand in one row: that of no customer
        counted = next((name for name in ("orders", "users") if name in columns), "")
        count = f"CAST(sum({counted}) AS BIGINT)" if counted else "count(*)"
        amount = "CAST(sum(amount) AS DOUBLE)" if "amount" in columns else "NULL"
        text = f"WITH {', '.join(base.ctes)} SELECT pno, {count}, {amount} FROM {base.name} GROUP BY pno"
        rows = con.execute(text, plain.params.used(text)).fetchall()
        if rows:
            found[relation.name] = {int(p): (int(n), a) for p, n, a in rows}
    return found


def _has_common_costs(asked: Asked, form: Form) -> bool:
    """Return whether the form reads costs of which some are nobody's own."""
    named = asked.available.mapped.get("costs.customer_id")
    return any("costs" in r.tables for r in form.relations) and (named is None or named.nulls > 0)


def _columns(relation: Relation) -> list[str]:
    return [c.rsplit(" AS ", 1)[-1].removeprefix("f.") for c in (relation.totals or relation.columns)]


def of_cells(
    asked: Asked,
    form: Form,
    block: Mapping[str, NDArray[Any]],
    outs: Sequence[tuple[NDArray[Any], NDArray[Any]]],
    without: Mapping[str, Mapping[int, tuple[int, float | None]]],
) -> NDArray[Any]:
    """Return the note of each cell, '' where there is nothing to say.

    `outs`: what the form itself leaves out (how many, how much); `without`: what `without_customer` found.
    """
    shared = _shared(asked, form)
    end = reach(asked, form)
    result = np.full(len(block["pno"]), "", dtype=object)
    for i, number in enumerate(block["pno"]):
        said = list(shared)
        if asked.periods[number].start >= end:
            said.append(f"No data after {end:%Y-%m-%d}.")
        elif np.isnan(block["value"][i]):
            why = asked.available.info.get(form.reason) or form.empty
            said.append(why if why and block["n"][i] else f"No {form.base}.")
        if any(r.of_snapshots for r in form.relations):
            said += _taken(asked, min(end, asked.periods[number].end))
        for out, (counts, amounts) in zip(form.leaves_out, outs, strict=True):
            said += _left(counts[i], out.one, out.words, amounts[i])
        for relation in form.relations:
            count, amount = without.get(relation.name, {}).get(int(number), (0, None))
            rows = relation.noun or ("users" if relation.unit == "user_id" else relation.tables[-1].replace("_", " "))
            one, many = (f"{word} without a customer" for word in (rows.removesuffix("s"), rows))
            said += _left(count, one, many, amount)
        result[i] = " ".join(said)
    return result


def _left(count: float, one: str, many: str, amount: float | None) -> list[str]:
    if not count or np.isnan(count):
        return []
    worth = "" if amount is None or np.isnan(amount) else f" ({amount:,.2f})"
    return [f"{int(count):,} {one if count == 1 else many} left out{worth}."]


def _taken(asked: Asked, end: datetime) -> list[str]:
    """Accounts are looked at at each month's end, and where the data end."""
    begins = end.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    at_end = end in (begins, asked.available.as_of)
    return [] if at_end else [f"As seen at the last month's end before, {begins - timedelta(days=1):%Y-%m-%d}."]


def _shared(asked: Asked, form: Form) -> list[str]:
    """Return what holds for every cell: filters and breakdowns that do not apply, stale tables, missing rates."""
    question = asked.question(asked.slice.by)
    said = [form.note] if form.note else []
    question.share(form.relations)
    ignored = {name for r in form.relations for name in question.ignored(r)}
    said += [f"The filter on {name} does not apply here." for name in sorted(ignored)]
    for name in asked.slice.by:
        if not all(question.knows(name, r) for r in form.relations):
            said.append(f"Cannot be split by {name}.")
        elif _has_common_costs(asked, form):
            said.append(f"Costs without a customer belong to no {name.replace('_', ' ')}.")
    tables = sorted({t for r in form.relations for t in question.tables(r)})
    _, stale = asked.available.reach(tables, asked.as_of, asked.settings["fresh_days"])
    said += [f"Data of {t.replace('_', ' ')} end before {asked.available.table_as_of[t]:%Y-%m-%d}." for t in stale]
    info = asked.available.info
    if ACTIVITY in {t for r in form.relations for t in r.tables} and info.get("activity_source") == "churned_on":
        one, many = (f"{who} without a start, or with an end before it," for who in ("customer", "customers"))
        said += _left(int(info.get("without_start", "0")), one, many, None)
    unrated = int(info.get("without_rate", "0"))
    if unrated and any("mrr" in str(r.totals) or "amount" in str(r.columns) for r in form.relations):
        said += _left(unrated, "row in a currency without a rate", "rows in a currency without a rate", None)
    return said
