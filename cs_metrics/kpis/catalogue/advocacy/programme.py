"""Does the referral programme work: who takes part, and what becomes of those who were referred?"""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import ADVOCACY, AT_ADVOCACY, REFERRALS
from cs_metrics.kpis.model import KPI, Doc, Form, Interval, Kind, LeftOut, count
from cs_metrics.kpis.relations.names import NEEDS_LIFE
from cs_metrics.kpis.relations.referrals import INCENTIVISED, REFERRALS_MADE, REFERRING

_CONVERTED = (
    "converted_at >= made_at AND converted_at < :as_of "
    "AND converted_at <= made_at + :referral_window_days * INTERVAL '1' DAY"
)
_NEEDS_CONVERSION = "referrals.converted_at|referrals.referred_customer_id"

REFERRAL_CONVERSION_RATE = KPI(
    id="referral_conversion_rate",
    name="Referral Conversion Rate",
    also=("referral close rate",),
    category=ADVOCACY,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=REFERRALS,
    stage=AT_ADVOCACY,
    follow="referral_window_days",
    forms=(
        Form(
            over=REFERRALS_MADE,
            needs=("referrals.made_at", _NEEDS_CONVERSION),
            numerator=count(_CONVERTED),
            denominator=count("NOT coalesce(converted_at < made_at, FALSE)"),
            interval=Interval.CLUSTER,
            bounds=(0.0, 1.0),
            base="referrals made",
            words="{numerator:referral} converted within {referral_window_days:day} / {denominator:referral} made",
            leaves_out=(
                LeftOut(
                    "count(*) FILTER (WHERE converted_at < made_at)",
                    "referrals converted before they were made",
                    "referral converted before it was made",
                ),
            ),
        ),
    ),
    doc=Doc(
        definition="The share of the referrals made in the period that became customers within the window (90 days), "
        "each counted from the day it was made.",
        formula="referrals made in the period and converted within the window / referrals made in the period",
        insight="Whether customers refer people who fit; against other channels it says what a referral is worth.",
        measured="Referrals with made_at in the period, followed for `referral_window_days` by converted_at; where no "
        "row has one, by the referred customer's first activity. A conversion before the referral is left out and "
        "counted. Under a customer filter a referral is its referrer's.",
        trends="Opening the programme to everyone lowers it while the number of referrals rises, which is no failure. "
        "A fall at an even number means that leads wait too long for a call.",
        questions=(
            "How many hours passed until the referred were first contacted?",
            "Did the number of referrals rise while the converted stayed the same?",
            "Which referrers' leads never become customers?",
            "How does it compare with the conversion of paid leads of the same months?",
        ),
        improve=(
            "Name a seller who calls referred leads the same day, and mention the referrer in the first sentence.",
            "Give referrers a short description of who benefits, instead of a bare link.",
            "Tell the referrer what became of it: a second lead is usually a better one.",
            "Drop rewards for mere sign-ups and pay for customers.",
        ),
        show="Monthly cohorts of referrals as columns cut into converted, lost and still in their window; the rate as "
        "a line over the finished cohorts only.",
        risks="Referrals of the last window still have time and make recent periods look worse. A few referrers with "
        "many leads sway it; the interval counts each referrer as one. Long enterprise sales never fit into 90 days.",
        sources="Referral platforms (Friendbuy, Rewardful, PartnerStack, ReferralCandy) or a CRM report of leads with "
        "source referral, referrer, and the dates of referral and conversion.",
        connects="Lead routing and sales follow-up, the reward's budget, and the choice of customers to ask.",
        effects={
            "customer_acquisition_cost": "falls as more customers come without media spend",
            "referral_opportunity_pipeline_contribution_rate": "holds its value only when the referred also convert",
            "cltv_for_referred_users": "has more customers to be measured on",
        },
    ),
)

REFERRAL_PROGRAM_PARTICIPATION_RATE = KPI(
    id="referral_program_participation_rate",
    name="Referral Program Participation Rate",
    also=("referral participation", "share of customers who refer"),
    category=ADVOCACY,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=REFERRALS,
    stage=AT_ADVOCACY,
    forms=(
        Form(
            over=REFERRING,
            needs=(NEEDS_LIFE, "referrals.made_at|referrals.accepted_at", "referrals.referrer_customer_id"),
            numerator=count("active_in AND referrals > 0"),
            denominator=count("active_in"),
            interval=Interval.WILSON,
            base="customers active in the period",
            words="{numerator:customer} who made or accepted a referral / {denominator:active customer}",
        ),
    ),
    doc=Doc(
        definition="The share of the customers active in the period that made a referral or accepted to make one.",
        formula="active customers with a referral made or accepted in the period / customers active in the period",
        insight="How many customers would put their own name behind the product.",
        measured="A customer takes part when one of its referrals has made_at or accepted_at in the period; being "
        "prompted, or having been referred itself, is not enough. Everyone active at some instant of the period is "
        "eligible, by the segment it was in when the period began.",
        trends="It jumps at launch and at each change of the reward and settles lower. A slow decline afterwards means "
        "that the willing have named everyone they know.",
        questions=(
            "Were fewer customers asked, or did fewer say yes?",
            "Which segment takes part least although it is satisfied?",
            "How many of those taking part did so for the first time?",
            "Does the reward matter to the people we ask, or only to their employer?",
        ),
        improve=(
            "Ask at a success (a goal reached, a high score), not on a fixed date.",
            "Put the request where users already are: in the product, not in a newsletter.",
            "Let people refer with two clicks and a text they can edit.",
            "Give accounts whose rules forbid rewards another thank-you, such as a donation.",
        ),
        show="One line with launches and changes of the reward marked on it; a bar for each segment, with the number "
        "of eligible customers written beside it.",
        risks="It counts customers, not referrals: one with ten counts once. Everyone active is taken as eligible, "
        "also those whose own rules forbid it, and without a programme that asks a low rate says little.",
        sources="The referral tool's list of referrers with dates, joined to the customer list by account id; billing "
        "tells who was a customer then.",
        connects="Customer marketing's campaigns, the moments at which success managers ask, and the terms of the "
        "programme.",
        effects={
            "referral_conversion_rate": "often sinks as less suitable referrers join in",
            "referral_opportunity_pipeline_contribution_rate": "rises a sales cycle later",
            "advocacy_actions": "moves with it, as both live from the same goodwill",
        },
    ),
)

REFERRAL_INCENTIVE_CONVERSION_RATE = KPI(
    id="referral_incentive_conversion_rate",
    name="Referral Incentive Conversion Rate",
    also=("incentive conversion", "reward conversion"),
    category=ADVOCACY,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=REFERRALS,
    stage=AT_ADVOCACY,
    forms=(
        Form(
            over=INCENTIVISED,
            needs=("referrals.incentive_shown_at", _NEEDS_CONVERSION),
            numerator=count("converted_at >= incentive_shown_at AND converted_at < :as_of"),
            denominator=count("NOT coalesce(converted_at < incentive_shown_at, FALSE)"),
            interval=Interval.CLUSTER,
            bounds=(0.0, 1.0),
            base="referred people shown an incentive",
            words="{numerator:referred person} converted so far / {denominator:referred person} shown an incentive",
            leaves_out=(
                LeftOut(
                    "count(*) FILTER (WHERE converted_at < incentive_shown_at)",
                    "referred people converted before they saw the incentive",
                    "referred person converted before seeing the incentive",
                ),
            ),
        ),
    ),
    doc=Doc(
        definition="Of the referred people who were shown an incentive in the period (a discount, a credit, a gift for "
        "the newcomer), the share that has become a customer since.",
        formula="referred people shown an incentive in the period and converted by now / shown an incentive in the "
        "period",
        insight="Whether the offer to the newcomer, rather than the referrer's word alone, is worth what it costs.",
        measured="Referrals with incentive_shown_at in the period; converted when converted_at lies at or after it and "
        "before the as-of instant, whatever the time between. Whoever had converted before seeing the offer is left "
        "out and counted.",
        trends="There is no window, so a period's value creeps up for as long as its people may still decide; compare "
        "periods at the same age. A new offer shows in the first fortnight.",
        questions=(
            "What did the referred who saw no incentive do in the same weeks?",
            "Did the offer, its wording or the moment at which it appears change?",
            "How many converted at full price shortly before the offer reached them?",
            "Do those who came for the reward stay beyond the discounted months?",
        ),
        improve=(
            "Test two offers at random against none, and keep the cheapest that works.",
            "Show the incentive on the page that the referral link opens, not in a mail days later.",
            "Let it expire after a stated date, so that a decision is due.",
            "Tie it to a first use of the product and not to the signature.",
        ),
        show="Curves of converted against days since the incentive was shown, one for each offer, with those who saw "
        "none as a grey line.",
        risks="It proves nothing about the incentive by itself: who is shown one is already interested, and only a "
        "comparison with people who saw none tells its effect. Recent periods are still filling, and a generous gift "
        "buys conversions that leave when it ends.",
        sources="The referral platform's event log (reward shown or unlocked, conversion), or the landing page's "
        "analytics joined to new accounts.",
        connects="The discount policy, the cost of acquisition, and tests of the landing page for referred visitors.",
        effects={
            "referral_conversion_rate": "rises with it where most of the referred see an offer",
            "customer_acquisition_cost": "takes up what the incentives cost",
            "referral_churn_rate": "climbs later if the offer attracts people who came for the gift",
        },
    ),
)

KPIS = (REFERRAL_CONVERSION_RATE, REFERRAL_PROGRAM_PARTICIPATION_RATE, REFERRAL_INCENTIVE_CONVERSION_RATE)
