"""Which end of an effort score is easy: what the data say of it, and what each choice would give."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from scipy import stats

from cs_metrics.analysis.feedback.answers import SURVEYS
from cs_metrics.kpis.run import compute
from cs_metrics.kpis.slice import Slice

ENDS = ("high", "low")
# a sign counts from so many pairs on, and where chance makes one as clear in fewer than one of so many
_FEWEST = 30
_CHANCE = 0.01
# A question about ease is answered high by who had it easy, one about effort or difficulty by who had not. The bare
# name of the score, 'customer effort score', says neither.
_EASE = re.compile(r"\b(ease|easy|easily|simple)\b", re.IGNORECASE)
_TOIL = re.compile(r"\b(difficult\w*|hard|how much effort|effort (?:did|required|needed|put))\b", re.IGNORECASE)
_PLACE = "(f.score - f.scale_min) / nullif(f.scale_max - f.scale_min, 0)"
_WORDS = {"high": "the highest answer is easy", "low": "the lowest answer is easy"}


@dataclass(frozen=True)
class EasyEnd:
    """`says`: the end ("high", "low") that the data speak for, None where they leave it open or contradict themselves.
    `evidence`: what, n, says, sentence. `choices`: what each end would give: end, value, low, high, n, easy (share)."""

    says: str | None
    evidence: pd.DataFrame
    choices: pd.DataFrame


def easy_end(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
) -> EasyEnd:
    """Return what all answers of the version say about the easy end: the names of the score and of its campaigns, the
    tone of the comments (English), and how the customers who answered were pleased in other surveys. What each choice
    would give is of the filter and range asked for.

    Raises NotComputableError where there are no answers to an effort survey.
    """
    asked = Slice.of(None, None, where, since, until)
    lines = []
    for end in ENDS:
        switched = {**settings, "ces_easy_end": end}
        frame = compute(con, [SURVEYS["ces"]], asked, switched, as_of, beside=True)
        row = frame[frame["item"].isna()].iloc[0]
        easy = frame.loc[frame["item"] == "easy", "value"]
        share = float(easy.iloc[0]) if len(easy) else math.nan
        lines.append({"end": end, **row[["value", "low", "high", "n"]].to_dict(), "easy": share})
    signs = [_named(con), _toned(con), _pleased(con)]
    evidence = pd.DataFrame(signs, columns=["what", "n", "says", "sentence"])
    evidence["says"] = pd.Series([says for _, _, says, _ in signs], dtype=object)
    told = {says for _, _, says, _ in signs if says}
    return EasyEnd(told.pop() if len(told) == 1 else None, evidence, pd.DataFrame(lines))


def _named(con: duckdb.DuckDBPyConnection) -> tuple[str, int, str | None, str]:
    """Look at what the score's column was called, and the campaigns."""
    texts = [
        text
        for (text,) in con.execute(
            "SELECT label FROM _columns WHERE table_name = 'survey_responses' AND column_name = 'score' "
            "UNION SELECT campaign FROM fact_response WHERE survey = 'ces' AND campaign IS NOT NULL"
        ).fetchall()
        if text
    ]
    ease, toil = (sum(bool(sign.search(text)) for text in texts) for sign in (_EASE, _TOIL))
    if bool(ease) == bool(toil):
        return "names", len(texts), None, "The names of the score and of its campaigns do not say it."
    says = "high" if ease else "low"
    what = "how easy it was" if ease else "how hard it was"
    return "names", len(texts), says, f"The name of the score or of a campaign asks {what}: {_WORDS[says]}."


def _toned(con: duckdb.DuckDBPyConnection) -> tuple[str, int, str | None, str]:
    """Look at whether high answers come with friendly comments or with unfriendly ones."""
    r, n = con.execute(
        f"SELECT corr({_PLACE}, t.tone), count(*) FROM fact_response AS f "
        "JOIN fact_text AS t ON t._id = f._id AND t.origin = 'survey' "
        "WHERE f.survey = 'ces' AND f.answered AND f.counts AND t.tone IS NOT NULL"
    ).fetchall()[0]
    up, down = (f"high answers come with {mood} comments" for mood in ("friendly", "unfriendly"))
    return _sign("comments", r, n, "comments with a tone", up, down)


def _pleased(con: duckdb.DuckDBPyConnection) -> tuple[str, int, str | None, str]:
    """Look at whether customers with high answers are the pleased ones in other surveys or the displeased ones."""
    r, n = con.execute(
        f"WITH each AS (SELECT f.customer_id, avg({_PLACE}) FILTER (WHERE f.survey = 'ces') AS effort, "
        f"avg({_PLACE}) FILTER (WHERE f.survey IN ('csat', 'nps')) AS pleased FROM fact_response AS f "
        "WHERE f.answered AND f.counts AND f.customer_id IS NOT NULL GROUP BY 1) "
        "SELECT corr(effort, pleased), count(*) FROM each WHERE effort IS NOT NULL AND pleased IS NOT NULL"
    ).fetchall()[0]
    who = "customers who answered CSAT or NPS too"
    up, down = (f"high answers come from {mood} customers" for mood in ("pleased", "displeased"))
    return _sign("customers", r, n, who, up, down)


def _sign(what: str, r: float | None, n: int, counted: str, up: str, down: str) -> tuple[str, int, str | None, str]:
    """Return what a correlation says: an end, or nothing where chance may have made it (Fisher's z)."""
    if n < _FEWEST or r is None or math.isnan(r):
        return what, n, None, f"Only {n:,} {counted}: too few to tell." if n else f"There are no {counted}."
    p = 2 * stats.norm.sf(abs(np.arctanh(min(max(r, -0.999999), 0.999999))) * math.sqrt(n - 3))
    if p >= _CHANCE:
        return what, n, None, f"Among {n:,} {counted}, no more is seen than chance may make (correlation {r:.2f})."
    says = "high" if r > 0 else "low"
    return what, n, says, f"Among {n:,} {counted}, {up if r > 0 else down} (correlation {r:.2f}): {_WORDS[says]}."
