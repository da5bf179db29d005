"""Records with a separator too many or too few."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingest.reading import names, read_text, rows

HEAD = "id,customer,plan,since,mrr\n"
GOOD = "".join(f"C-{i},Firm {'abc'[i % 3]} & Co,Pro plan,2024-01-{i:02},{i}.50\n" for i in range(1, 29))


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("C-77,Acme, Inc.,Pro plan,2024-02-01,9.50", None),  # it might be part of the customer or of the plan
        ("C-77,Acme,,Pro plan,2024-02-01,9.50", ("C-77", "Acme", "Pro plan", "2024-02-01", "9.50")),
        (",C-77,Acme,Pro plan,2024-02-01,9.50", ("C-77", "Acme", "Pro plan", "2024-02-01", "9.50")),
        ("C-77,Acme,Pro plan,2024-02-01 9.50", ("C-77", "Acme", "Pro plan", "2024-02-01", "9.50")),
    ],
)
def test_cells_go_back_under_their_columns_where_one_way_fits(
    tmp_path: Path, line: str, wanted: tuple[str, ...] | None
) -> None:
    sheet = read_text(tmp_path, HEAD + GOOD + line + "\n" + GOOD)
    last = tuple((cell or "").strip() for cell in rows(sheet)[28])
    said = [n for n in sheet.notes if "row 30" in n]
    assert sheet.rows == 57
    if wanted is None:
        assert "".join(last) == line.replace(",", "").replace("Acme Inc", "AcmeInc")
        assert any("Check what they say" in n for n in said)
    else:
        assert last[:5] == wanted
        assert any("was put right" in n for n in said)


def test_a_comma_that_nobody_quoted_beside_typed_columns(tmp_path: Path) -> None:
    good = "".join(f"C-{i},Firm {'abc'[i % 3]} & Co,2024-01-{i:02},{i}.50\n" for i in range(1, 29))
    sheet = read_text(tmp_path, "id,customer,since,mrr\n" + good + "C-77,Acme, Inc.,2024-02-01,9.50\n")
    assert names(sheet) == ["id", "customer", "since", "mrr"]
    assert rows(sheet)[-1] == ("C-77", "Acme, Inc.", "2024-02-01", "9.50")


def test_short_rows_that_fit_are_left_alone(tmp_path: Path) -> None:
    sheet = read_text(tmp_path, HEAD + GOOD + "C-77,Acme\n")
    assert rows(sheet)[-1] == ("C-77", "Acme", None, None, None)
    assert not any("separator" in n or "fewer cells" in n for n in sheet.notes)


@pytest.mark.parametrize(
    "line",
    [
        "C-77;Acme & Co;Pro plan;2024-02-01;9.50",
        "C-77\tAcme & Co\tPro plan\t2024-02-01\t9.50",
        'C-77 Acme & Co "Pro plan" 2024-02-01 9.50',
    ],
)
def test_a_row_that_another_sign_parts_is_put_right(tmp_path: Path, line: str) -> None:
    sheet = read_text(tmp_path, HEAD + GOOD + line + "\n" + GOOD)
    assert rows(sheet)[28] == ("C-77", "Acme & Co", "Pro plan", "2024-02-01", "9.50")
    assert any("separated by another sign than the others and was put right" in note for note in sheet.notes)


@pytest.mark.parametrize(
    "line",
    [
        "C-77 Acme & Co Pro plan 2024-02-01 9.50",  # where the customer ends and the plan begins, no one could tell
        "All prices;in euros;as of;January;2024",
        "C-77;Acme & Co;Pro plan;on request;9.50",
    ],
)
def test_a_row_that_another_sign_parts_is_left_where_the_columns_do_not_settle_it(tmp_path: Path, line: str) -> None:
    sheet = read_text(tmp_path, HEAD + GOOD + line + "\n" + GOOD)
    assert rows(sheet)[28] == (line, None, None, None, None)
