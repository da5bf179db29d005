"""One sheet of a plan: what is proposed for it, what a person changed, and what comes of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pandas as pd

from cs_metrics.errors import MappingError, did_you_mean
from cs_metrics.ingest import recall, wide
from cs_metrics.ingest.apply import Applied, Counts
from cs_metrics.ingest.drift import shape
from cs_metrics.ingest.mapping import TableMapping, check_table, complete, fingerprint, forget_dates
from cs_metrics.ingest.problems import Problem, in_order
from cs_metrics.ingest.propose import SheetProposal, is_undecided
from cs_metrics.ingest.questions import Choice, Question, ask
from cs_metrics.ingest.repairable import find
from cs_metrics.ingest.repairing import Group, Repairing, currency_rule, told, with_currency
from cs_metrics.ingest.rules import Rule
from cs_metrics.ingest.sheet import RawSheet
from cs_metrics.ingest.views import ColumnView, aside_frame, column_views, first_rows
from cs_metrics.ingest.wide import Wide
from cs_metrics.schema import TABLES


class SheetPlan:
    """One sheet. `use`, `also`, `skip` and `answer` change it and return it; all else tells what that means.

    A wide sheet (a column for each month) has two shapes: `raw` is its long one unless a person answers otherwise.
    """

    def __init__(
        self,
        raw: RawSheet,
        proposal: SheetProposal,
        applied: Callable[[SheetPlan, TableMapping], Applied],
        suggested: dt.date | None,
        as_came: tuple[Wide, SheetProposal] | None = None,
    ) -> None:
        self._apply, self._suggested, self._wide = applied, suggested, as_came
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
        self._questions: tuple[str, tuple[Question, ...]] | None = None
        self._repairs: tuple[str, tuple[Group, ...]] | None = None
        self.recalled: recall.Recalled | None = None
        for index, table in enumerate(proposal.tables):
            self._mappings.append(TableMapping(table.table, table.columns, None if index == 0 else ()))

    def __repr__(self) -> str:
        return f"<SheetPlan {self.raw.place}: {', '.join(m.table for m in self._mappings) or 'skip'}>"

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

    # What a person says

    def use(
        self,
        table: str,
        mapping: Mapping[str, Any] | None = None,
        *,
        attributes: Iterable[str] | None = None,
        keep_duplicates: bool | None = None,
    ) -> SheetPlan:
        """Feed `table`, in place of what the sheet feeds now. `mapping` None: what is proposed for that table.

        A column's value is a source column's name or a rule. `attributes`: the source columns kept under their own
        names; None: all that no rule takes up. Raises MappingError, and then nothing has changed.
        """
        self._set([self._read(table, mapping, attributes, keep_duplicates)])
        return self

    def also(
        self,
        table: str,
        mapping: Mapping[str, Any] | None = None,
        *,
        attributes: Iterable[str] | None = (),
        keep_duplicates: bool | None = None,
    ) -> SheetPlan:
        """Feed a second table from the same sheet, in place of its earlier mapping to that table if there is one."""
        new = self._read(table, mapping, attributes, keep_duplicates)
        known = table in self.tables
        self._set([new if m.table == table else m for m in self._mappings] + ([] if known else [new]))
        return self

    def skip(self, reason: str = "It is skipped by choice.") -> SheetPlan:
        """Load nothing from the sheet."""
        self._mappings, self._skipped_why, self._decided = [], reason, True
        return self

    def answer(self, question: str, value: Any) -> SheetPlan:
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

    def recall(self, remembered: Mapping[str, Mapping[str, Any]]) -> SheetPlan:
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

    def accept_rename(self, was: str, yes: bool = True) -> SheetPlan:
        """Take the column that was called `was` for the one that it is likely to be now, or not; see `recalled`."""
        found = recall.check(self.recalled, was, self.raw.place)
        accepted = found.accepted | {was} if yes else found.accepted - {was}
        base, target = (found.choices(self.raw, self.proposal, names) for names in (found.accepted, accepted))
        mappings = recall.moved(self._mappings, base, target)
        answers = {**self._answers, **target["answers"]}
        _ = [complete(mapping, answers).rules(self.raw) for mapping in mappings]
        self._mappings, self._answers, self.recalled = mappings, answers, replace(found, accepted=accepted)
        return self

    def repair(self, repair: Mapping[str, Any]) -> SheetPlan:
        """Make a repair, such as `repairs` offers it (see repairs.py); MappingError, and then nothing has changed."""
        self.repairing.set([*self.repairing.repairs, repair])
        return self

    def undo(self, repair: Mapping[str, Any]) -> SheetPlan:
        """Take a repair back: the values are again as the file has them."""
        self.repairing.set(self.repairing.without(repair))
        if repair["kind"] == "currency":
            taken = currency_rule(repair["column"])
            self._mappings = [
                replace(m, columns={n: s for n, s in m.columns.items() if s != taken}) for m in self._mappings
            ]
        return self

    def _read(
        self,
        table: str,
        mapping: Mapping[str, Any] | None,
        attributes: Iterable[str] | None,
        keep_duplicates: bool | None,
    ) -> TableMapping:
        check_table(table, self.raw.place)
        if mapping is None:
            ranked = (*self.proposal.tables, *self.proposal.others, *self.proposal.ranked)
            mapping = next((p.columns for p in ranked if p.table == table), {})
        kept = None if attributes is None else tuple(attributes)
        return TableMapping(table, dict(mapping), kept, keep_duplicates)

    def _set(self, mappings: list[TableMapping]) -> None:
        for mapping in mappings:
            complete(mapping, self._answers).rules(self.raw)
        self._mappings, self._skipped_why, self._decided = mappings, "", True

    # What it says

    @property
    def remembered(self) -> bool:
        """Whether the sheet is mapped as an earlier one like it was."""
        return self.recalled is not None

    @property
    def skipped(self) -> bool:
        """Whether nothing is loaded from the sheet."""
        return not self._mappings

    @property
    def table(self) -> str | None:
        """The table that the sheet feeds, the first where there are several; None where it is skipped."""
        return self._mappings[0].table if self._mappings else None

    @property
    def tables(self) -> tuple[str, ...]:
        """All tables that the sheet feeds."""
        return tuple(m.table for m in self._mappings)

    @property
    def mapping(self) -> dict[str, Any]:
        """The first table's mapping, with the answers put into it: model column to source column or rule."""
        return self.mapping_of(self._mappings[0].table) if self._mappings else {}

    def mapping_of(self, table: str) -> dict[str, Any]:
        """Return the mapping for one of the tables that the sheet feeds."""
        for mapping in self.completed:
            if mapping.table == table:
                return dict(mapping.columns)
        raise MappingError(f"{self.raw.place} does not feed '{table}'. {did_you_mean(table, self.tables)}".rstrip())

    @property
    def completed(self) -> list[TableMapping]:
        """The mappings with the answers, and the defaults of what was not answered, put into them."""
        answers = {q.id: q.default for q in self.questions if q.default is not None and q.id != "table"}
        found = [complete(m, answers | self._answers) for m in self._mappings]
        return [with_currency(m, self.repairing.repairs) for m in found]

    @property
    def confidence(self) -> float:
        """How sure the proposal is, 0 to 1; 1 where a person decided."""
        return 1.0 if self._decided else (self.recalled or self.proposal).confidence

    @property
    def reason(self) -> str:
        """Why the sheet feeds its table, or none, in words."""
        if self.skipped:
            return self._skipped_why
        if self._decided:
            return "Chosen by hand."
        return self.recalled.reason(self.fingerprint) if self.recalled else self.proposal.reason

    @property
    def questions(self) -> tuple[Question, ...]:
        """What only a person can say; `open` ones must be answered before the sheet can be loaded."""
        found = self._asked()
        if self._mappings and not self._decided and not self.remembered and is_undecided(self.proposal):
            near = (self.proposal.tables[0], *self.proposal.others)
            choices = tuple(Choice(p.table, f"{p.table}: {TABLES[p.table].row}") for p in near)
            said = "; ".join(f"{p.table}: {p.reason}" for p in near[:2])
            return (Question("table", "", "Which table is this?", choices=choices, evidence=said), *found)
        return found

    @property
    def repairs(self) -> tuple[Group, ...]:
        """The problems by the rule that repairs them: those offered, those made, and what reading did."""
        if self.skipped or not self.ready:
            return tuple(self.repairing.made())
        state = self._state()
        if self._repairs is None or self._repairs[0] != state:
            offered = self.repairing.offered(find(self.raw, self.completed, self.applied))
            self._repairs = state, (*offered, *self.repairing.made(), *self.repairing.read(self.completed))
        return self._repairs[1]

    def _state(self) -> str:
        """Return all choices as one text: what was worked out for it holds until it changes."""
        chosen = [[m.to_json() for m in self._mappings], self._answers, self.repairing.repairs]
        return json.dumps(chosen, sort_keys=True, default=str)

    def _asked(self) -> tuple[Question, ...]:
        """Return what there is to ask in the present state; worked out once for each state."""
        state = self._state()
        if self._questions is None or self._questions[0] != state:
            asked = ask(self.raw, self._mappings, self._answers, self._suggested)
            turned = (replace(self._wide[0].question, answer=self._answers.get(wide.QUESTION)),) if self._wide else ()
            self._questions = state, (*turned, *asked)
        return self._questions[1]

    @property
    def ready(self) -> bool:
        """Whether the sheet can be loaded, or is skipped."""
        return not any(q.open for q in self.questions) and not self.error

    @property
    def error(self) -> str:
        """Why the sheet cannot be loaded though all is answered; '' where nothing is wrong."""
        if any(q.open for q in self.questions):
            return ""
        try:
            for mapping in self.completed:
                self._apply(self, mapping)
        except MappingError as error:
            return str(error)
        return ""

    @property
    def shared_rules(self) -> dict[str, dict[str, Rule]]:
        """The rules by table: a column that one of them takes up is no attribute of another."""
        return {m.table: m.rules(self.raw) for m in self.completed}

    @property
    def applied(self) -> tuple[Applied, ...]:
        """What the sheet gives each of its tables; empty while a question is open."""
        return tuple(self._apply(self, m) for m in self.completed) if self.ready else ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the rows, the gravest first; empty while a question is open."""
        return in_order([p for one in self.applied for p in one.problems])

    @property
    def counts(self) -> Counts | None:
        """The account of the rows for the first table, None while a question is open. All rows of a skipped sheet
        are set aside."""
        if self.skipped:
            return Counts(self.raw.file_rows, 0, 0, self.raw.file_rows)
        applied = self.applied
        return applied[0].counts if applied else None

    @property
    def columns(self) -> tuple[ColumnView, ...]:
        """Every source column: what it looks like, where it goes, and why."""
        return column_views(self.raw, self.completed, self.proposal)

    def preview(self, rows: int = 20) -> pd.DataFrame:
        """Return the first rows as they would be loaded into the first table; the raw cells where that is not known."""
        shown, changes = first_rows(self.raw, self.applied, rows), self.repairing.changes
        said = told(changes[changes["row"].isin(shown["_row"])]) if self.applied else None
        return shown.assign(_changed=shown["_row"].map(said).fillna("")) if said else shown

    @property
    def set_aside(self) -> pd.DataFrame:
        """The rows not loaded, for download: file, sheet, table, row, status, column, reason, then their cells."""
        return aside_frame(self.applied)

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

    def restore(self, record: Mapping[str, Any]) -> SheetPlan:
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
