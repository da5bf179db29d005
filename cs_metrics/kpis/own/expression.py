"""A person's expression over a fact's columns: read into a tree, every node of it checked, and written anew as SQL.

Nothing of the text itself reaches SQL: names are looked up among the columns, values are written as literals, and what
is not listed here is refused with a sentence that says what is allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

import sqlglot
from sqlglot import exp

from cs_metrics.errors import QueryError, did_you_mean
from cs_metrics.kpis.model import Measure
from cs_metrics.sql import literal, quote

LONGEST = 2000
_BETWEEN = {
    exp.And: "AND", exp.Or: "OR", exp.EQ: "=", exp.NEQ: "<>", exp.GT: ">", exp.GTE: ">=", exp.LT: "<", exp.LTE: "<=",
    exp.Add: "+", exp.Sub: "-", exp.Mul: "*",
}  # fmt: skip
_FUNCTIONS = {exp.Lower: "lower", exp.Upper: "upper", exp.Abs: "abs", exp.Length: "length"}
_SPANS = {"hours_between": 3600, "days_between": 86400}
_CALLS = ("if", "coalesce", "lower", "upper", "abs", "length", *_SPANS)


@dataclass(frozen=True)
class Reader:
    """Reads expressions over `columns`. `where` names the field in messages: 'Numerator'."""

    where: str
    columns: Collection[str]

    def condition(self, text: str) -> str:
        """Return the SQL of a row's condition: `status = 'won' and amount > 100`."""
        return self._write(self._tree(text))

    def measure(self, text: str) -> tuple[Measure, bool]:
        """Return a measure over rows, and whether it merely counts: `count(reopened)`, `sum(amount) - sum(cost)`.

        count() counts rows, count(condition) those for which it holds, sum(number) adds up; they may be added,
        subtracted, and multiplied by a number.
        """
        tree = self._tree(text)
        each = self._measured(tree)
        return Measure(f"coalesce(sum({each}), 0)", each), isinstance(tree, exp.Count)

    def _tree(self, text: str) -> exp.Expression:
        if not text.strip():
            raise QueryError(f"{self.where}: there is nothing in it.")
        if len(text) > LONGEST:
            raise QueryError(f"{self.where}: it is longer than {LONGEST:,} characters.")
        try:
            trees = sqlglot.parse(text, read="duckdb")
        except (sqlglot.errors.SqlglotError, RecursionError):
            raise QueryError(
                f"{self.where}: '{text.strip():.80}' cannot be read. Write it like count(resolution_hours <= 24)."
            ) from None
        if len(trees) != 1 or not isinstance(trees[0], exp.Expression):
            raise QueryError(f"{self.where}: write one expression.")
        return trees[0]

    def _measured(self, node: exp.Expression) -> str:
        """Return the SQL of a row's own part; summed over the rows it is the measure."""
        if isinstance(node, exp.Paren):
            return f"({self._measured(node.this)})"
        if isinstance(node, exp.Add | exp.Sub):
            sign = "+" if isinstance(node, exp.Add) else "-"
            return f"({self._measured(node.this)} {sign} {self._measured(node.expression)})"
        if isinstance(node, exp.Mul) and (
            factor := next((n for n in (node.this, node.expression) if _number(n)), None)
        ):
            other = node.expression if factor is node.this else node.this
            return f"({self._number(factor)} * {self._measured(other)})"
        if isinstance(node, exp.Count):
            counted = node.this
            if counted is None or isinstance(counted, exp.Star):
                return "1"
            return f"CASE WHEN {self._write(counted)} THEN 1 ELSE 0 END"
        if isinstance(node, exp.Sum):
            return f"coalesce({self._write(node.this)}, 0)"
        raise self._refused(node, "a numerator or denominator is made of count() and sum(), added or subtracted")

    def _write(self, node: exp.Expression) -> str:
        for kinds, write in self._writers:
            if isinstance(node, kinds):
                return write(node)
        raise self._refused(node, f"use columns, values, comparisons, and, or, not, in, between, {', '.join(_CALLS)}")

    @property
    def _writers(self) -> tuple[tuple[type | tuple[type, ...], Callable[..., str]], ...]:
        return (
            (exp.Paren, lambda n: f"({self._write(n.this)})"),
            (exp.Column, self._column),
            (exp.Literal, self._literal),
            (exp.Boolean, lambda n: "TRUE" if n.this else "FALSE"),
            (exp.Null, lambda n: "NULL"),
            (tuple(_BETWEEN), lambda n: f"({self._write(n.this)} {_BETWEEN[type(n)]} {self._write(n.expression)})"),
            (exp.Div, lambda n: f"(CAST({self._write(n.this)} AS DOUBLE) / nullif({self._write(n.expression)}, 0))"),
            (exp.Not, lambda n: f"(NOT {self._write(n.this)})"),
            (exp.Neg, lambda n: f"(-{self._write(n.this)})"),
            (exp.Is, self._is),
            (exp.In, self._in),
            (exp.Between, lambda n: f"({self._write(n.this)} BETWEEN {self._write(n.args['low'])} "
                                    f"AND {self._write(n.args['high'])})"),
            (exp.Cast, self._date),
            (exp.If, lambda n: f"(CASE WHEN {self._write(n.this)} THEN {self._write(n.args['true'])} "
                               f"ELSE {self._write(n.args.get('false') or exp.Null())} END)"),
            (exp.Coalesce, lambda n: f"coalesce({', '.join(self._write(e) for e in (n.this, *n.expressions))})"),
            (tuple(_FUNCTIONS), lambda n: f"{_FUNCTIONS[type(n)]}({self._write(n.this)})"),
            (exp.Anonymous, self._span),
        )  # fmt: skip

    def _column(self, node: exp.Column) -> str:
        if node.table or node.name not in self.columns:
            hint = did_you_mean(node.name, self.columns)
            raise QueryError(f"{self.where}: there is no column '{node.sql():.80}' here. {hint}".rstrip())
        return quote(node.name)

    def _literal(self, node: exp.Literal) -> str:
        return literal(str(node.this)) if node.is_string else self._number(node)

    def _number(self, node: exp.Expression) -> str:
        try:
            value = float(node.this if isinstance(node, exp.Literal) else node.sql())
        except ValueError:
            raise self._refused(node, "it is not a number") from None
        return literal(int(value) if value.is_integer() and abs(value) < 1e15 else value)

    def _is(self, node: exp.Is) -> str:
        if not isinstance(node.expression, exp.Null | exp.Boolean):
            raise self._refused(node, "after 'is' stands null, true or false")
        return f"({self._write(node.this)} IS {self._write(node.expression)})"

    def _in(self, node: exp.In) -> str:
        values = node.expressions
        if not values or not all(isinstance(v, exp.Literal) for v in values):
            raise self._refused(node, "'in' takes a list of values: status in ('won', 'lost')")
        return f"({self._write(node.this)} IN ({', '.join(self._literal(v) for v in values)}))"

    def _date(self, node: exp.Cast) -> str:
        value = node.this
        if not (isinstance(value, exp.Literal) and value.is_string and node.to.is_type("date", "timestamp")):
            raise self._refused(node, "a date is written date '2026-03-01'")
        try:
            return literal(datetime.fromisoformat(str(value.this)))
        except ValueError:
            raise self._refused(node, "a date is written date '2026-03-01'") from None

    def _span(self, node: exp.Anonymous) -> str:
        name, given = str(node.this).lower(), node.expressions
        if name not in _SPANS or len(given) != 2:
            raise self._refused(node, f"the functions are {', '.join(_CALLS)}")
        first, last = (self._write(each) for each in given)
        return f"((epoch({last}) - epoch({first})) / {_SPANS[name]})"

    def _refused(self, node: exp.Expression, why: str) -> QueryError:
        return QueryError(f"{self.where}: '{node.sql():.80}' is not allowed: {why}.")


def _number(node: exp.Expression) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string
