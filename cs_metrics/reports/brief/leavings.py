"""What a report says where the files contradict each other on who has left: its churn hangs on whom it believes."""

from __future__ import annotations

from cs_metrics.definitions import BY_NAME
from cs_metrics.reports.brief import saying
from cs_metrics.reports.brief.asking import Asked, tried
from cs_metrics.reports.brief.model import Sentence
from cs_metrics.reports.brief.saying import sentence


def told(asked: Asked) -> list[Sentence]:
    """Return of how many customers the files say different things, and whom the numbers take. With a filter of the
    report's own nothing: the question is of all that the view shows."""
    found = None if asked.where else tried(asked.view.departures)
    if found is None or found.empty:
        return []
    believed = BY_NAME["leaving_source"].choice(asked.settings["leaving_source"]).label
    count = asked.count(len(found), "departures", "all")
    noun = saying.plural(len(found), "customer")
    return [sentence(f"The files disagree on whether {{}} {noun} left: these numbers take {{}}.", count, believed)]
