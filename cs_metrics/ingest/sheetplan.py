"""One sheet of a plan: its choices, and what comes of them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd

from cs_metrics.errors import MappingError, did_you_mean
from cs_metrics.ingest.apply import Applied, Counts
from cs_metrics.ingest.mappings import wide
from cs_metrics.ingest.mappings.mapping import TableMapping, complete
from cs_metrics.ingest.mappings.propose import SheetProposal, is_undecided
from cs_metrics.ingest.mappings.question import Choice, Question
from cs_metrics.ingest.mappings.questions import ask
from cs_metrics.ingest.mappings.rules import Rule
from cs_metrics.ingest.mappings.wide import Wide
from cs_metrics.ingest.problems import Problem, in_order
from cs_metrics.ingest.repair.repairable import find
from cs_metrics.ingest.repair.repairing import Group, told, with_currency
from cs_metrics.ingest.sheet import RawSheet
from cs_metrics.ingest.sheetchoices import SheetChoices
from cs_metrics.ingest.views import ColumnView, aside_frame, column_views, first_rows
from cs_metrics.schema import TABLES


class SheetPlan(SheetChoices):
    """One sheet. What changes it (`use`, `also`, `skip`, `answer`, `repair` ...) stands in SheetChoices; all else tells
    what comes of it."""

    def __init__(
        self,
        raw: RawSheet,
        proposal: SheetProposal,
        applied: Callable[[SheetPlan, TableMapping], Applied],
        suggested: dt.date | None,
        as_came: tuple[Wide, SheetProposal] | None = None,
    ) -> None:
        self._apply, self._suggested = applied, suggested
        self._questions: tuple[str, tuple[Question, ...]] | None = None
        self._repairs: tuple[str, tuple[Group, ...]] | None = None
        super().__init__(raw, proposal, as_came)

    def __repr__(self) -> str:
        return f"<SheetPlan {self.raw.place}: {', '.join(m.table for m in self._mappings) or 'skip'}>"

    # What it says

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
        chosen = [self._unpivoted, [m.to_json() for m in self._mappings], self._answers, self.repairing.repairs]
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
