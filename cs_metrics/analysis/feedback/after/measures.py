"""What is measured of an account in the days after its answer: each measure as a line (x, y) an account, in SQL.

A measure's value for some accounts is the sum of y over the sum of x. An account is 'counted' where its days are over
in the data, else 'waiting'; 'apart' where the measure cannot speak of it (it paid nothing when it answered).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cs_metrics.analysis.feedback.after.clocks import Clocks
from cs_metrics.kpis.relations.names import NEEDS_LEAVING, NEEDS_MONEY
from cs_metrics.sql import literal

STATES = ("counted", "waiting", "apart")


@dataclass(frozen=True)
class Measure:
    """`kind`: 'share' (y is 0 or 1 of x = 1), 'mean' (y of x = 1), 'ratio' (y over x, both amounts), 'change' (a ratio
    less 1). `better`: 'higher', 'lower' or ''. `needs`: the columns it is made from. `reads`: what it adds to an
    account (a common table expression), `y`, `x`, `apart`: its line; `empty`: apart too, once its days are over.
    `before`, `after`: what a person is shown of the account, where that is not x and y. `rows`: the rows behind y."""

    name: str
    label: str
    kind: str
    better: str
    needs: str
    meaning: str
    y: str
    x: str = "1"
    apart: str = "FALSE"
    empty: str = "FALSE"
    before: str = ""
    after: str = ""
    reads: str = ""
    rows: str = "[]"


_PLACES = "list(DISTINCT struct_pack(source := s._source, row := s._row))"
_PAID = f"""paid AS (
    SELECT f._id, CAST(sum(s.mrr) FILTER (WHERE s.begins <= f.answered_at AND s.ends > f.answered_at) AS DOUBLE) AS x,
           CAST(sum(s.mrr) FILTER (WHERE s.begins <= f.stop AND s.ends > f.stop) AS DOUBLE) AS y, {_PLACES} AS places
    FROM followed AS f JOIN fact_active AS s ON s.customer_id = f.customer_id AND s.mrr <> 0 AND s.ends > s.begins
     AND ((s.begins <= f.answered_at AND s.ends > f.answered_at) OR (s.begins <= f.stop AND s.ends > f.stop))
    GROUP BY f._id)"""
_REFERRED = f"""referred AS (
    SELECT f._id, count(*) AS made, {_PLACES} AS places
    FROM followed AS f JOIN fact_referral AS s ON s.customer_id = f.customer_id
     AND s.made_at > f.answered_at AND s.made_at <= f.stop GROUP BY f._id)"""
_ASKED = f"""asked_for AS (
    SELECT f._id, count(*) AS made, {_PLACES} AS places
    FROM followed AS f JOIN fact_ticket AS s ON s.customer_id = f.customer_id
     AND s.created_at > f.answered_at AND s.created_at <= f.stop GROUP BY f._id)"""
# whole days before and after that of the answer, which is in neither
_USED = """used AS (
    SELECT f._id, CAST(coalesce(sum(s.events) FILTER (WHERE s.day < f.day), 0) AS DOUBLE) AS x,
           CAST(coalesce(sum(s.events) FILTER (WHERE s.day > f.day), 0) AS DOUBLE) AS y
    FROM followed AS f JOIN fact_user_day AS s ON s.customer_id = f.customer_id
     AND s.day >= f.day - f.days AND s.day <= f.day + f.days AND s.day <> f.day GROUP BY f._id)"""
_PAYS = "coalesce(paid.x, 0) <= 0"

MEASURES = {
    m.name: m
    for m in (
        Measure(
            "left", "Left", "share", "lower", NEEDS_LEAVING,
            "Accounts that left within the days, of the customers at the answer; who came back had left too.",
            y="CASE WHEN f.gone_at <= f.stop THEN 1 ELSE 0 END",
            rows="CASE WHEN f.gone_at <= f.stop AND f.end_row IS NOT NULL "
                 "THEN [struct_pack(source := f.end_source, row := f.end_row)] ELSE [] END",
        ),
        Measure(
            "expanded", "Pays more", "share", "higher", NEEDS_MONEY,
            "Accounts whose MRR is higher at the end of the days than at the answer, of those that paid then.",
            y="CASE WHEN coalesce(paid.y, 0) >= paid.x + 0.005 THEN 1 ELSE 0 END", apart=_PAYS, reads=_PAID,
            before="paid.x", after="coalesce(paid.y, 0)", rows="paid.places",
        ),
        Measure(
            "contracted", "Pays less", "share", "lower", NEEDS_MONEY,
            "Accounts that still pay, but less than at the answer, of those that paid then.",
            y="CASE WHEN paid.y > 0 AND paid.y <= paid.x - 0.005 THEN 1 ELSE 0 END", apart=_PAYS, reads=_PAID,
            before="paid.x", after="coalesce(paid.y, 0)", rows="paid.places",
        ),
        Measure(
            "mrr_kept", "MRR kept", "ratio", "higher", NEEDS_MONEY,
            "MRR at the end of the days over MRR at the answer, of the accounts that paid then: losses and expansion "
            "together.",
            y="coalesce(paid.y, 0)", x="paid.x", apart=_PAYS, reads=_PAID, rows="paid.places",
        ),
        Measure(
            "referred", "Referred", "share", "higher", "referrals.made_at",
            "Accounts that made a referral within the days.",
            y="CASE WHEN referred.made > 0 THEN 1 ELSE 0 END", reads=_REFERRED, rows="referred.places",
        ),
        Measure(
            "tickets", "Tickets an account", "mean", "", "tickets.created_at",
            "Tickets that an account opened within the days, on average. Who left counts with those it opened until "
            "then.",
            y="coalesce(asked_for.made, 0)", reads=_ASKED, rows="asked_for.places",
        ),
        Measure(
            "usage", "Change of use", "change", "higher", "events.occurred_at",
            "Events in as many days after the answer as before it, summed over the accounts that were customers "
            "through all the days before, and did something in either.",
            y="coalesce(used.y, 0)", x="coalesce(used.x, 0)", reads=_USED,
            apart="f.began_at > f.day - f.days OR f.day - f.days < (SELECT min(day) FROM fact_user_day)",
            empty="coalesce(used.x, 0) + coalesce(used.y, 0) = 0",
        ),
    )
}  # fmt: skip


def _table(measure: Measure, made: Clocks) -> str:
    """The table whose end says when the days are over; '' for that of being a customer."""
    if measure.needs == NEEDS_LEAVING:
        return ""
    if measure.needs == NEEDS_MONEY:
        return made.answers.asked.available.info.get("money_source", "")
    return measure.needs.partition(".")[0]


def lacking(made: Clocks) -> dict[str, tuple[str, ...]]:
    """Return the columns that each measure lacks, of those that lack any."""
    known = made.answers.asked.available
    found = {m.name: tuple(known.lacks([m.needs])) for m in MEASURES.values()}
    return {name: columns for name, columns in found.items() if columns}


def known_to(measure: Measure, made: Clocks) -> datetime:
    """Return the exclusive end of the data that a measure reads."""
    table = _table(measure, made)
    end = min(made.end, made.ends(table)) if table else made.end
    # of use whole days are counted, the last one too
    return end - timedelta(days=1) if measure.kind == "change" else end


def followed(made: Clocks, days: int, names: list[str]) -> list[str]:
    """Return the common table expressions down to `outcomes`: measure, state, x, y, amount_before, amount_after,
    places, and the columns of `followed` (those of the clocks; `stop`, the end of the days; `gone_at`, when it left).
    A row is an account and a measure."""
    end = literal(made.end)
    ctes = [
        f"followed AS (\n    SELECT *, answered_at + to_days({days}) AS stop, date_trunc('day', answered_at) AS day, "
        f"to_days({days}) AS days, CASE WHEN ends_at < {end} THEN ends_at END AS gone_at FROM clocks)"
    ]
    chosen = [MEASURES[name] for name in names]
    ctes += dict.fromkeys(m.reads for m in chosen if m.reads)
    return [*ctes, "outcomes AS (\n    " + "\n    UNION ALL\n    ".join(_line(m, made) for m in chosen) + ")"]


def _line(measure: Measure, made: Clocks) -> str:
    over = "f.day + f.days" if measure.kind == "change" else "f.stop"
    source = measure.reads.partition(" ")[0]
    joined = f" LEFT JOIN {source} ON {source}._id = f._id" if source else ""
    state = (
        f"CASE WHEN {measure.apart} THEN 'apart' WHEN {over} > {literal(known_to(measure, made))} THEN 'waiting' "
        f"WHEN {measure.empty} THEN 'apart' ELSE 'counted' END"
    )
    before, after = measure.before or measure.x, measure.after or measure.y
    return (
        f"SELECT {literal(measure.name)} AS measure, {state} AS state, CAST({measure.x} AS DOUBLE) AS x, "
        f"CAST({measure.y} AS DOUBLE) AS y, CAST({before} AS DOUBLE) AS amount_before, "
        f"CAST({after} AS DOUBLE) AS amount_after, {measure.rows} AS places, f.* FROM followed AS f{joined}"
    )
