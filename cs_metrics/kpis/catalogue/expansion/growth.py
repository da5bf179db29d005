"""Does the base grow by itself? What customers pay more, and what is left of their revenue after all."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_VALUE, EXPANSION, GROWTH
from cs_metrics.kpis.model import KPI, Doc, Form, Interval, Kind, total
from cs_metrics.kpis.relations.names import NEEDS_LOSSES, NEEDS_MONEY
from cs_metrics.kpis.relations.states import OPENING

BASE = "mrr_start > 0"
UP = "mrr_start > 0 AND mrr_end - mrr_start >= 0.005"
BACK = ":nrr_with_reactivation AND mrr_start <= 0 AND mrr_end > 0 AND paid_before"

NET_REVENUE_RETENTION = KPI(
    id="net_revenue_retention",
    name="Net Revenue Retention",
    also=("NRR", "NDR"),
    category=EXPANSION,
    kind=Kind.CARRY,
    unit="share",
    better="higher",
    area=GROWTH,
    stage=AT_VALUE,
    forms=(
        Form(
            over=OPENING,
            needs=(NEEDS_LOSSES,),
            numerator=total("mrr_end", f"{BASE} OR ({BACK})"),
            denominator=total("mrr_start", BASE),
            n=f"count(*) FILTER (WHERE {BASE})",
            interval=Interval.JACKKNIFE,
            bounds=(0.0, float("inf")),
            base="paying customers at the start",
            words="{numerator:money} of MRR at the end / {denominator:money} of MRR at the start, of {n:customer} "
            "that paid at the start",
        ),
    ),
    doc=Doc(
        definition="What the customers that paid at the start of the period pay at its end, as a share of what they "
        "paid at its start. New customers are left out, and returning ones unless the setting says otherwise.",
        formula="MRR at the end of the customers that paid at the start / MRR at the start",
        insight="Above 100 % the base grows by itself: expansion outweighs contraction and churn, and sales could stop "
        "for a month without revenue falling.",
        measured="MRR per customer just before the period's start and just before its end, from subscriptions, monthly "
        "revenue or recurring invoice lines, whichever the workspace counts activity by. Trials and one-off charges "
        "are in neither; `nrr_with_reactivation` lets the revenue of those who came back count above the line.",
        trends="It moves with the renewal calendar: quarters in which large contracts end swing it most. A slow slide "
        "over several quarters usually starts in contraction, one year before the leavings show.",
        questions=(
            "Which of the four movements changed: expansion, contraction, churn, or the base they are divided by?",
            "How many customers make up half of the expansion?",
            "Is the fall in one segment or plan, or everywhere?",
            "Did a price rise lift it, and will it do so again next year?",
        ),
        improve=(
            "Take the ten largest contractions of the quarter and ask each account owner what was cut and why.",
            "Put an expansion path (more seats, next plan, second product) into every success plan of the large third.",
            "Review renewals 120 days ahead, so that a cut is negotiated and not just received.",
            "Index prices in the contract, so that growth does not hang on upsell alone.",
        ),
        show="A line over months with 100 % marked, above a waterfall of the MRR movements that make it; by segment as "
        "small multiples. At the year's grain it compares with what other companies publish.",
        risks="A few large expansions can hide many small losses, since nothing caps a customer at what it paid "
        "before. Read it with gross revenue retention and the number of customers behind it.",
        sources="Billing (Stripe, Chargebee, Recurly: the subscriptions export), the finance team's customer-by-month "
        "MRR sheet, or invoices with their periods from the accounting system.",
        connects="Board reporting and the revenue plan rest on it; it takes up what renewals, pricing and account "
        "management did, and feeds the growth assumption of the next budget.",
        effects={
            "arr": "each point above 100 % adds a point of growth before any new customer is won",
            "net_revenue_churn_rate": "falls by as much as this rises: the two add up to 100 %",
            "customer_lifetime_value": "rises, since customers pay more the longer they stay",
            "clv_to_cac_ratio": "improves without a change in what acquisition costs",
        },
    ),
)

EXPANSION_REVENUE = KPI(
    id="expansion_revenue",
    name="Expansion Revenue",
    also=("expansion MRR", "upsell and cross-sell revenue"),
    category=EXPANSION,
    kind=Kind.CARRY,
    unit="money",
    better="higher",
    area=GROWTH,
    stage=AT_VALUE,
    forms=(
        Form(
            over=OPENING,
            needs=(NEEDS_MONEY,),
            numerator=total("mrr_end - mrr_start", UP),
            n=f"count(*) FILTER (WHERE {UP})",
            base="customers that expanded",
            words="what {n:customer} pay more at the end than at the start, added up",
        ),
    ),
    doc=Doc(
        definition="The monthly recurring revenue, in money, that customers added who already paid at the start of the "
        "period and pay more at its end.",
        formula="sum of (MRR at the end - MRR at the start) over the customers that paid at the start and pay more now",
        insight="How much of growth comes from the base, which costs less to win than new customers.",
        measured="Each customer's MRR over all its products is compared at the two ends of the period; rises of half a "
        "cent or more are added up. Going from free to paid is new business and coming back is reactivation, so "
        "neither is in it.",
        trends="It grows with the base even when nobody sells better, and peaks where yearly contracts renew. A month "
        "far above the others is nearly always one account or one price change.",
        questions=(
            "Which accounts made the sum, and would it stand without the largest?",
            "How much came from seats, from higher plans, from new products, and from prices?",
            "Was it planned with the customer, or did usage simply pass a limit?",
        ),
        improve=(
            "Give every account above its seat or volume limit to somebody within the week.",
            "Agree with sales who owns an expansion, and pay for it, so that none lies between two desks.",
            "Build the next plan around what accounts that grew began to use a quarter earlier.",
        ),
        show="Stacked bars by month beside new MRR, so that both sources of growth stand on one scale; below it the "
        "table of accounts with the largest steps.",
        risks="It is net within the period and per customer: more of one product and less of another cancel out, and a "
        "quarter's sum is not that of its months. Price rises are in it, and it is an amount: a growing base makes it "
        "grow.",
        sources="The subscription changes of the billing system, or two consecutive columns of finance's MRR sheet; "
        "the CRM's won upsell deals explain them but do not count here.",
        connects="Commission and quota of account managers, the forecast of finance, and product's case for "
        "higher plans all draw on this sum.",
        effects={
            "net_revenue_retention": "rises by this amount over the opening MRR",
            "expansion_revenue_rate": "rises as long as new business does not grow faster",
            "mrr": "grows by this amount without acquisition costs",
            "average_revenue_per_account": "rises, since the same accounts pay more",
        },
    ),
)

KPIS = (NET_REVENUE_RETENTION, EXPANSION_REVENUE)
