"""Quotations: a few different texts that are typical of a theme."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from cs_metrics.analysis.feedback.said.voices import EVERYONE, Reader, voices
from cs_metrics.errors import QueryError

# so many different texts of a theme are compared with each other, chosen by a digest of each: evenly, always the same
CANDIDATES = 500
MOST = 50
# two texts with more in common than this say the same
ALIKE = 0.5
# one that is shorter says little, one that is longer is not read
SHORTEST, LONGEST = 20, 400
COLUMNS = ["said_at", "origin", "kind", "customer_id", "text", "tone", "label", "score", "times", "_source", "_row"]


def quotations(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    theme: str,
    *,
    n: int = 3,
    reader: Reader = EVERYONE,
    **asked: Any,
) -> pd.DataFrame:
    """Return up to n texts about a theme, the most typical first: said_at, origin, kind, customer_id, text, tone,
    label, score (of the answer it stands in), times (how often the very text was written), _source, _row (of its
    latest).

    Typical: nearest by its words to all that is written about the theme; no two say the same. `asked`: what `voices`
    takes. Raises QueryError.
    """
    if not 1 <= n <= MOST:
        raise QueryError(f"There are 1 to {MOST} quotations of a theme.")
    heard = voices(con, settings, as_of, reader=reader, **asked)
    score = "r.score" if reader.sees("survey_responses.score") else "CAST(NULL AS DOUBLE)"
    latest = "struct_pack(d := h.said_at, s := h._source, r := h._row, i := h._id)"
    frame = heard.run(
        con,
        f"""SELECT p.last.said_at, p.last.origin, p.last.kind, p.last.customer_id, p.text, p.last.tone, p.last.label,
               {score} AS score, p.times, p.last._source, p.last._row
        FROM told AS p LEFT JOIN fact_response AS r ON r._id = p.last.survey_id ORDER BY md5(p.text), p.text""",
        f"""told AS (
            SELECT d.text, count(*) AS times, arg_max(h, {latest}) AS last
            FROM heard AS h JOIN dim_text AS d ON d.text_no = h.text_no
            WHERE h.text_no IN (SELECT text_no FROM themed WHERE theme = {heard.params.add(theme)})
            GROUP BY d.text ORDER BY md5(d.text), d.text LIMIT {CANDIDATES})""",
    )
    return frame.iloc[_typical(frame["text"].tolist(), frame["times"].to_numpy(dtype="float64"), n)][
        COLUMNS
    ].reset_index(drop=True)


def _typical(texts: list[str], times: np.ndarray, n: int) -> list[int]:
    """The places of the texts nearest to the middle of all, without those that say what one before them said."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    if len(texts) < 2:
        return list(range(len(texts)))
    try:
        told = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit_transform(texts).tocsr()
    except ValueError:  # nothing but stop words
        return list(range(min(n, len(texts))))
    middle = np.asarray((told.T @ times) / times.sum()).ravel()
    near = np.round(told @ middle, 9)
    length = np.array([len(text) for text in texts])
    near = np.where((length < SHORTEST) | (length > LONGEST), near - 1, near)
    chosen: list[int] = []
    for place in np.argsort(-near, kind="stable"):
        if all((told[place] @ told[other].T).sum() <= ALIKE for other in chosen):
            chosen.append(int(place))
        if len(chosen) == n:
            break
    return chosen
