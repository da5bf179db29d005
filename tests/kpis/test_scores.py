"""Scores by hand: two accounts since 5 February 2026, seen once, at the end of February."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from cs_metrics.kpis import Slice, compute, rows, sql
from cs_metrics.kpis.scores import grade
from cs_metrics.score_rules import DEFAULTS
from tests.kpis.company import company
from tests.support import kept_version, make_version

AS_OF = "2026-03-01"
FEB = Slice.of("month", since="2026-02-01", until="2026-03-01")
OF_ACCOUNTS = [score for score in DEFAULTS if not score.endswith("team_engagement")]


def account(name: str, start: str = "2026-02-05", **more: Any) -> dict[str, Any]:
    return {"customer_id": name, "start_date": start, "amount": 10, **more}


# makes nobody active, and keeps the table from being stale
FEE = account("z", "2026-02-28", billing_period="one_off")


def event(name: str, day: int, **more: Any) -> dict[str, Any]:
    return {
        "customer_id": name,
        "user_id": f"{name}1",
        "occurred_at": f"2026-02-{day:02} 12:00",
        "event": "use",
        **more,
    }


def met(name: str, day: int = 25, **more: Any) -> dict[str, Any]:
    return {"customer_id": name, "occurred_at": f"2026-02-{day:02} 09:00", "kind": "call", **more}


def made(tables: dict[str, Any], settings: dict[str, Any] | None = None) -> duckdb.DuckDBPyConnection:
    return make_version({**tables, "subscriptions": [*tables["subscriptions"], FEE]}, settings, as_of=AS_OF)


def scores(kpi: str, settings: dict[str, Any] | None = None, **tables: Any) -> dict[str, float]:
    """Return each account's score at the end of February."""
    version = {"subscriptions": [account("a"), account("b")], **tables}
    with made(version, settings) as con:
        frame = rows(con, kpi, "2026-02-15", FEB, settings, part="denominator")
        parts = compute(con, [kpi], FEB, settings)
        whole = parts[parts["item"].isna()].iloc[0]
        points = frame.set_index("customer_id")["points"].dropna()
        assert whole["value"] == pytest.approx(points.mean())
        assert parts.loc[parts["item"].notna(), "value"].sum() == pytest.approx(whole["value"])
        return {str(name): float(value) for name, value in points.items()}


USED = {
    "events": [*(event("a", day, feature=f"f{day % 2}") for day in (24, 25, 26, 27, 28)), event("b", 22, feature="f0")]
}
OPEN = {"tickets": [{"ticket_id": n, "customer_id": c, "created_at": "2026-02-24"} for n, c in
                    (("1", "a"), ("2", "b"), ("3", "b"))]}  # fmt: skip
ANSWER = {"survey_responses": [
    {"customer_id": "a", "survey": "nps", "score": s, "responded_at": f"2026-02-{d}"} for s, d in ((2, "10"), (9, "20"))
]}  # fmt: skip
CALLS = {"touchpoints": [met("a", day) for day in (18, 20, 25)]}
BILLS = {"invoices": [
    {"invoice_id": n, "customer_id": "b", "issued_on": "2026-02-06", "due_on": "2026-02-12", "amount": 5, "paid_on": d}
    for n, d in (("1", "2026-02-12"), ("2", None))]}  # fmt: skip


def test_health_by_hand() -> None:
    found = scores("customer_health_score", **USED, **OPEN, **ANSWER, **CALLS, **BILLS)
    # a: two features are the most (100), 5 of 10 days, one ticket (80), the last answer is a 9 (100), 3 calls of 3;
    # nothing was due, so payment's 15 of 100 are left out
    assert found["a"] == pytest.approx((20 * 100 + 20 * 50 + 15 * 80 + 15 * 100 + 15 * 100) / 85)
    # b: one feature (0), 1 of 10 days, two tickets (50), no answer, no call (0), one line of two paid late (0)
    assert found["b"] == pytest.approx((20 * 0 + 20 * 10 + 15 * 50 + 15 * 0 + 15 * 0) / 85)


def test_engagement_by_hand_without_durations() -> None:
    # a is ahead in all three that are known; hours are not, so the whole is made of 80 of the 100
    assert scores("customer_engagement_score", **USED) == {"a": pytest.approx(100), "b": pytest.approx(0)}


def test_equals_share_the_middle_of_their_places() -> None:
    version = {"subscriptions": [account(n) for n in "abcd"],
               "events": [event("a", 28), event("b", 28), event("c", 28), event("d", 28), event("d", 27)]}  # fmt: skip
    rules = {"scores": {"customer_engagement_score": {
        "recency": {"weight": 0}, "breadth": {"weight": 0}, "duration": {"weight": 0}}}}  # fmt: skip
    # of active days alone: places 1, 2, 3 of 4 are shared by a, b, c: (2 - 1) / 3
    found = scores("customer_engagement_score", rules, **version)
    assert found == {n: pytest.approx(100 / 3) for n in "abc"} | {"d": pytest.approx(100)}


def test_a_single_account_stands_in_the_middle() -> None:
    assert scores("customer_engagement_score", subscriptions=[account("a")], **{"events": [event("a", 28)]}) == {
        "a": pytest.approx(50)
    }


def test_value_by_hand() -> None:
    events = [event("a", day, quantity=q) for day, q in ((27, 10), (28, 30))] + [event("b", 28, quantity=100)]
    steps = [{"customer_id": c, "milestone": m, "reached_at": "2026-02-20"} for c, m in
             (("a", "live"), ("a", "taught"), ("b", "live"), ("b", "other"))]  # fmt: skip
    found = scores("value_attainment", {"key_milestones": ["live", "taught"]}, events=events, milestones=steps)
    # a: 2 of 10 days (25), least consumed (25), both milestones (30), most events (20); b the other way round
    assert found["a"] == pytest.approx((25 * 20 + 25 * 0 + 30 * 100 + 20 * 100) / 100)
    assert found["b"] == pytest.approx((25 * 10 + 25 * 100 + 30 * 50 + 20 * 0) / 100)


def test_depth_by_hand_takes_roles_from_users_and_leaves_out_who_did_not_come() -> None:
    touchpoints = [
        met("a", contact_id="p1", contact_role="Admin", contact_level="manager", direction="ours"),
        met("a", contact_id="a1", direction="theirs"),
        met("a", contact_id="p3", contact_role="Buyer", contact_level="c_level", direction="ours", attended=False),
        met("b", contact_id="q1", contact_role="admin", contact_level="manager", direction="ours")]  # fmt: skip
    users = [{"user_id": "a1", "customer_id": "a", "role": "Analyst", "seniority": "Individual"}]
    found = scores("relationship_depth_score", touchpoints=touchpoints, users=users)
    # a: 2 people of 3, 2 roles of 3, 2 levels of 2, one began each; b: 1 of 3, 1 of 3, 1 of 2, only we did
    assert found["a"] == pytest.approx((30 * 200 / 3 + 25 * 200 / 3 + 20 * 100 + 25 * 100) / 100)
    assert found["b"] == pytest.approx((30 * 100 / 3 + 25 * 100 / 3 + 20 * 50 + 25 * 0) / 100)


def test_opportunity_by_hand() -> None:
    tables = {
        "subscriptions": [account("a", product="p"), account("b", product="p"), account("b", product="q")],
        "events": [event("a", 28), event("a", 28, user_id="a2"), event("a", 26, event="limit"), event("b", 28)],
        "opportunities": [{"opportunity_id": "1", "customer_id": "a", "created_at": "2026-02-20", "amount": 1,
                           "status": "open", "kind": "upsell", "closed_at": "2026-02-21"},
                          {"opportunity_id": "2", "customer_id": "b", "created_at": "2026-02-20", "amount": 1,
                           "status": "open", "kind": "renewal"}],
        "touchpoints": [met("a"), met("b"), met("b")],
    }  # fmt: skip
    found = scores("expansion_opportunity_score", {"intent_events": ["limit"]}, **tables)
    # a: most users, 1 call of 3, two signs (an event, and a deal that is open whatever it hopes for), half the range
    assert found["a"] == pytest.approx((25 * 100 + 15 * 100 / 3 + 40 * 80 + 20 * 50) / 100)
    # b: fewest users, 2 calls of 3, no sign, both products
    assert found["b"] == pytest.approx((25 * 0 + 15 * 200 / 3 + 40 * 0 + 20 * 0) / 100)


def test_readiness_to_expand_by_hand_at_the_steps() -> None:
    earlier = {"occurred_at": "2026-01-20 12:00"}
    tables = {
        # 90 days before 1 March 2026 is 1 December 2025, 180 are 2 September 2025
        "subscriptions": [account("a", "2025-12-01"), account("b", "2025-09-02")],
        # a: 9 events of 20 in the last 30 days: (9 - 11) / 20 = -0.1; b: 1 and 1: 0
        "events": [*(event("a", 28, feature="x") for _ in range(9)), event("b", 28, feature="y"),
                   event("b", 28) | earlier, *(event("a", 28) | earlier for _ in range(11))],
    }  # fmt: skip
    found = scores("expansion_readiness_index", **tables)
    # seen at several month's ends: a rank is a matter of the others, so it is read off by leaving it out
    rules = {"scores": {"expansion_readiness_index": {"usage_depth": {"weight": 0}}}}
    alone = scores("expansion_readiness_index", rules, **tables)
    assert alone == {"a": pytest.approx((35 * 70 + 25 * 50) / 60), "b": pytest.approx((35 * 70 + 25 * 100) / 60)}
    assert set(found) == {"a", "b"}


def test_readiness_to_refer_is_built_on_health() -> None:
    advocacy = {"touchpoints": [met("a", kind="reference"), met("a", kind="review"), met("b", kind="call")]}
    found = scores("referral_readiness_score", **USED, **ANSWER, **advocacy)
    # health of a: features (20) 100, days (20) 50, answer (15) 100, 2 contacts of 3 (15); of b: 0, 10, -, 1 of 3
    health_a = (20 * 100 + 20 * 50 + 15 * 100 + 15 * 200 / 3) / 70
    health_b = (20 * 0 + 20 * 10 + 15 * 100 / 3) / 55
    assert found["a"] == pytest.approx((35 * 100 + 25 * health_a + 20 * 100 + 20 * 100) / 100)
    # b has never answered: 65 of the 100 are left
    assert found["b"] == pytest.approx((25 * health_b + 20 * 0 + 20 * 0) / 65)


@pytest.mark.parametrize(("threshold", "ready"), [(50, 1), (51, 0)])
def test_an_account_at_the_threshold_is_ready(threshold: int, ready: int) -> None:
    only = {"health": {"weight": 0}, "usage": {"weight": 0}, "past_advocacy": {"weight": 0}}
    settings = {"readiness_threshold": threshold, "scores": {"referral_readiness_score": only}}
    answers = [{"customer_id": "a", "survey": "nps", "score": 7, "responded_at": "2026-02-20"}]  # 7 is 50 points
    version = {"subscriptions": [account("a"), account("b")], "survey_responses": answers}
    with made(version, settings) as con:
        cell = compute(con, ["referral_ready_account_rate"], FEB, settings).iloc[0]
    # b has no answer: it is in the base and not ready
    assert (cell["numerator"], cell["denominator"]) == (ready, 2)


def test_the_two_teams_by_hand_and_by_person() -> None:
    touchpoints = [
        met("a", contact_id="p", direction="theirs", sentiment=0.5, response_hours=3.0),
        met("a", contact_id="p", direction="ours", attended=True, response_hours=24.0),
        met("a", contact_id="q", direction="ours", attended=False)]  # fmt: skip
    theirs = scores("customer_team_engagement", touchpoints=touchpoints)
    ours = scores("our_team_engagement", touchpoints=touchpoints)
    month = 30 / 28  # February, brought to 30 days
    # theirs: they wrote once and came once: 2 contacts of 2; tone 75, came 100, did not come 0; 24 h to answer: 50
    assert theirs["a"] == pytest.approx((40 * 100 + 35 * 175 / 3 + 25 * 50) / 100)
    # ours: we called twice, of which they came once: 2 contacts; came 100, not 0; 3 h to answer them: 100
    assert ours["a"] == pytest.approx((40 * 100 + 35 * 50 + 25 * 100) / 100)
    # nobody spoke to b: frequency 0, and nothing else is known
    assert (theirs["b"], ours["b"]) == (0, 0)
    version = {"subscriptions": [account("a"), account("b")], "touchpoints": touchpoints}
    with made(version) as con:
        frame = compute(con, ["customer_team_engagement"], FEB, beside=True).set_index("item")["value"]
    # p: 2 contacts, tone 75 and came 100, answered after 24 h; q: none, did not come
    person_p = (40 * min(1, 2 * month / 2) * 100 + 35 * 87.5 + 25 * 50) / 100
    person_q = (40 * 0 + 35 * 0) / 75
    assert frame["per_contact"] == pytest.approx((person_p + person_q) / 2)
    assert frame["contacts"] == 2


def test_nothing_known_is_no_value_and_said() -> None:
    calls = {"touchpoints": [met("a")]}
    with made({"subscriptions": [account("a")], **calls}) as con:
        # it was met, but of neither health's other tables nor the depth's columns there is anything
        health = compute(con, ["customer_health_score"], FEB, beside=True).set_index("item")["value"]
        assert health["relationship"] == pytest.approx(100 / 3)
        assert health["with_data"] == pytest.approx(0.15)
    answers = {"survey_responses": [{"customer_id": "b", "survey": "nps", "score": 9, "responded_at": "2026-02-20"}]}
    with made({"subscriptions": [account("a")], **answers}) as con:
        cell = compute(con, ["customer_health_score"], FEB).iloc[0]
        assert (cell["value"] != cell["value"], cell["n"]) == (True, 0)
        assert cell["note"] == "No active accounts with data. 1 account without any data for it left out."


def test_a_table_that_ended_says_nothing_rather_than_zero() -> None:
    tables = {
        "subscriptions": [account("a", "2025-06-01")],
        **CALLS,
        "tickets": [{"ticket_id": "1", "customer_id": "a", "created_at": "2026-01-05", "resolved_at": "2026-01-06"}],
    }
    with made(tables) as con:
        told = con.execute("SELECT taken_at, open_tickets FROM fact_signal ORDER BY taken_at DESC LIMIT 3").fetchall()
    # the first of February is 25 days after the last ticket's day: too late to say that there was none
    assert [number for _, number in told] == [None, None, None]
    with make_version(
        {**tables, "tickets": [{**tables["tickets"][0], "resolved_at": "2026-01-26"}]}, as_of=AS_OF
    ) as con:
        told = con.execute("SELECT open_tickets FROM fact_signal ORDER BY taken_at DESC LIMIT 3").fetchall()
    assert [number for (number,) in told] == [None, 0, None]


def test_a_week_takes_the_months_end_before_it_and_says_so() -> None:
    version = {"subscriptions": [account("a", "2026-01-05")], **USED, **CALLS}
    with made(version) as con:
        weeks = compute(con, ["customer_health_score"], Slice.of("week", since="2026-02-02", until="2026-03-01"))
    weeks = weeks[weeks["item"].isna()]
    assert "As seen at the last month's end before, 2026-01-31." in weeks["note"].iloc[0]
    assert "As seen" not in weeks["note"].iloc[-1]  # the data end there


def test_a_filter_does_not_change_an_accounts_score() -> None:
    with kept_version(company()).cursor() as con:
        for score in OF_ACCOUNTS:
            everyone, some = (
                rows(con, score, "2026-02-01", Slice.of("month", where=where)).set_index("customer_id")["points"]
                for where in ({}, {"region": ["EU"]})
            )
            assert 0 < len(some) < len(everyone)
            assert some.to_dict() == everyone.loc[some.index].to_dict()


@pytest.mark.parametrize("score", list(DEFAULTS))
def test_parts_sum_to_the_score_and_so_to_its_change(score: str) -> None:
    with kept_version(company()).cursor() as con:
        frame = compute(con, [score], Slice.of("month", since="2025-10-01", until="2026-04-01"))
    whole = frame[frame["item"].isna()].set_index("period")["value"]
    parts = frame[frame["item"].notna()].pivot_table(index="period", columns="item", values="value").fillna(0)
    assert len(parts.columns)
    assert parts.sum(axis=1).to_numpy() == pytest.approx(whole.to_numpy())
    assert parts.diff().sum(axis=1).to_numpy()[1:] == pytest.approx(whole.diff().to_numpy()[1:])
    assert whole.between(0, 100).all()


def test_rules_of_the_workspace_are_used_and_stand_in_the_sql() -> None:
    rules = {"scores": {"customer_health_score": {
        name: {"weight": 0} for name in DEFAULTS["customer_health_score"] if name != "engagement"}}}  # fmt: skip
    rules["scores"]["customer_health_score"]["engagement"] = {"target": 4}
    assert scores("customer_health_score", rules, **USED) == {"a": pytest.approx(100), "b": pytest.approx(25)}
    with made({"subscriptions": [account("a")], **USED}, rules) as con:
        text = sql(con, "customer_health_score", FEB, rules)
        assert "CAST(4.0 AS DOUBLE)" in text
        assert "nps_answer >=" not in text


def test_a_row_opens_to_what_was_read_and_to_its_file() -> None:
    version = {"subscriptions": [account("a"), account("b")], **USED, **CALLS}
    with made(version) as con:
        frame = rows(con, "customer_health_score", "2026-02-15", FEB, item="engagement")
    assert frame[["customer_id", "active_days_30", "engagement_points"]].to_numpy().tolist() == [
        ["a", 5, 50],
        ["b", 1, 10],
    ]
    assert frame["_source"].tolist() == ["subscriptions.csv"] * 2
    assert frame["_row"].tolist() == [2, 3]
    assert "mrr" not in frame


@pytest.mark.parametrize(
    ("score", "letter", "colour", "face"),
    [(100, "A", "green", "happy"), (85, "A", "green", "happy"), (84.9, "B", "green", "happy"),
     (70, "B", "green", "happy"), (69.9, "C", "yellow", "neutral"), (40, "D", "yellow", "neutral"),
     (39.9, "E", "red", "sad"), (0, "F", "red", "sad")],
)  # fmt: skip
def test_a_score_as_people_like_to_see_it(score: float, letter: str, colour: str, face: str) -> None:
    shown = grade(score)
    assert shown is not None
    assert (shown.letter, shown.colour, shown.face) == (letter, colour, face)


def test_no_score_has_no_letter() -> None:
    assert grade(None) is None
    assert grade(float("nan")) is None
