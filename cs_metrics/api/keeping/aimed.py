"""What a team wants its KPIs to be, and how they stand to that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd

from cs_metrics import kpis
from cs_metrics.analysis.targets import Forecast, bounds, forecast, progress, standing
from cs_metrics.api import given, hiding
from cs_metrics.api.answering import own
from cs_metrics.api.answering.asking import Asking, Where
from cs_metrics.errors import QueryError
from cs_metrics.kpis import KPI
from cs_metrics.kpis.model import Kind
from cs_metrics.periods import Period, at, instant, periods
from cs_metrics.workspace.kept import segments, targets
from cs_metrics.workspace.store.connections import whole
from cs_metrics.workspace.store.records import Records

COLUMNS = (
    "target", "kpi", "segment", "grain", "period", "until", "target_low", "target_high", "value", "complete",
    "progress", "on_track", "forecast", "low", "high", "periods", "owner", "review_on", "where", "note",
)  # fmt: skip


class Aimed:
    """The part of a `Workspace` that is targets."""

    records: Records

    def targets(self, kpi: str | None = None, deleted: bool = False) -> list[dict[str, Any]]:
        """Return the targets as they were set: target (its id), kpi, segment (a saved segment's id, or ''), where,
        grain ("month", "quarter", "year" or "range"), since, until (exclusive; None: without end), low, high, owner,
        review_on, created_at, updated_at. How the values stand to them: `View.targets`."""
        return targets.listing(self.records, kpi, deleted)

    @whole
    def save_target(
        self,
        kpi: str,
        *,
        since: date | str,
        until: date | str | None = None,
        low: float | None = None,
        high: float | None = None,
        grain: str = "month",
        segment: str = "",
        where: Where | None = None,
        owner: str = "",
        review_on: date | str | None = None,
        target: str | None = None,
        who: str = "",
    ) -> str:
        """Set a target (`target`: in place of that one); return its id.

        `low`: at least, `high`: at most, both: a range; in the KPI's unit (a share of 40 % is 0.4). It holds for each
        period of `grain` from `since` up to `until` (exclusive; None: without end), or for the days between as a whole
        ("range"). For whom: `segment`, a saved one's id or name, or `where`, a filter; neither: everyone. Raises
        QueryError for an unknown KPI, date or filter, WorkspaceError for an unknown segment and what is no target.
        """
        if segment and where:
            raise QueryError("A target is for a saved segment or for a filter, not for both.")
        kpis.sentence(where)
        values = {
            "kpi": kpis.find(kpi, own.catalogue(self.records)).id,
            "segment": segments.get(self.records, segment)["segment"] if segment else "",
            "where": dict(where or {}), "grain": given.text(grain, "grain"), "since": instant(since, "since").date(),
            "until": given.day(until, "until"), "low": given.number(low, "low"), "high": given.number(high, "high"),
            "owner": given.text(owner, "owner"), "review_on": given.day(review_on, "review_on"),
        }  # fmt: skip
        kept = targets.save(self.records, values, None if target is None else given.text(target, "target"))
        said = {k: v.isoformat() if isinstance(v, date) else v for k, v in values.items()}
        self.records.log(who, "target set" if target is None else "target changed", {"target": kept, **said})
        return kept

    @whole
    def delete_target(self, target: str, *, who: str = "") -> None:
        """Take a target off the list; `restore_target` brings it back."""
        targets.delete(self.records, target)
        self.records.log(who, "target deleted", {"target": target})

    @whole
    def restore_target(self, target: str, *, who: str = "") -> None:
        """Bring a deleted target back."""
        targets.restore(self.records, target)
        self.records.log(who, "target restored", {"target": target})


class Targets(Asking):
    """The part of an answer that is how values stand to their targets."""

    def targets(self, kpi: str | None = None, *, as_of: Any = None) -> pd.DataFrame:
        """Return a row for each target and each of its periods that has begun (else its first): target, kpi, segment
        (its name, or the filter in words; '' for everyone), grain, period (start), until, target_low, target_high,
        value, complete, progress (the share of the target reached: value / low, without a low end value / high),
        on_track, forecast, low, high (its 95 % prediction interval), periods (that it stands on), owner, review_on,
        where, and note: why there is no value.

        on_track is "met" or "behind" for a period that is over, "on track" or "behind" by the forecast for one that is
        not, "cannot tell" without a value or forecast. The forecast is the straight line through the last 4 to 12
        complete periods of the same grain; of a state at a period's end (MRR), through its months. A count is never
        forecast below what there is already. Targets are of the whole company or a segment of it: a reader whose
        filter is locked is given none, and none whose filter names a column that is hidden.
        """
        found: list[dict[str, Any]] = []
        if not self.where:
            _, settings, now = self._ask(None, as_of)
            asked = _Values(self, now)
            for row in self.workspace.targets(kpi):
                where, name, note = self._whom(row)
                if hidden_in(where, self.hidden):
                    continue
                for period in _periods(row, settings, now):
                    found.append(_stand(asked, row, period, where, name, note))
        return pd.DataFrame(found, columns=list(COLUMNS))

    def _whom(self, row: Mapping[str, Any]) -> tuple[dict[str, Any], str, str]:
        """Return whom a target is for: the filter, its name, and why it cannot be told."""
        if not row["segment"]:
            return row["where"], kpis.sentence(row["where"]) if row["where"] else "", ""
        for kept in self.workspace.segments():
            if kept["segment"] == row["segment"]:
                return kept["where"], kept["name"], ""
        return {}, "a deleted segment", "The segment of this target was deleted: bring it back, or delete the target."


def hidden_in(where: Where, hidden: frozenset[str]) -> bool:
    """Return whether a filter names a hidden column."""
    try:
        hiding.check_where(where, hidden)
    except QueryError:
        return True
    return False


class _Values:
    """What a view answers, each question asked once."""

    def __init__(self, view: Any, as_of: datetime) -> None:
        self.view, self.as_of = view, as_of
        known = view.kpis()
        self.needs = {r["id"]: [] if r["computable"] else list(r["needs"]) for r in known.to_dict("records")}
        self.kept: dict[str, pd.DataFrame] = {}

    def kpi(self, kpi: str) -> KPI:
        return kpis.find(kpi, self.view.own)

    def frame(self, kpi: str, where: Where, **asked: Any) -> pd.DataFrame:
        key = repr((kpi, sorted(where.items(), key=repr), sorted(asked.items())))
        if key not in self.kept:
            frame = self.view.kpi(kpi, where=where or None, as_of=self.as_of, **asked)
            self.kept[key] = frame[frame["item"].isna()]
        return self.kept[key]


def _periods(row: Mapping[str, Any], settings: Mapping[str, Any], as_of: Any) -> list[Period]:
    since = instant(row["since"])
    if row["grain"] == "range":
        return [Period(since, instant(row["until"]))]
    last = as_of if row["until"] is None else min(as_of, instant(row["until"]))
    return periods(row["grain"], since, last, settings) or [at(since, row["grain"], settings)]


def _stand(
    asked: _Values, row: Mapping[str, Any], period: Period, where: Where, name: str, note: str
) -> dict[str, Any]:
    value, complete, ahead = None, False, None
    if not note:
        try:
            value, complete, ahead, note = _value(asked, row, period, where)
        except QueryError as error:
            note = str(error)
    return {
        "target": row["target"], "kpi": row["kpi"], "segment": name, "grain": row["grain"], "period": period.start,
        "until": period.end, "target_low": row["low"], "target_high": row["high"], "value": value,
        "complete": complete, "progress": progress(value, row["low"], row["high"]),
        "on_track": standing(value, complete, row["low"], row["high"], ahead),
        "forecast": ahead and ahead.value, "low": ahead and ahead.low, "high": ahead and ahead.high,
        "periods": ahead and ahead.periods, "owner": row["owner"], "review_on": row["review_on"], "where": where,
        "note": note,
    }  # fmt: skip


def _value(
    asked: _Values, row: Mapping[str, Any], period: Period, where: Where
) -> tuple[float | None, bool, Forecast | None, str]:
    """Return the value of a period, whether it is over, the forecast where it is not, and why there is no value."""
    kpi = asked.kpi(row["kpi"])
    lacks = asked.needs.get(kpi.id, [])
    if lacks:
        return None, False, None, f"It cannot be computed: {', '.join(lacks)} is not in these data."
    if row["grain"] == "range":
        frame = asked.frame(kpi.id, where, since=row["since"].isoformat(), until=row["until"].isoformat())
        frame = frame[frame["period"].isna()]
    else:
        frame = asked.frame(kpi.id, where, grain=row["grain"])
        frame = frame[frame["period"] == pd.Timestamp(period.start)]
    if frame.empty:
        note = "It has parts, and no one value." if period.start < asked.as_of else "It has not begun."
        value, complete = None, False
    else:
        one = frame.iloc[0]
        value = None if pd.isna(one["value"]) else float(one["value"])
        complete, note = bool(one["complete"]), str(one["note"] or "") if value is None else ""
    if complete:
        return value, True, None, note
    return value, False, _ahead(asked, kpi, row["grain"], period, where, value), note


def _ahead(asked: _Values, kpi: KPI, grain: str, period: Period, where: Where, value: float | None) -> Forecast | None:
    """Return the forecast for a period that is not over."""
    if kpi.kind is Kind.SNAPSHOT:
        grain = "month"
    elif grain == "range":
        return None
    frame = asked.frame(kpi.id, where, grain=grain).sort_values("period")
    over = frame[frame["complete"].astype(bool)]
    if over.empty:
        return None
    values = [None if pd.isna(v) else float(v) for v in over["value"]]
    last = pd.Timestamp(over["period"].iloc[-1]).to_pydatetime()
    ahead = len(periods(grain, last, period.end, asked.view.settings)) - 1
    made = forecast(values, ahead, bounds(kpi, values))
    if made and value is not None and kpi.unit == "count" and kpi.kind is Kind.FLOW:
        made = replace(made, **{end: max(getattr(made, end), value) for end in ("value", "low", "high")})
    return made
