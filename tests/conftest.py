"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REAL_DATA = Path(os.environ.get("CS_METRICS_REAL_DATA", Path(__file__).parents[2] / "shared" / "real-data"))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files that nobody on the project wrote; it lies beside the checkout, never in it."""
    if not REAL_DATA.is_dir():
        pytest.skip(f"no real files at {REAL_DATA}: set CS_METRICS_REAL_DATA to their folder")
    return REAL_DATA
