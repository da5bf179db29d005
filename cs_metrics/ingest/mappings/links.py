"""Ids that stand in several sheets: which column names the customers of another sheet, and through what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from cs_metrics.ingest.mappings.fit import Fit, is_unique
from cs_metrics.ingest.sheet import RawColumn, RawSheet
from cs_metrics.ingest.types.convert import Options, convert
from cs_metrics.schema import TABLES, Type

if TYPE_CHECKING:
    from cs_metrics.ingest.mappings.propose import TableProposal

_ENOUGH, _MOST_DISTINCT = 0.6, 300_000
_PLAIN = (Type.ID, Type.TEXT, Type.INTEGER)
# Tables through which a customer is found, and the id by which others point at them.
_WAYS = {"subscriptions": "subscription_id", "users": "user_id", "tickets": "ticket_id", "invoices": "invoice_id"}


@dataclass(frozen=True)
class _Known:
    """The ids of one table in one sheet."""

    sheet: int
    table: str
    column: RawColumn
    ids: pa.Array


class Links:
    """The ids of all sheets of a drop, once it is known what the sheets are."""

    def __init__(self, sheets: Sequence[RawSheet]) -> None:
        self.sheets = sheets
        self._known: list[_Known] = []
        self._cache: dict[tuple[int, str], pa.Array] = {}

    def know(self, tables: Mapping[int, TableProposal]) -> None:
        """Take up which table each sheet feeds; only then can its ids be looked for elsewhere."""
        for index, proposal in tables.items():
            name = "customer_id" if proposal.table == "customers" else _WAYS.get(proposal.table)
            found = proposal.fits.get(name) if name else None
            finds = proposal.table == "customers" or "customer_id" in proposal.fits
            if found is None or not finds or not isinstance(found.spec, str):
                continue
            column = self.sheets[index].column(found.source)
            if is_unique(column.profile, 0.9):
                self._known.append(_Known(index, proposal.table, column, self._ids(index, column)))

    def complete(self, index: int, proposal: TableProposal) -> Mapping[str, Fit]:
        """Return the fits with the customer found by its ids, directly or through another table, where that helps."""
        table = TABLES[proposal.table]
        if not any(c.name == "customer_id" for c in table.columns) or proposal.table == "customers":
            return proposal.fits
        found = proposal.fits.get("customer_id")
        if found is not None:
            return self._confirmed(index, proposal.fits, found)
        taken = {f.source for f in proposal.fits.values()}
        best: Fit | None = None
        for column in self.sheets[index].columns:
            if column.profile.kind not in _PLAIN or column.profile.distinct < 2:
                continue
            for known in self._known:
                if known.sheet == index or (known.table == "customers" and column.name in taken):
                    continue
                share = self._share(index, column, known)
                if share >= _ENOUGH and (best is None or share > best.score):
                    best = self._by(column, known, share)
        return {**proposal.fits, "customer_id": best} if best else proposal.fits

    def _by(self, column: RawColumn, known: _Known, share: float) -> Fit:
        place = self.sheets[known.sheet].place
        said = f"{share:.0%} of its values are ids in {place}"
        if known.table == "customers":
            return Fit(column.name, 0.9 * share, said, column.name)
        way = f"{known.table}.{_WAYS[known.table]}"
        reason = f"{said}: the customer is found through the {known.table}"
        return Fit(column.name, 0.9 * share, reason, {"through": way, "from": column.name})

    def _confirmed(self, index: int, fits: Mapping[str, Fit], found: Fit) -> Mapping[str, Fit]:
        """Say how many of a customer column's values are known customers."""
        customers = [k for k in self._known if k.table == "customers" and k.sheet != index]
        if not customers or not isinstance(found.spec, str):
            return fits
        column = self.sheets[index].column(found.source)
        share, known = max(((self._share(index, column, k), k) for k in customers), key=lambda pair: pair[0])
        if share == 0.0:
            return fits
        reason = f"{found.reason}; {share:.0%} of its values are ids in {self.sheets[known.sheet].place}"
        score = min(1.0, found.score + 0.05) if share >= _ENOUGH else found.score
        return {**fits, "customer_id": Fit(found.source, score, reason, found.spec)}

    def _share(self, index: int, column: RawColumn, known: _Known) -> float:
        """Return the share of a column's different values that are ids in another sheet."""
        if known.column.profile.kind is not column.profile.kind and Type.INTEGER in (
            known.column.profile.kind,
            column.profile.kind,
        ):
            return 0.0
        ids = self._ids(index, column)
        if not len(ids) or not len(known.ids):
            return 0.0
        return float(pc.mean(pc.is_in(ids, value_set=known.ids).cast(pa.float64())).as_py() or 0.0)

    def _ids(self, index: int, column: RawColumn) -> pa.Array:
        place = (index, column.name)
        if place not in self._cache:
            texts = pc.unique(self.sheets[index].texts(column))
            if len(texts) > _MOST_DISTINCT:
                texts = pa.array([], pa.string())
            self._cache[place] = convert(texts, Type.ID, Options.of(column.profile)).values.drop_null()
        return self._cache[place]
