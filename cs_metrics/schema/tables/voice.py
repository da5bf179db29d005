"""What customers say: survey answers, support tickets, mentions."""

from __future__ import annotations

from cs_metrics.schema.model import Column, Table, Type
from cs_metrics.schema.tables.names import CREATED, CUSTOMER, PRODUCT, USER, words

SURVEY_RESPONSES = Table(
    "survey_responses",
    "R",
    "one survey sent to one person",
    columns=(
        Column(
            "response_id",
            Type.ID,
            help="The answer's id.",
            synonyms=words("id survey_response_id answer_id submission_id response_number survey_id"),
            example="R-7001",
        ),
        Column("customer_id", Type.ID, help="The account.", synonyms=CUSTOMER, example="A-1001"),
        Column(
            "user_id",
            Type.ID,
            help="The person asked.",
            synonyms=(*USER, *words("respondent email")),
            example="U-501",
        ),
        Column(
            "survey",
            Type.TEXT,
            required=True,
            values=("nps", "csat", "ces", "onboarding", "post_activation"),
            help="Which survey: nps, csat, ces, onboarding or post_activation.",
            synonyms=words("survey_type survey_name type questionnaire metric survey_kind"),
            example="nps",
        ),
        Column(
            "respondent_type",
            Type.TEXT,
            values=("customer", "employee", "prospect"),
            help="Who answered: a customer where empty.",
            synonyms=words("respondent respondent_kind audience role"),
            example="customer",
        ),
        Column(
            "sent_at",
            Type.INSTANT,
            help="When the survey was sent.",
            synonyms=words("sent sent_on date_sent sent_date invited_at survey_sent send_date delivered_at"),
            example="2025-03-01",
        ),
        Column(
            "responded_at",
            Type.INSTANT,
            help="When it was answered; empty when it was not.",
            synonyms=words(
                "survey_date response_date date responded_on answered_at answered_on submitted_at completed_at "
                "timestamp response_time created_at date_of_response"
            ),
            example="2025-03-03",
        ),
        Column(
            "score",
            Type.NUMBER,
            help="The answer, as a number on the survey's scale.",
            synonyms=words(
                "nps rating nps_score csat csat_score ces ces_score answer value points grade response stars result "
                "satisfaction_score satisfaction_rating effort_score likelihood_to_recommend"
            ),
            example="9",
        ),
        Column(
            "scale_min",
            Type.NUMBER,
            help="The lowest answer possible.",
            synonyms=words("min_score minimum scale_from min"),
            example="0",
        ),
        Column(
            "scale_max",
            Type.NUMBER,
            help="The highest answer possible.",
            synonyms=words("max_score maximum scale_to max out_of"),
            example="10",
        ),
        Column(
            "comment",
            Type.TEXT,
            help="What the person wrote.",
            synonyms=words("comments feedback verbatim text feedback_text remarks why open_text free_text"),
            example="Easy to use.",
        ),
        Column(
            "channel",
            Type.TEXT,
            help="How the survey reached the person.",
            synonyms=words("medium survey_channel delivery source"),
            example="email",
        ),
        Column(
            "campaign",
            Type.TEXT,
            help="The round of the survey.",
            synonyms=words("wave survey_round campaign_name round batch"),
            example="2025-Q1",
        ),
    ),
    key=("response_id",),
    activity=("responded_at", "sent_at"),
    synonyms=words(
        "surveys survey responses survey_results nps nps_data csat ces feedback answers nps_responses satisfaction"
    ),
)

TICKETS = Table(
    "tickets",
    "T",
    "a support case",
    columns=(
        Column(
            "ticket_id",
            Type.ID,
            required=True,
            help="The ticket's number.",
            synonyms=words("id ticket_number ticket_no ticket case_id case_number case issue_id issue_key incident_id"),
            example="48211",
        ),
        Column("customer_id", Type.ID, help="The account.", synonyms=CUSTOMER, example="A-1001"),
        Column(
            "created_at",
            Type.INSTANT,
            required=True,
            help="When it was opened.",
            synonyms=(*CREATED, *words("ticket_date ticket_created reported_at received_at raised_on logged_at")),
            example="2025-03-04 10:15",
        ),
        Column(
            "first_response_at",
            Type.INSTANT,
            help="When the team first answered. A duration since the opening serves too.",
            synonyms=words(
                "first_response first_reply first_reply_at first_replied_at first_response_time first_reply_time "
                "first_response_time_minutes first_response_minutes first_response_hours responded_at frt "
                "initial_response first_answered_at response_time"
            ),
            example="2025-03-04 11:02",
        ),
        Column(
            "resolved_at",
            Type.INSTANT,
            help="When it was resolved, the last time. A duration since the opening serves too.",
            synonyms=words(
                "resolved resolved_on closed_at closed closed_on close_date date_closed solved_at solved completed_at "
                "resolution_time resolution_date time_to_resolution resolution_time_hours resolution_hours "
                "resolution resolution_minutes full_resolution_time resolved_date"
            ),
            example="2025-03-05 09:30",
        ),
        Column(
            "status",
            Type.TEXT,
            help="Open, pending, solved or the like.",
            synonyms=words("ticket_status state case_status stage"),
            example="solved",
        ),
        Column(
            "replies",
            Type.INTEGER,
            help="How often an agent replied.",
            synonyms=words("reply_count agent_replies number_of_replies responses touches interactions comments_count"),
            example="2",
        ),
        Column(
            "reopened",
            Type.INTEGER,
            help="How often it was opened again (yes counts as once).",
            synonyms=words("reopens reopen_count reopened_count times_reopened is_reopened was_reopened"),
            example="0",
        ),
        Column(
            "priority",
            Type.TEXT,
            help="How urgent it was.",
            synonyms=words("ticket_priority severity urgency importance"),
            example="high",
        ),
        Column(
            "product",
            Type.TEXT,
            help="The product it is about.",
            synonyms=tuple(p for p in PRODUCT if p != "description"),
            example="Analytics",
        ),
        Column(
            "category",
            Type.TEXT,
            help="What it is about.",
            synonyms=words("ticket_type type topic issue_type request_type case_type reason"),
            example="billing",
        ),
        Column(
            "subject",
            Type.TEXT,
            help="Its headline, as the customer wrote it.",
            synonyms=words("ticket_subject title summary headline subject_line short_description issue_summary"),
            example="Invoice shows the wrong seats",
        ),
        Column(
            "description",
            Type.TEXT,
            help="What the customer wrote.",
            synonyms=words(
                "ticket_description body message text content details issue_description case_description "
                "first_message customer_message request_text ticket_text"
            ),
            example="We pay for 12 seats but use 10.",
        ),
        Column(
            "channel",
            Type.TEXT,
            help="How it came in.",
            synonyms=words("ticket_channel via_channel via source origin contact_channel"),
            example="email",
        ),
        Column(
            "agent",
            Type.TEXT,
            help="Who dealt with it.",
            synonyms=words("agent_name assignee assignee_id assigned_to owner handler support_agent agent_id"),
            example="Sam Okoro",
        ),
        Column(
            "satisfaction",
            Type.NUMBER,
            help="The customer's rating of the case, 1 to 5.",
            synonyms=words(
                "satisfaction_score satisfaction_rating csat csat_score rating customer_satisfaction_rating "
                "ticket_rating customer_satisfaction score"
            ),
            example="5",
        ),
        Column(
            "cost",
            Type.MONEY,
            help="What the case cost the company.",
            synonyms=words("ticket_cost handling_cost support_cost cost_usd"),
            example="18.50",
        ),
    ),
    key=("ticket_id",),
    activity=("created_at", "first_response_at", "resolved_at"),
    synonyms=words(
        "ticket support_tickets support cases case issues helpdesk requests incidents customer_support_tickets"
    ),
)

MENTIONS = Table(
    "mentions",
    "V",
    "a text about us",
    columns=(
        Column(
            "occurred_at",
            Type.INSTANT,
            required=True,
            help="When it was said or written.",
            synonyms=words("date posted_at published_at created_at timestamp review_date call_date time"),
            example="2025-03-04",
        ),
        Column(
            "source",
            Type.TEXT,
            required=True,
            values=("sales_call", "social", "review"),
            help="Where it was said: sales_call, social or review.",
            synonyms=words("channel platform site network type medium"),
            example="review",
        ),
        Column(
            "customer_id",
            Type.ID,
            help="The account, where it is known.",
            synonyms=CUSTOMER,
            example="A-1001",
        ),
        Column(
            "text",
            Type.TEXT,
            required=True,
            help="What was said.",
            synonyms=words("body content message review review_text post comment transcript tweet quote mention"),
            example="Support answers within the hour.",
        ),
        Column(
            "sentiment",
            Type.NUMBER,
            help="The tone, from -1 (bad) to 1 (good), where it was judged already.",
            synonyms=words("sentiment_score polarity tone mood"),
            example="0.7",
        ),
    ),
    key=("occurred_at", "source", "text"),
    activity=("occurred_at",),
    synonyms=words("mention social reviews review social_media posts transcripts sales_calls tweets"),
)
