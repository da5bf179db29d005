"""Do referred customers stay and grow?"""

from __future__ import annotations

from cs_metrics.kpis.catalogue.expansion.growth import BACK, BASE, UP
from cs_metrics.kpis.catalogue.places import ADVOCACY, AT_ADVOCACY, AT_VALUE, REFERRALS
from cs_metrics.kpis.model import KPI, Doc, Form, Interval, Kind, count, total
from cs_metrics.kpis.relations.names import NEEDS_LEAVING, NEEDS_LOSSES, NEEDS_MONEY
from cs_metrics.kpis.relations.referrals import OPENING_REFERRED
from cs_metrics.kpis.relations.referred import NEEDS_REFERRED

REFERRAL_CHURN_RATE = KPI(
    id="referral_churn_rate",
    name="Referral Churn Rate",
    also=("churn of referred customers",),
    category=ADVOCACY,
    kind=Kind.CARRY,
    unit="share",
    better="lower",
    area=REFERRALS,
    stage=AT_ADVOCACY,
    cadence="quarterly",
    forms=(
        Form(
            over=OPENING_REFERRED,
            needs=(NEEDS_LEAVING, NEEDS_REFERRED),
            numerator=count("active_start AND NOT active_end"),
            denominator=count("active_start"),
            interval=Interval.WILSON,
            base="referred customers active at the start",
            words="{numerator:referred customer} active at the start and gone at the end / {denominator:referred "
            "customer} active at the start",
        ),
    ),
    doc=Doc(
        definition="Of the customers that somebody had referred and that were active when the period began, the share "
        "gone by its end.",
        formula="referred customers active at the start and not at the end / referred customers active at the start",
        insight="Whether those sent to us were promised something we hold: a leaving here may cost a second customer, "
        "the one that vouched.",
        measured="Customer Churn Rate over those with referred_by in the customers table or named as "
        "referred_customer_id, also where that referral was never marked as converted. Leaving is judged by the "
        "source of activity that the workspace uses for all customers.",
        trends="Long zeros and then a jump: with some dozens of referred customers most months lose none. A lasting "
        "rise follows when rewards bring people in who have no need.",
        questions=(
            "Who had referred those that left, and do we know how the referrer feels now?",
            "Did several come from the same referrer or the same campaign?",
            "Were they given the onboarding of any other customer, or skipped ahead on trust?",
            "Is the gap to the churn of all customers closing?",
        ),
        improve=(
            "Tell the referrer before the referred account leaves: one call from a peer saves some of them.",
            "Check the fit of a referred lead like that of any other, however warm it is.",
            "Stop the reward for referrers whose leads leave within the first year.",
        ),
        show="Rolling twelve months against the churn of all customers, with the leavings as named marks beneath the "
        "line.",
        risks="A small base: one leaving among twenty is 5 %, and the interval is wide. Referred customers are often "
        "younger than the rest, whose churn has already happened; compare within the same age.",
        sources="The referral export (referrer and referred account) or the account's referred-by field, and the "
        "subscriptions or churn dates of billing.",
        connects="The clawback terms of the reward, the referrer's own account plan, and qualification of warm leads.",
        effects={
            "cltv_for_referred_users": "falls as it rises, since expected months shrink",
            "referral_retention_rate": "moves against it, point for point",
            "referral_prompt_acceptance_rate": "suffers when word gets back to the referrers",
        },
    ),
)

REFERRAL_RETENTION_RATE = KPI(
    id="referral_retention_rate",
    name="Referral Retention Rate",
    also=("retention of referred customers",),
    category=ADVOCACY,
    kind=Kind.CARRY,
    unit="share",
    better="higher",
    area=REFERRALS,
    stage=AT_ADVOCACY,
    cadence="quarterly",
    forms=(
        Form(
            over=OPENING_REFERRED,
            needs=(NEEDS_LEAVING, NEEDS_REFERRED),
            numerator=count("active_start AND active_end"),
            denominator=count("active_start"),
            interval=Interval.WILSON,
            base="referred customers active at the start",
            words="{numerator:referred customer} kept / {denominator:referred customer} active at the start",
        ),
    ),
    doc=Doc(
        definition="Of the customers won by referral that were with us at the start of the period, the share still "
        "with us at its end; those referred in between are not yet in it.",
        formula="referred customers active at the start and at the end / referred customers active at the start",
        insight="Whether trust borrowed from another customer lasts: the usual argument for paying for referrals is "
        "that these customers stay longer, and here it is put to the test.",
        measured="A referred customer is known by the customers table (referred_by) or by any referral that names it. "
        "Active just before the period's start puts it in the base, active just before the end keeps it; a gap in "
        "between is not seen.",
        trends="In the first year of a programme it is flattered, because contracts have not yet come up for renewal. "
        "Read yearly cohorts by their date of joining once two renewals have passed.",
        questions=(
            "How does it compare with the retention of customers of the same age from other channels?",
            "Are referrer and referred in the same industry, and does that help?",
            "What happens to the referred when their referrer leaves us?",
        ),
        improve=(
            "Introduce the newcomer to its referrer's way of working: joint session, shared templates.",
            "Keep pairs together in one success manager's portfolio.",
            "Celebrate the first anniversary of a referral with both sides, ahead of the renewal.",
            "Aim the programme at the segments in which referred customers stay longest.",
        ),
        show="Two survival curves, referred and not referred, from the day of joining; the rate itself as a number a "
        "quarter with its interval.",
        risks="A higher rate than others' is no proof that referring causes loyalty: like recommends like, and good "
        "segments refer more. Twelve monthly rates multiplied do not give the year's when newcomers keep joining.",
        sources="The customer list with a referred-by or acquisition field, a referral platform's pairs of accounts, "
        "and contract dates from billing.",
        connects="The business case of the referral programme, portfolio assignment, and joint user groups.",
        effects={
            "customer_retention_rate": "is lifted by it as the referred become a larger part of all",
            "referral_churn_rate": "falls by the same points",
            "referred_account_nrr": "has a higher floor when fewer accounts are lost",
        },
    ),
)

REFERRED_ACCOUNT_NRR = KPI(
    id="referred_account_nrr",
    name="Referred Account Net Revenue Retention",
    also=("Referred Account NRR", "Referred Account Net Revenue Retention (NRR)"),
    category=ADVOCACY,
    kind=Kind.CARRY,
    unit="share",
    better="higher",
    area=REFERRALS,
    stage=AT_VALUE,
    cadence="quarterly",
    forms=(
        Form(
            over=OPENING_REFERRED,
            needs=(NEEDS_LOSSES, NEEDS_REFERRED),
            numerator=total("mrr_end", f"{BASE} OR ({BACK})"),
            denominator=total("mrr_start", BASE),
            n=f"count(*) FILTER (WHERE {BASE})",
            interval=Interval.JACKKNIFE,
            bounds=(0.0, float("inf")),
            base="referred customers that paid at the start",
            words="{numerator:money} of MRR at the end / {denominator:money} of MRR at the start, of {n:referred "
            "customer} that paid then",
        ),
    ),
    doc=Doc(
        definition="What the referred customers that paid at the start of the period pay at its end, in percent of "
        "what they paid then: losses, cuts and expansion taken together.",
        formula="MRR at the end of the referred customers that paid at the start / their MRR at the start",
        insight="Whether referrals bring accounts that grow, or small ones that stay small: the difference from Net "
        "Revenue Retention of everyone is the quality of this channel in money.",
        measured="Net Revenue Retention restricted to customers with a referrer (referred_by, or named in a referral). "
        "An account referred during the period joins the base in the next one; `nrr_with_reactivation` lets the "
        "returning count as it does there.",
        trends="It begins above that of all, since young accounts still roll out, and approaches it as they mature. "
        "One expansion can carry the whole figure while the group is small.",
        questions=(
            "Which accounts make the difference from the figure of all customers?",
            "Do the referred start on smaller plans, and so have more room to grow?",
            "Is the first renewal the point at which the growth stops?",
            "Do accounts grow more when their referrer does?",
        ),
        improve=(
            "Show referred accounts how their referrer uses the larger plan: it is the reference they trust.",
            "Plan the second step (team, seats, module) with them in the first ninety days.",
            "Let the reward to the referrer grow with what the referred account pays after a year.",
        ),
        show="The line beside that of all customers by quarter, with 100 % marked; a dot for every referred account, "
        "MRR before against MRR after.",
        risks="Money weighted and few: without its largest account the value may be another one, which the interval "
        "shows. An account referred long ago counts like one referred last month, and free accounts are outside it "
        "whatever they bring later.",
        sources="MRR per customer from billing or finance's monthly sheet, joined to the list of referred accounts.",
        connects="Investment in the referral programme against other channels, and land-and-expand plans for small "
        "first contracts.",
        effects={
            "cltv_for_referred_users": "rises with what each of them comes to pay",
            "net_revenue_retention": "gains in proportion to the referred share of MRR",
            "referral_driven_expansion_revenue": "is the rise within it, before losses are set against it",
        },
    ),
)

REFERRAL_DRIVEN_EXPANSION_REVENUE = KPI(
    id="referral_driven_expansion_revenue",
    name="Referral-Driven Expansion Revenue",
    also=("expansion revenue of referred customers",),
    category=ADVOCACY,
    kind=Kind.CARRY,
    unit="money",
    better="higher",
    area=REFERRALS,
    stage=AT_VALUE,
    forms=(
        Form(
            over=OPENING_REFERRED,
            needs=(NEEDS_MONEY, NEEDS_REFERRED),
            numerator=total("mrr_end - mrr_start", UP),
            n=f"count(*) FILTER (WHERE {UP})",
            base="referred customers that expanded",
            words="what {n:referred customer} pay more at the end than at the start, added up",
        ),
    ),
    doc=Doc(
        definition="The additional monthly recurring revenue of referred customers that already paid at the start of "
        "the period and pay more at its end.",
        formula="sum of (MRR at the end - MRR at the start) over the referred customers whose MRR rose",
        insight="What referrals go on to earn after the first contract, which the count of referrals never shows.",
        measured="Expansion Revenue over customers with a referrer, known by referred_by or by a referral that names "
        "them. It compares the two ends of the period by customer; a referred customer's first payment is new "
        "business and not in it.",
        trends="It lags the referrals by a year or more: accounts must settle before they grow. Lumpy months are "
        "normal; the sum over four quarters tells whether the channel matures.",
        questions=(
            "What part of all expansion is this, beside the referred part of MRR?",
            "Which referrers' accounts expand, and what do they have in common?",
            "Did growth come from price rises that everybody got?",
        ),
        improve=(
            "Put referred accounts of the past two years on one list and review it for unused capacity each quarter.",
            "Invite pairs of referrer and referred to previews of new modules.",
            "Include later growth, not just the first contract, in what referrers are thanked for.",
        ),
        show="Columns by quarter stacked on the expansion of the others, so that both the amount and its share can be "
        "seen.",
        risks="Driven is a large word: these customers came by referral, but nothing shows that the referral made them "
        "grow. It is an amount, so more referred customers raise it even when each grows less, and cuts of other "
        "referred accounts are not deducted.",
        sources="Subscription changes from Stripe, Chargebee or Recurly together with the referral platform's list of "
        "referred accounts.",
        connects="The programme's return on investment, account management's growth plans, and the reward's terms for "
        "long-term value.",
        effects={
            "expansion_revenue": "contains it, and rises by the same amount",
            "referred_account_nrr": "rises by this over the referred MRR at the start",
            "cltv_for_referred_users": "follows through the higher revenue per account",
        },
    ),
)

KPIS = (
    REFERRAL_CHURN_RATE,
    REFERRAL_RETENTION_RATE,
    REFERRED_ACCOUNT_NRR,
    REFERRAL_DRIVEN_EXPANSION_REVENUE,
)
