"""What people said, by kpis.md: how many texts, and in what tone."""

from __future__ import annotations

import pandas as pd

from .answer import Answer, count, mean
from .data import Data, Keep, between

CLEARLY = 0.05


def written(texts: pd.Series) -> pd.Series:
    """Whether there is a word in each."""
    return texts.fillna("").astype(str).str.strip() != ""


def comments(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> pd.DataFrame:
    """The survey responses of P with a comment, of customers and unknown respondents; with a score or without."""
    rows = data.rows("survey_responses", "responded_at", keep)
    rows = rows[rows["respondent_type"].isna() | (rows["respondent_type"] == "customer")]
    return between(rows[written(rows["comment"])], "responded_at", start, data.until(end, "survey_responses"))


def qualitative_customer_feedback(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Comments of survey responses and notes of touchpoints in P."""
    notes = between(data.rows("touchpoints", "occurred_at", keep), "occurred_at", start, data.until(end, "touchpoints"))
    return count(len(comments(data, start, end, keep)) + int(written(notes["notes"]).sum()))


def texts(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> pd.DataFrame:
    """source, account, text, tone (None where nobody judged it) of every mention, comment and touchpoint of P."""
    mentions = between(data.rows("mentions", "occurred_at", keep), "occurred_at", start, data.until(end, "mentions"))
    points = between(
        data.rows("touchpoints", "occurred_at", keep), "occurred_at", start, data.until(end, "touchpoints")
    )
    said = comments(data, start, end, keep)
    columns = ["source", "account", "text", "tone"]
    rows = pd.concat(
        [
            mentions[["source", "account", "text", "sentiment"]].set_axis(columns, axis=1),
            said.assign(source="survey", tone=float("nan"))[["source", "account", "comment", "tone"]].set_axis(
                columns, axis=1
            ),
            points.assign(source="touchpoint")[["source", "account", "notes", "sentiment"]].set_axis(columns, axis=1),
        ],
        ignore_index=True,
    )
    rows = rows[~(rows["tone"].abs() > 1)]
    return rows[rows["tone"].notna() | written(rows["text"])]


def sentiment(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> dict:
    """Source -> (texts in a good tone - in a bad one) / texts; None -> of all sources. Texts that nobody judged are
    judged by `data.tone`, and left out without one."""
    rows = texts(data, start, end, keep)
    if data.tone is not None:
        rows["tone"] = rows["tone"].where(rows["tone"].notna(), rows["text"].map(data.tone, na_action="ignore"))
    rows = rows[rows["tone"].notna()]
    sign = (rows["tone"] > CLEARLY).astype(float) - (rows["tone"] < -CLEARLY).astype(float)
    result: dict = {
        source: mean(sign[rows["source"] == source], rows["account"][rows["source"] == source])
        for source in rows["source"].unique()
    }
    result[None] = mean(sign, rows["account"])
    return result
