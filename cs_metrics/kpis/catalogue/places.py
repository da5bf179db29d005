"""Where KPIs belong: their category, focus area, journey stage, and how often whom they are for."""

RETENTION, FINANCIAL, EXPANSION, ENGAGEMENT = "Retention", "Financial", "Expansion", "Engagement"
SUPPORT, ADOPTION, ADVOCACY = "Support and feedback", "Adoption", "Advocacy"
CATEGORIES = (RETENTION, FINANCIAL, EXPANSION, ENGAGEMENT, SUPPORT, ADOPTION, ADVOCACY)

PREVENTION = "Customer Retention and Churn Prevention"
HEALTH = "Customer Health and Engagement"
GROWTH = "Expansion and Growth"
REFERRALS = "Advocacy and Referrals"
EFFICIENCY = "Operational Efficiency"
AREAS = (PREVENTION, HEALTH, GROWTH, REFERRALS, EFFICIENCY)

AT_ONBOARDING, AT_ADOPTION, AT_VALUE, AT_ADVOCACY = "onboarding", "adoption", "value realisation", "advocacy"
STAGES = (AT_ONBOARDING, AT_ADOPTION, AT_VALUE, AT_ADVOCACY)
