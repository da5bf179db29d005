"""Surveys: sent, partly answered, some with a comment."""

from __future__ import annotations

from dataclasses import dataclass

from data.company.accounts import RELEASE, Account
from data.company.clock import DAY, DAYS, MONTHS, as_date, month_start
from data.company.comments import comment
from data.company.dice import Dice
from data.company.people import Milestone, User
from data.company.support import Ticket, rate


@dataclass
class Answer:
    """One survey sent to one person; instants are minutes of `clock`."""

    survey: str
    account: Account | None
    user: str
    sent: int
    answered: int | None
    score: int | None
    comment: str
    channel: str
    campaign: str
    kind: str = "customer"


def _nps(x: float) -> int:
    if x > 0.50:
        return 10 if x > 0.585 else 9
    if x > 0.40:
        return 8 if x > 0.45 else 7
    return (
        6
        if x > 0.35
        else 5
        if x > 0.30
        else 4
        if x > 0.25
        else 3
        if x > 0.20
        else 2
        if x > 0.14
        else 1
        if x > 0.08
        else 0
    )


def _tone(score: int, high: int, low: int) -> str:
    return "good" if score >= high else "bad" if score <= low else "mixed"


def _reply(dice: Dice, sent: int, share: float, days: int = 6) -> int | None:
    """Return when the person answered, if ever, or not yet by the end of the data."""
    at = sent + dice.skewed(days * DAY // 4)
    return at if dice.chance(share) and at < DAYS * DAY else None


def nps(users: list[User]) -> list[Answer]:
    """Return the NPS surveys: in each month a fifth of the people, so that each is asked every fifth month."""
    rows: list[Answer] = []
    for index in range(1, MONTHS):
        on = month_start(index) + 9
        campaign = f"NPS {as_date(on):%Y-%m}"
        for place, user in enumerate(users):
            account = user.account
            if (place + index) % 5 or not account.active(on) or not user.created // DAY + 30 <= on < user.gone:
                continue
            dice = Dice("nps", index, user.id)
            sent = on * DAY + 540 + dice.between(0, 60)
            at, score, text = _reply(dice, sent, 0.33 + 0.12 * account.mood), None, ""
            if at is not None:
                angry = account.region == "EMEA" and on >= RELEASE
                score = _nps(0.55 * (0.6 * account.feeling(on) + 0.4 * user.mood) + 0.45 * dice.bell())
                if dice.chance(0.42):
                    theme = "release" if angry and dice.chance(0.6) else None
                    text = comment(dice, _tone(score, 9, 6), account.german, theme)
            rows.append(
                Answer(
                    "NPS", account, user.id, sent, at, score, text, dice.pick(("email", "email", "in-app")), campaign
                )
            )
    return rows


def csat(tickets: list[Ticket], people: dict[str, list[User]]) -> list[Answer]:
    """Return the CSAT surveys after resolved tickets, 1 to 5, and the CES ones for every third of them, 1 to 7."""
    rows: list[Answer] = []
    for ticket in tickets:
        dice, done = Dice("csat", ticket.id), ticket.resolved
        if done is None or not dice.chance(0.62):
            continue
        account = ticket.account
        there = [u for u in people.get(account.id, ()) if u.created < ticket.created] if account else []
        user = dice.pick(there).id if there else ""
        effort = dice.chance(0.36)
        at = _reply(dice, done + 30, 0.40, 2)
        score, text = None, ""
        if at is not None:
            score = rate(dice, ticket)
            if effort:
                score = max(1, min(7, score + dice.between(0, 2)))
            if dice.chance(0.3):
                tone = _tone(score, 6, 3) if effort else _tone(score, 4, 2)
                theme = "support" if ticket.late or dice.chance(0.7) else None
                text = comment(dice, tone, bool(account and account.german), theme)
        rows.append(Answer("CES" if effort else "CSAT", account, user, done + 30, at, score, text, "email", ticket.id))
    return rows


def onboarding(milestones: list[Milestone]) -> list[Answer]:
    """Return the surveys after onboarding, and those ten days after a person's activation, 1 to 5."""
    rows: list[Answer] = []
    for place, step in enumerate(milestones):
        if step.reached is None or step.name not in ("onboarding_completed", "activated"):
            continue
        dice, whole = Dice("onboarding", place), step.name == "onboarding_completed"
        if not whole and (step.user is None or not dice.chance(0.5)):
            continue
        sent = step.reached + (DAY if whole else 10 * DAY)
        if sent >= DAYS * DAY:
            continue
        account = step.account
        at, score, text = _reply(dice, sent, 0.46), None, ""
        if at is not None:
            x = 0.6 * account.feeling(sent // DAY) + 0.4 * dice.roll()
            score = 5 if x > 0.48 else 4 if x > 0.34 else 3 if x > 0.24 else 2 if x > 0.15 else 1
            if dice.chance(0.3):
                text = comment(dice, _tone(score, 4, 2), account.german)
        user = step.user.id if step.user else f"U{account.id}-1"
        kind = "Onboarding" if whole else "Post-activation"
        rows.append(Answer(kind, account, user, sent, at, score, text, "email" if whole else "in-app", ""))
    return rows


def staff(rows: list[Answer]) -> list[Answer]:
    """Return a few NPS answers of our own employees, as test sends leave them in an export."""
    dice, first = Dice("staff"), [r for r in rows if r.campaign.endswith("03")]
    return [
        Answer(
            "NPS",
            None,
            f"staff-{n + 1}",
            r.sent,
            r.sent + 45 + dice.below(90),
            9 + dice.below(2),
            "test",
            "email",
            r.campaign,
            "employee",
        )
        for n, r in enumerate(first[:6])
    ]
