"""Analyses: what a KPI cannot say in one number. Retention, movements of revenue, feedback."""

from cs_metrics.analysis.feedback import comments, distribution, nps
from cs_metrics.analysis.members import members
from cs_metrics.analysis.models import Judgement, judgement
from cs_metrics.analysis.movements import movements, movements_sql
from cs_metrics.analysis.retention import left_at_once, pooled, retention, sentence, sql

__all__ = [
    "Judgement",
    "comments",
    "distribution",
    "judgement",
    "left_at_once",
    "members",
    "movements",
    "movements_sql",
    "nps",
    "pooled",
    "retention",
    "sentence",
    "sql",
]
