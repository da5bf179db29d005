"""Which pages a link opens: those that show something, never those that load, change or administer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cs_metrics.errors import WorkspaceError, did_you_mean

ANALYSIS = (
    "overview", "cohorts", "revenue", "survival", "why", "feedback", "texts", "library", "kpi", "reports", "segments",
    "definitions", "scores",
)  # fmt: skip
"""All that a link to 'all' pages opens."""
BY_ITSELF = ("todo",)
"""Opened where a link is to that very page: what people are to do is not given away beside something else."""
WHOLE = {
    "segments": "is made of filters",
    "todo": "names accounts, people and what they noted",
}
"""Pages that cannot be shown in part, and why: no link opens them that locks filters or leaves anything out."""
OF_A_NUMBER = "kpi"
"""The page on which every number of another opens."""


def shown(link: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the pages that a link (its page, pages, filters, hidden, masked, least) opens: its own with the one that
    opens its numbers, or all of analysis too."""
    own = (link["page"],) if link["page"] in (*ANALYSIS, *BY_ITSELF) else ()
    beside = ANALYSIS if link["pages"] == "all" else (OF_A_NUMBER,)
    return tuple(page for page in dict.fromkeys((*own, *beside)) if page not in WHOLE or is_whole(link))


def is_whole(link: Mapping[str, Any]) -> bool:
    """Return whether a link shows everything: its readers may filter, and nothing is left out."""
    return link["filters"] == "open" and not (link["hidden"] or link["masked"] or link["least"])


def check(link: Mapping[str, Any]) -> None:
    """Raise WorkspaceError where a link's own page is none that it could open."""
    page, known = link["page"], (*ANALYSIS, *BY_ITSELF)
    if page not in known:
        raise WorkspaceError(
            f"A link opens no page '{page:.60}', only one that shows something. {did_you_mean(page, known)}".rstrip()
        )
    if page in WHOLE and not is_whole(link):
        raise WorkspaceError(
            f"The page '{page}' {WHOLE[page]}, so a link to it locks no filters and leaves nothing out. "
            "Share another page, such as the Overview, or leave nothing out."
        )
