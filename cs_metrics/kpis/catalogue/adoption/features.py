"""Is a feature taken up: by accounts, by new users early, by users week after week."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import ADOPTION, AT_ADOPTION, AT_ONBOARDING, HEALTH
from cs_metrics.kpis.model import KPI, Doc, Form, Interval, Kind, count
from cs_metrics.kpis.relations.features import REGULAR_FEATURES, REGULAR_USERS
from cs_metrics.kpis.relations.names import NEEDS_LIFE
from cs_metrics.kpis.relations.newcomers import EARLY_FEATURES, EARLY_USERS
from cs_metrics.kpis.relations.usage import FEATURE_ACCOUNTS, FEATURE_ITEMS

FEATURE_ADOPTION_RATE = KPI(
    id="feature_adoption_rate",
    name="Feature Adoption Rate",
    also=("product adoption rate",),
    category=ADOPTION,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=HEALTH,
    stage=AT_ADOPTION,
    forms=(
        Form(
            over=FEATURE_ACCOUNTS,
            items=FEATURE_ITEMS,
            item="item",
            every_item=True,
            needs=(NEEDS_LIFE, "events.feature", "events.occurred_at"),
            numerator=count("active_in AND feature_rows > 0"),
            denominator=count("active_in"),
            interval=Interval.WILSON,
            base="active accounts",
            words="{numerator:account} that used it / {denominator:active account}",
        ),
    ),
    doc=Doc(
        definition="The share of the accounts active in the period that used a feature in it at least once: any of the "
        "key features for the whole (any feature where none is chosen), and each of them by itself. "
        "Accounts are counted, however few of their people took it up.",
        formula="accounts active in the period that used the feature / accounts active in the period",
        insight="Which parts of the product are found, and which are paid for without being used.",
        measured="Events with a feature are matched to accounts, directly or through the user; one use by anybody is "
        "enough. The base is every account active at some instant of the period, used or not. key_features chooses "
        "the features; each is an item of its own against the same base.",
        trends="A new feature climbs for two or three months and then levels off; where it levels off is its natural "
        "audience. A fall in an old feature often precedes a contraction of the plan that includes it.",
        questions=(
            "Do accounts not know the feature, not have it in their plan, or not need it?",
            "Did the base change: many new accounts that have not got that far?",
            "Has the tracking of the feature been renamed?",
            "Which accounts stopped using it, and what do they use instead?",
        ),
        improve=(
            "Show the feature at the moment in which its problem occurs, not in a newsletter.",
            "Let the CSM demonstrate it on the customer's own data in the next review.",
            "Write to accounts whose plan includes it and that have never opened it.",
            "Retire or merge features that stay under a few per cent after two campaigns.",
        ),
        show="A sorted bar for each feature, with the period before as a mark; a heatmap of feature by plan shows "
        "where the gaps are.",
        risks="One use counts as adoption. A feature that only some plans include is measured against everyone: "
        "break it down by plan.",
        sources="Product analytics or the application's own log with account, feature and time; billing or the CRM for "
        "the accounts that were active.",
        connects="Roadmap decisions (build on, repair, remove), release announcements, and the value talk before a "
        "renewal.",
        effects={
            "breadth_of_use": "an account that takes up one feature more is one feature broader",
            "customer_health_score": "adoption is one of the components that the score weighs",
            "upsell_rate": "features used to their limits are the reason for the next plan up",
            "cost_to_serve": "a wave of first uses brings a wave of questions",
        },
    ),
)

FEATURE_ADOPTION_RATE_EARLY = KPI(
    id="feature_adoption_rate_early",
    name="Feature Adoption Rate (Early)",
    category=ADOPTION,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=HEALTH,
    stage=AT_ONBOARDING,
    leading=True,
    cadence="weekly",
    follow="early_days",
    forms=(
        Form(
            over=EARLY_USERS,
            items=EARLY_FEATURES,
            item="feature",
            every_item=True,
            needs=("events.feature", "events.user_id", "events.occurred_at"),
            numerator=count("used_at < :as_of"),
            denominator=count(),
            interval=Interval.WILSON,
            base="users that signed up",
            words="{numerator:new user} that used it within {early_days:day} of signing up / {denominator:new user}",
        ),
    ),
    doc=Doc(
        definition="Of the users who signed up in the period, the share that used a key feature within their first 7 "
        "days (or, by a setting, in their first sessions). The whole asks for any key feature, an item for one.",
        formula="users signed up in the period with an early use of the feature / users signed up in the period",
        insight="Whether the first week leads newcomers to what the product is bought for, or leaves them in the "
        "menus.",
        measured="Each user's first use of each feature is compared with its own sign-up (users.created_at, else the "
        "milestone, else the first event): early is within early_days, or in its first early_sessions sessions where "
        "that is above 0. New users without any event are in the base. Where no key feature is chosen, any counts.",
        trends="It reacts to the very next release of the first-run experience, so week by week comparisons make "
        "sense. Mass invitations pull it down for a week.",
        questions=(
            "Which key feature do newcomers meet first, and which never in the first week?",
            "Did many users join at once, by an import rather than by their own will?",
            "Do new users have the rights and the data that the feature needs in week one?",
        ),
        improve=(
            "Take one key feature into the first-run tour, and measure the weeks before and after.",
            "Give new users of existing accounts the rights for the key features by default.",
            "Send the day-2 message about the key feature that colleagues in the account use most.",
            "Put users into a live first-week session when their account is large.",
        ),
        show="A line by week of sign-up with the unfinished week dashed, one small line per key feature; compare "
        "releases by a mark on the axis.",
        risks="A click in a guided tour counts as a use, so a tour can lift it without anyone understanding the "
        "feature. Users without events may be accounts that an administrator created and nobody was told of.",
        sources="Product analytics with user id, feature and time; user directories or single sign-on for sign-up "
        "dates; session ids where the first sessions are to count.",
        connects="The first-run experience that product owns, the training calendar, and the welcome e-mails of "
        "marketing.",
        effects={
            "activation_rate": "a key feature met in week one is most of the way to being activated",
            "feature_adoption_rate_ongoing": "who never met the feature early seldom makes it a routine later",
            "time_to_first_key_action": "where the feature carries the key action, an earlier use shortens this time",
        },
    ),
)

FEATURE_ADOPTION_RATE_ONGOING = KPI(
    id="feature_adoption_rate_ongoing",
    name="Feature Adoption Rate (Ongoing)",
    category=ADOPTION,
    kind=Kind.SNAPSHOT,
    unit="share",
    better="higher",
    area=HEALTH,
    stage=AT_ADOPTION,
    forms=(
        Form(
            over=REGULAR_USERS,
            items=REGULAR_FEATURES,
            item="feature",
            every_item=True,
            needs=("events.feature", "events.user_id", "events.occurred_at"),
            numerator=count("weeks >= :regular_weeks"),
            denominator=count(),
            interval=Interval.WILSON,
            base="active users in the 28 days",
            words="{numerator:user} with a use in {regular_weeks} or more of the last 4 weeks / {denominator:user} "
            "active in them",
        ),
    ),
    doc=Doc(
        definition="Of the users active in the four weeks up to the end of the period, the share that used a key "
        "feature in at least three of these weeks. Weeks of different key features add up in the whole; an item has "
        "its own alone.",
        formula="users with the feature in regular_weeks or more of the last four 7-day blocks / users active in them",
        insight="How much of the use is routine: regular users notice an outage, plead for the renewal and cost a "
        "competitor the most effort.",
        measured="Four blocks of seven days are counted back from the end of the period (or from the last data). A "
        "user is in the base with any event in the 28 days, and regular with the feature in regular_weeks of the "
        "blocks; several uses in a block are one. Events without a user are not in it.",
        trends="It dips at the turn of the year and in holidays, when weeks without work break the rhythm, and "
        "recovers. A decline outside of these comes months before lower renewal figures.",
        questions=(
            "Did regular users become occasional, or did occasional ones join and widen the base?",
            "Which key feature lost its regulars, and in which accounts?",
            "Is the feature's natural rhythm weekly at all?",
            "Were there holidays or an outage in one of the four weeks?",
        ),
        improve=(
            "Connect the feature to a weekly event at the customer: a report by mail, an import, a meeting.",
            "Ask three regular and three lapsed users of the same role what differs in their week.",
            "Alert the CSM when the share of regulars in an account halves.",
            "Repair what makes regulars stop: slow pages and errors weigh more on them than on anyone.",
        ),
        show="A line by week or month with the holidays marked; a bar of users by number of weeks (0 to 4) shows "
        "whether a middle group is there to be won.",
        risks="For a feature that is meant for the end of the month, three weeks of four is impossible: choose "
        "regular_weeks or key_features accordingly. A shrinking base raises the share while the product loses users.",
        sources="Product analytics or warehouse event tables with user, feature and time for at least four weeks back "
        "from each period.",
        connects="The usage part of health scores, renewal forecasts, and the priorities of reliability work.",
        effects={
            "customer_health_score": "regular use is the steadiest sign of health there is",
            "stickiness": "users who come each week raise the active days per month",
            "gross_revenue_retention": "revenue rests on routines; where they go, contraction follows",
        },
    ),
)

KPIS = (FEATURE_ADOPTION_RATE, FEATURE_ADOPTION_RATE_EARLY, FEATURE_ADOPTION_RATE_ONGOING)
