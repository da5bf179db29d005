"""Support: tickets, with the backlog of February and March 2026."""

from __future__ import annotations

from dataclasses import dataclass

from data.company import words
from data.company.accounts import Account
from data.company.clock import DAY, DAYS, MONTHS, add_months, day, month_start
from data.company.dice import Dice

BACKLOG = (day(2026, 2, 1), day(2026, 4, 1))
PRIORITIES = (("low", 22), ("normal", 48), ("high", 22), ("urgent", 8))
FIRST_MINUTES = {"low": 420, "normal": 240, "high": 110, "urgent": 35}
SOLVE_MINUTES = {"low": 2600, "normal": 1500, "high": 900, "urgent": 420}
CATEGORIES = (("How-to", 30), ("Bug", 26), ("Billing", 14), ("Integration", 14), ("Access", 10), ("Feature request", 6))
CHANNELS = (("email", 46), ("chat", 30), ("web", 18), ("phone", 6))


@dataclass
class Ticket:
    """Instants are minutes of `clock`, durations minutes, cost cents. A guest's ticket has no account."""

    account: Account | None
    created: int
    first: int | None
    solve: int | None
    status: str
    replies: int
    reopened: int
    priority: str
    product: str
    category: str
    channel: str
    agent: str
    satisfaction: int | None
    cents: int
    id: str = ""

    @property
    def late(self) -> bool:
        return BACKLOG[0] * DAY <= self.created < BACKLOG[1] * DAY

    @property
    def resolved(self) -> int | None:
        return None if self.solve is None else self.created + self.solve


def rate(dice: Dice, ticket: Ticket) -> int:
    """Return how satisfied the customer is with a ticket, 1 to 5: the backlog costs more than a point."""
    mood = 0.5 if ticket.account is None else ticket.account.feeling(ticket.created // DAY)
    x = 0.35 * mood + 0.65 * dice.roll() - (0.27 if ticket.late else 0.0) - (0.08 if ticket.reopened else 0.0)
    return 5 if x > 0.42 else 4 if x > 0.25 else 3 if x > 0.16 else 2 if x > 0.07 else 1


def _ticket(dice: Dice, account: Account | None, created: int) -> Ticket:
    priority, category = dice.weighted(PRIORITIES), dice.weighted(CATEGORIES)
    factor = 34 if BACKLOG[0] * DAY <= created < BACKLOG[1] * DAY else 10
    first = dice.skewed(FIRST_MINUTES[priority]) * factor // 10
    solve: int | None = first + dice.skewed(SOLVE_MINUTES[priority]) * factor // 10
    never = dice.chance(0.025)
    replies = 1 if dice.chance(0.44) else 1 + dice.skewed(2)
    reopened = 0 if dice.chance(0.92) else 1 + dice.chance(0.2)
    end = DAYS * DAY
    if never or created + (solve or 0) >= end:
        solve = None
    addons = ["Insights", "Automations"] if account and account.segment != "SMB" else []
    product = dice.pick(addons) if addons and dice.chance(0.25) else words.CORE
    ticket = Ticket(
        account,
        created,
        first if created + first < end else None,
        solve,
        "closed" if solve is not None else "pending" if dice.chance(0.4) else "open",
        replies if created + first < end else 0,
        reopened,
        priority,
        product,
        category,
        dice.weighted(CHANNELS),
        dice.pick(words.AGENTS),
        None,
        600 + replies * 450 + dice.between(0, 500),
    )
    if solve is not None and dice.chance(0.35):
        ticket.satisfaction = rate(dice, ticket)
    return ticket


def tickets(accounts: list[Account], months: dict[str, list[int]]) -> list[Ticket]:
    """Return all tickets in the order of their coming, guests' among them."""
    rows: list[Ticket] = []
    for account in accounts:
        dice = Dice("tickets", account.id)
        for begin in months[account.id]:
            share = {"SMB": 0.34, "Mid-Market": 0.62, "Enterprise": 1.0}[account.segment] * (1.35 - 0.7 * account.mood)
            length = add_months(begin, 1) - begin
            for _ in range(dice.chance(share / 2) + dice.chance(share / 2) + dice.chance(share / 8)):
                on = begin + dice.below(length)
                created = on * DAY + (words.MORNING[account.region] * 60 + dice.between(0, 640)) % DAY
                if account.active(on) and on < DAYS:
                    rows.append(_ticket(dice, account, created))
    for index in range(MONTHS):
        dice = Dice("guests", index)
        for _ in range(dice.between(2, 6)):
            rows.append(_ticket(dice, None, (month_start(index) + dice.below(28)) * DAY + dice.between(400, 1200)))
    rows.sort(key=lambda t: (t.created, t.account.id if t.account else ""))
    for number, row in enumerate(rows):
        row.id = f"T-{10_000 + number}"
    return rows
