"""What durations share: the median of hours waited, in calendar or in business hours."""

from __future__ import annotations

from dataclasses import replace

from cs_metrics.kpis.model import Beside, Form, Interval, LeftOut, Measure, Relation


def waiting(
    over: Relation,
    needs: tuple[tuple[str, ...], ...],
    *,
    hours: str,
    end: str,
    base: str,
    words: str,
    still_open: str,
    left_out: tuple[LeftOut, ...] = (),
) -> tuple[Form, ...]:
    """Return the forms of a duration: the median of `hours`, mean and 90th percentile beside it.

    `end`: the column of the instant that ends the wait; one that lies after the data's end has not happened yet.
    `still_open`: what those that wait are called, '' where none can be among the rows. `needs`: one set a form.
    """
    value = f"CASE WHEN {end} < :as_of AND {hours} >= 0 THEN {hours} END"
    beside = [Beside("mean", f"avg({value})", "hours"), Beside("p90", f"quantile_cont({value}, 0.9)", "hours")]
    said = (
        f"{{value}} is the middle wait of {{denominator:{base}}}; mean {{mean:hours}}, nine in ten within {{p90:hours}}"
    )
    if still_open:
        beside.append(Beside("open", f"count(*) FILTER (WHERE {end} IS NULL OR {end} >= :as_of)", "count"))
        said += f", {{open:{still_open}}} {words}"
    form = Form(
        over=over,
        value=f"median({value})",
        numerator=Measure(f"coalesce(sum({value}), 0)", value),
        denominator=Measure(f"count({value})", f"CASE WHEN ({value}) IS NULL THEN 0 ELSE 1 END"),
        interval=Interval.MEDIAN,
        base=f"{base}s",
        words=said,
        beside=tuple(beside),
        leaves_out=left_out,
    )
    plain = tuple(replace(form, needs=names) for names in needs)
    business = ("settings.response_hours", "business")
    return tuple(replace(one, when=business, note="In business hours.") for one in plain) + plain


def backwards(hours: str, words: str, one: str) -> LeftOut:
    """Return the rows whose end lies before their beginning."""
    return LeftOut(f"count(*) FILTER (WHERE {hours} < 0)", words, one)
