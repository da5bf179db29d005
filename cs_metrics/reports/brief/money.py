"""What a report says of recurring revenue: what was lost, what was won, and what is ahead."""

from __future__ import annotations

import pandas as pd

from cs_metrics.reports.brief import saying
from cs_metrics.reports.brief.accounts import largest, names
from cs_metrics.reports.brief.asking import Asked, tried
from cs_metrics.reports.brief.model import Sentence
from cs_metrics.reports.brief.saying import sentence

LOST = (("churn", "was lost with"), ("contraction", "was lost to downgrades at"))
WON = (("new", "came with"), ("expansion", "came from expansion at"), ("reactivation", "came back with"))
AHEAD = 3


def movements(asked: Asked) -> pd.DataFrame | None:
    """Return the movements of the report's period; None where the data have none, or it is not over."""
    found = tried(
        lambda: asked.view.movements(
            grain=asked.grain, where=asked.where, since=asked.period.start, until=asked.period.end, as_of=asked.as_of
        )
    )
    return None if found is None or found.empty or not found["complete"].all() else found


def told(asked: Asked, moves: tuple[tuple[str, str], ...]) -> list[Sentence]:
    """Return '$18,816 of MRR was lost with four accounts: Northwind and three others.' for each of the moves."""
    found = movements(asked)
    if found is None:
        return []
    ledger = tried(
        lambda: asked.view.ledger(
            grain=asked.grain, where=asked.where, since=asked.period.start, until=asked.period.end, as_of=asked.as_of
        )
    )
    said = []
    for move, words in moves:
        amount = float(found[move].sum())
        if round(amount, 2) <= 0:
            continue
        money = asked.money(amount, "movements", move)
        if ledger is None or not {"customer_id", move} <= set(ledger) or not asked.amounts:
            said.append(sentence(f"{{}} of MRR {words} accounts in {{}}.", money, asked.now_said))
            continue
        own = largest(ledger[ledger[move] > 0].set_index("customer_id"), move)
        count = asked.count(len(own), "ledger", move)
        noun = saying.plural(len(own), "account")
        said.append(sentence(f"{{}} of MRR {words} {{}} {noun}: {{}}.", money, count, names(own)))
    return said


def ahead(asked: Asked) -> list[Sentence]:
    """Return what MRR is projected to be in three months, with its interval; nothing in a week's report, or
    where the past is too short."""
    if asked.grain == "week":
        return []
    found = tried(lambda: asked.view.outlook(ahead=AHEAD, where=asked.where, as_of=asked.as_of))
    if found is None or found.reason or len(found.path) < AHEAD:
        return []
    last = found.path.iloc[-1]
    if pd.isna(last["low"]) or pd.isna(last["high"]):
        return []
    parts = [asked.money(float(last[name]), "outlook", name) for name in ("closing", "low", "high")]
    month = saying.period(last["period"], last["period"], "month")
    return [
        sentence(
            "If the rates of the past months hold, MRR is {} at the end of {} ({} % interval: {} to {}).",
            parts[0], month, asked.count(95, "outlook", "interval"), *parts[1:],
        )
    ]  # fmt: skip
