"""Who could buy more, and who is ready to? Scores of expansion."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_VALUE, EXPANSION, GROWTH
from cs_metrics.kpis.catalogue.scoring import READY, score_form
from cs_metrics.kpis.model import KPI, Beside, Doc, Kind
from cs_metrics.kpis.relations.accounts import scored
from cs_metrics.kpis.relations.names import NEEDS_LIFE

_ABOVE = Beside("ready", f"avg(CASE WHEN {READY} THEN 1.0 ELSE 0 END) FILTER (WHERE points IS NOT NULL)", "share")

EXPANSION_OPPORTUNITY_SCORE = KPI(
    id="expansion_opportunity_score",
    name="Expansion Opportunity Score",
    category=EXPANSION,
    kind=Kind.SNAPSHOT,
    unit="score",
    better="higher",
    area=GROWTH,
    stage=AT_VALUE,
    leading=True,
    cadence="weekly",
    forms=(
        score_form(
            scored("expansion_opportunity_score"),
            NEEDS_LIFE,
            "events.occurred_at|touchpoints.occurred_at|opportunities.kind|subscriptions.product|mrr_snapshots.product"
            "|invoices.product",
        ),
    ),
    doc=Doc(
        definition="Where there is something to sell, on 0 to 100: signs of intent first, then how many people use the "
        "product, how close the contact is, and how much of the range the account does not hold yet.",
        formula="40 % intent signals of 90 days (1: 60, 2: 80, 4: 100 points) + 25 % rank of active users + 20 % "
        "products not held against half of the range + 15 % contacts of 90 days against 3; mean over the active "
        "accounts",
        insight="Which accounts to hand to the upsell playbook this week, in which order, and on what grounds.",
        measured="Intent is the chosen intent events of 90 days plus upsell and cross-sell deals open at some time in "
        "them; users are those of 30 days; the range is every product sold so far. Without intent events and without "
        "such deals the score goes on with the other three and says so.",
        trends="Intent makes it jump and fade within a quarter; the rest moves slowly. The mean falls when deals are "
        "won, because what was bought is room no more.",
        questions=(
            "Which accounts are new above 70 this week, and who called them?",
            "Does a high score end in deals, or is one of its signals noise?",
            "Is there room left in the segment, or has everyone all products?",
        ),
        improve=(
            "Send every account that shows two signals to its CSM within two days.",
            "Track more signals: limits reached, price page, admin invites.",
            "Drop from the rules whatever did not come before a won deal in the last year.",
        ),
        show="A ranked list with the four parts and the MRR, new ones of the week on top; a scatter against health.",
        risks="It sees the wish, not the budget, and a customer who looks at prices may be looking to pay less. "
        "Selling into a red account because its score is high costs the account. "
        "Unlike readiness, it puts what was asked for above what was used.",
        sources="Product events such as limit reached or pricing viewed, open deals of the CRM, and the products on "
        "subscriptions or invoices.",
        connects="It starts the upsell playbook, fills the CSM-qualified lead queue of sales, and tells pricing which "
        "limits people run into.",
        effects={
            "expansion_revenue": "follows one sales cycle later",
            "expansion_intent_signal_rate": "is its largest part, counted over accounts",
            "cross_sell_conversion_rate": "shows whether the room was real",
        },
    ),
)

EXPANSION_READINESS_INDEX = KPI(
    id="expansion_readiness_index",
    name="Expansion Readiness Index",
    category=EXPANSION,
    kind=Kind.SNAPSHOT,
    unit="score",
    better="higher",
    area=GROWTH,
    stage=AT_VALUE,
    leading=True,
    forms=(
        score_form(
            scored("expansion_readiness_index", "events"),
            NEEDS_LIFE,
            "events.occurred_at",
            "events.customer_id|users.customer_id",
            beside=(_ABOVE,),
        ),
    ),
    doc=Doc(
        definition="Whether an account is ripe for more, on 0 to 100: its use grows or holds, it uses the product in "
        "depth, and it is long enough with us; beside it the share of accounts at or above the threshold.",
        formula="35 % change of use against the 30 days before (from +10 % of both together: 100, from -10 %: 70, "
        "from -30 %: 40, else 0) + 40 % rank of features used + 25 % days since the start (from 180: 100, from 90: "
        "50, else 0); mean over the active accounts",
        insight="How large the ripe part of the base is, before anyone asks whether it wants to buy.",
        measured="Events of the 30 days and of the 30 before them, (now - then) / (now + then); distinct features of "
        "30 days; the first start ever. Ready is `readiness_threshold` points (70) or more.",
        trends="It ripens with the age of the base and dips in holiday months through the change of use. Many new "
        "customers lower it for half a year.",
        questions=(
            "How many accounts passed the threshold this month, and how many fell below?",
            "Is depth what is missing, or only time?",
            "Do ready accounts expand more often than the others did?",
        ),
        improve=(
            "Teach the second and third feature before offering the next plan.",
            "Wait with offers until the ninetieth day, unless a limit is reached.",
            "Check the threshold against the accounts that expanded last year, and move it.",
        ),
        show="A line of the share ready, the mean beside it, and a histogram of accounts with the threshold drawn in.",
        risks="Ripe is not willing: there is no intent in it. Accounts with a seasonal business look unripe in their "
        "quiet month, and a threshold of 70 is a convention.",
        sources="Product events with features and accounts, start dates from billing (Stripe, Chargebee) or the CRM.",
        connects="Capacity of the expansion team, timing of price talks, and the roadmap's upsell features are planned "
        "with the share that is ready.",
        effects={
            "activation_to_expansion_rate": "rises when accounts ripen sooner",
            "expansion_opportunity_score": "finds the wish among those that are ripe",
            "net_revenue_retention": "follows when ripe accounts are asked",
        },
    ),
)

KPIS = (EXPANSION_OPPORTUNITY_SCORE, EXPANSION_READINESS_INDEX)
