"""What only a person can say about a sheet: asked once, with the evidence, and never answered silently."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from cs_metrics.ingest.mappings.ends import inclusive_evidence, per_unit_evidence
from cs_metrics.ingest.mappings.fit import filled
from cs_metrics.ingest.mappings.mapping import PEOPLE, TableMapping, complete
from cs_metrics.ingest.mappings.names import key
from cs_metrics.ingest.mappings.question import Choice, Question
from cs_metrics.ingest.mappings.rules import Rule
from cs_metrics.ingest.mappings.survey_questions import of_survey
from cs_metrics.ingest.mappings.vendors import counts_cents
from cs_metrics.ingest.sheet import RawColumn, RawSheet
from cs_metrics.schema import TABLES, Column, Type

_DATES, _NUMBERS = (Type.DATE, Type.INSTANT), (Type.MONEY, Type.NUMBER, Type.INTEGER)
_TOUCHES = "check_in qbr email call meeting testimonial case_study reference review introduction"
_MANY = 12


def ask(
    raw: RawSheet, mappings: Iterable[TableMapping], answers: Mapping[str, Any], suggested: dt.date | None
) -> tuple[Question, ...]:
    """Return the sheet's questions, answered ones among them. `suggested`: the date shown for one that is asked."""
    found: dict[str, Question] = {}
    for mapping in mappings:
        full = complete(mapping, answers)
        rules = full.rules(raw)
        own = complete(mapping, {k: v for k, v in answers.items() if k.startswith("required:")}).rules(raw)
        for question in (
            *_missing(raw, mapping, own, answers),
            *_people(raw, mapping, rules),
            *_anchor(raw, own, suggested),
            *_ambiguous(raw, mapping, own),
            *_subscription(raw, mapping, own),
            *_ends(raw, mapping, own),
            *of_survey(raw, mapping, rules, own),
        ):
            found.setdefault(question.id, question)
    return tuple(replace(q, answer=answers.get(q.id)) for q in found.values())


def _example(column: RawColumn) -> str:
    return ", ".join(column.profile.samples[:3])


def _missing(
    raw: RawSheet, mapping: TableMapping, rules: Mapping[str, Rule], answers: Mapping[str, Any]
) -> list[Question]:
    """A required column that nothing fills, with the columns that could."""
    table = TABLES[mapping.table]
    groups = [(name,) for name in table.required] + list(table.one_of)
    if mapping.table == "subscriptions" and "amount" in rules:
        groups.append(("billing_period",))
    found = []
    for group in groups:
        name = next((n for n in group if f"required:{mapping.table}.{n}" in answers), group[-1])
        ident = f"required:{mapping.table}.{name}"
        if any(n in rules for n in group) and ident not in answers:
            continue
        target = table.column(name)
        choices = _candidates(raw, target, rules)
        said = f"No column says '{name}', which {mapping.table} needs: {target.help}"
        text = (
            said if choices else said + " No column of the sheet could be it: choose another table, or skip the sheet."
        )
        offered = [c for c in raw.columns if c.name in [x.value for x in choices]]
        evidence = "; ".join(
            f"{c.name}: {filled(c.profile):,} of {raw.rows:,} filled, e.g. {_example(c)}" for c in offered
        )
        found.append(Question(ident, name, text, choices=choices, evidence=evidence))
    return found


def _candidates(raw: RawSheet, target: Column, rules: Mapping[str, Rule]) -> tuple[Choice, ...]:
    words = target.values or (tuple(_TOUCHES.split()) if target.name == "kind" else ())
    if words:
        return tuple(Choice({"constant": w}, f"every row: {w}") for w in words)
    used = {s for r in rules.values() for s in r.sources}
    free = [c for c in raw.columns if filled(c.profile) and _could_be(c, target)]
    free.sort(key=lambda c: c.name in used)
    return tuple(Choice(c.name, f"column {c.name}") for c in free[:_MANY])


def _could_be(column: RawColumn, target: Column) -> bool:
    kind = column.profile.kind
    if target.type in _DATES:
        return kind in _DATES
    if target.type in _NUMBERS:
        return kind in _NUMBERS and not column.profile.looks_like_id
    return kind in (Type.ID, Type.TEXT, Type.INTEGER) or column.profile.whole_ids


def _people(raw: RawSheet, mapping: TableMapping, rules: Mapping[str, Rule]) -> list[Question]:
    """Whether people without an account are the customers themselves, as in a shop or an app for everybody."""
    person, account = rules.get("user_id"), rules.get("customer_id")
    names = {c.name for c in TABLES[mapping.table].columns}
    itself = account is not None and person is not None and account.sources == person.sources
    if person is None or "customer_id" not in names or person.kind != "from" or (account is not None and not itself):
        return []
    column = raw.column(person.sources[0])
    text = f"Is each '{column.name}' a customer of its own?"
    choices = (Choice(False, "no: these are people at accounts"), Choice(True, "yes: nobody else is the customer"))
    evidence = "no column names an account; without one, KPIs about customers leave these rows out"
    return [Question(f"{PEOPLE}{mapping.table}", column.name, text, choices=choices, default=False, evidence=evidence)]


def _anchor(raw: RawSheet, rules: Mapping[str, Rule], suggested: dt.date | None) -> list[Question]:
    """A tenure and a flag say how long and whether, not when: the date up to which they count."""
    waiting = [r for r in rules.values() if r.needs_anchor]
    if not waiting:
        return []
    names = list(dict.fromkeys(r.sources[0] for r in waiting))
    said = []
    for rule in waiting:
        column = raw.column(rule.sources[0])
        if rule.kind == "months_before":
            said.append(f"'{column.name}' runs from {column.profile.minimum} to {column.profile.maximum} months")
        else:
            gone = [w for w, left in rule.values or () if left]
            count = sum(column.profile.words.get(w, 0) for w in gone)
            said.append(
                f"'{column.name}' says {' or '.join(gone) or 'yes'} for {count:,} of {raw.rows:,}, who left by then"
            )
    text = f"Up to which date do {' and '.join(names)} count? Starts are reckoned back from it; who left, left on it."
    evidence = "; ".join(dict.fromkeys(said))
    shown = suggested.isoformat() if suggested else None
    return [Question("anchor", names[0], text, kind="date", evidence=evidence, suggestion=shown)]


def _ambiguous(raw: RawSheet, mapping: TableMapping, rules: Mapping[str, Rule]) -> list[Question]:
    """Dates that can be read both ways, and 1,234 that may be a thousand or one and a bit."""
    found = []
    for name, rule in rules.items():
        if rule.kind != "from" or len(rule.sources) != 1:
            continue
        column, kind = raw.column(rule.sources[0]), TABLES[mapping.table].column(name).type
        sample = _example(column)
        if kind in _DATES and column.profile.ambiguous_dates and rule.day_first is None:
            text = f"Which comes first in '{column.name}', the day or the month?"
            evidence = f"every value can be read both ways, e.g. {sample}"
            choices = (Choice(True, "the day (31/12/2025)"), Choice(False, "the month (12/31/2025)"))
            found.append(Question(f"day_first:{column.name}", column.name, text, choices=choices, evidence=evidence))
        if kind in _NUMBERS and column.profile.ambiguous_decimal and rule.decimal is None:
            text = f"Is the comma or point in '{column.name}' for thousands or for decimals?"
            choices = (Choice("dot", "1,234.5"), Choice("comma", "1.234,5"))
            ident = f"decimal:{column.name}"
            found.append(Question(ident, column.name, text, choices=choices, default="dot", evidence=f"e.g. {sample}"))
    return found


def _subscription(raw: RawSheet, mapping: TableMapping, rules: Mapping[str, Rule]) -> list[Question]:
    """Amounts: for one unit or for all; in cents where the vendor writes them so."""
    amount = rules.get("amount")
    if amount is None or amount.kind != "from":
        return []
    source, found = amount.sources[0], []
    quantity = rules.get("quantity")
    if mapping.table == "subscriptions" and quantity is not None and quantity.kind == "from" and not amount.times:
        evidence = per_unit_evidence(raw, source, quantity.sources[0])
        text = f"Is '{source}' for one unit, or for all of '{quantity.sources[0]}'?"
        choices = (Choice(False, "for all of them"), Choice(True, "for one unit"))
        ident = f"per_unit:{mapping.table}.amount"
        default = None if evidence.says else False
        found.append(
            Question(
                ident, source, text, choices=choices, default=default, evidence=evidence.words, suggestion=evidence.says
            )
        )
    in_cents = counts_cents(raw, source) if amount.divide is None else None
    if in_cents:
        text = f"Is '{source}' in cents?"
        choices = (Choice(True, "yes: 4900 is 49.00"), Choice(False, "no"))
        said = f"{in_cents.words}, e.g. {_example(raw.column(source))}"
        ident, default = f"cents:{mapping.table}.amount", in_cents.says
        found.append(Question(ident, source, text, choices=choices, default=default, evidence=said))
    return found + _discount(raw, mapping, rules, source)


def _discount(raw: RawSheet, mapping: TableMapping, rules: Mapping[str, Rule], amount: str) -> list[Question]:
    """Whether a discount is money or a percentage, where its name does not say so and its numbers could be both."""
    rule = rules.get("discount")
    if mapping.table != "subscriptions" or rule is None or rule.kind != "from" or rule.times or rule.divide:
        return []
    column = raw.column(rule.sources[0])
    highest = abs(float(column.profile.maximum or 0))
    if {"amount", "off", "value", "cents"} & set(key(column.name).split("_")) or highest > 100:
        return []
    text = f"Is '{column.name}' money, or a percentage of '{amount}'?"
    choices = (Choice(False, "money"), Choice(True, "a percentage: 20 is a fifth of it"))
    evidence = f"its highest value is {column.profile.maximum}, e.g. {_example(column)}"
    suggestion = True if column.profile.percent or "%" in column.name else None
    ident = f"percentage:{mapping.table}.discount"
    return [Question(ident, column.name, text, choices=choices, evidence=evidence, suggestion=suggestion)]


def _ends(raw: RawSheet, mapping: TableMapping, rules: Mapping[str, Rule]) -> list[Question]:
    """Ends are exclusive here; a file that gives the last day that still counts is shifted, once a person says so."""
    starts = {"end_date": "start_date", "contract_end": "contract_start", "period_end": "period_start"}
    found = []
    for column in TABLES[mapping.table].columns:
        rule, start = rules.get(column.name), rules.get(starts.get(column.name, ""))
        if not column.inclusive_end or rule is None or start is None or rule.shift_days:
            continue
        if rule.kind != "from" or start.kind != "from" or rule.unit or start.unit:
            continue
        customer = rules.get("customer_id")
        who = customer.sources[0] if customer is not None and customer.kind == "from" else None
        evidence = inclusive_evidence(raw, start.sources[0], rule.sources[0], who)
        text = f"Does the day in '{rule.sources[0]}' still count, or is it the first that no longer does?"
        choices = (Choice(True, "it still counts: the end is a day later"), Choice(False, "it no longer counts"))
        default = None if evidence.says else False
        ident = f"inclusive_end:{mapping.table}.{column.name}"
        found.append(
            Question(
                ident,
                rule.sources[0],
                text,
                choices=choices,
                default=default,
                evidence=evidence.words,
                suggestion=evidence.says,
            )
        )
    return found
