"""What revenue leaves and why, by kpis.md: MRR @start against MRR @end of the customers that paid @start."""

from __future__ import annotations

import pandas as pd

from .answer import Answer, jackknife, ratio, share
from .data import DAY, Data, Keep
from .expansion import NO_MOVEMENT, steps
from .lives import changes, lives, source_table
from .retention import closing, opening


def parts(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep) -> pd.DataFrame:
    """The movements of the customers with MRR > 0 @start; `lost` and `gained` are their sizes."""
    frame = steps(data, start, end, keep)
    frame = frame[frame["before"] > 0].copy()
    size = (frame["after"] - frame["before"]).abs()
    frame["lost"] = size.where(frame["kind"].isin(["churn", "contraction"]), 0.0)
    frame["gained"] = size.where(frame["kind"] == "expansion", 0.0)
    return frame


def of_opening(part: pd.Series, frame: pd.DataFrame) -> Answer:
    return ratio(part.sum(), frame["before"].sum(), len(frame), jackknife(part, frame["before"]))


def gross_revenue_churn_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    frame = parts(data, start, end, keep)
    return of_opening(frame["lost"], frame)


def net_revenue_churn_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    frame = parts(data, start, end, keep)
    return of_opening(frame["lost"] - frame["gained"], frame)


def revenue_churn_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> dict:
    """Cause -> its part of MRR @start; None -> the whole, which is gross revenue churn."""
    frame = parts(data, start, end, keep)
    why = pd.Series("downgraded", index=frame.index, dtype=object)
    gone = frame.index[frame["kind"] == "churn"]
    why.loc[gone] = causes(data, gone, data.until(end, source_table(data)), keep)
    result: dict = {
        # a part of a ratio of money has no interval of its own
        cause: of_opening(frame["lost"].where(why == cause, 0.0), frame)._replace(interval=None)
        for cause in ("cancelled", "downgraded", "not_renewed")
    }
    result[None] = of_opening(frame["lost"], frame)
    return result


def causes(data: Data, customers: pd.Index, end: pd.Timestamp, keep: Keep) -> list[str]:
    """Of each customer: not_renewed where the paying rows that ended last did so at their contract's end and without
    notice, each of them; else cancelled."""
    rows = lives(data, keep)
    rows = rows[(rows["mrr"] > 0) & (rows["start"] < end)]
    result = []
    for customer in customers:
        own = rows[rows["customer_id"] == customer]
        last = own[own["end"] == own["end"].max()]
        if "contract_end" in last and ((last["contract_end"] == last["end"]) & last["cancelled_on"].isna()).all():
            result.append("not_renewed")
        else:
            result.append("cancelled")
    return result


def customer_downgrade_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Of all customers active @start, free ones too, those that pay less @end and still pay."""
    base = opening(data, start, keep)
    then = closing(data, end, keep).reindex(base.index).fillna(0.0)
    return share(int(((base - then >= NO_MOVEMENT) & (then > 0)).sum()), len(base))


def downgrade_to_churn_conversion_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Of the customers with a contraction in P, those inactive at some instant from their last decrease in P until
    `follow_days` after it."""
    frame = steps(data, start, end, keep)
    shrunk = frame.index[frame["kind"] == "contraction"]
    turns = changes(data, keep)
    turns = turns[turns["customer_id"].isin(shrunk)]
    as_of = data.as_of_table(source_table(data))
    inside = turns[(turns["moment"] >= start) & (turns["moment"] < min(end, as_of))]
    last = inside[inside["before"] - inside["after"] >= NO_MOVEMENT].groupby("customer_id")["moment"].max()
    stops = turns[(turns["active"] == 0) & (turns["moment"] < as_of)]
    days = (stops["moment"] - last.reindex(stops["customer_id"]).to_numpy()) / DAY
    gone = stops[(days >= 0) & (days <= data.settings["follow_days"])]["customer_id"].nunique()
    return share(int(gone), len(shrunk))
