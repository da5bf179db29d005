"""The docs say what is there: README's commands exist, every KPI and every setting explains itself."""

from __future__ import annotations

import ast
import re
import shlex
from dataclasses import fields
from pathlib import Path

import pytest

import cs_metrics as cs
import tasks
from cs_metrics import kpis
from cs_metrics.__main__ import parser
from cs_metrics.schema import TABLES
from cs_metrics.settings import SETTINGS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^python3? -m cs_metrics .+$", README, re.MULTILINE)


@pytest.mark.parametrize("line", COMMANDS)
def test_command_of_the_readme_parses(line: str) -> None:
    words = shlex.split(line.split("#")[0])[3:]
    assert callable(parser().parse_args(words).command)


def test_two_commands_of_the_readme_exist() -> None:
    named = set(re.findall(r"python3 tasks\.py (\w+)", README))
    assert named == {"run", "test"}
    assert all(callable(getattr(tasks, name)) for name in named)


def test_python_of_the_readme_uses_what_there_is() -> None:
    block = re.search(r"```python\n(.+?)```", README, re.DOTALL)
    assert block is not None
    calls = [n for n in ast.walk(ast.parse(block.group(1))) if isinstance(n, ast.Attribute)]
    known = {name for face in (cs, cs.Workspace, cs.Version) for name in dir(face)} | {"sheets"}
    assert {c.attr for c in calls} <= known


def test_files_that_the_readme_shows_are_there() -> None:
    for target in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / target).is_file(), target


@pytest.mark.parametrize("kpi", kpis.CATALOGUE.values(), ids=lambda kpi: kpi.id)
def test_kpi_explains_itself(kpi: kpis.KPI) -> None:
    texts = {field.name: getattr(kpi.doc, field.name) for field in fields(kpi.doc)}
    assert all(len(text) > (15 if name == "formula" else 40) for name, text in texts.items()), texts
    assert len(set(texts.values())) == len(texts)


def test_no_two_kpis_share_a_definition() -> None:
    definitions = [kpi.doc.definition for kpi in kpis.CATALOGUE.values()]
    assert len(set(definitions)) == len(definitions)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_setting_has_help_and_a_default_that_fits(setting) -> None:
    assert setting.help.endswith(".")
    assert setting.check(setting.default) == setting.default


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_column_has_help(table) -> None:
    assert [c.name for c in table.columns if not c.help] == []


def test_number_of_kpis_that_the_readme_tells() -> None:
    assert re.findall(r"\((\d+) so far\)", README) == [str(len(kpis.CATALOGUE))]
