"""Truncated and mutated files of every format: sheets or a sentence, never a traceback, a hang or too much memory."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from tests.ingest.fuzz import LIMITS, Reader, measured, sound


def test_every_sound_file_is_read(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    reader.read([(f"a.{ending}", content) for ending, content in sound().items()])
    assert dict(reader.outcomes) == {"read": len(sound())}


def test_broken_files_give_sheets_or_sentences() -> None:
    """CS_METRICS_FUZZ_RUNS in the environment makes it longer."""
    runs = int(os.environ.get("CS_METRICS_FUZZ_RUNS", "60"))
    with ProcessPoolExecutor(1, get_context("spawn")) as own:
        reader, peak = own.submit(measured, runs, 20240229).result()
    assert reader.faults == []
    assert reader.outcomes["a sentence"] > runs / 20
    assert reader.outcomes["read"] > runs / 20
    assert peak < LIMITS.memory_mb
