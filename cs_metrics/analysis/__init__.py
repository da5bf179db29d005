"""Analyses: what a KPI cannot say in one number. Retention, movements of revenue, feedback."""

from cs_metrics.analysis.members import members
from cs_metrics.analysis.retention import pooled, retention, sentence, sql

__all__ = ["members", "pooled", "retention", "sentence", "sql"]
