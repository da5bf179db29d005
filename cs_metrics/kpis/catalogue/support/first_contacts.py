"""How long people wait for our first word: as leads, as new customers, after onboarding."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_ADOPTION, AT_ONBOARDING, GROWTH, HEALTH, SUPPORT
from cs_metrics.kpis.catalogue.support.waiting import backwards, waiting
from cs_metrics.kpis.model import KPI, Doc, Kind
from cs_metrics.kpis.relations.first_contacts import CONVERTED, LEADS_CREATED, ONBOARDED

_OUTREACH = ("touchpoints.occurred_at", "touchpoints.direction", "touchpoints.customer_id")

LEAD_RESPONSE_TIME = KPI(
    id="lead_response_time",
    name="Lead Response Time",
    also=("speed to lead",),
    category=SUPPORT,
    kind=Kind.FLOW,
    unit="hours",
    better="lower",
    area=GROWTH,
    stage=AT_ONBOARDING,
    leading=True,
    cadence="weekly",
    forms=waiting(
        LEADS_CREATED,
        (("leads.created_at", "leads.first_contact_at"),),
        hours="contact_hours",
        end="first_contact_at",
        base="contacted lead",
        still_open="lead",
        words="not contacted yet",
        left_out=(
            backwards(
                "contact_hours", "leads contacted before they were created", "lead contacted before it was created"
            ),
        ),
    ),
    doc=Doc(
        definition="How many hours a lead waits until sales contacts it: the median over the leads created in the "
        "period that have been contacted.",
        formula="first contact - created, leads created in the period; those not contacted are open",
        insight="Whether interest is met while it is warm: the chance of reaching a lead at all drops within the first "
        "hour.",
        measured="leads.first_contact_at less leads.created_at, both from the leads table, touchpoints not asked. A "
        "contact dated before the lead is left out and counted; hours run around the clock unless business hours are "
        "chosen.",
        trends="Campaigns flood the queue and lengthen it for days. A low median beside many open leads means that the "
        "team picks the promising ones and lets the others lie.",
        questions=(
            "Which source or owner has the leads that wait longest?",
            "How many leads of last month were never contacted, and were they worth it?",
            "Do leads from evenings and weekends wait for Monday?",
            "Do those contacted within the hour convert better in our own data?",
        ),
        improve=(
            "Route each lead to a named owner by region and size the moment it comes in.",
            "Let the form offer a calendar, so that the lead books the first call itself.",
            "Score leads on arrival, and promise an hour to the top ones instead of a day to all.",
        ),
        show="A weekly median with the 90th percentile, split by leads.source and leads.owner, with the untouched "
        "leads as a number beside it.",
        risks="An automatic e-mail logged as the first contact makes every seller a champion. Leads that nobody "
        "touched are missing from the median, so ignoring the bad ones improves it. "
        "Sign-ups that never were a lead stand outside it.",
        sources="Lead objects of Salesforce or HubSpot with created date and first activity date; Outreach or "
        "Salesloft for the first call or mail.",
        connects="Marketing's campaign calendar, sales development staffing, the service level between marketing and "
        "sales, and routing rules in the CRM.",
        effects={
            "free_trial_conversion_rate": "falls when trials start without anyone talking to them",
            "win_rate": "suffers as competitors answer first",
            "customer_acquisition_cost": "rises because paid leads go cold",
            "time_to_first_contact": "moves along, since a lead's own contact often is our first",
        },
    ),
)

LEAD_RESPONSE_TIME_POST_ONBOARDING = KPI(
    id="lead_response_time_post_onboarding",
    name="Lead Response Time (Post-Onboarding)",
    also=("post-onboarding response time", "first touch after onboarding"),
    category=SUPPORT,
    kind=Kind.FLOW,
    unit="hours",
    better="lower",
    area=HEALTH,
    stage=AT_ADOPTION,
    leading=True,
    forms=waiting(
        ONBOARDED,
        (("milestones.milestone", "milestones.reached_at", "milestones.customer_id", *_OUTREACH),),
        hours="contact_hours",
        end="contacted_at",
        base="contacted account",
        still_open="account",
        words="not contacted since",
    ),
    doc=Doc(
        definition="How many hours pass between an account's completed onboarding and the first touchpoint that our "
        "side makes after it: the median over the accounts that completed onboarding in the period.",
        formula="our first touchpoint at or after onboarding completed - onboarding completed",
        insight="Whether anybody takes over when the onboarding team lets go: the silence after go-live is where new "
        "accounts drift away.",
        measured="The milestone onboarding_completed (the account's own, else its first user's) and the earliest "
        "touchpoint of direction ours not before it. What the customer sends does not count; an account without any "
        "later touchpoint of ours is open. Hours follow the workspace's business hours where it has chosen them.",
        trends="It is measured in days rather than hours, and lengthens whenever a CSM's portfolio grows. Quarter ends "
        "stretch it, as the same people are busy with renewals.",
        questions=(
            "Which CSM inherits accounts without meeting them first?",
            "Is the hand-over a meeting, a note, or nothing?",
            "Which accounts finished onboarding weeks ago and have heard nothing since?",
        ),
        improve=(
            "Book the first check-in before onboarding closes, with both teams on the call.",
            "Make a task for the CSM appear when the completion milestone is reached, due within two days.",
            "Send a plan for the first ninety days on the day after go-live, from the CSM by name.",
        ),
        show="A distribution of days waited for the last quarter's completions, and a list of the accounts still open, "
        "the oldest first.",
        risks="A newsletter or an automatic survey logged as a touchpoint of ours ends the wait on paper. Accounts in "
        "constant contact score zero hours by chance of one mail, which says nothing of a real hand-over.",
        sources="Onboarding milestones from Rocketlane, GuideCX or the CRM; touchpoints with a direction from "
        "Gainsight timeline, HubSpot, Gong or calendars.",
        connects="The hand-over from onboarding to the CSM, portfolio sizes, the customer's success plan, and the "
        "first business review.",
        effects={
            "activated_to_follow_up_engagement_rate": "is higher where someone follows up right away",
            "relationship_depth_score": "starts lower for accounts that met nobody after go-live",
            "customer_churn_rate": "rises at the first renewal of those left alone",
        },
    ),
)

TIME_TO_FIRST_CONTACT = KPI(
    id="time_to_first_contact",
    name="Time to First Contact",
    also=("time to first touch",),
    category=SUPPORT,
    kind=Kind.FLOW,
    unit="hours",
    better="lower",
    area=GROWTH,
    stage=AT_ONBOARDING,
    leading=True,
    forms=waiting(
        CONVERTED,
        (("leads.created_at", "leads.first_contact_at"), ("leads.customer_id|customers.signed_up_on", *_OUTREACH)),
        hours="contact_hours",
        end="contacted_at",
        base="contacted newcomer",
        still_open="newcomer",
        words="not contacted yet",
        left_out=(
            backwards(
                "contact_hours",
                "newcomers contacted before their conversion",
                "newcomer contacted before its conversion",
            ),
        ),
    ),
    doc=Doc(
        definition="How many hours a newcomer waits for our first outreach after its conversion: a lead's creation, or "
        "the sign-up of a customer that never was a lead; the median, each newcomer once.",
        formula="our first outreach - the conversion event, leads and customers of the period",
        insight="How fast the company as a whole says hello, whoever does it: sales, onboarding, or success.",
        measured="leads.created_at (a customer's first lead), else customers.signed_up_on from midnight of that day; "
        "ended by leads.first_contact_at or the first touchpoint of direction ours at or after it, whichever is "
        "earlier. A lead contacted before its creation is left out; without either contact it stays open.",
        trends="Self-service sign-ups wait longest, as nobody owns them. It splits in two as a company grows: minutes "
        "for sales leads, days for those who simply register.",
        questions=(
            "Who owns the first word to a customer that signed up without sales?",
            "Do sign-ups and leads differ, and is the difference meant?",
            "Which newcomers of the last month have heard nothing from a person?",
            "Are first contacts made by telephone or chat recorded anywhere?",
        ),
        improve=(
            "Name one owner for self-service sign-ups of each size, and a day by which they are greeted.",
            "Send a personal welcome with an offer to talk, triggered by the sign-up, and log it as a touchpoint.",
            "Merge duplicate leads, so that the clock starts once and the history is seen.",
        ),
        show="Two lines by month, newcomers with and without a lead (leads.source empty or not), and the count still "
        "without contact.",
        risks="A sign-up known by day only counts from midnight, which adds hours that nobody waited. Unlogged calls "
        "keep newcomers open for ever, and mixed sign-ups and leads make the middle jump when their mix changes.",
        sources="Leads from the CRM, sign-up dates from the billing system or the product database, and touchpoints "
        "from mail, call and calendar logs with a direction.",
        connects="Welcome sequences, the border between sales and success, product-led growth, and the kick-off of "
        "onboarding.",
        effects={
            "time_to_first_value": "shortens when somebody helps on the first day",
            "onboarding_completion_rate": "improves with an early hand to hold",
            "activation_rate": "benefits among sign-ups that would else try alone",
        },
    ),
)

KPIS = (LEAD_RESPONSE_TIME, LEAD_RESPONSE_TIME_POST_ONBOARDING, TIME_TO_FIRST_CONTACT)
