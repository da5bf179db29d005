"""An error's sentence: a person's words in it do nothing, and no folder of the server is in it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from cs_metrics.errors import FileError
from pages._ui import errors


def test_no_folder_of_the_server_is_in_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CS_METRICS_HOME", str(tmp_path / "home"))
    error = FileError(f"a.csv: {tmp_path}/home/acme/files/a.csv or {tempfile.gettempdir()}/x/b.csv cannot be opened.")
    said = errors.said(error)
    assert str(tmp_path) not in said
    assert tempfile.gettempdir() not in said
    assert said.endswith("b.csv cannot be opened.")


def test_the_name_of_a_file_is_no_markdown() -> None:
    assert errors.said(FileError("![x](http://evil.example/x.png).csv is empty.")).startswith(r"!\[x\]")
