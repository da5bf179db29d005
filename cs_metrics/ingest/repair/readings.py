"""What reading by itself makes of texts that say another thing than they show: day-first dates, percents, '#N/A'."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.ingest.mappings.mapping import TableMapping
from cs_metrics.ingest.mappings.rules import Rule
from cs_metrics.ingest.problems import plural
from cs_metrics.ingest.repair.mending import currency_of
from cs_metrics.ingest.sheet import RawColumn, RawSheet
from cs_metrics.ingest.types.convert import Options, convert_distinct
from cs_metrics.schema import TABLES, Type

_DATES, _NUMBERS = (Type.DATE, Type.INSTANT), (Type.MONEY, Type.NUMBER, Type.INTEGER)
_DASHES = ("-", "--", "–", "—")
_SLASHED = re.compile(r"^\s*[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{2}|[0-9]{4})\b")
READ = "as read: "  # the beginning of the rule of what reading does by itself
# A column of more different texts than this is not looked at text by text.
MOST_TEXTS = 100_000


@dataclass(frozen=True)
class Other:
    """The other way to read the same texts, in words (`label`), and how it is chosen: by `answers` or by a `repair`."""

    label: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    repair: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Reading:
    """Texts of one column that are read by one rule: what each becomes ('' for nothing), and the count of values.

    `other`: None where the texts can be read in one way only.
    """

    column: str
    rule: str
    said: str
    became: Mapping[str, str]
    count: int
    other: Other | None = None

    @property
    def sentence(self) -> str:
        """What was read, for a person: 'Column Date: 214 dates are day-first.'"""
        return f"Column {self.column}: {self.said}."

    def rows(self, raw: RawSheet) -> pa.Table:
        """Return the values with their rows: row, before, after (null for nothing)."""
        texts = raw.texts(self.column)
        hit = pc.is_in(texts, value_set=pa.array(list(self.became), pa.string()))
        before = texts.filter(hit)
        place = pc.index_in(before, value_set=pa.array(list(self.became), pa.string()))
        after = pa.array([text or None for text in self.became.values()], pa.string())
        return pa.table({"row": raw.data.column("_row").filter(hit), "before": before, "after": after.take(place)})


def readings(raw: RawSheet, mappings: Sequence[TableMapping]) -> list[Reading]:
    """Return what reading makes by itself of the columns that these mappings use as they stand."""
    found: dict[tuple[str, str], Reading] = {}
    for mapping in mappings:
        for name, rule in mapping.rules(raw).items():
            if rule.kind == "from" and len(rule.sources) == 1 and not rule.part:
                column = raw.column(rule.sources[0])
                for one in _of(raw, column, TABLES[mapping.table].column(name).type, rule):
                    found.setdefault((one.column, one.rule), one)
    return list(found.values())


def _of(raw: RawSheet, column: RawColumn, kind: Type, rule: Rule) -> Iterator[Reading]:
    profile = column.profile
    over = {k: v for k in ("day_first", "decimal", "epoch") if (v := getattr(rule, k)) is not None}
    options = Options.of(profile, **over)
    ordered = kind in _DATES and options.day_first is not None
    numeric = kind in _NUMBERS and (profile.percent or bool(profile.currencies))
    if not (ordered or numeric or (profile.missing and kind in (*_DATES, *_NUMBERS, Type.BOOLEAN))):
        return
    counts = raw.texts(column).drop_null().value_counts()
    if len(counts) > MOST_TEXTS:
        return
    texts = counts.field("values")
    values, failed = convert_distinct(texts, kind, options)
    read = list(zip(texts.to_pylist(), values.to_pylist(), failed.to_pylist(), strict=True))
    tally = dict(zip(texts.to_pylist(), counts.field("counts").to_pylist(), strict=True))
    good = {text: _plain(value) for text, value, bad in read if value is not None and not bad}
    if ordered:
        first, last = ("day", "month") if options.day_first else ("month", "day")
        other = Other(f"Read the {last} first", {f"day_first:{column.name}": not options.day_first})
        read_so = f"{READ}{first} first"
        yield from _reading(column, read_so, good, tally, _SLASHED.match, "date", f"{first}-first", other)
    if numeric:
        points = Other("Read 12 % as 12", repair={"kind": "percent", "column": column.name, "as": "points"})
        said = "percent: 12 % is 0.12"
        yield from _reading(column, f"{READ}a share of 1", good, tally, lambda t: "%" in t, "number", said, points)
        told = "an amount with its currency"
        yield from _reading(column, f"{READ}the amount alone", good, tally, currency_of, "value", told)
    nothing = {text: "" for text, value, bad in read if value is None and not bad and text.strip()}
    dashes = {text: nothing.pop(text) for text in list(nothing) if kind in _NUMBERS and text.strip() in _DASHES}
    zero = Other("Read a dash as 0", repair={"kind": "zero", "column": column.name, "words": sorted(dashes)})
    yield from _reading(column, f"{READ}a dash is nothing", dashes, tally, bool, "dash", "left blank", zero, "dashes")
    said = f"left blank: {' or '.join(repr(text) for text in list(nothing)[:4])}"
    yield from _reading(column, f"{READ}nothing is known", nothing, tally, lambda t: True, "value", said)


def _reading(
    column: RawColumn,
    rule: str,
    became: Mapping[str, str],
    tally: Mapping[str, int],
    hit: Any,
    noun: str,
    what: str,
    other: Other | None = None,
    plural_noun: str | None = None,
) -> Iterator[Reading]:
    own = {text: after for text, after in became.items() if hit(text)}
    if own:
        count = sum(tally[text] for text in own)
        said = f"{plural(count, noun, plural_noun)} {'is' if count == 1 else 'are'} {what}"
        yield Reading(column.name, rule, said, own, count, other)


def _plain(value: Any) -> str:
    if hasattr(value, "isoformat"):
        return str(value).removesuffix(" 00:00:00")
    text = f"{value:f}" if isinstance(value, float) or hasattr(value, "as_tuple") else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text
