"""What is chosen for one sheet of a plan: its mappings, answers and repairs, by proposal, by memory, or by a person."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any, Self

from cs_metrics.errors import MappingError, did_you_mean
from cs_metrics.ingest import recall
from cs_metrics.ingest.drift import shape
from cs_metrics.ingest.mappings import wide
from cs_metrics.ingest.mappings.mapping import TableMapping, check_table, complete, fingerprint, forget_dates
from cs_metrics.ingest.mappings.propose import SheetProposal
from cs_metrics.ingest.mappings.question import Question
from cs_metrics.ingest.mappings.wide import Wide
from cs_metrics.ingest.repair.repairing import Group, Repairing, currency_rule
from cs_metrics.ingest.sheet import RawSheet


class SheetChoices(ABC):
    """The choices for one sheet; each change returns the sheet, or raises MappingError and has changed nothing.

    A wide sheet (a column for each month) has two shapes: `raw` is its long one unless a person answers otherwise.
    """

    def __init__(
        self, raw: RawSheet, proposal: SheetProposal, as_came: tuple[Wide, SheetProposal] | None = None
    ) -> None:
        self._wide = as_came
        self._shapes = {True: (raw, proposal)} | ({False: (as_came[0].raw, as_came[1])} if as_came else {})
        self._take(True)

    def _take(self, unpivoted: bool) -> None:
        """Begin anew with one of the sheet's shapes; only a wide sheet has two."""
        raw, proposal = self._shapes[unpivoted]
        self.repairing, self.proposal, self._unpivoted = Repairing(raw), proposal, unpivoted
        self._skipped_why = "" if proposal.tables else proposal.reason
        self._mappings: list[TableMapping] = []
        self._answers: dict[str, Any] = {}
        self._decided = False
        self.recalled: recall.Recalled | None = None
        for index, table in enumerate(proposal.tables):
            self._mappings.append(TableMapping(table.table, table.columns, None if index == 0 else ()))

    @property
    def raw(self) -> RawSheet:
        """The sheet as read, with its repairs made."""
        return self.repairing.raw

    @property
    def file(self) -> str:
        """The file's name."""
        return self.raw.file

    @property
    def sheet(self) -> str | None:
        """The sheet's name in a workbook."""
        return self.raw.sheet

    @property
    def rows(self) -> int:
        """The number of data rows."""
        return self.raw.rows

    @property
    def fingerprint(self) -> str:
        """The name of the sheet's shape, under which its mapping is remembered."""
        return fingerprint(self._shapes[True][0] if self._wide else self.raw)

    @property
    def unpivoted(self) -> bool:
        """Whether the sheet is a wide one, read as rows."""
        return self._wide is not None and self._unpivoted

    @property
    def remembered(self) -> bool:
        """Whether the sheet is mapped as an earlier one like it was."""
        return self.recalled is not None

    @property
    @abstractmethod
    def questions(self) -> tuple[Question, ...]:
        """What only a person can say."""

    # What a person says

    def use(
        self,
        table: str,
        mapping: Mapping[str, Any] | None = None,
        *,
        attributes: Iterable[str] | None = None,
        keep_duplicates: bool | None = None,
        last_row_counts: bool = False,
    ) -> Self:
        """Feed `table`, in place of what the sheet feeds now. `mapping` None: what is proposed for that table.

        A column's value is a source column's name or a rule. `attributes`: the source columns kept under their own
        names; None: all that no rule takes up. Raises MappingError, and then nothing has changed.
        """
        self._set([self._read(table, mapping, attributes, keep_duplicates, last_row_counts)])
        return self

    def also(
        self,
        table: str,
        mapping: Mapping[str, Any] | None = None,
        *,
        attributes: Iterable[str] | None = (),
        keep_duplicates: bool | None = None,
        last_row_counts: bool = False,
    ) -> Self:
        """Feed a second table from the same sheet, in place of its earlier mapping to that table if there is one."""
        new = self._read(table, mapping, attributes, keep_duplicates, last_row_counts)
        known = table in (m.table for m in self._mappings)
        self._set([new if m.table == table else m for m in self._mappings] + ([] if known else [new]))
        return self

    def skip(self, reason: str = "It is skipped by choice.") -> Self:
        """Load nothing from the sheet."""
        self._mappings, self._skipped_why, self._decided = [], reason, True
        return self

    def answer(self, question: str, value: Any) -> Self:
        """Answer a question; None takes the answer back. Raises MappingError for what is no answer."""
        known = {q.id: q for q in self.questions}
        if question not in known:
            raise MappingError(f"{self.raw.place}: no question '{question}'. {did_you_mean(question, known)}".rstrip())
        if value is None and question != wide.QUESTION:
            self._answers.pop(question, None)
            return self
        checked = known[question].check(value)
        if question == wide.QUESTION:
            self._take(checked)
            self._answers = {question: checked}
            return self
        if question == "table":
            return self.use(checked)
        answers = {**self._answers, question: checked}
        for mapping in self._mappings:
            complete(mapping, answers).rules(self.raw)
        self._answers = answers
        return self

    def recall(self, remembered: Mapping[str, Mapping[str, Any]]) -> Self:
        """Map the sheet as its like was mapped before (choices by fingerprint); where nothing fits, it stays as new."""
        self._turn(remembered.get(self.fingerprint, {}))
        found = recall.find(self.raw, self.proposal, self.fingerprint, remembered)
        if found is not None:
            try:
                self.restore(found.choices(self.raw, self.proposal))
            except MappingError:
                return self
            self.recalled = found
            self.repairing.recall()
        return self

    def _turn(self, record: Mapping[str, Any]) -> None:
        """Take the shape of a wide sheet that a person chose."""
        chosen = record.get("answers", {}).get(wide.QUESTION, True)
        if self._wide is not None and chosen != self._unpivoted:
            self._take(chosen)

    def accept_rename(self, was: str, yes: bool = True) -> Self:
        """Take the column that was called `was` for the one that it is likely to be now, or not; see `recalled`."""
        found = recall.check(self.recalled, was, self.raw.place)
        accepted = found.accepted | {was} if yes else found.accepted - {was}
        base, target = (found.choices(self.raw, self.proposal, names) for names in (found.accepted, accepted))
        mappings = recall.moved(self._mappings, base, target)
        answers = {**self._answers, **target["answers"]}
        _ = [complete(mapping, answers).rules(self.raw) for mapping in mappings]
        self.repairing.move(base["repairs"], target["repairs"])
        self._mappings, self._answers, self.recalled = mappings, answers, replace(found, accepted=accepted)
        return self

    def repair(self, repair: Mapping[str, Any]) -> Self:
        """Make a repair, such as `repairs` offers it (see repairs.py); MappingError, and then nothing has changed."""
        self.repairing.set([*self.repairing.repairs, repair])
        return self

    def undo(self, repair: Mapping[str, Any]) -> Self:
        """Take a repair back: the values are again as the file has them."""
        self.repairing.set(self.repairing.without(repair))
        if repair["kind"] == "currency":
            taken = currency_rule(repair["column"])
            self._mappings = [
                replace(m, columns={n: s for n, s in m.columns.items() if s != taken}) for m in self._mappings
            ]
        return self

    def read_otherwise(self, group: Group) -> Self:
        """Take the other reading of texts that are read by themselves (`group.other`), or go back to the first one."""
        if group.other is None:
            raise MappingError(f"{self.raw.place}, column '{group.column}': there is no other way to read it.")
        if group.other.repair is not None:
            return self.repair(group.other.repair)
        answers = {**self._answers, **group.other.answers}
        words = {question.partition(":")[0] for question in group.other.answers}
        mappings = [_unsaid(mapping, group.column, words) for mapping in self._mappings]
        _ = [complete(mapping, answers).rules(self.raw) for mapping in mappings]
        self._mappings, self._answers = mappings, answers
        return self

    def _read(
        self,
        table: str,
        mapping: Mapping[str, Any] | None,
        attributes: Iterable[str] | None,
        keep_duplicates: bool | None,
        last_row_counts: bool,
    ) -> TableMapping:
        check_table(table, self.raw.place)
        if mapping is None:
            ranked = (*self.proposal.tables, *self.proposal.others, *self.proposal.ranked)
            mapping = next((p.columns for p in ranked if p.table == table), {})
        kept = None if attributes is None else tuple(attributes)
        return TableMapping(table, dict(mapping), kept, keep_duplicates, last_row_counts)

    def _set(self, mappings: list[TableMapping]) -> None:
        for mapping in mappings:
            complete(mapping, self._answers).rules(self.raw)
        self._mappings, self._skipped_why, self._decided = mappings, "", True

    # Keeping it

    def to_json(self) -> dict[str, Any]:
        """Return the choices as JSON: what `restore` takes up after a reload."""
        return {
            "file": self.file,
            "sheet": self.sheet,
            "fingerprint": self.fingerprint,
            "mappings": [m.to_json() for m in self._mappings],
            "answers": dict(self._answers),
            "repairs": deepcopy(self.repairing.repairs),
            "reason": self._skipped_why,
            "decided": self._decided,
            "refused": list(self.recalled.refused) if self.recalled else [],
        }

    def to_remember(self) -> dict[str, Any]:
        """Return the choices for the next file of this shape: without the dates that are asked anew each time."""
        kept = {k: v for k, v in self.to_json().items() if k not in ("file", "sheet", "refused")}
        return forget_dates({**kept, "shape": shape(self.repairing.original)})

    def restore(self, record: Mapping[str, Any]) -> Self:
        """Take up choices that `to_json` wrote, of a sheet of this shape; MappingError if they do not fit."""
        self._turn(record)
        mappings = [TableMapping.from_json(m) for m in record.get("mappings", ())]
        answers = dict(record.get("answers", {}))
        for mapping in mappings:
            complete(mapping, answers).rules(self.raw)
        self._mappings, self._answers = mappings, answers
        self.repairing.restore(record.get("repairs", ()))
        self._skipped_why = "" if mappings else str(record.get("reason") or "It is skipped by choice.")
        self._decided = bool(record.get("decided"))
        if self.recalled is not None and "refused" in record:
            self.recalled = self.recalled.without(record["refused"])
        return self


def _unsaid(mapping: TableMapping, source: str, words: Collection[str]) -> TableMapping:
    """Return a mapping in which the rules of a source column leave to the answers how it is written."""
    columns = {
        name: {w: v for w, v in spec.items() if w not in words}
        if isinstance(spec, Mapping) and spec.get("from") == source
        else spec
        for name, spec in mapping.columns.items()
    }
    return replace(mapping, columns=columns)
