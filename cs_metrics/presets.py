"""Definitions as three vendors publish them, each with its public page and an example of theirs that it reproduces.

A preset sets what the vendor's pages say and leaves the rest alone. The examples are computed again in
tests/kpis/test_presets.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cs_metrics.definitions import BY_NAME
from cs_metrics.errors import QueryError, did_you_mean


@dataclass(frozen=True)
class Source:
    """A public page of a vendor, and what it says of a definition, in a line of our own."""

    address: str
    title: str
    says: str


@dataclass(frozen=True)
class Preset:
    """A vendor's definitions. `example` says which of its published examples they reproduce; `differs` what its numbers
    still do otherwise, so that nobody expects them to agree to the cent."""

    name: str
    vendor: str
    settings: Mapping[str, Any]
    sources: tuple[Source, ...]
    example: str
    differs: str
    labels: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        told = tuple(BY_NAME[name].choice(value).label for name, value in self.settings.items())
        object.__setattr__(self, "labels", told)


PRESETS: tuple[Preset, ...] = (
    Preset(
        "chartmogul",
        "ChartMogul",
        {"churn_dated": "paid", "mrr_discounts": "net", "nrr_with_reactivation": True},
        (
            Source(
                "https://help.chartmogul.com/hc/en-us/articles/201244842",
                "MRR movements",
                "A yearly plan that is given up is churn at the end of the billing period that is paid for.",
            ),
            Source(
                "https://help.chartmogul.com/hc/en-us/articles/203359341-Metric-MRR-Churn-Rate",
                "MRR churn rate",
                "Gross churn is churn and contraction over the opening MRR; expansion and reactivation offset the net.",
            ),
            Source(
                "https://help.chartmogul.com/hc/en-us/articles/203176581-Churn-Recognition",
                "Churn recognition",
                "Churn counts at the end of the service period, or at cancellation where an account chooses so.",
            ),
            Source(
                "https://help.chartmogul.com/hc/en-us/articles/203299912",
                "Data table and MRR movements",
                "A discount that is added is contraction, one that expires is expansion.",
            ),
        ),
        "Syncalytics: 2,000 a year is 166.67 of MRR; 60 more a month are expansion, then contraction when given up; "
        "the yearly plan is churn when its paid year is over. And of 100 MRR, 10 churned, 10 contracted and 10 "
        "expanded give 20 % gross and 10 % net MRR churn.",
        "ChartMogul lets an account choose the day on which churn counts, and newer accounts begin with the day on "
        "which billing ends the subscription; our net revenue churn leaves returning customers out.",
    ),
    Preset(
        "baremetrics",
        "Baremetrics",
        {"mrr_discounts": "net", "nrr_with_reactivation": False},
        (
            Source(
                "https://help.baremetrics.com/en/articles/5380330-monthly-recurring-revenue",
                "Monthly recurring revenue",
                "A coupon is taken off MRR; yearly plans count a twelfth; who pays nothing is no customer.",
            ),
            Source(
                "https://help.baremetrics.com/en/articles/5380347-user-and-revenue-churn",
                "User and revenue churn",
                "Customers lost in 30 days over those 30 days ago; revenue lost to downgrades and cancellations alike.",
            ),
            Source(
                "https://changelog.baremetrics.com/new-metric-net-revenue-retention-2BOJIA",
                "Net revenue retention",
                "100 % less churned MRR, plus expansion, over the MRR 30 days ago: returning customers are not in it.",
            ),
        ),
        "10 customers at 10 a month are 100 of MRR; 120 a year add 10; 10 a month with 50 % off for life add 5.",
        "Baremetrics looks back 30 days where a calendar month is asked here, treats who has not paid for 30 days as "
        "gone, and its pages do not say on which day a cancellation counts, so that choice is left alone.",
    ),
    Preset(
        "stripe",
        "Stripe",
        {"churn_dated": "scheduled", "mrr_discounts": "net"},
        (
            Source(
                "https://support.stripe.com/questions/impact-of-subscription-cancellations-on-monthly-recurring-revenue-mrr-in-billing",
                "Impact of subscription cancellations on MRR",
                "A subscription set to end with its period leaves MRR when that is asked, not when the period ends.",
            ),
            Source(
                "https://support.stripe.com/questions/impact-of-discounts-and-coupons-on-monthly-recurring-revenue-mrr-in-billing",
                "Impact of discounts and coupons on MRR",
                "A coupon for ever lowers MRR: 50 % off halves it; one for a limited time did not.",
            ),
            Source(
                "https://docs.stripe.com/billing/subscriptions/analytics/glossary",
                "Billing metric definitions",
                "MRR is the monthly value of all active subscriptions, without trials, taxes and metered use.",
            ),
        ),
        "100 subscribers at 100 a month and 50 at 600 a year are 12,500 of MRR; 50 % off for ever halves a "
        "subscription's MRR; cancelled at the period's end, it leaves MRR on the day on which that was asked.",
        "Stripe's churn rate also counts those who came in the same 30 days, and its dashboard lets an account choose "
        "otherwise; discounts for a limited time are to be left out of the discount column to count as Stripe did.",
    ),
)

NAMES: dict[str, Preset] = {preset.name: preset for preset in PRESETS}


def preset(name: str) -> Preset:
    """Return the preset of that name, or raise QueryError with the nearest."""
    if name.casefold() not in NAMES:
        raise QueryError(f"There is no preset '{name}'. {did_you_mean(name, NAMES)}".rstrip())
    return NAMES[name.casefold()]
