"""How well one column of a sheet fits one column of the model: by its name, and by what its values look like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cs_metrics.ingest.mappings.names import NameMatch, bare, key, match, own_id
from cs_metrics.ingest.mappings.vocabulary import flag_rank, is_tenure, meaning, says_gone, unit_in
from cs_metrics.ingest.sheet import Profile, RawColumn
from cs_metrics.schema import Column, Table, Type

USABLE = 0.45
_DATES, _NUMBERS = (Type.DATE, Type.INSTANT), (Type.MONEY, Type.NUMBER, Type.INTEGER)
# From which date a duration in these columns counts.
_COUNTS_FROM = {
    ("tickets", "first_response_at"): "created_at",
    ("tickets", "resolved_at"): "created_at",
    ("leads", "first_contact_at"): "created_at",
    ("leads", "converted_at"): "created_at",
    ("milestones", "reached_at"): "started_at",
}
_FEW = 20
_NUMBERED_TEXT = {"company_size", "stage", "campaign", "priority"}


@dataclass(frozen=True)
class Fit:
    """A source column for a model column: `score` 0 to 1, why, and the column's name or rule to be used."""

    source: str
    score: float
    reason: str
    spec: Any


def filled(profile: Profile) -> int:
    """Return how many rows have a text that means something."""
    return profile.rows - profile.blank - profile.missing


def is_unique(profile: Profile, share: float = 0.98) -> bool:
    """Whether (nearly) each row has its own text, and nearly all rows have one."""
    return filled(profile) > 0 and profile.distinct >= share * filled(profile) and filled(profile) >= 0.9 * profile.rows


def fit(column: RawColumn, table: Table, target: Column, dated: bool, states: bool = False) -> Fit | None:
    """Return how well `column` fits `target` of `table`, or None. `dated`: the sheet has dates, not only tenures;
    `states`: its rows say since when they hold, so that several are about one customer."""
    special = _tenure_or_flag(column, table, target, dated)
    if special is not None:
        return special
    name = _named(column, table, target)
    if name is None:
        return None
    compatible, said, spec = of_values(column, table, target)
    if states and target.name == own_id_name(table) and target.type is Type.ID and compatible:
        compatible, said = 0.95, "its rows say since when they hold, so one id has several"
    score = name.score * compatible
    if score < 0.2:
        return None
    return Fit(column.name, score, _sentence(name.reason, said), spec)


def own_id_name(table: Table) -> str:
    """Return the name of the column that is the id of the table's own rows, or ''."""
    own = own_id(table)
    return own.name if own is not None else ""


def _named(column: RawColumn, table: Table, target: Column) -> NameMatch | None:
    """Compare the whole header, and the header without its bracketed unit or note."""
    found = match(key(column.name), table.name, target.name)
    short = bare(column.name)
    if short != column.name:
        other = match(key(short), table.name, target.name)
        if other is not None and (found is None or other.score * 0.99 > found.score):
            found = NameMatch(other.score * 0.99, f"without its note {other.reason}")
    return found


def _sentence(*parts: str) -> str:
    text = "; ".join(p for p in parts if p)
    return text[:1].upper() + text[1:]


def _tenure_or_flag(column: RawColumn, table: Table, target: Column, dated: bool) -> Fit | None:
    place = (table.name, target.name)
    kind = column.profile.kind
    if dated:
        return None
    if place in (("customers", "signed_up_on"), ("subscriptions", "start_date")) and is_tenure(column.name):
        if kind in _NUMBERS:
            reason = "Counts months with the company; the start is so many months before a date that is asked"
            return Fit(column.name, 0.85, reason, {"months_before": column.name, "anchor": None})
        return None
    rank = flag_rank(bare(column.name))
    if place in (("customers", "churned_on"), ("subscriptions", "end_date")) and rank is not None:
        words = column.profile.words or dict.fromkeys((*column.profile.true_words, *column.profile.false_words), 1)
        gone = {w: says_gone(w) for w in words}
        if 2 <= len(gone) <= 6 and any(gone.values()) and not all(gone.values()):
            yes = ", ".join(w for w, left in gone.items() if left)
            reason = f"Says who left ({yes}), not when; the date is asked"
            return Fit(column.name, 0.85 - 0.01 * rank, reason, {"flag": column.name, "values": gone, "date": None})
    return None


def of_values(column: RawColumn, table: Table, target: Column) -> tuple[float, str, Any]:
    """Return how far the values can be of the target's type, what they look like, and the rule they need."""
    profile, name = column.profile, column.name
    if not filled(profile):
        return 0.6, "it is empty", name
    if target.type in _DATES:
        return _as_date(column, table, target)
    if target.type in _NUMBERS:
        return _as_number(column, target)
    if target.type is Type.BOOLEAN:
        words = {w.casefold() for w in profile.words}
        binary = profile.kind is Type.BOOLEAN or (bool(words) and words <= {"0", "1", "yes", "no", "true", "false"})
        return (1.0, "it says yes or no", name) if binary else (0.1, "", name)
    if target.type is Type.ID:
        return _as_id(column, table, target)
    if target.values:
        return _as_word(column, table, target)
    if profile.kind in _DATES:
        return 0.1, "", name
    if profile.kind in _NUMBERS:
        return (0.95 if target.name in _NUMBERED_TEXT else 0.45), "", name
    return (0.3 if profile.kind is Type.BOOLEAN else 1.0), "", name


def _as_date(column: RawColumn, table: Table, target: Column) -> tuple[float, str, Any]:
    profile, name = column.profile, column.name
    if profile.kind in _DATES:
        if profile.epoch:
            return 1.0, f"it counts {profile.epoch} since 1970", {"from": name, "epoch": profile.epoch}
        return 1.0, "its values are dates", name
    base = _COUNTS_FROM.get((table.name, target.name))
    unit = "seconds" if profile.duration else unit_in(name)
    if base and unit and (profile.kind in _NUMBERS or profile.duration):
        said = f"it is a duration in {unit}, counted from {base}"
        return 0.9, said, {"from": name, "unit": unit, "after": base}
    return 0.0, "", name


def _as_number(column: RawColumn, target: Column) -> tuple[float, str, Any]:
    profile, name = column.profile, column.name
    if profile.looks_like_id and profile.kind not in (Type.MONEY, Type.NUMBER):
        return 0.1, "", name
    if target.type is Type.INTEGER and profile.kind is Type.BOOLEAN:
        return 0.9, "yes counts as once", name
    if profile.kind not in _NUMBERS and not (profile.duration and target.name.endswith(("_seconds", "_hours"))):
        return 0.0, "", name
    if target.type is Type.MONEY and {"cents", "cent", "pence"} & set(key(name).split("_")):
        return 1.0, "it is in cents, so it is divided by 100", {"from": name, "divide": 100}
    if target.name.endswith(("_seconds", "_hours")) and not profile.duration:
        unit, own = unit_in(name), "hours" if target.name.endswith("_hours") else "seconds"
        if unit and unit != own:
            return 1.0, f"it is in {unit}", {"from": name, "unit": unit}
    return 1.0, "its values are amounts" if target.type is Type.MONEY else "its values are numbers", name


def _as_id(column: RawColumn, table: Table, target: Column) -> tuple[float, str, Any]:
    profile, name = column.profile, column.name
    if profile.kind in _DATES or profile.kind is Type.BOOLEAN or (profile.kind is Type.MONEY and not profile.whole_ids):
        return 0.0, "", name
    if profile.kind is Type.NUMBER and not profile.whole_ids:
        return 0.3, "", name
    own = own_id(table)
    if own is not None and own.name == target.name and table.name != "invoices":
        if not is_unique(profile, 0.9):
            # One row twice in five says nothing: what the column is called says more.
            if filled(profile) < _FEW and 2 * profile.distinct > filled(profile) >= 0.9 * profile.rows:
                return 0.8, "hardly any value repeats", name
            return (0.75 if not target.required else 0.3), "its values repeat", name
        return 1.0, "no two rows share a value", name
    said = "ids written as decimals lose their '.0'" if profile.whole_ids else ""
    return 1.0, said, name


def _as_word(column: RawColumn, table: Table, target: Column) -> tuple[float, str, Any]:
    """A closed column: its words are translated where they are known; with a won and a lost, the rest is open."""
    words = column.profile.words
    if not words:
        return 0.1, "", column.name
    known = {w: meaning(table.name, target.name, w) for w in words}
    if (table.name, target.name) == ("opportunities", "status") and {"won", "lost"} <= set(known.values()):
        known = {w: value or "open" for w, value in known.items()}
    share = sum(n for w, n in words.items() if known[w]) / max(sum(words.values()), 1)
    if share < 0.5:
        return 0.25, "", column.name
    values = {w: value for w, value in known.items() if value}
    if all(key(w) == value for w, value in values.items()):
        return share, "its words are known", column.name
    return share, "its words are known", {"from": column.name, "values": values}
