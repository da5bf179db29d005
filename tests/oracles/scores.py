"""Scores by the rules that README.md states (readings 91 and on): signals to points, points to scores."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from .answer import Answer, ratio, share, student
from .data import DAY, Data, Keep, between
from .lives import active_in, source_table
from .seen import last_taken, seen

# component -> (weight, signal, rule): a number is a target, pairs are steps [from, points], a sign is a rank
TEAM = {
    "frequency": (40, "per_month", 2.0),
    "quality": (35, "quality", 100.0),
    "responsiveness": (25, "reply_hours", [(0, 100), (4, 80), (24, 50), (72, 0)]),
}
RULES: dict[str, dict] = {
    "customer_health_score": {
        "adoption": (20, "features_30", +1),
        "engagement": (20, "active_days_30", 10.0),
        "support": (15, "open_tickets", [(0, 100), (1, 80), (2, 50), (4, 0)]),
        "feedback": (15, "nps_answer", [(0, 0), (5, 30), (7, 60), (9, 100)]),
        "relationship": (15, "touchpoints_90", 3.0),
        "payment": (15, "late_share_180", [(0, 100), (0.1, 60), (0.3, 30), (0.5, 0)]),
    },
    "customer_engagement_score": {
        "recency": (25, "idle_days", -1),
        "frequency": (30, "active_days_30", +1),
        "breadth": (25, "features_30", +1),
        "duration": (20, "hours_30", +1),
    },
    "value_attainment": {
        "engagement": (25, "active_days_30", 10.0),
        "data_consumption": (25, "quantity_30", +1),
        "milestones": (30, "milestone_share", 1.0),
        "product_usage": (20, "events_30", +1),
    },
    "relationship_depth_score": {
        "contacts": (30, "contacts_90", 3.0),
        "roles": (25, "roles_90", 3.0),
        "levels": (20, "levels_90", 2.0),
        "two_way": (25, "two_way_90", 1.0),
    },
    "expansion_opportunity_score": {
        "usage": (25, "users_30", +1),
        "engagement": (15, "touchpoints_90", 3.0),
        "intent": (40, "intent_90", [(0, 0), (1, 60), (2, 80), (4, 100)]),
        "fit": (20, "product_room", 1.0),
    },
    "expansion_readiness_index": {
        "behaviour": (35, "use_change", [(-1, 0), (-0.3, 40), (-0.1, 70), (0.1, 100)]),
        "usage_depth": (40, "features_30", +1),
        "fit": (25, "tenure_days", [(0, 0), (90, 50), (180, 100)]),
    },
    "referral_readiness_score": {
        "satisfaction": (35, "nps_answer", [(0, 0), (7, 50), (9, 100)]),
        "health": (25, "customer_health_score", 100.0),
        "usage": (20, "active_days_30", +1),
        "past_advocacy": (20, "advocacy_365", [(0, 0), (1, 70), (2, 100)]),
    },
}


def points(values: pd.Series, rule: object) -> pd.Series:
    """A signal's values as 0 to 100."""
    if isinstance(rule, float):
        return 100 * (values / rule).clip(0, 1)
    if isinstance(rule, list):
        reached = pd.Series(float(rule[0][1]), index=values.index)
        for start, worth in rule:
            reached = reached.mask(values >= start, worth)
        return reached.where(values.notna())
    known = values.dropna()
    places = pd.Series(stats.rankdata(known), index=known.index)
    best = 100 * (places - 1) / (len(known) - 1) if len(known) > 1 else places * 50
    return (best if rule == 1 else 100 - best).reindex(values.index)


def contributions(frame: pd.DataFrame, rules: dict) -> pd.DataFrame:
    """A column a component: its part in the row's score, which their sum is; all null where nothing is known."""
    found = pd.DataFrame({name: points(frame[signal], rule) for name, (_, signal, rule) in rules.items()})
    weights = pd.Series({name: float(weight) for name, (weight, _, _) in rules.items()})
    return (found * weights).div((found.notna() * weights).sum(axis=1), axis=0)


def scored(data: Data, score: str) -> pd.DataFrame:
    """taken_at, customer_id and the components' parts, of every account at every snapshot."""

    def make() -> pd.DataFrame:
        frame = seen(data)
        if score == "referral_readiness_score":
            health = scored(data, "customer_health_score").drop(columns=["taken_at", "customer_id"])
            frame = frame.assign(customer_health_score=health.sum(axis=1, min_count=1))
        return pd.concat([frame[["taken_at", "customer_id"]], contributions(frame, RULES[score])], axis=1)

    return data.remember(("scored", score), make)


def at_end(data: Data, score: str, end: pd.Timestamp, keep: Keep, *tables: str) -> pd.DataFrame:
    """The components' parts of the accounts of a segment (by the value @end), as last seen."""
    moment = min(data.until(end, table) for table in (source_table(data), *tables))
    frame = scored(data, score)
    frame = frame[frame["taken_at"] == last_taken(data, moment)].set_index("customer_id").drop(columns="taken_at")
    return frame[data.in_segment(keep, frame.index, moment)]


def answers(parts: pd.DataFrame, known: list[str]) -> dict:
    """None -> the mean score; component that is ever known -> the mean of its part, over the same accounts."""
    totals = parts.sum(axis=1, min_count=1).dropna()
    n = len(totals)
    result: dict = {None: ratio(totals.sum(), n, n, student(totals))}
    return result | {name: Answer(parts[name].sum() / n, parts[name].sum(), float(n), n) for name in known if n}


def of_accounts(data: Data, score: str, end: pd.Timestamp, keep: Keep, *tables: str) -> dict:
    ever = scored(data, score)
    return answers(at_end(data, score, end, keep, *tables), [name for name in RULES[score] if ever[name].notna().any()])


def customer_health_score(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> dict:
    return of_accounts(data, "customer_health_score", end, keep)


def customer_engagement_score(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> dict:
    return of_accounts(data, "customer_engagement_score", end, keep, "events")


def value_attainment(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> dict:
    return of_accounts(data, "value_attainment", end, keep)


def relationship_depth_score(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> dict:
    return of_accounts(data, "relationship_depth_score", end, keep, "touchpoints")


def expansion_opportunity_score(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> dict:
    return of_accounts(data, "expansion_opportunity_score", end, keep)


def expansion_readiness_index(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> dict:
    return of_accounts(data, "expansion_readiness_index", end, keep, "events")


def referral_readiness_score(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> dict:
    return of_accounts(data, "referral_readiness_score", end, keep)


def referral_ready_account_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    parts = at_end(data, "referral_readiness_score", end, keep)
    ready = parts.sum(axis=1, min_count=1) >= data.settings["readiness_threshold"]
    return share(int(ready.sum()), len(parts))


def team(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep, side: str) -> dict:
    """The accounts active in P (by their segment @start): what one side's people sent or attended in it."""
    base = active_in(data, start, data.until(end, source_table(data)))
    base = base[data.in_segment(keep, base, start)]
    until = min(data.until(end, "touchpoints"), data.until(end, source_table(data)))
    rows = between(data["touchpoints"], "occurred_at", start, until)
    told = rows["attended?"] if side == "theirs" else rows["attended"]
    part = rows[(rows["direction"] == side) | told]
    kept = pd.Series(np.where(part["attended"], 100.0, 0.0), index=part.index).where(part["attended?"])
    quality = pd.DataFrame({"tone": 50 * (1 + part["sentiment"]), "kept": kept}).mean(axis=1)
    took = part[(part["direction"] == side) | part["attended"]]
    other_side = "ours" if side == "theirs" else "theirs"
    other = rows[rows["direction"] == other_side]
    frame = pd.DataFrame(index=base)
    days = -(-(until - start) // DAY)
    frame["per_month"] = 30 * took.groupby("account").size().reindex(base).fillna(0) / days
    frame["quality"] = quality.groupby(part["account"]).mean().reindex(base)
    frame["reply_hours"] = other.groupby("account")["response_hours"].mean().reindex(base)
    every = data["touchpoints"]
    answered = every[every["direction"] == other_side]["response_hours"].notna().any()
    return answers(contributions(frame, TEAM), [name for name in TEAM if name != "responsiveness" or answered])


def customer_team_engagement(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> dict:
    return team(data, start, end, keep, "theirs")


def our_team_engagement(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> dict:
    return team(data, start, end, keep, "ours")
