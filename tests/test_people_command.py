"""`python -m cs_metrics people`: the first owner of a workspace, and whoever comes after."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import cs_metrics as cs
from cs_metrics.__main__ import main


@pytest.fixture
def people(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    folder = str(cs.Workspace(tmp_path / "acme").path)

    def run(*arguments: str) -> tuple[int, str]:
        code = main(["people", "-w", folder, *arguments])
        told = capsys.readouterr()
        return code, told.err if code else told.out

    return run


def test_first_owner_then_a_team(people) -> None:
    assert people("list") == (0, "No rows.\n")
    code, said = people("invite", "Ana@Acme.com", "--role", "owner")
    assert (code, said) == (0, "ana@acme.com may come into 'acme' as owner: by signing in.\n")
    assert json.loads(people("invite", "bo@acme.com", "--json")[1]) == {"email": "bo@acme.com", "role": "viewer"}
    assert people("role", "bo@acme.com", "editor")[1] == "bo@acme.com is editor of 'acme' now.\n"
    listed = json.loads(people("list", "--json")[1])
    assert [(one["email"], one["role"], one["seen_at"]) for one in listed] == [
        ("ana@acme.com", "owner", None),
        ("bo@acme.com", "editor", None),
    ]
    assert json.loads(people("remove", "BO@acme.com", "--json")[1]) == {"email": "bo@acme.com", "role": None}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("remove", "ana@acme.com"), "only owner"),
        (("role", "ana@acme.com", "viewer"), "only owner"),
        (("invite", "ana"), "no e-mail address"),
        (("invite", "bo@acme.com", "--role", "king"), "There is no role 'king'"),
        (("role", "bo@acme.com", "viewer"), "no member"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_changes_nothing(people, arguments: tuple[str, ...], why: str) -> None:
    people("invite", "ana@acme.com", "--role", "owner")
    code, said = people(*arguments)
    assert code == 2
    assert why in said
    assert len(said.splitlines()) == 1
    assert [one["role"] for one in json.loads(people("list", "--json")[1])] == ["owner"]
