"""Subscriptions: what an account pays for, lived through month by month."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.company import words
from data.company.clock import DAYS, add_months, day
from data.company.dice import Dice

if TYPE_CHECKING:
    from data.company.accounts import Account

PRICES = {  # cents per seat and month
    "USD": {"Starter": 1200, "Team": 2500, "Pro": 4500, "Enterprise": 7000},
    "EUR": {"Starter": 1100, "Team": 2300, "Pro": 4200, "Enterprise": 6500},
}
LENGTH = {"month": 1, "quarter": 3, "year": 12}
PRICE_RISE = day(2026, 1, 1)  # five percent, from the next renewal on


@dataclass
class Sub:
    """One price of one product over one stretch of days; `cents` are for the whole billing period."""

    account: str
    product: str
    plan: str
    start: int
    cents: int
    period: str
    seats: int
    currency: str
    end: int | None = None
    trial: bool = False
    contract_start: int | None = None
    contract_end: int | None = None
    cancelled: int | None = None
    reason: str = ""
    renewed_from: Sub | None = None
    discount: int = 0
    promo: str = ""
    id: str = ""

    @property
    def recurring(self) -> bool:
        return not self.trial and self.period != "one_off"

    @property
    def monthly_cents(self) -> int:
        return self.cents // LENGTH[self.period] if self.recurring else 0


class Life:
    """The life of one account: its open rows by product, and what happens to them."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.dice = Dice("life", account.id)
        self.plan, self.seats, self.period = account.plan, account.seats, account.period
        self.discount = (
            100 if account.grant else 50 if account.promo else self.dice.weighted(((0, 70), (5, 12), (10, 18)))
        )
        self.open: dict[str, Sub] = {}
        self.began = account.start
        self.contract: tuple[int | None, int | None] = (None, None)

    def cents(self, product: str, at: int) -> int:
        share = {words.CORE: 100, **dict(words.ADD_ONS)}[product]
        each = PRICES[self.account.currency][self.plan] * (105 if at >= PRICE_RISE else 100) * share // 10_000
        total = each * self.seats * LENGTH[self.period] * (100 - self.discount) // 100
        return total * 85 // 100 if self.period == "year" else total

    def put(self, product: str, at: int, renewed: bool = False) -> None:
        """Close the product's open row at this day, if there is one, and open the next."""
        old = self.open.get(product)
        start, end = self.contract
        if old and old.start == at and not renewed:
            old.plan, old.seats, old.cents = self.plan, self.seats, self.cents(product, at)
            return
        new = Sub(
            self.account.id,
            product,
            self.plan,
            at,
            self.cents(product, at),
            self.period,
            self.seats,
            self.account.currency,
            contract_start=start if old and not renewed else (at if start is not None else None),
            contract_end=end,
            discount=self.discount,
            promo=self.account.promo if self.discount == 50 else "",
        )
        if old:
            if not renewed and replace(old, start=at) == replace(new, renewed_from=old.renewed_from):
                return
            new.contract_start = old.contract_start if not renewed else new.contract_start
            old.end = at if old.end is None else old.end
            new.renewed_from = old if renewed else None
        self.open[product] = new
        self.account.subs.append(new)

    def begin(self, at: int) -> None:
        annual = self.period != "month"
        self.began = at
        self.contract = (at, add_months(at, 12)) if annual else (None, None)
        self.open = {}
        self.put(words.CORE, at)
        self.account.spells.append((at, None))

    def finish(self, at: int, cancelled: int | None, reason: str) -> None:
        for sub in self.open.values():
            sub.end, sub.cancelled, sub.reason = at, cancelled, reason if cancelled is not None else ""
        self.account.spells[-1] = (self.account.spells[-1][0], at)

    def leaving(self, months: int, at: int) -> float:
        """Return the chance of leaving at a renewal (monthly payers renew every month)."""
        account = self.account
        if account.promo and months == 12:
            return 0.68
        if self.period == "month":
            base = {"SMB": 0.034, "Mid-Market": 0.020, "Enterprise": 0.008}[account.segment]
        else:
            base = {"SMB": 0.21, "Mid-Market": 0.145, "Enterprise": 0.045}[account.segment]
        factor = max(0.2, 2.0 - 2.0 * account.feeling(at)) * (0.35 if account.referrer else 1.0)
        return base * factor

    def grow(self, at: int) -> bool:
        """Let seats, add-ons and plan change between renewals. True when anything did."""
        dice, account = self.dice, self.account
        zeal = 0.5 + account.feeling(at)
        p_seats, low, high = {"SMB": (0.030, 8, 20), "Mid-Market": (0.050, 6, 16), "Enterprise": (0.115, 6, 15)}[
            account.segment
        ]
        p_add = {"SMB": 0.005, "Mid-Market": 0.011, "Enterprise": 0.022}[account.segment]
        changed = False
        if dice.chance(p_seats * zeal):
            self.seats += max(1, self.seats * dice.between(low, high) // 100)
            changed = True
        if self.plan != "Enterprise" and dice.chance({"Starter": 0.016, "Team": 0.010, "Pro": 0.004}[self.plan] * zeal):
            self.plan = words.PLANS[words.PLANS.index(self.plan) + 1]
            changed = True
        if self.period == "month" and not changed and dice.chance(0.012):
            self.shrink()
            changed = True
        for product, _ in words.ADD_ONS:
            if product not in self.open and self.plan != "Starter" and dice.chance(p_add * zeal):
                self.put(product, at)
        return changed

    def shrink(self) -> None:
        if self.plan not in ("Starter", "Enterprise") and self.dice.chance(0.25):
            self.plan = words.PLANS[words.PLANS.index(self.plan) - 1]
        else:
            self.seats = max(2, self.seats * self.dice.between(70, 90) // 100)

    def renew(self, at: int, months: int) -> int:
        """Begin the next contract, and return when: one in fifty signs late, within the grace."""
        late = self.dice.between(4, 20) if self.dice.chance(0.02) else 0
        if late and at + late < DAYS:
            for sub in self.open.values():
                sub.end = at
            self.account.spells[-1] = (self.account.spells[-1][0], at)
            self.account.spells.append((at + late, None))
            at += late
        if self.account.promo and months == 12:
            self.discount = 0
        p_shrink = {"SMB": 0.10, "Mid-Market": 0.10, "Enterprise": 0.05}[self.account.segment]
        if self.dice.chance(p_shrink):
            self.shrink()
        dropped = [p for p in self.open if p != words.CORE and self.dice.chance(0.10)]
        for product in dropped:
            self.open.pop(product).end = at
        self.contract = (at, add_months(self.began, months + 12))
        for product in list(self.open):
            self.put(product, at, renewed=True)
        return at

    def spell(self, start: int) -> int | None:
        """Live from a start to the day of leaving, which is returned, or to the end of the data (None)."""
        dice, months = self.dice, 0
        self.begin(start)
        while True:
            months += 1
            at = add_months(start, months)
            due = self.period == "month" or months % 12 == 0
            early = self.period != "month" and not due and not self.account.promo and dice.chance(0.0015)
            going = (due and dice.chance(self.leaving(months, at))) or early
            reason = "Price" if self.account.promo and dice.chance(0.7) else dice.weighted(words.REASONS)
            if at >= DAYS:
                # Notice given before the data end, for a contract that runs out after it.
                if due and going and self.period != "month" and at < DAYS + 75:
                    self.finish(at, DAYS - dice.between(2, 25), reason)
                return None
            if going:
                silent = not early and self.period != "month" and dice.chance(0.35)
                notice = dice.between(3, 25) if self.period == "month" else dice.between(10, 60)
                self.finish(at, None if silent else max(start, at - notice), reason)
                return at
            if due and self.period != "month":
                at = self.renew(at, months)
            elif self.period == "month":
                for product in list(self.open):
                    self.put(product, at)  # the price rise reaches monthly payers too
            if self.grow(at):
                for product in list(self.open):
                    self.put(product, at)


def live(account: Account) -> None:
    """Fill in the account's subscriptions and spells: trial, fees, growth, renewals, leaving, coming back."""
    life, dice = Life(account), Dice("return", account.id)
    if account.trial:
        trial = Sub(
            account.id, words.CORE, account.plan, account.start - 14, 0, "month", account.seats, account.currency
        )
        trial.end, trial.trial = account.start, True
        account.subs.append(trial)
    if account.plan == "Enterprise":
        fee = Sub(
            account.id,
            "Onboarding",
            account.plan,
            account.start,
            dice.between(6, 20) * 25_000,
            "one_off",
            1,
            account.currency,
        )
        account.subs.append(fee)
    start, returns = account.start, 0
    while (end := life.spell(start)) is not None:
        back = end + dice.between(40, 260)
        if returns or not dice.chance(0.28) or back >= DAYS:
            return
        life.discount, returns, start = 0, 1, back
