"""Themes of texts: found without a network, the same every time, in words that stand in the texts.

Texts are laid out by their words (TF-IDF, brought to a few dimensions by a singular value decomposition: latent
semantic analysis, Deerwester and others 1990), grouped by k-means, and the groups told apart by their words once more
(naive Bayes), which then says of every text which group it belongs to. A text that has none of the words by which its
group is known has no theme. A theme is also said of the texts in which its name stands, where most of them are its own.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from cs_metrics.facts.naming import Phrase, named
from cs_metrics.facts.tokens import bases, headline, occurrences, spoken, stop_words, telling

FEWEST_TEXTS = 10
"""So many texts are needed to look for themes at all."""
FEWEST_OF_A_THEME, LEAST_SHARE = 3, 0.002
"""A theme is in at least so many texts, and in this share of them."""
MOST_THEMES, EACH = 60, 12
"""There are at most so many themes; few different texts have `EACH` at the most."""
OFTEN = 0.005
SAMPLE = 20_000
"""So many different texts the themes are found in, chosen by a digest of each: evenly, and always the same."""
LONGEST = 300
"""Of a longer text so many words are read."""
_DIMENSIONS, _ROUNDS, _STARTS, _SMOOTHING = 50, 5, 10, 0.1
# a word in more than half of the texts, the different ones and all, tells none of them apart
_MOST_SHARE, _KNOWN_BY = 0.5, 15
_CHUNK, _DIGITS = 50_000, 6

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Theme:
    """A theme's name, the words by which it is known (the most telling first), and its texts: their places, whether it
    is what each is about first of all (`main`), and whether its name stands there (`named`)."""

    name: str
    words: tuple[str, ...]
    rows: Ints
    main: NDArray[np.bool_]
    named: NDArray[np.bool_]


def find(texts: Sequence[str], times: Sequence[int]) -> list[Theme]:
    """Return the themes of different texts, each written so many times, the largest first.

    The same texts give the same themes, in whatever order they come and however many processors there are.
    """
    if sum(times) < FEWEST_TEXTS:
        return []
    from threadpoolctl import threadpool_limits

    # sums by several threads differ in their last digits
    with threadpool_limits(1):
        return _find(texts, np.asarray(times, dtype=np.int64))


def _find(texts: Sequence[str], times: Ints) -> list[Theme]:
    stop = stop_words()
    chosen = _sample(texts)
    read = [spoken(texts[row])[:LONGEST] for row in chosen]
    words = [telling(text, stop) for text in read]
    base = bases(occurrences(words))
    space = _Space.of([[base[word] for word in text] for text in words], times[chosen], base, stop)
    if space is None:
        return []
    laid = space.laid(read, [headline(texts[row]) for row in chosen])
    weights = np.sqrt(times[chosen])
    model = _Model.of(laid, _groups(laid, weights, times[chosen]), weights, times[chosen])
    if model is None:
        return []
    known = model.known_by(space.names)
    group = model.group(laid)
    phrases = named(read, base, group, times[chosen], known)
    return _assigned(texts, times, space, model, phrases, known)


def _sample(texts: Sequence[str]) -> list[int]:
    """Return the places of the texts to learn from, in an order that is the same whatever theirs is."""
    places = sorted(range(len(texts)), key=lambda row: texts[row])
    if len(places) <= SAMPLE:
        return places
    return sorted(places, key=lambda row: hashlib.md5(texts[row].encode(), usedforsecurity=False).digest())[:SAMPLE]


@dataclass(frozen=True)
class _Space:
    """The words that texts are laid out by, and how much each tells (its inverse document frequency)."""

    names: list[str]
    place: dict[str, int]
    tells: Floats
    base: dict[str, str]
    stop: frozenset[str]

    @classmethod
    def of(cls, words: Sequence[list[str]], times: Ints, base: dict[str, str], stop: frozenset[str]) -> _Space | None:
        seen, written = occurrences(words), occurrences(words, times.tolist())
        many, most = (max(_MOST_SHARE * size, FEWEST_OF_A_THEME) for size in (len(words), int(times.sum())))
        names = sorted(w for w in seen if written[w] >= 2 and (seen[w] <= many or written[w] <= most))
        if not names:
            return None
        tells = np.log((1 + len(words)) / (1 + np.array([seen[name] for name in names]))) + 1
        return cls(names, {name: place for place, name in enumerate(names)}, tells, base, stop)

    def told(self, read: list[str]) -> list[str]:
        """Return the bases of a text's telling words."""
        return [self.base.get(word, word) for word in telling(read, self.stop)]

    def laid(self, read: Sequence[list[str]], heads: Sequence[int]) -> sp.csr_matrix:
        """Return a row of weights a text, of length 1 (or 0, without a word that is known). The first words of a text,
        its headline, weigh as much as all of it."""
        whole = self._laid([self.told(text) for text in read])
        first = self._laid([self.told(text[:head]) for text, head in zip(read, heads, strict=True)])
        return _to_length_one(whole + first)

    def _laid(self, words: Sequence[list[str]]) -> sp.csr_matrix:
        ends, columns, values = [], [], []
        for text in words:
            counts = Counter(self.place[word] for word in text if word in self.place)
            columns += sorted(counts)
            values += [counts[column] for column in sorted(counts)]
            ends.append(len(columns))
        weights = (1 + np.log(np.array(values, dtype=np.float64))) * self.tells[np.array(columns, dtype=np.int64)]
        laid = sp.csr_matrix((weights, columns, [0, *ends]), shape=(len(words), len(self.names)))
        return _to_length_one(laid)


def _to_length_one(laid: sp.csr_matrix) -> sp.csr_matrix:
    length = np.sqrt(np.asarray(laid.multiply(laid).sum(axis=1)).ravel())
    return sp.csr_matrix(sp.diags(1 / np.where(length > 0, length, 1)) @ laid)


def _groups(laid: sp.csr_matrix, weights: Floats, times: Ints) -> Ints:
    """Return the group of each text, by k-means among texts brought to a few dimensions."""
    from sklearn.cluster import KMeans
    from sklearn.utils.extmath import randomized_svd

    told = np.flatnonzero(np.diff(laid.indptr))
    alike: Counter[bytes] = Counter()
    for row in told:
        alike[laid[row].indices.tobytes()] += int(times[row])
    # what is written over and over in the same words is a theme by itself
    often = sum(written >= max(FEWEST_OF_A_THEME, OFTEN * times.sum()) for written in alike.values())
    count = min(MOST_THEMES, len(alike), max(EACH, round(2 * np.sqrt(len(alike))), often))
    dimensions = min(_DIMENSIONS, *(size - 1 for size in laid.shape))
    if dimensions >= 2:
        left, size, _ = randomized_svd(laid[told], dimensions, random_state=0, n_iter=5)
        near = left * size
    else:
        near = laid[told].toarray()
    length = np.sqrt((near**2).sum(axis=1, keepdims=True))
    near = np.round(near / np.where(length > 0, length, 1), _DIGITS)
    found = np.full(laid.shape[0], -1, dtype=np.int64)
    means = KMeans(min(count, len(np.unique(near, axis=0))), n_init=_STARTS, random_state=0)
    found[told] = means.fit_predict(near, sample_weight=weights[told])
    return found


@dataclass(frozen=True)
class _Model:
    """What tells the groups apart: how likely each word is in each (the logarithm), and each group itself."""

    words: Floats
    groups: Floats
    counts: Floats
    total: Floats

    @classmethod
    def of(cls, laid: sp.csr_matrix, group: Ints, weights: Floats, times: Ints) -> _Model | None:
        """Learn from the groups, then from what that makes of the texts, a few times over. Groups that are too small
        are given up."""
        fewest = max(FEWEST_OF_A_THEME, LEAST_SHARE * times.sum())
        model = None
        for step in range(_ROUNDS):
            sizes = np.bincount(group[group >= 0], weights=times[group >= 0], minlength=group.max() + 1)
            left = np.flatnonzero(sizes >= fewest) if step in (0, _ROUNDS - 1) else np.flatnonzero(sizes > 0)
            if not len(left):
                return None
            model = cls._learned(laid, group, left, weights)
            group = model.group(laid)
        return model

    @classmethod
    def _learned(cls, laid: sp.csr_matrix, group: Ints, left: Ints, weights: Floats) -> _Model:
        rows = np.flatnonzero(np.isin(group, left))
        place = np.searchsorted(left, group[rows])
        ones = sp.csr_matrix((weights[rows], (place, rows)), shape=(len(left), laid.shape[0]))
        counts = (ones @ laid).toarray()
        smooth = counts + _SMOOTHING
        groups = np.bincount(place, weights=weights[rows], minlength=len(left)).astype(np.float64)
        held = sp.csr_matrix((np.ones_like(laid.data), laid.indices, laid.indptr), shape=laid.shape)
        inside = (ones @ held).toarray()
        return cls(
            np.round(np.log(smooth / smooth.sum(axis=1, keepdims=True)), _DIGITS),
            np.round(np.log((groups + 1) / (groups.sum() + len(left))), _DIGITS),
            inside,
            groups,
        )

    def group(self, laid: sp.csr_matrix) -> Ints:
        """Return the group of each text; -1 for one without a word that is known."""
        found = np.asarray(laid @ self.words.T + self.groups).argmax(axis=1).astype(np.int64)
        return np.where(np.diff(laid.indptr) > 0, found, -1)

    def known_by(self, names: list[str]) -> list[list[str]]:
        """Return for each group the words that are in many of its texts and in few others, the most telling first."""
        whole, total = self.counts.sum(axis=0), self.total.sum()
        found = []
        for inside, size in zip(self.counts, self.total, strict=True):
            with np.errstate(divide="ignore", invalid="ignore"):
                # where there is no other group, every word of it tells
                worth = inside * (np.log(inside * total / (whole * size)) if len(self.total) > 1 else 1)
            worth = np.round(np.where(inside > 0, worth, 0), _DIGITS)
            order = np.lexsort((np.arange(len(names)), -worth))
            found.append([names[place] for place in order[:_KNOWN_BY] if worth[place] > 0])
        return found


def _assigned(
    texts: Sequence[str],
    times: Ints,
    space: _Space,
    model: _Model,
    phrases: list[Phrase],
    known: list[list[str]],
) -> list[Theme]:
    """Give every text its theme, and those whose name stands in it."""
    marks = [frozenset(words) for words in known]
    names = {phrase.base: number for number, phrase in enumerate(phrases) if phrase.own}
    found: list[list[tuple[int, bool, bool]]] = [[] for _ in phrases]
    for start, read in _chunks(texts):
        group = model.group(space.laid(read, [headline(text) for text in texts[start : start + len(read)]]))
        for place, (words, main) in enumerate(zip(read, group.tolist(), strict=True)):
            about = set(_standing([space.base.get(word, word) for word in words], names))
            first = main if main >= 0 and not marks[main].isdisjoint(space.told(words)) else -1
            for number in sorted(about | ({first} if first >= 0 else set())):
                found[number].append((start + place, number == first, phrases[number].stands_in(words)))
    sizes = [int(times[[row for row, _, _ in rows]].sum()) for rows in found]
    fewest = max(FEWEST_OF_A_THEME, LEAST_SHARE * int(times.sum()))
    large = [n for n, size in enumerate(sizes) if size >= fewest]
    order = sorted(large, key=lambda n: (-sizes[n], phrases[n].name))
    return [_theme(phrases[n], known[n], found[n]) for n in order if any(is_named for _, _, is_named in found[n])]


def _chunks(texts: Sequence[str]) -> Iterator[tuple[int, list[list[str]]]]:
    for start in range(0, len(texts), _CHUNK):
        yield start, [spoken(text)[:LONGEST] for text in texts[start : start + _CHUNK]]


def _standing(words: list[str], names: dict[tuple[str, ...], int]) -> Iterator[int]:
    """Give the themes whose names stand in a text."""
    for length in (1, 2, 3):
        for place in range(len(words) - length + 1):
            number = names.get(tuple(words[place : place + length]))
            if number is not None:
                yield number


def _theme(phrase: Phrase, known: list[str], found: list[tuple[int, bool, bool]]) -> Theme:
    rows, main, stands = (list(column) for column in zip(*found, strict=True))
    numbers: Any = np.array(rows, dtype=np.int64)
    return Theme(phrase.name, tuple(known), numbers, np.array(main, dtype=bool), np.array(stands, dtype=bool))
