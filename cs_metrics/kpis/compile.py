"""From KPIs and a question to SQL: pure text and bound values, one statement for all KPIs of one relation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cs_metrics.kpis.base import Base, Question
from cs_metrics.kpis.model import Beside, Form, Measure, Relation
from cs_metrics.kpis.spread import spread_columns, spread_ctes
from cs_metrics.sql import literal


@dataclass(frozen=True)
class Statement:
    """SQL text with `$p1` placeholders and their values. A row is a cell: pno, seg (1: the whole), b1 ..., item.

    The columns of the i-th form begin with `v{i}_`, counted from `first`.
    """

    text: str
    values: dict[str, Any]
    forms: tuple[Form, ...]
    by: tuple[str, ...] = ()
    items: bool = False
    first: int = 0

    @property
    def prefixes(self) -> tuple[str, ...]:
        return tuple(f"v{i}_" for i in range(self.first, self.first + len(self.forms)))


def together(statements: Sequence[Statement]) -> Statement:
    """Return one statement for several whose questions share their parameters: `part` says whose row it is.

    Columns are matched by name, which DuckDB knows and Spark does not; what a person is shown is one KPI's own SQL.
    """
    parts = [f"SELECT {i} AS part, * FROM (\n{one.text}\n) AS s{i}" for i, one in enumerate(statements)]
    values = {name: value for one in statements for name, value in one.values.items()}
    return Statement("\nUNION ALL BY NAME\n".join(parts), values, tuple(f for one in statements for f in one.forms))


@dataclass
class Writer:
    """Collects common table expressions; each relation is read once however many measures are taken of it.

    `item`: a column that splits every cell further.
    """

    question: Question
    sets: bool = False
    item: str = ""
    ctes: list[str] = field(default_factory=list)
    bases: dict[tuple[str, str], Base] = field(default_factory=dict)

    @property
    def breakdown(self) -> list[str]:
        return [f"b{i}" for i in range(1, len(self.question.by) + 1)]

    @property
    def keys(self) -> list[str]:
        return ["pno", "seg", *self.breakdown, *(["item"] if self.item else [])]

    def base(self, relation: Relation, only: str) -> Base:
        key = (relation.name, only)
        if key not in self.bases:
            prefix = f"q{len(self.bases) + 1}_" if self.bases else ""
            self.bases[key] = Base(self.question, relation, only, prefix)
            self.ctes += self.bases[key].ctes
        return self.bases[key]

    def groups(self, *more: str) -> tuple[str, str]:
        """Return the columns that say which cell a row belongs to, and the GROUP BY that makes the cells."""
        columns = self.breakdown
        more = (*([self.item] if self.item else []), *more)
        last = f", {self.item} AS item" if self.item else ""
        if not columns:
            return f"pno, 1 AS seg{last}", ", ".join(["pno", *more])
        wide = ", ".join(["pno", *columns, *more])
        if not self.sets:
            return f"pno, 0 AS seg, {', '.join(columns)}{last}", wide
        sets = f"GROUPING SETS (({', '.join(['pno', *more])}), ({wide}))"
        return f"pno, GROUPING(b1) AS seg, {', '.join(columns)}{last}", sets

    def cells(self, base: Base, measures: dict[str, str], name: str, item: str = "") -> str:
        """Add the cells of a base: its measures aggregated by period, segment and (where asked) item."""
        shown, grouping = self.groups(*([item] if item else []))
        shown += f", {item} AS item" if item else ""
        filled = [f"{self.question.fill(sql, base.relation)} AS {column}" for column, sql in measures.items()]
        select = f"SELECT {', '.join([shown, *filled])}\n  FROM {base.name} GROUP BY {grouping}"
        if base.pooled:
            # each month is counted once, and its counts are then summed over the periods that it counts for
            self.ctes.append(f"{name}_by_month AS (\n  {select})")
            keys = ["c.seg", *(f"c.{b}" for b in self.breakdown)]
            sums = [f"sum(c.{column}) AS {column}" for column in measures]
            select = (
                f"SELECT {', '.join(['m.period_number AS pno', *keys, *sums])}\n  FROM {name}_by_month AS c "
                f"JOIN {base.pooled} AS m ON m.month_number = c.pno GROUP BY {', '.join(['m.period_number', *keys])}"
            )
        self.ctes.append(f"{name} AS (\n  {select})")
        return name

    def on(self, left: str, right: str) -> str:
        """Return the condition that two cells are the same; null segments are equal."""
        same = [f"{left}.pno = {right}.pno", f"{left}.seg = {right}.seg"]
        return " AND ".join([*same, *(f"{left}.{b} IS NOT DISTINCT FROM {right}.{b}" for b in self.keys[2:])])

    def statement(self, select: str, forms: Sequence[Form], items: bool = False, first: int = 0) -> Statement:
        text = "WITH " + ",\n".join(self.ctes) + f"\n{select}"
        params = self.question.params
        return Statement(text, params.used(text), tuple(forms), self.question.by, items, first)


def measures(form: Form) -> dict[str, str]:
    """Return the SQL of numerator, denominator, n and value of a form over one relation."""
    assert form.numerator is not None
    numerator = form.numerator.sql
    denominator = form.denominator.sql if form.denominator else "CAST(NULL AS BIGINT)"
    value = form.value or (f"CAST({numerator} AS DOUBLE) / nullif({denominator}, 0)" if form.denominator else numerator)
    return {"numerator": numerator, "denominator": denominator, "n": form.n or denominator, "value": value}


def compile_cells(
    question: Question, forms: Sequence[Form], sets: bool, spread: bool = True, number: int = 0
) -> Statement:
    """Return the statement for forms that share one relation and one `only`: a row per cell.

    `sets`: the cells of the whole come with those of the segments. `spread`: with what intervals are made from, and
    the numbers beside the value. `number`: that of the first form, in the names of the columns.
    """
    writer = Writer(question, sets)
    first = forms[0]
    assert first.over is not None
    base = writer.base(first.over, first.only)
    columns: dict[str, str] = {}
    for i, form in enumerate(forms, start=number):
        columns |= {f"v{i}_{name}": sql for name, sql in measures(form).items()}
        if not spread:
            continue
        columns |= {f"v{i}_{name}": sql for name, sql in spread_columns(form).items()}
        columns |= {f"v{i}_beside{j}": b.sql for j, b in enumerate(form.beside) if b.over is None}
        columns |= {f"v{i}_out{j}": out.sql for j, out in enumerate(form.leaves_out)}
        columns |= {f"v{i}_amount{j}": out.amount for j, out in enumerate(form.leaves_out) if out.amount}
    cells = writer.cells(base, columns, "cells")
    joins, more = spread_ctes(writer, base, forms, number) if spread else ("", [])
    chosen = ", ".join([f"{cells}.*", *more])
    return writer.statement(f"SELECT {chosen} FROM {cells}{joins}", forms, first=number)


def aside(form: Form, beside: Beside) -> Form:
    """Return a number beside a form's value that is of other rows as a form of its own."""
    return Form(over=beside.over, numerator=Measure(beside.sql, "0"), value=beside.sql, n="count(*)", base=form.base)


def compile_items(question: Question, form: Form, sets: bool, spread: bool = True, number: int = 0) -> Statement:
    """Return the statement for the items of a form: each one's numerator over the denominator of its whole cell, or of
    its own rows; a count's items are counts, and so are those of a formula (over the relation of its items). `spread`:
    with what intervals are made from, where an item has its own rows."""
    writer = Writer(question, sets)
    v = f"v{number}"
    assert form.numerator is not None
    own = form.numerator.sql
    if form.over is None:
        question.share(form.relations)
        form = replace(form, over=form.items, own_base=True, n=own)
    assert form.over is not None
    if form.own_base:
        writer = Writer(question, sets, form.item)
        base = writer.base(form.items or form.over, form.only)
        columns = {f"{v}_{name}": sql for name, sql in measures(form).items()}
        columns |= {f"{v}_{name}": sql for name, sql in spread_columns(form).items()} if spread else {}
        cells = writer.cells(base, columns, "cells")
        joins, more = spread_ctes(writer, base, [form], number) if spread else ("", [])
        select = f"SELECT {', '.join([f'{cells}.*', *more])} FROM {cells}{joins} WHERE {cells}.item IS NOT NULL"
        return writer.statement(select, [form], items=True, first=number)
    whole_base = writer.base(form.over, form.only)
    whole = writer.cells(whole_base, measures(form), "whole")
    base = writer.base(form.items, form.only) if form.items else whole_base
    parts = writer.cells(base, {"numerator": own}, "parts", form.item)
    keys = ", ".join(f"{whole}.{k}" for k in writer.keys)
    matched = f"{parts} JOIN {whole} ON {writer.on(parts, whole)} WHERE {parts}.numerator <> 0"
    item = f"{parts}.item"
    if form.every_item or form.known_items:
        named = " UNION ALL ".join(f"SELECT {literal(name)} AS item" for name in form.known_items)
        writer.ctes.append(f"known AS ({named or f'SELECT DISTINCT item FROM {parts}'})")
        item = "known.item"
        matched = (
            f"{whole} CROSS JOIN known LEFT JOIN {parts} ON {writer.on(parts, whole)} AND {parts}.item = known.item "
            f"WHERE {whole}.denominator <> 0"
        )
    counted = f"coalesce({parts}.numerator, 0)"
    value = f"CAST({counted} AS DOUBLE) / nullif({whole}.denominator, 0)" if form.denominator else counted
    n = f"{whole}.n" if form.denominator else counted
    text = (
        f"SELECT {keys}, {item} AS item, {counted} AS {v}_numerator, {whole}.denominator AS {v}_denominator, "
        f"{n} AS {v}_n, {value} AS {v}_value FROM {matched}"
    )
    return writer.statement(text, [form], items=True, first=number)


def compile_formula(question: Question, form: Form, sets: bool, number: int = 0) -> Statement:
    """Return the statement for a form whose numerator and denominator are formulas over parts of several relations."""
    writer = Writer(question, sets)
    v = f"v{number}"
    question.share(form.relations)
    groups: dict[tuple[str, str], list[str]] = {}
    for name, part in form.parts.items():
        groups.setdefault((part.over.name, part.only), []).append(name)
    cells = []
    for place, part_names in enumerate(groups.values(), start=1):
        part = form.parts[part_names[0]]
        columns = {name: form.parts[name].measure.sql for name in part_names}
        cells.append(writer.cells(writer.base(part.over, part.only), columns, f"part{place}"))
    keys = ", ".join(writer.keys)
    writer.ctes.append("spine AS (\n  " + " UNION ".join(f"SELECT {keys} FROM {cell}" for cell in cells) + ")")
    columns_sql = [f"coalesce({cell}.{name}, 0) AS {name}" for cell, names in zip(cells, groups.values(), strict=True)
                   for name in names]  # fmt: skip
    joins = " ".join(f"LEFT JOIN {cell} ON {writer.on('spine', cell)}" for cell in cells)
    spine_keys = ", ".join(f"spine.{k}" for k in writer.keys)
    writer.ctes.append(f"parts AS (\n  SELECT {spine_keys}, {', '.join(columns_sql)}\n  FROM spine {joins})")
    relation = form.relations[0]
    quotient = question.fill(form.quotient, relation)
    divisor = f"coalesce({question.fill(form.divisor, relation)}, 0)" if form.divisor else "CAST(NULL AS BIGINT)"
    beside = "".join(f", {question.fill(b.sql, relation)} AS {v}_beside{j}" for j, b in enumerate(form.beside))
    beside += "".join(f", {question.fill(o.sql, relation)} AS {v}_out{j}" for j, o in enumerate(form.leaves_out))
    writer.ctes.append(
        f"formed AS (\n  SELECT {keys}, {quotient} AS {v}_quotient, coalesce({quotient}, 0) AS {v}_numerator, "
        f"{divisor} AS {v}_denominator, "
        f"{question.fill(form.n, relation)} AS {v}_n{beside} FROM parts)"
    )
    value = f"CAST({v}_quotient AS DOUBLE) / nullif({v}_denominator, 0)" if form.divisor else f"{v}_numerator"
    return writer.statement(f"SELECT *, {value} AS {v}_value FROM formed", [form], first=number)
