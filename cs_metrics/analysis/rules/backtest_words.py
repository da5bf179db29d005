"""What a backtest found, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cs_metrics.analysis.rules.words import OUTCOME, number

if TYPE_CHECKING:
    from cs_metrics.analysis.rules.backtest import Backtest

_VERDICTS = {
    "more": "That is more than chance gives: the rule is right more often than where it did not fire.",
    "less": "That is less often than where it did not fire, by more than chance gives: it warns of the wrong accounts.",
    "open": "Chance alone could make the difference: these data do not show that the rule tells accounts apart.",
    "few": "Those are too few to tell how often it is right.",
}


def told(found: Backtest, rule: Mapping[str, Any], notes: list[str]) -> Backtest:
    """Return the backtest with its notes and sentences."""
    of_kpi = rule["kind"] == "kpi"
    said = [_how_often(found, rule)]
    if found.fired and of_kpi:
        said += _persisted(found, rule)
    elif found.fired and rule["outcome"]:
        said += _right(found, rule)
    elif found.fired:
        said.append("The rule names no outcome, so that nobody can tell how often it was right.")
    return replace(found, notes=notes, sentences=[*said, *notes])


def _how_often(found: Backtest, rule: Mapping[str, Any]) -> str:
    grain = rule.get("grain", "month")
    if not len(found.months):
        return f"There is no whole {grain} with another before it: the past says nothing of this rule yet."
    count = len(found.months)
    span = f"Over the last {count} whole {grain}s" if count > 1 else f"In the one whole {grain} that there is"
    if rule["kind"] == "kpi":
        by_chance = len(found.firings) - found.fired
        said = f"{span} it would {'have fired ' + _times(found.fired) if found.fired else 'not have fired once'}"
        return f"{said}; {_times(by_chance)} more without its guard against chance." if by_chance else f"{said}."
    if not found.fired:
        return f"{span} it would not have fired once."
    accounts = "1 account" if found.accounts == 1 else f"{found.accounts:,} accounts"
    each = number(found.fired / count)
    return f"{span} it would have fired {_times(found.fired)}, for {accounts}: {each} a {grain}."


def _right(found: Backtest, rule: Mapping[str, Any]) -> list[str]:
    what = OUTCOME[rule["outcome"]]
    if not found.judged:
        return [f"Of none of them is it known yet whether the account {what}."]
    said = f"Of the {found.judged:,} whose outcome is known, {found.right:,} were right ({_share(found)}): the account "
    said += f"{what}."
    if found.other_share is not None:
        other = number(found.other_share, "share")
        said += f" Of the accounts for which it did not hold in those months {other} did so too "
        said += f"({found.other_right:,} of {found.other_judged:,}, an account counted in each month)."
    return [said, _VERDICTS[found.verdict]]


def _persisted(found: Backtest, rule: Mapping[str, Any]) -> list[str]:
    if not found.judged:
        return ["None of them has a period after it yet, to show whether it lasted."]
    what = "was still there" if rule["test"] == "level" else "was still that far from where it began"
    whole = "the one that has" if found.judged == 1 else f"the {found.judged:,} that have"
    said = f"Of {whole} a {rule['grain']} after it, {found.right:,} lasted ({_share(found)}): "
    said += f"the KPI {what}."
    return [said, *([_VERDICTS["few"]] if found.verdict == "few" else [])]


def _share(found: Backtest) -> str:
    assert found.share is not None
    ends = ""
    if found.low is not None and found.high is not None:
        ends = f", 95 of 100 times between {number(found.low, 'share')} and {number(found.high, 'share')}"
    return f"{number(found.share, 'share')}{ends}"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count:,} times")
