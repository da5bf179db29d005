"""The Score part of the Feedback page: the margin, which answers count, the easy end, and whether a change is real."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import cs_metrics as cs

Open = Callable[..., AppTest]


def said(app: AppTest) -> str:
    return "\n".join(str(e.value) for e in [*app.markdown, *app.caption])


def test_the_score_says_its_margin_and_which_answers_count_and_switches_them(open_page: Open) -> None:
    app = open_page("feedback", survey="nps", period="all")
    version = cs.sample().version()
    found = version.feedback_counting("nps")
    given = found.choices.set_index("choice")
    text = said(app)
    assert f"NPS {given.loc['last', 'value']:.0f}, plus or minus" in text
    assert "Each person counts once in a period, with the last answer." in text
    assert f"{found.answers:,} answers in all, of {found.respondents:,} people" in text
    switch = app.segmented_control(key="count_survey_rule")
    assert [o.endswith(f"(n {int(n):,})") for o, n in zip(switch.options, given["n"], strict=True)] == [True] * 3
    switch.set_value("all").run()
    assert not app.exception
    assert '"survey_rule":"all"' in str(app.query_params["def"])
    assert f"n {int(given.loc['all', 'n']):,}" in said(app)
    assert "Every answer counts, so that who answers often weighs more." in said(app)


@pytest.mark.parametrize("survey", ["ces", "post_activation"])
def test_every_survey_says_its_margin(open_page: Open, survey: str) -> None:
    text = said(open_page("feedback", survey=survey, period="all"))
    assert "95 % interval" in text
    assert "Which answers count." in text
    assert "comparisons looked at" in text or "Cannot tell" in text or "more than chance" in text


def test_two_periods_are_picked_and_all_neighbours_stand_below(open_page: Open) -> None:
    asked = {"survey": "csat", "period": "all", "grain": "quarter"}
    app = open_page("feedback", **asked, one="Q4 2025", other="Q1 2026")
    assert "The fall of 34 percentage points from Q4 2025 to Q1 2026 is more than chance would give" in said(app)
    table = next(t.value for t in app.dataframe if "p corrected" in t.value)
    pairs = cs.sample().version().feedback_changes("csat", grain="quarter").pairs
    assert len(table) == len(pairs)
    assert (table["Verdict"] == "more than chance gives").sum() == (pairs["verdict"] == "real").sum() > 0
    far = app.selectbox(key="url_one").set_value("Q3 2025").run()
    assert "so it is corrected for all their pairs" in said(far)


def test_segments_are_compared_each_with_each(open_page: Open) -> None:
    app = open_page("feedback", survey="nps", period="all", over="segments", by="plan", share="detractor")
    assert "percentage points" in said(app)
    table = next(t.value for t in app.dataframe if "p corrected" in t.value)
    plans = cs.sample().version().feedback_changes("nps", by="plan").points
    assert len(table) == len(plans) * (len(plans) - 1) / 2


def test_an_open_end_of_effort_is_asked_kept_and_can_be_changed(
    fresh_home: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CS_METRICS_HOME", str(fresh_home))
    lines = ["survey,customer_id,score,responded_at", *(f"ces,c{i},{1 + i % 3},2026-03-{1 + i:02d}" for i in range(9))]
    (tmp_path / "effort.csv").write_text("\n".join(lines) + "\n")
    ws = cs.Workspace(fresh_home / "effort")
    plan = ws.read([tmp_path / "effort.csv"])
    plan.sheets[0].use("survey_responses", {c: c for c in ("survey", "customer_id", "score", "responded_at")})
    ws.publish(plan)
    app = open_page("feedback", ws="effort", survey="ces", period="all")
    assert "The data do not settle it" in said(app)
    # the mean of 1, 2 and 3 on 1 to 7, or turned round
    assert "Then the score is 2.0" in said(app)
    assert "Then the score is 6.0" in said(app)
    app.button(key="easy_low").click().run()
    assert not app.exception
    assert ws.chosen_settings == {"ces_easy_end": "low"}
    assert "The lowest answer is easy: so it was said for this workspace." in said(app)
    app.button(key="easy_high").click().run()
    assert ws.settings["ces_easy_end"] == "high"
