"""Closing the loop in sentences: how fast, how far, and what the contact may have to do with the next answer."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cs_metrics.analysis.feedback.loop.bad_answers import TOUCH_DAYS
from cs_metrics.analysis.feedback.loop.loop import Loop
from cs_metrics.analysis.feedback.loop.recovered import Recovered

_NOUNS = {
    "detractor": ("answer of detractors", "answers of detractors"),
    "other": ("answer below the best part of the scale", "answers below the best part of the scale"),
    "lower half": ("answer in the lower half of its scale", "answers in the lower half of their scale"),
}
_SOURCES = {
    "kept": "by what is kept here",
    "data": f"by our contacts in the data (any with the account up to {TOUCH_DAYS} days after, whatever it was about)",
    "either": "by either",
}


def headline(loop: Loop) -> str:
    """How many bad answers there are, and how far the work on them is."""
    one, many = _NOUNS[loop.of]
    states = loop.states.set_index("state")["answers"]
    said = f"{loop.answers:,} {one if loop.answers == 1 else many}: " + ", ".join(
        f"{int(count):,} {state}" for state, count in states.items()
    )
    if loop.counts == loop.answers:
        return f"{said}."
    return (
        f"{said}. The score counts {loop.counts:,} of them, as it leaves out answers that the same respondent "
        "gave anew; each of them asked for a call all the same."
    )


def speed_words(loop: Loop) -> list[str]:
    """How many were contacted within a day, and how long it took: a sentence for each source there is."""
    said = []
    both = bool((loop.speed["contacted"] > 0).all()) and loop.touchpoints
    for row in loop.speed.to_dict("records"):
        if (row["source"] == "data" and not loop.touchpoints) or (row["source"] == "either" and not both):
            continue
        n, who = int(row["n"]), _SOURCES[row["source"]]
        if not n:
            return ["No answer's first day is over yet."]
        text = (
            f"Contacted within a day, {who}: {int(row['within_day']):,} of {n:,} whose first day is over, "
            f"{row['share']:.0%} ({row['low']:.0%} to {row['high']:.0%})."
        )
        if row["contacted"]:
            text += f" Of the {int(row['contacted']):,} contacted at all half were within {hours(row['hours'])}"
            ends = not math.isnan(row["hours_low"])
            text += f" ({hours(row['hours_low'])} to {hours(row['hours_high'])})." if ends else "."
        said.append(text)
    return said


def moved_words(found: Recovered) -> list[str]:
    """What the next answers say of those who were contacted and those who were not, and what they do not say."""
    others, called = found.groups.to_dict("records")
    if not found.customers:
        return ["Nobody gave a bad answer."]
    if not found.again:
        return [
            f"Nobody who gave a bad answer answered again ({_customers(found.customers)}): nothing can be seen yet."
        ]
    said = [
        f"{found.again:,} of {_customers(found.customers)} answered the same survey again after a bad answer; of each "
        "customer the first such pair counts."
    ]
    for row, who in ((called, "contacted in between"), (others, "not contacted")):
        n = int(row["customers"])
        if n:
            ends = "" if math.isnan(row["low"]) else f" ({_signed(row['low'])} to {_signed(row['high'])})"
            verb = "was" if n == 1 else "were"
            said.append(
                f"{_customers(n).capitalize()} {verb} {who}: from {row['first']:.1f} on average the next answer moved "
                f"by {_signed(row['change'])} {found.unit}{ends}, and {int(row['left']):,} ({row['share']:.0%}) left "
                "the worst category."
            )
    if not found.enough:
        said.append(
            f"That is too few to compare: {found.minimum_n} customers are asked for in each group (a setting), and "
            f"there are {int(called['customers'])} contacted and {int(others['customers'])} not."
        )
        return said
    said.append(_compared(found))
    said.append(
        "Low scores rise at the next answer by themselves, contacted or not (regression to the mean), so only the "
        "difference counts. And whom a team calls is no accident: this is association, not the effect of a call."
    )
    return said


def gone_words(n: int) -> str:
    """What is said of follow-ups whose answer is no longer in the data; '' where there are none."""
    if not n:
        return ""
    them = "answer that was" if n == 1 else "answers that were"
    return (
        f"{n:,} {them} followed up {'is' if n == 1 else 'are'} not in this version of the data any more. What was kept "
        "of it stays."
    )


def hours(value: float) -> str:
    """A time from an answer to a contact: '40 minutes', '5 hours', '12 days'."""
    for most, size, unit in ((1, 1 / 60, "minute"), (48, 1, "hour"), (math.inf, 24, "day")):
        if value < most:
            count = round(value / size)
            return f"{count:,} {unit}{'' if count == 1 else 's'}"
    return ""


def _compared(found: Recovered) -> str:
    adjusted = not math.isnan(found.adjusted[1])
    value, low, high = found.adjusted if adjusted else found.difference
    at = "At the same first score" if adjusted else "As they are"
    if math.isnan(low):
        verdict = "too alike among themselves to say more"
    elif low <= 0 <= high:
        verdict = "chance alone could make that"
    else:
        verdict = "more than chance alone makes"
    share = tuple(100 * part for part in found.share_difference)
    said = (
        f"{at} the next answers of those who were contacted moved by {_signed(value)} {found.unit} against the "
        f"others{_ends((value, low, high))}: {verdict}. "
    )
    if adjusted:
        said += f"Whatever their first score, by {_signed(found.difference[0])}{_ends(found.difference)}. "
    return f"{said}Left the worst category: {_signed(share[0], 0)} percentage points{_ends(share, 0)}."


def _ends(span: Sequence[float], digits: int = 1) -> str:
    return "" if math.isnan(span[1]) else f" ({_signed(span[1], digits)} to {_signed(span[2], digits)})"


def _signed(value: float, digits: int = 1) -> str:
    return f"{round(value, digits) + 0.0:+.{digits}f}"


def _customers(n: int) -> str:
    return f"{n:,} customer{'' if n == 1 else 's'}"
