"""The rules of the scores are data: what is wrong in them is said with what there is."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cs_metrics.errors import QueryError
from cs_metrics.score_rules import DEFAULTS, SIGNALS, check
from cs_metrics.settings import resolve

HEALTH = "customer_health_score"


def test_the_defaults_are_rules_and_their_weights_are_percent() -> None:
    assert check(DEFAULTS) == DEFAULTS
    assert {
        score: sum(rule["weight"] for rule in rules.values()) for score, rules in DEFAULTS.items()
    } == dict.fromkeys(DEFAULTS, 100)


def test_what_is_not_named_keeps_its_default() -> None:
    found = resolve({"scores": {HEALTH: {"support": {"weight": 40}}}})["scores"]
    assert found[HEALTH]["support"] == DEFAULTS[HEALTH]["support"] | {"weight": 40.0}
    assert found[HEALTH]["payment"] == DEFAULTS[HEALTH]["payment"]
    assert resolve()["scores"] == DEFAULTS


def test_another_kind_of_rule_drops_the_numbers_of_the_old_one() -> None:
    found = check({HEALTH: {"payment": {"rule": "target", "target": 1}}})[HEALTH]["payment"]
    assert found == {"signal": "late_share_180", "weight": 15.0, "rule": "target", "target": 1.0}


def test_rules_may_be_given_as_json() -> None:
    assert check(f'{{"{HEALTH}": {{"support": {{"weight": 1}}}}}}')[HEALTH]["support"]["weight"] == 1
    with pytest.raises(QueryError, match="is no JSON"):
        check("{")


@pytest.mark.parametrize(
    ("score", "component", "change", "said"),
    [
        ("health", "support", {}, "no score 'health'"),
        (HEALTH, "suport", {}, "no component 'suport'. Did you mean 'support'?"),
        (HEALTH, "support", {"weight": -1}, "a weight is 0 or more, not -1"),
        (HEALTH, "support", {"weight": "x"}, "'x' is not a number"),
        (HEALTH, "support", {"weight": True}, "True is not a number"),
        (HEALTH, "support", {"weight": float("inf")}, "inf is not a number"),
        (HEALTH, "support", {"rule": "ranked"}, "no rule 'ranked'. Did you mean 'rank'?"),
        (HEALTH, "support", {"rule": "target"}, "a rule 'target' needs 'target'"),
        (HEALTH, "engagement", {"target": 0}, "a target is above 0, not 0"),
        (HEALTH, "engagement", {"goal": 3}, "a rule 'target' has no 'goal'"),
        (HEALTH, "support", {"signal": "open_ticket"}, "no signal 'open_ticket'. Did you mean 'open_tickets'?"),
        (HEALTH, "support", {"signal": HEALTH}, f"no signal '{HEALTH}'"),
        (HEALTH, "support", {"rule": "rank", "better": "lower"}, "'open_tickets' is not ranked. Ranked are events_30"),
        (HEALTH, "adoption", {"better": "more"}, "better is 'higher' or 'lower', not 'more'"),
        (HEALTH, "support", {"steps": []}, "steps are pairs [from, points], not []"),
        (HEALTH, "support", {"steps": [[0, 100, 1]]}, "steps are pairs [from, points]"),
        (HEALTH, "support", {"steps": [[1, 100], [1, 50]]}, "first numbers must rise"),
        (HEALTH, "support", {"steps": [[0, 120]]}, "points lie between 0 and 100"),
        (HEALTH, "support", 5, "takes {'weight': 10"),
        ("our_team_engagement", "quality", {"signal": "nps_answer"}, "no signal 'nps_answer'"),
        ("our_team_engagement", "quality", {"rule": "rank", "better": "higher"}, "None is"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(score: str, component: str, change: Any, said: str) -> None:
    with pytest.raises(QueryError, match=re.escape(said)):
        resolve({"scores": {score: {component: change}}})


def test_a_score_needs_a_weight() -> None:
    with pytest.raises(QueryError, match="at least one weight must be above 0"):
        check({HEALTH: {name: {"weight": 0} for name in DEFAULTS[HEALTH]}})


@pytest.mark.parametrize("value", [5, {HEALTH: 5}, [HEALTH]])
def test_a_shape_that_is_none_is_said(value: Any) -> None:
    with pytest.raises(QueryError, match="takes"):
        check(value)


def test_every_signal_explains_itself() -> None:
    assert all(signal.help.endswith(".") for signal in SIGNALS.values())
    assert len({signal.help for signal in SIGNALS.values()}) == len(SIGNALS)
