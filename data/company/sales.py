"""Sales: leads and trials, deals, and what is said about the company outside of surveys."""

from __future__ import annotations

from dataclasses import dataclass, field

from data.company import words
from data.company.accounts import Account
from data.company.clock import DAY, DAYS, MONTHS, month_start
from data.company.comments import comment
from data.company.dice import Dice
from data.company.relations import Referral
from data.company.subscriptions import LENGTH


@dataclass
class Lead:
    account: str
    created: int
    contacted: int | None
    trial: int | None
    converted: int | None
    pql: bool
    source: str
    owner: str
    key: str = ""
    id: str = field(default="")


@dataclass
class Deal:
    account: str
    created: int
    closed: int | None
    cents: int
    status: str
    stage: str
    kind: str
    source: str
    strategic: bool
    owner: str
    id: str = ""


def leads(accounts: list[Account], asked: list[Referral]) -> list[Lead]:
    """Return every customer's own lead, and those that came to nothing; referrals' leads get their ids filled in."""
    rows: list[Lead] = []
    for account in accounts:
        dice = Dice("lead", account.id)
        created = max(
            0, account.signed_up - (dice.skewed(12) if account.segment == "SMB" else dice.skewed(40))
        ) * DAY + dice.between(0, 1439)
        converted = account.start * DAY + dice.between(480, 1100)
        trial = account.signed_up * DAY + dice.between(0, 1400) if account.trial else None
        contacted: int | None = created + dice.skewed(420)
        if contacted is not None and (contacted >= converted or dice.chance(0.08)):
            contacted = None
        rows.append(
            Lead(
                account.id,
                created,
                contacted,
                trial,
                converted,
                account.trial and dice.chance(0.4),
                account.channel,
                dice.pick(words.SELLERS),
            )
        )
    for month in range(MONTHS):
        dice = Dice("cold leads", month)
        for _ in range(22 + month // 2 + dice.between(0, 8)):
            created = (month_start(month) + dice.below(28)) * DAY + dice.between(0, 1439)
            contacted = created + dice.skewed(900) if dice.chance(0.7) else None
            trial = created + dice.skewed(2 * DAY) if dice.chance(0.38) else None
            source = dice.weighted(words.CHANNELS)
            rows.append(
                Lead(
                    "",
                    created,
                    contacted,
                    trial,
                    None,
                    trial is not None and dice.chance(0.2),
                    source,
                    dice.pick(words.SELLERS),
                )
            )
    for number, referral in enumerate(asked):
        if referral.lead and referral.made is not None:
            dice = Dice("referred lead", number)
            contacted = referral.made + dice.skewed(300)
            rows.append(
                Lead(
                    "",
                    referral.made,
                    contacted,
                    None,
                    None,
                    False,
                    "Referral",
                    dice.pick(words.SELLERS),
                    key=str(number),
                )
            )
    end = DAYS * DAY
    rows.sort(key=lambda r: (r.created, r.account))
    for place, row in enumerate(rows):
        row.id = f"L{place + 1:05d}"
        row.contacted = row.contacted if row.contacted is not None and row.contacted < end else None
        row.trial = row.trial if row.trial is not None and row.trial < end else None
        if row.key:
            asked[int(row.key)].lead = row.id
    return rows


def deals(accounts: list[Account]) -> list[Deal]:
    """Return the pipeline: new business, renewals, upsells and cross-sells, won, lost and open."""
    rows: list[Deal] = []
    for account in accounts:
        if account.segment == "SMB":
            continue
        dice = Dice("deal", account.id)
        seller = dice.pick(words.SELLERS)
        source = account.channel
        seen: set[str] = set()
        before: dict[str, int] = {}
        for sub in sorted((s for s in account.subs if s.recurring), key=lambda s: (s.start, s.product)):
            year = sub.cents * 12 // LENGTH[sub.period]
            old = before.get(sub.product)
            before[sub.product] = year
            kind, cents = "new", year
            if sub.renewed_from:
                kind = "renewal"
            elif old is not None:
                kind, cents = "upsell", year - old
            elif seen:
                kind = "cross_sell"
            seen.add(sub.product)
            if cents < 60_000:
                continue
            closed = sub.start * DAY + dice.between(480, 1000)
            created = max(0, closed - dice.skewed(38) * DAY)
            strategic = bool(account.referrer) and account.segment == "Enterprise" and kind == "new"
            rows.append(
                Deal(
                    account.id,
                    created,
                    closed,
                    cents,
                    "won",
                    "Closed won",
                    kind,
                    source if kind == "new" else "CSM",
                    strategic,
                    seller,
                )
            )
        _lost_and_open(rows, account, dice, seller)
    for month in range(MONTHS):
        dice = Dice("lost deals", month)
        for _ in range(7 + month // 4 + dice.below(6)):
            created = (month_start(month) + dice.below(28)) * DAY + dice.between(480, 1000)
            closed = created + dice.skewed(45) * DAY
            source = "Referral" if dice.chance(0.07) else dice.weighted(words.CHANNELS)
            done = closed < DAYS * DAY
            status, stage = (
                ("lost", "Closed lost") if done else ("open", dice.pick(("Discovery", "Proposal", "Negotiation")))
            )
            strategic = source == "Referral" and dice.chance(0.4)
            rows.append(
                Deal(
                    "",
                    created,
                    closed if done else None,
                    dice.skewed(14) * 100_000,
                    status,
                    stage,
                    "new",
                    source,
                    strategic,
                    dice.pick(words.SELLERS),
                )
            )
    rows.sort(key=lambda d: (d.created, d.account, d.kind, d.cents))
    for place, row in enumerate(rows):
        row.id = f"OPP-{place + 1:05d}"
    return rows


def _lost_and_open(rows: list[Deal], account: Account, dice: Dice, seller: str) -> None:
    for begin, end in account.spells:
        at = begin + dice.between(90, 240)
        while at < min(DAYS, end or DAYS):
            created, closed = at * DAY + 700, (at + dice.skewed(35)) * DAY + 700
            done = closed < DAYS * DAY
            status, stage = ("lost", "Closed lost") if done else ("open", dice.pick(("Discovery", "Proposal")))
            kind = dice.pick(("upsell", "cross_sell"))
            rows.append(
                Deal(
                    account.id,
                    created,
                    closed if done else None,
                    dice.skewed(30) * 10_000,
                    status,
                    stage,
                    kind,
                    "CSM",
                    False,
                    seller,
                )
            )
            at += dice.between(150, 420)


def mentions(accounts: list[Account]) -> list[tuple[int, str, str, str, float | None]]:
    """Return texts about the company: (minute, source, account, text, sentiment if it was scored)."""
    rows = []
    for month in range(MONTHS):
        for source, count in (("sales_call", 5), ("social", 7), ("review", 3)):
            dice = Dice("mention", source, month)
            for _ in range(count + dice.below(5)):
                at = (month_start(month) + dice.below(28)) * DAY + dice.between(400, 1300)
                here = [a for a in accounts if a.active(at // DAY)]
                account = dice.pick(here) if here and source != "social" else None
                mood = (account.feeling(at // DAY) if account else 0.5) + (dice.roll() - 0.5) * 0.6
                tone = "good" if mood > 0.5 else "mixed" if mood > 0.34 else "bad"
                scored = round({"good": 0.4, "mixed": -0.1, "bad": -0.9}[tone] + dice.roll() * 0.5, 2)
                text = comment(dice, tone, bool(account and account.german))
                rows.append((at, source, account.id if account else "", text, scored if dice.chance(0.8) else None))
    return sorted(rows)
