"""New and growing themes: seldom called where nothing changes, and called where something does."""

from __future__ import annotations

from math import comb

import pandas as pd
import pytest

from cs_metrics.analysis.feedback.said.growth import growth
from tests.simulations.themes import rates


@pytest.mark.parametrize("repeats", [False, True])
def test_where_nothing_changes_no_theme_is_called_new_or_growing(repeats: bool) -> None:
    assert rates(100, texts=300, repeats=repeats)["up"] <= 0.05


def test_a_planted_theme_is_found() -> None:
    assert rates(50, texts=300, repeats=True, planted=0.1)["found"] >= 0.9


def one(now: int, earlier: int, *, each: int = 1, unheard: bool = False) -> pd.Series:
    """A theme among 100 texts a stretch, of accounts that write once, or of it `each` times."""
    sums = {}
    for name, x in (("now", now), ("earlier", earlier)):
        sums |= {name: x, f"{name}_n": 100, f"{name}_accounts": 100 - x + x // each, f"{name}_xx": x * each,
                 f"{name}_xm": x * each, f"{name}_mm": 100 - x + x * each}  # fmt: skip
    return growth(pd.DataFrame([{**sums, "unheard": unheard}])).iloc[0]


def test_the_worked_example() -> None:
    # 12 of 100 against 1 of 100, Fisher's exact test: the tables with 13 in all that are as unlikely as this one
    likely = [comb(100, k) * comb(100, 13 - k) / comb(200, 13) for k in range(14)]
    told = one(12, 1)
    assert told["change"] == pytest.approx(0.11)
    assert told["p"] == pytest.approx(sum(chance for chance in likely if chance <= likely[12] * (1 + 1e-9)))
    assert (told["is_growing"], told["is_new"], told["is_falling"]) == (True, False, False)
    assert one(1, 12)["is_falling"]
    assert one(12, 0, unheard=True)["is_new"]
    assert not one(12, 0, unheard=True)["is_growing"]
    assert one(5, 5)["p"] == 1


def test_one_talkative_account_is_no_news() -> None:
    assert one(12, 0, each=12, unheard=True)["p"] > 0.05


def test_nothing_to_compare_with_says_nothing() -> None:
    sums = {f"{name}_{part}": 1 for name in ("now", "earlier") for part in ("accounts", "xx", "xm", "mm")}
    told = growth(pd.DataFrame([{**sums, "now": 3, "now_n": 9, "earlier": 0, "earlier_n": 0, "unheard": True}])).iloc[0]
    assert pd.isna(told["p"])
    assert not told["is_new"]
