"""Customers and their states at the two ends of a period."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Extra, Relation
from cs_metrics.kpis.relations.names import ACTIVITY, within

AT_START = "f.begins < p.starts AND f.ends >= p.starts"
_AT_END = "f.begins < p.ends AND f.ends >= p.ends"

OPENING = Relation(
    name="opening",
    grain="a customer that was active at the start of the period or in it, with its states at both ends",
    source="fact_active",
    on="f.begins < p.ends AND f.ends >= p.starts AND f.ends > f.begins",
    columns=(
        f"f.active AND {AT_START} AS is_start",
        f"f.active AND {_AT_END} AS is_end",
        "f.active AND f.begins < p.ends AND f.seen_until > p.starts AS is_in",
        f"CASE WHEN {AT_START} THEN f.mrr ELSE 0 END AS at_start",
        f"CASE WHEN {_AT_END} THEN f.mrr ELSE 0 END AS at_end",
        "f.first_paid < p.starts AS paid_earlier",
        "CASE WHEN f.ends < p.ends THEN f.ends END AS ended",
    ),
    keys=("customer_id",),
    totals=(
        "bool_or(is_start) AS active_start",
        "bool_or(is_end) AS active_end",
        "bool_or(is_in) AS active_in",
        "coalesce(sum(at_start), 0) AS mrr_start",
        "coalesce(sum(at_end), 0) AS mrr_end",
        "coalesce(bool_or(paid_earlier), FALSE) AS paid_before",
        "max(ended) AS last_end",
    ),
    late=True,
    moment="f.starts",
    just_before=True,
    table=ACTIVITY,
    tables=(ACTIVITY,),
)
CLOSING = replace(OPENING, name="closing", moment="f.anchor")
TRAILING = replace(
    OPENING, name="trailing", trailing=12, grain="a customer in one of the 12 complete months up to the period's end"
)

LEAVINGS = replace(
    OPENING,
    name="leavings",
    moment="coalesce(f.last_end, f.ends)",
    extras=(
        Extra(
            source="fact_leaving",
            on=within("left_at"),
            totals=("max_by(f.reason, f.left_at) AS reason_given",),
            row_source="fact_leaving",
        ),
    ),
    derived=("coalesce(reason_given, 'unknown') AS reason",),
)

LIVES = Relation(
    name="lives",
    grain="a customer that was active before the period's end, with the days it has lived since its first start",
    source="fact_life",
    on="f.begins < p.ends",
    columns=("f.begins", "CASE WHEN f.ends < p.ends THEN f.ends ELSE p.ends END AS reached", "f.ends < p.ends AS over"),
    keys=("customer_id",),
    totals=(
        "(epoch(max(reached)) - epoch(min(begins))) / 86400 AS lived",
        "bool_and(over) AS ended",
    ),
    late=True,
    moment="f.anchor",
    just_before=True,
    table="",
    tables=(ACTIVITY,),
    splits=True,
    curve=True,
)
LIFESPANS = replace(
    LIVES,
    name="lifespans",
    columns=(*LIVES.columns, f"{AT_START} AS is_start", f"{_AT_END} AS is_end"),
    totals=(
        *LIVES.totals,
        "CASE WHEN bool_or(is_start) THEN 1 ELSE 0 END AS opened",
        "CASE WHEN bool_or(is_start) AND NOT bool_or(is_end) THEN 1 ELSE 0 END AS lost",
    ),
    curve_sums=("sum(days * opened) AS opened_days", "sum(lost) AS lost"),
)
