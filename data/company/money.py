"""Money besides subscriptions: invoices, the finance team's monthly sheet, orders of services, costs, rates."""

from __future__ import annotations

from dataclasses import dataclass

from data.company import words
from data.company.accounts import Account
from data.company.clock import DAY, DAYS, MONTHS, add_months, month_of, month_start
from data.company.dice import Dice
from data.company.subscriptions import LENGTH, Sub

# US dollars for a euro, in ten-thousandths, month by month.
RATES = (
    *(10905, 10795, 10872, 10728, 10812, 10759, 10844, 11012, 11106, 10904, 10630, 10479),
    *(10354, 10413, 10807, 11214, 11278, 11516, 11683, 11632, 11731, 11634, 11561, 11713),
    *(11742, 11790, 11688, 11654, 11720, 11755),
)
SERVICES = (
    ("Admin training", 49_000),
    ("Analyst course", 29_000),
    ("Template pack", 9_900),
    ("Consulting day", 145_000),
)


@dataclass
class Invoice:
    account: str
    issued: int
    begin: int | None
    end: int | None
    cents: int
    currency: str
    paid: int | None
    status: str
    product: str
    plan: str
    recurring: bool


@dataclass
class Order:
    number: str
    account: str
    at: int
    cents: int
    quantity: int
    product: str
    kind: str
    currency: str


def _bill(sub: Sub, begin: int, end: int | None, cents: int) -> Invoice:
    dice = Dice("invoice", sub.id, begin)
    paid: int | None = begin + dice.skewed(16)
    status = "paid"
    if dice.chance(0.012):
        paid, status = None, "void" if dice.chance(0.3) else "overdue"
    elif paid is not None and paid >= DAYS:
        paid, status = None, "overdue" if begin + 30 < DAYS else "open"
    return Invoice(
        sub.account, begin, begin, end, cents, sub.currency, paid, status, sub.product, sub.plan, sub.recurring
    )


def invoices_of(account: Account) -> list[Invoice]:
    """Return the lines billed: in advance at each turn of the billing period, in part where a row begins within one."""
    rows: list[Invoice] = []
    last: dict[str, Sub] = {}
    for sub in sorted(account.subs, key=lambda s: (s.start, s.id)):
        if sub.trial or not sub.cents:
            continue
        if not sub.recurring:
            rows.append(_bill(sub, sub.start, None, sub.cents))
            continue
        length, anchor = LENGTH[sub.period], sub.contract_start
        anchor = sub.start if anchor is None else anchor
        before = last.get(sub.product)
        last[sub.product] = sub
        k = 0
        while (turn := add_months(anchor, k)) < min(DAYS, sub.end or DAYS):
            following = add_months(anchor, k + length)
            if sub.contract_end is not None and following > sub.contract_end:
                following = sub.contract_end
            if turn >= sub.start:
                months = min(length, max(1, round((following - turn) / 30.4)))
                rows.append(_bill(sub, turn, following, sub.cents * months // length))
            elif following > sub.start and before and before.contract_start == sub.contract_start:
                months = max(1, round((following - sub.start) / 30.4))
                part = (sub.cents - before.cents) * months // length
                if part and months < length:
                    rows.append(_bill(sub, sub.start, following, part))
            k += length
    return rows


def usd(cents: int, currency: str, month: int) -> int:
    """Return cents in US dollars at the month's rate."""
    return cents * RATES[max(0, min(month, MONTHS - 1))] // 10_000 if currency == "EUR" else cents


def snapshots(accounts: list[Account]) -> list[tuple[str, int, int]]:
    """Return (account, month, cents): what finance counts as recurring in a month, as it stood at the month's end."""
    rows = []
    for account in accounts:
        for month in range(MONTHS):
            end = month_start(month + 1)
            cents = sum(
                usd(s.monthly_cents, s.currency, month)
                for s in account.subs
                if s.recurring and s.start < end and (s.end is None or s.end >= end)
            )
            if cents:
                rows.append((account.id, month, cents))
    return rows


def orders(accounts: list[Account]) -> list[Order]:
    """Return lines of the services shop: customers, a few guests, a few refunds."""
    rows: list[Order] = []
    for account in accounts:
        dice, before = Dice("orders", account.id), False
        at = account.start + dice.between(1, 90)
        while account.active(at) and at < DAYS:
            if dice.chance(0.22 + 0.3 * account.mood):
                rows += _order(dice, account, at, before)
                before = True
                if dice.chance(0.14) and account.active(at + 9) and at + 9 < DAYS:  # a second order soon after
                    rows += _order(dice, account, at + dice.between(2, 9), before)
            at += dice.between(40, 240)
    for month in range(MONTHS):
        dice = Dice("shop guests", month)
        for _ in range(dice.between(0, 3)):
            rows += _order(dice, None, month_start(month) + dice.below(28), False)
    rows.sort(key=lambda o: (o.at, o.account, o.product))
    numbers: dict[str, str] = {}
    for row in rows:
        row.number = numbers.setdefault(row.number, f"SO-{5001 + len(numbers)}")
    return rows


def _order(dice: Dice, account: Account | None, on: int, before: bool) -> list[Order]:
    at, owner = on * DAY + dice.between(480, 1080), account.id if account else ""
    currency = account.currency if account else "EUR"
    kind = "repeat" if before else "new"
    lines = []
    for product, cents in sorted({dice.pick(SERVICES) for _ in range(1 + dice.chance(0.3))}):
        count = dice.skewed(2)
        lines.append(Order(f"{owner or 'guest'}@{at}", owner, at, cents * count, count, product, kind, currency))
        if dice.chance(0.03) and on + 9 < DAYS:
            back = at + 9 * DAY
            lines.append(Order(f"refund {owner}@{at}", owner, back, -cents * count, count, product, "refund", currency))
    return lines


def costs(accounts: list[Account]) -> list[tuple[int, str, int, str, str]]:
    """Return (day, kind, cents, account, description): the month's costs at its end, and some for one account."""
    rows: list[tuple[int, str, int, str, str]] = []
    for month in range(MONTHS):
        dice, end = Dice("costs", month), month_start(month + 1) - 1
        here = sum(a.active(end) for a in accounts)
        come = sum(month_of(a.start) == month for a in accounts)
        for kind, description, base, each in (
            ("acquisition", "Paid search", 900_000, 38_000 * come),
            ("acquisition", "Events and trade fairs", 600_000 if month % 3 else 2_400_000, 0),
            ("acquisition", "Sales salaries and commission", 5_200_000, 70_000 * come),
            ("retention", "Customer success team", 2_600_000, 8_500 * here),
            ("retention", "Training and webinars", 240_000, 600 * here),
            ("support", "Support team", 600_000, 2_600 * here),
            ("support", "Support tooling", 90_000, 250 * here),
        ):
            rows.append((end, kind, (base + each) * dice.between(92, 108) // 100, "", description))
    for account in accounts:
        dice, left = Dice("farewell", account.id), account.left
        if left is not None and dice.chance(0.4):
            rows.append((left, "churn", dice.between(4, 60) * 2_500, account.id, "Win-back and offboarding"))
    return sorted(rows)


def rates() -> list[tuple[int, str, str, int]]:
    """Return (first day of the month, from, to, ten-thousandths)."""
    return [(month_start(m), "EUR", words.HOME_CURRENCY, rate) for m, rate in enumerate(RATES)]
