"""Rules by hand: which accounts fulfil them, and how they would have done in the past."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest

from cs_metrics.analysis.rules import ready
from cs_metrics.analysis.rules.backtest import Backtest, backtest
from cs_metrics.analysis.rules.fired import Fired, fired, holding, usage_change
from cs_metrics.analysis.rules.look import Look
from cs_metrics.analysis.rules.model import checked
from cs_metrics.analysis.rules.words import rule_words
from cs_metrics.errors import NotComputableError, QueryError
from cs_metrics.kpis.intervals import difference, wilson
from cs_metrics.settings import resolve
from tests.support import make_version

AS_OF = datetime(2026, 7, 1)
DETRACTOR = {"what": "answer", "survey": "nps", "days": 365}
RENEWAL = {"what": "renewal", "days": 60}
# keeps the data alive up to the as-of
FEE = {"customer_id": "fee", "start_date": "2026-06-30", "amount": 1, "billing_period": "one_off"}


def rule(*conditions: dict[str, Any], outcome: str = "lost", **more: Any) -> dict[str, Any]:
    return checked({"kind": "account", "conditions": list(conditions), "outcome": outcome, **more})


def subscription(customer: str, start: str, amount: float = 10, **more: Any) -> dict[str, Any]:
    return {
        "customer_id": customer,
        "start_date": start,
        "amount": amount,
        "subscription_id": f"{customer}{start}",
        **more,
    }


def contract(customer: str, start: str, end: str, **more: Any) -> dict[str, Any]:
    return subscription(customer, start, contract_start=start, contract_end=end, **more)


def answer(customer: str, day: str, score: float, survey: str = "nps") -> dict[str, Any]:
    return {"customer_id": customer, "survey": survey, "score": score, "responded_at": f"{day} 10:00",
            "sent_at": f"{day} 09:00", "user_id": f"{customer}{day}", "scale_min": 0, "scale_max": 10}  # fmt: skip


def look(con: duckdb.DuckDBPyConnection, moment: datetime = AS_OF, past: bool = False) -> Look:
    return Look(con, resolve(), moment, past=past)


def who(found: Fired) -> list[str]:
    return sorted(hit.account for hit in found.hits)


RENEWING = {
    "subscriptions": [
        contract("in60", "2025-08-01", "2026-08-01"), contract("day60", "2025-08-30", "2026-08-30"),
        contract("day59", "2025-08-29", "2026-08-29"), contract("happy", "2025-08-01", "2026-08-01"),
        contract("signed", "2025-08-01", "2026-08-01", end_date="2026-08-01"),
        contract("signed", "2026-08-01", "2027-08-01"),
        contract("left", "2025-08-01", "2026-08-01", end_date="2026-05-01"),
        contract("mute", "2025-08-01", "2026-08-01"), FEE,
    ],
    "survey_responses": [
        answer("in60", "2026-05-01", 9), answer("in60", "2026-06-01", 6), answer("day60", "2026-06-01", 0),
        answer("day59", "2026-06-01", 0), answer("happy", "2026-05-01", 0), answer("happy", "2026-06-01", 7),
        answer("signed", "2026-06-01", 0), answer("left", "2026-04-01", 0),
    ],
}  # fmt: skip


def test_a_detractor_with_renewal_within_60_days() -> None:
    """1 July and 60 days is 30 August: a contract that ends then is not within; who answered 6 after a 9 is one, who
    answered 7 after a 0 is none; a contract that is followed is renewed; who left, and who never answered, is none."""
    with make_version(RENEWING, as_of=AS_OF) as con:
        found = fired(look(con), rule(DETRACTOR, RENEWAL))
        assert who(found) == ["day59", "in60"]
        hit = next(h for h in found.hits if h.account == "in60")
        assert [one["text"] for one in hit.evidence] == ["NPS answer 6 on 1 June 2026", "renewal on 1 August 2026"]
        # in the past nobody knew that it would be followed
        assert who(fired(look(con, past=True), rule(DETRACTOR, RENEWAL))) == ["day59", "in60", "signed"]
        assert fired(look(con), rule(DETRACTOR, RENEWAL, where={"customer_id": ["in60", "left"]})).accounts == 1


def test_open_tickets_at_the_threshold_and_what_the_data_do_not_say() -> None:
    tickets = [{"ticket_id": f"{c}{i}", "customer_id": c, "created_at": "2026-06-20"} for c, n in
               (("two", 2), ("three", 3), ("solved", 3)) for i in range(n)]  # fmt: skip
    tickets[-1]["resolved_at"] = "2026-06-25"
    old = {"ticket_id": "old", "customer_id": "two", "created_at": "2026-01-02", "resolved_at": "2026-01-03"}
    rows = [subscription(c, "2026-01-01") for c in ("two", "three", "solved", "none")]
    many = rule({"what": "signal", "signal": "open_tickets", "is": "above", "than": 2})
    with make_version({"subscriptions": [*rows, FEE], "tickets": [*tickets, old]}, as_of=AS_OF) as con:
        assert who(fired(look(con), many)) == ["three"]
        # a score of which an account has no data is unknown: it neither fires nor ends
        low = rule({"what": "signal", "signal": "nps_answer", "is": "below", "than": 7})
        with pytest.raises(NotComputableError, match="last NPS answer"):
            fired(look(con), low)
        with pytest.raises(NotComputableError, match="contract_end"):
            fired(look(con), rule(RENEWAL))
    with make_version({"subscriptions": [*rows, FEE], "survey_responses": [answer("two", "2026-06-01", 3)]}) as con:
        found = fired(look(con), low)
        assert (who(found), found.unknown) == (["two"], {"three", "solved", "none"})
    with make_version({"survey_responses": [answer("a", "2026-06-01", 3), answer("b", "2026-06-01", 9)]}) as con:
        # nothing says who is a customer: all are looked at
        assert who(fired(look(con), rule(DETRACTOR))) == ["a"]
    with make_version({}) as con, pytest.raises(NotComputableError):
        fired(look(con), rule(DETRACTOR))


def test_a_kpi_of_the_account_above_a_number_is_above_it() -> None:
    rows = [subscription(c, "2026-01-01", m) for c, m in (("a", 79.99), ("b", 80), ("c", 80.01))]
    with make_version({"subscriptions": [*rows, FEE]}, as_of=AS_OF) as con:
        above = rule({"what": "kpi", "kpi": "mrr", "is": "above", "than": 80})
        assert who(fired(look(con), above)) == ["c"]
        assert who(fired(look(con), rule({"what": "kpi", "kpi": "mrr", "is": "below", "than": 80}))) == ["a"]


def test_usage_down_by_half_of_events_and_of_a_kpi() -> None:
    """Events of the last 30 days against the 30 before: a 2 of 4 (half), b 3 of 4, c 0 of 2, d 1 of 0, e none."""
    counts = {"a": (4, 2), "b": (4, 3), "c": (2, 0), "d": (0, 1)}
    events = [
        {"customer_id": c, "user_id": f"{c}1", "event": "use", "feature": "f", "occurred_at": f"{day} {8 + i:02}:00"}
        for c, (before, now) in counts.items()
        for day, n in (("2026-05-20", before), ("2026-06-20", now)) for i in range(n)
    ]  # fmt: skip
    for day in ("2026-01-02", "2026-06-30"):  # from when on, and up to when, use is known
        events.append({"customer_id": "z", "user_id": "z1", "event": "use", "occurred_at": f"{day} 08:00"})
    rows = [subscription(c, "2026-01-01") for c in "abcde"]
    with make_version({"subscriptions": [*rows, FEE], "events": events}, as_of=AS_OF) as con:
        assert who(fired(look(con), rule({"what": "usage", "is": "down", "by": 0.5}))) == ["a", "c"]
        # the same by calendar month: 20 May and 20 June; a month without an event is a 0
        change = rule({"what": "change", "kpi": "product_usage", "is": "down", "by": 0.5})
        found = fired(look(con), change)
        assert who(found) == ["a", "c"]
        assert found.hits[0].evidence[0]["text"] == "Product Usage Details fell from 4 to 2"


def test_the_balance_of_two_counts_is_a_change() -> None:
    import pandas as pd

    counts = [(4, 2), (3, 3), (2, 3), (5, 0), (0, 5)]
    balance = pd.Series([(now - before) / (now + before) for before, now in counts])
    found = usage_change(balance)
    assert found[:4].tolist() == pytest.approx([now / before - 1 for before, now in counts[:4]])
    assert found.isna().tolist() == [False] * 4 + [True]


def scores(month: int, values: list[float]) -> list[dict[str, Any]]:
    return [answer(f"c{i}", f"2026-{month:02}-10", value) for i, value in enumerate(values)]


NPS_DOWN = {"kind": "kpi", "kpi": "net_promoter_score", "is": "down", "by": 0.1}


def test_a_kpi_that_falls_by_ten_percent_and_who_made_it() -> None:
    """May: 9 promoters and 1 detractor of 10, NPS 80. June: 6 and 4, NPS 20: down by 75 %."""
    tables = {"survey_responses": [*scores(5, [10] * 9 + [0]), *scores(6, [10] * 6 + [0] * 4)]}
    with make_version(tables, as_of=AS_OF) as con:
        sure, any_ = checked({**NPS_DOWN, "chance": True}), checked({**NPS_DOWN, "chance": False, "most": 3})
        found = fired(look(con), any_)
        assert found.said == "Net Promoter Score fell from 80 to 20 in June 2026. Chance alone could make this."
        assert fired(look(con), sure).hits == []
        # each detractor of June: (-100 - 80) / 10 = -18 points; the three first of c6 to c9
        assert who(found) == ["c6", "c7", "c8"]
        assert [hit.evidence[1]["value"] for hit in found.hits] == pytest.approx([-18] * 3)
        whole = fired(look(con), checked({**NPS_DOWN, "chance": False, "most": 100}))
        risen = [(100 - 80) / 10] * 6
        assert sum(hit.evidence[1]["value"] for hit in whole.hits) + sum(risen) == pytest.approx(20 - 80)
        assert [hit.account for hit in fired(look(con), checked({**any_, "most": 0})).hits] == [""]
        # a month that is not over never fires, whatever it says so far
        early = fired(look(con, datetime(2026, 6, 20)), any_)
        assert (early.hits, early.said) == ([], "Net Promoter Score was 80 in May 2026.")
    many = {"survey_responses": [*scores(5, [10] * 90 + [0] * 10), *scores(6, [10] * 60 + [0] * 40)]}
    with make_version(many, as_of=AS_OF) as con:
        assert len(fired(look(con), sure).hits) == 10
        assert fired(look(con), checked({**NPS_DOWN, "by": 0.75})).hits != []  # at the threshold
        assert fired(look(con), checked({**NPS_DOWN, "by": 0.76})).hits == []
        assert fired(look(con), checked({**NPS_DOWN, "by": 60, "points": True})).hits != []
        low = {"kind": "kpi", "kpi": "net_promoter_score", "test": "level", "is": "below", "than": 40}
        assert fired(look(con), checked(low)).hits != []
        assert fired(look(con), checked({**low, "than": 21})).hits == []  # 21 is within the interval of 20


def test_what_is_no_rule_is_refused_in_words_and_what_comes_with_the_app_is_one() -> None:
    for name, _, content in ready.RULES.values():
        assert name
        assert rule_words(checked(content))
    assert {book for _, book, _ in ready.RULES.values()} <= set(ready.PLAYBOOKS)
    for wrong, said in (
        ({"kind": "accounts"}, "'kind' is one of account, kpi"),
        ({"kind": "account", "conditions": []}, "needs a condition"),
        ({"kind": "account", "conditions": [{"what": "renewal", "days": 0}]}, "from 1 to"),
        (
            {"kind": "account", "conditions": [{"what": "kpi", "kpi": "mrr", "is": "above", "than": None}]},
            "is a number",
        ),
        ({"kind": "kpi", "kpi": "mrrr", "is": "down", "by": 0.1}, "mrr"),
        ({"kind": "kpi", "kpi": "mrr", "is": "down", "by": 0}, "more than nothing"),
    ):
        with pytest.raises(QueryError, match=said):
            checked(wrong)


# The past


MONTHS = [f"{2025 + m // 12}-{m % 12 + 1:02}-01" for m in range(1, 19)]


def company() -> dict[str, list[dict[str, Any]]]:
    """Twelve accounts since 2025 with a monthly answer each; every third one is a detractor from a month of its own on,
    and leaves four months later; contracts of a year; use that falls in some."""
    rows, answers, events = [{**FEE, "start_date": f"{day_before(m)}"} for m in MONTHS], [], []
    for i in range(12):
        name, unhappy = f"c{i:02}", 6 + i // 3 if i % 3 == 0 else 99
        start, end = f"2025-{1 + i % 6:02}-01", f"2026-{1 + i % 6:02}-01"
        leaves = {"end_date": f"2025-{unhappy + 3:02}-15"} if unhappy < 9 else {}
        rows.append(contract(name, start, end, amount=10 + i, **leaves))
        for month in range(18):
            year, number = 2025 + month // 12, month % 12 + 1
            if number % 2 == i % 2:
                answers.append(answer(name, f"{year}-{number:02}-05", 2 if month + 1 >= unhappy else 9))
            use = {"customer_id": name, "user_id": f"{name}u", "event": "use"}
            events += [{**use, "feature": f"f{d % 4}", "occurred_at": f"{year}-{number:02}-{3 * d:02} 08:00"}
                       for d in range(1, 2 + (i * month) % 9)]  # fmt: skip
    return {"subscriptions": rows, "survey_responses": answers, "events": events}


def cut(tables: dict[str, list[dict[str, Any]]], at: str) -> dict[str, list[dict[str, Any]]]:
    """What the files said at that day: no later row, no end that was not known yet."""
    times = {"subscriptions": "start_date", "survey_responses": "responded_at", "events": "occurred_at"}
    kept = {name: [dict(row) for row in rows if row[times[name]] < at] for name, rows in tables.items()}
    for row in kept["subscriptions"]:
        if row.get("end_date", "") >= at:
            del row["end_date"]
    return kept


def day_before(at: str) -> Any:
    return (datetime.fromisoformat(at) - timedelta(days=1)).date()


RULES = [
    rule(DETRACTOR), rule(DETRACTOR, {"what": "renewal", "days": 120}),
    rule({"what": "kpi", "kpi": "customer_health_score", "is": "below", "than": 60}),
    rule({"what": "kpi", "kpi": "customer_engagement_score", "is": "above", "than": 50}),
    rule({"what": "usage", "is": "down", "by": 0.2}),
    rule({"what": "signal", "signal": "idle_days", "is": "above", "than": 20}),
    rule({"what": "change", "kpi": "product_usage", "is": "up", "by": 0.3}),
    rule({"what": "kpi", "kpi": "mrr", "is": "above", "than": 14}),
]  # fmt: skip


def test_the_past_knows_nothing_of_what_came_after() -> None:
    whole, at = company(), "2026-01-01"
    moment = datetime.fromisoformat(at)
    with make_version(whole, as_of=AS_OF) as now, make_version(cut(whole, at), as_of=moment) as then:
        held = 0
        for each in RULES:
            seen, known = (holding(look(con, moment, past=True), each)["holds"] for con in (now, then))
            assert seen.sort_index().equals(known.sort_index()), each
            held += int(seen.sum())
        assert held > 15


def test_a_score_by_rank_would_know_what_came_after_were_it_not_placed_anew() -> None:
    moment, each = datetime(2026, 1, 1), "customer_engagement_score"
    with make_version(company(), as_of=AS_OF) as con:
        assert not look(con, moment).kpi(each)["now"].equals(look(con, moment, past=True).kpi(each)["now"])


def plain(tables: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """The backtest once more, month by month, from the literal rows: who began to hold, and who then left."""
    ends = {r["customer_id"]: r.get("end_date", "9999") for r in tables["subscriptions"] if r["customer_id"] != "fee"}
    months = [datetime(2025 + m // 12, m % 12 + 1, 1) for m in range(2, 19)]
    going: set[str] = set()
    fired_, right, other, other_right = [], [], [], []
    for month in months:
        day = month.isoformat()[:10]
        later = datetime(month.year + (month.month + 2) // 12, (month.month + 2) % 12 + 1, 1).isoformat()[:10]
        latest: dict[str, tuple[str, float]] = {}
        for row in tables["survey_responses"]:
            if row["responded_at"] < day:
                latest[row["customer_id"]] = max(
                    latest.get(row["customer_id"], ("", 0)), (row["responded_at"], row["score"])
                )
        begun = {r["customer_id"] for r in tables["subscriptions"] if r["start_date"] < day}
        active = {c for c in begun & set(ends) if ends[c] >= day}
        holds = {c for c in active if latest.get(c, ("", 10))[1] <= 6}
        judged = later <= "2026-07-01"
        for c in sorted(holds - going):
            fired_.append((month, c))
            right += [(c, ends[c] < later)] if judged else []
        for c in sorted(active - holds) if judged else []:
            other.append(c)
            other_right.append(ends[c] < later)
        going = holds
    return {"fired": fired_, "right": right, "other": other, "other_right": other_right}


def test_a_backtest_is_what_counting_by_hand_gives() -> None:
    tables = company()
    with make_version(tables, as_of=AS_OF) as con:
        found = backtest(con, resolve(), AS_OF, RULES[0])
        by_hand = plain(tables)
    assert [
        (m.to_pydatetime(), c) for m, c in zip(found.firings["moment"], found.firings["customer_id"], strict=True)
    ] == (by_hand["fired"])
    judged, right = len(by_hand["right"]), sum(r for _, r in by_hand["right"])
    assert (found.judged, found.right) == (judged, right)
    assert right > 0
    assert (found.other_judged, found.other_right) == (len(by_hand["other"]), sum(by_hand["other_right"]))
    accounts, others = len({c for c, _ in by_hand["right"]}), len(set(by_hand["other"]))
    low, high = wilson(right / judged * accounts, accounts)
    assert (found.low, found.high) == pytest.approx((float(low), float(high)))
    if min(accounts, others) >= 5:
        low, high = difference(right / judged * accounts, accounts, found.other_share * others, others)
        assert (found.difference_low, found.difference_high) == pytest.approx((float(low), float(high)))
    assert (found.verdict == "few") == (min(accounts, others) < 5)


def test_too_few_firings_are_not_judged_and_none_is_said_so() -> None:
    with make_version(company(), as_of=AS_OF) as con:
        found = backtest(con, resolve(), AS_OF, rule(DETRACTOR, where={"customer_id": ["c00"]}))
        assert found.verdict == "few"
        assert "Those are too few to tell how often it is right." in found.sentences
        none = backtest(con, resolve(), AS_OF, rule({"what": "kpi", "kpi": "mrr", "is": "above", "than": 1e6}))
        assert (none.fired, none.sentences[0]) == (0, "Over the last 17 whole months it would not have fired once.")
        quiet = backtest(con, resolve(), AS_OF, rule(DETRACTOR, outcome=""))
        assert quiet.sentences[1].startswith("The rule names no outcome")
        assert isinstance(quiet, Backtest)
    young = {"subscriptions": [subscription("a", "2026-06-20"), FEE]}
    with make_version(young, as_of=AS_OF) as con:
        begun = backtest(con, resolve(), AS_OF, rule({"what": "kpi", "kpi": "mrr", "is": "above", "than": 1}))
        assert begun.sentences[0].startswith("There is no whole month")
    with make_version({}) as con, pytest.raises(NotComputableError, match=r"subscriptions\.amount"):
        backtest(con, resolve(), AS_OF, rule({"what": "kpi", "kpi": "mrr", "is": "above", "than": 1}))


def test_what_the_data_never_say_is_not_said_to_have_fired_never() -> None:
    tables = {"subscriptions": [*(subscription(c, "2025-01-01") for c in "ab"), FEE]}
    reached = {"what": "signal", "signal": "milestone_share", "is": "below", "than": 0.5}
    with make_version(tables, as_of=AS_OF) as con, pytest.raises(NotComputableError, match="milestones reached"):
        backtest(con, resolve(), AS_OF, rule(reached, outcome=""))
    done = [{"customer_id": c, "milestone": "imported", "reached_at": "2025-02-01"} for c in "ab"]
    with make_version({**tables, "milestones": done}, as_of=AS_OF) as con:
        assert backtest(con, resolve(), AS_OF, rule(reached, outcome="")).fired == 0


def test_what_became_of_accounts_that_grew_or_were_unhappy_again() -> None:
    rows = [subscription("up", "2025-10-01", 10, end_date="2026-02-01"), subscription("up", "2026-02-01", 20),
            subscription("same", "2025-10-01", 30), FEE]  # fmt: skip
    answers = [answer("up", "2025-12-10", 2), answer("up", "2026-01-10", 1), answer("same", "2025-12-10", 2),
               answer("same", "2026-01-20", 9)]  # fmt: skip
    with make_version({"subscriptions": rows, "survey_responses": answers}, as_of=AS_OF) as con:
        for outcome, right in (("grew", {"up": True, "same": False}), ("unhappy", {"up": True, "same": False})):
            found = backtest(con, resolve(), AS_OF, rule(DETRACTOR, outcome=outcome))
            first = found.firings.set_index("customer_id")["right"]
            assert {c: bool(first[c]) for c in right} == right, outcome


def test_a_kpi_rule_in_the_past_fired_and_lasted() -> None:
    """NPS by month: 100, 100, 0, 0, 100, 100: it falls once, in March, and is still down in April."""
    values = [[10] * 30, [10] * 30, [10] * 15 + [0] * 15, [10] * 15 + [0] * 15, [10] * 30, [10] * 30]
    tables = {"survey_responses": [row for m, each in enumerate(values, start=1) for row in scores(m, each)]}
    with make_version(tables, as_of=AS_OF) as con:
        found = backtest(con, resolve(), AS_OF, checked(NPS_DOWN))
    assert (found.fired, found.judged, found.right, found.verdict) == (1, 1, 1, "few")
    assert found.firings["moment"].tolist() == [datetime(2026, 4, 1)]
    assert found.firings["beyond"].tolist() == [True]
