"""What a table and a column of the data model are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """The type of a column, and how DuckDB stores it."""

    ID = "id"
    TEXT = "text"
    DATE = "date"
    INSTANT = "instant"
    MONEY = "money"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"

    @property
    def sql(self) -> str:
        return _SQL[self]


_SQL = {
    Type.ID: "VARCHAR",
    Type.TEXT: "VARCHAR",
    Type.DATE: "DATE",
    Type.INSTANT: "TIMESTAMP",
    Type.MONEY: "DECIMAL(18,6)",
    Type.NUMBER: "DOUBLE",
    Type.INTEGER: "BIGINT",
    Type.BOOLEAN: "BOOLEAN",
}


@dataclass(frozen=True)
class Column:
    """A column of the data model.

    `values`: the words a column of a closed set knows (an open set has none); `inclusive_end`: the column is an
    exclusive end that files often give inclusively; `help`: what goes in it, for the template and the mapping screen.
    """

    name: str
    type: Type
    required: bool = False
    help: str = ""
    synonyms: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    inclusive_end: bool = False
    example: str = ""


@dataclass(frozen=True)
class Table:
    """A table of the data model. `one_of`: groups of which at least one column must be there; `key`: for upsert."""

    name: str
    letter: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    one_of: tuple[tuple[str, ...], ...] = ()
    activity: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(c.name for c in self.columns if c.required)
