"""How large the numbers of a column are, to tell a file whose amounts are in another unit than the last one's."""

from __future__ import annotations

import pyarrow.compute as pc

from cs_metrics.ingest.sheet import RawColumn, RawSheet
from cs_metrics.ingest.types.convert import Options, convert
from cs_metrics.schema import Type

NUMBERS = (Type.INTEGER, Type.NUMBER, Type.MONEY)
# the first rows tell how large numbers are; a middle that is so many times another is no month's growth
_ROWS, _FEWEST, _TIMES = 10_000, 5, 8.0
_UNITS = (
    (1000.0, "thousands"), (100.0, "cents"), (60.0, "minutes or seconds"), (24.0, "hours or days"),
    (12.0, "months or years"),
)  # fmt: skip


def middle(raw: RawSheet, column: RawColumn) -> float | None:
    """Return the middle of a column's numbers, None where it has few of them or is no column of numbers."""
    if column.profile.kind not in NUMBERS:
        return None
    texts = raw.texts(column).slice(0, _ROWS).combine_chunks()
    values = convert(texts, Type.NUMBER, Options.of(column.profile)).values.drop_null()
    return float(pc.quantile(values, 0.5)[0].as_py()) if len(values) >= _FEWEST else None


def changed(before: float | None, now: float | None) -> tuple[str, str] | None:
    """Return what to say where numbers are many times as large or small as they were, and what may be the reason: in
    words. None where they are not."""
    if not before or not now or (before > 0) != (now > 0):
        return None
    times = max(now / before, before / now)
    if times < _TIMES:
        return None
    shown = f"{times:,.0f}"
    said = f"about {shown} times as {'large' if abs(now) > abs(before) else 'small'} as before"
    unit = next((f"; {word}?" for size, word in _UNITS if abs(times - size) <= 0.1 * size), "")
    return said, f"the middle value was {before:,.6g} and is {now:,.6g}{unit}"
