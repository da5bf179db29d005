"""How large is expansion, against revenue, against the period before, and for one account?"""

from __future__ import annotations

from cs_metrics.kpis.catalogue.expansion.growth import BASE, UP
from cs_metrics.kpis.catalogue.places import AT_VALUE, EXPANSION, GROWTH
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, Measure, count, total
from cs_metrics.kpis.relations.expansion import TWO_PERIODS
from cs_metrics.kpis.relations.names import NEEDS_MONEY
from cs_metrics.kpis.relations.states import OPENING

_GAIN = f"CASE WHEN {UP} THEN mrr_end - mrr_start ELSE 0 END"
_CHANGE = f"CASE WHEN is_now THEN 1 ELSE -1 END * ({_GAIN})"

EXPANSION_REVENUE_RATE = KPI(
    id="expansion_revenue_rate",
    name="Expansion Revenue Rate",
    category=EXPANSION,
    kind=Kind.CARRY,
    unit="share",
    better="higher",
    area=GROWTH,
    stage=AT_VALUE,
    forms=(
        Form(
            over=OPENING,
            needs=(NEEDS_MONEY,),
            numerator=total("mrr_end - mrr_start", UP),
            denominator=total("mrr_end", "mrr_end > 0"),
            n="count(*) FILTER (WHERE mrr_end > 0)",
            interval=Interval.JACKKNIFE,
            bounds=(0.0, 1.0),
            base="paying customers at the end",
            words="{numerator:money} of expansion / {denominator:money} of MRR at the end; {against_start:share} "
            "of the MRR at the start",
            beside=(
                Beside(
                    "against_start",
                    f"CAST(sum({_GAIN}) AS DOUBLE) / nullif(sum(CASE WHEN {BASE} THEN mrr_start ELSE 0 END), 0)",
                    "share",
                ),
            ),
        ),
    ),
    doc=Doc(
        definition="The part of the MRR at the period's end that existing customers added within the period; beside it "
        "the same expansion measured against the MRR at the start.",
        formula="expansion MRR of the period / MRR at its end (beside it: / MRR at its start)",
        insight="How much of today's revenue was sold to people who were customers already: a mature business leans on "
        "this, a young one on new accounts.",
        measured="The numerator is that of Expansion Revenue; the denominator is the MRR of everyone who pays just "
        "before the period's end, newcomers included, in the segment they were in at its start.",
        trends="It drops in months of strong new business although nothing got worse, and climbs when acquisition "
        "dries up. The figure against the start is free of that and should be flat or rising.",
        questions=(
            "Did the rate change above the line or below it?",
            "Do the two versions, against the end and against the start, tell the same story?",
            "Which segment's share of expansion is below its share of revenue?",
        ),
        improve=(
            "Set one target for expansion as a share of revenue per segment, not one for all.",
            "Move account managers to the segment in which the rate lags although usage grows.",
            "Package what large customers ask for one by one into an add-on with a price.",
        ),
        show="A line by quarter for each of the two versions in one chart; a bar by segment with the interval drawn, "
        "since one big step moves a small segment.",
        risks="Its base holds the new customers of the period, so it cannot be added to a churn rate or used for net "
        "revenue retention. Quote it with its base: many publish the version against the opening MRR, which is "
        "higher in a growing firm.",
        sources="The same billing or MRR export as MRR itself; nothing else is read.",
        connects="Capacity planning of customer success against new sales: it says where the next head pays off, and "
        "investors ask for it when they weigh a growth story.",
        effects={
            "expansion_revenue": "is the numerator: at equal MRR both rise together",
            "net_revenue_retention": "rises with the version against the start, before losses are taken off",
            "customer_acquisition_cost": "weighs less in growth as more of it comes from the base",
        },
    ),
)

EXPANSION_REVENUE_GROWTH_RATE = KPI(
    id="expansion_revenue_growth_rate",
    name="Expansion Revenue Growth Rate",
    category=EXPANSION,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=GROWTH,
    stage=AT_VALUE,
    forms=(
        Form(
            over=TWO_PERIODS,
            needs=(NEEDS_MONEY,),
            numerator=Measure(f"coalesce(sum({_CHANGE}), 0)", _CHANGE),
            denominator=total("mrr_end - mrr_start", f"NOT is_now AND {UP}"),
            n=f"count(*) FILTER (WHERE NOT is_now AND {UP})",
            interval=Interval.JACKKNIFE,
            bounds=(-1.0, float("inf")),
            base="customers that expanded in the period before",
            words="{numerator:money} of expansion more than in the period before / {denominator:money} of expansion "
            "in it, by {n:customer}",
        ),
    ),
    doc=Doc(
        definition="By how much the expansion MRR of the period differs from that of the period before, as a share of "
        "the latter. 0 % means that as much was added as last time, not that nothing was.",
        formula="(expansion MRR in the period - expansion MRR in the period before) / expansion MRR in the period "
        "before",
        insight="Whether expansion speeds up or slows down, which shows a change of course before the yearly figures "
        "do.",
        measured="Expansion is measured twice, over the period and over the one before it of the same grain, each by "
        "the segment that a customer was in when that one began. Where nobody expanded before there is no value.",
        trends="It is a change of a change, so months jump by hundreds of percent; quarters, or the same quarter a "
        "year ago, are calmer. Three falls in a row mean that the pool of accounts that can still grow is running dry.",
        questions=(
            "Was this period strong, or the one before weak?",
            "Which accounts were in one of the two periods and not in the other?",
            "Did the calendar (renewal dates, a price change, a promotion) put expansion into one of them?",
            "Is the pipeline of upsell deals for the next period larger or smaller?",
        ),
        improve=(
            "Spread upsell talks over the year instead of waiting for renewal quarters.",
            "Keep a pipeline of upsell and cross-sell deals three times next quarter's goal, and look at it weekly.",
            "Launch add-ons on a calendar, so that each quarter has something new to offer to those who grew before.",
        ),
        show="Bars of expansion MRR with the growth rate as labels: the rate alone hides how small the numbers behind "
        "it are. Incomplete periods stay unlabelled.",
        risks="A weak period before makes an ordinary one look like a boom, and no lower bound protects the next "
        "value from the reverse. An unfinished period is compared with a whole one until it ends.",
        sources="Two periods of the billing system's subscriptions or of the MRR sheet, so at least three month ends.",
        connects="Quarterly business planning of sales and success, and the board's view on momentum; a fall asks "
        "product and marketing what they can launch into the base.",
        effects={
            "expansion_revenue": "grows faster while this is above 0, and still grows the base when it is below",
            "net_revenue_retention": "rises a period or two later if losses stay as they are",
            "customer_account_growth_rate": "follows in the same direction",
        },
    ),
)

AVERAGE_REVENUE_PER_EXPANSION_ACCOUNT = KPI(
    id="average_revenue_per_expansion_account",
    name="Average Revenue Per Expansion Account",
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
            numerator=total("mrr_end", UP),
            denominator=count(UP),
            interval=Interval.JACKKNIFE,
            bounds=(0.0, float("inf")),
            base="accounts that expanded",
            words="{numerator:money} of MRR at the end / {denominator:account} that expanded",
        ),
    ),
    doc=Doc(
        definition="What an account that expanded in the period pays a month after it: its whole MRR at the end, not "
        "the rise alone.",
        formula="MRR at the end of the accounts that expanded in the period / their number",
        insight="How big the accounts are in which growth happens: beside the ARPA of all it says whether expansion "
        "lives in large or in small customers.",
        measured="Over the customers that paid at the start and pay at least half a cent more at the end, their full "
        "MRR just before the period's end is averaged.",
        trends="With few expansions it swings with whoever was among them. A lasting rise means that growth moves up "
        "market; a fall with more accounts is often good news, as smaller ones have begun to grow.",
        questions=(
            "Is it higher than the ARPA of all accounts, and by how much?",
            "Did the accounts change, or what they pay?",
            "How large is the typical step, next to what they paid before?",
        ),
        improve=(
            "Offer a path for small accounts (self-service seats, an annual plan) if only large ones expand.",
            "Give the largest expanders an executive sponsor, so that the next step is planned together.",
            "Copy the bundle that the best-paying expanders hold into the offer for accounts of their size.",
        ),
        show="A number beside the ARPA of all accounts, and a dot plot of the accounts that expanded with what they "
        "paid before and after.",
        risks="It measures the size of those who grew, not the size of the growth: an account of 10,000 that adds 1 "
        "lifts it. In a month with three expansions it is an anecdote.",
        sources="Subscription rows with amounts and dates, or MRR per customer and month; the CRM adds account size "
        "for the split.",
        connects="Segmentation and coverage models: who gets a named manager, who a digital programme.",
        effects={
            "average_revenue_per_account": "is pulled up by these accounts as they become a larger part of all",
            "expansion_revenue": "rises with it when as many accounts expand as before",
            "customer_lifetime_value": "rises for the segment in which these accounts lie",
        },
    ),
)

KPIS = (EXPANSION_REVENUE_RATE, EXPANSION_REVENUE_GROWTH_RATE, AVERAGE_REVENUE_PER_EXPANSION_ACCOUNT)
