"""Themes of texts: what texts share, in words that stand in them, and the same whatever the order or the machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from cs_metrics.facts.themes import FEWEST_TEXTS, MOST_THEMES, Theme, find
from cs_metrics.facts.tokens import bases, headline, spoken
from tests.benchmarks.labelled import banking
from tests.benchmarks.themes import measured

ROOT = Path(__file__).parents[2]
SAID = {
    "export": ("The {} broke again.", "Every {} takes ages.", "Nobody understands the {}.", "An {} to slides?"),
    "invoice": ("The {} never arrives.", "We pay by {} in euros.", "My {} has a typo.", "One {} for two offices."),
    "login page": ("The {} improved.", "Their {} is slow.", "Two of us see no {}.", "A {} with our logo."),
    "calendar sync": ("The {} confuses colleagues.", "No {} on phones.", "Is {} coming?", "Turn {} off by itself."),
}
TALK = [text.format(what) for what, told in SAID.items() for text in told]
HOW = ("broke again", "never arrives", "improved a lot", "is slow for our office", "confuses every colleague")


def by_name(texts: list[str], times: list[int] | None = None) -> dict[str, list[str]]:
    return {t.name: sorted(texts[row] for row in t.rows) for t in find(texts, times or [1] * len(texts))}


def test_themes_are_what_texts_share() -> None:
    found = by_name(TALK)
    for name in ("export", "invoice", "login page", "calendar sync"):
        assert found[name] == sorted(text for text in TALK if name in text), name


def test_a_name_stands_in_the_texts_as_it_is_and_words_are_whole() -> None:
    texts = [text for text, _ in banking()]
    for theme in find(texts, [1] * len(texts)):
        assert 1 <= len(theme.name.split()) <= 3
        standing = [theme.name in " ".join(spoken(texts[row])) for row in theme.rows]
        assert any(standing)
        assert (theme.named <= standing).all()
        everything = {word for text in texts for word in spoken(text)}
        assert everything.issuperset(theme.words)


def test_names_differ_and_the_largest_theme_comes_first() -> None:
    texts = [text for text, _ in banking()]
    found = find(texts, [1] * len(texts))
    assert len({theme.name for theme in found}) == len(found)
    sizes = [len(theme.rows) for theme in found]
    assert sizes == sorted(sizes, reverse=True)


def test_a_text_may_be_about_several_things() -> None:
    both = "The export broke again, and the login page is slow."
    found = by_name([*TALK, both])
    assert both in found["export"]
    assert both in found["login page"]


def test_a_handful_of_texts_has_no_themes() -> None:
    assert find([], []) == []
    assert find(TALK[:3], [1, 1, FEWEST_TEXTS - 3]) == []
    assert find(TALK[:3], [3, 3, FEWEST_TEXTS]) != []


def test_words_that_mean_nothing_alone_are_no_theme() -> None:
    assert find(["great", "it was good", "please and thank you"], [9, 9, 9]) == []


def test_what_is_written_over_and_over_is_a_theme_by_itself() -> None:
    found = by_name(["Switched to competitor", "Too expensive", "Missing features"], [40, 30, 20])
    assert [len(texts) for texts in found.values()] == [1, 1, 1]
    assert list(found) == ["switched to competitor", "expensive", "missing features"]


def test_more_than_a_dozen_themes_where_the_texts_carry_them_and_never_more_than_the_most() -> None:
    words = [f"{a}{b}" for a in ("ex", "re", "in", "over", "out", "under", "side", "head") for b in ("port", "view",
             "line", "mark", "desk", "form", "book", "post", "flow", "net")]  # fmt: skip
    texts = [f"Our {word} {how}" for word in words for how in HOW]
    assert 12 < len(find(texts, [1] * len(texts))) <= MOST_THEMES
    assert len(find(texts[:100], [1] * 100)) > 12


def test_a_text_without_a_word_by_which_a_theme_is_known_has_none() -> None:
    strange = "Quinoa yodelling xylophones"
    found = by_name([*TALK, strange])
    assert not any(strange in texts for texts in found.values())


def test_a_headline_counts_as_much_as_all_that_follows() -> None:
    rest = ("It came on a tuesday with no warning at all.", "Colleagues in both offices see it.", "Nobody told us why.")
    heads = ("Refund request", "Battery life", "Password reset", "Delivery problem")
    texts = [f"{head}\n{a} {b}" for head in heads for a in rest for b in rest]
    main = {t.name: {texts[row].split("\n")[0] for row in t.rows[t.main]} for t in find(texts, [1] * len(texts))}
    assert all(len(heads) == 1 for heads in main.values())
    assert headline("Refund request\nIt came.") == 2
    assert headline("Refund request") == 0


def test_forms_of_a_word_are_one_and_none_is_cut_to_what_is_no_word() -> None:
    told = bases(dict.fromkeys(("export", "exports", "exported", "exporting", "stories", "story", "boss", "planned",
                                "plan", "news", "houses", "house"), 1))  # fmt: skip
    assert {told[w] for w in ("export", "exports", "exported", "exporting")} == {"export"}
    assert (told["stories"], told["planned"], told["houses"]) == ("story", "plan", "house")
    assert (told["boss"], told["news"]) == ("boss", "news")


def told(found: list[Theme], texts: list[str]) -> str:
    return json.dumps([[t.name, t.words, sorted(texts[row] for row in t.rows)] for t in found])


def test_the_order_of_the_texts_does_not_matter() -> None:
    texts = [text for text, _ in banking()]
    mixed = list(texts)
    Random(1).shuffle(mixed)
    assert told(find(mixed, [1] * len(mixed)), mixed) == told(find(texts, [1] * len(texts)), texts)


SCRIPT = """
import json
from cs_metrics.facts.themes import find
from tests.benchmarks.labelled import banking
texts = [text for text, _ in banking()]
print(json.dumps([[t.name, t.words, t.rows.tolist(), t.named.tolist()] for t in find(texts, [1] * len(texts))]))
"""


def test_themes_are_the_same_to_the_byte_in_every_process_whatever_its_seed_and_threads() -> None:
    said = set()
    for seed, threads in (("0", "1"), ("4711", "2")):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "OMP_NUM_THREADS": threads,
            "OPENBLAS_NUM_THREADS": threads,
        }
        run = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, env=environment, capture_output=True, check=True)
        said.add(run.stdout)
    assert len(said) == 1


def test_our_purity_is_above_that_of_k_means_on_labelled_texts() -> None:
    ours, theirs = measured([text for text, _ in banking()], [label for _, label in banking()])
    assert ours.themes == theirs.themes
    assert ours.purity > theirs.purity
    assert ours.nmi > theirs.nmi


@pytest.mark.parametrize("texts", [["a"] * 1, ["....", "!!!", "123"], ["ab cd"] * 1, ["é" * 2000]])
def test_what_holds_nothing_is_no_trouble(texts: list[str]) -> None:
    assert len(find(texts, [20] * len(texts))) <= 1
