"""What is written of a KPI: the twelve attributes of its text, and the KPIs near it."""

from __future__ import annotations

from cs_metrics.kpis import KPI
from pages._ui import door

# The twelve attributes of a KPI's text, in the order in which they are read.
ATTRIBUTES = {
    "definition": "Definition",
    "insight": "What it tells the business",
    "measured": "How it is measured",
    "formula": "Formula",
    "trends": "How it moves, and what a trend means",
    "questions": "Questions to ask when it moves",
    "improve": "What to do to improve it",
    "show": "How best to show it",
    "risks": "Risks and misreadings",
    "sources": "Tools and data that feed it",
    "connects": "What it connects to in other processes",
    "effects": "What a change in it does to other KPIs",
}


def texts(found: KPI) -> dict[str, str]:
    """Return the twelve attributes of a KPI's text as plain text, by their headings."""
    told: dict[str, str] = {}
    for field, heading in ATTRIBUTES.items():
        value = getattr(found.doc, field)
        if field == "effects":
            value = " ".join(f"{door.kpi(other).name}: {effect}" for other, effect in value.items())
        told[heading] = value if isinstance(value, str) else " ".join(value)
    return told


def related(kpi_id: str, most: int = 6) -> list[str]:
    """Return the KPIs nearest to one: of its focus area and stage first, then of its category."""
    own = door.kpi(kpi_id)

    def distance(other: KPI) -> int:
        return -2 * (bool(own.area) and other.area == own.area) - (other.category == own.category)

    near = [o for o in door.catalogue() if o.id != kpi_id and distance(o) < 0]
    return [o.id for o in sorted(near, key=distance)[:most]]
