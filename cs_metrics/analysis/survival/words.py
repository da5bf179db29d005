"""What survival says in plain words: the median life, whether groups differ, and what must be known to read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from cs_metrics.analysis.survival.curve import LogRank
from cs_metrics.analysis.survival.hazard import LEVEL, ranges
from cs_metrics.analysis.survival.lives import Question
from cs_metrics.analysis.survival.projection import Projection

_MOST_PAIRS = 4
_MISFIT = 0.01


def group_name(key: Any) -> str:
    """A group as it is called in a sentence."""
    if isinstance(key, tuple):
        return " / ".join(group_name(part) for part in key)
    return "unknown" if key is None else str(key)


def people(n: int) -> str:
    """'1 customer', '1,200 customers'."""
    return f"{n:,} customer" if n == 1 else f"{n:,} customers"


def median_sentence(row: Mapping[Any, Any], grain: str = "month") -> str:
    """A row of `medians` in words."""
    n, left = int(row["customers"]), int(row["left"])
    if not left and not row["longest"] > 0:
        return f"No whole {grain} of life is known yet of {people(n)}: nothing can be said of how long they stay."
    if not left:
        who = "The only customer is" if n == 1 else f"All {people(n)} are"
        return f"{who} still here, as far as whole {grain}s of life are known: nobody left in one of them."
    if pd.isna(row["median"]):
        return (
            f"More than half stay: after {int(row['longest']):,} {grain}s, the longest that is known, "
            f"{row['last']:.0%} are still here. The median life is longer than that."
        )
    low, high = row["low"], row["high"]
    chance = ""
    if not pd.isna(low):
        most = f" to {int(high):,}" if not pd.isna(high) else " or any later one"
        alone = not pd.isna(high) and int(low) == int(high)
        chance = f" (chance alone moves this no further than {grain} {int(low):,}{'' if alone else most})"
    return f"Of {people(n)}, half have left by {grain} {int(row['median']):,} of their life{chance}."


def verdict(test: LogRank | None, table: pd.DataFrame, by: Sequence[str], minimum: int) -> str:
    """Whether the groups of a life table differ, in words a person can read out; empty without a breakdown."""
    if not by:
        return ""
    if not int(table["events"].sum()):
        return "Nobody has left yet: there is nothing to compare."
    if test is None:
        return f"There are not two groups of {minimum} customers or more with a leaving among them: nothing to compare."
    told = test.pairs[test.pairs["adjusted"] < LEVEL].sort_values("p", kind="stable")
    said = [_pair(row) for row in told.head(_MOST_PAIRS).to_dict("records")]
    if len(told) > _MOST_PAIRS:
        said.append(f"{len(told) - _MOST_PAIRS} more pairs differ too.")
    others = len(test.pairs) - len(told)
    if told.empty:
        names = [group_name(key) for key in _in_order(test)]
        which = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) <= 6 else f"the {len(names)} groups"
        if test.p < LEVEL and len(test.pairs) > 1:
            said.append(f"The groups are not all alike (p = {_p(test.p)}), but no two of them can be told apart.")
        else:
            said.append(f"Between {which} there is no difference that chance would not make (p = {_p(test.p)}).")
    elif others:
        pairs = "the other pair" if others == 1 else f"the other {others} pairs"
        said.append(f"Between {pairs} there is no difference that chance would not make.")
    if test.left_out:
        small = [f"{group_name(key)} ({size:,})" for key, size in list(test.left_out.items())[:6]]
        more = "" if len(test.left_out) <= 6 else f" and {len(test.left_out) - 6} more"
        said.append(f"Not compared, being too small: {', '.join(small)}{more}.")
    return " ".join(said)


def _in_order(test: LogRank) -> list[Any]:
    return list(dict.fromkeys([*test.pairs["one"], *test.pairs["other"]]))


def _pair(row: Mapping[Any, Any]) -> str:
    shorter = row["other"] if row["longer"] == row["one"] else row["one"]
    return f"{group_name(row['longer'])} stays longer than {group_name(shorter)}: {_rarely(float(row['adjusted']))}."


def _rarely(p: float) -> str:
    """How often chance alone makes a difference so large, as a count of comparisons."""
    if p < 0.001:
        return "a difference this large comes by chance in fewer than 1 of 1,000 comparisons"
    return f"a difference this large comes by chance in about 1 of {int(1 / p):,} comparisons"


def _p(p: float) -> str:
    return "below 0.001" if p < 0.001 else f"{p:.2f}" if p >= 0.01 else f"{p:.3f}"


def projection_sentences(made: Projection, grain: str = "month", rising: Sequence[int] = ()) -> list[str]:
    """What a projection says, how wrong it was, and what it cannot know. `rising`: the periods of `hazard.rises`."""
    end, last = made.known, made.curve.iloc[-1]
    known = int(end["t"])
    ahead = int(last["t"]) - known
    stay, low, high = made.fit.staying(known, ahead)
    of_all = stay * end["survival"]
    digits = 0 if high - low > 0.03 else 1
    said = [
        f"Of those still here after {known} {grain}s, {stay:.{digits}%} will be {ahead} {grain}s later (95 % band: "
        f"{low:.{digits}%} to {high:.{digits}%}): {of_all:.{digits}%} of all who started."
        if of_all
        else f"After {known} {grain}s nobody was left; the model speaks of new customers like these."
    ]
    if made.fits < _MISFIT:
        said.append(
            "The model does not fit these lives: so far from it they would be in fewer than 1 of 100 such groups. Read "
            "it as a rough line; its band is too narrow."
        )
    life, least, most = made.fit.remaining()
    if life == float("inf"):
        whole = int(last["t"])
        stay, low, high = made.fit.within(whole)
        said.append(
            "The model sees a core of customers who hardly ever leave, so a whole life has no mean. Of its first "
            f"{whole} {grain}s a new customer is expected to stay {stay:.1f} ({low:.1f} to {high:.1f})."
        )
    else:
        up = f"{least:.1f} to {most:.1f}" if most != float("inf") else f"{least:.1f} or more"
        older = made.fit.remaining(known)[0]
        said.append(
            f"A new customer is expected to live {life:.1f} {grain}s ({up}); one who has stayed {known} has "
            f"{older:.1f} more ahead."
        )
    if made.earlier is None:
        said.append("Too little is known to try it on the past: take it with caution.")
    else:
        held = made.held_out
        inside = (held["low"] <= held["known"]) & (held["known"] <= held["high"])
        worst = held.iloc[int(held["error"].abs().to_numpy().argmax())]
        said.append(
            f"Tried on the past: fitted on the first {made.earlier.periods} {grain}s alone, it missed what came after "
            f"by {made.mean_error * 100:.1f} points on average, at most by {abs(worst['error']) * 100:.1f} "
            f"({grain} {int(worst['t'])}: projected {worst['projected']:.0%}, known {worst['known']:.0%}); "
            f"{int(inside.sum())} of {len(held)} were inside its band."
        )
    if rising:
        said.append(
            "In the model the risk of leaving only falls with age. It cannot know that more leave in "
            f"{grain}{'s' if len(rising) > 1 else ''} {ranges(rising)}: just before, the curve is too low, just after, "
            "too high. A longer grain evens that out."
        )
    return said


def notes(asked: Question, counts: Mapping[str, int]) -> list[str]:
    """What a reader of the curve must know of the lives behind it."""
    said, grain = [], asked.grain
    if counts["left"] >= 3 and counts["days_of_leaving"] == 1 and counts["starts"] >= 3:
        said.append(
            f"All {counts['left']:,} who left did so on one day: the file says who left, not when. Where it says how "
            "long each had stayed (a tenure), these lives are right; where it does not, those who left seem to have "
            "stayed until that day, and the curve is too high."
        )
    if counts["returned"]:
        n = counts["returned"]
        how = (
            "their life goes from the first start to the last end, the gaps included"
            if asked.gaps == "ignored"
            else "their life ends at the first gap"
        )
        said.append(f"{people(n)} came back after a gap: {how}.")
    if counts["uncounted"]:
        said.append(
            f"{people(counts['uncounted'])} left in a {grain} of their life that would not be over yet: the leaving "
            f"counts when it is, as those who stay are not counted in that {grain} either."
        )
    if counts["empty"]:
        said.append(f"{people(counts['empty'])} ended as they began: without a life they are left out.")
    if counts["future"]:
        said.append(f"{people(counts['future'])} begin after the data end: they are left out.")
    today = [n for n in asked.by if asked.available.attribute(n).of_customer and not _known_then(asked, n)]
    if today:
        said.append(
            f"Of {' and '.join(today)} only today's value is known, not that at the start: where it changes with time, "
            "those who stayed longer had longer to change it, and groups may differ for that alone."
        )
    return said


def _known_then(asked: Question, name: str) -> bool:
    return name == "customer_id" or asked.available.attribute(name).history
