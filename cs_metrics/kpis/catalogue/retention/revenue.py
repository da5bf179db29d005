"""How much of the recurring revenue stays, and how much is lost before any expansion."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_VALUE, PREVENTION, RETENTION
from cs_metrics.kpis.catalogue.retention.parts import AT_START, LOST, PAID, PAYING
from cs_metrics.kpis.model import KPI, Doc, Form, Interval, Kind, Measure, total
from cs_metrics.kpis.relations.names import NEEDS_LOSSES
from cs_metrics.kpis.relations.states import OPENING

_KEPT = "CASE WHEN mrr_end > mrr_start - 0.005 THEN mrr_start ELSE mrr_end END"
# of a sum that is capped as a whole each row has its part, so that the rows behind it add up to it
_LEFT = f"coalesce(sum(mrr_end) FILTER (WHERE {PAID}), 0)"
_SHARED = "least(1.0, CAST(sum({start}) OVER () AS DOUBLE) / nullif(CAST(sum({end}) OVER () AS DOUBLE), 0))".format(
    start=f"CASE WHEN {PAID} THEN mrr_start END", end=f"CASE WHEN {PAID} THEN mrr_end END"
)
_CAPPED = Measure(f"least({_LEFT}, {AT_START.sql})", f"CASE WHEN {PAID} THEN mrr_end ELSE 0 END * {_SHARED}")
_CHANGED = f"{PAID} AND abs(mrr_start - mrr_end) >= 0.005"

GROSS_REVENUE_RETENTION = KPI(
    id="gross_revenue_retention",
    name="Gross Revenue Retention",
    also=("GRR",),
    category=RETENTION,
    kind=Kind.CARRY,
    unit="share",
    better="higher",
    area=PREVENTION,
    stage=AT_VALUE,
    forms=(
        Form(
            over=OPENING,
            needs=(NEEDS_LOSSES,),
            when=("settings.grr_cap", "customer"),
            numerator=total(_KEPT, PAID),
            denominator=AT_START,
            n=PAYING,
            interval=Interval.JACKKNIFE,
            bounds=(0.0, 1.0),
            base="paying customers at the start",
            words="{numerator:money} of MRR kept / {denominator:money} of MRR at the start, of {n:customer} that "
            "paid at the start",
        ),
        Form(
            over=OPENING,
            needs=(NEEDS_LOSSES,),
            when=("settings.grr_cap", "total"),
            numerator=_CAPPED,
            denominator=AT_START,
            n=PAYING,
            each=f"CASE WHEN {PAID} THEN mrr_end ELSE 0 END",
            interval=Interval.JACKKNIFE,
            bounds=(0.0, 1.0),
            base="paying customers at the start",
            words="{numerator:money} of MRR left, capped as a whole / {denominator:money} of MRR at the start, of "
            "{n:customer} that paid at the start",
        ),
    ),
    doc=Doc(
        definition="The share of the recurring revenue at the start of the period that is left at its end, each "
        "customer counted up to what it paid at the start.",
        formula="1 - (churned MRR + contracted MRR) / MRR at the start",
        insight="How much revenue stays without any upsell: the floor under net revenue retention.",
        measured="For each customer with MRR above zero at the start, the smaller of its MRR at the two ends, added up "
        "over all its products. Changes under half a cent are none. New and returning customers are not in it. With "
        "`grr_cap` at total only the sum is held to what was paid at the start, so that growth of one customer hides "
        "losses of another.",
        trends="Moves little from month to month in a base on yearly terms. Where it drifts down while net retention "
        "holds, upsell to a few is paying for the losses of many.",
        questions=(
            "How much of the gap to 100 % is customers gone, how much customers paying less?",
            "Would it still fall without its largest loss?",
            "Which plan keeps least of its revenue?",
            "Were discounts granted to keep customers, and do they show here?",
        ),
        improve=(
            "Look first at the largest accounts at risk: here money counts, not heads.",
            "Trade a lower price for a longer term, never for nothing.",
            "Right-size licences during the year, so that renewal brings no shock cut.",
        ),
        show="A line between a floor such as 80 % and 100 %, with net retention above it; the space between is upsell.",
        risks="It can never exceed 100 %, and a price rise hides in it as no change. One large customer can move it; "
        "the interval, made by leaving one customer out at a time, shows how far.",
        sources="Recurring amounts per customer from billing, a monthly MRR sheet, or recurring invoice lines.",
        connects="Investor reporting, valuation, and the planning of next year's revenue from the base alone.",
        effects={
            "gross_revenue_churn_rate": "is what is missing to 100 %",
            "net_revenue_retention": "can fall no lower than it",
            "arr": "starts the next period from what it leaves",
        },
    ),
)

GROSS_REVENUE_CHURN_RATE = KPI(
    id="gross_revenue_churn_rate",
    name="Gross Revenue Churn Rate",
    also=("Gross Dollar Churn", "gross MRR churn"),
    category=RETENTION,
    kind=Kind.CARRY,
    unit="share",
    better="lower",
    area=PREVENTION,
    stage=AT_VALUE,
    forms=(
        Form(
            over=OPENING,
            needs=(NEEDS_LOSSES,),
            numerator=total("mrr_start - mrr_end", LOST),
            denominator=AT_START,
            n=PAYING,
            interval=Interval.JACKKNIFE,
            bounds=(0.0, 1.0),
            base="paying customers at the start",
            words="{numerator:money} of MRR lost to leaving and to paying less / {denominator:money} of MRR at the "
            "start, of {n:customer}",
        ),
    ),
    doc=Doc(
        definition="All recurring revenue that opening customers took away, by leaving or by paying less, over what "
        "they paid at the start; no upsell is set against it. "
        "Revenue churn by cause comes to the same total, told apart.",
        formula="(churned MRR + contracted MRR) / MRR at the start",
        insight="The hole that new business and expansion must fill before the company grows by a cent.",
        measured="Each paying customer's MRR at the start less its MRR at the end, where that is a loss. A customer "
        "who drops one product and adds another is judged by the sum of both. Moving from a paid to a free plan is a "
        "full loss of its money, though the customer stays active.",
        trends="Lumpy: a month with one large leaver stands out and the next looks healed. The rolling year is what "
        "management should steer by.",
        questions=(
            "Is it more customers than last time, or larger ones?",
            "How much of it had been in the forecast?",
            "Did the same accounts shrink before they went?",
            "What would it be without accounts won in the last promotion?",
        ),
        improve=(
            "Keep a ranked list of MRR at risk, and give the top ten an executive sponsor.",
            "Ask for the reason of every cut above a set amount, not only of departures.",
            "Tie CSM goals to revenue kept in their book, whatever is sold on top.",
        ),
        show="Bars below the zero line, churned and contracted stacked, beside the bars of new and expansion MRR.",
        risks="Growing accounts cannot make up for a loss here, so it looks worse than the net figure, on purpose. "
        "Over a quarter a dip that recovers is not seen, which makes a quarter's rate less than its months' together.",
        sources="Subscription changes from the billing ledger; currency rates where customers pay in several.",
        connects="The sales target, since lost MRR is the first thing new sales must replace, and cash planning.",
        effects={
            "gross_revenue_retention": "falls by as much as it rises",
            "net_revenue_churn_rate": "rises unless expansion keeps pace",
            "mrr": "loses this part of its opening value",
        },
    ),
)

NET_REVENUE_CHURN_RATE = KPI(
    id="net_revenue_churn_rate",
    name="Net Revenue Churn",
    also=("Net Dollar Churn", "net MRR churn"),
    category=RETENTION,
    kind=Kind.CARRY,
    unit="share",
    better="lower",
    area=PREVENTION,
    stage=AT_VALUE,
    forms=(
        Form(
            over=OPENING,
            needs=(NEEDS_LOSSES,),
            numerator=total("mrr_start - mrr_end", _CHANGED),
            denominator=AT_START,
            n=PAYING,
            interval=Interval.JACKKNIFE,
            bounds=(float("-inf"), 1.0),
            base="paying customers at the start",
            words="{numerator:money} of MRR lost less MRR added by the same customers / {denominator:money} of MRR "
            "at the start, of {n:customer}",
        ),
    ),
    doc=Doc(
        definition="What the opening customers pay less at the end than at the start, their expansion set against "
        "their losses, over what they paid at the start. Below zero the base grows by itself.",
        formula="(churned MRR + contracted MRR - expansion MRR) / MRR at the start",
        insight="Whether the company would shrink or grow if it stopped selling to anyone new.",
        measured="MRR at the start minus MRR at the end, summed over every customer that paid at the start. Returning "
        "customers stay out even where net revenue retention is set to let them in, so the two add up to 100 % only "
        "without that setting.",
        trends="It crosses zero when a land-and-expand motion starts to work. It swings with price rises, which arrive "
        "in one month and then leave the comparison.",
        questions=(
            "Is it low because little is lost, or because a few bought much?",
            "How much of the expansion is a price rise?",
            "Which segment is above zero, and for how long already?",
            "Does it stay below zero without the three largest expansions?",
        ),
        improve=(
            "Find growth in the middle of the base, rather than one more deal with the largest account.",
            "Price along something that grows with the customer's success.",
            "Pair each account that shrinks with the play that once turned one like it.",
        ),
        show="A line around zero, shaded green below it, with the gross rate above for comparison.",
        risks="A negative value looks like health and may hide a base that bleeds: always show gross churn next to "
        "it. It is not a share of anything, and has no lower limit.",
        sources="The same MRR per customer at two dates that any revenue bridge uses; upsells booked in billing.",
        connects="Growth planning, the valuation multiple, the split of targets between sales and customer success.",
        effects={
            "net_revenue_retention": "is 100 % minus it",
            "expansion_revenue": "lowers it, and is the only thing that brings it below zero",
            "customer_account_growth_rate": "is its mirror image with subscriptions",
        },
    ),
)

KPIS = (GROSS_REVENUE_RETENTION, GROSS_REVENUE_CHURN_RATE, NET_REVENUE_CHURN_RATE)
