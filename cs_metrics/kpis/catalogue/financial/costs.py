"""What customers cost: to win, to keep, to serve."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_ONBOARDING, AT_VALUE, EFFICIENCY, FINANCIAL
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Kind, Part, count, total
from cs_metrics.kpis.relations.names import NEEDS_LIFE
from cs_metrics.kpis.relations.revenue import REVENUE_IN
from cs_metrics.kpis.relations.sales import WON_CUSTOMERS
from cs_metrics.kpis.relations.service import COSTS, TICKETS_CREATED
from cs_metrics.kpis.relations.states import OPENING

_NEEDS_COSTS = ("costs.amount", "costs.kind", "costs.incurred_on")
_ACTIVE = {"active": Part(OPENING, count("active_in"))}


def _spent(kind: str) -> Part:
    return Part(COSTS, total("amount"), only=f"f.kind = '{kind}'")


CUSTOMER_ACQUISITION_COST = KPI(
    id="customer_acquisition_cost",
    name="Customer Acquisition Cost",
    also=("CAC",),
    category=FINANCIAL,
    kind=Kind.FLOW,
    unit="money",
    better="lower",
    area=EFFICIENCY,
    stage=AT_ONBOARDING,
    cadence="quarterly",
    forms=(
        Form(
            when=("acquisition_costs", "true"),
            unmet="costs.kind = acquisition",
            needs=(NEEDS_LIFE, *_NEEDS_COSTS),
            parts={"spent": _spent("acquisition"), "won": Part(WON_CUSTOMERS, count())},
            quotient="spent",
            divisor="won",
            n="won",
            base="customers first active in the period",
            words="{numerator:money} of acquisition costs / {denominator:customer} won",
        ),
    ),
    doc=Doc(
        definition="What it cost to win a new customer: the acquisition costs of the period over the customers whose "
        "very first start falls in it.",
        formula="acquisition costs in the period / customers first active in the period",
        insight="The price of growth. Against lifetime value it says whether to spend more, against last year whether "
        "the market is getting harder.",
        measured="Rows of costs with kind acquisition dated in the period. A customer is won on its first non-trial "
        "start ever, so one who returns is not new. A period without such costs counts as 0, as long as the table has "
        "the kind at all; costs without a customer cannot be split by segment.",
        trends="Spending leads winning by the length of the sales cycle, so the cost looks high before a good quarter "
        "and low after a cut. Over years it creeps up as the easy channels fill.",
        questions=(
            "Was more spent, or were fewer won?",
            "Which spending of this period wins customers only later?",
            "Are salaries of sales in the costs, or advertising alone?",
            "How many of those won came without any spending, by referral?",
        ),
        improve=(
            "Stop the campaign with the highest cost per customer that stayed a year.",
            "Answer leads within the hour, which costs nothing.",
            "Give happy customers a simple way to bring a peer in.",
            "Let small buyers purchase without a seller.",
        ),
        show="Quarterly bars of the spending with the number of customers won as dots, and the quotient as a line "
        "above them.",
        risks="Costs and wins of one month belong to different customers. It flatters whoever books salaries "
        "elsewhere, and with a handful of wins in a month it is an accident; take quarters or longer.",
        sources="Ledger accounts of marketing and sales, advertising platforms, payroll; starts from billing.",
        connects="The marketing budget, sales headcount, and the payback that finance watches.",
        effects={
            "clv_to_cac_ratio": "falls as this rises",
            "customer_churn_cost": "rises, since a lost customer is replaced at this price",
            "customer_lifetime_value": "has to be the higher for growth to pay",
        },
    ),
)

CUSTOMER_RETENTION_COST = KPI(
    id="customer_retention_cost",
    name="Customer Retention Cost",
    also=("CRC",),
    category=FINANCIAL,
    kind=Kind.FLOW,
    unit="money",
    better="lower",
    area=EFFICIENCY,
    stage=AT_VALUE,
    cadence="quarterly",
    forms=(
        Form(
            when=("retention_costs", "true"),
            unmet="costs.kind = retention",
            needs=(NEEDS_LIFE, *_NEEDS_COSTS),
            parts={"spent": _spent("retention"), **_ACTIVE},
            quotient="spent",
            divisor="active",
            n="active",
            base="customers active in the period",
            words="{numerator:money} of retention costs / {denominator:active customer}",
            beside=(Beside("total", "CAST(spent AS DOUBLE)", "money"),),
        ),
    ),
    doc=Doc(
        definition="What the company spends on keeping a customer: the customer success, loyalty and renewal costs of "
        "the period per active customer, with their total beside it.",
        formula="retention costs in the period / customers active in the period",
        insight="How much care a customer gets in money. It is an investment: read it together with what it keeps, "
        "never alone.",
        measured="Rows of costs with kind retention dated in the period, over the customers active at some instant of "
        "it, free ones included. Support is not in it (see cost to serve), nor is acquisition.",
        trends="Hiring a manager makes a step, growth of the base then thins it out again. A slow fall is good only "
        "while retention holds.",
        questions=(
            "Did retention follow the spending, one or two renewal rounds later?",
            "How much of the total goes to the tenth of customers that pay most?",
            "What would the customers without a manager cost if they had one?",
        ),
        improve=(
            "Pool the small accounts under one team with automated check-ins.",
            "End programmes that show no difference between those in them and those not.",
            "Spend on the weeks before a renewal decision instead of evenly over the year.",
        ),
        show="Total as bars and per customer as a line, above the net revenue retention of the same quarters.",
        risks="Lower is not better by itself: cutting it saves today and loses renewals in a year. Customers on free "
        "plans thin it out, and companies differ widely in what they call retention.",
        sources="Payroll and tools of customer success (Gainsight, Vitally, Planhat), loyalty credits, events, from "
        "the ledger.",
        connects="Headcount planning of customer success, the coverage model, and the budget of customer marketing.",
        effects={
            "cost_to_serve": "includes it, so it rises by the same amount",
            "net_revenue_retention": "should rise a few quarters after it does",
            "customer_lifetime_value": "should lengthen with it, or the money is not well spent",
        },
    ),
)

_SUPPORT = "coalesce(support, 0) + coalesce(retention, 0)"
_REVENUE = Part(REVENUE_IN, total("amount", "customer_id IS NOT NULL"))


def _to_serve(when: str, needs: tuple[str, ...], support: Part, words: str) -> Form:
    return Form(
        when=("support_costs", when),
        unmet="costs.kind = support" if when == "true" else "",
        needs=(NEEDS_LIFE, *needs),
        parts={"support": support, "retention": _spent("retention"), **_ACTIVE, "revenue": _REVENUE},
        quotient=_SUPPORT,
        divisor="active",
        n="active",
        base="customers active in the period",
        words=f"{words} / {{denominator:active customer}}",
        beside=(
            Beside("share of revenue", f"CAST({_SUPPORT} AS DOUBLE) / nullif(greatest(revenue, 0), 0)", "share"),
            Beside("total", f"CAST({_SUPPORT} AS DOUBLE)", "money"),
        ),
    )


COST_TO_SERVE = KPI(
    id="cost_to_serve",
    name="Cost to Serve",
    category=FINANCIAL,
    kind=Kind.FLOW,
    unit="money",
    better="lower",
    area=EFFICIENCY,
    stage=AT_VALUE,
    cadence="quarterly",
    forms=(
        _to_serve("true", _NEEDS_COSTS, _spent("support"), "{numerator:money} of support and retention costs"),
        _to_serve(
            "false",
            ("tickets.cost",),
            Part(TICKETS_CREATED, total("coalesce(cost, 0)")),
            "{numerator:money} that tickets and retention cost",
        ),
    ),
    doc=Doc(
        definition="What it takes to look after a customer once it is won: support and retention costs of the period "
        "together, per active customer, and as a share of the revenue that these customers bring.",
        formula="(support costs + retention costs in the period) / customers active in the period",
        insight="Which customers eat up their own margin, and whether service scales as the base grows.",
        measured="Costs of kind support and retention dated in the period; where the table has no support costs, the "
        "cost of each ticket created in it stands for them. Revenue beside it is accrued by the day, or net orders.",
        trends="It should fall per customer as the base grows, since tools and documents serve many. A rise after a "
        "release is the bill for its defects.",
        questions=(
            "Is it support or retention that moved?",
            "Which plan costs more than a third of what it pays?",
            "Which ten accounts open most tickets, and what do they pay?",
            "What did the last release add?",
        ),
        improve=(
            "Remove the cause of the most frequent ticket in the product.",
            "Charge for premium support where it is used.",
            "Move plans that cost more than they bring to community and self-help.",
            "Automate onboarding steps that managers repeat for everyone.",
        ),
        show="Stacked bars of support and retention per customer, the share of revenue as a line, plan beside plan.",
        risks="An average over customers who cost nothing and a few who cost everything. Delivery and hosting are not "
        "in it, so it is no full margin, and costs without a customer fall to no segment when it is split.",
        sources="Ledger by cost centre (support, customer success); or handling cost per ticket from Zendesk or "
        "Freshdesk.",
        connects="Pricing of plans, service level tiers, product quality work, and staffing of support.",
        effects={
            "cost_per_ticket": "rises with it when the same tickets take more hands",
            "customer_retention_cost": "has less room in the same budget when support eats it up",
            "customer_lifetime_value": "shrinks when this eats into the margin",
        },
    ),
)

KPIS = (CUSTOMER_ACQUISITION_COST, CUSTOMER_RETENTION_COST, COST_TO_SERVE)
