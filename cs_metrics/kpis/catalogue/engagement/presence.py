"""How many people use the product in a day, a week, a month?"""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_ADOPTION, ENGAGEMENT, HEALTH
from cs_metrics.kpis.model import KPI, Doc, Form, Kind, Measure, count
from cs_metrics.kpis.relations.usage import USERS_7, USERS_30, USERS_IN

NEEDS_USERS = ("events.occurred_at", "events.user_id")

DAILY_ACTIVE_USERS = KPI(
    id="daily_active_users",
    name="Daily Active Users",
    also=("DAU",),
    category=ENGAGEMENT,
    kind=Kind.FLOW,
    unit="count",
    better="higher",
    area=HEALTH,
    stage=AT_ADOPTION,
    leading=True,
    cadence="weekly",
    forms=(
        Form(
            over=USERS_IN,
            needs=NEEDS_USERS,
            numerator=Measure(
                "coalesce(sum(CAST(active_days AS DOUBLE) / nullif(days, 0)), 0)",
                "CAST(active_days AS DOUBLE) / nullif(days, 0)",
            ),
            n="count(*)",
            base="users in the period",
            words="{value} is the average over the days of the period, of {n:user} seen in it",
        ),
    ),
    doc=Doc(
        definition="How many different users did something on a day; for a longer period the average of its days, "
        "empty days included.",
        formula="sum over the days of the distinct users with an event on it / days of the period that have begun",
        insight="The crowd that shows up on an ordinary day: it reacts within days to a release, an outage or a "
        "customer that stops working with the product.",
        measured="Events with a user are counted once per user and day, days cut at midnight of the workspace's time "
        "zone. A user who is there on 10 of 30 days adds a third of a user; weekends and holidays are days like "
        "others.",
        trends="It breathes with the working week, so compare Mondays with Mondays or look at whole weeks. A slow "
        "decline at a steady number of monthly users says that the same people come less often.",
        questions=(
            "On which weekday did the drop begin, and what was released or broken on it?",
            "Do a few large accounts explain the change, or do many small ones?",
            "Was it a holiday in the region that lost most?",
            "Do fewer people come at all, or do the same people skip days?",
        ),
        improve=(
            "Give people a reason to open the product each morning: a digest, a queue, a number that changed.",
            "Move recurring work of the customer (stand-up, hand-over, approval) into the product.",
            "Call the admins of accounts whose weekday users halved within two weeks.",
        ),
        show="A line by day with a seven-day average over it; by week or month as bars of the average.",
        risks="An average over calendar days makes a product for working days look a third smaller than it is on a "
        "Tuesday, and scheduled jobs that run under a person's name count as that person every single day.",
        sources="Event streams from Segment, Amplitude, Mixpanel, PostHog or the product's own log, with a user id and "
        "a timestamp; holidays explain most surprises and are not in it.",
        connects="Release management reads it the morning after a launch, incident reviews take the missing users as "
        "the size of an outage, and support plans its shifts by it.",
        effects={
            "stickiness": "is this number over the distinct users of the period, so it rises with it at equal reach",
            "weekly_active_users": "follows within the week when new people, not the same ones, make the difference",
            "average_time_on_platform": "grows when people come on more days",
        },
    ),
)

WEEKLY_ACTIVE_USERS = KPI(
    id="weekly_active_users",
    name="Weekly Active Users",
    also=("WAU",),
    category=ENGAGEMENT,
    kind=Kind.SNAPSHOT,
    unit="count",
    better="higher",
    area=HEALTH,
    stage=AT_ADOPTION,
    leading=True,
    cadence="weekly",
    forms=(
        Form(
            over=USERS_7,
            needs=NEEDS_USERS,
            numerator=count(),
            n="count(*)",
            base="users in the 7 days",
            words="{numerator:user} with an event in the 7 days up to the end",
        ),
    ),
    doc=Doc(
        definition="How many different users did something in the last seven days before the end of the period; each "
        "counts once, however often they came.",
        formula="distinct users with an event in [end - 7 days, end)",
        insight="The working rhythm of most business software: who skips a whole week has found another way to do the "
        "job, or has nobody asking for the result.",
        measured="From events with a user in the seven days to the end of the period, or to the as-of instant of an "
        "unfinished one; always one of each weekday, so no calendar effect of weekends is in it.",
        trends="Steadier than the daily count and faster than the monthly one. It dips around Christmas and in August, "
        "and comes back; a dip in an ordinary week that stays for two more is real.",
        questions=(
            "Which accounts had users last week and none in this one?",
            "Are the missing people new users who never settled, or old hands?",
            "Did a weekly routine (report, planning, payroll run) move elsewhere?",
        ),
        improve=(
            "Send a weekly summary to users who were there the week before and are not now, with one thing to do.",
            "Offer each team a fixed weekly use: Monday planning, Friday report.",
            "Have the CSM call within days when an account's last weekly user goes quiet.",
        ),
        show="A line at week grain, split by plan or account size; beside it the list of accounts that fell to zero.",
        risks="At month or quarter grain it still shows only the last seven days, so a month that ends in a holiday "
        "week looks empty although its first three weeks were full.",
        sources="Product analytics (Pendo, Amplitude, PostHog, Heap) or an application log exported as one row per "
        "event, with user ids that survive a change of device.",
        connects="The weekly team meeting starts from it; customer marketing times its product tips by it, and "
        "renewal preparation checks that the signatory's own team is in it.",
        effects={
            "monthly_active_users": "falls some weeks later when weekly users stop coming",
            "customer_engagement_score": "moves with it, since recency and frequency are two of its parts",
            "churn_risk_score": "rises for accounts whose weekly users disappear",
        },
    ),
)

MONTHLY_ACTIVE_USERS = KPI(
    id="monthly_active_users",
    name="Monthly Active Users",
    also=("MAU",),
    category=ENGAGEMENT,
    kind=Kind.SNAPSHOT,
    unit="count",
    better="higher",
    area=HEALTH,
    stage=AT_ADOPTION,
    forms=(
        Form(
            over=USERS_30,
            needs=NEEDS_USERS,
            numerator=count(),
            n="count(*)",
            base="users in the 30 days",
            words="{numerator:user} with an event in the 30 days up to the end, or in its calendar month where so set",
        ),
    ),
    doc=Doc(
        definition="How many different users did something in the 30 days up to the end of the period, or, where the "
        "workspace chose so, in its last calendar month.",
        formula="distinct users with an event in [end - 30 days, end); as an option since the first of the month",
        insight="The reach of the product among people, whatever they pay: the pool from which champions, references "
        "and seats at the next renewal come.",
        measured="Events with a user, each user once. The setting mau_window chooses between a window of 30 days, the "
        "same for every month, and the calendar month, which investors and other tools may show.",
        trends="Slow and smooth: it rises with sign-ups and new seats and hides for weeks that people leave, since one "
        "visit keeps them in for 30 days. Flat numbers with many sign-ups mean that as many go as come.",
        questions=(
            "How many of this month's users are new, and how many of last month's are gone?",
            "Is growth in seats within accounts or in accounts?",
            "Do the licences sold and the people who come still fit together?",
            "Has an identity change (single sign-on, merged accounts) changed who counts as one user?",
        ),
        improve=(
            "Have every new account invite its whole team in the first week, not only the buyer's circle.",
            "Write to licence holders not seen for a month, with their admin in copy.",
            "Bring back former users with what was built since they left.",
        ),
        show="One bar a month, stacked into new, kept and returned users; beside it the seats sold.",
        risks="A single click in 30 days counts as much as daily work, and somebody with two logins counts twice. "
        "With the calendar month chosen, February is short by nature.",
        sources="The product's event log or an analytics tool, with the users table for account and role; seat counts "
        "come from billing (Stripe, Chargebee) for comparison.",
        connects="Licence true-ups and seat negotiations at renewal start from it, and finance divides hosting and "
        "support costs by it.",
        effects={
            "average_revenue_per_user": "falls when more users share the same revenue",
            "stickiness": "falls when occasional visitors swell the month without coming daily",
            "expansion_revenue": "follows when accounts outgrow the seats they bought",
        },
    ),
)

KPIS = (DAILY_ACTIVE_USERS, WEEKLY_ACTIVE_USERS, MONTHLY_ACTIVE_USERS)
