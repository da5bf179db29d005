"""Which texts are asked for: by words in them, theme, tone, and what the answer they stand in counted as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from cs_metrics.analysis.feedback.answers import CATEGORIES, SURVEYS, counted
from cs_metrics.analysis.feedback.said.searched import conditions
from cs_metrics.analysis.feedback.said.voices import Reader, Voices, check_tone
from cs_metrics.errors import QueryError, did_you_mean


@dataclass(frozen=True)
class Chosen:
    """A choice among texts: `theme` (a name), `unthemed` (about no theme), `contains` (a search as in `searched`),
    `tone` ("positive", "neutral", "negative"), `category` (of `answers.CATEGORIES`) as an answer to `survey`."""

    theme: str | None = None
    unthemed: bool = False
    contains: str = ""
    tone: str | None = None
    category: str | None = None
    survey: str = "nps"

    def sql(
        self, con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: Any, heard: Voices, reader: Reader
    ) -> tuple[str, list[str]]:
        """Return the condition on texts (h) with their words (d), and the common table expressions that it names.
        Raises QueryError for a tone or category that there is not, NotComputableError without the survey's answers."""
        check_tone(self.tone)
        limits, ctes = conditions(self.contains, "d.text", heard.params), []
        if self.theme is not None:
            limits.append(f"h.text_no IN (SELECT text_no FROM themed WHERE theme = {heard.params.add(self.theme)})")
        if self.unthemed:
            limits.append("h.text_no NOT IN (SELECT text_no FROM themed)")
        if self.tone is not None:
            limits.append(f"h.label = {heard.params.add(self.tone)}")
        if self.category is not None:
            limits.append("h.survey_id IN (SELECT _id FROM graded)")
            ctes.append(self._graded(con, settings, as_of, heard, reader))
        return " AND ".join(limits) or "TRUE", ctes

    def _graded(
        self, con: duckdb.DuckDBPyConnection, settings: Mapping[str, Any], as_of: Any, heard: Voices, reader: Reader
    ) -> str:
        """The answers of that category, of all that the survey's KPI counts in the range."""
        known = CATEGORIES.get(self.survey, ())
        if not known:
            raise QueryError(f"There is no survey '{self.survey}'. {did_you_mean(self.survey, SURVEYS)}")
        if self.category not in known:
            raise QueryError(f"There is no '{self.category}'. {did_you_mean(str(self.category), known)}".rstrip())
        if not reader.sees("survey_responses.score"):
            raise QueryError(f"There is no attribute '{self.category}'.")
        asked = heard.asked.slice
        answers = counted(con, settings, as_of, survey=self.survey, where=asked.where, since=asked.since,
                          until=asked.until, params=heard.params)  # fmt: skip
        graded = f"SELECT _id FROM {{answers}} WHERE category = {heard.params.add(self.category)}"
        return f"graded AS ({answers.sql(graded)})"
