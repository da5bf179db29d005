"""Features taken up, kept, and how many: on examples small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cs_metrics.kpis import Slice, compute
from tests.kpis.journeys import Tables, ask, frame, items, on, use, user
from tests.support import kept_version

STARTS: Tables = {
    "users": [
        user("day 7", "2026-03-01 12:00"),
        user("late", "2026-03-01 12:00"),
        user("nothing", "2026-03-02"),
        user("export", "2026-03-03"),
    ],
    "events": [
        use("day 7", "2026-03-08 12:00", feature="search"),  # 7 x 24 hours to the minute
        use("late", "2026-03-08 12:01", feature="search"),  # in its first session ever
        use("export", "2026-03-03 08:00"),  # its first session
        use("export", "2026-03-03 20:00", feature="export"),  # its second
    ],
}


def test_early_is_within_the_first_days_of_each_user() -> None:
    # any feature: 'day 7' and 'export' of four new users; each feature against the same four
    assert ask(STARTS, "feature_adoption_rate_early", "2026-03-01")["value"] == 0.5
    assert items(STARTS, "feature_adoption_rate_early", "2026-03-01") == {"search": 0.25, "export": 0.25}
    key = {"key_features": ["search"]}
    assert ask(STARTS, "feature_adoption_rate_early", "2026-03-01", **key)["value"] == 0.25
    assert items(STARTS, "feature_adoption_rate_early", "2026-03-01", **key) == {"search": 0.25}


def test_early_may_also_be_the_first_sessions() -> None:
    # 'late' comes on day 8, but for the first time; on the first day alone 'export' counts by its second session only
    assert ask(STARTS, "feature_adoption_rate_early", "2026-03-01", early_sessions=1)["value"] == 0.75
    only = {"early_days": 1, "key_features": ["search"]}
    assert ask(STARTS, "feature_adoption_rate_early", "2026-03-01", **only)["value"] == 0
    assert ask(STARTS, "feature_adoption_rate_early", "2026-03-01", early_sessions=1, **only)["value"] == 0.5


def test_early_is_incomplete_until_the_last_new_user_had_its_days() -> None:
    assert not ask(STARTS, "feature_adoption_rate_early", "2026-03-01", as_of="2026-04-07")["complete"]
    assert ask(STARTS, "feature_adoption_rate_early", "2026-03-01", as_of="2026-04-08")["complete"]


# the four weeks back from 1 April begin on 4, 11, 18 and 25 March
WEEKS: Tables = {
    "events": [
        *(use("three", f"2026-03-{day}", feature="search") for day in ("04", "11", "31")),
        *(use("two", f"2026-03-{day}", feature="search") for day in ("03", "04", "10", "25")),  # the 3rd is outside
        *(
            use("mixed", f"2026-03-{day}", feature=f)
            for day, f in (("05", "search"), ("12", "export"), ("20", "search"))
        ),
        use("other", "2026-03-30"),
        use("gone", "2026-03-03", feature="search"),
        use(None, "2026-03-04", feature="search"),
    ]
}


def test_ongoing_is_in_three_of_the_four_weeks_up_to_the_end() -> None:
    # active in the 28 days: three, two, mixed, other; regular with any feature: three, mixed -> 2 / 4
    cell = ask(WEEKS, "feature_adoption_rate_ongoing", "2026-03-01")
    assert (cell["numerator"], cell["denominator"]) == (2, 4)
    # with search alone: three; export: nobody
    assert items(WEEKS, "feature_adoption_rate_ongoing", "2026-03-01") == {"search": 0.25, "export": 0}
    assert ask(WEEKS, "feature_adoption_rate_ongoing", "2026-03-01", regular_weeks=2)["numerator"] == 3


def test_active_users_of_the_feature() -> None:
    # March: three, two, mixed, other, gone; a feature: all but 'other'
    cell = ask(WEEKS, "active_feature_usage_rate", "2026-03-01")
    assert (cell["numerator"], cell["denominator"]) == (4, 5)
    assert items(WEEKS, "active_feature_usage_rate", "2026-03-01") == {"search": 0.8, "export": 0.2}
    assert ask(WEEKS, "active_feature_usage_rate", "2026-03-01", key_features=["export"])["value"] == 0.2


def test_breadth_counts_accounts_that_used_nothing() -> None:
    tables: Tables = {
        "subscriptions": [
            {"customer_id": c, "start_date": on("2026-01-01").date(), "amount": 10.0} for c in ("a", "b", "c")
        ],
        "events": [
            use("u", "2026-03-01", feature="search"),
            use("v", "2026-03-02", feature="search"),
            use(None, "2026-03-03", feature="export"),  # a user is not asked for
            use("w", "2026-03-04", feature="search", account="b"),
            use("w", "2026-03-05", account="c"),
            use("z", "2026-03-05", feature="share", account="nobody"),  # no active account
        ],
    }
    # a 2, b 1, c 0 -> 3 / 3, whatever the key features are
    for key in ([], ["export"]):
        cell = ask(tables, "breadth_of_use", "2026-03-01", key_features=key)
        assert (cell["value"], cell["numerator"], cell["denominator"]) == (1, 3, 3)
    # Student t of 2, standard deviation 1; nobody uses less than nothing
    assert (cell["low"], cell["high"]) == (0, pytest.approx(1 + 4.302653 / 3**0.5))
    beside = items(tables, "breadth_of_use", "2026-03-01")
    assert beside == {"none": 1, "p25": 0.5, "median": 1, "p75": 1.5, "most": 2}


AGAIN: Tables = {
    "events": [
        use("stays", "2026-02-10", feature="search"),
        use("stays", "2026-03-31", feature="search"),
        use("switches", "2026-02-10", feature="search"),
        use("switches", "2026-03-10", feature="export"),
        use("leaves", "2026-02-28", feature="search"),
        use("leaves", "2026-03-10"),  # is there, but without a feature
        use("comes", "2026-03-10", feature="search"),
        use("earlier", "2026-01-31", feature="search"),
        use("earlier", "2026-03-10", feature="search"),
    ]
}


def test_retained_users_are_those_of_the_period_before() -> None:
    # February: stays, switches, leaves; back in March with a feature: stays, switches -> 2 / 3
    cell = ask(AGAIN, "retained_feature_users_share", "2026-03-01")
    assert (cell["numerator"], cell["denominator"]) == (2, 3)
    # each against its own users: search 1 of 3, while nobody had used export in February
    answers = frame(AGAIN, "retained_feature_users_share", "2026-03-01").set_index("item")
    assert answers.loc["search", ["numerator", "denominator"]].tolist() == [1, 3]
    assert answers.loc["export", "n"] == 0
    assert np.isnan(answers.loc["export", "value"])
    assert ask(AGAIN, "retained_feature_users_share", "2026-03-01", key_features=["search"])["numerator"] == 1


def test_the_range_before_a_free_range_has_as_many_months() -> None:
    asked = Slice.of(None, since="2026-02-01", until="2026-04-01", definitions={"fresh_days": 3650})
    cell = compute(kept_version(AGAIN), ["retained_feature_users_share"], asked, as_of="2026-06-01").iloc[0]
    # December and January: earlier; in February and March it is back
    assert (cell["numerator"], cell["denominator"]) == (1, 1)
