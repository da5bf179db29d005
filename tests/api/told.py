"""All that an answer says, as text: frames with their columns, whatever lies within other answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pandas as pd


def words(answer: Any) -> Iterator[str]:
    """Give every text in an answer: names of columns, cells, sentences; no numbers and no dates."""
    if isinstance(answer, pd.DataFrame):
        yield from map(str, answer.columns)
        for column in answer.columns:
            for value in answer[column].dropna():
                yield from (words(value) if not isinstance(value, str) else [value])
    elif dataclasses.is_dataclass(answer) and not isinstance(answer, type):
        for field in dataclasses.fields(answer):
            yield field.name
            yield from words(getattr(answer, field.name))
    elif isinstance(answer, dict):
        for name, value in answer.items():
            yield str(name)
            yield from words(value)
    elif isinstance(answer, list | tuple | set | frozenset):
        for value in answer:
            yield from words(value)
    elif isinstance(answer, str | Exception):
        yield str(answer)


def told(answer: Any) -> str:
    """Return an answer as text, to the last digit."""
    if isinstance(answer, pd.DataFrame):
        return answer.to_csv(index=False)
    if dataclasses.is_dataclass(answer) and not isinstance(answer, type):
        return "\n".join(f"{f.name}: {told(getattr(answer, f.name))}" for f in dataclasses.fields(answer))
    if isinstance(answer, dict):
        return "\n".join(f"{name}: {told(value)}" for name, value in answer.items())
    if isinstance(answer, list | tuple | set | frozenset):
        return "\n".join(map(told, answer))
    return str(answer)
