"""Which segments move a survey's score: every segment of every attribute of few values, ranked by its part in it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from cs_metrics.analysis.feedback.answers import Answers, counted
from cs_metrics.analysis.feedback.drivers.sums import score, sums_sql
from cs_metrics.errors import QueryError
from cs_metrics.kpis.available import Attribute, Available
from cs_metrics.kpis.listing import FEW
from cs_metrics.schema import TABLES, Type
from cs_metrics.sql import inline

COLUMNS = ("attribute", "segment", "n", "share", "value", "low", "high", "without", "effect", "today")


def breakdown(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    survey: str = "nps",
    by: Sequence[str] | None = None,
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
    among: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Return every segment of the attributes `by` (None: all of few values, of `among`), the largest effect first:
    attribute, segment (null: of no value), n, share (of all answers), value, low, high, without (the score of all
    others), effect, today (the attribute has no history: its value of today stands for that of then).

    `effect` is what the segment adds to the score of all: n_segment / n * (value - score of all). Those of one
    attribute sum to 0, to the last digit: the score is what its segments make it. An answer stands in one segment, that
    of the moment when it was given. Raises QueryError, NotComputableError.
    """
    answers = _asked(con, settings, as_of, survey, by, where, since, until, among)
    names = answers.question.by
    if not names:
        return pd.DataFrame(columns=list(COLUMNS))
    sums = answers.run(con, _select(answers), _given(answers))
    known = answers.asked.available
    frames = []
    for place, name in enumerate(names):
        own = sums[sums["driver"] == place].sort_values("segment", ignore_index=True)
        if len(own) > 1 or (by is not None and len(own)):
            frames.append(_segments(own, answers, known.attribute(name)))
    if not frames:
        return pd.DataFrame(columns=list(COLUMNS))
    found = pd.concat(frames, ignore_index=True)
    # effects that are equal but for their last digits stand in one order whatever rounding made of them
    sizes = -found["effect"].abs().round(9)
    order = np.lexsort((found["segment"].map(str), found["attribute"], -found["n"], sizes))
    return found.iloc[order].reset_index(drop=True)


def breakdown_sql(con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: Any, **asked: Any) -> str:
    """Return the SQL behind `breakdown`, runnable as it stands: the sums of every segment, cluster by cluster."""
    given = {"survey": "nps", "by": None, "where": None, "since": None, "until": None, "among": None, **asked}
    answers = _asked(con, settings, as_of, **given)
    if not answers.question.by:
        raise QueryError("The data have no attribute with few enough values to split the score by.")
    text = answers.sql(_select(answers), _given(answers))
    return inline(text, answers.question.params.used(text))


def attributes(known: Available, among: Iterable[str] | None, table: str) -> list[str]:
    """Return the names of the attributes that answers of `table` can be split by: the customer's own first; of few
    values, and neither a measure of the data model (a score, an amount) nor a date."""
    allowed = None if among is None else set(among)
    chosen = [a for a in known.attributes.values() if (allowed is None or a.name in allowed) and _splits(a, table)]
    return [a.name for a in sorted(chosen, key=lambda a: not a.of_customer)]


def _splits(a: Attribute, table: str) -> bool:
    is_key = a.name == "customer_id" or (not a.of_customer and a.column.endswith("_id"))
    if a.table not in ("customers", table) or a.type in ("DATE", "TIMESTAMP") or is_key:
        return False
    measures = {c.name for c in TABLES[a.table].columns if c.type in (Type.NUMBER, Type.MONEY)}
    return 0 < a.distinct <= FEW and a.distinct + (a.nulls > 0) > 1 and a.column not in measures


def _asked(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    survey: str,
    by: Sequence[str] | None,
    where: Mapping[str, Any] | None,
    since: Any,
    until: Any,
    among: Iterable[str] | None,
) -> Answers:
    asked = {"survey": survey, "where": where, "since": since, "until": until, "pinned": True}
    if by is not None:
        return counted(con, settings, as_of, by=by, **asked)
    plain = counted(con, settings, as_of, **asked)
    names = attributes(plain.asked.available, among, plain.relation.table)
    return counted(con, settings, as_of, by=names, **asked)


def _given(answers: Answers) -> str:
    unit = answers.form.unit or answers.relation.unit
    columns = "".join(f", {b}" for b in answers.writer.breakdown)
    return f"given AS MATERIALIZED (\n  SELECT hash({unit}) AS unit, worth{columns} FROM {{answers}} WHERE pno = 0)"


def _select(answers: Answers) -> str:
    return sums_sql("given", answers.writer.breakdown, "unit", nulls=True)


def _segments(sums: pd.DataFrame, answers: Answers, attribute: Attribute) -> pd.DataFrame:
    n, t = sums["n"].to_numpy(dtype="float64"), sums["t"].to_numpy(dtype="float64")
    whole, total = n.sum(), t.sum()
    value, low, high = score(answers.form, sums)
    effect = (t - n * (total / whole)) / whole
    # what rounding leaves is put where digits are finest, so that the parts sum to nothing exactly
    finest = np.abs(effect).argmin()
    for _ in range(9):
        effect[finest] -= math.fsum(effect)
    without = np.divide(total - t, whole - n, out=np.full(len(n), np.nan), where=whole > n)
    today = attribute.of_customer and not attribute.history
    segment = pd.Series([_typed(one, attribute) for one in sums["segment"]], dtype=object)
    values = (attribute.name, segment, n.astype("int64"), n / whole, value, low, high, without, effect, today)
    return pd.DataFrame(dict(zip(COLUMNS, values, strict=True)))


def _typed(text: Any, attribute: Attribute) -> Any:
    """Return a segment's value as a filter takes it."""
    if text is None or text != text:
        return None
    if attribute.type == "BOOLEAN":
        return text == "true"
    if attribute.type in ("DOUBLE", "BIGINT") or attribute.type.startswith("DECIMAL"):
        number = float(text)
        return int(number) if number.is_integer() else number
    return text
