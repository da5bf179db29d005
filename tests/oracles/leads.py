"""First contacts, by kpis.md: how long leads and new customers wait for us."""

from __future__ import annotations

import pandas as pd

from .adoption import by_start, reached
from .answer import Answer, median
from .data import Data, Keep, between
from .users import dated_in

HOUR = pd.Timedelta(hours=1)


def lead_response_time(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Hours from a lead's coming in to our first contact; a contact before it is a problem row."""
    rows = between(data.rows("leads", "created_at", keep), "created_at", start, data.until(end, "leads"))
    contact = rows["first_contact_at"].where(rows["first_contact_at"] < data.as_of_table("leads"))
    hours = (contact - rows["created_at"]) / HOUR
    return median(hours[hours >= 0])


def outreach(data: Data) -> pd.DataFrame:
    """account, touched: every touchpoint that we began, before as-of."""
    rows = data["touchpoints"]
    rows = rows[(rows["direction"] == "ours") & (rows["occurred_at"] < data.as_of_table("touchpoints"))]
    return rows[["account", "occurred_at"]].set_axis(["account", "touched"], axis=1)


def first_outreach(data: Data, begun: pd.DataFrame) -> pd.Series:
    """For each row (account, moment) of `begun` our first touchpoint at or after the moment."""
    both = begun[["account", "moment"]].dropna().reset_index(names="place").merge(outreach(data), on="account")
    first = both[both["touched"] >= both["moment"]].groupby("place")["touched"].min()
    return first.reindex(begun.index).astype("datetime64[us]")


def lead_response_time_post_onboarding(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Hours from the completion of onboarding in P to our first touchpoint at or after it."""
    done = by_start(
        data, reached(data, "onboarding_completed", "reached_at"), start, data.until(end, "milestones"), keep
    )
    frame = pd.DataFrame({"account": done.index, "moment": done.to_numpy()})
    return median((first_outreach(data, frame) - frame["moment"]) / HOUR)


def conversions(data: Data) -> pd.DataFrame:
    """account, moment, contact: every lead without a customer; of a customer its first lead, else its sign-up."""
    leads = data["leads"].sort_values("created_at", kind="stable")
    leads = leads[leads["account"].isna() | ~leads["account"].duplicated()]
    leads = leads[["account", "created_at", "first_contact_at"]].set_axis(["account", "moment", "contact"], axis=1)
    leads["contact"] = leads["contact"].where(leads["contact"] < data.as_of_table("leads"))
    customers = data["customers"].dropna(subset=["signed_up_on"]).drop_duplicates("customer_id", keep="last")
    customers = customers[~customers["customer_id"].isin(leads["account"])]
    customers = customers[["customer_id", "signed_up_on"]].set_axis(["account", "moment"], axis=1)
    return pd.concat([leads, customers.assign(contact=pd.NaT)], ignore_index=True)


def time_to_first_contact(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Hours from the conversions of P to the lead's first contact or our first touchpoint at or after, whichever came
    first; a first contact before the lead is a problem row."""
    rows = dated_in(data, conversions(data), start, data.until(end, "leads"), keep)
    rows = rows[~(rows["contact"] < rows["moment"])].reset_index(drop=True)
    first = pd.concat([rows["contact"].astype("datetime64[us]"), first_outreach(data, rows)], axis=1).min(axis=1)
    return median((first - rows["moment"]) / HOUR)
