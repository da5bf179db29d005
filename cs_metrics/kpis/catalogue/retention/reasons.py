"""Why customers leave, whether those who speak stay, and where users fall by the wayside."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_ONBOARDING, AT_VALUE, HEALTH, PREVENTION, RETENTION
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, Relation, count
from cs_metrics.kpis.relations.drop_off import EVENTS_THROUGH, NEXT_EVENTS, NEXT_STEPS, WAY_THROUGH
from cs_metrics.kpis.relations.leaving import ANSWERERS
from cs_metrics.kpis.relations.names import NEEDS_LEAVING
from cs_metrics.kpis.relations.states import LEAVINGS

_LEAVER = "(active_start OR active_in) AND NOT active_end"
_ANSWERED = "active_start AND coalesce(answers, 0) > 0"
_SILENT = "active_start AND coalesce(answers, 0) = 0"


def _kept(whom: str) -> str:
    return f"CAST(count(*) FILTER (WHERE {whom} AND active_end) AS DOUBLE) / nullif(count(*) FILTER (WHERE {whom}), 0)"


def _dropped(over: Relation, items: Relation, needs: tuple[str, ...], when: tuple[str, str] | None = None) -> Form:
    in_time = "next_at < :as_of AND next_at <= reached_at + :drop_off_window_days * INTERVAL '1' DAY"
    return Form(
        over=over,
        items=items,
        item="pair",
        own_base=True,
        needs=(*needs, "settings.drop_off_steps"),
        when=when,
        numerator=count(f"NOT coalesce({in_time}, FALSE)"),
        denominator=count(),
        interval=Interval.WILSON,
        base="users that reached the first step",
        words="{numerator:user} not at the last step within {drop_off_window_days:day} / {denominator:user} that "
        "reached the first",
    )


EXIT_REASON_FREQUENCY = KPI(
    id="exit_reason_frequency",
    name="Exit Reason Frequency",
    also=("Exit Reason Frequency (Segmented)",),
    category=RETENTION,
    kind=Kind.FLOW,
    unit="share",
    better="neither",
    area=PREVENTION,
    stage=AT_VALUE,
    cadence="quarterly",
    forms=(
        Form(
            over=LEAVINGS,
            needs=(NEEDS_LEAVING,),
            numerator=count(_LEAVER),
            denominator=count(_LEAVER),
            interval=Interval.WILSON,
            item="reason",
            base="customers that left",
            words="{numerator:customer} that left, each under its reason / {denominator:customer} that left",
        ),
    ),
    doc=Doc(
        definition="Of the customers that left in the period, the share that gave each reason.",
        formula="customers that left for the reason / customers that left; 'unknown' is a reason",
        insight="What to repair first; by segment it shows that the same product loses different people for "
        "different reasons.",
        measured="Left are those active at the start or at any time in the period and not at its end, so that brief "
        "customers are in. The reason is that of the recorded leaving nearest in the same life, else the "
        "subscription's cancel_reason, else the customer's churn_reason, else unknown. The whole is always 1.",
        trends="Price leads almost everywhere and says little; look for the reason that grows. A reason that "
        "disappears may only have been renamed in the form.",
        questions=(
            "What is behind 'price': value not seen, or a budget gone?",
            "Which reason is named by the customers we most wanted to keep?",
            "Did the list of reasons change?",
            "Who fills the field in, the customer or us?",
        ),
        improve=(
            "Agree on eight to ten reasons at most, with one sentence each on when to choose it.",
            "Interview five leavers a quarter about the reason that they ticked.",
            "Give each reason an owner outside customer success: product, pricing, sales.",
            "Make the field mandatory in the form, to shrink 'unknown'.",
        ),
        show="Horizontal bars sorted by share with the count at their ends; one panel per segment.",
        risks="A reason is what somebody ticked on the way out, often the most polite one. A large 'unknown' says "
        "more about the recording than about the customers.",
        sources="Cancellation forms, the CSM's closing notes in Gainsight, Salesforce or a spreadsheet, billing's "
        "cancel_reason.",
        connects="The product roadmap, competitive intelligence, and how sales qualifies.",
        effects={
            "customer_churn_rate": "falls when the leading reason is repaired",
            "qualitative_customer_feedback": "should hear of a theme before it turns into a reason",
            "customer_effort_score": "moves early where the reason is how hard things are",
        },
    ),
)

CUSTOMER_FEEDBACK_RETENTION_SCORE = KPI(
    id="customer_feedback_retention_score",
    name="Customer Feedback Retention Score",
    category=RETENTION,
    kind=Kind.CARRY,
    unit="share",
    better="higher",
    area=HEALTH,
    stage=AT_VALUE,
    cadence="quarterly",
    forms=(
        Form(
            over=ANSWERERS,
            needs=(
                NEEDS_LEAVING,
                "survey_responses.score",
                "survey_responses.responded_at",
                "survey_responses.customer_id|users.customer_id",
            ),
            numerator=count(f"{_ANSWERED} AND active_end"),
            denominator=count(_ANSWERED),
            interval=Interval.WILSON,
            base="customers active at the start that had answered a survey",
            words="{numerator:customer} still active / {denominator:customer} that answered in the "
            "{lookback_days:day} before; of the silent {silent:share} stayed, a difference of {difference:share}",
            beside=(
                Beside("silent", _kept(_SILENT), "share"),
                Beside("difference", f"{_kept(_ANSWERED)} - {_kept(_SILENT)}", "share"),
            ),
        ),
    ),
    doc=Doc(
        definition="Retention among customers who speak up: of those active at the start that answered a survey in "
        "the 90 days before it, the share still active at the end. That of the silent, and the difference, stand "
        "beside it.",
        formula="customers active at the start that had answered, and active at the end / customers active at the "
        "start that had answered",
        insight="Whether silence is a warning sign: the wider the gap between those who answer and those who do not, "
        "the more a missing answer should alert a CSM.",
        measured="Any scored answer to any survey counts, good or bad, from customers or unknown respondents, dated "
        "within the lookback (a setting) before the period starts; comments alone, employees and prospects do not. "
        "One answer by one person makes the whole account an answering one.",
        trends="Both groups move together with churn; the gap between them is the finding. It narrows when surveys "
        "are pressed on everybody, since an answer then says less.",
        questions=(
            "Who are the silent: never asked, or asked and mute?",
            "Did the silent leave for other reasons than those who answered?",
            "Do answering accounts simply have more users, so that one of them answers?",
            "What did we do with the answers of those who left all the same?",
        ),
        improve=(
            "Treat two unanswered surveys in a row as a reason to call.",
            "Reply to each answer with what will be done about it, and when.",
            "Survey every account at least once a quarter, so that silence can be told from not being asked.",
        ),
        show="Two points with intervals per period, answering and silent, joined by a bar that is the difference.",
        risks="It does not say that asking keeps customers: those who care both answer and stay. Accounts that were "
        "never sent a survey count as silent.",
        sources="Survey exports with account and date (Delighted, Qualtrics, Typeform) joined to subscriptions.",
        connects="Survey planning, closed-loop follow-up, and early-warning rules of health scores.",
        effects={
            "survey_response_rate": "decides how large the answering group is, and how special",
            "customer_health_score": "gains from having silence as a signal",
            "net_promoter_score": "speaks for the customer base only as far as the silent resemble the rest",
        },
    ),
)

DROP_OFF_RATE = KPI(
    id="drop_off_rate",
    name="Drop-Off Rate",
    category=RETENTION,
    kind=Kind.FLOW,
    unit="share",
    better="lower",
    area=HEALTH,
    stage=AT_ONBOARDING,
    leading=True,
    cadence="weekly",
    follow="drop_off_window_days",
    forms=(
        _dropped(EVENTS_THROUGH, NEXT_EVENTS, ("events.event", "events.occurred_at"), ("drop_off_from", "events")),
        _dropped(WAY_THROUGH, NEXT_STEPS, ("milestones.milestone", "milestones.reached_at")),
    ),
    doc=Doc(
        definition="Along an ordered list of steps, such as sign-up, onboarding, activation and first value: the "
        "share of those reaching a step that do not reach the next within the window. The whole goes from the first "
        "step to the last.",
        formula="users that reached a step in the period and not the next within the window / users that reached the "
        "step",
        insight="The one step at which most are lost, which is where a day of work gains the most users.",
        measured="The steps and their order are a setting: names of milestones, or of events where no milestone has "
        "the name; steps that nobody ever reached are skipped. A step counts the first time; the next must come at or "
        "after it, within 30 days (a setting). The unit is the user where every step names its user, else the "
        "account. Each step has its own base: those who reached it in the period, from whenever.",
        trends="Changes within days of a release, so weekly eyes pay off. The early steps react to who is attracted, "
        "the later ones to the product.",
        questions=(
            "At which step is the loss, and since which week?",
            "On which device, plan or channel is it worse?",
            "Do they come back after the window, and is it simply too short?",
            "What do those who got stuck write to support?",
        ),
        improve=(
            "Watch five recordings of people who stopped at the worst step.",
            "Take a field, a page or a decision out of that step.",
            "Write to those stuck after two days, with the one thing to do next.",
            "Let people skip ahead, when the step is ours rather than theirs.",
        ),
        show="A funnel of the steps with the loss written between two bars; below it the worst step by week.",
        risks="The steps' rates do not multiply to the whole, as each has its own people and window. Whoever reaches "
        "steps in another order looks lost, and the last 30 days are never settled.",
        sources="Milestones from the onboarding tool, or product events from Segment, Amplitude or Mixpanel.",
        connects="Growth experiments, onboarding design, the hand-over from sales to customer success.",
        effects={
            "activation_rate": "rises as the steps before activation lose fewer",
            "onboarding_completion_rate": "gains where the loss is inside onboarding",
            "time_to_first_value": "shortens when steps are taken out",
            "customer_cohort_retention_rate": "improves later for the cohorts that got through",
        },
    ),
)

KPIS = (EXIT_REASON_FREQUENCY, CUSTOMER_FEEDBACK_RETENTION_SCORE, DROP_OFF_RATE)
