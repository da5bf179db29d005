"""Words and phrases as patterns that texts are held against: whole words, in any case, in any script."""

from __future__ import annotations

import re

# what is in no word of any script; RE2, by which DuckDB matches, knows in \b and \w the letters of ASCII alone
_BETWEEN = r"[^\p{L}\p{M}\p{N}_]"
# Thai, Chinese and Japanese set no space between words: there a word may begin and end anywhere
_UNSPACED = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
NOTHING = r"[^\s\S]"
"""The pattern that no text has."""


def pattern(phrase: str, *, begins: bool = False) -> str:
    """Return the RE2 pattern of a phrase: found as whole words, in any case, with any space between them.

    A star at its end stands for any ending ('export*' finds exports and exporting); `begins`: as if there were one.
    """
    words = phrase.rstrip().rstrip("*").split()
    if not words:
        return NOTHING
    begins = begins or phrase.rstrip().endswith("*")
    body = re.sub("['’]", "['’]", r"\s+".join(re.escape(word) for word in words))
    start = f"(?:^|{_BETWEEN})" if _bounded(words[0][0]) else ""
    end = f"(?:$|{_BETWEEN})" if not begins and _bounded(words[-1][-1]) else ""
    return f"(?is){start}{body}{end}"


def any_of(phrases: list[str]) -> str:
    """Return the pattern of texts that have any of the phrases."""
    return "|".join(f"(?:{pattern(phrase)})" for phrase in phrases) or NOTHING


def _bounded(letter: str) -> bool:
    return (letter.isalnum() or letter == "_") and not _UNSPACED.match(letter)
