"""What is no text, number or day is refused in a sentence before anything is kept."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

import cs_metrics as cs
from cs_metrics.api import given
from cs_metrics.errors import CSMetricsError, QueryError

DAY = date(2026, 3, 1)
NO_DAY = ["soon", "2026-13-01", 3, True, [], float("nan"), timedelta(1)]
NO_NUMBER = ["40", True, [], float("nan"), float("inf"), 10**400, DAY]
NO_TEXT = [3, True, None, [], b"Ana", float("nan"), DAY]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> cs.Workspace:
    return cs.Workspace(tmp_path_factory.mktemp("given") / "acme")


@pytest.mark.parametrize(
    ("field", "bad"),
    [("review_on", NO_DAY), ("benchmark_low", NO_NUMBER), ("benchmark_high", NO_NUMBER), ("owner", NO_TEXT),
     ("benchmark_source", NO_TEXT)],
)  # fmt: skip
def test_a_card_takes_texts_days_and_numbers_alone(workspace: cs.Workspace, field: str, bad: list[object]) -> None:
    for value in bad:
        with pytest.raises(QueryError, match=f"'{field}'"):
            workspace.set_card("mrr", **{"benchmark_source": "a survey", field: value})
    assert workspace.card("mrr")["benchmark_source"] == ""  # nothing was kept


@pytest.mark.parametrize(
    ("field", "bad"),
    [("since", [None, *NO_DAY]), ("until", NO_DAY), ("review_on", NO_DAY), ("low", NO_NUMBER), ("high", NO_NUMBER),
     ("owner", NO_TEXT), ("grain", NO_TEXT)],
)  # fmt: skip
def test_a_target_takes_texts_days_and_numbers_alone(workspace: cs.Workspace, field: str, bad: list[object]) -> None:
    for value in bad:
        with pytest.raises(QueryError, match=f"'{field}'"):
            workspace.save_target("mrr", **{"since": DAY, "low": 1, field: value})
    assert workspace.targets() == []


def test_a_note_takes_a_text_and_a_day_alone(workspace: cs.Workspace) -> None:
    for value in NO_TEXT:
        with pytest.raises(QueryError, match="'text'"):
            workspace.save_note(value, DAY)
    for value in [None, *NO_DAY]:
        with pytest.raises(QueryError, match="'dated'"):
            workspace.save_note("Price change", value)
    assert workspace.notes() == []


def test_a_link_takes_a_day_to_end_on_and_a_kpi_is_asked_for_by_a_text(workspace: cs.Workspace) -> None:
    for value in NO_DAY:
        with pytest.raises(QueryError, match="'expires_at'"):
            workspace.share("overview", expires_at=value)
    for value in (3, None, [], {}):
        with pytest.raises(CSMetricsError, match="by its id"):
            workspace.set_card(value, owner="Ana")


def test_what_is_written_otherwise_but_means_the_same_is_taken(workspace: cs.Workspace) -> None:
    workspace.set_card(
        "mrr", review_on="2026-12-01", benchmark_low=Decimal("0.5"), benchmark_high=np.int64(2), benchmark_source="x"
    )
    held = workspace.card("mrr")
    assert (held["review_on"], held["benchmark_low"], held["benchmark_high"]) == (date(2026, 12, 1), 0.5, 2.0)
    assert given.number(None, "low") is None
