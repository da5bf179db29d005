"""How names in people's files are compared with the names of the data model."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz

from cs_metrics.ingest.mappings.german import COLUMNS as GERMAN
from cs_metrics.ingest.mappings.german import SHEETS as GERMAN_SHEETS
from cs_metrics.schema import TABLES, Column, Table, Type
from cs_metrics.schema.tables.names import words

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OTHER = re.compile(r"[^a-z0-9]+")
_NOTE = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])")
_FILLER = {"data", "export", "list", "table", "csv", "sheet", "raw", "final", "all", "report", "dump", "extract", "new"}
_SPELLED = {
    "s": "seconds",
    "sec": "seconds",
    "secs": "seconds",
    "min": "minutes",
    "mins": "minutes",
    "h": "hours",
    "hr": "hours",
    "hrs": "hours",
    "d": "days",
}
_UNITS = {"usd", "eur", "gbp", "cents", "cent", "date", "flag", "text", "label"}
# 'ticket_comments' are comments, not tickets: a name is about its last word.
_NOT_THE_HEAD = 0.6
_PARTS = frozenset(
    words(
        "comment tag schedule policy history discount item detail chat field form metric dictionary definition lookup "
        "mapping config setting dispute coupon card method fee brand group holiday note intent balance transfer payout "
        "price product template zone domain attachment role permission team quota forecast target"
    )
)
# Good enough to be used, and worse than any synonym: a name that is nearly the same.
_FUZZY, _PARTIAL, _LEAST_RATIO = 0.7, 0.55, 86.0


@dataclass(frozen=True)
class NameMatch:
    """How well a name fits a column of the model: `score` 0 to 1, and why, in words."""

    score: float
    reason: str


@lru_cache(maxsize=20_000)
def key(name: str) -> str:
    """Return a name in the form in which names are compared: 'Customer ID ' and 'customerId' are 'customer_id'."""
    split = _CAMEL.sub("_", unicodedata.normalize("NFKC", name).strip())
    plain = "".join(c for c in unicodedata.normalize("NFKD", split.casefold()) if not unicodedata.combining(c))
    return _OTHER.sub("_", plain.replace("'", "")).strip("_")


def bare(name: str) -> str:
    """Return a header without what it says in brackets, a unit or a note: 'Score (0-10)' is 'Score'."""
    return _NOTE.sub("", name).strip() or name


def squash(name: str) -> str:
    """Return a key without its separators: 'Tenureinmonths' is the same word as 'tenure_in_months'."""
    return name.replace("_", "")


def singular(word: str) -> str:
    """Return an English word without its plural s: enough to compare the names of files."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


@cache
def _nouns(table: str) -> frozenset[str]:
    names = (table, *(s for s in TABLES[table].synonyms if "_" not in s))
    return frozenset(singular(n.split("_")[-1]) for n in names) | {singular(table.split("_")[0])}


def _variants(name: str, table: Table) -> list[tuple[str, float]]:
    """Return the name, and the name without what it repeats of its table or unit, each with what that costs."""
    found = [(name, 1.0)]
    split = name.split("_")
    if len(split) > 1 and singular(split[0]) in _nouns(table.name):
        found.append(("_".join(split[1:]), 0.97))
    if len(split) > 1 and split[-1] in _UNITS:
        found.append(("_".join(split[:-1]), 0.96))
    if len(split) > 1 and split[-1] in _SPELLED:
        found.append(("_".join((*split[:-1], _SPELLED[split[-1]])), 0.98))
    return found


@cache
def _terms(table: str, column: str) -> tuple[tuple[str, float], ...]:
    """Return what a column of the model may be called, best first, with the score of each."""
    synonyms = TABLES[table].column(column).synonyms
    step = 0.15 / max(len(synonyms), 1)
    return ((column, 1.0), *((s, 0.95 - step * i) for i, s in enumerate(synonyms)))


@cache
def _more_terms(table: str, column: str) -> tuple[tuple[str, float], ...]:
    """Return what else is taken as the name where it is written exactly so: 'issued' for issued_on, German words."""
    stem = column.removesuffix("_on").removesuffix("_at")
    dated = TABLES[table].column(column).type in (Type.DATE, Type.INSTANT)
    german = (*GERMAN.get(f"{table}.{column}", ()), *GERMAN.get(column, ()))
    return (*(((stem, 0.9),) if dated and stem != column else ()), *((word, 0.9) for word in german))


@cache
def _squashed(terms: tuple[tuple[str, float], ...]) -> dict[str, tuple[str, float]]:
    return {squash(term): (term, score) for term, score in reversed(terms)}


@cache
def _taken_apart(terms: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float, str, frozenset[str]], ...]:
    """Return each term with its score, squashed, and in parts; a wide sheet asks for them a thousand times."""
    return tuple((term, worth, squash(term), frozenset(term.split("_"))) for term, worth in terms)


@lru_cache(maxsize=20_000)
def match(name: str, table_name: str, column_name: str) -> NameMatch | None:
    """Return how well the key of a source column's name fits a column of the model; None where it does not."""
    table = TABLES[table_name]
    terms = _terms(table_name, column_name)
    exact = (*terms, *_more_terms(table_name, column_name))
    squashed = _squashed(exact)
    best: NameMatch | None = None
    for variant, cost in _variants(name, table):
        hit = squashed.get(squash(variant))
        if hit is None:
            continue
        term, score = hit[0], hit[1] * cost
        if best is None or score > best.score:
            same = term == column_name and cost == 1.0
            best = NameMatch(score, f"has the name '{column_name}'" if same else f"'{term}' is another name for it")
    own = own_id(table)
    if best is None and name == "id" and own is not None and own.name == column_name:
        return NameMatch(0.85, "is the id of the sheet's own rows")
    return best or _nearly(name, terms)


def _nearly(name: str, terms: tuple[tuple[str, float], ...]) -> NameMatch | None:
    flat, own = squash(name), set(name.split("_"))
    best: NameMatch | None = None
    for term, worth, squashed, parts in _taken_apart(terms):
        if len(flat) >= 5 and len(term) >= 5:
            ratio = fuzz.ratio(flat, squashed)
            if ratio >= _LEAST_RATIO and (best is None or _FUZZY * worth * ratio / 100 > best.score):
                best = NameMatch(_FUZZY * worth * ratio / 100, f"is nearly called '{term}'")
        if len(parts) > 1 and parts < own and (best is None or _PARTIAL * worth > best.score):
            best = NameMatch(_PARTIAL * worth, f"has '{term}' in its name")
    return best


def own_id(table: Table) -> Column | None:
    """Return the column that is the id of the table's own rows, or None where it has none."""
    first = table.key[0]
    column = table.column(first)
    return column if len(table.key) == 1 and column.type == "id" else None


def place_score(file: str, sheet: str | None, table: Table) -> tuple[float, str]:
    """Return how well a sheet's own name, else its file's, speaks for a table (0 to 1), and the word that does."""
    stem = re.sub(r"(\.(csv|tsv|txt|xlsx|xlsm|xls|gz|zip))+$", "", file.replace("\\", "/").split("/")[-1], flags=re.I)
    best, said = 0.0, ""
    for text, weight in ((sheet or "", 1.0), (stem, 0.85 if sheet else 1.0)):
        plain = [w for w in key(text).split("_") if w and not w.isdigit() and w not in _FILLER]
        nouns, flat = [singular(w) for w in plain], "".join(plain)
        if not nouns:
            continue
        for term in (table.name, *table.synonyms, *GERMAN_SHEETS.get(table.name, ())):
            parts, short = [singular(w) for w in term.split("_")], squash(term)
            share = len(parts) / len(nouns) if _contains(nouns, parts) else 0.0
            head = 1.0 if nouns[-len(parts) :] == parts or len(nouns) == 1 else _NOT_THE_HEAD
            if not share and len(short) >= 3 and flat.startswith(short):
                share, head = len(short) / len(flat), 1.0
            score = weight * head * (0.35 + 0.65 * min(1.0, share)) * (1.0 if term == table.name else 0.97)
            if share and score > best:
                best, said = score, term
    return best, said


def is_part(file: str, sheet: str | None) -> bool:
    """Whether a sheet's name says that it holds parts of things (a ticket's tags, a subscription's discounts)."""
    stem = (sheet if sheet and not re.fullmatch(r"(?i)(sheet|tabelle|feuil|hoja) ?\d*", sheet) else file).split(".")[0]
    nouns = [singular(w) for w in key(stem).split("_") if w and not w.isdigit() and w not in _FILLER]
    return bool(nouns) and nouns[-1] in _PARTS


def _contains(nouns: list[str], parts: list[str]) -> bool:
    return any(nouns[i : i + len(parts)] == parts for i in range(len(nouns) - len(parts) + 1))
