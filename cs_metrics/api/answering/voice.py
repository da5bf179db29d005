"""The voice of the customer, as a Version and a View answer it: what was written, about what, and what changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pandas as pd

from cs_metrics.analysis.feedback.said import quoted, themes, written
from cs_metrics.analysis.feedback.said.chosen import Chosen
from cs_metrics.analysis.feedback.said.voices import Reader
from cs_metrics.api import hiding
from cs_metrics.api.answering import contacts, inventory
from cs_metrics.api.answering.asking import Asking, Where
from cs_metrics.workspace.store.database import within_limits


class Voice(Asking):
    """Texts of every origin: comments of surveys, tickets, words on leaving, notes of contacts (calls, interviews,
    focus groups), mentions. All take `origins` ("survey", "ticket", "churn", "contact", "mention", or a kind of one:
    "nps", "interview", "review"; None: all), `where`, `since`, `until`, and `pins`: themes that a person named, each
    with the phrases of which one stands in its texts, or {"phrases": [...], "found": [names of found themes that it
    takes in]}. Texts that stand in a hidden column do not exist, nor do the themes that only they name. `Answers`
    says what the rest means."""

    @within_limits()
    def texts(
        self,
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return texts, the latest first: said_at, origin, kind, customer_id, text, tone, label, english, score,
        themes, _source, _row. Of `asked` beside the words of all: what `Chosen` takes: `theme`, `unthemed`, `contains`
        (a search), `tone`, `category` and `survey`; `limit` (500), `offset`. Tone is null in a language that is not
        judged; contacts are masked."""
        con, settings, now = self._ask(definitions, as_of)
        words = {"reader": self._text_reader(), "where": self._where(where), **_choosing(asked)}
        frame = written.texts(con, settings, now, **words)
        return self._masked_texts(inventory.name_sources(con, frame))

    @within_limits()
    def text_counts(
        self,
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return how many texts `texts` finds of each kind: origin, kind, texts, customers, english, toned, positive,
        negative. Takes what `texts` takes, without a page."""
        con, settings, now = self._ask(definitions, as_of)
        words = {"reader": self._text_reader(), "where": self._where(where), **_choosing(asked)}
        return written.origins(con, settings, now, **words)

    @within_limits()
    def themes(
        self,
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return the themes, the largest first: theme, texts, share, customers, mrr, mrr_share, toned, positive,
        negative, tone, answers, score, score_low, score_high, now, earlier, change, p, is_new, is_growing, is_falling,
        first_at, words; see `analysis.feedback.said.themes.themes`. Of `asked` beside the words of all: `survey`
        ("nps": whose score), `days` (the latest stretch, held against the equal one before it; None: the range)."""
        con, settings, now = self._ask(definitions, as_of)
        return themes.themes(con, settings, now, reader=self._text_reader(), where=self._where(where), **asked)

    @within_limits()
    def theme_trend(
        self,
        grain: str = "month",
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return each theme over time: theme, period, texts, n (all texts of the period), share with its interval low
        and high, tone, complete; of one `theme` where it is asked for."""
        con, settings, now = self._ask(definitions, as_of)
        words = {"reader": self._text_reader(), "where": self._where(where), **asked}
        return themes.theme_trend(con, settings, now, grain=grain, **words)

    @within_limits()
    def quotations(
        self,
        theme: str,
        n: int = 3,
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return up to n different texts that are typical of a theme: said_at, origin, kind, customer_id, text, tone,
        label, score, times, _source, _row. Contacts are masked."""
        con, settings, now = self._ask(definitions, as_of)
        words = {"reader": self._text_reader(), "where": self._where(where), **asked}
        frame = inventory.name_sources(con, quoted.quotations(con, settings, now, theme, n=n, **words))
        return self._masked_texts(frame)

    def _masked_texts(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Mask contacts; of hidden columns that all texts have, who wrote is one. The others are left out by row."""
        who = frozenset(name for name in self.hidden if name.rpartition(".")[2] == "customer_id")
        return contacts.mask(self.workspace, hiding.drop(frame, who))

    def _text_reader(self) -> Reader:
        return Reader(self.hidden, self.where)


def _choosing(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is asked of texts with all that chooses among them in one."""
    names = {field.name for field in fields(Chosen)}
    others = {name: value for name, value in asked.items() if name not in names}
    return {**others, "chosen": Chosen(**{name: value for name, value in asked.items() if name in names})}
