"""Who stays, who goes, and how a cohort ages: rates of customers."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_ADOPTION, AT_VALUE, PREVENTION, RETENTION
from cs_metrics.kpis.model import KPI, Doc, Form, Interval, Kind, count
from cs_metrics.kpis.relations.leaving import COHORT
from cs_metrics.kpis.relations.names import NEEDS_LEAVING
from cs_metrics.kpis.relations.states import OPENING

_STAYED = "active_start AND active_end"
_LEFT = "active_start AND NOT active_end"

CUSTOMER_RETENTION_RATE = KPI(
    id="customer_retention_rate",
    name="Customer Retention Rate",
    also=("CRR",),
    category=RETENTION,
    kind=Kind.CARRY,
    unit="share",
    better="higher",
    area=PREVENTION,
    stage=AT_VALUE,
    cadence="quarterly",
    forms=(
        Form(
            over=OPENING,
            needs=(NEEDS_LEAVING,),
            words="{numerator:customer} active at the start and at the end / {denominator:customer} active at the "
            "start",
            numerator=count(_STAYED),
            denominator=count("active_start"),
            interval=Interval.WILSON,
            base="customers active at the start",
        ),
    ),
    doc=Doc(
        definition="The share of the customers active at the start of the period that are still active at its end. "
        "Customers won in between are left out.",
        formula="customers active at the start and at the end / customers active at the start",
        insight="How well the base holds before any new business: read it beside net revenue retention to see whether "
        "those who stay also grow.",
        measured="Who is active just before the first instant of the period, looked up again just before its last, in "
        "the one source of activity of the workspace (subscriptions, else billing, else churn dates, else orders and "
        "events). Trials and one-off charges make nobody active, a free plan does.",
        trends="Steady within a point or two for a healthy base of yearly contracts, with a dip where many of them "
        "end. A slow slide over several quarters says that newer customers fit less well than older ones.",
        questions=(
            "Is the dip in one region, plan or CSM's book, or everywhere?",
            "Did the customers who stayed this time have a reason to look around, such as a price change?",
            "How many of those kept are on notice already?",
            "Is the base old or young, compared with the same quarter last year?",
        ),
        improve=(
            "Name an owner and a next step for every account that renews within two quarters.",
            "Start the conversation about the coming year at half of the contract, on what has been reached so far.",
            "Give the accounts without a CSM a programme of their own: in-product help, office hours, a community.",
            "Win fewer customers of the kind that has never stayed.",
        ),
        show="A line by quarter with its interval as a band, and a bar for each segment beside it, sorted.",
        risks="It counts heads: losing the largest customer weighs as much as losing the smallest. Whoever leaves and "
        "returns within the period counts as kept, and long periods hide more of that than short ones.",
        sources="Subscriptions from billing (Stripe, Chargebee, Recurly) or an export of accounts with their end "
        "dates from the CRM (Salesforce, HubSpot).",
        connects="The board's view of the base, capacity planning of customer success, and the renewal calendar.",
        effects={
            "average_customer_lifespan": "lengthens, since more customers live through each period",
            "net_revenue_retention": "rises with it unless those who stay pay less",
            "customer_lifetime_value": "grows: the same revenue is earned for longer",
        },
    ),
)

CUSTOMER_CHURN_RATE = KPI(
    id="customer_churn_rate",
    name="Customer Churn Rate",
    also=("Churn Rate", "logo churn"),
    category=RETENTION,
    kind=Kind.CARRY,
    unit="share",
    better="lower",
    area=PREVENTION,
    stage=AT_VALUE,
    forms=(
        Form(
            over=OPENING,
            needs=(NEEDS_LEAVING,),
            words="{numerator:customer} active at the start and not at the end / {denominator:customer} active at "
            "the start",
            numerator=count(_LEFT),
            denominator=count("active_start"),
            interval=Interval.WILSON,
            base="customers active at the start",
        ),
    ),
    doc=Doc(
        definition="The share of the customers active at the start of the period that have gone by its end, whatever "
        "they paid. Who came and went within the period is in neither part.",
        formula="customers active at the start and not at the end / customers active at the start",
        insight="Where the base leaks, and when: by plan, region or age it says which promise is not kept.",
        measured="The complement of the retention rate over the same opening customers. A leaving is dated by the end "
        "of the last subscription, not by the notice (a setting changes that); without subscriptions by the recorded "
        "leaving, else by 90 days without an order or event.",
        trends="Young products lose many early and few late, so the rate falls as the base ages even if nothing "
        "improves. A spike usually has a date: a price rise, a release, the anniversary of a campaign.",
        questions=(
            "Which reasons were recorded for those who left, and which of them could we have known of?",
            "How old were they: in their first months, or at a renewal?",
            "Do they share a plan, a promotion or an acquisition channel?",
            "Had anybody spoken to them in the quarter before?",
        ),
        improve=(
            "Call every leaver within a week and record the reason in one list.",
            "Work through the accounts with the highest risk score weekly, in one short meeting.",
            "Mend failed payments: remind before a card expires and retry for two weeks.",
            "Offer a pause or a smaller plan before the cancellation goes through.",
        ),
        show="Bars by month with the number who left written on them; split by age of the account, since the first "
        "year behaves unlike the rest.",
        risks="Rates of different grains do not compare: a month's churn times twelve is not a year's. A small base "
        "makes a single leaving look like a trend, so read it with its interval.",
        sources="End dates in the billing system, a list of leavings kept by customer success, cancellation forms.",
        connects="Win-back campaigns, the product's list of deal-breakers, sales' definition of a good customer.",
        effects={
            "customer_retention_rate": "is one minus it, so they move in opposite ways",
            "customer_churn_cost": "rises with every customer that has to be replaced",
            "customer_lifetime_value": "shrinks, quickly where the rate was low",
            "referral_program_participation_rate": "loses possible referrers",
        },
    ),
)

CUSTOMER_COHORT_RETENTION_RATE = KPI(
    id="customer_cohort_retention_rate",
    name="Customer Cohort Retention Rate",
    also=("Cohort Retention Analysis",),
    category=RETENTION,
    kind=Kind.COHORT,
    unit="share",
    better="higher",
    area=PREVENTION,
    stage=AT_ADOPTION,
    forms=(
        Form(
            over=COHORT,
            needs=(NEEDS_LEAVING,),
            numerator=count("active_later"),
            denominator=count(),
            interval=Interval.WILSON,
            base="customers whose first activity is in the period",
            words="{numerator:customer} active at the end of the period {cohort_age} later / {denominator:customer} "
            "first active in the period",
        ),
    ),
    doc=Doc(
        definition="Of the customers whose first activity ever falls in the period, the cohort, the share that is "
        "active a set number of periods later (three, unless the setting says otherwise).",
        formula="customers of the cohort active at the end of the k-th later period / customers of the cohort",
        insight="Whether newer customers stay better than older ones did at the same age: the one comparison that a "
        "growing base does not blur.",
        measured="The first paid or free start of a customer ever puts it into a cohort; a return does not make it "
        "new. Active means active just before the end of the k-th period after the first; whether it was away in "
        "between is not asked. The value stands under the cohort's own period and is incomplete until k more are over.",
        trends="Cohorts fall steeply at first and level out; what matters is whether successive cohorts level out "
        "higher. One bad cohort among good ones points to how it was won or started.",
        questions=(
            "What was different in how this cohort was sold or onboarded?",
            "At which age does it part from the cohort before?",
            "Is its mix of plans or channels another one?",
            "Does it still fall, or has it found its floor?",
        ),
        improve=(
            "Fix the first weeks for the next cohort: a kick-off within days and a first result within the month.",
            "Compare the accounts that stayed with those that left at the same age, and sell to the former.",
            "Put a check at the age at which most are lost, shortly before it.",
        ),
        show="One line over the cohorts at a fixed age, and the triangle of all ages on the cohort page.",
        risks="The most recent cohorts are always missing: no value of age three before three periods have passed. "
        "Cohorts of a dozen customers jump, and a month's age and a quarter's age are different questions.",
        sources="First and last dates of subscriptions, or the order and event history where nothing is subscribed.",
        connects="Onboarding design, campaign planning, and the forecast of next year's base.",
        effects={
            "customer_churn_rate": "falls some periods later, when the better cohorts make up the base",
            "average_customer_lifespan": "lengthens once the cohorts have aged",
            "time_to_first_value": "is where a weak cohort can often be seen first",
        },
    ),
)

KPIS = (CUSTOMER_RETENTION_RATE, CUSTOMER_CHURN_RATE, CUSTOMER_COHORT_RETENTION_RATE)
