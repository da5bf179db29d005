"""Who bought more? Upsell and cross-sell, by what customers hold of each product."""

from __future__ import annotations

from collections.abc import Mapping

from cs_metrics.kpis.catalogue.places import AT_VALUE, EXPANSION, GROWTH
from cs_metrics.kpis.model import KPI, Doc, Form, Interval, Kind, Relation, count
from cs_metrics.kpis.relations.expansion import HOLDINGS, PURCHASES
from cs_metrics.kpis.relations.names import NEEDS_MONEY

_AMOUNTS = {"subscriptions": "amount", "mrr_snapshots": "mrr", "invoices": "amount"}
_ORDERED = ("orders.ordered_at", "orders.customer_id")
_UNSAID = {"product": "Orders do not say their kind: a customer's first order of a product counts, and no upsell."}


def _forms(bought: str, ordered: Mapping[str, str], words: str, unnamed: str) -> tuple[Form, ...]:
    """Return the forms of a share of active customers: by products held; by all MRR as one product where none is named
    (`unnamed` says so; '': not at all); by orders where nothing recurs, for each column that tells what was bought."""

    def form(over: Relation, condition: str, needs: tuple[str, ...], source: str, note: str = "") -> Form:
        return Form(
            over=over,
            needs=needs,
            when=("money_source", source),
            numerator=count(f"active_start AND {condition}"),
            denominator=count("active_start"),
            interval=Interval.WILSON,
            base="customers active at the start",
            words=words,
            note=note,
        )

    named = [form(HOLDINGS, bought, (f"{t}.{a}", f"{t}.product"), t) for t, a in _AMOUNTS.items()]
    whole = [form(HOLDINGS, bought, (f"{t}.{a}",), t, unnamed) for t, a in _AMOUNTS.items()] if unnamed else []
    orders = [form(PURCHASES, told, (*_ORDERED, f"orders.{c}"), "", _UNSAID.get(c, "")) for c, told in ordered.items()]
    nothing = [form(HOLDINGS, bought, (NEEDS_MONEY,), "")]
    return (*named, *whole, *orders, *nothing)


UPSELL_RATE = KPI(
    id="upsell_rate",
    name="Upsell Rate",
    category=EXPANSION,
    kind=Kind.CARRY,
    unit="share",
    better="higher",
    area=GROWTH,
    stage=AT_VALUE,
    forms=_forms(
        "upsold",
        {"kind": "upsold"},
        "{numerator:customer} that pay more for a product they held / {denominator:customer} active at the start",
        "No products are named: every rise of a customer's MRR counts.",
    ),
    doc=Doc(
        definition="The share of the customers active at the start of the period that pay more at its end for a "
        "product which they already held: more seats, a higher plan, or a higher price of the same thing.",
        formula="customers active at the start with a higher MRR of a product held then / customers active at the "
        "start",
        insight="How many customers grow into what they have, which is the cheapest growth there is: nothing new has "
        "to be explained, installed or learned.",
        measured="MRR is compared product by product at the two ends of the period; half a cent more in any one of "
        "them makes an upsell, also when another product shrank. Without recurring revenue, orders of kind `upsell` "
        "count; where rows name no product, all of a customer's MRR is taken for one.",
        trends="It peaks where contracts renew and where a price list changes. A rate that rises in one plan only "
        "often means that the plan's limit is too low for those who buy it.",
        questions=(
            "Seats, plan or price: which of them lifted the bill?",
            "Which plan's customers hit its limit, and how long after the start?",
            "Do accounts with an owner upsell more often than those without?",
        ),
        improve=(
            "Tell an account at 80 % of its seats or volume, before it hits the wall.",
            "Show in the product what the next plan would have done with last month's work.",
            "Let admins add seats themselves, without a call.",
            "Close the gap between plans where most customers stop.",
        ),
        show="A line by month with its interval, and a bar for each plan: what matters is which step of the ladder is "
        "climbed.",
        risks="A price rise makes everybody an upsell in that month although nobody bought more. Someone who pays more "
        "for one product and drops another counts here and is a contraction in revenue: it does not add up to "
        "expansion.",
        sources="Subscription lines by product from the billing system with amount and quantity; for shops, the order "
        "export with its order type.",
        connects="Packaging and pricing decide where its steps lie; the account team's quota and in-app "
        "prompts act on it.",
        effects={
            "expansion_revenue": "grows by each upsell, unless another product was cut",
            "upsell_and_cross_sell_rate": "rises with it, except for customers who also bought something else",
            "average_revenue_per_account": "rises without a new account",
        },
    ),
)

CROSS_SELL_CONVERSION_RATE = KPI(
    id="cross_sell_conversion_rate",
    name="Cross-Sell Conversion Rate",
    category=EXPANSION,
    kind=Kind.CARRY,
    unit="share",
    better="higher",
    area=GROWTH,
    stage=AT_VALUE,
    forms=_forms(
        "cross_sold",
        {"kind": "cross_sold", "product": "bought_new"},
        "{numerator:customer} that took up a product they did not hold / {denominator:customer} active at the start",
        "",
    ),
    doc=Doc(
        definition="The share of the customers active at the start of the period that took up, within it, a product "
        "which they did not hold at that moment.",
        formula="customers active at the start with a product begun in the period and not held at the start / "
        "customers active at the start",
        insight="Whether the second product sells: each further one ties an account closer and shares the cost of "
        "serving it.",
        measured="A product counts when one of its recurring rows begins in the period and none was running at the "
        "start; it need not last to the end, and it may be free. Where nothing recurs, orders of kind `cross_sell` "
        "count, else first orders of a product by that customer. It needs the product column.",
        trends="It jumps when a product is launched and then sinks as those who want it have it. Look at how many "
        "could still buy before calling a fall a failure.",
        questions=(
            "Which pairs of products go together, and in which order are they bought?",
            "What share of the base already holds everything there is?",
            "Are second products kept, or dropped at the first renewal?",
            "Does one team or region account for most of it?",
        ),
        improve=(
            "List the accounts that hold only the first product and look like those who hold two.",
            "Offer a trial of the second product inside the first, with the customer's own data in it.",
            "Name the buyer of the second product, who often sits in another department.",
        ),
        show="A matrix of products held against products added, with this rate as a line by quarter above it.",
        risks="Everyone stands in the base, also who already has all products, so it falls as cross-selling succeeds. "
        "A product that was renamed in billing looks like one newly bought by everybody.",
        sources="Product names on subscriptions, invoice lines or orders; the product catalogue, to bring old and new "
        "names of one thing together at mapping.",
        connects="Portfolio strategy and product marketing: launches, bundles, and which team may call on whose "
        "account.",
        effects={
            "customer_churn_rate": "tends to fall, as accounts with several products leave less often",
            "upsell_and_cross_sell_rate": "rises with it, except for those who also paid more for what they had",
            "breadth_of_use": "grows as the new product's features come into use",
        },
    ),
)

UPSELL_AND_CROSS_SELL_RATE = KPI(
    id="upsell_and_cross_sell_rate",
    name="Upsell and Cross-Sell Rate",
    category=EXPANSION,
    kind=Kind.CARRY,
    unit="share",
    better="higher",
    area=GROWTH,
    stage=AT_VALUE,
    forms=_forms(
        "(upsold OR cross_sold)",
        {"kind": "(upsold OR cross_sold)", "product": "bought_new"},
        "{numerator:customer} that bought more or something else / {denominator:customer} active at the start",
        "No products are named: every rise of a customer's MRR counts.",
    ),
    doc=Doc(
        definition="The share of the customers active at the start of the period that did either in it: paid more for "
        "a product they held, or began one they did not. Who did both is one customer.",
        formula="customers with an upsell or a cross-sell in the period / customers active at the start",
        insight="How wide growth is spread over the base, whatever form it takes: ten percent of customers growing a "
        "little is safer than one percent growing a lot.",
        measured="It joins the two conditions of Upsell Rate and Cross-Sell Conversion Rate over the same customers, "
        "so it is at most their sum. With products unnamed in the data, any rise of MRR stands for both.",
        trends="It is the steadiest of the three sales rates. A slow fall with stable expansion revenue means that "
        "growth is narrowing to few accounts.",
        questions=(
            "How much of it is overlap, that is, customers who did both?",
            "How many customers have done neither for a year?",
            "Is it low because few are asked, or because few accept?",
        ),
        improve=(
            "Make sure that each account hears at least one concrete offer a year, and log the answer.",
            "Find the customers who never bought anything after the first deal, and ask ten of them why.",
            "Bundle a plan step with a second product where both are usually wanted.",
        ),
        show="One line by quarter, with its two parts as thinner lines; a table by account owner beside it.",
        risks="It is less than the two rates added, and a report that adds them counts the best customers twice. It "
        "counts heads, so a one-dollar add-on weighs as much as a doubled contract.",
        sources="The same product-level billing rows as its two parts; CRM activity shows who was ever made an offer.",
        connects="Account planning: the list of accounts without any purchase in a year is where the next round of "
        "success plans begins.",
        effects={
            "expansion_revenue_rate": "rises with it if the steps stay as large",
            "customer_account_growth_rate": "is carried by more accounts, and so swings less",
            "upsell_rate": "is one of its two parts and moves it directly",
        },
    ),
)

KPIS = (UPSELL_RATE, CROSS_SELL_CONVERSION_RATE, UPSELL_AND_CROSS_SELL_RATE)
