"""Contradictions: each is found where it is, and only there."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from cs_metrics.schema import TABLES
from cs_metrics.settings import resolve
from cs_metrics.workspace.contradictions import conflicts
from cs_metrics.workspace.publish.publishing import Request, publish
from cs_metrics.workspace.store.database import cursor
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.progress import Progress
from tests.workspace.loads import load
from tests.workspace.test_publishing import no_facts


@pytest.fixture
def find(tmp_path):
    """Return a function that publishes tables of literal rows and gives the conflicts by kind."""

    def find(**tables: list[dict]) -> dict[str, dict]:
        folder = Folder(tmp_path / "acme")
        loads = [load(name, rows) for name, rows in tables.items()]
        publish(folder, loads, Request("append", resolve(), no_facts), Progress())
        frame = conflicts.read(cursor(folder.version(1)))
        return {row["kind"]: row for row in frame.to_dict("records")}

    return find


def subscription(customer: str, start: date, end: date | None = None, **more) -> dict:
    return {"customer_id": customer, "start_date": start, "end_date": end, "amount": 10.0, **more}


DAY = date(2025, 3, 1)


def test_clean_data_have_none(find):
    assert not find(
        customers=[{"customer_id": "A", "plan": "Pro"}],
        subscriptions=[subscription("A", date(2024, 1, 1), plan="pro")],
        events=[{"customer_id": "A", "occurred_at": datetime(2024, 1, 2), "event": "use"}],
    )


def test_churned_in_one_table_and_subscribed_in_another(find):
    found = find(
        customers=[
            {"customer_id": "A", "churned_on": DAY},
            {"customer_id": "B", "churned_on": None},
            {"customer_id": "C", "churned_on": None},
        ],
        subscriptions=[
            subscription("A", date(2024, 1, 1)),
            subscription("B", date(2024, 1, 1)),
            subscription("C", date(2024, 1, 1), date(2024, 6, 1)),
            subscription("C", date(2025, 1, 1), is_trial=True),
        ],
    )
    assert found["churned_but_subscribed"]["example"] == "A"
    assert found["churned_but_subscribed"]["rows"] == 1
    assert found["ended_but_not_churned"]["example"] == "C"


def test_a_flag_of_the_file_itself_against_the_subscriptions(find):
    found = find(
        customers=[{"customer_id": c, "churn {flag}": c == "A"} for c in "AB"],
        subscriptions=[subscription(c, date(2024, 1, 1), churn_flag=c == "B") for c in "AB"],
    )
    assert found["flagged_but_subscribed"]["sentence"].startswith("'churn {flag}' is true in customers")
    assert found["flagged_but_subscribed"]["example"] == "A"
    assert found["flagged_without_end"]["example"] == "B"


def test_a_leaving_recorded_while_a_subscription_goes_on(find):
    found = find(
        subscriptions=[
            subscription("A", date(2024, 1, 1)),
            subscription("B", date(2024, 1, 1), date(2024, 6, 2)),
            subscription("C", date(2024, 1, 1), date(2024, 2, 1)),
        ],
        churn_events=[
            {"customer_id": "A", "churned_on": date(2024, 6, 1)},
            {"customer_id": "B", "churned_on": date(2024, 6, 1)},
        ],
    )
    assert found["churn_event_but_subscribed"]["rows"] == 1
    assert found["left_without_churn_event"]["example"] == "C"


def test_usage_outside_the_life_of_a_customer(find):
    found = find(
        subscriptions=[subscription("A", date(2024, 2, 1), date(2024, 3, 1))],
        events=[
            {"customer_id": "A", "occurred_at": at, "event": "use"}
            for at in (datetime(2024, 1, 31, 23), datetime(2024, 2, 1), datetime(2024, 3, 5))
        ],
    )
    assert found["usage_before_start"]["rows"] == 1
    assert found["usage_after_end"]["rows"] == 1


def test_an_end_before_its_beginning(find):
    created = datetime(2025, 3, 2)
    found = find(
        subscriptions=[subscription("A", DAY, date(2025, 2, 1))],
        tickets=[
            {"ticket_id": "1", "created_at": created, "resolved_at": datetime(2025, 3, 1), "status": "Closed"},
            {"ticket_id": "2", "created_at": created, "resolved_at": None, "status": "Resolved"},
        ],
    )
    assert found["end_date_before_start_date"]["example"] == "A: 2025-02-01 is before 2025-03-01"
    assert found["resolved_at_before_created_at"]["rows"] == 1
    assert found["resolved_without_date"]["example"] == "2: Resolved"


def test_customers_that_the_register_does_not_have_and_what_is_at_stake(find):
    found = find(
        customers=[{"customer_id": "A"}],
        subscriptions=[subscription("A", DAY), subscription("Z", DAY, billing_period="year")],
    )
    assert found["unknown_customer"]["example"] == "Z with MRR 0.83"


def test_a_table_that_ends_long_before_the_others(find):
    found = find(
        tickets=[{"ticket_id": "1", "created_at": datetime(2025, 1, 1)}],
        orders=[{"ordered_at": datetime(2025, 3, 1), "amount": 1.0}],
    )
    assert found["stale"]["tables"] == "tickets"
    assert "59 days before" in found["stale"]["sentence"]


def test_several_currencies_without_rates(find):
    found = find(subscriptions=[subscription("A", DAY, currency=c) for c in ("USD", "EUR")])
    assert found["several_currencies"]["example"] == "EUR, USD"


def test_a_score_outside_its_scale(find):
    scores = [{"survey": "nps", "score": s, "responded_at": datetime(2025, 1, 1)} for s in (10.0, 11.0)]
    assert find(survey_responses=scores)["score_outside_scale"]["example"] == "nps score 11.0"


def test_every_check_runs_on_every_table(find):
    kinds = {check.kind for check in conflicts.all_checks()}
    assert len(kinds) > 20
    row = {"customer_id": "A", "occurred_at": datetime(2025, 1, 1), "event": "x"}
    assert not find(events=[row], fx_rates=[], **{name: [] for name in TABLES if name not in ("events", "fx_rates")})


def test_a_score_outside_the_usual_scale_of_its_survey_and_nps_on_another(find):
    scores = [{"survey": "csat", "score": 9}, {"survey": "ces", "score": 7}, {"survey": "own", "score": 99}]
    scores.append({"survey": "nps", "score": 4, "scale_min": 1, "scale_max": 5})
    found = find(survey_responses=scores)
    assert found["score_outside_scale"]["rows"] == 1
    assert found["nps_on_another_scale"]["example"] == "score 4.0 of 1.0 to 5.0"
