"""What changed in the shape of a file since the last one like it: columns renamed, new and gone, values, dates.

`shape` writes down, as JSON, what is to be compared with the next file; `compare` lays the next file beside it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz

from cs_metrics.ingest import scale
from cs_metrics.ingest.mappings.names import key, match, squash
from cs_metrics.ingest.sheet import Profile, RawColumn, RawSheet
from cs_metrics.schema import Type

# A rename is taken by itself from SURE on, and shown to be accepted from LIKELY on.
SURE, LIKELY = 0.7, 0.55
_TWO_WORDS = 0.65
# Pairs of columns that are compared at most; a sheet that lost and won more than that was not renamed.
_MOST_PAIRS = 40_000
_LONGEST_WORD = 60
_SHOWN = 3
_FAMILIES = (
    {Type.INTEGER, Type.NUMBER, Type.MONEY},
    {Type.DATE, Type.INSTANT},
    {Type.TEXT, Type.ID},
    {Type.BOOLEAN},
)
_NAMES = {
    Type.ID: "ids", Type.TEXT: "text", Type.DATE: "dates", Type.INSTANT: "dates with a time", Type.MONEY: "amounts",
    Type.NUMBER: "numbers", Type.INTEGER: "whole numbers", Type.BOOLEAN: "yes or no",
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One thing that changed. `kind`: renamed, new, gone, values, writing, scale or type; `column`: its name now
    (before, of one that is gone); `was`: its name before; `sentence` and `evidence` for a person; `score` 0 to 1 of a
    rename."""

    kind: str
    column: str
    was: str
    sentence: str
    evidence: str = ""
    score: float = 1.0


@dataclass(frozen=True)
class Drift:
    """A sheet beside the last one like it. `before`: that one's file; `same`: its columns' names to the names now;
    `renamed`: the likely renames, the same way; `new`, `gone`: the other columns; `changes`: what to tell of it."""

    before: str
    same: Mapping[str, str]
    renamed: Mapping[str, str] = field(default_factory=dict)
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def overlap(self) -> float:
        """How much the two have in common, 0 to 1; a column that went counts more than one that came."""
        alike = len(self.same) + len(self.renamed)
        before, now = alike + len(self.gone), alike + len(self.new)
        return 0.7 * alike / max(before, 1) + 0.3 * alike / max(now, 1)

    @property
    def sure(self) -> frozenset[str]:
        """The renames, by the names before, that are taken without asking."""
        return frozenset(c.was for c in self.changes if c.kind == "renamed" and c.score >= SURE)


def shape(raw: RawSheet) -> dict[str, Any]:
    """Return what the next file of a sheet is compared with, as JSON."""
    return {"file": raw.file, "sheet": raw.sheet, "columns": [_about(raw, column) for column in raw.columns]}


def _about(raw: RawSheet, column: RawColumn) -> dict[str, Any]:
    profile = column.profile
    about: dict[str, Any] = {
        "name": column.name,
        "kind": str(profile.kind),
        "words": _words(profile),
        "samples": [text for text in profile.samples if len(text) <= _LONGEST_WORD],
        "range": [profile.minimum, profile.maximum],
        "writing": writing(profile),
        "middle": scale.middle(raw, column),
    }
    return {name: value for name, value in about.items() if value not in (None, [], [None, None])}


def _words(profile: Profile) -> list[str]:
    """Return the values of a column that repeats a few of them: a plan, a region, a flag. Names and ids are none."""
    filled = profile.rows - profile.blank - profile.missing
    repeats = bool(profile.words) and 2 * len(profile.words) <= filled
    if not repeats or profile.kind not in (Type.TEXT, Type.BOOLEAN):
        return []
    return sorted(word for word in profile.words if len(word) <= _LONGEST_WORD)


def writing(profile: Profile) -> str | None:
    """Return how a column's dates or decimals are written, in words; None where nothing tells."""
    if profile.kind in (Type.DATE, Type.INSTANT):
        if profile.epoch:
            return f"{profile.epoch} since 1970"
        if profile.serial:
            return "the day numbers of a spreadsheet"
        if profile.day_first is not None:
            return "day-first" if profile.day_first else "month-first"
        if profile.ambiguous_dates:
            return "day-first or month-first, which nothing settles"
        usual = max(profile.formats, key=lambda f: profile.formats[f], default="")
        return "year-first" if usual.startswith("%Y") else None
    return f"with a decimal {'comma' if profile.decimal == 'comma' else 'point'}" if profile.decimal else None


def common(before: Mapping[str, Any], raw: RawSheet) -> float:
    """Return the share of the earlier columns whose names are still there: a quick look before `compare`."""
    now = {plain_name(column.name) for column in raw.columns}
    names = [plain_name(about["name"]) for about in before.get("columns", ())]
    return sum(name in now for name in names) / max(len(names), 1)


def compare(before: Mapping[str, Any], raw: RawSheet, targets: Mapping[str, Sequence[tuple[str, str]]]) -> Drift:
    """Return what changed since the shape `before`. `targets`: the earlier columns to the (table, column) they fed."""
    earlier = {str(about["name"]): about for about in before.get("columns", ())}
    by_name = {plain_name(column.name): column for column in reversed(raw.columns)}
    same = {name: by_name[plain_name(name)] for name in earlier if plain_name(name) in by_name}
    known = {column.name for column in same.values()}
    lost = [name for name in earlier if name not in same]
    came = [column for column in raw.columns if column.name not in known]
    renamed = _renames(earlier, lost, came, raw, targets, {n: c.name for n, c in same.items()})
    pairs = {name: column for name, (column, _, _) in renamed.items()}
    taken = {column.name for column in pairs.values()}
    changes = [
        Change("renamed", column.name, name, f"`{name}` is now `{column.name}`", evidence, score)
        for name, (column, score, evidence) in renamed.items()
    ]
    new = tuple(column.name for column in came if column.name not in taken)
    gone = tuple(name for name in lost if name not in pairs)
    changes += [Change("gone", name, name, f"column `{name}` is gone", _fed(targets.get(name, ()))) for name in gone]
    changes += [Change("new", name, "", f"new column `{name}`") for name in new]
    for name, column in (same | pairs).items():
        changes += _inside(earlier[name], raw, column)
    return Drift(
        str(before.get("file", "")),
        {name: column.name for name, column in same.items()},
        {name: column.name for name, column in pairs.items()},
        new,
        gone,
        tuple(changes),
    )


def _fed(targets: Sequence[tuple[str, str]]) -> str:
    if not targets:
        return "it was kept under its own name; rows of earlier files still have it"
    return f"it fed {' and '.join(f'{t}.{c}' for t, c in targets)}"


def plain_name(name: str) -> str:
    """Return a name as shapes compare it: without case, spaces and signs."""
    return squash(key(name)) or name


def _renames(
    earlier: Mapping[str, Mapping[str, Any]],
    lost: Sequence[str],
    came: Sequence[RawColumn],
    raw: RawSheet,
    targets: Mapping[str, Sequence[tuple[str, str]]],
    same: Mapping[str, str],
) -> dict[str, tuple[RawColumn, float, str]]:
    """Return the likely renames, each with its score and the evidence in words, the best pairs first come."""
    if len(lost) * len(came) > _MOST_PAIRS:
        return {}
    order, places = list(earlier), [column.name for column in raw.columns]
    scored = []
    for name in lost:
        alone = sum(about.get("words") == earlier[name].get("words") for about in earlier.values()) == 1
        for column in came:
            near = _neighbours(name, order, same) & _neighbours(column.name, places, None)
            score, evidence = _likeness(earlier[name], column, raw, targets.get(name, ()), alone, bool(near))
            if score >= LIKELY:
                scored.append((score, name, column, evidence))
    found: dict[str, tuple[RawColumn, float, str]] = {}
    used: set[str] = set()
    for score, name, column, evidence in sorted(scored, key=lambda s: -s[0]):
        if name not in found and column.name not in used:
            found[name] = (column, round(score, 2), evidence)
            used.add(column.name)
    return found


def _neighbours(name: str, order: Sequence[str], same: Mapping[str, str] | None) -> set[str]:
    place = order.index(name)
    beside = [order[i] for i in (place - 1, place + 1) if 0 <= i < len(order)]
    return {same.get(n, "") for n in beside} - {""} if same is not None else set(beside)


def _likeness(
    about: Mapping[str, Any],
    column: RawColumn,
    raw: RawSheet,
    targets: Sequence[tuple[str, str]],
    alone: bool,
    near: bool,
) -> tuple[float, str]:
    """Return how likely it is that two columns are one, 0 to 1, and why. `alone`: no other column had these values."""
    kinds = {Type(about["kind"]), column.profile.kind}
    if not any(kinds <= family for family in _FAMILIES):
        return 0.0, ""
    name, called = _alike(str(about["name"]), column.name, targets)
    shared, telling = _values(about, column, raw)
    score = 0.5 * name + 0.15 + (0.25 * shared if shared is not None else 0.1) + (0.1 if near else 0.0)
    if shared is not None and telling and alone:
        score = max(score, 0.85 * shared if shared >= 0.75 else 0.0)
        if len(about.get("words", ())) == 2 and not called:  # two words that agree are a hint, for a person to accept
            score = min(score, _TWO_WORDS)
    if name < 0.5 and not (telling and alone):
        return 0.0, ""
    said = [called] if called else []
    said += ["same type"] if len(kinds) == 1 else []
    said += ["same values" if shared > 0.9 else "nearly the same values"] if shared and shared >= 0.5 else []
    said += ["in the same place"] if near else []
    return min(score, 1.0), ", ".join(said)


def _alike(before: str, now: str, targets: Sequence[tuple[str, str]]) -> tuple[float, str]:
    a, b = key(before), key(now)
    words_a, words_b = set(a.split("_")), set(b.split("_"))
    ratio = fuzz.ratio(squash(a), squash(b)) / 100
    if words_a and words_b and (words_a <= words_b or words_b <= words_a):
        ratio = max(ratio, 0.9)
    means = [found.score for t, c in targets if (found := match(b, t, c)) is not None]
    if means and max(means) >= 0.8 and max(means) > ratio:
        return 0.85, "another word for the same"
    return ratio, "similar name" if ratio >= 0.6 else ""


def _values(about: Mapping[str, Any], column: RawColumn, raw: RawSheet) -> tuple[float | None, bool]:
    """Return the share of the earlier values that are still there (None: nothing to tell by), and whether values of
    this kind tell columns apart: names and ids do, numbers within the same range do not."""
    words = about.get("words")
    if words:
        now = set(_words(column.profile))
        telling = len(words) > 2 or (len(words) == 2 and column.profile.kind is Type.TEXT)
        return (len(now & set(words)) / len(words), telling) if now else (0.0, False)
    if about.get("range"):
        return _range(about["range"], [column.profile.minimum, column.profile.maximum]), False
    samples = about.get("samples")
    if not samples:
        return None, False
    texts = pc.unique(raw.texts(column))
    found = [text for text in pc.is_in(pa.array(samples, pa.string()), value_set=texts).to_pylist() if text]
    return len(found) / len(samples), len(samples) > 2


def _range(before: Sequence[str | None], now: Sequence[str | None]) -> float | None:
    ends = [_measure(text) for text in (*before, *now)]
    if any(end is None for end in ends):
        return None
    low, high, least, most = (float(end) for end in ends if end is not None)
    whole = max(high, most) - min(low, least)
    return max(0.0, (min(high, most) - max(low, least)) / whole) if whole else 1.0


def _measure(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        try:
            return float(dt.date.fromisoformat(str(text)[:10]).toordinal())
        except ValueError:
            return None


def _inside(about: Mapping[str, Any], raw: RawSheet, column: RawColumn) -> list[Change]:
    """Return what changed within a column that is still there."""
    name, was, profile = column.name, str(about["name"]), column.profile
    before, changes = Type(about["kind"]), []
    filled = profile.rows > profile.blank + profile.missing
    if filled and not any({before, profile.kind} <= family for family in _FAMILIES):
        text = f"`{name}` held {_NAMES[before]} and now holds {_NAMES[profile.kind]}"
        shown = ", ".join(profile.samples[:_SHOWN])
        return [Change("type", name, was, text, f"for example {shown}" if shown else "")]
    size = scale.changed(about.get("middle"), scale.middle(raw, column))
    if size is not None:
        changes.append(Change("scale", name, was, f"`{name}` is {size[0]}", size[1]))
    written = writing(profile)
    if about.get("writing") and written and written != about["writing"]:
        what = "dates are" if before in (Type.DATE, Type.INSTANT) else "numbers are"
        changes.append(Change("writing", name, was, f"`{name}`: {what} now {written}", f"before: {about['writing']}"))
    words, known = _words(profile), set(about.get("words", ()))
    more = [word for word in words if word not in known] if known else []
    if more:
        shown = ", ".join(more[:_SHOWN]) + (f" and {len(more) - _SHOWN} more" if len(more) > _SHOWN else "")
        text = f"`{name}` has {'a new value' if len(more) == 1 else f'{len(more)} new values'}: {shown}"
        rows = sum(profile.words[word] for word in more)
        changes.append(Change("values", name, was, text, f"in {rows:,} {'row' if rows == 1 else 'rows'}"))
    return changes
