"""What a report says of the customers' voice: silent accounts, themes that grow, what goes with the score."""

from __future__ import annotations

from datetime import timedelta

from cs_metrics.reports.brief import saying
from cs_metrics.reports.brief.accounts import names
from cs_metrics.reports.brief.asking import Asked, tried
from cs_metrics.reports.brief.model import Number, Sentence
from cs_metrics.reports.brief.saying import sentence

MOST = 3
SURVEY = "nps"
_SILENT_DAYS = 365


def silent(asked: Asked) -> list[Sentence]:
    """Return how many accounts did not answer the NPS survey in a year, and what they pay."""
    since = asked.as_of - timedelta(days=_SILENT_DAYS)
    words = {"where": asked.where, "since": since, "until": asked.as_of, "as_of": asked.as_of}
    states = tried(lambda: asked.view.heard_states(SURVEY, **words))
    if states is None or states.empty or not len(states[(states["state"] == "heard") & (states["accounts"] > 0)]):
        return []
    own = states[states["state"] != "heard"]
    count, amount = int(own["accounts"].sum()), float(own["mrr"].sum())
    if not count:
        return []
    noun = saying.plural(count, "account")
    days = asked.count(_SILENT_DAYS, "heard_states", "days")
    parts = [asked.count(count, "heard_states", "accounts"), days]
    largest = tried(lambda: asked.view.silent(SURVEY, limit=2, **words))
    who = sentence("")
    if largest is not None and len(largest) and "customer_id" in largest and count > 1:
        who = sentence("; the largest: {}", names(largest.set_index("customer_id")))
    if amount > 0 and asked.amounts:
        money = asked.money(amount, "heard_states", "mrr")
        text = f"{{}} {noun} gave no NPS answer in the last {{}} days, with {{}} of MRR{{}}."
        return [sentence(text, *parts, money, who)]
    return [sentence(f"{{}} {noun} gave no NPS answer in the last {{}} days{{}}.", *parts, who)]


def themes(asked: Asked) -> list[Sentence]:
    """Return the themes that are said more or less often than in the stretch before, beyond chance."""
    days = asked.kind.days
    found = tried(lambda: asked.view.themes(days=days, where=asked.where, as_of=asked.as_of))
    if found is None:
        return []
    said = []
    for row in found[found["is_growing"] | found["is_falling"]].head(MOST).to_dict("records"):
        verb = "more" if row["is_growing"] else "less"
        said.append(
            sentence(
                f"Customers say '{{}}' {verb} often: in {{}} texts of the last {{}} days, {{}} in those before.",
                str(row["theme"]), asked.count(row["now"], "themes", "now"), asked.count(days, "themes", "days"),
                asked.count(row["earlier"], "themes", "earlier"),
            )
        )  # fmt: skip
    return said


def drivers(asked: Asked) -> list[Sentence]:
    """Return what goes with a higher or lower NPS, beyond chance after correction for all that was compared."""
    since = asked.as_of - timedelta(days=_SILENT_DAYS)
    found = tried(lambda: asked.view.drivers(SURVEY, where=asked.where, since=since, as_of=asked.as_of))
    if found is None:
        return []
    said = []
    rows = found.found[found.found["named"] & (found.found["n"] >= asked.minimum_n)]
    for row in rows.head(MOST).to_dict("records"):
        name = asked.labels.get(row["name"], row["name"])
        who = name if row["form"] == "flag" and row["segment"] == "yes" else f"{name} {row['segment']}"
        own, other = (
            Number(saying.value(row[side], "score", ""), float(row[side]), "drivers", side)
            for side in ("value", "other_value")
        )
        n = asked.count(row["n"], "drivers", "n")
        said.append(
            sentence("NPS is {} in {} answers with {}, and {} in all others: they go together, which proves no cause.",
                     own, n, who, other)
        )  # fmt: skip
    return said
