"""The mapping of an earlier file, laid over the next one: as it was, or as far as it fits where the shape drifted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from cs_metrics.errors import MappingError, did_you_mean
from cs_metrics.ingest.drift import Change, Drift, common, compare, plain_name
from cs_metrics.ingest.mappings.mapping import TableMapping
from cs_metrics.ingest.mappings.propose import SheetProposal
from cs_metrics.ingest.sheet import RawSheet

# Less in common, and it is another file. Only so many mappings are looked at closely.
LEAST, _CLOSELY, _LEAST_COMMON = 0.6, 3, 0.3
# A mapping to a table that does not look like the sheet's needs a shape that is nearly the same.
_LEAST_ELSEWHERE = 0.8
_READS = ("from", "months_before", "flag", "times")
# What an answer or a rule says of how a column is written holds only while it is still written so.
_WRITTEN = ("day_first", "decimal")


@dataclass(frozen=True)
class Recalled:
    """What a sheet was mapped by: the earlier choices (`record`, under `fingerprint`), what changed since, and the
    renames that are accepted, by the names before."""

    record: Mapping[str, Any]
    fingerprint: str
    drift: Drift
    accepted: frozenset[str]

    @property
    def changes(self) -> tuple[Change, ...]:
        """What changed since, for a person."""
        return self.drift.changes

    @property
    def refused(self) -> tuple[str, ...]:
        """The renames that are not accepted, by the names before."""
        return tuple(name for name in self.drift.renamed if name not in self.accepted)

    @property
    def confidence(self) -> float:
        """How sure it is that the mapping still holds, 0 to 1: less where columns are gone."""
        return round(self.drift.overlap, 2) if self.drift.gone else 1.0

    def reason(self, fingerprint: str) -> str:
        """Why the sheet with this fingerprint is mapped so, in words."""
        if self.fingerprint == fingerprint:
            return "As the last file of this shape was mapped."
        return f"As '{self.drift.before}' was mapped, as far as that fits."

    def without(self, refused: Collection[str]) -> Recalled:
        """Return it with all renames accepted but these, by the names before."""
        return replace(self, accepted=frozenset(self.drift.renamed) - set(refused))

    @property
    def names(self) -> dict[str, str]:
        """The columns that were called otherwise, with the names under which their values were kept: an attribute goes
        on under the name it had, so that filters and breakdowns find all of it."""
        earlier = self.record.get("names", {})
        now = {**self.drift.same, **{was: n for was, n in self.drift.renamed.items() if was in self.accepted}}
        return {n: earlier.get(was, was) for was, n in now.items() if earlier.get(was, was) != n}

    def choices(
        self, raw: RawSheet, proposal: SheetProposal, accepted: Collection[str] | None = None
    ) -> dict[str, Any]:
        """Return the choices for this sheet, as `SheetPlan.restore` takes them. `accepted`: other renames than now."""
        taken = self.accepted if accepted is None else frozenset(accepted)
        return adapt(self.record, self.drift, raw, proposal, taken)


def find(
    raw: RawSheet, proposal: SheetProposal, own: str, remembered: Mapping[str, Mapping[str, Any]]
) -> Recalled | None:
    """Return what to map a sheet by: the mapping of its very shape (`own`, its fingerprint), else of the shape that
    has most in common with it; None where nothing is like it."""
    if own in remembered:
        record = remembered[own]
        return Recalled(record, own, compare(record.get("shape", {}), raw, fed(record)), frozenset())
    near = [(common(r.get("shape", {}), raw), name) for name, r in remembered.items() if r.get("mappings")]
    closest = sorted((n for n in near if n[0] >= _LEAST_COMMON), reverse=True)[:_CLOSELY]
    found: list[tuple[float, bool, str, Drift]] = []
    for _, name in closest:
        drift = compare(remembered[name]["shape"], raw, fed(remembered[name]))
        if _fits(drift, remembered[name], proposal):
            found.append((drift.overlap, drift.before == raw.file, name, drift))
    if not found:
        return None
    _, _, name, drift = max(found, key=lambda f: f[:2])
    return Recalled(remembered[name], name, drift, drift.sure)


def _fits(drift: Drift, record: Mapping[str, Any], proposal: SheetProposal) -> bool:
    """Whether enough of an earlier shape is left for its mapping to be of use."""
    sources = set(fed(record))
    left = sources & {*drift.same, *drift.sure}
    looks = {p.table for p in (*proposal.tables, *proposal.others)}
    least = LEAST if record["mappings"][0]["table"] in looks else _LEAST_ELSEWHERE
    return len(drift.same) > 1 and drift.overlap >= least and 2 * len(left) >= len(sources) > 0


def fed(record: Mapping[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Return the source columns that remembered choices read, each with the (table, column) it feeds."""
    found: dict[str, list[tuple[str, str]]] = {}
    for mapping in record.get("mappings", ()):
        for column, spec in mapping["columns"].items():
            for name in reads(spec):
                found.setdefault(name, []).append((mapping["table"], column))
    return found


def reads(spec: Any) -> list[str]:
    """Return the source columns that a rule (or a column's name) reads."""
    if isinstance(spec, str):
        return [spec]
    if not isinstance(spec, Mapping):
        return []
    found = [spec[word] for word in _READS if spec.get(word)]
    return [str(name) for one in found for name in (one if isinstance(one, (list, tuple)) else [one])]


def adapt(
    record: Mapping[str, Any], drift: Drift, raw: RawSheet, proposal: SheetProposal, accepted: Collection[str]
) -> dict[str, Any]:
    """Return remembered choices as they fit the sheet: with the new names, without what reads a column that is gone.

    A column of the model that is left without a source, and a new column, are mapped as proposed; what is proposed for
    nothing is kept under its own name, so that a new column is never left out in silence.
    """
    names = {**drift.same, **{was: now for was, now in drift.renamed.items() if was in accepted}}
    if "shape" not in record:  # remembered by a release that noted none: the very same columns, but for case
        by_name = {plain_name(c.name): c.name for c in raw.columns}
        known = (*by_name.values(), *fed(record))
        names = {name: by_name[plain_name(name)] for name in known if plain_name(name) in by_name}
    came = [c.name for c in raw.columns if c.name not in names.values()]
    result = {**deepcopy(dict(record)), "decided": False, "mappings": []}
    for place, mapping in enumerate(record.get("mappings", ())):
        columns = _rules(mapping["columns"], names, raw)
        used = {name for spec in columns.values() for name in reads(spec)}
        proposed = next((p for p in (*proposal.tables, *proposal.ranked) if p.table == mapping["table"]), None)
        for column, spec in (proposed.columns if proposed else {}).items():
            sources = set(reads(spec))
            if column not in columns and sources and sources <= set(came) and not sources & used:
                columns[column] = spec
                used |= sources
        kept = mapping.get("attributes")
        if kept is not None:
            more = [name for name in came if name not in used] if place == 0 else []
            kept = [names[name] for name in kept if name in names] + more
        result["mappings"].append({**mapping, "columns": columns, "attributes": kept})
    result["answers"] = _answers(record.get("answers", {}), names, raw)
    repairs = [r for r in record.get("repairs", ()) if r.get("column") is None or r["column"] in names]
    result["repairs"] = [{**r, "column": names[r["column"]]} if r.get("column") else r for r in repairs]
    return result


def _rules(columns: Mapping[str, Any], names: Mapping[str, str], raw: RawSheet) -> dict[str, Any]:
    """Return the rules that still have all their sources, under the new names."""
    read = {column: _renamed(spec, names, raw) for column, spec in columns.items()}
    found = {column: spec for column, spec in read.items() if spec is not None}

    def stands(spec: Any) -> bool:
        anchor = (spec.get("after") or spec.get("before")) if isinstance(spec, Mapping) else None
        return anchor is None or anchor in found

    return {column: spec for column, spec in found.items() if stands(spec)}


def _renamed(spec: Any, names: Mapping[str, str], raw: RawSheet) -> Any:
    """Return a rule with the new names of its sources; None where one of them is gone."""
    if any(name not in names for name in reads(spec)):
        return None
    if isinstance(spec, str):
        return names[spec]
    if not isinstance(spec, Mapping):
        return spec
    result = dict(spec)
    for word in _READS:
        value = result.get(word)
        if isinstance(value, str):
            result[word] = names[value]
        elif isinstance(value, (list, tuple)):
            result[word] = [names[name] for name in value]
    if isinstance(result.get("from"), str):
        for word in _WRITTEN:
            if word in result and _contradicts(word, result[word], result["from"], raw):
                del result[word]
    return result


def _answers(answers: Mapping[str, Any], names: Mapping[str, str], raw: RawSheet) -> dict[str, Any]:
    result = {}
    for question, answer in answers.items():
        kind, _, subject = question.partition(":")
        if kind in _WRITTEN:
            if subject in names and not _contradicts(kind, answer, names[subject], raw):
                result[f"{kind}:{names[subject]}"] = answer
        elif kind == "required":
            spec = _renamed(answer, names, raw)
            if spec is not None:
                result[question] = spec
        else:
            result[question] = answer
    return result


def _contradicts(word: str, said: Any, name: str, raw: RawSheet) -> bool:
    """Whether a column is now written, beyond doubt, another way than was said."""
    profile = raw.column(name).profile
    if word == "day_first":
        return profile.day_first is not None and profile.day_first != said
    return profile.decimal is not None and not profile.ambiguous_decimal and profile.decimal != said


def moved(now: Iterable[TableMapping], base: Mapping[str, Any], target: Mapping[str, Any]) -> list[TableMapping]:
    """Return mappings with what differs between two sets of choices changed in them: what a person did since stays."""
    before = {m["table"]: m for m in base["mappings"]}
    after = {m["table"]: m for m in target["mappings"]}
    result = []
    for mapping in now:
        if mapping.table not in before:
            result.append(mapping)
            continue
        old, new = before[mapping.table], after[mapping.table]
        columns = dict(mapping.columns)
        for name in {*old["columns"], *new["columns"]}:
            if columns.get(name) == old["columns"].get(name) != new["columns"].get(name):
                columns.pop(name, None)
                if name in new["columns"]:
                    columns[name] = new["columns"][name]
        kept = mapping.attributes
        if kept is not None and old["attributes"] is not None:
            dropped = set(old["attributes"]) - set(new["attributes"])
            added = [name for name in new["attributes"] if name not in old["attributes"] and name not in kept]
            kept = (*(name for name in kept if name not in dropped), *added)
        result.append(replace(mapping, columns=columns, attributes=kept))
    return result


def check(recalled: Recalled | None, was: str, place: str) -> Recalled:
    """Return what was recalled, if `was` is a rename of it; MappingError otherwise."""
    known = recalled.drift.renamed if recalled else {}
    if recalled is None or was not in known:
        raise MappingError(f"{place}: '{was}' is no column that was renamed. {did_you_mean(was, known)}".rstrip())
    return recalled
