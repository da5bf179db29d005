"""Referrals, by kpis.md: asks and what came of them, deals from referrals, how referred customers do."""

from __future__ import annotations

import pandas as pd

from .answer import Answer, jackknife, ratio, share, share_of_rows
from .data import Data, Keep, between
from .expansion import steps
from .retention import closing, opening, paying


def referred(data: Data) -> pd.Index:
    """Customers that name who referred them, or are named in a referral, whatever became of it."""
    customers = data["customers"]
    own = customers[customers["referred_by"].notna()]["customer_id"]
    return pd.Index(pd.concat([own, data["referrals"]["referred_customer_id"].dropna()]).unique())


def then_what(
    data: Data, first: str, then: tuple[str, ...], start: pd.Timestamp, end: pd.Timestamp, keep: Keep
) -> Answer:
    """Referrals whose `first` lies in P: whether any of `then` followed by as-of; one before it is a problem row."""
    rows = between(data.rows("referrals", first, keep), first, start, data.until(end, "referrals"))
    followed = pd.Series(False, index=rows.index)
    sound = pd.Series(True, index=rows.index)
    for column in then:
        followed |= rows[column] < data.as_of_table("referrals")
        sound &= ~(rows[column] < rows[first])
    return share_of_rows(followed[sound], rows["account"][sound])


def referral_incentive_conversion_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    return then_what(data, "incentive_shown_at", ("converted_at",), start, end, keep)


def referral_prompt_interaction_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Accepted implies interacted."""
    return then_what(data, "prompted_at", ("interacted_at", "accepted_at"), start, end, keep)


def referral_prompt_acceptance_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    return then_what(data, "prompted_at", ("accepted_at",), start, end, keep)


def referral_driven_expansion_revenue(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    frame = steps(data, start, end, keep)
    grown = frame[(frame["kind"] == "expansion") & frame.index.isin(referred(data))]
    total = (grown["after"] - grown["before"]).sum()
    return Answer(total, total, None, len(grown))


def referral_opportunity_pipeline_contribution_rate(
    data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None
) -> Answer:
    """Amount of the deals created in P whose source is a referral, or that are strategic referrals / of all of them."""
    deals = between(
        data.rows("opportunities", "created_at", keep), "created_at", start, data.until(end, "opportunities")
    )
    source = deals["source"].fillna("").astype(str).str.lower()
    named = source.str.contains(r"(?<![a-z0-9])referr(?:al|als|ed)(?![a-z0-9])", regex=True)
    amount = deals["amount"].fillna(0.0)
    of_referrals = amount.where(named | deals["is_strategic_referral"], 0.0)
    owner = deals["account"].fillna("deal " + deals["opportunity_id"])
    interval = jackknife(of_referrals.groupby(owner).sum(), amount.groupby(owner).sum())
    return ratio(of_referrals.sum(), amount.sum(), len(deals), interval)


def strategic_referral_win_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Won / closed in P, of the deals that say they are strategic referrals, or say nothing and belong to a customer of
    a strategic referral."""
    deals = between(data.rows("opportunities", "closed_at", keep), "closed_at", start, data.until(end, "opportunities"))
    deals = deals[deals["status"].isin(["won", "lost"])]
    referrals = data["referrals"]
    strategic = deals["account"].isin(referrals[referrals["is_strategic"]]["referred_customer_id"].dropna())
    deals = deals[deals["is_strategic_referral"].where(deals["is_strategic_referral?"], strategic)]
    return share_of_rows(deals["status"] == "won", deals["account"])


def referred_base(data: Data, start: pd.Timestamp, keep: Keep) -> pd.Index:
    """The referred customers active @start."""
    base = opening(data, start, keep).index
    return base[base.isin(referred(data))]


def referral_retention_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    base = referred_base(data, start, keep)
    return share(int(base.isin(closing(data, end, keep).index).sum()), len(base))


def referral_churn_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    base = referred_base(data, start, keep)
    return share(int((~base.isin(closing(data, end, keep).index)).sum()), len(base))


def referred_account_nrr(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """MRR@end / MRR@start of the referred customers that paid @start; (S) with their reactivations in P."""
    base, then = paying(data, start, end, keep)
    own = base.index.isin(referred(data))
    base, then = base[own], then[own]
    kept = then.sum()
    if data.settings["nrr_with_reactivation"]:
        frame = steps(data, start, end, keep)
        kept += frame[(frame["kind"] == "reactivation") & frame.index.isin(referred(data))]["after"].sum()
    return ratio(kept, base.sum(), len(base), jackknife(then, base))
