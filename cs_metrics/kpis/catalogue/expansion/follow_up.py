"""What follows an activation, and what follows a renewal?"""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_VALUE, EXPANSION, GROWTH, HEALTH
from cs_metrics.kpis.model import KPI, Doc, Form, Interval, Kind, count
from cs_metrics.kpis.relations.expansion import ACTIVATIONS, RENEWALS
from cs_metrics.kpis.relations.names import NEEDS_MONEY

_FOLLOWED = ":follow_days * INTERVAL '1' DAY"
_RENEWED = "renewed_at < :as_of AND renewed_at <= ended_at + :renewal_grace_days * INTERVAL '1' DAY"

ACTIVATION_TO_EXPANSION_RATE = KPI(
    id="activation_to_expansion_rate",
    name="Activation-to-Expansion Rate",
    category=EXPANSION,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=GROWTH,
    stage=AT_VALUE,
    follow="follow_days",
    forms=(
        Form(
            over=ACTIVATIONS,
            needs=("milestones.reached_at|users.activated_at", NEEDS_MONEY),
            numerator=count(f"expanded_at < :as_of AND expanded_at <= activated_at + {_FOLLOWED}"),
            denominator=count(),
            interval=Interval.WILSON,
            base="accounts activated",
            words="{numerator:account} that expanded within {follow_days:day} / {denominator:account} activated",
        ),
    ),
    doc=Doc(
        definition="The share of the accounts activated in the period whose MRR stepped up within the follow-up "
        "time (90 days unless its setting says otherwise) of their activation.",
        formula="accounts activated in the period with a rise of MRR within the window after it / accounts activated "
        "in the period",
        insight="Whether a good start turns into growth while the first impression is fresh; it ties the work of "
        "onboarding to revenue.",
        measured="Activation is the account's own milestone, else its first user's. A rise counts when the account "
        "paid something just before it and pays at least half a cent more from then on, up to and with the last day of "
        "the window: the first payment itself is none.",
        trends="The last three months read low and are marked, because their windows are open. Between complete months "
        "it shifts slowly, with plan design and the size of first contracts.",
        questions=(
            "Did the accounts that expanded activate faster than the others?",
            "Do those who start on a small plan expand, and those on a large one not?",
            "Is the window long enough for how we sell, or do most rises come at day 120?",
        ),
        improve=(
            "Sell a smaller first package with a dated check of whether it still fits.",
            "End onboarding with a plan for the second use case, its owner and a date.",
            "Let those who activate quickly skip to advanced training at once.",
        ),
        show="A curve of the share expanded by days since activation, one per quarter of activation, cut at the "
        "window.",
        risks="A rise that was in the first contract (a ramp-up deal) counts although nobody decided anything. "
        "Accounts that activate while on trial have less of the window left once they pay.",
        sources="Activation dates from the product or the success platform; subscription changes from billing.",
        connects="Hand-over from onboarding to account management, and the promises made in the first sale.",
        effects={
            "expansion_revenue": "rises a quarter later with the newly activated accounts",
            "customer_lifetime_value": "rises for cohorts that grow early",
            "time_to_expansion_signal": "shortens, as growth starts sooner",
        },
    ),
)

POST_RENEWAL_ENGAGEMENT_RATE = KPI(
    id="post_renewal_engagement_rate",
    name="Post-Renewal Engagement Rate",
    category=EXPANSION,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=HEALTH,
    stage=AT_VALUE,
    leading=True,
    follow="follow_days",
    forms=(
        Form(
            over=RENEWALS,
            needs=(
                "subscriptions.start_date",
                "subscriptions.contract_start",
                "subscriptions.contract_end",
                "events.occurred_at|touchpoints.occurred_at",
                "events.customer_id|users.customer_id|touchpoints.customer_id",
            ),
            numerator=count(f"{_RENEWED} AND seen_at < :as_of AND seen_at <= renewed_at + {_FOLLOWED}"),
            denominator=count(_RENEWED),
            interval=Interval.WILSON,
            base="customers that renewed",
            words="{numerator:customer} with an event or a touchpoint within {follow_days:day} of it / "
            "{denominator:customer} that renewed",
        ),
    ),
    doc=Doc(
        definition="The share of the customers that renewed a contract ending in the period that used the product or "
        "were in contact with us within `follow_days` (90) after the renewal.",
        formula="customers renewed in the period with an event or a touchpoint within the window after it / customers "
        "renewed in the period",
        insight="Whether a renewal was a decision or just a date that passed: who signs and goes silent is the churn "
        "of next year.",
        measured="Renewed is what Renewal Rate calls so, for the last contract of a customer that ended in the period. "
        "The clock runs from the later of the old contract's end and the new one's start; any event of the account or "
        "any touchpoint, ours or theirs, stops it.",
        trends="It sits near 100 % for products in daily use and is then no news. Where it dips, the dip shows again "
        "as lost renewals twelve months on.",
        questions=(
            "Who renewed and has not been seen since, and how much do they pay?",
            "Were the silent ones renewed automatically?",
            "Is there use without contact, or contact without use?",
        ),
        improve=(
            "Hold a kick-off for the new term within 30 days of every renewal, with new goals.",
            "Give silent renewals back to the success manager as new onboardings.",
            "Ask at renewal who will use the product in the coming year, and train these people.",
        ),
        show="A tile beside Renewal Rate, and below it the list of silent renewals by value: the list is what gets "
        "acted on.",
        risks="Any sign counts: our own e-mail to a customer who never answers keeps it at 100 %. It has no lower bar "
        "for how much use is enough, so read it with the health score of those who renewed.",
        sources="Contract dates in the subscription export, product events, and calls, meetings and mails from the CRM "
        "or the success platform.",
        connects="Closes the loop of the renewal process: it tells the team whether the hand-over into the new term "
        "took place.",
        effects={
            "renewal_rate": "of the following year falls where this one was low",
            "customer_health_score": "drops for the silent, since use and contact are part of it",
            "churn_risk_score": "rises for accounts that renewed and went quiet",
        },
    ),
)

KPIS = (ACTIVATION_TO_EXPANSION_RATE, POST_RENEWAL_ENGAGEMENT_RATE)
