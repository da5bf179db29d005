"""The whole company at once: everything simulated, in the order in which one thing needs another."""

from __future__ import annotations

from dataclasses import dataclass

from data.company import money, relations, sales, support, surveys, usage
from data.company.accounts import Account, found, spell_months
from data.company.dice import Dice
from data.company.people import Milestone, User, milestones_of, users_of
from data.company.subscriptions import Sub


@dataclass
class World:
    accounts: list[Account]
    users: list[User]
    subs: list[Sub]
    invoices: list[money.Invoice]
    snapshots: list[tuple[str, int, int]]
    orders: list[money.Order]
    costs: list[tuple[int, str, int, str, str]]
    uses: list[usage.Use]
    milestones: list[Milestone]
    tickets: list[support.Ticket]
    answers: list[surveys.Answer]
    touches: list[relations.Touch]
    referrals: list[relations.Referral]
    churn_log: list[tuple[str, int, str, str, int, bool, str]]
    leads: list[sales.Lead]
    deals: list[sales.Deal]
    mentions: list[tuple[int, str, str, str, float | None]]
    members: list[tuple[str, int, int | None, str]]


def _number(subs: list[Sub]) -> list[Sub]:
    rows = sorted(subs, key=lambda s: (s.start, s.account, s.product, s.period))
    for place, sub in enumerate(rows):
        sub.id = f"sub_{place + 1:05d}"
    return rows


def _sessions(uses: list[usage.Use]) -> list[usage.Use]:
    """Number the sessions in the order of their beginning, one after the other; a session's rows stay together."""
    first: dict[str, int] = {}
    for use in uses:
        if use.session:
            first[use.session] = min(use.at, first.get(use.session, use.at))
    rows = sorted(uses, key=lambda u: (first.get(u.session, u.at), u.account, u.user, u.at))
    numbers: dict[str, str] = {}
    for use in rows:
        if use.session:
            use.session = numbers.setdefault(use.session, f"s{len(numbers) + 1}")
    return rows


def build() -> World:
    """Return the company; the same on every machine."""
    accounts = found()
    months = {a.id: spell_months(a) for a in accounts}
    people = {a.id: users_of(a) for a in accounts}
    users = [u for group in people.values() for u in group]
    subs = _number([s for a in accounts for s in a.subs])
    tickets = support.tickets(accounts, months)
    milestones = [m for a in accounts for m in milestones_of(a, people[a.id])]
    nps = surveys.nps(users)
    referrals = relations.referrals(accounts, months)
    uses = [x for u in users for x in usage.uses_of(u)] + usage.machines([a.id for a in accounts], months)
    touches = [t for a in accounts for t in relations.touches_of(a, months[a.id], people[a.id])]
    invoices = [i for a in accounts for i in money.invoices_of(a)]
    return World(
        accounts=accounts,
        users=users,
        subs=subs,
        invoices=sorted(invoices, key=lambda i: (i.issued, i.account, i.product)),
        snapshots=money.snapshots(accounts),
        orders=money.orders(accounts),
        costs=money.costs(accounts),
        uses=_sessions(uses),
        milestones=milestones,
        tickets=tickets,
        answers=nps + surveys.staff(nps) + surveys.csat(tickets, people) + surveys.onboarding(milestones),
        touches=sorted(touches, key=lambda t: (t.at, t.account.id, t.kind)),
        referrals=referrals,
        churn_log=relations.churn_log(accounts),
        leads=sales.leads(accounts, referrals),
        deals=sales.deals(accounts),
        mentions=sales.mentions(accounts),
        members=relations.members(users),
    )


def sprinkle(name: str, count: int, limit: int) -> list[int]:
    """Return some places among `limit` rows, in order, where an export has one of its blemishes."""
    dice = Dice("blemish", name)
    return sorted({dice.below(limit) for _ in range(count)})
