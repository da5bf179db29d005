"""Names and values from a person never become SQL: not a column's, not an attribute's value, not a filter's."""

from __future__ import annotations

import io

import pytest

import cs_metrics as cs

QUOTES = "x\") FROM read_text('/etc/hosts') --"
DOLLAR = "$p1 :minimum_n {period} %s"
KPI = "net_promoter_score"
EVIL = "Pro' OR 1=1; DROP TABLE customers; SELECT $p1 --"


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> cs.Version:
    workspace = cs.Workspace(tmp_path_factory.mktemp("hostile") / "acme")
    head = ",".join(f'"{name.replace(chr(34), chr(34) * 2)}"' for name in ("customer_id", QUOTES, DOLLAR))
    lines = [head, f'C1,"{EVIL}",a', 'C2,"plain",b', 'C3,"plain",a']
    file = io.BytesIO("\n".join(lines).encode())
    file.name = "=cmd|' /C calc'!A0.csv"
    answers = io.BytesIO(
        b"customer_id,survey,score,responded_at\nC1,nps,10,2026-01-05\nC2,nps,0,2026-01-05\nC3,nps,0,2026-01-05"
    )
    answers.name = "answers.csv"
    plan = workspace.read([file, answers])
    plan.sheets[0].use("customers", {"customer_id": "customer_id"}, attributes=[QUOTES, DOLLAR])
    plan.sheets[1].use("survey_responses", {n: n for n in ("customer_id", "survey", "score", "responded_at")})
    return workspace.publish(plan)


@pytest.mark.parametrize("name", [QUOTES, DOLLAR])
def test_an_attribute_named_like_sql_is_a_name(version: cs.Version, name: str) -> None:
    assert name in set(version.dimensions()["name"])
    split = version.compute([KPI], by=[name])
    assert len(split) == 2
    runs = version.sql(KPI, by=[name], where={name: ["plain", "a"]})
    assert "read_text" not in runs.replace(QUOTES.replace('"', '""'), "")


@pytest.mark.parametrize("operator", ["=", "!=", "contains", "starts"])
def test_a_value_like_sql_is_a_value(version: cs.Version, operator: str) -> None:
    found = version.compute([KPI], where={QUOTES: {operator: EVIL}})
    assert found["n"].tolist() == [2 if operator == "!=" else 1]
    rows = version.rows(KPI, where={QUOTES: {operator: EVIL}}, part="denominator")
    assert len(rows) == (2 if operator == "!=" else 1)


def test_a_file_named_like_a_formula_stays_in_its_folder(version: cs.Version) -> None:
    kept = [p for p in (version.workspace.path / "files").rglob("*") if p.is_file()]
    assert len(kept) == 2
    assert {p.parent.parent for p in kept} == {version.workspace.path / "files"}
