"""Publishing: what is in the version file afterwards, and that a failed publishing leaves nothing."""

from __future__ import annotations

from datetime import date, datetime

import duckdb
import pytest

from cs_metrics.errors import CancelledError, PublishError
from cs_metrics.schema import TABLES
from cs_metrics.settings import resolve
from cs_metrics.workspace.publish import describe, history, versions
from cs_metrics.workspace.publish.publishing import Published, Request, publish
from cs_metrics.workspace.store.database import cursor
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.progress import Progress
from tests.workspace.loads import load


def no_facts(con: duckdb.DuckDBPyConnection, settings: dict, as_of: datetime) -> None:
    """Facts are not what is tested here."""


@pytest.fixture
def folder(tmp_path) -> Folder:
    return Folder(tmp_path / "acme")


def put(folder: Folder, *loads, mode: str = "append", build=no_facts, **more) -> Published:
    return publish(folder, loads, Request(mode, resolve(more.pop("settings", None)), build, **more), Progress())


def ask(folder: Folder, query: str, *values) -> list[tuple]:
    return cursor(versions.path_of(folder, None)[1]).execute(query, list(values)).fetchall()


A = {"customer_id": "A", "plan": "Pro", "Seats": 5}
B = {"customer_id": "B", "plan": "Basic", "Seats": 7}


def test_every_table_of_the_model_is_there_even_when_empty(folder):
    put(folder, load("customers", [A, B]))
    for table in TABLES:
        ask(folder, f"SELECT _source, _row, _id FROM {table}")
    assert ask(folder, 'SELECT customer_id, "Seats", _source, _row, _id FROM customers ORDER BY 1') == [
        ("A", 5, 1, 2, "A"),
        ("B", 7, 1, 3, "B"),
    ]


def test_columns_say_what_is_mapped_and_how_many_values_there_are(folder):
    put(folder, load("customers", [A, B | {"plan": None}]))
    found = {
        r[0]: r[1:]
        for r in ask(
            folder,
            "SELECT column_name, kind, mapped, distinct_values, nulls FROM _columns WHERE table_name = 'customers'",
        )
    }
    assert found["plan"] == ("model", True, 1, 1)
    assert found["Seats"] == ("attribute", True, 2, 0)
    assert found["region"] == ("model", False, 0, 2)


def test_append_of_the_same_sheet_is_refused_with_a_sentence(folder):
    put(folder, load("customers", [A]))
    with pytest.raises(PublishError, match=r"customers.csv is already loaded into customers"):
        put(folder, load("customers", [A]))
    assert folder.numbers() == [1]


def test_append_skips_the_known_sheet_and_takes_the_new_one(folder):
    put(folder, load("customers", [A]))
    done = put(folder, load("customers", [A]), load("users", [{"user_id": "u", "customer_id": "A"}]))
    assert len(done.skipped) == 1
    assert ask(folder, "SELECT count(*) FROM customers")[0] == (1,)
    assert ask(folder, "SELECT count(*) FROM users")[0] == (1,)


def test_a_ticket_exported_twice_counts_once_and_the_newer_state_holds(folder):
    first = {"ticket_id": "7", "created_at": datetime(2025, 1, 1), "status": "open", "agent": "Ann"}
    put(folder, load("tickets", [first]))
    done = put(
        folder,
        load("tickets", [{"ticket_id": "7", "created_at": datetime(2025, 1, 1), "status": "closed"}], "more.csv"),
    )
    assert ask(folder, "SELECT status, agent, _source FROM tickets") == [("closed", "Ann", 2)]
    assert done.loads[0]["replaced"] == 1


def test_two_lines_of_one_order_both_stay(folder):
    line = {"order_id": "1", "ordered_at": datetime(2025, 1, 1), "amount": 5.0, "product": "x"}
    put(folder, load("orders", [line, line]))
    put(folder, load("orders", [line], "more.csv"))
    assert ask(folder, "SELECT count(*), count(DISTINCT _id) FROM orders") == [(3, 3)]


def test_replace_touches_only_the_tables_of_the_plan(folder):
    put(folder, load("customers", [A, B]), load("users", [{"user_id": "u", "customer_id": "A"}]))
    put(folder, load("customers", [{"customer_id": "C"}]), mode="replace")
    assert ask(folder, "SELECT customer_id FROM customers") == [("C",)]
    assert ask(folder, "SELECT count(*) FROM users") == [(1,)]
    assert ask(folder, "SELECT DISTINCT table_name FROM _loads ORDER BY 1") == [("customers",), ("users",)]
    assert ask(folder, "SELECT count(*) FROM _columns WHERE column_name = 'Seats'") == [(0,)]


def test_upsert_goes_by_the_key_and_null_keys_match_nothing(folder):
    old = [{"order_id": "1", "product": "x"}, {"order_id": None, "product": None}]
    new = [{"order_id": "1", "product": "x"}, {"order_id": None, "product": None}]
    put(folder, load("orders", [o | {"ordered_at": datetime(2025, 1, 1), "amount": 1.0} for o in old]))
    done = put(
        folder, load("orders", [o | {"ordered_at": datetime(2025, 1, 1), "amount": 2.0} for o in new]), mode="upsert"
    )
    assert ask(folder, "SELECT order_id, CAST(amount AS INTEGER) FROM orders ORDER BY 2, 1") == [
        (None, 1),
        ("1", 2),
        (None, 2),
    ]
    assert done.loads[0]["replaced"] == 1


def test_an_attribute_named_like_a_model_column_does_not_overwrite_it(folder):
    put(folder, load("customers", [{"customer_id": "A", "plan": "Pro", "Plan": "old name"}]))
    assert ask(folder, 'SELECT plan, "Plan (file)" FROM customers') == [("Pro", "old name")]


def test_an_attribute_that_changes_type_between_files_becomes_text(folder):
    put(folder, load("customers", [A]))
    put(folder, load("customers", [{"customer_id": "C", "seats": "many"}], "c.csv"))
    assert ask(folder, 'SELECT customer_id, "Seats" FROM customers ORDER BY 1') == [("A", "5"), ("C", "many")]


def test_rows_are_accounted_for(folder):
    aside = [{"status": "rejected", "reason": "no date"}, {"status": "blank", "reason": "blank"}]
    done = put(folder, load("customers", [A, B], aside=aside))
    assert done.loads == [
        {
            "source": "customers.csv",
            "table": "customers",
            "rows": 4,
            "loaded": 2,
            "rejected": 1,
            "set_aside": 1,
            "replaced": 0,
        }
    ]


def test_the_plan_a_customer_had_before_is_kept(folder):
    put(folder, load("customers", [A, B]))
    put(folder, load("customers", [A | {"plan": "Team"}, B], "later.csv"), dated=datetime(2025, 3, 1))
    put(folder, load("customers", [A | {"plan": "Max"}], "last.csv"), mode="replace", dated=datetime(2025, 6, 1))
    assert ask(
        folder,
        "SELECT customer_id, attribute, value, CAST(valid_from AS VARCHAR) FROM customer_attributes "
        "ORDER BY valid_from",
    ) == [
        ("A", "plan", "Pro", "-infinity"),
        ("A", "plan", "Team", "2025-03-01 00:00:00"),
        ("A", "plan", "Max", "2025-06-01 00:00:00"),
    ]


def test_customers_with_their_own_valid_from_become_one_row_and_a_history(folder):
    rows = [A | {"plan": p, "valid_from": d} for p, d in (("Pro", date(2025, 1, 1)), ("Team", date(2025, 4, 1)))]
    put(folder, load("customers", rows))
    assert ask(folder, "SELECT plan FROM customers") == [("Team",)]
    assert ask(folder, "SELECT value FROM customer_attributes WHERE attribute = 'plan' ORDER BY valid_from") == [
        ("Pro",),
        ("Team",),
    ]


def test_as_of_is_the_end_of_the_latest_day_in_the_zone_and_never_an_end_date(folder):
    put(
        folder,
        load(
            "subscriptions",
            [{"customer_id": "A", "start_date": date(2025, 1, 5), "end_date": date(2025, 9, 1), "amount": 1.0}],
        ),
        load("tickets", [{"ticket_id": "1", "created_at": datetime(2025, 3, 31, 23, 30)}]),
        load("costs", [{"incurred_on": date(2025, 2, 1), "kind": "support", "amount": 1.0}]),
        settings={"timezone": "Europe/Berlin"},
    )
    meta = versions.meta(folder.version(1))
    assert meta["as_of"] == "2025-04-02T00:00:00"
    assert meta["table_as_of"] == {
        "subscriptions": "2025-01-06T00:00:00", "tickets": "2025-04-02T00:00:00", "costs": "2025-03-01T00:00:00"
    }  # fmt: skip


def test_a_row_in_the_future_does_not_move_the_as_of(folder):
    put(folder, load("tickets", [{"ticket_id": str(y), "created_at": datetime(y, 1, 1)} for y in (2025, 2199)]))
    assert versions.meta(folder.version(1))["as_of"] == "2025-01-02T00:00:00"


def test_a_failed_publishing_leaves_the_last_version_and_no_file(folder):
    put(folder, load("customers", [A]))

    def broken(con, settings, as_of):
        raise duckdb.BinderException("no such column")

    with pytest.raises(PublishError, match="no such column"):
        put(folder, load("customers", [B], "b.csv"), build=broken)
    assert [p.name for p in folder.versions.iterdir()] == ["0001.duckdb"]
    assert ask(folder, "SELECT customer_id FROM customers") == [("A",)]


def test_a_cancelled_publishing_stops_a_running_statement_and_stores_nothing(folder):
    asked = []

    def slow(con, settings, as_of):
        asked.append(True)
        con.execute("SELECT sum(a.range * b.range) FROM range(10000000) AS a, range(100000) AS b").fetchone()

    request = Request("append", resolve(), slow)
    with pytest.raises(CancelledError, match="cancelled"):
        publish(folder, [load("customers", [A])], request, Progress(None, lambda: bool(asked)))
    assert not list(folder.versions.iterdir())


def test_a_cancelled_publishing_keeps_no_upload(folder):
    kept = []
    request = Request("append", resolve(), lambda *_: kept.append("built"), keep=lambda _: kept.append("kept"))
    with pytest.raises(CancelledError):
        publish(folder, [load("customers", [A])], request, Progress(None, lambda: bool(kept)))
    assert kept == ["built"]
    put(folder, load("customers", [A]), keep=lambda _: kept.append("kept"))
    assert kept == ["built", "kept"]


def test_restoring_makes_a_new_version_and_leaves_the_others(folder):
    put(folder, load("customers", [A]))
    put(folder, load("customers", [B]), mode="replace")
    assert versions.restore(folder, 1, "") == 3
    assert ask(folder, "SELECT customer_id FROM customers") == [("A",)]
    assert versions.meta(folder.version(3))["restored_from"] == 1


def test_facts_of_other_settings_lie_beside_the_version_and_the_oldest_go(folder, monkeypatch):
    monkeypatch.setattr(versions, "SIDECARS_KEPT", 2)

    def mark(con, settings, as_of):
        con.execute("CREATE OR REPLACE TABLE fact_zone AS SELECT $1 AS zone", [settings["timezone"]])

    put(folder, load("customers", [A]), build=mark)
    assert versions.with_facts(folder, 1, resolve(), mark) == folder.version(1)
    for zone in ("Europe/Berlin", "Asia/Tokyo", "America/New_York"):
        path = versions.with_facts(folder, 1, resolve({"timezone": zone}), mark)
        assert cursor(path).execute("SELECT zone FROM fact_zone").fetchone() == (zone,)
    assert len(folder.sidecars()) == 2
    assert folder.numbers() == [1]


def test_unknown_mode_and_table_are_named(folder):
    with pytest.raises(PublishError, match="Did you mean 'append'"):
        put(folder, load("customers", [A]), mode="apend")
    with pytest.raises(PublishError, match="Did you mean 'customers'"):
        put(folder, load("customer", [A]))


def test_history_has_nothing_to_say_about_the_first_upload(folder):
    put(folder, load("customers", [A, B]))
    assert ask(folder, "SELECT count(*) FROM customer_attributes") == [(0,)]
    assert "customer_id" in history.NO_HISTORY
    assert len(describe.sources(cursor(folder.version(1)))) == 1


def test_facts_that_another_release_built_are_built_anew(folder, monkeypatch):
    put(folder, load("customers", [A]))
    built = []

    def build(con, settings, as_of):
        built.append(as_of)

    assert versions.with_facts(folder, 1, resolve(), build) == folder.version(1)
    monkeypatch.setattr(versions.facts, "code", lambda: "0123456789ab")
    assert versions.with_facts(folder, 1, resolve(), build) != folder.version(1)
    assert len(built) == 1
