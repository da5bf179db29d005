"""Who is who in a version: ids that may be one customer, rows of unknown customers, files at odds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd

from cs_metrics.workspace import lookalikes, merging, orphans
from cs_metrics.workspace.database import within_limits

if TYPE_CHECKING:
    from cs_metrics.api.workspace import Workspace


class Who:
    """The part of `Answers` about customers' identities. A reader with a locked filter or hidden columns gets nothing
    of it: it is about everyone."""

    workspace: Workspace
    where: dict[str, Any]
    hidden: frozenset[str]

    def _ask(
        self, definitions: Mapping[str, Any] | None, as_of: Any
    ) -> tuple[duckdb.DuckDBPyConnection, dict[str, Any], datetime]:
        raise NotImplementedError

    def _limited(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame.head(0) if self.where or self.hidden else frame

    @within_limits()
    def matches(self, limit: int = 500) -> pd.DataFrame:
        """Return the pairs of ids that may be one customer and that nobody decided on, the surest first: kept (the id
        that would stand for both), kept_name, kept_in (tables with their rows), other, other_name, other_in, evidence,
        strength (0 to 1), rows, mrr, orders (of the other id). Nothing is one by itself: `Workspace.accept_match`."""
        con, _, now = self._ask(None, None)
        told = self.workspace.match_decisions()
        decided = [frozenset(pair) for pair in zip(told["kept"], told["other"], strict=True)]
        same = self.workspace.same_customers()
        found = lookalikes.proposals(con, orphans.stakes(con, now), decided, same, limit)
        return self._limited(found)

    @within_limits()
    def merged(self) -> pd.DataFrame:
        """Return the rows of this version that came under another id of their customer: kept, original, table, rows."""
        con, _, _ = self._ask(None, None)
        return self._limited(merging.rows(con))

    @within_limits()
    def same(self) -> dict[str, str]:
        """Return the ids for which another stands in this version, by id."""
        con, _, _ = self._ask(None, None)
        return {} if self.where or self.hidden else merging.merged(con)

    @within_limits()
    def orphans(self, by: str = "table") -> pd.DataFrame:
        """Return the rows whose customer is in no customer table. `by` "table": table, rows, customers, all_rows, mrr,
        orders; "customer": table, customer_id, rows, file, row (where the first stands), mrr, orders. mrr: where the
        data end; orders: the value of all orders. Empty where no customer table is loaded."""
        con, _, now = self._ask(None, None)
        return self._limited(orphans.customers(con, now) if by == "customer" else orphans.report(con, now))
