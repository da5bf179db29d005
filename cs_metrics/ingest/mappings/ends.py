"""Evidence in the values: whether ends are inclusive, and whether an amount is for one unit or for all."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from cs_metrics.ingest.sheet import RawSheet
from cs_metrics.ingest.types.convert import Options, convert
from cs_metrics.ingest.types.engine import query
from cs_metrics.schema import Type

_ENOUGH = 3


@dataclass(frozen=True)
class Evidence:
    """What the values speak for: `says` is True, False, or None where they say nothing; in words."""

    says: bool | None
    words: str


def _column(raw: RawSheet, name: str, kind: Type) -> pa.Array:
    return convert(raw.texts(name), kind, Options.of(raw.column(name).profile)).values


def inclusive_evidence(raw: RawSheet, start: str, end: str, customer: str | None) -> Evidence:
    """Whether an end is the last day that still counts: the next row then starts a day later, not on that day."""
    table = {"s": _column(raw, start, Type.DATE), "e": _column(raw, end, Type.DATE)}
    table["c"] = _column(raw, customer, Type.ID) if customer else pa.nulls(raw.rows, pa.string())
    counts = query(
        "WITH nxt AS (SELECT *, lead(s) OVER (PARTITION BY c ORDER BY s, e) AS n FROM t WHERE s IS NOT NULL)"
        " SELECT count(*) FILTER (WHERE n = e AND c IS NOT NULL) AS meets,"
        " count(*) FILTER (WHERE n = e + 1 AND c IS NOT NULL) AS follows,"
        " count(*) FILTER (WHERE e = last_day(e)) AS last, count(e) AS ends,"
        " count(*) FILTER (WHERE day(e) = 1) AS first,"
        " count(*) FILTER (WHERE e IS NOT NULL AND day(s) = 1) AS begins,"
        " count(*) FILTER (WHERE e IS NOT NULL AND day(e + 1) = day(s)) AS whole FROM nxt",
        t=pa.table(table),
    ).to_pylist()[0]
    if counts["follows"] >= _ENOUGH and counts["follows"] > 2 * counts["meets"]:
        return Evidence(True, f"{counts['follows']:,} times the next row starts on the day after '{end}'")
    if counts["meets"] >= _ENOUGH and counts["meets"] > 2 * counts["follows"]:
        return Evidence(False, f"{counts['meets']:,} times the next row starts on the very day of '{end}'")
    ends = counts["ends"]
    if ends >= _ENOUGH and counts["last"] >= 0.8 * ends:
        return Evidence(True, f"{counts['last']:,} of {ends:,} ends are the last day of a month")
    if ends >= _ENOUGH and counts["whole"] >= 0.8 * ends:
        return Evidence(
            True, f"{counts['whole']:,} of {ends:,} ends lie one day before the day of the month of the start"
        )
    if ends >= _ENOUGH and counts["first"] >= 0.8 * ends and counts["begins"] >= 0.8 * ends:
        return Evidence(False, f"{counts['first']:,} of {ends:,} ends are the first day of a month, as the starts are")
    return Evidence(None, "nothing in the file says whether the last day still counts")


def per_unit_evidence(raw: RawSheet, amount: str, quantity: str) -> Evidence:
    """Whether an amount is a price for one unit: it then takes few values; as a total, amount / quantity does."""
    table = pa.table({"a": _column(raw, amount, Type.NUMBER), "q": _column(raw, quantity, Type.NUMBER)})
    counts = query(
        "SELECT count(DISTINCT a) AS amounts, count(DISTINCT round(a / q, 2)) AS prices,"
        " count(DISTINCT q) AS quantities, count(*) AS n FROM t WHERE a > 0 AND q > 0",
        t=table,
    ).to_pylist()[0]
    amounts, prices = counts["amounts"], counts["prices"]
    if counts["n"] < 20 or counts["quantities"] < 3:
        return Evidence(None, "too few rows to tell")
    if prices * 2 <= amounts:
        said = f"'{amount}' / '{quantity}' takes {prices:,} values, '{amount}' itself {amounts:,}"
        return Evidence(False, said)
    if amounts * 4 <= prices:
        said = f"'{amount}' takes {amounts:,} values whatever the quantity; divided by '{quantity}' it takes {prices:,}"
        return Evidence(True, said)
    return Evidence(None, f"'{amount}' takes {amounts:,} values, divided by '{quantity}' {prices:,}: neither is plain")
