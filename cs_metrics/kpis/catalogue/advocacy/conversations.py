"""Do our conversations open doors: willingness to refer in business reviews, and requests for introductions?"""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import ADVOCACY, AT_ADVOCACY, REFERRALS
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, count
from cs_metrics.kpis.relations.advocates import ASKED, REVIEWS_HELD
from cs_metrics.kpis.relations.names import NEEDS_LIFE

REFERRAL_INTENT_IN_QBRS = KPI(
    id="referral_intent_in_qbrs",
    name="Referral Intent Identified in QBRs",
    also=("referral intent in business reviews", "willingness to refer"),
    category=ADVOCACY,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=REFERRALS,
    stage=AT_ADVOCACY,
    leading=True,
    cadence="quarterly",
    forms=(
        Form(
            over=REVIEWS_HELD,
            needs=("touchpoints.kind", "touchpoints.occurred_at", "touchpoints.referral_intent"),
            numerator=count("willing"),
            denominator=count(),
            interval=Interval.CLUSTER,
            bounds=(0.0, 1.0),
            base="business reviews held",
            words="{numerator:review} with a customer willing to refer / {denominator:review} held; {noted:share} have "
            "a note of it",
            beside=(
                Beside("noted", "CAST(count(*) FILTER (WHERE noted) AS DOUBLE) / nullif(count(*), 0)", "share"),
                Beside("accounts", "count(DISTINCT customer_id)", "count"),
            ),
        ),
    ),
    doc=Doc(
        definition="Of the business reviews held in the period, the share in which the customer showed that it would "
        "refer us.",
        formula="business reviews of the period with referral intent / business reviews held in the period",
        insight="What sponsors say to our face once they have seen their own results: the warmest source of referrals "
        "there is, and it costs only the question.",
        measured="Touchpoints of kind qbr that took place (attended is not false); rows with one touchpoint_id, or "
        "without ids one account and day, are one review. One participant with referral_intent is enough. A review "
        "without any note of it counts as unwilling; beside the value stands how many have a note.",
        trends="It follows the calendar of reviews, so quarters compare and months do not. It climbs in the quarter "
        "after the question enters the agenda, because before that nobody asked.",
        questions=(
            "In how many reviews was the question put at all?",
            "Which success managers hear yes most often, and how do they ask?",
            "What had the willing reached by the day of the review?",
            "What became of last quarter's yeses?",
        ),
        improve=(
            "Make the question a fixed last item of the review's agenda, after the results.",
            "Record the answer as yes, no or not asked, within a day.",
            "Pass each yes to whoever requests the referral within a week, with the name that was mentioned.",
            "Hold the review only when there is a result to show.",
        ),
        show="A stacked bar for each quarter: willing, unwilling, not noted; beside it the reviews of the quarter as a "
        "list with the answer and the owner.",
        risks="Unasked and unwilling look the same unless the note is kept, so a low value may be a habit of our own. "
        "Politeness inflates it, and an account with a review every month counts twelve times a year.",
        sources="Meeting records in Gainsight, Planhat, Vitally or Salesforce with a yes/no field for referral intent; "
        "call notes from Gong can fill it.",
        connects="The template of the business review, success plans, and the hand-over from success manager to the "
        "referral programme.",
        effects={
            "warm_introduction_offer_rate": "gives those who ask a list of people who said yes",
            "referral_prompt_acceptance_rate": "rises where prompts go to accounts with a yes",
            "referral_opportunity_pipeline_contribution_rate": "follows one or two quarters later",
        },
    ),
)

WARM_INTRODUCTION_OFFER_RATE = KPI(
    id="warm_introduction_offer_rate",
    name="Warm Introduction Offer Rate",
    also=("warm introductions", "introduction ask rate"),
    category=ADVOCACY,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=REFERRALS,
    stage=AT_ADVOCACY,
    leading=True,
    forms=(
        Form(
            over=ASKED,
            needs=(
                NEEDS_LIFE,
                "touchpoints.introduction_asked",
                "touchpoints.occurred_at",
                "touchpoints.customer_id",
            ),
            numerator=count("active_in AND asks > 0"),
            denominator=count("active_in"),
            interval=Interval.WILSON,
            base="customers active in the period",
            words="{numerator:customer} asked for an introduction / {denominator:active customer}, {asks:ask} in all",
            beside=(Beside("asks", "coalesce(sum(asks) FILTER (WHERE active_in), 0)", "count"),),
        ),
    ),
    doc=Doc(
        definition="The share of the customers active in the period that our people asked for a personal introduction "
        "to somebody they know; beside it how many requests that were. "
        "The request is ours: a customer that offers one unasked is not in it.",
        formula="active customers asked for a warm introduction in the period / customers active in the period",
        insight="Our own effort, not the customers' answer: whether success managers dare to ask at all.",
        measured="Any touchpoint of the period with introduction_asked marks its customer as asked, once however often "
        "it was. The base is everyone active at some instant of the period. The introduction itself, when it comes, is "
        "a touchpoint of that kind and counts among Advocacy Actions.",
        trends="It reflects targets and coaching: it doubles in a month of attention and falls back without it. In "
        "portfolios above some eighty accounts for each manager it stays low.",
        questions=(
            "Which managers never ask, and what holds them back?",
            "Were those asked ready for it, by score and by health?",
            "Did they know whom we want to meet?",
            "How many requests led to a meeting?",
        ),
        improve=(
            "Bring three names from the customer's network to the call, instead of an open question.",
            "Write the mail that the customer only has to forward.",
            "Set a target of requests for each manager on healthy accounts only.",
            "Practise the request in role play, starting with the friendliest accounts.",
        ),
        show="A bar for each success manager with the share asked, and within it the part that led to an introduction; "
        "the whole as a line by month.",
        risks="It rewards asking, so it can be met by pestering: nothing in it says that anyone agreed, or was a good "
        "person to ask. Requests made in a corridor and never logged are missing.",
        sources="A tick box on the activity form of the CRM or success platform; sequences in Outreach or Salesloft "
        "that carry the request.",
        connects="Coaching of success managers, account mapping with sales (Crossbeam, LinkedIn Sales Navigator), and "
        "target account lists.",
        effects={
            "advocacy_actions": "grows by the introductions that are granted",
            "strategic_referral_win_rate": "gets more deals to be measured on where the names are target accounts",
            "our_team_engagement": "counts the same touchpoints as activity of ours",
        },
    ),
)

KPIS = (REFERRAL_INTENT_IN_QBRS, WARM_INTRODUCTION_OFFER_RATE)
