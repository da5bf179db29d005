"""Accounts with their scores: as seen at a month's end, and by what the two teams did in a period."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Extra, Relation
from cs_metrics.kpis.relations.names import ACTIVITY, within
from cs_metrics.kpis.relations.states import OPENING
from cs_metrics.kpis.scores import signal_columns

SEEN_BEFORE = "f.taken_at <= p.ends AND f.next_at > p.ends"
"""The last time that a snapshot's row was seen at or before the period's end."""


def scored(score: str, *tables: str) -> Relation:
    """Return the active accounts with a score. `tables`: those without which it says nothing."""
    return Relation(
        name=f"scored_{score}",
        grain="an account active at the last month's end (or at the end of the data), with its signals and its score",
        source="fact_signal",
        on=SEEN_BEFORE,
        columns=("f.taken_at", *(f"f.{name}" for name in signal_columns())),
        moment="p.ends",
        just_before=True,
        tables=(ACTIVITY, *tables),
        score=score,
        of_snapshots=True,
    )


def components(relation: Relation) -> Relation:
    """Return the same rows once for each component of their score, with its part in it."""
    return replace(relation, name=f"{relation.name}_parts", grain=f"{relation.grain}: a component of it",
                   by_component=True)  # fmt: skip


def _team(side: str) -> tuple[str, tuple[str, ...]]:
    """Return which contacts tell of a side ('theirs' or 'ours'), and the sums over them.

    It began them or took part. An invitation that the customer did not keep is no contact of its team, but tells of
    its quality. What the other side began is answered by this one.
    """
    took_part = f"(f.direction = '{side}' OR coalesce(f.attended, FALSE))"
    told = "(f.direction = 'theirs' OR f.attended IS NOT NULL)" if side == "theirs" else took_part
    answered = f"(f.direction = '{'ours' if side == 'theirs' else 'theirs'}' AND f.response_hours IS NOT NULL)"
    tone, kept = "50 * (1 + f.sentiment)", "CASE WHEN f.attended THEN 100 ELSE 0 END"
    quality = (
        f"CASE WHEN f.sentiment IS NULL AND f.attended IS NULL THEN NULL WHEN f.attended IS NULL THEN {tone} "
        f"WHEN f.sentiment IS NULL THEN {kept} ELSE ({tone} + {kept}) / 2 END"
    )
    return f"{told} OR {answered}", (
        f"count(*) FILTER (WHERE {took_part}) AS contacts",
        f"avg({quality}) FILTER (WHERE {told}) AS quality",
        f"avg(f.response_hours) FILTER (WHERE {answered}) AS reply_hours",
    )


def team(score: str, side: str) -> Relation:
    """Return the customers active in a period, with what one side's people sent or attended in it."""
    only, totals = _team(side)
    return replace(
        OPENING,
        name=score,
        grain="a customer active in the period, with the contacts that one side sent or attended, and its score",
        extras=(
            Extra(
                source="fact_touchpoint",
                on=within("occurred_at"),
                totals=totals,
                only=only,
                table="touchpoints",
                row_source="fact_touchpoint",
            ),
        ),
        tables=(ACTIVITY, "touchpoints"),
        derived=("CASE WHEN active_in THEN 30.0 * coalesce(contacts, 0) / nullif(days, 0) END AS touchpoints_month",),
        score=score,
    )


def team_contacts(score: str, side: str) -> Relation:
    """Return the people of the accounts whom one side's contacts of a period were with."""
    only, totals = _team(side)
    columns = ("contact_id", "direction", "attended", "sentiment", "response_hours")
    return Relation(
        name=f"{score}_contacts",
        grain="a person of an account, with the contacts that one side sent or attended, and their score",
        source="fact_touchpoint",
        on=f"{within('occurred_at')} AND f.contact_id IS NOT NULL AND ({only})",
        columns=tuple(f"f.{name}" for name in columns),
        moment="f.occurred_at",
        keys=("customer_id", "contact_id"),
        totals=tuple(total.replace("f.", "") for total in totals),
        table="touchpoints",
        tables=("touchpoints",),
        splits=True,
        derived=("30.0 * contacts / nullif(days, 0) AS touchpoints_month",),
        score=score,
    )
