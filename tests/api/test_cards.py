"""What a team says of a KPI: owner, sign-off, benchmark; who changed which setting and what that did; pruning."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

import cs_metrics as cs
from cs_metrics.errors import QueryError, WorkspaceError
from cs_metrics.workspace.store.records import AUDIT


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("cards")
    ws = cs.Workspace(folder / "cards")
    file = folder / "subscriptions.csv"
    file.write_text("customer_id,start_date,end_date,amount,billing_period\na,2026-01-01,,100,month\n"
                    "b,2026-01-01,2026-03-10,100,month\nb,2026-03-20,,50,month\n")  # fmt: skip
    plan = ws.read([file])
    names = ("customer_id", "start_date", "end_date", "amount", "billing_period")
    plan.sheets[0].use("subscriptions", {name: name for name in names})
    ws.publish(plan)
    return ws.path


@pytest.fixture
def workspace(published, tmp_path) -> cs.Workspace:
    return cs.Workspace(shutil.copytree(published, tmp_path / "cards"))


def test_a_card_starts_empty_and_is_changed(workspace: cs.Workspace) -> None:
    assert workspace.card("mrr")["owner"] == ""
    workspace.set_card("mrr", owner="Ana", review_on=date(2026, 12, 1), who="bob")
    workspace.set_card("mrr", benchmark_low=0.9, benchmark_source="Survey of 200 firms, 2025")
    held = workspace.card("mrr")
    assert (held["owner"], held["review_on"], held["benchmark_low"]) == ("Ana", date(2026, 12, 1), 0.9)
    assert "card changed" in set(workspace.audit()["action"])


def test_a_benchmark_needs_a_range_and_a_source(workspace: cs.Workspace) -> None:
    with pytest.raises(WorkspaceError, match="needs its source"):
        workspace.set_card("mrr", benchmark_low=1)
    with pytest.raises(WorkspaceError, match="lower one"):
        workspace.set_card("mrr", benchmark_low=2, benchmark_high=1, benchmark_source="x")
    with pytest.raises(QueryError, match="Did you mean 'owner'"):
        workspace.set_card("mrr", ownr="x")
    with pytest.raises(QueryError, match="no KPI"):
        workspace.card("nothing_at_all")


def test_a_sign_off_says_what_changed_since(workspace: cs.Workspace) -> None:
    with pytest.raises(WorkspaceError, match="needs a name"):
        workspace.sign_off("net_revenue_retention", " ")
    assert workspace.sign_off("net_revenue_retention", "Ana")["changed_since"] == []
    workspace.set_settings({"minimum_n": 5})
    assert workspace.card("net_revenue_retention")["changed_since"] == []
    workspace.set_settings({"nrr_with_reactivation": True})
    assert workspace.card("net_revenue_retention")["changed_since"] == ["nrr_with_reactivation"]


def test_the_log_says_who_changed_what_and_what_that_did(workspace: cs.Workspace) -> None:
    workspace.set_settings({"nrr_with_reactivation": True}, who="Ana")
    workspace.set_settings({"nrr_with_reactivation": True}, who="again")
    workspace.set_settings({"nrr_with_reactivation": None, "trial_days": 20}, who="Bob")
    latest, first = workspace.definition_changes("net_revenue_retention")
    assert (first["who"], first["before"], first["after"]) == (
        "Ana", {"nrr_with_reactivation": None}, {"nrr_with_reactivation": True})  # fmt: skip
    assert latest["after"] == {"nrr_with_reactivation": None}
    assert workspace.definition_changes("net_promoter_score") == []
    # from the end of March on b pays 50 again: with what came back, March keeps (100 + 50) of 200, as without: b was
    # active at the start. In no month does a customer without MRR at the start come back.
    effect = workspace.effect("net_revenue_retention", first)
    assert effect["before"].dropna().tolist() == effect["after"].dropna().tolist() == [1, 0.75]


def test_an_effect_is_the_difference_of_two_histories(workspace: cs.Workspace) -> None:
    workspace.set_settings({"fiscal_year_starts": 4}, who="Ana")
    workspace.set_settings({"activity_source": "subscriptions", "gross_margin": 0.5}, who="Bob")
    changes = workspace.definition_changes("customer_lifetime_value")
    assert changes[0]["after"] == {"activity_source": "subscriptions", "gross_margin": 0.5}
    effect = workspace.effect("customer_lifetime_value", changes[0]).dropna()
    assert (effect["after"] == effect["before"] / 2).all()


def test_what_nobody_looked_at_for_a_quarter_is_listed_once_that_can_be_told(workspace: cs.Workspace) -> None:
    workspace.looked_at("mrr")
    gone, since = workspace.unseen()
    assert gone == []
    assert since == datetime.now(UTC).date()
    long_ago = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=200)
    with workspace.records.engine.begin() as con:
        con.execute(sa.update(AUDIT).values(happened_at=long_ago))
    gone, _ = workspace.unseen()
    assert "mrr" not in gone
    assert "net_promoter_score" in gone
