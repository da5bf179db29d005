"""A KPI of one's own: checked, tried on the data, kept; from then on like any other."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

import cs_metrics as cs
from cs_metrics.errors import NotComputableError, QueryError, WorkspaceError
from cs_metrics.kpis.own import OFFERED, OwnKPI, kpi_of
from cs_metrics.sql import quote
from tests.api.conftest import copied
from tests.support import kept_version, make_version

MARCH = {"grain": "month", "since": "2026-03-01", "until": "2026-04-01"}
FAST = {"name": "Solved within a day", "fact": "tickets", "numerator": "count(resolution_hours <= 24)",
        "denominator": "count(resolved_at is not null)", "unit": "share", "condition": "priority in ('high', 'urgent')",
        "dated_by": "resolved_at"}  # fmt: skip


def tickets() -> dict:
    start = datetime(2026, 3, 2)
    hours = ((5, "high"), (30, "high"), (24, "urgent"), (1, "low"), (2, None))
    rows = [{"ticket_id": f"t{i}", "customer_id": f"c{i % 2}", "created_at": start, "priority": priority,
             "resolved_at": datetime(2026, 3, 2 + h // 24, h % 24), "cost": 10 * (i + 1)}
            for i, (h, priority) in enumerate(hours)]  # fmt: skip
    return {"tickets": rows}


def reading(definition: dict) -> str:
    return kpi_of(OwnKPI.of(definition)).forms[0].numerator.each


@pytest.fixture
def workspace(published: cs.Workspace, tmp_path: Path) -> cs.Workspace:
    return copied(published, tmp_path)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> cs.Workspace:
    folder = tmp_path_factory.mktemp("published")
    ws = cs.Workspace(folder / "own")
    file = folder / "tickets.csv"
    lines = ["ticket_id,customer_id,created_at,resolved_at,priority,cost"]
    names = lines[0].split(",")
    lines += [",".join("" if row[name] is None else str(row[name]) for name in names) for row in tickets()["tickets"]]
    file.write_text("\n".join(lines))
    plan = ws.read([file])
    plan.sheets[0].use("tickets", {name: name for name in lines[0].split(",")})
    ws.publish(plan)
    return ws


def test_it_is_computed_like_any_other(workspace: cs.Workspace) -> None:
    kpi = workspace.save_own_kpi(FAST)
    assert kpi == "own_solved_within_a_day"
    v = workspace.version()
    cell = v.kpi(kpi, **MARCH).iloc[0]
    # of 5, 30 and 24 hours (high, high, urgent) two are within 24
    assert (cell["value"], cell["numerator"], cell["denominator"], cell["n"]) == (pytest.approx(2 / 3), 2, 3, 3)
    assert cell["low"] < 2 / 3 < cell["high"]
    opened = v.rows(kpi, period="2026-03-01", grain="month")
    assert sorted(opened["_row"]) == [2, 4]
    assert opened["_value"].sum() == 2
    assert kpi in set(v.kpis().query("computable")["id"])
    direct = v._con().execute(v.sql(kpi, **MARCH)).df()
    assert direct["value"].tolist() == [pytest.approx(2 / 3)]
    by_customer = v.kpi(kpi, by=["customer_id"], **MARCH)
    assert by_customer["numerator"].sum() == 2


def test_totals_means_and_money(workspace: cs.Workspace) -> None:
    total = workspace.save_own_kpi({"name": "Ticket money", "fact": "tickets", "numerator": "sum(cost)",
                                    "unit": "money"})  # fmt: skip
    mean = workspace.save_own_kpi({"name": "Money a ticket", "fact": "tickets", "numerator": "2*sum(cost) - sum(cost)",
                                   "denominator": "count()", "unit": "money"})  # fmt: skip
    frame = workspace.version().compute([total, mean], **MARCH).set_index("kpi")
    assert frame.loc[total, "value"] == 150
    assert frame.loc[mean, "value"] == 30
    assert workspace.version().rows(mean, period="2026-03-01", grain="month")["_value"].sum() == 150


def test_a_share_counts_only_what_is_in_its_base() -> None:
    given = {"name": "A", "fact": "tickets", "numerator": "count(cost > 5)", "denominator": "count(priority = 'high')",
             "unit": "share"}  # fmt: skip
    made = kpi_of(OwnKPI.of(given))
    from cs_metrics.kpis import Slice, compute

    con = kept_version(tickets())
    how = Slice.of("month", since="2026-03-01", until="2026-04-01", definitions={"fresh_days": 3650})
    cell = compute(con, [made.id], how, as_of="2026-09-01", own={made.id: made}).iloc[0]
    assert (cell["numerator"], cell["denominator"]) == (2, 2)


def test_states_of_customers_can_be_counted() -> None:
    rows = [{"customer_id": c, "start_date": "2026-01-01", "end_date": end, "amount": amount}
            for c, end, amount in (("a", None, 100), ("b", "2026-03-15", 50), ("c", None, 10))]  # fmt: skip
    small = {"name": "Small ones kept", "fact": "customers", "numerator": "count(active_end)", "unit": "share"}
    made = kpi_of(OwnKPI.of({**small, "denominator": "count(active_start)", "condition": "mrr_start < 80"}))
    from cs_metrics.kpis import Slice, compute

    how = Slice.of("month", since="2026-03-01", until="2026-04-01", definitions={"fresh_days": 3650})
    cell = compute(make_version({"subscriptions": rows}), [made.id], how, as_of="2026-09-01", own={made.id: made}).iloc[
        0
    ]
    assert (cell["numerator"], cell["denominator"]) == (1, 2)


@pytest.mark.parametrize("text", [
    "count(1); drop table tickets", "(select 1)", "count((select count(*) from customers))", "read_csv('/etc/passwd')",
    "count(priority = $1)", "count(:as_of)", "count(t.priority = 'a')", "count(1 = 1) over ()", "pg_sleep(1)",
    "count(distinct priority)", "sum(*)", "'", "", "count(priority in (select name from customers))", "sum(cost::json)",
    "count(created_at > date 'soon')", "getenv('HOME')", "count(", "cost", "count(email = 'x')", "sum(cost) / 0",
    "count(current_date > created_at)", "x" * 3000])  # fmt: skip
def test_what_is_not_allowed_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(QueryError) as refused:
        reading({"name": "A", "fact": "tickets", "numerator": text})
    assert len(str(refused.value)) > 20


@pytest.mark.parametrize("value", ["o'brien", ":as_of", "$p1", '"', "'; drop table x --", "{numerator}"])
def test_a_value_stays_a_value(value: str) -> None:
    quoted = value.replace("'", "''")
    made = {"name": "A", "fact": "tickets", "numerator": f"count(priority = '{quoted}')"}
    rows = tickets()
    rows["tickets"][0]["priority"] = value
    from cs_metrics.kpis import Slice, compute

    kpi = kpi_of(OwnKPI.of(made))
    how = Slice.of("month", since="2026-03-01", until="2026-04-01", definitions={"fresh_days": 3650})
    assert compute(make_version(rows), [kpi.id], how, as_of="2026-09-01", own={kpi.id: kpi})["value"].tolist() == [1]


def test_division_by_nothing_has_no_value(workspace: cs.Workspace) -> None:
    kpi = workspace.save_own_kpi({"name": "Odd", "fact": "tickets", "numerator": "sum(cost / (cost - cost))"})
    assert workspace.version().kpi(kpi, **MARCH)["value"].tolist() == [0]


def test_what_does_not_fit_the_data_is_not_saved(workspace: cs.Workspace) -> None:
    with pytest.raises(NotComputableError, match=r"needs survey_responses\."):
        workspace.save_own_kpi({"name": "B", "fact": "answers", "numerator": "count(score > 3)"})
    with pytest.raises(QueryError, match="cannot be computed"):
        workspace.save_own_kpi({"name": "B", "fact": "tickets", "numerator": "sum(priority)"})
    with pytest.raises(QueryError, match="count over a count"):
        workspace.save_own_kpi({"name": "B", "fact": "tickets", "numerator": "sum(cost)", "unit": "share"})
    with pytest.raises(QueryError, match="is the name of a KPI that the app has"):
        workspace.save_own_kpi({"name": "mrr", "fact": "tickets", "numerator": "count()"})
    with pytest.raises(QueryError, match="Did you mean 'tickets'"):
        workspace.save_own_kpi({"name": "B", "fact": "ticket", "numerator": "count()"})
    assert workspace.own_kpis() == []


def test_it_is_changed_deleted_and_brought_back(workspace: cs.Workspace) -> None:
    first = workspace.save_own_kpi(FAST)
    with pytest.raises(WorkspaceError, match="already"):
        workspace.save_own_kpi(FAST)
    second = workspace.save_own_kpi({**FAST, "name": "Renamed"}, first)
    assert [row["kpi"] for row in workspace.own_kpis()] == [second]
    workspace.delete_own_kpi(second)
    with pytest.raises(QueryError, match="no KPI"):
        workspace.version().kpi(second)
    workspace.restore_own_kpi(second)
    assert workspace.version().kpi(second, **MARCH)["n"].tolist() == [3]
    assert "own kpi saved" in set(workspace.audit()["action"])


@pytest.mark.parametrize("offered", OFFERED.values(), ids=lambda o: o.name)
def test_every_column_that_is_offered_is_there(offered) -> None:
    con = kept_version({})
    relation = offered.relation(next(iter(offered.dates), ""))
    if offered.dates:
        shown = ", ".join(quote(c) for c in offered.columns)
        con.execute(f"SELECT {shown} FROM {relation.source} AS f").df()
    else:
        named = {total.rsplit(" AS ", 1)[1] for total in relation.totals}
        assert set(offered.columns) <= named
