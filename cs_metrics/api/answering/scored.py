"""What stands behind a survey's score, as a Version and a View answer it: what counts, and which changes are real."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cs_metrics.analysis.feedback.score import changes, counting, easy_end
from cs_metrics.api.answering.asking import Asking, Where
from cs_metrics.errors import QueryError, did_you_mean
from cs_metrics.workspace.store.database import within_limits


class Scored(Asking):
    """What stands behind a survey's score. `Answers` says what the arguments mean that are not told here."""

    @within_limits()
    def feedback_counting(
        self,
        survey: str = "nps",
        *,
        where: Where | None = None,
        since: Any = None,
        until: Any = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
    ) -> counting.Counting:
        """Return which answers the score of a survey could count and what each choice would give (`choices`: setting,
        choice, label, means, held, value, low, high, n), with how many answers and respondents there are in all."""
        con, settings, now = self._ask(definitions, as_of)
        asked: dict[str, Any] = {"where": self._where(where), "since": since, "until": until}
        return counting.counting(con, settings, now, survey=survey, **asked)

    @within_limits()
    def easy_end(
        self,
        *,
        where: Where | None = None,
        since: Any = None,
        until: Any = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
    ) -> easy_end.EasyEnd:
        """Return which end of the effort score the data say is easy (`says`: "high", "low" or None), the `evidence`,
        and what each of the two `choices` would give. The setting `ces_easy_end` decides; nothing is changed here.

        The evidence is of all answers, so a reader who may not see them all is given none."""
        con, settings, now = self._ask(definitions, as_of)
        found = easy_end.easy_end(con, settings, now, where=self._where(where), since=since, until=until)
        if self.where or self.hidden:
            return replace(found, says=None, evidence=found.evidence.head(0))
        return found

    @within_limits()
    def feedback_changes(
        self,
        survey: str = "nps",
        *,
        grain: str | None = None,
        by: str | None = None,
        pairs: str = "neighbours",
        measure: str = "score",
        where: Where | None = None,
        since: Any = None,
        until: Any = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
    ) -> changes.Changes:
        """Compare the score of a survey ("nps", "csat", "ces", "onboarding", "post_activation") between the periods of
        `grain` or the segments of `by`: each with the next, or (`pairs="all"`) each with each.

        Return `points` and `pairs`: the difference with its 95 % interval, p, p corrected by Holm for all pairs that
        are compared (`comparisons`), a verdict and its sentence. Answers of an account may be alike: those that it gave
        at both points are taken as a pair. `measure`: "score", or a category ("promoter") whose share is compared.
        """
        con, settings, now = self._ask(definitions, as_of)
        asked: dict[str, Any] = {"grain": grain, "by": by, "pairs": pairs, "measure": measure}
        self._by(by)
        return changes.changes(
            con, settings, now, survey=survey, where=self._where(where), since=since, until=until, **asked
        )

    def feedback_change(self, one: str, other: str, survey: str = "nps", **asked: Any) -> dict[str, Any]:
        """Return the row of `feedback_changes` for two points by their names ('May 2026' and 'June 2026', 'Basic' and
        'Team'), with `comparisons`. Two neighbouring periods are corrected for all neighbours, any other two points for
        all pairs that could have been picked. Raises QueryError for a point that is not there."""
        found = self.feedback_changes(survey, pairs="all", **asked)
        names = list(found.points["name"])
        for name in (one, other):
            if name not in names:
                raise QueryError(f"There are no answers at '{name}'. {did_you_mean(name, names)}".rstrip())
        if one == other:
            raise QueryError(f"'{one}' is compared with itself: name two different points.")
        if asked.get("grain") and abs(names.index(one) - names.index(other)) == 1:
            found = self.feedback_changes(survey, pairs="neighbours", **asked)
        rows = found.pairs[found.pairs["one"].isin([one, other]) & found.pairs["other"].isin([one, other])]
        row = {str(name): value for name, value in rows.to_dict("records")[0].items()}
        return {**row, "comparisons": found.comparisons}
