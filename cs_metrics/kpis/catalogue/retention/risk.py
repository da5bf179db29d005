"""Who is about to leave? The risk of churn, estimated."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_VALUE, PREVENTION, RETENTION
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, Measure, count
from cs_metrics.kpis.relations.chances import AT_RISK
from cs_metrics.kpis.relations.names import NEEDS_LOSSES

CHURN_RISK_SCORE = KPI(
    id="churn_risk_score",
    name="Churn Risk Score",
    category=RETENTION,
    kind=Kind.SNAPSHOT,
    unit="score",
    better="lower",
    area=PREVENTION,
    stage=AT_VALUE,
    leading=True,
    cadence="weekly",
    forms=(
        Form(
            over=AT_RISK,
            needs=(
                NEEDS_LOSSES,
                "events.occurred_at|tickets.created_at|survey_responses.score|touchpoints.occurred_at|invoices.due_on",
            ),
            numerator=Measure("coalesce(sum(risk), 0)", "risk"),
            denominator=count("risk IS NOT NULL"),
            n="count(*)",
            each="risk",
            interval=Interval.MEAN,
            bounds=(0.0, 100.0),
            base="active accounts",
            reason="withheld_churn_risk_score",
            words="{numerator:point} / {denominator:account}: {expected:account} are expected to leave or to pay less "
            "within {horizon_days} days",
            beside=(
                Beside("expected", "sum(risk) / 100", "count"),
                Beside("mrr_at_risk", "sum(risk / 100 * mrr)", "money"),
                Beside("above_30", "avg(CASE WHEN risk >= 30 THEN 1.0 WHEN risk IS NOT NULL THEN 0 END)", "share"),
            ),
            note="A model fitted once on this workspace's past; earlier months show what it says of them today.",
        ),
    ),
    doc=Doc(
        definition="The estimated chance, from 0 to 100, that an active account cancels or downgrades within "
        "the horizon (90 days unless its setting says otherwise); the value is the mean over the active accounts, so "
        "it reads as the percentage expected to.",
        formula="sum over active accounts of 100 / (1 + exp(-(intercept + sum of coefficient x standardised signal))) "
        "/ active accounts",
        insight="Whom to call first, and how much recurring revenue stands behind it: the chances summed are the "
        "accounts expected to go.",
        measured="A logistic regression of what became of accounts on what was seen of them at month's ends (use, "
        "tickets, answers, contacts, payment, renewals due), fitted at publish on the earlier 70 % of the history and "
        "judged on the rest, which it did not see: ROC AUC, Brier score against the base rate's, calibration. Where "
        "it is no better, or fewer than 20 accounts left to learn from, nothing is shown but the reason.",
        trends="It rises before renewal waves and after support backlogs, and drops once those at risk have gone, "
        "which is no improvement. Expect it to move by a point or two in a month.",
        questions=(
            "Which accounts rose most since last week, and through which signal?",
            "How much MRR stands behind the ten highest?",
            "Is the calibration still good, or do more leave than expected?",
            "Did those that we called stay?",
        ),
        improve=(
            "Call the accounts above 30 with a renewal in the horizon before all others.",
            "Give each driver an owner: silence to CSMs, unanswered tickets to support.",
            "Record why accounts left, so that the next model learns from it.",
            "Load the tables it lacks; each signal more is a chance to see it sooner.",
        ),
        show="A list by risk times MRR with the strongest signals beside each; the calibration as observed against "
        "predicted with the diagonal.",
        risks="A chance is no verdict: of ten accounts at 40, six stay. Months it was fitted on look better predicted "
        "than new ones will be, and drivers are associations; raising logins by mail changes nothing. Acting on it "
        "changes what it learns from next.",
        sources="Billing or MRR history for the outcome (Stripe, Chargebee, a finance sheet), and every feed that "
        "health has: product events, help desk, surveys, CRM activities, invoices.",
        connects="It orders the save queue of CSMs each week, enters finance's forecast as expected loss, and tells "
        "renewals where to come early.",
        effects={
            "customer_churn_rate": "should come out near it a quarter later",
            "gross_revenue_retention": "falls by the MRR that stands behind the risk",
            "customer_health_score": "is its opposite by opinion: where the two disagree, look closer",
            "customer_downgrade_rate": "is the milder half of what it foresees",
        },
    ),
)

KPIS = (CHURN_RISK_SCORE,)
