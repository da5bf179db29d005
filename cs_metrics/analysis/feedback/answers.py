"""The answers that a survey's KPI counts, each with its category: what every analysis of feedback reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.errors import QueryError, did_you_mean
from cs_metrics.kpis.ask import Asked, check_names, find, form_of, settle
from cs_metrics.kpis.base import Question
from cs_metrics.kpis.compile import Writer
from cs_metrics.kpis.model import Form, Relation
from cs_metrics.kpis.slice import Slice
from cs_metrics.sql import Params

SURVEYS = {
    "nps": "net_promoter_score",
    "csat": "customer_satisfaction_score",
    "ces": "customer_effort_score",
    "onboarding": "onboarding_satisfaction_score",
    "post_activation": "customer_feedback_score_post_activation",
}
CATEGORIES = {
    "nps": ("promoter", "passive", "detractor"),
    "csat": ("satisfied", "other"),
    "ces": ("easy", "other"),
    "onboarding": ("upper half", "lower half"),
    "post_activation": ("upper half", "lower half"),
}
"""What an answer to a survey counts as, the best first."""
# {worth} is what an answer adds to the KPI's numerator
_CATEGORY = {
    "nps": "CASE WHEN {worth} > 0 THEN 'promoter' WHEN {worth} < 0 THEN 'detractor' ELSE 'passive' END",
    "csat": "CASE WHEN {worth} > 0 THEN 'satisfied' ELSE 'other' END",
    "ces": "CASE WHEN ({worth}) > (common_min + common_max) / 2 THEN 'easy' ELSE 'other' END",
    "onboarding": "CASE WHEN ({worth}) >= 50 THEN 'upper half' ELSE 'lower half' END",
    "post_activation": "CASE WHEN ({worth}) >= 50 THEN 'upper half' ELSE 'lower half' END",
}


@dataclass
class Answers:
    """The counted answers of one survey, ready to be read in SQL.

    `run("SELECT ... FROM {answers} ...")` reads them. An answer's columns: pno (the period's number: 0 the whole
    range, the grain's begin at 1), customer_id, respondent (the user, else the account), cluster (the account, else
    the user), score, scale_min, scale_max, answered_at, worth (what it adds to the KPI's numerator: NPS -100, 0 or 100;
    CSAT 0 or 1; CES, onboarding and post-activation a score), category (see `CATEGORIES`), b1, b2 ... (the breakdown,
    as it was at the answer) and _source, _row, _id.
    """

    asked: Asked
    question: Question
    form: Form
    relation: Relation
    writer: Writer
    name: str = "counted"

    def run(self, con: duckdb.DuckDBPyConnection, select: str, *ctes: str) -> pd.DataFrame:
        """Return the rows of a SELECT in which `{answers}` stands for the answers; `ctes` ('name AS (...)', they may
        name `{answers}` too) stand before it. Columns b1, b2 ... come under the attributes' names."""
        text = self.sql(select, *ctes)
        frame = con.execute(text, self.question.params.used(text)).df()
        frame = frame.rename(columns={f"b{i}": name for i, name in enumerate(self.question.by, start=1)})
        for name in set(self.question.by) & set(frame.columns):
            frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
        return frame

    def sql(self, select: str, *ctes: str) -> str:
        """Return the statement that `run` runs, its values as placeholders."""
        added = [cte.replace("{answers}", self.name) for cte in ctes]
        return "WITH " + ",\n".join([*self.writer.ctes, *added]) + "\n" + select.replace("{answers}", self.name)


def counted(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    survey: str = "nps",
    grain: str | None = None,
    by: str | Sequence[str] | None = None,
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
    params: Params | None = None,
    pinned: bool = False,
) -> Answers:
    """Return the answers of a survey that its KPI counts, by the workspace's settings (a respondent's last answer, the
    last of each campaign, or all). Without a survey of satisfaction the ratings of tickets stand for it. `params`:
    those of other answers, in whose statement these stand as `name AS (<their sql>)`.

    Raises QueryError for an unknown survey or attribute, NotComputableError where its columns are missing.
    """
    if survey not in SURVEYS:
        raise QueryError(f"There is no survey '{survey}'. {did_you_mean(survey, SURVEYS)}")
    asked = settle(con, Slice.of(grain, by, where, since, until), settings, as_of)
    form = form_of(find(SURVEYS[survey]), asked.available)
    check_names(asked, [form])
    assert form.over is not None
    assert form.numerator is not None
    # rows=True brings along the file and row of each answer
    question = asked.question(asked.slice.by, rows=True)
    question.pinned = pinned
    if params is not None:
        question.params = params
    writer = Writer(question)
    base = writer.base(form.over, form.only)
    worth = question.fill(form.numerator.each, form.over)
    category = question.fill(_CATEGORY[survey].format(worth=form.numerator.each), form.over)
    breakdown = "".join(f", {column}" for column in writer.breakdown)
    of_tickets = form.over.table == "tickets"
    answered = "created_at" if of_tickets else "responded_at"
    respondent = "cluster" if of_tickets else "respondent"
    writer.ctes.append(
        f"counted AS (\n  SELECT pno, customer_id, {respondent} AS respondent, cluster, score, scale_min, scale_max, "
        f"{answered} AS answered_at, {worth} AS worth, {category} AS category{breakdown}, _source, _row, _id\n"
        f"  FROM {base.name})"
    )
    return Answers(asked, question, form, form.over, writer)
