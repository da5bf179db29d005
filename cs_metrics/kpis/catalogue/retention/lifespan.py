"""How long customers live, and what it costs when they leave."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_VALUE, EFFICIENCY, PREVENTION, RETENTION
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, LeftOut, Measure, Part, count, total
from cs_metrics.kpis.relations.leaving import COSTS_OF_A_YEAR, WON_IN_A_YEAR
from cs_metrics.kpis.relations.names import NEEDS_LEAVING, NEEDS_LOSSES
from cs_metrics.kpis.relations.service import COSTS
from cs_metrics.kpis.relations.states import LIFESPANS, OPENING

_NEEDS_COSTS = (NEEDS_LOSSES, "costs.amount", "costs.kind", "costs.incurred_on")
_PARTS = {
    "lost_mrr": Part(OPENING, total("mrr_start", "mrr_start > 0 AND mrr_end <= 0")),
    "lost": Part(OPENING, count("active_start AND NOT active_end")),
    "spent": Part(COSTS, total("amount"), only="f.kind = 'churn'"),
}
_LOST_AND_SPENT = "lost_mrr * :churn_cost_factor + spent"
_CAC = "CAST(acquisition AS DOUBLE) / nullif(won, 0)"

AVERAGE_CUSTOMER_LIFESPAN = KPI(
    id="average_customer_lifespan",
    name="Average Customer Lifespan",
    also=("ACL",),
    category=RETENTION,
    kind=Kind.SNAPSHOT,
    unit="days",
    better="higher",
    area=PREVENTION,
    stage=AT_VALUE,
    cadence="quarterly",
    forms=(
        Form(
            over=LIFESPANS,
            needs=(NEEDS_LEAVING,),
            value="sum(area)",
            numerator=Measure("sum(lived * seen)", "lived"),
            denominator=Measure("CAST(sum(seen) AS BIGINT)", "1"),
            interval=Interval.CURVE,
            base="customers that were active by the end",
            words="{value} that a customer lives, of the longest life seen at most: from {n:customer}, {left:customer} "
            "of them gone after {mean_of_the_gone:days} on average; 1 / churn says {one_over_churn:days}",
            beside=(
                Beside("one_over_churn", "sum(opened_days) / nullif(CAST(sum(lost) AS DOUBLE), 0)", "days"),
                Beside("mean_of_the_gone", "sum(lived * gone) / nullif(CAST(sum(gone) AS DOUBLE), 0)", "days"),
                Beside("left", "CAST(sum(gone) AS BIGINT)", "count"),
            ),
        ),
    ),
    doc=Doc(
        definition="How many days a customer lives, from its first start to its last end, estimated from the survival "
        "curve of all customers, those still here included, and cut at the longest life seen.",
        formula="area under the Kaplan-Meier curve of customer life, restricted at the longest observed life",
        insight="The horizon over which a customer can pay back what winning it cost.",
        measured="One life per customer; gaps in between belong to it. Who is still active at the end of the period "
        "counts as not yet ended, not as dead. The interval uses Greenwood's variance. Beside it stand the period's "
        "days divided by its churn rate, and the mean life of those who left; numerator and denominator are the days "
        "lived so far and the customers.",
        trends="A young company's value grows almost a day per day, only because its history does. Once the curve "
        "bottoms out the number settles, and then its changes mean something.",
        questions=(
            "How long is the history, compared with the value: has anyone had the time to live longer?",
            "Where does the curve fall most: in the first months, or at renewals?",
            "Do the quick estimate from churn and the curve disagree, and is churn uneven over age?",
            "Which segments' curves part from each other, and at which age?",
        ),
        improve=(
            "Prevent the early exits, since each one shortens the mean by years rather than months.",
            "Move customers from monthly to yearly terms once they have found their use.",
            "Bring back leavers within the year: a return stretches the same life.",
        ),
        show="The survival curve with the area shaded and the value written in it; segments as several curves.",
        risks="The mean of those who left is too short, as the long-lived have not left yet; 1 / churn is too long or "
        "too short unless churn is the same at every age. Values of histories of different length do not compare.",
        sources="Start and end dates of subscriptions or accounts, as far back as they go; deleted leavers spoil it.",
        connects="Unit economics, payback targets, how much service a segment can be given.",
        effects={
            "customer_lifetime_value": "is revenue per period times this, in its form for orders",
            "clv_to_cac_ratio": "improves as each customer has longer to pay back",
            "customer_churn_rate": "is its counterpart: the shorter the lives, the higher the rate",
        },
    ),
)

CUSTOMER_CHURN_COST = KPI(
    id="customer_churn_cost",
    name="Customer Churn Cost",
    category=RETENTION,
    kind=Kind.FLOW,
    unit="money",
    better="lower",
    area=EFFICIENCY,
    stage=AT_VALUE,
    cadence="quarterly",
    forms=(
        Form(
            needs=_NEEDS_COSTS,
            when=("acquisition_costs", "true"),
            parts={
                **_PARTS,
                "acquisition": Part(COSTS_OF_A_YEAR, total("amount"), only="f.kind = 'acquisition'"),
                "won": Part(WON_IN_A_YEAR, count()),
            },
            quotient=f"{_LOST_AND_SPENT} + CASE WHEN :churn_cost_with_cac THEN coalesce({_CAC} * lost, 0) ELSE 0 END",
            n="lost",
            base="customers lost",
            words="{lost_mrr:money} of MRR lost × {churn_cost_factor} + {spent:money} spent on churn + "
            "{replacing:money} to replace {n:customer}",
            beside=(
                Beside("lost_mrr", "CAST(lost_mrr AS DOUBLE)", "money"),
                Beside("spent", "CAST(spent AS DOUBLE)", "money"),
                Beside("replacing", f"CASE WHEN :churn_cost_with_cac THEN {_CAC} * lost ELSE 0 END", "money"),
            ),
            leaves_out=(
                LeftOut(
                    "CASE WHEN :churn_cost_with_cac AND won = 0 THEN lost ELSE 0 END",
                    "lost customers' cost of replacement (nobody was won in the last 12 complete months)",
                    "lost customer's cost of replacement (nobody was won in the last 12 complete months)",
                ),
            ),
        ),
        Form(
            needs=_NEEDS_COSTS,
            parts=_PARTS,
            quotient=_LOST_AND_SPENT,
            n="lost",
            base="customers lost",
            words="{lost_mrr:money} of MRR lost × {churn_cost_factor} + {spent:money} spent on churn, for "
            "{n:customer} lost",
            beside=(
                Beside("lost_mrr", "CAST(lost_mrr AS DOUBLE)", "money"),
                Beside("spent", "CAST(spent AS DOUBLE)", "money"),
            ),
            note="Without the cost of replacing customers: there are no acquisition costs.",
        ),
    ),
    doc=Doc(
        definition="What the leavings of the period cost: a year of the MRR that went, what was spent on churn, and "
        "what it takes to win as many customers anew.",
        formula="MRR lost to churn x 12 + costs of kind churn + acquisition cost per customer x customers lost",
        insight="Puts one amount of money on losing customers, to hold against the price of preventing it.",
        measured="MRR of the customers that paid at the start and pay nothing at the end, times a factor (a setting, "
        "12 months); costs of kind churn dated in the period; acquisition costs over customers won in the last 12 "
        "complete months, times the customers that were active at the start and no longer are. The last part can be "
        "switched off, and is left out, and said to be, where no acquisition costs are known.",
        trends="Dominated by the size of those who left, so it jumps. Compare years; and when acquisition becomes "
        "dearer, the cost grows although no more customers leave.",
        questions=(
            "Is it the lost revenue or the replacement that makes up the sum?",
            "Which three leavers account for most of it?",
            "Would we really replace the small ones at that price?",
            "What would a programme to keep them have cost?",
        ),
        improve=(
            "Set the budget of the save team against this sum, account by account.",
            "Do not replace what was never profitable: steer acquisition to customers that stay.",
            "Shorten the offboarding: exports and access wind-down cost money in every case.",
        ),
        show="A stacked bar of the three parts per quarter, and a table of leavers with their share.",
        risks="Adds money that will not come in to money that was spent: it is a decision aid, not a ledger entry. "
        "Costs without a customer vanish under a customer filter, which makes a segment look cheap to replace.",
        sources="MRR from billing; cost rows of kind churn and acquisition from the ledger or a spreadsheet.",
        connects="The business case of customer success, budget rounds, the limits of what a save offer may cost.",
        effects={
            "customer_acquisition_cost": "is one of its factors: dearer wins make dearer losses",
            "customer_retention_cost": "is worth raising as long as it saves more than it costs",
            "arr": "starts the next year lower by the lost MRR",
        },
    ),
)

KPIS = (AVERAGE_CUSTOMER_LIFESPAN, CUSTOMER_CHURN_COST)
