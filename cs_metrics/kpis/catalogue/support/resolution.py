"""Whether tickets are solved: at all, and at once."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_ADOPTION, EFFICIENCY, SUPPORT
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, LeftOut, count
from cs_metrics.kpis.relations.service import TICKETS_CREATED

RESOLVED = "resolved_at < :as_of AND resolution_hours >= 0"
_BACKWARDS = LeftOut(
    "count(*) FILTER (WHERE resolution_hours < 0)",
    "tickets resolved before they were created",
    "ticket resolved before it was created",
)

RESOLUTION_RATE = KPI(
    id="resolution_rate",
    name="Resolution Rate",
    also=("ticket resolution rate", "solve rate"),
    category=SUPPORT,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=EFFICIENCY,
    stage=AT_ADOPTION,
    forms=(
        Form(
            over=TICKETS_CREATED,
            needs=("tickets.created_at", "tickets.resolved_at"),
            numerator=count(RESOLVED),
            denominator=count("NOT coalesce(resolution_hours < 0, FALSE)"),
            interval=Interval.CLUSTER,
            bounds=(0.0, 1.0),
            base="tickets created",
            words="{numerator:ticket} resolved by now / {denominator:ticket} created; {undated:ticket} called resolved "
            "without a date count as open",
            beside=(
                Beside(
                    "undated",
                    "count(*) FILTER (WHERE resolved_at IS NULL AND status IN ('solved', 'closed', 'resolved', 'done', "
                    "'completed', 'fixed'))",
                    "count",
                ),
            ),
            leaves_out=(_BACKWARDS,),
        ),
    ),
    doc=Doc(
        definition="The share of the tickets created in the period that have been resolved by the end of the data, "
        "however long it took.",
        formula="tickets created in the period and resolved by now / tickets created in the period",
        insight="Whether what customers report gets solved in the end, or quietly piles up; the missing share of old "
        "months is the real backlog.",
        measured="tickets.resolved_at decides, never the word in tickets.status: a ticket called solved without a date "
        "counts as unresolved, and their number stands beside the value. Resolutions dated before the creation are "
        "left out of both sides.",
        trends="Every period keeps rising after it is over, so the newest is always the lowest: compare periods of the "
        "same age. A level that settles below 95 % for months long past is tickets that nobody will ever solve.",
        questions=(
            "Which tickets from more than three months ago are still unresolved, and who owns them?",
            "Does one product, category or team hold most of the unsolved ones?",
            "Are tickets left without a resolution date by the help desk's own workflow?",
        ),
        improve=(
            "Give every ticket older than thirty days an owner and a decision: solve, merge, or decline with reasons.",
            "Turn feature requests that pose as tickets into product ideas, and answer the customer so.",
            "Make the help desk stamp the date whenever a ticket is set to solved.",
        ),
        show="One bar for each month of creation, split into resolved and not; never the latest month beside an old "
        "one without saying so.",
        risks="It says nothing about speed: solved after half a year counts like solved in an hour. Mass closing "
        "of stale tickets lifts it to 100 % without a single customer helped.",
        sources="Help-desk exports with creation and solved dates of every ticket, deleted and merged ones removed: "
        "Zendesk, Freshdesk, Intercom, HubSpot Service Hub.",
        connects="Backlog grooming between support and product, account reviews that list what is still open, and the "
        "hand-over when an agent leaves.",
        effects={
            "average_resolution_time": "jumps when a push to solve old tickets lifts this share",
            "support_tickets": "shows fewer open at the end of the period as more are solved",
            "customer_effort_score": "falls when customers must chase what was never solved",
        },
    ),
)

FIRST_CONTACT_RESOLUTION_RATE = KPI(
    id="first_contact_resolution_rate",
    name="First Contact Resolution Rate",
    also=("FCR", "FCRR", "First Contact Resolution"),
    category=SUPPORT,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=EFFICIENCY,
    stage=AT_ADOPTION,
    forms=(
        Form(
            over=TICKETS_CREATED,
            needs=("tickets.created_at", "tickets.resolved_at", "tickets.replies"),
            numerator=count(f"{RESOLVED} AND replies <= 1 AND NOT reopened"),
            denominator=count(f"{RESOLVED} AND replies IS NOT NULL"),
            interval=Interval.CLUSTER,
            bounds=(0.0, 1.0),
            base="resolved tickets",
            words="{numerator:ticket} resolved with one reply at most and never reopened / "
            "{denominator:resolved ticket}",
            leaves_out=(
                LeftOut(
                    f"count(*) FILTER (WHERE {RESOLVED} AND replies IS NULL)",
                    "resolved tickets with an unknown number of replies",
                    "resolved ticket with an unknown number of replies",
                ),
                _BACKWARDS,
            ),
        ),
    ),
    doc=Doc(
        definition="Of the tickets created in the period that are resolved, the share that took one agent reply at "
        "most and were never reopened.",
        formula="tickets created in the period resolved with one reply and not reopened / those resolved",
        insight="How often a single answer is enough, which spares the customer a conversation and the team a second "
        "look at the same case.",
        measured="tickets.replies of 0 or 1 and tickets.reopened not above 0, among tickets with a resolution date; "
        "where the number of replies is unknown a ticket is left out and counted. A yes in the reopened column is one "
        "reopening.",
        trends="It falls when agents are new or questions become harder, and when simple ones are taken over by a help "
        "centre. Unfinished periods start too high, since quickly solved tickets are resolved first.",
        questions=(
            "Which questions need a second reply because the first asks for a screenshot, an id or a version?",
            "Do some agents or shifts solve far more at once, and what do they do differently?",
            "How many of the tickets solved at once came back as a new ticket within a week?",
        ),
        improve=(
            "Ask for what the agent needs in the ticket form itself: version, account, steps, screenshot.",
            "Let agents refund, reset and reconfigure up to a limit without asking somebody else.",
            "Keep tested answer templates for the twenty commonest questions, and retire wrong ones each month.",
        ),
        show="A line by month with its interval, and a ranked bar by category: the categories tell what to teach.",
        risks="Closing with a hasty answer raises it until the customer opens a new ticket, which this measure takes "
        "for a success. Hard cases still open are missing from its base.",
        sources="Reply counts and reopen counts from Zendesk ticket metrics, Freshdesk, Gorgias or Salesforce cases; "
        "chat tools that log messages need them summed to replies.",
        connects="Agent training, knowledge base and macros, the design of the contact form, and bots that answer "
        "before a person does.",
        effects={
            "customer_effort_score": "improves most of all, as repeating oneself is the worst effort",
            "cost_per_ticket": "falls with every reply that is not needed",
            "average_resolution_time": "shortens, as a ticket solved at once never waits in a queue again",
            "customer_satisfaction_score": "rises with answers that settle the matter",
        },
    ),
)

KPIS = (RESOLUTION_RATE, FIRST_CONTACT_RESOLUTION_RATE)
