"""Write the sample company to data/sample, with its mapping and settings, and the template: python -m data.generate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cs_metrics.reports.template import template_workbook
from data.company import business, service, team
from data.company.export import Sheet, files
from data.company.world import build

SAMPLE = Path(__file__).parent / "sample"
TEMPLATE = Path(__file__).parent / "template.xlsx"
SETTINGS = {
    "timezone": "UTC",
    "currency": "USD",
    # some 20 customers join in a month: the default of 30 would grey every monthly cohort
    "minimum_n": 10,
    "key_event": "report_created",
    "key_features": ["Reports", "Dashboards"],
    "expansion_features": ["Automations", "Forecasts"],
    "intent_events": ["pricing_viewed", "seat_limit_reached"],
    "key_milestones": ["onboarding_completed", "first_value"],
}


def sheets() -> list[Sheet]:
    """Return every sheet of the sample company."""
    world = build()
    return [*business.sheets(world), *service.sheets(world), *team.sheets(world)]


def mapping(all_sheets: list[Sheet]) -> dict[str, dict[str, Any]]:
    """Return 'file' or 'file/sheet' -> {"table", "mapping"}, or {"skip": true} for a sheet that is no data."""
    return {s.key: {"table": s.table, "mapping": s.mapping} if s.table else {"skip": True} for s in all_sheets}


def main() -> None:
    SAMPLE.mkdir(exist_ok=True)
    made = sheets()
    for name, content in files(made).items():
        (SAMPLE / name).write_bytes(content)
    for name, value in (("mapping.json", mapping(made)), ("settings.json", SETTINGS)):
        (SAMPLE / name).write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    TEMPLATE.write_bytes(template_workbook())
    size = sum(p.stat().st_size for p in SAMPLE.iterdir())
    print(f"{len(list(SAMPLE.iterdir()))} files, {size / 1e6:.2f} MB in {SAMPLE}")


if __name__ == "__main__":
    main()
