"""The same retention questions in pandas, on frames in memory."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from tests.benchmarks.cohorts_by_hand import LAST
from tests.benchmarks.generate import AS_OF

Frames = dict[str, pd.DataFrame]
_STEPS = range(1, 13)
_EDGES = {1: (1, 1), 2: (2, 3), 3: (4, 6), 4: (7, 12)}


def _month(times: pd.Series) -> pd.Series:
    return times.dt.year * 12 + times.dt.month


def _week(times: pd.Series) -> pd.Series:
    return (times.dt.normalize() - pd.Timestamp("1900-01-01")).dt.days // 7


def _seen(frames: Frames, unit: str = "customer_id", number: Callable[[pd.Series], pd.Series] = _month) -> pd.DataFrame:
    rows = pd.DataFrame({"u": frames["events"][unit], "p": number(frames["events"]["occurred_at"])})
    return rows.drop_duplicates()


def _moves(seen: pd.DataFrame) -> pd.DataFrame:
    c = seen.groupby("u")["p"].transform("min")
    return seen.assign(c=c, k=seen["p"] - c)


def _later(moves: pd.DataFrame) -> pd.DataFrame:
    return moves[moves["k"].between(1, 12)]


def _on(moves: pd.DataFrame) -> pd.Series:
    return _later(moves).groupby(["c", "k"]).size()


def _after(moves: pd.DataFrame) -> pd.Series:
    last = moves.groupby("u").agg(c=("c", "first"), last=("k", "max"))
    return pd.concat({k: last[last["last"] >= k].groupby("c").size() for k in _STEPS}).swaplevel()


def _before(moves: pd.DataFrame) -> pd.Series:
    first = moves[moves["k"] >= 1].groupby("u").agg(c=("c", "first"), first=("k", "min"))
    sizes = {k: first[(first["first"] <= k) & (first["c"] + k <= LAST)].groupby("c").size() for k in _STEPS}
    return pd.concat(sizes).swaplevel()


def _unbroken(moves: pd.DataFrame) -> pd.DataFrame:
    later = moves[moves["k"] >= 1].sort_values(["u", "k"])
    return _later(later[later["k"] == later.groupby("u").cumcount() + 1])


def _brackets(moves: pd.DataFrame) -> pd.Series:
    inside = {n: moves[moves["k"].between(low, high)].groupby("c")["u"].nunique() for n, (low, high) in _EDGES.items()}
    return pd.concat(inside).swaplevel()


def _with_region(frames: Frames, moves: pd.DataFrame) -> pd.DataFrame:
    return _later(moves).merge(frames["customers"][["customer_id", "region"]], left_on="u", right_on="customer_id")


def _every(seen: pd.DataFrame) -> pd.Series:
    pairs = seen.merge(seen.rename(columns={"p": "c"}), on="u")
    return _on(pairs.assign(k=pairs["p"] - pairs["c"]))


def _rolling(frames: Frames) -> pd.Series:
    rows = frames["events"][["customer_id", "occurred_at"]].copy()
    s, t = rows.groupby("customer_id")["occurred_at"].transform("min"), rows["occurred_at"]
    k = _month(t) - _month(s)
    # before the day and time of the start, or the month's last day where it has no such day, the month is not over
    start_day = s.dt.day.where(s.dt.day <= t.dt.days_in_month, t.dt.days_in_month)
    begun = (t.dt.day > start_day) | ((t.dt.day == start_day) & (t - t.dt.normalize() >= s - s.dt.normalize()))
    rows = pd.DataFrame({"u": rows["customer_id"], "s": s, "k": k - (~begun)}).drop_duplicates()
    rows = _later(rows)
    left = (AS_OF.year - rows["s"].dt.year) * 12 + AS_OF.month - rows["s"].dt.month
    over = rows["k"] + 1 <= left - ((rows["s"].dt.day > 1) | (rows["s"] != rows["s"].dt.normalize()))
    rows = rows[over]
    return rows.groupby([_month(rows["s"]).rename("c"), "k"]).size()


def _two_events(frames: Frames) -> pd.Series:
    events = frames["events"]
    rows = pd.DataFrame({"u": events["customer_id"], "p": _month(events["occurred_at"]), "event": events["event"]})
    first = rows[rows["event"] == "view"].groupby("u")["p"].min().rename("c")
    times = rows[rows["event"] == "share"].groupby(["u", "p"]).size()
    moves = times[times >= 2].reset_index().join(first, on="u", how="inner")
    return _on(moves.assign(k=moves["p"] - moves["c"]))


def _signed_up(frames: Frames) -> pd.Series:
    people, orders = frames["customers"], frames["orders"]
    c = pd.Series(_month(pd.to_datetime(people["signed_up_on"])).to_numpy(), people["customer_id"], name="c")
    rows = pd.DataFrame({"u": orders["customer_id"], "p": _month(orders["ordered_at"])}).drop_duplicates()
    moves = rows.join(c, on="u", how="inner")
    return _on(moves.assign(k=moves["p"] - moves["c"]))


def _parents(frames: Frames) -> pd.Series:
    people, orders = frames["customers"], frames["orders"]
    top = pd.Series(
        people["parent_customer_id"].fillna(people["customer_id"]).to_numpy(), people["customer_id"], name="u"
    )
    rows = orders[["customer_id"]].assign(p=_month(orders["ordered_at"])).join(top, on="customer_id", how="inner")
    return _on(_moves(rows[["u", "p"]].drop_duplicates()))


def _paid(frames: Frames) -> pd.DataFrame:
    orders = frames["orders"]
    rows = pd.DataFrame({"u": orders["customer_id"], "p": _month(orders["ordered_at"]), "v": orders["amount"]})
    moves = _moves(rows.groupby(["u", "p"], as_index=False)["v"].sum())
    bases = moves[moves["k"] == 0].set_index("u")["v"].rename("b")
    return moves.join(bases, on="u")


def _brought(moves: pd.DataFrame) -> pd.Series:
    return moves.groupby(["c", "k"])["v"].sum()


QUESTIONS: dict[str, Callable[[Frames], pd.Series]] = {
    "on": lambda f: _on(_moves(_seen(f))),
    "on, weeks": lambda f: _on(_moves(_seen(f, number=_week))),
    "on, users": lambda f: _on(_moves(_seen(f, "user_id"))),
    "on or after": lambda f: _after(_moves(_seen(f))),
    "on or before": lambda f: _before(_moves(_seen(f))),
    "streak": lambda f: _unbroken(_moves(_seen(f))).groupby(["c", "k"]).size(),
    "brackets": lambda f: _brackets(_moves(_seen(f))),
    "by attribute": lambda f: _with_region(f, _moves(_seen(f))).groupby(["c", "region", "k"]).size(),
    "cohorts of an attribute": lambda f: _with_region(f, _moves(_seen(f))).groupby(["region", "k"]).size(),
    "every start": lambda f: _every(_seen(f)),
    "rolling": _rolling,
    "two events, at least twice": _two_events,
    "sign-up, then orders": _signed_up,
    "parents and children as one": _parents,
    "net revenue": lambda f: _brought(_later(_paid(f))),
    "gross revenue": lambda f: _brought(_later(p.assign(v=p[["v", "b"]].min(axis=1))) if len(p := _paid(f)) else p),
    "net revenue, none that was away": lambda f: _brought(_unbroken(_paid(f))),
}


def answer(frames: Frames, name: str) -> dict[tuple, float]:
    """(cohort, (region,) k) -> the figure, where it is not zero."""
    found = QUESTIONS[name](frames)
    return {place: float(value) for place, value in found[found != 0].items()}
