"""What referrals bring to sales: their part of the pipeline, and whether the important ones are won."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import ADVOCACY, AT_ADVOCACY, REFERRALS
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, LeftOut, count, total
from cs_metrics.kpis.relations.referrals import DEALS_CREATED
from cs_metrics.kpis.relations.sales import DEALS_CLOSED

_WON = "status = 'won'"
_AMOUNT = "coalesce(amount, 0)"

REFERRAL_OPPORTUNITY_PIPELINE_CONTRIBUTION_RATE = KPI(
    id="referral_opportunity_pipeline_contribution_rate",
    name="Referral Opportunity Pipeline Contribution Rate",
    also=("referral pipeline share", "referral-sourced pipeline"),
    category=ADVOCACY,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=REFERRALS,
    stage=AT_ADVOCACY,
    leading=True,
    forms=(
        Form(
            over=DEALS_CREATED,
            needs=("opportunities.created_at", "opportunities.amount", "opportunities.source"),
            numerator=total(_AMOUNT, "from_referral"),
            denominator=total(_AMOUNT),
            n="count(*)",
            interval=Interval.JACKKNIFE,
            bounds=(0.0, 1.0),
            base="deals created",
            empty="The deals created in the period have no amounts.",
            words="{numerator:money} of deals from referrals / {denominator:money} of pipeline created, by "
            "{referred_deals:deal} of {n:deal}",
            beside=(
                Beside("referred_deals", "count(*) FILTER (WHERE from_referral)", "count"),
                Beside(
                    "by_count", "CAST(count(*) FILTER (WHERE from_referral) AS DOUBLE) / nullif(count(*), 0)", "share"
                ),
            ),
            leaves_out=(
                LeftOut("count(*) FILTER (WHERE amount IS NULL)", "deals without an amount", "deal without an amount"),
            ),
        ),
    ),
    doc=Doc(
        definition="Of the amount of all deals created in the period, the part that came from referrals, whatever "
        "became of the deals.",
        formula="amount of the deals created in the period from referrals / amount of all deals created in the period",
        insight="How much of tomorrow's revenue customers bring us without media spend, and how far sales would fall "
        "if they stopped.",
        measured="From opportunities by created_at. A deal is from a referral when its source says so (a word such as "
        "referral or referred in it) or when it is flagged as a strategic one. Renewals and upsells are in the base as "
        "far as the file has them; a deal without an amount adds nothing and is counted in the note.",
        trends="It moves a quarter after the referrals do, and a large deal shifts a month's value by many points. It "
        "falls without any loss when marketing or outbound starts to deliver.",
        questions=(
            "Did the referred amount fall, or did the rest of the pipeline grow?",
            "How much of it is one deal?",
            "Do sellers enter referral as the source, or the last form that was filled in?",
            "What is the share among new business alone?",
        ),
        improve=(
            "Make source a required field, with referral as a choice that asks for the referrer's name.",
            "Look through the networks of the ten happiest accounts for names on the target list.",
            "Pay sellers the same commission for referred deals, so that none is relabelled.",
            "Report each quarter to success managers which of their accounts brought pipeline.",
        ),
        show="A stacked area of created amount by source over the quarters, referrals at the bottom; the share by "
        "number of deals next to the share by amount.",
        risks="Amounts at creation are guesses that later shrink, and the source names one origin where several had a "
        "hand. With renewals in the file the base is swollen, and partner referrals are in the numerator unless the "
        "source tells them apart.",
        sources="The opportunity export of Salesforce, HubSpot or Pipedrive with created date, amount and lead source.",
        connects="The marketing mix and its budget, the yearly growth plan, and the goals of customer marketing.",
        effects={
            "win_rate": "rises as a larger part of the pipeline comes recommended",
            "customer_acquisition_cost": "falls with each paid lead that a referral replaces",
            "strategic_referral_win_rate": "gets more deals to be judged on",
        },
    ),
)

STRATEGIC_REFERRAL_WIN_RATE = KPI(
    id="strategic_referral_win_rate",
    name="Strategic Referral Win Rate",
    also=("win rate of strategic referrals",),
    category=ADVOCACY,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=REFERRALS,
    stage=AT_ADVOCACY,
    cadence="quarterly",
    forms=tuple(
        Form(
            over=DEALS_CLOSED,
            only="f.is_strategic",
            needs=("opportunities.created_at", "opportunities.status", "opportunities.closed_at", *told_by),
            numerator=count(_WON),
            denominator=count(),
            interval=Interval.CLUSTER,
            bounds=(0.0, 1.0),
            base="strategic referred deals closed",
            words="{numerator:deal} won, worth {won_value:money} / {denominator:strategic referred deal} won or lost",
            beside=(Beside("won_value", f"CAST(coalesce(sum(amount) FILTER (WHERE {_WON}), 0) AS DOUBLE)", "money"),),
        )
        for told_by in (
            ("opportunities.is_strategic_referral",),
            ("referrals.is_strategic", "referrals.referred_customer_id", "opportunities.customer_id"),
        )
    ),
    doc=Doc(
        definition="Of the strategic deals that came by referral and closed in the period, the share that was won; "
        "beside it what the won ones are worth.",
        formula="strategic referred deals won in the period / strategic referred deals won or lost in the period",
        insight="Whether a customer's word still carries where it matters most: target accounts, new regions, names "
        "that others follow.",
        measured="Opportunities won or lost with closed_at in the period that are flagged is_strategic_referral. Where "
        "the flag is empty, a deal counts when its customer was named in a referral with is_strategic. Open deals and "
        "deals without a closing date are in neither part.",
        trends="There are few such deals, so half of all quarters differ by chance alone; read four quarters together. "
        "It should stand well above the Win Rate of all deals, and the gap is the finding.",
        questions=(
            "How far above the rate of all other deals does it stand?",
            "Who stayed in touch with the referrer while the deal ran?",
            "Did the lost deals die early, on fit, or late, on price and legal terms?",
            "Were they called strategic before or after the outcome was known?",
        ),
        improve=(
            "Let the referrer join the first meeting, and ask for a second word before the decision.",
            "Give these deals an executive sponsor on our side from the start.",
            "Go through each lost one with the referrer, who hears reasons that we do not.",
            "Fix in writing what strategic means, and set the flag at creation.",
        ),
        show="Two numbers side by side, strategic referrals and all deals, each with its interval, above the list of "
        "the deals with amount and referrer.",
        risks="With six deals a quarter one more win is 17 points. A flag set with hindsight, on wins only, makes it "
        "100 %; and where the flag is missing, later renewals of a strategically referred customer are taken in.",
        sources="Closed opportunities of the CRM with a strategic-referral check box, or the referral list with its "
        "strategic mark matched to deals by account.",
        connects="Executive sponsorship, account-based selling, and the reference desk, which must not wear out the "
        "same referrers.",
        effects={
            "average_deal_size": "rises with each of them, as they tend to be large",
            "win_rate": "moves a little, since few deals are of this kind",
            "cltv_for_referred_users": "gains a valuable customer with every win",
        },
    ),
)

KPIS = (REFERRAL_OPPORTUNITY_PIPELINE_CONTRIBUTION_RATE, STRATEGIC_REFERRAL_WIN_RATE)
