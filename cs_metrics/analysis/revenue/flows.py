"""A customer's recurring revenue between the two ends of a period: the one place that says what is a movement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cs_metrics.errors import NotComputableError, QueryError
from cs_metrics.kpis.ask import Asked
from cs_metrics.kpis.base import Question
from cs_metrics.kpis.compile import Writer
from cs_metrics.kpis.relations.states import CLOSING, OPENING
from cs_metrics.kpis.where import names

NEEDS = ("subscriptions.amount", "mrr_snapshots.mrr", "invoices.amount")
GAINS = ("new", "reactivation", "expansion")
LOSSES = ("contraction", "churn")
MOVES = (*GAINS, *LOSSES)
# what lies between the end of a period and the start of the next one in a segment, and what is too small to move
ASIDE = ("rounding", "moved_in", "moved_out")
AMOUNTS = ("start", *MOVES, "end", *ASIDE)

_CHANGE = "mrr_end - mrr_start"
# a customer whose credits outweigh what it pays is below zero: that, too, goes up and down
_GOES_ON = "mrr_start > 0 AND mrr_end > 0 OR mrr_start <= 0 AND mrr_end <= 0"
# a difference under half a cent is no movement
_WHEN = {
    "new": ("mrr_start <= 0 AND mrr_end > 0 AND NOT paid_before", _CHANGE),
    "reactivation": ("mrr_start <= 0 AND mrr_end > 0 AND paid_before", _CHANGE),
    "expansion": (f"({_GOES_ON}) AND mrr_end - mrr_start >= 0.005", _CHANGE),
    "contraction": (f"({_GOES_ON}) AND mrr_start - mrr_end >= 0.005", f"-({_CHANGE})"),
    "churn": ("mrr_start > 0 AND mrr_end <= 0", f"-({_CHANGE})"),
    "rounding": (f"({_GOES_ON}) AND abs({_CHANGE}) < 0.005", _CHANGE),
}
_SQL = {
    "start": "mrr_start",
    "end": "mrr_end",
    **{name: f"CASE WHEN {when} THEN {amount} ELSE 0 END" for name, (when, amount) in _WHEN.items()},
    "moved_in": "moved_in",
    "moved_out": "moved_out",
}
# as columns of SQL: `end` is a word of its own there
COLUMNS = {name: f"{name}_mrr" for name in AMOUNTS}


@dataclass(frozen=True)
class Flows:
    """The rows (a customer in a period and segment) as SQL: `name` is the last common table expression of `writer`.

    Its columns: pno, starts, ends, b1 ..., customer_id, stood (it is in the segment at the start; else it only moves in
    at the end), those of `COLUMNS`, and with `rows` _source, _row, _rows.
    """

    writer: Writer
    question: Question
    name: str


def flows(asked: Asked, rows: bool = False) -> Flows:
    """Return the flows that answer a question. Raises NotComputableError without recurring revenue, QueryError."""
    question = _checked(asked, rows)
    writer = Writer(question)
    opening = writer.base(OPENING, "TRUE")
    keys = ["pno", *writer.breakdown, "customer_id"]
    shared = [*keys, "starts", "ends", *(["_source", "_row", "_rows"] if rows else [])]
    told = ["mrr_start", "mrr_end", "paid_before"]
    if changing(asked):
        # who stands in another segment (or outside the filter) when the next period starts has been moved
        closing = writer.base(CLOSING, "TRUE")
        same = " AND ".join(f"o.{key} IS NOT DISTINCT FROM c.{key}" for key in keys)
        text = f"""SELECT {", ".join(f"o.{c}" for c in [*shared, *told])},
         CASE WHEN c.customer_id IS NULL THEN o.mrr_end ELSE 0 END AS moved_out, 0 AS moved_in, TRUE AS stood
  FROM {opening.name} AS o LEFT JOIN {closing.name} AS c ON {same}
  UNION ALL
  SELECT {", ".join(f"c.{c}" for c in shared)}, 0, 0, FALSE, 0, c.mrr_end, FALSE
  FROM {closing.name} AS c LEFT JOIN {opening.name} AS o ON {same} WHERE o.customer_id IS NULL"""
    else:
        text = f"SELECT {', '.join([*shared, *told])}, 0 AS moved_out, 0 AS moved_in, TRUE AS stood FROM {opening.name}"
    writer.ctes.append(f"placed_ends AS (\n  {text})")
    amounts = ", ".join(f"{sql} AS {COLUMNS[name]}" for name, sql in _SQL.items())
    writer.ctes.append(f"flows AS (\n  SELECT {', '.join(shared)}, stood, {amounts}\n  FROM placed_ends)")
    return Flows(writer, question, "flows")


def changing(asked: Asked) -> bool:
    """Return whether a customer may stand in another segment at the end of a period than at its start."""
    told = [asked.available.attribute(name) for name in {*asked.slice.by, *names(asked.slice.where)}]
    return any(a.of_customer and a.history for a in told)


def of_rows(asked: Asked) -> bool:
    """Return whether a customer is cut up by its rows: under an attribute of rows it is what its rows in it say."""
    told = [asked.available.attribute(name) for name in {*asked.slice.by, *names(asked.slice.where)}]
    return any(not a.of_customer for a in told)


def _checked(asked: Asked, rows: bool) -> Question:
    check_money(asked.available.info, "MRR movements are")
    question = asked.question(asked.slice.by, rows=rows)
    for name in question.by:
        if not question.knows(name, OPENING):
            raise QueryError(f"MRR movements cannot be split by '{name}': it belongs to other rows.")
    return question


def check_money(info: Mapping[str, Any], what: str) -> None:
    """Raise NotComputableError where a version has no recurring revenue."""
    if not info.get("money_source"):
        raise NotComputableError(f"{what} not computable: they need {', '.join(NEEDS[:-1])} or {NEEDS[-1]}.", NEEDS)
