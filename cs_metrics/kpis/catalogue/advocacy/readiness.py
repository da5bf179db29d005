"""Who would speak for us if asked? Readiness to refer."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import ADVOCACY, AT_ADVOCACY, REFERRALS
from cs_metrics.kpis.catalogue.scoring import READY, score_form
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, count
from cs_metrics.kpis.relations.accounts import scored
from cs_metrics.kpis.relations.names import NEEDS_LIFE

_NEEDS = (
    NEEDS_LIFE,
    "survey_responses.score|events.occurred_at|touchpoints.occurred_at|referrals.made_at|tickets.created_at"
    "|invoices.due_on",
)
_READINESS = scored("referral_readiness_score")

REFERRAL_READINESS_SCORE = KPI(
    id="referral_readiness_score",
    name="Referral Readiness Score",
    category=ADVOCACY,
    kind=Kind.SNAPSHOT,
    unit="score",
    better="higher",
    area=REFERRALS,
    stage=AT_ADVOCACY,
    leading=True,
    forms=(score_form(_READINESS, *_NEEDS),),
    doc=Doc(
        definition="How likely an account is to say yes when asked for a referral, on 0 to 100: its last NPS answer, "
        "its health, its rank in use, and whether it has spoken for us in the past year.",
        formula="35 % last NPS answer (9 or 10: 100, 7 or 8: 50, else 0) + 25 % customer health score + 20 % rank of "
        "active days + 20 % advocacy actions and referrals of 365 days (1: 70, 2: 100); mean over the active accounts",
        insight="Whom to ask next, so that the ask meets goodwill and does not spend it.",
        measured="NPS answers of 180 days, health as its own score says (with its own rules), active days of 30, and "
        "in a year the touchpoints of the advocacy kinds plus referrals made. Without an NPS answer the other three "
        "decide.",
        trends="It lifts after a good survey round and sinks when answers grow older than half a year. Past advocacy "
        "makes it stick to the same few accounts.",
        questions=(
            "Which accounts above 80 were never asked?",
            "Is satisfaction known, or is the score made of use alone?",
            "Do those who said no share a component?",
        ),
        improve=(
            "Ask promoters within two weeks of their answer.",
            "Survey the healthy accounts that have no answer yet.",
            "Thank and report back after each referral: the second comes from those who heard what became of the "
            "first.",
        ),
        show="A call list by score with the four parts and the date last asked; for leadership the distribution only.",
        risks="One respondent's 10 is not the account's, and asking the same fans each quarter wears them out. Legal "
        "or press rules at the customer are in no column.",
        sources="NPS tools (Delighted, Wootric), advocacy platforms (Influitive, UserEvidence), referral programmes, "
        "and what health reads.",
        connects="It selects candidates for references in running deals, case studies and the customer board.",
        effects={
            "referral_ready_account_rate": "counts those of it that are above the threshold",
            "referral_conversion_rate": "is better where readiness was high at the ask",
            "advocacy_actions": "follow when those who are ready are asked",
        },
    ),
)

REFERRAL_READY_ACCOUNT_RATE = KPI(
    id="referral_ready_account_rate",
    name="Referral-Ready Account Rate",
    category=ADVOCACY,
    kind=Kind.SNAPSHOT,
    unit="share",
    better="higher",
    area=REFERRALS,
    stage=AT_ADVOCACY,
    leading=True,
    forms=(
        Form(
            over=_READINESS,
            needs=_NEEDS,
            numerator=count(f"points IS NOT NULL AND {READY}"),
            denominator=count(),
            interval=Interval.WILSON,
            base="active accounts",
            words="{numerator:account} with a readiness of {readiness_threshold} or more / {denominator:active "
            "account}",
            beside=(Beside("readiness", "avg(points)", "score"),),
        ),
    ),
    doc=Doc(
        definition="The share of the active accounts whose referral readiness score is at the threshold or above it.",
        formula="active accounts with a referral readiness score of at least the threshold (70 unless its setting says "
        "otherwise) / active accounts",
        insight="How large the pool is that a referral programme can draw on before it asks the unwilling.",
        measured="Counts accounts at each month's end by the rules of the readiness score; one about which nothing is "
        "known stands in the base and is not ready. The threshold is a setting, shared with expansion readiness.",
        trends="Thresholds make it jump: a survey round can move it by ten points in a month. It decays as answers "
        "pass half a year unasked.",
        questions=(
            "How many of the ready were asked in the last half year?",
            "Did the rate fall because accounts cooled, or because their answers expired?",
            "Which segment has no ready account at all?",
        ),
        improve=(
            "Time survey waves so that answers never grow old in all accounts at once.",
            "Bring accounts between 60 and 70 over the line by what they lack most.",
            "Size the programme's target by this pool, not by the number of customers.",
        ),
        show="A line with its interval, and a bar by segment; the number of ready accounts matters as much as the "
        "share.",
        risks="An account at 69 is treated like one at 5, and small changes of the rules or the threshold move many "
        "at once: compare only under the same rules.",
        sources="The same feeds as the readiness score: surveys, use, health, advocacy and referral records.",
        connects="It is the supply side of the referral funnel; marketing plans campaigns and rewards with it.",
        effects={
            "referral_program_participation_rate": "has its ceiling about here",
            "warm_introduction_offer_rate": "can rise without annoying anyone as far as this pool goes",
            "net_promoter_score": "moves it most when it moves",
        },
    ),
)

KPIS = (REFERRAL_READINESS_SCORE, REFERRAL_READY_ACCOUNT_RATE)
