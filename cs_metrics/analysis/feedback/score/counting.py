"""Which answers a survey's score counts, in numbers: what each choice of its settings would give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from cs_metrics.analysis.feedback.answers import SURVEYS, counted
from cs_metrics.definitions import BY_NAME, Choice
from cs_metrics.kpis.run import compute
from cs_metrics.kpis.slice import Slice

# every answer, whatever the workspace leaves out
_EVERY = {"survey_rule": "all", "nps_scales": "both"}
_TOP_BOX = (
    Choice(0, "the top by the scale", "The top two of 4 to 11 steps, the top one of 3 or fewer, the top fifth beyond."),
    Choice(1, "the top answer", "Only the highest answer."),
    Choice(2, "the top two answers", "The two highest answers."),
    Choice(3, "the top three answers", "The three highest answers."),
)
CHOICES: Mapping[str, Mapping[str, tuple[Choice, ...]]] = {
    "nps": {name: BY_NAME[name].choices for name in ("survey_rule", "nps_scales")},
    "csat": {"top_box": _TOP_BOX},
}
"""The settings that decide what a survey's score counts, with their choices."""
QUESTIONS: Mapping[str, str] = {
    **{name: BY_NAME[name].question for name in CHOICES["nps"]},
    "top_box": "Which answers count as satisfied?",
}


@dataclass(frozen=True)
class Counting:
    """`choices`: setting, choice (its value), label, means, held (it holds here), value, low, high, n.

    Of all answers in the range: `answers`, `respondents` who gave them, `most` that one of them gave, `from_one` (given
    on a scale from 1 to 10).
    """

    choices: pd.DataFrame
    answers: int
    respondents: int
    most: int
    from_one: int


def counting(
    con: duckdb.DuckDBPyConnection,
    settings: Mapping[str, Any],
    as_of: Any,
    *,
    survey: str = "nps",
    where: Mapping[str, Any] | None = None,
    since: Any = None,
    until: Any = None,
) -> Counting:
    """Return what each choice would give over the whole range, the other settings as they are. A choice that can make
    no difference is left out: whether answers on 1 to 10 count, where there are none; a top that is no smaller than
    the scale.

    Raises QueryError for an unknown survey, NotComputableError where its columns are missing.
    """
    asked: dict[str, Any] = {"where": where, "since": since, "until": until}
    every = counted(con, {**settings, **_EVERY}, as_of, survey=survey, **asked)
    row = every.run(
        con,
        "SELECT coalesce(sum(n), 0) AS answers, count(*) AS respondents, coalesce(max(n), 0) AS most, "
        "coalesce(sum(from_one), 0) AS from_one, max(steps) AS steps FROM each",
        "each AS (SELECT count(*) AS n, count(*) FILTER (WHERE scale_min = 1 AND scale_max = 10) AS from_one, "
        "max(scale_max - scale_min) AS steps FROM {answers} GROUP BY respondent)",
    ).iloc[0]
    lines = []
    for name, choices in CHOICES.get(survey, {}).items():
        if name == "nps_scales" and not row["from_one"]:
            continue
        for choice in choices:
            if name == "top_box" and row["answers"] and choice.value > row["steps"]:
                continue
            switched = {**settings, name: choice.value}
            found = compute(con, [SURVEYS[survey]], Slice.of(None, None, **asked), switched, as_of).iloc[0]
            lines.append({
                "setting": name, "choice": choice.value, "label": choice.label, "means": choice.means,
                "held": settings[name] == choice.value, **found[["value", "low", "high", "n"]].to_dict(),
            })  # fmt: skip
    columns = ["setting", "choice", "label", "means", "held", "value", "low", "high", "n"]
    numbers = {c: int(row[c]) for c in ("answers", "respondents", "most", "from_one")}
    return Counting(pd.DataFrame(lines, columns=columns), **numbers)


def told(survey: str, settings: Mapping[str, Any]) -> str:
    """Return which answers the score of a survey counts, in a sentence to stand at its charts."""
    if survey == "nps":
        rule = {
            "last": "Each person counts once in a period, with the last answer.",
            "per_survey": "Each person counts once in a period for each survey sent, with the last answer to it.",
            "all": "Every answer counts, so that who answers often weighs more.",
        }[settings["survey_rule"]]
        return rule + (" Answers on a scale from 1 to 10 are left out." if settings["nps_scales"] != "both" else "")
    if survey == "csat":
        top = next(c for c in _TOP_BOX if c.value == settings["top_box"])
        return f"Every answer counts. Satisfied: {top.means[0].lower()}{top.means[1:]}"
    if survey == "ces":
        end = {"high": "highest", "low": "lowest"}[settings["ces_easy_end"]]
        return f"Every answer counts. The {end} answer of the scale is taken for easy, and told as high."
    if survey == "onboarding":
        return "Every answer to the onboarding survey counts, brought to 0 to 100 on its own scale."
    return (
        "Every answer that somebody gave once activated counts, to satisfaction, recommendation, effort and "
        "post-activation surveys, brought to 0 to 100 on its own scale. It is no CSAT and no NPS."
    )
