"""What a team says of a KPI: owner, review date, sign-off, benchmark; who changed what; when it was looked at."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from cs_metrics.errors import WorkspaceError
from cs_metrics.workspace.store.records import AUDIT, CARDS, VIEWS, Records, now

EMPTY: dict[str, Any] = {
    "owner": "", "review_on": None, "signed_by": "", "signed_at": None, "signed_settings": {},
    "benchmark_low": None, "benchmark_high": None, "benchmark_source": "",
}  # fmt: skip
SETTINGS_LOGGED = "settings"


def card(records: Records, kpi: str) -> dict[str, Any]:
    """Return what is said of a KPI: owner, review_on (a date), signed_by, signed_at, signed_settings (the settings that
    it read when it was signed off), benchmark_low, benchmark_high, benchmark_source."""
    rows = records.rows(records.mine(CARDS).where(CARDS.c.kpi == kpi))
    return {name: rows[0][name] for name in EMPTY} if rows else dict(EMPTY)


def change(records: Records, kpi: str, values: dict[str, Any]) -> dict[str, Any]:
    """Change some of it; return all of it. Raises WorkspaceError where the benchmark is no range, or has no source."""
    held = {**card(records, kpi), **values}
    low, high = held["benchmark_low"], held["benchmark_high"]
    if low is not None and high is not None and low > high:
        raise WorkspaceError(f"The benchmark goes from {low:g} to {high:g}: its first number is the lower one.")
    if (low is not None or high is not None) and not held["benchmark_source"].strip():
        raise WorkspaceError("A benchmark needs its source: who measured it, on whom, and when.")
    records.put(CARDS, {"kpi": kpi}, held)
    return held


def looked_at(records: Records, kpi: str, day: date) -> None:
    """Note that somebody looked at a KPI on a day."""
    records.put(VIEWS, {"kpi": kpi}, {"last_on": day})


def unseen(records: Records, kpis: list[str], today: date, days: int = 91) -> tuple[list[str], date | None]:
    """Return the KPIs that nobody looked at for so many days, and since when looking is noted; none where that is not
    yet so long: nothing can be told then."""
    began = records.rows(records.mine(AUDIT).order_by(AUDIT.c.happened_at).limit(1))
    since = began[0]["happened_at"].date() if began else None
    limit = today - timedelta(days=days)
    if since is None or since > limit:
        return [], since
    seen = {row["kpi"]: row["last_on"] for row in records.rows(records.mine(VIEWS))}
    return [kpi for kpi in kpis if kpi not in seen or seen[kpi] < limit], since


def changes(records: Records, names: set[str]) -> list[dict[str, Any]]:
    """Return the changes of these settings, the latest first: happened_at, who, before, after (name to value, of those
    that changed), and `settings`: all that differed from the defaults before."""
    rows = records.rows(records.mine(AUDIT).where(AUDIT.c.action == SETTINGS_LOGGED).order_by(AUDIT.c.id))
    held: dict[str, Any] = {}
    found = []
    for row in rows:
        detail = {name: value for name, value in row["detail"].items() if held.get(name) != value}
        touched = sorted(names & set(detail))
        if touched:
            found.append(_change(row, held, detail, touched))
        held = {name: value for name, value in {**held, **detail}.items() if value is not None}
    return found[::-1]


def _change(row: dict[str, Any], held: dict[str, Any], detail: dict[str, Any], touched: list[str]) -> dict[str, Any]:
    when: datetime = row["happened_at"]
    after = {name: value for name, value in {**held, **detail}.items() if value is not None}
    return {
        "happened_at": when, "who": row["who"], "before": {n: held.get(n) for n in touched},
        "after": {n: detail[n] for n in touched}, "settings_before": dict(held), "settings_after": after,
    }  # fmt: skip


def signed(records: Records, kpi: str, who: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Note that somebody vouches for the KPI as these settings define it."""
    if not who.strip():
        raise WorkspaceError("A sign-off needs a name: who vouches for this definition?")
    return change(records, kpi, {"signed_by": who.strip(), "signed_at": now(), "signed_settings": settings})
