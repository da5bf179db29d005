"""A preview through the public API: what it promises is what publishing does."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

import cs_metrics as cs

TABLES = ("accounts", "subscriptions", "support_tickets", "churn_events")


def upload(text: str, name: str) -> io.BytesIO:
    file = io.BytesIO(text.encode())
    file.name = name
    return file


def changed_copy(source: Path) -> tuple[str, dict[str, int]]:
    """A ravenstack file a month later: every tenth row is gone, every seventh has another last cell, one is new."""
    with source.open(newline="") as opened:
        head, *rows = csv.reader(opened)
    plan = head.index("plan_tier")
    kept, changed = [], 0
    for place, row in enumerate(rows):
        if place % 10 == 0:
            continue
        if place % 7 == 0:
            row[plan] = "Enterprise" if row[plan] != "Enterprise" else "Basic"
            changed += 1
        kept.append(row)
    fresh = ["A-new" if "account" in name and name.endswith("_id") and i == 0 else cell
             for i, (name, cell) in enumerate(zip(head, rows[1], strict=True))]  # fmt: skip
    out = io.StringIO()
    csv.writer(out).writerows([head, *kept, fresh])
    counts = {"new": 1, "changed": changed, "unchanged": len(kept) - changed, "missing": len(rows) - len(kept)}
    return out.getvalue(), counts


@pytest.mark.parametrize("mode", ["upsert", "replace"])
def test_ravenstack_loaded_again_changes_what_the_preview_said(real_data: Path, tmp_path: Path, mode: str) -> None:
    workspace = cs.Workspace(tmp_path / "ravenstack")
    folder = real_data / "ravenstack"
    first = workspace.read([folder / f"ravenstack_{name}.csv" for name in TABLES])
    for sheet, question in first.questions:
        sheet.answer(question.id, question.suggestion or question.choices[0].value)
    before = workspace.publish(first, "replace")
    text, expected = changed_copy(folder / "ravenstack_accounts.csv")
    plan = workspace.read([upload(text, "ravenstack_accounts_june.csv")])
    files = {path for path in workspace.path.rglob("*") if path.is_file() and "workspace.sqlite" not in path.name}
    seen = workspace.preview(plan, mode)
    (table,) = seen.tables
    assert {name: getattr(table, name) for name in expected} == expected
    assert table.columns == {"plan": expected["changed"]}
    left = {path for path in workspace.path.rglob("*") if path.is_file() and "workspace.sqlite" not in path.name}
    assert left == files
    after = workspace.publish(plan, mode)
    rows = before.tables()["customers"]["rows"]
    gone = expected["missing"] if mode == "replace" else 0
    assert after.tables()["customers"]["rows"] == rows + expected["new"] - gone
    again = workspace.preview(workspace.read([upload(text + "\n", "ravenstack_accounts_july.csv")]), mode)
    (same,) = again.tables
    assert (same.new, same.changed, same.missing) == (0, 0, expected["missing"] - gone)
    told = seen.kpis.set_index("kpi")
    assert len(told) >= 5
    published = again.kpis.set_index("kpi")
    for kpi in told.index:
        assert told.loc[kpi, "after"] == pytest.approx(published.loc[kpi, "before"], nan_ok=True), kpi
    assert (told["before"] != told["after"]).any()


def test_a_changed_amount_is_shown_as_people_write_it(tmp_path: Path) -> None:
    workspace = cs.Workspace(tmp_path / "amounts")
    text = "subscription_id,customer_id,start_date,end_date,monthly_amount\nS1,A,2024-01-01,2024-05-01,{}\n"
    mapping = {
        "subscription_id": "subscription_id", "customer_id": "customer_id", "start_date": "start_date",
        "end_date": "end_date", "amount": "monthly_amount", "billing_period": {"constant": "month"},
    }  # fmt: skip
    plans = [
        workspace.read([upload(text.format(amount), name)]) for amount, name in ((50, "may.csv"), (1200.5, "june.csv"))
    ]
    for plan in plans:
        plan.sheets[0].use("subscriptions", mapping)
    workspace.publish(plans[0])
    (table,) = workspace.preview(plans[1], "upsert").tables
    assert table.changes[["column", "before", "after"]].values.tolist() == [["amount", "50", "1200.5"]]
