"""How the company grows: referrals, deals, leads."""

from __future__ import annotations

from cs_metrics.schema.model import Column, Table, Type
from cs_metrics.schema.tables.names import AMOUNT, CREATED, CUSTOMER, words

REFERRALS = Table(
    "referrals",
    "F",
    "one ask or one referral",
    columns=(
        Column(
            "referral_id",
            Type.ID,
            help="The referral's id.",
            synonyms=words("id referral_number referral ref_id"),
            example="F-11",
        ),
        Column(
            "referrer_customer_id",
            Type.ID,
            required=True,
            help="The customer who was asked, or who referred.",
            synonyms=words(
                "referrer_id referrer referrer_account referrer_account_id referred_by customer_id account_id "
                "referring_customer advocate_id"
            ),
            example="A-1001",
        ),
        Column(
            "referred_customer_id",
            Type.ID,
            help="The customer who came of it.",
            synonyms=words(
                "referred_id referred referred_account referee_id referee new_customer_id referred_account_id"
            ),
            example="A-1077",
        ),
        Column(
            "referred_lead_id",
            Type.ID,
            help="The lead who came of it.",
            synonyms=words("lead_id lead referred_lead prospect_id"),
            example="L-301",
        ),
        Column(
            "prompted_at",
            Type.INSTANT,
            help="When the customer was asked to refer.",
            synonyms=words("prompted asked_at asked_on prompt_date invited_at requested_at"),
            example="2025-02-01",
        ),
        Column(
            "interacted_at",
            Type.INSTANT,
            help="When the customer reacted to the ask.",
            synonyms=words("interacted clicked_at opened_at opened interaction_date"),
            example="2025-02-01",
        ),
        Column(
            "accepted_at",
            Type.INSTANT,
            help="When the customer agreed to refer.",
            synonyms=words("accepted accepted_on acceptance_date agreed_at joined_at"),
            example="2025-02-02",
        ),
        Column(
            "made_at",
            Type.INSTANT,
            help="When the referral was made.",
            synonyms=words("referred_at referral_date referred_on made_on made date created_at submitted_at"),
            example="2025-02-05",
        ),
        Column(
            "incentive_shown_at",
            Type.INSTANT,
            help="When the referred person saw an incentive.",
            synonyms=words("incentive_shown incentive_at offer_shown_at reward_shown_at"),
            example="2025-02-06",
        ),
        Column(
            "converted_at",
            Type.INSTANT,
            help="When the referred became a customer.",
            synonyms=words("converted conversion_date converted_on became_customer_at won_at closed_at"),
            example="2025-03-20",
        ),
        Column(
            "is_strategic",
            Type.BOOLEAN,
            help="Whether it matters strategically.",
            synonyms=words("strategic strategic_flag key_referral"),
            example="no",
        ),
        Column(
            "source",
            Type.TEXT,
            help="The programme or channel.",
            synonyms=words("channel program programme referral_source campaign"),
            example="partner programme",
        ),
    ),
    key=("referral_id",),
    activity=("prompted_at", "interacted_at", "accepted_at", "made_at", "converted_at"),
    synonyms=words("referral referral_program referral_programme advocates recommendations"),
)

OPPORTUNITIES = Table(
    "opportunities",
    "D",
    "a deal",
    columns=(
        Column(
            "opportunity_id",
            Type.ID,
            required=True,
            help="The deal's id.",
            synonyms=words("id deal_id opportunity deal opp_id quote_id deal_number"),
            example="D-901",
        ),
        Column("customer_id", Type.ID, help="The account.", synonyms=CUSTOMER, example="A-1001"),
        Column(
            "created_at",
            Type.INSTANT,
            required=True,
            help="When the deal was opened.",
            synonyms=(*CREATED, *words("engage_date engaged_at qualified_at")),
            example="2025-01-20",
        ),
        Column(
            "closed_at",
            Type.INSTANT,
            help="When it was won or lost; empty while it is open.",
            synonyms=words("close_date closed closed_on closed_date date_closed won_at won_date expected_close_date"),
            example="2025-03-31",
        ),
        Column(
            "amount",
            Type.MONEY,
            required=True,
            help="What the deal is worth.",
            synonyms=(*AMOUNT, *words("close_value deal_value deal_amount deal_size opportunity_amount tcv acv")),
            example="24000",
        ),
        Column(
            "status",
            Type.TEXT,
            required=True,
            values=("open", "won", "lost"),
            help="open, won or lost.",
            synonyms=words("deal_stage deal_status stage state opportunity_status outcome result is_won"),
            example="won",
        ),
        Column(
            "stage",
            Type.TEXT,
            help="The step of the sales process.",
            synonyms=words("deal_stage pipeline_stage sales_stage phase stage_name"),
            example="Proposal",
        ),
        Column(
            "kind",
            Type.TEXT,
            values=("new", "renewal", "upsell", "cross_sell"),
            help="New business, renewal, upsell or cross-sell.",
            synonyms=words("type deal_type opportunity_type deal_kind business_type"),
            example="upsell",
        ),
        Column(
            "source",
            Type.TEXT,
            help="Where the deal came from.",
            synonyms=words("lead_source deal_source channel origin"),
            example="referral",
        ),
        Column(
            "is_strategic_referral",
            Type.BOOLEAN,
            help="Whether it came of a strategic referral.",
            synonyms=words("strategic_referral strategic_referral_flag"),
            example="no",
        ),
        Column(
            "owner",
            Type.TEXT,
            help="Who sells.",
            synonyms=words(
                "sales_agent sales_rep owner_name deal_owner salesperson account_executive rep agent seller"
            ),
            example="Kim Berg",
        ),
    ),
    key=("opportunity_id",),
    activity=("created_at", "closed_at"),
    synonyms=words("opportunity deals deal pipeline sales_pipeline crm_deals opps crm_opportunities"),
)

LEADS = Table(
    "leads",
    "L",
    "a lead or a trial",
    columns=(
        Column(
            "lead_id",
            Type.ID,
            required=True,
            help="The lead's id.",
            synonyms=words("id lead prospect_id trial_id lead_number"),
            example="L-301",
        ),
        Column(
            "customer_id",
            Type.ID,
            help="The account that the lead became.",
            synonyms=(*CUSTOMER, "converted_account_id"),
            example="A-1001",
        ),
        Column(
            "created_at",
            Type.INSTANT,
            required=True,
            help="When the lead came in.",
            synonyms=(*CREATED, *words("lead_date lead_created signup_date received_at inquiry_date")),
            example="2025-01-05 08:40",
        ),
        Column(
            "first_contact_at",
            Type.INSTANT,
            help="When the team first got in touch.",
            synonyms=words("first_contact first_contacted_at contacted_at first_call_at first_touch_at contacted_on"),
            example="2025-01-05 10:05",
        ),
        Column(
            "trial_started_at",
            Type.INSTANT,
            help="When a trial began.",
            synonyms=words("trial_start trial_start_date trial_started trial_date trial_began_at"),
            example="2025-01-06",
        ),
        Column(
            "converted_at",
            Type.INSTANT,
            help="When the lead became a paying customer.",
            synonyms=words("converted conversion_date converted_on converted_date won_at became_customer_at"),
            example="2025-02-01",
        ),
        Column(
            "is_pql",
            Type.BOOLEAN,
            help="Whether use of the product qualified the lead.",
            synonyms=words("pql product_qualified pql_flag product_qualified_lead"),
            example="yes",
        ),
        Column(
            "source",
            Type.TEXT,
            help="Where the lead came from.",
            synonyms=words("lead_source channel utm_source campaign acquisition_channel origin"),
            example="webinar",
        ),
        Column(
            "owner",
            Type.TEXT,
            help="Who follows up.",
            synonyms=words("lead_owner sales_rep sdr assigned_to owner_name rep"),
            example="Kim Berg",
        ),
    ),
    key=("lead_id",),
    activity=("created_at", "first_contact_at", "trial_started_at", "converted_at"),
    synonyms=words("lead prospects prospect trials trial signups mqls inquiries"),
)
