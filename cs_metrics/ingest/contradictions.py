"""Where a file contradicts itself or another one: counted, with examples, before anything is published."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from cs_metrics.ingest import customer_files
from cs_metrics.ingest.apply import Applied
from cs_metrics.ingest.mappings.mapping import TableMapping
from cs_metrics.ingest.mappings.names import key
from cs_metrics.ingest.mappings.values import Lookup
from cs_metrics.ingest.mappings.vocabulary import flag_rank
from cs_metrics.ingest.problems import EXAMPLES, Problem, plural
from cs_metrics.ingest.sheet import RawSheet
from cs_metrics.ingest.types.engine import query
from cs_metrics.schema import TABLES, Type
from cs_metrics.sql import quote

# (table, earlier column, later column): the later one never lies before the earlier one.
_ORDER = (
    ("customers", "signed_up_on", "churned_on"),
    ("users", "created_at", "activated_at"),
    ("subscriptions", "start_date", "end_date"),
    ("subscriptions", "contract_start", "contract_end"),
    ("invoices", "period_start", "period_end"),
    ("survey_responses", "sent_at", "responded_at"),
    ("tickets", "created_at", "first_response_at"),
    ("tickets", "created_at", "resolved_at"),
    ("tickets", "first_response_at", "resolved_at"),
    ("milestones", "started_at", "reached_at"),
    ("opportunities", "created_at", "closed_at"),
    ("leads", "created_at", "first_contact_at"),
    ("leads", "created_at", "converted_at"),
    ("referrals", "made_at", "converted_at"),
    ("community_members", "joined_at", "left_at"),
)
# (table, needed columns, condition, what one row does, what several do, what becomes of them)
_ODD = (
    (
        "opportunities",
        ("status", "closed_at"),
        "status IN ('won', 'lost') AND closed_at IS NULL",
        "deal is won or lost without a closing date",
        "deals are won or lost without a closing date",
        "Win rates leave them out.",
    ),
    (
        "tickets",
        ("status", "resolved_at"),
        "lower(status) IN ('closed', 'resolved', 'solved', 'done') AND resolved_at IS NULL",
        "ticket is called closed and has no time of resolution",
        "tickets are called closed and have no time of resolution",
        "They count as unresolved.",
    ),
    (
        "subscriptions",
        ("amount",),
        "amount < 0",
        "subscription has an amount below zero",
        "subscriptions have an amount below zero",
        "Check the amounts.",
    ),
    (
        "orders",
        ("amount",),
        "amount < 0",
        "line has an amount below zero",
        "lines have an amount below zero",
        "They count as refunds.",
    ),
    (
        "tickets",
        ("satisfaction",),
        "satisfaction < 0 OR satisfaction > 10",
        "rating is outside 0 to 10",
        "ratings are outside 0 to 10",
        "Check the scale.",
    ),
)
_WITHOUT_CUSTOMER = "They are kept and counted; KPIs about customers leave them out."


def contradictions(applied: Sequence[Applied], published: Lookup | None = None) -> list[Problem]:
    """Return what is at odds within and between the sheets as they would be loaded. `published` finds values in what
    is published already: a customer that is there is not unknown."""
    tables: dict[str, list[Applied]] = defaultdict(list)
    for one in applied:
        tables[one.table].append(one)
    found: list[Problem] = customer_files.differing(tables["customers"])
    for one in applied:
        found += _wrong_order(one)
        found += _odd(one)
        found += _nobody(one)
        found += _orphans(one, tables["customers"], published)
        found += _before_start(one, tables["subscriptions"])
        found += _flags(one, tables["churn_events"])
        found += _still_paying(one, tables["subscriptions"])
    return found


def _problem(one: Applied, column: str, kind: str, count: int, what: str, advice: str, rows: Iterable[Any]) -> Problem:
    examples = tuple((int(r["_row"]), str(r.get("said") or "")) for r in rows)
    where = ""
    if examples:
        where = f", e.g. row {examples[0][0]}" + (f": {examples[0][1]}" if examples[0][1] else "")
    sentence = f"{what[:1].upper()}{what[1:]}{where}."
    return Problem(one.raw.file, one.raw.sheet, one.table, column, kind, "warning", count, sentence, advice, examples)


def _ask(one: Applied, condition: str, said: str, **more: pa.Table) -> tuple[int, list[dict[str, Any]]]:
    """Return how many rows meet a condition, and the first of them with what they say."""
    answer = query(
        f"WITH hit AS (SELECT _row, CAST({said} AS VARCHAR) AS said FROM t WHERE {condition})"
        f" SELECT (SELECT count(*) FROM hit) AS n, _row, said FROM hit ORDER BY _row LIMIT {EXAMPLES}",
        t=one.data,
        **more,
    ).to_pylist()
    return (answer[0]["n"], answer) if answer else (0, [])


def _wrong_order(one: Applied) -> list[Problem]:
    found = []
    for table, early, late in _ORDER:
        if one.table != table or not {early, late} <= set(one.mapped):
            continue
        said = f"{early} || ' > ' || {late}"
        count, rows = _ask(one, f"{late} < {early}", said)
        if count:
            what = f"{plural(count, 'row has', 'rows have')} {late} before {early}"
            advice = "A duration below zero is left out and counted."
            found.append(_problem(one, late, "order", count, what, advice, rows))
    return found


def _odd(one: Applied) -> list[Problem]:
    found = []
    for table, needs, condition, does, do, advice in _ODD:
        if one.table == table and set(needs) <= set(one.mapped):
            money = TABLES[table].column(needs[-1]).type is Type.MONEY
            count, rows = _ask(one, condition, f"CAST({needs[-1]} AS DOUBLE)" if money else needs[-1])
            if count:
                found.append(_problem(one, needs[-1], "odd", count, plural(count, does, do), advice, rows))
    return found


def _nobody(one: Applied) -> list[Problem]:
    """Rows of which nobody knows the customer."""
    table = TABLES[one.table]
    if "customer_id" not in one.mapped or "customer_id" in table.required:
        return []
    others = [c for c in ("user_id",) if c in one.mapped]
    condition = " AND ".join(f"{c} IS NULL" for c in ("customer_id", *others))
    count, rows = _ask(one, condition, "NULL")
    if not count:
        return []
    what = f"{plural(count, 'row has', 'rows have')} no customer"
    return [_problem(one, "customer_id", "no customer", count, what, _WITHOUT_CUSTOMER, rows)]


def _orphans(one: Applied, customers: Sequence[Applied], published: Lookup | None) -> list[Problem]:
    if one.table == "customers" or "customer_id" not in one.mapped or not customers:
        return []
    known = pa.concat_tables([c.data.select(["customer_id"]) for c in customers])
    before = published("customers", "customer_id", "customer_id") if published else None
    if before is not None:
        known = pa.concat_tables([known, before.select(["key"]).rename_columns(["customer_id"]).cast(known.schema)])
    condition = "customer_id IS NOT NULL AND customer_id NOT IN (SELECT customer_id FROM known)"
    count, rows = _ask(one, condition, "customer_id", known=known)
    if not count:
        return []
    place = " and ".join(dict.fromkeys(c.raw.place for c in customers))
    what = f"{plural(count, 'row names', 'rows name')} a customer that is not in {place}"
    return [
        _problem(one, "customer_id", "unknown customer", count, what, "They count as customers of their own.", rows)
    ]


def _before_start(one: Applied, subscriptions: Sequence[Applied]) -> list[Problem]:
    """Use of the product before the customer's first subscription."""
    if one.table != "events" or "customer_id" not in one.mapped or not subscriptions:
        return []
    starts = pa.concat_tables([s.data.select(["customer_id", "start_date"]) for s in subscriptions])
    condition = "occurred_at < (SELECT min(start_date) FROM starts s WHERE s.customer_id = t.customer_id)"
    count, rows = _ask(one, condition, "customer_id || ' on ' || CAST(occurred_at AS DATE)", starts=starts)
    if not count:
        return []
    what = f"{plural(count, 'row lies', 'rows lie')} before the customer's first subscription"
    return [_problem(one, "occurred_at", "before start", count, what, "They are loaded as they are.", rows)]


def _flags(one: Applied, events: Sequence[Applied]) -> list[Problem]:
    """A flag on the account that says it left, against the churn events that were recorded."""
    flags = [a for a in one.attributes if a.type is Type.BOOLEAN and flag_rank(a.name) is not None]
    if one.table != "customers" or not flags or not events:
        return []
    left = pa.concat_tables([e.data.select(["customer_id"]) for e in events])
    flag = quote(flags[0].name)
    inside = "customer_id IN (SELECT customer_id FROM left_)"
    found = []
    for condition, what in (
        (f"{flag} AND NOT {inside}", "said to have left by '{}', without a churn event"),
        (f"NOT {flag} AND {inside}", "not said to have left by '{}', with a churn event"),
    ):
        count, rows = _ask(one, condition, "customer_id", left_=left)
        if count:
            said = f"{plural(count, 'customer is', 'customers are')} {what.format(flags[0].name)}"
            advice = "Churn is taken from the subscriptions where there are any; the flag stays a filter."
            found.append(_problem(one, flags[0].name, "flag", count, said, advice, rows))
    return found


def _still_paying(one: Applied, subscriptions: Sequence[Applied]) -> list[Problem]:
    """A leaving recorded for a customer whose subscriptions go on."""
    if one.table != "churn_events" or not subscriptions:
        return []
    names = ["customer_id", "start_date", "end_date", "billing_period", "is_trial"]
    subs = pa.concat_tables([s.data.select(names) for s in subscriptions])
    condition = (
        "NOT coalesce(is_reactivation, false) AND EXISTS (SELECT 1 FROM subs s WHERE s.customer_id = t.customer_id"
        " AND s.start_date <= t.churned_on AND coalesce(s.end_date > t.churned_on, true)"
        " AND coalesce(s.billing_period, '') <> 'one_off' AND NOT coalesce(s.is_trial, false))"
    )
    count, rows = _ask(one, condition, "customer_id || ' on ' || churned_on", subs=subs)
    if not count:
        return []
    what = f"{plural(count, 'leaving is', 'leavings are')} recorded while a subscription of the customer goes on"
    advice = "Churn is taken from the subscriptions; the events give the reasons."
    return [_problem(one, "churned_on", "still paying", count, what, advice, rows)]


def near_matches(sheets: Sequence[RawSheet], feeds: Sequence[Sequence[TableMapping]]) -> list[Problem]:
    """Return values that differ only in case, spaces or punctuation ('GTXPro', 'GTX Pro') within or across sheets.

    Looked for in columns of the same name with few different texts. `feeds`: each sheet's mappings; spellings that
    they make one value of are no matter.
    """
    become = [_become(raw, mappings) for raw, mappings in zip(sheets, feeds, strict=True)]
    tables = {i: mappings[0].table for i, mappings in enumerate(feeds) if mappings}
    by_name: dict[str, list[tuple[int, str, dict[str, int]]]] = defaultdict(list)
    for index, raw in enumerate(sheets):
        for column in raw.columns:
            if column.profile.kind is Type.TEXT and column.profile.words:
                by_name[key(column.name)].append((index, column.name, column.profile.words))
    found = []
    for places in by_name.values():
        spellings: dict[str, dict[str, list[tuple[int, str, int]]]] = defaultdict(lambda: defaultdict(list))
        for index, name, words in places:
            for word, count in words.items():
                spellings[_plainly(word)][word].append((index, name, count))
        for variants in spellings.values():
            loaded = {become[i].get((n, word), word) for word, at in variants.items() for i, n, _ in at}
            if len(variants) > 1 and len(loaded) > 1:
                found.append(_near(sheets, tables, variants))
    return found


def _become(raw: RawSheet, mappings: Sequence[TableMapping]) -> dict[tuple[str, str], str]:
    """Return what becomes of a column's words, by (column, word), where a rule or a closed column changes them."""
    result: dict[tuple[str, str], str] = {}
    for mapping in mappings:
        for name, rule in mapping.rules(raw).items():
            if rule.kind != "from" or len(rule.sources) != 1:
                continue
            source = rule.sources[0]
            said = {text.casefold(): str(value) for text, value in reversed(rule.values or ())}
            exact = {text: str(value) for text, value in rule.values or ()}
            closed = bool(TABLES[mapping.table].column(name).values)
            for word in raw.column(source).profile.words:
                value = exact.get(word, said.get(word.casefold(), word))
                result.setdefault((source, word), key(value) if closed else value)
    return result


def _plainly(word: str) -> str:
    """Return a value without case, spaces, hyphens and points; signs that tell values apart (A, A+) stay."""
    return re.sub(r"[\s\-_.'’]+", "", word).casefold() or word


def _near(
    sheets: Sequence[RawSheet], tables: Mapping[int, str], variants: Mapping[str, list[tuple[int, str, int]]]
) -> Problem:
    rarest = min(variants, key=lambda word: sum(count for _, _, count in variants[word]))
    index, name, _ = max(variants[rarest], key=lambda place: place[2])
    parts = [
        f"'{word}' ({count:,} times in {sheets[i].place})"
        for word, places in variants.items()
        for i, _, count in places
    ]
    sentence = f"Column {name}: {' and '.join(parts)} look like the same thing."
    total = sum(count for places in variants.values() for _, _, count in places)
    raw, table = sheets[index], tables.get(index, "")
    advice = "They are loaded as two values; map one to the other if they are one."
    return Problem(raw.file, raw.sheet, table, name, "near match", "note", total, sentence, advice)
