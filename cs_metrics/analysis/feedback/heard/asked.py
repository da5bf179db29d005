"""Who was asked: the surveys sent, their response rate as a KPI of one survey, and whether it can be known at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.feedback.answers import SURVEYS
from cs_metrics.errors import NotComputableError, QueryError, did_you_mean
from cs_metrics.kpis.ask import find, form_of, settle
from cs_metrics.kpis.available import Available
from cs_metrics.kpis.model import KPI, Form, Interval, Relation, count
from cs_metrics.kpis.relations.service import TICKETS_CREATED
from cs_metrics.kpis.relations.voice import SENT
from cs_metrics.kpis.rows import rows
from cs_metrics.kpis.run import compute
from cs_metrics.kpis.slice import Slice
from cs_metrics.kpis.text import sql

RATE = "survey_response_rate"
_ONLY = {
    "post_activation": "f.survey IN ('csat', 'nps', 'ces', 'post_activation') AND f.sent_at >= f.activated_at "
    "AND f.activated_at < :as_of",
}
"""Which surveys sent could become answers of the KPI, where that is not those of one name."""
_RATED = "satisfaction BETWEEN 1 AND 5"
UNDATED = (
    "These files hold answers alone: nothing says when a survey was sent, so how many were asked, and the response "
    "rate, cannot be known."
)
ANSWERED = (
    "Every survey in these files has an answer: they hold answers alone, so how many were asked, and the response "
    "rate, cannot be known."
)


def of_tickets(available: Available, survey: str) -> bool:
    """Whether the ratings of tickets stand for the survey. Raises QueryError for an unknown survey, NotComputableError
    where its columns are missing."""
    if survey not in SURVEYS:
        raise QueryError(f"There is no survey '{survey}'. {did_you_mean(survey, SURVEYS)}")
    form = form_of(find(SURVEYS[survey]), available)
    return form.over is not None and form.over.table == "tickets"


def sent(available: Available, survey: str) -> tuple[Relation, str]:
    """Return the relation of what asks for an answer (a survey sent, a ticket that can be rated) and its `only`."""
    if of_tickets(available, survey):
        return TICKETS_CREATED, "TRUE"
    return SENT, _ONLY.get(survey, f"f.survey = '{survey}'")


def unknown(con: duckdb.DuckDBPyConnection, available: Available, survey: str) -> str:
    """Return why it cannot be known who was asked, '' where it can.

    A file of answers alone would show that everybody answers. Tickets that nobody rated are in their file too."""
    if of_tickets(available, survey):
        return ""
    if "survey_responses.sent_at" not in available.mapped:
        return UNDATED
    only = _ONLY.get(survey, f"f.survey = '{survey}'").replace("AND f.activated_at < :as_of", "")
    dated, open_ = con.execute(
        f"SELECT count(*), count(*) FILTER (WHERE NOT f.answered) FROM fact_response AS f "
        f"WHERE f.counts AND f.sent_at IS NOT NULL AND {only}"
    ).fetchall()[0]
    return UNDATED if not dated else ANSWERED if not open_ else ""


def rate(con: duckdb.DuckDBPyConnection, available: Available, survey: str) -> KPI:
    """Return the response rate of one survey as a KPI; of ticket ratings, the share of tickets that were rated.

    Raises NotComputableError where it cannot be known."""
    why = unknown(con, available, survey)
    if why:
        raise NotComputableError(why, ["survey_responses.sent_at"] if why == UNDATED else [])
    kpi = find(RATE)
    relation, only = sent(available, survey)
    form = replace(kpi.forms[0], only=only)
    if relation is TICKETS_CREATED:
        form = Form(
            over=relation,
            needs=("tickets.created_at", "tickets.satisfaction"),
            numerator=count(_RATED),
            denominator=count(),
            interval=Interval.CLUSTER,
            bounds=(0.0, 1.0),
            base="tickets",
            words="{numerator:ticket} rated / {denominator:ticket}",
            note="The share of tickets that were rated: whether each was asked for a rating is not in the data.",
        )
    return replace(kpi, id=f"{survey}_response_rate", forms=(form,), follow=kpi.follow if relation is SENT else "")


def response_rate(
    con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: Any, *, survey: str = "nps", **asked: Any
) -> pd.DataFrame:
    """The response rate of one survey: period, <by>, value, numerator, denominator, n, low, high, complete, note.

    Of the surveys sent in the period the share answered by now (KPI survey_response_rate); not complete until
    `response_days` after it. Of `asked`: grain, by (as it was at the sending), where, since, until. Raises
    NotComputableError where it cannot be known, QueryError.
    """
    slice_ = Slice.of(**asked)
    kpi = rate(con, settle(con, slice_, settings, as_of).available, survey)
    frame = compute(con, [kpi.id], slice_, settings, as_of, own={kpi.id: kpi})
    return frame.drop(columns=["kpi", "item"])


def response_rows(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    survey: str = "nps",
    part: str = "denominator",
    period: Any = None,
    **asked: Any,
) -> pd.DataFrame:
    """The surveys behind `response_rate`: those sent ("denominator"), or those of them answered ("numerator"), each
    with its file and row; see `kpis.rows.rows`."""
    slice_ = Slice.of(**asked)
    kpi = rate(con, settle(con, slice_, settings, as_of).available, survey)
    return rows(con, kpi.id, period, slice_, settings, as_of, part=part, own={kpi.id: kpi})


def response_sql(
    con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: Any, *, survey: str = "nps", **asked: Any
) -> str:
    """The SQL behind `response_rate` (same arguments), runnable as it stands on the version's file."""
    slice_ = Slice.of(**asked)
    kpi = rate(con, settle(con, slice_, settings, as_of).available, survey)
    return sql(con, kpi.id, slice_, settings, as_of, own={kpi.id: kpi})
