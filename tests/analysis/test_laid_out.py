"""The triangle laid out and held against something, and brackets as they are typed."""

from __future__ import annotations

import pandas as pd
import pytest

from cs_metrics.analysis import Wording, compared, laid_out
from cs_metrics.analysis.cohorts import brackets
from cs_metrics.errors import QueryError


def triangle(*rows: tuple[str | None, int, int, int, bool]) -> pd.DataFrame:
    """Cells from (cohort, k, eligible, retained, complete)."""
    frame = pd.DataFrame(rows, columns=["cohort", "k", "eligible", "retained", "complete"])
    if frame["cohort"].map(lambda c: isinstance(c, str) and c[:2] == "20").all():
        frame["cohort"] = pd.to_datetime(frame["cohort"])
    share = frame["retained"] / frame["eligible"]
    return frame.assign(value=share, low=(share - 0.1).clip(0), high=(share + 0.1).clip(upper=1))


def daily(days: int, last: int) -> pd.DataFrame:
    """10 customers start on each day; of those of day n, n are back on the next; `last`: the number of the last day."""
    starts = pd.date_range("2025-01-01", periods=days, freq="D")
    return triangle(
        *(
            (str(day.date()), k, 10, 10 if k == 0 else min(n, 10), n + k < last)
            for n, day in enumerate(starts)
            for k in (0, 1)
            if n + k <= last
        )
    )


def test_a_month_in_which_nobody_started_is_no_data_and_not_zero():
    found = laid_out(
        triangle(
            ("2025-01-01", 0, 4, 4, True),
            ("2025-01-01", 1, 4, 2, True),
            ("2025-01-01", 2, 4, 1, False),
            ("2025-03-01", 0, 2, 2, False),
        ),
        Wording(),
    )
    empty = found.frame[found.frame["cohort"] == "2025-02-01"]
    assert empty["k"].tolist() == [0, 1]  # its month 2 has not begun
    assert empty["eligible"].tolist() == [0, 0]
    assert empty["value"].isna().all()
    assert found.note == ""
    assert found.cohorts(pd.Timestamp("2025-01-01")) == [pd.Timestamp("2025-01-01")]


def test_days_beyond_what_a_screen_takes_become_weeks_that_add_up():
    frame = daily(100, last=99)
    found = laid_out(frame, Wording(grain="day"))
    assert "7 days make a row" in found.note
    first = found.frame[found.frame["cohort"] == "2025-01-01"]
    # days 0 to 6 of 10 each: 0 + 1 + ... + 6 came back
    assert first[["eligible", "retained"]].values.tolist() == [[70, 70], [70, 21]]
    assert first["name"].iloc[0] == "1 Jan 2025 – 7 Jan 2025"
    assert len(found.cohorts(pd.Timestamp("2025-01-01"))) == 7
    for name in ("eligible", "retained"):
        assert found.frame[name].sum() == frame[name].sum()
    # the last day's next has not begun: the cell of its week is not whole, though all of it that is there is over
    last = found.frame[found.frame["k"] == 1].iloc[-1]
    assert not last["complete"]
    assert last["eligible"] == 10 * len(found.cohorts(last["cohort"])) - 10


def test_more_columns_than_a_screen_takes_are_thinned_and_said():
    rows = [("2025-01-01", k, 10, 10 - k // 20, True) for k in range(0, 151)]
    found = laid_out(triangle(*rows), Wording(grain="day"))
    assert found.frame["k"].tolist() == list(range(0, 151, 3))
    assert "Every third day" in found.note


def test_of_too_many_values_the_largest_are_kept():
    found = laid_out(triangle(*((f"v{n}", 0, n + 1, n + 1, True) for n in range(70))), Wording(cohort="plan"))
    assert set(found.frame["cohort"]) == {f"v{n}" for n in range(10, 70)}
    assert "The 60 largest of 70" in found.note


CELLS = (
    ("2025-01-01", 0, 100, 100, True),
    ("2025-01-01", 1, 100, 80, True),
    ("2025-01-01", 2, 100, 60, True),
    ("2025-02-01", 0, 100, 100, True),
    ("2025-02-01", 1, 100, 50, True),
    ("2025-02-01", 2, 100, 5, False),
)


def test_against_a_cohort_the_difference_is_of_the_same_month_and_says_what_chance_does():
    held = compared(triangle(*CELLS), "cohort", cohort=pd.Timestamp("2025-01-01"))
    found = held.frame.set_index(["cohort", "k"])
    assert held.reach == pytest.approx(0.25)  # nine in ten differ by less: 0, 0 and 0.3
    assert found.loc[("2025-02-01", 1), "shade"] == pytest.approx(-1)
    assert found.loc[("2025-02-01", 1), "beside"] == "30 points below that cohort, beyond chance"
    # not over: no colour, or it would look like a collapse
    assert pd.isna(found.loc[("2025-02-01", 2), "shade"])
    assert found.loc[("2025-02-01", 2), "beside"] == ""
    assert pd.isna(found.loc[("2025-02-01", 0), "shade"])


def test_against_a_target():
    found = compared(triangle(*CELLS), "target", target=0.75).frame.set_index(["cohort", "k"])
    assert found.loc[("2025-01-01", 1), "beside"] == "5.0 points above the target of 75 %, could be chance"
    assert found.loc[("2025-02-01", 1), "beside"] == "25 points below the target of 75 %, beyond chance"


def test_within_a_row_spans_its_own_lowest_and_highest():
    shade = compared(triangle(*CELLS), "row").frame["shade"]
    assert shade.iloc[1:3].tolist() == [1, 0]
    assert shade.iloc[4] == 0.5  # one value alone
    assert shade.iloc[[0, 3, 5]].isna().all()


def test_nothing_to_hold_against_is_said():
    with pytest.raises(QueryError, match="type a percentage"):
        compared(triangle(*CELLS), "target")
    with pytest.raises(QueryError, match="choose it from the list"):
        compared(triangle(*CELLS), "cohort", cohort=pd.Timestamp("2024-01-01"))
    with pytest.raises(QueryError, match="there is no 'sideways'"):
        compared(triangle(*CELLS), "sideways")


@pytest.mark.parametrize("text", ["1-3, 4-7, 8-30", " 1 – 3;4 to 7 ,8-30,"])
def test_brackets_as_they_are_typed(text):
    assert brackets.read(text) == [[1, 3], [4, 7], [8, 30]]
    assert brackets.labels(brackets.read("1, 2-3")) == ["1", "2–3"]


@pytest.mark.parametrize("text", ["", "3-", "a", "1-2-3", "٣", "1.5"])
def test_brackets_that_cannot_be_read_are_refused_in_a_sentence(text):
    with pytest.raises(QueryError, match="Write them as 1-3, 4-7, 8-30"):
        brackets.read(text)
