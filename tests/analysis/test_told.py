"""Retention in plain words: the sentence of a cell, the question, and when a cell is over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd
import pytest

from cs_metrics.analysis import Wording, due, percent, question, sentence


def cell(cohort: Any = "2025-03-01", k: int = 3, eligible: int = 48, retained: int = 39, **more: Any) -> dict[str, Any]:
    """A cell of 39 of 48; Wilson's interval of that is 68.1 % to 89.8 %, worked out by hand."""
    start = pd.Timestamp(cohort) if isinstance(cohort, str) and cohort[:2] == "20" else cohort
    base = {"cohort": start, "k": k, "eligible": eligible, "retained": retained, "complete": True}
    return base | {"value": retained / eligible if eligible else float("nan"), "low": 0.681, "high": 0.898} | more


def test_a_cell_names_its_months_and_what_chance_does():
    said = sentence(cell(), Wording(of="mrr_snapshots"))
    assert said == (
        "Of the 48 customers who first paid in March 2025, 39 were still paying at the end of June 2025: 81 %; "
        "chance alone moves this between 68 % and 90 %."
    )


@pytest.mark.parametrize(
    ("words", "k", "says"),
    [
        ({"kind": "on_or_after"}, 3, "ordered again in June 2025 or later: 81 %"),
        ({"kind": "on_or_before"}, 3, "ordered again at least once by the end of June 2025"),
        ({"kind": "streak"}, 3, "ordered again in every month up to June 2025"),
        ({"kind": "brackets", "brackets": [[1, 1], [2, 4]]}, 2, "ordered again between May 2025 and July 2025"),
        ({"kind": "brackets", "brackets": [[1, 1], [2, 4]]}, 1, "ordered again in April 2025"),
        ({"calendar": False}, 3, "ordered again in month 3 after their start"),
        ({"grain": "day"}, 3, "who first ordered on 1 March 2025, 39 ordered again on 4 March 2025"),
        ({"grain": "year"}, 1, "in the year of 1 March 2025, 39 ordered again in 2026"),
        ({"start_of": "customers"}, 3, "who signed up in March 2025, 39 ordered in June 2025"),
        ({"of": "events", "back": {"event": ["login"]}}, 3, "39 used the product (event is login) in June 2025"),
        ({"accounts": "parent"}, 3, "Of the 48 accounts who first ordered"),
        ({"cohort": "every"}, 3, "who ordered in March 2025"),
        ({"reactivation": False}, 3, "39 ordered again without a break in June 2025"),
        ({"minimum": 3}, 3, "39 ordered again (in 3 rows or more) in June 2025"),
    ],
)
def test_what_was_asked_is_what_is_said(words, k, says):
    assert says in sentence(cell(k=k), Wording(**words))


def test_week_begins_where_the_setting_says():
    words = Wording(grain="week", settings={"week_starts": "sunday", "fiscal_year_starts": 1})
    assert "in the week of 9 March 2025" in sentence(cell("2025-03-02", k=1), words)


def test_quarters_and_years_have_their_names():
    said = sentence(cell("2025-01-01"), Wording(grain="quarter"))
    assert "who first ordered in Q1 2025, 39 ordered again in Q4 2025" in said
    assert "in 2025, 39 ordered again in 2026" in sentence(cell("2025-01-01", k=1), Wording(grain="year"))


def test_the_start_none_and_an_attribute():
    assert sentence(cell(k=0)) == "48 customers who first ordered in March 2025."
    assert sentence(cell(k=0, eligible=1, retained=1)) == "1 customer who first ordered in March 2025."
    assert sentence(cell(eligible=0, retained=0)) == "No customers who first ordered in March 2025: no data."
    words = Wording(cohort="plan")
    assert "customers with plan 'Pro', 39 ordered again in month 3 after their start" in sentence(cell("Pro"), words)
    assert "customers of no known plan" in sentence(cell(None), words)


def test_all_cohorts_together_say_over_how_many():
    said = sentence(cell(cohort=None, cohorts=4))
    assert said.startswith(
        "Of the 48 customers of the 4 cohorts whose month 3 is over, 39 ordered again in month 3 after"
    )


def test_revenue_says_both_amounts_and_no_base_is_no_data():
    words = Wording(value="revenue", currency="EUR")
    said = sentence(cell(amount=4797.0, base=12300.0, value=0.39), words)
    assert "brought 12,300 EUR at first; 39 ordered again in June 2025, and brought 4,797 EUR: 39 %" in said
    assert sentence(cell(amount=5.0, base=0.0, value=float("nan")), words).endswith("in their first month: no data.")
    assert sentence(cell(cohorts=2, value=0.4), words).startswith("In month 3 after their start the 48 customers")


@pytest.mark.parametrize(
    ("words", "cohort", "k", "ends"),
    [
        ({}, "2025-03-01", 3, datetime(2025, 7, 1)),
        ({"calendar": False}, "2025-03-01", 3, datetime(2025, 8, 1)),
        ({"grain": "week"}, "2025-03-03", 1, datetime(2025, 3, 17)),
        ({"grain": "quarter"}, "2025-01-01", 1, datetime(2025, 7, 1)),
        ({"kind": "brackets", "brackets": [[1, 3], [4, 7]]}, "2025-03-01", 2, datetime(2025, 11, 1)),
        ({"grain": "hour"}, "2025-03-01T22:00", 1, datetime(2025, 3, 2)),
    ],
)
def test_a_cell_that_is_not_over_says_when_it_will_be(words, cohort, k, ends):
    assert due(cell(cohort, k, complete=False), Wording(**words)) == ends
    assert due(cell(cohort, k), Wording(**words)) is None


def test_the_day_it_is_over_stands_in_the_sentence():
    said = sentence(cell(complete=False))
    assert said.endswith("So far: complete once the data reach the end of 30 June 2025.")
    rolling = sentence(cell(complete=False), Wording(calendar=False))
    assert rolling.endswith("reach the end of 31 July 2025 at the latest.")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({}, "Of the customers who first ordered in a month, the share who ordered again in each later month."),
        ({"kind": "streak", "grain": "day"}, "ordered on a day, the share who ordered again in every day up to each"),
        ({"of": "subscriptions"}, "who first subscribed in a month, the share who were still subscribed at the end of"),
        ({"cohort": "customers.plan"}, "Of the customers of each plan, the share who"),
        ({"kind": "brackets", "brackets": [[1, 3], [4, 4]]}, "ordered again in months 1 to 3, 4 after their start."),
        ({"value": "revenue"}, "Of the revenue that the customers who first ordered in a month brought in that month"),
        ({"value": "revenue", "amounts": "gross"}, "none counted for more than it brought at first."),
        ({"start_of": "first_paid", "of": "events"}, "who first paid in a month, the share who used the product in"),
    ],
)
def test_the_question_in_one_sentence(words, says):
    assert says in question(Wording(**words))


def test_percent_has_the_digits_that_mean_something():
    said = [percent(x) for x in (0, 0.004, 0.034, 0.81, 0.996, 0.9999, 1, 1.4)]
    assert said == ["0 %", "0.4 %", "3.4 %", "81 %", "99.6 %", "99.9 %", "100 %", "140 %"]
