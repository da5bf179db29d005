"""Are customers heard? Satisfaction, effort, and who answers."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, LeftOut, count, total
from cs_metrics.kpis.relations.service import TICKETS_CREATED
from cs_metrics.kpis.relations.voice import ANSWERS, SENT

CATEGORY = "Support and feedback"
EFFICIENCY = "Operational Efficiency"

_TOP = (
    "score > scale_max - CASE WHEN :top_box > 0 THEN :top_box WHEN points <= 3 THEN 1 WHEN points <= 11 THEN 2 "
    "ELSE (scale_max - scale_min) / 5 END"
)
_EASE = "CASE WHEN :ces_easy_end = 'low' THEN common_min + common_max - common_score ELSE common_score END"
# Ratings of tickets have no scale of their own in the data model: theirs is 1 to 5.
RATINGS = replace(
    TICKETS_CREATED,
    name="ticket_ratings",
    grain="a rated ticket created in the period",
    columns=(
        "f.satisfaction AS score", "f.created_at", "f.cluster", "1 AS scale_min", "5 AS scale_max", "5 AS points",
    ),
)  # fmt: skip
_ANSWER_NEEDS = ("survey_responses.survey", "survey_responses.score", "survey_responses.responded_at")

_ANSWERED = "answered AND responded_at < :as_of AND responded_at >= sent_at"
_EARLY = "responded_at < sent_at"

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
            over=RATINGS,
            only="f.satisfaction BETWEEN 1 AND 5",
            when=("csat_from", "tickets"),
            needs=("tickets.satisfaction", "tickets.created_at"),
            numerator=count(_TOP),
            denominator=count(),
            interval=Interval.CLUSTER,
            bounds=(0.0, 1.0),
            base="rated tickets",
            words="{numerator:rating} in the top boxes / {denominator:rated ticket} = {value}; mean rating "
            "{mean:score}",
            beside=(Beside("mean", "avg(score)", "score"),),
            note="From ticket ratings: no CSAT survey is loaded.",
        ),
        Form(
            over=ANSWERS,
            only="f.survey = 'csat'",
            needs=_ANSWER_NEEDS,
            numerator=count(_TOP),
            denominator=count(),
            interval=Interval.CLUSTER,
            bounds=(0.0, 1.0),
            base="answers",
            words="{numerator:answer} in the top boxes / {denominator:answer} = {value}; mean answer {mean:score}",
            beside=(Beside("mean", "avg(score)", "score"),),
        ),
    ),
    doc=Doc(
        definition="The share of the answers to the satisfaction survey that lie in the top of its scale: the top two "
        "of 4 to 11 points, the top one of 2 or 3. Where no such survey is loaded, of the ratings that tickets got "
        "(4 and 5 of 5), by when the ticket was created; the two are never mixed.",
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
            words="scores that add up to {numerator} / {denominator:answer} = {value}; {easy:share} found it easy",
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
            words="{numerator:survey} answered / {denominator:survey} sent",
            leaves_out=(
                LeftOut(
                    f"count(*) FILTER (WHERE {_EARLY})",
                    "surveys answered before they were sent",
                    "survey answered before it was sent",
                ),
            ),
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

KPIS = (CUSTOMER_SATISFACTION_SCORE, CUSTOMER_EFFORT_SCORE, SURVEY_RESPONSE_RATE)
