"""The files of sales, billing and finance."""

from __future__ import annotations

from typing import Any

from data.company import words
from data.company.clock import DAY, as_date, month_start
from data.company.export import Sheet, civil, instant, twice
from data.company.money import rates
from data.company.subscriptions import Sub
from data.company.world import World, sprinkle

PERIODS = {"month": "monthly", "quarter": "quarterly", "year": "annual", "one_off": "one-time"}
INTERVALS = {v: k for k, v in PERIODS.items()}


def accounts(world: World) -> Sheet:
    rows: list[list[Any]] = []
    for a in world.accounts:
        plan = [s for s in a.subs if s.recurring and s.product == words.CORE][-1].plan
        rows.append(
            [
                *(a.id, a.name, a.parent, civil(a.signed_up), a.segment, plan, a.industry, a.region, a.country),
                *(a.employees, a.csm, a.channel, a.referrer, a.currency, a.promo, a.strategic),
            ]
        )
    for place in sprinkle("regions", 5, len(rows)):
        rows[place][7] = f"{rows[place][7].lower()} "
    for place in sprinkle("industries", 4, len(rows)):
        rows[place][6] += "  "
    for place, bad in zip(sprinkle("sign-ups", 2, len(rows)), ("unknown", "2025-02-31"), strict=True):
        rows[place][3] = bad
    header = [
        *("Account ID", "Account Name", "Parent Account ID", "Customer Since", "Segment", "Plan", "Industry", "Region"),
        *("Billing Country", "Employees", "CSM", "Lead Source", "Referred By (Account ID)", "Currency", "Promo Code"),
        "Strategic Account",
    ]
    mapping = {
        "customer_id": "Account ID",
        "name": "Account Name",
        "parent_customer_id": "Parent Account ID",
        "signed_up_on": "Customer Since",
        "segment": "Segment",
        "plan": "Plan",
        "industry": "Industry",
        "region": {"from": "Region", "values": {r.lower(): r for r, _ in words.REGIONS}},
        "country": "Billing Country",
        "company_size": "Employees",
        "csm": "CSM",
        "acquisition_channel": "Lead Source",
        "referred_by": "Referred By (Account ID)",
        "currency": "Currency",
    }
    return Sheet("crm_accounts.csv", "customers", header, twice(rows, sprinkle("accounts", 2, len(rows))), mapping)


def opportunities(world: World) -> Sheet:
    """American dates, and amounts as the sellers typed them."""
    spelled = {"won": ("Won", "won", "WON "), "lost": ("Lost", "lost", "Lost"), "open": ("Open", "open", "Open")}
    rows: list[list[Any]] = []
    for place, d in enumerate(world.deals):
        odd = place % 41
        money = d.cents / 100
        amount = f"${money:,.2f}" if odd == 7 else f"USD {money:,.2f}" if odd == 19 else f"{money:.2f}"
        closed = "" if d.closed is None else f"{as_date(d.closed // DAY):%m/%d/%Y}"
        status = spelled[d.status][2 if odd == 3 else 1 if odd == 29 else 0]
        kind = {"new": "New business", "renewal": "Renewal", "upsell": "Upsell", "cross_sell": "Cross-sell"}[d.kind]
        created = f"{as_date(d.created // DAY):%m/%d/%Y}"
        rows.append([d.id, d.account, created, closed, amount, status, d.stage, kind, d.source, d.strategic, d.owner])
    header = [
        *("Opportunity ID", "Account ID", "Created Date", "Close Date", "Amount", "Status", "Stage", "Type"),
        *("Source", "Strategic Referral", "Owner"),
    ]
    kinds = {"New business": "new", "Renewal": "renewal", "Upsell": "upsell", "Cross-sell": "cross_sell"}
    mapping = {
        "opportunity_id": "Opportunity ID",
        "customer_id": "Account ID",
        "created_at": "Created Date",
        "closed_at": "Close Date",
        "amount": "Amount",
        "status": {"from": "Status", "values": {w.strip(): k for k, v in spelled.items() for w in v}},
        "stage": "Stage",
        "kind": {"from": "Type", "values": kinds},
        "source": "Source",
        "is_strategic_referral": "Strategic Referral",
        "owner": "Owner",
    }
    return Sheet("crm_opportunities.csv", "opportunities", header, rows, mapping)


def leads(world: World) -> Sheet:
    rows = [
        [r.id, r.account, *map(instant, (r.created, r.contacted, r.trial, r.converted)), r.pql, r.source, r.owner]
        for r in world.leads
    ]
    header = ["Lead ID", "Account ID", "Created", "First Contact", "Trial Start", "Converted", "PQL", "Source", "Owner"]
    mapping = {
        "lead_id": "Lead ID",
        "customer_id": "Account ID",
        "created_at": "Created",
        "first_contact_at": "First Contact",
        "trial_started_at": "Trial Start",
        "converted_at": "Converted",
        "is_pql": "PQL",
        "source": "Source",
        "owner": "Owner",
    }
    return Sheet("crm_leads.csv", "leads", header, rows, mapping)


def _subscription(s: Sub) -> list[Any]:
    return [
        *(s.id, s.account, civil(s.start), civil(s.end), s.cents, PERIODS[s.period], s.seats, s.currency),
        *("" if s.period == "one_off" else s.plan, s.product, s.trial, civil(s.contract_start), civil(s.contract_end)),
        *(civil(s.cancelled), s.reason, s.renewed_from.id if s.renewed_from else "", s.discount or None, s.promo),
    ]


def subscriptions(world: World) -> Sheet:
    """Amounts in cents, as payment systems write them; one row ends before it begins."""
    rows = [_subscription(s) for s in world.subs]
    wrong = next(s for s in world.subs if s.recurring and s.period == "month" and s.start > 300)
    row = _subscription(wrong)
    row[0], row[3] = "sub_90001", as_date(wrong.start - 31)
    rows.append(row)
    header = [
        *("id", "customer", "start", "end", "amount_cents", "interval", "quantity", "currency", "plan", "product"),
        *(
            "trial",
            "contract_start",
            "contract_end",
            "canceled_at",
            "cancel_reason",
            "renewed_from",
            "discount_percent",
        ),
        "promo_code",
    ]
    mapping = {
        "subscription_id": "id",
        "customer_id": "customer",
        "start_date": "start",
        "end_date": "end",
        "amount": {"from": "amount_cents", "divide": 100},
        "billing_period": {"from": "interval", "values": INTERVALS},
        "quantity": "quantity",
        "currency": "currency",
        "plan": "plan",
        "product": "product",
        "is_trial": "trial",
        "contract_start": "contract_start",
        "contract_end": "contract_end",
        "cancelled_on": "canceled_at",
        "cancel_reason": "cancel_reason",
        "renewed_from": "renewed_from",
    }
    return Sheet("billing_subscriptions.csv", "subscriptions", header, rows, mapping)


def invoices(world: World) -> Sheet:
    """Periods written with their last day, as people read them: the mapping makes the end exclusive."""
    rows = []
    for number, i in enumerate(world.invoices):
        last = None if i.end is None else as_date(i.end - 1)
        rows.append(
            [
                *(f"INV-{number + 1:06d}", i.account, as_date(i.issued), civil(i.begin if i.recurring else None), last),
                *(f"{i.cents / 100:.2f}", i.currency, as_date(i.issued + 30), civil(i.paid), i.status, i.recurring),
                *(i.product, i.plan),
            ]
        )
    header = [
        *("Invoice", "Account ID", "Issued", "Period from", "Period to", "Amount", "Currency", "Due", "Paid", "Status"),
        *("Recurring", "Product", "Plan"),
    ]
    mapping = {
        "invoice_id": "Invoice",
        "customer_id": "Account ID",
        "issued_on": "Issued",
        "period_start": "Period from",
        "period_end": {"from": "Period to", "shift_days": 1},
        "amount": "Amount",
        "currency": "Currency",
        "due_on": "Due",
        "paid_on": "Paid",
        "status": "Status",
        "is_recurring": "Recurring",
        "product": "Product",
        "plan": "Plan",
    }
    return Sheet("billing_invoices.csv.gz", "invoices", header, rows, mapping)


def finance(world: World) -> list[Sheet]:
    """The finance team's workbook: titles above the costs, a total below them."""
    mrr = [[account, as_date(month_start(m)), cents / 100] for account, m, cents in world.snapshots]
    costs: list[list[Any]] = [[as_date(d), kind, cents / 100, who, why] for d, kind, cents, who, why in world.costs]
    total = sum(cents for _, _, cents, _, _ in world.costs)
    fx = [[as_date(d), a, b, rate / 10_000] for d, a, b, rate in rates()]
    return [
        Sheet(
            "finance.xlsx",
            "mrr_snapshots",
            ["Account ID", "Month", "MRR (USD)"],
            mrr,
            {"customer_id": "Account ID", "month": "Month", "mrr": "MRR (USD)"},
            sheet="MRR by month",
        ),
        Sheet(
            "finance.xlsx",
            "costs",
            ["Date", "Cost type", "Amount (USD)", "Account ID", "Description"],
            [*costs, [], ["Total", "", total / 100]],
            {
                "incurred_on": "Date",
                "kind": "Cost type",
                "amount": "Amount (USD)",
                "customer_id": "Account ID",
                "description": "Description",
            },
            sheet="Costs",
            above=[[f"{words.COMPANY} Inc., costs by month"], ["Finance, as of 30 June 2026, in USD"], []],
        ),
        Sheet(
            "finance.xlsx",
            "fx_rates",
            ["Month", "From", "To", "Rate"],
            fx,
            {"month": "Month", "from_currency": "From", "to_currency": "To", "rate": "Rate"},
            sheet="FX rates",
        ),
    ]


def services(world: World) -> Sheet:
    """The services shop's export: German headers, semicolons, decimal commas, dotted dates, Windows-1252."""
    rows: list[list[Any]] = []
    for o in world.orders:
        at = instant(o.at)
        money = f"{o.cents / 100:,.2f}".translate(str.maketrans(",.", ".,"))
        rows.append([o.number, o.account, f"{at:%d.%m.%Y %H:%M}", o.product, o.quantity, money, o.currency, o.kind])
    return Sheet(
        "services_orders.csv",
        "orders",
        ["Bestellnummer", "Kundennummer", "Bestelldatum", "Artikel", "Stückzahl", "Betrag", "Währung", "Art"],
        rows,
        {
            "order_id": "Bestellnummer",
            "customer_id": "Kundennummer",
            "ordered_at": "Bestelldatum",
            "amount": "Betrag",
            "quantity": "Stückzahl",
            "product": "Artikel",
            "kind": "Art",
            "currency": "Währung",
        },
        delimiter=";",
        encoding="cp1252",
    )


def sheets(world: World) -> list[Sheet]:
    """Return the sheets of sales, billing and finance."""
    return [
        *(accounts(world), leads(world), opportunities(world), subscriptions(world), invoices(world)),
        *(*finance(world), services(world)),
    ]
