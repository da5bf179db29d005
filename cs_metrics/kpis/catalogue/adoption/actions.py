"""What new users do first: the key action, and the habit it becomes."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.adoption.timing import time_to
from cs_metrics.kpis.catalogue.places import ADOPTION, AT_ADOPTION, AT_ONBOARDING, HEALTH
from cs_metrics.kpis.model import KPI, Doc, Kind
from cs_metrics.kpis.relations.newcomers import FIRST_ACTIONS, HABITS, NEW_USERS

_EVENT_NEEDS = ("settings.key_event", "events.event", "events.user_id", "events.occurred_at")

TIME_TO_FIRST_KEY_ACTION = KPI(
    id="time_to_first_key_action",
    name="Time to First Key Action",
    category=ADOPTION,
    kind=Kind.FLOW,
    unit="days",
    better="lower",
    area=HEALTH,
    stage=AT_ONBOARDING,
    leading=True,
    forms=(
        time_to("acted_at", FIRST_ACTIONS, _EVENT_NEEDS, "the first key action", "user", free=True),
        time_to(
            "activated_at",
            NEW_USERS,
            (
                "users.created_at|milestones.user_id|events.user_id",
                "milestones.user_id|users.activated_at",
                "milestones.reached_at|users.activated_at",
            ),
            "activation",
            "user",
            free=True,
            note="No key event can be told: the activation stands for it.",
        ),
    ),
    doc=Doc(
        definition="How many days a new user needs from its own sign-up to doing the key action for the first time: "
        "the median of the users who signed up in the period and did it.",
        formula="first key event at or after sign-up - sign-up, per user signed up in the period",
        insight="How quickly a person, not an account, finds the way to the one action that shows it has got going.",
        measured="The key action is the event chosen in key_event; where none is chosen, the user's activation. "
        "Sign-up is users.created_at, else the milestone, else the first event. Key events before the sign-up do not "
        "count; users who have not done it are open and told beside the median, with mean and 90th percentile.",
        trends="It answers within a week to changes of the first screens, invitations and e-mails. A longer median "
        "with fewer open users is good news: late users arrived at last.",
        questions=(
            "Do invited colleagues take longer than the first user of an account?",
            "How many users of the period have not done it at all?",
            "What do users do instead in their first session?",
            "Did the key event's name change in the tracking?",
        ),
        improve=(
            "Put the key action on the first screen, ahead of settings and profile.",
            "Trigger a message with a direct link on the second day for those who have not done it.",
            "Ask for permissions and integrations after the action, not before it.",
            "Pair invited users with a task that their colleague has prepared.",
        ),
        show="A histogram of days with the median marked, by month of sign-up; split by role and by invited or first "
        "user.",
        risks="Users who never do it are not in the median: a product that only experts get through looks fast. With "
        "days on the sign-up but hours on the events, up to a day of it is rounding.",
        sources="Product analytics (Amplitude, Mixpanel, PostHog, Segment) with user id, event name and time; sign-ups "
        "from the application's user table.",
        connects="Product onboarding and in-app guidance; the e-mail sequence of the first week; the check of a "
        "trial's quality for sales.",
        effects={
            "activation_rate": "quick first actions bring more users inside the activation window",
            "time_to_first_habitual_action": "the habit starts counting at this action",
            "feature_adoption_rate_early": "whoever acts soon touches the key features soon",
        },
    ),
)

TIME_TO_FIRST_HABITUAL_ACTION = KPI(
    id="time_to_first_habitual_action",
    name="Time to First Habitual Action",
    category=ADOPTION,
    kind=Kind.FLOW,
    unit="days",
    better="lower",
    area=HEALTH,
    stage=AT_ADOPTION,
    leading=True,
    forms=(time_to("acted_at", HABITS, _EVENT_NEEDS, "the habit", "user", free=True),),
    doc=Doc(
        definition="How many days a new user needs from sign-up until it does the key action on a third different day: "
        "the median of the users who signed up in the period and came that far.",
        formula="first key event on the third distinct day with one - sign-up, per user signed up in the period",
        insight="When trying turns into a routine. Once is curiosity; on three days it is part of somebody's work.",
        measured="Days on which the event of key_event happens since the sign-up are counted per user in the "
        "workspace's time zone; habit_times says which day makes the habit (3, or 2). The clock stops at the first "
        "key event of that day. Several times on one day are one day. Without a key event there is no value.",
        trends="It depends on the rhythm of the work: a weekly report cannot become a habit in less than two weeks. "
        "Compare it with its own past, and expect it to lag the first action by weeks.",
        questions=(
            "How many users did it once and never again?",
            "Is the key action something that people need daily, weekly or monthly?",
            "Where do users stop: after the first or after the second day?",
        ),
        improve=(
            "Send the result of the first action again a week later, with one click to refresh it.",
            "Offer a schedule or a reminder right after the first key action.",
            "Give the CSM a list of users who did it once, two weeks after that day.",
            "Agree with the customer's team on a meeting in which the action is done together.",
        ),
        show="A curve of the share of users with one, two and three days by day since sign-up, next to the median by "
        "quarter.",
        risks="Three days may be a coincidence for an action that everybody does daily, and a whole quarter for a "
        "monthly one. Those without a habit are open, and the youngest users cannot have one yet.",
        sources="Event exports or a warehouse table with user, event and timestamp for at least a quarter; the user "
        "table for sign-up dates.",
        connects="Tells training and product which routine to support, and the CSM when an account can be left to "
        "run by itself.",
        effects={
            "stickiness": "users with a habit come back on more days of the month",
            "feature_adoption_rate_ongoing": "habits formed this quarter are the regular users of the next",
            "time_between_logins": "a habit shortens the gap from one visit to the next",
            "customer_churn_rate": "a team with habits in the product takes long to replace it",
        },
    ),
)

KPIS = (TIME_TO_FIRST_KEY_ACTION, TIME_TO_FIRST_HABITUAL_ACTION)
