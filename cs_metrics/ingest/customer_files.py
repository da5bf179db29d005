"""Customer sheets of one drop that say different things of the same customer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from cs_metrics.ingest.apply import Applied
from cs_metrics.ingest.problems import EXAMPLES, Problem, plural
from cs_metrics.ingest.types.engine import query
from cs_metrics.sql import quote

_NEVER = ("customer_id", "valid_from", "valid_to", "_row")
_ADVICE = "The later file holds until you choose which to believe, on Data, 'Who is who', once they are published."


def differing(customers: Sequence[Applied]) -> list[Problem]:
    """Return for each two sheets of customers and each column that both have how many customers differ in it."""
    found = []
    for one, other in combinations(customers, 2):
        by_name = {c.casefold(): c for c in one.data.column_names}
        for column in other.data.column_names:
            mine = by_name.get(column.casefold())
            if mine is not None and column.casefold() not in _NEVER and _filled(one, mine) and _filled(other, column):
                found += _pair(one, mine, other, column)
    return found


def _filled(one: Applied, column: str) -> bool:
    return one.data.column(column).null_count < one.data.num_rows


def _pair(one: Applied, mine: str, other: Applied, column: str) -> list[Problem]:
    folded = [
        f"coalesce(CAST(TRY_CAST({side} AS DOUBLE) AS VARCHAR), lower(trim(CAST({side} AS VARCHAR))))"
        for side in (f"a.{quote(mine)}", f"b.{quote(column)}")
    ]
    answer = query(
        f"WITH hit AS (SELECT b._row, b.customer_id || ': ' || CAST(b.{quote(column)} AS VARCHAR) || ' here, ' "
        f"|| CAST(a.{quote(mine)} AS VARCHAR) || ' there' AS said "
        f"FROM one AS a JOIN other AS b ON a.customer_id = b.customer_id "
        f"WHERE {folded[0]} <> {folded[1]}) "
        f"SELECT (SELECT count(*) FROM hit) AS n, _row, said FROM hit ORDER BY _row LIMIT {EXAMPLES}",
        one=one.data.select(["customer_id", mine]), other=other.data.select(["customer_id", column, "_row"]),
    ).to_pylist()  # fmt: skip
    if not answer:
        return []
    n = answer[0]["n"]
    examples = tuple((int(row["_row"]), str(row["said"])) for row in answer)
    raw, (row, said) = other.raw, examples[0]
    have = plural(n, "customer has", "customers have")
    sentence = f"{have} another {column} here than in {one.raw.place}, e.g. row {row}: {said}."
    place = raw.file, raw.sheet, "customers", column
    return [Problem(*place, "files differ", "warning", n, sentence, _ADVICE, examples)]
