"""What people write of, in sentences: how much is told by themes, what is new, what grows, what cannot be judged."""

from __future__ import annotations

import pandas as pd

MOST_NAMED = 3


def headline(counts: pd.DataFrame, bare: pd.DataFrame, themes: pd.DataFrame) -> str:
    """Return how many texts there are and how many of them are about a theme. `counts` and `bare`: the rows of
    `origins`, of all texts and of those about none."""
    texts, without = int(counts["texts"].sum()), int(bare["texts"].sum())
    told = int((themes["texts"] > 0).sum())
    if not told:
        which = "it is about no theme" if texts == 1 else "none is about a theme"
        return f"{_texts(texts)}; {which} that several texts share."
    which = "the one theme" if told == 1 else f"one of {told:,} themes or more"
    return f"{_texts(texts)}; {_share((texts - without) / texts)} of them are about {which}."


def news(themes: pd.DataFrame, stretch: str) -> list[str]:
    """Return which themes are new, which grow and which fall, each a sentence; `stretch`: 'the last 90 days'."""
    lines = []
    for column, word in (("is_new", "New"), ("is_growing", "Growing"), ("is_falling", "Falling")):
        found = themes[themes[column]].sort_values(["change", "theme"], ascending=[column == "is_falling", True])
        if found.empty:
            continue
        named = [moved(row) for row in found.head(MOST_NAMED).to_dict("records")]
        more = len(found) - len(named)
        lines.append(f"{word} in {stretch}: {'; '.join(named)}{f'; and {more} more' if more > 0 else ''}.")
    return lines


def moved(row: dict) -> str:
    """Return how a theme moved: "'price' in 31 texts, 12 before (+3.1 points of all texts)"."""
    before = "none before" if not row["earlier"] else f"{int(row['earlier']):,} before"
    points = "" if pd.isna(row["change"]) else f"{row['change'] * 100:+.1f}".replace("-", "−")
    change = f" ({points} points of all texts)" if points else ""
    return f"'{row['theme']}' in {_texts(int(row['now']))}, {before}{change}"


def languages(counts: pd.DataFrame) -> str:
    """Return how many texts are in a language that is not judged; '' where all are judged."""
    texts, english = int(counts["texts"].sum()), int(counts["english"].sum())
    if english == texts:
        return ""
    which = "None of the texts is" if not english else f"{texts - english:,} of {_texts(texts)} are not"
    return (
        f"{which} in English, the one language that themes and tone are found in. They are searched like the others, "
        "and a theme that you pin by its words counts them."
    )


def tone(row: dict) -> str:
    """Return the tone of a theme's texts: '62 % positive, 20 % negative'; '' where none was judged."""
    if not row["toned"]:
        return ""
    if not row["positive"] and not row["negative"]:
        return "neutral"
    return f"{_share(row['positive'] / row['toned'])} positive, {_share(row['negative'] / row['toned'])} negative"


def _share(share: float) -> str:
    """A share in whole percent, but never 0 or 100 % for some and not all."""
    digits = 0 if share in (0, 1) or 0.005 <= share < 0.995 else 1
    return f"{share * 100:.{digits}f} %"


def _texts(n: int) -> str:
    return f"{n:,} text" + ("" if n == 1 else "s")
