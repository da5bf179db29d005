"""What is said of themes: sentences that hold the numbers of the rows they are about."""

from __future__ import annotations

import pandas as pd

from cs_metrics.analysis.feedback.said import theme_words

COUNTS = pd.DataFrame({"texts": [90, 110], "english": [90, 70]})
BARE = pd.DataFrame({"texts": [50]})


def theme(name: str, now: int, earlier: int, change: float, word: str = "") -> dict:
    flags = {f"is_{w}": w == word for w in ("new", "growing", "falling")}
    return {"theme": name, "texts": now + earlier, "now": now, "earlier": earlier, "change": change, **flags}


THEMES = pd.DataFrame(
    [
        theme("price", 31, 12, 0.0312, "growing"),
        theme("seats", 20, 4, 0.05, "growing"),
        theme("login", 9, 0, 0.02, "new"),
        theme("import", 1, 30, -0.041, "falling"),
        theme("help", 5, 5, 0.0),
    ]
)


def test_how_many_texts_are_told_by_themes() -> None:
    told = "200 texts; 75 % of them are about one of 5 themes or more."
    assert theme_words.headline(COUNTS, BARE, THEMES) == told
    none = theme_words.headline(COUNTS, BARE, THEMES.assign(texts=0))
    assert none == "200 texts; none is about a theme that several texts share."
    nearly = theme_words.headline(pd.DataFrame({"texts": [1000]}), pd.DataFrame({"texts": [1]}), THEMES.head(1))
    assert nearly == "1,000 texts; 99.9 % of them are about the one theme."


def test_what_is_new_and_what_grows_comes_with_its_numbers_the_largest_change_first() -> None:
    assert theme_words.news(THEMES, "the last 90 days") == [
        "New in the last 90 days: 'login' in 9 texts, none before (+2.0 points of all texts).",
        "Growing in the last 90 days: 'seats' in 20 texts, 4 before (+5.0 points of all texts); "
        "'price' in 31 texts, 12 before (+3.1 points of all texts).",
        "Falling in the last 90 days: 'import' in 1 text, 30 before (−4.1 points of all texts).",
    ]
    assert theme_words.news(THEMES.tail(1), "the last 90 days") == []
    many = pd.concat([THEMES.assign(is_new=True, theme=THEMES["theme"] + str(n)) for n in range(60)])
    assert theme_words.news(many, "May")[0].endswith("; and 297 more.")


def test_languages_that_are_not_judged_are_said() -> None:
    assert theme_words.languages(COUNTS).startswith("40 of 200 texts are not in English, the one language")
    assert theme_words.languages(COUNTS.assign(english=0)).startswith("None of the texts is in English")
    assert theme_words.languages(COUNTS.assign(english=COUNTS["texts"])) == ""


def test_tone_is_a_share_of_what_was_judged() -> None:
    assert theme_words.tone({"toned": 8, "positive": 4, "negative": 1}) == "50 % positive, 12 % negative"
    assert theme_words.tone({"toned": 1000, "positive": 999, "negative": 1}) == "99.9 % positive, 0.1 % negative"
    assert theme_words.tone({"toned": 3, "positive": 0, "negative": 0}) == "neutral"
    assert theme_words.tone({"toned": 0, "positive": 0, "negative": 0}) == ""
