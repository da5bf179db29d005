"""How many columns of the real business files are proposed right without a hand: `python -m tests.real.mapping_score`.

The right answers were written by hand (by_hand.json). A column is right where everything that the proposal takes from
it is among its answers; a column of which nothing is taken is 'attribute' where its sheet is loaded, else 'left out'.
Most columns of a vendor's export feed nothing, which flatters: the share of those that have a place in the model is
told apart.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cs_metrics.ingest.layout import headerless
from cs_metrics.ingest.mappings import names, propose, vocabulary
from cs_metrics.ingest.mappings.mapping import TableMapping
from cs_metrics.ingest.plan import Plan, build_plan
from cs_metrics.ingest.reading.files import read_files
from cs_metrics.ingest.sheet import RawSheet, Read
from cs_metrics.schema import TABLES

HOME = Path(os.environ.get("CS_METRICS_REAL_DATA", Path(__file__).parents[3] / "shared/real-data"))
BY_HAND = json.loads((Path(__file__).parent / "by_hand.json").read_text())["files"]
KEPT = ("attribute", "left out")


@dataclass(frozen=True)
class Score:
    """The columns of one file: `right` of `all`, and `placed_right` of `placed`, those with a place in the model.

    `wrong`: column, what was proposed, what would have been right.
    """

    file: str
    right: int
    all: int
    placed_right: int
    placed: int
    wrong: tuple[tuple[str, str, str], ...]


def answers(columns: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the right answers of each column of a file."""
    return {name: (one,) if isinstance(one, str) else tuple(one) for name, one in columns.items()}


@cache
def drops() -> dict[str, Read]:
    """Return the files, read, by the drop in which a person would bring them: those of one folder together."""
    read = read_files([str(HOME / file) for file in BY_HAND])
    read.raise_failures()
    sheets = dict(zip(BY_HAND, read.sheets, strict=True))
    alone = ("telco/Telco", "cdnow/")
    names = dict.fromkeys(file if file.startswith(alone) else file.rsplit("/", 1)[0] for file in BY_HAND)
    return {drop: Read(tuple(sheets[file] for file in files_of(drop))) for drop in names}


def said(plan: Plan, file: str) -> dict[str, tuple[str, ...]]:
    """Return what a plan proposes for each column of a file, under the names that the hand used."""
    sheet = next(s for s in plan.sheets if s.file == file.rsplit("/", 1)[-1])
    raw: RawSheet = sheet.raw
    taken: dict[str, list[str]] = {c.name: [] for c in raw.columns}
    for table in sheet.proposal.tables:
        rules = TableMapping(table.table, table.columns).rules(raw)
        for model, rule in rules.items():
            for source in rule.sources:
                taken[source].append(f"{table.table}.{model}")
    rest = ("attribute",) if sheet.proposal.tables else ("left out",)
    by_place = "#1" in BY_HAND[file]["columns"]
    return {f"#{c.index + 1}" if by_place else c.name: tuple(taken[c.name]) or rest for c in raw.columns}


def score(file: str, plan: Plan) -> Score:
    """Return how right a plan is about a file."""
    right = placed = placed_right = 0
    wrong, proposed, hand = [], said(plan, file), answers(BY_HAND[file]["columns"])
    for column, good in hand.items():
        found = proposed.get(column, ("not read",))
        fits, home = set(found) <= set(good), not set(good) <= set(KEPT)
        right, placed, placed_right = right + fits, placed + home, placed_right + (fits and home)
        if not fits:
            wrong.append((column, ", ".join(found), " or ".join(good)))
    return Score(file, right, len(hand), placed_right, placed, tuple(wrong))


def scores() -> list[Score]:
    """Return the score of every file."""
    found = {}
    for drop, read in drops().items():
        plan = build_plan(read)
        found |= {file: score(file, plan) for file in files_of(drop)}
    return [found[file] for file in BY_HAND]


def files_of(drop: str) -> list[str]:
    """Return the files of a drop."""
    return [file for file in BY_HAND if drop in (file, file.rsplit("/", 1)[0])]


def taught() -> set[tuple[str, str, str]]:
    """Return every other name (table, column, squashed name) that stands as a header in one of these files.

    Whether it was these files that taught it is not asked: what was general knowledge before counts as taught too.
    """
    found = set()
    for one in BY_HAND.values():
        for header, good in answers(one["columns"]).items():
            squashed = names.squash(names.key(header))
            for place in good:
                if place not in KEPT:
                    table, column = place.split(".")
                    if squashed != names.squash(column):
                        found.add((table, column, squashed))
    return found


@contextmanager
def untaught() -> Iterator[None]:
    """Propose as one who has never seen these files: without their headers among the other names, the words for
    tenures and flags, without the vendors' layouts, and with no notion of a file without a header."""
    without, squashed = taught(), {name for *_, name in taught()}
    terms, more, vendor = names._terms, names._more_terms, propose.recognise

    def only(known: Any) -> Any:
        @cache
        def left(table: str, column: str) -> tuple[tuple[str, float], ...]:
            return tuple((t, s) for t, s in known(table, column) if (table, column, names.squash(t)) not in without)

        return left

    def plain(words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(w for w in words if names.squash(w) not in squashed)

    # Vendors' layouts and purchases without a header are no synonyms, but were made with these files at hand.
    with (
        patch.object(names, "_terms", only(terms)),
        patch.object(names, "_more_terms", only(more)),
        patch.object(vocabulary, "_TENURES", plain(vocabulary._TENURES)),
        patch.object(vocabulary, "_FLAGS", plain(vocabulary._FLAGS)),
        patch.object(propose, "recognise", lambda raw: None),
        patch.object(headerless, "recognise", lambda raw: None),
    ):
        names.match.cache_clear()
        try:
            yield
        finally:
            names.match.cache_clear()
    assert (names._terms, names._more_terms, propose.recognise) == (terms, more, vendor)


def shares(found: list[Score]) -> tuple[float, float]:
    """Return the share of all columns that are right, and of those that have a place in the model."""
    return (
        sum(s.right for s in found) / sum(s.all for s in found),
        sum(s.placed_right for s in found) / sum(s.placed for s in found),
    )


def main() -> None:
    """Print the score of each file, what is wrong in it, and the shares, with and without what the files taught."""
    found = scores()
    for one in found:
        print(f"{one.right:5,} of {one.all:3,}   {one.placed_right:3} of {one.placed:2} with a place   {one.file}")
        if one.wrong and all(good == "left out" for *_, good in one.wrong):
            taken = ", ".join(proposed for _, proposed, _ in one.wrong if proposed != "attribute")
            print(f"                all of it: {taken}; right: left out")
            continue
        for column, proposed, good in one.wrong:
            print(f"                {column}: {proposed}; right: {good}")
    with untaught():
        without = scores()
    for name, scored in (("as it is", found), ("without the names that stand in these files", without)):
        every, placed = shares(scored)
        print(f"{name}: {every:.1%} of {sum(s.all for s in scored):,} columns right, ", end="")
        print(f"{placed:.1%} of the {sum(s.placed for s in scored)} that have a place in the model")
    print(f"{len(TABLES)} tables, {len(taught())} names left out")


if __name__ == "__main__":
    main()
