"""Do our meetings take place, and does it show?"""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_VALUE, EFFICIENCY, ENGAGEMENT, HEALTH
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, Measure, Relation, count
from cs_metrics.kpis.relations.contacts import CHECKED_IN, CHECKED_IN_USED, INVITED
from cs_metrics.kpis.relations.names import NEEDS_LEAVING, NEEDS_LIFE, NEEDS_MONEY

QBR_ENGAGEMENT_RATE = KPI(
    id="qbr_engagement_rate",
    name="QBR Engagement Rate",
    also=("business review attendance", "QBR attendance rate", "executive business review"),
    category=ENGAGEMENT,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=HEALTH,
    stage=AT_VALUE,
    cadence="quarterly",
    forms=(
        Form(
            over=INVITED,
            needs=("touchpoints.kind", "touchpoints.occurred_at", "touchpoints.attended"),
            numerator=count("attended"),
            denominator=count(),
            interval=Interval.WILSON,
            base="accounts with a business review",
            words="{numerator:account} that attended / {denominator:account} with a business review in the period, "
            "{reviews:review} in all",
            beside=(Beside("reviews", "sum(reviews)", "count"),),
        ),
    ),
    doc=Doc(
        definition="Of the accounts with a business review due or called for in the period, the share that attended at "
        "least one.",
        formula="accounts that attended a business review in the period / accounts with one dated in the period",
        insight="Whether the customer's decision makers still give us an hour. A declined review is often the first "
        "public sign of a renewal in doubt.",
        measured="Touchpoints of kind qbr dated in the period, one account once however many it had; attended unless "
        "the row says no. A 'review' on a public site is another kind and is not in it; future dates wait until they "
        "pass.",
        trends="Reviews bunch at the ends of quarters, so months swing on few accounts: read quarters. A fall over two "
        "quarters says that the meeting has become a slide show.",
        questions=(
            "Who stayed away: the sponsor, the whole account, or one region?",
            "Did we move the date, or did they?",
            "Which of those absent renew within two quarters?",
            "Was there an agenda with a decision in it?",
        ),
        improve=(
            "Send the customer's own numbers a week ahead, and ask which one decision they want from the meeting.",
            "Offer small accounts a recorded or one-to-many review instead of a meeting they skip.",
            "Have our executive invite theirs when a review was missed twice.",
        ),
        show="Bars by quarter with the number of accounts on each, split by segment; a list of absent accounts by "
        "renewal date.",
        risks="Only accounts that were invited are in the base, so a team that invites just its friends reaches 100 %. "
        "A review that nobody marked afterwards counts as attended.",
        sources="Calendar and meeting notes in Gainsight, Planhat, Vitally, HubSpot or Salesforce activities, with "
        "kind, date and an attended mark.",
        connects="Renewal forecasting, executive sponsorship, and roadmap input that is gathered in these reviews.",
        effects={
            "referral_intent_in_qbrs": "has more reviews to count when more take place",
            "relationship_depth_score": "rises where senior contacts attend",
            "renewal_rate": "tends to follow two or three quarters later",
        },
    ),
)

_GROUP = "CASE WHEN active_start THEN CASE WHEN check_ins > 0 THEN 1 ELSE 0 END END"
_BASE = "count(*) FILTER (WHERE active_start)"


def _impact(chosen: str, over: Relation, good: str, needs: tuple[str, ...], words: str) -> Form:
    """Return the form for one outcome: `good` says whether a customer had it, `words` what those did."""
    outcome = f"CASE WHEN active_start THEN CASE WHEN {good} THEN 1 ELSE 0 END END"
    with_one, without = (f"avg(CASE WHEN ({_GROUP}) = {g} THEN CAST({outcome} AS DOUBLE) END)" for g in (1, 0))
    difference = f"100 * ({with_one} - {without})"
    # a customer's own part in the difference of the two shares
    own = (
        f"CASE WHEN ({outcome}) = 1 AND with_one > 0 AND without_one > 0 THEN CASE WHEN check_ins > 0 "
        "THEN CAST(100 AS DOUBLE) / nullif(with_one, 0) ELSE CAST(-100 AS DOUBLE) / nullif(without_one, 0) END END"
    )
    r = f"corr(CAST({outcome} AS DOUBLE), CAST({_GROUP} AS DOUBLE))"
    return Form(
        when=("settings.check_in_outcome", chosen),
        over=over,
        needs=(*needs, "touchpoints.kind", "touchpoints.occurred_at"),
        value=difference,
        numerator=Measure(f"coalesce({difference}, 0)", own),
        n=_BASE,
        interval=Interval.DIFFERENCE,
        each=outcome,
        weight=_GROUP,
        base="customers active at the start",
        empty="All of the customers had a check-in, or none: there is nothing to compare.",
        words=f"{{value}} points: {{outcome_with:share}} of {{with_check_in:customer}} with a check-in {words} − "
        "{outcome_without:share} of {without_check_in:customer} without; correlation {correlation} "
        "({correlation_low} to {correlation_high})",
        beside=(
            Beside("outcome_with", with_one, "share"),
            Beside("outcome_without", without, "share"),
            Beside("with_check_in", f"count(*) FILTER (WHERE ({_GROUP}) = 1)", "count"),
            Beside("without_check_in", f"count(*) FILTER (WHERE ({_GROUP}) = 0)", "count"),
            Beside("correlation", f"CASE WHEN abs({r}) <= 1 THEN {r} END"),
            Beside("correlation_low", _fisher(r, "-")),
            Beside("correlation_high", _fisher(r, "+")),
        ),
        note="An association, not a cause: accounts that have check-ins differ in other ways too.",
    )


def _fisher(r: str, sign: str) -> str:
    """An end of a correlation's interval. Fisher (1921), Metron 1: 3-32: atanh r is normal, variance 1 / (n - 3)."""
    twice = f"(ln((1 + {r}) / nullif(1 - {r}, 0)) {sign} 2 * 1.959964 / sqrt(nullif({_BASE} - 3, 0)))"
    return f"CASE WHEN abs({r}) < 1 AND {_BASE} > 3 THEN (exp({twice}) - 1) / nullif(exp({twice}) + 1, 0) END"


CHECK_IN_IMPACT_SCORE = KPI(
    id="check_in_impact_score",
    name="Check-In Impact Score",
    also=("check-in impact", "effect of check-ins"),
    category=ENGAGEMENT,
    kind=Kind.FLOW,
    unit="score",
    better="higher",
    area=EFFICIENCY,
    stage=AT_VALUE,
    cadence="quarterly",
    forms=(
        _impact("retention", CHECKED_IN, "active_end", (NEEDS_LEAVING,), "stayed"),
        _impact("expansion", CHECKED_IN, "mrr_start > 0 AND mrr_end - mrr_start >= 0.005", (NEEDS_MONEY,), "pay more"),
        _impact("usage", CHECKED_IN_USED, "use_days > 0", (NEEDS_LIFE, "events.occurred_at"), "used the product"),
    ),
    doc=Doc(
        definition="How much better accounts with a check-in in the 90 days before the period fared in it than "
        "accounts without, in percentage points of retention (or of expansion or use, as chosen); with the "
        "correlation beside it.",
        formula="100 x (share with the outcome among customers active at the start with a check-in in the lookback - "
        "the same share among those without)",
        insight="Whether the hours that CSMs spend on check-ins go with better outcomes at all. A difference near zero "
        "over several quarters is reason to change whom or how we call.",
        measured="Check-ins are touchpoints of kind check_in, held, in the lookback_days before the period. The "
        "outcome (check_in_outcome) is being active at the end, a higher MRR at the end than at the start, or any "
        "use in the period. Interval: Newcombe's for two shares; that of the correlation: Fisher's.",
        trends="It swings with whom the team chose to call: a quarter of rescue calls turns it negative without "
        "anybody having done worse.",
        questions=(
            "Were check-ins given to accounts at risk, or to the friendly ones?",
            "Does the difference hold within one segment and one health class?",
            "Is the interval wider than the difference?",
            "What happened in the check-ins of the accounts that stayed or grew?",
        ),
        improve=(
            "Assign check-ins by lot among similar accounts for a quarter: only that tells cause from choice.",
            "Give each check-in a purpose written down beforehand, and drop those without one.",
            "Move calls from accounts that stay anyway to the middle of the health scale.",
        ),
        show="A dot with its interval per quarter and segment, a line at zero; the two shares as a pair beside it.",
        risks="It cannot tell whether calls help or whether those called were different from the start. With nine in "
        "ten accounts called, the few others decide the result.",
        sources="Check-ins logged in the CRM or the customer success tool (Gainsight timeline, HubSpot meetings), and "
        "subscriptions, or events when use is the outcome.",
        connects="Capacity planning of the CSM team, the design of touch models by segment, and the quarterly report "
        "to executives on what customer success returns.",
        effects={
            "customer_retention_rate": "would rise with more check-ins only if the association is a cause",
            "customer_retention_cost": "can be cut where check-ins make no difference",
            "our_team_engagement": "loses meaning as a target where this stays near zero",
        },
    ),
)

KPIS = (QBR_ENGAGEMENT_RATE, CHECK_IN_IMPACT_SCORE)
