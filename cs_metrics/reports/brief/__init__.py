"""What a report says, as plain data: three kinds (weekly, monthly, quarterly) made from what a View answers."""

from cs_metrics.reports.brief.kinds import KINDS
from cs_metrics.reports.brief.make import make
from cs_metrics.reports.brief.model import Action, Metric, Number, Report, Section, Sentence, Trend

__all__ = ["KINDS", "Action", "Metric", "Number", "Report", "Section", "Sentence", "Trend", "make"]
