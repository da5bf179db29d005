"""What a report says of the notes that people pinned to a day of its period."""

from __future__ import annotations

from datetime import datetime, time

from cs_metrics.reports.brief import saying
from cs_metrics.reports.brief.asking import Asked
from cs_metrics.reports.brief.model import Sentence
from cs_metrics.reports.brief.saying import sentence


def told(asked: Asked) -> list[Sentence]:
    """Return 'Noted on Jun 12, 2026, beside MRR, by ana@acme.com: Price change.' for each note of the period."""
    said = []
    for note in asked.view.notes():
        when = datetime.combine(note["dated"], time())
        if asked.period.start <= when < asked.period.end and (not note["kpi"] or note["kpi"] in asked.names):
            beside = f", beside {asked.names[note['kpi']]}" if note["kpi"] else ""
            who = f", by {note['who']}" if note["who"] else ""
            text = note["text"] if note["text"].endswith((".", "!", "?")) else f"{note['text']}."
            said.append(sentence("Noted on {}{}{}: {}", saying.day(when), beside, who, text))
    return said
