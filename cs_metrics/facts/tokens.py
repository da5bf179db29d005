"""Words of a text as themes count them: without those that say nothing, and different forms of one word as one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

# words that praise, blame or greet name no theme
NO_THEME = frozenset([
    "amazing", "awesome", "bad", "best", "better", "bit", "day", "days", "dear", "excellent", "fantastic", "fine",
    "good", "got", "great", "happy", "hello", "help", "hi", "just", "like", "likes", "love", "loves", "make", "makes",
    "month", "months", "need", "needs", "new", "nice", "ok", "okay", "old", "overall", "perfect", "please", "really",
    "say", "says", "solid", "terrible", "thank", "thanks", "thing", "things", "try", "use", "used", "uses", "using",
    "want", "wants", "way", "week", "weeks", "well", "work", "works", "year", "years", "yes", "did", "does", "don",
    "doing", "going", "having", "know", "ve", "ll", "re", "im", "dont", "cant", "lot", "today", "yesterday", "morning",
])  # fmt: skip
SHORTEST, LONGEST, LONGEST_HEADLINE = 3, 40, 12
BREAK = "."
"""Stands among the words where a sentence, a line or a part of one ends, or a number stands: no phrase goes over it."""
_WORD = re.compile(r"([^\W\d_]+(?:['’][^\W\d_]+)*)|[.,;:!?\n()\[\]{}\"/|•–—\d]+")
# endings of one word's forms, and what stands in their place in its base
_ENDINGS = (
    ("ies", ("y",)), ("sses", ("ss",)), ("es", ("", "e")), ("s", ("",)), ("ing", ("", "e")), ("ed", ("", "e")),
    ("ly", ("",)), ("er", ("", "e")), ("ment", ("",)), ("ation", ("ate", "e")),
)  # fmt: skip


def spoken(text: str) -> list[str]:
    """Return all words of a text, in lower case, and `BREAK` where no phrase goes on."""
    return [word or BREAK for word in _WORD.findall(text.lower())]


def headline(text: str) -> int:
    """Return how many words the first line of a text has, where it is short and more lines follow; else 0."""
    first, _, rest = text.strip().partition("\n")
    words = len(spoken(first)) if rest.strip() else 0
    return words if words <= LONGEST_HEADLINE else 0


def telling(words: Iterable[str], stop: frozenset[str]) -> list[str]:
    """Return those words that may say what a text is about."""
    return [w for w in words if SHORTEST <= len(w) <= LONGEST and w not in stop and "'" not in w and "’" not in w]


def stop_words() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS | NO_THEME)


def bases(times: Mapping[str, int]) -> dict[str, str]:
    """Return for each word the form that stands for it: 'exports' and 'exported' for 'export' where that is there too.

    `times`: how many texts each word is in. A word is brought to a word that is there, never cut to what is none.
    """
    found: dict[str, str] = {}
    for word in times:
        for ending, instead in _ENDINGS:
            stem = word.removesuffix(ending)
            if stem == word or len(stem) < SHORTEST or (ending == "s" and word.endswith(("ss", "us", "is"))):
                continue
            forms = [stem + end for end in instead]
            forms += [stem[:-1]] if stem[-1] == stem[-2] and ending in ("ing", "ed") else []
            there = [form for form in forms if form in times]
            if there:
                found[word] = max(there, key=lambda form: (times[form], form))
                break
    return {word: _last(word, found) for word in times}


def _last(word: str, found: Mapping[str, str]) -> str:
    seen = {word}
    while found.get(word, word) not in seen:
        word = found[word]
        seen.add(word)
    return word


def occurrences(texts: Sequence[list[str]], times: Sequence[int] | None = None) -> Counter[str]:
    """Return in how many texts each word is; `times`: how often each text was written."""
    found: Counter[str] = Counter()
    for words, often in zip(texts, times or [1] * len(texts), strict=True):
        for word in set(words):
            found[word] += often
    return found
