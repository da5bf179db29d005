"""What the numbers of a page stand on, in words: for a file that leaves the app, and for a page's head."""

from __future__ import annotations

from cs_metrics import definitions
from cs_metrics.settings import SETTINGS
from pages._ui import door, filter_bar, formats, where
from pages._ui.links import linked
from pages._ui.people import workspaces

DEFAULTS = "the defaults"
# said elsewhere, or no matter of how a number is counted
UNTOLD = ("currency", "minimum_n", "scores")


def in_force() -> str:
    """Return the disputed definitions that differ from their defaults, as one line; '' where none does."""
    return definitions.words(door.settings())


def told() -> dict[str, str]:
    """Return what a table or a picture says of itself: workspace, version, data, period, filters, definitions and the
    settings that differ from the defaults."""
    if door.version_or_none() is None:
        return {}
    asked = filter_bar.read()
    settings = door.settings()
    others = {
        s.name: settings[s.name]
        for s in SETTINGS
        if settings[s.name] != s.default and s.name not in definitions.BY_NAME and s.name not in UNTOLD
    }
    return {
        "Workspace": workspaces.label(door.workspace().name),
        "Version": str(door.view().number),
        "Data to": formats.last_day(door.as_of()),
        "Period": asked.span,
        "Filters": _filters(asked.where),
        "Definitions": in_force() or DEFAULTS,
        "Other settings": "; ".join(f"{name} = {_plain(value)}" for name, value in others.items()) or DEFAULTS,
    }


def _filters(own: where.Where) -> str:
    """Return the filters that hold; of those of a shared link only what its reader may see."""
    held = linked.opened()
    if held is not None and held.filters == "hidden":
        return "those of the shared link"
    both = where.both(held.where if held is not None else {}, own)
    return where.sentence(both) if both else "none"


def lines(told: dict[str, str]) -> str:
    """Return the same in three short lines, for a picture; the period where it is told."""
    if not told:
        return ""
    first = f"{told['Workspace']}, version {told['Version']}, data to {told['Data to']}."
    first += f" Period: {told['Period']}" if "Period" in told else ""
    return "\n".join([first, f"Filters: {told['Filters']}", f"Definitions: {told['Definitions']}"])


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
