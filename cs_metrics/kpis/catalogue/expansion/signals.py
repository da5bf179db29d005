"""Who shows an intent to buy more, and how soon?"""

from __future__ import annotations

from cs_metrics.kpis.catalogue.places import AT_VALUE, EXPANSION, GROWTH
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, LeftOut, Measure, Relation, count
from cs_metrics.kpis.relations.expansion import (
    FIRST_INTENT,
    INTENT,
    INTENT_BY_DEALS,
    INTENT_BY_EVENTS,
    UNDATED_DEALS,
)
from cs_metrics.kpis.relations.names import NEEDS_LIFE

_EVENTS = ("settings.intent_events", "events.occurred_at", "events.event", "events.customer_id|users.customer_id")
_DEALS = ("opportunities.kind", "opportunities.status", "opportunities.customer_id")
_NO_EVENTS = "No intent_events are chosen or loaded: only deals count."
_NO_DEALS = "No upsell or cross-sell deals are loaded: only events count."
_DAYS = "CASE WHEN signal_at >= starts THEN (epoch(signal_at) - epoch(began_at)) / 86400 END"


def _share(over: Relation, needs: tuple[str, ...], sign: str, out: tuple[LeftOut, ...], note: str = "") -> Form:
    return Form(
        over=over,
        needs=(*needs, NEEDS_LIFE),
        numerator=count(f"active_in AND {sign}"),
        denominator=count("active_in"),
        interval=Interval.WILSON,
        base="active accounts",
        words="{numerator:account} with a sign of intent / {denominator:active account}",
        leaves_out=out,
        note=note,
    )


def _time(only: str, needs: tuple[str, ...], out: tuple[LeftOut, ...], note: str = "") -> Form:
    return Form(
        over=FIRST_INTENT,
        only=only,
        needs=(*needs, NEEDS_LIFE),
        value=f"median({_DAYS})",
        numerator=Measure(f"coalesce(sum({_DAYS}), 0)", _DAYS),
        denominator=Measure(f"count({_DAYS})", f"CASE WHEN ({_DAYS}) IS NULL THEN 0 ELSE 1 END"),
        interval=Interval.MEDIAN,
        base="accounts with their first sign of intent",
        words="{value} is the middle of {denominator:time} from first activity to the first sign of intent; mean "
        "{mean:days}, nine in ten within {p90:days}, {open:account} without one yet",
        beside=(
            Beside("mean", f"avg({_DAYS})", "days"),
            Beside("p90", f"quantile_cont({_DAYS}, 0.9)", "days"),
            Beside("open", "count(*) FILTER (WHERE signal_at IS NULL)", "count"),
        ),
        leaves_out=out,
        note=note,
    )


_BY_EVENT, _BY_DEAL = "coalesce(signal_days, 0) > 0", "coalesce(open_deals, 0) > 0"

EXPANSION_INTENT_SIGNAL_RATE = KPI(
    id="expansion_intent_signal_rate",
    name="Expansion Intent Signal Rate",
    category=EXPANSION,
    kind=Kind.FLOW,
    unit="share",
    better="higher",
    area=GROWTH,
    stage=AT_VALUE,
    leading=True,
    cadence="weekly",
    forms=(
        _share(INTENT, (*_EVENTS, *_DEALS), f"({_BY_EVENT} OR {_BY_DEAL})", (UNDATED_DEALS,)),
        _share(INTENT_BY_EVENTS, _EVENTS, _BY_EVENT, (), _NO_DEALS),
        _share(INTENT_BY_DEALS, _DEALS, _BY_DEAL, (UNDATED_DEALS,), _NO_EVENTS),
    ),
    doc=Doc(
        definition="The share of the accounts active in the period that showed an intent to buy more in it: one of the "
        "chosen events, or an upsell or cross-sell deal that was open on any of its days.",
        formula="active accounts with a signal event in the period or an expansion deal open in it / accounts active "
        "in the period",
        insight="How much demand stands in the base right now, before any of it is booked: it is the top of the "
        "expansion funnel.",
        measured="`intent_events` names the events (a look at the price page, a reached limit); a deal is open from "
        "its creation to its closing, and one marked open has no end whatever date it carries. Closed deals without a "
        "closing date are left out and counted; with only one of the two sources loaded, that one speaks alone.",
        trends="It reacts within days to prompts, limits and price pages. A level that stays high while expansion does "
        "not come says that signals are not followed up.",
        questions=(
            "Events or deals: which of the two raised it?",
            "What share of last month's signals had a call within a week?",
            "Did a change of the site or of tracking move it?",
            "How many of the signals of the quarter before became revenue?",
        ),
        improve=(
            "Route every signal to the account's owner on the day, with what was looked at.",
            "Put the limit, the price and a contact into the same screen.",
            "Drop events from the list that never came before an expansion.",
        ),
        show="A line by week with the accounts by name in a table below, newest first: this number is a work list.",
        risks="It is as good as the list of events: an event that everybody triggers makes 100 % and says nothing. A "
        "deal that nobody closes keeps its account lit for ever, so clean the pipeline first.",
        sources="Product and website events from analytics, and the opportunities of the CRM (Salesforce, HubSpot, "
        "Pipedrive) with type, status and dates.",
        connects="The weekly stand-up of customer success and sales: each signal becomes a task in the upsell "
        "playbook.",
        effects={
            "expansion_opportunity_score": "rises for each account that shows a signal",
            "expansion_revenue": "follows about one sales cycle later, if signals are worked",
            "win_rate": "may fall when signals of low quality are turned into deals",
        },
    ),
)

TIME_TO_EXPANSION_SIGNAL = KPI(
    id="time_to_expansion_signal",
    name="Time to Expansion Signal",
    category=EXPANSION,
    kind=Kind.FLOW,
    unit="days",
    better="lower",
    area=GROWTH,
    stage=AT_VALUE,
    leading=True,
    cadence="quarterly",
    forms=(
        _time(
            "f.kind IN ('start', 'deal', 'undated') OR f.event IN (:intent_events)",
            (*_EVENTS, *_DEALS),
            (UNDATED_DEALS,),
        ),
        _time("f.kind = 'start' OR f.event IN (:intent_events)", _EVENTS, (), _NO_DEALS),
        _time("f.kind IN ('start', 'deal', 'undated')", _DEALS, (UNDATED_DEALS,), _NO_EVENTS),
    ),
    doc=Doc(
        definition="How many days an account was with us before it first showed an intent to buy more: the median over "
        "the accounts whose first signal fell in the period.",
        formula="first signal event or first upsell or cross-sell deal since the first activity - first activity, "
        "accounts whose first signal lies in the period",
        insight="When in a customer's life the question of more arises by itself, and so when to raise it.",
        measured="The clock starts with the account's first active day by the workspace's source of activity, trials "
        "left out, and stops at the earliest chosen event or at the creation of the earliest expansion deal after it. "
        "Signals from before do not count, and accounts that have shown none by the period's end are the open ones.",
        trends="In a young company it can only grow, since nobody has been there long. Later it settles; a sudden drop "
        "often means that a new limit or price page triggers signals early.",
        questions=(
            "What is the shape: one early peak, or one at each renewal?",
            "Do accounts with an early signal really expand sooner?",
            "Which segment needs longest, and is it even meant to grow?",
        ),
        improve=(
            "Schedule the first growth talk a month before the usual day of the first signal.",
            "Bring the account's second team in during the first half-year, as its questions come on top.",
            "Show usage against the plan's limits from the first invoice on.",
        ),
        show="A histogram of days to the first signal with the renewal dates marked; the median by segment as dots "
        "with their intervals.",
        risks="It speaks of those who signalled in the period: a wave of old accounts that wake up makes it longer, "
        "and that is good. Shorter is only better if the signals are meant, so read it with what became of them.",
        sources="Start dates from billing or the CRM, chosen product events, and the creation date of upsell and "
        "cross-sell opportunities.",
        connects="The timeline of the success plan and the first business review; marketing times its campaigns to the "
        "base by it.",
        effects={
            "expansion_intent_signal_rate": "rises when accounts signal earlier in their life",
            "activation_to_expansion_rate": "rises as more signals fall within its window",
            "customer_lifetime_value": "rises when growth begins earlier in an account's life",
        },
    ),
)

KPIS = (EXPANSION_INTENT_SIGNAL_RATE, TIME_TO_EXPANSION_SIGNAL)
