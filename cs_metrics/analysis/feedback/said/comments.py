"""What customers wrote in answer to surveys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.cohorts.activity import split
from cs_metrics.kpis.ask import settle
from cs_metrics.kpis.attributes import join
from cs_metrics.kpis.slice import Slice
from cs_metrics.kpis.where import compile_where, names
from cs_metrics.sql import Params


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
