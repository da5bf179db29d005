"""An id that stands in several rows of a sheet with other values: in which columns the rows differ, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from cs_metrics.ingest.aside import Repeats
from cs_metrics.ingest.types.engine import query
from cs_metrics.sql import literal, quote

# of so many rows at most the values are told one by one; the columns are counted of all
TOLD = 10_000


@dataclass(frozen=True)
class Differing:
    """`counts`: rows that differ from the one that counts, by column; `said`: what differs, by the place of the row."""

    counts: dict[str, int] = field(default_factory=dict)
    said: dict[int, str] = field(default_factory=dict)

    @property
    def columns(self) -> str:
        """The columns in words, the commonest first: 'region in 3, plan in 1'."""
        most = sorted(self.counts.items(), key=lambda pair: (-pair[1], pair[0]))
        return ", ".join(f"{name} in {n:,}" for name, n in most)


def differing(rows: pa.Table, columns: Sequence[str], again: Repeats) -> Differing:
    """Return how the repeated rows differ in `columns` from those that count. `rows` have a column `_row`."""
    if not len(again.places) or not columns:
        return Differing()
    pairs = pa.table({"i": again.places, "n": rows.column("_row").take(pa.array(again.places)), "kept": again.first})
    odd = [f"(a.{quote(c)} IS DISTINCT FROM b.{quote(c)})" for c in columns]
    joined = "FROM pairs AS p JOIN t AS a ON a._row = p.n JOIN t AS b ON b._row = p.kept"
    counts = query(f"SELECT {', '.join(f'count(*) FILTER (WHERE {o})' for o in odd)} {joined}", t=rows, pairs=pairs)
    found = {c: int(n) for c, n in zip(columns, counts.to_pylist()[0].values(), strict=True) if n}
    texts = ", ".join(
        f"CASE WHEN {o} THEN {literal(c)} || ' ' || coalesce(CAST(a.{quote(c)} AS VARCHAR), 'nothing') || ' here, ' "
        f"|| coalesce(CAST(b.{quote(c)} AS VARCHAR), 'nothing') || ' there' END"
        for c, o in zip(columns, odd, strict=True)
    )
    answer = query(
        f"SELECT p.i, concat_ws('; ', {texts}) AS said {joined} ORDER BY p.i LIMIT {TOLD}", t=rows, pairs=pairs
    )
    return Differing(found, {row["i"]: row["said"] for row in answer.to_pylist()})
