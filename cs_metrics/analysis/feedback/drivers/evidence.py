"""What is known of an answer from before it was given: attributes as they were, features used, tickets, onboarding.

Nothing that came after an answer is in its row: every fact is taken strictly before `answered_at`; use of a feature,
which is kept by the day, from days that were over. What has no date of its own is taken only once something dated says
that it must have been there: a ticket's reopening once the ticket was resolved for the last time, its rating RATED_DAYS
after that. Facts looked for in the days before an answer are unknown, not absent, where the data do not reach so far
back. An attribute without history has today's value, as everywhere; one whose name tells how things ended is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb

from cs_metrics.analysis.feedback.answers import Answers
from cs_metrics.analysis.why.candidates import AFTERWARDS
from cs_metrics.errors import QueryError
from cs_metrics.kpis.available import Attribute, Available
from cs_metrics.kpis.listing import FEW
from cs_metrics.schema import TABLES, Type
from cs_metrics.sql import literal, quote

RATED_DAYS = 14
FEATURES = 20
"""So many features are looked at, those that most accounts use."""
MOST_DAYS = 3650
_NUMBERS = ("DOUBLE", "BIGINT", "DECIMAL")
_JOINS = {
    "t": "LEFT JOIN tickets_before AS t ON t.answer = a.answer",
    "u": "LEFT JOIN use_before AS u ON u.answer = a.answer",
    "f": "LEFT JOIN feature_before AS f ON f.answer = a.answer",
    "s": "LEFT JOIN fact_signup AS s ON s.customer_id = a.customer_id",
    "o": "LEFT JOIN fact_onboarding AS o ON o.customer_id = a.customer_id",
    "p": "LEFT JOIN dim_users AS p ON p.user_id = a.user_id",
}
_DONE = "t.resolved_at < a.answered_at AND t.resolved_at >= t.created_at"


@dataclass(frozen=True)
class Fact:
    """Something that is known of an answer. `name`: in words, for an attribute its name; `kind`: attribute, feature,
    use, tickets or onboarding; `form`: category, flag (yes or no) or number, in `unit` (count, hours, days or score);
    `sql`: its value; `needs`: the columns ('table.column') it is read from; `today`: an attribute without history;
    `key` calls it by a word that does not change with the days."""

    name: str
    kind: str
    form: str
    sql: str
    unit: str = ""
    needs: tuple[str, ...] = ()
    today: bool = False
    key: str = ""


@dataclass(frozen=True)
class Evidence:
    """The facts of the answers, and the SELECT of a row for each answer: cluster, worth, x0, x1 ... (the facts)."""

    facts: tuple[Fact, ...]
    select: str
    ctes: tuple[str, ...]


def attributes(known: Available, among: Iterable[str] | None, table: str) -> list[str]:
    """Return the attributes that an answer may be told apart by: the customer's, and those of the answer's own row."""
    allowed = None if among is None else set(among)
    return [
        a.name
        for a in known.attributes.values()
        if a.table in ("customers", table) and (allowed is None or a.name in allowed) and _form(a)
    ]


def _form(a: Attribute) -> str:
    """Return how answers can be told apart by an attribute: as a category of few values, as a number of many; '' for
    what is a key, a date or a measure of the data model, or tells how things ended. With history it is told as it was
    at the answer, whatever its name says."""
    told_after = AFTERWARDS.search(a.column) and not a.history
    measures = {c.name for c in TABLES[a.table].columns if c.type in (Type.NUMBER, Type.MONEY)}
    if told_after or a.column.endswith("_id") or a.type in ("DATE", "TIMESTAMP") or a.column in measures:
        return ""
    if a.distinct <= FEW:
        return "category" if a.distinct + (a.nulls > 0) > 1 else ""
    return "number" if a.column == "company_size" or a.type.startswith(_NUMBERS) else ""


def gather(
    con: duckdb.DuckDBPyConnection,
    answers: Answers,
    days: int,
    among: Iterable[str] | None = None,
    keys: Iterable[str] | None = None,
) -> Evidence:
    """Return what is known of the answers from before they were given, where the version has it; `answers` are broken
    down by their attributes. `days`: how far back tickets and use are looked for. `among`: the attributes that may be
    read ('table.column' of rows); `keys`: the facts wanted (None: all). Of ratings of tickets the ticket's own
    handling is taken too: it came before them. Raises QueryError for days that cannot be.
    """
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
        raise QueryError(f"'days' says how far before an answer facts are looked for: 1 to {MOST_DAYS}, not {days!r}.")
    own = answers.relation.table == "tickets"
    known = answers.asked.available
    allowed = None if among is None else set(among)
    found = [
        *_attributes(answers, known, allowed),
        *(_own_ticket() if own else []),
        *_tickets(con, days),
        *_use(con, days),
        *_onboarding(),
    ]
    wanted = None if keys is None else set(keys)
    kept = [
        fact
        for fact in found
        if all(need in known.mapped for need in fact.needs)
        and (allowed is None or all(_name(need) in allowed for need in fact.needs))
        and (wanted is None or fact.key in wanted)
    ]
    values = "".join(f", {fact.sql} AS x{place}" for place, fact in enumerate(kept))
    joins = [join for alias, join in _JOINS.items() if re.search(rf"\b{alias}\.", values)]
    select = (
        "SELECT hash(a.cluster) AS cluster, hash(a.respondent) AS respondent, CAST(a.worth AS DOUBLE) AS worth"
        + "\n".join([f"{values}\nFROM asked AS a", *joins])
    )
    return Evidence(tuple(kept), select, tuple(_ctes(con, answers, known, days, own)))


def _name(need: str) -> str:
    """Return an attribute's name as a filter has it: bare where it is the customer's."""
    return need.removeprefix("customers.")


def _attributes(answers: Answers, known: Available, allowed: set[str] | None) -> list[Fact]:
    places = {name: f"a.b{place}" for place, name in enumerate(answers.question.by, start=1)}
    of_users = [a for a in known.attributes.values() if a.table == "users" and answers.relation.table != "tickets"]
    places |= {a.name: f"p.{quote(a.column)}" for a in of_users if allowed is None or a.name in allowed}
    found = []
    for name, column in places.items():
        a = known.attribute(name)
        kinds = {"category": f"CAST({column} AS VARCHAR)", "number": f"TRY_CAST({column} AS DOUBLE)"}
        today = a.table in ("customers", "users") and not a.history
        if form := _form(a):
            found.append(Fact(name, "attribute", form, kinds[form], needs=(f"{a.table}.{a.column}",), today=today))
    return found


def _own_ticket() -> list[Fact]:
    return [
        Fact("Hours until the ticket was resolved", "tickets", "number", "a.own_hours", "hours",
             ("tickets.created_at", "tickets.resolved_at"), key="own_hours"),
        Fact("Hours until the ticket was first answered", "tickets", "number", "a.own_response", "hours",
             ("tickets.created_at", "tickets.first_response_at")),
        Fact("The ticket was reopened", "tickets", "flag", "a.own_reopened", "",
             ("tickets.resolved_at", "tickets.reopened")),
    ]  # fmt: skip


def _tickets(con: duckdb.DuckDBPyConnection, days: int) -> list[Fact]:
    known = _covered(con, "fact_ticket", "created_at", days)
    before = f"in the {days} days before"

    def of(key: str, name: str, form: str, value: str, unit: str, *needs: str) -> Fact:
        columns = ("tickets.customer_id", "tickets.created_at", *(f"tickets.{n}" for n in needs))
        return Fact(name, "tickets", form, f"CASE WHEN {known} THEN {value} END", unit, columns, key=key)

    return [
        of("tickets", f"Tickets {before}", "number", "coalesce(t.tickets, 0)", "count"),
        of("open", f"A ticket {before} was still open", "flag", "coalesce(t.still_open, FALSE)", "", "resolved_at"),
        of("hours", f"Hours to resolve tickets {before}", "number", "t.hours", "hours", "resolved_at"),
        of("response", f"Hours to a first answer to tickets {before}", "number", "t.response", "hours",
           "first_response_at"),
        of("reopened", f"A ticket was reopened {before}", "flag", "t.reopened", "", "resolved_at", "reopened"),
        of("rating", f"Rating of tickets {before}", "number", "t.rating", "score", "resolved_at", "satisfaction"),
    ]  # fmt: skip


def _use(con: duckdb.DuckDBPyConnection, days: int) -> list[Fact]:
    known = _covered(con, "fact_user_day", "day", days)
    before = f"in the {days} days before"
    found = [
        Fact(f"Days of use {before}", "use", "number", f"CASE WHEN {known} THEN coalesce(u.days, 0) END", "count",
             ("events.occurred_at",))
    ]  # fmt: skip
    for place, feature in enumerate(_features(con)):
        value = f"CASE WHEN {known} THEN coalesce(f.used{place}, FALSE) END"
        needs = ("events.occurred_at", "events.feature")
        found.append(Fact(f"Used {feature} {before}", "feature", "flag", value, "", needs))
    return found


def _features(con: duckdb.DuckDBPyConnection) -> list[str]:
    rows = con.execute(
        "SELECT feature FROM fact_feature_use GROUP BY 1 ORDER BY count(DISTINCT customer_id) DESC, 1 LIMIT $1",
        [FEATURES],
    ).fetchall()
    return sorted(str(row[0]) for row in rows)


def _onboarding() -> list[Fact]:
    signed, steps = ("customers.signed_up_on",), ("milestones.milestone", "milestones.reached_at")
    since = "epoch(a.answered_at) - epoch(s.signed_up_at)"
    valued = "s.first_value_at < a.answered_at AND s.first_value_at >= s.signed_up_at"
    return [
        Fact("Onboarding was completed", "onboarding", "flag",
             "CASE WHEN o.started_at < a.answered_at THEN coalesce(o.completed_at < a.answered_at, FALSE) END", "",
             steps),
        Fact("Days from sign-up to first value", "onboarding", "number",
             f"CASE WHEN {valued} THEN (epoch(s.first_value_at) - epoch(s.signed_up_at)) / 86400 END", "days", steps),
        Fact("Was activated", "onboarding", "flag",
             "CASE WHEN s.signed_up_at < a.answered_at THEN coalesce(a.activated_at < a.answered_at, FALSE) END", "",
             steps),
        Fact("Days since sign-up", "onboarding", "number",
             f"CASE WHEN s.signed_up_at < a.answered_at THEN ({since}) / 86400 END", "days", signed),
    ]  # fmt: skip


def _covered(con: duckdb.DuckDBPyConnection, fact: str, time: str, days: int) -> str:
    """Return the condition that an answer's whole look-back lies within the data of a fact."""
    first: Any = con.execute(f"SELECT min({time}) FROM {fact}").fetchall()[0][0]
    if first is None:
        return "FALSE"
    start = datetime.fromisoformat(str(first)) + timedelta(days=days)
    return f"(a.customer_id IS NOT NULL AND a.answered_at >= {literal(start)})"


def _ctes(con: duckdb.DuckDBPyConnection, answers: Answers, known: Available, days: int, own: bool) -> list[str]:
    by = "".join(f", a.{b}" for b in answers.writer.breakdown)
    if own:
        who = (
            "CAST(NULL AS VARCHAR) AS user_id, g.activated_at, "
            "CASE WHEN r.resolved_at >= r.created_at THEN r.resolution_hours END AS own_hours, "
            "CASE WHEN r.first_response_at >= r.created_at THEN r.response_hours END AS own_response, "
            "CASE WHEN r.resolved_at IS NOT NULL THEN r.reopened END AS own_reopened"
        )
        source = "fact_ticket AS r ON r._id = a._id LEFT JOIN fact_signup AS g ON g.customer_id = a.customer_id"
    else:
        who, source = "r.user_id, r.activated_at", "fact_response AS r ON r._id = a._id"
    asked = (
        "asked AS MATERIALIZED (\n  SELECT a._id AS answer, a.customer_id, a.cluster, a.respondent, a.worth, "
        f"a.answered_at, {who}{by}\n  FROM {{answers}} AS a LEFT JOIN {source})"
    )
    back = f"INTERVAL {int(days)} DAY"
    tickets = f"""tickets_before AS (
  SELECT a.answer, count(*) AS tickets,
         bool_or(t.resolved_at IS NULL OR t.resolved_at >= a.answered_at) AS still_open,
         avg(t.resolution_hours) FILTER (WHERE {_DONE}) AS hours,
         avg(t.response_hours) FILTER (WHERE t.first_response_at < a.answered_at
             AND t.first_response_at >= t.created_at) AS response,
         bool_or(t.reopened) FILTER (WHERE {_DONE}) AS reopened,
         avg(t.satisfaction) FILTER (WHERE {_DONE} AND t.resolved_at < a.answered_at - INTERVAL {RATED_DAYS} DAY)
             AS rating
  FROM asked AS a JOIN fact_ticket AS t ON t.customer_id = a.customer_id AND t.created_at < a.answered_at
       AND t.created_at >= a.answered_at - {back} AND t._id <> a.answer
  GROUP BY 1)"""
    return [asked, tickets, *_use_ctes(con, known, back, own)]


def _use_ctes(con: duckdb.DuckDBPyConnection, known: Available, back: str, own: bool) -> list[str]:
    """The respondent's own use where it is known who answered and events name users, else the account's."""
    named = "events.user_id" in known.mapped and not own
    used = [f"bool_or(e.feature = {literal(name)}) AS used{place}" for place, name in enumerate(_features(con))]
    of_days, of_features = (
        _before_each(fact, column, back, named)
        for fact, column in (("fact_user_day", "day"), ("fact_feature_use", "feature"))
    )
    return [
        f"use_before AS (\n  SELECT answer, count(DISTINCT day) AS days FROM ({of_days}) GROUP BY 1)",
        f"feature_before AS (\n  SELECT e.answer{''.join(f', {one}' for one in used)} FROM ({of_features}) AS e "
        "GROUP BY 1)",
    ]


def _before_each(fact: str, column: str, back: str, named: bool) -> str:
    window = f"e.day < date_trunc('day', a.answered_at) AND e.day >= date_trunc('day', a.answered_at) - {back}"
    select = f"SELECT a.answer, e.{column} FROM asked AS a JOIN {fact} AS e ON"
    of_account = f"{select} e.customer_id = a.customer_id AND {window}"
    if not named:
        return of_account
    of_user = f"{select} e.user_id = a.user_id AND {window}"
    return f"{of_user} WHERE a.user_id IS NOT NULL UNION ALL {of_account} WHERE a.user_id IS NULL"
