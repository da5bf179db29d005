"""How long do people stay?"""

from __future__ import annotations

from cs_metrics.kpis.catalogue.engagement.presence import NEEDS_USERS
from cs_metrics.kpis.catalogue.places import AT_ADOPTION, ENGAGEMENT, HEALTH
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, count, total
from cs_metrics.kpis.relations.usage import SESSIONS, USERS_IN

AVERAGE_SESSION_DURATION = KPI(
    id="average_session_duration",
    name="Average Session Duration",
    also=("session length", "average visit duration"),
    category=ENGAGEMENT,
    kind=Kind.FLOW,
    unit="hours",
    better="higher",
    area=HEALTH,
    stage=AT_ADOPTION,
    forms=(
        Form(
            over=SESSIONS,
            needs=("events.occurred_at", "events.user_id|events.customer_id"),
            numerator=total("hours"),
            denominator=count(),
            interval=Interval.CLUSTER,
            bounds=(0.0, float("inf")),
            base="sessions",
            words="{numerator:hours} in all / {denominator:session} started in the period; the middle one "
            "{median:hours}, {single:session} of a single event",
            beside=(
                Beside("median", "median(hours)", "hours"),
                Beside("single", "count(*) FILTER (WHERE events = 1)", "count"),
            ),
        ),
    ),
    doc=Doc(
        definition="How long a session lasts from its first event to the end of its last, on average over the sessions "
        "started in the period.",
        formula="total length of the sessions started in the period / sessions; length = latest (event + its duration) "
        "- first event",
        insight="How deep people go once they are in. Long can mean absorbed or lost: read it with what was done "
        "and finished.",
        measured="A session is one user's session_id, split after 24 hours of silence; events without one are "
        "grouped by gaps of over 30 minutes (session_gap_minutes). It counts whole in the period in which it starts; "
        "events without a user form sessions of their account. The interval counts an account's sessions as "
        "belonging together.",
        trends="A new workflow lengthens it and a faster one shortens it, both for good. A sudden step usually "
        "is a change in tracking, not in behaviour.",
        questions=(
            "Did the share of sessions with a single event change?",
            "Are the long sessions at accounts with many support tickets?",
            "Was the idle timeout, or the way session ids are made, changed?",
            "Which feature fills the added minutes?",
        ),
        improve=(
            "Shorten the way to a finished task where long sessions end without a result.",
            "Offer the next sensible step at the end of a short visit.",
            "Watch recordings of the longest tenth with the product team, and fix where people search.",
        ),
        show="A line of the mean with the median beside it, and a histogram of lengths on a logarithmic axis.",
        risks="A few tabs left open overnight pull the mean far above the middle session. A session of one event "
        "lasts zero seconds unless the event carries a duration.",
        sources="Web and product analytics (Google Analytics, Matomo, PostHog, Amplitude) with session_id and "
        "duration_seconds; without these, plain event times.",
        connects="Usability work and performance budgets use it; support compares it with the time on the pages that "
        "cause most tickets.",
        effects={
            "average_time_on_platform": "is sessions per user times this length",
            "customer_effort_score": "may fall when sessions lengthen because things are hard to find",
            "customer_engagement_score": "counts duration as one of its parts",
        },
    ),
)

AVERAGE_TIME_ON_PLATFORM = KPI(
    id="average_time_on_platform",
    name="Average Time on Platform",
    also=("Average Time on Website", "time spent per user"),
    category=ENGAGEMENT,
    kind=Kind.FLOW,
    unit="hours",
    better="higher",
    area=HEALTH,
    stage=AT_ADOPTION,
    forms=(
        Form(
            over=USERS_IN,
            needs=NEEDS_USERS,
            numerator=total("hours"),
            denominator=count(),
            interval=Interval.MEAN,
            bounds=(0.0, float("inf")),
            base="users in the period",
            words="{numerator:hours} of sessions started in the period / {denominator:user} seen in it",
        ),
    ),
    doc=Doc(
        definition="How many hours a user of the period spent in the product in it, all sessions together, on average "
        "over the people who were there at all.",
        formula="total length of the users' sessions started in the period / distinct users with an event in it",
        insight="The share of a person's working time that the product gets: a measure of weight in their day, where "
        "one long visit and ten short ones count alike.",
        measured="Sessions are built from events as for the session length, but only those with a user; each user's "
        "are added up, and users without a session begun in the period count with zero. Longer grains give larger "
        "numbers by nature: compare months with months.",
        trends="It follows the number of working days in the month. A rise together with falling user numbers means "
        "that the casual users left, not that the others do more.",
        questions=(
            "Did people come more often, or stay longer each time?",
            "Is the time spent in features that create value, or in settings and search?",
            "Has an automation taken over work that used to take hours, so that less time is good news?",
        ),
        improve=(
            "Ask the heaviest tenth of users what they do, and teach it to the rest of their team.",
            "Bring a neighbouring task (review, reporting) into the product instead of an export.",
            "Where time goes into waiting or repeating, remove it, and accept the lower number.",
        ),
        show="Bars by month per role, with the distribution over users: a mean of two hours may be one person with ten "
        "and four with none.",
        risks="More is not always better: software that saves work should shrink it. It divides by users, so adding "
        "many light users lowers it while nobody does less.",
        sources="Product event logs with user ids and, where there are, durations; website analytics for a portal or "
        "knowledge base.",
        connects="Supports the value story of a business review (hours saved, hours spent), workload planning at "
        "the customer, and the choice between pricing per seat and per use.",
        effects={
            "value_attainment": "has use among its parts and moves with it",
            "breadth_of_use": "tends to rise, since more time leads to more features",
            "monthly_active_users": "pulls it down when many occasional users are added",
        },
    ),
)

KPIS = (AVERAGE_SESSION_DURATION, AVERAGE_TIME_ON_PLATFORM)
