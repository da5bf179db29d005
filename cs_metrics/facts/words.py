"""What a text says, worked out offline when data are published: its language, its tone, its themes.

Tone: VADER (Hutto and Gilbert 2014), for English. Themes: the words and pairs of words that most texts share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

FEWEST_TEXTS = 10
MOST_THEMES = 12
# a theme is in at least so many texts, and in this share of them
FEWEST_OF_A_THEME, LEAST_SHARE = 3, 0.01
# below so many words a text is too short for the language model
SHORT = 4
# words that praise or blame name no theme
_NO_THEME = frozenset([
    "amazing", "awesome", "bad", "best", "better", "bit", "day", "days", "excellent", "fantastic", "fine", "good",
    "got", "great", "happy", "just", "like", "likes", "love", "loves", "make", "makes", "month", "months", "need",
    "needs", "new", "nice", "ok", "okay", "old", "overall", "perfect", "please", "really", "say", "says", "solid",
    "terrible", "thank", "thanks", "thing", "things", "try", "use", "used", "uses", "using", "want", "wants", "way",
    "week", "weeks", "well", "work", "works", "year", "years",
])  # fmt: skip
_WORD = r"(?u)\b[^\W\d_]{3,}\b"


def build(con: duckdb.DuckDBPyConnection, said: str) -> None:
    """Build `dim_text` (every different text: text_no, text, english, tone) and `dim_theme` (text_no, theme, named:
    the theme's name stands in the text) from `said`, a SELECT whose `words` are the texts."""
    told = con.execute(
        f"SELECT words, count(*) FROM ({said}) WHERE regexp_matches(words, '\\S') GROUP BY words ORDER BY words"
    ).fetchall()
    texts, times = [str(text) for text, _ in told], [int(count) for _, count in told]
    tones = judge(texts)
    spoken = [number for number, tone in enumerate(tones) if tone is not None]
    numbers = {texts[number]: number for number in spoken}
    _write(
        con,
        "dim_text",
        {
            "text_no": pa.array(range(len(texts)), pa.int64()),
            "text": pa.array(texts, pa.string()),
            "english": pa.array([tone is not None for tone in tones], pa.bool_()),
            "tone": pa.array(tones, pa.float64()),
        },
    )
    found = themes([texts[number] for number in spoken], [times[number] for number in spoken])
    pairs = [(numbers[text], theme, True) for theme, members in found.items() for text in members]
    columns = zip(*pairs, strict=True) if pairs else ([], [], [])
    types = {"text_no": pa.int64(), "theme": pa.string(), "named": pa.bool_()}
    _write(con, "dim_theme", {n: pa.array(c, t) for (n, t), c in zip(types.items(), columns, strict=True)})


def _write(con: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, Any]) -> None:
    con.register("judged", pa.table(dict(columns)))
    con.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM judged")
    con.unregister("judged")


def judge(texts: Sequence[str]) -> list[float | None]:
    """Return the tone of each text, from -1 to 1; None for one that is not English."""
    if not texts:
        return []
    # both load their word lists: only where there is something to judge
    from py3langid.langid import MODEL_FILE, LanguageIdentifier
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    languages = LanguageIdentifier.from_model_file(MODEL_FILE)
    vader = SentimentIntensityAnalyzer()

    def english(text: str) -> bool:
        words = text.split()
        if len(words) < SHORT and any(word.strip(".,;:!?'\"()").lower() in vader.lexicon for word in words):
            return True
        return bool(languages.classify(text)[0] == "en")

    return [float(vader.polarity_scores(text)["compound"]) if english(text) else None for text in texts]


def themes(texts: Sequence[str], times: Sequence[int]) -> dict[str, list[str]]:
    """Return the themes of different texts, each said so many times: theme -> the texts that it is in.

    One by one the word or pair of words that is in most texts without a theme yet; the pair where both are in as many.
    A text has every theme whose words it has. The same texts always give the same themes.
    """
    if sum(times) < FEWEST_TEXTS:
        return {}
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

    stop = sorted(ENGLISH_STOP_WORDS | _NO_THEME)
    counter = CountVectorizer(ngram_range=(1, 2), stop_words=stop, binary=True, token_pattern=_WORD)
    try:
        contains = counter.fit_transform(texts).tocsc()
    except ValueError:  # nothing but stop words
        return {}
    names, weights = counter.get_feature_names_out(), np.asarray(times)
    fewest = max(FEWEST_OF_A_THEME, LEAST_SHARE * weights.sum())
    said = weights @ contains
    members = {str(names[i]): _rows(contains, int(i)) for i in np.flatnonzero(said >= fewest)}
    found: dict[str, list[str]] = {}
    left = weights.astype(np.int64)
    while members and len(found) < MOST_THEMES:
        best = max(sorted(members), key=lambda name: (left[members[name]].sum(), name.count(" ")))
        if left[members[best]].sum() < fewest:
            break
        rows = members.pop(best)
        found[best] = [texts[row] for row in rows]
        left[rows] = 0
    return found


def _rows(contains: Any, column: int) -> np.ndarray:
    return np.sort(contains.indices[contains.indptr[column] : contains.indptr[column + 1]])
