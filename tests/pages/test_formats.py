"""Numbers with their unit, the fewest digits that mean something, the reader's way."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from babel import Locale

from pages._ui import formats


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "locale", lambda: Locale("en", "US"))


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (0.0669934, "share", "6.7 %"),
        (1.0, "share", "100 %"),
        (10.5, "share", "1,050 %"),
        (31.4, "score", "31"),
        (5.44, "score", "5.4"),
        (1234.5, "money", "$1,234"),
        (12.5, "money", "$12.50"),
        (0.4, "hours", "24 min"),
        (30.25, "hours", "30.2 h"),
        (612, "count", "612"),
        (2.346, "ratio", "2.35"),
        (None, "share", "–"),
        (float("nan"), "money", "–"),
        (0, "share", "0 %"),
    ],
)
def test_a_value_in_its_unit(value: float | None, unit: str, expected: str) -> None:
    assert formats.value(value, unit) == expected


def test_a_tile_shortens_large_money() -> None:
    assert formats.value(282_059, "money", short=True) == "$282K"
    assert formats.value(1_534_000, "money", short=True) == "$1.53M"


def test_a_share_changes_by_points_and_money_by_percent() -> None:
    assert formats.change(0.08, 0.067, "share") == (pytest.approx(0.013), "+1.3 pts")
    assert formats.change(110, 100, "money") == (10, "+10.0 %")
    assert formats.change(10, None, "money") is None
    assert formats.change(0.0670001, 0.067, "share")[0] == 0
    assert formats.change(5, 0, "money") == (5, "+$5")


def test_the_last_day_is_the_one_before_an_exclusive_end() -> None:
    assert formats.last_day(datetime(2026, 7, 1)) == "Jun 30, 2026"
    assert formats.span(date(2025, 7, 1), date(2026, 7, 1)) == "Jul 2025 – Jun 2026"
    assert formats.span(date(2026, 3, 1), date(2026, 4, 1)) == "Mar 2026"
    assert formats.span(date(2026, 3, 2), date(2026, 3, 3)) == "Mar 2, 2026"


def test_a_period_is_named_by_its_grain() -> None:
    assert formats.period(date(2026, 3, 1), "month") == "Mar 2026"
    assert formats.period(date(2026, 4, 1), "quarter") == "Q2 2026"
    assert formats.period(date(2026, 2, 1), "year") == "year from Feb 1, 2026"
    assert formats.period(None, "month") == "whole range"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (":red[x]", r"\:red\[x\]"),
        ("![x](http://evil.example/x.png)", r"!\[x\](http://evil.example/x.png)"),
        ("$5 or $6", r"\$5 or \$6"),
        ("<b>&lt;", r"\<b\>\&lt;"),
        ("a\n\n# b", r"a # b"),
        ("# b", r"\# b"),
        ("a_b _c_", r"a_b \_c\_"),
        ("1. one", r"1\. one"),
        ("- one", r"\- one"),
        (":smile: at 10:15:30", ":\u2060smile: at 10:15:30"),
        (":material/home:", ":\u2060material/home:"),
    ],
)
def test_markdown_in_a_persons_words_is_shown_and_not_done(text: str, shown: str) -> None:
    assert formats.literal(text) == shown
