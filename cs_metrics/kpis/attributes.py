"""Joining attributes to rows: a customer's as it was at a moment, a row's own from its raw row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cs_metrics.kpis.available import Attribute, Available
from cs_metrics.sql import literal, quote


@dataclass(frozen=True)
class Joined:
    """The joins that bring attributes, and each one's SQL and SQL type by its name."""

    sql: str = ""
    columns: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __call__(self, name: str) -> tuple[str, str]:
        return self.columns[name]


def join(
    available: Available,
    names: Iterable[str],
    *,
    moment: str,
    just_before: bool = False,
    row: str = "f",
    table: str | None = None,
) -> Joined:
    """Return the joins for attributes of rows aliased `row`, which have a `customer_id` (and, for a row's own, `_id`).

    A customer's attribute (bare name) has its value at the SQL instant `moment`, or just before it; without history,
    today's. A row's attribute ('table.column') is joined from its raw `table`; one of another table is left out, and
    its name is then missing in `columns`. Raises QueryError for a name that fits neither.
    """
    asked = [available.attribute(name) for name in dict.fromkeys(names)]
    joins, columns = [], {}
    for number, a in enumerate(asked):
        if a.name == "customer_id":
            columns[a.name] = (f"{row}.customer_id", "VARCHAR")
        elif a.of_customer and a.history:
            alias = f"s{number}"
            starts, ends = ("<", "<=") if just_before else ("<=", "<")
            joins.append(
                f"LEFT JOIN dim_spans AS {alias} ON {alias}.customer_id = {row}.customer_id "
                f"AND {alias}.attribute = {literal(a.column)} "
                f"AND {alias}.valid_from {starts} {moment} AND {moment} {ends} {alias}.valid_to"
            )
            columns[a.name] = (_typed(f"{alias}.value", a), a.type)
        elif a.of_customer:
            columns[a.name] = (f"d.{quote(a.column)}", a.type)
        elif a.table == table:
            columns[a.name] = (f"r.{quote(a.column)}", a.type)
    if any(a.of_customer and not a.history and a.name != "customer_id" for a in asked):
        joins.append(f"LEFT JOIN dim_customers AS d ON d.customer_id = {row}.customer_id")
    if any(not a.of_customer and a.table == table for a in asked):
        joins.append(f"LEFT JOIN {quote(str(table))} AS r ON r._id = {row}._id")
    return Joined(" ".join(joins), columns)


def _typed(sql: str, attribute: Attribute) -> str:
    return sql if attribute.type == "VARCHAR" else f"TRY_CAST({sql} AS {attribute.type})"
