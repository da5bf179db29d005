"""Advocacy, by kpis.md: who would recommend, who did, and whether it worked."""

from __future__ import annotations

import pandas as pd

from .answer import Answer, nps_interval, ratio, share, share_of_rows
from .data import DAY, Data, Keep, between
from .lives import active_in, source_table
from .support import answers


def net_promoter_score(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """100 x (promoters - detractors) / answers; of each respondent the last answer in P (and in the segment) counts."""
    rows = answers(data, "nps", start, end, keep)
    rows = rows[rows["low"].isin([0, 1] if data.settings["nps_scales"] == "both" else [0]) & (rows["high"] == 10)]
    nobody = pd.Series([f"row {i}" for i in rows.index], index=rows.index, dtype=object)
    person = ("user " + rows["user_id"]).fillna("customer " + rows["customer_id"]).fillna(nobody)
    rows = rows.assign(person=person).sort_values("responded_at", kind="stable")
    rule = data.settings["survey_rule"]
    if rule != "all":
        rows = rows.drop_duplicates(["person", "campaign"] if rule == "per_survey" else ["person"], keep="last")
    promoters, detractors = int((rows["score"] >= 9).sum()), int((rows["score"] <= 6).sum())
    interval = nps_interval(promoters, detractors, len(rows))
    return ratio(100 * (promoters - detractors), len(rows), len(rows), interval)


def referral_conversion_rate(data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None) -> Answer:
    """Referrals made in P, by their referrer's segment then; converted within the window and by as-of."""
    made = between(data.rows("referrals", "made_at", keep), "made_at", start, data.until(end, "referrals"))
    days = (made["converted_at"] - made["made_at"]) / DAY
    days = days.where(made["converted_at"] < data.as_of_table("referrals"))
    sound = ~(days < 0)
    won = days[sound] <= data.settings["referral_window_days"]
    return share_of_rows(won, made["account"][sound])


def referral_program_participation_rate(
    data: Data, start: pd.Timestamp, end: pd.Timestamp, keep: Keep = None
) -> Answer:
    """Customers active in P who made or accepted a referral in P / customers active in P, by their segment @start."""
    base = active_in(data, start, data.until(end, source_table(data)))
    base = base[data.in_segment(keep, base, start)]
    until = data.until(end, "referrals")
    rows = data["referrals"]
    made = between(rows, "made_at", start, until)["account"]
    accepted = between(rows, "accepted_at", start, until)["account"]
    return share(int(base.isin(pd.concat([made, accepted]).unique()).sum()), len(base))
