"""What a customer brings over its life, and against what it cost to win."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.financial.parts import (
    NEEDS_ORDERS,
    churn,
    of_orders,
    of_subscriptions,
    worth,
    worth_of_orders,
)
from cs_metrics.kpis.catalogue.places import AT_VALUE, FINANCIAL, GROWTH
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Kind, Part, count, total
from cs_metrics.kpis.relations.names import NEEDS_LOSSES
from cs_metrics.kpis.relations.sales import WON_CUSTOMERS
from cs_metrics.kpis.relations.service import COSTS

_LOST = "No paying customer was lost in the last 12 complete months, or none is left."


CUSTOMER_LIFETIME_VALUE = KPI(
    id="customer_lifetime_value",
    name="Customer Lifetime Value",
    also=("CLV", "CLTV", "LTV"),
    category=FINANCIAL,
    kind=Kind.SNAPSHOT,
    unit="money",
    better="higher",
    area=GROWTH,
    stage=AT_VALUE,
    cadence="quarterly",
    forms=(
        Form(
            needs=(NEEDS_LOSSES,),
            parts=of_subscriptions(),
            quotient=worth(),
            divisor=churn(),
            n="months",
            base="paying customers in the last 12 complete months",
            words="{arpa:money} per account × {gross_margin:share} margin / {denominator:share} monthly churn "
            "({lost:customer} lost of {n:customer-month})",
            beside=(
                Beside("arpa", "CAST(mrr AS DOUBLE) / nullif(accounts, 0)", "money"),
                Beside("lost", "lost", "count"),
            ),
            empty=_LOST,
        ),
        Form(
            needs=NEEDS_ORDERS,
            parts=of_orders(),
            quotient=worth_of_orders(),
            divisor="buyers",
            n="buyers",
            base="customers with an order",
            words="{revenue:money} of orders / {denominator:customer} × {lifespan:ratio} periods that a customer stays",
            beside=(
                Beside("revenue", "CAST(revenue AS DOUBLE)", "money"),
                Beside("lifespan", "lifespan / nullif(days_begun, 0)", "ratio"),
            ),
        ),
    ),
    doc=Doc(
        definition="What a customer brings over its whole life, at today's revenue per account and the churn of the "
        "last year: the margin of one month times the months that a customer can be expected to stay.",
        formula="average revenue per account x gross margin / monthly churn of paying customers, pooled over the last "
        "12 complete months. With orders: average order value x average purchase frequency x lifespan in periods",
        insight="How much may be spent to win or to keep a customer, and which segments repay it.",
        measured="Revenue per paying account at the period's end, the gross_margin setting, and the paying customers "
        "lost of all customer-months of the last 12 complete months (n counts these). From orders: revenue per buyer "
        "times the restricted mean of the survival curve.",
        trends="It moves slowly, as a year of churn is pooled in it; a bad quarter weighs on it for three more. Watch "
        "its two factors apart.",
        questions=(
            "Did revenue per account move it, or churn?",
            "How few losses is the churn made of?",
            "Which segment's value no longer covers what we spend on it?",
            "Is the margin in the settings still true?",
        ),
        improve=(
            "Lower the churn of the first half-year, where most lives end.",
            "Sell to segments that stay twice as long, even at a lower price.",
            "Cut the cost of delivery where the margin is thin.",
        ),
        show="A bar for each segment with its factors (revenue per account, margin, churn) as a small table below it.",
        risks="It assumes that churn stays as it is and is the same for young and old customers; small changes of a "
        "low churn rate move it a lot. Where nobody was lost it has no value, rather than an infinite one.",
        sources="Billing for revenue and leavings; the finance team for the margin.",
        connects="Marketing budgets, coverage models of customer success, and the decision whom to sell to at all.",
        effects={
            "clv_to_cac_ratio": "rises with it at an even cost of winning",
            "customer_acquisition_cost": "may rise to about a third of it before growth stops paying",
            "customer_retention_cost": "can be higher per account when an account is worth more",
        },
    ),
)

_WON = {"won": Part(WON_CUSTOMERS, count())}
_SPENT = {"spent": Part(COSTS, total("amount"), only="f.kind = 'acquisition'")}
_CAC = "CAST(spent AS DOUBLE) / nullif(won, 0)"
_RATIO_WORDS = "{numerator:money} of lifetime value / {denominator:money} to win a customer ({n:customer} won)"
_NEEDS_SPENT = ("costs.amount", "costs.kind", "costs.incurred_on")

CLV_TO_CAC_RATIO = KPI(
    id="clv_to_cac_ratio",
    name="CLV to CAC Ratio",
    category=FINANCIAL,
    kind=Kind.SNAPSHOT,
    unit="ratio",
    better="higher",
    area=GROWTH,
    stage=AT_VALUE,
    cadence="quarterly",
    forms=(
        Form(
            when=("acquisition_costs", "true"),
            unmet="costs.kind = acquisition",
            needs=(NEEDS_LOSSES, *_NEEDS_SPENT),
            parts={**of_subscriptions(), **_WON, **_SPENT},
            quotient=f"{worth()} / nullif({churn()}, 0)",
            divisor=_CAC,
            n="won",
            base="customers won in the period",
            words=_RATIO_WORDS,
            empty="Nothing was spent on acquisition in the period, or no paying customer was lost in a year.",
        ),
        Form(
            when=("acquisition_costs", "true"),
            unmet="costs.kind = acquisition",
            needs=(*NEEDS_ORDERS, *_NEEDS_SPENT),
            parts={**of_orders(), **_WON, **_SPENT},
            quotient=f"{worth_of_orders()} / nullif(buyers, 0)",
            divisor=_CAC,
            n="won",
            base="customers won in the period",
            words=_RATIO_WORDS,
            empty="Nothing was spent on acquisition in the period.",
        ),
    ),
    doc=Doc(
        definition="How many times over a customer repays what it cost to win it: lifetime value at the end of the "
        "period divided by the acquisition cost per customer won in the period.",
        formula="customer lifetime value / customer acquisition cost",
        insight="Whether growth earns money. Around three is the usual rule of thumb; below one every new customer is "
        "a loss, far above five growth is starved.",
        measured="Both terms as their own pages have them, for the same period and filter: the value pools a year of "
        "churn, the cost is that of the period alone. No customer won, no acquisition cost, or no lost customer in a "
        "year means no value.",
        trends="Campaigns pull it down in the month they are paid and the customers they win come later, so a month "
        "says little. A slide over quarters means that channels are used up or that churn is rising.",
        questions=(
            "Which of the two terms moved?",
            "How does it look for the channel with the largest budget?",
            "After how many months has a new customer paid its cost back?",
        ),
        improve=(
            "Shift budget from the channel with the worst ratio to referrals and the best one.",
            "Fix the early churn of the segment that is expensive to win.",
            "Shorten the sales cycle, since its length is most of the cost.",
        ),
        show="One figure by quarter with bands at one, three and five; value and cost as paired bars below it.",
        risks="A quotient of two estimates: both uncertainties multiply and no interval shows it. It looks best when "
        "marketing stops, for the cost falls at once and the customers go missing later.",
        sources="Costs of kind acquisition (marketing tools, payroll of sales) beside billing.",
        connects="Budget rounds, board reports, and the choice between buying growth and fixing retention.",
        effects={
            "customer_acquisition_cost": "is allowed to rise while this stays high",
            "arr": "grows faster when a high value of it is turned into more spending",
            "referral_program_participation_rate": "gets the attention that paid channels lose when this falls",
        },
    ),
)

KPIS = (CUSTOMER_LIFETIME_VALUE, CLV_TO_CAC_RATIO)
