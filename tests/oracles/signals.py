"""What comes before and after an expansion, by kpis.md: features of it, signs of intent, use after a renewal."""

from __future__ import annotations

import pandas as pd

from .answer import Answer, median, ratio, share, student
from .contracts import renewals
from .data import DAY, FAR, Data, Keep, between
from .engagement import uses
from .expansion import NO_MOVEMENT
from .lives import active_in, changes, first_starts, source_table
from .retention import opening
from .users import account_activations, dated_in


def feature_events(data: Data) -> pd.DataFrame:
    """Uses of an expansion feature before as-of, by an account."""
    rows = data["events"]
    rows = rows[rows["feature"].isin(data.settings["expansion_features"]) & rows["account"].notna()]
    return rows[rows["occurred_at"] < data.as_of_table("events")]


def expansion_activation_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Of the accounts active @start without a use of an expansion feature before it, those with one in P."""
    rows = feature_events(data)
    base = opening(data, start, keep).index
    base = base[~base.isin(rows[rows["occurred_at"] < start]["account"])]
    if not data.settings["expansion_features"]:
        return share(0, 0)
    return share(int(base.isin(between(rows, "occurred_at", start, end)["account"]).sum()), len(base))


def expansion_feature_usage_frequency(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    rows = data.rows("events", "occurred_at", keep)
    rows = between(rows.loc[rows.index.isin(feature_events(data).index)], "occurred_at", start, end)
    per_account = uses(rows).groupby(rows["account"]).sum()
    return ratio(per_account.sum(), len(per_account), len(per_account), student(per_account))


def growth_deals(data: Data) -> pd.DataFrame:
    """account, begins, ends of every upsell or cross-sell deal; an open one has no end, a closed one without its date
    is left out."""
    rows = data["opportunities"]
    rows = rows[rows["kind"].isin(["upsell", "cross_sell"]) & rows["account"].notna()]
    ends = rows["closed_at"].where(rows["status"] != "open", FAR)
    rows = pd.DataFrame({"account": rows["account"], "begins": rows["created_at"], "ends": ends})
    return rows[rows["ends"].notna() & (rows["begins"] < data.as_of_table("opportunities"))]


def intent_events(data: Data) -> pd.DataFrame:
    """account, occurred_at of every signal event before as-of."""
    rows = data["events"]
    rows = rows[rows["event"].isin(data.settings["intent_events"]) & rows["account"].notna()]
    return rows[rows["occurred_at"] < data.as_of_table("events")][["account", "occurred_at"]]


def expansion_intent_signal_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Accounts active in P (by their segment @start) with a signal event in P, or a deal open at some instant of P."""
    base = active_in(data, start, data.until(end, source_table(data)), keep)
    base = base[data.in_segment(keep, base, start)]
    deals = growth_deals(data)
    deals = deals[(deals["begins"] < end) & (deals["ends"] > start)]
    signalled = pd.concat([deals["account"], between(intent_events(data), "occurred_at", start, end)["account"]])
    return share(int(base.isin(signalled).sum()), len(base))


def first_after(begun: pd.Series, rows: pd.DataFrame) -> pd.DataFrame:
    """account, moment, days: of the rows (account, moment) the first at or after the account's beginning."""
    rows = rows.assign(begun=begun.reindex(rows["account"]).to_numpy())
    rows = rows[rows["moment"] >= rows["begun"]].sort_values("moment", kind="stable").drop_duplicates("account")
    return rows.assign(days=(rows["moment"] - rows["begun"]) / DAY)


def time_to_expansion_signal(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Days from first activity to the first signal event or deal at or after it, where that one falls in P."""
    events = intent_events(data).set_axis(["account", "moment"], axis=1)
    deals = growth_deals(data)[["account", "begins"]].set_axis(["account", "moment"], axis=1)
    found = first_after(first_starts(data), pd.concat([events, deals]))
    return median(dated_in(data, found, start, end, keep)["days"])


def time_to_value_expansion_features(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Days from an account's activation to its first use of an expansion feature at or after it, that one in P."""
    rows = feature_events(data)[["account", "occurred_at"]].set_axis(["account", "moment"], axis=1)
    return median(dated_in(data, first_after(account_activations(data), rows), start, end, keep)["days"])


def activation_to_expansion_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Of the accounts activated in P, those whose MRR, above 0, steps up at most `follow_days` after."""
    activated = account_activations(data).rename("moment").rename_axis("account").reset_index()
    begun = dated_in(data, activated, start, data.until(end, "milestones"), keep).set_index("account")["moment"]
    turns = changes(data)
    turns = turns[(turns["before"] > 0) & (turns["after"] - turns["before"] >= NO_MOVEMENT)]
    turns = turns[turns["moment"] < data.as_of_table(source_table(data))]
    days = (turns["moment"] - begun.reindex(turns["customer_id"]).to_numpy()) / DAY
    grown = turns[(days >= 0) & (days <= data.settings["follow_days"])]["customer_id"]
    return share(int(begun.index.isin(grown).sum()), len(begun))


def post_renewal_engagement_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Of the customers of P's renewal rate that renewed, those with an event or a touchpoint at most `follow_days`
    after."""
    renewed = renewals(data, start, end, keep).dropna()
    seen = []
    for name in ("events", "touchpoints"):
        rows = data[name][data[name]["occurred_at"] < data.as_of_table(name)]
        seen.append(rows[["account", "occurred_at"]])
    rows = pd.concat(seen).dropna()
    days = (rows["occurred_at"] - renewed.reindex(rows["account"]).to_numpy()) / DAY
    back = rows[(days >= 0) & (days <= data.settings["follow_days"])]["account"]
    return share(int(renewed.index.isin(back).sum()), len(renewed))
