"""For every sheet of a drop: which table it feeds, and where each column of the model comes from, with reasons."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from cs_metrics.ingest.layout import headerless
from cs_metrics.ingest.mappings import derive
from cs_metrics.ingest.mappings.attributes import states_since
from cs_metrics.ingest.mappings.fit import USABLE, Fit, fit
from cs_metrics.ingest.mappings.links import Links
from cs_metrics.ingest.mappings.names import is_part, place_score
from cs_metrics.ingest.mappings.vendors import Recognised, recognise
from cs_metrics.ingest.sheet import RawSheet
from cs_metrics.schema import TABLES, Table, Type

_REQUIRED_BONUS = 0.06
# A sheet whose name says nothing needs columns that say more.
_LEAST, _LEAST_UNNAMED, _LEAST_PART = 0.42, 0.64, 0.8
_CLOSE = 0.04
_NOBODY = 0.15


@dataclass(frozen=True)
class TableProposal:
    """One table for one sheet. `fits`: model column to what was found for it; `missing`: required and not found."""

    table: str
    score: float
    reason: str
    fits: Mapping[str, Fit] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def columns(self) -> dict[str, Any]:
        """The mapping that is proposed: model column to a source column's name or a rule, in the model's order."""
        return {c.name: self.fits[c.name].spec for c in TABLES[self.table].columns if c.name in self.fits}


@dataclass(frozen=True)
class SheetProposal:
    """What is proposed for a sheet: `tables` is empty where it should be skipped; `others`: tables that come close.

    `ranked`: all tables, best first, for a person who chooses another.
    """

    raw: RawSheet
    tables: tuple[TableProposal, ...]
    confidence: float
    reason: str
    others: tuple[TableProposal, ...] = ()
    ranked: tuple[TableProposal, ...] = ()


def propose(sheets: Sequence[RawSheet], known: Mapping[int, Recognised] | None = None) -> list[SheetProposal]:
    """Return a proposal for each sheet, looking at all of them together: ids of one are found again in another.

    `known`: by its place among the sheets, what is known of one already.
    """
    links = Links(sheets)
    ranked = [_rank(raw, links) for raw in sheets]
    wholes = [(known or {}).get(i) or recognise(raw) or headerless.recognise(raw) for i, raw in enumerate(sheets)]
    first = [_decide(raw, tables, own) for raw, tables, own in zip(sheets, ranked, wholes, strict=True)]
    links.know({i: p.tables[0] for i, p in enumerate(first) if p.tables})
    final = [
        _decide(raw, _linked(i, tables, links), own)
        for i, (raw, tables, own) in enumerate(zip(sheets, ranked, wholes, strict=True))
    ]
    fed = {p.tables[0].table for p in final if p.tables}
    return [_second_table(proposal, fed) for proposal in final]


def _rank(raw: RawSheet, links: Links) -> list[TableProposal]:
    """Return every table's proposal for the sheet, best first."""
    dated = any(c.profile.kind in (Type.DATE, Type.INSTANT) for c in raw.columns)
    by_table = {t.name: _pairs(raw, t, dated) for t in TABLES.values()}
    homes = _homes(raw, by_table)
    found = [_assign(raw, TABLES[name], pairs, homes) for name, pairs in by_table.items()]
    return sorted(found, key=lambda p: -p.score)


def _pairs(raw: RawSheet, table: Table, dated: bool) -> dict[tuple[int, int], Fit]:
    states = table.name == "customers" and states_since(raw) is not None
    return {
        (i, j): found
        for i, column in enumerate(raw.columns)
        for j, target in enumerate(table.columns)
        if (found := fit(column, table, target, dated, states)) is not None
    }


def _homes(raw: RawSheet, by_table: Mapping[str, Mapping[tuple[int, int], Fit]]) -> list[float]:
    """Return what each source column tells: 1 where one table knows it, less where many do (an 'id', a 'name')."""
    counts = [0] * len(raw.columns)
    for pairs in by_table.values():
        for i in {i for (i, _), found in pairs.items() if found.score >= 0.55}:
            counts[i] += 1
    return [1 / n if n else 0.0 for n in counts]


def _assign(raw: RawSheet, table: Table, pairs: Mapping[tuple[int, int], Fit], homes: Sequence[float]) -> TableProposal:
    """Give each column of the model at most one source column, and the other way round, so that the whole is best."""
    weights = np.zeros((len(raw.columns), len(table.columns)))
    for (i, j), found in pairs.items():
        weights[i, j] = found.score + (_REQUIRED_BONUS if table.columns[j].required else 0.0)
    rows, columns = linear_sum_assignment(weights, maximize=True)
    fits = {
        table.columns[j].name: pairs[i, j]
        for i, j in zip(rows, columns, strict=True)
        if (i, j) in pairs and pairs[i, j].score >= USABLE
    }
    place, word = place_score(raw.file, raw.sheet, table)
    fits = derive.complete(raw, table, fits, place)
    index = {c.name: i for i, c in enumerate(raw.columns)}
    told = sum(homes[index[f.source]] * f.score for f in fits.values() if f.source in index)
    return _scored(table, fits, 1 - math.exp(-told / 0.7), place, word)


def _scored(table: Table, fits: Mapping[str, Fit], told: float, place: float, word: str) -> TableProposal:
    needs = [(c.name,) for c in table.columns if c.required] + list(table.one_of)
    met = [max((fits[n].score for n in group if n in fits), default=0.0) for group in needs]
    missing = tuple(" or ".join(group) for group, score in zip(needs, met, strict=True) if not score)
    required = sum(met) / len(met)
    score = 0.38 * required + 0.32 * told + 0.30 * place - 0.05 * len(missing)
    if table.name == "orders" and "customer_id" not in fits:
        score -= _NOBODY
    said = [f"the name says '{word}'"] if place >= 0.5 else []
    said += [f"{len(fits)} columns fit" if len(fits) != 1 else "one column fits"]
    said += [f"it lacks {', '.join(missing)}"] if missing else []
    reason = "; ".join(said)
    return TableProposal(table.name, max(score, 0.0), reason[:1].upper() + reason[1:], fits, missing)


def _linked(index: int, tables: Sequence[TableProposal], links: Links) -> list[TableProposal]:
    """Return the proposals with what the other sheets' ids tell; a table whose customer is found scores higher."""
    result = []
    for proposal in tables:
        fits = links.complete(index, proposal)
        if fits is not proposal.fits:
            table = TABLES[proposal.table]
            needs = [(c.name,) for c in table.columns if c.required] + list(table.one_of)
            missing = tuple(" or ".join(g) for g in needs if not any(n in fits for n in g))
            gain = 0.05 + 0.38 * 0.8 / len(needs) if len(missing) < len(proposal.missing) else 0.0
            reason = proposal.reason if missing else proposal.reason.split("; it lacks")[0]
            proposal = replace(proposal, fits=fits, missing=missing, score=proposal.score + gain, reason=reason)
        result.append(proposal)
    return sorted(result, key=lambda p: -p.score)


def _decide(raw: RawSheet, ranked: Sequence[TableProposal], known: Recognised | None) -> SheetProposal:
    if known is not None and raw.rows and not raw.hidden:
        return _known(raw, ranked, known)
    best, second = ranked[0], ranked[1]
    others = tuple(p for p in ranked[1:4] if p.score >= _LEAST)
    why = _nothing(raw, best)
    if why:
        return SheetProposal(
            raw, (), round(min(0.95, 1 - best.score), 3), why, tuple(p for p in ranked[:3] if p.fits), tuple(ranked)
        )
    margin = min(1.0, (best.score - second.score) / 0.2)
    return SheetProposal(
        raw, (best,), round(best.score * (0.75 + 0.25 * margin), 3), best.reason, others, tuple(ranked)
    )


def _known(raw: RawSheet, ranked: Sequence[TableProposal], known: Recognised) -> SheetProposal:
    """Return what a vendor's sheet is known to be; another table can still be chosen by hand."""
    if not known.table:
        near = tuple(p for p in ranked[:3] if p.fits)
        return SheetProposal(raw, (), known.sure, known.says, near, tuple(ranked))
    found = TableProposal(known.table, known.sure, known.says, known.fits, known.missing)
    rest = tuple(found if p.table == known.table else p for p in ranked)
    return SheetProposal(raw, (found,), known.sure, known.says, (), rest)


def _nothing(raw: RawSheet, best: TableProposal) -> str:
    """Return why the sheet is no table of the model, or ''."""
    if not raw.rows:
        return "It has no rows."
    if raw.hidden:
        return "It is a hidden sheet of the workbook."
    if derive.is_notes(raw):
        return "It explains columns rather than holding data."
    place, _ = place_score(raw.file, raw.sheet, TABLES[best.table])
    if is_part(raw.file, raw.sheet) and place < 0.9 and (best.missing or best.score < _LEAST_PART):
        return f"Its name says that it holds details, not {best.table}."
    if len(best.missing) > 1 and best.score < _LEAST_PART:
        return f"It lacks {' and '.join(best.missing)}, without which it cannot be {best.table}."
    if best.score < (_LEAST if place >= 0.5 else _LEAST_UNNAMED):
        return f"It looks like none of the tables; the nearest is {best.table}."
    return ""


def _second_table(proposal: SheetProposal, fed: set[str]) -> SheetProposal:
    """A sheet of customers that says what each pays, and since when, is a sheet of subscriptions too."""
    if not proposal.tables or proposal.tables[0].table != "customers" or fed & {"subscriptions", "mrr_snapshots"}:
        return proposal
    more = derive.subscriptions_of(proposal.raw, _pairs(proposal.raw, TABLES["subscriptions"], dated=_dated(proposal)))
    if more is None:
        return proposal
    table = TableProposal("subscriptions", proposal.confidence, "Each row says what the customer pays", more)
    return replace(proposal, tables=(*proposal.tables, table))


def _dated(proposal: SheetProposal) -> bool:
    return any(c.profile.kind in (Type.DATE, Type.INSTANT) for c in proposal.raw.columns)


def is_undecided(proposal: SheetProposal) -> bool:
    """Whether two tables fit the sheet about equally well, so that a person has to say."""
    if not proposal.tables or not proposal.others:
        return False
    return proposal.tables[0].score - proposal.others[0].score < _CLOSE
