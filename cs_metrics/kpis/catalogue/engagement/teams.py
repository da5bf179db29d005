"""How do the two teams meet each other? Scores of the customer's people and of ours."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_ADOPTION, ENGAGEMENT, HEALTH
from cs_metrics.kpis.catalogue.scoring import score_form
from cs_metrics.kpis.model import KPI, Beside, Doc, Kind
from cs_metrics.kpis.relations.accounts import team, team_contacts
from cs_metrics.kpis.relations.names import NEEDS_LIFE

_NEEDS = (NEEDS_LIFE, "touchpoints.occurred_at", "touchpoints.direction|touchpoints.attended")


def _per_contact(score: str, side: str) -> tuple[Beside, ...]:
    people = team_contacts(score, side)
    return (Beside("per_contact", "avg(points)", "score", people), Beside("contacts", "count(points)", "count", people))


CUSTOMER_TEAM_ENGAGEMENT = KPI(
    id="customer_team_engagement",
    name="Engagement: customer's team",
    category=ENGAGEMENT,
    kind=Kind.FLOW,
    unit="score",
    better="higher",
    area=HEALTH,
    stage=AT_ADOPTION,
    leading=True,
    forms=(
        score_form(
            team("customer_team_engagement", "theirs"),
            *_NEEDS,
            among="active_in",
            base="accounts active in the period",
            beside=_per_contact("customer_team_engagement", "theirs"),
        ),
    ),
    doc=Doc(
        definition="How much the customer's own people engage with us, on 0 to 100: how often they write, call or "
        "come, with what tone and attendance, and how fast they answer what we send.",
        formula="40 % contacts per 30 days that they began or attended, against 2 + 35 % mean quality (tone from -1 "
        "to 1 as 0 to 100, an invitation kept 100, missed 0) + 25 % hours to their answer by thresholds (within 4 h "
        "100, from 4 h 80, from 24 h 50, from 72 h 0); the mean of all accounts active in P, silent ones as 0",
        insight="Which customers have gone quiet, which is seen in their mail weeks before it is seen in their use.",
        measured="Touchpoints of the period with direction theirs, or attended; of the missed invitations only the "
        "quality. An account without any counts with 0. The answer to a contact of ours (direction ours) is theirs: "
        "its response hours. Beside it the same for every single contact person, averaged.",
        trends="Busy around kick-off, problems and renewals. Steady silence from a customer that used to write is the "
        "pattern to fear; a sudden peak of contacts with a bad tone is the other one.",
        questions=(
            "Who stopped coming to meetings that they used to attend?",
            "Is it one person who does all the talking for the account?",
            "Do answers take longer since somebody changed jobs there?",
        ),
        improve=(
            "Replace the meeting that nobody attends by a written summary and one question.",
            "When a main contact is silent for a month, write to the second one.",
            "Ask after each meeting what would make the next one worth the hour.",
        ),
        show="Accounts in a list by change on the quarter before, with the three components as small bars and the "
        "contacts behind a click.",
        risks="Customers who need nothing are silent too, and those in trouble are loud: read it with tickets. What is "
        "not logged, or has no direction, did not happen for this score.",
        sources="Mail and calendar sync of the CRM (Salesforce, HubSpot), call tools with sentiment (Gong), and "
        "attendance from Zoom or Teams.",
        connects="It triggers the outreach to a second contact, prepares renewals, and tells marketing who comes to "
        "webinars.",
        effects={
            "customer_health_score": "follows through its relationship part",
            "our_team_engagement": "is often its cause: who is not called does not call",
            "qbr_engagement_rate": "falls when their people stop coming",
        },
    ),
)

OUR_TEAM_ENGAGEMENT = KPI(
    id="our_team_engagement",
    name="Engagement: our team",
    category=ENGAGEMENT,
    kind=Kind.FLOW,
    unit="score",
    better="higher",
    area=HEALTH,
    stage=AT_ADOPTION,
    leading=True,
    forms=(
        score_form(
            team("our_team_engagement", "ours"),
            *_NEEDS,
            among="active_in",
            base="accounts active in the period",
            beside=_per_contact("our_team_engagement", "ours"),
        ),
    ),
    doc=Doc(
        definition="How well our own people look after an account, on 0 to 100: how often we reach out or sit "
        "together, how those contacts go, and how soon we answer when the customer writes.",
        formula="40 % contacts per 30 days that we began or held, against 2 + 35 % mean quality of these + 25 % hours "
        "to our answer to what they sent (within 4 h 100, from 4 h 80, from 24 h 50, from 72 h 0); mean over the "
        "accounts active in the period",
        insight="Whether the coverage that was promised is delivered, and which accounts fall between two CSMs.",
        measured="Touchpoints of the period with direction ours, or attended; quality includes invitations of ours "
        "that the customer missed. Response hours are read from contacts of direction theirs, since the answer to "
        "these is ours. Active accounts that nobody spoke to count with 0.",
        trends="It follows headcount and holidays: new customers without new CSMs press it within two months. It "
        "should differ by tier, as coverage does.",
        questions=(
            "Which accounts had no contact from us for a quarter?",
            "Do answers slow down in one team or everywhere?",
            "Do we spend our calls on the accounts that are well anyway?",
        ),
        improve=(
            "Give every account an owner and a next date; list those without either each Monday.",
            "Set an answer time by tier and move mail to a shared inbox where it is missed.",
            "Use a digital programme for the tail, so that CSMs keep the hours for the rest.",
        ),
        show="By CSM and by tier, frequency and answer time side by side; never as a ranking of persons without their "
        "number of accounts.",
        risks="It rewards activity: ten hollow check-ins beat one good one. Automatic mails logged as ours inflate "
        "frequency, and one target for all tiers is unfair to the small ones.",
        sources="Activities of our people in the CRM or CS platform (Gainsight, Vitally), shared inboxes with reply "
        "times (Front, Intercom), and the calendar.",
        connects="Capacity planning, coverage models and the CSMs' one-to-ones read it; finance sets it beside "
        "retention cost.",
        effects={
            "customer_team_engagement": "tends to follow within the quarter",
            "customer_retention_cost": "rises with every hour put in",
            "check_in_impact_score": "says whether the contacts change anything",
        },
    ),
)

KPIS = (CUSTOMER_TEAM_ENGAGEMENT, OUR_TEAM_ENGAGEMENT)
