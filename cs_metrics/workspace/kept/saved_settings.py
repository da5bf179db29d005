"""The settings of a workspace: what differs from the defaults."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cs_metrics.errors import QueryError
from cs_metrics.settings import BY_NAME, RENAMED, resolve, today
from cs_metrics.workspace.store.records import SETTINGS, Records

AS_OF = "as_of"  # beside the settings proper: the instant up to which the data count, where a person set it


def saved(records: Records) -> dict[str, Any]:
    """Return the settings that were changed, by the names of this release."""
    return today({r["name"]: r["value"] for r in records.rows(records.mine(SETTINGS)) if r["name"] != AS_OF})


def save(records: Records, values: dict[str, Any]) -> dict[str, Any]:
    """Change settings (None: back to the default); return all of them, resolved. Raises QueryError before storing."""
    values = today(values)
    resolve({k: BY_NAME[k].default if v is None and k in BY_NAME else v for k, v in values.items()})
    for old in (old for old, (name, _) in RENAMED.items() if name in values):
        records.delete(SETTINGS, {"name": old})
    for name, value in values.items():
        if value is None:
            records.delete(SETTINGS, {"name": name})
        else:
            records.put(SETTINGS, {"name": name}, {"value": value})
    return resolve(saved(records))


def as_of(records: Records) -> datetime | None:
    """Return the as-of that a person set (in the workspace's zone), or None: the data's own."""
    rows = records.rows(records.mine(SETTINGS).where(SETTINGS.c.name == AS_OF))
    return datetime.fromisoformat(rows[0]["value"]) if rows else None


def set_as_of(records: Records, value: datetime | None) -> None:
    """Set the as-of by hand; None: the data's own again."""
    if value is None:
        records.delete(SETTINGS, {"name": AS_OF})
    elif value.tzinfo is not None:
        raise QueryError("The as-of is a time in the workspace's zone, without an offset.")
    else:
        records.put(SETTINGS, {"name": AS_OF}, {"value": value.isoformat()})
