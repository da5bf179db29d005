"""The benchmark of feedback: every question has one answer by the app and by SQL. No time is asserted."""

from __future__ import annotations

import pytest

from tests.benchmarks import voice, voice_data
from tests.benchmarks.voice_questions import QUESTIONS


@pytest.fixture(scope="module")
def version(tmp_path_factory):
    return voice_data.published(tmp_path_factory.mktemp("bench"), 900).version()


@pytest.mark.parametrize("name", list(QUESTIONS))
def test_answers_are_the_same(version, name):
    app, sql = voice.work_of(version, name)
    ours, by_hand = voice.compared(name, app(), sql())
    assert by_hand or name.startswith("theme"), "a question without figures compares nothing"
    assert ours == pytest.approx(by_hand)
