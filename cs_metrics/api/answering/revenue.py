"""Questions about recurring revenue beyond its movements: ledgers, ARR, concentration, renewals, the outlook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb
import pandas as pd

from cs_metrics import analysis
from cs_metrics.api import hiding
from cs_metrics.api.answering import inventory
from cs_metrics.api.answering.asking import Asking, Where
from cs_metrics.workspace.store.database import within_limits


class Revenue(Asking):
    """What is asked of recurring revenue. `Answers` says what the arguments mean, and answers them."""

    @within_limits()
    def ledger(
        self,
        *,
        by: Any = None,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return each customer's movements, which sum to `movements` in every period and segment: period, <by>,
        customer_id, start, new, reactivation, expansion, contraction, churn, end, complete, rounding, moved_in,
        moved_out, _source (the file), _row, _rows.

        Of `asked`: grain, since, until, period, move, segment, limit; see `cs_metrics.analysis.revenue.ledger`.
        """
        con, settings, now = self._ask(definitions, as_of)
        frame = analysis.ledger(con, settings, now, by=self._by(by), where=self._where(where), **asked)
        return self._seen(con, frame)

    @within_limits()
    def stretches(
        self,
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return the rows that recurring revenue comes from: customer_id, begins, ends, mrr, product, _source (the
        file), _row; one customer's by `where={"customer_id": ["42"]}`. Of `asked`: since, until."""
        con, settings, now = self._ask(definitions, as_of)
        return self._seen(con, analysis.stretches(con, settings, now, where=self._where(where), **asked))

    @within_limits()
    def reconcile(
        self,
        *,
        by: Any = None,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return what does not add up in `movements` (same arguments), with whose rows; no rows where everything does.
        See `cs_metrics.analysis.revenue.reconcile`."""
        con, settings, now = self._ask(definitions, as_of)
        return self._seen(
            con, analysis.reconcile(con, settings, now, by=self._by(by), where=self._where(where), **asked)
        )

    @within_limits()
    def snowball(
        self,
        *,
        by: Any = None,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return ARR (12 x MRR) by period: period, <by>, opening, new, reactivation, expansion, contraction, churn,
        rounding, closing, net, growth, gained, lost, quick_ratio, complete. Of `asked`: grain, since, until."""
        con, settings, now = self._ask(definitions, as_of)
        names = self._by(by)
        return analysis.snowball(
            analysis.movements(con, settings, now, by=names, where=self._where(where), **asked), names
        )

    @within_limits()
    def concentration(
        self,
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return the share of MRR that the largest customers bring, at each period's end: period, customers, mrr,
        top_mrr, share, complete. Of `asked`: top (10), grain, since, until."""
        con, settings, now = self._ask(definitions, as_of)
        return analysis.concentration(con, settings, now, where=self._where(where), **asked)

    @within_limits()
    def largest(
        self,
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return the largest customers at the end of the range, with what they paid at its start: place, customer_id,
        mrr, share, mrr_before, place_before, _source (the file), _row, _rows. Of `asked`: top (10), since, until."""
        con, settings, now = self._ask(definitions, as_of)
        return self._seen(con, analysis.largest(con, settings, now, where=self._where(where), **asked))

    @within_limits()
    def renewals(
        self,
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> pd.DataFrame:
        """Return contracts, one a row: customer_id, product, began_at, due_at, ended_at, mrr, outcome, cancelled_at,
        followed_at, _source (the file), _row. `days`=90: those that end within so many days of the data's end;
        without it those that ended in the range. See `cs_metrics.analysis.revenue.renewals`."""
        con, settings, now = self._ask(definitions, as_of)
        return self._seen(con, analysis.renewals(con, settings, now, where=self._where(where), **asked))

    @within_limits()
    def currencies(self, *, definitions: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Return the currencies that MRR comes in, over all data: currency, rows, customers, counted ('own',
        'converted', 'partly', 'left_out', 'taken_as_own'), spelled. See
        `cs_metrics.analysis.revenue.currencies`. A reader from whom the currency is hidden gets none."""
        con, settings, _ = self._ask(definitions, None)
        frame = analysis.currencies(con, settings)
        kept_away = any(hiding.is_hidden(f"{t}.currency", self.hidden) for t in ("subscriptions", "invoices"))
        return frame.head(0) if kept_away else frame

    @within_limits()
    def outlook(
        self,
        *,
        where: Where | None = None,
        definitions: Mapping[str, Any] | None = None,
        as_of: Any = None,
        **asked: Any,
    ) -> analysis.Outlook:
        """Return a projection of MRR with its interval, the rates it goes by, and how earlier ones did. Of `asked`:
        ahead (12), history (12), assumptions; see `cs_metrics.analysis.revenue.outlook`."""
        con, settings, now = self._ask(definitions, as_of)
        return analysis.outlook(con, settings, now, where=self._where(where), **asked)

    def _seen(self, con: duckdb.DuckDBPyConnection, frame: pd.DataFrame) -> pd.DataFrame:
        """Return rows with the customers' names, where the data have them, and without what is hidden; what repairs
        changed may name a hidden column, and goes with any."""
        frame = inventory.name_customers(con, frame)
        return hiding.drop(frame, self.hidden | ({"_changed"} if self.hidden else frozenset()))
