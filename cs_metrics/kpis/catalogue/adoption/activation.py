"""Who gets going: users and accounts activated, key milestones reached, teams of activated users."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import ADOPTION, AT_ADOPTION, AT_ONBOARDING, HEALTH
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, LeftOut, count
from cs_metrics.kpis.relations.names import NEEDS_LIFE
from cs_metrics.kpis.relations.newcomers import NEW_USERS
from cs_metrics.kpis.relations.steps import ACTIVATED, KEY_MILESTONES, TEAMS

_IN_TIME = (
    "activated_at >= signed_up_at AND activated_at < :as_of "
    "AND activated_at <= signed_up_at + :activation_window_days * INTERVAL '1' DAY"
)
_EARLY = "activated_at < signed_up_at"
_BASE = count(f"NOT coalesce({_EARLY}, FALSE)")
_ALL = "array_length(list_distinct([:key_milestones]))"

ACTIVATION_RATE = KPI(
    id="activation_rate",
    name="Activation Rate",
    category=ADOPTION,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=HEALTH,
    stage=AT_ONBOARDING,
    leading=True,
    cadence="weekly",
    follow="activation_window_days",
    forms=(
        Form(
            over=NEW_USERS,
            when=("settings.activation_level", "users"),
            needs=(
                "users.created_at|milestones.user_id|events.user_id",
                "milestones.user_id|users.activated_at",
                "milestones.reached_at|users.activated_at",
                "milestones.milestone|users.activated_at",
            ),
            numerator=count(_IN_TIME),
            denominator=_BASE,
            interval=Interval.WILSON,
            base="users that signed up",
            words="{numerator:user} activated within {activation_window_days:day} / {denominator:user} that signed up",
            leaves_out=(
                LeftOut(
                    f"count(*) FILTER (WHERE {_EARLY})",
                    "users activated before they signed up",
                    "user activated before it signed up",
                ),
            ),
        ),
        Form(
            over=ACTIVATED,
            when=("settings.activation_level", "accounts"),
            needs=(
                "customers.signed_up_on|milestones.reached_at|events.customer_id|users.customer_id",
                "milestones.reached_at|users.activated_at",
                "milestones.milestone|users.activated_at",
                "milestones.customer_id|users.customer_id",
            ),
            numerator=count(_IN_TIME),
            denominator=_BASE,
            interval=Interval.WILSON,
            base="accounts that signed up",
            words="{numerator:account} activated within {activation_window_days:day} / {denominator:account} that "
            "signed up",
            leaves_out=(
                LeftOut(
                    f"count(*) FILTER (WHERE {_EARLY})",
                    "accounts activated before they signed up",
                    "account activated before it signed up",
                ),
            ),
        ),
    ),
    doc=Doc(
        definition="Of the users who signed up in the period, the share that was activated within 30 days of their own "
        "sign-up. A setting counts accounts instead of users.",
        formula="users (or accounts) signed up in the period and activated within the window / signed up in the period",
        insight="How many of the newcomers that sales and invitations bring in get to the point from which the product "
        "is of use to them; everyone else is a seat without a person.",
        measured="Sign-up is users.created_at, else the milestone signed_up, else the first event; activation is the "
        "milestone activated, else users.activated_at. An account goes by its own milestone, else by its first "
        "activated user. The window is activation_window_days; who was activated before signing up is left out and "
        "counted.",
        trends="It moves within days of a change to the sign-up or the first screens, and falls when a campaign or a "
        "bulk invitation brings people who never meant to use the product.",
        questions=(
            "Did the mix of sign-ups change: a campaign, a large account inviting everybody, a free plan?",
            "At which step before the activation do the missing ones stop?",
            "Do users whom a colleague invited activate more often than those who came alone?",
            "Did what counts as activated change in the product's tracking?",
        ),
        improve=(
            "Remove a field or a choice between sign-up and the activating step, and compare the cohorts before and "
            "after.",
            "Write to every new user who is not activated on day 3, with the one step that is missing.",
            "Have the account's administrator invite people with a task to do, not with a link alone.",
            "Load sample content, so that the activating step can be tried before the own data are connected.",
        ),
        show="A line by month of sign-up with the last, still open month dashed, split by role or acquisition channel.",
        risks="The latest 30 days always look low, since their users still have time. The value depends on which event "
        "the team named 'activated': a weaker definition lifts it without a single happier user.",
        sources="Product analytics (Segment, Mixpanel, Amplitude) for the activation event, the application's user "
        "table for sign-ups, single sign-on or the billing system for invited seats.",
        connects="Feeds the hand-over from sales to onboarding, the choice of acquisition channels, and the first "
        "health score of an account.",
        effects={
            "three_activated_users_share": "more activated people carry more accounts over the line of three",
            "activation_to_expansion_rate": "every activated account is one more that can expand",
            "customer_churn_rate": "accounts whose users never got going are the first to leave, some months later",
            "time_to_first_key_action": "a smoother start raises the share and shortens the wait together",
        },
    ),
)

KEY_ACTIVATION_MILESTONES_SHARE = KPI(
    id="key_activation_milestones_share",
    name="Percent of Accounts Completing Key Activation Milestones",
    category=ADOPTION,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=HEALTH,
    stage=AT_ONBOARDING,
    leading=True,
    follow="activation_window_days",
    forms=(
        Form(
            over=KEY_MILESTONES,
            needs=(
                "settings.key_milestones",
                "milestones.reached_at",
                "milestones.milestone",
                "milestones.customer_id",
            ),
            numerator=count(f"reached >= {_ALL}"),
            denominator=count(),
            interval=Interval.WILSON,
            base="accounts that signed up",
            words="{numerator:account} that reached every key milestone within {activation_window_days:day} / "
            "{denominator:account} that signed up; {partly:account} reached some of them",
            beside=(Beside("partly", f"count(*) FILTER (WHERE reached BETWEEN 1 AND {_ALL} - 1)", "count"),),
        ),
    ),
    doc=Doc(
        definition="Of the accounts that signed up in the period, the share that reached all of the chosen key "
        "milestones within 30 days of signing up; one that lacks a single milestone does not count.",
        formula="accounts signed up in the period with every key milestone in time / accounts signed up in the period",
        insight="Whether new accounts are set up completely, not only started: the full set is what the team believes "
        "a customer needs in order to stay.",
        measured="The milestones are those of the setting key_milestones, from the table milestones: the account's own "
        "row, else its first user's. Reached before the sign-up counts as reached, since their order is free; the "
        "window is activation_window_days. Accounts that reached some but not all are told beside the value.",
        trends="It falls with every milestone that is added to the list, and moves in steps when the onboarding plan "
        "changes; a slow slide points to accounts that got larger or harder to set up.",
        questions=(
            "Which single milestone do most of the incomplete accounts lack?",
            "Is that milestone waiting for us, or for somebody at the customer?",
            "Did the list of key milestones change since the last period?",
            "Do accounts that missed one renew worse, or is the milestone not that key?",
        ),
        improve=(
            "Put the missing milestone, by name, on the agenda of the next onboarding call of each incomplete account.",
            "Move the milestone that most accounts miss earlier in the plan, or do it for them.",
            "Drop a milestone from the list when accounts without it renew as well as those with it.",
            "Give each milestone an owner on both sides at the kick-off.",
        ),
        show="A stacked bar by month of sign-up: all, some, none of the milestones; beside it a funnel of the single "
        "milestones.",
        risks="All or nothing: an account one small step short looks like one that never began. A milestone that "
        "somebody ticks by hand late makes the account miss its window on paper only.",
        sources="Onboarding and project tools (GuideCX, Rocketlane, Asana) for milestones kept by hand, product events "
        "for those the product can see, the CRM for the sign-up date.",
        connects="It is the exit check of onboarding: the point at which an account passes from the implementation "
        "team to its CSM.",
        effects={
            "onboarding_completion_rate": "the milestones are most of what completion asks for",
            "time_to_first_value": "accounts set up in full reach their first value sooner",
            "renewal_rate": "half-finished set-ups surface as lost renewals a year on",
        },
    ),
)

THREE_ACTIVATED_USERS_SHARE = KPI(
    id="three_activated_users_share",
    name="Percent of Accounts with 3+ Activated Users",
    category=ADOPTION,
    kind=Kind.SNAPSHOT,
    unit="share",
    better="higher",
    area=HEALTH,
    stage=AT_ADOPTION,
    leading=True,
    forms=(
        Form(
            over=TEAMS,
            needs=(
                NEEDS_LIFE,
                "users.activated_at|milestones.user_id",
                "users.activated_at|milestones.reached_at",
                "users.customer_id|milestones.customer_id|events.customer_id",
            ),
            numerator=count("active_end AND activated_users >= 3"),
            denominator=count("active_end"),
            interval=Interval.WILSON,
            base="active accounts",
            words="{numerator:account} with three or more activated users / {denominator:active account}; "
            "{none:account} without any",
            beside=(Beside("none", "count(*) FILTER (WHERE active_end AND activated_users IS NULL)", "count"),),
        ),
    ),
    doc=Doc(
        definition="Of the accounts active at the end of the period, the share in which at least three different "
        "people have ever been activated.",
        formula="active accounts with three or more activated users at the end / active accounts at the end",
        insight="How many accounts would outlive the departure of one person: with a single activated user the "
        "contract hangs on that user's job.",
        measured="A user counts from the instant of its milestone activated (else users.activated_at), for the account "
        "it belongs to in the users table, whether or not it still logs in. Active is the state at the end of the "
        "period; accounts without any activated user are in the base and told beside the value.",
        trends="It creeps up, because nobody is ever un-activated; a fall means that new, small accounts join faster "
        "than their teams get going, or that well-staffed accounts leave.",
        questions=(
            "How many accounts are one activated user short?",
            "Is the share lower because of new accounts, or did older ones shrink?",
            "Which accounts with one activated user renew in the next quarter?",
        ),
        improve=(
            "Ask the one active user of a thin account, by name, which two colleagues should see the product next.",
            "Offer a team session instead of a single training to accounts with one or two activated users.",
            "Build a reason to invite into the product: sharing, approvals, comments.",
            "Leave accounts with fewer than three seats out by a filter: they cannot reach the line.",
        ),
        show="One line over time with a target, and beside it the accounts by their number of activated users: none, "
        "one, two, three and more, by plan.",
        risks="Three is many for an account of four people and nothing for one of four thousand: split it by company "
        "size. People who left the customer long ago still count.",
        sources="The application's user table with activation dates, product analytics by user, the billing system for "
        "which accounts are active; single sign-on directories tell who has left.",
        connects="Gives account plans their weak spots: where a second and third contact is to be found before the "
        "next business review.",
        effects={
            "relationship_depth_score": "more people in the product are more people to talk to",
            "multi_role_engagement_share": "the third user is often the first of another role",
            "churn_risk_score": "an account that rests on one person is judged the riskier one",
        },
    ),
)

KPIS = (ACTIVATION_RATE, KEY_ACTIVATION_MILESTONES_SHARE, THREE_ACTIVATED_USERS_SHARE)
