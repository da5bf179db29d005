"""Recurring revenue by the latest answer, and the unhappy whose contracts end: by hand, and summing to the KPI."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from cs_metrics.analysis.feedback.after import at_risk
from cs_metrics.analysis.revenue.renewals import renewals
from cs_metrics.errors import NotComputableError, QueryError
from cs_metrics.kpis import compute
from cs_metrics.kpis.slice import Slice
from tests.support import make_version

AS_OF = "2025-07-01"
SETTINGS = {"fresh_days": 3650}


def contract(customer, amount, ends, start="2025-01-01", end=None, **more):
    dates = {"contract_start": date.fromisoformat(start), "contract_end": date.fromisoformat(ends)}
    stopped = date.fromisoformat(end) if end else None
    return (
        {"customer_id": customer, "start_date": dates["contract_start"], "amount": amount, "end_date": stopped}
        | dates
        | more
    )


def answer(customer, when, score, comment=None, survey="nps"):
    at = datetime.fromisoformat(when)
    return {"customer_id": customer, "survey": survey, "score": float(score), "responded_at": at, "comment": comment}


# p answered 2, later 10: a promoter; d 10, later 3: a detractor; e too, whose contract ends after more than 90 days;
# s never answered; g answered 0 and has left; n is passive. MRR at the end: p 100, d 200.50 and 10, e 40, s 30, n 20.
TABLES = {
    "customers": [{"customer_id": c, "csm": f"csm {c}", "plan": "Pro" if c in "ds" else "Team"} for c in "pdesgn"],
    "subscriptions": [
        contract("p", 100.0, "2025-08-01", end="2025-08-01"),
        contract("d", 200.5, "2025-09-01", end="2025-09-01", product="Core"),
        contract("d", 10.0, "2025-07-15", end="2025-07-15", product="Extra", cancelled_on=date(2025, 6, 1)),
        contract("e", 40.0, "2025-12-31", end="2025-12-31"), contract("s", 30.0, "2025-08-01", end="2025-08-01"),
        contract("g", 70.0, "2025-09-01", end="2025-05-01"), contract("n", 20.0, "2025-08-01", end="2025-08-01"),
    ],
    "survey_responses": [
        answer("p", "2025-02-01", 2), answer("p", "2025-03-01", 10), answer("d", "2025-02-01", 10),
        answer("d", "2025-03-01", 3, "Too slow"), answer("e", "2025-03-01", 4), answer("g", "2025-03-01", 0),
        answer("n", "2025-03-01", 7), answer("s", "2025-03-01", 1, survey="ces"),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def company():
    return make_version(TABLES, as_of=AS_OF)


def by_category(frame):
    return {r["category"]: (r["accounts"], r["mrr"]) for r in frame.to_dict("records")}


def mrr(con, **words):
    given = Slice.of(None, None, words.get("where"), words.get("since"), words.get("until"))
    return compute(con, ["mrr"], given, SETTINGS, AS_OF).iloc[0]


def test_the_parts_by_hand(company):
    frame = at_risk.mrr_by_answer(company, SETTINGS, AS_OF)
    assert by_category(frame) == {"promoter": (1, 100), "passive": (1, 20), "detractor": (2, 250.5), "silent": (1, 30)}
    assert frame["share"].tolist() == pytest.approx([v / 400.5 for v in (100, 20, 250.5, 30)])


@pytest.mark.parametrize(
    "words",
    [{}, {"since": "2025-02-15"}, {"since": "2025-02-01", "until": "2025-02-15"}, {"where": {"plan": ["Pro"]}},
     {"where": {"survey_responses.score": {">=": 9}}}],
)  # fmt: skip
def test_the_parts_sum_to_the_kpi_and_open_to_their_accounts(company, words):
    frame = at_risk.mrr_by_answer(company, SETTINGS, AS_OF, **words)
    kpi = mrr(company, **words)
    assert frame["mrr"].sum() == pytest.approx(kpi["value"], abs=1e-9)
    assert frame["accounts"].sum() == kpi["n"]
    assert frame["share"].sum() == pytest.approx(1) or not frame["mrr"].any()
    for row in frame.to_dict("records"):
        behind = at_risk.mrr_by_answer_rows(company, SETTINGS, AS_OF, category=row["category"], **words)
        assert len(behind) == row["accounts"]
        assert behind["mrr"].sum() == pytest.approx(row["mrr"])


def test_a_customers_filter_goes_by_now_an_answers_by_its_row(company):
    pro = by_category(at_risk.mrr_by_answer(company, SETTINGS, AS_OF, where={"plan": ["Pro"]}))
    assert pro == {"promoter": (0, 0), "passive": (0, 0), "detractor": (1, 210.5), "silent": (1, 30)}
    early = at_risk.mrr_by_answer(company, SETTINGS, AS_OF, since="2025-02-01", until="2025-02-15")
    assert by_category(early)["promoter"] == (1, 210.5)  # d's answer of then, and what it paid then


def test_the_rows_behind_name_the_subscription_and_the_answer(company):
    row = at_risk.mrr_by_answer_rows(company, SETTINGS, AS_OF, category="detractor").iloc[0]
    assert (row["customer_id"], row["mrr"], row["score"]) == ("d", 210.5, 3)
    assert row["_rows"] == "subscriptions.csv: 3, 4; survey_responses.csv: 5"
    total = company.execute(at_risk.mrr_by_answer_sql(company, SETTINGS, AS_OF)).df()["mrr"].sum()
    assert float(total) == 400.5
    with pytest.raises(QueryError, match="Did you mean 'silent'"):
        at_risk.mrr_by_answer_rows(company, SETTINGS, AS_OF, category="silence")


def test_whom_to_call(company):
    found = at_risk.to_call(company, SETTINGS, AS_OF)
    assert found[["customer_id", "csm", "product", "mrr", "outcome", "score", "comment"]].to_numpy().tolist() == [
        ["d", "csm d", "Extra", 10.0, "notice", 3.0, "Too slow"],
        ["d", "csm d", "Core", 200.5, "open", 3.0, "Too slow"],
    ]
    assert found["contract"].tolist() == ["subscriptions.csv: 4", "subscriptions.csv: 3"]
    assert (found["_source"].iloc[0], found["_row"].tolist()) == ("survey_responses.csv", [5, 5])
    # the same contracts as those of Renewals
    due = renewals(company, SETTINGS, AS_OF, days=90, where={"customer_id": ["d"]})
    assert due[["product", "ended_at", "outcome"]].equals(found[["product", "ended_at", "outcome"]])
    longer = at_risk.to_call(company, SETTINGS, AS_OF, days=365)
    assert longer["customer_id"].tolist() == ["d", "d", "e"]
    assert at_risk.to_call(company, SETTINGS, AS_OF, until="2025-02-15")["customer_id"].tolist() == ["p"]
    assert at_risk.to_call(company, SETTINGS, AS_OF, where={"plan": ["Team"]}).empty


def test_without_contracts_or_money_it_says_what_is_missing():
    con = make_version({"survey_responses": TABLES["survey_responses"]}, as_of=AS_OF)
    with pytest.raises(NotComputableError):
        at_risk.mrr_by_answer(con, SETTINGS, AS_OF)
    with pytest.raises(NotComputableError, match="contract"):
        at_risk.to_call(con, SETTINGS, AS_OF)
    with pytest.raises(QueryError, match="'days' is 0"):
        at_risk.to_call(make_version(TABLES, as_of=AS_OF), SETTINGS, AS_OF, days=0)
