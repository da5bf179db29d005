"""How onboarding goes: completed or not, and what customers say of it and after it."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import ADOPTION, AT_ADOPTION, AT_ONBOARDING, HEALTH
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, LeftOut, count, total
from cs_metrics.kpis.relations.steps import ONBOARDINGS
from cs_metrics.kpis.relations.voice import ANSWERS

_COMPLETED = (
    "completed_at >= started_at AND completed_at < :as_of "
    "AND completed_at <= started_at + :onboarding_window_days * INTERVAL '1' DAY"
)
_BACKWARDS = "completed_at < started_at"

_OF_100 = "100 * CAST(score - scale_min AS DOUBLE) / nullif(scale_max - scale_min, 0)"
_TURNED = f"CASE WHEN survey = 'ces' AND :ces_easy_end = 'low' THEN 100 - {_OF_100} ELSE {_OF_100} END"
_ANSWER_NEEDS = ("survey_responses.survey", "survey_responses.score", "survey_responses.responded_at")

ONBOARDING_COMPLETION_RATE = KPI(
    id="onboarding_completion_rate",
    name="Onboarding Completion Rate",
    category=ADOPTION,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=HEALTH,
    stage=AT_ONBOARDING,
    leading=True,
    follow="onboarding_window_days",
    forms=(
        Form(
            over=ONBOARDINGS,
            needs=("milestones.milestone", "milestones.customer_id", "milestones.reached_at"),
            numerator=count(_COMPLETED),
            denominator=count(f"NOT coalesce({_BACKWARDS}, FALSE)"),
            interval=Interval.WILSON,
            base="accounts that started onboarding",
            words="{numerator:account} that completed it within {onboarding_window_days:day} / {denominator:account} "
            "that started onboarding",
            leaves_out=(
                LeftOut(
                    f"count(*) FILTER (WHERE {_BACKWARDS})",
                    "onboardings completed before they started",
                    "onboarding completed before it started",
                ),
            ),
        ),
    ),
    doc=Doc(
        definition="Of the accounts that started onboarding in the period, the share that completed it within 90 days "
        "of their own start.",
        formula="accounts completing onboarding within the window of their start / accounts starting in the period",
        insight="An early sign of retention: who does not get through the start rarely stays. It also tells how much "
        "of the onboarding team's work ends in a customer who is ready.",
        measured="Start is the earliest of the milestone onboarding_started (reached or begun) and the beginning of "
        "onboarding_completed; completion is onboarding_completed. Rows of the account go before those of its users. "
        "The window is onboarding_window_days; a completion dated before its start is left out and counted.",
        trends="It reacts to the team's load: when many accounts start at once it drops for that quarter's starters. "
        "A slide over several quarters means that the plan no longer fits the customers who are sold.",
        questions=(
            "Which accounts are past the window and still open, and who owns them?",
            "Is the delay on the customer's side (data, decision, staff) or on ours?",
            "Did a wave of starts meet a team of the same size?",
            "Do accounts of one plan or one implementation partner fall behind?",
        ),
        improve=(
            "Agree on a dated plan with the customer at the kick-off, and review the overdue ones every week.",
            "Cut the plan to what is needed for the first outcome, and move the rest behind completion.",
            "Call an account that has been silent for two weeks before its window ends, not after.",
            "Offer guided self-service to small accounts, so that the team has time for the large ones.",
        ),
        show="A line by month of start with the open last three months dashed, split by plan; a list of the accounts "
        "that are still open, by days since their start.",
        risks="The last three months are incomplete, since their accounts still have time. What 'completed' means is "
        "whatever the milestone says: a task list ticked off by the team is not a customer that works with the "
        "product.",
        sources="Onboarding tools (Rocketlane, GuideCX, Arrows), a project board, or the stage fields of the CRM, with "
        "the dates at which an account entered and left the stage.",
        connects="Marks the hand-over from implementation to the CSM, starts the clock of the first business review, "
        "and in many firms the recognition of the set-up fee.",
        effects={
            "time_to_first_value": "accounts that complete in time are those that reach value soon",
            "customer_churn_rate": "stalled onboardings turn into leavings at the first renewal",
            "onboarding_satisfaction_score": "an onboarding that drags on is rated worse",
            "lead_response_time_post_onboarding": "completions in a bunch make the next contact come later",
        },
    ),
)

ONBOARDING_SATISFACTION_SCORE = KPI(
    id="onboarding_satisfaction_score",
    name="Onboarding Satisfaction Score",
    also=("OSS",),
    category=ADOPTION,
    kind=Kind.FLOW,
    unit="score",
    better="higher",
    area=HEALTH,
    stage=AT_ONBOARDING,
    leading=True,
    forms=(
        Form(
            over=ANSWERS,
            only="f.survey = 'onboarding'",
            needs=_ANSWER_NEEDS,
            numerator=total(_OF_100),
            denominator=count(),
            interval=Interval.CLUSTER,
            bounds=(0.0, 100.0),
            base="answers",
            words="scores out of 100 that add up to {numerator} / {denominator:answer} = {value}; {unhappy:share} "
            "answered in the lower half of the scale",
            beside=(
                Beside(
                    "unhappy",
                    "CAST(count(*) FILTER (WHERE score < (scale_min + scale_max) / 2.0) AS DOUBLE) "
                    "/ nullif(count(*), 0)",
                    "share",
                ),
            ),
        ),
    ),
    doc=Doc(
        definition="The mean answer to the onboarding survey in the period, each answer brought to 0-100 on its own "
        "scale: the lowest possible answer is 0, the highest 100.",
        formula="sum of 100 x (score - lowest) / (highest - lowest) / onboarding surveys answered in the period",
        insight="How the first weeks felt to the customer, at the only moment when the promise of the sale and the "
        "product as it is are compared directly.",
        measured="From survey_responses with survey = onboarding, by the date of the answer. The scale is the row's "
        "scale_min and scale_max, 1 to 5 where it has none; answers outside it, and those of employees and prospects, "
        "are left out. Beside it stands the share in the lower half of the scale. People who answer twice widen the "
        "interval.",
        trends="It is steady while the programme is, and drops within weeks of a change of staff, plan or product; "
        "a new segment with other expectations shifts it lastingly.",
        questions=(
            "Which onboarding manager, plan or region do the low answers come from?",
            "What do the comments of the low answers name: the product, the people, the time it took?",
            "Did fewer answer than before, so that the mean is made by others?",
            "Were customers asked at the same point of onboarding as in the period before?",
        ),
        improve=(
            "Call everyone who answers in the lower half within two days, while onboarding can still be turned.",
            "Check at the kick-off which expectation the sale set, and correct it there.",
            "Ask after the kick-off and again at the end, so that it shows which part disappoints.",
            "Bring the three most frequent complaints of the comments to the onboarding team every month.",
        ),
        show="A line with its interval by quarter, a bar of the answers from lowest to highest, and a split by "
        "onboarding manager with the number of answers beside each.",
        risks="Those who gave up on onboarding are seldom asked, so the score speaks for those who got through. "
        "A score of 75 may be 'all said 4 of 5' or 'three delighted, one furious': look at the bar.",
        sources="Survey tools (Delighted, Typeform, Qualtrics, in-app surveys) sent at the end of onboarding, exported "
        "with scale, score, date and customer.",
        connects="Goes back to sales (what was promised), to the onboarding programme, and into the first talk that "
        "the CSM has with the account.",
        effects={
            "onboarding_completion_rate": "customers who enjoy the start push it to its end",
            "net_promoter_score": "the first impression colours the first answer to the relationship survey",
            "customer_feedback_score_post_activation": "what annoys in onboarding is still named after it",
        },
    ),
)

CUSTOMER_FEEDBACK_SCORE_POST_ACTIVATION = KPI(
    id="customer_feedback_score_post_activation",
    name="Customer Feedback Score (Post-activation)",
    category=ADOPTION,
    kind=Kind.FLOW,
    unit="score",
    better="higher",
    area=HEALTH,
    stage=AT_ADOPTION,
    forms=(
        Form(
            over=ANSWERS,
            only="f.survey IN ('csat', 'nps', 'ces', 'post_activation') AND f.responded_at >= f.activated_at "
            "AND f.activated_at < :as_of",
            needs=(
                *_ANSWER_NEEDS,
                "milestones.reached_at|users.activated_at",
                "milestones.milestone|users.activated_at",
                "survey_responses.user_id|survey_responses.customer_id",
            ),
            numerator=total(_TURNED),
            denominator=count(),
            interval=Interval.CLUSTER,
            bounds=(0.0, 100.0),
            base="answers after activation",
            words="scores out of 100 that add up to {numerator} / {denominator:answer} given after activation = "
            "{value}; surveys on their own: {post_activation} post-activation, {csat} CSAT, {nps} NPS, {ces} CES",
            beside=tuple(
                Beside(survey, f"avg({_TURNED}) FILTER (WHERE survey = '{survey}')", "score")
                for survey in ("post_activation", "csat", "nps", "ces")
            ),
        ),
    ),
    doc=Doc(
        definition="The mean score, on 0-100, of the answers that people give once they are activated: to "
        "satisfaction, recommendation, effort and post-activation surveys together.",
        formula="sum of the scores on 0-100 of the answers given at or after activation / their number",
        insight="What those who really use the product think of it, without the noise of people who never got into it.",
        measured="Answers of the surveys csat, nps, ces and post_activation in the period count when the respondent "
        "had been activated by then: the user where the answer names one, else the account. Each is brought to 0-100 "
        "on its own scale; effort is turned so that easy is high (ces_easy_end). Each survey's own mean stands beside "
        "the value.",
        trends="It moves slowly, and mostly with the mix of surveys: a month with many NPS answers reads lower or "
        "higher than one with many CSAT answers although nobody changed their mind.",
        questions=(
            "Did the mix of surveys change, or did each survey move by itself?",
            "Are the lower answers from people activated lately, or from long-time users?",
            "Which feature or release do the comments of activated users name?",
        ),
        improve=(
            "Send a short survey a fixed number of days after each activation, so that the groups compare.",
            "Hand low answers of heavy users to product management, with what they use and what they said.",
            "Reply to every activated user who answers below 40, and note what came of it.",
        ),
        show="A line by quarter with its interval, below it the four surveys' own means as thin lines; compare users "
        "in their first 90 days after activation with the rest.",
        risks="It mixes four questions into one number: never compare it with a CSAT or an NPS. Someone without an "
        "activation date is invisible here, so gaps in tracking change who is heard.",
        sources="Survey tools for the answers, with the user's id or e-mail; product analytics or the user table for "
        "the activation dates that the answers are matched to.",
        connects="Gives the product team feedback that is filtered by use, and tells CSMs which activated accounts "
        "need a call although their usage looks fine.",
        effects={
            "net_promoter_score": "its answers are part of both, so they move together",
            "feature_adoption_rate_ongoing": "activated people who are pleased come back every week",
            "customer_feedback_retention_score": "what activated users say is what their account's staying can be "
            "compared with",
        },
    ),
)

KPIS = (ONBOARDING_COMPLETION_RATE, ONBOARDING_SATISFACTION_SCORE, CUSTOMER_FEEDBACK_SCORE_POST_ACTIVATION)
