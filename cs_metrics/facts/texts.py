"""Texts about us: what was said on calls, posted, reviewed, answered in surveys, noted after contacts."""

from __future__ import annotations

from cs_metrics.facts.model import Context, Fact

CLEARLY = 0.05
"""Nearer to 0 a tone is neutral: the threshold that VADER's authors give."""


def _text_sql(context: Context) -> str:
    """The row's own sentiment goes before what `words` made of the text. A text stands in the column from which it
    came. `outside`: the row's own sentiment is no number from -1 to 1, so the row has no tone."""
    return f"""
        WITH said AS (
            SELECT customer_id, source, {context.local("occurred_at")} AS said_at, CAST(NULL AS VARCHAR) AS comment,
                   CAST(NULL AS VARCHAR) AS notes, text, sentiment, _source, _row, _id
            FROM mentions WHERE occurred_at IS NOT NULL
            UNION ALL
            SELECT customer_id, 'survey', responded_at, comment, NULL, NULL, NULL, _source, _row, _id
            FROM fact_response WHERE counts AND responded_at IS NOT NULL
            UNION ALL
            SELECT customer_id, 'touchpoint', occurred_at, NULL, notes, NULL, sentiment, _source, _row, _id
            FROM fact_touchpoint),
        toned AS (
            SELECT s.*, regexp_matches(coalesce(s.comment, s.notes, s.text, ''), '\\S') AS written,
                   coalesce(abs(s.sentiment) > 1, FALSE) AS outside,
                   CASE WHEN abs(s.sentiment) <= 1 THEN s.sentiment WHEN s.sentiment IS NULL THEN d.tone END AS tone
            FROM said AS s LEFT JOIN dim_text AS d ON d.text = coalesce(s.comment, s.notes, s.text))
        SELECT customer_id, coalesce(customer_id, source || ' ' || _id) AS cluster, source, said_at, comment, notes,
               text, written, outside, tone,
               CASE WHEN tone > {CLEARLY} THEN 'positive' WHEN tone < -{CLEARLY} THEN 'negative'
                    WHEN tone IS NOT NULL THEN 'neutral' END AS label, _source, _row, _id
        FROM toned WHERE written OR sentiment IS NOT NULL"""


def _theme_sql(context: Context) -> str:
    return """
        SELECT t.*, d.theme
        FROM fact_text AS t JOIN dim_theme AS d ON d.text = coalesce(t.comment, t.notes, t.text)"""


TEXTS = Fact("fact_text", "a text about us, with its tone", _text_sql, "said_at")
THEMES = Fact("fact_theme", "a text about us and a theme that it is about", _theme_sql, "said_at")
