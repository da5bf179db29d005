"""The benchmark of retention: every question has one answer by the app, by SQL and by pandas. No time is asserted."""

from __future__ import annotations

import pytest

from cs_metrics.workspace.store.database import cursor
from tests.benchmarks import cohorts_by_hand, cohorts_by_pandas, retention


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    loads = retention.company(600)
    return cursor(retention.published(tmp_path_factory.mktemp("bench"), loads)), retention.frames_of(loads)


def test_every_question_is_answered_by_all():
    assert set(retention.WORDS) == set(cohorts_by_hand.SQL) == set(cohorts_by_pandas.QUESTIONS)


@pytest.mark.parametrize("name", list(retention.WORDS))
def test_answers_are_the_same(company, name):
    con, frames = company
    answer = retention.ours(con, name)
    assert len(answer) > 10
    assert answer == pytest.approx(cohorts_by_hand.answer(con, name))
    assert answer == pytest.approx(cohorts_by_pandas.answer(frames, name))
