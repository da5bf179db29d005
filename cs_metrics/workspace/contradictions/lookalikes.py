"""Ids that may be one customer, each pair with the evidence for it. Proposals only: a person decides."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import duckdb
import pandas as pd
from rapidfuzz import fuzz, process

from cs_metrics.sql import literal, quote
from cs_metrics.workspace.contradictions import orphans

COLUMNS = ("kept", "kept_name", "kept_in", "other", "other_name", "other_in", "evidence", "strength", "rows", "mrr",
           "orders")  # fmt: skip
# A key that more ids share than this says nothing about any two of them.
SHARED = 20
# Near spellings are looked for among so many names that begin (or end) alike; beyond, comparing each with each is slow.
BLOCK = 3000
NEAR = 88.0
SHORTEST = 5
FORMS = (
    "inc incorporated llc llp lp ltd limited plc corp corporation co company gmbh mbh ag kg kgaa ohg ug se sa sas sarl "
    "srl spa bv nv ab as aps oy oyj pty pte pvt kk holding holdings group and"
)
_SPLIT_FORMS = ("s a r l", "g m b h", "l l c", "s p a", "s r l", "s a", "b v", "n v", "a s", "p l c")
# whose mail is anybody's
_ANYBODY = (
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com me.com aol.com "
    "gmx.de gmx.net gmx.com web.de t-online.de mail.com mail.ru yandex.ru proton.me protonmail.com qq.com 163.com "
    "example.com example.org email.com"
)
_ABOUT_PLACE = r"(mail|domain|website|web_?site|homepage)"
_NAME = "the same name but for legal form, case, spaces and signs"
_NUMBER = "the same number but for leading zeros"


@dataclass(frozen=True)
class _Told:
    """A text that is said of an id, where it stands, and the domain in it ('' where it has none)."""

    text: str
    place: str
    domain: str


@dataclass
class _Pair:
    evidence: list[str] = field(default_factory=list)
    strength: float = 0.0

    def add(self, said: str, strength: float) -> None:
        if said not in self.evidence:
            self.evidence.append(said)
            self.strength = 1 - (1 - self.strength) * (1 - strength)


def proposals(
    con: duckdb.DuckDBPyConnection,
    stakes: pd.DataFrame,
) -> pd.DataFrame:
    """Return the pairs that may be one customer, the surest first: kept (the id that would stand for both), kept_name,
    kept_in (its tables with their rows), other, other_name, other_in, evidence (sentences), strength (0 to 1), rows (of
    the other id), mrr and orders (of the other id, as `orphans.stakes` says)."""
    said = _said(con)
    pairs: dict[tuple[str, str], _Pair] = defaultdict(_Pair)
    groups, near = list(_alike(said)), list(_near(said))
    names = {name for _, _, told in groups for name in told} | {name for found in near for name in found[:2]}
    about = _about(con, names)
    alike = [
        (best, other, *_evidence(column, key, told[best], told[other]))
        for column, key, told in groups
        for best in [min(told, key=lambda name: (*about[name].rank, name))]
        for other in told
        if other != best
    ]
    for first, second, evidence, strength in (*alike, *near):
        kept, other = sorted((first, second), key=lambda name: (*about[name].rank, name))
        pairs[kept, other].add(evidence, strength)
    money = stakes.set_index("customer_id")
    records = []
    for (kept, other), pair in pairs.items():
        one, two = about[kept], about[other]
        paid = money.loc[other] if other in money.index else None
        records.append(
            (kept, one.name, one.places, other, two.name, two.places, "; ".join(pair.evidence), pair.strength, two.rows,
             None if paid is None else paid["mrr"], None if paid is None else paid["orders"])
        )  # fmt: skip
    frame = pd.DataFrame(records, columns=list(COLUMNS))
    return frame.sort_values(["strength", "rows", "kept"], ascending=[False, False, True]).reset_index(
        drop=True
    )  # fmt: skip


def _said(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return what is said of each id: customer_id, text, place ('id', 'name', 'e-mail of a user', a column's name),
    domain (of a mail or web address), word (what names the customer, without legal form, case and signs), number."""
    texts = [
        "SELECT customer_id, customer_id AS text, 'id' AS place FROM dim_customer_ids",
        "SELECT customer_id, name, 'name' FROM customers WHERE name IS NOT NULL",
        "SELECT customer_id, email, 'e-mail of a user' FROM users WHERE email IS NOT NULL",
    ]
    columns = con.execute(
        "SELECT column_name FROM _columns WHERE table_name = 'customers' AND kind = 'attribute' AND type = 'VARCHAR' "
        f"AND regexp_matches(lower(column_name), '{_ABOUT_PLACE}') ORDER BY 1"
    ).fetchall()
    texts += [
        f"SELECT customer_id, {quote(c)}, {literal(c)} FROM customers WHERE {quote(c)} IS NOT NULL" for (c,) in columns
    ]
    forms = "|".join([*_SPLIT_FORMS, *FORMS.split(" ")])
    anybody = ", ".join(literal(each) for each in _ANYBODY.split(" "))
    host = r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}"
    query = f"""
        WITH texts AS (SELECT DISTINCT * FROM ({" UNION ALL ".join(texts)}) WHERE customer_id IS NOT NULL),
        folded AS (SELECT *, lower(strip_accents(trim(text))) AS low FROM texts),
        placed AS (
            SELECT *, coalesce(nullif(regexp_extract(low, '^\\S+@({host})$', 1), ''),
                nullif(regexp_extract(low, '^(?:https?://)?(?:www\\.)?({host})(?:/\\S*)?$', 1), '')) AS domain
            FROM folded),
        worded AS (
            SELECT *, CASE WHEN domain IS NOT NULL
                THEN regexp_extract(regexp_replace(domain, '(\\.(co|com|org|net|ac|gov))?\\.[a-z]+$', ''), '[^.]+$')
                WHEN place IN ('id', 'name') THEN replace(regexp_replace(regexp_replace(
                    trim(regexp_replace(low, '[^\\p{{L}}\\p{{N}}]+', ' ', 'g')),
                    '( ({forms}))+$', ''), '^the ', ''), ' ', '') END AS word
            FROM placed WHERE domain IS NULL OR domain NOT IN ({anybody}))
        SELECT customer_id, text, place, domain, CASE WHEN regexp_matches(word, '\\p{{L}}') THEN word END AS word,
               CASE WHEN place = 'id' AND regexp_full_match(low, '[0-9]+') THEN ltrim(low, '0') END AS number
        FROM worded WHERE word <> '' OR domain IS NOT NULL"""
    return con.execute(query).df()


def _alike(said: pd.DataFrame) -> Iterator[tuple[str, str, dict[str, list[_Told]]]]:
    """Give the groups of ids of which the same is said: in which column, what, and the texts that say it, by id."""
    for column in ("word", "domain", "number"):
        rows = said[said[column].notna() & (said[column] != "")]
        shared = rows.groupby(column)["customer_id"].nunique()
        telling = shared[(shared > 1) & (shared <= SHARED)].index
        for key, group in rows[rows[column].isin(telling)].groupby(column, sort=True):
            told: dict[str, list[_Told]] = defaultdict(list)
            for row in group.itertuples():
                domain = row.domain if isinstance(row.domain, str) else ""
                told[str(row.customer_id)].append(_Told(str(row.text), str(row.place), domain))
            yield column, str(key), told


def _evidence(column: str, key: str, mine: list[_Told], theirs: list[_Told]) -> tuple[str, float]:
    if column == "number":
        return _NUMBER, 0.6
    if column == "domain" or {one.domain for one in mine} == {one.domain for one in theirs} != {""}:
        key = key if column == "domain" else mine[0].domain
        return f"both have the domain {key} ({mine[0].place}; {theirs[0].place})", 0.7
    own = next((one.text for one in mine if not one.domain), None)
    their = next((one.text for one in theirs if not one.domain), None)
    if own is not None and their is not None:
        return f"{_NAME}: '{own}' and '{their}'", 0.9
    named = own if own is not None else their
    if named is not None:
        domain = next(one.domain for one in (theirs if own is not None else mine) if one.domain)
        return f"the domain {domain} says the name '{named}'", 0.8
    return f"their domains say the same name: {mine[0].domain} and {theirs[0].domain}", 0.5


def _near(said: pd.DataFrame) -> Iterator[tuple[str, str, str, float]]:
    """Give the pairs of ids whose names are spelt nearly alike, and whose digits are the same."""
    rows = said[said["place"].isin(["id", "name"]) & said["domain"].isna() & said["word"].notna()]
    rows = rows[rows["word"].str.len() >= SHORTEST]
    rows = rows[rows["word"].str.count(r"\d") * 3 <= rows["word"].str.len()]
    of: dict[str, tuple[str, str]] = {}
    for row in rows.itertuples():
        of.setdefault(str(row.word), (str(row.customer_id), str(row.text)))
    seen = set()
    for cut in (lambda word: word[:3], lambda word: word[-3:]):
        blocks: dict[str, list[str]] = defaultdict(list)
        for word in of:
            blocks[cut(word)].append(word)
        for block in blocks.values():
            if 1 < len(block) <= BLOCK:
                for first, second, score in _close(block):
                    if of[first][0] != of[second][0] and (first, second) not in seen:
                        seen.add((first, second))
                        words = f"nearly the same spelling: '{of[first][1]}' and '{of[second][1]}'"
                        yield of[first][0], of[second][0], f"{words} ({score:.0f} of 100)", score / 100 * 0.6


def _close(words: list[str]) -> Iterator[tuple[str, str, float]]:
    scores = process.cdist(words, words, scorer=fuzz.ratio, score_cutoff=NEAR)
    for i, j in zip(*scores.nonzero(), strict=True):
        if i < j and re.sub(r"\D", "", words[i]) == re.sub(r"\D", "", words[j]):
            yield *sorted((words[i], words[j])), float(scores[i, j])


@dataclass
class _About:
    """An id: its name, and its rows by table."""

    name: str = ""
    tables: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(self.tables.values())

    @property
    def places(self) -> str:
        return ", ".join(f"{table} {rows:,}" for table, rows in self.tables.items())

    @property
    def rank(self) -> tuple[bool, int]:
        """Who stands for both: an id that the customers table has, then the one with more rows."""
        return "customers" not in self.tables, -self.rows


def _about(con: duckdb.DuckDBPyConnection, names: set[str]) -> dict[str, _About]:
    about = {name: _About() for name in names}
    for table in ("customers", *orphans.TABLES_OF_ROWS):
        query = f"SELECT customer_id, count(*) FROM {quote(table)} WHERE list_contains($1, customer_id) GROUP BY 1"
        for name, rows in con.execute(query, [sorted(names)]).fetchall():
            about[name].tables[table] = rows
    query = "SELECT customer_id, name FROM customers WHERE name IS NOT NULL AND list_contains($1, customer_id)"
    for name, title in con.execute(query, [sorted(names)]).fetchall():
        about[name].name = title
    return about
