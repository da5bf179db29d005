"""Are customers helped and heard? KPIs of support and feedback."""

from __future__ import annotations

from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, LeftOut, Measure, Part, count, total
from cs_metrics.kpis.relations import ANSWERS, COSTS, SENT, TICKETS_CREATED, TICKETS_RESOLVED

CATEGORY = "Support and feedback"
EFFICIENCY = "Operational Efficiency"

_TOP = (
    "score > scale_max - CASE WHEN :top_box > 0 THEN :top_box WHEN points <= 3 THEN 1 WHEN points <= 11 THEN 2 "
    "ELSE (scale_max - scale_min) / 5 END"
)
_EASE = "CASE WHEN :ces_easy_end = 'low' THEN common_min + common_max - common_score ELSE common_score END"
_ANSWER_NEEDS = ("survey_responses.survey", "survey_responses.score", "survey_responses.responded_at")

_RESPONSE = "CASE WHEN first_response_at < :as_of AND response_hours >= 0 THEN response_hours END"
_RESOLUTION = "CASE WHEN resolved_at < :as_of AND resolution_hours >= 0 THEN resolution_hours END"
_RESOLVED = "resolved_at < :as_of AND resolution_hours >= 0"

_ANSWERED = "answered AND responded_at < :as_of AND responded_at >= sent_at"
_EARLY = "responded_at < sent_at"


def _hours(value: str, open_count: str) -> tuple[Measure, Measure, tuple[Beside, ...]]:
    """Return sum, count and what stands beside the median of a duration."""
    beside = (
        Beside("mean", f"avg({value})", "hours"),
        Beside("p90", f"quantile_cont({value}, 0.9)", "hours"),
        Beside("open", open_count, "count"),
    )
    summed = Measure(f"coalesce(sum({value}), 0)", value)
    return summed, Measure(f"count({value})", f"CASE WHEN ({value}) IS NULL THEN 0 ELSE 1 END"), beside


_RESPONSE_SUM, _RESPONSE_COUNT, _RESPONSE_BESIDE = _hours(
    _RESPONSE, "count(*) FILTER (WHERE first_response_at IS NULL OR first_response_at >= :as_of)"
)
_RESOLUTION_SUM, _RESOLUTION_COUNT, _RESOLUTION_BESIDE = _hours(_RESOLUTION, "count(*) FILTER (WHERE FALSE)")

CUSTOMER_SATISFACTION_SCORE = KPI(
    id="customer_satisfaction_score",
    name="Customer Satisfaction Score",
    also=("CSAT",),
    category=CATEGORY,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=EFFICIENCY,
    forms=(
        Form(
            over=ANSWERS,
            only="f.survey = 'csat'",
            needs=_ANSWER_NEEDS,
            numerator=count(_TOP),
            denominator=count(),
            interval=Interval.CLUSTER,
            bounds=(0.0, 1.0),
            base="answers",
            beside=(Beside("mean", "avg(score)", "score"),),
        ),
    ),
    doc=Doc(
        definition="The share of the answers to the satisfaction survey that lie in the top of its scale: the top two "
        "of 4 to 11 points, the top one of 2 or 3.",
        formula="answers in the top boxes / answers in the period",
        insight="Whether a single experience went well, close to when it happened.",
        risks="Content customers answer less often than angry or delighted ones. Scales differ: a top box of five "
        "points is easier to reach than one of ten.",
    ),
)

CUSTOMER_EFFORT_SCORE = KPI(
    id="customer_effort_score",
    name="Customer Effort Score",
    also=("CES",),
    category=CATEGORY,
    kind=Kind.FLOW,
    unit="score",
    better="higher",
    area=EFFICIENCY,
    forms=(
        Form(
            over=ANSWERS,
            only="f.survey = 'ces'",
            needs=_ANSWER_NEEDS,
            numerator=total(_EASE),
            denominator=count(),
            interval=Interval.CLUSTER,
            base="answers",
            beside=(
                Beside(
                    "easy",
                    f"CAST(count(*) FILTER (WHERE {_EASE} > (common_min + common_max) / 2) AS DOUBLE) "
                    "/ nullif(count(*), 0)",
                    "share",
                ),
            ),
        ),
    ),
    doc=Doc(
        definition="How easy customers found it to get something done: the mean answer, turned so that higher is "
        "easier. Where answers come on several scales they are brought to 1 to 7.",
        formula="sum of scores / answers in the period",
        insight="Effort predicts leaving better than delight does: a falling score is a reason to reach out.",
        risks="Which end of the scale is 'easy' differs between surveys; if it is set wrongly the score is upside "
        "down. A mean hides a small group with a very hard time.",
    ),
)

SURVEY_RESPONSE_RATE = KPI(
    id="survey_response_rate",
    name="Survey Response Rate",
    category=CATEGORY,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=EFFICIENCY,
    follow="response_days",
    forms=(
        Form(
            over=SENT,
            needs=("survey_responses.sent_at", "survey_responses.responded_at"),
            numerator=count(_ANSWERED),
            denominator=count(f"NOT coalesce({_EARLY}, FALSE)"),
            interval=Interval.CLUSTER,
            bounds=(0.0, 1.0),
            base="surveys sent",
            leaves_out=(LeftOut(f"count(*) FILTER (WHERE {_EARLY})", "surveys answered before they were sent"),),
        ),
    ),
    doc=Doc(
        definition="The share of the surveys sent in the period that have been answered with a score.",
        formula="surveys sent in the period and answered by now / surveys sent in the period",
        insight="How far the feedback speaks for everyone: below a fifth, mistrust the scores before acting on them.",
        risks="It still rises for two weeks after the period. A rate that differs between segments biases every "
        "score that compares them.",
    ),
)

FIRST_RESPONSE_TIME = KPI(
    id="first_response_time",
    name="First Response Time",
    also=("average response time",),
    category=CATEGORY,
    kind=Kind.FLOW,
    unit="hours",
    better="lower",
    area=EFFICIENCY,
    forms=(
        Form(
            over=TICKETS_CREATED,
            needs=("tickets.created_at", "tickets.first_response_at"),
            value=f"median({_RESPONSE})",
            numerator=_RESPONSE_SUM,
            denominator=_RESPONSE_COUNT,
            interval=Interval.MEDIAN,
            base="tickets answered",
            beside=_RESPONSE_BESIDE,
            leaves_out=(
                LeftOut("count(*) FILTER (WHERE response_hours < 0)", "tickets answered before they were created"),
            ),
        ),
    ),
    doc=Doc(
        definition="How many hours a customer waits for the first answer: the median over the tickets created in the "
        "period, with mean and 90th percentile beside it.",
        formula="first response - created, tickets created in the period; the unanswered are open",
        insight="What waiting feels like; the slow tenth shows what the median hides.",
        risks="Calendar hours: a weekend counts in full. An automatic reply counts if the help desk says so. Tickets "
        "not answered yet are missing from it, so the latest period looks quick.",
    ),
)

AVERAGE_RESOLUTION_TIME = KPI(
    id="average_resolution_time",
    name="Average Resolution Time",
    also=("ART", "Resolution Time"),
    category=CATEGORY,
    kind=Kind.FLOW,
    unit="hours",
    better="lower",
    area=EFFICIENCY,
    forms=(
        Form(
            over=TICKETS_RESOLVED,
            needs=("tickets.created_at", "tickets.resolved_at"),
            value=f"median({_RESOLUTION})",
            numerator=_RESOLUTION_SUM,
            denominator=_RESOLUTION_COUNT,
            interval=Interval.MEDIAN,
            base="tickets resolved",
            beside=_RESOLUTION_BESIDE[:2],
            leaves_out=(
                LeftOut("count(*) FILTER (WHERE resolution_hours < 0)", "tickets resolved before they were created"),
            ),
        ),
    ),
    doc=Doc(
        definition="How many hours it takes to resolve a ticket: the median over the tickets resolved in the period, "
        "with mean and 90th percentile beside it.",
        formula="last resolved - created, tickets resolved in the period",
        insight="How long problems last, and whether the team keeps up.",
        risks="Clearing an old backlog makes it jump although the team works better. Calendar hours; open tickets are "
        "not in it.",
    ),
)

FIRST_CONTACT_RESOLUTION_RATE = KPI(
    id="first_contact_resolution_rate",
    name="First Contact Resolution Rate",
    also=("FCR", "FCRR", "First Contact Resolution"),
    category=CATEGORY,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=EFFICIENCY,
    forms=(
        Form(
            over=TICKETS_CREATED,
            needs=("tickets.created_at", "tickets.resolved_at", "tickets.replies"),
            numerator=count(f"{_RESOLVED} AND replies <= 1 AND NOT reopened"),
            denominator=count(f"{_RESOLVED} AND replies IS NOT NULL"),
            interval=Interval.CLUSTER,
            bounds=(0.0, 1.0),
            base="resolved tickets",
            leaves_out=(
                LeftOut(
                    f"count(*) FILTER (WHERE {_RESOLVED} AND replies IS NULL)",
                    "resolved tickets with an unknown number of replies",
                ),
                LeftOut("count(*) FILTER (WHERE resolution_hours < 0)", "tickets resolved before they were created"),
            ),
        ),
    ),
    doc=Doc(
        definition="The share of the resolved tickets created in the period that took one reply at most and were "
        "never reopened.",
        formula="tickets created in the period resolved with one reply and not reopened / those resolved",
        insight="How often customers get it solved at once, which spares them and the team.",
        risks="Closing too early raises it until customers come back with a new ticket. Only resolved tickets count, "
        "so hard ones still open are missing.",
    ),
)

COST_PER_TICKET = KPI(
    id="cost_per_ticket",
    name="Cost Per Ticket",
    category=CATEGORY,
    kind=Kind.FLOW,
    unit="money",
    better="lower",
    area=EFFICIENCY,
    forms=(
        Form(
            when=("support_costs", "true"),
            needs=("costs.amount", "tickets.resolved_at"),
            parts={
                "spent": Part(COSTS, total("amount"), only="f.kind = 'support'"),
                "tickets": Part(TICKETS_RESOLVED, count(_RESOLVED)),
            },
            quotient="spent",
            divisor="tickets",
            n="tickets",
            base="tickets resolved",
        ),
        Form(
            over=TICKETS_RESOLVED,
            needs=("tickets.cost", "tickets.resolved_at"),
            numerator=total("cost", _RESOLVED),
            denominator=count(_RESOLVED),
            n=f"count(*) FILTER (WHERE {_RESOLVED})",
            interval=Interval.JACKKNIFE,
            unit="cluster",
            base="tickets resolved",
        ),
    ),
    doc=Doc(
        definition="What it costs to resolve a ticket: the support costs of the period over the tickets resolved in "
        "it; without such costs, the tickets' own.",
        formula="support costs in the period / tickets resolved in the period",
        insight="Whether support scales: rising tickets at a falling cost, or the other way round.",
        risks="Costs booked by month make days and weeks meaningless. Cheap tickets that customers could have solved "
        "themselves make it look good.",
    ),
)

KPIS = (
    CUSTOMER_SATISFACTION_SCORE,
    CUSTOMER_EFFORT_SCORE,
    SURVEY_RESPONSE_RATE,
    FIRST_RESPONSE_TIME,
    AVERAGE_RESOLUTION_TIME,
    FIRST_CONTACT_RESOLUTION_RATE,
    COST_PER_TICKET,
)
