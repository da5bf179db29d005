"""How long customers stay, by kpis.md: cohorts some periods later, lifespans, those who answered, steps lost."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import stats

from .adoption import by_start
from .answer import Answer, share
from .data import DAY, Data, Keep, between
from .lives import first_starts, lives, source_table
from .retention import closing, opening
from .support import surveys


def later(start: pd.Timestamp, end: pd.Timestamp, periods: int) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The period so many after [start, end): whole months move by months, all others by their length."""
    if start.day == end.day == 1:
        size = (end.year - start.year) * 12 + end.month - start.month
        return start + pd.DateOffset(months=size * periods), end + pd.DateOffset(months=size * periods)
    return start + periods * (end - start), end + periods * (end - start)


def customer_cohort_retention_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Of the customers first active in P, those active at the end of the period `cohort_age` periods later."""
    until = data.until(end, source_table(data))
    cohort = by_start(data, first_starts(data), start, until, keep)
    _, age = later(start, end, data.settings["cohort_age"])
    return share(int(cohort.index.isin(closing(data, age, keep).index).sum()), len(cohort))


def average_customer_lifespan(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """The area in days below the Kaplan-Meier curve of the customers begun before @end, up to the longest time seen;
    its variance is Greenwood's."""
    end = data.until(end, source_table(data))
    rows = lives(data)
    rows = rows[rows["start"] < end]
    bounds = rows.groupby("customer_id").agg(start=("start", "min"), end=("end", "max"))
    bounds = bounds[data.in_segment(keep, bounds.index, end)]
    if bounds.empty:
        return Answer(None, None, None, 0)
    left = bounds["end"] < end
    days = (bounds["end"].clip(upper=end) - bounds["start"]) / DAY
    longest = float(days.max())
    moments = np.sort(days[left].unique())
    steps, alive = [(0.0, 1.0)], 1.0
    for moment in moments:
        alive *= 1 - float((days[left] == moment).sum()) / float((days >= moment).sum())
        steps.append((float(moment), alive))
    edges = [moment for moment, _ in steps] + [longest]
    pieces = [height * (edges[i + 1] - edges[i]) for i, (_, height) in enumerate(steps)]
    variance = 0.0
    for i, moment in enumerate(moments, start=1):
        at_risk, gone = float((days >= moment).sum()), float((days[left] == moment).sum())
        if at_risk > gone:
            variance += sum(pieces[i:]) ** 2 * gone / (at_risk * (at_risk - gone))
    value, half = sum(pieces), float(stats.norm.ppf(0.975) * np.sqrt(variance))
    # "Each result carries ... numerator, denominator": as of a median, those of the plain mean, here of the days so far
    interval = (value - half, value + half) if variance else None  # while nobody has left, the curve knows no spread
    return Answer(value, float(days.sum()), float(len(bounds)), len(bounds), interval)


def customer_feedback_retention_score(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Of the customers active @start with an answer in the `lookback_days` before it, those active @end."""
    rows = surveys(data, "responded_at", None)
    rows = between(rows[rows["answered"]], "responded_at", start - data.settings["lookback_days"] * DAY, start)
    base = opening(data, start, keep)
    base = base[base.index.isin(rows["account"].dropna())]
    return share(int(base.index.isin(closing(data, end, keep).index).sum()), len(base))


def drop_off_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> dict:
    """'a -> b' -> those that reached a in P and not b within the window / those that reached a; None: first to last."""
    names = [name for name in data.settings["drop_off_steps"] if len(step_rows(data, name))]
    if len(names) < 2:
        return {None: share(0, 0)}
    by_user = all(step_rows(data, name)["user_id"].notna().any() for name in names)
    steps = {name: units(step_rows(data, name), by_user) for name in names}
    pairs: dict = {f"{a} -> {b}": (a, b) for a, b in pairwise(names)}
    pairs[None] = (names[0], names[-1])
    return {item: lost(data, steps[a], steps[b], start, end, keep) for item, (a, b) in pairs.items()}


def step_rows(data: Data, name: str) -> pd.DataFrame:
    """user_id, account, moment of a step before as-of: milestones of that name, else events."""
    for table, column, moment in (("milestones", "milestone", "reached_at"), ("events", "event", "occurred_at")):
        rows = data[table]
        if (rows[column] == name).any():
            rows = rows[(rows[column] == name) & (rows[moment] < data.as_of_table(table))]
            return rows[["user_id", "account", moment]].set_axis(["user_id", "account", "moment"], axis=1)
    return pd.DataFrame(columns=["user_id", "account", "moment"])


def units(rows: pd.DataFrame, by_user: bool) -> pd.DataFrame:
    """unit, account, moment: users; or accounts, each by its own rows, else by its users'."""
    if by_user:
        rows = rows[rows["user_id"].notna()]
        return rows.assign(unit=rows["user_id"])
    rows = rows[rows["account"].notna()]
    own = rows[rows["user_id"].isna()]
    rows = pd.concat([own, rows[rows["user_id"].notna() & ~rows["account"].isin(own["account"])]])
    return rows.assign(unit=rows["account"])


def lost(
    data: Data, step: pd.DataFrame, following: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp, keep: Keep
) -> Answer:
    """Units that first reached the step in P without a row of the next at or after it and within the window."""
    first = step.sort_values("moment", kind="stable").drop_duplicates("unit").set_index("unit")
    first = between(first, "moment", start, end)
    if keep is not None:
        values = data.value_at(keep[0], first["account"], first["moment"])
        first = first[values.isna() if keep[1] is None else values == keep[1]]
    days = (following["moment"] - first["moment"].reindex(following["unit"]).to_numpy()) / DAY
    went = following[(days >= 0) & (days <= data.settings["drop_off_window_days"])]["unit"]
    return share(int((~first.index.isin(went)).sum()), len(first))
