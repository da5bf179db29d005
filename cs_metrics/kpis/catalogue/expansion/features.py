"""Do accounts reach the features that come before an expansion, how soon, and how much do they use them?"""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_ADOPTION, EXPANSION, GROWTH
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, Measure, count, total
from cs_metrics.kpis.relations.expansion import (
    EXPANSION_USE,
    FIRST_EXPANSION_USE,
    USE_SINCE_ACTIVATION,
    USE_WITHOUT_ACCOUNT,
)
from cs_metrics.kpis.relations.names import NEEDS_LIFE

_NEEDS = ("settings.expansion_features", "events.occurred_at", "events.feature", "events.customer_id|users.customer_id")
_NOT_YET = "active_start AND (first_used_at IS NULL OR first_used_at >= starts)"
_DAYS = "CASE WHEN used_at >= starts THEN (epoch(used_at) - epoch(activated_at)) / 86400 END"

EXPANSION_ACTIVATION_RATE = KPI(
    id="expansion_activation_rate",
    name="Expansion Activation Rate",
    category=EXPANSION,
    kind=Kind.CARRY,
    unit="share",
    better="higher",
    area=GROWTH,
    stage=AT_ADOPTION,
    leading=True,
    forms=(
        Form(
            over=FIRST_EXPANSION_USE,
            needs=(*_NEEDS, NEEDS_LIFE),
            numerator=count("active_start AND first_used_at >= starts"),
            denominator=count(_NOT_YET),
            interval=Interval.WILSON,
            base="active accounts that had used no expansion feature",
            words="{numerator:account} that used one for the first time / {denominator:account} active at the start "
            "that had used none",
        ),
    ),
    doc=Doc(
        definition="Of the accounts that were active at the start of the period and had never used an expansion "
        "feature, the share that used one for the first time within it. "
        "It is about use, not about buying.",
        formula="accounts with their first use of an expansion feature in the period / accounts active at the start "
        "without any such use before",
        insight="How fast the untouched part of the base discovers what it could pay more for: interest shows here "
        "months before it shows in revenue.",
        measured="The setting `expansion_features` names the features; an account's first use of any of them, by any "
        "of its users and in all of the data, decides. Accounts that had one before leave the base for good, and the "
        "KPI is not computed while no feature is chosen.",
        trends="It starts high after a launch and decays, because the curious go first. A second rise without a "
        "release usually follows a campaign or a webinar.",
        questions=(
            "Which of the chosen features was the way in?",
            "Can the accounts that have not used any even see them in their plan?",
            "Did somebody from our side show the feature before the first use?",
            "How many of those who began used it a second time?",
        ),
        improve=(
            "Open the feature to every plan for a limited number of uses.",
            "Point to it at the moment at which its manual workaround is used.",
            "Have the success manager set it up once, with the customer's data, in the next review.",
        ),
        show="A line by month with the number of accounts still without it as bars behind, so that a rate from the "
        "last few is seen as such.",
        risks="The base shrinks to those who do not want it, so the rate falls even when the feature is a success. One "
        "click by one user counts for the whole account, and adding a feature to the list rewrites the past.",
        sources="Product analytics (Segment, Amplitude, Mixpanel, PostHog) with the feature's name on events, and the "
        "account of each user.",
        connects="Release planning and lifecycle marketing: the accounts in the numerator are next month's list for "
        "upsell talks.",
        effects={
            "expansion_feature_usage_frequency": "falls at first, since newcomers use little, then follows",
            "upsell_rate": "tends to rise one or two quarters later",
            "expansion_opportunity_score": "rises for the accounts that began",
        },
    ),
)

EXPANSION_FEATURE_USAGE_FREQUENCY = KPI(
    id="expansion_feature_usage_frequency",
    name="Expansion Feature Usage Frequency",
    category=EXPANSION,
    kind=Kind.FLOW,
    unit="ratio",
    better="higher",
    area=GROWTH,
    stage=AT_ADOPTION,
    leading=True,
    forms=(
        Form(
            over=EXPANSION_USE,
            needs=_NEEDS,
            numerator=total("uses", "customer_id IS NOT NULL"),
            denominator=count("customer_id IS NOT NULL"),
            interval=Interval.MEAN,
            bounds=(0.0, float("inf")),
            each="CASE WHEN customer_id IS NOT NULL THEN uses END",
            base="accounts that used an expansion feature",
            words="{numerator:use} of expansion features / {denominator:account} that used one",
            leaves_out=(USE_WITHOUT_ACCOUNT,),
        ),
    ),
    doc=Doc(
        definition="How often an account that used an expansion feature in the period used such features in it, on "
        "average.",
        formula="uses of expansion features in the period / accounts that used one in the period",
        insight="Whether the feature became part of the work of those who have it, or stayed a toy: depth is what "
        "makes a paid step easy to justify.",
        measured="Every event that carries one of `expansion_features` is a use, or as many as its quantity says; all "
        "features and users of an account are added up. Only accounts with at least one use are in the base, and uses "
        "that belong to no known account are left out and counted.",
        trends="It grows with an account's age and with its number of users. A dip in all accounts at once points at "
        "holidays or tracking; a dip in the largest ones is worth a call.",
        questions=(
            "Is the mean carried by a few heavy accounts?",
            "Do more people use it, or the same people more often?",
            "At which frequency did accounts that later expanded stand?",
        ),
        improve=(
            "Schedule what is now done by hand, so that the feature runs each week without a thought.",
            "Teach a second user in each account that has only one.",
            "Remove the step after which most sessions with the feature end.",
        ),
        show="The distribution over accounts (a histogram with the median marked) rather than the mean alone; by "
        "feature where several are chosen.",
        risks="Who uses nothing is not in it, so it can rise because light users gave up. Machines that poll a feature "
        "through the API count as uses and dwarf people.",
        sources="The event stream of the product with feature and, where it has one, quantity; warehouse tables of API "
        "calls if they are events too.",
        connects="Usage-based pricing and limits of plans are set from it, and customer success uses it to time the "
        "offer.",
        effects={
            "expansion_readiness_index": "rises with depth of use",
            "retained_feature_users_share": "rises, as frequent users come back",
            "expansion_revenue": "follows once the limits of the plan are reached",
        },
    ),
)

TIME_TO_VALUE_EXPANSION_FEATURES = KPI(
    id="time_to_value_expansion_features",
    name="Time to Value (Expansion Features)",
    category=EXPANSION,
    kind=Kind.FLOW,
    unit="days",
    better="lower",
    area=GROWTH,
    stage=AT_ADOPTION,
    leading=True,
    cadence="quarterly",
    forms=(
        Form(
            over=USE_SINCE_ACTIVATION,
            needs=(*_NEEDS, "milestones.reached_at|users.activated_at"),
            value=f"median({_DAYS})",
            numerator=Measure(f"coalesce(sum({_DAYS}), 0)", _DAYS),
            denominator=Measure(f"count({_DAYS})", f"CASE WHEN ({_DAYS}) IS NULL THEN 0 ELSE 1 END"),
            interval=Interval.MEDIAN,
            base="accounts that first used an expansion feature",
            words="{value} is the middle of {denominator:time} from activation to the first use; mean {mean:days}, "
            "nine in ten within {p90:days}, {open:activated account} without a use yet",
            beside=(
                Beside("mean", f"avg({_DAYS})", "days"),
                Beside("p90", f"quantile_cont({_DAYS}, 0.9)", "days"),
                Beside("open", "count(*) FILTER (WHERE used_at IS NULL)", "count"),
            ),
        ),
    ),
    doc=Doc(
        definition="How many days accounts needed from their activation to their first use of an expansion feature: "
        "the median over the accounts whose first such use fell in the period.",
        formula="first use of an expansion feature since activation - activation, accounts whose first use lies in the "
        "period",
        insight="How long an account stays with the basics before it meets what it could grow into; it dates the "
        "moment at which a talk about the next plan makes sense.",
        measured="An account is activated by its own milestone, else by that of its first user. Uses before activation "
        "do not count; the first one at or after it ends the clock and puts the account into that period. Activated "
        "accounts without a use by the period's end are shown as open.",
        trends="As the base ages, late starters enter and the median climbs by itself, with no change in onboarding. A "
        "real gain shows as a shorter time among recently activated accounts and fewer open ones.",
        questions=(
            "Are the slow ones old accounts that met a new feature, or new accounts that were never shown it?",
            "Does the number of open accounts grow faster than that of arrivals?",
            "Which plan, segment or manager has the shortest time?",
        ),
        improve=(
            "Move the first expansion feature into the second month of the success plan.",
            "Send an example made for the customer's industry two weeks after activation.",
            "Remove the permission that only administrators have and most users lack.",
        ),
        show="A cumulative curve of activated accounts by days to first use, one per quarter of activation; the median "
        "as a tile with the open ones beside it.",
        risks="It is dated by the use, not by the activation: a push to old accounts makes it worse although it is a "
        "success. Those who never come are not in the median, only in the open count.",
        sources="Milestones or activation dates from the product or the success platform (Gainsight, Planhat, "
        "Vitally), and feature events from product analytics.",
        connects="The hand-over from onboarding to adoption; enablement content and in-app tours are timed by it.",
        effects={
            "expansion_activation_rate": "rises as accounts arrive sooner",
            "time_to_expansion_signal": "tends to shorten with it",
            "activation_to_expansion_rate": "rises, as more of the window is left for the purchase",
        },
    ),
)

KPIS = (EXPANSION_ACTIVATION_RATE, EXPANSION_FEATURE_USAGE_FREQUENCY, TIME_TO_VALUE_EXPANSION_FEATURES)
