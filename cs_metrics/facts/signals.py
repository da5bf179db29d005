"""What is seen of each active customer at a month's end: the signals that scores and models read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cs_metrics.facts.activity import FOREVER
from cs_metrics.facts.model import Context, Fact
from cs_metrics.facts.usage import event_rows
from cs_metrics.score_rules import SIGNALS
from cs_metrics.sql import literal


@dataclass(frozen=True)
class Theme:
    """Signals of one kind. `sql` has a row for a customer and a snapshot; `signals`: each one's SQL over its row (by
    the theme's name), the account's (b) and what the version has (k)."""

    name: str
    sql: str
    signals: dict[str, str]


def _names(values: list[str]) -> str:
    return ", ".join(literal(value) for value in values) or "NULL"


def _known(context: Context) -> str:
    """Where the tables begin and end, and which of their columns have data: one row."""
    return """
        SELECT e.*, t.*, p.*, r.*, f.*,
               (SELECT count(*) > 0 FROM fact_feature_use) AS has_feature,
               (SELECT count(quantity) > 0 FROM events) AS has_quantity,
               (SELECT count(*) > 0 FROM fact_contract) AS has_contract,
               (SELECT count(*) > 0 FROM fact_deal WHERE kind IN ('upsell', 'cross_sell')) AS has_upsell
        FROM (SELECT min(first_at) AS events_from, max(last_at) AS events_to, count(seconds) > 0 AS has_duration
              FROM fact_user_day) AS e,
             (SELECT min(created_at) AS tickets_from, greatest(max(created_at), max(resolved_at)) AS tickets_to
              FROM fact_ticket) AS t,
             (SELECT min(occurred_at) AS contacts_from, max(occurred_at) AS contacts_to,
                     count(contact_id) > 0 AS has_contact, count(contact_role) > 0 AS has_role,
                     count(contact_level) > 0 AS has_level, count(direction) > 0 AS has_direction
              FROM met) AS p,
             (SELECT min(reached_at) AS milestones_from FROM fact_milestone) AS r,
             (SELECT min(made_at) AS referrals_from FROM fact_referral) AS f"""


def _covered(table: str, context: Context) -> str:
    """The condition that the table's rows begin before the snapshot and go up to it (or nearly: else it is stale)."""
    days = int(context.settings["fresh_days"])
    end = f"date_trunc('day', k.{table}_to) + INTERVAL '1' DAY"
    return f"(k.{table}_from < b.taken_at AND {end} >= b.taken_at - INTERVAL '{days}' DAY)"


def _base(context: Context) -> str:
    seats, joined = "NULL", ""
    if context.activity == "subscriptions":
        seats, joined = "sum(q.quantity)", "LEFT JOIN subscriptions AS q ON q._id = a._id"
    latest = "struct_pack(begins := a.begins, id := a._id)"
    return f"""
        SELECT s.taken_at, s.next_at, a.customer_id, min(a.first_active) AS first_active,
               CAST({seats} AS DOUBLE) AS seats, count(DISTINCT a.product) AS products,
               arg_max(a._source, {latest}) AS _source, arg_max(a._row, {latest}) AS _row,
               arg_max(a._id, {latest}) AS _id
        FROM fact_snapshot AS s
        JOIN fact_active AS a ON a.begins < s.taken_at AND a.ends >= s.taken_at {joined}
        WHERE a.active AND a.ends > a.begins GROUP BY s.taken_at, s.next_at, a.customer_id"""


def _met() -> str:
    """Contacts that took place; of a contact that is a user, the role and level may be the user's."""
    return """
        SELECT p.customer_id, p.occurred_at, p.contact_id, coalesce(p.contact_role, lower(u.role)) AS contact_role,
               coalesce(p.contact_level, lower(u.seniority)) AS contact_level, p.direction, p.response_hours
        FROM fact_touchpoint AS p LEFT JOIN dim_users AS u ON u.user_id = p.contact_id
        WHERE p.attended IS DISTINCT FROM FALSE"""


def _window(source: str, column: str, days: int, select: str, only: str = "TRUE") -> str:
    """Return the SELECT of a customer's rows in the `days` before each snapshot."""
    return f"""
        SELECT f.customer_id, s.taken_at, {select}
        FROM {source} AS f JOIN fact_snapshot AS s
          ON f.{column} < s.taken_at AND f.{column} >= s.taken_at - INTERVAL '{days}' DAY
        WHERE {only} GROUP BY f.customer_id, s.taken_at"""


def _usage(context: Context) -> list[Theme]:
    covered = _covered("events", context)
    recent = "FILTER (WHERE f.day >= s.taken_at - INTERVAL '30' DAY)"
    use = _window(
        "fact_user_day", "day", 60,
        f"CAST(coalesce(sum(f.events) {recent}, 0) AS BIGINT) AS events, CAST(sum(f.events) AS BIGINT) AS events_60, "
        f"count(DISTINCT f.day) {recent} AS days, count(DISTINCT f.user_id) {recent} AS users, "
        f"CAST(sum(f.seconds) {recent} AS DOUBLE) AS seconds, CAST(sum(f.uses) {recent} AS DOUBLE) AS quantity",
    )  # fmt: skip
    expansion = _names(context.settings["expansion_features"])
    has_expansion = "TRUE" if context.settings["expansion_features"] else "FALSE"
    features = _window(
        "fact_feature_use", "day", 30,
        f"count(DISTINCT f.feature) AS features, "
        f"CAST(sum(f.uses) FILTER (WHERE f.feature IN ({expansion})) AS DOUBLE) AS expansion",
    )  # fmt: skip
    # the last event of each month first, then the last of all months so far
    last = """
        SELECT b.customer_id, b.taken_at, max(m.last_at) AS last_at FROM base AS b
        JOIN (SELECT d.customer_id, s.taken_at, max(d.last_at) AS last_at FROM fact_user_day AS d
              JOIN fact_snapshot AS s ON d.day < s.taken_at AND d.day >= coalesce(s.previous_at, d.day)
              GROUP BY d.customer_id, s.taken_at) AS m
          ON m.customer_id = b.customer_id AND m.taken_at <= b.taken_at GROUP BY b.customer_id, b.taken_at"""
    change = "CAST(2 * coalesce(used.events, 0) - used.events_60 AS DOUBLE) / nullif(used.events_60, 0)"
    idle = "(epoch(b.taken_at) - epoch(coalesce(last_used.last_at, b.first_active)))"
    return [
        Theme("used", use, {
            "events_30": f"CASE WHEN {covered} THEN coalesce(used.events, 0) END",
            "active_days_30": f"CASE WHEN {covered} THEN coalesce(used.days, 0) END",
            "users_30": f"CASE WHEN {covered} THEN coalesce(used.users, 0) END",
            "hours_30": f"CASE WHEN {covered} AND k.has_duration THEN coalesce(used.seconds, 0) / 3600 END",
            "quantity_30": f"CASE WHEN {covered} AND k.has_quantity THEN coalesce(used.quantity, 0) END",
            "use_change": f"CASE WHEN {covered} THEN coalesce({change}, 0) END",
            "seat_use": f"CASE WHEN {covered} THEN CAST(coalesce(used.users, 0) AS DOUBLE) / nullif(b.seats, 0) END"}),
        Theme("featured", features, {
            "features_30": f"CASE WHEN {covered} AND k.has_feature THEN coalesce(featured.features, 0) END",
            "expansion_uses_30": f"CASE WHEN {covered} AND {has_expansion} THEN coalesce(featured.expansion, 0) END"}),
        Theme("last_used", last, {
            "idle_days": f"CASE WHEN {covered} THEN {idle} / 86400 END"}),
    ]  # fmt: skip


def _voice(context: Context) -> list[Theme]:
    covered = _covered("tickets", context)
    tickets = f"""
        SELECT f.customer_id, s.taken_at,
               count(*) FILTER (WHERE coalesce(f.resolved_at, {FOREVER}) >= s.taken_at) AS open,
               count(*) FILTER (WHERE f.created_at >= s.taken_at - INTERVAL '90' DAY) AS created,
               avg(f.satisfaction) FILTER (WHERE f.created_at >= s.taken_at - INTERVAL '90' DAY) AS satisfaction
        FROM fact_ticket AS f JOIN fact_snapshot AS s ON f.created_at < s.taken_at
         AND greatest(coalesce(f.resolved_at, {FOREVER}), f.created_at + INTERVAL '90' DAY) >= s.taken_at
        GROUP BY f.customer_id, s.taken_at"""
    answered = "f.answered AND f.counts AND f.survey = "
    nps = _window(
        "fact_response", "responded_at", 180,
        "arg_max(f.score, struct_pack(d := f.responded_at, s := f._source, r := f._row, i := f._id)) AS score",
        f"{answered} 'nps'",
    )  # fmt: skip
    csat = _window(
        "fact_response", "responded_at", 180,
        "avg(100 * (f.score - f.scale_min) / nullif(f.scale_max - f.scale_min, 0)) AS score", f"{answered} 'csat'",
    )  # fmt: skip
    return [
        Theme("ticketed", tickets, {
            "open_tickets": f"CASE WHEN {covered} THEN coalesce(ticketed.open, 0) END",
            "tickets_90": f"CASE WHEN {covered} THEN coalesce(ticketed.created, 0) END",
            "ticket_satisfaction": "ticketed.satisfaction"}),
        Theme("promoted", nps, {"nps_answer": "CAST(promoted.score AS DOUBLE)"}),
        Theme("satisfied", csat, {"csat_answer": "satisfied.score"}),
    ]  # fmt: skip


def _relations(context: Context) -> list[Theme]:
    covered = _covered("contacts", context)
    met = _window(
        "met", "occurred_at", 90,
        "count(*) AS contacts, count(DISTINCT f.contact_id) AS people, count(DISTINCT f.contact_role) AS roles, "
        "count(DISTINCT f.contact_level) AS levels, avg(f.response_hours) AS hours, "
        "count(*) FILTER (WHERE f.direction = 'ours') AS ours, "
        "count(*) FILTER (WHERE f.direction = 'theirs') AS theirs",
    )  # fmt: skip
    kinds = _names(context.settings["advocacy_kinds"])
    acts = f"""(SELECT customer_id, occurred_at, coalesce(touchpoint_id, _id) AS act FROM fact_touchpoint
                WHERE kind IN ({kinds})
                UNION ALL
                SELECT customer_id, made_at, 'referral ' || _id FROM fact_referral WHERE made_at IS NOT NULL)"""
    two_way = "2 * CAST(least(spoken.ours, spoken.theirs) AS DOUBLE) / nullif(spoken.ours + spoken.theirs, 0)"
    return [
        Theme("spoken", met, {
            "touchpoints_90": f"CASE WHEN {covered} THEN coalesce(spoken.contacts, 0) END",
            "contacts_90": f"CASE WHEN {covered} AND k.has_contact THEN coalesce(spoken.people, 0) END",
            "roles_90": f"CASE WHEN {covered} AND k.has_role THEN coalesce(spoken.roles, 0) END",
            "levels_90": f"CASE WHEN {covered} AND k.has_level THEN coalesce(spoken.levels, 0) END",
            "two_way_90": f"CASE WHEN {covered} AND k.has_direction THEN coalesce({two_way}, 0) END",
            "reply_hours_90": "spoken.hours"}),
        Theme("advocated", _window(acts, "occurred_at", 365, "count(DISTINCT f.act) AS acts"), {
            "advocacy_365": "CASE WHEN k.contacts_from < b.taken_at OR k.referrals_from < b.taken_at "
                            "THEN coalesce(advocated.acts, 0) END"}),
    ]  # fmt: skip


def _intent(context: Context) -> Theme:
    events = context.settings["intent_events"]
    signs = "SELECT NULL AS customer_id, NULL AS begins, NULL AS ends WHERE FALSE"
    if events:
        signs = (
            f"SELECT customer_id, occurred_at AS begins, occurred_at + INTERVAL '1' MICROSECOND AS ends "
            f"FROM ({event_rows(context.settings)}) "
            f"WHERE event IN ({_names(events)})"
        )
    chosen = "TRUE" if events else "FALSE"
    found = f"""
        SELECT f.customer_id, s.taken_at, count(*) AS signs
        FROM ({signs} UNION ALL
              SELECT customer_id, created_at, CASE WHEN status = 'open' THEN {FOREVER} ELSE closed_at END
              FROM fact_deal WHERE kind IN ('upsell', 'cross_sell')) AS f
        JOIN fact_snapshot AS s ON f.begins < s.taken_at AND f.ends > s.taken_at - INTERVAL '90' DAY
        GROUP BY f.customer_id, s.taken_at"""
    known = f"({chosen} AND {_covered('events', context)}) OR k.has_upsell"
    return Theme("intended", found, {"intent_90": f"CASE WHEN {known} THEN coalesce(intended.signs, 0) END"})


def _money(context: Context) -> list[Theme]:
    paid = "CASE WHEN f.begins < {0} AND f.ends >= {0} THEN f.mrr ELSE 0 END"
    then = "s.taken_at - INTERVAL '90' DAY"
    steps = f"""
        SELECT f.customer_id, s.taken_at, sum({paid.format("s.taken_at")}) AS mrr, sum({paid.format(then)}) AS mrr_then
        FROM fact_mrr_step AS f JOIN fact_snapshot AS s ON f.begins < s.taken_at AND f.ends >= {then}
        GROUP BY f.customer_id, s.taken_at"""
    due = _window(
        "invoices", "due_on", 180,
        f"count(*) AS due, count(*) FILTER (WHERE coalesce(f.paid_on, {FOREVER}) > f.due_on) AS late",
        "f.amount > 0 AND coalesce(lower(f.status), '') NOT IN ('void', 'voided', 'draft', 'deleted') "
        "AND (f.paid_on IS NOT NULL OR coalesce(lower(f.status), '') <> 'paid') "
        "AND (SELECT count(paid_on) > 0 FROM invoices)",
    )  # fmt: skip
    sold = """
        SELECT s.taken_at, count(*) AS products
        FROM (SELECT product, min(begins) AS begins FROM fact_active WHERE product IS NOT NULL GROUP BY product) AS f
        JOIN fact_snapshot AS s ON f.begins < s.taken_at GROUP BY s.taken_at"""
    room = f"SELECT b.customer_id, b.taken_at, p.products FROM base AS b JOIN ({sold}) AS p ON p.taken_at = b.taken_at"
    days = int(context.settings["horizon_days"])
    renewal = f"""
        SELECT f.customer_id, s.taken_at, count(*) AS ending
        FROM fact_contract AS f JOIN fact_snapshot AS s ON f.due >= s.taken_at
         AND f.due < s.taken_at + INTERVAL '{days}' DAY
        WHERE f.begins < s.taken_at AND f.ends >= s.taken_at GROUP BY f.customer_id, s.taken_at"""
    known = "TRUE" if context.money else "FALSE"
    change = "CAST(paying.mrr - paying.mrr_then AS DOUBLE) / nullif(CAST(paying.mrr_then AS DOUBLE), 0)"
    several = "CASE WHEN roomy.products > 1 THEN 1 - CAST(b.products AS DOUBLE) / roomy.products END"
    return [
        Theme("paying", steps, {
            "mrr": f"CASE WHEN {known} THEN CAST(coalesce(paying.mrr, 0) AS DOUBLE) END",
            "mrr_change_90": change}),
        Theme("billed", due, {"late_share_180": "CAST(billed.late AS DOUBLE) / nullif(billed.due, 0)"}),
        Theme("roomy", room, {"product_room": several}),
        Theme("ending", renewal, {
            "renewal_due": "CASE WHEN k.has_contract THEN CASE WHEN ending.ending > 0 THEN 1 ELSE 0 END END"}),
    ]  # fmt: skip


def _milestones(context: Context) -> Theme:
    chosen = context.settings["key_milestones"]
    wanted = f"f.milestone IN ({_names(chosen)})" if chosen else "TRUE"
    total = str(len(set(chosen))) if chosen else "count(DISTINCT f.milestone) OVER (PARTITION BY s.taken_at)"
    reached = f"""
        SELECT customer_id, taken_at, count(DISTINCT milestone) AS reached, max(total) AS total
        FROM (SELECT f.customer_id, s.taken_at, f.milestone, {total} AS total
              FROM fact_milestone AS f JOIN fact_snapshot AS s ON f.reached_at < s.taken_at WHERE {wanted})
        GROUP BY customer_id, taken_at"""
    share = "coalesce(CAST(stepped.reached AS DOUBLE) / nullif(stepped.total, 0), 0)"
    return Theme("stepped", reached, {
        "milestone_share": f"CASE WHEN k.milestones_from < b.taken_at THEN {share} END"})  # fmt: skip


def _ranks(signal: str) -> str:
    """The place of each value seen among all accounts at all snapshots, 0 to 100; equals share the middle of theirs.

    Not among those of one snapshot alone: such places are 50 on average, whatever happens to everyone. By value, of
    which there are far fewer than rows: to sort the rows once for each signal takes longer than to collect them.
    """
    below = "coalesce(sum(own) OVER (ORDER BY value ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)"
    middle = f"coalesce(CAST(2 * {below} + own - 1 AS DOUBLE) / 2 / nullif(sum(own) OVER () - 1, 0), 0.5)"
    return f"""
        SELECT value, 100 * {middle} AS place
        FROM (SELECT {signal} AS value, count(*) AS own FROM seen WHERE {signal} IS NOT NULL GROUP BY {signal})"""


def _signal_sql(context: Context) -> str:
    themes = [*_usage(context), *_voice(context), *_relations(context), _intent(context), *_money(context),
              _milestones(context)]  # fmt: skip
    ctes = [f"{theme.name} AS ({theme.sql})" for theme in themes]
    found = {"tenure_days": "(epoch(b.taken_at) - epoch(b.first_active)) / 86400"}
    joins = ""
    for theme in themes:
        found |= theme.signals
        of = f"{theme.name}.customer_id = b.customer_id AND {theme.name}.taken_at = b.taken_at"
        joins += f" LEFT JOIN {theme.name} ON {of}"
    names = [name for name, signal in SIGNALS.items() if signal.of == "account"]
    signals = ", ".join(f"{found[name]} AS {name}" for name in names)
    ranks, placed = _placed()
    return f"""
        WITH met AS ({_met()}), base AS ({_base(context)}), known AS ({_known(context)}), {", ".join(ctes)},
        seen AS (
            SELECT b.taken_at, b.next_at, b.customer_id, {signals}, b._source, b._row, b._id
            FROM base AS b CROSS JOIN known AS k {joins}),
        {ranks}
        {placed}"""


def _placed() -> tuple[str, str]:
    """The places of all ranked signals as CTEs, and the SELECT that puts them beside the rows of `seen`."""
    ranked = [name for name, signal in SIGNALS.items() if signal.of == "account" and signal.ranked]
    ranks = ", ".join(f"{name}_ranks AS ({_ranks(name)})" for name in ranked)
    places = ", ".join(f"{name}_ranks.place AS {name}_rank" for name in ranked)
    joins = " ".join(f"LEFT JOIN {name}_ranks ON {name}_ranks.value = seen.{name}" for name in ranked)
    return ranks, f"SELECT seen.*, {places} FROM seen {joins}"


# the signals that are null where a table does not reach the snapshot (see `_covered`), by its ends as known then
_REACHING = {
    ("SELECT max(last_at) FROM fact_user_day WHERE last_at < {0}",): (
        "events_30", "active_days_30", "users_30", "hours_30", "quantity_30", "use_change", "seat_use", "features_30",
        "expansion_uses_30", "idle_days",
    ),
    ("SELECT max(created_at) FROM fact_ticket WHERE created_at < {0}",
     "SELECT max(resolved_at) FROM fact_ticket WHERE resolved_at < {0}"): ("open_tickets", "tickets_90"),
    ("SELECT max(occurred_at) FROM fact_touchpoint WHERE occurred_at < {0} AND attended IS DISTINCT FROM FALSE",): (
        "touchpoints_90", "contacts_90", "roles_90", "levels_90", "two_way_90",
    ),
}  # fmt: skip


def seen_by(moment: datetime, fresh_days: int) -> str:
    """Return the SELECT of `fact_signal` without places as it was at an instant: no later row, and null what a table
    says that had then not been heard of for longer than `fresh_days`, whatever came of it after."""
    own = ", ".join(f"{name}_rank" for name, signal in SIGNALS.items() if signal.of == "account" and signal.ranked)
    mended = []
    for ends, names in _REACHING.items():
        latest = ", ".join(f"({end.format(literal(moment))})" for end in ends)
        last = f"greatest({latest})" if len(ends) > 1 else latest
        reached = f"date_trunc('day', {last}) + INTERVAL '{fresh_days + 1}' DAY >= taken_at"
        mended += [f"CASE WHEN {reached} THEN {name} END AS {name}" for name in names]
    columns = f"* EXCLUDE ({own}) REPLACE ({', '.join(mended)})"
    return f"SELECT {columns} FROM main.fact_signal WHERE taken_at <= {literal(moment)}"


def known_at(moment: datetime, fresh_days: int) -> str:
    """Return the SELECT of `fact_signal` as it was at an instant: as `seen_by`, with places among the earlier alone."""
    ranks, placed = _placed()
    return f"WITH seen AS ({seen_by(moment, fresh_days)}), {ranks} {placed}"


SIGNAL = Fact("fact_signal", "a customer active at a snapshot, with what was seen of it just before", _signal_sql,
              "taken_at")  # fmt: skip
