"""The page on which a score's weights and rules are changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cs_metrics import score_rules
from cs_metrics.errors import QueryError
from pages._ui.kpi import score_parts

Open = Callable[..., AppTest]


@pytest.fixture(scope="module")
def home(fresh_home: Path) -> Path:
    return fresh_home


@pytest.mark.parametrize("score", score_rules.DEFAULTS)
def test_every_score_has_its_rules_on_the_page(open_page: Open, score: str) -> None:
    app = open_page("scores", score=score)
    shown = app.dataframe[0].value
    assert [name.replace(" ", "_") for name in shown["Component"]] == list(score_rules.DEFAULTS[score])
    assert next(b for b in app.button if b.label == "Save the rules").disabled


@pytest.mark.parametrize("score", score_rules.DEFAULTS)
def test_a_rule_that_is_written_is_read_again(score: str) -> None:
    rules = score_rules.check({})[score]
    for name, rule in rules.items():
        row = {"Component": name, "Weight": rule["weight"], "What is looked at": rule["signal"], "Rule": rule["rule"],
               "Numbers": score_parts._written(rule)}  # fmt: skip
        assert score_rules.check({score: {name: score_parts._read(row)}})[score][name] == rule


@pytest.mark.parametrize(("rule", "numbers", "said"), [
    ("target", "many", "a number, like 10"), ("thresholds", "0 100", "steps, like"), ("thresholds", "", "steps, like"),
])  # fmt: skip
def test_what_makes_no_rule_is_said(rule: str, numbers: str, said: str) -> None:
    row = {"Component": "payment", "Weight": 1, "What is looked at": "mrr", "Rule": rule, "Numbers": numbers}
    with pytest.raises(QueryError, match=said):
        score_parts._read(row)
