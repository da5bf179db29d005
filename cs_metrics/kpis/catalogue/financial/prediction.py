"""What will become of the pipeline? The chance that open deals are won."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_VALUE, FINANCIAL, GROWTH
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, Measure, count
from cs_metrics.kpis.relations.chances import OPEN_DEALS

WIN_PREDICTION = KPI(
    id="win_prediction",
    name="Win Prediction",
    category=FINANCIAL,
    kind=Kind.SNAPSHOT,
    unit="share",
    better="higher",
    area=GROWTH,
    stage=AT_VALUE,
    leading=True,
    cadence="weekly",
    forms=(
        Form(
            over=OPEN_DEALS,
            needs=(
                "opportunities.created_at",
                "opportunities.closed_at",
                "opportunities.status",
                "opportunities.amount",
            ),
            numerator=Measure("coalesce(sum(chance), 0)", "chance"),
            denominator=count("chance IS NOT NULL"),
            n="count(*)",
            each="chance",
            interval=Interval.MEAN,
            bounds=(0.0, 1.0),
            base="open deals",
            reason="withheld_win_prediction",
            words="{numerator:win} expected / {denominator:open deal}; {expected:money} of {pipeline:money} in the "
            "pipeline",
            beside=(
                Beside("expected", "sum(chance * CAST(amount AS DOUBLE))", "money"),
                Beside("pipeline", "CAST(sum(amount) AS DOUBLE)", "money"),
            ),
            note="A model fitted once on this workspace's closed deals; earlier months show what it says of them "
            "today.",
        ),
    ),
    doc=Doc(
        definition="The estimated chance that a deal now open will be won, averaged over the open deals; beside it the "
        "expected value of the pipeline: each amount times its own chance.",
        formula="sum over open deals of 1 / (1 + exp(-(intercept + sum of coefficient x standardised feature))) / open "
        "deals; expected value = sum of amount x chance",
        insight="What the pipeline is really worth, and which deals are carried along that deals like them never "
        "close.",
        measured="A logistic regression over deals open at month's ends on their age, amount (logarithm), kind, and "
        "the past win rates of owner, source and kind up to then, each drawn towards the overall rate when few; "
        "fitted on the earlier 70 %, judged on later ones by ROC AUC and Brier score against the base rate. The stage "
        "is not used: a file knows only the last one. Withheld, with the reason, where it is no better than the base "
        "rate.",
        trends="It falls as a pipeline ages without closing, and rises when small renewals enter. At quarter's end "
        "the deals that are left are the harder ones.",
        questions=(
            "Which large deals have a chance below the average of their kind?",
            "Does the expected value cover the target, or only the pipeline's sum?",
            "Do reps with a high past rate get the easier deals?",
        ),
        improve=(
            "Close or drop deals older than twice the usual cycle.",
            "Put senior help on deals in the middle: the sure and the hopeless need none.",
            "Keep created, closed and status dates honest in the CRM; the model sees nothing else.",
        ),
        show="Open deals as a table by expected value; pipeline and expected value as two lines, calibration on the "
        "model's own page.",
        risks="Deals still open when it was judged are not in the judgement, so slow ones are underrated in it. It "
        "knows nothing of what was said in the room, and a rep's past rate is partly the territory's.",
        sources="The opportunity export of the CRM with created and close dates, amounts, owner, source and type: "
        "Salesforce, HubSpot, Pipedrive.",
        connects="It is the second opinion in the forecast call, feeds the revenue plan, and shows marketing which "
        "sources end in wins.",
        effects={
            "win_rate": "should meet it once these deals are closed",
            "average_deal_size": "bends the expected value where large deals have low chances",
            "expansion_revenue": "follows through the upsells among the deals",
            "customer_acquisition_cost": "falls when hopeless deals are dropped early",
        },
    ),
)

KPIS = (WIN_PREDICTION,)
