"""Random retention requests on random small companies: against plain Python, cell by cell, and down to the members."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from functools import cache

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cs_metrics.analysis import members, pooled, retention
from cs_metrics.analysis.cohorts.legal import refusal
from cs_metrics.settings import resolve
from tests.oracles.cohorts import Count
from tests.support import make_version

AS_OF = datetime(2025, 6, 18)
SETTINGS = resolve({"fresh_days": 3650})
REGIONS = ["EU", "US"]


def company(seed):
    """Twelve accounts, some below others and two in a circle; what they did in eight months, at odd moments."""
    rng = random.Random(seed)
    names = [f"c{n}" for n in range(12)]
    users = [f"u{n}" for n in range(10)]

    def when():
        # to the hour, so that moments meet period bounds and one another
        return datetime(2024, 10, 28) + timedelta(hours=rng.randrange(0, 24 * 235))

    def day():
        return date(2024, 10, 28) + timedelta(days=rng.randrange(0, 230))

    def some(*values):
        return rng.choice(values)

    parents = {"c1": "c0", "c2": "c1", "c3": "c4", "c4": "c3", "c5": "c3", "c6": "c6", "c7": "elsewhere", "c8": "c0"}
    customers = [
        {
            "customer_id": n,
            "region": some(*REGIONS, None),
            "signed_up_on": some(day(), None),
            "parent_customer_id": parents.get(n),
        }
        for n in names[:10]
    ]
    history = [
        {"customer_id": n, "attribute": "region", "value": v, "valid_from": m}
        for n in names[:6:2]
        for v, m in (("EU", datetime(2024, 1, 1)), ("US", when()))
    ]
    return {
        "customers": customers,
        "customer_attributes": history,
        "users": [{"user_id": u, "customer_id": some(*names), "created_at": some(when(), None)} for u in users[:8]],
        "orders": [
            {
                "customer_id": some(*names, None),
                "ordered_at": when(),
                "amount": float(rng.randrange(0, 40)),
                "quantity": some(1, 3, None),
                "product": some("x", "y"),
                "kind": some("new", "new", "new", "refund"),
            }
            for _ in range(70)
        ],
        "events": [
            {
                "user_id": some(*users),
                "customer_id": some(*names[:8], None),
                "occurred_at": when(),
                "event": some("use", "share"),
            }
            for _ in range(70)
        ],
        "milestones": [
            {
                "customer_id": some(*names),
                "user_id": some(*users, None),
                "milestone": some("activated", "signed_up"),
                "reached_at": when(),
            }
            for _ in range(20)
        ],
        "subscriptions": [
            {
                "customer_id": some(*names),
                "start_date": start,
                "end_date": some(None, start + timedelta(days=rng.randrange(0, 90))),
                "amount": float(rng.randrange(0, 4) * 10),
                "quantity": some(1, 2),
                "plan": some("Pro", "Team"),
                "is_trial": some(False, False, True),
            }
            for start in sorted(day() for _ in range(24))
        ],
    }


@cache
def made(seed):
    tables = company(seed)
    # a user without a moment of its own creation starts nowhere
    tables["users"] = [u for u in tables["users"] if u["created_at"]]
    return tables, make_version(tables, as_of=AS_OF)


REQUESTS = st.fixed_dictionaries(
    {
        "of": st.sampled_from(["orders", "events", "milestones", "subscriptions"]),
        "grain": st.sampled_from(["day", "week", "month", "month", "quarter", "year", "hour"]),
        "kind": st.sampled_from(["on", "on_or_after", "on_or_before", "streak", "brackets"]),
    },
    optional={
        "unit": st.sampled_from(["customers", "users"]),
        "cohort": st.sampled_from(["first", "every", "region"]),
        "periods": st.integers(1, 5),
        "minimum": st.integers(1, 2),
        "calendar": st.booleans(),
        "week_starts": st.sampled_from(["monday", "sunday", "saturday"]),
        "timezone": st.sampled_from(["UTC", "Asia/Tokyo", "America/New_York"]),
        "value": st.sampled_from(["units", "revenue", "quantity"]),
        "amounts": st.sampled_from(["net", "gross"]),
        "reactivation": st.booleans(),
        "accounts": st.sampled_from(["each", "parent"]),
        "start_of": st.sampled_from(
            [None, "customers", "first_paid", "users", "milestones", "events", "orders", "subscriptions"]
        ),
        "start_minimum": st.integers(1, 2),
        "by": st.just("region"),
        "where": st.sampled_from([{"region": ["EU", None]}, {"orders.product": ["x"]}, {"region": "US"}]),
        "within": st.just({"region": ["EU", "US"]}),
        "since": st.just(datetime(2024, 12, 20)),
        "until": st.just(datetime(2025, 4, 1)),
    },
)
STARTS = {"orders": {"product": ["x"]}, "events": {"event": ["use"]}, "milestones": {"milestone": ["activated"]}}


def request_of(drawn, filtered):
    words = {"periods": 4, **drawn}
    if words["kind"] == "brackets":
        words["brackets"] = [[1, 1], [2, 3], [5, 6]]
    if words["grain"] == "hour":
        words["periods"] = 3
    if filtered and (words.get("start_of") or words["of"]) in STARTS:
        words["start"] = STARTS[words.get("start_of") or words["of"]]
    if filtered and words["of"] in STARTS:
        words["back"] = STARTS[words["of"]]
    return words


def refused(words):
    known = ("of", "unit", "grain", "kind", "cohort", "value", "calendar", "amounts", "reactivation", "accounts")
    asked = {n: words[n] for n in (*known, "start_of", "start_minimum") if n in words}
    told = {"filtered": bool(words.get("start")), "bracketed": words.get("brackets") is not None}
    return refusal(**asked, **told, other_zone=words.get("timezone", "UTC") != "UTC")


def cells_of(frame, by):
    """(cohort, <by>, k) -> eligible, retained, complete, amount, base."""
    money = ["amount", "base"] if "base" in frame else []
    return {
        tuple(row[:n]): (row[n], row[n + 1], row[n + 2], *(round(v, 6) for v in row[n + 3 :]))
        for n in [2 + len(by)]
        for row in frame[["cohort", *by, "k", "eligible", "retained", "complete", *money]].itertuples(index=False)
    }


WORDS = st.builds(request_of, REQUESTS, st.booleans()).filter(lambda words: refused(words) is None)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@given(seed=st.integers(0, 1), words=WORDS, pick=st.randoms(use_true_random=False))
def test_any_request_agrees_with_plain_python_and_with_its_members(seed, words, pick):
    tables, con = made(seed)
    found = cells_of(retention(con, SETTINGS, AS_OF, **words), ["region"] if words.get("by") else [])
    money = words.get("value", "units") != "units"
    expected = Count(tables, words, AS_OF).cells()
    assert found == {
        place: (c.eligible, c.retained, c.complete, *((round(c.amount, 6), round(c.base, 6)) if money else ()))
        for place, c in expected.items()
    }
    words = {"cohorts": words.get("cohort", "first"), **{n: v for n, v in words.items() if n != "cohort"}}
    for place in pick.sample(sorted(found, key=str), min(1, len(found))):
        eligible, retained, _, *amounts = found[place]
        cell = {"cohort": place[0], "k": place[-1], "by_values": {"region": place[1]} if words.get("by") else None}
        everyone = members(con, SETTINGS, AS_OF, retained=None, **cell, **words)
        assert (len(everyone), int(everyone["retained"].sum())) == (eligible, retained)
        assert everyone[["_source", "_row"]].notna().all(axis=None)
        for kept in (True, False):
            some = members(con, SETTINGS, AS_OF, retained=kept, **cell, **words)
            assert some["unit"].tolist() == everyone.loc[everyone["retained"] == kept, "unit"].tolist()
        if money:
            assert everyone[["amount", "base"]].sum().round(6).tolist() == amounts
            assert everyone.loc[~everyone["retained"], "amount"].le(0).all()


@pytest.mark.parametrize("cohort", ["first", "every"])
@pytest.mark.parametrize("more", [{}, {"calendar": False}, {"of": "subscriptions", "value": "revenue"}])
def test_parts_of_a_breakdown_sum_to_the_whole(cohort, more):
    _, con = made(1)
    words = {"cohort": cohort, "periods": 4, **more}
    whole = retention(con, SETTINGS, AS_OF, **words)
    parts = retention(con, SETTINGS, AS_OF, by="region", **words)
    assert parts["region"].nunique() > 1
    columns = [c for c in ("eligible", "retained", "amount", "base") if c in whole]
    summed = parts.groupby(["cohort", "k"])[columns].sum()
    assert summed.round(6).equals(whole.set_index(["cohort", "k"])[columns].round(6).astype(summed.dtypes))
    over_parts = pooled(parts).set_index("k")["retained"]
    over_whole = pooled(whole).set_index("k")["retained"]
    assert (over_parts >= over_whole).all()
