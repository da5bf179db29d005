"""Analyses: what a KPI cannot say in one number. Retention, movements of revenue, feedback."""

from cs_metrics.analysis.cohorts.compared import Compared, compared
from cs_metrics.analysis.cohorts.layout import Layout, laid_out
from cs_metrics.analysis.cohorts.legal import refusal
from cs_metrics.analysis.cohorts.members import members
from cs_metrics.analysis.cohorts.retention import left_at_once, pooled, retention, sql
from cs_metrics.analysis.cohorts.told import Wording, due, percent, question, sentence
from cs_metrics.analysis.feedback.said.comments import comments
from cs_metrics.analysis.feedback.score.distribution import distribution
from cs_metrics.analysis.feedback.score.score import nps
from cs_metrics.analysis.models import Judgement, judgement
from cs_metrics.analysis.revenue.concentration import concentration, largest
from cs_metrics.analysis.revenue.currencies import currencies
from cs_metrics.analysis.revenue.ledger import ledger
from cs_metrics.analysis.revenue.movements import lost_at_once, movements, movements_sql
from cs_metrics.analysis.revenue.outlook import (
    Outlook,
    check_assumptions,
    from_percent,
    in_percent,
    outlook,
)
from cs_metrics.analysis.revenue.reconcile import break_words, reconcile
from cs_metrics.analysis.revenue.record import record_words
from cs_metrics.analysis.revenue.renewals import AHEAD, OUTCOMES, outcomes, renewals
from cs_metrics.analysis.revenue.snowball import snowball
from cs_metrics.analysis.survival.stretches import stretches

__all__ = [
    "AHEAD",
    "OUTCOMES",
    "Compared",
    "Judgement",
    "Layout",
    "Outlook",
    "Wording",
    "break_words",
    "check_assumptions",
    "comments",
    "compared",
    "concentration",
    "currencies",
    "distribution",
    "due",
    "from_percent",
    "in_percent",
    "judgement",
    "laid_out",
    "largest",
    "ledger",
    "left_at_once",
    "lost_at_once",
    "members",
    "movements",
    "movements_sql",
    "nps",
    "outcomes",
    "outlook",
    "percent",
    "pooled",
    "question",
    "reconcile",
    "record_words",
    "refusal",
    "renewals",
    "retention",
    "sentence",
    "snowball",
    "sql",
    "stretches",
]
