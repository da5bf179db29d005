"""The people at the accounts, and the steps that accounts and people reach."""

from __future__ import annotations

from dataclasses import dataclass

from data.company import words
from data.company.accounts import Account
from data.company.clock import DAY, DAYS
from data.company.dice import Dice


@dataclass
class User:
    """A person with a login. Instants are minutes of `clock`."""

    id: str
    account: Account
    role: str
    seniority: str
    created: int
    activated: int | None
    gone: int  # the first day on which this person no longer works there (DAYS: still there)
    zeal: float  # how likely a use in a week, 0 to 1
    mood: float


@dataclass
class Milestone:
    account: Account
    user: User | None
    name: str
    started: int | None
    reached: int | None


def _last_day(account: Account) -> int:
    end = account.spells[-1][1]
    return DAYS if end is None else min(DAYS, end)


def users_of(account: Account) -> list[User]:
    """Return the account's people in the order of their coming."""
    dice = Dice("people", account.id)
    low, high = {"SMB": (1, 3), "Mid-Market": (2, 5), "Enterprise": (3, 7)}[account.segment]
    end = _last_day(account)
    people: list[User] = []
    for place in range(dice.between(low, high)):
        # The first comes with the sign-up, most within a quarter, some much later.
        delay = 0 if place == 0 else dice.skewed(25) if dice.chance(0.75) else dice.between(60, 500)
        created = (account.signed_up + delay) * DAY + dice.between(0, 1439)
        if created >= end * DAY:
            continue
        role = "Admin" if place == 0 else dice.weighted(words.ROLES)
        seniority = words.SENIORITY[role]
        if role in ("Manager", "Executive") and dice.chance(0.35):
            seniority = "director"
        mood = 0.75 * account.mood + 0.25 * dice.roll()
        reached = created + dice.skewed(5 * DAY)
        gone = DAYS
        if place > 0 and dice.chance(0.06):
            gone = min(DAYS, created // DAY + dice.between(120, 600))
        people.append(
            User(
                id=f"U{account.id}-{place + 1}",
                account=account,
                role=role,
                seniority=seniority,
                created=created,
                activated=reached if dice.chance(0.5 + 0.45 * mood) and reached < end * DAY else None,
                gone=gone,
                zeal=0.12 + 0.55 * dice.bell() * (0.5 + mood) * (0.6 if role in ("Executive", "Viewer") else 1.0),
                mood=mood,
            )
        )
    return people


def milestones_of(account: Account, people: list[User]) -> list[Milestone]:
    """Return what the account and its people reached, in time; steps begun and not reached have no `reached`."""
    dice = Dice("milestones", account.id)
    end = _last_day(account) * DAY
    begin = account.signed_up * DAY + dice.between(480, 1000)
    found = [Milestone(account, None, "signed_up", None, begin)]

    def step(name: str, started: int | None, after: int, share: float) -> int | None:
        reached: int | None = begin + after
        if not dice.chance(share) or begin + after >= end:
            reached = None
        if started is not None and started >= end:
            return None
        if reached is not None or started is not None:
            found.append(Milestone(account, None, name, started, reached))
        return reached

    slow = {"SMB": 10, "Mid-Market": 24, "Enterprise": 42}[account.segment]
    onboarding = account.start * DAY + dice.between(500, 5 * DAY)
    step("onboarding_started", None, onboarding - begin, 0.97)
    if found[-1].name == "onboarding_started":
        length = dice.skewed(slow * DAY)
        step("onboarding_completed", onboarding, onboarding - begin + length, 0.62 + 0.33 * account.mood)
    step("activated", None, dice.skewed(9 * DAY), 0.66 + 0.3 * account.mood)
    first = step("first_value", None, dice.skewed(slow * DAY * 3 // 4), 0.6 + 0.35 * account.mood)
    if first is not None:
        step("exceeded_value", None, first - begin + dice.skewed(110 * DAY), 0.25 + 0.5 * account.mood)
    for user in people:
        if user.activated is not None:
            found.append(Milestone(account, user, "activated", None, user.activated))
    return found
