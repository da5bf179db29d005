"""What lifetime values are made of: parts over relations of customers, and the formulas over them."""

from __future__ import annotations

from cs_metrics.kpis.model import Measure, Part, Relation, count, total
from cs_metrics.kpis.relations.orders import BUYERS
from cs_metrics.kpis.relations.states import CLOSING, LIVES, TRAILING

# what is given back to a customer reduces revenue in the period in which it is, with or without another order in it
KNOWN = "customer_id IS NOT NULL"
BUYER = f"{KNOWN} AND orders >= 1"
NEEDS_ORDERS = ("money_source=", "orders.amount", "orders.customer_id")
"""Orders speak where nothing recurs."""


def of_subscriptions(closing: Relation = CLOSING, trailing: Relation = TRAILING, tag: str = "") -> dict[str, Part]:
    return {
        f"{tag}mrr": Part(closing, total("mrr_end", "mrr_end > 0")),
        f"{tag}accounts": Part(closing, count("mrr_end > 0")),
        f"{tag}lost": Part(trailing, count("mrr_start > 0 AND mrr_end <= 0")),
        f"{tag}months": Part(trailing, count("mrr_start > 0")),
    }


def worth(tag: str = "") -> str:
    """The margin on what an account pays a month."""
    return f"CAST({tag}mrr AS DOUBLE) / nullif({tag}accounts, 0) * :gross_margin"


def churn(tag: str = "") -> str:
    return f"CAST({tag}lost AS DOUBLE) / nullif({tag}months, 0)"


def of_orders(buyers: Relation = BUYERS, lives: Relation = LIVES, tag: str = "") -> dict[str, Part]:
    return {
        f"{tag}revenue": Part(buyers, total("amount", KNOWN)),
        f"{tag}buyers": Part(buyers, count(BUYER)),
        f"{tag}days_begun": Part(buyers, Measure("max(days)", "days")),
        f"{tag}lifespan": Part(lives, Measure("sum(area)", "lived")),
    }


def worth_of_orders(tag: str = "") -> str:
    """Average order value x orders per buyer is revenue per buyer."""
    return f"CAST({tag}revenue AS DOUBLE) * {tag}lifespan / nullif({tag}days_begun, 0)"
