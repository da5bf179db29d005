"""What a KPI is: data. Its measures are SQL over the rows of a relation; nothing here runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cs_metrics.sql import tokens


class Kind(StrEnum):
    """How a KPI meets a period: what happened in it, the state at its end, one set followed from start to end."""

    FLOW = "flow"
    SNAPSHOT = "snapshot"
    CARRY = "carry"
    COHORT = "cohort"


class Interval(StrEnum):
    """Which 95 % interval fits (see intervals.py). CLUSTER: of a share or mean whose rows share customers. DIFFERENCE:
    of the shares of two groups, in percentage points (`each`: whether a row counts, `weight`: 1 or 0, its group).
    CURVE: of the mean life under a survival curve."""

    NONE = "none"
    WILSON = "wilson"
    NPS = "nps"
    MEAN = "mean"
    MEDIAN = "median"
    CLUSTER = "cluster"
    JACKKNIFE = "jackknife"
    DIFFERENCE = "difference"
    CURVE = "curve"


@dataclass(frozen=True)
class Measure:
    """A number from many rows: `sql` aggregates them, `each` is one row's own share in it (0 or null: none)."""

    sql: str
    each: str


def count(condition: str = "TRUE") -> Measure:
    """The number of rows for which the condition holds."""
    return Measure(f"count(*) FILTER (WHERE {condition})", f"CASE WHEN {condition} THEN 1 ELSE 0 END")


def total(value: str, condition: str = "TRUE") -> Measure:
    """The sum of a value over the rows for which the condition holds; 0 over none."""
    return Measure(
        f"coalesce(sum({value}) FILTER (WHERE {condition}), 0)", f"CASE WHEN {condition} THEN {value} ELSE 0 END"
    )


@dataclass(frozen=True)
class Extra:
    """What a customer did in or about the period, beside a relation that has one row per customer and period.

    `name` tells it from the relation's other extras. `totals` ('sql AS name') aggregate the rows of `source` (f) that
    meet a period (p) by `on`; `item` names a column that splits them into the KPI's items; `row_source` has `_source`
    and `_row` where `source` is coarser than the raw rows.
    """

    source: str
    on: str
    totals: tuple[str, ...]
    only: str = "TRUE"
    table: str = ""
    item: str = ""
    row_source: str = ""
    inner: bool = False
    name: str = "extra"


@dataclass(frozen=True)
class Relation:
    """The rows that KPIs count: a fact met with the periods, one row per what `grain` says.

    `source` is the fact (f), `on` its condition with a period (p: starts, ends, days, anchor, later; prior is the start
    of the period before), `columns` what is kept of it. With `keys` the rows are grouped by period and these, into
    `totals`. `last` keeps of each group of rows in a period (its first element) the last one (by its second). `moment`
    says when customers' attributes are read, `late` that it is a matter of the grouped row. `trailing`: the rows are
    met with so many complete months up to the period's end, and their counts are summed. `curve`: the rows (`lived`
    days, `ended` or not) become the steps of their Kaplan-Meier curve (see curve.py), whose `area` sums to the mean
    life; `curve_sums` are taken at each step.
    `finer`: the rows are first grouped by period, keys and these, into `finer_totals`, which `totals` then sum up.
    `splits`: a row belongs to several segments, so the whole is not the sum of its segments.
    `before`: the rows are met with the period before instead. `ahead` names a setting k: p.later is then the end of the
    k-th period after this one, and a value is complete only when that has ended.
    `noun`: what its rows are called, where they are not those of one table.
    `score` names a score of score_rules.py: each row gets its `points` and `with_data`, from its signals; with
    `by_component` a row is one of its components (`item`), its `points` a part of the score.
    `of_snapshots`: the fact's rows were seen at a month's end, so that other period ends take the one before.
    """

    name: str
    grain: str
    source: str
    on: str
    columns: tuple[str, ...] = ()
    moment: str = "p.starts"
    just_before: bool = False
    keys: tuple[str, ...] = ()
    totals: tuple[str, ...] = ()
    finer: tuple[str, ...] = ()
    finer_totals: tuple[str, ...] = ()
    last: tuple[str, str] | None = None
    late: bool = False
    extras: tuple[Extra, ...] = ()
    table: str = ""
    tables: tuple[str, ...] = ()
    row_source: str = ""
    trailing: int = 0
    splits: bool = False
    unit: str = "customer_id"
    derived: tuple[str, ...] = ()
    curve: bool = False
    curve_sums: tuple[str, ...] = ()
    before: bool = False
    ahead: str = ""
    noun: str = ""
    score: str = ""
    by_component: bool = False
    of_snapshots: bool = False


@dataclass(frozen=True)
class Part:
    """A number that a KPI's formula names: a measure over a relation of its own."""

    over: Relation
    measure: Measure
    only: str = "TRUE"


@dataclass(frozen=True)
class LeftOut:
    """Rows that a KPI leaves out: how many (SQL), what they are (words; `one` for a single one), and how much they
    come to (SQL)."""

    sql: str
    words: str
    one: str
    amount: str = ""


@dataclass(frozen=True)
class Beside:
    """A number shown beside the value: the mean beside a median, the share who found it easy. `over`: the rows that it
    is an aggregate of, where they are others than the value's."""

    name: str
    sql: str
    unit: str = ""
    over: Relation | None = None


@dataclass(frozen=True, kw_only=True)
class Form:
    """One way of computing a KPI. `needs`: 'table.column' that must have data, 'settings.name' that must be
    chosen, 'name=value' that `fact_info` must say ('a|b&c': one of them, or several together); `when`: what
    `fact_info`, or a setting ('settings.name'), must say; `unmet`: the need that is named where it says otherwise and
    nothing else is lacking.

    Over one relation: `over`, `only`, `numerator`, `denominator` are measures of it, `value` an aggregate where the
    value is not numerator / denominator. Over several: `parts`, and `quotient` and `divisor` are formulas of them.
    `bounds` cut the interval; so does `scale`, the SQL of the lowest and the highest that a row can be worth.
    `n` counts the base; `base` names it in words. `each` and `weight`: the row's part in what the interval is about
    (those of numerator and denominator by default). `aside`: forms over other relations whose values are shown beside
    this one's, by their names. `item`: a column that splits the numerator into the KPI's items;
    `every_item`: an item with nothing in a cell is there too, as 0; `known_items`: so are those that it names, seen or
    not; `own_base`: an item is measured against its own rows (its denominator is of the item, not of the whole).
    `note`: said beside every value; `empty`: said where there is a base and no value, unless `fact_info` says more
    under the key `reason`.
    `words`: the formula as a sentence that numbers are put into: '{numerator:customer} kept / {denominator:customer}'.
    A name in braces is value, numerator, denominator, n, a number beside the value, or a setting; what follows the
    colon is its unit, or the noun that it counts. Without {value} the sentence ends in it.
    """

    needs: tuple[str, ...] = ()
    when: tuple[str, str] | None = None
    unmet: str = ""
    over: Relation | None = None
    only: str = "TRUE"
    numerator: Measure | None = None
    denominator: Measure | None = None
    value: str = ""
    parts: Mapping[str, Part] = field(default_factory=dict)
    quotient: str = ""
    divisor: str = ""
    n: str = ""
    base: str = "rows"
    words: str = ""
    empty: str = ""
    reason: str = ""
    interval: Interval = Interval.NONE
    each: str = ""
    weight: str = ""
    unit: str = ""
    bounds: tuple[float, float] | None = None
    scale: tuple[str, str] | None = None
    item: str = ""
    items: Relation | None = None
    every_item: bool = False
    known_items: tuple[str, ...] = ()
    own_base: bool = False
    beside: tuple[Beside, ...] = ()
    aside: Mapping[str, Form] = field(default_factory=dict)
    note: str = ""
    leaves_out: tuple[LeftOut, ...] = ()

    @property
    def relations(self) -> tuple[Relation, ...]:
        found = [self.over, self.items, *(p.over for p in self.parts.values()), *(b.over for b in self.beside)]
        return tuple(dict.fromkeys(r for r in found if r is not None))

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(t for relation in self.relations for t in relation.tables))


@dataclass(frozen=True, kw_only=True)
class Doc:
    """What a reader is told, in twelve attributes, each written for this KPI alone.

    `definition`: what it is; `insight`: what it tells the business; `measured`: how it is measured from the data;
    `formula`; `trends`: how it tends to move and what a trend means; `questions` to ask when it moves; what to do to
    `improve` it; how best to `show` it; `risks` and misreadings; the tools and data `sources` that feed it; what it
    `connects` to in other processes; `effects`: what a change in it does to other KPIs, by their ids.
    """

    definition: str
    formula: str
    insight: str
    risks: str
    measured: str = ""
    trends: str = ""
    questions: tuple[str, ...] = ()
    improve: tuple[str, ...] = ()
    show: str = ""
    sources: str = ""
    connects: str = ""
    effects: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class KPI:
    """A KPI: what it is called, what it means, and one or more forms, of which the first computable one is used.

    `unit`: share, score, money, count, hours, days or ratio. `better`: higher, lower or neither. `follow` names the
    setting (days) for which a period is followed before it is complete. `category`, `area`, `stage` and `cadence`
    (weekly, monthly or quarterly) are those of catalogue/places.py; `leading`: it moves before the outcome does.
    """

    id: str
    name: str
    category: str
    kind: Kind
    unit: str
    better: str
    forms: tuple[Form, ...]
    doc: Doc
    also: tuple[str, ...] = ()
    follow: str = ""
    area: str = ""
    stage: str = ""
    leading: bool = False
    cadence: str = "monthly"

    @property
    def audience(self) -> str:
        """Whom it is usually for, by how often it is looked at."""
        return {"weekly": "team", "monthly": "leadership", "quarterly": "executives"}[self.cadence]

    @property
    def every_form(self) -> tuple[Form, ...]:
        """Its forms and those aside of them."""
        return tuple(one for form in self.forms for one in (form, *form.aside.values()))

    @property
    def settings(self) -> tuple[str, ...]:
        """The names of the settings it reads when it is asked (those that facts read come on top)."""
        texts = [self.follow and f":{self.follow}"]
        for form in self.every_form:
            texts += [form.only, form.value, form.quotient, form.divisor, form.n, form.each, form.weight]
            texts += [f":{form.when[0].partition('.')[2]}"] if form.when and "." in form.when[0] else []
            for measure in (form.numerator, form.denominator, *(p.measure for p in form.parts.values())):
                texts += [measure.sql] if measure else []
            texts += [b.sql for b in form.beside] + [out.sql for out in form.leaves_out]
            texts += [p.only for p in form.parts.values()]
            for relation in form.relations:
                texts += [relation.on, *relation.columns, *relation.totals, *(relation.last or ())]
                texts += relation.finer_totals
                texts += [t for extra in relation.extras for t in (extra.only, extra.on, *extra.totals)]
                texts += [f":{relation.ahead}"] if relation.ahead else []
                texts += [":scores"] if relation.score else []
        return tuple(sorted(set().union(*(tokens(t) for t in texts)) - {"as_of"}))
