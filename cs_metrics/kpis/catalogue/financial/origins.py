"""What customers of one origin bring over their life: product-qualified leads, the referred."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.financial.parts import (
    NEEDS_ORDERS,
    churn,
    of_orders,
    of_subscriptions,
    worth,
    worth_of_orders,
)
from cs_metrics.kpis.catalogue.places import AT_ADOPTION, AT_ADVOCACY, FINANCIAL, GROWTH, REFERRALS
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, count, total
from cs_metrics.kpis.relations.names import NEEDS_LOSSES, NEEDS_MONEY
from cs_metrics.kpis.relations.orders import BUYERS
from cs_metrics.kpis.relations.referred import NEEDS_REFERRED, of_others, of_referred
from cs_metrics.kpis.relations.revenue import QUALIFIED, of_qualified
from cs_metrics.kpis.relations.states import CLOSING, LIVES, TRAILING

_PAID = "coalesce(has_paid, FALSE)"
LIFETIME_OF_QUALIFIED = Form(
    parts=of_subscriptions(of_qualified(CLOSING), of_qualified(TRAILING)), quotient=worth(), divisor=churn(), n="months"
)
LIFETIME_OF_QUALIFIED_BUYERS = Form(
    parts=of_orders(of_qualified(BUYERS), of_qualified(LIVES)), quotient=worth_of_orders(), divisor="buyers", n="buyers"
)

CONVERTED_PQL_LIFETIME_VALUE = KPI(
    id="converted_pql_lifetime_value",
    name="Converted PQL Lifetime Value",
    category=FINANCIAL,
    kind=Kind.SNAPSHOT,
    unit="money",
    better="higher",
    area=GROWTH,
    stage=AT_ADOPTION,
    cadence="quarterly",
    forms=tuple(
        Form(
            over=QUALIFIED,
            needs=("leads.is_pql", "leads.customer_id", "leads.created_at", *needs),
            numerator=total("coalesce(revenue, 0)", condition),
            denominator=count(condition),
            interval=Interval.CLUSTER,
            base="customers that were product-qualified leads",
            words="{numerator:money} of revenue so far / {denominator:customer} that began as a product-qualified lead "
            "= {value}; projected over their lives {projected:money} each",
            aside={"projected": projected},
        )
        for needs, condition, projected in (
            ((NEEDS_MONEY,), _PAID, LIFETIME_OF_QUALIFIED),
            (NEEDS_ORDERS, "TRUE", LIFETIME_OF_QUALIFIED_BUYERS),
        )
    ),
    doc=Doc(
        definition="What customers that came as product-qualified leads (their use of the product said that they would "
        "buy) have brought so far, on average.",
        formula="revenue to date of the paying customers that were product-qualified leads / number of these customers",
        insight="Whether use of the product is a good sign of worth, and how much selling effort such leads deserve.",
        measured="Leads with is_pql and a customer_id, created before the period's end, whose customer has paid by "
        "then; their revenue since they began, MRR accrued by the day (or net orders). Each customer counts once, "
        "however many leads name it. Beside it their lifetime value, projected as for all customers.",
        trends="It grows by itself as the customers grow older, and sinks when many young ones join. Compare cohorts "
        "of the same age before calling a rise a success.",
        questions=(
            "How old are these customers on average, and was that the same a year ago?",
            "What did customers without the mark bring in the same time?",
            "Which action in the product marks the leads that brought most?",
        ),
        improve=(
            "Raise the bar of what counts as qualified where such customers stay small.",
            "Hand the leads with several active users to a seller within a day.",
            "Design the free product so that teams, not single persons, reach its limit.",
        ),
        show="Revenue to date against months since conversion, one line for these customers and one for the rest.",
        risks="Revenue to date is a matter of age: it can only rise for one customer, whatever its future. Whoever was "
        "marked and never bought is not in it, so it says nothing of how many convert.",
        sources="The lead list of the CRM or of Pocus, Correlated or MadKudu with the mark, and billing.",
        connects="The scoring rules of product-led sales, limits of the free plan, and the split of work between sales "
        "and self-service.",
        effects={
            "free_trial_conversion_rate": "falls when the bar is raised to lift this",
            "customer_lifetime_value": "moves the same way as such leads become more of the base",
            "feature_adoption_rate_early": "becomes a goal of its own once such customers prove worth more",
        },
    ),
)

_REFERRED_SUBSCRIBERS = {
    **of_subscriptions(of_referred(CLOSING), of_referred(TRAILING)),
    **of_subscriptions(of_others(CLOSING), of_others(TRAILING), "other_"),
}
_REFERRED_BUYERS = {
    **of_orders(of_referred(BUYERS), of_referred(LIVES)),
    **of_orders(of_others(BUYERS), of_others(LIVES), "other_"),
}
_THEIRS = f"{worth()} / nullif({churn()}, 0)"
_OTHERS = f"{worth('other_')} / nullif({churn('other_')}, 0)"
_THEIRS_OF_ORDERS = f"{worth_of_orders()} / nullif(buyers, 0)"
_OTHERS_OF_ORDERS = f"{worth_of_orders('other_')} / nullif(other_buyers, 0)"

CLTV_FOR_REFERRED_USERS = KPI(
    id="cltv_for_referred_users",
    name="CLTV for Referred Users",
    category=FINANCIAL,
    kind=Kind.SNAPSHOT,
    unit="money",
    better="higher",
    area=REFERRALS,
    stage=AT_ADVOCACY,
    cadence="quarterly",
    forms=(
        Form(
            needs=(NEEDS_REFERRED, NEEDS_LOSSES),
            parts=_REFERRED_SUBSCRIBERS,
            quotient=worth(),
            divisor=churn(),
            n="months",
            base="referred paying customers in the last 12 complete months",
            words="{arpa:money} per referred account × {gross_margin:share} margin / {denominator:share} monthly churn "
            "of {n:customer-month} = {value}; the others are worth {others:money}",
            beside=(
                Beside("others", _OTHERS, "money"),
                Beside("ratio", f"({_THEIRS}) / nullif({_OTHERS}, 0)", "ratio"),
                Beside("arpa", "CAST(mrr AS DOUBLE) / nullif(accounts, 0)", "money"),
            ),
            empty="No referred customer was lost in the last 12 complete months, or none is left.",
        ),
        Form(
            needs=(NEEDS_REFERRED, *NEEDS_ORDERS),
            parts=_REFERRED_BUYERS,
            quotient=worth_of_orders(),
            divisor="buyers",
            n="buyers",
            base="referred customers with an order",
            words="{revenue:money} of orders / {denominator:referred customer} × {lifespan:ratio} periods that one "
            "stays = {value}; the others are worth {others:money}",
            beside=(
                Beside("others", _OTHERS_OF_ORDERS, "money"),
                Beside("ratio", f"({_THEIRS_OF_ORDERS}) / nullif({_OTHERS_OF_ORDERS}, 0)", "ratio"),
                Beside("revenue", "CAST(revenue AS DOUBLE)", "money"),
                Beside("lifespan", "lifespan / nullif(days_begun, 0)", "ratio"),
            ),
        ),
    ),
    doc=Doc(
        definition="The lifetime value of the customers that another customer referred, and beside it that of "
        "everybody else and how many times larger the one is than the other.",
        formula="customer lifetime value over referred customers; ratio = that / customer lifetime value over the "
        "others",
        insight="What a referral is worth beyond the first sale: the most that a reward for referring may cost.",
        measured="Referred is who has referred_by in the customers table or is named as referred_customer_id, whatever "
        "became of the referral. Revenue per account at the end, margin, and the churn of the last 12 complete months, "
        "for these and for the rest apart.",
        trends="With a young programme it jumps about, because few referred customers have left yet. As the programme "
        "opens to everyone it draws nearer to the others'.",
        questions=(
            "Are referred customers larger, or do they stay longer?",
            "Are they of the same segment and age as the others?",
            "Which referrers bring those who stay?",
            "How does the reward compare with the difference?",
        ),
        improve=(
            "Ask your longest-staying customers first: like refers like.",
            "Tell referrers whom the product suits, so that they send the right people.",
            "Pay the reward after the referred has stayed for a quarter.",
        ),
        show="Two bars, referred and others, each cut into revenue per account and expected months, with the ratio "
        "above them.",
        risks="Not a proof that referring makes customers better: people refer others like themselves, who might have "
        "come anyway. Few losses among few referred customers make it leap; without any loss there is no value.",
        sources="Referral tools (Friendbuy, Rewardful, PartnerStack) or a field on the account, beside billing.",
        connects="The reward and budget of the referral programme, and the case for putting advocates' asks into "
        "success plans.",
        effects={
            "referral_driven_expansion_revenue": "tends to rise with it, as referred accounts that stay also grow",
            "clv_to_cac_ratio": "gains when more customers of this kind are won",
            "referral_program_participation_rate": "deserves more effort the higher this stands above the others",
        },
    ),
)

KPIS = (CONVERTED_PQL_LIFETIME_VALUE, CLTV_FOR_REFERRED_USERS)
