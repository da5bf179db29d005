"""Closing the loop, as a Version and a View answer it: the bad answers, who follows up on each, what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cs_metrics.analysis.feedback.loop import loop
from cs_metrics.api import hiding
from cs_metrics.api.answering import contacts, inventory
from cs_metrics.api.answering.asking import Asking, Where
from cs_metrics.workspace.kept import follow_ups as kept
from cs_metrics.workspace.store.database import within_limits


class Loops(Asking):
    """The answers of a survey's worst category (NPS: detractors), each an answer to be followed up. All of them in the
    range are there, also those whose respondent answered again since, which the KPI may not count.

    What is kept of them is today's, whatever the as-of; `changes`: as it was after so many (see
    `Workspace.follow_up_changes`), so that an answer can be kept until the next one.
    """

    @within_limits()
    def follow_ups(
        self,
        survey: str = "nps",
        *,
        state: str | None = None,
        owner: str | None = None,
        limit: int = 500,
        changes: int | None = None,
        where: Where | None = None,
        since: Any = None,
        until: Any = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
    ) -> pd.DataFrame:
        """Return the list: follow_up (its key), state (open, contacted, resolved), owner (who was named, else the
        account's csm, else ''), note, customer_id, user_id, name, score, scale_max, comment, answered_at, age (days),
        mrr, renewal_at, contacted_at, touched_at (first contact of ours in the data since), next_score, changed_at,
        who, _source (the file), _row. The open first, the latest answer first. `owner` '': of nobody's."""
        con, settings, now = self._ask(definitions, as_of)
        words: dict[str, Any] = {"survey": survey, "state": state, "owner": owner, "limit": limit}
        frame = loop.follow_ups(con, settings, now, self._held(changes), **words, **self._range(where, since, until))
        return contacts.mask(self.workspace, hiding.drop(inventory.name_sources(con, frame), self.hidden))

    @within_limits()
    def loop_summary(
        self,
        survey: str = "nps",
        *,
        changes: int | None = None,
        where: Where | None = None,
        since: Any = None,
        until: Any = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
    ) -> loop.Loop:
        """Return the figures above the list: states, ages of what is open, how fast they were contacted (as is kept,
        and by touchpoints of ours in the data), and how the next answers of those contacted moved beside the others."""
        con, settings, now = self._ask(definitions, as_of)
        return loop.summary(con, settings, now, self._held(changes), survey=survey, **self._range(where, since, until))

    @within_limits()
    def follow_ups_gone(self, survey: str = "nps", *, changes: int | None = None) -> pd.DataFrame:
        """Return the follow-ups whose answer is not in this version any more: follow_up, customer_id, answered_at (as
        text), score, state, owner, note, changed_at (UTC), who. A reader with a locked filter gets none of it."""
        con, _, _ = self._ask(None, None)
        frame = loop.gone(con, self._held(changes), survey)
        return hiding.drop(frame.head(0) if self.where else frame, self.hidden)

    def _held(self, changes: int | None) -> list[dict[str, Any]]:
        return kept.held(kept.history(self.workspace.records, changes))

    def _range(self, where: Where | None, since: Any, until: Any) -> dict[str, Any]:
        return {
            "where": self._where(where),
            "within": self.where or None,
            "since": since,
            "until": until,
            "owners": not hiding.is_hidden("csm", self.hidden),
        }
