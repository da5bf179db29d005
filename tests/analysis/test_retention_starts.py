"""What starts a cohort, what counts as kept, and whose accounts are one: each on a few rows counted by hand."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from cs_metrics.analysis import members, retention, sql
from cs_metrics.errors import NotComputableError, QueryError
from cs_metrics.settings import resolve
from tests.analysis.test_retention import order, subscription
from tests.support import make_version

SETTINGS = resolve({"fresh_days": 3650})


def column(frame, name="retained", k=1):
    return frame.loc[frame["k"] == k, name].tolist()


AS_OF = "2025-05-01"


def family(*links):
    return [{"customer_id": c, "parent_customer_id": p, "region": r} for c, p, r in links]


def reached(customer, milestone, day):
    return {"customer_id": customer, "milestone": milestone, "reached_at": datetime(2025, 1, day)}


def event(customer, user, month, day, name="use"):
    return {"customer_id": customer, "user_id": user, "occurred_at": datetime(2025, month, day), "event": name}


@pytest.fixture(scope="module")
def con():
    """One company of which each test asks its own few customers, told by their first letters."""
    return make_version(
        {
            "customers": [
                {"customer_id": "sign_a", "signed_up_on": date(2025, 1, 3)},
                {"customer_id": "sign_b", "signed_up_on": date(2025, 1, 30)},
                *family(("leaf", "child", "US"), ("child", "top", "US"), ("top", None, "EU")),
                *family(("b", "c", "x"), ("c", "d", "x"), ("d", "b", "x"), ("below", "c", "x"), ("self", "self", "x")),
                *family(("roll_a", None, "EU"), ("roll_c", None, "EU"), ("roll_b", None, "US")),
            ],
            "users": [
                {"user_id": u, "customer_id": "account", "created_at": datetime(2025, 1, 5), "role": r}
                for u, r in (("u", "admin"), ("v", "viewer"))
            ],
            "milestones": [
                reached("m", "signed_up", 5),
                *(reached("step_" + c, "activated", 6) for c in "ab"),
                reached("step_c", "onboarding_started", 7),
            ],
            "events": [
                event("e", "w", 1, 6),
                event(None, "u", 2, 5),
                *(event("step_a", "w", 2, day, "export") for day in (1, 2)),
                event("step_b", "w", 2, 3, "export"),
                event("step_b", "w", 2, 4, "view"),
            ],
            "orders": [
                *(order("sign_a", d) for d in ("2025-02-05", "2025-03-05")),
                *(order("twice", d) for d in ("2025-01-05", "2025-02-05", "2025-02-20", "2025-03-19")),
                order("once", "2025-01-05"),
                *(order("gross_a", f"2025-0{m}-05", n) for m, n in ((1, 100), (2, 150))),
                *(order("gross_b", f"2025-0{m}-05", n) for m, n in ((1, 100), (2, 40))),
                *(order("away", d) for d in ("2025-01-05", "2025-02-05", "2025-04-05")),
                *(order("bracket", d) for d in ("2025-01-05", "2025-01-08", "2025-01-20")),
                order("gift", "2025-01-09", 5, kind="refund"),
                order("gift", "2025-03-09", 5),
                order("child", "2025-01-05", 10),
                order("leaf", "2025-02-05", 30),
                order("x", "2025-01-05", 5),
                *(order(c, f"2025-0{m}-05") for m, c in enumerate("bcd", 1)),
                order("below", "2025-01-07"),
                order("self", "2025-01-09"),
                *(order(f"roll_{c}", "2025-01-05") for c in "abc"),
            ],
            "subscriptions": [
                subscription("paid", "2025-01-01", "2025-02-01", amount=0),
                subscription("paid", "2025-02-01", amount=50),
                subscription("gift", "2025-01-01", "2025-02-01", is_trial=True),
                subscription("gap_a", "2025-01-05", "2025-02-10", 100),
                subscription("gap_a", "2025-03-05", amount=80),
                subscription("gap_b", "2025-01-05", amount=50),
                subscription("plan_a", "2025-01-05", "2025-02-10", plan="Team"),
                subscription("plan_a", "2025-02-10", plan="Pro"),
                subscription("plan_b", "2025-01-05", plan="Pro"),
                subscription("plan_c", "2025-01-08", "2025-01-20", plan="Team"),
                subscription("window_a", "2025-01-10", "2025-03-10"),
                subscription("window_b", "2025-01-10", "2025-03-08"),
            ],
        },
        as_of=AS_OF,
    )


def only(*customers):
    return {"where": {"customer_id": list(customers)}}


def test_sign_up_starts_and_an_order_is_coming_back(con):
    # a signed up in January and orders in February and March; b signed up in January and never orders
    words = {"of": "orders", "start_of": "customers", "periods": 2, **only("sign_a", "sign_b", "x")}
    frame = retention(con, SETTINGS, AS_OF, **words)
    assert frame[["k", "eligible", "retained"]].values.tolist() == [[0, 2, 2], [1, 2, 1], [2, 2, 1]]
    lost = members(con, SETTINGS, AS_OF, cohort="2025-01-01", k=1, retained=False, **words)
    # the row of the customers table says that b signed up
    assert lost[["unit", "_source", "_row"]].values.tolist() == [["sign_b", 1, 3]]


def test_sign_up_known_by_a_milestone_or_an_event_shows_that_row(con):
    words = {"of": "events", "start_of": "customers", "periods": 1, **only("m", "e")}
    found = members(con, SETTINGS, AS_OF, cohort="2025-01-01", k=0, **words)
    tables = dict(con.execute("SELECT source, file FROM _sources").fetchall())
    assert [(u, tables[s], r) for u, s, r in found[["unit", "_source", "_row"]].itertuples(index=False)] == [
        ("m", "milestones.csv", 2),
        ("e", "events.csv", 2),
    ]


def test_a_milestone_starts_and_each_side_has_its_own_filter_and_count(con):
    words = {
        "of": "events", "start_of": "milestones", "start": {"milestone": ["activated"]}, "back": {"event": "export"},
        "periods": 1,
    }  # fmt: skip
    frame = retention(con, SETTINGS, AS_OF, **words)
    assert frame[["eligible", "retained"]].values.tolist() == [[2, 2], [2, 2]]
    # b exported once only
    assert column(retention(con, SETTINGS, AS_OF, minimum=2, **words)) == [1]


def test_a_start_that_needs_several_rows_is_in_the_period_that_has_them(con):
    # one order in January, two in February: the start is the second of February, on the 20th
    words = {"start_minimum": 2, "periods": 1, **only("twice", "once")}
    frame = retention(con, SETTINGS, AS_OF, **words)
    assert frame["cohort"].astype(str).tolist() == ["2025-02-01", "2025-02-01"]
    assert frame[["eligible", "retained"]].values.tolist() == [[1, 1], [1, 1]]
    # rolling from the 20th, 19 March is still its first month
    assert column(retention(con, SETTINGS, AS_OF, calendar=False, **words)) == [0]


def test_first_paid_is_the_first_revenue_and_neither_trial_nor_gift(con):
    words = {"of": "subscriptions", "start_of": "first_paid", "periods": 1, **only("paid", "gift")}
    frame = retention(con, SETTINGS, AS_OF, **words)
    assert frame[frame["k"] == 0]["cohort"].astype(str).tolist() == ["2025-02-01", "2025-03-01"]
    assert column(frame) == [1, 0]


def test_users_start_when_they_are_created(con):
    words = {"of": "events", "unit": "users", "start_of": "users", "periods": 1}
    frame = retention(con, SETTINGS, AS_OF, **words)
    assert frame[["eligible", "retained"]].values.tolist() == [[2, 2], [2, 1]]
    # a breakdown by a column of the rows that start
    by = retention(con, SETTINGS, AS_OF, by="users.role", **words)
    assert by[by["k"] == 1][["users.role", "retained"]].values.tolist() == [["admin", 1], ["viewer", 0]]
    with pytest.raises(QueryError, match="belongs to other rows"):
        retention(con, SETTINGS, AS_OF, by="events.event", **words)


def test_gross_caps_each_at_its_own_base_and_net_does_not(con):
    # a 100 -> 150, b 100 -> 40: net 190 / 200, gross (100 + 40) / 200
    words = {"value": "revenue", "periods": 1, **only("gross_a", "gross_b")}
    assert column(retention(con, SETTINGS, AS_OF, **words), "value") == [0.95]
    frame = retention(con, SETTINGS, AS_OF, amounts="gross", **words)
    assert column(frame, "value") == [0.7]
    assert column(frame, "value", 0) == [1]
    people = members(con, SETTINGS, AS_OF, cohort="2025-01-01", k=1, amounts="gross", **words)
    assert people[["unit", "amount", "base"]].values.tolist() == [["gross_a", 100, 100], ["gross_b", 40, 100]]


@pytest.mark.parametrize(
    ("kind", "inside", "out"),
    [("on", [1, 0, 1], [1, 0, 0]), ("on_or_after", [1, 1, 1], [1, 0, 0]), ("streak", [1, 0, 0], [1, 0, 0])],
)
def test_who_was_away_and_came_back_counts_or_not(con, kind, inside, out):
    # January, February, not March, April
    words = {"kind": kind, "periods": 3, **only("away")}
    assert retention(con, SETTINGS, AS_OF, **words)["retained"].tolist() == [1, *inside]
    assert retention(con, SETTINGS, AS_OF, reactivation=False, **words)["retained"].tolist() == [1, *out]


def test_with_brackets_being_away_is_a_bracket_without_anything(con):
    words = {"grain": "day", "kind": "brackets", "brackets": [[1, 3], [4, 7], [8, 30]], **only("bracket")}
    assert retention(con, SETTINGS, AS_OF, **words)["retained"].tolist() == [1, 1, 0, 1]
    assert retention(con, SETTINGS, AS_OF, reactivation=False, **words)["retained"].tolist() == [1, 1, 0, 0]


def test_revenue_of_who_was_away_is_left_out_with_it(con):
    words = {"of": "subscriptions", "value": "revenue", "periods": 2, **only("gap_a", "gap_b")}
    assert retention(con, SETTINGS, AS_OF, **words)["amount"].tolist() == [150, 50, 130]
    out = retention(con, SETTINGS, AS_OF, reactivation=False, **words)
    assert out["amount"].tolist() == [150, 50, 50]
    assert out["retained"].tolist() == [2, 1, 1]


def test_an_account_and_all_below_it_are_one(con):
    # leaf -> child -> top; top itself buys nothing. Who bought in January came back in February through the leaf.
    words = {"by": "region", "value": "revenue", "periods": 1, "accounts": "parent", **only("top", "x")}
    frame = retention(con, SETTINGS, AS_OF, **words)
    assert frame[["region", "k", "eligible", "retained", "amount"]].values.tolist() == [
        ["EU", 0, 1, 1, 10], ["EU", 1, 1, 1, 30], [None, 0, 1, 1, 5], [None, 1, 1, 0, 0],
    ]  # fmt: skip
    assert len(con.execute(sql(con, SETTINGS, AS_OF, **words)).fetchall()) == 4
    each = retention(con, SETTINGS, AS_OF, periods=1, **only("leaf", "child", "top"))
    assert column(each, "eligible", 0) == [1, 1]
    # only rows of accounts in the US: x is nobody's
    inside = retention(con, SETTINGS, AS_OF, within={"region": ["US"]}, **words)
    assert inside["region"].tolist() == ["EU", "EU"]


def test_parents_in_a_circle_and_an_own_parent_are_counted_once_and_end(con):
    words = {"accounts": "parent", "periods": 1, **only("b", "c", "d", "below", "self")}
    people = members(con, SETTINGS, AS_OF, cohort="2025-01-01", k=0, **words)
    assert people["unit"].tolist() == ["b", "self"]


def test_a_change_of_plan_moves_nobody_between_cohorts(con):
    # a starts on Team and is on Pro from February; b starts on Pro. Both stay to the end; c leaves in January.
    words = {"of": "subscriptions", "periods": 2, **only("plan_a", "plan_b", "plan_c")}
    by = retention(con, SETTINGS, AS_OF, by="plan", **words)
    expected = [["Pro", 0, 1, 1], ["Pro", 1, 1, 1], ["Pro", 2, 1, 1], ["Team", 0, 2, 2], ["Team", 1, 2, 1]]
    expected.append(["Team", 2, 2, 1])
    assert by[["plan", "k", "eligible", "retained"]].values.tolist() == expected
    for start_of in (None, "first_paid"):
        rows = retention(con, SETTINGS, AS_OF, cohort="plan", start_of=start_of, **words)
        assert rows[["cohort", "k", "eligible", "retained"]].values.tolist() == expected


def test_rolling_periods_of_subscriptions_are_whether_they_hold_at_the_end_of_each_window(con):
    # a: 10 January to 10 March, so at the end of month 0 (10 February) and of month 1 (10 March); b: two days less
    words = {"of": "subscriptions", "calendar": False, "periods": 2, **only("window_a", "window_b")}
    assert retention(con, SETTINGS, AS_OF, **words)["retained"].tolist() == [2, 1, 0]
    assert retention(con, SETTINGS, AS_OF, value="revenue", **words)["amount"].tolist() == [200, 100, 0]


def test_a_rolling_segment_is_complete_when_its_own_members_are(con):
    # of two segments in one month, one is smaller; the windows of both are over
    words = {"calendar": False, "by": "region", "periods": 1, **only("roll_a", "roll_b", "roll_c")}
    assert retention(con, SETTINGS, AS_OF, **words)["complete"].tolist() == [True] * 4


def test_what_the_data_lack_for_a_start_or_a_parent_is_named():
    bare = make_version({"orders": [order("a", "2025-01-05", 0)], "customers": [{"customer_id": "a"}]})
    for words, needs in (
        ({"start_of": "customers"}, ("customers.signed_up_on",)),
        ({"start_of": "first_paid"}, ("subscriptions.amount", "orders.amount")),
        ({"start_of": "milestones"}, ("milestones.reached_at", "milestones.customer_id")),
        ({"accounts": "parent"}, ("customers.parent_customer_id",)),
    ):
        with pytest.raises(NotComputableError) as error:
            retention(bare, SETTINGS, "2025-02-01", **words)
        assert error.value.needs == needs
