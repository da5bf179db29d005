"""What of a sheet a repair would mend: its problems by the rule that repairs them, never by cell."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.ingest.apply import Applied
from cs_metrics.ingest.mappings.mapping import TableMapping
from cs_metrics.ingest.mappings.names import key
from cs_metrics.ingest.mappings.rules import Rule
from cs_metrics.ingest.problems import plural
from cs_metrics.ingest.repair import mending
from cs_metrics.ingest.sheet import RawColumn, RawSheet
from cs_metrics.ingest.types import words
from cs_metrics.ingest.types.convert import Options, convert_distinct
from cs_metrics.schema import TABLES, Type

_DATES, _NUMBERS = (Type.DATE, Type.INSTANT), (Type.MONEY, Type.NUMBER, Type.INTEGER)
_WHO = ("customer_id", "user_id", "name", "agent", "owner", "csm")
# What people write where they know nothing, beyond the words that reading takes for nothing by itself.
_SAID = (
    "tbd tbc tba pending error err invalid xxx ?? ??? ... … n/d n.d. (none) [none] <none> #error #error! #spill! #calc!"
    " #field! #getting_data unbekannt inconnu 00/00/0000 00.00.0000 inf -inf"
)
_NO_ONE_MEANS = {*_SAID.split(), "not set", "not provided", "not known", "no data", "keine angabe"}
_NOT_A_WORD = _NO_ONE_MEANS | (words.NOTHING_TYPED - words.NOTHING - {"none", "unknown", "*", "."})
_OF = "all|customers|accounts|clients|amount|revenue|mrr|arr|sales|overall|general"
_TOTAL = re.compile(
    r"(?i)^\s*(?:(?:grand|sub)[ -]?totals?\b.{0,24}|(?:totals?|sum|gesamt(?:summe)?|summe)"
    rf"(?:\s*[:=]?|\s+[0-9/.\- ]+:?|\s+(?:{_OF})\b[^.]{{0,15}}))\s*$"
)
_CASE_MATTERS = re.compile(r"^[A-Za-z0-9]{15,18}$")  # such as Salesforce ids
MOST_TEXTS, FEW = 300_000, 6


@dataclass(frozen=True)
class Found:
    """A repair that would change something, and what to know before making it."""

    repair: dict[str, Any]
    advice: str = ""


def find(raw: RawSheet, mappings: Sequence[TableMapping], applied: Sequence[Applied]) -> list[Found]:
    """Return the repairs that the sheet's rows call for under its mappings; `applied`: what these mappings give."""
    found: list[Found] = []
    rules = {m.table: m.rules(raw) for m in mappings}
    faulty = {p.column for one in applied for p in one.problems if p.kind in ("bad", "missing")}
    seen: set[str] = set()
    for table, own in rules.items():
        for name, rule in own.items():
            if rule.kind != "from" or len(rule.sources) != 1 or rule.part or rule.sources[0] in seen:
                continue
            column, model = raw.column(rule.sources[0]), TABLES[table].column(name)
            seen.add(column.name)
            found += _typed(raw, column, model.type, rule, column.name in faulty)
            if model.type is Type.MONEY and "currency" not in own and _has_currency(table):
                found += _currencies(column)
            if model.type in (Type.ID, Type.TEXT) and not model.values and rule.values is None:
                found += _who(raw, column) if name in _WHO else _spelled(column)
    for column in raw.columns:
        if column.name not in seen and not any(column.name in r.reads for own in rules.values() for r in own.values()):
            if column.profile.bad and column.profile.kind in (*_DATES, *_NUMBERS):
                found += _typed(raw, column, column.profile.kind, None, True)
            found += _spelled(column)
    return [*found, *_totals(raw, applied)]


def sentence(repair: Mapping[str, Any], count: int, examples: Sequence[tuple[int, str, str]]) -> str:
    """Return what a repair is about: 'Column Date: 214 dates are day-first.'"""
    values = plural(count, "value")
    kind, are = repair["kind"], "is" if count == 1 else "are"
    if kind == "totals":
        shown = ", ".join(str(row) for row, _, _ in examples)
        more = "" if count <= len(examples) else " and others"
        return f"Column {repair['column']}: row{'s' * (count > 1)} {shown}{more} look{'s' * (count == 1)} like totals."
    said = {
        "day_order": lambda: (
            f"{plural(count, 'date')} {are} {'day' if repair['day_first'] else 'month'}-first, unlike the others"
        ),
        "decimal": lambda: (
            f"{plural(count, 'number has', 'numbers have')} a decimal"
            f" {'comma' if repair['decimal'] == 'comma' else 'point'}, unlike the others"
        ),
        "serial": lambda: f"{plural(count, 'date')} {are} a spreadsheet's day {'number' if count == 1 else 'numbers'}",
        "missing": lambda: f"{values} {'says' if count == 1 else 'say'} {_quoted(repair['words'])}",
        "spelling": lambda: f"{values} {'is' if count == 1 else 'are'} {_ways(repair['to'])}",
        "percent": lambda: f"{plural(count, 'number')} {are} written with a percent sign",
        "currency": lambda: f"{plural(count, 'amount carries', 'amounts carry')} a currency, and not all the same",
        "affix": lambda: f"{plural(count, 'number carries', 'numbers carry')} '{repair['affix']}'",
        "scale": lambda: f"{plural(count, 'number')} {are} written in thousands or millions",
        "sides": lambda: f"{plural(count, 'amount says', 'amounts say')} CR or DR: {repair['minus']} is negative?",
        "zero": lambda: f"{values} {'is' if count == 1 else 'are'} a dash for 0",
    }
    text = f"Column {repair['column']}: {said[kind]()}"
    return text if text.endswith("?") else f"{text}."


def _quoted(words: Sequence[str]) -> str:
    """Return the first of some words as a person reads them: "'tbc' or 'n/a'"."""
    return " or ".join(f"'{word}'" for word in words[:4])


def _ways(to: Mapping[str, str]) -> str:
    pairs = [f"{old} / {new}" for old, new in list(to.items())[:3]]
    more = " and others" if len(to) > len(pairs) else ""
    if len(to) == 1:
        return f"spelled in a second way ({pairs[0]}): the same?"
    return f"spelled in a second way, by case, spaces or hyphens ({'; '.join(pairs)}{more}): the same?"


def _has_currency(table: str) -> bool:
    return any(c.name == "currency" for c in TABLES[table].columns)


def _distinct(raw: RawSheet, column: RawColumn) -> dict[str, int]:
    counts = raw.texts(column).drop_null().value_counts()
    if len(counts) > MOST_TEXTS:
        return {}
    return dict(zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True))


def _typed(raw: RawSheet, column: RawColumn, kind: Type, rule: Rule | None, faulty: bool) -> Iterator[Found]:
    """Yield repairs of texts that are not what their column is, and of those that mean something else in it."""
    profile = column.profile
    percent = kind in _NUMBERS and profile.percent
    if kind not in (*_DATES, *_NUMBERS) or not (faulty or profile.bad or percent or kind is Type.MONEY):
        return
    texts = list(_distinct(raw, column))
    over = {k: v for k in ("day_first", "decimal", "epoch") if rule is not None and (v := getattr(rule, k)) is not None}
    options = Options.of(profile, **over)
    _, failed = convert_distinct(pa.array(texts, pa.string()), kind, options)
    bad = [t for t, wrong in zip(texts, failed.to_pylist(), strict=True) if wrong]
    name = column.name
    nothing = sorted({t.strip() for t in bad if t.strip().casefold() in _NO_ONE_MEANS})
    if nothing:
        yield Found({"kind": "missing", "column": name, "words": nothing}, "They become blank.")
    if kind in _DATES and bad:
        if options.day_first is not None:
            advice = (
                f"The others have the {'day' if options.day_first else 'month'} first; those that fit both stay so."
            )
            yield Found({"kind": "day_order", "column": name, "day_first": not options.day_first}, advice)
        yield Found({"kind": "serial", "column": name}, "They become the dates that a spreadsheet shows for them.")
    if kind in _NUMBERS:
        yield from _numbers(name, kind, texts, bad, options, percent)


def _numbers(
    name: str, kind: Type, texts: Sequence[str], bad: Sequence[str], options: Options, percent: bool
) -> Iterator[Found]:
    if bad:
        other = "dot" if options.decimal == "comma" else "comma"
        yield Found({"kind": "decimal", "column": name, "decimal": other}, "They are written as the others are.")
    if any(mending.is_scaled(t) for t in (texts if kind is Type.MONEY else bad)):
        yield Found({"kind": "scale", "column": name}, "1.2k becomes 1200, 3m becomes 3000000.")
    if any(map(_sure_side, bad)):
        yield Found({"kind": "sides", "column": name, "minus": "DR"}, "As on a bank's statement: CR is what came in.")
        yield Found({"kind": "sides", "column": name, "minus": "CR"}, "As in a list of invoices: CR is a credit note.")
    known = (mending.is_scaled, mending.is_sided)
    rest = [t for t in bad if not any(is_one(t) for is_one in known) and t.strip().casefold() not in _NO_ONE_MEANS]
    for affix, _ in Counter(a.casefold() for t in rest if (a := mending.affix_of(t))).most_common(3):
        yield Found({"kind": "affix", "column": name, "affix": affix}, "The number stays; is it the same measure?")
    if percent:
        plain = [abs(float(t)) for t in texts if re.fullmatch(r"\s*-?[0-9]+(\.[0-9]+)?\s*", t)]
        if plain and max(plain) > 1:
            advice = "The others are in percent without the sign: 12 % becomes 12 as they are, not 0.12."
            yield Found({"kind": "percent", "column": name, "as": "points"}, advice)


def _sure_side(text: str) -> bool:
    """Whether an amount is of debit, or of credit to the cent: '1.2 Cr' may be ten millions, in India."""
    return mending.is_sided(text) and bool(re.search(r"(?i)dr\.?\s*$|[.,][0-9]{2}\s*cr\.?\s*$", text))


def _currencies(column: RawColumn) -> Iterator[Found]:
    if len(column.profile.currencies) > 1:
        advice = "Each amount keeps its own, in the column 'currency'; a bare $ is taken for USD."
        yield Found({"kind": "currency", "column": column.name}, advice)


def _spelled(column: RawColumn) -> Iterator[Found]:
    """Yield the words of a column that differ only in case, spaces or hyphens, and those that say nothing."""
    if column.profile.kind is not Type.TEXT or not column.profile.words:
        return
    nothing = sorted(w for w in column.profile.words if w.casefold() in _NOT_A_WORD)
    if nothing and len(column.profile.words) > len(nothing):
        advice = "They become blank, rather than a value of their own."
        yield Found({"kind": "missing", "column": column.name, "words": nothing}, advice)
    yield from _as_one(column.name, column.profile.words, _plainly)


def across(sheets: Sequence[RawSheet], loaded: Sequence[bool]) -> Iterator[tuple[int, Found]]:
    """Yield repairs of words that another sheet spells otherwise ('GTXPro', 'GTX Pro'), with the place of the sheet.

    Looked for in columns of the same name with few different texts. The spelling of a list in which each stands once
    holds, else the commonest. `loaded`: the sheets whose values can be repaired.
    """
    by_name: dict[str, list[tuple[int, RawColumn]]] = defaultdict(list)
    for place, raw in enumerate(sheets):
        for column in raw.columns:
            if column.profile.kind is Type.TEXT and column.profile.words:
                by_name[key(column.name)].append((place, column))
    for places in by_name.values():
        counts: dict[str, int] = defaultdict(int)
        listed: set[str] = set()
        for _, column in places:
            if column.profile.distinct == sum(column.profile.words.values()):
                listed |= set(column.profile.words)
            for word, count in column.profile.words.items():
                counts[word] += count
        groups: dict[str, list[str]] = defaultdict(list)
        for word in counts:
            groups[_plainly(word)].append(word)
        one = {w: chosen([w for w in g if w in listed] or g, counts) for g in groups.values() if len(g) > 1 for w in g}
        for place, column in places:
            to = {w: one[w] for w in column.profile.words if one.get(w, w) != w}
            if to and loaded[place] and not set(to.values()) & set(column.profile.words):
                advice = "Another file spells it so; with one spelling it is one value."
                yield place, Found({"kind": "spelling", "column": column.name, "to": to}, advice)


def _plainly(word: str) -> str:
    """Return a value without case, spaces, hyphens and points; signs that tell values apart (A, A+) stay."""
    return re.sub(r"[\s\-_.'’]+", "", word).casefold() or word


def _who(raw: RawSheet, column: RawColumn) -> Iterator[Found]:
    """Yield the names or ids that differ only by case or spaces: one repair for all of them."""
    counts: dict[str, int] = defaultdict(int)
    for text, count in _distinct(raw, column).items():
        if not _CASE_MATTERS.match(text.strip()):
            counts[text.strip()] += count
    yield from _as_one(column.name, counts, lambda t: re.sub(r"\s+", "", t).casefold(), together=True)


def _as_one(name: str, counts: Mapping[str, int], plain: Any, together: bool = False) -> Iterator[Found]:
    groups: dict[str, list[str]] = defaultdict(list)
    for word in counts:
        groups[plain(word) or word].append(word)
    several = [g for g in groups.values() if len(g) > 1]
    each = [{w: best for w in g if w != best} for g in several for best in [chosen(g, counts)]]
    if (together or len(each) > FEW) and each:
        each = [{old: new for one in each for old, new in one.items()}]
    for to in each:
        yield Found({"kind": "spelling", "column": name, "to": to}, "They become one value, in the commonest spelling.")


def chosen(spellings: Iterable[str], counts: Mapping[str, int]) -> str:
    """Return the spelling to keep: the commonest; of equally common ones that with capitals and small letters."""
    return min(spellings, key=lambda w: (-counts[w], "  " in w, w.islower() or w.isupper(), w))


def _totals(raw: RawSheet, applied: Sequence[Applied]) -> Iterator[Found]:
    """Yield the rows that would be loaded though they say that they sum up others."""
    if not applied:
        return
    loaded = np.zeros(raw.rows, dtype=bool)
    for one in applied:
        loaded |= one.ledger.loaded
    for column in raw.columns:
        if column.profile.kind not in (Type.TEXT, Type.ID):
            continue
        texts = raw.texts(column)
        near = pc.match_substring_regex(texts, r"(?i)^\s*(grand|sub|total|sum|gesamt)")
        mask = np.asarray(pc.fill_null(near, False).to_numpy(zero_copy_only=False), dtype=bool) & loaded
        if not mask.any():
            continue
        said = {t for t in texts.filter(pa.array(mask)).unique().to_pylist() if _TOTAL.match(t)}
        numbers = raw.data.column("_row")  # of a sheet with a column for each month a row of the file is several
        some = numbers.filter(pc.is_in(texts, value_set=pa.array(sorted(said), pa.string())))
        if said and len(some.unique()) <= max(3, len(numbers.unique()) // 5):
            advice = "They are set aside, so that nothing counts twice."
            yield Found({"kind": "totals", "column": column.name, "words": sorted(w.strip() for w in said)}, advice)
