"""Employees, prospects and whoever else is no customer: their answers and their score, apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.feedback.answers import SURVEYS
from cs_metrics.analysis.feedback.heard import asked as surveys
from cs_metrics.kpis import run
from cs_metrics.kpis.ask import find, form_of, settle
from cs_metrics.kpis.model import KPI
from cs_metrics.kpis.relations.names import within
from cs_metrics.kpis.slice import Slice

TYPE = "survey_responses.respondent_type"
_COLUMNS = ["respondent_type", "value", "low", "high", "n", "sent", "answered", "rate"]


def others(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    survey: str = "nps",
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
) -> pd.DataFrame:
    """What those answered who are no customers, by kind: respondent_type ("employee", "prospect"), value, low, high, n
    (their own score and answers, by the rules of the survey's KPI), sent, answered, rate (of the surveys sent to them;
    null where it is not known who was asked).

    No KPI counts them. A filter of customers holds for them too: who belongs to no account is then left out. No rows
    where all are customers, or ratings of tickets stand for the survey. Raises QueryError, NotComputableError.
    """
    slice_ = Slice.of(None, TYPE, where, since, until)
    available = settle(con, replace(slice_, by=()), settings, as_of).available
    kpi = find(SURVEYS[survey]) if survey in SURVEYS else None
    if surveys.of_tickets(available, survey) or TYPE not in available.attributes or kpi is None:
        return pd.DataFrame(columns=_COLUMNS)
    form = form_of(kpi, available)
    assert form.over is not None
    apart = replace(
        form.over, name="answers_of_others", on=f"f.answered AND NOT f.counts AND {within('responded_at')}",
        grain="an answer of somebody who is no customer",
    )  # fmt: skip
    scored = _kpi(kpi, "score_of_others", replace(form, over=apart))
    frame = run.compute(con, [scored.id], slice_, settings, as_of, own={scored.id: scored})
    frame = frame[frame["item"].isna() & (frame["n"] > 0)].rename(columns={TYPE: "respondent_type"})
    frame = frame.assign(sent=float("nan"), answered=float("nan"), rate=float("nan"))
    if not surveys.unknown(con, available, survey):
        frame = frame.drop(columns=["sent", "answered", "rate"])
        frame = frame.merge(_rates(con, settings, as_of, survey, slice_), how="outer", on="respondent_type")
    frame = frame.astype({"n": "Int64", "sent": "Int64", "answered": "Int64"}).fillna({"n": 0})
    return frame[_COLUMNS].sort_values(["n", "respondent_type"], ascending=[False, True]).reset_index(drop=True)


def _rates(
    con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: Any, survey: str, slice_: Slice
) -> pd.DataFrame:
    available = settle(con, replace(slice_, by=()), settings, as_of).available
    kpi = surveys.rate(con, available, survey)
    form = kpi.forms[0]
    assert form.over is not None
    sent = replace(form.over, name="sent_to_others", on=f"NOT f.counts AND {within('sent_at')}")
    rated = _kpi(kpi, "rate_of_others", replace(form, over=sent))
    frame = run.compute(con, [rated.id], slice_, settings, as_of, own={rated.id: rated})
    frame = frame[frame["denominator"] > 0]
    named = {TYPE: "respondent_type", "denominator": "sent", "numerator": "answered", "value": "rate"}
    return frame.rename(columns=named)[["respondent_type", "sent", "answered", "rate"]]


def _kpi(kpi: KPI, name: str, form: Any) -> KPI:
    return replace(kpi, id=name, forms=(form,))
