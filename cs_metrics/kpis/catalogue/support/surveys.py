"""Are customers heard? Satisfaction, effort, and who answers."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.catalogue.places import AT_ADOPTION, AT_VALUE, EFFICIENCY, HEALTH, SUPPORT
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, LeftOut, count, total
from cs_metrics.kpis.relations.service import TICKETS_CREATED
from cs_metrics.kpis.relations.voice import ANSWERS, SENT

_TOP = (
    "score > scale_max - CASE WHEN :top_box > 0 THEN :top_box WHEN points <= 3 THEN 1 WHEN points <= 11 THEN 2 "
    "ELSE (scale_max - scale_min) / 5 END"
)
_EASE = "CASE WHEN :ces_easy_end = 'low' THEN common_min + common_max - common_score ELSE common_score END"
# Ratings of tickets have no scale of their own in the data model: theirs is 1 to 5.
RATINGS = replace(
    TICKETS_CREATED,
    name="ticket_ratings",
    grain="a rated ticket created in the period",
    columns=(
        "f.satisfaction AS score", "f.created_at", "f.cluster", "1 AS scale_min", "5 AS scale_max", "5 AS points",
    ),
)  # fmt: skip
_ANSWER_NEEDS = ("survey_responses.survey", "survey_responses.score", "survey_responses.responded_at")

_ANSWERED = "answered AND responded_at < :as_of AND responded_at >= sent_at"
_EARLY = "responded_at < sent_at"

CUSTOMER_SATISFACTION_SCORE = KPI(
    id="customer_satisfaction_score",
    name="Customer Satisfaction Score",
    also=("CSAT",),
    category=SUPPORT,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=EFFICIENCY,
    stage=AT_VALUE,
    cadence="weekly",
    forms=(
        Form(
            over=RATINGS,
            only="f.satisfaction BETWEEN 1 AND 5",
            when=("csat_from", "tickets"),
            needs=("tickets.satisfaction", "tickets.created_at"),
            numerator=count(_TOP),
            denominator=count(),
            interval=Interval.CLUSTER,
            bounds=(0.0, 1.0),
            base="rated tickets",
            words="{numerator:rating} in the top boxes / {denominator:rated ticket} = {value}; mean rating "
            "{mean:score}",
            beside=(Beside("mean", "avg(score)", "score"),),
            note="From ticket ratings: no CSAT survey is loaded.",
        ),
        Form(
            over=ANSWERS,
            only="f.survey = 'csat'",
            needs=_ANSWER_NEEDS,
            numerator=count(_TOP),
            denominator=count(),
            interval=Interval.CLUSTER,
            bounds=(0.0, 1.0),
            base="answers",
            words="{numerator:answer} in the top boxes / {denominator:answer} = {value}; mean answer {mean:score}",
            beside=(Beside("mean", "avg(score)", "score"),),
        ),
    ),
    doc=Doc(
        definition="The share of the answers to the satisfaction survey that lie in the top of its scale: the top two "
        "of 4 to 11 points, the top one of 2 or 3. Where no such survey is loaded, of the ratings that tickets got "
        "(4 and 5 of 5), by when the ticket was created; the two are never mixed.",
        formula="answers in the top boxes / answers in the period",
        insight="Whether a single experience went well, close to when it happened: the fastest check on what a team "
        "did last week.",
        measured="survey_responses with survey csat, a score within its scale and a responded_at in the period, of "
        "customers and unknown respondents; top_box fixes the number of top answers, 0 chooses it by the scale. Above "
        "11 points the top fifth counts. Else tickets.satisfaction from 1 to 5. The interval allows for customers who "
        "answer several times.",
        trends="It lives between 80 and 95 % and moves little, so a fall of three points over a month with hundreds of "
        "answers is real. A change of survey tool or of the moment of asking shifts it more than service does.",
        questions=(
            "Which ticket category or agent do the unhappy answers come from?",
            "Did the answers of one large customer make the change?",
            "Was the survey sent at another moment, or in another channel?",
            "Did the middle of the scale grow, or the bottom?",
        ),
        improve=(
            "Call every customer that answered at the bottom within two days, and note the cause in one of ten words.",
            "Take the three commonest causes of the month to the team that can remove them.",
            "Ask directly after the case is closed, with one click in the mail itself.",
            "Let agents see their own answers with the conversation beside them.",
        ),
        show="A weekly line with its interval and the mean answer beside it; stacked bars of all answers for one "
        "period, as two spreads can share a top.",
        risks="Content customers answer less often than angry or delighted ones. A top box of five points is easier to "
        "reach than one of ten, so scores of different scales, and of rated tickets against a survey, do not compare.",
        sources="CSAT surveys from Zendesk, Intercom, Delighted, Nicereply or Qualtrics with score and scale; without "
        "them the satisfaction rating in the ticket export.",
        connects="Coaching of agents, quality reviews of conversations, bonus schemes (with care), and the support "
        "part of the health score.",
        effects={
            "net_promoter_score": "follows when bad experiences repeat, not after a single one",
            "customer_health_score": "takes it up in its feedback part",
            "referral_readiness_score": "rests on it: nobody refers after a bad case",
        },
    ),
)

CUSTOMER_EFFORT_SCORE = KPI(
    id="customer_effort_score",
    name="Customer Effort Score",
    also=("CES",),
    category=SUPPORT,
    kind=Kind.FLOW,
    unit="score",
    better="higher",
    area=HEALTH,
    stage=AT_ADOPTION,
    leading=True,
    forms=(
        Form(
            over=ANSWERS,
            only="f.survey = 'ces'",
            needs=_ANSWER_NEEDS,
            numerator=total(_EASE),
            denominator=count(),
            interval=Interval.CLUSTER,
            scale=("common_min", "common_max"),
            base="answers",
            words="scores that add up to {numerator} / {denominator:answer} = {value}; {easy:share} found it easy",
            beside=(
                Beside(
                    "easy",
                    f"CAST(count(*) FILTER (WHERE {_EASE} > (common_min + common_max) / 2) AS DOUBLE) "
                    "/ nullif(count(*), 0)",
                    "share",
                ),
            ),
        ),
    ),
    doc=Doc(
        definition="How easy customers found it to get something done: the mean answer to the effort survey, turned so "
        "that higher is easier. Where answers come on several scales they are brought to 1 to 7.",
        formula="sum of scores, higher easier / answers in the period",
        insight="How much work we make for customers. Effort tells who will leave better than delight does, so a fall "
        "is a reason for the CSM to reach out.",
        measured="survey_responses with survey ces, answered in the period within its scale; ces_easy_end says which "
        "end means easy, and a low one is turned around. If the version's answers have more than one scale, each "
        "becomes 1 + 6 x (score - lowest) / (highest - lowest). Easy is above the middle.",
        trends="It reacts to single changes of process: a new login, a longer form, a moved button. Means hardly move "
        "by more than half a point; the share who found it easy shows a change sooner.",
        questions=(
            "Which task were they asked about, and did the mix of tasks change?",
            "What do those at the hard end say in their comment?",
            "How often had they to repeat themselves, switch channels, or wait for a second team?",
            "Is it hard for new administrators alone, or for everybody?",
        ),
        improve=(
            "Walk through the hardest task with three customers on a shared screen, and remove two steps.",
            "Carry the conversation along when a case changes hands, so that nobody explains twice.",
            "Let customers do by themselves what they now must ask for: invoices, seats, resets.",
            "Have the CSM call accounts that answered in the hard half, within the week.",
        ),
        show="The mean with its interval by month and, beside it, the share who found it easy; split by the task or "
        "channel asked about.",
        risks="Which end of the scale is 'easy' differs between surveys; set wrongly, the score is upside down. A mean "
        "of 5.5 hides the small group that fought for hours.",
        sources="Effort surveys from Zendesk, Medallia, Qualtrics, Survicate or Typeform, sent after a task, with "
        "their scale and the wording kept.",
        connects="Process design in billing and onboarding, the self-service roadmap, and the playbook that a falling "
        "score starts.",
        effects={
            "customer_churn_rate": "rises one or two quarters after effort does",
            "repeat_purchase_rate": "suffers where buying again is a burden",
            "support_tickets": "grow with every task that cannot be done alone",
            "customer_satisfaction_score": "drops with it, but later and less",
        },
    ),
)

SURVEY_RESPONSE_RATE = KPI(
    id="survey_response_rate",
    name="Survey Response Rate",
    category=SUPPORT,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=HEALTH,
    stage=AT_VALUE,
    follow="response_days",
    forms=(
        Form(
            over=SENT,
            needs=("survey_responses.sent_at", "survey_responses.responded_at", "survey_responses.score"),
            numerator=count(_ANSWERED),
            denominator=count(f"NOT coalesce({_EARLY}, FALSE)"),
            interval=Interval.CLUSTER,
            bounds=(0.0, 1.0),
            base="surveys sent",
            words="{numerator:survey} answered / {denominator:survey} sent",
            leaves_out=(
                LeftOut(
                    f"count(*) FILTER (WHERE {_EARLY})",
                    "surveys answered before they were sent",
                    "survey answered before it was sent",
                ),
            ),
        ),
    ),
    doc=Doc(
        definition="The share of the surveys sent in the period that have been answered with a score by now, whichever "
        "survey it was.",
        formula="surveys sent in the period and answered by now / surveys sent in the period",
        insight="How far the feedback speaks for everyone: below a fifth, mistrust the scores before acting on them; "
        "silence of a large account is itself an answer.",
        measured="survey_responses by sent_at, of customers and unknown respondents; answered means a score within the "
        "scale and a responded_at before the end of the data. An answer dated before its sending is left out and "
        "counted. Incomplete until 14 days (response_days) after the period.",
        trends="It falls with every survey too many and with age of the relationship. One fall right after a new "
        "sender, subject line or spam filter is technical, not mood.",
        questions=(
            "How many surveys did one person get in the last ninety days?",
            "Which segment or channel answers least, and whose voice is missing from the scores?",
            "Do mails arrive at all: bounces, spam folders, people who left?",
            "Did the customers who fell silent answer before?",
        ),
        improve=(
            "Cap what a person is sent: one relationship survey a quarter, one after a case a month.",
            "Ask one question in the mail or in the product itself, answered by one click.",
            "Send it in the name of the CSM, and tell what changed because of the last round.",
            "Clean addresses of leavers before every round.",
        ),
        show="A line by month of sending with the number sent below it; a ranked bar by segment to see who is missing.",
        risks="It still climbs for two weeks after the period. Only exports that hold the unanswered too can show it: "
        "a file of answers alone gives a flattering 100 %, and a rate that differs by segment bends every score that "
        "compares them.",
        sources="Full send lists of Delighted, Qualtrics, SurveyMonkey, AskNicely or in-app survey tools, sent and "
        "answered times in one row for each person asked.",
        connects="The calendar of all mailings to customers, data quality of contacts, and the agenda of business "
        "reviews with accounts that never answer.",
        effects={
            "net_promoter_score": "gains a narrower interval, and often falls, as the lukewarm join in",
            "customer_satisfaction_score": "rests on more than the loud ends",
            "customer_feedback_retention_score": "compares two groups of more equal size",
        },
    ),
)

KPIS = (CUSTOMER_SATISFACTION_SCORE, CUSTOMER_EFFORT_SCORE, SURVEY_RESPONSE_RATE)
