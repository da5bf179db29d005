"""The tables of the data model: columns, types, what is required, the names people give them."""

from cs_metrics.schema.model import Column, Table, Type
from cs_metrics.schema.tables import TABLES

__all__ = ["TABLES", "Column", "Table", "Type"]
