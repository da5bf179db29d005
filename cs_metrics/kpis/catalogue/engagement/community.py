"""Does the community grow?"""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_ADVOCACY, ENGAGEMENT, REFERRALS
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Kind, LeftOut, Measure, count
from cs_metrics.kpis.relations.contacts import MEMBERS

COMMUNITY_GROWTH_RATE = KPI(
    id="community_growth_rate",
    name="Community Growth Rate",
    also=("community growth", "member growth"),
    category=ENGAGEMENT,
    kind=Kind.CARRY,
    unit="share",
    better="higher",
    area=REFERRALS,
    stage=AT_ADVOCACY,
    forms=(
        Form(
            over=MEMBERS,
            needs=("community_members.joined_at",),
            numerator=Measure(
                "count(*) FILTER (WHERE member_end) - count(*) FILTER (WHERE member_start)",
                "CASE WHEN member_end THEN 1 ELSE 0 END - CASE WHEN member_start THEN 1 ELSE 0 END",
            ),
            denominator=count("member_start"),
            base="members at the start",
            empty="There was no member at the start.",
            words="({joined:member} joined − {left:member} left) / {denominator:member} at the start",
            beside=(
                Beside("joined", "count(*) FILTER (WHERE member_end AND NOT member_start)", "count"),
                Beside("left", "count(*) FILTER (WHERE member_start AND NOT member_end)", "count"),
            ),
            leaves_out=(
                LeftOut(
                    "count(*) FILTER (WHERE backwards)",
                    "members who left before they joined",
                    "member who left before joining",
                ),
            ),
        ),
    ),
    doc=Doc(
        definition="By what share the number of community members grew or shrank over the period: members at its end "
        "less those at its start, over those at its start.",
        formula="(members at the end - members at the start) / members at the start",
        insight="Whether customers find each other worth their time, beyond what our own team offers them.",
        measured="A member counts from joined_at until just before left_at. Somebody who joins and leaves within the "
        "period changes nothing; without a left_at column it can only grow. Members need not be customers.",
        trends="Large in the first year and falling by nature, since the base grows: the same 50 new members are 10 "
        "% of 500 and 1 % of 5,000. An event or a migration makes a single jump.",
        questions=(
            "How many joined and how many left, behind the net number?",
            "Which event, campaign or product release brought the new ones?",
            "Do members still post and answer, or only sign up?",
            "Which share of the active accounts has nobody in it?",
        ),
        improve=(
            "Invite every user on activation, with one thread that answers the question of their first week.",
            "Let experts among the customers run user groups, and give them early access in return.",
            "Answer unanswered threads within a day, by us if nobody else does.",
        ),
        show="The number of members as an area with joined and left as bars up and down; the rate as a label per "
        "period.",
        risks="Growth in sign-ups is not activity: a forum can double and be silent. Employees and spam accounts grow "
        "fastest of all unless they are removed from the file.",
        sources="Member exports of Discourse, Slack, Insided (Gainsight CC), Bevy or Circle, with joined_at and "
        "left_at.",
        connects="Customer marketing and events, self-service in support, beta programmes, and the search for speakers "
        "and references.",
        effects={
            "support_tickets": "may fall as members answer each other",
            "advocacy_actions": "finds more volunteers among members",
            "referral_program_participation_rate": "tends to rise, since members already speak to their peers",
        },
    ),
)

KPIS = (COMMUNITY_GROWTH_RATE,)
