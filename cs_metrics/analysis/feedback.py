"""What customers answer: the three shares of an NPS, how answers spread over their scale, and the comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.cohorts.activity import split
from cs_metrics.errors import QueryError, did_you_mean
from cs_metrics.kpis.ask import find, form_of, settle
from cs_metrics.kpis.attributes import join
from cs_metrics.kpis.compile import Writer
from cs_metrics.kpis.model import Form
from cs_metrics.kpis.run import compute
from cs_metrics.kpis.slice import Slice
from cs_metrics.kpis.where import compile_where, names
from cs_metrics.sql import Params

SURVEYS = {
    "nps": "net_promoter_score",
    "csat": "customer_satisfaction_score",
    "ces": "customer_effort_score",
}
SHARES = ("promoters", "passives", "detractors")
# a scale with more steps than this is drawn with the answers it has, not with its empty steps too
MOST_STEPS = 11


def nps(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    grain: str | None = None,
    by: str | Sequence[str] | None = None,
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
) -> pd.DataFrame:
    """The Net Promoter Score with its parts: period, <by>, promoters, passives, detractors, n, value, low, high,
    complete. Counts are answers; without a grain one row a segment, its `period` null.

    Raises NotComputableError where there are no answers to an NPS survey.
    """
    asked = Slice.of(grain, by, where, since, until)
    frame = compute(con, [SURVEYS["nps"]], asked, settings, as_of, beside=True)
    keys = ["period", *asked.by]
    whole = frame[frame["item"].isna()].drop(columns=["kpi", "item"])
    for part in SHARES:
        own = frame[frame["item"] == part][[*keys, "value"]].rename(columns={"value": part})
        whole = whole.merge(own, how="left", on=keys)
        whole[part] = whole[part].fillna(0).astype("int64")
    return whole[[*keys, *SHARES, "n", "value", "low", "high", "complete"]].reset_index(drop=True)


def distribution(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    survey: str = "nps",
    by: str | Sequence[str] | None = None,
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
) -> pd.DataFrame:
    """How the answers of a survey (nps, csat, ces) spread: <by>, scale, score, answers, share, kind.

    The same answers as its KPI counts, of the whole range. `kind`: promoter, passive, detractor; satisfied, easy, or
    other. Steps of a scale that nobody chose have 0 answers. Several scales (`scale`, '1-5') stand one after the other;
    `share` is of all answers of the segment.
    """
    if survey not in SURVEYS:
        raise QueryError(f"There is no survey '{survey}' with a distribution. {did_you_mean(survey, SURVEYS)}")
    asked = settle(con, Slice.of(None, by, where, since, until), settings, as_of)
    form = form_of(find(SURVEYS[survey]), asked.available)
    assert form.over is not None
    question = asked.question(asked.slice.by)
    for name in question.by:
        asked.available.attribute(name)
    writer = Writer(question)
    base = writer.base(form.over, form.only)
    keys = ", ".join([*writer.breakdown, "score", "scale_min", "scale_max"])
    kind = question.fill(_kind(survey, form), form.over)
    statement = writer.statement(
        f"SELECT {keys}, count(*) AS answers, min({kind}) AS kind FROM {base.name} GROUP BY {keys}", []
    )
    frame = con.execute(statement.text, statement.values).df()
    frame = frame.rename(columns=dict(zip(writer.breakdown, question.by, strict=True)))
    for name in question.by:
        frame[name] = frame[name].astype(object).where(frame[name].notna(), None)
    return _steps(frame, list(question.by), survey)


def _kind(survey: str, form: Form) -> str:
    """What an answer counts as, from the KPI's own words."""
    assert form.numerator is not None
    each = form.numerator.each
    if survey == "nps":
        return f"CASE WHEN {each} > 0 THEN 'promoter' WHEN {each} < 0 THEN 'detractor' ELSE 'passive' END"
    if survey == "csat":
        return f"CASE WHEN {each} > 0 THEN 'satisfied' ELSE 'other' END"
    return f"CASE WHEN ({each}) > (common_min + common_max) / 2 THEN 'easy' ELSE 'other' END"


def _steps(frame: pd.DataFrame, by: list[str], survey: str) -> pd.DataFrame:
    """Add the steps that nobody chose, the scale's name and the shares."""
    pieces = []
    scales = frame[["scale_min", "scale_max"]].drop_duplicates().sort_values(["scale_min", "scale_max"])
    for low, high in scales.to_numpy(dtype="float64").tolist():
        scale = frame[(frame["scale_min"] == low) & (frame["scale_max"] == high)]
        steps = pd.DataFrame({"score": sorted(scale["score"].unique())})
        if low.is_integer() and high - low < MOST_STEPS and (scale["score"] % 1 == 0).all():
            steps = pd.DataFrame({"score": [float(s) for s in range(int(low), int(high) + 1)]})
        segments = scale[by].drop_duplicates() if by else pd.DataFrame(index=[0])
        full = segments.merge(steps, how="cross").merge(scale, how="left", on=[*by, "score"])
        kinds = full.groupby("score")["kind"].first()
        full["kind"] = full["score"].map(kinds)
        if survey == "nps":
            named = full["score"].map(lambda s: "promoter" if s >= 9 else "detractor" if s <= 6 else "passive")
            full["kind"] = full["kind"].fillna(named)
        pieces.append(full.assign(scale=f"{low:g}-{high:g}", kind=full["kind"].fillna("other")))
    columns = [*by, "scale", "score", "answers", "share", "kind"]
    if not pieces:
        return pd.DataFrame(columns=columns)
    result = pd.concat(pieces, ignore_index=True)
    result["answers"] = result["answers"].fillna(0).astype("int64")
    whole = result.groupby(by, dropna=False)["answers"].transform("sum") if by else result["answers"].sum()
    result["share"] = result["answers"] / whole
    return result[columns]


def comments(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    survey: str | None = "nps",
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
    contains: str = "",
    limit: int = 500,
) -> pd.DataFrame:
    """The comments that customers wrote, the latest first: responded_at, customer_id, survey, score, comment, channel,
    campaign, _source, _row. A comment without a score is feedback too. `contains`: words that must stand in it (any
    case); `survey` None: of every survey. `responded_at` is when it was sent where nobody noted the answer's date.
    """
    asked = settle(con, Slice.of(None, None, where, since, until), settings, as_of)
    params = Params()
    rows, customers = split(asked.available, "survey_responses", asked.slice.where)
    filters = {**rows, **customers}
    joined = join(asked.available, names(filters), moment="f.happened_at", row="f", table="survey_responses")
    limits = [compile_where(filters, joined, params), "f.comment IS NOT NULL", "f.counts"]
    limits += [f"f.happened_at >= {params.add(asked.whole.start)}", f"f.happened_at < {params.add(asked.whole.end)}"]
    limits += ["f.customer_id IS NOT NULL"] if customers else []
    if survey is not None:
        limits.append(f"f.survey = {params.add(survey)}")
    if contains.strip():
        limits.append(f"contains(lower(f.comment), {params.add(contains.strip().lower())})")
    text = (
        f"SELECT f.happened_at AS responded_at, f.customer_id, f.survey, f.score, f.comment, f.channel, f.campaign, "
        f"f._source, f._row FROM (SELECT *, coalesce(responded_at, sent_at) AS happened_at FROM fact_response) AS f "
        f"{joined.sql} WHERE {' AND '.join(limits)} ORDER BY 1 DESC, f._source, f._row LIMIT {int(limit)}"
    )
    return con.execute(text, params.used(text)).df()
