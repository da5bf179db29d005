"""How much support there is, and what it costs."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.catalogue.places import AT_ADOPTION, AT_VALUE, EFFICIENCY, SUPPORT
from cs_metrics.kpis.catalogue.support.resolution import RESOLVED
from cs_metrics.kpis.model import KPI, Beside, Doc, Form, Interval, Kind, Part, count, total
from cs_metrics.kpis.relations.service import COSTS, TICKETS_LIVED, TICKETS_RESOLVED

_PER_100 = Beside(
    "per_100_customers",
    "100 * CAST(count(*) FILTER (WHERE created) AS DOUBLE) "
    "/ nullif(count(DISTINCT customer_id) FILTER (WHERE is_customer), 0)",
    "ratio",
)
_CREATED = Form(
    over=TICKETS_LIVED,
    needs=("tickets.created_at",),
    numerator=count("created"),
    n="count(*) FILTER (WHERE created)",
    base="tickets created",
    item="product",
    own_base=True,
    words="{numerator:ticket} created, {per_100_customers:ratio} for each 100 active customers",
    beside=(_PER_100,),
)
_SOLVED = replace(
    _CREATED,
    needs=("tickets.created_at", "tickets.resolved_at"),
    words="{numerator:ticket} created, {resolved:ticket} resolved ({satisfied} with a good rating), {open:ticket} open "
    "at the end; {per_100_customers:ratio} created for each 100 active customers",
    beside=(
        Beside("resolved", "count(*) FILTER (WHERE resolved)", "count"),
        Beside(
            "satisfied",
            "CASE WHEN count(satisfaction) FILTER (WHERE resolved) > 0 "
            "THEN count(*) FILTER (WHERE resolved AND satisfaction BETWEEN 4 AND 5) END",
            "count",
        ),
        Beside("open", "count(*) FILTER (WHERE still_open)", "count"),
        _PER_100,
    ),
)

SUPPORT_TICKETS = KPI(
    id="support_tickets",
    name="Support Tickets",
    also=("ticket volume", "number of tickets"),
    category=SUPPORT,
    kind=Kind.FLOW,
    unit="count",
    better="lower",
    area=EFFICIENCY,
    stage=AT_ADOPTION,
    leading=True,
    cadence="weekly",
    forms=(_SOLVED, _CREATED),
    doc=Doc(
        definition="How many support tickets were created in the period, in all and by product; beside it those "
        "resolved, those resolved to the customer's satisfaction, those open at the end, and the created per 100 "
        "active customers.",
        formula="tickets created in the period",
        insight="How much help customers need, where in the product they need it, and whether the flow in and the flow "
        "out balance.",
        measured="Rows of tickets by created_at; resolved by resolved_at in the period, satisfied with a satisfaction "
        "of 4 or 5; open at the end without a resolution before it. Each tickets.product is an item, and tickets "
        "without one are in the total alone. Active customers are those active at any instant of the period.",
        trends="Volume grows with the customer base, so trust the rate per 100 customers; a spike on one product the "
        "day after a release is a bug with a date. Silence can be bad news too: accounts that stop asking may have "
        "stopped using.",
        questions=(
            "Did customers become more, or do the same customers ask more often?",
            "Which product took the increase, and what changed there in the week before?",
            "Do a few accounts write most of the tickets, and do they need training rather than answers?",
            "Were more opened than resolved, and for how many periods in a row?",
        ),
        improve=(
            "Fix the five commonest causes at their root: count tickets by category and take the list to product.",
            "Put answers where questions arise: in-app help on the pages from which tickets come.",
            "Train the administrators of accounts that write three times as many as others of their size.",
            "Announce changes before they ship, with what to do, so that nobody has to ask.",
        ),
        show="Bars of created and resolved side by side by week with the open ones as a line; items as a ranked bar by "
        "product.",
        risks="Fewer is not always better: a hidden contact form lowers it and loses customers. Merged, spam and "
        "internal tickets inflate it, and one outage writes hundreds of tickets about one thing.",
        sources="The full ticket list, not a view of open ones, from Zendesk, Freshdesk, Intercom or Jira; customers "
        "and subscriptions for the rate.",
        connects="Capacity planning of support, release management, product quality goals, and account plans of "
        "customers that ask unusually much or not at all.",
        effects={
            "first_response_time": "lengthens when volume outgrows the shifts",
            "cost_to_serve": "grows with each ticket that takes paid time",
            "customer_health_score": "weakens in its support part for accounts with many open tickets",
        },
    ),
)

COST_PER_TICKET = KPI(
    id="cost_per_ticket",
    name="Cost Per Ticket",
    also=("support cost per ticket",),
    category=SUPPORT,
    kind=Kind.FLOW,
    unit="money",
    better="lower",
    area=EFFICIENCY,
    stage=AT_VALUE,
    forms=(
        Form(
            when=("support_costs", "true"),
            needs=("costs.amount", "tickets.resolved_at"),
            parts={
                "spent": Part(COSTS, total("amount"), only="f.kind = 'support'"),
                "tickets": Part(TICKETS_RESOLVED, count(RESOLVED)),
            },
            quotient="spent",
            divisor="tickets",
            n="tickets",
            base="tickets resolved",
            words="{numerator:money} of support costs / {denominator:resolved ticket}",
        ),
        Form(
            over=TICKETS_RESOLVED,
            needs=("tickets.cost", "tickets.resolved_at"),
            numerator=total("coalesce(cost, 0)", RESOLVED),
            denominator=count(RESOLVED),
            n=f"count(*) FILTER (WHERE {RESOLVED})",
            interval=Interval.JACKKNIFE,
            unit="cluster",
            base="tickets resolved",
            words="{numerator:money} that the tickets cost / {denominator:resolved ticket}",
        ),
    ),
    doc=Doc(
        definition="What resolving a ticket costs on average: all support costs of the period over the tickets "
        "resolved in it; without such costs, the tickets' own.",
        formula="support costs in the period / tickets resolved in the period",
        insight="Whether support scales: more tickets at a falling price each, or a team that grows as fast as its "
        "queue.",
        measured="costs of kind support by incurred_on, divided by tickets with resolved_at in the period; where no "
        "such cost is loaded, tickets.cost of the resolved ones, an empty one being 0. The two are never added.",
        trends="Salaries are fixed, so quiet months look dear and busy ones cheap: read a quarter. A lasting rise with "
        "stable salaries means harder tickets, as the easy ones no longer reach a person.",
        questions=(
            "Did spending change, or only the number of tickets that it is divided by?",
            "What do the dearest ten in a hundred tickets have in common?",
            "Which share of the cost goes into tickets that a help page would have answered?",
            "Were tools, bonuses or an agency booked in one month for the whole year?",
        ),
        improve=(
            "Deflect the cheap and frequent questions with a help centre and in-app answers, and accept that the rest "
            "costs more each.",
            "Give simple tickets to a first line and keep specialists for what needs them.",
            "Spread yearly bills for tools over the months they serve before judging any month.",
        ),
        show="A quarterly line with its two parts below it, money spent and tickets resolved; a split by product only "
        "with the tickets' own costs.",
        risks="Solving nothing hard makes it beautiful: trivial tickets are cheap, and prevented ones vanish from the "
        "divisor while the salaries stay. Costs booked once a month make days and weeks meaningless.",
        sources="Payroll and tool bills of the support cost centre from the ledger (NetSuite, Xero, DATEV), or "
        "handling cost for each ticket from the help desk.",
        connects="The support budget, pricing of paid support plans, the case for self-service, and what outsourcing "
        "would have to beat.",
        effects={
            "cost_to_serve": "moves with it wherever support is the larger part",
            "customer_retention_cost": "may rise in exchange when money shifts from tickets to preventing them",
            "customer_lifetime_value": "shrinks where the gross margin is set to carry support",
        },
    ),
)

KPIS = (SUPPORT_TICKETS, COST_PER_TICKET)
