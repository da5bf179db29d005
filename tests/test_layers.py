"""The house rules: each room imports only what stands below it, and files stay small enough to read."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "cs_metrics"
FLOORS = (
    ("errors", "score_rules", "setting", "definitions", "settings", "presets", "sql", "lockdown", "schema", "periods"),
    ("ingest",),
    ("facts",),
    ("workspace",),
    ("kpis",),
    ("analysis",),
    ("charts",),
    ("reports",),
    ("api",),
    ("printing",),
    ("archive_commands", "erasing_commands", "people_commands", "report_commands", "rule_commands"),
    ("__init__", "__main__"),
)
GROUND = FLOORS[0]
LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
FILES = sorted(PACKAGE.rglob("*.py"))
LONGEST = 400


def imports(path: Path) -> set[str]:
    """Return the full names of everything that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = path.relative_to(ROOT).with_suffix("").parts[: -node.level] if node.level else ()
            base = ".".join([*package, *([node.module] if node.module else [])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
    return found


def room(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_room_imports_only_from_below(path):
    own = room(path)
    assert own in LEVEL, f"{own} has no floor: add it to FLOORS"
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "cs_metrics":
            continue
        other = parts[1] if len(parts) > 1 and parts[1] in LEVEL else "__init__"
        if other == own:
            continue
        if own in GROUND and other in GROUND:
            assert GROUND.index(other) < GROUND.index(own) or other == "sql", f"{path.name} imports {name}"
        else:
            assert LEVEL[other] < LEVEL[own] or own == "__main__", f"{path.name} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_only_charts_import_altair_and_nothing_imports_streamlit(path):
    names = {name.split(".")[0] for name in imports(path)}
    assert "streamlit" not in names
    assert "altair" not in names or room(path) == "charts"


def test_files_are_short_enough_to_read():
    folders = (PACKAGE, ROOT / "pages", ROOT / "data", ROOT / "tests")
    long = {}
    for folder in folders:
        for path in folder.rglob("*.py"):
            lines = len(path.read_text().splitlines())
            if lines > LONGEST:
                long[str(path.relative_to(ROOT))] = lines
    assert not long


def test_importing_the_library_brings_no_server_along():
    code = "import sys, cs_metrics; print([m for m in ('streamlit', 'altair') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
