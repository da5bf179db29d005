"""Who the customers are: accounts, the people at them, and the members of a community."""

from __future__ import annotations

from cs_metrics.schema.model import Column, Table, Type
from cs_metrics.schema.tables.names import CREATED, CURRENCY, CUSTOMER, USER, words

CUSTOMERS = Table(
    "customers",
    "C",
    "an account",
    columns=(
        Column(
            "customer_id",
            Type.ID,
            required=True,
            help="The account's id: the same in every file. A unique name serves where there is no id.",
            synonyms=(*CUSTOMER, "id", "uuid"),
            example="A-1001",
        ),
        Column(
            "parent_customer_id",
            Type.ID,
            help="The id of the account that this one belongs to.",
            synonyms=words("parent_account_id parent_id parent parent_account parent_company subsidiary_of group_id"),
            example="A-1000",
        ),
        Column(
            "name",
            Type.TEXT,
            help="The account's name, as people know it.",
            synonyms=words("account_name customer_name company_name company client_name organization_name full_name"),
            example="Northwind Traders",
        ),
        Column(
            "signed_up_on",
            Type.DATE,
            help="The day on which the account became a customer.",
            synonyms=words(
                "signup_date sign_up_date signed_up since customer_since start_date join_date joined joined_on created "
                "created_at created_on date_joined registration_date registered_at onboarded_on contract_start "
                "first_purchase_date acquisition_date client_since member_since activation_date"
            ),
            example="2024-03-15",
        ),
        Column(
            "churned_on",
            Type.DATE,
            help="The first day on which the account was no longer a customer; empty while it is one.",
            synonyms=words(
                "churn_date churned_at churned date_churned cancel_date cancelled_on canceled_at cancellation_date "
                "end_date left_on leave_date exit_date closed_on lost_on termination_date churn churn_flag is_churned "
                "churn_label churn_value exited attrition customer_status"
            ),
            example="2025-06-30",
        ),
        Column(
            "churn_reason",
            Type.TEXT,
            help="Why the account left.",
            synonyms=words("reason_for_churn cancel_reason cancellation_reason exit_reason leaving_reason reason_code"),
            example="Too expensive",
        ),
        Column(
            "segment",
            Type.TEXT,
            help="The team's own grouping, such as Enterprise, Mid-market, SMB.",
            synonyms=words(
                "customer_segment account_segment tier customer_tier account_tier customer_type account_type"
            ),
            example="Mid-market",
        ),
        Column(
            "plan",
            Type.TEXT,
            help="The plan or edition the account is on now.",
            synonyms=words("plan_name plan_tier subscription_plan pricing_plan package edition subscription_tier"),
            example="Pro",
        ),
        Column(
            "industry",
            Type.TEXT,
            help="The account's line of business.",
            synonyms=words("sector vertical branch industry_name market_segment"),
            example="Logistics",
        ),
        Column(
            "region",
            Type.TEXT,
            help="The sales region or market.",
            synonyms=words("sales_region territory geo geography market area state province"),
            example="EMEA",
        ),
        Column(
            "country",
            Type.TEXT,
            help="The account's country, by name or code.",
            synonyms=words("country_code country_name nation billing_country address_country location office_location"),
            example="Germany",
        ),
        Column(
            "company_size",
            Type.TEXT,
            help="How large the account is: a band, or the number of employees.",
            synonyms=words("employees employee_count number_of_employees headcount size company_employees size_band"),
            example="51-200",
        ),
        Column(
            "csm",
            Type.TEXT,
            help="The customer success manager in charge.",
            synonyms=words(
                "customer_success_manager csm_name account_manager account_owner owner success_manager am manager"
            ),
            example="Dana Silva",
        ),
        Column(
            "acquisition_channel",
            Type.TEXT,
            help="How the account found its way to the company.",
            synonyms=words(
                "channel source lead_source referral_source utm_source acquisition_source marketing_channel "
                "signup_source how_did_you_hear"
            ),
            example="partner",
        ),
        Column(
            "referred_by",
            Type.ID,
            help="The id of the customer who referred this one.",
            synonyms=words("referrer referrer_id referred_by_id referrer_customer_id referring_customer referral_id"),
            example="A-1000",
        ),
        Column(
            "currency",
            Type.TEXT,
            help="The currency in which the account pays (ISO code).",
            synonyms=CURRENCY,
            example="EUR",
        ),
    ),
    key=("customer_id",),
    synonyms=words(
        "customer accounts account clients client companies company organizations organization orgs crm churn"
    ),
)

USERS = Table(
    "users",
    "U",
    "a person at an account",
    columns=(
        Column(
            "user_id",
            Type.ID,
            required=True,
            help="The person's id, as the product's events use it.",
            synonyms=(*USER, "id"),
            example="U-501",
        ),
        Column(
            "customer_id",
            Type.ID,
            required=True,
            help="The account to which the person belongs.",
            synonyms=CUSTOMER,
            example="A-1001",
        ),
        Column(
            "role",
            Type.TEXT,
            help="What the person does: admin, buyer, end user.",
            synonyms=words("user_role job_role function job_title title position department persona user_type"),
            example="Admin",
        ),
        Column(
            "seniority",
            Type.TEXT,
            help="The person's level: executive, manager, specialist.",
            synonyms=words("level job_level seniority_level rank grade"),
            example="Manager",
        ),
        Column(
            "created_at",
            Type.INSTANT,
            help="When the person's login was made.",
            synonyms=(*CREATED, *words("signup_date signed_up_at sign_up_date registered_at joined_at invited_at")),
            example="2024-03-16 09:12",
        ),
        Column(
            "activated_at",
            Type.INSTANT,
            help="When the person first got what the product is for.",
            synonyms=words("activated activation_date activated_on first_active_at activation_time"),
            example="2024-03-18 14:03",
        ),
        Column(
            "email",
            Type.TEXT,
            help="The person's e-mail address.",
            synonyms=words("email_address e_mail mail user_email contact_email"),
            example="dana@northwind.example",
        ),
    ),
    key=("user_id",),
    synonyms=words("user people contacts contact persons members seats licences"),
)

COMMUNITY_MEMBERS = Table(
    "community_members",
    "Y",
    "a member",
    columns=(
        Column(
            "member_id",
            Type.ID,
            required=True,
            help="The member's id in the community.",
            synonyms=words("id user_id user member community_id profile_id community_member_id username"),
            example="M-77",
        ),
        Column(
            "joined_at",
            Type.INSTANT,
            required=True,
            help="When the member joined.",
            synonyms=words("joined joined_on join_date date_joined member_since created_at signup_date registered_at"),
            example="2024-05-02",
        ),
        Column(
            "left_at",
            Type.INSTANT,
            help="When the member left; empty while a member.",
            synonyms=words("left left_on leave_date date_left removed_at deactivated_at banned_at"),
            example="2025-01-31",
        ),
        Column(
            "customer_id",
            Type.ID,
            help="The account to which the member belongs, where it is known.",
            synonyms=CUSTOMER,
            example="A-1001",
        ),
    ),
    key=("member_id",),
    activity=("joined_at", "left_at"),
    synonyms=words("community members member community_users forum_members"),
)
