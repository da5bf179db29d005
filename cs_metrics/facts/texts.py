"""Texts about us: what was said on calls, posted, answered in surveys, noted after contacts, written in tickets and
on leaving."""

from __future__ import annotations

from cs_metrics.facts.model import Context, Fact

CLEARLY = 0.05
"""Nearer to 0 a tone is neutral: the threshold that VADER's authors give."""
ORIGINS = ("survey", "ticket", "churn", "contact", "mention")
"""Where a text may come from; its `kind` says it more finely (which survey, a call or an interview, a review)."""
FIELDS = {
    "survey": ("survey_responses.comment",),
    "ticket": ("tickets.subject", "tickets.description"),
    "churn": ("churn_events.feedback", "churn_events.reason", "subscriptions.cancel_reason", "customers.churn_reason"),
    "contact": ("touchpoints.notes",),
    "mention": ("mentions.text",),
}
"""The columns that texts of an origin stand in."""


def _in_words(column: str) -> str:
    """The condition that a reason is told in words rather than by a code: of three or more."""
    return f"regexp_matches({column}, '\\S+\\s+\\S+\\s+\\S')"


def _written(column: str) -> str:
    return f"regexp_matches({column}, '\\S')"


def said(context: Context) -> str:
    """Return the SELECT of every text, and of contacts with a tone and no text: customer_id, origin, kind, field (the
    column that it stands in), said_at, words (the text), sentiment (the row's own), _source, _row, _id.

    Why somebody left is told by the recorded leavings, else by the subscriptions, else by the accounts: one leaving
    stands in several tables.
    """
    feedback, reason = _written("feedback"), _in_words("reason")
    return f"""
        SELECT customer_id, 'mention' AS origin, source AS kind, 'mentions.text' AS field,
               {context.local("occurred_at")} AS said_at, text AS words, sentiment, _source, _row, _id
        FROM mentions WHERE occurred_at IS NOT NULL
        UNION ALL
        SELECT customer_id, 'survey', survey, 'survey_responses.comment', responded_at, comment, NULL,
               _source, _row, _id
        FROM fact_response WHERE counts AND responded_at IS NOT NULL
        UNION ALL
        SELECT customer_id, 'contact', kind, 'touchpoints.notes', occurred_at, notes, sentiment, _source, _row, _id
        FROM fact_touchpoint
        UNION ALL
        SELECT customer_id, 'ticket', 'ticket', 'tickets.description', {context.local("created_at")},
               concat_ws(chr(10), subject, description), NULL, _source, _row, _id
        FROM tickets WHERE created_at IS NOT NULL
        UNION ALL
        SELECT customer_id, 'churn', 'churn',
               CASE WHEN {feedback} THEN 'churn_events.feedback' ELSE 'churn_events.reason' END,
               CAST(churned_on AS TIMESTAMP), CASE WHEN {feedback} THEN feedback ELSE reason END, NULL,
               _source, _row, _id
        FROM churn_events WHERE churned_on IS NOT NULL AND ({feedback} OR {reason})
        UNION ALL
        SELECT customer_id, 'churn', 'churn', 'subscriptions.cancel_reason',
               CAST(coalesce(cancelled_on, end_date) AS TIMESTAMP), cancel_reason, NULL, _source, _row, _id
        FROM subscriptions WHERE coalesce(cancelled_on, end_date) IS NOT NULL AND {_in_words("cancel_reason")}
          AND NOT EXISTS (SELECT 1 FROM churn_events)
        UNION ALL
        SELECT customer_id, 'churn', 'churn', 'customers.churn_reason', CAST(churned_on AS TIMESTAMP), churn_reason,
               NULL, _source, _row, _id
        FROM customers WHERE churned_on IS NOT NULL AND {_in_words("churn_reason")}
          AND NOT EXISTS (SELECT 1 FROM churn_events)
          AND NOT EXISTS (SELECT 1 FROM subscriptions WHERE cancel_reason IS NOT NULL)"""


def _text_sql(context: Context) -> str:
    """The row's own sentiment (`judged`) goes before what `words` made of the text. What KPIs read stands in the column
    from which it came; every text in `dim_text`, by `text_no`. `outside`: the row's own sentiment is no number from -1
    to 1, so the row has no tone."""
    return f"""
        WITH toned AS (
            SELECT s.*, d.text_no, d.text_no IS NOT NULL AS written, coalesce(abs(s.sentiment) > 1, FALSE) AS outside,
                   CASE WHEN abs(s.sentiment) <= 1 THEN s.sentiment WHEN s.sentiment IS NULL THEN d.tone END AS tone
            FROM ({said(context)}) AS s LEFT JOIN dim_text AS d ON d.text = s.words)
        SELECT customer_id,
               coalesce(customer_id, CASE origin WHEN 'mention' THEN kind ELSE origin END || ' ' || _id) AS cluster,
               CASE origin WHEN 'mention' THEN kind WHEN 'contact' THEN 'touchpoint' ELSE origin END AS source,
               origin, coalesce(kind, origin) AS kind, field, said_at,
               CASE WHEN origin = 'survey' THEN words END AS comment,
               CASE WHEN origin = 'contact' THEN words END AS notes,
               CASE WHEN origin = 'mention' THEN words END AS text, text_no, written,
               sentiment IS NOT NULL AS judged, outside, tone,
               CASE WHEN tone > {CLEARLY} THEN 'positive' WHEN tone < -{CLEARLY} THEN 'negative'
                    WHEN tone IS NOT NULL THEN 'neutral' END AS label, _source, _row, _id
        FROM toned WHERE written OR sentiment IS NOT NULL"""


def _theme_sql(context: Context) -> str:
    return """
        SELECT t.*, d.theme
        FROM fact_text AS t JOIN dim_theme AS d ON d.text_no = t.text_no WHERE t.origin IN ('survey', 'contact')"""


TEXTS = Fact("fact_text", "a text about us, with its tone", _text_sql, "said_at")
THEMES = Fact("fact_theme", "a comment or a note and a theme that it is about", _theme_sql, "said_at")
