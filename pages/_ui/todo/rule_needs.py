"""What a rule asks of data that these do not have: it is said before anybody tries it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cs_metrics.analysis.feedback.answers import SURVEYS
from pages._ui import door

_RENEWAL = ("contract_start", "contract_end")


def lacks(content: Mapping[str, Any]) -> list[str]:
    """Return the columns ('table.column') and choices ('settings.name') without which a rule can say nothing; none does
    not promise that it fires."""
    conditions = [content] if content["kind"] == "kpi" else content["conditions"]
    return list(dict.fromkeys(name for condition in conditions for name in _of(condition)))


def _of(condition: Mapping[str, Any]) -> Iterable[str]:
    what = condition.get("what", "kpi")
    if what == "renewal":
        known = door.mapped_columns().get("subscriptions", ())
        return [f"subscriptions.{name}" for name in _RENEWAL if name not in known]
    if what == "answer":
        return door.needs().get(SURVEYS[condition["survey"]], ())
    return door.needs().get(condition["kpi"], ()) if "kpi" in condition else ()
