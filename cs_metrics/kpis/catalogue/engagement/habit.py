"""Do people come back, and how soon?"""

from __future__ import annotations

from cs_metrics.kpis.catalogue.engagement.presence import NEEDS_USERS
from cs_metrics.kpis.catalogue.places import AT_ADOPTION, AT_ONBOARDING, ENGAGEMENT, HEALTH
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, Measure, count
from cs_metrics.kpis.relations.returns import ACTIVATED_USERS, LOGIN_GAPS
from cs_metrics.kpis.relations.usage import USERS_IN

# the users table says it, or all that a milestone of a user consists of
_NEEDS_ACTIVATED = tuple(f"users.activated_at|milestones.{column}" for column in ("milestone", "user_id", "reached_at"))
_BACK = "returned_at < :as_of AND returned_at <= activated_at + :follow_up_days * INTERVAL '1' DAY"

STICKINESS = KPI(
    id="stickiness",
    name="Stickiness",
    also=("DAU/MAU", "MAU/DAU"),
    category=ENGAGEMENT,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=HEALTH,
    stage=AT_ADOPTION,
    leading=True,
    forms=(
        Form(
            over=USERS_IN,
            needs=NEEDS_USERS,
            numerator=Measure(
                "coalesce(sum(CAST(active_days AS DOUBLE) / nullif(days, 0)), 0)",
                "CAST(active_days AS DOUBLE) / nullif(days, 0)",
            ),
            denominator=count(),
            interval=Interval.MEAN,
            bounds=(0.0, 1.0),
            base="users in the period",
            words="{numerator} active users on an average day / {denominator:user} in the period",
        ),
    ),
    doc=Doc(
        definition="On how large a share of the period's days one of its users was active, on average: daily active "
        "users over the distinct users of the same period.",
        formula="mean daily active users of the period / distinct users with an event in it; days without any use "
        "count",
        insight="Whether use is a habit. 20 % of a month is about every fifth day; five days a week is 71 %.",
        measured="For each user seen in the period, the days with an event over the days that have begun; the value is "
        "their mean. At month grain that is DAU/MAU, at week grain DAU/WAU, by the same rule.",
        trends="It falls when a campaign brings many casual visitors, with nothing wrong among the regulars, and rises "
        "when those drop out. Look at it together with the number of users.",
        questions=(
            "Did the daily users change, or only the number of occasional ones below the line?",
            "How often would a person in this role need the product at best?",
            "Which feature do the people use who come on most days?",
            "Are new sign-ups of the month diluting it?",
        ),
        improve=(
            "Find the feature that the most regular users share, and bring it to the first week of everyone else.",
            "Replace weekly e-mailed exports by a live view that changes daily.",
            "Give part-time users a role-specific start page, so that a short visit pays off.",
        ),
        show="A line over months per role or plan, with a histogram of active days per user beside it: two humps mean "
        "two kinds of users.",
        risks="Grains do not compare: a month's and a week's are different numbers. A payroll or tax product used "
        "once a month cannot score high and may still be indispensable.",
        sources="Any event log with user and time; nothing but the pairs of user and day is read of it.",
        connects="Product management takes it as the test of a daily workflow, onboarding as its aim for the second "
        "month, pricing as a hint whether seats or volume fit better.",
        effects={
            "customer_retention_rate": "tends to be higher where use has become a habit",
            "time_between_logins": "shortens, as the same habit seen from the gaps",
            "retained_feature_users_share": "rises, since who comes often meets the same features again",
        },
    ),
)

TIME_BETWEEN_LOGINS = KPI(
    id="time_between_logins",
    name="Time Between Logins (Post-Activation)",
    also=("Time Between Logins", "login frequency"),
    category=ENGAGEMENT,
    kind=Kind.FLOW,
    unit="days",
    better="lower",
    area=HEALTH,
    stage=AT_ADOPTION,
    leading=True,
    forms=(
        Form(
            over=LOGIN_GAPS,
            needs=(*NEEDS_USERS, *_NEEDS_ACTIVATED),
            value="median(gap)",
            numerator=Measure("coalesce(sum(gap), 0)", "gap"),
            denominator=count(),
            interval=Interval.MEDIAN,
            base="returns of activated users",
            words="{value} is the middle of {denominator:gap} between login days; mean {mean:days}, nine in ten "
            "within {p90:days}, of {users:user}",
            beside=(
                Beside("mean", "avg(gap)", "days"),
                Beside("p90", "quantile_cont(gap, 0.9)", "days"),
                Beside("users", "count(DISTINCT user_id)", "count"),
            ),
        ),
    ),
    doc=Doc(
        definition="How many days lie between two successive days on which an activated user logged in: the median "
        "over all such gaps that end in the period, with mean and 90th percentile beside it.",
        formula="login day - the same user's login day before it, both after activation; several logins on a day are "
        "one",
        insight="The natural rhythm of the work that the product does. Once it is known, 'quiet for too long' can be "
        "said for each account in days and not by feeling.",
        measured="Login days are days with an event of the kind in login_events (any event where none is chosen), from "
        "the moment of activation (milestone, else the users table). A gap belongs to the day of the return.",
        trends="It lengthens before users leave. A holiday makes a hump of long gaps in the weeks after it, because "
        "the gap is dated when people return.",
        questions=(
            "Whose usual gap has doubled, and who works at those accounts?",
            "Do the long gaps belong to one role, such as approvers who need it monthly?",
            "Did a change in sign-in (session length, single sign-on) alter what counts as a login?",
        ),
        improve=(
            "Set an alert at twice an account's own usual gap, and let the CSM ask before the third.",
            "Send notices that lead into the product at the moment work is waiting, not on a fixed schedule.",
            "Shorten the way back: stay signed in, deep links, a phone view for quick approvals.",
        ),
        show="The distribution of gaps in days, cut at 30, with the median as a line over months; by role.",
        risks="Somebody who never returns makes no gap at all, so the number can look best when only the faithful are "
        "left. Daily users bring 30 gaps a month and monthly ones a single gap: the median is theirs, not the average "
        "person's.",
        sources="Login or event logs with a user id (Auth0 or Okta sign-in logs do), and the activation date from the "
        "onboarding tool or the users export.",
        connects="Feeds the inactivity alerts of the CSM's daily list, the timing of re-engagement mails, and security "
        "reviews of accounts that nobody signs in to.",
        effects={
            "daily_active_users": "falls when the same people leave longer gaps",
            "stickiness": "falls as gaps lengthen",
            "churn_risk_score": "rises where an account's gap grows against its own past",
        },
    ),
)

FOLLOW_UP_RATE = KPI(
    id="activated_to_follow_up_engagement_rate",
    name="Activated-to-Follow-Up Engagement Rate",
    also=("follow-up engagement", "second visit after activation"),
    category=ENGAGEMENT,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=HEALTH,
    stage=AT_ONBOARDING,
    leading=True,
    cadence="weekly",
    follow="follow_up_days",
    forms=(
        Form(
            over=ACTIVATED_USERS,
            needs=(*NEEDS_USERS, *_NEEDS_ACTIVATED),
            numerator=count(_BACK),
            denominator=count(),
            interval=Interval.WILSON,
            base="users activated in the period",
            words="{numerator:user} who came back on a later day within {follow_up_days:day} / {denominator:user} "
            "activated in the period",
        ),
    ),
    doc=Doc(
        definition="Of the users activated in the period, the share that did something on a later day within the "
        "follow-up window of seven days.",
        formula="users activated in the period with an event on a later day, at most 7 days after / users activated "
        "in it",
        insight="Whether activation was the start of using the product or the end of a guided tour.",
        measured="Activation is the user's milestone, else users.activated_at. Any event of the user on a later "
        "calendar day and within follow_up_days x 24 hours counts; more on the same day does not.",
        trends="It answers within a week to changes of the first-run experience. The latest period stays marked as "
        "incomplete until its last user has had the whole window.",
        questions=(
            "What had those who came back done in their first session that the others had not?",
            "Does it differ between people who signed up themselves and those invited by their admin?",
            "Is the activation milestone so easy that clicking through reaches it?",
            "Was there anything to come back for: a result, an answer, a colleague?",
        ),
        improve=(
            "End the first session with something that matures overnight: an import, a report, an invitation.",
            "Write on the second day about the user's own data, not about features.",
            "Tighten the activation milestone until it separates those who stay from those who do not.",
        ),
        show="A line by week of activation, split by invited and self-signed users; incomplete weeks dashed.",
        risks="People activated on a Friday have two working days fewer in the window. A job that writes events under "
        "the user's name makes everybody return.",
        sources="The milestones export of the onboarding tool (Appcues, Userpilot, Rocketlane) or the users table, and "
        "the event log.",
        connects="Judges the onboarding e-mails and the in-app tour, and tells the implementation team whom to call "
        "in the first week.",
        effects={
            "time_to_first_habitual_action": "shortens when more people return within days",
            "monthly_active_users": "gains those who would otherwise have been seen once",
            "three_activated_users_share": "is worth more, since activated users then also use the product",
        },
    ),
)

KPIS = (STICKINESS, TIME_BETWEEN_LOGINS, FOLLOW_UP_RATE)
