"""The numbers in a report's sentences as links: each opens its KPI in its period, or the page that it comes from."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from cs_metrics.periods import step
from pages._ui import door, formats, state
from pages._ui.links import linked

# what is asked of a view, by the page that shows it
PAGES = {
    "renewals": "revenue", "movements": "revenue", "ledger": "revenue", "outlook": "revenue", "to_call": "feedback",
    "heard_states": "feedback", "drivers": "feedback", "themes": "texts",
}  # fmt: skip
# said of how something is counted, and of nothing that a page shows
FIXED = ("threshold", "days", "interval")
_MARKS = "\ue000{}\ue001"


def linked_text(report: Any, sentence: Any) -> str:
    """Return a sentence for Markdown, its numbers as links."""
    text, start = sentence.text, 0
    links: list[str] = []
    for number in sentence.numbers:
        found = re.compile(rf"(?<![\w.,]){re.escape(number.said)}(?!\w)").search(text, start)
        target = _target(report, number)
        if found is None or target is None:
            continue
        mark = _MARKS.format(len(links))
        links.append(link(formats.literal(number.said), *target))
        text = text[: found.start()] + mark + text[found.end() :]
        start = found.start() + len(mark)
    text = formats.literal(text)
    for place, made in enumerate(links):
        text = text.replace(_MARKS.format(place), made)
    return text


def link(label: str, page: str, params: dict[str, str]) -> str:
    """Return a link for Markdown; the label alone where the reader of a shared link may not go there."""
    held = linked.opened()
    if held is not None and page not in linked.pages(held):
        return label
    return f"[{label}]({page}?{urlencode(params)})"


def of_kpi(report: Any, kpi: str, start: Any = None) -> dict[str, str]:
    """Return the address of a KPI's page, in the period that begins at `start` (None: the report's)."""
    first = start or report.period.start
    until = step(first, report.grain)
    return state.link(id=kpi, period="custom", since=f"{first:%Y-%m-%d}", until=f"{until:%Y-%m-%d}", grain=report.grain)


def _target(report: Any, number: Any) -> tuple[str, dict[str, str]] | None:
    if number.what in FIXED:
        return None
    if number.of in {each.id for each in door.catalogue()}:
        return "kpi", of_kpi(report, number.of, number.period)
    page = PAGES.get(number.of)
    return None if page is None else (page, state.link())
