"""A person's choices for a plan, written down as JSON: which table a sheet feeds, and how."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cs_metrics.errors import MappingError, did_you_mean
from cs_metrics.ingest.plan import Plan


def load(path: str | Path) -> dict[str, Any]:
    """Return the choices in a file. Raises MappingError when it is not a JSON object."""
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise MappingError(f"'{path}' cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise MappingError(f"'{path}' is not JSON: {error}.") from None
    if not isinstance(found, dict):
        raise MappingError(f'\'{path}\' is not a JSON object of sheets: {{"file.csv": {{"table": ...}}}}.')
    return found


def apply(plan: Plan, choices: Mapping[str, Any]) -> None:
    """Make the choices in a plan. A key is 'file.csv', 'book.xlsx/Sheet' or 'a.zip/file.csv'; a value is one of
    {"table": name, "mapping": {column: source or rule}}, the same with "also": [{"table", "mapping"}, ...], or
    {"skip": true}. Raises MappingError for a sheet, table or column that does not exist."""
    for place, choice in choices.items():
        inside = [s.file for s in plan.sheets if f"{place}/".startswith(f"{s.file}/")]
        file = max(inside, key=len, default=place.partition("/")[0])
        sheet = plan.sheet(file, place[len(file) + 1 :] or None)
        if not isinstance(choice, Mapping) or not (choice.get("skip") or "table" in choice):
            raise MappingError(f'{place}: say {{"table": ..., "mapping": {{...}}}} or {{"skip": true}}.')
        if choice.get("skip"):
            sheet.skip()
            continue
        sheet.use(choice["table"], choice.get("mapping"))
        for more in choice.get("also", ()):
            sheet.also(more["table"], more.get("mapping"))


def answer(plan: Plan, answers: Mapping[str, Any]) -> None:
    """Answer questions by id, in every sheet that asks them. Raises MappingError for one that no sheet asks."""
    for question, value in answers.items():
        asking = [s for s in plan.sheets if question in {q.id for q in s.questions}]
        if not asking:
            known = {q.id for s in plan.sheets for q in s.questions}
            raise MappingError(f"No sheet asks '{question}'. {did_you_mean(question, known)}".rstrip())
        for sheet in asking:
            sheet.answer(question, value)


def open_questions(plan: Plan) -> list[dict[str, Any]]:
    """Return the questions without which nothing is published: file, sheet, id, text, choices, suggestion."""
    return [
        {
            "file": sheet.file,
            "sheet": sheet.sheet,
            "id": q.id,
            "text": q.text,
            "choices": [c.value for c in q.choices],
            "suggestion": q.suggestion,
        }
        for sheet, q in plan.questions
    ]


def report(plan: Plan) -> list[dict[str, Any]]:
    """Return what each sheet would become: file, sheet, tables, rows, loaded, rejected, set_aside, problems, reason."""
    found = []
    for sheet in plan.sheets:
        counts = sheet.counts
        found.append(
            {
                "file": sheet.file,
                "sheet": sheet.sheet,
                "tables": list(sheet.tables),
                "rows": sheet.rows,
                "loaded": counts.loaded if counts else 0,
                "rejected": counts.rejected if counts else 0,
                "set_aside": counts.set_aside if counts else 0,
                "problems": [str(p) for p in sheet.problems],
                "reason": sheet.reason,
            }
        )
    return found
