"""How far the product is used: by how many users, how broadly, and whether they come back to it."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import ADOPTION, AT_ADOPTION, HEALTH, PREVENTION
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, count, total
from cs_metrics.kpis.relations.features import (
    BREADTH,
    RETURNING_FEATURES,
    RETURNING_USERS,
    USED_FEATURES,
    USERS_OF_FEATURES,
)
from cs_metrics.kpis.relations.names import NEEDS_LIFE

_FEATURES = "coalesce(features, 0)"
_EACH = f"CASE WHEN active_in THEN {_FEATURES} END"


def _quantile(share: str) -> str:
    return f"quantile_cont({_EACH}, {share})"


ACTIVE_FEATURE_USAGE_RATE = KPI(
    id="active_feature_usage_rate",
    name="Active Feature Usage Rate",
    category=ADOPTION,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=HEALTH,
    stage=AT_ADOPTION,
    forms=(
        Form(
            over=USERS_OF_FEATURES,
            items=USED_FEATURES,
            item="feature",
            every_item=True,
            needs=("events.feature", "events.user_id", "events.occurred_at"),
            numerator=count("used"),
            denominator=count(),
            interval=Interval.WILSON,
            base="active users",
            words="{numerator:user} that used it / {denominator:active user}",
        ),
    ),
    doc=Doc(
        definition="Of the users who did anything in the period, the share that used a key feature in it: any of the "
        "key features, and beneath it each one. Users, not accounts, and only those who came at all.",
        formula="users with an event of the feature in the period / users with any event in the period",
        insight="What people do once they are in: a low share with many active users means that they come for "
        "something else than what is sold.",
        measured="Users are counted by user_id from the events of the period, once each; the feature is that of the "
        "event, chosen by key_features (any feature where none is chosen). Events that carry no user belong to their "
        "account and are left out here. In a breakdown a user counts where it was at each event.",
        trends="It rises when casual visitors stay away, for instance in August, without any more use. Over a quarter "
        "it follows where the product puts the feature in its menus.",
        questions=(
            "Did the users of the feature change, or the number of all active users?",
            "What do active users who do not touch the feature come for?",
            "Does the share differ between roles that should and roles that need not use it?",
        ),
        improve=(
            "Link to the feature from the page that most active users open first.",
            "Filter by role before acting: train those for whom the feature is made, leave the others alone.",
            "Ask ten active non-users in the product, in one question, what keeps them from it.",
            "Shorten the path: a feature two clicks nearer is used by more of those who are there anyway.",
        ),
        show="A line for each key feature by month, with the number of active users as bars beneath, so that a "
        "shrinking base is seen.",
        risks="Whoever has stopped coming is not in the base, so the share can rise while the product empties. "
        "One use in the period is enough: it says nothing about how often.",
        sources="Event streams with user id and feature (Segment, PostHog, Heap, Pendo); without user ids it cannot "
        "be computed.",
        connects="Navigation and design decisions, role-based training, and the choice of which features the "
        "customer marketing should speak of.",
        effects={
            "retained_feature_users_share": "more users this period are a larger base for the next",
            "product_usage": "the feature's users and uses are what its details list",
            "average_session_duration": "working in a core feature keeps people in the session for longer",
        },
    ),
)

BREADTH_OF_USE = KPI(
    id="breadth_of_use",
    name="Breadth of Use",
    category=ADOPTION,
    kind=Kind.FLOW,
    unit="ratio",
    better="higher",
    area=HEALTH,
    stage=AT_ADOPTION,
    forms=(
        Form(
            over=BREADTH,
            needs=(NEEDS_LIFE, "events.feature", "events.occurred_at"),
            numerator=total(_FEATURES, "active_in"),
            denominator=count("active_in"),
            interval=Interval.MEAN,
            bounds=(0.0, float("inf")),
            each=_EACH,
            base="active accounts",
            words="{numerator:feature} used, summed over accounts / {denominator:active account} = {value}; "
            "{none:account} used none, a quarter at most {p25}, half at most {median}, three quarters at most {p75}, "
            "the broadest {most}",
            beside=(
                Beside("none", f"count(*) FILTER (WHERE active_in AND {_FEATURES} = 0)", "count"),
                Beside("p25", _quantile("0.25"), "ratio"),
                Beside("median", _quantile("0.5"), "ratio"),
                Beside("p75", _quantile("0.75"), "ratio"),
                Beside("most", f"max({_EACH})", "count"),
            ),
        ),
    ),
    doc=Doc(
        definition="How many different features the average active account used in the period, accounts that used "
        "none included; beside it the quartiles and the number of accounts without any.",
        formula="sum over active accounts of distinct features used in the period / accounts active in the period",
        insight="How deep the product sits in a customer's work: an account with one feature can be replaced by a "
        "tool that does only that.",
        measured="Distinct values of events.feature per account in the period, all features, whatever key_features "
        "says; who used them and how often plays no part. The base is every account active at some instant of the "
        "period. None, first quartile, median, third quartile and the broadest account stand beside the mean.",
        trends="A longer period shows a larger breadth, so months and quarters are not comparable. It grows with "
        "every feature that is released, and falls when many young accounts join.",
        questions=(
            "Did the mean move, or only its tails: more accounts without any use, or a few very broad ones?",
            "Which second feature do accounts take up after their first?",
            "How old are the accounts that are still at one feature?",
            "Were features merged or split in the tracking?",
        ),
        improve=(
            "Recommend to each narrow account the feature that most accounts like it took up second.",
            "Bring one further use case, not ten, to every business review.",
            "Bundle features that are used together in templates and in the plan.",
            "Let the CSM look at accounts without any feature use first: they are a churn list.",
        ),
        show="A histogram of accounts by number of features for the latest period, above a line of mean and median by "
        "month; split by plan, since plans differ in what they include.",
        risks="More is not better for a customer who needs two features and uses them daily. The number depends on how "
        "finely the product names its features: a renamed tracking plan changes it overnight.",
        sources="Product analytics or log tables with account and feature; a list of the plan's features helps to read "
        "the ceiling.",
        connects="Account plans, cross-sell of modules, and packaging: which features belong into which plan.",
        effects={
            "cross_sell_conversion_rate": "an account that uses much of one product is open to the next",
            "churn_risk_score": "each further feature in use makes leaving more work",
            "expansion_readiness_index": "breadth is part of what makes an account ready to expand",
            "support_tickets": "broader use touches more corners and brings more questions",
        },
    ),
)

RETAINED_FEATURE_USERS_SHARE = KPI(
    id="retained_feature_users_share",
    name="Percent of Retained Feature Users",
    category=ADOPTION,
    kind=Kind.CARRY,
    unit="share",
    better="higher",
    area=PREVENTION,
    stage=AT_ADOPTION,
    leading=True,
    forms=(
        Form(
            over=RETURNING_USERS,
            items=RETURNING_FEATURES,
            item="feature",
            own_base=True,
            needs=("events.feature", "events.user_id", "events.occurred_at"),
            numerator=count("used_before AND used_again"),
            denominator=count("used_before"),
            interval=Interval.WILSON,
            base="users of the feature in the period before",
            words="{numerator:user} that used it again / {denominator:user} of it in the period before",
        ),
    ),
    doc=Doc(
        definition="Of the users of a key feature in the period before, the share that used it again in this one; new "
        "users of the feature do not count on either side. Each feature is also shown against its own users.",
        formula="users of the feature in the period before who used it again in the period / its users in the period "
        "before",
        insight="Whether a feature keeps those who tried it: adoption counts who came, this counts who thought it "
        "worth a second visit.",
        measured="User ids with an event of a key feature (any feature where none is chosen) in the period before are "
        "looked up in the period. For the whole, another key feature counts as using it again; for an item only the "
        "same one. The period before has the same grain; attributes are those at the start of the period.",
        trends="Right after a launch it is low, since the curious leave; it should climb as they are gone. For a "
        "mature feature each lost point is a warning some weeks ahead of the adoption rate.",
        questions=(
            "Did the lost users leave the product, or only the feature?",
            "Was there a campaign in the period before that brought people to try it once?",
            "Did a release change how the feature works?",
            "How does it compare with the feature's own natural rhythm at this grain?",
        ),
        improve=(
            "Interview users who stopped after one period, while they still remember why.",
            "Fix the errors and waiting times that one-time users met in their last session.",
            "Remind last period's users of the result they got from the feature.",
            "Hold a campaign for new users back until those who came with the last one stay.",
        ),
        show="A line per key feature by month, with last period's users as the size of the point; read it next to the "
        "adoption rate, as a pair of come and stay.",
        risks="It depends on the grain: a feature that is needed once a quarter loses nearly all its users from month "
        "to month. In a period that is not over yet many have not had the time to return.",
        sources="Event data with stable user ids over two periods; changed ids (a new log-in system) look like users "
        "lost.",
        connects="Judges launches after the first rush, feeds the roadmap with what to repair, and warns CSMs whose "
        "accounts let a feature go.",
        effects={
            "feature_adoption_rate": "users who do not return are missing in the adoption of the periods to come",
            "feature_adoption_rate_ongoing": "returning month by month is the ground on which weekly routine grows",
            "customer_downgrade_rate": "a feature that its users gave up is the first to be cut from the plan",
        },
    ),
)

KPIS = (ACTIVE_FEATURE_USAGE_RATE, BREADTH_OF_USE, RETAINED_FEATURE_USERS_SHARE)
