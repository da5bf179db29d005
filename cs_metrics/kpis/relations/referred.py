"""Customers that somebody referred, and the others: what tells a relation's customers apart by it."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Extra, Relation

NEEDS_REFERRED = "referrals.referred_customer_id|customers.referred_by"
"""What a form about referred customers needs."""

_REFERRED = Extra(
    source="fact_referred",
    on="TRUE",
    totals=("TRUE AS is_referred",),
    inner=True,
    name="referred",
)
_OTHERS = replace(
    _REFERRED,
    source="(SELECT d.customer_id, CAST(NULL AS INTEGER) AS _source, CAST(NULL AS BIGINT) AS _row "
    "FROM dim_customer_ids AS d WHERE d.customer_id NOT IN (SELECT customer_id FROM fact_referred))",
    totals=("FALSE AS is_referred",),
    name="not_referred",
)


def of_referred(relation: Relation) -> Relation:
    """Return the relation over referred customers alone. Who was referred does not depend on the period."""
    return replace(
        relation,
        name=f"{relation.name}_of_referred",
        grain=f"{relation.grain}; referred customers only",
        extras=(*relation.extras, _REFERRED),
    )


def of_others(relation: Relation) -> Relation:
    """Return the relation over the customers that nobody referred."""
    return replace(
        relation,
        name=f"{relation.name}_of_others",
        grain=f"{relation.grain}; only customers that nobody referred",
        extras=(*relation.extras, _OTHERS),
    )
