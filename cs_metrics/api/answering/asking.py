"""What the parts of `Answers` lean on: who asks, of which version, under which filter and definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from cs_metrics.api.workspace import Workspace

Where = Mapping[str, Any]
Names = str | Sequence[str]


class Asking:
    """A reader of one version. `Answers` says what the arguments mean, and answers them."""

    workspace: Workspace
    number: int
    where: dict[str, Any]
    hidden: frozenset[str]

    def _ask(
        self, definitions: Mapping[str, Any] | None, as_of: Any
    ) -> tuple[duckdb.DuckDBPyConnection, dict[str, Any], datetime]:
        """Return a cursor, the settings that hold under these definitions, and the as-of."""
        raise NotImplementedError

    def _by(self, by: Names | None) -> list[str]:
        """Return the attributes to split by; QueryError for one that is hidden."""
        raise NotImplementedError

    def _where(self, where: Where | None) -> dict[str, Any] | None:
        """Return a filter with the reader's own; QueryError for a column that is hidden."""
        raise NotImplementedError
