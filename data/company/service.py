"""The files of support, the product and surveys."""

from __future__ import annotations

from typing import Any

from data.company import words
from data.company.export import Sheet, instant, twice
from data.company.world import World, sprinkle

SCALES = {"NPS": (0, 10), "CSAT": (1, 5), "CES": (1, 7), "Onboarding": (1, 5), "Post-activation": (1, 5)}
SURVEYS = {"NPS": "nps", "CSAT": "csat", "CES": "ces", "Onboarding": "onboarding", "Post-activation": "post_activation"}


def users(world: World) -> Sheet:
    rows: list[list[Any]] = []
    for u in world.users:
        email = f"{u.id.lower()}@customer-{u.account.id}.example"
        rows.append([u.id, u.account.id, u.role, u.seniority, instant(u.created), instant(u.activated), email])
    mapping = {
        "user_id": "user_id",
        "customer_id": "account_id",
        "role": "role",
        "seniority": "seniority",
        "created_at": "created_at",
        "activated_at": "activated_at",
        "email": "email",
    }
    return Sheet(
        "product_users.csv", "users", list(mapping.values()), twice(rows, sprinkle("users", 2, len(rows))), mapping
    )


def usage(world: World) -> Sheet:
    rows = [[instant(u.at), u.account, u.user, u.event, u.feature, u.session, u.seconds, u.times] for u in world.uses]
    for place in sprinkle("unknown users", 6, len(rows)):
        rows[place][1], rows[place][2] = "", "U99999-1"  # a login that was deleted since
    mapping = {
        "occurred_at": "timestamp",
        "customer_id": "account_id",
        "user_id": "user_id",
        "event": "event",
        "feature": "feature",
        "session_id": "session",
        "duration_seconds": "duration_s",
        "quantity": "count",
    }
    return Sheet("product_usage.csv.gz", "events", list(mapping.values()), rows, mapping)


def milestones(world: World) -> Sheet:
    rows = [
        [m.account.id, m.user.id if m.user else "", m.name, instant(m.started), instant(m.reached)]
        for m in world.milestones
    ]
    mapping = {
        "customer_id": "account_id",
        "user_id": "user_id",
        "milestone": "milestone",
        "started_at": "started_at",
        "reached_at": "reached_at",
    }
    return Sheet("product_milestones.csv.gz", "milestones", list(mapping.values()), rows, mapping)


def tickets(world: World) -> Sheet:
    """Durations in minutes; guests have no account; two rows were exported twice, two have a date that never was."""
    rows: list[list[Any]] = []
    for t in world.tickets:
        rows.append(
            [
                *(t.id, t.account.id if t.account else "", instant(t.created), t.first, t.solve, t.status, t.replies),
                *(
                    t.reopened,
                    t.priority,
                    t.product,
                    t.category,
                    t.channel,
                    t.agent,
                    t.satisfaction,
                    f"{t.cents / 100:.2f}",
                ),
            ]
        )
    copies = sprinkle("tickets", 2, len(rows))
    for place in sprinkle("ticket dates", 2, len(rows)):
        if place not in copies:
            rows[place][2] = "2025-02-30 10:12"
    header = [
        *(
            "Ticket ID",
            "Account ID",
            "Created (UTC)",
            "First response (min)",
            "Resolution (min)",
            "Status",
            "Agent replies",
        ),
        *("Reopened", "Priority", "Product", "Category", "Channel", "Agent", "Rating", "Cost"),
    ]
    mapping = {
        "ticket_id": "Ticket ID",
        "customer_id": "Account ID",
        "created_at": "Created (UTC)",
        "first_response_at": {"from": "First response (min)", "unit": "minutes", "after": "created_at"},
        "resolved_at": {"from": "Resolution (min)", "unit": "minutes", "after": "created_at"},
        "status": "Status",
        "replies": "Agent replies",
        "reopened": "Reopened",
        "priority": "Priority",
        "product": "Product",
        "category": "Category",
        "channel": "Channel",
        "agent": "Agent",
        "satisfaction": "Rating",
        "cost": "Cost",
    }
    return Sheet("support_tickets.csv.gz", "tickets", header, twice(rows, copies), mapping)


def surveys(world: World) -> list[Sheet]:
    """One workbook, a sheet a survey, with titles above the NPS header and one score that nobody could give."""
    found = []
    for name, (low, high) in SCALES.items():
        mine = sorted((a for a in world.answers if a.survey == name), key=lambda a: (a.sent, a.user))
        rows: list[list[Any]] = []
        for number, a in enumerate(mine):
            account = a.account.id if a.account else ""
            who = [f"{name[:4].upper()}-{number + 1:05d}", account, a.user, a.kind]
            when = [instant(a.sent), instant(a.answered), a.score, a.comment, a.channel]
            rows.append([*who, *when, a.campaign])
        if name == "NPS":
            next(row for row in rows[900:] if row[6] == 10)[6] = 11
        header = [
            *("Response ID", "Account ID", "Contact ID", "Respondent", "Sent", "Answered", f"Score ({low}-{high})"),
            *("Comment", "Channel", "Ticket" if name in ("CSAT", "CES") else "Campaign"),
        ]
        mapping: dict[str, Any] = {
            "response_id": "Response ID",
            "customer_id": "Account ID",
            "user_id": "Contact ID",
            "survey": {"constant": SURVEYS[name]},
            "respondent_type": "Respondent",
            "sent_at": "Sent",
            "responded_at": "Answered",
            "score": f"Score ({low}-{high})",
            "scale_min": {"constant": low},
            "scale_max": {"constant": high},
            "comment": "Comment",
            "channel": "Channel",
        }
        if "Campaign" in header:
            mapping["campaign"] = "Campaign"
        above = [[f"{words.COMPANY}: NPS answers"], ["All campaigns to 30 June 2026"], []] if name == "NPS" else []
        found.append(Sheet("surveys.xlsx", "survey_responses", header, rows, mapping, sheet=name, above=above))
    return found


def sheets(world: World) -> list[Sheet]:
    """Return the sheets of support, the product and surveys."""
    return [
        *(users(world), usage(world), milestones(world), tickets(world)),
        *surveys(world),
    ]
