"""Support and feedback, by kpis.md: answers to surveys, tickets and what they cost."""

from __future__ import annotations

import pandas as pd

from .answer import Answer, count, mean, median, ratio, share_of_rows
from .data import DAY, Data, Keep, between

SCALES = {
    "nps": (0.0, 10.0),
    "csat": (1.0, 5.0),
    "ces": (1.0, 7.0),
    "onboarding": (1.0, 5.0),
    "post_activation": (1.0, 5.0),
}


def surveys(data: Data, instant: str, keep: Keep) -> pd.DataFrame:
    """Rows of customers and unknown respondents, with their scale (low, high) and whether each is an answer."""
    rows = data.rows("survey_responses", instant, keep)
    rows = rows[rows["respondent_type"].isna() | (rows["respondent_type"] == "customer")].copy()
    rows["low"] = rows["scale_min"].fillna(rows["survey"].map({k: v[0] for k, v in SCALES.items()}))
    rows["high"] = rows["scale_max"].fillna(rows["survey"].map({k: v[1] for k, v in SCALES.items()}))
    outside = (rows["score"] < rows["low"]) | (rows["score"] > rows["high"])
    until = data.as_of_table("survey_responses")
    rows["answered"] = rows["score"].notna() & (rows["responded_at"] < until) & ~outside
    return rows


def answers(data: Data, survey: str, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> pd.DataFrame:
    """Answers to one kind of survey, given in P."""
    rows = surveys(data, "responded_at", keep)
    return between(rows[(rows["survey"] == survey) & rows["answered"]], "responded_at", start, end)


def customer_satisfaction_score(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    rows = answers(data, "csat", start, end, keep)
    points = rows["high"] - rows["low"] + 1
    above = rows["high"] - (rows["high"] - rows["low"]) / 5
    happy = (rows["score"] >= rows["high"] - 1).where(points <= 11, rows["score"] > above)
    happy = happy.where(points >= 4, rows["score"] >= rows["high"])
    if data.settings["top_box"]:
        happy = rows["score"] >= rows["high"] - data.settings["top_box"] + 1
    return share_of_rows(happy.astype(bool), rows["account"])


def customer_effort_score(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Mean score, higher easier; where the version's answers have several scales, each is brought to 1-7."""
    rows = answers(data, "ces", start, end, keep)
    score = rows["score"]
    if data.settings["ces_easy_end"] == "low":
        score = rows["low"] + rows["high"] - score
    if data.remember(("ces scales",), lambda: ces_scales(data)) > 1:
        score = 1 + 6 * (score - rows["low"]) / (rows["high"] - rows["low"])
    return mean(score, rows["account"])


def ces_scales(data: Data) -> int:
    """How many scales the version's effort answers have."""
    rows = surveys(data, "responded_at", None)
    return len(rows[(rows["survey"] == "ces") & rows["answered"]][["low", "high"]].drop_duplicates())


def survey_response_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Of the surveys sent in P, those answered by as-of; an answer before its sending is a problem row."""
    rows = surveys(data, "sent_at", keep)
    rows = rows[~(rows["responded_at"] < rows["sent_at"])]
    sent = between(rows, "sent_at", start, data.until(end, "survey_responses"))
    return share_of_rows(sent["answered"], sent["account"])


def tickets(data: Data, instant: str, keep: Keep) -> pd.DataFrame:
    """Tickets with hours to the first response and to the resolution; what is dated before its beginning has none."""
    rows = data.rows("tickets", instant, keep).copy()
    until = data.as_of_table("tickets")
    for column, hours in (("first_response_at", "response_hours"), ("resolved_at", "resolution_hours")):
        taken = (rows[column] - rows["created_at"]) / pd.Timedelta(hours=1)
        rows[hours] = taken.where((taken >= 0) & (rows[column] < until))
    return rows


def first_response_time(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    rows = between(tickets(data, "created_at", keep), "created_at", start, data.until(end, "tickets"))
    return median(rows["response_hours"])


def average_resolution_time(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    rows = between(tickets(data, "resolved_at", keep), "resolved_at", start, end)
    return median(rows["resolution_hours"])


def first_contact_resolution_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Resolved tickets created in P whose replies are known: at most one, and never reopened."""
    rows = between(tickets(data, "created_at", keep), "created_at", start, data.until(end, "tickets"))
    rows = rows[rows["resolution_hours"].notna() & rows["replies"].notna()]
    first = (rows["replies"] <= 1) & ~(rows["reopened"] > 0)
    return share_of_rows(first, rows["account"])


def cost_per_ticket(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Costs of kind support in P, else the tickets' own, / tickets resolved in P."""
    resolved = between(tickets(data, "resolved_at", keep), "resolved_at", start, end)
    resolved = resolved[resolved["resolution_hours"].notna()]
    if (data["costs"]["kind"] == "support").any():
        costs = data.rows("costs", "incurred_on", keep)
        costs = between(costs[costs["kind"] == "support"], "incurred_on", start, data.until(end, "costs"))
        return ratio(costs["amount"].sum(), len(resolved), len(resolved))
    return ratio(resolved["cost"].sum(), len(resolved), len(resolved))


def resolution_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Tickets created in P that are resolved by as-of; resolved before created is a problem row."""
    rows = between(tickets(data, "created_at", keep), "created_at", start, data.until(end, "tickets"))
    rows = rows[~(rows["resolved_at"] < rows["created_at"])]
    return share_of_rows(rows["resolution_hours"].notna(), rows["account"])


def support_tickets(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> dict:
    """Product -> tickets created in P; None -> all, those without a product too."""
    rows = between(data.rows("tickets", "created_at", keep), "created_at", start, data.until(end, "tickets"))
    result: dict = {product: count(number) for product, number in rows["product"].value_counts().items()}
    result[None] = count(len(rows))
    return result


def response_window_over(data: Data, end: pd.Timestamp) -> bool:
    """Whether the response rate of a period that ends so is complete."""
    return end + data.settings["response_days"] * DAY <= data.as_of_table("survey_responses")
