"""What a redacted link does with each method of a view. One that does not stand here is refused."""

from __future__ import annotations

from enum import Enum, auto


class Part(Enum):
    """How a redacted link answers a method."""

    SUMS = auto()
    """With its answer: it has no column of the data but those that it is split by."""
    ROWS = auto()
    """With its rows, in which masked columns are pseudonyms and hidden ones are not there; and what one account pays
    is left out where any amount is hidden."""
    WORDS = auto()
    """Alike; with nothing where a column is kept away whose values people may write down in a text."""
    NONE = auto()
    """With nothing: it is about everyone, or in somebody's own words."""
    SQL = auto()
    """Not at all: its text has the filter and the names of columns in it."""
    NEVER = auto()
    """Not at all."""


PARTS: dict[str, Part] = {
    **dict.fromkeys((
        "after", "compute", "concentration", "dimensions", "distribution", "drivers", "feedback_change",
        "feedback_changes", "feedback_counting", "hazard", "heard", "heard_states", "heard_summary", "kpi", "kpis",
        "likeness", "movements", "mrr_by_answer", "nps", "other_respondents", "outlook", "projection", "report",
        "report_periods", "rewritten", "response_rate", "retention", "score_before", "score_breakdown", "snowball",
        "stayed", "survival", "survival_summary", "tables", "unlocks", "weighted_score", "why",
    ), Part.SUMS),
    **dict.fromkeys((
        "after_rows", "answers_outside", "ledger", "largest", "members", "mrr_by_answer_rows", "renewals",
        "response_rows", "rows", "silent", "stayed_rows", "stretches", "survival_rows", "to_call",
    ), Part.ROWS),
    **dict.fromkeys(("comments", "quotations", "text_counts", "texts", "theme_trend", "themes"), Part.WORDS),
    **dict.fromkeys((
        "believing", "believing_file", "changes", "conflicts", "currencies", "departures", "differences",
        "file_conflicts", "follow_ups", "follow_ups_gone", "matches", "merged", "notes", "orphans", "reconcile",
        "refunds", "repairs", "same", "set_aside", "sources", "targets", "todos",
    ), Part.NONE),
    **dict.fromkeys((
        "after_sql", "drivers_sql", "heard_sql", "mrr_by_answer_sql", "response_sql", "retention_sql",
        "score_before_sql", "score_breakdown_sql", "sql", "stayed_sql", "survival_sql",
    ), Part.SQL),
    **dict.fromkeys(("compare", "easy_end", "loop_summary", "model", "rule_backtest", "size", "try_own"), Part.NEVER),
}  # fmt: skip
"""By the name of the method."""

WHOLE = frozenset({"currencies", "refunds", "sources"})
"""What is said of all data, whatever the filter: a reader with a locked one gets nothing of it."""

JUDGED = frozenset({"model"})
"""Alike, and of a form that cannot say nothing: it is refused."""
