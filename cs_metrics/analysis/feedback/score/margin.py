"""The margin of error of a survey's score in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

_NAMES = {
    "nps": "NPS",
    "csat": "CSAT",
    "ces": "CES",
    "onboarding": "Onboarding score",
    "post_activation": "Score after activation",
}
# an interval of which one side is so much longer than the other has no single margin
_LOPSIDED = 1.3


def margin(survey: str, row: Mapping[Any, Any], minimum: int) -> str:
    """Return a value and its interval (value, low, high, n) as a sentence to read out.

    'NPS 28, plus or minus 5 points: 976 answers, from which chance alone makes anything from 23 to 33.' Below `minimum`
    answers it says that they are few. Empty where there is no value.
    """
    value, n = row["value"], int(row["n"])
    if pd.isna(value):
        return ""
    few = f" So few answers say little: read the interval, not the {'score' if survey == 'nps' else 'number'}."
    name, counted = f"{_NAMES[survey]} {_number(survey, value)}", "1 answer" if n == 1 else f"{n:,} answers"
    if pd.isna(row["low"]):
        return f"{name}, of {counted}: too few for a margin of error."
    down, up = value - row["low"], row["high"] - value
    if max(down, up) > _LOPSIDED * min(down, up):
        size = f"{_points(survey, down)} less to {_points(survey, up)} more"
    else:
        size = f"plus or minus {_points(survey, (down + up) / 2)}"
    ends = f"{_number(survey, row['low'])} to {_number(survey, row['high'])}"
    said = f"{name}, {size}: {counted}, from which chance alone makes anything from {ends} (95 % interval)."
    return said + (few if n < minimum else "")


def method(survey: str, rule: str) -> str:
    """Return how the interval of a survey's score is made; `rule` is the setting `survey_rule`."""
    if survey == "nps" and rule == "last":
        return "Its interval is made with three answers added (adjusted Wald), so that it holds for few answers too."
    who = "person" if survey == "nps" else "account"
    small = "with three answers added (adjusted Wald)" if survey == "nps" else "by Wilson" if survey == "csat" else ""
    else_ = f"; where each answers once it is made {small}, which holds for few answers too" if small else ""
    return f"Answers of one {who} may be alike: the interval is made of {who}s, not of answers{else_}."


def _number(survey: str, x: float) -> str:
    if survey == "csat":
        return f"{100 * x:.0f} %" if abs(x) >= 0.1 else f"{100 * x:.1f} %"
    return f"{x:.0f}" if survey == "nps" or abs(x) >= 10 else f"{x:.1f}"


def _points(survey: str, x: float) -> str:
    if survey == "csat":
        shown = f"{100 * x:.0f}" if 100 * x >= 1 else f"{100 * x:.1f}"
        return f"{shown} percentage point{'' if shown == '1' else 's'}"
    shown = f"{x:.0f}" if survey == "nps" or x >= 2 else f"{x:.1f}" if x >= 0.1 else f"{x:.2f}"
    return f"{shown} point{'' if shown == '1' else 's'}"
