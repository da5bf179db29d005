"""The files of the customer-success team, the community and the press."""

from __future__ import annotations

from typing import Any

from data.company.export import Sheet, civil, instant
from data.company.world import World


def success(world: World) -> list[Sheet]:
    """The team's workbook: a note to the reader, contacts with a few blank rows, leavings, referrals."""
    touches: list[list[Any]] = []
    for number, t in enumerate(world.touches):
        who = [t.contact.id, t.contact.role, t.contact.seniority] if t.contact else ["", "", ""]
        facts = [t.invited, t.attended, t.hours, t.outcome, t.sentiment, t.refer, t.asked, t.notes]
        touches.append([f"TP{number + 1:05d}", t.account.id, *who, instant(t.at), t.kind, t.direction, *facts])
    touches[2040][5] = "TBD"
    for place in (5200, 3100, 1000):
        touches.insert(place, [])
    log = [
        [a, civil(d), reason, said, cents / 100 if cents else None, back, by]
        for a, d, reason, said, cents, back, by in world.churn_log
    ]
    referrals = [
        [
            *(f"REF-{n + 1:04d}", r.referrer, r.referred, r.lead),
            *map(instant, (r.prompted, r.interacted, r.accepted, r.made, r.incentive, r.converted)),
            *(r.strategic, r.source),
        ]
        for n, r in enumerate(world.referrals)
    ]
    book = "customer_success.xlsx"
    return [
        Sheet(
            book,
            None,
            ["About this workbook"],
            [["Kept by the customer-success team. Ask Erika before you change it."]],
            sheet="Read me",
        ),
        Sheet(
            book,
            "touchpoints",
            [
                *(
                    "Touchpoint ID",
                    "Account ID",
                    "Contact ID",
                    "Contact role",
                    "Contact level",
                    "Date",
                    "Kind",
                    "Direction",
                ),
                *(
                    "Invited",
                    "Attended",
                    "Response (h)",
                    "Outcome",
                    "Sentiment",
                    "Would refer",
                    "Introduction asked",
                    "Notes",
                ),
            ],
            touches,
            {
                "touchpoint_id": "Touchpoint ID",
                "customer_id": "Account ID",
                "contact_id": "Contact ID",
                "contact_role": "Contact role",
                "contact_level": "Contact level",
                "occurred_at": "Date",
                "kind": "Kind",
                "direction": "Direction",
                "invited": "Invited",
                "attended": "Attended",
                "response_hours": "Response (h)",
                "outcome": "Outcome",
                "sentiment": "Sentiment",
                "referral_intent": "Would refer",
                "introduction_asked": "Introduction asked",
                "notes": "Notes",
            },
            sheet="Touchpoints",
        ),
        Sheet(
            book,
            "churn_events",
            ["Account ID", "Date", "Reason", "What they said", "Refund (USD)", "Came back", "Recorded by"],
            log,
            {
                "customer_id": "Account ID",
                "churned_on": "Date",
                "reason": "Reason",
                "feedback": "What they said",
                "refund": "Refund (USD)",
                "is_reactivation": "Came back",
                "recorded_by": "Recorded by",
            },
            sheet="Churn log",
        ),
        Sheet(
            book,
            "referrals",
            [
                *(
                    "Referral ID",
                    "Referrer account",
                    "Referred account",
                    "Referred lead",
                    "Prompted",
                    "Opened",
                    "Accepted",
                ),
                *("Made", "Incentive shown", "Converted", "Strategic", "Source"),
            ],
            referrals,
            {
                "referral_id": "Referral ID",
                "referrer_customer_id": "Referrer account",
                "referred_customer_id": "Referred account",
                "referred_lead_id": "Referred lead",
                "prompted_at": "Prompted",
                "interacted_at": "Opened",
                "accepted_at": "Accepted",
                "made_at": "Made",
                "incentive_shown_at": "Incentive shown",
                "converted_at": "Converted",
                "is_strategic": "Strategic",
                "source": "Source",
            },
            sheet="Referrals",
        ),
    ]


def outside(world: World) -> list[Sheet]:
    """What others say, and who joined the community."""
    said = {
        "occurred_at": "date",
        "source": "source",
        "customer_id": "account_id",
        "text": "text",
        "sentiment": "sentiment",
    }
    mentions = [[instant(at), source, who, words_, mood] for at, source, who, words_, mood in world.mentions]
    joined = {"member_id": "member_id", "joined_at": "joined_at", "left_at": "left_at", "customer_id": "account_id"}
    members = [[m, instant(a), instant(b), who] for m, a, b, who in world.members]
    return [
        Sheet("mentions.csv", "mentions", list(said.values()), mentions, said),
        Sheet("community.tsv", "community_members", list(joined.values()), members, joined, delimiter="\t"),
    ]


def sheets(world: World) -> list[Sheet]:
    """Return the sheets of the customer-success team and of the world outside."""
    return [*success(world), *outside(world)]
