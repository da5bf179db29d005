"""What was written, text by text, and how many of them there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.feedback.said.chosen import Chosen
from cs_metrics.analysis.feedback.said.voices import EVERYONE, Reader, voices
from cs_metrics.errors import QueryError

MOST = 100_000
ALL = Chosen()
COLUMNS = ["said_at", "origin", "kind", "customer_id", "text", "tone", "label", "english", "score", "themes",
           "_source", "_row"]  # fmt: skip


def texts(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    reader: Reader = EVERYONE,
    chosen: Chosen = ALL,
    limit: int = 500,
    offset: int = 0,
    **asked: Any,
) -> pd.DataFrame:
    """Return texts, the latest first: said_at, origin, kind, customer_id, text, tone (-1 to 1), label (positive,
    neutral, negative), english, score (of the answer it stands in), themes (a list), _source, _row.

    Tone and label are null in a language that is not judged. `asked`: what `voices` takes. Raises QueryError.
    """
    if not 0 <= limit <= MOST or offset < 0:
        raise QueryError(f"A page of texts has 0 to {MOST:,} of them and begins at 0 or later.")
    heard = voices(con, settings, as_of, reader=reader, **asked)
    limits, ctes = chosen.sql(con, settings, as_of, heard, reader)
    # the scores of those on the page alone
    score = "r.score" if reader.sees("survey_responses.score") else "CAST(NULL AS DOUBLE)"
    frame = heard.run(
        con,
        f"""SELECT p.* EXCLUDE (survey_id, text_no, _id), {score} AS score, coalesce(t.themes, []) AS themes
        FROM page AS p LEFT JOIN fact_response AS r ON r._id = p.survey_id
        LEFT JOIN (SELECT text_no, list(theme ORDER BY theme) AS themes FROM themed
                   WHERE text_no IN (SELECT text_no FROM page) GROUP BY text_no) AS t ON t.text_no = p.text_no
        ORDER BY p.said_at DESC, p._source, p._row, p._id""",
        *ctes,
        f"""page AS (
            SELECT h.said_at, h.origin, h.kind, h.customer_id, d.text, h.tone, h.label, d.english, h.survey_id,
                   h.text_no, h._source, h._row, h._id
            FROM heard AS h JOIN dim_text AS d ON d.text_no = h.text_no WHERE {limits}
            ORDER BY h.said_at DESC, h._source, h._row, h._id LIMIT {int(limit)} OFFSET {int(offset)})""",
    )
    return frame[COLUMNS]


def origins(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    reader: Reader = EVERYONE,
    chosen: Chosen = ALL,
    **asked: Any,
) -> pd.DataFrame:
    """Return how many texts there are of each kind, the most first: origin, kind, texts, customers, english, toned,
    positive, negative. Takes what `texts` takes, without a page."""
    heard = voices(con, settings, as_of, reader=reader, **asked)
    limits, ctes = chosen.sql(con, settings, as_of, heard, reader)
    return heard.run(
        con,
        f"""SELECT h.origin, h.kind, count(*) AS texts, count(DISTINCT h.customer_id) AS customers,
               count(*) FILTER (WHERE d.english) AS english, count(h.label) AS toned,
               count(*) FILTER (WHERE h.label = 'positive') AS positive,
               count(*) FILTER (WHERE h.label = 'negative') AS negative
        FROM heard AS h JOIN dim_text AS d ON d.text_no = h.text_no WHERE {limits}
        GROUP BY h.origin, h.kind ORDER BY texts DESC, h.origin, h.kind""",
        *ctes,
    )
