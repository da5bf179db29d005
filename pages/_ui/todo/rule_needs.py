"""What a rule asks of data that these do not have: it is said before anybody tries it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cs_metrics.analysis.feedback.answers import SURVEYS
from cs_metrics.analysis.rules.look import RENEWALS_NEED
from pages._ui import door


def lacks(content: Mapping[str, Any]) -> list[str]:
    """Return the columns ('table.column') and choices ('settings.name') without which a rule can say nothing; none does
    not promise that it fires."""
    conditions = [content] if content["kind"] == "kpi" else content["conditions"]
    return list(dict.fromkeys(name for condition in conditions for name in _of(condition)))


def _of(condition: Mapping[str, Any]) -> Iterable[str]:
    what = condition.get("what", "kpi")
    if what == "renewal":
        known = {f"{table}.{name}" for table, names in door.mapped_columns().items() for name in names}
        return [name for name in RENEWALS_NEED if name not in known]
    if what == "answer":
        return door.needs().get(SURVEYS[condition["survey"]], ())
    return door.needs().get(condition["kpi"], ()) if "kpi" in condition else ()
