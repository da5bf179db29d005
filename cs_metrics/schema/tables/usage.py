"""What customers do: product events, milestones, contacts with the team."""

from __future__ import annotations

from cs_metrics.schema.model import Column, Table, Type
from cs_metrics.schema.tables.names import CUSTOMER, USER, words

EVENTS = Table(
    "events",
    "E",
    "one use of the product",
    columns=(
        Column(
            "event_id",
            Type.ID,
            help="The event's id.",
            synonyms=words("id usage_id log_id hit_id message_id insert_id uuid"),
            example="E-90001",
        ),
        Column(
            "customer_id",
            Type.ID,
            help="The account; empty where only the user is known.",
            synonyms=CUSTOMER,
            example="A-1001",
        ),
        Column("user_id", Type.ID, help="The person.", synonyms=USER, example="U-501"),
        Column(
            "occurred_at",
            Type.INSTANT,
            required=True,
            help="When it happened.",
            synonyms=words(
                "timestamp event_time time event_date date usage_date event_timestamp created_at ts occurred_on "
                "logged_at datetime event_at used_at activity_date at when"
            ),
            example="2025-03-04 10:15",
        ),
        Column(
            "event",
            Type.TEXT,
            required=True,
            help="What happened: login, report_created, ...",
            synonyms=words("event_name event_type action activity activity_type type name verb page feature_name"),
            example="report_created",
        ),
        Column(
            "feature",
            Type.TEXT,
            help="The part of the product that was used.",
            synonyms=words("feature_name module screen page area component tool feature_key"),
            example="reports",
        ),
        Column(
            "session_id",
            Type.ID,
            help="The visit to which the event belongs.",
            synonyms=words("session visit_id sessionid"),
            example="sess_00012",
        ),
        Column(
            "duration_seconds",
            Type.NUMBER,
            help="How long it took, in seconds.",
            synonyms=words(
                "duration duration_secs duration_sec seconds usage_duration_secs usage_duration time_spent "
                "duration_minutes session_duration duration_ms duration_mins"
            ),
            example="42",
        ),
        Column(
            "quantity",
            Type.NUMBER,
            help="How many uses the row stands for; one where empty.",
            synonyms=words("count usage_count uses event_count times hits volume"),
            example="1",
        ),
    ),
    key=("event_id",),
    activity=("occurred_at",),
    one_of=(("customer_id", "user_id"),),
    synonyms=words("event usage feature_usage activity activities product_usage clickstream logs log analytics logins"),
)

MILESTONES = Table(
    "milestones",
    "M",
    "a step that a customer or a user reached",
    columns=(
        Column("customer_id", Type.ID, required=True, help="The account.", synonyms=CUSTOMER, example="A-1001"),
        Column("user_id", Type.ID, help="The person, where a person reached it.", synonyms=USER, example="U-501"),
        Column(
            "milestone",
            Type.TEXT,
            required=True,
            help="The step: signed_up, onboarding_started, onboarding_completed, activated, first_value, "
            "exceeded_value, or your own.",
            synonyms=words("step stage milestone_name task phase onboarding_step goal checkpoint"),
            example="onboarding_completed",
        ),
        Column(
            "started_at",
            Type.INSTANT,
            help="When work on it began.",
            synonyms=words("started started_on start_date begun_at begin_date start"),
            example="2024-03-16",
        ),
        Column(
            "reached_at",
            Type.INSTANT,
            help="When it was reached; empty while it is open.",
            synonyms=words(
                "reached reached_on completed_at completed_on completed completion_date achieved_at finished_at date "
                "done_at milestone_date"
            ),
            example="2024-04-02",
        ),
    ),
    key=("customer_id", "user_id", "milestone"),
    activity=("started_at", "reached_at"),
    synonyms=words("milestone onboarding onboarding_steps steps journey activation lifecycle adoption_milestones"),
)

TOUCHPOINTS = Table(
    "touchpoints",
    "P",
    "a contact between the two companies",
    columns=(
        Column(
            "touchpoint_id",
            Type.ID,
            help="The contact's id.",
            synonyms=words("id meeting_id activity_id interaction_id call_id engagement_id"),
            example="P-301",
        ),
        Column("customer_id", Type.ID, required=True, help="The account.", synonyms=CUSTOMER, example="A-1001"),
        Column(
            "contact_id",
            Type.ID,
            help="The person at the account.",
            synonyms=words("contact person_id user_id attendee_id participant contact_name"),
            example="U-501",
        ),
        Column(
            "contact_role",
            Type.TEXT,
            help="What that person does.",
            synonyms=words("role job_title title contact_title function"),
            example="Head of Operations",
        ),
        Column(
            "contact_level",
            Type.TEXT,
            help="That person's level: executive, manager, specialist.",
            synonyms=words("level seniority contact_seniority"),
            example="executive",
        ),
        Column(
            "occurred_at",
            Type.INSTANT,
            required=True,
            help="When it took place.",
            synonyms=words("date meeting_date activity_date timestamp call_date contact_date held_on created_at when"),
            example="2025-02-11 15:00",
        ),
        Column(
            "kind",
            Type.TEXT,
            required=True,
            help="check_in, qbr, email, call, meeting, testimonial, case_study, reference, review, introduction, ...",
            synonyms=words("type touchpoint_type activity_type interaction_type meeting_type channel category"),
            example="qbr",
        ),
        Column(
            "direction",
            Type.TEXT,
            values=("ours", "theirs"),
            help="Who began it: our team (ours) or the customer (theirs).",
            synonyms=words("initiated_by initiator inbound_outbound sender from"),
            example="ours",
        ),
        Column(
            "invited",
            Type.BOOLEAN,
            help="Whether the customer was invited.",
            synonyms=words("was_invited invitation invite_sent"),
            example="yes",
        ),
        Column(
            "attended",
            Type.BOOLEAN,
            help="Whether the customer came.",
            synonyms=words("attendance present showed_up joined was_attended"),
            example="yes",
        ),
        Column(
            "response_hours",
            Type.NUMBER,
            help="How long the answer took, in hours.",
            synonyms=words("response_time response_time_hours reply_hours hours_to_reply"),
            example="5.5",
        ),
        Column(
            "outcome",
            Type.TEXT,
            help="What came of it.",
            synonyms=words("result disposition next_step conclusion"),
            example="renewal agreed",
        ),
        Column(
            "sentiment",
            Type.NUMBER,
            help="The tone, from -1 (bad) to 1 (good).",
            synonyms=words("sentiment_score mood tone"),
            example="0.4",
        ),
        Column(
            "referral_intent",
            Type.BOOLEAN,
            help="Whether the customer was willing to refer.",
            synonyms=words("willing_to_refer would_refer referral_interest"),
            example="no",
        ),
        Column(
            "introduction_asked",
            Type.BOOLEAN,
            help="Whether we asked for a warm introduction.",
            synonyms=words("intro_asked asked_for_introduction warm_intro introduction_requested"),
            example="no",
        ),
        Column(
            "notes",
            Type.TEXT,
            help="What was said.",
            synonyms=words("note comments comment summary description body"),
            example="Wants the new export.",
        ),
    ),
    key=("touchpoint_id",),
    activity=("occurred_at",),
    synonyms=words("touchpoint meetings meeting calls interactions csm_activities qbrs qbr check_ins engagements"),
)
