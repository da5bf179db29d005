"""What publishing would change, worked out by hand on a few rows, and as a law on many."""

from __future__ import annotations

import random
from datetime import date, datetime

import duckdb
import pytest

from cs_metrics.errors import CancelledError, PublishError
from cs_metrics.settings import resolve
from cs_metrics.workspace.publish.lineage import stem
from cs_metrics.workspace.publish.preview import Comparison, TableChanges
from cs_metrics.workspace.publish.publishing import Request, publish, rehearsal
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.progress import Progress
from tests.workspace.loads import load


def no_facts(con: duckdb.DuckDBPyConnection, settings: dict, as_of: datetime) -> None:
    """Facts are not what is tested here."""


@pytest.fixture
def folder(tmp_path) -> Folder:
    return Folder(tmp_path / "acme")


def put(folder: Folder, *loads, mode: str = "append") -> None:
    publish(folder, loads, Request(mode, resolve(), no_facts), Progress())


def changes(folder: Folder, *loads, mode: str = "upsert") -> list[TableChanges]:
    comparison = Comparison(bool(folder.numbers()), mode, {})
    with rehearsal(folder, loads, Request(mode, resolve(), no_facts, seen=comparison.see), Progress()):
        pass
    return comparison.tables


def counted(found: TableChanges) -> tuple[int, int, int, int]:
    return found.new, found.changed, found.unchanged, found.missing


A = {"customer_id": "A", "plan": "Pro", "Seats": 5}
B = {"customer_id": "B", "plan": "Basic", "Seats": 7}
C = {"customer_id": "C", "plan": "Basic", "Seats": 9}


def test_new_changed_unchanged_and_missing_rows_are_told_apart(folder):
    put(folder, load("customers", [A, B, C], "accounts_may.csv"))
    june = load("customers", [A, B | {"plan": "Pro"}, {**C, "customer_id": "D"}], "accounts_june.csv")
    (found,) = changes(folder, june)
    assert counted(found) == (1, 1, 1, 1)
    assert found.columns == {"plan": 1}
    assert found.changes.to_dict("records") == [
        {"row": 3, "key": "B", "column": "plan", "before": "Basic", "after": "Pro"}
    ]
    assert folder.numbers() == [1]
    assert [p.name for p in folder.versions.iterdir()] == ["0001.duckdb"]


def test_rows_of_another_source_are_not_missing(folder):
    put(folder, load("customers", [A], "accounts_may.csv"), load("customers", [B], "partners.csv", fingerprint="other"))
    (found,) = changes(folder, load("customers", [A, C], "accounts_june.csv", fingerprint="new shape"))
    assert counted(found) == (1, 0, 1, 0)


def test_in_mode_replace_every_row_of_the_table_that_does_not_come_again_is_missing(folder):
    put(folder, load("customers", [A], "accounts_may.csv"), load("customers", [B], "partners.csv", fingerprint="other"))
    (found,) = changes(folder, load("customers", [A], "accounts_june.csv", fingerprint="new shape"), mode="replace")
    assert counted(found) == (0, 0, 1, 1)


def test_two_files_of_one_source_together_miss_nothing(folder):
    put(folder, load("customers", [A, B], "accounts.csv"))
    first, second = load("customers", [A], "accounts_1.csv"), load("customers", [B | {"Seats": 8}], "accounts_2.csv")
    (found,) = changes(folder, first, second)
    assert counted(found) == (0, 1, 1, 0)
    assert found.sources == ["accounts_1.csv", "accounts_2.csv"]


def test_a_column_that_the_file_does_not_have_changes_nothing(folder):
    put(folder, load("customers", [A, B]))
    (found,) = changes(folder, load("customers", [{"customer_id": "A", "plan": "Pro"}], "customers_2.csv"))
    assert counted(found) == (0, 0, 1, 1)


def test_an_attribute_that_turns_to_text_is_no_change_where_it_reads_the_same(folder):
    put(folder, load("customers", [A, B]))
    (found,) = changes(folder, load("customers", [A | {"Seats": "5"}, B | {"Seats": "many"}], "customers_2.csv"))
    assert counted(found) == (0, 1, 1, 0)
    assert found.changes[["before", "after"]].values.tolist() == [["7", "many"]]


def test_rows_that_share_a_key_and_rows_without_one_are_said(folder):
    put(folder, load("customers", [A]))
    rows = [A, A | {"plan": "Max"}, B, {"customer_id": None, "plan": "Pro", "Seats": 1}]
    (found,) = changes(folder, load("customers", rows, "customers_2.csv"))
    assert (found.repeated, found.keyless) == (2, 1)
    assert counted(found) == (2, 1, 1, 0)


def test_another_key_can_be_chosen_and_an_unknown_one_is_refused(folder):
    put(folder, load("customers", [A | {"name": "Acme"}, B | {"name": "Bolt"}]))
    rows = [{"customer_id": "A-1", "name": "Acme", "plan": "Pro", "Seats": 5}]
    (found,) = changes(folder, load("customers", rows, "customers_2.csv", key=("name",)))
    assert (found.key, counted(found)) == (("name",), (0, 1, 0, 1))
    assert found.columns == {"customer_id": 1}
    with pytest.raises(PublishError, match=r"cannot be matched by 'nmae'\. Did you mean 'name'"):
        changes(folder, load("customers", rows, "customers_2.csv", key=("nmae",)))


def test_a_table_without_a_key_is_compared_by_whole_rows(folder):
    line = {"ordered_at": datetime(2025, 1, 1), "amount": 5.0}
    put(folder, load("orders", [line, line | {"amount": 6.0}]))
    (found,) = changes(folder, load("orders", [line, line | {"amount": 7.0}], "orders_2.csv"))
    assert (found.key, counted(found)) == ((), (1, 0, 1, 1))


def test_the_first_load_is_all_new(folder):
    (found,) = changes(folder, load("customers", [A, B]))
    assert counted(found) == (2, 0, 0, 0)


@pytest.mark.parametrize("seed", range(6))
def test_new_changed_and_unchanged_are_the_rows_of_the_file_and_publishing_agrees(folder, seed):
    """Whatever the rows: the three add up, and after an upsert the same file has nothing new or changed to say."""
    pick = random.Random(seed)

    def rows(n: int) -> list[dict]:
        ids = pick.sample(range(40), n)
        return [
            {"subscription_id": f"s{i}", "customer_id": f"c{i % 7}", "start_date": date(2025, 1, 1 + i % 3),
             "amount": float(pick.choice([1, 2])), "plan": pick.choice(["Pro", None])}
            for i in ids
        ]  # fmt: skip

    before = rows(pick.randint(5, 25))
    after = rows(pick.randint(5, 25))
    put(folder, load("subscriptions", before, "subscriptions_1.csv"))
    (found,) = changes(folder, load("subscriptions", after, "subscriptions_2.csv"))
    assert found.new + found.changed + found.unchanged == found.rows == len(after)
    old = {r["subscription_id"]: r for r in before}
    ids = {r["subscription_id"] for r in after}
    assert found.new == len(ids - set(old))
    assert found.unchanged == sum(old.get(r["subscription_id"]) == r for r in after)
    assert found.missing == len(set(old) - ids)
    put(folder, load("subscriptions", after, "subscriptions_2.csv"), mode="upsert")
    (again,) = changes(folder, load("subscriptions", after[::-1], "subscriptions_3.csv"))
    assert counted(again)[:3] == (0, 0, len(after))


def test_a_cancelled_preview_leaves_nothing(folder):
    put(folder, load("customers", [A]))
    asked = []

    def slow(con, settings, as_of):
        asked.append(True)
        con.execute("SELECT sum(a.range * b.range) FROM range(10000000) AS a, range(100000) AS b").fetchone()

    request = Request("append", resolve(), slow)
    progress = Progress(None, lambda: bool(asked))
    with pytest.raises(CancelledError), rehearsal(folder, [load("customers", [B], "b.csv")], request, progress):
        pass
    assert [p.name for p in folder.versions.iterdir()] == ["0001.duckdb"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("accounts_2025-05.csv", "Accounts June 2025.xlsx"),
        ("export (3).csv.gz", "export (4).csv.gz"),
        ("1.csv", "1.csv"),
    ],
)
def test_months_and_numbers_do_not_make_another_source(one, other):
    assert stem(one) == stem(other) != ""
    assert stem("accounts.csv") != stem("tickets.csv")
