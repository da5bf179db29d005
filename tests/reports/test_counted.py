"""Rows behind a value, for a reader: who first, plain titles, the file and the row last."""

from __future__ import annotations

import pandas as pd

from cs_metrics.reports.counted import readable


def test_ids_come_first_and_the_file_and_row_last() -> None:
    frame = pd.DataFrame(
        {"score": [9.0], "ticket_id": ["T1"], "cluster": ["C1"], "customer_id": ["C1"], "_value": [1],
         "_source": ["a.csv"], "_row": [7]}
    )  # fmt: skip
    shown = readable(frame)
    assert list(shown.columns) == ["Ticket", "Customer", "Value counted", "Score", "File", "Row"]
    assert shown.iloc[0].tolist() == ["T1", "C1", 1, 9.0, "a.csv", 7]


def test_rows_that_were_made_of_several_name_them_all_in_one_column() -> None:
    frame = pd.DataFrame(
        {"mrr_end": [5.0], "_value": [5.0], "_source": ["a.csv"], "_row": [9], "_rows": ["a.csv: 7, 9"]}
    )
    assert list(readable(frame).columns) == ["Value counted", "MRR at the end", "File and rows"]


def test_no_two_columns_have_one_title() -> None:
    frame = pd.DataFrame(
        {"plan_id": [1], "plan": ["Pro"], "file": ["x"], "_value": [1], "_source": ["a.csv"], "_row": [2]}
    )
    assert list(readable(frame).columns) == ["Plan", "Value counted", "plan", "file", "File", "Row"]
