"""A filter as JSON: what it says in SQL, and the sentence that a person reads.

`{"plan": ["Pro"], "seats": {">=": 10}, "region": {"is": null}}`: the entries of a dict hold together; OR and NOT are
`{"any": [where, where]}` and `{"not": where}`. A null value is equal to nothing and so different from everything:
a filter and its `not` together are always the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cs_metrics.errors import QueryError, did_you_mean
from cs_metrics.periods import instant
from cs_metrics.sql import Params

Where = Mapping[str, Any]
Resolve = Callable[[str], tuple[str, str]]
"""From an attribute's name to its SQL and its SQL type."""

OPERATORS = ("=", "!=", "in", "not in", ">", ">=", "<", "<=", "is", "is not", "contains", "starts")
_WORDS = {
    ">": "above",
    ">=": "at least",
    "<": "below",
    "<=": "at most",
    "contains": "contains",
    "starts": "begins with",
}
DEEPEST = 30
# nobody reads a longer list of values, such as the customers of a segment
MOST_SAID = 20
_NUMBERS = ("DOUBLE", "BIGINT", "DECIMAL", "INTEGER", "HUGEINT", "FLOAT")


def names(where: Where | None) -> set[str]:
    """Return the names of the attributes that a filter uses."""
    return {name for name, _, _ in _conditions(where or {})}


def _conditions(where: Where, depth: int = 0) -> Iterator[tuple[str, str, Any]]:
    if depth > DEEPEST:
        raise QueryError(f"The filter has more than {DEEPEST} levels, one in the other. Write it flatter.")
    if not isinstance(where, Mapping):
        raise QueryError(f'A filter is an object such as {{"plan": ["Pro"]}}, not {where!r}.')
    for name, condition in where.items():
        if name == "any":
            if not isinstance(condition, list | tuple):
                raise QueryError('"any" takes a list of filters: {"any": [{...}, {...}]}.')
            for part in condition:
                yield from _conditions(part, depth + 1)
        elif name == "not":
            yield from _conditions(condition, depth + 1)
        else:
            for op, value in _operations(name, condition):
                for one in value if isinstance(value, list | tuple) else [value]:
                    _check(name, one)
                yield name, op, value


def _check(name: str, value: Any) -> None:
    if isinstance(value, list | tuple | set | Mapping):
        raise QueryError(f"'{name}': {value!r:.80} is nothing to compare with. Write a text, a number, true or null.")
    if isinstance(value, str) and not value.isascii() and value != value.encode("utf-8", "replace").decode():
        raise QueryError(f"'{name}': the text {value!r:.80} holds half a character. Write it anew.")


def _operations(name: str, condition: Any) -> list[tuple[str, Any]]:
    if not isinstance(condition, Mapping):
        return [("in", list(condition)) if isinstance(condition, list | tuple) else ("=", condition)]
    for op in condition:
        if op not in OPERATORS:
            raise QueryError(f"'{name}': there is no operator '{op}'. {did_you_mean(op, OPERATORS)}".rstrip())
    if not condition:
        raise QueryError(f"'{name}': the condition is empty. Write a value, a list, or an operator such as \">=\".")
    return list(condition.items())


def kept(where: Where, knows: Callable[[str], bool]) -> dict[str, Any]:
    """Return the filter without the conditions on names that `knows` denies; a group left empty goes with them.

    A filter and its `not` stay each other's opposite, and a filter that is locked in by a reader's view is never lifted
    by what stands beside it in one group.
    """
    found: dict[str, Any] = {}
    for name, condition in where.items():
        if name == "any":
            reduced = [(part, kept(part, knows)) for part in condition]
            options = [less for part, less in reduced if less or not part]
            if options or not condition:
                found[name] = options
        elif name == "not":
            inner = kept(condition, knows)
            if inner or not condition:
                found[name] = inner
        elif knows(name):
            found[name] = condition
    return found


def compile_where(where: Where | None, resolve: Resolve, params: Params) -> str:
    """Return the filter as an SQL condition that is true or false, never null. Its values go into `params`."""
    names(where)  # raises for what is no filter
    parts = []
    for name, condition in (where or {}).items():
        if name == "any":
            options = [compile_where(part, resolve, params) for part in condition]
            parts.append(f"({' OR '.join(options)})" if options else "FALSE")
        elif name == "not":
            parts.append(f"NOT ({compile_where(condition, resolve, params)})")
        else:
            sql, kind = resolve(name)
            parts += [_condition(name, sql, kind, op, value, params) for op, value in _operations(name, condition)]
    return " AND ".join(parts) or "TRUE"


def _value(name: str, kind: str, value: Any) -> Any:
    if kind.startswith(_NUMBERS):
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                raise QueryError(f"'{name}' is a number: it cannot be compared with {value!r}.") from None
        return value
    if kind == "BOOLEAN":
        spoken = {"true": True, "false": False}
        value = spoken.get(value.lower(), value) if isinstance(value, str) else value
        if not isinstance(value, bool):
            raise QueryError(f"'{name}' is true or false: it cannot be compared with {value!r}.")
        return value
    if kind in ("DATE", "TIMESTAMP"):
        return instant(value, name)
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _condition(name: str, sql: str, kind: str, op: str, value: Any, params: Params) -> str:
    if op in ("is", "is not"):
        if value is not None:
            raise QueryError(f"'{name}': '{op}' takes null only. Use '=' or a list for a value.")
        return f"{sql} IS {'NOT ' if op == 'is not' else ''}NULL"
    if op in ("=", "!=", "in", "not in"):
        values = list(value) if isinstance(value, list | tuple) else [value]
        filled = [params.add(_value(name, kind, v)) for v in values if v is not None]
        options = [f"coalesce({sql} IN ({', '.join(filled)}), FALSE)"] if filled else []
        options += [f"{sql} IS NULL"] if None in values else []
        inside = f"({' OR '.join(options)})" if options else "FALSE"
        return inside if op in ("=", "in") else f"NOT {inside}"
    if value is None or isinstance(value, list | tuple | Mapping):
        raise QueryError(f"'{name}': '{op}' takes one value, not {value!r}.")
    if op in ("contains", "starts"):
        function = "contains" if op == "contains" else "starts_with"
        return f"coalesce({function}(lower(CAST({sql} AS VARCHAR)), {params.add(str(value).lower())}), FALSE)"
    if kind == "VARCHAR" and isinstance(value, int | float) and not isinstance(value, bool):
        return f"coalesce(TRY_CAST({sql} AS DOUBLE) {op} {params.add(value)}, FALSE)"
    return f"coalesce({sql} {op} {params.add(_value(name, kind, value))}, FALSE)"


def sentence(where: Where | None) -> str:
    """Return the filter as a person reads it: 'plan is Pro or Team, and seats is at least 10'. Raises QueryError."""
    names(where)
    parts = []
    for name, condition in (where or {}).items():
        if name == "any":
            parts.append("(" + "; or ".join(sentence(part) for part in condition) + ")")
        elif name == "not":
            parts.append(f"not ({sentence(condition)})")
        else:
            parts += [_words(name, op, value) for op, value in _operations(name, condition)]
    return ", and ".join(parts)


def _words(name: str, op: str, value: Any) -> str:
    label = name.replace("_", " ")
    if op in _WORDS:
        verb = _WORDS[op] if op in ("contains", "starts") else f"is {_WORDS[op]}"
        return f"{label} {verb} {value}"
    values = value if isinstance(value, list | tuple) else [value]
    said = " or ".join("unknown" if v is None else str(v) for v in values) or "nothing"
    if len(values) > MOST_SAID:
        said = f"one of {len(values):,} values"
    return f"{label} is {'not ' if op in ('!=', 'not in', 'is not') else ''}{said}"
