"""Who answered a survey, as a Version and a View tell it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from cs_metrics.analysis.feedback.heard import asked as surveys
from cs_metrics.analysis.feedback.heard import heard as analysis
from cs_metrics.analysis.feedback.heard import likeness as compared
from cs_metrics.analysis.feedback.heard import others as apart
from cs_metrics.analysis.feedback.heard import silent as unheard
from cs_metrics.analysis.feedback.heard import traits
from cs_metrics.analysis.feedback.heard.weighted import WeightedScore, weighted_score
from cs_metrics.api import hiding
from cs_metrics.api.answering.asking import Asking, Names, Where
from cs_metrics.kpis.available import available
from cs_metrics.sql import inline
from cs_metrics.workspace.store.database import within_limits


class Heard(Asking):
    """Who answered. All take `survey` (nps, csat, ces, onboarding, post_activation), `where`, `since`, `until`,
    `definitions` and `as_of`. An account is a customer active at the end of the range, in the segment it is in then.
    Beside attributes of customers, accounts are told apart by "tenure" and "mrr", in bands."""

    @within_limits()
    def response_rate(
        self,
        survey: str = "nps",
        *,
        by: Names | None = None,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return the response rate of one survey: period, <by>, value, numerator (answered), denominator (sent), n,
        low, high, complete, note. Of `asked`: grain, since, until. Raises NotComputableError where the files hold
        answers alone. See `cs_metrics.analysis.feedback.heard.asked.response_rate`."""
        con, settings, now = self._ask(definitions, as_of)
        words: dict[str, Any] = {"survey": survey, "by": self._by(by), "where": self._where(where)}
        return surveys.response_rate(con, settings, now, **words, **asked)

    @within_limits()
    def response_rows(
        self,
        survey: str = "nps",
        *,
        part: str = "denominator",
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return the surveys behind `response_rate`, each with its file and row: those sent ("denominator"), or those
        of them that were answered ("numerator"). Of `asked`: grain, period, since, until."""
        con, settings, now = self._ask(definitions, as_of)
        words: dict[str, Any] = {"survey": survey, "part": part, "where": self._where(where)}
        frame = surveys.response_rows(con, settings, now, **words, **asked)
        return hiding.drop(frame, self._unseen())

    @within_limits()
    def response_sql(
        self,
        survey: str = "nps",
        *,
        by: Names | None = None,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> str:
        """Return the SQL behind `response_rate` with these arguments, runnable as it stands on the version's file."""
        con, settings, now = self._ask(definitions, as_of)
        words: dict[str, Any] = {"survey": survey, "by": self._by(by), "where": self._where(where)}
        return surveys.response_sql(con, settings, now, **words, **asked)

    @within_limits()
    def heard(
        self,
        survey: str = "nps",
        *,
        by: str | None = None,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return how many accounts, and how much MRR, a survey heard from: segment, accounts, heard, asked, not_asked,
        share, low, high, answers, respondents, mrr, mrr_heard, mrr_share; one row, or one a value of `by`. Of `asked`:
        since, until. See `cs_metrics.analysis.feedback.heard.heard.heard`."""
        con, settings, now = self._ask(definitions, as_of)
        self._by(by)
        return analysis.heard(con, settings, now, survey=survey, by=by, where=self._where(where), **asked)

    @within_limits()
    def heard_sql(
        self,
        survey: str = "nps",
        *,
        by: str | None = None,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> str:
        """Return the SQL behind the counts of `heard` (same arguments), runnable as it stands on the version's file."""
        con, settings, now = self._ask(definitions, as_of)
        self._by(by)
        text, values = analysis.heard_sql(
            con, settings, now, survey=survey, by=by, where=self._where(where), **asked
        )  # fmt: skip
        return inline(text, values)

    @within_limits()
    def heard_summary(
        self,
        survey: str = "nps",
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> analysis.Heard:
        """Return what a survey heard, with sentences that say it: the KPI's answers and respondents, the accounts and
        the MRR heard from, answers of accounts that left or are not known, and why the response rate cannot be known,
        where it cannot."""
        con, settings, now = self._ask(definitions, as_of)
        return analysis.summary(con, settings, now, survey=survey, where=self._where(where), **asked)

    @within_limits()
    def silent(
        self,
        survey: str = "nps",
        *,
        states: Sequence[str] = unheard.SILENT,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return the accounts that did not answer in the range, those with the most MRR first: customer_id, name,
        state ("asked", "not_asked"), mrr, since, company_size, csm, renews_at, surveys, asked_last, answers,
        last_answer_at, last_survey, last_score, last_contact_at, _source (the file), _row, _rows.

        `states`: ["heard"] for those that did. Of `asked`: order ("mrr", "size", "tenure"), limit, offset, since,
        until. See `cs_metrics.analysis.feedback.heard.silent.silent`."""
        con, settings, now = self._ask(definitions, as_of)
        words: dict[str, Any] = {"survey": survey, "states": states, "where": self._where(where)}
        if asked.get("order") == "size":
            hiding.check(["company_size"], self.hidden)
        frame = unheard.silent(con, settings, now, **words, **asked)
        made = [c for c, source in unheard.MADE_FROM.items() if hiding.is_hidden(_bare(source), self.hidden)]
        return hiding.drop(frame.drop(columns=[c for c in made if c in frame]), self._unseen())

    @within_limits()
    def heard_states(
        self,
        survey: str = "nps",
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return how many accounts answered ("heard"), were asked and did not ("asked"), or were not asked, and their
        MRR: state, accounts, mrr, mrr_share. Of `asked`: since, until."""
        con, settings, now = self._ask(definitions, as_of)
        return unheard.by_state(con, settings, now, survey=survey, where=self._where(where), **asked)

    @within_limits()
    def likeness(
        self,
        survey: str = "nps",
        *,
        by: Names | None = None,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> compared.Likeness:
        """Return whether the accounts that answered are like those that did not: `values` (the shares of each value in
        both), `tests` (a row an attribute, with a sentence; corrected by Holm) and a `verdict`. `by`: the attributes;
        None: plan, size, MRR, region and tenure. See `cs_metrics.analysis.feedback.heard.likeness.likeness`."""
        con, settings, now = self._ask(definitions, as_of)
        chosen = self._by(by) if by is not None else None
        if chosen is None:
            chosen = [n for n in traits.standard(available(con)) if not hiding.is_hidden(n, self.hidden)]
        words: dict[str, Any] = {"survey": survey, "by": chosen, "where": self._where(where)}
        return compared.likeness(con, settings, now, **words, **asked)

    @within_limits()
    def weighted_score(
        self,
        survey: str = "nps",
        *,
        by: Names,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> WeightedScore:
        """Return the score weighted so that each value of `by` counts as it does among all accounts, beside the score
        as it came, with intervals, the effective number of answers, and the cells without an answer. Of `asked`:
        how ("cells", "margins"), since, until. See `cs_metrics.analysis.feedback.heard.weighted.weighted_score`."""
        con, settings, now = self._ask(definitions, as_of)
        words: dict[str, Any] = {"survey": survey, "by": self._by(by), "where": self._where(where)}
        return weighted_score(con, settings, now, **words, **asked)

    @within_limits()
    def other_respondents(
        self,
        survey: str = "nps",
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return what employees, prospects and others who are no customers answered, whom no KPI counts:
        respondent_type, value, low, high, n, sent, answered, rate. A reader from whom the type is hidden gets none."""
        con, settings, now = self._ask(definitions, as_of)
        frame = apart.others(con, settings, now, survey=survey, where=self._where(where), **asked)
        return frame.head(0) if hiding.is_hidden(apart.TYPE, self.hidden) else frame

    def _unseen(self) -> frozenset[str]:
        # what repairs changed may name a hidden column, and goes with any
        return self.hidden | ({"_changed"} if self.hidden else frozenset())


def _bare(source: str) -> str:
    """The name that a reader's view hides a column by: a customer's stands alone."""
    return source.removeprefix("customers.")
