"""What a report says, as plain data: three kinds (weekly, monthly, quarterly) made from what a View answers."""

from cs_metrics.reports.brief.kinds import KINDS
from cs_metrics.reports.brief.make import make
from cs_metrics.reports.brief.model import Action, Aim, Metric, Number, Report, Section, Sentence, Trend, Words
from cs_metrics.reports.brief.when import past
from cs_metrics.reports.brief.words import blocks, known, mark, seen, texts, warning, written

__all__ = [
    "KINDS", "Action", "Aim", "Metric", "Number", "Report", "Section", "Sentence", "Trend", "Words", "blocks", "known",
    "make", "mark", "past", "seen", "texts", "warning", "written",
]  # fmt: skip
