"""A small seeded company with everything in it: plans that change, guests, nulls, ties, an unfinished month."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

Table = list[dict[str, Any]]
START = date(2025, 1, 1)
CHOICES = {
    "expansion_features": ["export", "share"],
    "intent_events": ["pricing_viewed"],
    "key_event": "use",
    "key_milestones": ["onboarding_completed", "first_value"],
    "early_sessions": 1,
}
"""What the company has chosen, for the KPIs that need a choice."""


def company(customers: int = 40, seed: int = 7) -> dict[str, Table]:
    """Return literal tables of some 16 months, to the middle of April 2026; the same for the same seed."""
    draw = random.Random(seed)
    tables: dict[str, Table] = {name: [] for name in (
        "customers", "users", "subscriptions", "churn_events", "orders", "events", "survey_responses", "tickets",
        "milestones", "referrals", "costs", "customer_attributes")}  # fmt: skip

    def moment(first: int, last: int) -> datetime:
        return datetime(2025, 1, 1) + timedelta(minutes=draw.randrange(first * 1440, last * 1440))

    for number in range(customers):
        customer = f"c{number:02}"
        joined = draw.randrange(0, 400)
        tables["customers"].append({
            "customer_id": customer, "region": draw.choice(["EU", "US", "APAC", None]),
            "signed_up_on": START + timedelta(days=joined), "seats": draw.choice([1, 5, 50, None]),
            "referred_by": None})  # fmt: skip
        if draw.random() < 0.3:
            tables["customer_attributes"] += [
                {"customer_id": customer, "attribute": "region", "value": draw.choice(["EU", "US"]),
                 "valid_from": datetime(2025, 1, 1)},
                {"customer_id": customer, "attribute": "region", "value": tables["customers"][-1]["region"] or "EU",
                 "valid_from": moment(30, 400)}]  # fmt: skip
        _subscribe(draw, tables, customer, joined)
        for user in range(draw.randrange(0, 3)):
            user_id = f"{customer}-u{user}"
            tables["users"].append({"user_id": user_id, "customer_id": customer, "created_at": moment(0, 400)})
            for _ in range(draw.randrange(0, 25)):
                tables["events"].append({
                    "customer_id": draw.choice([customer, None]), "user_id": user_id, "occurred_at": moment(0, 470),
                    "event": "use", "feature": draw.choice(["search", "export", "share", None]),
                    "device": draw.choice(["web", "phone"])})  # fmt: skip
        for step in ("onboarding_started", "onboarding_completed", "first_value"):
            if draw.random() < 0.8:
                tables["milestones"].append(
                    {"customer_id": customer, "milestone": step, "reached_at": moment(joined, joined + 60)}
                )
    known = [row["customer_id"] for row in tables["customers"]]
    for _ in range(120):
        tables["orders"].append({
            "order_id": f"o{draw.randrange(90)}", "customer_id": draw.choice([*known[:20], None]),
            "ordered_at": moment(0, 470), "amount": draw.randrange(5, 200), "product": draw.choice(["p", "q"]),
            "kind": draw.choice(["new", "repeat", "refund"])})  # fmt: skip
    for _ in range(260):
        sent = moment(0, 470)
        survey = draw.choice(["nps", "csat", "ces"])
        answered = draw.random() < 0.7
        high = {"nps": 10, "csat": 5, "ces": 7}[survey]
        tables["survey_responses"].append({
            "customer_id": draw.choice([*known, None]), "survey": survey, "sent_at": sent,
            "user_id": draw.choice([None, "x1", "x2"]) if draw.random() < 0.2 else None,
            "responded_at": sent + timedelta(hours=draw.randrange(1, 200)) if answered else None,
            "score": draw.randrange(0 if survey == "nps" else 1, high + 1) if answered else None,
            "channel": draw.choice(["email", "app", None])})  # fmt: skip
    for number in range(150):
        created = moment(0, 470)
        done = draw.random() < 0.8
        tables["tickets"].append({
            "ticket_id": f"t{number}", "customer_id": draw.choice([*known, None]), "created_at": created,
            "first_response_at": created + timedelta(minutes=draw.randrange(-20, 3000)) if done else None,
            "resolved_at": created + timedelta(hours=draw.randrange(1, 200)) if done else None,
            "replies": draw.choice([0, 1, 2, 5, None]), "reopened": draw.choice([0, 0, 1]),
            "product": draw.choice(["core", "api", None]), "cost": draw.randrange(1, 40)})  # fmt: skip
    for _ in range(60):
        made = moment(0, 470)
        tables["referrals"].append({
            "referrer_customer_id": draw.choice(known), "made_at": made if draw.random() < 0.8 else None,
            "accepted_at": made, "source": draw.choice(["mail", "call"]),
            "converted_at": made + timedelta(days=draw.randrange(150)) if draw.random() < 0.5 else None})  # fmt: skip
    for month in range(15):
        for kind in ("support", "acquisition"):
            tables["costs"].append({
                "incurred_on": date(2025 + month // 12, month % 12 + 1, 28), "kind": kind,
                "amount": draw.randrange(100, 900), "customer_id": None})  # fmt: skip
    _expand(random.Random(seed + 1), tables, known)
    _engage(random.Random(seed + 2), tables, known)
    _sell(random.Random(seed + 3), tables, known)
    _refer(random.Random(seed + 4), tables, known)
    _speak(random.Random(seed + 5), tables, known)
    _start(random.Random(seed + 6), tables, known)
    return tables


def _expand(draw: random.Random, tables: dict[str, Table], known: list[str]) -> None:
    """Add activations, contracts (some of them renewed), deals, touchpoints, and looks at the price page."""

    def moment() -> datetime:
        return datetime(2025, 1, 1) + timedelta(minutes=draw.randrange(470 * 1440))

    tables |= {"opportunities": [], "touchpoints": []}
    for customer in known:
        if draw.random() < 0.8:
            tables["milestones"].append({"customer_id": customer, "milestone": "activated", "reached_at": moment()})
    for row in tables["subscriptions"]:
        if draw.random() < 0.6:
            row["contract_start"] = row["start_date"]
            row["contract_end"] = row["start_date"] + timedelta(days=draw.choice([90, 180, 365]))
    for number in range(90):
        created, status = moment(), draw.choice(["open", "won", "lost"])
        closed = created + timedelta(days=draw.randrange(120)) if status != "open" and draw.random() < 0.9 else None
        tables["opportunities"].append({
            "opportunity_id": f"d{number}", "customer_id": draw.choice([*known, None]), "created_at": created,
            "closed_at": closed, "status": status, "amount": draw.randrange(100, 5000),
            "kind": draw.choice(["new", "upsell", "cross_sell"]), "owner": draw.choice(["ann", "bob"])})  # fmt: skip
    for _ in range(120):
        tables["touchpoints"].append({
            "customer_id": draw.choice(known), "occurred_at": moment(), "kind": draw.choice(["call", "email", "qbr"]),
            "direction": draw.choice(["ours", "theirs"])})  # fmt: skip
        tables["events"].append({
            "customer_id": draw.choice([*known, None]), "occurred_at": moment(), "event": "pricing_viewed",
            "feature": None, "device": draw.choice(["web", "phone"])})  # fmt: skip


def _engage(draw: random.Random, tables: dict[str, Table], known: list[str]) -> None:
    """Add roles, activations, sessions and quantities, check-ins and reviews held or not, and a community."""

    def moment() -> datetime:
        return datetime(2025, 1, 1) + timedelta(minutes=draw.randrange(470 * 1440))

    for row in tables["users"]:
        row["role"] = draw.choice(["admin", "Analyst", "analyst", None])
        row["activated_at"] = moment() if draw.random() < 0.6 else None
    for row in list(tables["events"]):
        row["duration_seconds"] = draw.choice([None, 30, 600])
        row["session_id"] = draw.choice([None, f"s{draw.randrange(40)}"])
        row["quantity"] = draw.choice([None, 1, 4])
        if draw.random() < 0.5:
            near = row["occurred_at"] + timedelta(minutes=draw.choice([5, 40, 1500]))
            tables["events"].append({**row, "occurred_at": near})
    for _ in range(160):
        kind = draw.choice(["check_in", "check_in", "qbr"])
        tables["touchpoints"].append({
            "customer_id": draw.choice(known), "occurred_at": moment(), "kind": kind, "direction": "ours",
            "attended": draw.choice([True, True, False, None])})  # fmt: skip
    for number in range(50):
        joined = moment()
        tables.setdefault("community_members", []).append({
            "member_id": f"m{number}", "customer_id": draw.choice([*known, None]), "joined_at": joined,
            "left_at": joined + timedelta(days=draw.randrange(-3, 200)) if draw.random() < 0.4 else None})  # fmt: skip


def _sell(draw: random.Random, tables: dict[str, Table], known: list[str]) -> None:
    """Add leads with trials, referred customers, and what retention cost, some of it for one customer alone."""

    def moment() -> datetime:
        return datetime(2025, 1, 1) + timedelta(minutes=draw.randrange(470 * 1440))

    for row in tables["customers"]:
        row["referred_by"] = draw.choice([None, None, "c00"])
    for number in range(90):
        created = moment()
        trial = created + timedelta(days=draw.randrange(5)) if draw.random() < 0.7 else None
        paid = created + timedelta(days=draw.randrange(70)) if draw.random() < 0.5 else None
        tables.setdefault("leads", []).append({
            "lead_id": f"sold{number}", "customer_id": draw.choice([*known, None]), "created_at": created,
            "trial_started_at": trial, "converted_at": paid, "is_pql": draw.random() < 0.5,
            "source": draw.choice(["web", "fair"])})  # fmt: skip
    for month in range(15):
        tables["costs"].append({
            "incurred_on": date(2025 + month // 12, month % 12 + 1, 15), "kind": "retention",
            "amount": draw.randrange(100, 900), "customer_id": draw.choice([*known, None])})  # fmt: skip


def _refer(draw: random.Random, tables: dict[str, Table], known: list[str]) -> None:
    """Add prompts and incentives with what came of them, where deals came from, what advocates did and said."""

    def moment() -> datetime:
        return datetime(2025, 1, 1) + timedelta(minutes=draw.randrange(470 * 1440))

    def after(start: datetime, chance: float) -> datetime | None:
        return start + timedelta(days=draw.randrange(-2, 40)) if draw.random() < chance else None

    for row in tables["referrals"]:
        row["referred_customer_id"] = draw.choice([*known[:10], None, None])
        row["is_strategic"] = draw.choice([True, False, None])
        row["incentive_shown_at"] = after(row["accepted_at"], 0.6)
        row["prompted_at"] = row["accepted_at"] - timedelta(days=draw.randrange(-1, 20))
        row["interacted_at"] = after(row["prompted_at"], 0.4)
    for _ in range(80):
        prompted = moment()
        tables["referrals"].append({
            "referrer_customer_id": draw.choice(known), "prompted_at": prompted, "source": draw.choice(["mail", None]),
            "interacted_at": after(prompted, 0.4), "accepted_at": after(prompted, 0.1)})  # fmt: skip
    for row in tables["opportunities"]:
        row["source"] = draw.choice(["Referral", "Web", None])
        row["is_strategic_referral"] = draw.choice([True, False, None])
        row["amount"] = draw.choice([row["amount"], row["amount"], None])
    for number in range(150):
        tables["touchpoints"].append({
            "touchpoint_id": draw.choice([f"t{number % 90}", None]), "customer_id": draw.choice(known[:25]),
            "occurred_at": moment(), "attended": draw.choice([True, False, None]),
            "kind": draw.choice(["qbr", "review", "reference", "introduction", "meeting"]),
            "referral_intent": draw.choice([True, False, None]),
            "introduction_asked": draw.choice([True, False, None])})  # fmt: skip


def _speak(draw: random.Random, tables: dict[str, Table], known: list[str]) -> None:
    """Add comments, notes and mentions in two languages, ratings of tickets, and first contacts, some dated wrongly."""
    phrases = [
        "The export is great, we love it.",
        "Support was slow and the export failed again.",
        "Fine for us so far.",
        "The new price is a terrible surprise.",
        "Der Export ist leider wieder kaputt gegangen.",
        None,
        " ",
    ]

    def moment() -> datetime:
        return datetime(2025, 1, 1) + timedelta(minutes=draw.randrange(470 * 1440))

    for row in tables["survey_responses"]:
        row["comment"] = draw.choice(phrases) if draw.random() < 0.5 else None
    for row in tables["tickets"]:
        row["satisfaction"] = draw.choice([1, 2, 3, 4, 5, None])
        row["status"] = draw.choice(["open", "solved", None])
    for row in tables["leads"]:
        waited = draw.randrange(-60, 6000)
        row["first_contact_at"] = row["created_at"] + timedelta(minutes=waited) if draw.random() < 0.7 else None
    for number in range(200):
        tables["touchpoints"].append({
            "touchpoint_id": f"said{number}", "customer_id": draw.choice(known), "occurred_at": moment(),
            "kind": draw.choice(["call", "email"]), "direction": draw.choice(["ours", "theirs", None]),
            "notes": draw.choice(phrases), "sentiment": draw.choice([0.7, 0.0, -0.4, 1.5, None])})  # fmt: skip
    tables["mentions"] = [
        {"occurred_at": moment(), "source": draw.choice(["social", "review", "sales_call"]),
         "customer_id": draw.choice([*known, None]), "text": draw.choice(phrases[:5]),
         "sentiment": draw.choice([0.9, -0.9, None, None])} for _ in range(120)]  # fmt: skip


def _start(draw: random.Random, tables: dict[str, Table], known: list[str]) -> None:
    """Add milestones of users (of accounts that have their own, too), users of no account, surveys about the start."""

    def moment() -> datetime:
        return datetime(2025, 1, 1) + timedelta(minutes=draw.randrange(470 * 1440))

    for row in list(tables["users"]):
        for milestone in ("signed_up", "activated"):
            if draw.random() < 0.3:
                told = {"customer_id": row["customer_id"], "user_id": row["user_id"]}
                tables["milestones"].append({**told, "milestone": milestone, "reached_at": moment()})
        row["created_at"] = draw.choice([row["created_at"], row["created_at"], None])
    for number in range(8):
        stray = {"user_id": f"stray{number}", "customer_id": None, "created_at": moment(), "activated_at": moment()}
        tables["users"].append(stray)
        tables["events"].append({"user_id": f"stray{number}", "occurred_at": moment(), "event": "use",
                                 "feature": draw.choice(["search", "export"]), "device": "web"})  # fmt: skip
    for customer in known:
        if draw.random() < 0.5:
            tables["milestones"].append(
                {"customer_id": customer, "milestone": "exceeded_value", "reached_at": moment()}
            )
    for _ in range(120):
        tables["survey_responses"].append({
            "customer_id": draw.choice([*known, None]), "survey": draw.choice(["onboarding", "post_activation"]),
            "user_id": draw.choice([None, *(row["user_id"] for row in tables["users"])]), "responded_at": moment(),
            "score": draw.randrange(1, 6), "channel": draw.choice(["email", "app", None])})  # fmt: skip


def _subscribe(draw: random.Random, tables: dict[str, Table], customer: str, joined: int) -> None:
    start = START + timedelta(days=joined)
    for _ in range(draw.randrange(1, 4)):
        length = draw.randrange(20, 300)
        end = start + timedelta(days=length) if draw.random() < 0.75 else None
        tables["subscriptions"].append({
            "customer_id": customer, "start_date": start, "end_date": end, "amount": draw.choice([0, 30, 60, 1200]),
            "billing_period": draw.choice(["month", "year", "quarter", "one_off"]), "product": draw.choice(["a", "b"]),
            "plan": draw.choice(["Basic", "Pro", "Team"]), "is_trial": draw.random() < 0.1,
            "cancel_reason": draw.choice([None, "price"])})  # fmt: skip
        if end is not None and draw.random() < 0.4 and end < date(2026, 4, 1):
            tables["churn_events"].append(
                {"customer_id": customer, "churned_on": end, "reason": draw.choice(["price", "missing feature", None])}
            )
        start = (end or start) + timedelta(days=draw.choice([0, 0, 20, 100]))
