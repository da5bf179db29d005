"""Names of themes: of the phrases that stand in a theme's texts the one that says best which texts they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cs_metrics.facts.tokens import BREAK

LONGEST = 3
# a longer phrase says more: it may be this much worse at finding the texts
LONGER = 0.15
CANDIDATES = 40
# a name is said of texts beside the theme's own where at least this share of all in which it stands are its own
OWN = 0.5


@dataclass(frozen=True)
class Phrase:
    """A theme's name as it is written most often, its words' bases, and whether most texts in which it stands are the
    theme's own."""

    name: str
    base: tuple[str, ...]
    own: bool

    def stands_in(self, words: Sequence[str]) -> bool:
        """Return whether the very name stands in a text of these words."""
        parts = self.name.split(" ")
        return any(words[at : at + len(parts)] == parts for at in range(len(words) - len(parts) + 1))


def named(
    texts: Sequence[list[str]],
    base: dict[str, str],
    group: NDArray[np.int64],
    times: NDArray[np.int64],
    known: Sequence[list[str]],
) -> list[Phrase]:
    """Return a name for each group, no two alike, the largest groups first served.

    A phrase of one to three words that has a word by which the group is known is judged by the share of the group's
    texts that have it and the share of the texts that have it that are the group's (the harmonic mean of both).
    """
    inside: list[Counter[tuple[str, ...]]] = [Counter() for _ in known]
    written: dict[tuple[str, ...], Counter[str]] = {}
    marks = [frozenset(words) for words in known]
    sizes = np.zeros(len(known), dtype=np.int64)
    for words, number, often in zip(texts, group.tolist(), times.tolist(), strict=True):
        if number < 0:
            continue
        sizes[number] += often
        for key, name in _phrases(words, base, marks[number]):
            inside[number][key] += often
            written.setdefault(key, Counter())[name] += often
    likely = [{key for key, _ in _most(counts)} for counts in inside]
    anywhere = _anywhere(texts, base, times, frozenset(key for keys in likely for key in keys))
    found: dict[int, Phrase] = {}
    taken: set[frozenset[str]] = set()
    for number in sorted(range(len(known)), key=lambda n: (-sizes[n], known[n])):
        ranked = sorted(
            likely[number], key=lambda key: (-_worth(key, inside[number][key], anywhere[key], sizes[number]), key)
        )
        free = [key for key in ranked if frozenset(key) not in taken]
        key = free[0] if free else (known[number][0],)
        taken.add(frozenset(key))
        forms = written.get(key, Counter([" ".join(key)]))
        name = min(forms, key=lambda form: (-forms[form], form))
        found[number] = Phrase(name, key, inside[number][key] >= OWN * max(anywhere[key], 1))
    return [found[number] for number in range(len(known))]


def _phrases(words: list[str], base: dict[str, str], marks: frozenset[str]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give the phrases of a text once each, by the bases of their words, with how they are written. None begins or ends
    with a word that says nothing; each has one of `marks`."""
    forms = [base.get(word, word) for word in words]
    tells = [word in base for word in words]
    seen = set()
    for start in range(len(words)):
        if not tells[start]:
            continue
        for end in range(start, min(start + LONGEST, len(words))):
            if words[end] == BREAK:
                break
            if not tells[end]:
                continue
            key = tuple(forms[start : end + 1])
            if key in seen or marks.isdisjoint(key):
                continue
            seen.add(key)
            yield key, " ".join(words[start : end + 1])


def _most(counts: Counter[tuple[str, ...]]) -> list[tuple[tuple[str, ...], int]]:
    return sorted(counts.items(), key=lambda entry: (-entry[1], -len(entry[0]), entry[0]))[:CANDIDATES]


def _anywhere(
    texts: Sequence[list[str]],
    base: dict[str, str],
    times: NDArray[np.int64],
    keys: frozenset[tuple[str, ...]],
) -> Counter[tuple[str, ...]]:
    """Return how many texts have each of these phrases."""
    found: Counter[tuple[str, ...]] = Counter()
    begins: dict[str, list[tuple[str, ...]]] = {}
    for key in sorted(keys):
        begins.setdefault(key[0], []).append(key)
    for words, often in zip(texts, times.tolist(), strict=True):
        forms = tuple(base.get(word, word) for word in words)
        there = {
            key
            for start, form in enumerate(forms)
            for key in begins.get(form, ())
            if forms[start : start + len(key)] == key
        }
        for key in there:
            found[key] += often
    return found


def _worth(key: tuple[str, ...], inside: int, anywhere: int, size: int) -> float:
    return round(2 * inside / (anywhere + size) * (1 + LONGER * (len(key) - 1)), 9)
