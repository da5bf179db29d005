"""What a report says of who left, where the files contradict each other on it, or do not say when: its churn hangs on
that."""

from __future__ import annotations

from cs_metrics import analysis
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


def at_once(asked: Asked) -> list[Sentence]:
    """Return that all revenue ever lost went in the last month of the data, where it did: most likely the day that the
    file was made. An earlier report says it too, for its own periods lack those losses."""
    moves = tried(lambda: asked.view.movements(grain="month", where=asked.where))
    if moves is None or not analysis.lost_at_once(moves):
        return []
    last = moves.loc[moves["start"] > 0, "period"].iloc[-1]
    return [
        sentence(
            "All the revenue that these data ever lost went in {}, their last month: if the files say who left but not "
            "when, the losses belong to earlier times, and neither this month's nor the earlier ones' churn can be "
            "relied on.",
            saying.period(last, last, "month"),
        )
    ]
