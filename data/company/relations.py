"""What the customer-success team does with accounts: contacts, reviews, acts of advocacy, referrals."""

from __future__ import annotations

from dataclasses import dataclass

from data.company import words
from data.company.accounts import Account
from data.company.clock import DAY, DAYS, MONTHS, month_start
from data.company.dice import Dice
from data.company.people import User

LEVELS = {"individual": "individual", "manager": "manager", "director": "director", "c_level": "executive"}
NOTES = (
    "Walked through the roadmap; they want better filters.",
    "Adoption is good in two teams, third starts next quarter.",
    "Champion changed jobs, met the successor.",
    "Asked about seats for the new office.",
    "Unhappy about open tickets, promised an update by Friday.",
    "Renewal discussed, budget is approved.",
    "Showed Forecasts, they will try it with finance.",
    "Kurzer Austausch, alles im Plan.",
)
ADVOCACY = (("testimonial", 30), ("review", 34), ("reference", 18), ("case_study", 8), ("introduction", 10))


@dataclass
class Touch:
    account: Account
    contact: User | None
    at: int
    kind: str
    direction: str
    invited: bool | None = None
    attended: bool | None = None
    hours: float | None = None
    outcome: str = ""
    sentiment: float | None = None
    refer: bool | None = None
    asked: bool | None = None
    notes: str = ""


@dataclass
class Referral:
    referrer: str
    referred: str = ""
    lead: str = ""
    prompted: int | None = None
    interacted: int | None = None
    accepted: int | None = None
    made: int | None = None
    incentive: int | None = None
    converted: int | None = None
    strategic: bool = False
    source: str = ""


def _tone(dice: Dice, account: Account, on: int) -> float:
    return max(-1.0, min(1.0, round((account.feeling(on) - 0.42) * 2.4 + (dice.roll() - 0.5) * 0.7, 2)))


def touches_of(account: Account, months: list[int], people: list[User]) -> list[Touch]:
    """Return the contacts with an account, month by month of its life."""
    dice, rows = Dice("touch", account.id), []
    share = {"SMB": 0.10, "Mid-Market": 0.34, "Enterprise": 0.62}[account.segment]
    for place, begin in enumerate(months):
        at = (begin + dice.below(26)) * DAY + (words.MORNING[account.region] * 60 + dice.between(30, 520)) % DAY
        there = [u for u in people if u.created < at and at // DAY < u.gone]
        if at >= DAYS * DAY or not account.active(at // DAY):
            continue
        contact = dice.pick(there) if there else None
        tone, note = _tone(dice, account, at // DAY), dice.pick(NOTES) if dice.chance(0.3) else ""
        if place == 0:
            rows.append(Touch(account, contact, at, "call", "ours", outcome="kick-off", sentiment=tone))
        if dice.chance(share):
            rows.append(
                Touch(account, contact, at, "check_in", "ours", None, dice.chance(0.86), None, "done", tone, notes=note)
            )
        if account.segment != "SMB" and place % 3 == 2:
            came = dice.chance(0.55 + 0.4 * account.mood)
            willing = came and dice.chance(0.55 * account.feeling(at // DAY)) if came else None
            rows.append(
                Touch(
                    account,
                    contact,
                    at + 2 * DAY,
                    "qbr",
                    "ours",
                    True,
                    came,
                    None,
                    "held" if came else "no show",
                    tone if came else None,
                    willing,
                    notes=note,
                )
            )
        if dice.chance(share * 0.7):
            hours = round(dice.skewed(50) / 10 * (1.6 - account.mood), 1)
            rows.append(Touch(account, contact, at + 300, "email", "theirs", None, None, hours, "", tone))
        if dice.chance(share * 0.3):
            rows.append(Touch(account, contact, at + DAY, "email", "ours", None, None, None, "follow-up", None))
        if dice.chance(0.045 * max(0.0, account.feeling(at // DAY) - 0.35) / 0.3):
            rows.append(
                Touch(
                    account,
                    contact,
                    at + 3 * DAY,
                    dice.weighted(ADVOCACY),
                    "theirs",
                    None,
                    None,
                    None,
                    "published",
                    tone,
                )
            )
        if account.segment != "SMB" and dice.chance(0.03):
            yes = dice.chance(account.mood)
            rows.append(
                Touch(
                    account,
                    contact,
                    at + 4 * DAY,
                    "meeting",
                    "ours",
                    True,
                    True,
                    None,
                    "agreed" if yes else "declined",
                    tone,
                    yes,
                    True,
                )
            )
    return [r for r in rows if r.at < DAYS * DAY and account.active(r.at // DAY)]


def referrals(accounts: list[Account], months: dict[str, list[int]]) -> list[Referral]:
    """Return who was asked to refer, who did, and what became of it: three in four come from the very contented."""
    rows: list[Referral] = []
    for account in accounts:
        if account.referrer:  # a referral that became a customer
            dice = Dice("referral", account.id)
            made = (account.signed_up - dice.between(3, 20)) * DAY + 600
            prompt = made - dice.between(1, 9) * DAY if dice.chance(0.7) else None
            rows.append(
                Referral(
                    account.referrer,
                    account.id,
                    "",
                    prompt,
                    prompt + 400 if prompt else None,
                    prompt + 700 if prompt else None,
                    made,
                    made + DAY if dice.chance(0.6) else None,
                    account.start * DAY + 600,
                    account.segment == "Enterprise",
                    dice.pick(("in-app", "email", "qbr")),
                )
            )
        dice = Dice("asked", account.id)
        for place, begin in enumerate(months[account.id]):
            if place % 7 != 4 or not dice.chance(0.8):
                continue
            prompt = begin * DAY + dice.between(500, 900)
            row = Referral(account.id, prompted=prompt, source=dice.pick(("in-app", "email")))
            mood = account.feeling(begin)
            if dice.chance(0.18 + 0.5 * mood):
                row.interacted = prompt + dice.skewed(600)
                if mood > 0.52 and dice.chance(1.2 * (mood - 0.35)):
                    row.accepted = row.interacted + dice.skewed(400)
                    if dice.chance(0.6):
                        row.made = row.accepted + dice.skewed(2000)
                        row.incentive = row.made + DAY if dice.chance(0.6) else None
                        row.lead, row.strategic = "new", dice.chance(0.15)
            rows.append(_until_now(row))
    return sorted(rows, key=lambda r: (r.prompted or r.made or 0, r.referrer, r.referred))


def _until_now(row: Referral) -> Referral:
    """Forget what lies beyond the end of the data."""
    for name in ("interacted", "accepted", "made", "incentive", "converted"):
        value = getattr(row, name)
        if value is not None and value >= DAYS * DAY:
            setattr(row, name, None)
            if name == "made":
                row.lead = ""
    return row


def members(users: list[User]) -> list[tuple[str, int, int | None, str]]:
    """Return the community's members: (id, joined, left, account); some belong to no customer."""
    rows: list[tuple[int, int | None, str]] = []
    for user in users:
        dice = Dice("community", user.id)
        joined = user.created + dice.between(5, 200) * DAY
        if dice.chance(0.22 + 0.3 * user.mood) and joined < DAYS * DAY and user.account.active(joined // DAY):
            left: int | None = joined + dice.between(40, 500) * DAY
            rows.append(
                (
                    joined,
                    left if dice.chance(0.14) and left is not None and left < DAYS * DAY else None,
                    user.account.id,
                )
            )
    for month in range(MONTHS):
        dice = Dice("visitors", month)
        rows += [((month_start(month) + dice.below(28)) * DAY + 700, None, "") for _ in range(dice.between(0, 4))]
    rows.sort(key=lambda r: (r[0], r[2]))
    return [(f"M{n + 1:04d}", joined, left, account) for n, (joined, left, account) in enumerate(rows)]


def churn_log(accounts: list[Account]) -> list[tuple[str, int, str, str, int, bool, str]]:
    """Return the team's own record of leavings: (account, day, reason, words, refund in cents, came back, by)."""
    rows = []
    said = {
        "Price": "Too expensive without the discount.",
        "Missing feature": "Needs single sign-on.",
        "Low usage": "Only two people still log in.",
        "Poor support": "Waited too long for answers.",
        "Switched to competitor": "Moved to a suite they already pay for.",
    }
    for account in accounts:
        core = [s for s in account.subs if s.recurring and s.product == words.CORE]
        for place, (begin, end) in enumerate(account.spells):
            dice = Dice("log", account.id, place)
            if place and begin - (account.spells[place - 1][1] or begin) > 30:
                rows.append((account.id, begin, "", "", 0, True, account.csm))
            last = end is not None and (place + 1 == len(account.spells) or account.spells[place + 1][0] - end > 30)
            if end is None or end >= DAYS or not last or not dice.chance(0.93):
                continue
            reason = next((s.reason for s in reversed(core) if s.end == end), "") or dice.weighted(words.REASONS)
            words_said = said.get(reason, "") if dice.chance(0.5) else ""
            rows.append(
                (
                    account.id,
                    end,
                    reason,
                    words_said,
                    dice.between(2, 40) * 1000 if dice.chance(0.06) else 0,
                    False,
                    account.csm,
                )
            )
    return sorted(rows, key=lambda r: (r[1], r[0]))
