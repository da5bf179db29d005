"""Guesses at what a column is, each from its distinct texts: yes or no, a moment, a number, an id, or text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.ingest.sheet import Profile
from cs_metrics.ingest.types import dates, numbers, words
from cs_metrics.ingest.types.convert import EPOCHS, Options
from cs_metrics.ingest.types.together import Asking, Reading, Summary
from cs_metrics.schema import Type
from cs_metrics.sql import literal

ENOUGH = 0.8  # the share of a column's texts that must fit a type for the column to be of it
_ID_NAME = re.compile(
    r"(?i)(?:^|[\s_\-.])(?:id|ids|uuid|guid|code|zip|zipcode|postal|postcode|sku|phone|ssn|iban|key|no|nr|number|#)$|[a-z](?:ID|Id|Code|No)$|(?i:^(?:zip|postal|phone)\b)|(?i:^(?:customer|account|user|invoice|order|ticket)(?:id|no)$)"
)
_TIME_NAME = re.compile(
    r"(?i)(?:date|time|day|month|stamp|epoch|since|created|updated|closed|started|ended|due|_at|_on| at| on|seit|datum)"
)
_EDGE_NAME = re.compile(
    r"(?i)(?:^|[\s_\-.])(?:starts?|ends?|begins?|beginn|ende|until|expir(?:y|es|ation)|renewal|ts|at|when)$"
)
_SIZE_NAME = re.compile(r"(?i)mrr|arr|revenue|balance|amount|value|price|seat|count|number|total|users")
_SINCE = (631_152_000, 2_208_988_800)  # the seconds since 1970 from 1990 to 2039
_SERIAL = (20_000, 60_000)  # the days of a spreadsheet from 1954 to 2064
_PROSE_NAME = re.compile(r"(?i)name|title|url|link|mail|domain|body|subject|description|text|comment|note|label")


@dataclass(frozen=True)
class Seen:
    """The distinct texts of a column with their counts and what each looks like, and the counts of each look."""

    table: pa.Table  # s, n, t, class
    looks: dict[str, int]
    total: int

    def where(self, *looks: str) -> pa.Table:
        return self.table.filter(pc.is_in(self.table.column("class"), pa.array(looks, pa.string())))


def typed(seen: Seen, base: Profile, name: str) -> Asking[Profile | None]:
    """Find `base` as the type that enough of its texts fit, or None where they are text or ids of letters."""
    return _boolean(seen, base) or (yield from _moment(seen, base, name)) or (yield from _number(seen, base, name))


def _boolean(seen: Seen, base: Profile) -> Profile | None:
    if base.distinct > 6 or not base.words:
        return None
    found = {w.lower(): w for w in base.words}
    if not set(found) <= words.TRUE | words.FALSE:
        return None
    yes, no = [found[w] for w in found if w in words.TRUE], [found[w] for w in found if w in words.FALSE]
    digits = set(found) <= {"0", "1", "0.0", "1.0"}
    lone = len(found) == 1
    if lone and (digits or next(iter(found)) in ("s", "o", "x", "t", "f", "n", "j", "y", "да")):
        return None
    return replace(
        base,
        kind=Type.BOOLEAN,
        confidence=0.7 if digits or lone else 0.98,
        true_words=tuple(yes),
        false_words=tuple(no),
    )


def _moment(seen: Seen, base: Profile, name: str) -> Asking[Profile | None]:
    """Dates by their shape; digits (20240131, seconds since 1970, spreadsheet days) by their range and the name."""
    looks, total = seen.looks, seen.total
    hint = bool(_TIME_NAME.search(name)) or bool(_EDGE_NAME.search(name) and not _SIZE_NAME.search(name))
    days = _days(seen) if looks.get("date", 0) else 0
    if days and hint and looks["date"] + days >= ENOUGH * total:
        found = yield from _dates(seen, base)
        many = "are numbers" if days > 1 else "is a number"
        said = f"{found.evidence}; {days:,} {many}, a spreadsheet's count of days"
        return replace(found, serial=True, evidence=said, confidence=min(found.confidence, 0.8))
    if looks.get("date", 0) >= ENOUGH * total or (hint and looks.get("date", 0) >= 0.5 * total):
        return (yield from _dates(seen, base))
    digits = looks.get("whole", 0) + looks.get("point", 0)
    if digits < ENOUGH * total:
        return None
    numeric = seen.where("whole", "point")
    value = pc.cast(numeric.column("t").cast(pa.string()), pa.float64(), safe=False)
    low, high = pc.min(value).as_py(), pc.max(value).as_py()
    if (
        looks.get("whole", 0) == digits
        and pc.all(pc.match_substring_regex(numeric.column("t"), f"^{dates.DIGITS}$")).as_py()
    ):
        good, _ = yield Reading(array(numeric.column("s")), Type.DATE, Options())
        if not good.null_count and (hint or base.distinct > 20):
            return replace(base, kind=Type.DATE, confidence=0.9, formats={"%Y%m%d": digits}, midnight=True)
    epoch = next((unit for unit, n in EPOCHS.items() if low >= _SINCE[0] * n and high <= _SINCE[1] * n), None)
    if epoch:
        found = replace(base, epoch=epoch)
        dated = hint and not _ID_NAME.search(name)  # 'created_by_id' says when of nothing
        return replace(found, kind=Type.INSTANT, confidence=0.85) if dated else None
    if hint and low >= _SERIAL[0] and high <= _SERIAL[1]:
        kind = Type.DATE if looks.get("point", 0) == 0 else Type.INSTANT
        return replace(base, kind=kind, confidence=0.75, serial=True, midnight=kind is Type.DATE)
    return None


def _days(seen: Seen) -> int:
    """How many of the texts are numbers within the range of a spreadsheet's days; 0 where any number is beyond it."""
    numeric = seen.where("whole", "point")
    if not numeric.num_rows:
        return 0
    edges = pc.min_max(pc.cast(numeric.column("t").cast(pa.string()), pa.float64(), safe=False))
    within = edges["min"].as_py() >= _SERIAL[0] and edges["max"].as_py() <= _SERIAL[1]
    return int(pc.sum(numeric.column("n")).as_py()) if within else 0


def array(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.string())


_PIECES = """
SELECT k, sum(n) FILTER (WHERE d.a <> '') AS numeric, sum(n) FILTER (WHERE length(d.a) = 4) AS iso,
  sum(n) FILTER (WHERE length(d.a) IN (1, 2)) AS open,
  sum(n) FILTER (WHERE length(d.a) IN (1, 2) AND a > 12 AND b <= 12) AS days,
  sum(n) FILTER (WHERE length(d.a) IN (1, 2) AND b > 12 AND a <= 12) AS months,
  sum(n) FILTER (WHERE length(d.a) IN (1, 2) AND d.sep = '.') AS dotted,
  sum(n) FILTER (WHERE regexp_full_match(t, {offset})) AS offsets,
  sum(n) FILTER (WHERE d.hh <> '' OR regexp_matches(t, '[0-9]:[0-9]')) AS timed, mode(d.sep) AS sep,
  max(length(d.c)) FILTER (WHERE length(d.a) IN (1, 2)) AS year,
  any_value(t ORDER BY n DESC, t) FILTER (WHERE a > 12) AS day_text,
  any_value(t ORDER BY n DESC, t) FILTER (WHERE b > 12) AS month_text
FROM (SELECT *, TRY_CAST(d.a AS INTEGER) AS a, TRY_CAST(d.b AS INTEGER) AS b FROM (SELECT *, {pieces} AS d FROM seen))
GROUP BY k
"""


def _dates(seen: Seen, base: Profile) -> Asking[Profile]:
    sql = _PIECES.format(offset=literal(dates.OFFSET), pieces=dates.numeric_parts())
    found: dict[str, Any] = yield Summary(sql, seen.where("date").select(["t", "n"]))
    count = {k: int(v or 0) for k, v in found.items() if k not in ("sep", "day_text", "month_text")}
    day_first, why, sure = None, "", 0.97
    if count["open"]:
        if count["days"] or count["months"]:
            day_first = count["days"] >= count["months"]
            proof = found["day_text"] if day_first else found["month_text"]
            why = f"; '{proof}' shows that the {'day' if day_first else 'month'} comes first"
            sure = 0.97 if not (count["days"] and count["months"]) else 0.7
        elif count["dotted"] == count["open"]:
            day_first, why = True, "; with dots the day comes first"
        else:
            why, sure = "; each can be read day first and month first", 0.6
    sep, year = found["sep"] or "-", "%y" if count["year"] == 2 else "%Y"
    formats = {"%Y-%m-%d".replace("-", sep): count["iso"]} if count["iso"] else {}
    if count["open"]:
        as_day, as_month = sep.join(("%d", "%m", year)), sep.join(("%m", "%d", year))
        formats |= {as_day: count["open"] - count["months"], as_month: count["open"] - count["days"]}
    named = seen.looks["date"] - count["numeric"]
    if named:
        formats["named month"] = named
    kind = Type.INSTANT if count["timed"] else Type.DATE
    return replace(
        base,
        kind=kind,
        confidence=sure,
        evidence=why,
        formats={k: v for k, v in formats.items() if v},
        day_first=day_first,
        ambiguous_dates=bool(count["open"]) and day_first is None,
        offsets=count["offsets"],
    )


_AMOUNTS = """
SELECT k, sum(n) FILTER (WHERE g.p = '%') AS percent, list(DISTINCT upper(nullif(g.c1 || g.c2, ''))) AS currencies,
  sum(n) FILTER (WHERE g.c1 || g.c2 <> '') AS money,
  sum(n) FILTER (WHERE {dot}) AS dots, sum(n) FILTER (WHERE {comma}) AS commas,
  sum(n) FILTER (WHERE regexp_full_match(m, '[0-9]{{1,3}},[0-9]{{3}}')) AS open_comma,
  sum(n) FILTER (WHERE regexp_full_match(m, '[1-9][0-9]{{0,2}}\\.[0-9]{{3}}')) AS open_dot,
  sum(n) FILTER (WHERE regexp_matches(m, '\\.')) AS any_dot, sum(n) FILTER (WHERE regexp_matches(m, ',')) AS any_comma
FROM (SELECT *, trim(g.n) AS m FROM (SELECT *, {parts} AS g FROM seen)) WHERE m <> '' GROUP BY k
"""
# What can only be a decimal point (or only a decimal comma): anything but one group of exactly three digits behind it.
_ONLY_DOT = (
    r"[0-9,'' ]*\.(?:[0-9]{1,2}|[0-9]{4,})?|0?\.[0-9]+|[0-9]{4,}\.[0-9]+"
    r"|[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)|[0-9]{1,3}(?:,[0-9]{3}){2,}"
)
_ONLY_COMMA = (
    r"[0-9.'' ]*,(?:[0-9]{1,2}|[0-9]{4,})?|0?,[0-9]+|[0-9]{4,},[0-9]+"
    r"|[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]*)|[0-9]{1,3}(?:\.[0-9]{3}){2,}"
)


def _number(seen: Seen, base: Profile, name: str) -> Asking[Profile | None]:
    looks, total = seen.looks, seen.total
    count = sum(looks.get(k, 0) for k in ("whole", "point", "number"))
    spans = looks.get("clock", 0) + looks.get("words", 0)
    if spans >= ENOUGH * total:
        shape = "clock" if looks.get("clock", 0) >= looks.get("words", 0) else "words"
        return replace(base, kind=Type.NUMBER, confidence=0.8, duration=shape)
    if count < ENOUGH * total:
        return None
    numeric = seen.where("whole", "point", "number").select(["t", "n"])
    sql = _AMOUNTS.format(
        dot=f"regexp_full_match(m, '{_ONLY_DOT}')",
        comma=f"regexp_full_match(m, '{_ONLY_COMMA}')",
        parts=numbers.parts(),
    )
    found: dict[str, Any] = yield Summary(sql, numeric)
    tally = {k: int(v or 0) for k, v in found.items() if k != "currencies"}
    decimal, ambiguous = None, False
    if tally["dots"] or tally["commas"]:
        decimal = "dot" if tally["dots"] >= tally["commas"] else "comma"
    elif tally["any_dot"] and not tally["any_comma"]:
        decimal, ambiguous = "dot", False
    elif tally["open_comma"]:
        ambiguous = tally["any_dot"] == 0
    whole = looks.get("whole", 0)
    text = numeric.column("t")
    ids = _identifying(seen, base, name, text, whole == count)
    currencies = tuple(sorted(c for c in found["currencies"] or [] if c))
    percent = tally["percent"] > 0
    kind = (
        Type.MONEY
        if tally["money"]
        else Type.INTEGER
        if not tally["any_dot"] and not percent and decimal != "comma"
        else Type.NUMBER
    )
    integral = pc.all(pc.match_substring_regex(text, r"^[+-]?[0-9]+\.0+$|^[+-]?[0-9]+$")).as_py()
    if kind is Type.NUMBER and integral and not percent:
        kind = Type.INTEGER
    epoch = _epoch(text) if whole == count else None
    result = replace(
        base,
        kind=kind,
        confidence=0.95,
        decimal=decimal,
        ambiguous_decimal=ambiguous,
        percent=percent,
        currencies=currencies,
        epoch=epoch,
        serial=count == total and _days(seen) == count,
    )
    if ids:
        point_zero = bool(integral and tally["any_dot"])
        cut = numeric.filter(pc.match_substring_regex(text, r"^[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+$"))
        shortened = int(pc.sum(cut.column("n")).as_py() or 0)
        return replace(
            result, kind=Type.ID, confidence=0.9, looks_like_id=True, whole_ids=point_zero, shortened=shortened
        )
    return result


def _epoch(text: pa.ChunkedArray) -> str | None:
    for unit, count in EPOCHS.items():
        if pc.all(pc.match_substring_regex(text, f"^1[0-9]{{{len(str(count)) + 8}}}$")).as_py():
            return unit
    return None


def _identifying(seen: Seen, base: Profile, name: str, text: pa.ChunkedArray, whole: bool) -> bool:
    """Digits that name rather than count: leading zeros, more than a number holds, or a header that says so."""
    if whole and pc.any(pc.match_substring_regex(text, r"^0[0-9]+$")).as_py():
        return True
    if whole and pc.any(pc.match_substring_regex(text, r"^[0-9]{16,}$")).as_py():
        return True
    integral = pc.all(pc.match_substring_regex(text, r"^[0-9]+(?:\.0+)?$|^[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+$")).as_py()
    return bool(integral and _ID_NAME.search(name))


def text(seen: Seen, base: Profile, name: str) -> Profile:
    texts = seen.where("text", "whole", "point", "number", "date", "clock", "words").column("t")
    compact = pc.mean(pc.cast(pc.match_substring_regex(texts, r"^[\w.:@+#/\-]{1,64}$"), pa.float64())).as_py()
    digits = pc.mean(pc.cast(pc.match_substring_regex(texts, r"[0-9]"), pa.float64())).as_py()
    unique = base.distinct / seen.total
    named = bool(_ID_NAME.search(name))
    if not named and _PROSE_NAME.search(name):
        return replace(base, confidence=0.9)
    if compact > 0.98 and (
        (named and (unique > 0.2 or digits > 0.9)) or (unique > 0.95 and digits > 0.95 and seen.total > 4)
    ):
        return replace(base, kind=Type.ID, confidence=0.9 if named else 0.75, looks_like_id=True)
    return replace(base, confidence=0.9)
