"""The accounts: who they are, when they come, and how content they are (which nobody can export)."""

from __future__ import annotations

from dataclasses import dataclass, field

from data.company import words
from data.company.clock import DAYS, add_months, as_date, day, month_start
from data.company.dice import Dice
from data.company.subscriptions import Sub, live

# New accounts a month, from launch to the end; the promotion of the first quarter of 2025 comes on top.
ARRIVALS = (
    *(12, 13, 15, 16, 17, 17, 15, 12, 18, 20, 20, 14, 18, 19, 20, 21, 20, 20, 17, 14, 22, 22, 21, 16, 21, 22, 23, 23),
    *(22, 20),
)
PROMOTION = "NEWYEAR50"
PROMOTED = {12: 17, 13: 17, 14: 16}
RELEASE = day(2025, 9, 15)  # the release that one region does not like


@dataclass
class Account:
    """One account. `mood` runs from 0 (unhappy) to 1; days are numbers of `clock`."""

    id: str
    name: str
    segment: str
    region: str
    country: str
    industry: str
    employees: int
    csm: str
    channel: str
    currency: str
    promo: str
    mood: float
    start: int
    trial: bool
    plan: str
    seats: int
    period: str
    referrer: str = ""
    parent: str = ""
    grant: bool = False
    strategic: bool = False
    subs: list[Sub] = field(default_factory=list)
    spells: list[tuple[int, int | None]] = field(default_factory=list)

    @property
    def signed_up(self) -> int:
        return self.start - 14 if self.trial else self.start

    @property
    def german(self) -> bool:
        return self.country in words.GERMAN

    def active(self, at: int) -> bool:
        return any(a <= at and (b is None or at < b) for a, b in self.spells)

    @property
    def left(self) -> int | None:
        """The day on which the account ended for good, as far as the data know."""
        end = self.spells[-1][1]
        return end if end is not None and end < DAYS else None

    def feeling(self, at: int) -> float:
        """How content the account is on a day: the release of September 2025 costs one region its good mood."""
        return self.mood - (0.17 if self.region == "EMEA" and at >= RELEASE else 0.0)


def _plan(dice: Dice, segment: str) -> str:
    shares = {
        "SMB": (("Starter", 48), ("Team", 42), ("Pro", 10)),
        "Mid-Market": (("Starter", 4), ("Team", 36), ("Pro", 54), ("Enterprise", 6)),
        "Enterprise": (("Pro", 34), ("Enterprise", 66)),
    }
    return dice.weighted(shares[segment])


def _seats(dice: Dice, segment: str) -> int:
    return {"SMB": 3 + dice.skewed(7), "Mid-Market": 15 + dice.skewed(35), "Enterprise": 50 + dice.skewed(70)}[segment]


def _period(dice: Dice, segment: str) -> str:
    shares = {
        "SMB": (("month", 56), ("year", 44)),
        "Mid-Market": (("month", 18), ("quarter", 16), ("year", 66)),
        "Enterprise": (("quarter", 14), ("year", 86)),
    }
    return dice.weighted(shares[segment])


def _name(dice: Dice, industry: str, country: str, taken: set[str]) -> str:
    while True:
        name = f"{dice.pick(words.FIRST)} {dice.pick(words.SECOND[industry])}"
        if name not in taken:
            taken.add(name)
            legal = words.LEGAL.get(country, "")
            return f"{name} {legal}" if legal and dice.chance(0.4) else name


def _account(number: int, start: int, promoted: bool, taken: set[str]) -> Account:
    dice = Dice("account", number)
    segment = "SMB" if promoted else dice.weighted(words.SEGMENTS)
    region = dice.weighted(words.REGIONS)
    country = dice.weighted(words.COUNTRIES[region])
    industry = dice.weighted(words.INDUSTRIES)
    channel = "Paid Search" if promoted else dice.weighted(words.CHANNELS)
    employees = {
        "SMB": 8 + dice.skewed(35),
        "Mid-Market": 150 + dice.skewed(260),
        "Enterprise": 1000 + dice.skewed(2400),
    }
    return Account(
        id=f"{number * 7 + 203:05d}",  # ids as a CRM counts them: with gaps and leading zeros
        name=_name(dice, industry, country, taken),
        segment=segment,
        region=region,
        country=country,
        industry=industry,
        employees=employees[segment],
        csm=dice.pick(words.CSMS[segment]),
        channel=channel,
        currency="EUR" if country in words.EURO else "USD",
        promo=PROMOTION if promoted else "",
        mood=dice.bell(),
        start=start,
        trial=segment != "Enterprise" and start >= 14 and dice.chance(0.55),
        plan="Starter" if promoted else _plan(dice, segment),
        seats=_seats(dice, segment),
        period="year" if promoted else _period(dice, segment),
        grant=not promoted and segment == "SMB" and dice.chance(0.025),
        strategic=segment == "Enterprise" and dice.chance(0.3),
    )


def _refer(account: Account, earlier: list[Account], dice: Dice) -> None:
    """Give a newcomer the customer that sent it: a contented one, who is still there."""
    able = [a for a in earlier if a.active(account.start - 20) and a.mood > 0.5]
    if not able or not dice.chance(0.17):
        return
    best = max((dice.pick(able) for _ in range(3)), key=lambda a: (a.mood, a.id))
    account.referrer, account.channel = best.id, "Referral"
    account.mood = min(1.0, account.mood + 0.12)


def found() -> list[Account]:
    """Return all accounts in the order of their coming, with their subscriptions lived through."""
    starts: list[tuple[int, bool]] = []
    for index, count in enumerate(ARRIVALS):
        first = month_start(index)
        length = month_start(index + 1) - first
        dice = Dice("arrivals", index)
        days = sorted(first + dice.below(length) for _ in range(count))
        starts += [(d, False) for d in days]
        starts += [(first + dice.below(length), True) for _ in range(PROMOTED.get(index, 0))]
    accounts: list[Account] = []
    taken: set[str] = set()
    for number, (start, promoted) in enumerate(sorted(starts)):
        account = _account(number, start, promoted, taken)
        dice = Dice("place", number)
        if not promoted and not account.grant:
            _refer(account, accounts, dice)
        parents = [a for a in accounts if a.segment == "Enterprise" and not a.parent and a.country == account.country]
        if parents and account.segment == "Mid-Market" and dice.chance(0.12):
            account.parent = dice.pick(parents).id
        live(account)
        accounts.append(account)
    return accounts


def spell_months(account: Account) -> list[int]:
    """Return the days on which a month of the account's life begins, over all its spells, to the end of the data."""
    months: list[int] = []
    for begin, end in account.spells:
        k, at = 0, begin
        while at < min(DAYS, DAYS if end is None else end):
            months.append(at)
            k += 1
            at = add_months(begin, k)
    return months


def iso(number: int | None) -> str:
    """Return a day as 2025-03-09, nothing as ''."""
    return "" if number is None else as_date(number).isoformat()
