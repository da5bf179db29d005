"""Do customers speak for us? KPIs of advocacy."""

from __future__ import annotations

from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, LeftOut, Measure, count
from cs_metrics.kpis.relations.names import NEEDS_LIFE
from cs_metrics.kpis.relations.referrals import REFERRALS_MADE, REFERRING
from cs_metrics.kpis.relations.voice import LAST_ANSWERS

CATEGORY = "Advocacy"
AREA = "Advocacy and Referrals"

_CONVERTED = (
    "converted_at >= made_at AND converted_at < :as_of "
    "AND converted_at <= made_at + :referral_window_days * INTERVAL '1' DAY"
)
_POINTS = "CASE WHEN score >= 9 THEN 100 WHEN score <= 6 THEN -100 ELSE 0 END"

NET_PROMOTER_SCORE = KPI(
    id="net_promoter_score",
    name="Net Promoter Score",
    also=("NPS",),
    category=CATEGORY,
    kind=Kind.FLOW,
    unit="score",
    better="higher",
    area=AREA,
    stage="advocacy",
    forms=(
        Form(
            over=LAST_ANSWERS,
            only="f.survey = 'nps'",
            needs=("survey_responses.score", "survey_responses.responded_at"),
            numerator=Measure(
                "100 * (count(*) FILTER (WHERE score >= 9) - count(*) FILTER (WHERE score <= 6))", _POINTS
            ),
            denominator=count(),
            interval=Interval.NPS,
            base="answers",
            words="100 × ({promoters:promoter} − {detractors:detractor}) / {denominator:answer}",
            beside=(
                Beside("promoters", "count(*) FILTER (WHERE score >= 9)", "count"),
                Beside("passives", "count(*) FILTER (WHERE score > 6 AND score < 9)", "count"),
                Beside("detractors", "count(*) FILTER (WHERE score <= 6)", "count"),
            ),
        ),
    ),
    doc=Doc(
        definition="Promoters (9 and 10) less detractors (0 to 6) among the answers to 'how likely are you to "
        "recommend us', in hundredths: from -100 to 100. Each respondent's last answer in the period counts.",
        formula="100 x (promoters - detractors) / answers",
        insight="Its movement, and the gap between segments, more than its height; the comments say why.",
        risks="With 100 answers chance alone moves it by some 15 points. Who is asked and who answers decides it; "
        "compare like with like.",
    ),
)

REFERRAL_CONVERSION_RATE = KPI(
    id="referral_conversion_rate",
    name="Referral Conversion Rate",
    category=CATEGORY,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=AREA,
    follow="referral_window_days",
    forms=(
        Form(
            over=REFERRALS_MADE,
            needs=("referrals.made_at", "referrals.converted_at|referrals.referred_customer_id"),
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
        definition="The share of the referrals made in the period that became customers within the window (90 days).",
        formula="referrals made in the period and converted within the window / referrals made in the period",
        insight="Whether customers refer people who fit; against other channels it says what a referral is worth.",
        risks="Referrals of the last window still have time and make recent periods look worse. A few referrers with "
        "many referrals sway it; the interval counts them as one.",
    ),
)

REFERRAL_PROGRAM_PARTICIPATION_RATE = KPI(
    id="referral_program_participation_rate",
    name="Referral Program Participation Rate",
    category=CATEGORY,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=AREA,
    stage="advocacy",
    forms=(
        Form(
            over=REFERRING,
            needs=(NEEDS_LIFE, "referrals.made_at|referrals.accepted_at"),
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
        risks="It counts customers, not referrals: one with ten counts once. Without a programme that asks, a low "
        "rate says little.",
    ),
)

KPIS = (NET_PROMOTER_SCORE, REFERRAL_CONVERSION_RATE, REFERRAL_PROGRAM_PARTICIPATION_RATE)
