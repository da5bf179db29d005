"""How long something took since the sign-up: what the KPIs of time share."""

from __future__ import annotations

from cs_metrics.kpis.model import Beside, Form, Interval, LeftOut, Measure, Relation


def time_to(
    reached: str, over: Relation, needs: tuple[str, ...], what: str, who: str, *, free: bool = False, note: str = ""
) -> Form:
    """Return the form of the days from `signed_up_at` to `reached`, a column of `over`.

    `what` and `who` name both in words ('first value', 'account'). What came before the sign-up is a mistake in the
    data, left out and counted; where it is `free` to, it does not count, and the case is open.
    """
    there = f"{reached} < :as_of AND {reached} >= signed_up_at"
    days = f"CASE WHEN {there} THEN (epoch({reached}) - epoch(signed_up_at)) / 86400 END"
    early = f"{reached} < signed_up_at"
    open_ = f"count(*) FILTER (WHERE NOT coalesce({there}{'' if free else f' OR {early}'}, FALSE))"
    out = LeftOut(f"count(*) FILTER (WHERE {early})", f"{who}s with {what} before sign-up",
                  f"{who} with {what} before sign-up")  # fmt: skip
    return Form(
        over=over,
        needs=needs,
        value=f"median({days})",
        numerator=Measure(f"coalesce(sum({days}), 0)", days),
        denominator=Measure(f"count({days})", f"CASE WHEN ({days}) IS NULL THEN 0 ELSE 1 END"),
        interval=Interval.MEDIAN,
        base=f"{who}s of the period that reached {what}",
        words=f"{{value}} is the middle of {{denominator:time}} from sign-up to {what}; mean {{mean:days}}, nine in "
        f"ten within {{p90:days}}, {{open:{who}}} not there yet",
        beside=(
            Beside("mean", f"avg({days})", "days"),
            Beside("p90", f"quantile_cont({days}, 0.9)", "days"),
            Beside("open", open_, "count"),
        ),
        note=note,
        leaves_out=() if free else (out,),
    )
