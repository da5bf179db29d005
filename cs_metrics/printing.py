"""How the command line gives an answer: as columns for a person, as JSON for a program, as a file for a mailer."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from cs_metrics.errors import WorkspaceError


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame as JSON records: ISO dates, null for what is missing."""
    records: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", date_format="iso"))
    return records


def show(frame: pd.DataFrame, as_json: bool) -> None:
    """Print a frame as JSON or as columns."""
    if as_json:
        print_json(records(frame))
    else:
        print_table(frame)


def print_json(value: Any) -> None:
    """Print a value as JSON; what JSON has no type for as text."""
    print(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def write_file(target: Path, content: bytes) -> None:
    """Write a file, whole or not at all: a mailer never takes half of one. Raises WorkspaceError."""
    draft = target.with_name(f".{target.name}.part")
    try:
        draft.write_bytes(content)
        draft.replace(target)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise WorkspaceError(
            f"{target} cannot be written: {error.strerror}. Name a file in a folder of yours."
        ) from error


def _cell(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if value is None or value != value:
        return ""
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d" if value == value.normalize() else "%Y-%m-%d %H:%M")
    return f"{value:,.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def print_table(frame: pd.DataFrame) -> None:
    """Print a frame as columns, numbers to the right."""
    if frame.empty:
        print("No rows.")
        return
    texts = {str(c): [_cell(v) for v in frame[c]] for c in frame.columns}
    widths = {c: max(len(c), *map(len, cells)) for c, cells in texts.items()}
    right = {str(c) for c in frame.columns if pd.api.types.is_numeric_dtype(frame[c])}
    for row in [list(texts), *zip(*texts.values(), strict=True)]:
        cells = [t.rjust(widths[c]) if c in right else t.ljust(widths[c]) for c, t in zip(texts, row, strict=True)]
        print("  ".join(cells).rstrip())
