"""Models by what they must be: judged on what they did not see, withheld where they say nothing, the same each time."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from cs_metrics import analysis
from cs_metrics.errors import QueryError
from cs_metrics.kpis import Slice, compute, rows
from tests.kpis.company import company
from tests.support import kept_version, make_version

BEGIN = datetime(2025, 1, 1)
AS_OF = datetime(2026, 7, 1)
MONTHLY = Slice.of("month", since="2025-02-01", until="2026-07-01")


def accounts(tells: bool, count: int = 240) -> dict[str, list[dict[str, Any]]]:
    """Accounts that log in every few days; a third of them stop, and leave 40 days later (unless nothing `tells`)."""
    draw = random.Random(3)
    tables: dict[str, list[dict[str, Any]]] = {"subscriptions": [], "events": []}
    for number in range(count):
        name, start = f"c{number:03}", BEGIN + timedelta(days=draw.randrange(0, 120))
        left = start + timedelta(days=draw.randrange(120, 400)) if draw.random() < 0.5 else None
        tables["subscriptions"].append(
            {"customer_id": name, "start_date": start.date(), "end_date": left and left.date(), "amount": 50}
        )
        last = min(AS_OF, left or AS_OF) - timedelta(days=40 if left and tells else 0)
        day = start
        while day < last:
            tables["events"].append({"customer_id": name, "user_id": name, "event": "login", "occurred_at": day})
            day += timedelta(days=draw.randrange(2, 9))
    return tables


def deals(count: int = 500) -> dict[str, list[dict[str, Any]]]:
    """Deals of 40 to 130 days: those of the partner are won nine times in ten, the others three times."""
    draw = random.Random(5)
    found = []
    for number in range(count):
        created = BEGIN + timedelta(days=draw.randrange(0, 500))
        source = draw.choice(["partner", "web"])
        closed: datetime | None = created + timedelta(days=draw.randrange(40, 130))
        won = draw.random() < (0.9 if source == "partner" else 0.3)
        if closed and closed > AS_OF:
            closed = None
        status = ("won" if won else "lost") if closed else "open"
        found.append({"opportunity_id": f"d{number:03}", "customer_id": "x", "created_at": created, "closed_at": closed,
                      "amount": draw.randrange(1, 90), "status": status, "source": source, "kind": "new"})  # fmt: skip
    return {"opportunities": found, "subscriptions": [{"customer_id": "x", "start_date": BEGIN.date(), "amount": 1}]}


@pytest.fixture(scope="module")
def telling() -> Iterator[duckdb.DuckDBPyConnection]:
    with make_version(accounts(tells=True), {"fresh_days": 3650}, as_of=AS_OF) as con:
        yield con


@pytest.fixture(scope="module")
def pipeline() -> Iterator[duckdb.DuckDBPyConnection]:
    with make_version(deals(), {"fresh_days": 3650}, as_of=AS_OF) as con:
        yield con


def told(con: duckdb.DuckDBPyConnection, kpi: str, column: str) -> pd.DataFrame:
    """Return the rows behind the KPI, month by month, as a person opens them."""
    months = pd.date_range("2025-02-01", "2026-06-01", freq="MS")
    frames = [rows(con, kpi, month, MONTHLY) for month in months]
    found = pd.concat([f for f in frames if len(f)], ignore_index=True)
    return found.rename(columns={column: "chance"})


def test_the_judgement_is_that_of_its_rows_on_months_it_did_not_see(telling: duckdb.DuckDBPyConnection) -> None:
    judged = analysis.judgement(telling, "churn_risk_score")
    assert (judged.usable, judged.reason) == (True, "")
    seen = told(telling, "churn_risk_score", "risk")
    ends = {r["customer_id"]: r["end_date"] for r in accounts(tells=True)["subscriptions"]}
    horizon = timedelta(days=90)
    seen = seen[(seen["taken_at"] >= judged.scores["cut_at"]) & (seen["taken_at"] + horizon <= AS_OF)]
    left = [
        ends[name] is not None and ends[name] < (taken + horizon).date()
        for name, taken in zip(seen["customer_id"], seen["taken_at"], strict=True)
    ]
    assert judged.scores["judged_rows"] == len(seen)
    assert judged.scores["judged_happened"] == sum(left)
    assert judged.scores["auc"] == pytest.approx(roc_auc_score(left, seen["chance"]))
    assert judged.scores["brier"] == pytest.approx(brier_score_loss(left, seen["chance"] / 100))
    base = judged.scores["learned_happened"] / judged.scores["learned_rows"]
    assert judged.scores["base_brier"] == pytest.approx(np.mean([(base - happened) ** 2 for happened in left]))
    assert judged.scores["brier"] < judged.scores["base_brier"]
    assert judged.scores["auc"] > 0.7


def test_what_it_learned_from_was_known_before_it_was_judged(telling: duckdb.DuckDBPyConnection) -> None:
    scores = analysis.judgement(telling, "churn_risk_score").scores
    learned = telling.execute(
        "SELECT count(*), sum(CASE WHEN happened THEN 1 ELSE 0 END) FROM fact_outcome "
        "WHERE taken_at < $1 AND known_at <= $1",
        [scores["cut_at"]],
    ).fetchall()[0]
    assert learned == (scores["learned_rows"], scores["learned_happened"])
    assert scores["learned_from"] < scores["cut_at"] <= scores["judged_to"] <= AS_OF - timedelta(days=90)


def test_silence_is_what_drives_it(telling: duckdb.DuckDBPyConnection) -> None:
    drivers = analysis.judgement(telling, "churn_risk_score").drivers.set_index("feature")["coefficient"]
    assert drivers["idle_days"] > 0
    assert drivers["events_30"] < 0
    assert drivers.abs().is_monotonic_decreasing


def test_a_chance_is_its_formula(telling: duckdb.DuckDBPyConnection) -> None:
    weights = {
        feature: (centre, scale, coefficient)
        for feature, centre, scale, coefficient in telling.execute(
            "SELECT feature, centre, scale, coefficient FROM fact_model WHERE model = 'churn_risk_score'"
        ).fetchall()
    }
    row = rows(telling, "churn_risk_score", "2026-06-01", MONTHLY).iloc[0]
    plain = ("use_change", "mrr_change_90", "seat_use", "product_room", "milestone_share", "renewal_due")
    total = weights.pop("intercept")[2]
    for feature, (centre, scale, coefficient) in weights.items():
        value = row[feature] if feature in plain else math.log1p(row[feature])
        total += coefficient * (value - centre) / scale if not pd.isna(value) else 0
    assert row["risk"] == pytest.approx(100 / (1 + math.exp(-total)))


def test_the_value_is_the_mean_and_beside_it_what_is_expected(telling: duckdb.DuckDBPyConnection) -> None:
    frame = compute(
        telling, ["churn_risk_score"], Slice.of("month", since="2026-06-01", until="2026-07-01"), beside=True
    )
    behind = rows(telling, "churn_risk_score", "2026-06-01", MONTHLY)
    beside = frame.set_index("item")["value"]
    assert frame["value"].iloc[0] == pytest.approx(behind["risk"].mean())
    assert beside["expected"] == pytest.approx(behind["risk"].sum() / 100)
    assert beside["mrr_at_risk"] == pytest.approx((behind["risk"] / 100 * 50).sum())  # each pays 50


def test_calibration_counts_everyone_judged(telling: duckdb.DuckDBPyConnection) -> None:
    judged = analysis.judgement(telling, "churn_risk_score")
    bins = judged.calibration
    assert bins["n"].sum() == judged.scores["judged_rows"]
    assert bins["happened"].sum() == judged.scores["judged_happened"]
    assert bins["predicted"].is_monotonic_increasing
    assert ((bins["low"] <= bins["observed"]) & (bins["observed"] <= bins["high"])).all()


def test_the_same_data_give_the_same_model(telling: duckdb.DuckDBPyConnection) -> None:
    with make_version(accounts(tells=True), {"fresh_days": 3650}, as_of=AS_OF) as again:
        query = "SELECT * FROM fact_model ORDER BY model, feature"
        assert again.execute(query).fetchall() == telling.execute(query).fetchall()


def test_a_model_that_says_no_more_than_the_base_rate_is_withheld_with_the_reason() -> None:
    with make_version(accounts(tells=False), {"fresh_days": 3650}, as_of=AS_OF) as con:
        judged = analysis.judgement(con, "churn_risk_score")
        cell = compute(con, ["churn_risk_score"], Slice.of("month", since="2026-06-01", until="2026-07-01")).iloc[0]
    assert not judged.usable
    assert judged.reason.startswith("Withheld: on later accounts it did not see, its error")
    assert judged.scores["brier"] >= judged.scores["base_brier"]
    assert len(judged.calibration) == 10  # one may look why
    assert judged.drivers.empty
    assert (pd.isna(cell["value"]), pd.isna(cell["low"])) == (True, True)
    assert judged.reason in cell["note"]


def test_a_history_that_is_too_small_is_said() -> None:
    with kept_version(company()).cursor() as con:
        judged = analysis.judgement(con, "win_prediction")
    assert not judged.usable
    assert "the history is too small" in judged.reason
    with make_version({}) as con:
        reasons = {kpi: analysis.judgement(con, kpi).reason for kpi in ("churn_risk_score", "win_prediction")}
    assert "It has 0 accounts with the outcome to learn from; 20 are needed." in reasons["churn_risk_score"]
    assert "It has 0 deals with the outcome to learn from; 20 are needed." in reasons["win_prediction"]


def test_a_deals_chance_is_judged_by_what_became_of_it(pipeline: duckdb.DuckDBPyConnection) -> None:
    judged = analysis.judgement(pipeline, "win_prediction")
    assert judged.usable
    seen = told(pipeline, "win_prediction", "chance")
    status = {r["opportunity_id"]: r["status"] for r in deals()["opportunities"]}
    seen = seen[(seen["taken_at"] >= judged.scores["cut_at"]) & (seen["opportunity_id"].map(status) != "open")]
    won = seen["opportunity_id"].map(status) == "won"
    assert (judged.scores["judged_rows"], judged.scores["judged_happened"]) == (len(seen), won.sum())
    assert judged.scores["auc"] == pytest.approx(roc_auc_score(won, seen["chance"]))
    assert judged.scores["brier"] == pytest.approx(brier_score_loss(won, seen["chance"]))
    assert judged.drivers["feature"].iloc[0] == "source_win_rate"


def test_the_expected_value_of_the_pipeline(pipeline: duckdb.DuckDBPyConnection) -> None:
    asked = Slice.of("month", since="2026-06-01", until="2026-07-01")
    frame = compute(pipeline, ["win_prediction"], asked, beside=True)
    behind = rows(pipeline, "win_prediction", "2026-06-01", asked)
    open_ = [r for r in deals()["opportunities"] if r["status"] == "open"]
    beside = frame.set_index("item")["value"]
    assert frame["n"].iloc[0] == len(behind) == len(open_)
    assert beside["pipeline"] == sum(r["amount"] for r in open_)
    assert beside["expected"] == pytest.approx((behind["chance"] * behind["amount"].astype(float)).sum())
    assert behind["_source"].eq("opportunities.csv").all()


def test_a_past_win_rate_knows_only_the_past(pipeline: duckdb.DuckDBPyConnection) -> None:
    table = pd.DataFrame(deals()["opportunities"])
    for taken, rate in pipeline.execute(
        "SELECT DISTINCT taken_at, source_win_rate FROM fact_deal_signal "
        "WHERE source = 'web' AND taken_at > '2025-06-01'"
    ).fetchall():
        past = table[table["closed_at"] < taken]
        own = past[past["source"] == "web"]
        overall = (past["status"] == "won").mean()
        assert rate == pytest.approx(((own["status"] == "won").sum() + 5 * overall) / (len(own) + 5))


def test_a_closed_deal_without_its_day_is_no_deal_and_an_open_one_has_no_end() -> None:
    deal = {"customer_id": "x", "amount": 5, "created_at": "2026-02-10"}
    tables = {
        "subscriptions": [{"customer_id": "x", "start_date": "2026-01-01", "amount": 1}],
        "opportunities": [{**deal, "opportunity_id": "1", "status": "won"},
                          {**deal, "opportunity_id": "2", "status": "open", "closed_at": "2026-02-20"},
                          {**deal, "opportunity_id": "3", "status": "lost", "closed_at": "2026-02-20"}],
    }  # fmt: skip
    with make_version(tables, as_of="2026-03-01") as con:
        there = con.execute("SELECT opportunity_id, age_days FROM fact_deal_signal").fetchall()
    assert there == [("2", 19.0)]


@pytest.mark.parametrize(
    ("rows_after", "happened"),
    [
        ([], False),
        ([{"start_date": "2025-03-01", "end_date": "2025-04-30", "amount": 10}], True),  # a gap of a day to 1 May
        ([{"start_date": "2025-03-01", "end_date": "2025-05-01", "amount": 10}], False),
        ([{"start_date": "2025-03-01", "end_date": "2025-05-01", "amount": 4}], True),  # pays less for a while
        ([{"start_date": "2025-03-01", "end_date": "2025-05-01", "amount": 14}], False),
    ],
)
def test_what_counts_as_leaving_or_paying_less(rows_after: list[dict[str, Any]], happened: bool) -> None:
    """Seen on 1 February; 90 days later is 2 May."""
    first = {"customer_id": "a", "start_date": "2025-01-10", "amount": 10}
    table = [first]
    if rows_after:
        last = {"start_date": "2025-05-01", "amount": 10}
        table = [{**first, "end_date": "2025-03-01"}, *({"customer_id": "a", **row} for row in (*rows_after, last))]
    with make_version({"subscriptions": table}, as_of="2025-06-15") as con:
        found = con.execute("SELECT happened FROM fact_outcome WHERE taken_at = '2025-02-01'").fetchall()
    assert found == [(happened,)]


def test_a_kpi_without_a_model_is_said() -> None:
    with make_version({}) as con, pytest.raises(QueryError, match="'mrr' has no model"):
        analysis.judgement(con, "mrr")
