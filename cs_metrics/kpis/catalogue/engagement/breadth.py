"""What is used, and by whom at the customer?"""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_ADOPTION, ENGAGEMENT, HEALTH
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, Measure, Part, count, total
from cs_metrics.kpis.relations.names import NEEDS_LIFE
from cs_metrics.kpis.relations.usage import ANY_FEATURE, ROLES, USES, USES_BEFORE

_SOME_ROLES = "active_in AND roles >= 2"

PRODUCT_USAGE = KPI(
    id="product_usage",
    name="Product Usage Details",
    also=("product usage", "feature usage", "uses by feature"),
    category=ENGAGEMENT,
    kind=Kind.FLOW,
    unit="count",
    better="higher",
    area=HEALTH,
    stage=AT_ADOPTION,
    forms=(
        Form(
            needs=("events.occurred_at", "events.feature"),
            parts={
                "uses": Part(USES, total("uses")),
                "accounts": Part(USES, Measure("count(DISTINCT customer_id)", "1")),
                "people": Part(USES, Measure("count(DISTINCT user_id)", "1")),
                "earlier": Part(USES_BEFORE, total("uses")),
                "adopters": Part(ANY_FEATURE, count("active_in AND feature_rows > 0")),
                "active": Part(ANY_FEATURE, count("active_in")),
            },
            quotient="uses",
            n="uses",
            items=USES,
            item="feature",
            numerator=total("uses"),
            base="uses of features",
            words="{numerator:use} of features by {users_using:user} at {accounts_using:account}, "
            "{share_of_active_accounts:share} of the active ones; {change_on_period_before:share} on the period before",
            beside=(
                Beside("accounts_using", "accounts", "count"),
                Beside("users_using", "people", "count"),
                Beside("share_of_active_accounts", "CAST(adopters AS DOUBLE) / nullif(active, 0)", "share"),
                Beside("change_on_period_before", "CAST(uses - earlier AS DOUBLE) / nullif(earlier, 0)", "share"),
            ),
        ),
    ),
    doc=Doc(
        definition="How often each feature was used in the period, and all together; with the accounts and users "
        "behind it, their share of the active accounts, and the change on the period before.",
        formula="uses of the feature in the period (rows, or their quantity where there is one)",
        insight="Which parts of the product carry the work, which grow, and which are maintained for almost nobody.",
        measured="Events that name a feature; a row is one use, or its quantity, an empty quantity one. Each feature "
        "is an item; filter on events.feature to have accounts, users, share and change for a single one. The change "
        "is relative, and has no value where there was no use before.",
        trends="Totals follow the number of accounts, so compare shares as well. A new feature peaks when it is "
        "announced, falls by half, and shows its real level after about two months.",
        questions=(
            "Which feature's uses fell although as many accounts use it as before?",
            "How much of a feature's use comes from its three largest users?",
            "Which paid features does hardly anyone touch, and who still depends on them?",
            "Did an integration or a script take over what people did by hand?",
        ),
        improve=(
            "Show the second most valuable feature to accounts that live on the first alone.",
            "Retire or merge what fewer than one in fifty active accounts uses, after asking those few.",
            "Rename and move features that people ask support for although they exist.",
        ),
        show="A ranked bar of features by uses with the change beside each; the share of active accounts as a second "
        "column of the table.",
        risks="One script can make more uses than a thousand people. Features are whatever the tracking names so: "
        "one that logs each keystroke dwarfs one that logs a finished report.",
        sources="Pendo, Amplitude, Mixpanel or PostHog exports with a feature name on each event; usage meters of an "
        "API or a billing system with quantities.",
        connects="Roadmap and sunset decisions, in-app guides, the usage pages of a business review, and usage-based "
        "billing all start from this table.",
        effects={
            "feature_adoption_rate": "rises when the uses come from new accounts and not from the same ones",
            "breadth_of_use": "rises when use spreads over more features",
            "expansion_feature_usage_frequency": "counts the same uses for the features that precede an expansion",
        },
    ),
)

MULTI_ROLE_ENGAGEMENT = KPI(
    id="multi_role_engagement_share",
    name="Percent of Accounts with Multi-Role Engagement",
    also=("multi-role engagement", "multi-threaded use"),
    category=ENGAGEMENT,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=HEALTH,
    stage=AT_ADOPTION,
    leading=True,
    forms=(
        Form(
            over=ROLES,
            needs=(NEEDS_LIFE, "events.occurred_at", "events.user_id", "users.role"),
            numerator=count(_SOME_ROLES),
            denominator=count("active_in"),
            interval=Interval.WILSON,
            base="active accounts",
            words="{numerator:account} used by two roles or more / {denominator:active account}; "
            "{single_role:account} by one, {no_role:account} by none known",
            beside=(
                Beside("single_role", "count(*) FILTER (WHERE active_in AND roles = 1)", "count"),
                Beside("no_role", "count(*) FILTER (WHERE active_in AND coalesce(roles, 0) = 0)", "count"),
            ),
        ),
    ),
    doc=Doc(
        definition="The share of the active accounts in which people of at least two different roles used the product "
        "in the period.",
        formula="accounts active in the period with active users of 2 roles or more / accounts active in the period",
        insight="How many accounts would survive the departure of one person or the reorganisation of one team.",
        measured="Roles come from the users table, capitals and outer blanks aside; a user counts with an event in the "
        "period, and one without a role does not add one. Accounts that paid without using the product stay in the "
        "base.",
        trends="It grows slowly, as departments follow one another, and drops within a month when a champion's team is "
        "dissolved. Longer periods show higher shares, since a role has more time to appear.",
        questions=(
            "Which large accounts hang on a single role, and when do they renew?",
            "Which second role comes first where it works: manager, finance, IT?",
            "Are roles filled in for new users, or is the share falling because they are unknown?",
        ),
        improve=(
            "Ask the champion at each check-in for one colleague in another function, with a use ready for that role.",
            "Ship views by role, such as a dashboard for the manager of the daily user.",
            "Make role a required field of the invitation, so that gaps in the data do not pass for gaps in use.",
        ),
        show="Stacked bars of accounts with none, one, two, three and more roles; a list of single-role accounts "
        "sorted by renewal date and revenue.",
        risks="'Analyst' and 'data analyst' are two roles to a computer, one to everybody else. Small customers with "
        "one employee can never count: split by company size.",
        sources="Users with a role (SCIM or HR directory sync, Okta, Salesforce contacts) and events with user ids.",
        connects="Account planning and multi-threading in sales, succession when a champion leaves, and the choice "
        "of whom to invite to the next business review.",
        effects={
            "relationship_depth_score": "rises with the roles that are reached",
            "customer_churn_rate": "tends to be lower where several functions depend on the product",
            "three_activated_users_share": "moves with it, as further roles bring further users",
        },
    ),
)

KPIS = (PRODUCT_USAGE, MULTI_ROLE_ENGAGEMENT)
