"""Texts about us, and those that customers gave us as feedback."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Relation
from cs_metrics.kpis.relations.names import within

TEXTS = Relation(
    name="texts",
    grain="a text about us of the period, or a contact with a tone",
    source="fact_text",
    on=f"f.origin IN ('survey', 'contact', 'mention') AND {within('said_at')}",
    columns=(
        "f.source", "f.said_at", "f.comment", "f.notes", "f.text", "f.tone", "f.label", "f.outside", "f.cluster",
    ),
    moment="f.said_at",
    tables=("survey_responses", "touchpoints", "mentions"),
    noun="texts",
    unit="cluster",
)  # fmt: skip
FEEDBACK = replace(
    TEXTS,
    name="feedback",
    grain="a comment of a survey or a note of a contact in the period",
    on=f"f.written AND f.origin IN ('survey', 'contact') AND {within('said_at')}",
    tables=("survey_responses", "touchpoints"),
)
FEEDBACK_BEFORE = replace(
    FEEDBACK, name="feedback_before", grain="a comment or a note of the period before", before=True
)
FEEDBACK_THEMES = replace(
    FEEDBACK,
    name="feedback_themes",
    grain="a comment or a note in the period and a theme that it is about",
    source="fact_theme",
    columns=(*FEEDBACK.columns, "f.theme"),
)
