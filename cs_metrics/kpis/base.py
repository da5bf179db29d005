"""From a relation to the SQL of its rows: met with the periods, filtered, with the attributes asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cs_metrics.facts import event_rows
from cs_metrics.facts.model import MONEY_SOURCES
from cs_metrics.kpis import curve
from cs_metrics.kpis.attributes import Joined, join
from cs_metrics.kpis.available import Available
from cs_metrics.kpis.model import Extra, Relation
from cs_metrics.kpis.relations.names import ACTIVITY, EVENTS, REVENUE
from cs_metrics.kpis.scores import steps, unread
from cs_metrics.kpis.sliced import paid_in_slice
from cs_metrics.kpis.where import compile_where, kept, names
from cs_metrics.periods import Period, add_months, before, floor, later
from cs_metrics.sql import Params, fill, literal

LINEAGE = ("f._source", "f._row", "f._id")
_PERIOD = ("pno", "starts", "ends", "days", "anchor", "later", "prior")


@dataclass
class Question:
    """What one statement answers. `periods` by number: 0 is the whole range, the grain's own begin at 1.

    `pinned`: a row of the whole that several lines make stands in one segment, that of its latest line, so that the
    segments' parts sum to the whole's; else it stands in each segment that one of its lines is in.
    """

    available: Available
    settings: Mapping[str, Any]
    as_of: datetime
    periods: Mapping[int, Period]
    by: tuple[str, ...] = ()
    where: Mapping[str, Any] = field(default_factory=dict)
    rows: bool = False
    grain: str | None = None
    params: Params = field(default_factory=Params)
    common: datetime | None = None
    withheld: frozenset[str] = frozenset()
    pinned: bool = False

    def share(self, relations: Sequence[Relation]) -> None:
        """Make the relations of one formula end together, and take only the attributes that all of them know."""
        self.common = min(self.reach(relation) for relation in relations)
        asked = {*self.by, *names(self.where)}
        self.withheld = frozenset(n for n in asked if not all(self._told_by(n, r) for r in relations))

    def _told_by(self, name: str, relation: Relation) -> bool:
        owner = self.owner(name)
        of_extra = owner in {extra.table for extra in relation.extras} and name not in self.by
        return owner in ("", self.table(relation)) or of_extra

    def table(self, relation: Relation) -> str:
        """Return the raw table whose row attributes the relation knows, or ''."""
        if relation.table != ACTIVITY:
            return relation.table
        source = self.available.info.get("activity_source", "")
        return source if source in MONEY_SOURCES else ""

    def tables(self, relation: Relation) -> list[str]:
        """Return the tables on which the freshness of the relation depends."""
        info = self.available.info
        source = info.get("activity_source", "")
        stands = {
            ACTIVITY: [source] if source in MONEY_SOURCES else [],
            REVENUE: [info.get("money_source") or "orders"],
        }
        return [t for name in relation.tables for t in stands.get(name, [name])]

    def reach(self, relation: Relation) -> datetime:
        """Return where the relation's data end; the relations of one formula end together."""
        if self.common is not None:
            return self.common
        return self.available.reach(self.tables(relation), self.as_of, self.settings["fresh_days"])[0]

    def later(self, relation: Relation, number: int) -> datetime:
        """Return the end of the period to which a relation looks ahead."""
        return later(self.periods[number], self.grain if number else None, int(self.settings[relation.ahead]))

    def fill(self, text: str, relation: Relation) -> str:
        """Fill a template's settings; `:as_of` is where the relation's data end."""
        return fill(text, {**self.settings, "as_of": self.reach(relation)}, self.params)

    def knows(self, name: str, relation: Relation) -> bool:
        """Return whether rows of the relation can be told apart by the attribute."""
        return name not in self.withheld and self.owner(name) in ("", self.table(relation))

    def splits(self, relation: Relation) -> bool:
        """Return whether a row of the whole may fall in several segments, so that the whole is asked for by itself."""
        if not relation.keys and relation.last is None:
            return False
        asked = [self.available.attribute(name) for name in self.by if self.knows(name, relation)]
        moves = [a for a in asked if not a.of_customer or (a.history and not relation.late)]
        return relation.splits or bool(moves)

    def ignored(self, relation: Relation) -> list[str]:
        """Return the names in the filter that say nothing about the relation's rows: of another table's rows."""
        return sorted(names(self.where).difference(*(names(part) for part in self.entries(relation))))

    def owner(self, name: str) -> str:
        """Return the table whose rows an attribute tells apart; '' for a customer's."""
        attribute = self.available.attribute(name)
        return "" if attribute.of_customer else attribute.table

    def entries(self, relation: Relation) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """Return the filter in three: of customers, of the relation's rows, of its extras' rows."""
        customers: dict[str, Any] = {}
        own: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        told = kept(self.where, lambda n: n not in self.withheld and self._told_by(n, relation))
        for name, condition in told.items():
            owners = {self.owner(n) for n in names({name: condition})} - {""}
            if not owners:
                customers[name] = condition
            elif self.table(relation) not in owners:
                extra[name] = condition
            else:  # one condition about two tables' rows: no row answers both, so the relation's own do
                own |= kept({name: condition}, lambda n: self.owner(n) in ("", self.table(relation)))
        return customers, own, extra


class Base:
    """The common table expressions that lead to a relation's rows. `name` is the last of them.

    `pooled`, where not empty, is the table that says which periods a month counts for.
    Its columns: pno, starts, ends, days, anchor, later, prior; b1, b2 ... for the breakdown; the relation's own.
    """

    def __init__(self, question: Question, relation: Relation, only: str, prefix: str) -> None:
        self.question, self.relation, self.prefix = question, relation, prefix
        self.ctes: list[str] = []
        self.name = ""
        self.pooled = ""
        customers, own, extra = question.entries(relation)
        self._of_customer, self._own, self._of_extra = customers, own, extra
        self._row_names = [n for n in question.by if question.owner(n) and question.knows(n, relation)]
        self._lines(only)
        if relation.last:
            self._keep_last()
        if relation.keys:
            self._group()
        if relation.late or relation.extras:
            self._place()
        if relation.curve and not question.rows:
            self._curve()
        if relation.derived:
            self._add("derived", f"SELECT *, {', '.join(relation.derived)} FROM {self.name}")
        if relation.score:
            self._score()

    def _score(self) -> None:
        """Bring the rows to their points by the workspace's rules; whom to open, signals that tell nothing are not."""
        relation, scores = self.relation, self.question.settings["scores"]
        if self.question.rows and relation.of_snapshots:
            self._add("read", f"SELECT * EXCLUDE ({', '.join(unread(relation.score, scores))}) FROM {self.name}")
        selects = steps(relation.score, scores, self.question.params, relation.by_component)
        for number, select in enumerate(selects, start=1):
            self._add(f"score{number}", select.format(self.name))

    def _curve(self) -> None:
        keys = ["pno", *(f"b{i}" for i in range(1, len(self.question.by) + 1))]
        for name, select in curve.steps(keys, self.relation.curve_sums):
            self._add(name, select.format(rows=self.name))

    def _add(self, name: str, select: str) -> None:
        self.name = f"{self.prefix}{name}"
        self.ctes.append(f"{self.name} AS (\n  {select})")

    def _periods(self) -> str:
        question, reach = self.question, self.question.reach(self.relation)
        begun = {n: Period(p.start, p.reach(reach)) for n, p in question.periods.items() if p.start < reach}
        if self.relation.before:
            begun = {n: before(question.periods[n], question.grain if n else None) for n in begun}
        if self.relation.trailing:
            begun = self._trailing(begun)
        rows = [
            f"({n}, {literal(p.start)}, {literal(p.end)}, {p.days_begun(reach)}, {literal(p.end)}, "
            f"{literal(min(reach, self._later(n, p)))}, {literal(self._prior(n, p))})"
            for n, p in begun.items()
        ]
        nothing = f"(-1, {literal(reach)}, {literal(reach)}, 0, " + ", ".join([literal(reach)] * 3) + ")"
        name = f"{self.prefix}periods"
        values = ",\n    ".join(rows or [nothing])
        self.ctes.append(f"{name} AS (\n  SELECT * FROM (VALUES\n    {values}) AS v({', '.join(_PERIOD)}))")
        return name

    def _later(self, number: int, period: Period) -> datetime:
        return self.question.later(self.relation, number) if self.relation.ahead else period.end

    def _prior(self, number: int, period: Period) -> datetime:
        """Return the start of the period before; months that are pooled have none of their own."""
        whole = period if self.pooled else self.question.periods[number]
        return before(whole, "month" if self.pooled else self.question.grain if number else None).start

    def _trailing(self, begun: Mapping[int, Period]) -> dict[int, Period]:
        """Return the complete months up to the end of each period, each once, and note which belong to which."""
        months: dict[datetime, int] = {}
        pairs = []
        for number, period in begun.items():
            last = floor(period.end, "month", {**self.question.settings, "fiscal_year_starts": 1})
            for back in range(self.relation.trailing, 0, -1):
                month = months.setdefault(add_months(last, -back), len(months) + 1)
                pairs.append(f"({number}, {month})")
        self.pooled = f"{self.prefix}pooled"
        values = ", ".join(pairs or ["(-1, -1)"])
        self.ctes.append(f"{self.pooled} AS (\n  SELECT * FROM (VALUES {values}) AS v(period_number, month_number))")
        return {number: Period(start, add_months(start, 1)) for start, number in months.items()}

    def _source(self, source: str, row_source: str, by_row: bool) -> str:
        chosen = row_source if row_source and by_row else source
        return chosen.replace(EVENTS, f"({event_rows(self.question.settings)})" if chosen == EVENTS else
                              event_rows(self.question.settings))  # fmt: skip

    def _lines(self, only: str) -> None:
        question, relation = self.question, self.relation
        periods = self._periods()
        early = {} if relation.late else self._of_customer
        filters = {**self._own, **early}
        wanted = [*names(filters), *self._row_names]
        wanted += [] if relation.late else [n for n in question.by if question.knows(n, relation)]
        moment = relation.moment if not relation.late else _line_moment(relation)
        table = question.table(relation)
        joined = join(question.available, wanted, moment=moment, just_before=relation.just_before, table=table or None)
        source = self._source(relation.source, relation.row_source, bool(self._uses_rows(wanted)))
        if relation.table == ACTIVITY and (self._own or self._row_names):
            source = paid_in_slice(question.available, source, table, self._own, self._row_names, question.params)
        columns = [*(f"p.{c}" for c in _PERIOD), "f.customer_id", *relation.columns]
        columns += self._breakdown(joined, late=False)
        columns += [f"{moment} AS _when"] if self._pins else []
        columns += LINEAGE if question.rows else ()
        conditions = [f"({only})"] if only != "TRUE" else []
        if filters:
            conditions.append(compile_where(filters, joined, question.params))
        if early:
            conditions.append("f.customer_id IS NOT NULL")
        self._add(
            "lines",
            f"SELECT {', '.join(question.fill(c, relation) for c in columns)}\n  FROM {source} AS f "
            f"JOIN {periods} AS p ON {question.fill(relation.on, relation)} {joined.sql}"
            + (f"\n  WHERE {question.fill(' AND '.join(conditions), relation)}" if conditions else ""),
        )

    def _uses_rows(self, wanted: list[str]) -> bool:
        return self.question.rows or any(self.question.owner(name) for name in wanted)

    def _breakdown(self, joined: Joined, late: bool) -> list[str]:
        """Return the breakdown's columns that are read at this stage; a name the relation does not know is null."""
        question, relation = self.question, self.relation
        columns = []
        for number, name in enumerate(question.by, start=1):
            known = question.knows(name, relation)
            is_late = relation.late and known and not question.owner(name)
            if is_late != late:
                continue
            columns.append(f"{joined(name)[0] if known else 'CAST(NULL AS VARCHAR)'} AS b{number}")
        return columns

    def _early_names(self) -> list[str]:
        question, relation = self.question, self.relation
        late = [n for n in question.by if relation.late and not question.owner(n) and question.knows(n, relation)]
        return [f"b{i}" for i, n in enumerate(self.question.by, start=1) if n not in late]

    @property
    def _pins(self) -> bool:
        return self.question.pinned and bool(self.relation.keys)

    def _pinned(self, by: Sequence[str], totals: Sequence[str]) -> list[str]:
        """Return what a grouped row takes from the latest of its lines: its segment, and its customer."""
        told = {*by, *(total.rsplit(" AS ", 1)[-1] for total in totals)}
        taken = [*self._early_names(), *(["customer_id"] if "customer_id" not in told else [])]
        return [*(f"arg_max({name}, _when) AS {name}" for name in taken), "max(_when) AS _when"]

    def _keep_last(self) -> None:
        group, order = self.relation.last or ("", "")
        apart = [] if self.question.pinned else self._early_names()
        keys = ", ".join(["pno", *apart, group])
        text = self.question.fill(f"PARTITION BY {keys} ORDER BY {order}", self.relation)
        self._add("kept", f"SELECT * FROM {self.name} QUALIFY row_number() OVER ({text}) = 1")

    def _group(self) -> None:
        relation = self.relation
        places = "list(DISTINCT struct_pack(source := _source, row := _row))"
        if relation.finer:
            self._sum("finer", (*relation.keys, *relation.finer), relation.finer_totals, places)
            places = "flatten(list(_rows))"
        self._sum("summed", relation.keys, relation.totals, places)
        times = ", ".join(f"p.{c}" for c in _PERIOD if c != "pno")
        joined = f"{self.name} AS s JOIN {self.prefix}periods AS p ON p.pno = s.pno"
        self._add("grouped", f"SELECT s.*, {times}\n  FROM {joined}")

    def _sum(self, name: str, by: Sequence[str], totals: Sequence[str], places: str) -> None:
        early = self._early_names()
        pinned = self._pinned(by, totals) if self._pins else []
        keys = ", ".join(["pno", *([] if pinned else early), *by])
        lineage = [
            "arg_max(_source, struct_pack(s := _source, r := _row)) AS _source",
            "arg_max(_row, struct_pack(s := _source, r := _row)) AS _row",
            f"{places} AS _rows",
        ]
        chosen = [*totals, *pinned, *(lineage if self.question.rows else ())]
        filled = self.question.fill(", ".join(chosen), self.relation)
        self._add(name, f"SELECT {keys}, {filled}\n  FROM {self.name} GROUP BY {keys}")

    def _place(self) -> None:
        """Bring what hangs on the grouped row: the customer's attributes, and what else it did in the period."""
        question, relation = self.question, self.relation
        grouped = self.name
        wanted = (
            [*names(self._of_customer), *(n for n in question.by if not question.owner(n))] if relation.late else []
        )
        joined = join(question.available, wanted, moment=relation.moment, just_before=relation.just_before)
        columns = ["f.*", *self._breakdown(joined, late=True)]
        extra_sql, found = "", []
        for number, extra in enumerate(relation.extras, start=1):
            name, alias = self._extra(extra), f"x{number}"
            columns += [f"{alias}.{total.rsplit(' AS ', 1)[1]}" for total in extra.totals]
            columns += [f"{alias}.item"] if extra.item else []
            found.append(f"coalesce({alias}._rows, [])")
            kind = "JOIN" if extra.inner else "LEFT JOIN"
            extra_sql += f" {kind} {name} AS {alias} ON {alias}.pno = f.pno AND {alias}.customer_id = f.customer_id"
        if relation.extras and question.rows:
            columns[0] = "f.* EXCLUDE (_rows)"
            columns.append(f"list_concat({', '.join(['f._rows', *found])}) AS _rows")
        where = compile_where(self._of_customer, joined, question.params) if wanted else "TRUE"
        self._add(
            "placed",
            f"SELECT {', '.join(columns)}\n  FROM {grouped} AS f {joined.sql}{extra_sql}"
            + (f"\n  WHERE {where}" if where != "TRUE" else ""),
        )

    def _extra(self, extra: Extra) -> str:
        question, relation = self.question, self.relation
        told = kept(self._of_extra, lambda n: question.owner(n) in ("", extra.table))
        joined = join(question.available, names(told), moment="p.starts", table=extra.table or None)
        where = compile_where(told, joined, question.params) if told else "TRUE"
        totals = list(extra.totals) + ([f"{extra.item} AS item"] if extra.item else [])
        if question.rows:
            totals.append("list(DISTINCT struct_pack(source := f._source, row := f._row)) AS _rows")
        keys = ["p.pno", "f.customer_id", *([extra.item] if extra.item else [])]
        source = self._source(extra.source, extra.row_source, question.rows or bool(told))
        only = question.fill(extra.only, relation)
        name = f"{self.prefix}{extra.name}"
        summed = question.fill(", ".join(totals), relation)
        self.ctes.append(
            f"{name} AS (\n  SELECT p.pno, f.customer_id, {summed}\n  FROM {source} AS f "
            f"JOIN {self.prefix}periods AS p ON {question.fill(extra.on, relation)} {joined.sql}\n"
            f"  WHERE ({only}) AND {where} GROUP BY {', '.join(keys)})"
        )
        return name


def _line_moment(relation: Relation) -> str:
    """Return when a late relation reads a customer's attribute that stands in one condition with a row's own."""
    return "p.starts" if relation.moment == "f.starts" else "p.anchor"
