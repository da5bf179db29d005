"""The models once more, by README.md (readings 106 and on): what they learn from, and what they say of today."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

from .answer import Answer, ratio, student
from .data import DAY, FAR, Data, Keep
from .lives import lives, source_table, state
from .seen import last_taken, seen, snapshots

LOGARITHMS = ["events_30", "active_days_30", "users_30", "features_30", "hours_30", "idle_days", "open_tickets",
              "tickets_90", "touchpoints_90", "contacts_90", "reply_hours_90", "tenure_days", "mrr", "intent_90",
              "advocacy_365"]  # fmt: skip
AS_THEY_ARE = ["use_change", "ticket_satisfaction", "nps_answer", "csat_answer", "late_share_180", "milestone_share",
               "renewal_due", "mrr_change_90", "product_room", "seat_use"]  # fmt: skip


def outcomes(data: Data) -> pd.DataFrame:
    """taken_at, customer_id, known_at, happened: not active throughout the horizon, or paying less in it."""
    rows = lives(data)
    found = []
    for taken in snapshots(data):
        until = taken + data.settings["horizon_days"] * DAY
        if until > data.as_of:
            continue
        now = state(data, taken)
        cuts = {until, *rows[(rows["end"] >= taken) & (rows["end"] < until)]["end"],
                *rows[(rows["start"] >= taken) & (rows["start"] < until)]["start"]}  # fmt: skip
        happened = pd.Series(False, index=now.index)
        for cut in cuts:  # what holds from each change on, up to the next one
            after = rows[(rows["start"] <= cut) & (rows["end"] > cut)] if cut < until else rows[
                (rows["start"] < cut) & (rows["end"] >= cut)]  # fmt: skip
            there = after.groupby("customer_id")["mrr"].sum().reindex(now.index)
            happened |= there.isna() | (there < now - 0.005)
        found.append(pd.DataFrame({"customer_id": now.index, "happened": happened.to_numpy()}).assign(
            taken_at=taken, known_at=until))  # fmt: skip
    return pd.concat(found, ignore_index=True)


def deals(data: Data) -> pd.DataFrame:
    """The deals open at each snapshot, with what was known of them then."""
    rows = data["opportunities"].copy()
    rows["over"] = rows["closed_at"].where(rows["status"] != "open", FAR)
    rows = rows[rows["over"].notna() & rows["created_at"].notna()]
    for name in ("source", "kind"):
        rows[name] = rows[name].str.lower()
    found = []
    for taken in snapshots(data):
        past = rows[rows["over"] < taken].assign(won=lambda f: (f["status"] == "won").astype(float))
        open_ = rows[(rows["created_at"] < taken) & (rows["over"] >= taken)].copy()
        overall = past["won"].mean()
        for name in ("owner", "source", "kind"):
            rate = past.groupby(name)["won"].agg(["sum", "size"])
            drawn = (rate["sum"] + 5 * overall) / (rate["size"] + 5)
            open_[f"{name}_win_rate"] = open_[name].map(drawn).fillna(overall)
        open_["age"] = np.log1p((taken - open_["created_at"]) / DAY)
        open_["size"] = np.log1p(open_["amount"])
        found.append(open_.assign(taken_at=taken))
    result = pd.concat(found, ignore_index=True)
    for name in ("renewal", "new"):
        result[f"is_{name}"] = (result["kind"] == name).astype(float).where(result["kind"].notna())
    return result.assign(happened=result["status"] == "won", known_at=result["over"].where(result["over"] < data.as_of))


def chances(rows: pd.DataFrame, features: list[str], unit: str) -> tuple[pd.Series, dict]:
    """The chance of every row, by the rows seen and known in the first part; and how it does in the second."""
    known = rows[rows["known_at"].notna()].sort_values(["taken_at", unit])
    cut = known["taken_at"].iloc[int(0.7 * (len(known) - 1))]
    learn = known[(known["taken_at"] < cut) & (known["known_at"] <= cut)]
    judge = known[known["taken_at"] >= cut]
    names = [n for n in features if learn[n].notna().mean() >= 0.5 and learn[n].nunique() > 1]
    middle, spread = learn[names].mean(), learn[names].std(ddof=0)
    model = LogisticRegression(solver="newton-cg", tol=1e-10, max_iter=1000).fit(
        ((learn[names] - middle) / spread).fillna(0).to_numpy(), learn["happened"]
    )
    told = model.predict_proba(((rows[names] - middle) / spread).fillna(0).to_numpy())[:, 1]
    result = pd.Series(told, index=rows.index)
    truth = judge["happened"].astype(float)
    base = np.full(len(judge), learn["happened"].mean())
    return result, {
        "cut_at": cut,
        "learned_rows": len(learn),
        "judged_rows": len(judge),
        "auc": roc_auc_score(truth, result[judge.index]),
        "brier": brier_score_loss(truth, result[judge.index]),
        "base_brier": brier_score_loss(truth, base),
    }


def risks(data: Data) -> tuple[pd.DataFrame, dict]:
    """Every account at every snapshot with its `chance`; and the judgement."""

    def make() -> tuple[pd.DataFrame, dict]:
        rows = seen(data).merge(outcomes(data), on=["taken_at", "customer_id"], how="left")
        rows[LOGARITHMS] = np.log1p(rows[LOGARITHMS].clip(lower=0))
        rows["happened"] = rows["happened"].fillna(False).astype(bool)
        told, judgement = chances(rows, [*LOGARITHMS, *AS_THEY_ARE], "customer_id")
        return rows.assign(chance=told), judgement

    return data.remember(("risks",), make)


def pipeline(data: Data) -> tuple[pd.DataFrame, dict]:
    """Every deal open at every snapshot with its `chance`; and the judgement."""

    def make() -> tuple[pd.DataFrame, dict]:
        rows = deals(data)
        features = ["age", "size", "owner_win_rate", "source_win_rate", "kind_win_rate", "is_renewal", "is_new"]
        told, judgement = chances(rows, features, "opportunity_id")
        return rows.assign(chance=told), judgement

    return data.remember(("pipeline",), make)


def mean_chance(data: Data, rows: pd.DataFrame, moment: pd.Timestamp, keep: Keep, times: float) -> Answer:
    rows = rows[rows["taken_at"] == last_taken(data, moment)]
    if keep is not None:
        values = rows["customer_id"].map(data.value_before(keep[0], moment))
        rows = rows[values.isna() if keep[1] is None else values == keep[1]]
    told = times * rows["chance"]
    return ratio(told.sum(), len(told), len(told), student(told))


def churn_risk_score(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    return mean_chance(data, risks(data)[0], data.until(end, source_table(data)), keep, 100)


def win_prediction(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    return mean_chance(data, pipeline(data)[0], data.until(end, "opportunities"), keep, 1)
