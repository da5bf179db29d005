"""A view: what one reader may see of a version. The one door through which pages get data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cs_metrics.api.answers import Answers

if TYPE_CHECKING:
    from cs_metrics.api.version import Version


class View(Answers):
    """A version seen through a locked filter, switched definitions and hidden columns.

    `where` holds in every answer, beside what is asked. `hidden` names columns that do not exist for the reader: bare
    for a customer's ('email' hides it in every table), 'table.column' for one table's.
    """

    def __init__(
        self,
        version: Version,
        definitions: Mapping[str, Any] | None = None,
        where: Mapping[str, Any] | None = None,
        hidden: Iterable[str] = (),
    ) -> None:
        super().__init__(version.workspace, version.number, definitions, where, hidden)
        self.version = version
        self.created_at, self.note = version.created_at, version.note

    def __repr__(self) -> str:
        return f"<View of {self.version!r}>"
