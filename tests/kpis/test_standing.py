"""How scores are shown: who stands where, and which components moved a score."""

from __future__ import annotations

import pandas as pd
import pytest

import cs_metrics as cs
from cs_metrics.kpis import scores
from cs_metrics.score_rules import DEFAULTS


def test_accounts_are_graded_and_ranked_equal_scores_share_a_rank() -> None:
    frame = pd.DataFrame({"customer_id": ["a", "b", "c", "d"], "item": None, "value": [90.0, 40.0, 90.0, None]})
    found = scores.standing(frame, "customer_id").set_index("customer_id")
    assert found.index.tolist() == ["b", "a", "c"]
    assert found["rank"].to_dict() == {"a": 1, "c": 1, "b": 3}
    assert found.loc["b", ["letter", "colour", "face"]].tolist() == ["D", "yellow", "neutral"]


def test_a_component_without_data_at_one_end_added_nothing_then() -> None:
    before = pd.DataFrame({"item": [None, "use", "help"], "value": [60.0, 20.0, 40.0]})
    now = pd.DataFrame({"item": [None, "use", "pay"], "value": [50.0, 25.0, 25.0]})
    found = scores.moved(now, before)
    assert found["component"].tolist() == ["help", "pay", "use"]
    assert found["change"].tolist() == [-40.0, 25.0, 5.0]


@pytest.mark.parametrize("score", DEFAULTS)
def test_the_parts_add_up_to_the_change_of_the_score(score: str) -> None:
    version = cs.sample().version()
    spans = ({"since": "2025-01-01", "until": "2026-01-01"}, {"since": "2025-07-01", "until": "2026-07-01"})
    before, now = (version.compute([score], **span) for span in spans)
    whole = [frame.loc[frame["item"].isna(), "value"].iloc[0] for frame in (before, now)]
    assert scores.moved(now, before)["change"].sum() == pytest.approx(whole[1] - whole[0])
