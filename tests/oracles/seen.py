"""What is seen of each active account at a month's end, by the list of signals in README.md (readings 101 and on)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .adoption import reached
from .contracts import contracts
from .data import DAY, FAR, Data, between
from .engagement import uses
from .lives import lives, state

VOID = ("void", "voided", "draft", "deleted")


def snapshots(data: Data) -> list[pd.Timestamp]:
    """Every month's end after the first activity or deal, and as-of."""

    def make() -> list[pd.Timestamp]:
        first = min(lives(data)["start"].min(), data["opportunities"]["created_at"].min())
        ends = pd.date_range(first.to_period("M").to_timestamp(), data.as_of, freq="MS")
        return [*(end for end in ends if first < end < data.as_of), data.as_of]

    return data.remember(("snapshots",), make)


def last_taken(data: Data, moment: pd.Timestamp) -> pd.Timestamp:
    """The last snapshot at or before an instant."""
    return max(taken for taken in snapshots(data) if taken <= moment)


def seen(data: Data) -> pd.DataFrame:
    """All signals of all active accounts at all snapshots: taken_at, customer_id, and a column a signal."""

    def make() -> pd.DataFrame:
        frames = []
        for taken in snapshots(data):
            accounts = state(data, taken).index
            found = {**usage(data, taken, accounts), **voice(data, taken), **met(data, taken), **money(data, taken),
                     **intent(data, taken), **milestones(data, taken)}  # fmt: skip
            frame = pd.DataFrame({name: values.reindex(accounts) for name, values in found.items()}, dtype=float)
            for name in zero_where_none():
                frame[name] = frame[name].fillna(0.0)
            for name in blind(data, taken):
                frame[name] = np.nan
            frames.append(frame.rename_axis("customer_id").reset_index().assign(taken_at=taken))
        result = pd.concat(frames, ignore_index=True)
        result["idle_days"] = result["idle_days"].fillna(result["tenure_days"]).where(result["events_30"].notna())
        return result

    return data.remember(("seen",), make)


def window(data: Data, table: str, column: str, taken: pd.Timestamp, days: int) -> pd.DataFrame:
    return between(data[table], column, taken - days * DAY, taken)


OF_USE = ["events_30", "active_days_30", "users_30", "features_30", "hours_30", "quantity_30", "idle_days",
          "use_change", "expansion_uses_30", "seat_use"]  # fmt: skip
OF_TICKETS = ["open_tickets", "tickets_90"]
OF_CONTACTS = ["touchpoints_90", "contacts_90", "roles_90", "levels_90", "two_way_90"]


def covered(data: Data, table: str, columns: list[str], taken: pd.Timestamp) -> bool:
    """The table begins before the snapshot, and its last day ends no more than `fresh_days` before it."""
    frame = data[table]
    stamps = pd.concat([frame[column] for column in columns]).dropna()
    if stamps.empty:
        return False
    last = stamps.max().normalize() + DAY
    return bool(frame[columns[0]].min() < taken and last >= taken - data.settings["fresh_days"] * DAY)


def blind(data: Data, taken: pd.Timestamp) -> list[str]:
    """The signals whose table says nothing of that time."""
    result = [] if covered(data, "events", ["occurred_at"], taken) else [*OF_USE]
    result += [] if covered(data, "tickets", ["created_at", "resolved_at"], taken) else OF_TICKETS
    result += [] if covered(data, "touchpoints", ["occurred_at"], taken) else OF_CONTACTS
    begun = {"advocacy_365": ("touchpoints", "occurred_at"), "milestone_share": ("milestones", "reached_at")}
    result += [name for name, (table, column) in begun.items() if not data[table][column].min() < taken]
    if "advocacy_365" in result and data["referrals"]["made_at"].min() < taken:
        result.remove("advocacy_365")
    if not data["opportunities"]["kind"].isin(["upsell", "cross_sell"]).any():
        said = data.settings["intent_events"] and covered(data, "events", ["occurred_at"], taken)
        result += [] if said else ["intent_90"]
    return result if len(contracts(data)) else [*result, "renewal_due"]


def zero_where_none() -> list[str]:
    """The signals of which an account without a row has none, rather than not being known."""
    counts = [name for name in OF_USE if name not in ("idle_days", "seat_use")]
    return [*counts, *OF_TICKETS, *OF_CONTACTS, "intent_90", "advocacy_365", "milestone_share", "renewal_due", "mrr"]


def usage(data: Data, taken: pd.Timestamp, accounts: pd.Index) -> dict[str, pd.Series]:
    events = data["events"][data["events"]["account"].notna()]
    recent = between(events, "occurred_at", taken - 30 * DAY, taken)
    count = recent.groupby("account").size()
    before = between(events, "occurred_at", taken - 60 * DAY, taken - 30 * DAY).groupby("account").size()
    days = recent["occurred_at"].dt.normalize().groupby(recent["account"]).nunique()
    users = recent.groupby("account")["user_id"].nunique()
    last = events[events["occurred_at"] < taken].groupby("account")["occurred_at"].max()
    both = pd.DataFrame({"now": count, "then": before}).fillna(0)
    chosen = recent[recent["feature"].isin(data.settings["expansion_features"])]
    first = lives(data).groupby("customer_id")["start"].min()
    rows = lives(data)
    there = rows[(rows["start"] < taken) & (rows["end"] >= taken)]
    seats = there.groupby("customer_id")["quantity"].sum(min_count=1)
    sold = rows[rows["start"] < taken]["product"].nunique()
    held = there.groupby("customer_id")["product"].nunique()
    return {
        "events_30": count,
        "active_days_30": days,
        "users_30": users,
        "features_30": recent.groupby("account")["feature"].nunique(),
        "hours_30": recent.groupby("account")["duration_seconds"].sum() / 3600,
        "quantity_30": uses(recent).groupby(recent["account"]).sum(),
        "idle_days": (taken - last) / DAY,
        "use_change": (both["now"] - both["then"]) / (both["now"] + both["then"]),
        "expansion_uses_30": uses(chosen).groupby(chosen["account"]).sum(),
        "seat_use": users.reindex(accounts).fillna(0) / seats.replace(0, np.nan),
        "tenure_days": (taken - first) / DAY,
        "product_room": 1 - held / sold if sold > 1 else pd.Series(dtype=float),
    }


def voice(data: Data, taken: pd.Timestamp) -> dict[str, pd.Series]:
    tickets = data["tickets"][data["tickets"]["created_at"] < taken]
    fresh = between(tickets, "created_at", taken - 90 * DAY, taken)
    still = tickets[~(tickets["resolved_at"] < taken)]
    answers = window(data, "survey_responses", "responded_at", taken, 180)
    answers = answers[answers["score"].notna() & ~answers["respondent_type"].isin(["employee", "prospect"])]
    nps = answers[(answers["survey"] == "nps") & answers["score"].between(0, 10)]
    csat = answers[(answers["survey"] == "csat") & answers["score"].between(1, 5)]
    return {
        "open_tickets": still.groupby("account").size(),
        "tickets_90": fresh.groupby("account").size(),
        "ticket_satisfaction": fresh.groupby("account")["satisfaction"].mean(),
        "nps_answer": nps.sort_values("responded_at", kind="stable").groupby("account")["score"].last(),
        "csat_answer": (100 * (csat["score"] - 1) / 4).groupby(csat["account"]).mean(),
    }


def met(data: Data, taken: pd.Timestamp) -> dict[str, pd.Series]:
    rows = window(data, "touchpoints", "occurred_at", taken, 90)
    rows = rows[rows["attended"] | ~rows["attended?"]]
    users = data["users"].drop_duplicates("user_id", keep="last").set_index("user_id")
    told = {"contact_role": "role", "contact_level": "seniority"}
    names = {
        column: rows[column].fillna(rows["contact_id"].map(users[own])).str.lower() for column, own in told.items()
    }
    ours = (rows["direction"] == "ours").groupby(rows["account"]).sum()
    theirs = (rows["direction"] == "theirs").groupby(rows["account"]).sum()
    acts = window(data, "touchpoints", "occurred_at", taken, 365)
    acts = acts[acts["kind"].isin(data.settings["advocacy_kinds"])]
    acts = acts[~(acts["touchpoint_id"].notna() & acts["touchpoint_id"].duplicated())]
    made = window(data, "referrals", "made_at", taken, 365)
    return {
        "touchpoints_90": rows.groupby("account").size(),
        "contacts_90": rows.groupby("account")["contact_id"].nunique(),
        "roles_90": names["contact_role"].groupby(rows["account"]).nunique(),
        "levels_90": names["contact_level"].groupby(rows["account"]).nunique(),
        "two_way_90": 2 * np.minimum(ours, theirs) / (ours + theirs),
        "reply_hours_90": rows.groupby("account")["response_hours"].mean(),
        "advocacy_365": pd.concat([acts["account"], made["account"]]).value_counts(),
    }


def money(data: Data, taken: pd.Timestamp) -> dict[str, pd.Series]:
    now, then = state(data, taken), state(data, taken - 90 * DAY)
    lines = window(data, "invoices", "due_on", taken, 180)
    status = lines["status"].str.lower()
    lines = lines[(lines["amount"] > 0) & ~status.isin(VOID) & ~((status == "paid") & lines["paid_on"].isna())]
    late = lines["paid_on"].fillna(FAR) > lines["due_on"]
    held = contracts(data)
    open_ = held[(held["start"] < taken) & (held["end"] >= taken) & (held["contract_end"] > held["contract_start"])]
    due = between(open_, "contract_end", taken, taken + data.settings["horizon_days"] * DAY)
    return {
        "mrr": now,
        "mrr_change_90": (now - then.where(then > 0)) / then.where(then > 0),
        "late_share_180": late.groupby(lines["customer_id"]).mean(),
        "renewal_due": pd.Series(1.0, index=due["customer_id"].unique()),
    }


def intent(data: Data, taken: pd.Timestamp) -> dict[str, pd.Series]:
    events = window(data, "events", "occurred_at", taken, 90)
    events = events[events["event"].isin(data.settings["intent_events"])]
    deals = data["opportunities"]
    ends = deals["closed_at"].where(deals["status"] != "open", FAR)
    open_ = (deals["created_at"] < taken) & (ends > taken - 90 * DAY)
    deals = deals[deals["kind"].isin(["upsell", "cross_sell"]) & open_]
    return {"intent_90": pd.concat([events["account"], deals["account"]]).value_counts()}


def milestones(data: Data, taken: pd.Timestamp) -> dict[str, pd.Series]:
    wanted = data.settings["key_milestones"] or sorted(data["milestones"]["milestone"].dropna().unique())
    dates = [reached(data, milestone, "reached_at") for milestone in wanted]
    done = [pd.Series(1.0, index=found[found < taken].index) for found in dates]
    if not data.settings["key_milestones"]:
        done = [found for found in done if len(found)]
    nobody = pd.Series(dtype=float)
    return {"milestone_share": pd.concat([nobody, *done]).groupby(level=0).sum() / max(len(done), 1)}
