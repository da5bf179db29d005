"""Periods are told from the data's as-of; what is compared has the same length in months."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from cs_metrics.errors import QueryError
from cs_metrics.settings import resolve
from pages._ui import presets

SETTINGS = resolve()
JULY = datetime(2026, 7, 1)  # data up to and including 30 June
MID = datetime(2026, 6, 16)  # data up to and including 15 June


@pytest.mark.parametrize(
    ("preset", "as_of", "expected"),
    [
        ("last_12_months", JULY, (date(2025, 7, 1), date(2026, 7, 1))),
        ("last_12_months", MID, (date(2025, 6, 1), date(2026, 6, 1))),
        ("this_month", JULY, (date(2026, 6, 1), date(2026, 7, 1))),
        ("this_month", MID, (date(2026, 6, 1), date(2026, 7, 1))),
        ("last_month", MID, (date(2026, 5, 1), date(2026, 6, 1))),
        ("this_quarter", MID, (date(2026, 4, 1), date(2026, 7, 1))),
        ("last_quarter", MID, (date(2026, 1, 1), date(2026, 4, 1))),
        ("this_fiscal_year", MID, (date(2026, 1, 1), date(2027, 1, 1))),
        ("last_fiscal_year", MID, (date(2025, 1, 1), date(2026, 1, 1))),
    ],
)
def test_a_preset_ends_where_the_data_do(preset: str, as_of: datetime, expected: presets.Range) -> None:
    assert presets.resolve(preset, as_of, SETTINGS) == expected


def test_a_fiscal_year_from_february_moves_its_quarters_too() -> None:
    assert presets.resolve("this_fiscal_year", MID, SETTINGS | {"fiscal_year_starts": 2}) == (
        date(2026, 2, 1),
        date(2027, 2, 1),
    )
    assert presets.resolve("this_quarter", MID, SETTINGS | {"fiscal_year_starts": 2}) == (
        date(2026, 5, 1),
        date(2026, 8, 1),
    )


def test_february_is_compared_with_january_not_with_28_days() -> None:
    february = (date(2026, 2, 1), date(2026, 3, 1))
    assert presets.compared(february, "before") == (date(2026, 1, 1), date(2026, 2, 1))
    assert presets.compared(february, "year") == (date(2025, 2, 1), date(2025, 3, 1))
    assert presets.compared((date(2026, 2, 3), date(2026, 2, 10)), "before") == (date(2026, 1, 27), date(2026, 2, 3))
    assert presets.compared(february, "none") is None
    assert presets.compared(None, "before") is None


@pytest.mark.parametrize(("since", "until"), [("", ""), ("2026-03-01", "2026-03-01"), ("x", "2026-01-01")])
def test_a_custom_period_that_makes_no_sense_is_a_sentence(since: str, until: str) -> None:
    with pytest.raises(QueryError):
        presets.resolve("custom", MID, SETTINGS, since=since, until=until)
    with pytest.raises(QueryError, match="unknown"):
        presets.resolve("last_century", MID, SETTINGS)
