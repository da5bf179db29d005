"""A column of texts becomes values of one type of the data model, and a mask of the texts that did not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.errors import MappingError, did_you_mean
from cs_metrics.ingest.sheet import Profile
from cs_metrics.ingest.types import dates, numbers, words
from cs_metrics.ingest.types.engine import query
from cs_metrics.schema import Type
from cs_metrics.sql import literal

ARROW: dict[Type, pa.DataType] = {
    Type.ID: pa.string(),
    Type.TEXT: pa.string(),
    Type.DATE: pa.date32(),
    Type.INSTANT: pa.timestamp("us"),
    Type.MONEY: pa.decimal128(18, 6),
    Type.NUMBER: pa.float64(),
    Type.INTEGER: pa.int64(),
    Type.BOOLEAN: pa.bool_(),
}

# How many of a count since 1970 make a second.
EPOCHS = {"seconds": 1, "milliseconds": 1_000, "microseconds": 1_000_000, "nanoseconds": 1_000_000_000}
_LATEST = 250_000_000_000_000_000  # microseconds since 1970, in the 99th century

_TOGETHER = 500_000  # texts that are read in one query


@dataclass(frozen=True)
class Options:
    """How a column's texts are written; `Options.of(profile)` takes it from the evidence.

    `day_first`: 03/04/2024 is 3 April (None: 4 March). `decimal`: 'comma' reads 1.234,5. `epoch`: numbers are
    'seconds' (or another of `EPOCHS`) since 1970. `serial`: numbers are spreadsheet days. `unit`: durations (1:30:00,
    3 h 20 min) become a number of these (seconds, minutes, hours, days, weeks). `true_words`, `false_words`: else the
    usual ones. `missing_words`: texts that mean nothing; None takes the usual ones of the type. `timezone`: of instants
    without an offset. `whole_ids`: ids such as 17850.0 lose their '.0'.
    """

    day_first: bool | None = None
    decimal: str | None = None
    epoch: str | None = None
    serial: bool = False
    unit: str = "seconds"
    true_words: tuple[str, ...] = ()
    false_words: tuple[str, ...] = ()
    missing_words: tuple[str, ...] | None = None
    timezone: str = "UTC"
    whole_ids: bool = False

    @classmethod
    def of(cls, profile: Profile, **over: Any) -> Options:
        """Return the options that the evidence of `profile` speaks for, with `over` on top."""
        known: dict[str, Any] = {
            "day_first": profile.day_first,
            "decimal": profile.decimal,
            "epoch": profile.epoch,
            "serial": profile.serial,
            "whole_ids": profile.whole_ids,
        }
        return cls(**(known | over))


@dataclass(frozen=True)
class Converted:
    """`values`: one for each text, in the Arrow type of the model's; null where blank, missing or bad.

    `bad`: true where there is a text, it does not mean 'nothing', and it could not be converted.
    """

    values: pa.Array
    bad: pa.BooleanArray

    @property
    def bad_count(self) -> int:
        """How many texts could not be converted."""
        return int(pc.sum(self.bad).as_py() or 0)


def convert(texts: pa.ChunkedArray | pa.Array, kind: Type, options: Options | None = None) -> Converted:
    """Return `texts` (strings, null: blank) as values of `kind`; each distinct text is read once.

    Dates are civil dates of the text itself; instants are UTC: by their offset, else as local time of
    `options.timezone`. '45 %' is 0.45. Never raises for a text: what cannot be read is null and marked bad.
    MappingError for an unknown zone.
    """
    options = options or Options()
    if options.timezone not in _zones():
        raise MappingError(f"'{options.timezone}' is not a time zone. {did_you_mean(options.timezone, _zones())}")
    chunked = texts if isinstance(texts, pa.ChunkedArray) else pa.chunked_array([texts], type=pa.string())
    if not len(chunked):
        return Converted(pa.array([], ARROW[kind]), pa.array([], pa.bool_()))
    encoded = chunked.dictionary_encode().unify_dictionaries()
    distinct = encoded.chunk(0).dictionary
    values, bad = convert_distinct(distinct, kind, options)
    indices = pa.concat_arrays([chunk.indices for chunk in encoded.chunks])
    return Converted(values.take(indices), bad.take(indices).fill_null(False))


@cache
def _zones() -> set[str]:
    """The time zones that there are: to list them takes as long as to read a column."""
    return available_timezones()


def convert_distinct(texts: pa.Array, kind: Type, options: Options) -> tuple[pa.Array, pa.BooleanArray]:
    """Return the values and the mask of bad texts, for texts that are each read by themselves."""
    if len(texts) > _TOGETHER:  # so that what the engine holds does not grow with the file
        parts = [convert_distinct(texts.slice(at, _TOGETHER), kind, options) for at in range(0, len(texts), _TOGETHER)]
        return pa.concat_arrays([v for v, _ in parts]), pa.concat_arrays([b for _, b in parts])
    table = pa.table(
        {"i": pa.array(range(len(texts)), pa.int64()) if len(texts) else pa.array([], pa.int64()), "s": texts}
    )
    yes, no = _yes_no(options)
    read = _READERS[kind](options)
    answer = query(
        f"WITH raw AS (SELECT i, nullif({numbers.PLAIN.replace('(t,', '(s,')}, '') AS t, s FROM texts),"
        f" src AS (SELECT i, s, CASE WHEN lower(t) IN (SELECT w FROM nothing) THEN NULL ELSE t END AS t FROM raw),"
        f" done AS ({read}) SELECT v, t IS NOT NULL AND v IS NULL AS bad FROM done ORDER BY i",
        texts=table,
        nothing=_words(_missing(kind, options)),
        yes=_words(yes),
        no=_words(no),
    )
    values = _one(answer.column("v"), pa.timestamp("us") if kind is Type.INSTANT else ARROW[kind])
    return values, _one(answer.column("bad"), pa.bool_())


def _one(column: pa.ChunkedArray, kind: pa.DataType) -> pa.Array:
    cast = column.cast(kind)
    return pa.concat_arrays(cast.chunks) if cast.num_chunks else pa.array([], kind)


def _words(texts: Iterable[str]) -> pa.Table:
    return pa.table({"w": pa.array(sorted({t.strip().lower() for t in texts}), pa.string())})


def _missing(kind: Type, options: Options) -> frozenset[str]:
    if options.missing_words is not None:
        return frozenset(w.strip().lower() for w in options.missing_words)
    if kind in (Type.TEXT, Type.ID):
        return words.NOTHING | ({"none", "-", "na"} if kind is Type.ID else set())
    return words.NOTHING_TYPED - {w.strip().lower() for w in (*options.true_words, *options.false_words)}


def _text(options: Options) -> str:
    return "SELECT i, t, CASE WHEN t IS NOT NULL THEN trim(s, ' \t\r\n\u00a0\ufeff') END AS v FROM src"


def _id(options: Options) -> str:
    trimmed = "trim(s, ' \t\r\n\u00a0\ufeff')"
    if options.whole_ids:
        trimmed = f"regexp_replace({trimmed}, '^([0-9]+)\\.0+$', '\\1')"
    return f"SELECT i, t, CASE WHEN t IS NOT NULL THEN {trimmed} END AS v FROM src"


def _numeric(cast: str, options: Options) -> str:
    """Plain numbers are cast at once; the others are taken to pieces, or are durations. `cast` is over the text y."""
    simple = literal(numbers.WHOLE if options.decimal == "comma" else numbers.SIMPLE)
    return (
        f"SELECT i, t, {cast} AS v FROM (SELECT i, t, CASE WHEN plain THEN t"
        " WHEN g.p = '%' THEN (TRY_CAST(x AS DOUBLE) / 100)::VARCHAR WHEN g.n <> '' THEN x"
        f" ELSE (({numbers.duration()}) / {numbers.SECONDS[options.unit]})::VARCHAR END AS y"
        f" FROM (SELECT *, {numbers.number(options.decimal)} AS x"
        f" FROM (SELECT *, CASE WHEN NOT plain THEN {numbers.parts()} END AS g"
        f" FROM (SELECT *, regexp_full_match(t, {simple}) AS plain FROM src))))"
    )


def _number(options: Options) -> str:
    return _numeric("TRY_CAST(y AS DOUBLE)", options)


def _money(options: Options) -> str:
    return _numeric("TRY_CAST(y AS DECIMAL(18,6))", options)


def _integer(options: Options) -> str:
    """A whole number, also one written 5.0 or 1e3; 5.5 is bad rather than rounded."""
    whole = _numeric("TRY_CAST(y AS DECIMAL(38,6))", options)
    return f"SELECT i, t, CASE WHEN v = trunc(v) THEN TRY_CAST(v AS BIGINT) END AS v FROM ({whole})"


def _yes_no(options: Options) -> tuple[frozenset[str], frozenset[str]]:
    """The words of true and false; where only one side is given, the usual ones of the other that it leaves."""
    yes = frozenset(w.strip().lower() for w in options.true_words)
    no = frozenset(w.strip().lower() for w in options.false_words)
    return yes or words.TRUE - no, no or words.FALSE - yes


def _boolean(options: Options) -> str:
    return (
        "SELECT i, t, CASE WHEN lower(t) IN (SELECT w FROM yes) THEN true"
        " WHEN lower(t) IN (SELECT w FROM no) THEN false END AS v FROM src"
    )


def _stamps(options: Options) -> str:
    """A query of i, t, ts (as the text says it) and off; numbers are days or seconds where the options say so."""
    number = f"CASE WHEN regexp_full_match(t, {literal(numbers.SIMPLE)}) THEN TRY_CAST(t AS DOUBLE) END"
    if options.epoch:
        whole = f"({number}) * 1000000 / {EPOCHS[options.epoch]}"
        stamp = f"CASE WHEN abs({whole}) < {_LATEST} THEN make_timestamp(CAST(round({whole}) AS BIGINT)) END"
        off = "0"
    elif options.serial:
        stamp = (
            f"CASE WHEN ({number}) BETWEEN 1 AND 2958465.99999 THEN"
            f" TIMESTAMP '1899-12-30' + to_seconds(round(({number}) * 86400)::BIGINT) END"
        )
        off = "NULL::INTEGER"
    else:
        return f"SELECT i, t, r.ts AS ts, r.off AS off FROM ({dates.read_dates('src', options.day_first)})"
    return (
        f"SELECT i, t, coalesce(r.ts, {stamp}) AS ts, CASE WHEN r.ts IS NULL THEN {off} ELSE r.off END AS off"
        f" FROM ({dates.read_dates('src', options.day_first)})"
    )


def _date(options: Options) -> str:
    return f"SELECT i, t, CAST(ts AS DATE) AS v FROM ({_stamps(options)})"


def _instant(options: Options) -> str:
    """With an offset: shifted by it. Without: local time of the zone; an hour that summer time skips goes forward."""
    local = "ts"
    if options.timezone not in ("UTC", "Etc/UTC", "GMT"):
        local = f"timezone('UTC', timezone({literal(options.timezone)}, ts))"
    return (
        f"SELECT i, t, CASE WHEN off IS NULL THEN {local} ELSE ts - to_minutes(off) END AS v FROM ({_stamps(options)})"
    )


_READERS = {
    Type.ID: _id,
    Type.TEXT: _text,
    Type.DATE: _date,
    Type.INSTANT: _instant,
    Type.MONEY: _money,
    Type.NUMBER: _number,
    Type.INTEGER: _integer,
    Type.BOOLEAN: _boolean,
}
