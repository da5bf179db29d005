"""The accounts that a survey may hear: each customer active at the end of a range, how often it was asked in it, and
what it answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.feedback.answers import Answers, counted
from cs_metrics.analysis.feedback.heard import asked as surveys
from cs_metrics.analysis.feedback.heard import traits
from cs_metrics.analysis.feedback.heard.traits import Trait
from cs_metrics.kpis.ask import settle
from cs_metrics.kpis.base import Base
from cs_metrics.kpis.model import Relation
from cs_metrics.kpis.relations.states import CLOSING
from cs_metrics.kpis.slice import Slice
from cs_metrics.kpis.where import kept
from cs_metrics.sql import literal

ACTIVE, LISTED, SEEN = "active", "listed", "seen"
"""What the accounts are: customers active at the end of the range; where no table says when customers are active, all
in the customers table; where there is none, those that the surveys (or tickets) name."""
STATES = ("heard", "asked", "not_asked", "silent")
"""heard: it answered in the range; asked: it was asked, and did not; not_asked: it was not even asked; silent: it did
not answer, where nobody knows who was asked."""
_KNOWN = Relation(
    name="accounts",
    grain="an account",
    source="",
    on="TRUE",
    columns=("TRUE AS active_end", "CAST(0 AS DOUBLE) AS mrr_end"),
    moment="p.anchor",
)


@dataclass
class Accounts:
    """The accounts, ready to be read in SQL: `run("SELECT ... FROM {accounts}")`.

    An account's columns: customer_id, mrr (at the end of the range), since (its first activity), state (see `STATES`),
    answers, respondents (in the range), answered_last, surveys (asked in the range), asked_last, t1, t2 ... (the
    `traits`), and with rows `_source`, `_row`, `_rows`. {answers} are the survey's answers in the range, also of those
    who are no account of these. `why`: why it is not known who was asked, '' where it is.
    """

    answers: Answers
    kind: str
    money: bool
    why: str
    traits: list[Trait]
    unit: str

    def run(self, con: duckdb.DuckDBPyConnection, select: str, *ctes: str) -> pd.DataFrame:
        """Return the rows of a SELECT; a missing value of a trait is None."""
        frame = self.answers.run(con, select.replace("{accounts}", "accounts"), *ctes)
        for name in set(self.columns) & set(frame.columns):
            frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
        return frame

    @property
    def columns(self) -> list[str]:
        return [f"t{i}" for i in range(1, len(self.traits) + 1)]

    def in_order(self, trait: Trait, values: Sequence[Any]) -> list[Any]:
        """Return a trait's values, bands in their order, others as they come; the missing one last."""
        order = {value: place for place, value in enumerate(trait.order)}
        return sorted(values, key=lambda v: (v is None, order.get(v, len(order))))


def accounts(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    survey: str = "nps",
    by: Sequence[str] = (),
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
    rows: bool = False,
) -> Accounts:
    """Return the accounts with what they answered to the survey, told apart by the traits `by` as they stand at the
    end of the range. A filter of customers holds at that end too; one of the survey's rows for what was sent and
    answered. `rows`: with the rows of the files that make an account one.

    Raises QueryError for what does not exist, NotComputableError without the survey's columns.
    """
    asked = settle(con, Slice.of(None, None, where, since, until), settings, as_of)
    available = asked.available
    relation, only = surveys.sent(available, survey)
    own = kept(asked.slice.where, lambda n: available.attribute(n).table == relation.table)
    answers = counted(con, settings, as_of, survey=survey, where=own, since=since, until=until)
    lives = traits.lives(available)
    kind = ACTIVE if lives else LISTED if "customers" in available.loaded else SEEN
    traits.check(available, by)
    why = surveys.unknown(con, available, survey)

    names = tuple(n for n in by if not traits.built_in(available, n))
    question = replace(answers.question, by=names, where=asked.slice.where, rows=rows)
    placed = Base(question, CLOSING if lives else replace(_KNOWN, source=_listed(kind, relation.table)), "TRUE", "at_")
    answers.writer.ctes += placed.ctes
    told = placed.name
    answers.writer.ctes.append(
        "lives AS (\n  SELECT customer_id, min(begins) AS since FROM fact_active WHERE active AND ends > begins GROUP "
        "BY customer_id),\nanswered AS (\n  SELECT customer_id, count(*) AS answers, count(DISTINCT respondent) AS "
        "respondents, max(answered_at) AS answered_last FROM counted WHERE customer_id IS NOT NULL "
        "GROUP BY customer_id)"
    )
    q = "CAST(NULL AS BIGINT) AS surveys, CAST(NULL AS TIMESTAMP) AS asked_last"
    source = f"(SELECT customer_id, {q} FROM answered)"
    if not why:
        lines = Base(replace(answers.question, by=(), rows=False), relation, only, "sent_")
        answers.writer.ctes += lines.ctes
        moment = relation.moment.removeprefix("f.")
        source = (
            f"(SELECT customer_id, count(*) AS surveys, max({moment}) AS asked_last FROM {lines.name} "
            "WHERE pno >= 0 AND customer_id IS NOT NULL GROUP BY customer_id)"
        )

    def read(select: str) -> Sequence[Any]:
        text = answers.sql(f"SELECT {select} FROM {told} AS a WHERE a.pno >= 0 AND a.active_end")
        return con.execute(text, answers.question.params.used(text)).fetchall()[0]

    made = traits.make(available, by, literal(asked.whole.end), read)
    chosen = "".join(f", {trait.sql} AS t{i}" for i, trait in enumerate(made, start=1))
    silent = "'silent'" if why else "CASE WHEN q.surveys IS NOT NULL THEN 'asked' ELSE 'not_asked' END"
    lineage = ", a._source, a._row" + (", a._rows" if lives else "") if rows else ""
    answers.writer.ctes.append(
        f"accounts AS (\n  SELECT a.customer_id, CAST(a.mrr_end AS DOUBLE) AS mrr, l.since,\n"
        f"         CASE WHEN n.answers IS NOT NULL THEN 'heard' ELSE {silent} END AS state,\n"
        f"         coalesce(n.answers, 0) AS answers, coalesce(n.respondents, 0) AS respondents, n.answered_last,\n"
        f"         coalesce(q.surveys, 0) AS surveys, q.asked_last{chosen}{lineage}\n  FROM {told} AS a\n"
        f"  LEFT JOIN lives AS l ON l.customer_id = a.customer_id\n"
        f"  LEFT JOIN answered AS n ON n.customer_id = a.customer_id\n"
        f"  LEFT JOIN {source} AS q ON q.customer_id = a.customer_id\n  WHERE a.pno >= 0 AND a.active_end)"
    )
    return Accounts(answers, kind, traits.money(available), why, made, answers.relation.unit)


def _listed(kind: str, table: str) -> str:
    """Return the source of accounts where nothing says when they are active."""
    if kind == LISTED:
        return "(SELECT customer_id, _source, _row, _id FROM dim_customer_rows)"
    fact = "fact_ticket" if table == "tickets" else "(SELECT * FROM fact_response WHERE counts)"
    return (
        f"(SELECT customer_id, max(_source) AS _source, max_by(_row, _source) AS _row, max_by(_id, _source) AS _id "
        f"FROM {fact} WHERE customer_id IS NOT NULL GROUP BY customer_id)"
    )
