"""What comes back every month or year, and what contracts are signed for."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_VALUE, FINANCIAL, GROWTH
from cs_metrics.kpis.model import KPI, Doc, Form, Interval, Kind, count, total
from cs_metrics.kpis.relations.names import NEEDS_MONEY
from cs_metrics.kpis.relations.sales import DEALS_CLOSED, SIGNINGS
from cs_metrics.kpis.relations.states import CLOSING

MRR = KPI(
    id="mrr",
    name="Monthly Recurring Revenue",
    also=("MRR",),
    category=FINANCIAL,
    kind=Kind.SNAPSHOT,
    unit="money",
    better="higher",
    area=GROWTH,
    stage=AT_VALUE,
    forms=(
        Form(
            over=CLOSING,
            needs=(NEEDS_MONEY,),
            numerator=total("mrr_end"),
            n="count(*) FILTER (WHERE mrr_end > 0)",
            base="paying customers",
            words="what {n:paying customer} pay a month at the end, added up",
        ),
    ),
    doc=Doc(
        definition="The recurring revenue of one month at the end of the period: every active subscription's amount "
        "brought to a month.",
        formula="sum over the subscriptions active at the end of amount per month (a quarter / 3, a half-year / 6, a "
        "year / 12, a week x 52 / 12)",
        insight="The run rate of the business. Its movements (new, reactivation, expansion, contraction, churn) say "
        "which of sales, customer success or the price list moved it.",
        measured="From subscriptions (start_date, end_date, amount, billing_period), else the monthly snapshots, else "
        "the recurring lines of invoices, one source for the whole workspace. Trials, one-off charges and rows in a "
        "currency without a rate are left out; a row that ends on the last day still counts in the period it closes.",
        trends="It climbs in steps at contract dates rather than smoothly, and dips at year ends when annual contracts "
        "run out. Growth that slows while new business holds means that contraction and churn have caught up.",
        questions=(
            "Which of the five movements explains the change, and in which plan?",
            "How much of it hangs on the ten largest accounts?",
            "Is growth carried by new customers or by those already here?",
            "Which contracts end in the next 90 days, and what do they pay a month?",
        ),
        improve=(
            "Open the churn and contraction bars of the movements and call the largest accounts behind them.",
            "Move customers who outgrew their plan to the next one at their renewal.",
            "Bring lapsed customers back with an offer that answers the reason they left for.",
            "Replace standing discounts with ones that end on a date.",
        ),
        show="A line of month ends with the movement bars below it, split by plan or product; beside it the share of "
        "the largest accounts.",
        risks="It is not cash and not booked revenue: a year paid in advance counts a twelfth a month. Usage fees and "
        "one-off projects are missing, and a change of exchange rates looks like growth.",
        sources="Subscription exports of Stripe Billing, Chargebee, Recurly or Zuora; or the finance team's sheet of "
        "customer by month.",
        connects="Finance plans with it, the renewal calendar foretells its losses, and the expansion playbook its "
        "gains.",
        effects={
            "arr": "moves by twelve times as much",
            "average_revenue_per_account": "rises when the number of paying accounts stays as it is",
            "customer_lifetime_value": "follows through the revenue per account",
        },
    ),
)

ARR = KPI(
    id="arr",
    name="Annual Recurring Revenue",
    also=("ARR", "Average Returning Revenue"),
    category=FINANCIAL,
    kind=Kind.SNAPSHOT,
    unit="money",
    better="higher",
    area=GROWTH,
    stage=AT_VALUE,
    cadence="quarterly",
    forms=(
        Form(
            over=CLOSING,
            needs=(NEEDS_MONEY,),
            numerator=total("12 * mrr_end"),
            n="count(*) FILTER (WHERE mrr_end > 0)",
            base="paying customers",
            words="12 × what {n:paying customer} pay a month at the end",
        ),
    ),
    doc=Doc(
        definition="Twelve times the monthly recurring revenue at the end of the period: what the subscriptions of "
        "that day would bring in a year if none of them changed.",
        formula="12 x MRR at the end",
        insight="The size by which boards, investors and buyers compare subscription businesses, and the base of most "
        "multiples and yearly targets.",
        measured="Taken from the same active rows as MRR and multiplied by 12, so a monthly plan that could stop "
        "tomorrow counts with a whole year. Signed contracts that have not started are not in it.",
        trends="Read it year on year: single months say little. A yearly growth that falls while the new logos of the "
        "year hold points at the installed base.",
        questions=(
            "How much of it is under contract for the next twelve months, and how much is month to month?",
            "What would be left of it if every contract ending this year went the way of the last year's?",
            "Which part was won in the last two weeks before the quarter closed?",
        ),
        improve=(
            "Offer yearly terms to monthly payers who have stayed for a year.",
            "Start the renewal talks of the accounts with the largest yearly sums a quarter ahead.",
            "Put price steps for following years into multi-year contracts.",
            "Agree with finance on one date and one source before the board meeting.",
        ),
        show="One figure with the year-on-year change, and a bridge from last year's figure over new, expansion, "
        "contraction and churn to this one.",
        risks="A projection spoken of as if it were booked. Monthly and seasonal customers blow it up, a weak month "
        "costs twelvefold, and companies that count pilots or usage in theirs do not compare.",
        sources="The billing system's subscriptions; contract terms from the CRM (Salesforce, HubSpot) help to tell "
        "what is committed.",
        connects="Board reports, budgets and quotas are set from it; the customer success team's share of it sets how "
        "many accounts a manager can have.",
        effects={
            "mrr": "is a twelfth of it, so both move on the same day",
            "cost_to_serve": "becomes a smaller share of revenue as this grows",
            "net_revenue_retention": "is worth more money a point, the larger this is",
        },
    ),
)

_WORTH = "worth + CASE WHEN :one_off_in_acv THEN fees ELSE 0 END"

ANNUAL_CONTRACT_VALUE = KPI(
    id="annual_contract_value",
    name="Annual Contract Value",
    also=("ACV",),
    category=FINANCIAL,
    kind=Kind.FLOW,
    unit="money",
    better="higher",
    area=GROWTH,
    stage=AT_VALUE,
    cadence="quarterly",
    forms=(
        Form(
            over=SIGNINGS,
            needs=("subscriptions.contract_start", "subscriptions.amount"),
            numerator=total(f"({_WORTH})"),
            denominator=count(),
            interval=Interval.CLUSTER,
            base="paying contracts signed",
            words="{numerator:money} a year from the contracts signed / {denominator:contract}",
        ),
        Form(
            over=DEALS_CLOSED,
            needs=("opportunities.amount", "opportunities.status", "opportunities.closed_at"),
            numerator=total("amount", "status = 'won'"),
            denominator=count("status = 'won' AND amount IS NOT NULL"),
            interval=Interval.CLUSTER,
            base="deals won",
            words="{numerator:money} won / {denominator:deal}",
            note="No contracts are loaded: each deal's amount is taken for one year.",
        ),
    ),
    doc=Doc(
        definition="What a contract signed in the period is worth for one year of its term, on average: one year of "
        "the recurring price it starts with. Fees that come once are left out unless a setting counts them.",
        formula="sum over the contracts signed in the period of 12 x MRR at the contract's start / contracts signed",
        insight="Which size of commitment the company sells. Against the cost to win and to serve, it says whether a "
        "segment deserves a personal manager or a digital one.",
        measured="A contract is a customer's rows with the same contract_start, contract_end and product; it counts in "
        "the period of its contract_start, renewals included. Free contracts are left out; with one_off_in_acv the "
        "one-off rows with its dates are spread over its years. Without contracts, the amounts of deals won.",
        trends="It drifts up when sales moves to larger companies and down when self-service grows. A jump with few "
        "signatures is one big contract.",
        questions=(
            "Did the mix of new and renewed contracts change, or the price?",
            "Which discounts were given to get the signatures of this quarter?",
            "Do larger contracts renew better than smaller ones?",
        ),
        improve=(
            "Sell packages by what the customer gets out of them instead of by seat.",
            "Give sales a floor below which a contract needs approval.",
            "Hand small contracts to a self-service track and free the team for larger ones.",
            "Raise the price at the renewal where use has doubled since the signature.",
        ),
        show="The mean with its interval by quarter, and a histogram of the contracts behind it, split by new and "
        "renewed.",
        risks="A mean of few contracts that one signature can double. It says nothing of the term: three years at "
        "10,000 count like one year at 10,000, and price steps in later years are not seen.",
        sources="Contract dates and prices from Zuora, Chargebee, SAP or the contract register; else closed-won "
        "opportunities of the CRM.",
        connects="Sales compensation, the split of accounts among customer success managers, and legal's renewal "
        "calendar.",
        effects={
            "average_deal_size": "moves alike, as far as deals are signed for a year",
            "customer_acquisition_cost": "can be borne higher when each signature is worth more",
            "contract_renewal_rate": "by value is decided by the largest of these contracts",
        },
    ),
)

KPIS = (MRR, ARR, ANNUAL_CONTRACT_VALUE)
