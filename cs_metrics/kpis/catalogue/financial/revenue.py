"""Revenue per account and per user, and how the accounts of yesterday grow."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.financial.parts import BUYER, KNOWN, NEEDS_ORDERS
from cs_metrics.kpis.catalogue.places import AT_ADOPTION, AT_VALUE, FINANCIAL, GROWTH
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, count, total
from cs_metrics.kpis.relations.names import NEEDS_LOSSES, NEEDS_MONEY, NEEDS_REVENUE
from cs_metrics.kpis.relations.orders import BUYERS, GUEST_ORDERS
from cs_metrics.kpis.relations.revenue import GROWING, GUEST_REVENUE, PAYING_AND_KNOWN, PAYING_AND_USING
from cs_metrics.kpis.relations.states import CLOSING, OPENING

AVERAGE_REVENUE_PER_ACCOUNT = KPI(
    id="average_revenue_per_account",
    name="Average Revenue Per Account",
    also=("ARPA",),
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
            numerator=total("mrr_end", "mrr_end > 0"),
            denominator=count("mrr_end > 0"),
            interval=Interval.JACKKNIFE,
            base="paying accounts at the end",
            words="{numerator:money} of MRR at the end / {denominator:paying account}",
        ),
        Form(
            over=BUYERS,
            needs=NEEDS_ORDERS,
            numerator=total("amount", KNOWN),
            denominator=count(BUYER),
            interval=Interval.JACKKNIFE,
            base="accounts with an order",
            leaves_out=(GUEST_ORDERS,),
            words="{numerator:money} of net order revenue / {denominator:account} with an order",
        ),
    ),
    doc=Doc(
        definition="What one paying account brings: monthly recurring revenue at the end of the period per paying "
        "account. Shops without subscriptions: net order revenue of the period per account that ordered.",
        formula="MRR at the end / paying accounts at the end; or net order revenue / accounts with an order",
        insight="Whether the business grows by more customers or by customers worth more; by segment, whom to serve "
        "how.",
        measured="The accounts with MRR above 0 just before the period's end and their MRR, from the workspace's "
        "source of recurring revenue. With orders alone, refunds reduce the revenue by their amount and guests' orders "
        "are left out.",
        trends="It rises in steps with price rises and with the loss of small accounts, and sinks when a cheap plan is "
        "launched. Even over years it means that growth is all by number.",
        questions=(
            "Did the accounts that were here a year ago grow, or did the mix change?",
            "Which plan do new accounts choose, compared with the base?",
            "How far apart are the mean and the typical account?",
        ),
        improve=(
            "Build an upgrade path at the limit that most accounts reach first.",
            "Retire legacy price lists plan by plan, with notice and a reason.",
            "Offer the second product to accounts that use the first one fully.",
        ),
        show="A line by plan or company size with its interval, above bars of the number of paying accounts.",
        risks="It rises when small accounts leave, which is no success. Accounts on free plans are not in its base, "
        "and one enterprise account can hold the mean far above what most pay.",
        sources="Active subscriptions of the billing system, or the shop's orders (Shopify, WooCommerce).",
        connects="Segmentation and the coverage model of customer success, packaging, and the target of new accounts.",
        effects={
            "mrr": "is this times the number of paying accounts",
            "customer_lifetime_value": "rises in proportion",
            "average_revenue_per_user": "rises with it as long as accounts have as many users as before",
        },
    ),
)

AVERAGE_REVENUE_PER_USER = KPI(
    id="average_revenue_per_user",
    name="Average Revenue Per User",
    also=("ARPU",),
    category=FINANCIAL,
    kind=Kind.FLOW,
    unit="money",
    better="higher",
    area=GROWTH,
    stage=AT_ADOPTION,
    forms=tuple(
        Form(
            over=relation,
            needs=(NEEDS_REVENUE, *needs),
            numerator=total("revenue", KNOWN),
            denominator=total("users"),
            interval=Interval.JACKKNIFE,
            base=base,
            words=f"{{numerator:money}} of revenue / {{denominator:{noun}}}",
            beside=(Beside("accounts", f"count(*) FILTER (WHERE {KNOWN} AND revenue <> 0)", "count"),),
            leaves_out=(GUEST_REVENUE,),
            note=note,
        )
        for relation, needs, base, noun, note in (
            (PAYING_AND_USING, ("events.user_id", "events.occurred_at"), "active users", "active user", ""),
            (
                PAYING_AND_KNOWN,
                ("users.user_id", "users.created_at"),
                "users",
                "user",
                "There are no events of users: every user created by then counts.",
            ),
        )
    ),
    doc=Doc(
        definition="The revenue of the period per person that used the product in it. Persons, not accounts: an "
        "account with 50 active users is 50 in the base.",
        formula="revenue accrued in the period / distinct users with an event in the period",
        insight="What one pair of hands at the keyboard is worth; whether the price follows the use, or whole teams "
        "use it for the price of one.",
        measured="Revenue is MRR accrued day by day (a month's MRR over the days of that month), with one-off charges "
        "only where one_off_in_revenue says so; net orders where there are no subscriptions. Users are distinct "
        "user_ids with an event; without events those created before the period's end.",
        trends="Holidays and quiet weeks lift it, since the revenue stays and the users do not. A long fall beside "
        "rising use means that the price is not tied to users.",
        questions=(
            "Did revenue move, or the number of active people?",
            "Which accounts pay for many more users than are active?",
            "Where do many people use a plan that was priced for a few?",
        ),
        improve=(
            "Call accounts whose paid seats stand empty before they notice at the renewal.",
            "Price by active users or by tier of users where teams share one login.",
            "Show administrators who uses what, so that seats move to those who need them.",
        ),
        show="Two lines over months, revenue and active users, both set to 100 at the start, with this quotient below; "
        "a pair of lines for each plan.",
        risks="It goes up when people stop using the product, which is the worst of reasons. Shared logins, service "
        "accounts and users without an id distort the base, and a day or a month of it do not compare.",
        sources="Billing for the revenue; product analytics (Segment, Amplitude, PostHog) or the application's event "
        "log for the users.",
        connects="Packaging and seat policy, adoption programmes, and licence reviews at renewals.",
        effects={
            "renewal_rate": "suffers later when this rose because people stopped using the product",
            "average_revenue_per_account": "rises alike where an account keeps its number of active people",
            "customer_downgrade_rate": "follows a rise that comes from idle seats",
        },
    ),
)

_BACK = ":nrr_with_reactivation AND mrr_start <= 0 AND mrr_end > 0 AND paid_before"

CUSTOMER_ACCOUNT_GROWTH_RATE = KPI(
    id="customer_account_growth_rate",
    name="Customer Account Growth Rate",
    category=FINANCIAL,
    kind=Kind.CARRY,
    unit="share",
    better="higher",
    area=GROWTH,
    stage=AT_VALUE,
    cadence="quarterly",
    forms=(
        Form(
            over=OPENING,
            needs=(NEEDS_LOSSES,),
            numerator=total("(mrr_end - mrr_start)", f"mrr_start > 0 OR ({_BACK})"),
            denominator=total("mrr_start", "mrr_start > 0"),
            n="count(*) FILTER (WHERE mrr_start > 0)",
            interval=Interval.JACKKNIFE,
            bounds=(-1.0, float("inf")),
            base="paying customers at the start",
            words="{numerator:money} more (or less) of MRR / {denominator:money} at the start, of {n:paying customer}",
            beside=(
                Beside("growing", "count(*) FILTER (WHERE mrr_start > 0 AND mrr_end - mrr_start >= 0.005)", "count"),
            ),
        ),
        Form(
            over=GROWING,
            needs=NEEDS_ORDERS,
            numerator=total("(amount - amount_before)", f"{KNOWN} AND orders_before >= 1"),
            denominator=total("amount_before", f"{KNOWN} AND orders_before >= 1"),
            n=f"count(*) FILTER (WHERE {KNOWN} AND orders_before >= 1)",
            interval=Interval.JACKKNIFE,
            base="customers with an order in the period before",
            words="{numerator:money} more (or less) than in the period before / {denominator:money} then, of "
            "{n:customer} who ordered then",
        ),
    ),
    doc=Doc(
        definition="By how much the revenue of the same accounts grew or shrank over the period: those that paid at "
        "its start, whether they are still here or not. Zero means that they pay as much as before. "
        "It is about revenue, never about the number of accounts.",
        formula="(revenue at the end - revenue at the start) / revenue at the start, over the accounts that paid at "
        "the start; orders: the period against the one before",
        insight="How fast the customer base grows with no new logo: the growth that customer success can claim.",
        measured="MRR of each account at both ends of the period; accounts won in between are left out, lost ones "
        "count with 0 at the end, and returning ones only where the setting for them is on. In shops: net revenue of "
        "the customers who ordered in the period before, now against then.",
        trends="In subscription businesses it breathes with the renewal calendar; in shops it follows the season, so "
        "compare it with the same period a year ago.",
        questions=(
            "How many accounts grew, and how many carry the loss?",
            "Do accounts of their second year still grow?",
            "Which managers' books shrink, and are their accounts alike?",
        ),
        improve=(
            "Write a growth plan for the accounts with room left in their licence.",
            "Tie the business review to the next team or site that could use the product.",
            "Stop shrinkage at the largest accounts before chasing growth at small ones.",
        ),
        show="Bars of accounts that shrank, held and grew with the money of each, and the rate as a line; by manager "
        "and by age of account.",
        risks="It is net retention less one, so never add the two up. In shops it regresses to the mean: whoever "
        "bought much last time buys less this time, without anything being wrong.",
        sources="Billing history by account, or the shop's order history with customer ids.",
        connects="Account plans, customer success targets, and the company's growth model.",
        effects={
            "net_revenue_retention": "is this plus 100 %",
            "arr": "grows by it without a single new customer",
            "customer_lifetime_value": "gains, as accounts that grow pay more each year they stay",
        },
    ),
)

KPIS = (AVERAGE_REVENUE_PER_ACCOUNT, AVERAGE_REVENUE_PER_USER, CUSTOMER_ACCOUNT_GROWTH_RATE)
