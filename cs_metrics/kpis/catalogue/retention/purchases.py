"""Who buys again, where nothing is subscribed."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_VALUE, PREVENTION, RETENTION
from cs_metrics.kpis.model import KPI, Doc, Form, Interval, Kind, count, total
from cs_metrics.kpis.relations.orders import BUYERS, GUEST_ORDERS

_NEEDS = ("orders.ordered_at", "orders.customer_id")

REPEAT_PURCHASE_RATE = KPI(
    id="repeat_purchase_rate",
    name="Repeat Purchase Rate",
    also=("Repeat Purchase Ratio", "RPR"),
    category=RETENTION,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=PREVENTION,
    stage=AT_VALUE,
    cadence="quarterly",
    forms=(
        Form(
            over=BUYERS,
            needs=_NEEDS,
            words="{numerator:customer} with two or more orders / {denominator:customer} with an order",
            numerator=count("customer_id IS NOT NULL AND orders >= 2"),
            denominator=count("customer_id IS NOT NULL AND orders >= 1"),
            interval=Interval.WILSON,
            base="customers with an order",
            leaves_out=(GUEST_ORDERS,),
        ),
    ),
    doc=Doc(
        definition="The share of the customers who ordered in the period that ordered at least twice in it.",
        formula="customers with two or more orders in the period / customers with an order in the period",
        insight="Whether the first purchase leads to a habit, in a business without subscriptions.",
        measured="Orders are distinct order_ids (a line without one is an order of its own), refunds are left out, and "
        "both orders must lie in the same period: a second one after a first in an earlier period does not count.",
        trends="Higher in the season in which people stock up. A campaign that brings many new buyers pushes it down "
        "at once and only later, if they return, up again.",
        questions=(
            "How long do people usually wait before ordering again, and is the period longer than that?",
            "Are the new buyers of this period diluting the old ones?",
            "Which product do second orders begin with?",
            "Did delivery or stock problems cost us the second basket?",
        ),
        improve=(
            "Remind at the moment at which the product is usually used up.",
            "Make reordering one press: a saved basket, a stored card.",
            "Put a reason for a second visit into the first parcel.",
        ),
        show="Quarterly or yearly bars, first-time and earlier buyers apart.",
        risks="The longer the period, the higher the rate: compare like grains only. Guests without an account cannot "
        "be recognised as returning and are left out.",
        sources="Order exports of Shopify, WooCommerce, Magento or the ERP, with a customer and an order id.",
        connects="Replenishment mailings, loyalty programmes, assortment planning.",
        effects={
            "average_purchase_frequency": "rises with it, as second orders are what lifts the mean above one",
            "customer_lifetime_value": "grows in its form for orders",
            "average_revenue_per_account": "grows, as an account with two baskets brings more",
        },
    ),
)

AVERAGE_PURCHASE_FREQUENCY = KPI(
    id="average_purchase_frequency",
    name="Average Purchase Frequency",
    also=("APF",),
    category=RETENTION,
    kind=Kind.FLOW,
    unit="ratio",
    better="higher",
    area=PREVENTION,
    stage=AT_VALUE,
    forms=(
        Form(
            over=BUYERS,
            needs=_NEEDS,
            words="{numerator:order} / {denominator:customer} with an order",
            numerator=total("orders", "customer_id IS NOT NULL"),
            denominator=count("customer_id IS NOT NULL AND orders >= 1"),
            interval=Interval.MEAN,
            bounds=(0.0, float("inf")),
            each="CASE WHEN customer_id IS NOT NULL AND orders >= 1 THEN orders END",
            base="customers with an order",
            leaves_out=(GUEST_ORDERS,),
        ),
    ),
    doc=Doc(
        definition="How many orders a customer who ordered in the period placed in it, on average; the smallest "
        "possible value is one.",
        formula="orders in the period / distinct customers who ordered in the period",
        insight="How often buyers come back; with the average order value it makes revenue per buyer.",
        measured="Distinct orders of customers with an id, divided by these customers; several lines under one "
        "order_id are one order. Its interval is Student's, over the customers' own counts.",
        trends="Close to one by day or week, whatever happens, and informative by quarter or year. Splitting baskets "
        "(free delivery from nothing) raises it without a cent more.",
        questions=(
            "Do a few resellers or test accounts make up the mean?",
            "Has the basket become smaller as orders became more?",
            "Did a delivery option invite people to split what they buy?",
            "Which segment's rhythm changed?",
        ),
        improve=(
            "Learn each segment's rhythm and write when it is due, not weekly to all.",
            "Introduce something that is consumed beside what is owned.",
            "Give frequent buyers an early look instead of a discount.",
        ),
        show="The distribution of orders per customer as a histogram, its mean marked; the trend by quarter.",
        risks="A few very frequent buyers pull the mean up; whoever did not order at all is not in it. Refunds are "
        "no orders.",
        sources="The shop's or ERP's order lines; a point-of-sale export that carries the loyalty card's number.",
        connects="Demand planning, CRM campaigns, the delivery-fee policy.",
        effects={
            "customer_lifetime_value": "multiplies by it in its form for orders",
            "repeat_purchase_rate": "usually moves along; where it does not, a few heavy buyers are at work",
            "average_customer_lifespan": "may look longer, as frequent orders keep a customer active",
        },
    ),
)

KPIS = (REPEAT_PURCHASE_RATE, AVERAGE_PURCHASE_FREQUENCY)
