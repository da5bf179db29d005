"""How long customers wait for support: until somebody answers, until it is solved."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_ADOPTION, EFFICIENCY, SUPPORT
from cs_metrics.kpis.catalogue.support.waiting import backwards, waiting
from cs_metrics.kpis.model import KPI, Doc, Kind
from cs_metrics.kpis.relations.service import TICKETS_CREATED, TICKETS_RESOLVED

FIRST_RESPONSE_TIME = KPI(
    id="first_response_time",
    name="First Response Time",
    also=("average response time",),
    category=SUPPORT,
    kind=Kind.FLOW,
    unit="hours",
    better="lower",
    area=EFFICIENCY,
    stage=AT_ADOPTION,
    leading=True,
    cadence="weekly",
    forms=waiting(
        TICKETS_CREATED,
        (("tickets.created_at", "tickets.first_response_at"),),
        hours="response_hours",
        end="first_response_at",
        base="answered ticket",
        still_open="ticket",
        words="not answered yet",
        left_out=(
            backwards(
                "response_hours", "tickets answered before they were created", "ticket answered before it was created"
            ),
        ),
    ),
    doc=Doc(
        definition="How many hours a customer waits for the first answer to a ticket: the median over the tickets "
        "created in the period that have been answered.",
        formula="first response - created, tickets created in the period; the unanswered are open",
        insight="What the start of asking for help feels like, and whether the team is staffed for the hours in which "
        "tickets come in; the slowest tenth shows whom the median hides.",
        measured="tickets.first_response_at less tickets.created_at, for tickets created in the period; an answer "
        "dated before its ticket is left out and counted. All hours count, or only the business hours of the "
        "settings (response_hours, business_day_starts, business_day_ends, business_days) on the workspace's clock.",
        trends="It climbs within days when volume outruns staffing, well before satisfaction falls. A median that "
        "holds while the 90th percentile grows means that one queue, shift or language is left behind.",
        questions=(
            "At which hours and weekdays were the slow tickets created, and who was on duty then?",
            "Which priority or channel carries the slowest tenth?",
            "Did the number of tickets jump, or did fewer agents answer them?",
            "Did an automatic acknowledgement start or stop counting as a response?",
        ),
        improve=(
            "Move shifts to the hours in which tickets arrive, not in which agents prefer to work.",
            "Route new tickets by topic and language on arrival, so that none waits in a general queue.",
            "Set an alarm at half of the promised time for urgent tickets, and a named person who acts on it.",
            "Answer with a first question or a next step at once where the solution needs others.",
        ),
        show="A line of the median by week with the 90th percentile above it, split by priority; a heat map of weekday "
        "by hour for planning shifts.",
        risks="Robots that say 'we got your message' make it look like minutes if the help desk counts them as a "
        "response. Tickets nobody has answered yet are missing, so the newest days always look quick: read the number "
        "still open beside it. Where tickets carry a day without a time they begin at midnight, which business hours "
        "make nothing of.",
        sources="Ticket exports of Zendesk (ticket metrics), Intercom, Freshdesk, Help Scout or Jira Service "
        "Management, with the time of the first agent reply or the minutes until it.",
        connects="Service levels promised in contracts, shift plans, the escalation path from support to the account's "
        "CSM, and credits owed when a promise is broken.",
        effects={
            "customer_satisfaction_score": "falls first among customers who waited longest for a first word",
            "average_resolution_time": "cannot be shorter: every hour of waiting at the start is part of it",
            "support_tickets": "rises as impatient customers ask again through another channel",
        },
    ),
)

AVERAGE_RESOLUTION_TIME = KPI(
    id="average_resolution_time",
    name="Average Resolution Time",
    also=("ART", "Resolution Time"),
    category=SUPPORT,
    kind=Kind.FLOW,
    unit="hours",
    better="lower",
    area=EFFICIENCY,
    stage=AT_ADOPTION,
    cadence="weekly",
    forms=waiting(
        TICKETS_RESOLVED,
        (("tickets.created_at", "tickets.resolved_at"),),
        hours="resolution_hours",
        end="resolved_at",
        base="resolved ticket",
        still_open="",
        words="",
        left_out=(
            backwards(
                "resolution_hours", "tickets resolved before they were created", "ticket resolved before it was created"
            ),
        ),
    ),
    doc=Doc(
        definition="How many hours pass from a ticket's creation to its last resolution: the median over the tickets "
        "resolved in the period, whenever they were created. Despite the name the mean stands only beside it.",
        formula="last resolved - created, tickets resolved in the period",
        insight="How long a customer lives with a problem once it is reported, and whether support and engineering "
        "together keep pace with what comes in.",
        measured="tickets.resolved_at less tickets.created_at of tickets whose last resolution lies in the period; a "
        "ticket reopened and solved again counts once, to the last time. Calendar hours, or business hours where the "
        "workspace has chosen them; a resolution before the creation is left out and counted.",
        trends="Clearing an old backlog makes it jump in the very week in which the team did well; read it beside the "
        "open tickets. A slow rise over quarters usually means harder tickets, as easy ones move to self-service.",
        questions=(
            "Were old tickets closed in bulk, or do new ones take longer?",
            "How many of the slow ones waited for engineering, for the customer, or for nobody in particular?",
            "Which product or category moved, and was something released there?",
            "Did the mean move without the median, so that a few giants explain it?",
        ),
        improve=(
            "Review each week the ten oldest open tickets with engineering in the room, and decide on every one.",
            "Write down solutions that took more than a day, so that the next such ticket takes an hour.",
            "Agree on a hand-over time between support and engineering, and measure that leg on its own.",
            "Close the loop on tickets that wait for the customer: ask twice, then close with a way back.",
        ),
        show="Median and 90th percentile by week, next to tickets still open; a ranked bar by category for where the "
        "hours go.",
        risks="Only finished tickets are in it, so a team that never solves its hardest cases looks fast. Time in "
        "which the ticket waited for the customer counts in full.",
        sources="Solved or closed times from Zendesk, Jira Service Management, ServiceNow, Freshdesk or Salesforce "
        "Service Cloud cases; a column of hours until resolution serves too.",
        connects="Engineering's bug backlog, release notes that tell customers of a fix, problem management, and the "
        "list of open issues that a CSM takes into a renewal talk.",
        effects={
            "customer_satisfaction_score": "drops when problems drag on, more than by a slow first answer",
            "resolution_rate": "lags in recent periods when solving takes longer",
            "cost_per_ticket": "rises with the agent hours that long cases swallow",
            "customer_health_score": "loses points in its support part for accounts with long-lived problems",
        },
    ),
)

KPIS = (FIRST_RESPONSE_TIME, AVERAGE_RESOLUTION_TIME)
