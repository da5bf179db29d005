"""What reading may cost, in one place: each limit with its default, its help and the variable that lifts it."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields

from cs_metrics.errors import LimitError

_MB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Limits on reading one drop of files. CS_METRICS_READ_<NAME> in the environment changes a default."""

    file_mb: int = 10_240  # one file as it came
    unpacked_mb: int = 4096  # one file unpacked (gzip, the parts of a workbook, the files of a zip together)
    files: int = 500  # one archive
    rows: int = 10_000_000  # one sheet
    columns: int = 4_000  # one sheet
    cells: int = 200_000_000  # one sheet, blank ones between others included
    cell_characters: int = 1_000_000  # one cell
    seconds: int = 900  # one file
    memory_mb: int = 6144  # the process that reads

    @classmethod
    def from_environment(cls) -> Limits:
        """Return the limits with what the environment changes; LimitError for one that is no whole number."""
        values: dict[str, int] = {}
        for field in fields(cls):
            text = os.environ.get(variable(field.name))
            if text is not None:
                if not text.strip().isdigit() or int(text) < 1:
                    raise LimitError(f"{variable(field.name)} is {text!r}; it takes a whole number above 0.")
                values[field.name] = int(text)
        return cls(**values)

    @property
    def file_bytes(self) -> int:
        """The limit on one file as it came, in bytes."""
        return self.file_mb * _MB

    @property
    def unpacked_bytes(self) -> int:
        """The limit on one file unpacked, in bytes."""
        return self.unpacked_mb * _MB

    @property
    def memory_bytes(self) -> int:
        """The limit on the reading process, in bytes."""
        return self.memory_mb * _MB


def variable(name: str) -> str:
    """Return the environment variable that sets the limit `name`."""
    return f"CS_METRICS_READ_{name.upper()}"


def exceeded(place: str, what: str, name: str) -> LimitError:
    """Return the error for a limit that `place` reached: 'book.xlsx has 12,000,000 rows; the limit is ...'."""
    return LimitError(f"{place} {what}. Split the file, or raise the limit with {variable(name)}.")
