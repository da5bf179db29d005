"""What is asked about the answers to a survey: their scale, and which end of an effort score is easy."""

from __future__ import annotations

from collections.abc import Mapping

from cs_metrics.ingest.mappings.fit import filled
from cs_metrics.ingest.mappings.mapping import TableMapping
from cs_metrics.ingest.mappings.question import Choice, Question
from cs_metrics.ingest.mappings.rules import Rule
from cs_metrics.ingest.sheet import RawColumn, RawSheet

_TOPS = {"nps": 10.0, "csat": 5.0, "ces": 7.0, "onboarding": 5.0, "post_activation": 5.0}
_SCALES = ("0-10", "1-10", "1-7", "1-5", "1-3", "0-100")
# among so many answers to an NPS that was asked from 0 somebody says 0
_MANY = 100


def of_survey(
    raw: RawSheet, mapping: TableMapping, rules: Mapping[str, Rule], own: Mapping[str, Rule]
) -> list[Question]:
    """Return what is open: the scale where the scores do not fit the survey's usual one or may begin at 1, and which
    end of an effort score is easy."""
    survey, score = rules.get("survey"), rules.get("score")
    if mapping.table != "survey_responses" or survey is None or survey.kind != "constant" or score is None:
        return []
    found: list[Question] = []
    column = raw.column(score.sources[0]) if score.sources else None
    name = str(survey.constant)
    if column is not None and "scale_max" not in own and _misfit(column, name):
        text = f"On which scale was '{column.name}' asked?"
        choices = tuple(Choice(s, s.replace("-", " to ")) for s in _SCALES)
        lowest, highest = column.profile.minimum, column.profile.maximum
        evidence = f"the answers run from {lowest} to {highest}, which is not how {name} is asked"
        found.append(Question("scale:survey_responses", column.name, text, choices=choices, evidence=evidence))
    elif column is not None and "scale_max" not in own and "scale_min" not in rules and _without_zero(column, name):
        text = f"Was '{column.name}' asked from 0 or from 1 to 10?"
        choices = (Choice("0-10", "0 to 10"), Choice("1-10", "1 to 10"))
        evidence = f"none of {filled(column.profile):,} answers is 0, and the lowest is 1"
        found.append(
            Question("scale:survey_responses", column.name, text, choices=choices, default="0-10", evidence=evidence)
        )
    if name == "ces":
        choices = (Choice("high", "the highest"), Choice("low", "the lowest"))
        text = "Which answer means 'easy'?"
        found.append(Question("ces_easy_end", score.sources[0], text, choices=choices, default="high"))
    return found


def _misfit(column: RawColumn, survey: str) -> bool:
    try:
        low, high = float(column.profile.minimum or 0), float(column.profile.maximum or 0)
    except ValueError:
        return False
    top = _TOPS.get(survey, 10.0)
    return high > top or low < 0 or (survey == "nps" and high <= 7 and filled(column.profile) >= 30)


def _without_zero(column: RawColumn, survey: str) -> bool:
    """Whether an NPS may have been asked from 1: of many answers the lowest is 1, and some are high."""
    try:
        low, high = float(column.profile.minimum or 0), float(column.profile.maximum or 0)
    except ValueError:
        return False
    return survey == "nps" and low == 1 and 7 < high <= 10 and filled(column.profile) >= _MANY
