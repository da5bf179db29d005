"""What is written about: how large each theme is, who says it, and whether it grows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from cs_metrics.analysis.feedback.answers import counted
from cs_metrics.analysis.feedback.said.growth import growth
from cs_metrics.analysis.feedback.said.voices import EVERYONE, Reader, Voices, voices
from cs_metrics.errors import NotComputableError, QueryError
from cs_metrics.kpis import intervals
from cs_metrics.kpis.attributes import join
from cs_metrics.kpis.where import compile_where, kept, names
from cs_metrics.periods import Period, before

COLUMNS = [
    "theme", "texts", "share", "customers", "mrr", "mrr_share", "toned", "positive", "negative", "tone",
    "answers", "score", "score_low", "score_high", "now", "earlier", "change", "p", "is_new", "is_growing",
    "is_falling", "first_at", "words",
]  # fmt: skip
_STRETCHES = ("now", "earlier")


def themes(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    reader: Reader = EVERYONE,
    survey: str = "nps",
    days: int | None = None,
    where: Mapping[str, Any] | None = None,
    **asked: Any,
) -> pd.DataFrame:
    """Return the themes of a range, the largest first, one row each; a text may be about several.

    theme; texts, share (of all texts of the range), customers; mrr and mrr_share (what those customers pay at the end
    of the range, and its share of all that is paid then); toned (texts with a tone), positive, negative, tone
    (positive less negative, of those toned); answers, score, score_low, score_high (the survey's KPI over the answers
    about it: NPS of an NPS survey, and its interval); now and earlier (texts in the latest stretch and in the equal one
    before), change (of its share of all texts, in points of 1), p (two-sided, by Holm over all themes; see `growth`),
    is_new (it grows, and nobody wrote of it before), is_growing, is_falling; first_at (the first text about it, ever);
    words (those by which a found theme is known; none for a reader who may not read all texts).

    The stretch is the range, or its last `days`. p is null where one of the two has no texts. `asked`: what `voices`
    takes. Raises QueryError.
    """
    if days is not None and days < 1:
        raise QueryError("The latest stretch has one day or more.")
    heard = voices(con, settings, as_of, reader=reader, where=where, earlier=True, **asked)
    reach = heard.asked.whole.reach(heard.asked.as_of)
    latest = Period(heard.asked.whole.start if days is None else reach - timedelta(days=days), reach)
    frame = _sizes(con, heard, heard.asked.whole.start, latest, before(latest))
    frame = growth(frame)
    frame = frame.merge(_paid(con, heard, reach, where), on="theme", how="left")
    frame = frame.merge(_scores(con, settings, as_of, heard, reader, survey, where), on="theme", how="left")
    frame["words"] = frame["theme"].map(_words(con, reader)).map(lambda known: known if isinstance(known, list) else [])
    frame["answers"] = frame["answers"].fillna(0).astype("int64")
    return frame[COLUMNS].sort_values(["texts", "now", "theme"], ascending=[False, False, True], ignore_index=True)


def theme_trend(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    grain: str = "month",
    theme: str | None = None,
    reader: Reader = EVERYONE,
    **asked: Any,
) -> pd.DataFrame:
    """Return each theme over time: theme, period, texts, n (all texts of the period), share (texts of n; null without
    any) with its 95 % interval low and high (Wilson), tone (positive less negative, of those toned), complete. A row
    for every theme of the range and every period of it."""
    heard = voices(con, settings, as_of, reader=reader, grain=grain, **asked)
    only = "TRUE" if theme is None else f"t.theme = {heard.params.add(theme)}"
    starts = ", ".join(
        f"({n}, {heard.params.add(p.start)}, {heard.params.add(p.end)})" for n, p in heard.asked.periods.items()
    )
    frame = heard.run(
        con,
        """SELECT n.theme, p.starts AS period, coalesce(c.texts, 0) AS texts, coalesce(a.texts, 0) AS n,
               coalesce(c.texts, 0) / nullif(CAST(a.texts AS DOUBLE), 0) AS share,
               CAST(c.positive - c.negative AS DOUBLE) / nullif(c.toned, 0) AS tone, p.ends
        FROM (SELECT DISTINCT theme FROM counts) AS n CROSS JOIN periods AS p
        LEFT JOIN (SELECT p.number, count(*) AS texts FROM heard AS h JOIN periods AS p
                   ON h.said_at >= p.starts AND h.said_at < p.ends GROUP BY p.number) AS a ON a.number = p.number
        LEFT JOIN counts AS c ON c.theme = n.theme AND c.number = p.number ORDER BY n.theme, p.starts""",
        f"periods(number, starts, ends) AS (VALUES {starts})",
        f"""counts AS (
            SELECT t.theme, p.number, count(*) AS texts, count(h.label) AS toned,
                   count(*) FILTER (WHERE h.label = 'positive') AS positive,
                   count(*) FILTER (WHERE h.label = 'negative') AS negative
            FROM heard AS h JOIN themed AS t ON t.text_no = h.text_no
            JOIN periods AS p ON h.said_at >= p.starts AND h.said_at < p.ends WHERE {only}
            GROUP BY t.theme, p.number)""",
    )
    low, high = intervals.wilson(frame["texts"], frame["n"])
    frame = frame.assign(low=low, high=high, complete=frame["ends"] <= heard.asked.as_of)
    return frame[["theme", "period", "texts", "n", "share", "low", "high", "tone", "complete"]]


def _words(con: duckdb.DuckDBPyConnection, reader: Reader) -> dict[str, list[str]]:
    """The words of each found theme. They may stand in texts alone that the reader may not read."""
    if reader.confined:
        return {}
    return {str(theme): list(words) for theme, words in con.execute("SELECT * FROM dim_theme_words").fetchall()}


def _sizes(
    con: duckdb.DuckDBPyConnection, heard: Voices, start: datetime, latest: Period, previous: Period
) -> pd.DataFrame:
    """Each theme of the range or of one of the stretches, with the sums over accounts that the test needs."""
    add = heard.params.add
    inside = {
        "texts": f"said_at >= {add(start)}",
        "now": f"said_at >= {add(latest.start)}",
        "earlier": f"said_at >= {add(previous.start)} AND said_at < {add(previous.end)}",
    }
    counts = ", ".join(f"count(*) FILTER (WHERE {limit}) AS {name}" for name, limit in inside.items())
    sums = ", ".join(
        f"sum(CAST(s.{n} AS DOUBLE) * s.{n}) AS {n}_xx, sum(CAST(s.{n} AS DOUBLE) * a.{n}) AS {n}_xm"
        for n in _STRETCHES
    )
    whole = ", ".join(
        f"sum({n}) AS {n}_n, sum(CAST({n} AS DOUBLE) * {n}) AS {n}_mm, count(*) FILTER (WHERE {n} > 0) AS {n}_accounts"
        for n in _STRETCHES
    )
    same = ", ".join(f"any_value(w.{n}_{c}) AS {n}_{c}" for n in _STRETCHES for c in ("n", "mm", "accounts"))
    ranged = f"WHERE {inside['texts']}"
    frame = heard.run(
        con,
        f"""SELECT s.theme, sum(s.texts) AS texts,
               CAST(sum(s.texts) AS DOUBLE) / nullif(any_value(w.texts_n), 0) AS share,
               count(DISTINCT s.customer_id) FILTER (WHERE s.texts > 0) AS customers, sum(s.toned) AS toned,
               sum(s.positive) AS positive, sum(s.negative) AS negative,
               CAST(sum(s.positive) - sum(s.negative) AS DOUBLE) / nullif(sum(s.toned), 0) AS tone,
               sum(s.now) AS now, sum(s.earlier) AS earlier, min(s.first_at) AS first_at,
               min(s.first_at) >= {add(latest.start)} AS unheard, {sums},
               {same}
        FROM spoken AS s JOIN alls AS a ON a.speaker = s.speaker CROSS JOIN whole AS w
        GROUP BY s.theme HAVING sum(s.texts) + sum(s.now) + sum(s.earlier) > 0""",
        f"""spoken AS (
            SELECT t.theme, h.speaker, any_value(h.customer_id) AS customer_id, min(h.said_at) AS first_at, {counts},
                   count(h.label) FILTER ({ranged}) AS toned,
                   count(*) FILTER ({ranged} AND h.label = 'positive') AS positive,
                   count(*) FILTER ({ranged} AND h.label = 'negative') AS negative
            FROM heard AS h JOIN themed AS t ON t.text_no = h.text_no GROUP BY t.theme, h.speaker)""",
        f"alls AS (SELECT speaker, {counts} FROM heard GROUP BY speaker)",
        f"whole AS (SELECT sum(texts) AS texts_n, {whole} FROM alls)",
    )
    counted_ = ["texts", "toned", "positive", "negative", "now", "earlier", "now_n", "earlier_n"]
    return frame.assign(**{name: frame[name].fillna(0).astype("int64") for name in counted_})


def _paid(
    con: duckdb.DuckDBPyConnection, heard: Voices, moment: datetime, where: Mapping[str, Any] | None
) -> pd.DataFrame:
    """What the customers who wrote of a theme pay at the end of the range."""
    known = heard.asked.available
    told = kept(where or {}, lambda n: known.attribute(n).of_customer)
    at = heard.params.add(moment)
    joined = join(known, names(told), moment=at, just_before=True, row="m")
    start = heard.params.add(heard.asked.whole.start)
    return heard.run(
        con,
        """SELECT w.theme, CAST(coalesce(sum(p.mrr), 0) AS DOUBLE) AS mrr,
               CAST(coalesce(sum(p.mrr), 0) AS DOUBLE) / CAST(any_value(a.mrr) AS DOUBLE) AS mrr_share
        FROM (SELECT DISTINCT t.theme, h.customer_id FROM heard AS h JOIN themed AS t ON t.text_no = h.text_no
              WHERE h.said_at >= """
        f"""{start}) AS w CROSS JOIN (SELECT sum(mrr) AS mrr FROM paying) AS a
        LEFT JOIN paying AS p ON p.customer_id = w.customer_id GROUP BY w.theme HAVING any_value(a.mrr) > 0""",
        f"""paying AS (
            SELECT m.customer_id, sum(m.mrr) AS mrr FROM fact_mrr_step AS m {joined.sql}
            WHERE m.begins < {at} AND m.ends >= {at} AND {compile_where(told, joined, heard.params)}
            GROUP BY m.customer_id)""",
    )


def _scores(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    heard: Voices,
    reader: Reader,
    survey: str,
    where: Mapping[str, Any] | None,
) -> pd.DataFrame:
    """The survey's KPI over the answers that it counts, of those about each theme."""
    columns = ["theme", "answers", "score", "score_low", "score_high"]
    slice_ = heard.asked.slice
    try:
        answers = counted(con, settings, as_of, survey=survey, where=where, since=slice_.since, until=slice_.until,
                          params=heard.params)  # fmt: skip
    except NotComputableError:
        answers = None
    if answers is None or answers.form.over is None or answers.form.over.table == "tickets":
        return pd.DataFrame(columns=columns)
    if not reader.sees("survey_responses.score"):
        return pd.DataFrame(columns=columns)
    frame = heard.run(
        con,
        """SELECT t.theme, count(*) AS answers, avg(c.worth) AS score, sum(c.worth) AS total,
               sum(c.worth * c.worth) AS squares, count(*) FILTER (WHERE c.worth > 0) AS good,
               count(*) FILTER (WHERE c.worth < 0) AS bad
        FROM scored AS c JOIN heard AS h ON h.survey_id = c._id JOIN themed AS t ON t.text_no = h.text_no
        GROUP BY t.theme""",
        f"scored AS ({answers.sql('SELECT _id, CAST(worth AS DOUBLE) AS worth FROM {answers}')})",
    )
    n, good, bad = (frame[name].to_numpy(dtype="float64") for name in ("answers", "good", "bad"))
    if survey == "nps":
        low, high = intervals.nps(good, n - good - bad, bad)
    elif survey == "csat":
        low, high = intervals.wilson(good, n)
    else:
        low, high = intervals.mean(
            n, frame["total"].to_numpy(dtype="float64"), frame["squares"].to_numpy(dtype="float64")
        )
    return frame.assign(score_low=np.asarray(low), score_high=np.asarray(high))[columns]
