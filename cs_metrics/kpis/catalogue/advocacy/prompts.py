"""What customers do with a prompt to refer."""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import ADVOCACY, AT_ADVOCACY, REFERRALS
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, LeftOut, count
from cs_metrics.kpis.relations.referrals import PROMPTED

_INTERACTED = "(coalesce(interacted_at < :as_of, FALSE) OR coalesce(accepted_at < :as_of, FALSE))"
_REACTED_BEFORE = "(coalesce(interacted_at < prompted_at, FALSE) OR coalesce(accepted_at < prompted_at, FALSE))"
_ACCEPTED_BEFORE = "coalesce(accepted_at < prompted_at, FALSE)"
_ACCEPTED = "coalesce(accepted_at < :as_of, FALSE)"

REFERRAL_PROMPT_INTERACTION_RATE = KPI(
    id="referral_prompt_interaction_rate",
    name="Referral Prompt Interaction Rate",
    also=("prompt click rate", "referral prompt engagement"),
    category=ADVOCACY,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=REFERRALS,
    stage=AT_ADVOCACY,
    leading=True,
    cadence="weekly",
    forms=(
        Form(
            over=PROMPTED,
            needs=("referrals.prompted_at", "referrals.interacted_at"),
            numerator=count(f"{_INTERACTED} AND NOT {_REACTED_BEFORE}"),
            denominator=count(f"NOT {_REACTED_BEFORE}"),
            interval=Interval.CLUSTER,
            bounds=(0.0, 1.0),
            base="prompts",
            words="{numerator:prompt} clicked, answered or accepted / {denominator:prompt} shown",
            leaves_out=(
                LeftOut(
                    f"count(*) FILTER (WHERE {_REACTED_BEFORE})",
                    "prompts with a reaction before they were shown",
                    "prompt with a reaction before it was shown",
                ),
            ),
        ),
    ),
    doc=Doc(
        definition="The share of the requests to refer shown in the period that a customer reacted to at all: opened, "
        "clicked, answered, or accepted outright.",
        formula="prompts of the period that were interacted with or accepted / prompts of the period",
        insight="Whether the request is seen and understood, before anyone decides about it: it judges place, moment "
        "and wording.",
        measured="Rows of referrals with prompted_at in the period; a reaction is interacted_at or accepted_at up to "
        "the as-of instant, since whoever accepts has interacted. A row with a reaction dated before its prompt is "
        "left out and counted. Each prompt counts, so a customer asked three times counts three times.",
        trends="It is highest when a prompt is new and wears off within weeks as people learn to close it. A sudden "
        "drop to almost nothing is usually broken tracking.",
        questions=(
            "Which place of the prompt (in the product, mail, review meeting) lost most?",
            "How many customers saw it for the third time or more?",
            "Was the wording or the trigger changed in that week?",
            "Do reactions still reach the log?",
        ),
        improve=(
            "Trigger the prompt by a success in the product instead of by the calendar.",
            "Limit it to one in ninety days for a person, and stop after two without a reaction.",
            "Write it in one sentence with one button, in the name of the success manager.",
            "Test two placements on halves of the base for a fortnight.",
        ),
        show="A funnel from shown over reacted to accepted, each channel in its own column; the weekly rate as a line "
        "with changes of the prompt marked.",
        risks="A click to close the window may be logged as interaction. Many prompts to few people depress it "
        "although nobody was ever won or lost; reading the rate without the acceptance behind it rewards loud "
        "placements.",
        sources="In-product guides (Pendo, Appcues, Intercom), mail tools with opens and clicks, and the referral "
        "platform's log of invitations.",
        connects="The product's guide calendar, which competes for the same attention, and lifecycle mails of "
        "marketing.",
        effects={
            "referral_prompt_acceptance_rate": "cannot exceed it, and rises when more people look",
            "referral_program_participation_rate": "gains once those who react also refer",
            "customer_satisfaction_score": "suffers when prompts are pushed to people with an open ticket",
        },
    ),
)

REFERRAL_PROMPT_ACCEPTANCE_RATE = KPI(
    id="referral_prompt_acceptance_rate",
    name="Referral Prompt Acceptance Rate",
    also=("prompt acceptance", "share of prompts accepted"),
    category=ADVOCACY,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=REFERRALS,
    stage=AT_ADVOCACY,
    leading=True,
    cadence="weekly",
    forms=(
        Form(
            over=PROMPTED,
            needs=("referrals.prompted_at", "referrals.accepted_at"),
            numerator=count(f"{_ACCEPTED} AND NOT {_ACCEPTED_BEFORE}"),
            denominator=count(f"NOT {_ACCEPTED_BEFORE}"),
            interval=Interval.CLUSTER,
            bounds=(0.0, 1.0),
            base="prompts",
            words="{numerator:prompt} accepted / {denominator:prompt} shown; {reacted:share} were reacted to",
            beside=(
                Beside(
                    "reacted",
                    f"CAST(count(*) FILTER (WHERE {_INTERACTED} AND NOT {_REACTED_BEFORE}) AS DOUBLE) "
                    f"/ nullif(count(*) FILTER (WHERE NOT {_REACTED_BEFORE}), 0)",
                    "share",
                ),
            ),
            leaves_out=(
                LeftOut(
                    f"count(*) FILTER (WHERE {_ACCEPTED_BEFORE})",
                    "prompts accepted before they were shown",
                    "prompt accepted before it was shown",
                ),
            ),
        ),
    ),
    doc=Doc(
        definition="The share of the requests to refer shown in the period to which the customer said yes; beside it "
        "the share that got any reaction.",
        formula="prompts of the period that were accepted / prompts of the period",
        insight="Whether the right customers are asked: reacting takes curiosity, agreeing takes conviction.",
        measured="Rows of referrals with prompted_at in the period and accepted_at up to the as-of instant; yes may "
        "come weeks later, so there is no deadline. Rows accepted before they were prompted are left out and counted. "
        "Accepting is a promise: the referral itself has its own date, made_at.",
        trends="It moves with whom we ask more than with how: restricting prompts to promoters can double it overnight "
        "at half the volume. In accounts with a renewal dispute it goes to zero first.",
        questions=(
            "What did the score, the health and the age of the accounts asked look like?",
            "Do people look and decline, or not look?",
            "Is it our manager's personal request or an automatic one that gets the yes?",
            "How many yeses became a named person?",
        ),
        improve=(
            "Prompt only accounts above the readiness threshold, and nobody with an open escalation.",
            "Let the success manager ask in person where the contract is large.",
            "Offer choices besides naming someone: a quote, a call, a post.",
            "Ask the decliners for the reason in one click, and act on the commonest.",
        ),
        show="Bars of accepted, declined and ignored by score group of the asked account, with the number of prompts "
        "on each bar.",
        risks="It can be raised by asking fewer, which yields fewer referrals: read it with the number of prompts. A "
        "yes is cheap, many never name anybody, and prompts of the last days have had little time for an answer.",
        sources="The log of the referral tool or the CRM task in which the success manager notes the answer, with the "
        "dates of asking and agreeing.",
        connects="Targeting rules of the programme, renewal talks (ask after, not before), and the promise that "
        "success managers track until a name is given.",
        effects={
            "referral_program_participation_rate": "rises directly, as accepting is taking part",
            "referral_conversion_rate": "tends to be better for referrals that were promised than for cold ones",
            "referral_ready_account_rate": "is confirmed or refuted as a targeting rule by it",
        },
    ),
)

KPIS = (REFERRAL_PROMPT_INTERACTION_RATE, REFERRAL_PROMPT_ACCEPTANCE_RATE)
