"""The rows behind a value as a person reads them: who first, what was counted, then the file and the row."""

from __future__ import annotations

import pandas as pd

# What is not in the file, or says a thing twice, is of use to a program only.
_WORKINGS = frozenset({"cluster", "common_score", "common_min", "common_max", "points"})
_WORDS = {
    "_value": "Value counted",
    "active_start": "Active at the start",
    "active_end": "Active at the end",
    "active_in": "Active in the period",
    "mrr_start": "MRR at the start",
    "mrr_end": "MRR at the end",
    "paid_before": "Paid before",
    "last_end": "Ended",
    "feature_rows": "Uses of a feature",
}


def readable(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame of `rows` with the ids first, then the value counted, the rest, and where it came from: File
    and Row; where several rows made one, 'File and rows' has them all as text. 'Changed' says what repairs changed."""
    own = [c for c in frame.columns if not c.startswith("_") and c not in _WORKINGS]
    ids = [c for c in own if c.endswith("_id")]
    chosen = [*ids, "_value", *(c for c in own if c not in ids)]
    shown = frame[chosen].copy()
    shown.columns = _titles(chosen)
    if "_rows" in frame:
        shown["File and rows"] = frame["_rows"]
    else:
        shown["File"] = frame["_source"]
        shown["Row"] = frame["_row"]
    if "_changed" in frame:
        shown["Changed"] = frame["_changed"]
    return shown


def _titles(names: list[str]) -> list[str]:
    """Return each column's title; a second one that would read the same keeps its own name."""
    taken = {"File", "Row", "File and rows", "Changed"}
    titles = []
    for name in names:
        title = _WORDS.get(name) or name.removesuffix("_id").replace("_", " ").strip().capitalize()
        title = name if title in taken else title
        taken.add(title)
        titles.append(title)
    return titles
