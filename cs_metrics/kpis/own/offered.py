"""The facts that a KPI of one's own may count: each with its dates and its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from cs_metrics.kpis.model import Kind, Relation
from cs_metrics.kpis.relations.names import NEEDS_LIFE, NEEDS_MONEY, within
from cs_metrics.kpis.relations.states import OPENING
from cs_metrics.schema import TABLES
from cs_metrics.sql import quote

_NEVER = frozenset({"email"})


@dataclass(frozen=True)
class Offered:
    """A fact that may be counted: `worked_out` are its own columns (each with the raw column it is made from), `dates`
    those that can say in which period a row falls. The raw table's other columns can be used as well."""

    name: str
    label: str
    fact: str
    table: str
    dates: tuple[str, ...]
    worked_out: Mapping[str, str]

    @cached_property
    def raw(self) -> tuple[str, ...]:
        """The columns that only the raw table has."""
        if not self.dates:
            return ()
        own = {*self.worked_out, "customer_id"}
        return tuple(c.name for c in TABLES[self.table].columns if c.name not in own and c.name not in _NEVER)

    @cached_property
    def columns(self) -> dict[str, str]:
        """Every column that an expression may name, with the 'table.column' (alternatives with |) it needs."""
        return {**self.worked_out, **{name: f"{self.table}.{name}" for name in self.raw}}

    @property
    def kind(self) -> Kind:
        return Kind.FLOW if self.dates else Kind.CARRY

    def relation(self, dated_by: str) -> Relation:
        """Return the rows that are counted, dated by one of the dates."""
        if not self.dates:
            return OPENING
        shown = ", ".join(["f.*", *(f"r.{quote(c)}" for c in self.raw)])
        source = f"(SELECT {shown} FROM {self.fact} AS f LEFT JOIN {self.table} AS r ON r._id = f._id)"
        return Relation(
            name=f"own_{self.name}_{dated_by}",
            grain=f"one of the {self.label}, dated by {dated_by}",
            source=source,
            on=within(dated_by),
            columns=tuple(f"f.{quote(c)}" for c in self.columns),
            moment=f"f.{dated_by}",
            table=self.table,
            tables=(self.table,),
        )


def _same(table: str, *columns: str) -> dict[str, str]:
    return {c: f"{table}.{c}" for c in columns}


_STATE = ("active_start", "active_end", "active_in")
_PAID = ("mrr_start", "mrr_end", "paid_before")

OFFERED: dict[str, Offered] = {
    offered.name: offered
    for offered in (
        Offered(
            "customers", "customers, with their states at both ends of the period", "fact_active", "", (),
            {**dict.fromkeys(_STATE, NEEDS_LIFE), **dict.fromkeys(_PAID, NEEDS_MONEY)},
        ),
        Offered(
            "tickets", "tickets", "fact_ticket", "tickets", ("created_at", "resolved_at", "first_response_at"),
            {**_same("tickets", "created_at", "resolved_at", "first_response_at", "replies", "reopened", "cost",
                     "satisfaction"),
             "response_hours": "tickets.first_response_at", "resolution_hours": "tickets.resolved_at"},
        ),
        Offered(
            "answers", "answers to surveys", "fact_response", "survey_responses", ("responded_at", "sent_at"),
            {**_same("survey_responses", "survey", "score", "scale_min", "scale_max", "responded_at", "sent_at",
                     "campaign", "channel", "comment"),
             "answered": "survey_responses.score"},
        ),
        Offered(
            "deals", "deals", "fact_deal", "opportunities", ("created_at", "closed_at"),
            _same("opportunities", "created_at", "closed_at", "amount", "status", "kind", "source", "stage", "owner"),
        ),
        Offered(
            "leads", "leads", "fact_lead", "leads", ("created_at", "trial_started_at", "converted_at"),
            _same("leads", "created_at", "first_contact_at", "trial_started_at", "converted_at", "is_pql", "source",
                  "owner"),
        ),
        Offered(
            "touchpoints", "touchpoints", "fact_touchpoint", "touchpoints", ("occurred_at",),
            _same("touchpoints", "occurred_at", "kind", "direction", "attended", "invited", "response_hours",
                  "outcome", "sentiment", "referral_intent", "introduction_asked", "contact_role", "contact_level"),
        ),
        Offered(
            "referrals", "referrals", "fact_referral", "referrals",
            ("made_at", "prompted_at", "accepted_at", "converted_at"),
            _same("referrals", "made_at", "prompted_at", "interacted_at", "accepted_at", "converted_at",
                  "incentive_shown_at", "is_strategic"),
        ),
        Offered(
            "orders", "lines of orders", "fact_order_line", "orders", ("ordered_at",),
            _same("orders", "ordered_at", "amount"),
        ),
    )
}  # fmt: skip
