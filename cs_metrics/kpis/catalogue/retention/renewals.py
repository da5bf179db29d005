"""Does what ends go on? KPIs of contracts."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_VALUE, PREVENTION, RETENTION
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, count
from cs_metrics.kpis.relations.contracts import CONTRACTS_ENDING, LAST_CONTRACTS

_NEEDS = (
    "subscriptions.start_date",
    "subscriptions.contract_start",
    "subscriptions.contract_end",
    "subscriptions.end_date|settings.churn_dated=scheduled&subscriptions.cancelled_on",
)
"""Without an end every contract would seem to have rolled over."""
_IN_TIME = "coalesce({0} < :as_of AND {0} <= ended_at + :renewal_grace_days * INTERVAL '1' DAY, FALSE)"
_RENEWED = _IN_TIME.format("renewed_at")
_FOLLOWED = _IN_TIME.format("followed_at")

RENEWAL_RATE = KPI(
    id="renewal_rate",
    name="Customer Renewal Rate",
    also=("Renewal Rate",),
    category=RETENTION,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=PREVENTION,
    stage=AT_VALUE,
    cadence="quarterly",
    follow="renewal_grace_days",
    forms=(
        Form(
            over=LAST_CONTRACTS,
            needs=_NEEDS,
            numerator=count(_RENEWED),
            denominator=count(),
            interval=Interval.WILSON,
            base="customers with a contract ending",
            words="{numerator:customer} under a later contract within {renewal_grace_days:day} of the end / "
            "{denominator:customer} with a contract ending",
        ),
    ),
    doc=Doc(
        definition="The share of the customers with a contract ending in the period that hold another one, of any "
        "product, that ends later, at the latest 30 days after.",
        formula="customers holding a later-ending contract within the grace of their last end / customers with a "
        "contract ending in the period",
        insight="Whether customers say yes when they are free to say no, which is the honest moment of the whole "
        "relationship.",
        measured="Contracts are subscription rows that share customer, product, contract_start and contract_end. Each "
        "customer counts once a period, by the last of its contracts ending in it. A contract that rolls on past its "
        "end is renewed; so is a move to another product. The grace is a setting, and the period stays incomplete "
        "until it is over.",
        trends="It follows the calendar of signatures: months with few ends swing wildly. A year-on-year fall in the "
        "same month is news, a fall from December to January rarely is.",
        questions=(
            "Which decisions were taken late, after the end, and why?",
            "Did those who said no ever reach the goal they bought for?",
            "How many changed product or shortened the term when they said yes?",
            "Whose first renewal was it, and who sold it?",
        ),
        improve=(
            "Open each renewal 120 days ahead with a summary of results in the customer's own numbers.",
            "Find out who signs, early, and meet that person before procurement does.",
            "Offer a longer term in exchange for a price lock, before a competitor asks.",
        ),
        show="Bars by quarter of end, yes and no stacked, with next quarter's ends as an outline.",
        risks="Only the customers whose term ends are in it, so it says nothing of those in mid-term, and "
        "month-to-month customers without contract dates never enter. Someone who renews for a tenth of the price "
        "counts in full.",
        sources="Contract dates in the CRM or in the billing system; a renewals sheet kept by customer success.",
        connects="Revenue forecasting, the legal and procurement process of the customer, quarterly business reviews.",
        effects={
            "customer_retention_rate": "follows in the same period wherever contracts are the rule",
            "contract_renewal_rate": "is usually lower than it for customers with several products",
            "post_renewal_engagement_rate": "gets its base from it: the customers that renewed",
        },
    ),
)

CONTRACT_RENEWAL_RATE = KPI(
    id="contract_renewal_rate",
    name="Contract Renewal Rate",
    category=RETENTION,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=PREVENTION,
    stage=AT_VALUE,
    follow="renewal_grace_days",
    forms=(
        Form(
            over=CONTRACTS_ENDING,
            needs=_NEEDS,
            numerator=count(_FOLLOWED),
            denominator=count(),
            interval=Interval.CLUSTER,
            bounds=(0.0, 1.0),
            base="contracts ending",
            words="{numerator:contract} followed within {renewal_grace_days:day} / {denominator:contract} ending; by "
            "value {by_value:share}",
            beside=(
                Beside(
                    "by_value",
                    f"CAST(sum(mrr_at_end) FILTER (WHERE {_FOLLOWED}) AS DOUBLE) / nullif(sum(mrr_at_end), 0)",
                    "share",
                ),
            ),
        ),
    ),
    doc=Doc(
        definition="The share of the single contracts ending in the period that were followed by one of the same "
        "product, or by one that names them. The same by value, each contract weighing the MRR it had at its end, "
        "stands beside it.",
        formula="contracts ending in the period and followed within the grace / contracts ending in the period",
        insight="Which products and terms are bought again, contract by contract; where the rate by value is the "
        "lower of the two, it is the big ones that are lost.",
        measured="Every contract counts, several of one customer too, and its interval allows for what they share. A "
        "follower starts after the contract's own start and at most 30 days (a setting) after its end; renewed_from "
        "links it across products. A contract cut short ends when its last row does.",
        trends="Multi-product customers prune at their renewals, so it drifts down as the catalogue grows, while "
        "nobody leaves. Count and value part ways when prices or sizes change.",
        questions=(
            "Is it one product that is not taken again?",
            "Was the contract replaced by another that our data do not link to it?",
            "What is the MRR behind the lost ones, and is it concentrated?",
            "Were the short terms or the long ones the ones to lapse?",
        ),
        improve=(
            "Bring the end dates of a customer's contracts together, so that one decision covers them all.",
            "Fill in renewed_from when a product is swapped, or the swap counts as a loss.",
            "Retire or bundle the product that keeps being dropped.",
            "Review discounts before the term ends, while there is something to trade.",
        ),
        show="Two lines, by count and by value, over the months of end; a table of the contracts that lapsed, largest "
        "first.",
        risks="A swap to another product without a link looks like a loss and an unrelated sale. One customer with "
        "twenty small contracts can set the count, one with a single large contract the value: read both.",
        sources="Signed orders in the CRM or CPQ, subscription schedules in billing, the contract repository.",
        connects="Pricing and packaging, the CSM's renewal quota, revenue recognition of deferred terms.",
        effects={
            "revenue_churn_rate": "shows what lapses under 'not_renewed'",
            "annual_contract_value": "changes when the contracts that lapse are larger or smaller than the rest",
            "cross_sell_conversion_rate": "is undone by products that are not taken again",
        },
    ),
)

KPIS = (RENEWAL_RATE, CONTRACT_RENEWAL_RATE)
