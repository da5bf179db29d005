"""Which of the disputed definitions a KPI reads: those it asks itself, and those by which its facts are built."""

from __future__ import annotations

from cs_metrics.definitions import BY_NAME
from cs_metrics.kpis.model import KPI
from cs_metrics.kpis.relations.names import ACTIVITY, REVENUE

_LIVES = {ACTIVITY, REVENUE, "subscriptions"}
_PRICE = ("subscriptions.amount", "money_source=subscriptions")


def disputed(kpi: KPI) -> frozenset[str]:
    """Return the names of the definitions (see `cs_metrics.definitions`) on which the KPI's value depends."""
    found = set(kpi.settings) & set(BY_NAME)
    if any(_LIVES & set(relation.tables) for form in kpi.every_form for relation in form.relations):
        found |= {"churn_dated", "leaving_source"}
    if any(word in need for form in kpi.every_form for need in form.needs for word in _PRICE):
        found.add("mrr_discounts")
    return frozenset(found)
