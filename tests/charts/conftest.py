"""Charts whose every specification is held against Vega-Lite's schema: where they are made they are not."""

from __future__ import annotations

import functools
from typing import Any

import altair as alt
import pytest

from cs_metrics.charts import drawing


@pytest.fixture(autouse=True)
def validated(monkeypatch: pytest.MonkeyPatch) -> None:
    made = drawing._template

    @functools.cache
    def checked(*given: Any) -> dict[str, Any]:
        spec = made(*given)
        alt.Chart.from_dict({**spec, "data": {"name": "rows"}}, validate=True)
        return spec

    monkeypatch.setattr(drawing, "_template", checked)
