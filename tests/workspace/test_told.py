"""What each customer file says is kept apart: two files that differ are both listed, and neither silences the other."""

from __future__ import annotations

from datetime import datetime

import duckdb
import pandas as pd
import pytest

from cs_metrics.errors import QueryError
from cs_metrics.facts import believed, customers
from cs_metrics.settings import BY_NAME, resolve
from cs_metrics.workspace.contradictions import told_apart
from cs_metrics.workspace.publish.publishing import Request, publish
from cs_metrics.workspace.store.database import cursor
from cs_metrics.workspace.store.folder import Folder
from cs_metrics.workspace.store.progress import Progress
from tests.workspace.loads import LiteralLoad, load

CRM = [
    {"customer_id": "A", "name": "A Ltd", "region": "EMEA", "Seats": 5},
    {"customer_id": "B", "name": "B Ltd", "region": "AMER", "Seats": 6},
    {"customer_id": "C", "name": "C Ltd", "region": "EMEA", "Seats": 7},
]
BILLING = [
    {"customer_id": "A", "name": "A Ltd", "region": "AMER", "Seats": 5.0},
    {"customer_id": "B", "name": "B Ltd", "region": " amer", "Seats": 8.0},
    {"customer_id": "C", "name": "C Ltd", "region": None, "Seats": 7.0},
    {"customer_id": "D", "name": "D Ltd", "region": "APAC", "Seats": 1.0},
]


def rows_only(con: duckdb.DuckDBPyConnection, settings: dict, as_of: datetime) -> None:
    """Of the facts only the customers' rows."""
    con.execute(f"CREATE OR REPLACE TABLE dim_customer_rows AS {customers.CUSTOMER_ROWS.sql(None)}")
    believed.build(con, settings)


class Company:
    """A workspace in which customer files are published one by one."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder

    def put(self, *loads: LiteralLoad, mode: str = "append", same: dict[str, str] | None = None, **files: str) -> None:
        request = Request(mode, resolve({"believed_files": files}), rows_only, same=same or {})
        publish(self.folder, loads, request, Progress())

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        return cursor(self.folder.version(self.folder.numbers()[-1]))

    def holds(self, column: str) -> dict[str, str]:
        return dict(self.con.execute(f"SELECT customer_id, {column} FROM dim_customer_rows ORDER BY 1").fetchall())

    def listed(self, attribute: str) -> pd.DataFrame:
        return told_apart.listing(self.con, attribute)


@pytest.fixture
def company(tmp_path) -> Company:
    return Company(Folder(tmp_path / "acme"))


def crm(rows: list[dict] = CRM, file: str = "crm.xlsx") -> LiteralLoad:
    return load("customers", rows, file, fingerprint="crm")


def billing(rows: list[dict] = BILLING, file: str = "billing_2025-03.csv") -> LiteralLoad:
    return load("customers", rows, file, fingerprint="billing")


def test_what_the_files_say_differently_is_counted_by_attribute_and_pair_of_files(company):
    company.put(crm(), billing())
    assert told_apart.counts(company.con).values.tolist() == [
        ["Seats", "crm", "billing", "crm.xlsx", "billing_2025-03.csv", 1, 0, 1],
        ["region", "crm", "billing", "crm.xlsx", "billing_2025-03.csv", 1, 0, 1],
    ]
    assert company.listed("region").values.tolist() == [
        ["region", "A", "crm", "EMEA", "crm.xlsx", 2, False],
        ["region", "A", "billing", "AMER", "billing_2025-03.csv", 2, True],
    ]
    assert told_apart.sentences(company.con, {"crm.xlsx"})[1] == (
        "1 customer: region in crm.xlsx and billing_2025-03.csv differ. billing_2025-03.csv holds; choose on "
        "Data, 'Who is who'."
    )
    assert told_apart.sentences(company.con, {"other.csv"}) == []


def test_a_blank_says_nothing(company):
    company.put(crm(), billing())
    assert company.holds("region") == {"A": "AMER", "B": " amer", "C": "EMEA", "D": "APAC"}


def test_the_file_that_is_believed_holds_where_it_says_something(company):
    company.put(crm(), billing(), region="crm")
    assert company.holds("region") == {"A": "EMEA", "B": " amer", "C": "EMEA", "D": "APAC"}
    assert company.holds("Seats")["B"] == "8.0"


def test_files_that_came_in_one_after_the_other_are_kept_apart_too(company):
    company.put(crm())
    assert told_apart.counts(company.con).empty
    company.put(billing())
    assert told_apart.counts(company.con)["customers"].tolist() == [1, 1]
    company.put(billing(file="billing.csv"), mode="replace")
    assert told_apart.counts(company.con).empty


def test_a_newer_file_of_a_source_takes_the_place_of_what_that_source_said(company):
    company.put(crm(), billing())
    later = [{**row, "region": "APAC"} if row["customer_id"] == "A" else row for row in BILLING]
    company.put(billing(later, "billing_2025-04.csv"), region="crm")
    assert company.listed("region")[["file", "value"]].values.tolist() == [
        ["crm.xlsx", "EMEA"],
        ["billing_2025-04.csv", "APAC"],
    ]
    assert company.holds("region")["A"] == "EMEA"
    company.put(billing([{**row, "region": "EMEA"} for row in BILLING if row["customer_id"] == "A"], "billing.csv"))
    assert company.listed("region").empty


def test_a_column_that_a_newer_file_does_not_have_is_still_said_by_the_one_before(company):
    company.put(crm(), billing())
    company.put(billing([{"customer_id": "A", "name": "A plc"}], "billing_2025-04.csv"))
    assert company.listed("region")["file"].tolist() == ["crm.xlsx", "billing_2025-03.csv"]
    assert company.listed("name")["file"].tolist() == ["crm.xlsx", "billing_2025-04.csv"]


def test_a_change_within_a_source_is_history_and_a_difference_between_two_is_none(company):
    company.put(crm(), billing())
    moved = [{**row, "region": "APAC"} if row["customer_id"] == "A" else row for row in CRM]
    company.put(crm(moved, "crm_april.xlsx"))
    history = "SELECT customer_id, attribute, value, origin FROM customer_attributes ORDER BY valid_from"
    assert company.con.execute(history).fetchall() == [("A", "region", "EMEA", "crm"), ("A", "region", "APAC", "crm")]


def test_three_files_are_three_pairs(company):
    third = [{"customer_id": "A", "region": "APAC"}, {"customer_id": "B", "region": "AMER"}]
    company.put(crm(), billing(), load("customers", third, "success.csv", fingerprint="success"), region="billing")
    found = told_apart.counts(company.con)
    assert found[found["attribute"] == "region"][["one", "other", "customers"]].values.tolist() == [
        ["billing", "success", 1],
        ["crm", "billing", 1],
        ["crm", "success", 1],
    ]
    assert company.holds("region")["A"] == "AMER"


def test_ids_that_are_one_customer_are_held_against_each_other(company):
    company.put(
        crm([{"customer_id": "Acme Inc.", "region": "EMEA"}]), billing([{"customer_id": "ACME", "region": "AMER"}])
    )
    assert told_apart.counts(company.con).empty
    one = {"ACME": "Acme Inc."}
    company.put(load("orders", []), same=one)
    assert company.listed("region")[["customer_id", "value", "in_force"]].values.tolist() == [
        ["Acme Inc.", "EMEA", True],
        ["Acme Inc.", "AMER", False],
    ]
    company.put(load("orders", [], "more.csv"), same=one, mode="replace", region="billing")
    assert company.holds("region") == {"Acme Inc.": "AMER"}


@pytest.mark.parametrize("value", ["crm", {"region": ""}, {"region": 3}])
def test_what_is_no_choice_is_refused(value):
    with pytest.raises(QueryError, match="takes the name of a source"):
        BY_NAME["believed_files"].check(value)
