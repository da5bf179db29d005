"""Analyses: what a KPI cannot say in one number. Retention, movements of revenue, feedback."""

from cs_metrics.analysis.concentration import concentration, largest
from cs_metrics.analysis.currencies import currencies
from cs_metrics.analysis.feedback import comments, distribution, nps
from cs_metrics.analysis.ledger import ledger
from cs_metrics.analysis.members import members
from cs_metrics.analysis.models import Judgement, judgement
from cs_metrics.analysis.movements import movements, movements_sql
from cs_metrics.analysis.outlook import Outlook, outlook
from cs_metrics.analysis.reconcile import reconcile
from cs_metrics.analysis.renewals import outcomes, renewals
from cs_metrics.analysis.retention import left_at_once, pooled, retention, sentence, sql
from cs_metrics.analysis.snowball import snowball

__all__ = [
    "Judgement",
    "Outlook",
    "comments",
    "concentration",
    "currencies",
    "distribution",
    "judgement",
    "largest",
    "ledger",
    "left_at_once",
    "members",
    "movements",
    "movements_sql",
    "nps",
    "outcomes",
    "outlook",
    "pooled",
    "reconcile",
    "renewals",
    "retention",
    "sentence",
    "snowball",
    "sql",
]
