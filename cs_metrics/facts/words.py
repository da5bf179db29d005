"""What a text says, worked out offline when data are published: its language, its tone, its themes.

Tone: VADER (Hutto and Gilbert 2014), for English. Themes: see `themes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from cs_metrics.facts import themes

# below so many words a text is too short for the language model
SHORT = 4


def build(con: duckdb.DuckDBPyConnection, said: str) -> None:
    """Build `dim_text` (every different text: text_no, text, english, tone), `dim_theme` (text_no, theme, named: the
    theme's name stands in the text) and `dim_theme_words` (theme, words: those by which it is known) from `said`, a
    SELECT whose `words` are the texts."""
    told = con.execute(
        f"SELECT words, count(*) FROM ({said}) WHERE regexp_matches(words, '\\S') GROUP BY words ORDER BY words"
    ).fetchall()
    texts, times = [str(text) for text, _ in told], [int(count) for _, count in told]
    tones = judge(texts)
    spoken = [number for number, tone in enumerate(tones) if tone is not None]
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
    found = themes.find([texts[number] for number in spoken], [times[number] for number in spoken])
    rows = [
        (spoken[row], theme.name, bool(named))
        for theme in found
        for row, named in zip(theme.rows, theme.named, strict=True)
    ]
    columns: Any = zip(*rows, strict=True) if rows else ([], [], [])
    types = {"text_no": pa.int64(), "theme": pa.string(), "named": pa.bool_()}
    _write(con, "dim_theme", {n: pa.array(c, t) for (n, t), c in zip(types.items(), columns, strict=True)})
    known = {"theme": [theme.name for theme in found], "words": [list(theme.words) for theme in found]}
    _write(
        con,
        "dim_theme_words",
        {"theme": pa.array(known["theme"], pa.string()), "words": pa.array(known["words"], pa.list_(pa.string()))},
    )


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
