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
from cs_metrics.ingest.reading.limits import Limits, variable
from cs_metrics.kpis.catalogue import places
from cs_metrics.kpis.listing import search
from cs_metrics.schema import TABLES
from cs_metrics.settings import SETTINGS
from cs_metrics.workspace.kept.people import Role
from pages._ui.serving import access

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


def test_the_app_says_first_who_reaches_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tasks, "ROOT", tmp_path)
    for setting in (*access.OIDC.values(), access.ACCESS):
        monkeypatch.delenv(setting, raising=False)
    assert tasks.reach([]).startswith("Open to this machine only")
    assert tasks.reach(["--server.address", "0.0.0.0"]) == ""
    monkeypatch.setenv(access.ACCESS, "open")
    assert tasks.reach([]) == ""


def test_python_of_the_readme_uses_what_there_is() -> None:
    block = re.search(r"```python\n(.+?)```", README, re.DOTALL)
    assert block is not None
    calls = [n for n in ast.walk(ast.parse(block.group(1))) if isinstance(n, ast.Attribute)]
    known = {name for face in (cs, cs.Workspace, cs.Version) for name in dir(face)} | {"sheets"}
    assert {c.attr for c in calls} <= known


def test_files_that_the_readme_shows_are_there() -> None:
    for target in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / target).is_file(), target


def test_readme_names_every_limit_of_reading_with_its_default() -> None:
    rows = re.findall(r"^\| `(CS_METRICS_READ_\w+)` \| ([\d,]+) \|", README, re.MULTILINE)
    told = {name: int(value.replace(",", "")) for name, value in rows}
    assert told == {variable(field.name): getattr(Limits(), field.name) for field in fields(Limits)}


def test_readme_names_what_sign_in_takes_under_the_heading_that_the_app_tells_of() -> None:
    section = README.split("## People and sign-in\n")[1].split("\n## ")[0]
    assert set(re.findall(r"CS_METRICS_\w+", section)) == {*access.OIDC.values(), access.ACCESS, access.MAY_CREATE}
    assert all(f"*{role}*" in section for role in Role)
    assert "README.md, 'People and sign-in'" in Path(access.__file__).read_text(encoding="utf-8")


def attributes(kpi: kpis.KPI) -> dict[str, list[str]]:
    """The texts of each of the twelve attributes."""
    found = {}
    for field in fields(kpi.doc):
        value = getattr(kpi.doc, field.name)
        found[field.name] = [value] if isinstance(value, str) else list(getattr(value, "values", lambda v=value: v)())
    return found


@pytest.mark.parametrize("kpi", kpis.CATALOGUE.values(), ids=lambda kpi: kpi.id)
def test_kpi_explains_itself_in_twelve_attributes(kpi: kpis.KPI) -> None:
    told = attributes(kpi)
    assert len(told) == 12
    for name, texts in told.items():
        assert texts, name
        assert all(len(text.split()) >= 2 for text in texts), (name, texts)
        assert sum(len(text) for text in texts) >= (15 if name == "formula" else 40), (name, texts)
    assert len(told["questions"]) >= 3
    assert len(told["improve"]) >= 3
    assert len(kpi.doc.effects) >= 2
    assert set(kpi.doc.effects) <= set(kpis.CATALOGUE) - {kpi.id}


@pytest.mark.parametrize("kpi", kpis.CATALOGUE.values(), ids=lambda kpi: kpi.id)
def test_kpi_has_its_place(kpi: kpis.KPI) -> None:
    assert kpi.category in places.CATEGORIES
    assert kpi.area in places.AREAS
    assert kpi.stage in places.STAGES
    assert kpi.audience in ("team", "leadership", "executives")
    assert kpi.better in ("higher", "lower", "neither")
    assert kpi.unit in ("share", "score", "money", "count", "hours", "days", "ratio")


def test_no_two_kpis_share_a_sentence() -> None:
    seen: dict[str, str] = {}
    for kpi in kpis.CATALOGUE.values():
        for texts in attributes(kpi).values():
            for text in texts:
                for sentence in re.split(r"(?<=[.!?;]) ", text):
                    words = re.sub(r"\W+", " ", sentence).casefold().strip()
                    if len(words.split()) > 5:
                        assert seen.setdefault(words, kpi.id) == kpi.id, (sentence, seen[words], kpi.id)


def test_the_catalogue_is_the_contract() -> None:
    """Ids, names, units and directions are those that the definitions give, where they lie beside the project."""
    contract = ROOT.parent / "shared" / "kpis.md"
    if not contract.is_file():
        pytest.skip("the definitions do not lie beside the project")
    better = {"+": "higher", "-": "lower", "0": "neither"}
    rows = re.findall(r"^\| ([a-z_0-9]+) \| (.+?) \| .+ \| (\w+) \| (\w+) \| ([+0-]) \|$", contract.read_text(), re.M)
    rows = [row for row in rows if row[0] != "id"]
    assert len(rows) == 120
    assert {row[0] for row in rows} == set(kpis.CATALOGUE)
    for kpi_id, name, _kind, unit, direction in rows:
        kpi = kpis.CATALOGUE[kpi_id]
        assert (unit, better[direction]) == (kpi.unit, kpi.better), kpi_id
        called = {n.casefold() for n in (kpi.name, *kpi.also)}
        plain = name.casefold() == kpi.name.casefold()  # what stands in brackets is a part of the name
        for wanted in [name] if plain else re.split(r", |; ", re.sub(r"^(.+?) \((.+)\)$", r"\1, \2", name)):
            found = search(wanted, kpis.CATALOGUE.values())
            assert wanted.casefold() in called or kpi_id in found, (kpi_id, wanted, called)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_setting_has_help_and_a_default_that_fits(setting) -> None:
    assert setting.help.endswith(".")
    assert setting.check(setting.default) == setting.default


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_column_has_help(table) -> None:
    assert [c.name for c in table.columns if not c.help] == []


def test_number_of_kpis_that_the_readme_tells() -> None:
    assert re.findall(r"(\d+) KPIs", README) == [str(len(kpis.CATALOGUE))]
