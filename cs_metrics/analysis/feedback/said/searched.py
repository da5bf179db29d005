"""What is searched for in texts: all of some words, quoted phrases, none of others."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cs_metrics.analysis.feedback.said.phrases import pattern
from cs_metrics.errors import QueryError
from cs_metrics.sql import Params

MOST_TERMS, LONGEST = 20, 300
_QUOTES = '"“”„«»'
_TERM = re.compile(rf"([-−–]?)(?:[{_QUOTES}]([^{_QUOTES}]*)(?:[{_QUOTES}]|$)|(\S+))")


@dataclass(frozen=True)
class Term:
    """A word, found where a word begins with it, or a `phrase`, found as it stands; `without`: no text may have it."""

    text: str
    phrase: bool = False
    without: bool = False


def terms(said: str) -> list[Term]:
    """Return what somebody searches for: 'export slow' (both words), '"slow export"', '-invoice' or '-"no export"'.

    Case and order mean nothing. Raises QueryError where it is longer than anybody types.
    """
    if len(said) > LONGEST:
        raise QueryError(
            f"A search has at most {LONGEST} characters; this one has {len(said):,}. Leave some words out."
        )
    found = []
    for sign, quoted, word in _TERM.findall(said):
        text = " ".join((quoted or word).strip(_QUOTES).split())
        if any(letter.isalnum() for letter in text):
            found.append(Term(text, phrase=not word, without=bool(sign)))
    found = list(dict.fromkeys(found))
    if len(found) > MOST_TERMS:
        raise QueryError(f"A search has at most {MOST_TERMS} words and phrases; this one has {len(found)}.")
    return found


def conditions(said: str, column: str, params: Params) -> list[str]:
    """Return the SQL conditions that a text in `column` must meet, one a term."""
    return [
        f"{'NOT ' if term.without else ''}"
        f"regexp_matches({column}, {params.add(pattern(term.text, begins=not term.phrase))})"
        for term in terms(said)
    ]


def sentence(said: str) -> str:
    """Return the search in words: "with 'export' and 'slow', without 'invoice'"; '' for none."""
    parts = []
    for without in (False, True):
        named = [f"'{term.text}'" for term in terms(said) if term.without is without]
        if named:
            parts.append(("without " if without else "with ") + (" or " if without else " and ").join(named))
    return ", ".join(parts)
