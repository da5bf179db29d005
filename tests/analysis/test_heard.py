"""Who answered: accounts and MRR heard from, the silent ones, and what cannot be known."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

import cs_metrics as cs
from cs_metrics.analysis.feedback.heard import asked as surveys
from cs_metrics.analysis.feedback.heard.accounts import accounts
from cs_metrics.analysis.feedback.heard.heard import heard, summary
from cs_metrics.analysis.feedback.heard.others import others
from cs_metrics.analysis.feedback.heard.silent import by_state, silent
from cs_metrics.errors import NotComputableError, QueryError
from cs_metrics.settings import resolve
from tests.support import kept_version

AS_OF = "2026-07-01"
SETTINGS = resolve({})


def subscription(customer: str, amount: int, start: str = "2025-01-01", **more: Any) -> dict[str, Any]:
    return {"customer_id": customer, "start_date": datetime.fromisoformat(start).date(), "amount": amount, **more}


def survey(
    customer: str | None, sent: str | None, responded: str | None = None, score: float | None = None, **more: Any
):
    at = datetime.fromisoformat
    return {
        "customer_id": customer, "survey": "nps", "sent_at": at(sent) if sent else None,
        "responded_at": at(responded) if responded else None, "score": score, **more,
    }  # fmt: skip


# four customers at the end: a and b answered, c was asked, d was not; e left; one answer names nobody
TABLES: dict[str, list[dict[str, Any]]] = {
    "customers": [
        {"customer_id": c, "region": r, "csm": f"CSM {c}", "name": f"Company {c}"}
        for c, r in (("a", "EU"), ("b", "EU"), ("c", "US"), ("d", "US"), ("e", "US"))
    ],
    "subscriptions": [
        subscription("a", 100),
        subscription("b", 300, "2026-05-01"),
        subscription("c", 500, contract_start=datetime(2025, 9, 1).date(), contract_end=datetime(2026, 9, 1).date()),
        subscription("d", 100, "2024-01-01"),
        subscription("e", 900, end_date=datetime(2026, 5, 1).date()),
    ],
    "survey_responses": [
        survey("a", "2026-03-01", "2026-03-02", 10, user_id="a1"),
        survey("a", "2026-03-01", "2026-03-03", 7, user_id="a2"),
        survey("a", "2026-03-01", user_id="a3"),
        survey("b", "2026-06-01", "2026-06-02", 3),
        survey("c", "2026-06-01"),
        survey("c", "2025-06-01", "2025-06-05", 9),
        survey("e", "2026-03-01", "2026-03-02", 0),
        survey(None, "2026-03-01", "2026-03-04", 8, user_id="nobody"),
        survey(None, "2026-03-01", "2026-03-04", 10, user_id="ours", respondent_type="employee"),
        survey("a", "2026-03-01", "2026-03-04", 9, user_id="maybe", respondent_type="prospect"),
        survey(None, "2026-03-01", user_id="ours too", respondent_type="employee"),
    ],
    "touchpoints": [
        {"customer_id": "c", "occurred_at": datetime(2026, 6, 15), "kind": "call"},
        {"customer_id": "c", "occurred_at": datetime(2026, 2, 1), "kind": "call"},
    ],
}
YEAR = {"since": "2026-01-01", "until": "2026-07-01"}


def test_accounts_and_mrr_heard_from_by_hand() -> None:
    con = kept_version(TABLES)
    row = heard(con, SETTINGS, AS_OF, **YEAR).iloc[0]
    assert (row["accounts"], row["heard"], row["asked"], row["not_asked"]) == (4, 2, 1, 1)
    assert (row["mrr"], row["mrr_heard"], row["mrr_share"]) == (1000, 400, 0.4)
    assert (row["share"], row["answers"], row["respondents"]) == (0.5, 3, 3)
    found = summary(con, SETTINGS, AS_OF, **YEAR)
    assert (found.answers, found.left, found.left_answers, found.nameless) == (5, 1, 1, 1)
    assert found.answers == row["answers"] + found.left_answers + found.nameless
    assert found.why == ""
    assert " ".join(found.sentences) == (
        "5 answers of 5 respondents. 2 of 4 customers active at the end were heard from (50 %); they bring 40 % of "
        "MRR. Of the accounts that answered, 1 is not active at the end (1 answer). 1 answer is of no known account."
    )


def test_segments_add_up_and_tenure_is_in_bands() -> None:
    con = kept_version(TABLES)
    regions = heard(con, SETTINGS, AS_OF, by="region", **YEAR).set_index("segment")
    assert regions["heard"].to_dict() == {"EU": 2, "US": 0}
    assert regions["mrr"].to_dict() == {"EU": 400, "US": 600}
    tenure = heard(con, SETTINGS, AS_OF, by="tenure", **YEAR).set_index("segment")
    assert tenure["accounts"].to_dict() == {"under 3 months": 1, "1 to 2 years": 2, "2 years or more": 1}
    assert tenure["heard"].to_dict() == {"under 3 months": 1, "1 to 2 years": 1, "2 years or more": 0}


def test_the_response_rate_of_one_survey_by_hand() -> None:
    con = kept_version(TABLES)
    row = surveys.response_rate(con, SETTINGS, AS_OF, **YEAR).iloc[0]
    assert (row["numerator"], row["denominator"], row["value"]) == (5, 7, 5 / 7)
    assert not row["complete"]  # two weeks after the end answers may still come
    by = surveys.response_rate(con, SETTINGS, AS_OF, by="region", **YEAR).set_index("region")
    assert by.loc["EU", "value"] == 3 / 4
    for part, n in (("denominator", 7), ("numerator", 5)):
        rows = surveys.response_rows(con, SETTINGS, AS_OF, part=part, **YEAR)
        assert len(rows) == n
        assert set(rows["_source"]) == {"survey_responses.csv"}
    text = surveys.response_sql(con, SETTINGS, AS_OF, **YEAR)
    assert con.execute(text).df()["value"].iloc[0] == 5 / 7


def test_the_silent_are_listed_the_largest_first_with_what_a_call_needs() -> None:
    con = kept_version(TABLES)
    frame = silent(con, SETTINGS, AS_OF, **YEAR)
    assert frame["customer_id"].tolist() == ["c", "d"]
    assert frame["state"].tolist() == ["asked", "not_asked"]
    c = frame.iloc[0]
    assert (c["name"], c["csm"], c["mrr"], c["last_score"], c["last_survey"]) == ("Company c", "CSM c", 500, 9, "nps")
    assert (c["renews_at"], c["last_contact_at"]) == (datetime(2026, 9, 1), datetime(2026, 6, 15))
    assert (c["last_answer_at"], c["asked_last"]) == (datetime(2025, 6, 5), datetime(2026, 6, 1))
    assert c["_rows"] == "subscriptions.csv: 4"
    assert silent(con, SETTINGS, AS_OF, order="tenure", **YEAR)["customer_id"].tolist() == ["d", "c"]
    assert silent(con, SETTINGS, AS_OF, limit=1, offset=1, **YEAR)["customer_id"].tolist() == ["d"]
    assert silent(con, SETTINGS, AS_OF, states=["heard"], **YEAR)["customer_id"].tolist() == ["b", "a"]
    counts = by_state(con, SETTINGS, AS_OF, **YEAR).set_index("state")
    assert counts["accounts"].to_dict() == {"heard": 2, "asked": 1, "not_asked": 1}
    assert counts["mrr"].to_dict() == {"heard": 400, "asked": 500, "not_asked": 100}
    for wrong in ({"states": ["gone"]}, {"order": "name"}, {"limit": -1}):
        with pytest.raises(QueryError):
            silent(con, SETTINGS, AS_OF, **YEAR, **wrong)


def test_employees_and_prospects_stand_apart_and_a_filter_of_customers_holds_for_them() -> None:
    con = kept_version(TABLES)
    frame = others(con, SETTINGS, AS_OF, **YEAR).set_index("respondent_type")
    assert frame["n"].to_dict() == {"employee": 1, "prospect": 1}
    assert frame["value"].to_dict() == {"employee": 100, "prospect": 100}
    assert frame["sent"].to_dict() == {"employee": 2, "prospect": 1}
    assert frame.loc["employee", "rate"] == 0.5
    assert others(con, SETTINGS, AS_OF, where={"region": ["EU"]}, **YEAR)["respondent_type"].tolist() == ["prospect"]
    assert others(con, SETTINGS, AS_OF, where={"region": ["US"]}, **YEAR).empty


def test_a_filter_of_customers_holds_at_the_end_and_one_of_answers_for_answers_alone() -> None:
    con = kept_version(TABLES)
    row = heard(con, SETTINGS, AS_OF, where={"region": ["US"]}, **YEAR).iloc[0]
    assert (row["accounts"], row["heard"]) == (2, 0)
    row = heard(con, SETTINGS, AS_OF, where={"survey_responses.score": {">=": 9}}, **YEAR).iloc[0]
    assert (row["accounts"], row["heard"]) == (4, 1)
    mixed = {"not": {"any": [{"not": {"region": ["US"]}}, {"not": {"survey_responses.score": {">=": 0}}}]}}
    row = heard(con, SETTINGS, AS_OF, where=mixed, **YEAR).iloc[0]
    assert (row["accounts"], row["heard"]) == (2, 0)


def test_answers_alone_say_that_the_rate_cannot_be_known() -> None:
    undated = {"survey_responses": [survey("a", None, "2026-03-02", 10), survey("b", None, "2026-03-02", 0)]}
    con = kept_version(undated)
    found = summary(con, SETTINGS, AS_OF)
    assert found.kind == "seen"
    assert "cannot be known" in found.why
    assert (found.accounts, found.heard, found.answers) == (2, 2, 2)
    assert "known from the answers alone" in " ".join(found.sentences)
    with pytest.raises(NotComputableError, match="cannot be known"):
        surveys.response_rate(con, SETTINGS, AS_OF)
    assert silent(con, SETTINGS, AS_OF).empty

    answered = {"survey_responses": [survey("a", "2026-03-01", "2026-03-02", 10)]}
    assert summary(kept_version(answered), SETTINGS, AS_OF).why.startswith("Every survey in these files has an answer")


def test_customers_without_dates_are_all_of_the_table() -> None:
    con = kept_version({
        "customers": [{"customer_id": c} for c in "abc"],
        "survey_responses": [survey("a", None, "2026-03-02", 10)],
    })  # fmt: skip
    found = summary(con, SETTINGS, AS_OF)
    assert (found.kind, found.accounts, found.heard, found.money) == ("listed", 3, 1, False)
    frame = silent(con, SETTINGS, AS_OF)
    assert frame["customer_id"].tolist() == ["b", "c"]
    assert set(frame["state"]) == {"silent"}
    assert "mrr" not in frame
    assert frame["_row"].tolist() == [3, 4]


def test_ratings_of_tickets_stand_for_the_survey_and_tickets_for_what_was_sent() -> None:
    tickets = [
        {"ticket_id": str(i), "customer_id": c, "created_at": datetime(2026, 3, i), "satisfaction": s}
        for i, (c, s) in enumerate([("a", 5), ("a", None), ("b", None), ("c", 4), ("c", 1)], start=1)
    ]
    con = kept_version({"subscriptions": [subscription(c, 100) for c in "abcd"], "tickets": tickets})
    row = surveys.response_rate(con, SETTINGS, AS_OF, survey="csat").iloc[0]
    assert (row["numerator"], row["denominator"]) == (3, 5)
    row = heard(con, SETTINGS, AS_OF, survey="csat").iloc[0]
    assert (row["accounts"], row["heard"], row["asked"], row["not_asked"]) == (4, 2, 1, 1)


def test_nobody_answered() -> None:
    con = kept_version(TABLES)
    found = summary(con, SETTINGS, AS_OF, since="2024-02-01", until="2024-03-01")
    assert found.sentences == ("Nobody answered in this period.",)
    row = heard(con, SETTINGS, AS_OF, since="2023-01-01", until="2023-02-01").iloc[0]
    assert row["accounts"] == 0


@pytest.mark.parametrize("by", ["nothing", "subscriptions.amount", "mrr "])
def test_what_accounts_cannot_be_told_apart_by_is_said(by: str) -> None:
    with pytest.raises(QueryError):
        heard(kept_version(TABLES), SETTINGS, AS_OF, by=by)


def test_an_attribute_with_too_many_values_is_refused_and_a_number_is_cut_at_its_quartiles() -> None:
    rows = [{"customer_id": f"c{i}", "city": f"city {i}", "company_size": str(i)} for i in range(1, 81)]
    con = kept_version({
        "customers": rows, "subscriptions": [subscription(f"c{i}", 10) for i in range(1, 81)],
        "survey_responses": [survey("c1", "2026-03-01", "2026-03-02", 10), survey("c2", "2026-03-01")],
    })  # fmt: skip
    with pytest.raises(QueryError, match="too many"):
        heard(con, SETTINGS, AS_OF, by="city")
    bands = heard(con, SETTINGS, AS_OF, by="company_size").set_index("segment")["accounts"].to_dict()
    assert bands == {"up to 20": 20, "above 20 to 40": 20, "above 40 to 60": 20, "above 60": 20}
    assert len(accounts(con, SETTINGS, AS_OF, by=["company_size"]).traits[0].order) == 4


def test_the_sample_adds_up_and_hidden_columns_and_locks_hold() -> None:
    version = cs.sample().version()
    year = {"since": "2025-07-01", "until": "2026-07-01"}
    whole = version.heard(**year).iloc[0]
    for by in ("plan", "tenure", "mrr", "company_size", "csm"):
        parts = version.heard(by=by, **year)
        assert (parts[["accounts", "heard", "answers"]].sum() == whole[["accounts", "heard", "answers"]]).all()
    silent_ones = version.silent(**year)
    assert len(silent_ones) == whole["accounts"] - whole["heard"]
    assert silent_ones["mrr"].sum() == pytest.approx(whole["mrr"] - whole["mrr_heard"])
    assert silent_ones["_rows"].notna().all()
    locked = version.view(
        where={"region": ["EMEA"]}, hidden=["csm", "contract_end", "survey_responses.respondent_type"]
    )
    asked = {"where": {"any": [{"region": ["AMER"]}, {"plan": ["Pro"]}]}, **year}
    assert set(locked.silent(**asked)["customer_id"]) <= set(
        version.silent(where={"region": ["EMEA"]}, **year)["customer_id"]
    )
    assert {"csm", "renews_at"}.isdisjoint(locked.silent(**year).columns)
    assert locked.other_respondents(**year).empty
    assert not version.other_respondents().empty
    with pytest.raises(QueryError, match="no attribute"):
        locked.heard(by="csm")
    assert "csm" not in set(version.view(hidden=["region"]).likeness(**year).tests["attribute"])
    assert "region" not in set(version.view(hidden=["region"]).likeness(**year).tests["attribute"])
    frame = version._con().execute(version.heard_sql(by="plan", **year)).df()
    assert frame["accounts"].sum() == whole["accounts"]
