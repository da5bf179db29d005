"""What is asked about a sheet of answers: an NPS that may begin at 1, and the easy end of an effort score."""

from __future__ import annotations

from pathlib import Path

import cs_metrics as cs


def sheet_of(tmp_path: Path, column: str, scores: list[int]) -> tuple[cs.Workspace, object]:
    lines = [f"Date,User,{column}", *(f"2026-03-{1 + i % 28:02d},u{i},{s}" for i, s in enumerate(scores))]
    file = tmp_path / "answers.csv"
    file.write_text("\n".join(lines) + "\n")
    ws = cs.Workspace(tmp_path / "home" / "acme")
    return ws, ws.read([file])


def test_many_answers_without_a_zero_may_have_been_asked_from_one(tmp_path: Path) -> None:
    ws, plan = sheet_of(tmp_path, "NPS", [1, 5, 7, 9, 10] * 20)
    question = next(q for q in plan.sheets[0].questions if q.id == "scale:survey_responses")
    assert question.default == "0-10"
    assert "none of 100 answers is 0" in question.evidence
    plan.sheets[0].answer(question.id, "1-10")
    version = ws.publish(plan)
    # 100 * (40 - 40) / 100 as they stand; none is left where only 0 to 10 counts
    assert version.kpi("net_promoter_score").iloc[0][["value", "n"]].tolist() == [0, 100]
    assert version.kpi("net_promoter_score", definitions={"nps_scales": "0_to_10"}).iloc[0]["n"] == 0


def test_a_zero_few_answers_or_a_named_scale_settle_it(tmp_path: Path) -> None:
    for number, (column, scores) in enumerate(
        (("NPS", [0, 5, 7, 9, 10] * 20), ("NPS", [1, 5, 7, 9, 10] * 4), ("NPS (1-10)", [1, 5, 7, 9, 10] * 20))
    ):
        (tmp_path / str(number)).mkdir()
        _, plan = sheet_of(tmp_path / str(number), column, scores)
        assert not [q for q in plan.sheets[0].questions if q.id.startswith("scale")], column
