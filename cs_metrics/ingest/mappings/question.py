"""A question about a sheet, and the answers that can be given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cs_metrics.errors import MappingError, did_you_mean


@dataclass(frozen=True)
class Choice:
    """One answer that can be given: its `value` (JSON) and how it is shown."""

    value: Any
    label: str


@dataclass(frozen=True)
class Question:
    """Something that the file does not say. `kind`: 'choice' or 'date'.

    `column` is the source column that it is about, else the model's. `default` holds unless a person says otherwise;
    None: an answer is required. `suggestion` is shown, never used by itself. `answer`: None where there is none yet.
    """

    id: str
    column: str
    text: str
    kind: str = "choice"
    choices: tuple[Choice, ...] = ()
    default: Any = None
    evidence: str = ""
    suggestion: Any = None
    answer: Any = None

    @property
    def required(self) -> bool:
        """Whether the sheet cannot be loaded without an answer."""
        return self.default is None

    @property
    def open(self) -> bool:
        """Whether an answer is required and missing."""
        return self.required and self.answer is None

    def check(self, value: Any) -> Any:
        """Return the answer in the form in which it is kept, or raise MappingError with what can be answered."""
        if self.kind == "date":
            try:
                return dt.date.fromisoformat(str(value)[:10]).isoformat()
            except ValueError:
                raise MappingError(f"Question '{self.id}': a date such as 2025-06-30, not {value!r}.") from None
        for choice in self.choices:
            if value == choice.value or value == choice.label:
                return choice.value
        if self.id.startswith("required:") and isinstance(value, (str, Mapping)):
            return value
        known = [str(c.value) for c in self.choices]
        raise MappingError(f"Question '{self.id}': {value!r} is no answer. {did_you_mean(str(value), known)}".rstrip())
