"""Answers to surveys, and surveys sent."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Relation
from cs_metrics.kpis.relations.names import within

ANSWERS = Relation(
    name="answers",
    grain="an answer to a survey",
    source="fact_response",
    on=f"f.answered AND f.counts AND {within('responded_at')}",
    columns=(
        "f.survey", "f.score", "f.scale_min", "f.scale_max", "f.points", "f.common_score", "f.common_min",
        "f.common_max", "f.respondent", "f.cluster", "f.responded_at", "f.campaign", "f.comment",
    ),
    moment="f.responded_at",
    table="survey_responses",
    tables=("survey_responses",),
    unit="cluster",
)  # fmt: skip
LAST_ANSWERS = replace(
    ANSWERS,
    name="last_answers",
    grain="a respondent's last answer in the period (or the last of each campaign, or each answer: a setting)",
    columns=(*ANSWERS.columns, "f._source AS file", "f._row AS line", "f._id AS answer_id"),
    last=(
        "CASE :survey_rule WHEN 'all' THEN answer_id ELSE respondent END, "
        "CASE WHEN :survey_rule = 'per_survey' THEN campaign END",
        "responded_at DESC, file DESC, line DESC, answer_id DESC",
    ),
    splits=True,
    unit="respondent",
)
SENT = replace(
    ANSWERS,
    name="sent",
    grain="a survey sent",
    on=f"f.counts AND {within('sent_at')}",
    columns=("f.survey", "f.answered", "f.sent_at", "f.responded_at", "f.cluster"),
    moment="f.sent_at",
)
