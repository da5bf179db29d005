"""Where published data come from: their files, the rows left out, what was repaired, what contradicts itself."""

from __future__ import annotations

from typing import Any

import duckdb
import pandas as pd

from cs_metrics.api.answering import inventory
from cs_metrics.workspace.contradictions import conflicts
from cs_metrics.workspace.publish import changes, describe
from cs_metrics.workspace.store.database import within_limits


class Provenance:
    """What is asked of the files behind a version. `Answers` answers it."""

    where: dict[str, Any]
    hidden: frozenset[str]

    def _con(self) -> duckdb.DuckDBPyConnection:
        raise NotImplementedError

    @within_limits()
    def sources(self) -> pd.DataFrame:
        """Return one row a sheet and table: source, name, file, sheet, loaded_at, table, rows, loaded, rejected,
        set_aside, replaced, sha256, mapping (JSON). rows = loaded + rejected + set_aside."""
        return describe.sources(self._con())

    @within_limits()
    def set_aside(self) -> pd.DataFrame:
        """Return the rows that were not loaded: file, row, table, status, column, reason, content (JSON). A reader
        with a locked filter or hidden columns gets none: it cannot be told whose they are."""
        frame = inventory.set_aside(self._con())
        return frame.head(0) if self.where or self.hidden else frame

    @within_limits()
    def changes(self, table: str | None = None, row_id: str | None = None, column: str | None = None) -> pd.DataFrame:
        """Return the values that repairs changed: table, row_id (`_id`), file, row, column, before, after, rule. A
        reader with a locked filter or hidden columns gets none: it cannot be told whose they are."""
        frame = changes.read(self._con(), table, row_id, column)
        return frame.head(0) if self.where or self.hidden else frame

    @within_limits()
    def repairs(self) -> pd.DataFrame:
        """Return what was repaired: file, table, column, rule, changed (values), kept (of them in `changes`)."""
        frame = changes.counts(self._con())
        return frame.head(0) if self.where or self.hidden else frame

    @within_limits()
    def conflicts(self) -> pd.DataFrame:
        """Return where the data contradict themselves: kind, tables, rows, sentence, example; the most rows first. A
        reader with a locked filter or hidden columns gets none: they are about everyone."""
        frame = conflicts.read(self._con())
        return frame.head(0) if self.where or self.hidden else frame
