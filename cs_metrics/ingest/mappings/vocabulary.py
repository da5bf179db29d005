"""Words that people use for the values of a closed column, and for units, tenures and flags."""

from __future__ import annotations

from cs_metrics.ingest.mappings.names import key
from cs_metrics.schema.tables.names import words as _words

_BILLING = {
    "month": "month monthly months mo m per_month 1_month every_month month_to_month monat monatlich mensual mensuel",
    "quarter": "quarter quarterly quarters q per_quarter 3_months every_3_months",
    "half_year": "half_year half_yearly semi_annual semiannual semi_annually biannual 6_months every_6_months",
    "year": "year yearly annual annually years y yr per_year 12_months 1_year one_year annum jährlich anual annuel",
    "week": "week weekly weeks per_week",
    "day": "day daily days per_day",
    "one_off": "one_off one_time onetime once single lifetime setup one_time_fee",
}
_DEAL = {
    "won": "won closed_won win success successful signed accepted closedwon gewonnen true yes 1",
    "lost": "lost closed_lost lose failed rejected abandoned dead disqualified closedlost verloren no_decision "
    "cancelled",
    "open": "open engaging prospecting prospect qualification qualified proposal negotiation discovery demo new "
    "pipeline in_progress active pending contacted evaluation contract_sent presentation needs_analysis "
    "value_proposition "
    "id_decision_makers perception_analysis proposal_price_quote negotiation_review offen",
}
_DEAL_KIND = {
    "new": "new new_business new_customer new_logo acquisition new_deal newbusiness",
    "renewal": "renewal renew existing_business_renewal renewals",
    "upsell": "upsell upgrade expansion existing_business up_sell",
    "cross_sell": "cross_sell crosssell add_on addon",
}
_ORDER_KIND = {
    "new": "new first first_order initial",
    "repeat": "repeat returning reorder recurring existing",
    "upsell": "upsell upgrade up_sell",
    "cross_sell": "cross_sell crosssell add_on addon",
    "refund": "refund return returned cancellation cancelled credit credit_note chargeback",
}
_SURVEY = {
    "nps": "nps net_promoter net_promoter_score recommend relationship",
    "csat": "csat satisfaction customer_satisfaction post_ticket support transactional",
    "ces": "ces effort customer_effort customer_effort_score",
    "onboarding": "onboarding onboarding_survey post_onboarding kickoff",
    "post_activation": "post_activation activation",
}
_RESPONDENT = {
    "customer": "customer client user kunde end_user account",
    "employee": "employee staff internal enps colleague",
    "prospect": "prospect lead trial visitor",
}
_DIRECTION = {
    "ours": "ours outbound us internal company csm vendor out sent",
    "theirs": "theirs inbound customer client them in received",
}
_COST = {
    "acquisition": "acquisition marketing sales advertising ads ad_spend paid_media sales_and_marketing events seo",
    "retention": "retention customer_success success cs loyalty account_management",
    "support": "support helpdesk customer_support service customer_service help_desk",
    "churn": "churn offboarding win_back winback",
}
_MENTION = {
    "sales_call": "sales_call call sales calls gong transcript demo_call",
    "social": "social twitter x linkedin facebook reddit instagram social_media post tweet",
    "review": "review g2 capterra trustpilot app_store google_reviews trustradius reviews",
}
_CLOSED = {
    ("subscriptions", "billing_period"): _BILLING,
    ("opportunities", "status"): _DEAL,
    ("opportunities", "kind"): _DEAL_KIND,
    ("orders", "kind"): _ORDER_KIND,
    ("survey_responses", "survey"): _SURVEY,
    ("survey_responses", "respondent_type"): _RESPONDENT,
    ("touchpoints", "direction"): _DIRECTION,
    ("costs", "kind"): _COST,
    ("mentions", "source"): _MENTION,
}
_BY_WORD = {
    place: {key(word): value for value, words in meaning.items() for word in words.split()}
    for place, meaning in _CLOSED.items()
}
_UNITS = {
    "milliseconds": {"ms", "millis", "milliseconds", "msec"},
    "seconds": {"s", "sec", "secs", "second", "seconds"},
    "minutes": {"min", "mins", "minute", "minutes"},
    "hours": {"h", "hr", "hrs", "hour", "hours"},
    "days": {"d", "day", "days"},
}
_TENURES = _words(
    "tenure tenure_months tenure_in_months months_tenure tenure_month months_active customer_tenure lifetime_months "
    "months_as_customer months_since_signup months_with_company account_age_months age_in_months months"
)
_GONE = _words(
    "yes y true t 1 churned churn left cancelled canceled cancelled_account inactive exited lost closed gone "
    "terminated attrited expired ja oui si"
)
_FLAGS = _words(
    "churn churned churn_flag churn_label churn_value is_churned churn_status exited attrition attrition_flag "
    "customer_status account_status status cancelled left has_churned"
)


def meaning(table: str, column: str, word: str) -> str | None:
    """Return what a word of a file means in a closed column of the model, or None where nobody knows."""
    return _BY_WORD.get((table, column), {}).get(key(word))


def unit_in(name: str) -> str | None:
    """Return the unit of time that stands in a column's name: 'first_response_time_minutes' is in minutes."""
    words = key(name).split("_")
    return next((unit for word in reversed(words) for unit, known in _UNITS.items() if word in known), None)


def is_tenure(name: str) -> bool:
    """Whether a column of that name counts months with the company."""
    flat = {t.replace("_", "") for t in _TENURES}
    return key(name).replace("_", "") in flat


def flag_rank(name: str) -> int | None:
    """Return how plainly a column's name says that it tells who left (0 is best), or None where it does not."""
    flat = [f.replace("_", "") for f in _FLAGS]
    word = key(name).replace("_", "")
    return flat.index(word) if word in flat else None


def says_gone(word: str) -> bool:
    """Whether a flag's word means that the customer left."""
    return key(word) in _GONE
