"""Where revenue goes when it is lost, and what becomes of customers who pay less."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_VALUE, PREVENTION, RETENTION
from cs_metrics.kpis.catalogue.retention.parts import AT_START, DOWNGRADED, LOST, PAYING
from cs_metrics.kpis.model import KPI, Doc, Form, Interval, Kind, count, total
from cs_metrics.kpis.relations.leaving import FALLERS, LOSSES
from cs_metrics.kpis.relations.names import NEEDS_LOSSES
from cs_metrics.kpis.relations.states import OPENING

_CHURNED = "inactive_at < :as_of AND inactive_at <= fell_at + :follow_days * INTERVAL '1' DAY"


def _by_cause(needs: tuple[str, ...], when: tuple[str, str] | None = None, note: str = "") -> Form:
    return Form(
        over=LOSSES,
        needs=needs,
        when=when,
        note=note,
        numerator=total("mrr_start - mrr_end", LOST),
        denominator=AT_START,
        n=PAYING,
        interval=Interval.JACKKNIFE,
        bounds=(0.0, 1.0),
        item="cause",
        known_items=("cancelled", "downgraded", "not_renewed"),
        base="paying customers at the start",
        words="{numerator:money} of MRR cancelled, downgraded or not renewed / {denominator:money} of MRR at the "
        "start, of {n:customer}",
    )


REVENUE_CHURN_RATE = KPI(
    id="revenue_churn_rate",
    name="Revenue Churn Rate",
    also=("MRR churn",),
    category=RETENTION,
    kind=Kind.CARRY,
    unit="share",
    better="lower",
    area=PREVENTION,
    stage=AT_VALUE,
    forms=(
        _by_cause((NEEDS_LOSSES, "subscriptions.contract_end"), when=("money_source", "subscriptions")),
        _by_cause(
            (NEEDS_LOSSES,),
            note="Without subscriptions that say when a contract ends, all who stop paying count as cancelled.",
        ),
    ),
    doc=Doc(
        definition="The lost part of the opening MRR, told by its three causes: cancelled, downgraded, and not "
        "renewed. The causes add up to the whole.",
        formula="MRR lost by cause / MRR at the start, for cancelled, downgraded and not renewed",
        insight="Three causes have three cures: a save team for cancellations, packaging for downgrades, and an "
        "earlier conversation for what is not renewed.",
        measured="Who still pays, but less, is downgraded. Who stops paying is not renewed where the last paid row "
        "ended exactly at its contract_end and carries no cancelled_on; everybody else cancelled. With several rows "
        "ending together, one cancelled makes it cancelled.",
        trends="Not renewed peaks where signatures cluster; cancellations follow price and quality; downgrades lead "
        "both by a quarter in a downturn.",
        questions=(
            "Which of the three grew?",
            "Are cancellations coming before the contract's end or at it?",
            "Did the downgrades keep a customer that would have cancelled?",
            "Were the contracts that lapsed ever discussed with the customer?",
        ),
        improve=(
            "Route each notice to a person who may offer something, within a day.",
            "Turn silent expiry into a decision: ask for a yes or a no sixty days ahead.",
            "Offer annual terms to the plans in which most cancel from month to month.",
        ),
        show="Stacked bars by month with one colour per cause, the total written on top.",
        risks="The cause is read from dates, not from what the customer said: where notices are not recorded, a "
        "cancellation at the end of term passes for a lapse. Monthly plans have no term and can only cancel.",
        sources="Billing rows with contract_end and the date of notice; a CRM field for notices where billing has "
        "none.",
        connects="The save desk, the renewals desk and the pricing council: each owns one of the colours.",
        effects={
            "gross_revenue_churn_rate": "is its total",
            "renewal_rate": "moves against the part that is not renewed",
            "customer_downgrade_rate": "counts the customers behind the part that is downgraded",
        },
    ),
)

CUSTOMER_DOWNGRADE_RATE = KPI(
    id="customer_downgrade_rate",
    name="Customer Downgrade Rate",
    category=RETENTION,
    kind=Kind.CARRY,
    unit="share",
    better="lower",
    area=PREVENTION,
    stage=AT_VALUE,
    leading=True,
    cadence="quarterly",
    forms=(
        Form(
            over=OPENING,
            needs=(NEEDS_LOSSES,),
            numerator=count(DOWNGRADED),
            denominator=count("active_start"),
            interval=Interval.WILSON,
            base="customers active at the start",
            words="{numerator:customer} paying less at the end, but still paying / {denominator:customer} active at "
            "the start",
        ),
    ),
    doc=Doc(
        definition="The share of opening customers that pay less at the end of the period, but still pay: fewer "
        "seats, a smaller plan, a product dropped, a discount.",
        formula="customers active at the start whose MRR at the end is lower and above zero / customers active at the "
        "start",
        insight="Doubt before departure: customers who cut back are telling us that they bought more than they use.",
        measured="MRR at both ends of the period, all products of a customer together. Customers on a free plan are "
        "in the base and cannot downgrade; who falls to zero has churned instead. A cut that is taken back before the "
        "period ends does not show.",
        trends="Rises first when budgets tighten, ahead of churn. After a price rise it jumps, as customers move to "
        "the plan that costs what they paid before.",
        questions=(
            "Seats, plan, product or price: what was cut?",
            "Were the seats that went ever used?",
            "Did we propose the cut to save the account, and is that written down?",
            "Is one plan too large for those who buy it?",
        ),
        improve=(
            "Watch unused seats from the second month and train the teams that have them.",
            "Add a step between two plans that lie far apart.",
            "Let customers lend or move licences before they hand them back.",
            "Ask every one who cut what would have to happen to come back up.",
        ),
        show="Rate by quarter, with the plans moved from and to as a small table.",
        risks="A single euro less counts like half the contract. It gets better when customers who would have "
        "downgraded leave outright, so never read it without churn.",
        sources="Seat and plan changes in billing; currency-neutral amounts, or exchange rates look like downgrades.",
        connects="Packaging and pricing, licence management at the customer, the CSM's quarterly account plan.",
        effects={
            "downgrade_to_churn_conversion_rate": "takes these customers as its base",
            "gross_revenue_retention": "falls by the MRR that they cut",
            "average_revenue_per_account": "falls, as the same accounts bring less",
        },
    ),
)

DOWNGRADE_TO_CHURN_CONVERSION_RATE = KPI(
    id="downgrade_to_churn_conversion_rate",
    name="Downgrade to Churn Conversion Rate",
    category=RETENTION,
    kind=Kind.FLOW,
    unit="share",
    better="lower",
    area=PREVENTION,
    stage=AT_VALUE,
    follow="follow_days",
    forms=(
        Form(
            over=FALLERS,
            needs=(NEEDS_LOSSES,),
            numerator=count(f"{DOWNGRADED} AND {_CHURNED}"),
            denominator=count(DOWNGRADED),
            interval=Interval.WILSON,
            base="customers that downgraded",
            words="{numerator:customer} gone within {follow_days:day} of paying less / {denominator:customer} that "
            "downgraded",
        ),
    ),
    doc=Doc(
        definition="Of the customers that came to pay less in the period, the share that left altogether within 90 "
        "days of their last decrease.",
        formula="customers with a contraction in the period that churned within the follow-up / customers with a "
        "contraction in the period",
        insight="Whether a downgrade saves an account or is its first step out of the door.",
        measured="The clock of each customer starts at its last drop of MRR in the period; being inactive at any "
        "instant until the follow-up (a setting) is over counts, even if it came back. The period stays incomplete "
        "until the follow-up has passed.",
        trends="Noisy with few downgrades. A lasting rise means that the smaller plan no longer holds people: it "
        "lacks what they came for.",
        questions=(
            "What did those who stayed after the cut do differently?",
            "Did anyone speak with the account between the cut and the end?",
            "Do they leave when the smaller plan's first invoice arrives?",
            "Which of the downgrades were offered by us?",
        ),
        improve=(
            "Treat every cut as a start: a new kick-off with goals that fit the smaller plan.",
            "Set an alert for thirty days after a downgrade and look at use again.",
            "Make the smaller plan good enough to live on.",
        ),
        show="A small funnel, downgraded to gone, over pooled quarters; the days between the two as dots.",
        risks="Who cuts and leaves inside one and the same period counts as churned outright and is missing from "
        "the base. The last three months cannot be judged yet, and bases under thirty prove nothing.",
        sources="The history of amounts per customer and the end of its last subscription, at daily precision.",
        connects="The save playbook: what may be offered, and how the account is looked after afterwards.",
        effects={
            "customer_churn_rate": "takes in these customers one period later",
            "churn_risk_score": "weighs a recent downgrade more when it so often ends in leaving",
            "customer_churn_cost": "is the bill for those who go on to leave",
        },
    ),
)

KPIS = (REVENUE_CHURN_RATE, CUSTOMER_DOWNGRADE_RATE, DOWNGRADE_TO_CHURN_CONVERSION_RATE)
