"""How soon value is there: the first, and more than was hoped for."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.adoption.timing import time_to
from cs_metrics.kpis.catalogue.places import ADOPTION, AT_ONBOARDING, AT_VALUE, HEALTH
from cs_metrics.kpis.model import KPI, Doc, Kind
from cs_metrics.kpis.relations.steps import EXCEEDED, SIGNUPS

_NEEDS = (
    "milestones.reached_at",
    "milestones.milestone",
    "milestones.customer_id",
    "customers.signed_up_on|milestones.reached_at",
)

TIME_TO_FIRST_VALUE = KPI(
    id="time_to_first_value",
    name="Time to First Value",
    also=("Time to Value", "TTV"),
    category=ADOPTION,
    kind=Kind.FLOW,
    unit="days",
    better="lower",
    area=HEALTH,
    stage=AT_ONBOARDING,
    forms=(time_to("first_value_at", SIGNUPS, _NEEDS, "first value", "account"),),
    doc=Doc(
        definition="How many days pass from sign-up to the first value of the accounts that signed up in the period: "
        "the median over those that got there, with mean and 90th percentile beside it.",
        formula="first-value milestone - sign-up, accounts signed up in the period; who is not there yet is open",
        insight="How long a new customer waits for what it came for; the slow tenth shows where onboarding stalls.",
        measured="Sign-up is customers.signed_up_on, else the milestone signed_up, else the first event. The end is "
        "the milestone first_value, the account's own row before its users'. Accounts without it are open: counted, "
        "but without a duration. First value before sign-up is left out and said.",
        trends="It shortens with templates, imports and a lighter set-up, and lengthens when larger customers are "
        "sold. In the newest periods it always seems to shorten, because only the quick ones have arrived.",
        questions=(
            "Is the median longer, or only the slow tenth?",
            "How many accounts of the period are still open, and for how long?",
            "Which step takes the most days: access, data, training, decision?",
            "Did the size or plan of the accounts that signed up change?",
        ),
        improve=(
            "Name the one result that the customer wants first, at the sale, and build the onboarding towards it.",
            "Let customers reach a first result on sample or imported data before the integration is done.",
            "Open a ticket with an owner for every account beyond the 90th percentile.",
            "Do the slowest set-up step for the customer instead of explaining it.",
        ),
        show="The median as a line by quarter of sign-up with the 90th percentile above it, the number of open "
        "accounts beneath; compare quarters at the same age.",
        risks="Recent periods look better than they will be: only the quick ones have arrived yet. Watch the number "
        "that is still open. An account that never gets there does not lengthen the median at all.",
        sources="The event or report that marks the first result (product analytics, a CSM's tick in Gainsight, "
        "Vitally or the CRM), and the sign-up or contract date from CRM or billing.",
        connects="The promise that sales makes and onboarding keeps; also the earliest date for asking an account for "
        "a review or a reference.",
        effects={
            "free_trial_conversion_rate": "trials that see value inside the trial buy",
            "activation_rate": "a shorter way to value carries more newcomers over the line",
            "customer_churn_rate": "customers who wait too long for value leave at the first chance",
            "time_to_exceed_value": "the later the first value, the later anything beyond it",
        },
    ),
)

TIME_TO_EXCEED_VALUE = KPI(
    id="time_to_exceed_value",
    name="Time to Exceed Value",
    also=("TTEV",),
    category=ADOPTION,
    kind=Kind.FLOW,
    unit="days",
    better="lower",
    area=HEALTH,
    stage=AT_VALUE,
    forms=(time_to("exceeded_value_at", EXCEEDED, _NEEDS, "exceeded value", "account"),),
    doc=Doc(
        definition="How many days pass from sign-up until an account gets more out of the product than it had hoped "
        "for (the milestone exceeded_value): the median of the accounts that signed up in the period.",
        formula="exceeded-value milestone - sign-up, accounts signed up in the period; those without it stay open",
        insight="When customers turn from satisfied to convinced: from then on they can be asked for more, for a "
        "reference or for a longer contract.",
        measured="Starts at customers.signed_up_on (else the milestone signed_up, else the first event) and ends at "
        "the milestone exceeded_value in milestones. Mean, 90th percentile and the accounts that have not exceeded "
        "it yet stand beside the median; an end before the sign-up is set aside and counted.",
        trends="It is slow: quarters of sign-up settle only after a year or more. A shorter time in settled quarters "
        "means that success plans work; in young ones it means nothing yet.",
        questions=(
            "What share of the accounts of a settled quarter never exceeded their goal?",
            "Who writes the goal that is exceeded, and how high is it set?",
            "What did the quickest accounts do between first value and this point?",
        ),
        improve=(
            "Write a measurable goal into the success plan at the kick-off, and check it in every business review.",
            "Show accounts that reached their goal the next use case that similar customers added.",
            "Bring the quick accounts' way into a playbook for the others of their industry.",
        ),
        show="The median of each quarter of sign-up with the number of accounts behind it; beside it the gap to first "
        "value, as two dots on one line per quarter.",
        risks="Most accounts of a young cohort are open, so its median is that of the best. The milestone is a "
        "judgement: a low goal is exceeded early.",
        sources="Success plans and business reviews in the CS platform or CRM (the date at which a goal was confirmed "
        "as exceeded), returns measured in the product, sign-up dates from billing.",
        connects="The starting gun for expansion talks, case studies and multi-year renewals; feeds the account plan.",
        effects={
            "expansion_revenue": "accounts that got more than they paid for are those that buy more",
            "referral_ready_account_rate": "each account that exceeds its goal is a candidate for a reference",
            "net_revenue_retention": "an earlier surplus of value leaves more of the contract year to grow in",
        },
    ),
)

KPIS = (TIME_TO_FIRST_VALUE, TIME_TO_EXCEED_VALUE)
