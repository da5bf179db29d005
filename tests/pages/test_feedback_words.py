"""The part 'What they wrote' of the Feedback page: the survey's largest themes, the way to all, its comments masked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs

Open = Callable[..., AppTest]


@pytest.mark.parametrize("survey", ["nps", "ces"])
def test_the_largest_themes_of_the_comments_stand_above_them(open_page: Open, survey: str) -> None:
    app = open_page("feedback", ws="sample", survey=survey, show="words", period="all")
    themes = cs.sample().version().themes(origins=survey, survey=survey, days=90)
    told = [str(m.value) for m in app.markdown]
    shown = [line.removeprefix("##### ") for line in told if line.startswith("##### ")]
    assert shown == themes[themes["texts"] > 0]["theme"].head(3).tolist()
    n = int(cs.sample().version().text_counts(origins=survey)["texts"].sum())
    assert any(line.startswith(f"**{n:,} texts; ") for line in told)
    assert {"Comment", "File", "Row"} <= set(app.dataframe[-1].value.columns)
