"""What the texts of a column are, from all of them: its type, how it is written, and what speaks for that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.ingest.sheet import Profile
from cs_metrics.ingest.types import dates, guess, numbers, words
from cs_metrics.ingest.types.convert import Options
from cs_metrics.ingest.types.engine import query
from cs_metrics.ingest.types.guess import Seen
from cs_metrics.ingest.types.together import Asking, Reading, together
from cs_metrics.schema import Type
from cs_metrics.sql import literal

_TOGETHER = 100_000  # distinct texts of several columns that are looked at in one query
_MOST = 500_000  # of one column: what the engine holds does not grow with the file
_PLACE = {
    Type.DATE: "dates",
    Type.INSTANT: "dates with a time",
    Type.NUMBER: "numbers",
    Type.INTEGER: "whole numbers",
    Type.MONEY: "amounts of money",
    Type.BOOLEAN: "yes or no",
    Type.ID: "ids",
    Type.TEXT: "text",
}


_NOTHING = ", ".join(literal(w) for w in sorted(words.NOTHING_TYPED))
_CLASSIFY = f"""
WITH raw AS (SELECT i, s, n, {numbers.PLAIN.replace("(t,", "(s,")} AS t FROM texts)
SELECT s, n, t, CASE
  WHEN length(t) > 60 THEN 'text'
  WHEN lower(t) IN ({_NOTHING}) THEN 'missing'
  WHEN regexp_full_match(t, '[+-]?[0-9]+') THEN 'whole'
  WHEN regexp_full_match(t, {literal(numbers.SIMPLE)}) THEN 'point'
  WHEN NOT regexp_matches(t, '[0-9]') THEN 'text'
  WHEN {dates.looks()} THEN 'date'
  WHEN regexp_full_match(t, {literal(numbers.NUMERIC)}) THEN 'number'
  WHEN regexp_full_match(t, {literal(f"{numbers.CLOCK}|{numbers.DAYS_CLOCK}")}) THEN 'clock'
  WHEN regexp_full_match(t, {literal(f"{numbers.WORDS}|{numbers.ISO_SPAN}")}) THEN 'words'
  ELSE 'text' END AS class FROM raw ORDER BY i
"""


def profiles(data: pa.Table, names: tuple[str, ...]) -> tuple[list[Profile], list[str]]:
    """Return the profile of each column of `data` (c0, c1, ... and _row), and sentences on what shows in several.

    The names decide nothing that the texts do not allow: they tell an id or a moment from a number. A column whose
    dates can be read both ways takes the order that every settled column of the same sheet has.
    """
    columns = [data.column(f"c{i}") for i in range(len(names))]
    rows = data.column("_row")
    found: list[Profile] = []
    for part in _classified(columns):
        at = slice(len(found), len(found) + len(part))
        triples = zip(part, columns[at], names[at], strict=True)
        found += together([_profile(seen, column, rows, name) for seen, column, name in triples])
    settled = {p.day_first for p in found if p.day_first is not None}
    if len(settled) == 1:
        order = settled.pop()
        open_ones = [i for i, one in enumerate(found) if one.ambiguous_dates]
        for index, one in zip(
            open_ones, together([_again(found[i], columns[i], order) for i in open_ones]), strict=True
        ):
            found[index] = one
    notes = [
        f"Column '{name}' has {one.shortened:,} values such as 8.26E+17: a spreadsheet program shortened long numbers,"
        " and what was cut is lost. Export them again as text."
        for one, name in zip(found, names, strict=True)
        if one.shortened
    ]
    return found, notes


def _classified(columns: list[pa.ChunkedArray]) -> Iterator[list[Seen]]:
    """Yield what the texts of each column look like: of as many columns at a time as share a question to the engine."""
    counted = [column.drop_null().value_counts() for column in columns]
    tables = [pa.table({"s": c.field("values"), "n": c.field("counts")}) for c in counted]
    start = 0
    while start < len(tables):
        stop, size = start + 1, tables[start].num_rows
        while stop < len(tables) and size + tables[stop].num_rows <= _TOGETHER:
            size += tables[stop].num_rows
            stop += 1
        together = pa.concat_tables(tables[start:stop])
        together = together.append_column("i", pa.array(range(together.num_rows), pa.int64()))
        steps = range(0, max(1, together.num_rows), _MOST)
        answer = pa.concat_tables([query(_CLASSIFY, texts=together.slice(at, _MOST)) for at in steps])
        place, found = 0, []
        for table in tables[start:stop]:
            part = answer.slice(place, table.num_rows)
            place += table.num_rows
            counts = part.group_by("class").aggregate([("n", "sum")]).to_pylist()
            looks = {r["class"]: r["n_sum"] for r in counts}
            missing = looks.pop("missing", 0)
            found.append(Seen(part, looks, int(pc.sum(part.column("n")).as_py() or 0) - missing))
        yield found
        start = stop


def _profile(seen: Seen, texts: pa.ChunkedArray, rows: pa.ChunkedArray, name: str) -> Asking[Profile]:
    total, blank = len(texts), texts.null_count
    if total == blank:
        return Profile(Type.TEXT, 0.0, "every cell is blank", rows=total, blank=blank)
    base = _base(seen, total, blank)
    if not seen.total:
        return replace(base, confidence=0.0, evidence="every cell is blank or stands for nothing")
    found = yield from guess.typed(seen, base, name)
    if found is None:
        seen = _as_text(seen)
        found = guess.text(seen, _base(seen, total, blank), name)
    return (yield from _measure(found, seen, texts, rows))


def _as_text(seen: Seen) -> Seen:
    """In a column of text 'unknown' and 'none' are words like others; only what no one would write is missing."""
    nothing = pc.is_in(pc.utf8_lower(seen.table.column("t")), pa.array(sorted(words.NOTHING), pa.string()))
    look = pc.if_else(
        nothing,
        "missing",
        pc.if_else(pc.equal(seen.table.column("class"), "missing"), "text", seen.table.column("class")),
    )
    table = seen.table.set_column(3, "class", look)
    return Seen(table, seen.looks, int(pc.sum(table.filter(pc.invert(nothing)).column("n")).as_py() or 0))


def _base(seen: Seen, total: int, blank: int) -> Profile:
    present = seen.table.filter(pc.not_equal(seen.table.column("class"), "missing"))
    order = pc.select_k_unstable(
        present, k=min(50, present.num_rows), sort_keys=[("n", "descending"), ("t", "ascending")]
    )
    common = present.take(order).select(["s", "n"]).to_pylist() if present.num_rows else []
    distinct = present.num_rows
    nothing = seen.where("missing").column("s").to_pylist()
    return Profile(
        Type.TEXT,
        rows=total,
        blank=blank,
        missing=total - blank - seen.total,
        distinct=distinct,
        samples=tuple(r["s"].strip()[:120] for r in common[:8]),
        words={r["s"].strip(): r["n"] for r in common}
        if distinct <= 50 and all(len(r["s"]) <= 120 for r in common)
        else {},
        missing_words=tuple(nothing[:10]),
    )


def _measure(one: Profile, seen: Seen, texts: pa.ChunkedArray, rows: pa.ChunkedArray) -> Asking[Profile]:
    """Read every distinct text as the guessed type: what fails, the smallest, the greatest, the sentence."""
    if one.kind in (Type.TEXT, Type.ID):
        return replace(one, evidence=_sentence(one, seen.total))
    present = seen.table.filter(pc.not_equal(seen.table.column("class"), "missing"))
    values, failed = yield Reading(guess.array(present.column("s")), one.kind, Options.of(one))
    counts = guess.array(present.column("n"))
    bad = int(pc.sum(counts.filter(failed)).as_py() or 0)
    if bad:
        at = pc.is_in(texts, guess.array(present.column("s").filter(failed).slice(0, 20)))
        places, cells = rows.filter(at).slice(0, 5).to_pylist(), texts.filter(at).slice(0, 5).to_pylist()
        one = replace(one, bad=bad, bad_samples=tuple(zip(places, cells, strict=True)))
    if one.kind is not Type.BOOLEAN and values.null_count < len(values):
        edges = pc.min_max(values)
        one = replace(one, minimum=_plain(edges["min"].as_py()), maximum=_plain(edges["max"].as_py()))
    if one.kind in (Type.NUMBER, Type.INTEGER, Type.MONEY):
        below = counts.filter(pc.less(values.cast(pa.float64()), 0.0))
        one = replace(one, negative=int(pc.sum(below).as_py() or 0))
    if one.kind is Type.INSTANT and not one.offsets:
        days = values.cast(pa.date32(), safe=False).cast(values.type)
        if pc.all(pc.equal(days, values)).as_py():
            one = replace(one, kind=Type.DATE, midnight=True)
    if bad > (1 - guess.ENOUGH) * seen.total:
        one = replace(one, confidence=min(one.confidence, 0.5))
    confidence = round(one.confidence * (seen.total - bad) / seen.total, 3)
    return replace(one, confidence=confidence, evidence=_sentence(one, seen.total))


def _sentence(one: Profile, total: int) -> str:
    """'all 5,000 values are dates like 2024-03-01', and what else speaks for it."""
    failing = {text.strip() for _, text in one.bad_samples}
    sample = next((s for s in one.samples if s not in failing), "")[:60]
    what = "durations" if one.duration else "shares in percent" if one.percent else _PLACE[one.kind]
    if one.bad:
        text = (
            f"{total - one.bad:,} of {total:,} values are {what} like {sample};"
            f" {one.bad:,} {'is' if one.bad == 1 else 'are'} not, such as '{one.bad_samples[0][1][:40]}'"
        )
    else:
        text = f"{f'all {total:,} values are' if total > 1 else 'the one value is'} {what} like {sample}"
    if one.epoch and one.kind in (Type.INSTANT, Type.DATE):
        text += f", {one.epoch} since 1970"
    if one.serial and not one.formats and one.kind in (Type.INSTANT, Type.DATE):
        text += ", a spreadsheet's count of days"
    return text + one.evidence


def _plain(value: Any) -> str | None:
    if value is None:
        return None
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return f"{value:f}".rstrip("0").rstrip(".") if not isinstance(value, int) and "." in f"{value:f}" else str(value)


def _again(one: Profile, texts: pa.ChunkedArray, day_first: bool) -> Asking[Profile]:
    """The profile with the order of day and month that the other dates have: its smallest and greatest value anew."""
    evidence = f"{one.evidence}; the other dates of the sheet have the {'day' if day_first else 'month'} first"
    one = replace(one, day_first=day_first, ambiguous_dates=False, evidence=evidence, confidence=0.8)
    values, _ = yield Reading(pc.unique(texts.drop_null()), one.kind, Options.of(one))
    edges = pc.min_max(values)
    return replace(one, minimum=_plain(edges["min"].as_py()), maximum=_plain(edges["max"].as_py()))
