"""Scorecards: the KPIs that matter, in groups and in order; those that come with the app, and what makes a poor one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from cs_metrics.kpis.catalogue import places
from cs_metrics.kpis.model import KPI

MOST = 12
"""More KPIs than that, and none of them is watched."""


@dataclass(frozen=True)
class Scorecard:
    """A scorecard. `groups`: the ids of its KPIs, in order, under their headings ('' for none)."""

    id: str
    name: str
    groups: Mapping[str, tuple[str, ...]]

    @property
    def kpis(self) -> list[str]:
        return [kpi for ids in self.groups.values() for kpi in ids]

    def among(self, known: Collection[str]) -> Scorecard:
        """Return the scorecard with those of its KPIs that there are."""
        return replace(self, groups={h: tuple(k for k in ids if k in known) for h, ids in self.groups.items()})


_AREAS = {
    places.PREVENTION: (
        "customer_retention_rate", "net_revenue_churn_rate", "customer_churn_rate", "churn_risk_score",
        "customer_downgrade_rate",
    ),
    places.HEALTH: (
        "customer_health_score", "customer_engagement_score", "onboarding_completion_rate", "activation_rate",
        "feature_adoption_rate_ongoing",
    ),
    places.GROWTH: (
        "expansion_revenue_growth_rate", "expansion_opportunity_score", "activation_to_expansion_rate",
        "expansion_revenue_rate", "expansion_activation_rate",
    ),
    places.REFERRALS: (
        "net_promoter_score", "referral_program_participation_rate", "referral_conversion_rate",
        "referral_driven_expansion_revenue", "referral_opportunity_pipeline_contribution_rate",
    ),
    places.EFFICIENCY: (
        "average_resolution_time", "cost_per_ticket", "check_in_impact_score", "first_contact_resolution_rate",
        "customer_satisfaction_score",
    ),
}  # fmt: skip
_STAGES = {
    places.AT_ONBOARDING: (
        "onboarding_completion_rate", "time_to_first_value", "activation_rate", "onboarding_satisfaction_score",
        "time_to_first_key_action", "drop_off_rate",
    ),
    places.AT_ADOPTION: (
        "customer_engagement_score", "feature_adoption_rate_ongoing", "monthly_active_users", "stickiness",
        "breadth_of_use", "customer_health_score", "retained_feature_users_share",
    ),
    places.AT_VALUE: (
        "net_revenue_retention", "expansion_revenue_growth_rate", "gross_revenue_retention", "renewal_rate",
        "value_attainment", "churn_risk_score", "expansion_opportunity_score",
    ),
    places.AT_ADVOCACY: (
        "referral_program_participation_rate", "net_promoter_score", "advocacy_actions", "referral_conversion_rate",
        "referral_readiness_score", "warm_introduction_offer_rate",
    ),
}  # fmt: skip
_CADENCES = {
    "weekly": (
        "Weekly, for the team",
        ("churn_risk_score", "expansion_opportunity_score", "customer_satisfaction_score", "customer_health_score",
         "first_response_time", "weekly_active_users", "support_tickets", "time_to_first_contact"),
    ),
    "monthly": (
        "Monthly, for leadership",
        ("customer_cohort_retention_rate", "net_revenue_retention", "gross_revenue_retention",
         "expansion_revenue_growth_rate", "mrr", "customer_churn_rate", "onboarding_completion_rate",
         "customer_health_score", "net_promoter_score", "renewal_rate"),
    ),
    "quarterly": (
        "Quarterly, for executives",
        ("customer_retention_rate", "customer_downgrade_rate", "check_in_impact_score", "qbr_engagement_rate",
         "referral_intent_in_qbrs", "net_revenue_retention", "clv_to_cac_ratio", "customer_health_score",
         "cost_to_serve"),
    ),
}  # fmt: skip

OVERVIEW = Scorecard("areas", "The five focus areas", _AREAS)
READY: tuple[Scorecard, ...] = (
    OVERVIEW,
    *(Scorecard(f"area_{i}", area, {"": ids}) for i, (area, ids) in enumerate(_AREAS.items(), start=1)),
    Scorecard("stages", "The four journey stages", {s[0].upper() + s[1:]: ids for s, ids in _STAGES.items()}),
    *(Scorecard(f"stage_{s.split()[0]}", f"Stage: {s}", {"": ids}) for s, ids in _STAGES.items()),
    *(Scorecard(cadence, name, {"": ids}) for cadence, (name, ids) in _CADENCES.items()),
)
"""The scorecards that come with the app; the first is what the Overview shows when none was chosen."""


def warnings(ids: Sequence[str], known: Iterable[KPI]) -> list[str]:
    """Return what is wrong with a choice of KPIs, in sentences; empty for a good one."""
    kpis = {kpi.id: kpi for kpi in known}
    chosen = [kpis[i] for i in ids if i in kpis]
    said = []
    if len(chosen) > MOST:
        said.append(f"These are {len(chosen)} KPIs: beyond {MOST} a team watches none of them. Keep those you act on.")
    if chosen and not any(kpi.leading for kpi in chosen):
        said.append("All of these are lagging: they tell what has happened. Add a leading one, which moves before.")
    return said
