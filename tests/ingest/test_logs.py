"""A log of objects a line, with ids within objects and epochs: it is taken for events as it comes."""

from __future__ import annotations

import io
import json

import pytest

from cs_metrics.ingest.plan import read


@pytest.mark.parametrize(("unit", "times"), [("seconds", 1), ("milliseconds", 1000)])
def test_user_event_and_an_epoch_are_events(unit: str, times: int) -> None:
    lines = [
        {"user": {"id": f"u{i % 9}"}, "event": ("login", "export")[i % 2], "at": (1704067200 + i * 3600) * times}
        for i in range(40)
    ]
    log = io.BytesIO("\n".join(map(json.dumps, lines)).encode())
    log.name = "log.jsonl"
    (sheet,) = read([log]).sheets
    assert sheet.tables == ("events",)
    assert sheet.mapping == {"user_id": "user.id", "event": "event", "occurred_at": {"from": "at", "epoch": unit}}
    assert str(sheet.applied[0].data.column("occurred_at")[1]) == "2024-01-01 01:00:00"
