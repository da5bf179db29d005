"""Are customers helped? KPIs of support."""

from __future__ import annotations

from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, LeftOut, Measure, Part, count, total
from cs_metrics.kpis.relations.service import COSTS, TICKETS_CREATED, TICKETS_RESOLVED

CATEGORY = "Support and feedback"
EFFICIENCY = "Operational Efficiency"

_RESPONSE = "CASE WHEN first_response_at < :as_of AND response_hours >= 0 THEN response_hours END"
_RESOLUTION = "CASE WHEN resolved_at < :as_of AND resolution_hours >= 0 THEN resolution_hours END"
_RESOLVED = "resolved_at < :as_of AND resolution_hours >= 0"


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
            words="{value} is the middle of {denominator:first-response time}; mean {mean:hours}, nine in ten within "
            "{p90:hours}, {open:ticket} not answered yet",
            beside=_RESPONSE_BESIDE,
            leaves_out=(
                LeftOut(
                    "count(*) FILTER (WHERE response_hours < 0)",
                    "tickets answered before they were created",
                    "ticket answered before it was created",
                ),
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
            words="{value} is the middle of {denominator:resolution time}; mean {mean:hours}, nine in ten within "
            "{p90:hours}",
            beside=_RESOLUTION_BESIDE[:2],
            leaves_out=(
                LeftOut(
                    "count(*) FILTER (WHERE resolution_hours < 0)",
                    "tickets resolved before they were created",
                    "ticket resolved before it was created",
                ),
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
            words="{numerator:ticket} resolved with one reply at most and never reopened / "
            "{denominator:resolved ticket}",
            leaves_out=(
                LeftOut(
                    f"count(*) FILTER (WHERE {_RESOLVED} AND replies IS NULL)",
                    "resolved tickets with an unknown number of replies",
                    "resolved ticket with an unknown number of replies",
                ),
                LeftOut(
                    "count(*) FILTER (WHERE resolution_hours < 0)",
                    "tickets resolved before they were created",
                    "ticket resolved before it was created",
                ),
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
            words="{numerator:money} of support costs / {denominator:resolved ticket}",
        ),
        Form(
            over=TICKETS_RESOLVED,
            needs=("tickets.cost", "tickets.resolved_at"),
            numerator=total("coalesce(cost, 0)", _RESOLVED),
            denominator=count(_RESOLVED),
            n=f"count(*) FILTER (WHERE {_RESOLVED})",
            interval=Interval.JACKKNIFE,
            unit="cluster",
            base="tickets resolved",
            words="{numerator:money} that the tickets cost / {denominator:resolved ticket}",
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
    FIRST_RESPONSE_TIME,
    AVERAGE_RESOLUTION_TIME,
    FIRST_CONTACT_RESOLUTION_RATE,
    COST_PER_TICKET,
)
