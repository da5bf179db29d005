"""Every KPI of the table below once more, in plain pandas, written from the contract alone (see README.md here)."""

from __future__ import annotations

from . import (
    adoption,
    advocacy,
    engagement,
    expansion,
    feedback,
    financial,
    leads,
    retention,
    sessions,
    support,
    touchpoints,
)
from .answer import Answer
from .data import Data

ORACLES = {
    function.__name__: function
    for function in (
        retention.customer_retention_rate,
        retention.customer_churn_rate,
        retention.gross_revenue_retention,
        retention.net_revenue_retention,
        retention.repeat_purchase_rate,
        retention.average_purchase_frequency,
        retention.exit_reason_frequency,
        financial.mrr,
        financial.average_revenue_per_account,
        financial.customer_lifetime_value,
        expansion.expansion_revenue,
        engagement.monthly_active_users,
        engagement.stickiness,
        engagement.daily_active_users,
        engagement.weekly_active_users,
        engagement.product_usage,
        engagement.multi_role_engagement_share,
        engagement.activated_to_follow_up_engagement_rate,
        engagement.community_growth_rate,
        sessions.average_session_duration,
        sessions.average_time_on_platform,
        sessions.time_between_logins,
        touchpoints.qbr_engagement_rate,
        touchpoints.check_in_impact_score,
        support.customer_satisfaction_score,
        support.customer_effort_score,
        support.survey_response_rate,
        support.first_response_time,
        support.average_resolution_time,
        support.first_contact_resolution_rate,
        support.cost_per_ticket,
        support.resolution_rate,
        support.support_tickets,
        feedback.qualitative_customer_feedback,
        feedback.sentiment,
        leads.lead_response_time,
        leads.lead_response_time_post_onboarding,
        leads.time_to_first_contact,
        adoption.feature_adoption_rate,
        adoption.time_to_first_value,
        adoption.onboarding_completion_rate,
        advocacy.net_promoter_score,
        advocacy.referral_conversion_rate,
        advocacy.referral_program_participation_rate,
    )
}

__all__ = ["ORACLES", "Answer", "Data"]
