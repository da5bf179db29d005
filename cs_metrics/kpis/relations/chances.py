"""Accounts and deals with the chance that a model gives them: its coefficients over what was seen."""

from __future__ import annotations

from cs_metrics.facts.models import CHURN, WIN, Model
from cs_metrics.kpis.model import Relation
from cs_metrics.kpis.relations.accounts import SEEN_BEFORE
from cs_metrics.kpis.relations.names import ACTIVITY
from cs_metrics.score_rules import SIGNALS


def _with_chance(model: Model) -> str:
    """Return the rows of a model's source with their `chance`, 0 to 1; null where the model is withheld.

    What is not known of a row adds nothing, as at the mean.
    """
    names = ["intercept", *model.features]
    told = ", ".join(
        f"max({value}) FILTER (WHERE feature = '{name}') AS {name}_{column}"
        for name in names
        for column, value in (("slope", "coefficient / scale"), ("centre", "centre"))
    )
    terms = " + ".join(
        f"coalesce(m.{name}_slope * ({sql} - m.{name}_centre), 0)" for name, sql in model.features.items()
    )
    return (
        f"(SELECT f.*, 1 / (1 + exp(-(m.intercept_slope + {terms}))) AS chance FROM {model.source} AS f "
        f"CROSS JOIN (SELECT {told} FROM fact_model WHERE model = '{model.name}') AS m)"
    )


AT_RISK = Relation(
    name="at_risk",
    grain="an account active at the last month's end (or at the end of the data), with the chance that it leaves or "
    "pays less within the horizon",
    source=_with_chance(CHURN),
    on=SEEN_BEFORE,
    columns=("f.taken_at", "100 * f.chance AS risk", *(f"f.{name}" for name in SIGNALS if name in CHURN.features)),
    moment="p.ends",
    just_before=True,
    tables=(ACTIVITY,),
    of_snapshots=True,
)
OPEN_DEALS = Relation(
    name="open_deals",
    grain="a deal open at the last month's end (or at the end of the data), with the chance that it is won",
    source=_with_chance(WIN),
    on=SEEN_BEFORE,
    columns=("f.taken_at", "f.opportunity_id", "f.created_at", "f.amount", "f.kind", "f.source", "f.owner",
             "f.age_days", "f.owner_win_rate", "f.source_win_rate", "f.kind_win_rate", "f.chance"),
    moment="p.ends",
    just_before=True,
    table="opportunities",
    tables=("opportunities",),
    unit="opportunity_id",
    of_snapshots=True,
)  # fmt: skip
