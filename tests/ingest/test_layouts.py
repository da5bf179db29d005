"""Sheets as people lay them out: headers of two rows, totals and notes below, several tables in one sheet."""

from __future__ import annotations

from pathlib import Path

import pytest

from cs_metrics.ingest.sheet import RawSheet
from tests.ingest.reading import names, read_bytes, read_text, rows


def aside(sheet: RawSheet) -> list[tuple[int, str]]:
    return [(a.row, a.kind) for a in sheet.set_aside]


@pytest.mark.parametrize(
    "header",
    [
        ",Q1,,Q2,\nCustomer,Revenue,Cost,Revenue,Cost\n",  # groups written once
        "Customer,Q1,,Q2,\n,Revenue,Cost,Revenue,Cost\n",  # the first name merged over both rows
        ",Q1,Q1,Q2,Q2\nCustomer,Revenue,Cost,Revenue,Cost\n",  # groups written again and again
    ],
)
def test_groups_over_names_are_joined(tmp_path: Path, header: str) -> None:
    sheet = read_text(tmp_path, header + "Acme,1,2,3,4\nBolt,5,6,7,8\n")
    assert names(sheet) == ["Customer", "Q1 / Revenue", "Q1 / Cost", "Q2 / Revenue", "Q2 / Cost"]
    assert rows(sheet) == [("Acme", "1", "2", "3", "4"), ("Bolt", "5", "6", "7", "8")]
    assert aside(sheet) == [(1, "header"), (2, "header")]
    assert "Rows 1 and 2 are the header, joined: 'Q1 / Revenue'." in sheet.notes


def test_units_below_the_names_are_joined(tmp_path: Path) -> None:
    sheet = read_text(tmp_path, "customer,since,mrr\n(name),(first invoice),(in EUR)\nAcme,2024-01-01,5\n")
    assert names(sheet) == ["customer / (name)", "since / (first invoice)", "mrr / (in EUR)"]
    assert rows(sheet) == [("Acme", "2024-01-01", "5")]


def test_a_remark_above_different_names_is_a_title(tmp_path: Path) -> None:
    sheet = read_text(tmp_path, "made,by hand,,for Ann\nid,since,mrr,plan\n1,2024-01-01,5,Pro\n2,2024-01-02,5,Pro\n")
    assert names(sheet) == ["id", "since", "mrr", "plan"]


def test_a_first_row_of_words_for_nothing_is_data(tmp_path: Path) -> None:
    sheet = read_text(tmp_path, "name,seats,mrr\nAcme,n/a,unknown\nBolt,1,2\nCord,3,4\nDune,5,6\nEdge,1,2\nFort,3,4\n")
    assert (names(sheet), sheet.rows) == (["name", "seats", "mrr"], 6)


def test_totals_are_left_out_and_said(tmp_path: Path) -> None:
    text = "plan,region,mrr\nPro,EU,1\nPro,US,2\nSubtotal,,3\nTeam,EU,4\nTeam,US,5\nSubtotal,,9\nGrand total,,12\n"
    sheet = read_text(tmp_path, text)
    assert [r[2] for r in rows(sheet)] == ["1", "2", "4", "5"]
    assert [a.row for a in sheet.set_aside if a.kind == "total"] == [4, 7, 8]
    assert "3 rows sum up others and are left out: rows 4, 7, 8." in sheet.notes


def test_total_above_a_note(tmp_path: Path) -> None:
    sheet = read_text(tmp_path, "plan,region,mrr\nPro,EU,1\nPro,US,2\nTotal,,3\n\nSource: billing,,\n")
    assert [r[2] for r in rows(sheet)] == ["1", "2"]
    assert aside(sheet)[1:] == [(4, "total"), (5, "blank"), (6, "footnote")]


def test_a_customer_called_total_stays(tmp_path: Path) -> None:
    text = "customer,region,mrr\nAcme,EU,1\nTotal Energies,EU,2\nTotal,FR,3\nBolt,US,4\n"
    assert read_text(tmp_path, text).rows == 4


def test_notes_scattered_below_the_table(tmp_path: Path) -> None:
    text = "name,job,age,born\nAnn,cook,41,1980-01-01\nCy,cook,23,2000-01-01\n"
    text += "Dee,cook,31,1990-01-01\nEve,smith,52,1970-01-01\nSome,,,\n,also write,,\n,,at the,bottom\n"
    sheet = read_text(tmp_path, text)
    assert sheet.rows == 4
    assert aside(sheet)[1:] == [(6, "footnote"), (7, "footnote"), (8, "footnote")]


def test_a_last_row_of_which_only_the_name_is_known_stays(tmp_path: Path) -> None:
    sheet = read_text(tmp_path, "name,job,age,born\nAnn,cook,41,1980-01-01\nBob,smith,52,1970-01-01\nCy,,,\n")
    assert sheet.rows == 3


def test_a_first_row_of_text_below_whole_names_is_data(tmp_path: Path) -> None:
    sheet = read_text(tmp_path, "number,as text,notes\nblah,bleh,first\n1,2,a\n3,4,b\n5,6,c\n7,8,d\n9,10,e\n")
    assert (names(sheet), sheet.rows) == (["number", "as text", "notes"], 6)


def test_columns_without_names_of_their_own(tmp_path: Path) -> None:
    assert names(read_text(tmp_path, "a,b,c\n1,b,c\n2,b,c\n3,b,c\n")) == ["a", "b", "c"]


STACKED = (
    "Customers,,\nid,name,plan\n1,Acme,Pro\n2,Bolt,Team\n\n"
    "Tickets,,\nticket,customer,opened,hours\n7,1,2024-01-01,5\n8,2,2024-01-02,6\n9,2,2024-01-03,1\n"
)


def test_tables_one_below_another_are_sheets_of_their_own(tmp_path: Path) -> None:
    first, second = read_bytes(tmp_path, STACKED.encode())
    assert (first.sheet, second.sheet) == ("table 1", "table 2")
    assert (names(first), first.rows) == (["id", "name", "plan"], 2)
    assert (names(second), second.rows) == (["ticket", "customer", "opened", "hours"], 3)
    assert second.data.column("_row").to_pylist() == [8, 9, 10]
    assert sorted([*first.data.column("_row").to_pylist(), *(a.row for a in first.set_aside)]) == [1, 2, 3, 4]
    assert aside(second) == [(5, "blank"), (6, "title"), (7, "header")]


def test_a_table_keeps_its_name_when_the_one_above_grows(tmp_path: Path) -> None:
    grown = STACKED.replace("2,Bolt,Team\n", "2,Bolt,Team\n3,Cord,Pro\n4,Dune,Pro\n")
    first, second = read_bytes(tmp_path, grown.encode())
    assert (first.sheet, second.sheet) == ("table 1", "table 2")
    assert "The sheet holds 2 tables, one below another; this one is rows 8 to 12." in second.notes


def test_a_second_table_of_the_same_columns_and_one_more(tmp_path: Path) -> None:
    text = "id,name,mrr\n1,Acme,5\n2,Bolt,6\nid,name,mrr,plan\n3,Cord,7,Pro\n4,Dune,8,Team\n"
    first, second = read_bytes(tmp_path, text.encode())
    assert (names(first), names(second)) == (["id", "name", "mrr"], ["id", "name", "mrr", "plan"])
    assert (first.rows, second.rows) == (2, 2)


def test_blank_rows_inside_a_table_do_not_part_it(tmp_path: Path) -> None:
    text = "id,name,mrr\n1,Acme,5\n\n2,Bolt,6\n\n\nx3,Cord,7\nx4,Dune,n/a\n"
    (sheet,) = read_bytes(tmp_path, text.encode())
    assert sheet.rows == 4


BESIDE = (
    "id,name,mrr,,ticket,opened,hours\n1,Acme,5,,7,2024-01-01,5\n2,Bolt,6,,8,2024-01-02,6\n"
    "3,Cord,7,,9,2024-01-03,1\n,,,,10,2024-01-04,2\n,,,,11,2024-01-05,3\n"
)


def test_tables_side_by_side_are_sheets_of_their_own(tmp_path: Path) -> None:
    left, right = read_bytes(tmp_path, BESIDE.encode())
    assert (left.sheet, right.sheet) == ("columns A-C", "columns E-G")
    assert (names(left), left.rows) == (["id", "name", "mrr"], 3)
    assert (names(right), right.rows) == (["ticket", "opened", "hours"], 5)
    assert [c.letter for c in right.columns] == ["E", "F", "G"]
    assert aside(left) == [(1, "header"), (5, "blank"), (6, "blank")]
    assert "The sheet holds 2 tables side by side; this one is in columns E-G." in right.notes


@pytest.mark.parametrize(
    "text",
    [
        BESIDE.replace(",,,,10,2024-01-04,2\n", "").replace(
            ",,,,11,2024-01-05,3\n", ""
        ),  # both end together: one table with a blank column
        BESIDE.replace("10,2024-01-04,2\n", ",,\n4,Dune,7,,,,\n5,Edge,7,,9,,\n"),  # columns with gaps
        "id,name,mrr,,note\n1,Acme,5,,new\n2,Bolt,6,,new\n3,Cord,7,,\n4,Dune,7,,\n",  # a lone column of notes
        "id,mrr,,plan,seats\n1,5,,Pro,1\n2,6,,Pro,2\n3,7,,Team,3\nTotal,18,,,\n\nSource: billing,,,,\n",  # lines below
        "id,name,mrr,,,\n1,Acme,5,,1,2\n2,Bolt,6,,3,4\n3,Cord,7,,,\n",  # cells without a header
    ],
)
def test_a_blank_column_inside_a_table_does_not_part_it(tmp_path: Path, text: str) -> None:
    assert len(read_bytes(tmp_path, text.encode())) == 1


def test_tables_of_the_same_columns_side_by_side(tmp_path: Path) -> None:
    text = "id,mrr,,id,mrr\n1,5,,3,6\n2,5,,4,6\n"
    left, right = read_bytes(tmp_path, text.encode())
    assert (rows(left), rows(right)) == ([("1", "5"), ("2", "5")], [("3", "6"), ("4", "6")])


def test_tables_both_ways(tmp_path: Path) -> None:
    blocks = [line.split(",") for line in STACKED.splitlines()]
    text = "".join(",".join([*(row + [""] * 4)[:4], "", str(i), f"n{i}", "5"]) + "\n" for i, row in enumerate(blocks))
    text = text.replace(",0,n0,5\n", ",sku,label,price\n", 1) + ",,,,,10,n10,5\n,,,,,11,n11,5\n"
    found = read_bytes(tmp_path, text.encode())
    assert [s.sheet for s in found] == ["columns A-D, table 1", "columns A-D, table 2", "columns F-H"]
    assert [s.rows for s in found] == [2, 3, 11]
