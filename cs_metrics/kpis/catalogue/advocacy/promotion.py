"""Would customers recommend us, and do they say so where others hear it?"""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import ADVOCACY, AT_ADVOCACY, REFERRALS
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, Measure, Part, count
from cs_metrics.kpis.relations.advocates import ACTIONS, ADVOCATES
from cs_metrics.kpis.relations.names import NEEDS_LIFE
from cs_metrics.kpis.relations.states import OPENING
from cs_metrics.kpis.relations.voice import LAST_ANSWERS

_POINTS = "CASE WHEN score >= 9 THEN 100 WHEN score <= 6 THEN -100 ELSE 0 END"

NET_PROMOTER_SCORE = KPI(
    id="net_promoter_score",
    name="Net Promoter Score",
    also=("NPS",),
    category=ADVOCACY,
    kind=Kind.FLOW,
    unit="score",
    better="higher",
    area=REFERRALS,
    stage=AT_ADVOCACY,
    leading=True,
    forms=(
        Form(
            over=LAST_ANSWERS,
            only="f.survey = 'nps' AND (:nps_scales = 'both' OR f.scale_min = 0)",
            needs=("survey_responses.survey", "survey_responses.score", "survey_responses.responded_at"),
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
        insight="What customers intend, long before they refer or leave. Its movement, and the gap between segments, "
        "say more than its height; the comments say why.",
        measured="From survey responses named nps with a score and a date, on 0-10 or 1-10; any other scale is not NPS "
        "and stays out; `nps_scales` leaves 1-10 out too. The respondent is the user, else the account. `survey_rule` "
        "says whether the last answer, the last of each campaign, or every answer counts; employees and prospects are "
        "left aside.",
        trends="It drifts by a few points a year and jumps when the way of asking changes: another channel, another "
        "moment, another wording. Passives turning into detractors are an early sign; promoters going silent are too.",
        questions=(
            "Did the mix of those who were asked change: more new accounts, more administrators, another region?",
            "Is it fewer promoters or more detractors?",
            "What do the comments of this period's detractors share that the last period's did not?",
            "Did the share of people who answer at all move at the same time?",
        ),
        improve=(
            "Call every detractor within two working days and write down one cause in a fixed list.",
            "Take the three causes named most to the product's planning each quarter, and tell the respondents what "
            "became of them.",
            "Send promoters one clear request (a review, a reference) within a week of their answer.",
            "Ask users, sponsors and administrators apart: they score different things.",
        ),
        show="A line of quarters with its interval as a band, and under it the three groups as stacked shares; "
        "segments as dots with whiskers, never as bare ranks.",
        risks="With 100 answers chance alone moves it by some 15 points. An 8 and a 7 count for nothing and a 6 as "
        "much as a 0, so the same mean can give very different scores; cultures use the ends of the scale differently.",
        sources="Delighted, SurveyMonkey, Typeform, Qualtrics, Pendo or Intercom surveys: one row per answer with "
        "score, date and the account's id; HubSpot's feedback export as well.",
        connects="Closing the loop with detractors, the list of candidates for references and reviews, and one "
        "component of account health.",
        effects={
            "referral_readiness_score": "rises with it, since satisfaction is one of its components",
            "advocacy_actions": "follows when promoters are asked soon after they answer",
            "customer_churn_rate": "tends to rise some quarters after detractors increase",
            "referral_prompt_acceptance_rate": "is higher where prompts go to promoters only",
        },
    ),
)

ADVOCACY_ACTIONS = KPI(
    id="advocacy_actions",
    name="Advocacy Actions",
    also=("advocacy actions per customer", "advocate activity"),
    category=ADVOCACY,
    kind=Kind.FLOW,
    unit="ratio",
    better="higher",
    area=REFERRALS,
    stage=AT_ADVOCACY,
    forms=(
        Form(
            needs=(NEEDS_LIFE, "touchpoints.kind", "touchpoints.occurred_at"),
            parts={
                "actions": Part(ACTIONS, count()),
                "advocates": Part(ACTIONS, Measure("count(DISTINCT customer_id)", "1")),
                "customers": Part(OPENING, count("active_in")),
            },
            quotient="actions",
            divisor="customers",
            n="customers",
            base="customers active in the period",
            words="{numerator:action} by {advocates:customer} / {denominator:active customer}",
            beside=(Beside("actions", "actions", "count"), Beside("advocates", "advocates", "count")),
        ),
    ),
    doc=Doc(
        definition="How many things customers did for us in the period (testimonials, case studies, reference calls, "
        "reviews, introductions) for each active customer; beside it the count itself and how many customers did them.",
        formula="advocacy actions in the period / customers active in the period",
        insight="How much goodwill turns into something that a prospect can read or hear, however large the base has "
        "grown.",
        measured="Touchpoints whose kind is one of `advocacy_kinds` dated in the period; rows with the same "
        "touchpoint_id are one action. The divisor is everyone active at some instant of the period. Under a filter "
        "an action belongs to the segment its customer was in that day.",
        trends="It comes in waves: award seasons, review campaigns, conferences. A flat count over a growing base lets "
        "the ratio sink, which means that the same few people do the work.",
        questions=(
            "Is it many customers with one action each, or few with many?",
            "Which kind grew: cheap ones such as reviews, or costly ones such as case studies?",
            "Was there a campaign, and what remains without it?",
            "Which segments that we sell to have no voice at all?",
        ),
        improve=(
            "Keep a list of what sales needs next (industry, size, region) and ask for exactly that.",
            "Offer small favours first, a quote or a review, before a filmed case study.",
            "Let success managers log actions in the CRM with one click, so that none goes uncounted.",
            "Thank in public and privately: the next request depends on how the last was received.",
        ),
        show="Stacked columns by month, one colour for each kind, with the ratio as a line above; beside it a table of "
        "advocates and when each was last asked.",
        risks="It is no share and may exceed 1: an enthusiast with nine reviews counts nine times, and the action of a "
        "customer that has left counts above the line though it is not below it. A paid review campaign inflates it "
        "for a month.",
        sources="Activities of Salesforce or HubSpot, reference tools such as ReferenceEdge or Influitive, review "
        "exports of G2 and Capterra, each as a dated touchpoint with its kind.",
        connects="Marketing's content plan, the reference desk that sales draws on, award entries and analyst "
        "relations.",
        effects={
            "advocate_re_engagement_rate": "rises when the additional actions come from people who acted before",
            "win_rate": "gains where late deals can talk with a customer of their own kind",
            "referral_opportunity_pipeline_contribution_rate": "grows with the introductions among the actions",
        },
    ),
)

ADVOCATE_RE_ENGAGEMENT_RATE = KPI(
    id="advocate_re_engagement_rate",
    name="Advocate Re-Engagement Rate",
    also=("repeat advocates", "advocate reactivation"),
    category=ADVOCACY,
    kind=Kind.CARRY,
    unit="share",
    better="higher",
    area=REFERRALS,
    stage=AT_ADVOCACY,
    cadence="quarterly",
    forms=(
        Form(
            over=ADVOCATES,
            needs=("touchpoints.kind", "touchpoints.occurred_at", "touchpoints.customer_id"),
            numerator=count("acted_before AND acted_in"),
            denominator=count("acted_before"),
            interval=Interval.WILSON,
            base="customers with an advocacy action before the period",
            words="{numerator:customer} that acted again / {denominator:customer} with an action before the period",
        ),
    ),
    doc=Doc(
        definition="Of all customers that had ever acted as an advocate before the period began, the share that did so "
        "again within it.",
        formula="earlier advocates with a new advocacy action in the period / customers with an action before the "
        "period",
        insight="Whether being an advocate was worth it to them. It separates a community of supporters from a string "
        "of one-off favours.",
        measured="Each customer's advocacy touchpoints (`advocacy_kinds`) are split at the period's start: any earlier "
        "one puts it in the base, one in the period above the line. Nobody drops out of the base with time, and "
        "former customers stay in it.",
        trends="The base only grows, so with a steady number of actions the rate falls month by month; a quarter or a "
        "year is the grain to read. A jump follows a customer conference or an advisory board.",
        questions=(
            "How long ago did those in the base last act, and were they thanked?",
            "How many of them have left us since?",
            "Do we ask the same five again because the others are not in anyone's list?",
            "Which first action is followed by a second most often?",
        ),
        improve=(
            "Write to everyone who acted more than six months ago with news of what their story led to.",
            "Form an advisory board or a speakers' circle, so that the next action does not need a cold request.",
            "Rotate requests by a rule (none twice in a quarter), and hand over advocates by name when a success "
            "manager changes.",
        ),
        show="One share a quarter, split by how long ago the last action was (under 6, 6 to 12, over 12 months); the "
        "list of silent advocates beneath.",
        risks="A young programme scores high because its base is tiny, an old one low because everyone who ever wrote "
        "a line stays in the base for good. Asking the willing too often also raises it, until they tire.",
        sources="Several years of advocacy touchpoints: the CRM's activity history or the advocate platform's log. A "
        "file that begins last year knows no earlier advocates.",
        connects="Customer marketing's calendar, advisory boards, and hand-overs between success managers, at which "
        "advocates get lost.",
        effects={
            "advocacy_actions": "rises without a single new advocate",
            "referral_program_participation_rate": "gains, since those who vouched before refer most readily",
            "relationship_depth_score": "is kept up by the contacts that repeated requests bring",
        },
    ),
)

KPIS = (NET_PROMOTER_SCORE, ADVOCACY_ACTIONS, ADVOCATE_RE_ENGAGEMENT_RATE)
