"""How well are the accounts? Scores of health, use, value and relationship."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_ADOPTION, AT_VALUE, ENGAGEMENT, HEALTH
from cs_metrics.kpis.catalogue.scoring import NEEDS_SIGNALS, score_form
from cs_metrics.kpis.model import KPI, Doc, Kind
from cs_metrics.kpis.relations.accounts import scored
from cs_metrics.kpis.relations.names import NEEDS_LIFE

CUSTOMER_HEALTH_SCORE = KPI(
    id="customer_health_score",
    name="Customer Health Score",
    also=("CHS",),
    category=ENGAGEMENT,
    kind=Kind.SNAPSHOT,
    unit="score",
    better="higher",
    area=HEALTH,
    stage=AT_VALUE,
    leading=True,
    cadence="weekly",
    forms=(score_form(scored("customer_health_score"), NEEDS_LIFE, NEEDS_SIGNALS),),
    doc=Doc(
        definition="How well an account is on the whole, on 0 to 100: a weighted mean of adoption, engagement, "
        "support, feedback, relationship and payment. The value is the mean over the active accounts.",
        formula="sum of weight x points over the six components that have data / sum of their weights; the mean of "
        "that over the active accounts",
        insight="Which accounts need attention before they say so, and which of the six sides of the relationship is "
        "the weak one.",
        measured="Seen at each month's end: features used in 30 days (rank), active days of 30 (target 10), open "
        "tickets (thresholds), the last NPS answer of 180 days (thresholds), contacts in 90 days (target 3), share of "
        "invoices of 180 days paid late (thresholds). Weights and rules are the setting 'scores'; a side without data "
        "is left out and the others scaled up.",
        trends="It moves slowly; a fall of ten points in a quarter is much. Support and payment fall first and fast, "
        "adoption erodes. A rise in one month is mostly tickets closed.",
        questions=(
            "Which of the six components carries the change?",
            "Is it a few accounts that turned red, or most that slipped a little?",
            "Did the weight that has data change, because a table is new or stale?",
            "Did those that left in the last quarter have a low score before?",
        ),
        improve=(
            "Work the red accounts by revenue, the weakest component first.",
            "Call each account that changed from green to yellow within a week.",
            "Once a quarter, compare the scores of those who left with those who stayed, and change the weights.",
            "Close what makes a component blind: surveys never sent, contacts never logged.",
        ),
        show="A tile with letter and colour, the parts stacked over the months, and the accounts as a list from red to "
        "green with what moved each.",
        risks="The weights are an opinion until the past confirms them, and a mean of six can hide one that is at "
        "zero. An account with few sources is judged by these alone: look at how much of the weight had data.",
        sources="Product analytics (events), the help desk, survey tools, calendar and CRM activities, and billing "
        "exports with due and payment dates: Segment, Zendesk, Delighted, Salesforce, Stripe.",
        connects="It opens the weekly account review, sets who gets a recovery plan, and tells renewals ninety days "
        "ahead where to expect a hard talk.",
        effects={
            "churn_risk_score": "rises a month or two after health falls",
            "customer_retention_rate": "follows with the renewals of the accounts that turned red",
            "referral_readiness_score": "holds health as a quarter of its weight",
            "expansion_opportunity_score": "is worth acting on only where health is not red",
        },
    ),
)

CUSTOMER_ENGAGEMENT_SCORE = KPI(
    id="customer_engagement_score",
    name="Customer Engagement Score",
    category=ENGAGEMENT,
    kind=Kind.SNAPSHOT,
    unit="score",
    better="higher",
    area=HEALTH,
    stage=AT_ADOPTION,
    leading=True,
    forms=(
        score_form(
            scored("customer_engagement_score", "events"),
            NEEDS_LIFE,
            "events.occurred_at",
            "events.customer_id|users.customer_id",
        ),
    ),
    doc=Doc(
        definition="How an account's use compares with all use the workspace has seen: the weighted rank of how "
        "recently, how often, how broadly and how long its people used the product.",
        formula="25 % rank of days since the last event (few is good) + 30 % rank of active days + 25 % rank of "
        "features used + 20 % rank of hours, all of 30 days; mean over the active accounts",
        insight="Who uses the product like your best accounts do, who is at the tail of the field, and whether "
        "accounts as a whole use it more than they used to.",
        measured="From events of the 30 days before each month's end: days with an event, distinct features, seconds "
        "of duration, days since the last event (or since the start). Each is ranked among every active account at "
        "every month's end, equals sharing the middle; a filter does not change an account's rank.",
        trends="50 is the middle of all that was ever seen, so a mean above it says that accounts use the product more "
        "than in their past. New accounts climb in their first three months; holidays press it.",
        questions=(
            "Which accounts lost most ranks since last month?",
            "Is it recency (they stopped) or breadth (they use less of it)?",
            "Is a segment below 50 in all four, or in one?",
        ),
        improve=(
            "Write to champions of accounts whose recency falls below the tenth rank.",
            "Teach one more feature to accounts that come often and use little.",
            "Look at what the accounts above rank 90 did in their first month, and make it the onboarding.",
        ),
        show="By segment as bars around 50, and for one account the four ranks as lines over the months.",
        risks="It is relative to your own past: a good rank among poor use is still poor use, and new months shift the "
        "yardstick a little. Durations that a tool guesses, and robots with a login, count as long and frequent use.",
        sources="Event exports of the product with account, user, feature and duration: Mixpanel, Amplitude, PostHog, "
        "or the product's own log.",
        connects="It feeds the adoption campaigns, tells onboarding when an account is on its own feet, and gives "
        "product the segments that do not come along.",
        effects={
            "customer_health_score": "moves with it through adoption and engagement",
            "stickiness": "rises when frequency does",
            "feature_adoption_rate_ongoing": "rises when breadth does",
        },
    ),
)

VALUE_ATTAINMENT = KPI(
    id="value_attainment",
    name="Value Attainment",
    category=ENGAGEMENT,
    kind=Kind.SNAPSHOT,
    unit="score",
    better="higher",
    area=HEALTH,
    stage=AT_VALUE,
    leading=True,
    forms=(score_form(scored("value_attainment"), NEEDS_LIFE, "events.occurred_at|milestones.reached_at"),),
    doc=Doc(
        definition="How far an account has come to getting what it bought: milestones of its operation reached, data "
        "put through the product, days of engagement and amount of use, on 0 to 100.",
        formula="30 % share of the key milestones reached + 25 % active days of 30 against 10 + 25 % rank of quantity "
        "consumed + 20 % rank of events; mean over the active accounts",
        insight="Whether customers would see, at a renewal, that the purchase paid; a low score at high use means "
        "activity without arrival.",
        measured="Milestones with a date before the month's end out of the chosen key milestones (none chosen: of all "
        "that any account reached); quantity and rows of events in the 30 days before. Earlier months keep their "
        "score, so every account has its history.",
        trends="It climbs in steps as milestones fall, then flattens; a mature account moves by consumption alone. A "
        "base with many new accounts has a low mean without anything being wrong.",
        questions=(
            "Which milestone is the one that most accounts lack?",
            "Are accounts older than six months still below 50?",
            "Does consumption fall where the milestones are all reached?",
        ),
        improve=(
            "Agree with each account on three milestones that mean value to it, and date them.",
            "Give accounts stuck before a milestone a working session on that step.",
            "Show the customer its own consumption next to what it pays, each quarter.",
        ),
        show="The distribution over accounts by age in months, and one account's four parts stacked over its life.",
        risks="A milestone is not un-reached when the value is lost again, so old accounts keep those points. "
        "Consumption that is high because a job runs in a loop looks like value.",
        sources="Milestones from the onboarding or project tool (Rocketlane, GuideCX, a sheet), events with quantities "
        "(records, messages, gigabytes) from the product or its metering.",
        connects="It is the first page of a business review, the argument in renewals, and for product the proof which "
        "outcomes are hard to reach.",
        effects={
            "time_to_exceed_value": "shortens where attainment climbs early",
            "renewal_rate": "follows at the next contract end",
            "expansion_readiness_index": "has little to build on while milestones are open",
        },
    ),
)

RELATIONSHIP_DEPTH_SCORE = KPI(
    id="relationship_depth_score",
    name="Relationship Depth Score",
    category=ENGAGEMENT,
    kind=Kind.SNAPSHOT,
    unit="score",
    better="higher",
    area=HEALTH,
    stage=AT_VALUE,
    leading=True,
    cadence="quarterly",
    forms=(
        score_form(
            scored("relationship_depth_score", "touchpoints"),
            NEEDS_LIFE,
            "touchpoints.occurred_at",
            "touchpoints.contact_id|touchpoints.contact_role|touchpoints.contact_level|touchpoints.direction",
        ),
    ),
    doc=Doc(
        definition="How many-stranded the tie to an account is: how many of its people we met in 90 days, in how many "
        "roles, on how many levels, and whether both sides reach out.",
        formula="30 % people met against 3 + 25 % roles against 3 + 20 % levels against 2 + 25 % balance of who began "
        "the contacts (1: half each, 0: one side only); mean over the active accounts",
        insight="Which accounts hang on a single person, and would be strangers the day that person leaves.",
        measured="Touchpoints of the 90 days before the month's end, without those that the customer missed: distinct "
        "contact, role and level, taken from the users table where a contact is a user without them; direction ours "
        "and theirs. No contact at all is 0, not unknown.",
        trends="High around kick-off and renewals, thin in the middle of a contract. A slow fall over a year is a "
        "champion who became the only one left.",
        questions=(
            "Which large accounts have one contact only?",
            "When did we last speak to somebody who signs?",
            "Is the tie one-sided because they have no need, or because we never stop?",
        ),
        improve=(
            "Set the goal of a second contact in each account above the median revenue within the quarter.",
            "Bring an executive sponsor to the next review wherever only individuals are met.",
            "Ask each contact who else would miss the product, and invite them.",
            "Log who was in the room, not only that there was a meeting.",
        ),
        show="A scatter of depth against revenue, the shallow and dear ones named; for one account the parts as bars.",
        risks="It knows what was logged: a CSM who does not write down attendees looks lonely. Many contacts in one "
        "meeting count like many meetings, and say nothing of trust.",
        sources="Meetings and mails with attendees from calendar and CRM (Salesforce, HubSpot, Gainsight), titles and "
        "levels from the contact records or the users table.",
        connects="Account planning, executive sponsoring and the hand-over between CSMs start here; sales asks it "
        "before an upsell.",
        effects={
            "churn_risk_score": "rises when the only contact leaves a shallow account",
            "qbr_engagement_rate": "is easier to hold where several levels are known",
            "warm_introduction_offer_rate": "has more doors to ask at",
        },
    ),
)

KPIS = (CUSTOMER_HEALTH_SCORE, CUSTOMER_ENGAGEMENT_SCORE, VALUE_ATTAINMENT, RELATIONSHIP_DEPTH_SCORE)
