"""What sales and trials bring in."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_ONBOARDING, FINANCIAL, GROWTH
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, LeftOut, count, total
from cs_metrics.kpis.relations.sales import DEALS_CLOSED, TRIALS, TRIALS_OF_LEADS

_WON = "status = 'won'"
_NEEDS_CLOSED = ("opportunities.status", "opportunities.closed_at")

AVERAGE_DEAL_SIZE = KPI(
    id="average_deal_size",
    name="Average Deal Size",
    category=FINANCIAL,
    kind=Kind.FLOW,
    unit="money",
    better="higher",
    area=GROWTH,
    stage=AT_ONBOARDING,
    forms=(
        Form(
            over=DEALS_CLOSED,
            needs=("opportunities.amount", *_NEEDS_CLOSED),
            numerator=total("amount", f"{_WON} AND amount IS NOT NULL"),
            denominator=count(f"{_WON} AND amount IS NOT NULL"),
            interval=Interval.CLUSTER,
            base="deals won",
            words="{numerator:money} won / {denominator:deal}",
            beside=(Beside("largest", f"CAST(max(amount) FILTER (WHERE {_WON}) AS DOUBLE)", "money"),),
            leaves_out=(
                LeftOut(
                    f"count(*) FILTER (WHERE {_WON} AND amount IS NULL)",
                    "deals won without an amount",
                    "deal won without an amount",
                ),
            ),
        ),
    ),
    doc=Doc(
        definition="The mean amount of the deals won in the period: new business, renewals, upsells and cross-sells "
        "alike, each counted on the day it closed.",
        formula="amount of the deals won in the period / deals won in the period",
        insight="Whether sales works on large or on small tickets, and how many wins a target takes.",
        measured="From opportunities with status won and closed_at in the period; amount as the CRM has it, in the "
        "workspace's currency. A deal called won without closed_at is listed and left out; open deals never count.",
        trends="It swings with single large wins, and sags at quarter ends when discounts close what is left. A slow "
        "slide over several quarters means smaller buyers or weaker pricing.",
        questions=(
            "What is the mean without the largest deal of the period?",
            "Which kind of deal (new, renewal, upsell) changed its share?",
            "How deep were the discounts of the lost and of the won?",
            "Which owners close below list price most often?",
        ),
        improve=(
            "Qualify on budget and number of users before a demonstration is given.",
            "Bundle add-ons into the first offer instead of selling them a year later.",
            "Require a second signature for discounts above a set depth.",
            "Route small enquiries to self-service checkout.",
        ),
        show="The mean by quarter with a dot for every deal behind it and the largest named; split by kind or source.",
        risks="Amounts mean what the sellers typed: a total over three years beside a single year. Renewals closed in "
        "one month lift it without a single new customer, and the mean hides how few deals carry it.",
        sources="Won opportunities of Salesforce, HubSpot, Pipedrive or Dynamics with their close date and amount.",
        connects="Sales planning and quotas, the hand-over to onboarding, and the staffing of implementation.",
        effects={
            "annual_contract_value": "rises with it where deals are yearly contracts",
            "win_rate": "often falls when sellers hunt for larger deals",
            "arr": "grows faster for the same number of wins",
        },
    ),
)

WIN_RATE = KPI(
    id="win_rate",
    name="Win Rate",
    category=FINANCIAL,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=GROWTH,
    stage=AT_ONBOARDING,
    forms=(
        Form(
            over=DEALS_CLOSED,
            needs=_NEEDS_CLOSED,
            numerator=count(_WON),
            denominator=count(),
            interval=Interval.CLUSTER,
            bounds=(0.0, 1.0),
            base="deals closed",
            words="{numerator:deal} won / {denominator:deal} won or lost",
            beside=(
                Beside(
                    "by amount",
                    f"CAST(sum(amount) FILTER (WHERE {_WON}) AS DOUBLE) / nullif(sum(amount), 0)",
                    "share",
                ),
            ),
        ),
    ),
    doc=Doc(
        definition="The share of the deals closed in the period that were won. Closed means won or lost with a closing "
        "date in the period; deals still open are in neither part.",
        formula="deals won in the period / deals won or lost in the period",
        insight="How well the offer, the price and the seller fit the buyers who got as far as a deal.",
        measured="From opportunities with status won or lost, dated by closed_at, not by the day they were created. "
        "Beside it the same by amount. Where one customer has several deals the interval counts them as a cluster.",
        trends="Clearing out dead deals at a quarter's end makes it drop without any change in selling. A rise with "
        "fewer closed deals means that losers are kept open.",
        questions=(
            "Is the rate by amount higher or lower than by count?",
            "In which stage were the lost deals when they died?",
            "Which source of deals wins most, and do we feed it?",
            "How long had the lost deals been open?",
        ),
        improve=(
            "Close deals without a reply for 60 days as lost, so that the pipeline tells the truth.",
            "Interview five lost buyers a quarter and take the reasons to product and pricing.",
            "Bring a reference customer from the same industry into late stages.",
            "Stop selling to the segment with the lowest rate until something changed there.",
        ),
        show="The share by month of closing with its interval, beside the number of deals closed; split by source, "
        "kind or owner.",
        risks="Whoever never marks a deal as lost wins 100 %. Renewals win more often than new business, so a change "
        "of mix passes for skill; and the deals of one month were created in many others.",
        sources="Opportunity history of the CRM: status, created and closed dates, source, owner.",
        connects="Forecasting, marketing's budget by source, enablement of sellers, and the product's list of lost "
        "features.",
        effects={
            "customer_acquisition_cost": "falls, since the same pipeline yields more customers",
            "win_prediction": "learns its base rate from it",
            "average_deal_size": "may shrink where wins are bought with discounts",
        },
    ),
)

_PAID = (
    "converted_at >= trial_started_at AND converted_at <= trial_started_at + :trial_days * INTERVAL '1' DAY "
    "AND converted_at < :as_of"
)

FREE_TRIAL_CONVERSION_RATE = KPI(
    id="free_trial_conversion_rate",
    name="Free-Trial Conversion Rate",
    category=FINANCIAL,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=GROWTH,
    stage=AT_ONBOARDING,
    leading=True,
    follow="trial_days",
    forms=(
        Form(
            when=("trials_from", "leads"),
            unmet="leads.trial_started_at",
            over=TRIALS_OF_LEADS,
            needs=("leads.trial_started_at", "leads.converted_at"),
            numerator=count(_PAID),
            denominator=count("NOT coalesce(converted_at < trial_started_at, FALSE)"),
            interval=Interval.CLUSTER,
            bounds=(0.0, 1.0),
            base="trials started",
            words="{numerator:trial} paid within {trial_days:day} / {denominator:trial} started",
            leaves_out=(
                LeftOut(
                    "count(*) FILTER (WHERE converted_at < trial_started_at)",
                    "leads converted before their trial",
                    "lead converted before its trial",
                ),
            ),
        ),
        Form(
            when=("trials_from", "subscriptions"),
            over=TRIALS,
            needs=("subscriptions.is_trial", "subscriptions.amount"),
            numerator=count(_PAID),
            denominator=count(),
            interval=Interval.CLUSTER,
            bounds=(0.0, 1.0),
            base="trials started",
            words="{numerator:trial} paid within {trial_days:day} / {denominator:trial} started",
        ),
    ),
    doc=Doc(
        definition="The share of the trials started in the period that became paid within the trial window (30 days, a "
        "setting), counted from each trial's own first day.",
        formula="trials started in the period and paid within trial_days / trials started in the period",
        insight="Whether people who try the product find enough in it to pay, before a seller talks to most of them.",
        measured="From leads with trial_started_at and converted_at; where no lead has a trial, from trial rows of "
        "subscriptions, followed by the customer's next paid row. Never both. A conversion before its trial is left "
        "out and counted, and a period is incomplete until its last trial has had its days.",
        trends="New channels bring more trials of less intent, so the rate falls while sign-ups rise. A fall at an "
        "even number of trials means the first days in the product got harder.",
        questions=(
            "On which day of the trial do those who pay decide?",
            "What did those who paid do in their first session that the others did not?",
            "Which channel's trials never pay?",
            "Was a price, a limit or the sign-up form changed in this cohort's weeks?",
        ),
        improve=(
            "Lead every trial to the key action in its first session.",
            "Write to trials that have been silent for three days with one next step.",
            "Extend the trial of those who got going late instead of letting it lapse.",
            "Ask for the payment details at the moment of first value, not at the start.",
        ),
        show="Monthly cohorts of trials as a line with the youngest ones marked as unfinished; beside it a curve of "
        "paid by day of trial.",
        risks="The latest cohort always looks bad, because its window is open. Asking for a card up front raises the "
        "rate and lowers the number of trials, and a customer with several trials is counted several times.",
        sources="Leads of HubSpot, Salesforce or the sign-up database; or trial subscriptions of Stripe and Chargebee.",
        connects="The sign-up flow, onboarding mails, the hand-over of qualified trials to sales, and pricing tests.",
        effects={
            "mrr": "grows with each point of it without an hour of a seller",
            "customer_acquisition_cost": "falls when more trials pay for the same spend",
            "converted_pql_lifetime_value": "can fall when conversion is pushed onto poor fits",
        },
    ),
)

KPIS = (AVERAGE_DEAL_SIZE, WIN_RATE, FREE_TRIAL_CONVERSION_RATE)
