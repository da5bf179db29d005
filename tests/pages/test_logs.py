"""Structured logs: each line an object, and nothing in it of a file with personal data, whatever goes wrong."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

SECRETS = ("anna.secret@example.org", "Secretperson", "secret_file", "secret-id-77", "4711.11")

# Loads a file with personal data, and goes wrong in every way there is: errors of ours, of libraries, in threads.
SCRIPT = """
import logging, sys, threading, warnings
from pathlib import Path
from pages._ui.serving import logs
logs.set_up()
import streamlit as st
import cs_metrics as cs
from pages._ui import errors
from streamlit import error_util
from streamlit.logger import get_logger
folder = Path(sys.argv[1])
secrets = sys.argv[2:]
(folder / "secret_file.csv").write_text("Email,Name,Amount\\n" + ",".join((secrets[0], secrets[1], secrets[4])))
(folder / "secret_file.xlsx").write_bytes(b"PK\\x03\\x04" + secrets[0].encode() * 50)
ws = cs.Workspace(folder / "Secretperson Ltd")
plan = ws.read([folder / "secret_file.csv", folder / "secret_file.xlsx"])
assert plan.failures

def go(work):
    try:
        work()
    except Exception as error:
        errors.show(error)
        error_util._log_uncaught_app_exception(error)

go(lambda: (_ for _ in ()).throw(plan.failures[0].error))
go(lambda: ws.version(3))
go(lambda: ws.publish(plan))
go(lambda: ws.segment(secrets[1]))
go(lambda: int(secrets[0]))
go(lambda: {}[secrets[3]])
go(lambda: open(folder / "secret_file.gone"))
get_logger("streamlit.later").warning(f"a value {secrets[0]} of %s", secrets[1])
logging.getLogger("uvicorn.error").error("GET /?ws=%s", secrets[1])
logging.getLogger("asyncio").error("task failed", exc_info=ValueError(secrets[0]))
warnings.warn(secrets[0])
thread = threading.Thread(target=lambda: int(secrets[0]))
thread.start(); thread.join()
raise RuntimeError(secrets[1])
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("logs")
    env = {**os.environ, "CS_METRICS_LOG": "json", "CS_METRICS_HOME": str(folder), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", SCRIPT, str(folder), *SECRETS]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 1
    return [*done.stderr.splitlines(), *done.stdout.splitlines()]


def test_every_line_is_an_object_with_time_level_and_where(written):
    assert len(written) > 15
    for line in written:
        said = json.loads(line)
        assert {"time", "level", "logger"} <= set(said)
        assert "message" in said or "at" in said


def test_nothing_of_the_file_is_in_the_log(written):
    everything = "\n".join(written).casefold()
    for secret in SECRETS:
        assert secret.casefold() not in everything


def test_an_error_can_be_found_by_its_class_its_lines_and_its_reference(written):
    said = [json.loads(line) for line in written]
    shown = [one for one in said if one.get("message", "").startswith("unexpected error, reference ")]
    assert {one["error"][0] for one in shown} == {"ValueError", "KeyError", "FileNotFoundError"}
    assert all(one["frames"] for one in shown)
    told = {one["message"] for one in said if one["logger"] == "cs_metrics.app" and one["level"] == "info"}
    assert "shown to a reader: WorkspaceError" in told
    assert said[-1]["error"] == ["RuntimeError"]


def test_a_level_that_is_none_is_a_sentence():
    code = "from pages._ui.serving import logs; logs.set_up()"
    env = {**os.environ, "CS_METRICS_LOG": "json", "CS_METRICS_LOG_LEVEL": "loud", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True)
    assert "it takes debug, info, warning, error" in done.stderr


def test_our_own_messages_are_about_classes_codes_counts_and_references():
    """What a line of ours puts into the log is one of these; a name, a value or an error's text is not."""
    harmless = {"reference", "code", "len(text)", "type(error).__name__"}
    calls = []
    for path in [*ROOT.glob("cs_metrics/**/*.py"), *ROOT.glob("pages/**/*.py"), ROOT / "app.py", ROOT / "server.py"]:
        for node in ast.walk(ast.parse(path.read_text())):
            func = node.func if isinstance(node, ast.Call) else None
            if (
                isinstance(func, ast.Attribute)
                and isinstance(func.value, ast.Name)
                and func.value.id in {"log", "_LOG"}
            ):
                calls.append(node)
                assert isinstance(node.args[0], ast.Constant), ast.unparse(node)
                assert {ast.unparse(arg) for arg in node.args[1:]} <= harmless, ast.unparse(node)
    assert len(calls) >= 5
