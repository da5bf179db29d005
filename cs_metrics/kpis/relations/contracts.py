"""Contracts and what followed them."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Relation
from cs_metrics.kpis.relations.names import within

CONTRACTS_ENDING = Relation(
    name="contracts_ending",
    grain="a contract ending in the period",
    source="fact_contract",
    on=within("ends"),
    columns=("f.product", "f.begins AS began_at", "f.ends AS ended_at", "f.followed_at", "f.renewed_at",
             "f.mrr AS mrr_at_end"),
    moment="f.ends",
    just_before=True,
    table="subscriptions",
    tables=("subscriptions",),
)  # fmt: skip
LAST_CONTRACTS = replace(
    CONTRACTS_ENDING,
    name="last_contracts",
    grain="a customer with a contract ending in the period: the last of them",
    last=("customer_id", "ended_at DESC, renewed_at NULLS LAST, began_at DESC, product"),
)
