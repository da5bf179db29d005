"""What followed an answer in plain words: whether categories differ, and how rarely chance would make it so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cs_metrics.analysis.feedback.after.measures import MEASURES
from cs_metrics.analysis.survival.curve import LogRank
from cs_metrics.analysis.survival.hazard import LEVEL

if TYPE_CHECKING:
    from cs_metrics.analysis.feedback.after.after import After

PEOPLE = {
    "promoter": "promoters",
    "passive": "passives",
    "detractor": "detractors",
    "satisfied": "satisfied accounts",
    "easy": "accounts that found it easy",
    "other": "other accounts",
    "upper half": "accounts of the upper half",
    "lower half": "accounts of the lower half",
    "all": "all accounts",
}
"""A category's accounts, as a sentence calls them."""
TOGETHER = (
    "The answer and what followed go together; that is no proof that one makes the other. What made them answer so may "
    "have made them leave or stay too."
)
_DID = {
    "left": "left",
    "expanded": "paid more",
    "contracted": "paid less",
    "referred": "made a referral",
}


def verdict(test: LogRank | None, minimum: int, gone: int) -> str:
    """Whether the categories differ in how long they stay after the answer."""
    if not gone:
        return "Nobody has left since answering: there is nothing to compare."
    if test is None:
        return f"There are not two groups of {minimum} accounts or more to compare."
    told = test.pairs[test.pairs["adjusted"] < LEVEL].sort_values("p", kind="stable")
    said = []
    for pair in told.to_dict("records"):
        shorter = pair["other"] if pair["longer"] == pair["one"] else pair["one"]
        said.append(f"{_capital(_who(pair['longer']))} stay longer than {_who(shorter)}: {rarely(pair['adjusted'])}.")
    if told.empty:
        names = dict.fromkeys([*test.pairs["one"], *test.pairs["other"]])
        who = _capital(_joined([_who(n) for n in names]))
        said.append(
            f"{who} do not differ in how long they stay by more than chance makes (log-rank, p = {test.p:.2f})."
        )
    if test.left_out:
        said.append(f"Too few to be compared: {_joined([f'{_who(k)} ({n:,})' for k, n in test.left_out.items()])}.")
    return " ".join(said)


def sentences(found: After) -> list[str]:
    """What differs between the categories in the days after the answer, a sentence a measure, the surest first; or that
    nothing does, or that too little is known."""
    if found.pairs.empty:
        return [
            f"Nothing is compared here: that takes two groups of {max(found.minimum_n, 2)} accounts or more whose "
            f"{found.days} days after the answer are over."
        ]
    told = found.pairs[found.pairs["differs"]].sort_values("p", kind="stable").drop_duplicates("measure")
    tried = len(found.pairs)
    if told.empty:
        return [
            f"In the {found.days} days after the answer nothing differs between the groups that chance would not make "
            f"({tried} comparisons, corrected for their number)."
        ]
    rows = found.frame.set_index(["measure", "category"])
    return [_sentence(pair, rows, found.days) for pair in told.to_dict("records")]


def _sentence(pair: dict[Any, Any], rows: pd.DataFrame, days: int) -> str:
    name, one, other = pair["measure"], pair["one"], pair["other"]
    first, second = rows.loc[(name, one)], rows.loc[(name, other)]
    least = rarely(pair["adjusted"])
    if name in _DID:
        return (
            f"Within {days} days {int(first['happened']):,} of {int(first['n']):,} {_who(one)} {_DID[name]} "
            f"({first['value']:.0%}), of {int(second['n']):,} {_who(other)} {int(second['happened']):,} "
            f"({second['value']:.0%}): {least}."
        )
    said = {"mean": "{:.1f}", "ratio": "{:.0%}", "change": "{:+.0%}"}[MEASURES[name].kind]
    return (
        f"{MEASURES[name].label} in {days} days: {said.format(first['value'])} for {_who(one)} "
        f"({int(first['n']):,}), {said.format(second['value'])} for {_who(other)} ({int(second['n']):,}): {least}."
    )


def rarely(p: float) -> str:
    """How often chance alone makes such a difference somewhere among all that were compared."""
    if p < 0.001:
        return "chance alone would do that in fewer than 1 of 1,000 such tables"
    return f"chance alone would do that in about 1 of {int(1 / p):,} such tables"


def _who(key: Any) -> str:
    name = key[0] if isinstance(key, tuple) else key
    return PEOPLE[name]


def _joined(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + f" and {names[-1]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
