"""The switchboard: where the field disagrees about a number, the ways in which it may be counted, in words.

Each disagreement is a setting like any other; here stands what a person needs to choose: the question, what each choice
means in one line, and the few words that name it beside a number, in an export and in a link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cs_metrics.setting import Setting

GROUP = "Definitions"


@dataclass(frozen=True)
class Choice:
    """One way of counting. `label` names it where a number stands; `means` explains it in one line."""

    value: Any
    label: str
    means: str


@dataclass(frozen=True)
class Disagreement:
    """A setting about which the field disagrees, with its `question` and what each value means."""

    setting: Setting
    question: str
    choices: tuple[Choice, ...]

    @property
    def name(self) -> str:
        return self.setting.name

    def choice(self, value: Any) -> Choice:
        """Return the choice that a value stands for."""
        return next(c for c in self.choices if c.value == value)


DISAGREEMENTS: tuple[Disagreement, ...] = (
    Disagreement(
        Setting(
            "churn_dated",
            "end",
            "choice",
            "When a subscription that was given up is over: at its recorded end, at the end of what is paid, or at "
            "notice.",
            choices=("end", "paid", "scheduled"),
            facts=True,
            group=GROUP,
        ),
        "When has a customer left?",
        (
            Choice("end", "churn at the recorded end", "On the subscription's end date, whatever it was paid up to."),
            Choice(
                "paid",
                "churn at the end of the paid period",
                "At the end of the billing period in which it ended, counted from its start; sooner where the "
                "customer's next subscription begins or its contract ends.",
            ),
            Choice("scheduled", "churn at notice", "On the day of notice (cancelled_on), though it still runs."),
        ),
    ),
    Disagreement(
        Setting(
            "leaving_source",
            "subscriptions",
            "choice",
            "Which of the files to believe about who has left, where they contradict each other.",
            choices=("subscriptions", "accounts", "churn_events"),
            facts=True,
            group=GROUP,
        ),
        "Who says that a customer has left?",
        (
            Choice("subscriptions", "leavings by the subscriptions", "Who has no subscription any more has left."),
            Choice(
                "accounts",
                "leavings by the accounts",
                "Who is marked as churned in customers has left, on that day; a mark without a date counts from the "
                "latest recorded leaving or ended subscription, else from the last day of the data. Who is not marked "
                "goes on with the last subscription.",
            ),
            Choice(
                "churn_events",
                "leavings by the churn events",
                "A recorded leaving ends all that the customer has, on its day; without one it goes on with the last "
                "subscription. A recorded return, or a new subscription, begins again.",
            ),
        ),
    ),
    Disagreement(
        Setting(
            "mrr_discounts",
            "net",
            "choice",
            "Whether recurring revenue is the amount less its discount, or the list price.",
            choices=("net", "gross"),
            facts=True,
            group=GROUP,
        ),
        "Do discounts lower MRR?",
        (
            Choice("net", "MRR less discounts", "MRR is what is paid: the amount less the discount."),
            Choice("gross", "MRR before discounts", "MRR is the list price; a discount is taken for marketing."),
        ),
    ),
    Disagreement(
        Setting(
            "nrr_with_reactivation",
            False,
            "bool",
            "Net revenue retention includes the revenue of customers who came back in the period.",
            group=GROUP,
        ),
        "Do customers who came back count in net revenue retention?",
        (
            Choice(False, "NRR without reactivation", "Only who paid at the start counts; a return is new business."),
            Choice(True, "NRR with reactivation", "What returning customers pay at the end counts above the line."),
        ),
    ),
    Disagreement(
        Setting(
            "grr_cap",
            "customer",
            "choice",
            "Whether gross revenue retention caps each customer at what it paid at the start, or only their sum.",
            choices=("customer", "total"),
            group=GROUP,
        ),
        "What may gross revenue retention not exceed?",
        (
            Choice("customer", "GRR capped per customer", "No customer counts for more than it paid at the start."),
            Choice("total", "GRR capped in total", "Growth of one makes up for losses of another, up to 100 % in all."),
        ),
    ),
    Disagreement(
        Setting(
            "survey_rule",
            "last",
            "choice",
            "Which NPS answers count: each respondent's last in the period, the last of each survey, or all.",
            choices=("last", "per_survey", "all"),
            group=GROUP,
        ),
        "Which answers of one person count in NPS?",
        (
            Choice("last", "NPS of last answers", "Each person once: the last answer in the period."),
            Choice("per_survey", "NPS of one answer per survey", "Each person once in each survey it was sent."),
            Choice("all", "NPS of all answers", "Every answer, so that who answers often weighs more."),
        ),
    ),
    Disagreement(
        Setting(
            "nps_scales",
            "both",
            "choice",
            "Whether answers on a scale from 1 to 10 count in NPS beside those from 0 to 10.",
            choices=("both", "0_to_10"),
            group=GROUP,
        ),
        "Do answers on a scale from 1 to 10 count in NPS?",
        (
            Choice("both", "NPS with answers on 1 to 10", "They count as they stand: 9 and 10 above, 1 to 6 below."),
            Choice(
                "0_to_10",
                "NPS of answers on 0 to 10 only",
                "They are left out: with one step less below, fewer answers detract.",
            ),
        ),
    ),
    Disagreement(
        Setting(
            "mau_window",
            "30_days",
            "choice",
            "Monthly active users count the 30 days to the period's end, or its last calendar month.",
            choices=("30_days", "calendar_month"),
            group=GROUP,
        ),
        "Which month do monthly active users count?",
        (
            Choice("30_days", "MAU of 30 days", "The 30 days up to the end: every value covers as many days."),
            Choice("calendar_month", "MAU of the calendar month", "The month itself: 28 to 31 days, as reports do."),
        ),
    ),
    Disagreement(
        Setting(
            "one_off_in_acv",
            False,
            "bool",
            "Annual contract value includes the contract's one-off fees.",
            group=GROUP,
        ),
        "Are one-off fees part of annual contract value?",
        (
            Choice(False, "ACV without one-off fees", "Only what recurs, for one year."),
            Choice(True, "ACV with one-off fees", "Set-up and other fees too, spread over the contract's years."),
        ),
    ),
)

BY_NAME: dict[str, Disagreement] = {d.name: d for d in DISAGREEMENTS}


def in_force(values: Mapping[str, Any], names: frozenset[str] | None = None) -> dict[str, str]:
    """Return the definitions among settings that differ from their default, by name, each in a few words.

    `names`: only these are told.
    """
    told = {}
    for d in DISAGREEMENTS:
        value = values.get(d.name, d.setting.default)
        if value != d.setting.default and (names is None or d.name in names):
            told[d.name] = d.choice(value).label
    return told


def words(values: Mapping[str, Any]) -> str:
    """Return the definitions that differ from their default as one line; '' where none does."""
    return ", ".join(in_force(values).values())
