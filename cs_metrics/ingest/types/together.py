"""What columns ask of the engine, answered for many in one statement: most of a statement's time is its plan."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import pyarrow as pa

from cs_metrics.ingest.types.convert import Options, convert_distinct
from cs_metrics.ingest.types.engine import query
from cs_metrics.schema import Type

_MOST = 500_000  # texts in a statement: what the engine holds does not grow with the number of columns


@dataclass(frozen=True, eq=False)
class Summary:
    """What `sql`, over a relation `seen` of k (the column asking), t and n and grouped by k, says of the texts `seen`.

    The answer is a dict of what it selects, every value None where no text is left to it.
    """

    sql: str
    seen: pa.Table

    @property
    def key(self) -> object:
        """Questions with the same key are answered together."""
        return self.sql

    @property
    def size(self) -> int:
        """How many texts it is about."""
        return int(self.seen.num_rows)


@dataclass(frozen=True, eq=False)
class Reading:
    """Distinct texts as values of a type; the answer is that of `convert_distinct`: the values, and which are bad."""

    texts: pa.Array
    kind: Type
    options: Options

    @property
    def key(self) -> object:
        """Questions with the same key are answered together."""
        return self.kind, self.options

    @property
    def size(self) -> int:
        """How many texts it is about."""
        return len(self.texts)


Question = Summary | Reading
T = TypeVar("T")
Asking = Generator[Question, Any, T]  # yields questions one by one, is sent their answers, returns what it found


def together(askers: Sequence[Asking[T]]) -> list[T]:
    """Return what each of `askers` finds; questions that are alike share a statement."""
    found: dict[int, T] = {}
    waiting: dict[int, Question] = {}

    def go_on(place: int, answer: Any) -> None:
        try:
            waiting[place] = askers[place].send(answer)
        except StopIteration as end:
            found[place] = end.value

    for place in range(len(askers)):
        go_on(place, None)
    while waiting:
        asked, waiting = waiting, {}
        for places in _alike(asked):
            for place, answer in zip(places, _answers([asked[p] for p in places]), strict=True):
                go_on(place, answer)
    return [found[place] for place in range(len(askers))]


def _alike(asked: dict[int, Question]) -> list[list[int]]:
    """The places of questions with the same key, at most `_MOST` texts of them together (one may have more)."""
    groups: list[list[int]] = []
    open_groups: dict[object, tuple[list[int], int]] = {}
    for place, question in asked.items():
        group, size = open_groups.get(question.key, ([], 0))
        if not group or size + question.size > _MOST:
            group, size = [], 0
            groups.append(group)
        group.append(place)
        open_groups[question.key] = group, size + question.size
    return groups


def _answers(questions: list[Question]) -> list[Any]:
    first = questions[0]
    if isinstance(first, Summary):
        return _summaries(first.sql, [q.seen for q in questions if isinstance(q, Summary)])
    return _readings(first, [q.texts for q in questions if isinstance(q, Reading)])


def _summaries(sql: str, tables: list[pa.Table]) -> list[dict[str, Any]]:
    seen = pa.concat_tables(
        table.append_column("k", pa.repeat(pa.scalar(k, pa.int64()), table.num_rows)) for k, table in enumerate(tables)
    )
    answer = query(sql, seen=seen)
    by_asker = {row.pop("k"): row for row in answer.to_pylist()}
    nothing = dict.fromkeys(name for name in answer.column_names if name != "k")
    return [by_asker.get(k, nothing) for k in range(len(tables))]


def _readings(like: Reading, texts: list[pa.Array]) -> list[tuple[pa.Array, pa.BooleanArray]]:
    values, bad = convert_distinct(pa.concat_arrays(texts), like.kind, like.options)
    found, start = [], 0
    for part in texts:
        found.append((values.slice(start, len(part)), bad.slice(start, len(part))))
        start += len(part)
    return found
