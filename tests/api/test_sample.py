"""The sample company: published once, whoever asks first, and again when what it is made of changes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import cs_metrics as cs
from cs_metrics.api import sample

ROOT = Path(__file__).parents[2]


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A sample company of one file, in a home of its own."""
    files = tmp_path / "files"
    files.mkdir()
    (files / "accounts.csv").write_text("Account ID,Region\nA,EMEA\nB,AMER\n")
    (files / "settings.json").write_text('{"currency": "EUR"}')
    (files / "mapping.json").write_text(
        '{"accounts.csv": {"table": "customers", "mapping": {"customer_id": "Account ID", "region": "Region"}}}'
    )
    monkeypatch.setattr(sample, "FILES", files)
    monkeypatch.setenv("CS_METRICS_HOME", str(tmp_path / "home"))
    return files


def test_it_is_built_once_and_labelled(small):
    workspace = cs.sample()
    assert workspace.path == cs.home() / "sample"
    assert workspace.version().note == "Sample data"
    assert workspace.settings["currency"] == "EUR"
    assert cs.sample().numbers() == [1]


def test_it_is_built_again_when_its_files_change(small):
    cs.sample()
    (small / "accounts.csv").write_text("Account ID,Region\nA,EMEA\n")
    assert cs.sample().version(2).tables()["customers"]["rows"] == 1


def test_two_processes_at_once_build_it_once(small):
    code = (
        "from pathlib import Path; from cs_metrics.api import sample\n"
        f"sample.FILES = Path({str(small)!r})\n"
        "print(sample.sample().numbers())"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    assert [process.communicate()[0].strip() for process in running] == ["[1]", "[1]"]


def test_without_its_files_it_says_so(small, monkeypatch):
    monkeypatch.setattr(sample, "FILES", small / "nowhere")
    with pytest.raises(cs.WorkspaceError, match="run from a checkout"):
        cs.sample()
