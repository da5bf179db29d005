"""Use of the product: a row is a feature used in a session, with how often and how long."""

from __future__ import annotations

from dataclasses import dataclass

from data.company import words
from data.company.clock import DAY, DAYS, day
from data.company.dice import Dice
from data.company.people import User

FORECASTS = day(2025, 3, 3)  # the day on which this feature came out
EVENTS = {
    "Reports": "report_created",
    "Dashboards": "dashboard_viewed",
    "Exports": "file_exported",
    "Integrations": "sync_run",
    "Mobile": "app_opened",
    "Automations": "automation_run",
    "Forecasts": "forecast_run",
}
WEIGHTS = {
    "Reports": 30,
    "Dashboards": 34,
    "Exports": 10,
    "Integrations": 8,
    "Mobile": 10,
    "Automations": 8,
    "Forecasts": 9,
}
INTENT = ("pricing_viewed", "seat_limit_reached")


@dataclass
class Use:
    """Minutes of `clock`; a use by a machine has no user."""

    at: int
    account: str
    user: str
    event: str
    feature: str
    session: str
    seconds: int | None
    times: int


def _features(user: User) -> list[tuple[str, int]]:
    """The features this person has taken up: four or five of the seven."""
    dice = Dice("taste", user.id)
    mine = [(f, w) for f, w in WEIGHTS.items() if dice.chance(0.40 + 0.4 * user.mood) or f == "Dashboards"]
    return mine if user.account.plan != "Starter" else [(f, w) for f, w in mine if f != "Forecasts"]


def uses_of(user: User) -> list[Use]:
    """Return everything the person did, session by session. Session ids are numbered later, over all people."""
    dice, account, taste = Dice("usage", user.id), user.account, _features(user)
    left = account.left
    uses: list[Use] = []
    for week in range(user.created // DAY, min(DAYS, user.gone), 7):
        age = week - user.created // DAY
        share = user.zeal * (1.25 if age < 28 and user.activated is not None else 1.0)
        if user.activated is None:
            share *= 0.35
        if left is not None and left - 63 <= week:
            share *= 0.45  # who is going to leave comes less often before
        if not dice.chance(min(0.95, share)):
            continue
        for _ in range(1 + dice.chance(share) + dice.chance(share / 2)):
            on = week + dice.weighted(((0, 1), (1, 3), (2, 3), (3, 3), (4, 3), (5, 3), (6, 1)))
            at = on * DAY + (words.MORNING[account.region] * 60 + dice.between(0, 599)) % DAY
            if on >= DAYS or at < user.created or not (account.active(on) or account.signed_up <= on < account.start):
                continue
            uses += _session(dice, user, at, taste)
    return uses


def _session(dice: Dice, user: User, at: int, taste: list[tuple[str, int]]) -> list[Use]:
    choice = [(f, w) for f, w in taste if f != "Forecasts" or at >= FORECASTS * DAY]
    rows: list[Use] = []
    session = f"{user.id}@{at}"
    for _ in range(1 + dice.chance(0.38) + dice.chance(0.12)):
        feature = dice.weighted(choice)
        seconds = dice.skewed(360)
        event = "report_viewed" if feature == "Reports" and dice.chance(0.45) else EVENTS[feature]
        rows.append(Use(at, user.account.id, user.id, event, feature, session, seconds, dice.skewed(2)))
        at += 1 + seconds // 60
    if user.role in ("Admin", "Manager") and dice.chance(0.006 + 0.014 * user.mood):
        rows.append(Use(at, user.account.id, user.id, dice.pick(INTENT), "", session, None, 1))
    return [r for r in rows if r.at < DAYS * DAY]


def machines(accounts: list[str], active: dict[str, list[int]]) -> list[Use]:
    """Return what runs by itself: an account's nightly sync on the first day of each of its months, without a user."""
    rows: list[Use] = []
    for account in accounts:
        dice = Dice("machine", account)
        if dice.chance(0.15):
            rows += [
                Use(d * DAY + 120, account, "", "sync_run", "Integrations", "", None, dice.skewed(60))
                for d in active[account]
            ]
    return rows
